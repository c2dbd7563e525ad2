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
from tui_app.settings.storage import JsonFile, make_private_directory, table_in
from tui_app.tickets.clock import Clock

_VERSION = 1
_SERVICE = "ticketdeck"
_KEYRING_SECONDS = 20.0  # it may first ask for its own password, in a window; a server has 30 s to get ready meanwhile
_PIPE_BYTES = 60_000  # what a pipe holds without a reader; logins have a few thousand
_KEYRING, _FILE = "keyring", "file"
_TOOLS = ("keyring", "secret-tool", "security")
_SILENT: set[str] = set()
"""Tools that have not answered this program."""


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
        self.in_keyring = False
        """Whether the login that was saved last is in the keyring."""
        self.out_of_reach = ""
        """Why the keyring did not hand out the login that `load` was asked for last, as a clause; empty: it did."""

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
        entry = self._entry(profile, url)
        text, self.out_of_reach = entry.get("login") if entry.get("place") == _FILE else None, ""
        if entry.get("place") == _KEYRING:
            text, self.out_of_reach = _from_keyring(_key(profile, url), _tool_of(entry))
        if not text:
            return None
        try:
            return msgspec.json.decode(text, type=StoredLogin)
        except msgspec.DecodeError:
            return None

    def save(self, profile: str, url: str, login: StoredLogin) -> str:
        """Keep ``login``; returns where, for people: ``the system's keyring``, the file's path, or that it is lost."""
        key, text = _key(profile, url), msgspec.json.encode(login).decode()
        tool = _to_keyring(key, text)
        self.in_keyring = bool(tool)
        entry = {"place": _KEYRING, "tool": tool} if tool else {"place": _FILE, "login": text}

        def put(content: dict[str, Any]) -> None:
            content["logins"] = {**table_in(content, "logins"), key: entry}

        self._file.update(put)
        if not self._file.is_saved:
            return f"memory until this program ends, because {self._file.path} cannot be written"
        return "the system's keyring" if tool else str(self._file.path)

    def delete(self, profile: str, url: str) -> None:
        """Forget the login of ``profile`` at ``url``."""
        key, entry = _key(profile, url), self._entry(profile, url)
        if entry.get("place") == _KEYRING:
            _delete_from_keyring(key, _tool_of(entry))

        def drop(content: dict[str, Any]) -> None:
            content["logins"] = {name: kept for name, kept in table_in(content, "logins").items() if name != key}

        self._file.update(drop)

    def _entry(self, profile: str, url: str) -> dict[str, Any]:
        return table_in(table_in(self._file.read(), "logins"), _key(profile, url))

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


def _tool_of(entry: dict[str, Any]) -> str:
    """The tool that stored a login; empty: not known, or none of today."""
    tool = entry.get("tool")
    return tool if tool in _TOOLS else ""


def _installed() -> list[str]:
    """The keyring tools that can be called, the one to store with first."""
    return [tool for tool in _TOOLS if (tool != "security" or sys.platform == "darwin") and shutil.which(tool)]


def _from_keyring(key: str, tool: str = "") -> tuple[str, str]:
    """What a keyring has for ``key``, or nothing and why, as a clause; ``tool``: the one that stored it, if known."""
    tools = _installed()
    if not tools or (tool and tool not in tools):
        return "", f"{tool or 'a keyring tool, such as secret-tool,'} is not on PATH"
    reason = ""
    for name in [tool] if tool else tools:
        text, why = _run(_argv(name, "get", key))
        if text:
            return text, ""
        reason = reason or why or f"{name} has no entry of it"
    return "", reason


def _to_keyring(key: str, text: str) -> str:
    """The tool that took ``text`` and hands it out again; empty: none. The tools read it from standard input."""
    tool = next(iter(_installed()), "")
    if not tool:
        return ""
    if tool == "security":
        words = ("add-generic-password", "-U", "-s", _SERVICE, "-a", key, "-w", text)
        _, failure = _run((tool, "-i"), " ".join(_quoted(word) for word in words) + "\n")
    else:
        _, failure = _run(_argv(tool, "set", key), text)
    return tool if not failure and _from_keyring(key, tool)[0] == text else ""


def _delete_from_keyring(key: str, tool: str) -> None:
    for name in [tool] if tool else _installed():
        _run(_argv(name, "delete", key))


def _argv(tool: str, action: str, key: str) -> tuple[str, ...]:
    """The command by which a tool gets (``get``), stores (``set``) or deletes (``delete``) the entry of ``key``."""
    if tool == "keyring":
        return (tool, "del" if action == "delete" else action, _SERVICE, key)
    if tool == "security":
        if action == "get":
            return (tool, "find-generic-password", "-s", _SERVICE, "-a", key, "-w")
        return (tool, "delete-generic-password", "-s", _SERVICE, "-a", key)
    label = ("--label", f"{_SERVICE}: {key}") if action == "set" else ()
    verb = {"get": "lookup", "set": "store", "delete": "clear"}[action]
    return (tool, verb, *label, "service", _SERVICE, "username", key)


def _quoted(word: str) -> str:
    """``word`` as ``security -i`` reads it."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _run(argv: tuple[str, ...], text: str = "") -> tuple[str, str]:
    """The output of a keyring's tool that got ``text`` on standard input; or nothing, and why, as a clause.

    One that did not answer is not asked again: each question would take as long.
    """
    tool = argv[0]
    silent = f"{tool} did not answer within {_KEYRING_SECONDS:g} s"
    if tool in _SILENT:
        return "", silent
    reader, writer = os.pipe()
    with os.fdopen(writer, "wb", buffering=0) as given:
        given.write(text.encode()[:_PIPE_BYTES])
    try:
        exit_code, output = run(
            argv, seconds=_KEYRING_SECONDS, stdin=reader, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except subprocess.TimeoutExpired:
        _SILENT.add(tool)
        return "", silent
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError) as error:
        return "", f"{tool} cannot be used ({getattr(error, 'strerror', None) or 'its output is not text'})"
    finally:
        os.close(reader)
    return ("", f"{tool} ended with exit code {exit_code}") if exit_code else (output.rstrip("\r\n"), "")
