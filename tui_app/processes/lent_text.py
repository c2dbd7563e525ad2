"""Text that another program reads from a file, for as long as it runs; other files for as long as this program does.

Invariants: the file is in a directory that only the user can enter; it is deleted however the program ends, unless it
is killed, and `sweep` deletes what a killed one has left. A directory is locked by its owner, and only one without an
owner is swept.
"""

from __future__ import annotations

import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PREFIX = "ticketdeck-lent-"
_NAME = "ticket.md"
_TRIES = 3

_lent: dict[Path, int] = {}
"""Our directories, each with the descriptor that locks it."""


@contextmanager
def lent(text: str) -> Iterator[Path]:
    """A file that holds ``text`` and is gone afterwards.

    Raises:
        OSError: it cannot be written.
    """
    folder = _new_folder()
    file = folder / _NAME
    try:
        file.write_text(text, encoding="utf-8", errors="replace")
        yield file
    finally:
        _delete(folder)


def lend(name: str, content: bytes) -> Path:
    """A file called ``name`` that holds ``content`` until the program ends.

    Raises:
        OSError: it cannot be written.
    """
    file = _new_folder() / name
    file.write_bytes(content)
    return file


def take_back() -> None:
    """Delete all that is lent: the program ends. Raises nothing, and may be called from any thread."""
    for folder in tuple(_lent):
        _delete(folder)


def sweep() -> None:
    """Delete what programs have left that were killed: only the user's own, and only without an owner."""
    with suppress(OSError):
        for entry in os.scandir(tempfile.gettempdir()):
            if entry.name.startswith(_PREFIX):
                with suppress(OSError):
                    _sweep(Path(entry.path))


def _new_folder() -> Path:
    """A locked directory. Another program may sweep a new one before it is locked: then there is another try."""
    for _ in range(_TRIES):
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if folder.exists():
            _lent[folder] = lock
            return folder
        os.close(lock)
    raise FileNotFoundError(f"{folder} was deleted by somebody else")


def _delete(folder: Path) -> None:
    lock = _lent.pop(folder, None)
    with suppress(OSError):
        (folder / _NAME).unlink()
    _empty(folder)
    if lock is not None:
        os.close(lock)


def _sweep(folder: Path) -> None:
    lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        status = os.fstat(lock)
        if status.st_uid == os.geteuid() and not stat.S_IMODE(status.st_mode) & 0o077:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _empty(folder)
    finally:
        os.close(lock)


def _empty(folder: Path) -> None:
    """Delete the directory with what an editor may have put beside the file. It holds no directories of ours."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            with suppress(OSError):
                os.unlink(entry.path)  # noqa: PTH108 (a link is deleted, never followed)
    with suppress(OSError):
        folder.rmdir()
