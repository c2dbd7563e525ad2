"""A lock between processes for the length of one read-change-write.

Invariant: no wait is endless. The kernel frees the lock of a process that died; a holder that is alive but does not
move for `STALE_SECONDS` (stopped by Ctrl-Z, hung on a network disk) is passed by, and notices it before it writes.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

STALE_SECONDS = 0.8
"""A holder needs a few milliseconds, a slow disk's fsync some hundred; people notice a second."""

_POLL_SECONDS = 0.005
_MARK_BYTES = 16


class Lock:
    """A held lock. ``still_mine`` turns False when another process took it for stale."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def still_mine(self) -> bool:
        """Whether the lock file is still the one that is held here."""
        return _same_file(self._path, self._descriptor)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[Lock]:
    """Hold the lock file ``path``, which is created if need be, 0600, in a directory that exists.

    Raises:
        OSError: the lock file cannot be opened.
    """
    descriptor = _acquire(path)
    try:
        yield Lock(path, descriptor)
    finally:
        os.close(descriptor)


def _acquire(path: Path) -> int:
    holder, since = b"", time.monotonic()
    while True:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        if _try_lock(descriptor) and _same_file(path, descriptor):
            os.pwrite(descriptor, os.urandom(_MARK_BYTES), 0)
            return descriptor
        mark = os.pread(descriptor, _MARK_BYTES, 0)
        if mark != holder:
            holder, since = mark, time.monotonic()  # somebody else's turn now: the queue moves
        elif time.monotonic() - since > STALE_SECONDS and _same_file(path, descriptor):
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
