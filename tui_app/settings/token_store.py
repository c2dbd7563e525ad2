"""Logins to remote servers: their tokens, in the system's keyring where it takes them, else in a file.

Invariants: a token is never on a command line, in the config or in a log; the file is 0600 and replaced atomically. An
entry belongs to one profile at one address: a changed address has no login.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from tui_app.processes.family import run
from tui_app.settings.paths import state_dir
from tui_app.settings.storage import JsonFile, make_private_directory
from tui_app.tickets.clock import Clock

_VERSION = 1
_SERVICE = "ticketdeck"
_KEYRING_SECONDS = 30.0  # the keyring may first ask for its own password, in a window
_PIPE_BYTES = 60_000  # what a pipe holds without a reader; logins have a few thousand
_KEYRING, _FILE = "keyring", "file"


class StoredLogin(Struct, frozen=True, omit_defaults=True):
    """Everything that is needed to use, refresh and revoke a login without asking the user or the server's metadata."""

    issuer: str
    token_endpoint: str
    client_id: str
    access_token: str
    refresh_token: str = ""
    expires_at: float | None = None
    """Seconds since 1970; None: the server did not say."""
    obtained_at: float = 0.0
    scope: str = ""
    """The scopes granted, separated by spaces."""
    resource: str = ""
    client_secret: str = ""
    auth_method: str = "none"
    redirect_uri: str = ""
    revocation_endpoint: str = ""
    wanted_scope: str = ""
    """Scopes that the server asked for since: a later login asks for them too."""


class TokenStore:
    """The logins of all profiles. Everything here blocks, for as long as a keyring takes."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._file = JsonFile(path or state_dir() / "oauth-tokens.json", version=_VERSION, what="Logins", clock=clock)

    @property
    def notices(self) -> list[str]:
        """What went wrong with the file."""
        return self._file.notices

    @property
    def path(self) -> Path:
        """The file, which also says which logins are in the keyring."""
        return self._file.path

    def load(self, profile: str, url: str) -> StoredLogin | None:
        """The login of ``profile`` at ``url``; None: there is none, or its keyring does not hand it out."""
        entry = self._file.read().get("logins", {}).get(_key(profile, url), {})
        text = entry.get("login") if entry.get("place") == _FILE else None
        if entry.get("place") == _KEYRING:
            text = _from_keyring(_key(profile, url))
        if not text:
            return None
        try:
            return msgspec.json.decode(text, type=StoredLogin)
        except msgspec.DecodeError:
            return None

    def save(self, profile: str, url: str, login: StoredLogin) -> str:
        """Keep ``login``; returns where, for people: ``the system's keyring`` or the file's path."""
        key, text = _key(profile, url), msgspec.json.encode(login).decode()
        in_keyring = _to_keyring(key, text)
        entry = {"place": _KEYRING} if in_keyring else {"place": _FILE, "login": text}

        def put(content: dict[str, Any]) -> None:
            content.setdefault("logins", {})[key] = entry

        self._file.update(put)
        return "the system's keyring" if in_keyring else str(self._file.path)

    def delete(self, profile: str, url: str) -> None:
        """Forget the login of ``profile`` at ``url``."""
        key = _key(profile, url)
        if self._file.read().get("logins", {}).get(key, {}).get("place") == _KEYRING:
            _delete_from_keyring(key)

        def drop(content: dict[str, Any]) -> None:
            content.get("logins", {}).pop(key, None)

        self._file.update(drop)

    def try_lock(self) -> Callable[[], None] | None:
        """Become the one process that refreshes tokens; returns what ends that, None while another one does.

        The kernel frees the lock of a process that died.
        """
        path = self._file.path.with_name(f".{self._file.path.name}.refresh")
        try:
            make_private_directory(path.parent)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError:  # nothing can be saved there either: nobody to agree with
            return lambda: None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            return None
        return lambda: os.close(descriptor)


def _key(profile: str, url: str) -> str:
    return f"{profile} {url}"


def _from_keyring(key: str) -> str | None:
    if shutil.which("keyring"):
        return _run(("keyring", "get", _SERVICE, key))
    if shutil.which("secret-tool"):
        return _run(("secret-tool", "lookup", "service", _SERVICE, "username", key))
    if sys.platform == "darwin" and shutil.which("security"):
        return _run(("security", "find-generic-password", "-s", _SERVICE, "-a", key, "-w"))
    return None


def _to_keyring(key: str, text: str) -> bool:
    """Whether a keyring took ``text`` and hands it out again. The tools read it from standard input."""
    if shutil.which("keyring"):
        stored = _run(("keyring", "set", _SERVICE, key), text)
    elif shutil.which("secret-tool"):
        label = f"{_SERVICE}: {key}"
        stored = _run(("secret-tool", "store", "--label", label, "service", _SERVICE, "username", key), text)
    elif sys.platform == "darwin" and shutil.which("security"):
        words = ("add-generic-password", "-U", "-s", _SERVICE, "-a", key, "-w", text)
        stored = _run(("security", "-i"), " ".join(_quoted(word) for word in words) + "\n")
    else:
        return False
    return stored is not None and _from_keyring(key) == text


def _delete_from_keyring(key: str) -> None:
    if shutil.which("keyring"):
        _run(("keyring", "del", _SERVICE, key))
    elif shutil.which("secret-tool"):
        _run(("secret-tool", "clear", "service", _SERVICE, "username", key))
    elif sys.platform == "darwin" and shutil.which("security"):
        _run(("security", "delete-generic-password", "-s", _SERVICE, "-a", key))


def _quoted(word: str) -> str:
    """``word`` as ``security -i`` reads it."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _run(argv: tuple[str, ...], text: str | None = None) -> str | None:
    """The output of a keyring's tool that got ``text`` on standard input; None: it failed."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb", buffering=0) as given:
        given.write((text or "").encode()[:_PIPE_BYTES])
    try:
        exit_code, output = run(
            argv, seconds=_KEYRING_SECONDS, stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return None
    finally:
        os.close(reader)
    return None if exit_code else output.rstrip("\r\n")
