"""Consent: which commands of files that the user did not write may be run.

Invariant: an entry allows exactly one target: one command with its variables, login commands, working folder and the
files that it names, from one file. If any of them changes, it has to be allowed again.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from datetime import UTC
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import asdict

from tui_app.settings.expansion import shown_command, without_asking, working_folder, written_references
from tui_app.settings.named_files import entries_of, identity, may_be_code, named_path, named_within
from tui_app.settings.paths import config_file, config_is_own, home_and_above, trust_file
from tui_app.settings.permissions import refuse_if_others_can_write
from tui_app.settings.profiles import Profile
from tui_app.settings.references import ENVIRONMENT, INPUT
from tui_app.settings.storage import JsonFile, table_in
from tui_app.tickets.clock import Clock
from tui_app.tickets.errors import ConfigError
from tui_app.tickets.own_scripts import INTERPRETER

_VERSION = 1
_SCRIPTS = frozenset(
    (".py", ".js", ".mjs", ".cjs", ".ts", ".mts", ".sh", ".bash", ".rb", ".pl", ".php", ".jar", ".exe")
)
_OF_A_PROJECT = frozenset(
    ("uv", "npm", "pnpm", "yarn", "poetry", "pipenv", "pdm", "hatch", "make", "just", "cargo", "go")
)
"""Programs that run what the project in the working folder says."""
_RUNS_CODE = frozenset(("-c", "-lc", "-m", "-e", "--eval", "-r", "--require", "--import"))
"""Options of interpreters by which they run code, or modules that they look for in the working folder."""


def needs_trust(file: Path | None) -> bool:
    """Whether commands from ``file`` must be allowed first: every file but the user's own config file does.

    That it is in a place that only the user can write is a matter of reading it (`tui_app.settings.permissions`).
    """
    if file is None:
        return False
    return not (config_is_own() and file.resolve() == config_file().resolve())


class TrustedTarget(Struct, frozen=True, omit_defaults=True):
    """Everything that decides what is run, or where the user's secrets are sent; `digest` is what is remembered."""

    source: str
    """The file that names it, with links followed."""
    folder: str = ""
    """The working folder, with links followed."""
    argv: tuple[str, ...] = ()
    """As it is written, references unfilled."""
    variables: Mapping[str, str] = field(default_factory=dict)
    """Name to digest of the value as it is written."""
    logins: tuple[tuple[str, ...], ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """The program and the arguments that name a file, each with the path that it has with links followed, and with the
    digest of its content if it may be code and is in the working folder or the file's own: whoever hands over the file
    hands over those as well."""
    url: str = ""
    """The address of a server that is reached over the network, which has no command; as it is written."""
    connection: Mapping[str, str] = field(default_factory=dict)
    """What is sent there or decides how: headers, certificates and login, each by name with the digest of its value."""

    @property
    def digest(self) -> str:
        """Identifies the target; equal only where nothing has changed."""
        return _digest(json.dumps(msgspec.to_builtins(self), sort_keys=True).encode())


class TrustStore:
    """The allowed targets, by their digests."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        what = "The list of allowed commands"
        self._file = JsonFile(path or trust_file(), version=_VERSION, what=what, clock=clock)
        self._unusable = ""

    @property
    def notices(self) -> tuple[str, ...]:
        """Faults of the file, in words for the user; each once."""
        return (*self._file.notices, *filter(None, (self._unusable,)))

    def is_trusted(self, profile: Profile) -> bool:
        """Whether exactly this profile was allowed before; an entry of 0.1.0 that means the same is written anew."""
        if forbidden_reference(profile):
            return False
        allowed, target = self._allowed_by_the_user(), target_of(profile)
        if target.digest in allowed:
            return True
        if _fingerprint_0_1_0(profile) in allowed and _is_the_same_everywhere(profile, target):
            self.trust(profile)
            return True
        return False

    def _allowed_by_the_user(self) -> dict[str, Any]:
        """The file's entries; none where another user could have written them."""
        if not self._file.path.exists():
            return {}
        try:
            refuse_if_others_can_write(self._file.path)
        except (ConfigError, OSError) as error:
            self._unusable = str(error)
            return {}
        return table_in(self._file.read(), "allowed")

    def trust(self, profile: Profile, target: TrustedTarget | None = None) -> None:
        """Allow the profile from now on; ``target`` is what it was when the user was asked, else what it is now."""
        target = target or target_of(profile)
        entry = {
            "command": shown_command(profile),
            "source": target.source,
            "folder": target.folder,
            "allowed_at": self._clock.now().astimezone(UTC).isoformat(timespec="seconds"),
        }

        def change(content: dict[str, Any]) -> None:
            others = {
                key: value for key, value in table_in(content, "allowed").items() if key != _fingerprint_0_1_0(profile)
            }
            content["allowed"] = {**others, target.digest: entry}

        self._file.update(change)


def forbidden_reference(profile: Profile) -> str:
    """What the profile refers to that only the user's own config may: a keyring, a command. Empty: nothing.

    A yes to a program is none to handing it secrets that its file picks.
    """
    allowed = (ENVIRONMENT, INPUT)
    found = (reference.written for reference in written_references(profile) if reference.kind not in allowed)
    return next(found, "")


def target_of(profile: Profile) -> TrustedTarget:
    """What running ``profile`` now, from this working folder, means. Runs nothing, and asks no keyring."""
    source = Path(profile.source).resolve()
    folder = working_folder(profile)
    auth = profile.auth
    return TrustedTarget(
        source=str(source),
        folder=str(folder),
        url=profile.url,
        connection=_connection(profile) if profile.url else {},
        argv=profile.command,
        variables=_digests(profile.env),
        logins=(auth.check, auth.login) if auth else (),
        files=dict(_files(profile, folder, handed_over=_handed_over(folder, source.parent))),
    )


def program_path(profile: Profile, folder: Path) -> Path | None:
    """The program that would be started in ``folder``, links not followed; None if it is not found."""
    program = _filled(profile, profile.command[0])
    if os.sep in program:
        return folder / program if (folder / program).is_file() else None
    path = without_asking(profile, profile.env["PATH"], os.environ, "env.PATH") if "PATH" in profile.env else None
    for place in (path or os.environ.get("PATH") or os.defpath).split(os.pathsep):
        candidate = folder / place / program
        if candidate.is_file() and os.access(candidate, os.X_OK):
            return candidate
    return None


def folder_that_counts(profile: Profile) -> Path | None:
    """The working folder where it decides what ``profile`` runs, as by ``python server.py``; None: it does not.

    What is run without being asked about must not be another program in another folder.
    """
    if profile.url:
        return None
    folder = working_folder(profile)
    program, *arguments = (_filled(profile, word) for word in profile.command)
    found = program_path(profile, folder)
    relative = (os.sep in program and not Path(program).is_absolute()) or (
        found is not None and folder in found.parents
    )
    name = Path(program).name.lower()
    if profile.cwd or relative or name in _OF_A_PROJECT:
        return folder
    if INTERPRETER.fullmatch(name) and not _RUNS_CODE.isdisjoint(arguments):
        return folder
    words = [*arguments, *(piece for value in profile.env.values() for piece in _filled(profile, value).split(":"))]
    return folder if any(_is_in_folder(word, folder) for word in words) else None


def _is_in_folder(word: str, folder: Path) -> bool:
    """Whether a word names something by the working folder: it is there, or looks like a script or a relative path."""
    for name in (word, word.partition("=")[2], word.rpartition(" ")[2]):
        if not name or name.startswith(("/", "~", "-", "@")) or "://" in name:
            continue
        if name.startswith(("..", "./")) or name in (".", "./") or Path(name).suffix.lower() in _SCRIPTS:
            return True
        if any(named_path(place, folder) is not None for place in (name, f"node_modules/.bin/{name}")):
            return True
    return False


def _handed_over(*folders: Path) -> tuple[Path, ...]:
    """Those of the folders that came with the file; never the home folder, or one above it."""
    homes = home_and_above()
    return tuple(folder for folder in folders if folder not in homes)


def _filled(profile: Profile, word: str) -> str:
    return without_asking(profile, word, os.environ)


def _connection(profile: Profile) -> dict[str, str]:
    tables = {"tls": msgspec.to_builtins(profile.tls), "oauth": msgspec.to_builtins(profile.oauth)}
    return _digests({**profile.headers, **{name: json.dumps(table, sort_keys=True) for name, table in tables.items()}})


def _files(profile: Profile, folder: Path, *, handed_over: tuple[Path, ...]) -> Iterator[tuple[str, str]]:
    """The program, if it is named by a path or lies in the folder, each argument that names a file or folder, and code
    that is named within one, as a module, by a folder or by a variable."""
    if not profile.command:
        return
    word = profile.command[0]
    name, program = _filled(profile, word), program_path(profile, folder)
    seen: dict[Path, str] = {}
    if program is not None and (os.sep in name or program.is_relative_to(folder)):
        seen[program] = identity(program, handed_over, with_content=True)
        yield word, seen[program]
    elif name != word:
        yield word, name
    for word in profile.command[1:]:
        path = named_path(_filled(profile, word), folder)
        if path is not None:
            seen[path] = identity(path, handed_over, with_content=may_be_code(path))
            yield word, seen[path]
    within = [*named_within([_filled(profile, word) for word in profile.command], folder)]
    if Path(name).name.lower() in _OF_A_PROJECT:
        within += entries_of(folder)
    of_variables = named_within([_filled(profile, value) for value in profile.env.values()], folder)
    within += (path for path in of_variables if path.suffix.lower() in _SCRIPTS)  # others are what a server writes
    for path in dict.fromkeys(within):
        if any(path.resolve().is_relative_to(place) for place in handed_over) and may_be_code(path):
            yield str(path), seen.get(path) or identity(path, handed_over, with_content=True)


def _fingerprint_0_1_0(profile: Profile) -> str:
    """What version 0.1.0 remembered: neither the working folder nor what the file's name leads to."""
    what = {
        "command": profile.command,
        "env": dict(profile.env),
        "cwd": profile.cwd,
        "auth": asdict(profile.auth) if profile.auth else None,
        "source": profile.source,
    }
    return _digest(json.dumps(what, sort_keys=True).encode())


def _is_the_same_everywhere(profile: Profile, target: TrustedTarget) -> bool:
    """Whether the profile meant the same wherever it was allowed: it names no file, and nothing relative."""
    if profile.url or target.files:
        return False
    return target.source == profile.source and profile.cwd in (None, target.folder)


def _digests(values: Mapping[str, str]) -> dict[str, str]:
    return {name: _digest(value.encode(errors="replace")) for name, value in values.items()}


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
