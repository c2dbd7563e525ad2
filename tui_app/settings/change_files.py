"""What is kept of changes on this machine: the log, texts until they are known to be there, and what was agreed to.

Invariants: every file is for this user alone. A line of the log is written whole and flushed before the next step of a
change, or the change is not made; a line that was torn by a crash damages no other. Nothing here holds a secret: who
writes masks it before.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct

from tui_app.settings.paths import state_dir, trust_file
from tui_app.settings.profiles import BUILT_IN, Profile
from tui_app.settings.storage import JsonFile, locked, make_private_directory, table_in, write_atomically
from tui_app.tickets.clock import Clock
from tui_app.tickets.dates import iso_utc

_MOST_LOG_BYTES = 8 * 1024 * 1024  # then it becomes the older of two
_LONGEST_TEXT = 64 * 1024  # characters of one text; a longer one is kept by its beginning and its digest
_KEPT_DRAFTS = 200
_DRAFT_AGE = timedelta(days=30)
_UNSAFE = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 60  # characters of a ticket's id in a file's name
_DIGEST = 12  # characters
_TRUST_VERSION = 1
_MOST_AGREED = 2000
_FILE_MODE = 0o600


class ChangeLog:
    """``writes.jsonl``: for each change a line before it is sent, and one with what came of it."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._chosen = path

    @property
    def path(self) -> Path:
        """The younger of the two files; the older one has ``.1`` behind its name."""
        return self._chosen or state_dir() / "writes.jsonl"

    def append(self, entry: Mapping[str, Any]) -> None:
        """Write one line and flush it to the disk.

        Raises:
            OSError: it is not certain that the line is there.
        """
        make_private_directory(self.path.parent)
        content = {"at": iso_utc(self._clock.now()), **entry}
        line = json.dumps(_bounded(content), ensure_ascii=False).encode(errors="backslashreplace") + b"\n"
        with locked(self.path.with_name(f".{self.path.name}.lock"), self._clock):
            self._roll()
            flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(self.path, flags, _FILE_MODE)
            try:
                _write_whole(descriptor, _after_torn_line(descriptor) + line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def entries(self) -> list[dict[str, Any]]:
        """Every line of both files that can be read, oldest first."""
        return [entry for path in (_older(self.path), self.path) for entry in _lines_of(path)]

    def changes(self) -> list[dict[str, Any]]:
        """One for each change, oldest first: what was intended, with what came of it where that is known."""
        found: dict[str, dict[str, Any]] = {}
        for entry in self.entries():
            known = found.setdefault(str(entry.get("id")), {"state": "unknown"})
            known.update(entry if entry.get("phase") == "intent" else {**entry, "at": known.get("at", entry.get("at"))})
        return list(found.values())

    def _roll(self) -> None:
        try:
            if self.path.lstat().st_size >= _MOST_LOG_BYTES:
                self.path.replace(_older(self.path))
        except FileNotFoundError:
            pass


def _older(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")


def _lines_of(path: Path) -> Iterator[dict[str, Any]]:
    try:
        content = path.read_bytes()
    except OSError:
        return
    for line in content.splitlines():
        try:
            entry = json.loads(line)
        except (ValueError, RecursionError):
            continue  # torn by a crash
        if isinstance(entry, dict):
            yield entry


def _after_torn_line(descriptor: int) -> bytes:
    """What parts a new line from a last one that has no end."""
    size = os.fstat(descriptor).st_size
    return b"\n" if size and os.pread(descriptor, 1, size - 1) != b"\n" else b""


def _write_whole(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def is_whole_in_log(value: Any) -> bool:
    """Whether the log keeps ``value`` uncut, so that it can be written back from there."""
    return json.dumps(_bounded(value), default=str) == json.dumps(value, default=str)


def _bounded(value: Any) -> Any:
    """``value`` with texts cut that nobody would read in a log."""
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        digest = hashlib.sha256(value.encode(errors="surrogatepass")).hexdigest()
        return f"{value[:_LONGEST_TEXT]}… ({len(value)} characters, sha256 {digest})"
    if isinstance(value, Mapping):
        return {str(key): _bounded(inner) for key, inner in value.items()}
    return [_bounded(inner) for inner in value] if isinstance(value, (list, tuple)) else value


class Draft(Struct, frozen=True):
    """A text that was meant for a ticket and is not known to be there."""

    path: Path
    saved_at: str
    values: Mapping[str, Any]
    answers: Mapping[str, Any]
    sent: bool = False
    """Whether it was sent: it may be there, although no fresh read could show it."""


class Drafts:
    """Texts of changes, by profile, ticket and kind of change; several of a kind are kept beside each other."""

    def __init__(self, clock: Clock, folder: Path | None = None) -> None:
        self._clock = clock
        self._chosen = folder

    @property
    def folder(self) -> Path:
        """Where they are, one folder for each profile."""
        return self._chosen or state_dir() / "drafts"

    def save(
        self,
        profile: str,
        ticket_id: str,
        kind: str,
        values: Mapping[str, Any],
        answers: Mapping[str, Any] | None = None,
        *,
        instead_of: Path | None = None,
        sent: bool = False,
    ) -> Path:
        """Write a text to the disk, in the place of the draft ``instead_of`` where it goes on with that.

        Raises:
            OSError: it is not certain that it is there; ``instead_of`` is.
        """
        content = {
            "version": 1,
            "saved_at": iso_utc(self._clock.now()),
            "profile": profile,
            "ticket": ticket_id,
            "kind": kind,
            "values": dict(values),
            "answers": dict(answers or {}),
            "sent": sent,
        }
        said = json.dumps([values, answers or {}], sort_keys=True, default=str)
        path = self._place(profile) / f"{_name(ticket_id)}-{kind}-{_digest(said)}.json"
        write_atomically(path, json.dumps(content, ensure_ascii=False, indent=1).encode(errors="backslashreplace"))
        if instead_of is not None and instead_of != path:
            instead_of.unlink(missing_ok=True)
        self._sweep(path)
        return path

    def discard(self, path: Path) -> None:
        """Delete a draft whose text is known to be there."""
        path.unlink(missing_ok=True)

    def latest(self, profile: str, ticket_id: str, kind: str) -> Draft | None:
        """The youngest draft for this change; None: there is none that can be read."""
        paths = self._place(profile).glob(f"{_name(ticket_id)}-{kind}-{'?' * _DIGEST}.json")
        drafts = [draft for path in paths if (draft := _draft(path)) is not None]
        return max(drafts, key=lambda draft: draft.saved_at, default=None)

    def _place(self, profile: str) -> Path:
        return self.folder / _name(profile)

    def _sweep(self, written: Path) -> None:
        """Delete drafts of ``written``'s profile that are a month old, and the oldest where there are very many."""
        oldest = written.lstat().st_mtime - _DRAFT_AGE.total_seconds()
        others = [path for path in written.parent.glob("*.json") if path != written]
        others.sort(key=lambda path: path.lstat().st_mtime, reverse=True)
        for number, path in enumerate(others):
            if number >= _KEPT_DRAFTS or path.lstat().st_mtime < oldest:
                path.unlink(missing_ok=True)


def _draft(path: Path) -> Draft | None:
    try:
        content = json.loads(path.read_bytes())
        return Draft(path, content["saved_at"], content["values"], content["answers"], content.get("sent") is True)
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None


def _name(text: str) -> str:
    """A file's name for a ticket's id: readable, and different for different ids."""
    readable = _UNSAFE.sub("_", text)[:_LONGEST_NAME].strip(".") or "new"
    return readable if readable == text else f"{readable}-{_digest(text)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()[:_DIGEST]


class AgreedTools:
    """Which tools of which profile the user has let change something, and as what; beside the allowed commands."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        self._clock = clock
        self._path = path

    @cached_property
    def _file(self) -> JsonFile:
        path = self._path or trust_file()
        return JsonFile(path, version=_TRUST_VERSION, what="What was agreed to", clock=self._clock)

    def state(self, profile: Profile, tool: str, digest: str) -> Literal["agreed", "new", "changed"]:
        """Whether ``tool`` was agreed to, and is still what it was then.

        The embedded tracker's tools come with the program, so that nobody else can have changed them.
        """
        if profile.source == BUILT_IN:
            return "agreed"
        entry = table_in(self._file.read(), "changes").get(_key(profile, tool))
        if not isinstance(entry, dict):
            return "new"
        return "agreed" if entry.get("digest") == digest else "changed"

    def knows(self, profile: Profile) -> bool:
        """Whether anything was let change something through this profile, as it reaches its server now."""
        if profile.source == BUILT_IN:
            return True
        entries = table_in(self._file.read(), "changes")
        tools = {str(entry.get("tool")) for entry in entries.values() if isinstance(entry, dict)}
        return any(_key(profile, tool) in entries for tool in tools)

    @property
    def path(self) -> Path:
        """Where it is remembered."""
        return self._path or trust_file()

    def agree(self, profile: Profile, tool: str, digest: str) -> None:
        """Remember that the user let ``tool`` change something, as it is now."""
        if self.state(profile, tool, digest) == "agreed":
            return
        entry = {"profile": profile.name, "tool": tool, "digest": digest, "agreed_at": iso_utc(self._clock.now())}

        def change(content: dict[str, Any]) -> None:
            others = {key: value for key, value in table_in(content, "changes").items() if key != _key(profile, tool)}
            content["changes"] = dict([*others.items(), (_key(profile, tool), entry)][-_MOST_AGREED:])

        self._file.update(change)


def _key(profile: Profile, tool: str) -> str:
    """One server as one profile reaches it, and its tool."""
    what = [profile.name, profile.source, list(profile.command), profile.url, tool]
    return hashlib.sha256(json.dumps(what).encode(errors="surrogatepass")).hexdigest()
