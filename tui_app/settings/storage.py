"""Files that survive anything: a reader finds the old content or the new one, never a part of either.

Written to a temporary file in the same directory, flushed to the disk, then renamed. Files are 0600 in a 0700
directory. A symbolic link in the way is replaced, not followed.
"""

from __future__ import annotations

import contextlib
import glob
import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui_app.settings.locking import locked

_FILE_MODE = 0o600
_DIRECTORY_MODE = 0o700
_ABANDONED_SECONDS = 60.0  # no write takes that long
_VERSION = "version"
_MOST_REWRITES = 5  # each one means that this process stood still for a second between reading and writing


def write_atomically(path: Path, content: bytes, *, still_wanted: Callable[[], bool] = lambda: True) -> bool:
    """Replace ``path`` by ``content`` in one step. ``still_wanted`` is asked last; False leaves the old file.

    Returns:
        Whether it was replaced.

    Raises:
        OSError: the directory or the disk does not take it; the old file is whole.
    """
    make_private_directory(path.parent)
    temporary = path.with_name(f".{path.name}.{os.urandom(6).hex()}.tmp")
    try:
        _write_through(temporary, content)
        if not still_wanted():
            return False
        temporary.replace(path)
        _flush_directory(path.parent)
        _sweep(path)
        return True
    finally:
        temporary.unlink(missing_ok=True)


def make_private_directory(path: Path) -> None:
    """Create ``path`` and what is missing above it, for this user alone."""
    if path.is_dir():
        return
    make_private_directory(path.parent)
    path.mkdir(mode=_DIRECTORY_MODE, exist_ok=True)


def _write_through(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, _FILE_MODE), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sweep(path: Path) -> None:
    """Delete what writers of this file that were killed have left, once it is surely nobody's."""
    oldest = time.time() - _ABANDONED_SECONDS
    with contextlib.suppress(OSError):
        for left in path.parent.glob(f".{glob.escape(path.name)}.*.tmp"):
            if left.lstat().st_mtime < oldest:
                left.unlink(missing_ok=True)


def _flush_directory(path: Path) -> None:
    """Make the rename itself last; some file systems cannot, and then nothing better can be done."""
    with contextlib.suppress(OSError):
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


CANNOT_SAVE = "cannot be saved"
"""In every notice of this kind, so that whoever keeps several files can say it once."""


class JsonFile:
    """One JSON object on disk that several processes read and change; unknown keys are kept.

    Invariant: no method raises because of the disk. What cannot be read is set aside as ``.bad`` and what cannot be
    written is remembered for this run; either way ``notices`` says so, once.
    """

    def __init__(self, path: Path, *, version: int, what: str) -> None:
        self.path = path
        self.notices: list[str] = []
        self._version = version
        self._what = what
        self._unsaved: dict[str, Any] | None = None

    def read(self) -> dict[str, Any]:
        """The content, empty where there is none yet."""
        if self._unsaved is not None:
            return self._unsaved
        try:
            text = self.path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return {}
        except OSError as error:
            self._note(f"{self._what} could not be read ({self.path}: {error.strerror}).")
            return {}
        return self._parsed(text)

    def update(self, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        """Let ``change`` work on the newest content, keep what it leaves, and return that.

        ``change`` may run more than once and must do the same each time.
        """
        if self._unsaved is None:
            try:
                return self._update_on_disk(change)
            except OSError as error:
                self._note(f"{self._what} {CANNOT_SAVE} ({self.path}: {error.strerror}); kept until you quit.")
                self._unsaved = self.read()
        change(self._unsaved)
        return self._unsaved

    def _update_on_disk(self, change: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
        make_private_directory(self.path.parent)
        for _ in range(_MOST_REWRITES):
            with locked(self.path.with_name(f".{self.path.name}.lock")) as lock:
                content = self.read()
                change(content)
                content[_VERSION] = self._version
                text = json.dumps(content, ensure_ascii=False, indent=1) + "\n"
                if write_atomically(self.path, text.encode(errors="backslashreplace"), still_wanted=lock.still_mine):
                    return content
        raise TimeoutError(None, "another process keeps taking the lock")

    def _parsed(self, text: bytes) -> dict[str, Any]:
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            return self._set_aside("is damaged")
        if not isinstance(content, dict):
            return self._set_aside("is damaged")
        version = content.get(_VERSION)
        if not isinstance(version, int):
            return self._set_aside("is damaged")
        if version > self._version:
            return self._set_aside("was written by a newer version")
        return content

    def _set_aside(self, reason: str) -> dict[str, Any]:
        bad = self.path.with_name(self.path.name + ".bad")
        try:
            self.path.replace(bad)
        except OSError:
            self._note(f"{self._what}: {self.path} {reason}, and was ignored.")
        else:
            self._note(f"{self._what}: {self.path} {reason}; it is kept as {bad.name}, and a new one begins.")
        return {}

    def _note(self, notice: str) -> None:
        if notice not in self.notices:
            self.notices.append(notice)
