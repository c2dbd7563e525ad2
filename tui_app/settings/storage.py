"""Files written atomically, and a lock between processes for each read-change-write.

Invariants: a reader finds the old content or the new one, never a part of either: a file is written beside the old one,
flushed to the disk, then renamed; 0600 in a 0700 directory; a symbolic link is replaced, not followed. No wait for a
lock is endless: the kernel frees the lock of a process that died, and a holder that makes no progress for
`STALE_SECONDS` (stopped by Ctrl-Z, hung on a network disk) loses it, which it notices before it writes.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import itertools
import json
import os
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tui_app.tickets.clock import Clock

STALE_SECONDS = 0.8
"""Without progress for this long, a holder loses its lock: it needs milliseconds, or some hundred for a slow fsync."""

_POLL_SECONDS = 0.005
_MARK_BYTES = 16
_FILE_MODE = 0o600
_DIRECTORY_MODE = 0o700
_ABANDONED_SECONDS = 60.0  # no write takes that long
_VERSION = "version"
_MOST_REWRITES = 5  # each one means that this process lost the lock between reading and writing


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
    """Delete temporary files that killed writers of ``path`` left, judged by the time of ``path``, just written."""
    with contextlib.suppress(OSError):
        oldest = path.lstat().st_mtime - _ABANDONED_SECONDS
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
"""Part of every notice of this kind, so that notices of several files can be merged into one."""


class Lock:
    """A held lock. ``still_mine`` turns False when another process took the lock for stale."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def still_mine(self) -> bool:
        """Whether the lock file is still the one that is held here."""
        return _same_file(self._path, self._descriptor)


@contextlib.contextmanager
def locked(path: Path, clock: Clock) -> Iterator[Lock]:
    """Hold the lock file ``path`` between processes; it is created if need be, in a directory that exists.

    Raises:
        OSError: the lock file cannot be opened.
    """
    descriptor = _acquire(path, clock)
    try:
        yield Lock(path, descriptor)
    finally:
        os.close(descriptor)


def _acquire(path: Path, clock: Clock) -> int:
    holder, since = b"", clock.monotonic()
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if _try_lock(descriptor) and _same_file(path, descriptor):
            os.pwrite(descriptor, os.urandom(_MARK_BYTES), 0)
            return descriptor
        mark = os.pread(descriptor, _MARK_BYTES, 0)
        if mark != holder:
            holder, since = mark, clock.monotonic()  # another process got it meanwhile: the queue moves
        elif clock.monotonic() - since > STALE_SECONDS and _same_file(path, descriptor):
            path.unlink(missing_ok=True)
        os.close(descriptor)
        time.sleep(_POLL_SECONDS)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _same_file(path: Path, descriptor: int) -> bool:
    try:
        there = path.lstat()
    except OSError:
        return False
    here = os.fstat(descriptor)
    return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)


def _moved_aside(path: Path) -> Path:
    """Rename ``path`` to the first of ``path.bad``, ``path.bad1``, ``path.bad2`` .. that is free, and return that.

    Raises:
        OSError: it cannot be renamed; it is where it was.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    names = (path.with_name(f"{path.name}.bad{count or ''}") for count in itertools.count())
    bad = next(name for name in names if not name.is_symlink() and not name.exists())
    os.close(os.open(bad, flags, _FILE_MODE))  # fails if another process takes the name meanwhile
    try:
        return path.replace(bad)
    except OSError:
        bad.unlink()
        raise


def table_in(content: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The object under ``key``; empty where there is none, or something else."""
    value = content.get(key)
    return value if isinstance(value, dict) else {}


class JsonFile:
    """One JSON object on disk that several processes read and change; unknown keys are kept.

    Invariants: no method raises because of the disk, and no file is lost. What cannot be read is renamed to ``.bad``,
    ``.bad1`` .., what cannot be written is kept for this run; either way one of ``notices`` explains it. ``what`` is
    their subject: "Recent searches".
    """

    def __init__(self, path: Path, *, version: int, what: str, clock: Clock) -> None:
        self.path = path
        self.notices: list[str] = []
        self._version = version
        self._what = what
        self._clock = clock
        self._unsaved: dict[str, Any] | None = None

    @property
    def is_saved(self) -> bool:
        """Whether what was changed last is on the disk; if not, one of ``notices`` says why."""
        return self._unsaved is None

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
        """Apply ``change`` to the newest content in place, write it, and return it.

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
            with locked(self.path.with_name(f".{self.path.name}.lock"), self._clock) as lock:
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
        version = content.get(_VERSION) if isinstance(content, dict) else None
        if not isinstance(content, dict) or not isinstance(version, int):
            return self._set_aside("is damaged")
        if version > self._version:
            return self._set_aside("was written by a newer version")
        return content

    def _set_aside(self, reason: str) -> dict[str, Any]:
        try:
            bad = _moved_aside(self.path)
        except OSError:
            self._note(f"{self._what}: {self.path} {reason}, and was ignored.")
        else:
            self._note(f"{self._what}: {self.path} {reason}; it is kept as {bad.name}, and a new one begins.")
        return {}

    def _note(self, notice: str) -> None:
        if notice not in self.notices:
            self.notices.append(notice)
