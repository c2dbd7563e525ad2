"""Opens the tracker's database, whatever state it is in.

Invariants: a database appears under its name complete or not at all; a damaged one is set aside, never deleted; whoever
searches never waits for whoever imports (WAL). Searching works without a place to write to: then the sample is in
memory.
"""

from __future__ import annotations

import fcntl
import itertools
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_app.local_tracker import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tui_app.tickets.clock import Clock

BUSY_SECONDS = 10.0
"""How long a connection waits for another one's write to end; only imports write, searches do not wait."""
_CACHE_KIB = 64 * 1024  # holds the upper levels of every index of a million tickets
_MAPPED_BYTES = 1 << 30  # pages are read through the mapping instead of by a system call each


class UnusableDatabaseError(Exception):
    """The database is left alone: a newer version wrote it, or it is a link to a missing file."""

    def __init__(self, cause: str, hint: str) -> None:
        super().__init__(cause)
        self.hint = hint


class Store(NamedTuple):
    """An open database. ``notices`` say what was wrong with it, until somebody has told the user."""

    connection: sqlite3.Connection
    notices: list[str]
    unwritable: str = ""
    """Why nothing can be changed in it; empty where it can."""


def open_store(path: Path, clock: Clock) -> Store:
    """Open the database at ``path``; make it, with the sample up to now, where there is none or a damaged one.

    Raises:
        UnusableDatabaseError: a newer ticketdeck wrote it, or it is a link to a file that is not there.
        sqlite3.OperationalError: it is locked by another process for longer than `BUSY_SECONDS`.
    """
    try:
        if _exists(path):
            connection = _opened(path)
            if connection is not None:
                return Store(connection, [])
        return _made(path, clock)
    except (OSError, sqlite3.OperationalError) as error:
        if is_busy(error):
            raise
        return _without_writing(path, clock, error)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the database at ``path`` to import into it; make it, without the sample, where there is none.

    Raises:
        OSError, sqlite3.Error: it cannot be opened or made.
        UnusableDatabaseError: as `open_store`.
    """
    connection = _opened(path) if _exists(path) else None
    return connection or _made(path, None).connection


def opened_in_memory() -> sqlite3.Connection:
    """An empty database that nobody keeps."""
    connection = _connected(":memory:")
    _fill(connection, None)
    return connection


def replace_damaged(path: Path, clock: Clock) -> Store:
    """Set the database aside if it is damaged deeper than opening it shows, and make a new one.

    Raises:
        OSError, sqlite3.Error, UnusableDatabaseError: as `open_store`.
    """
    return _made(path, clock, thorough=True)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the error says that the file is no database, or not whole, or none of ours."""
    if _code(error).startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return True
    words = str(error)  # tables that are missing, or others than ours
    return any(sign in words for sign in ("no such table", "no such column", "already exists", "vtable constructor"))


def _code(error: BaseException) -> str:
    return getattr(error, "sqlite_errorname", "")  # errors of the Python module itself have none


def _exists(path: Path) -> bool:
    """Whether there is a database; a link whose target is missing, as on a disk that is not mounted, is an error."""
    if os.path.exists(path):  # noqa: PTH110 (Path.exists raises for a link to itself)
        return True
    for place in (path, *path.parents):
        if place.is_symlink() and not os.path.exists(place):  # noqa: PTH110
            cause = f"{place} is a link to {os.readlink(place)}, which does not exist."  # noqa: PTH115 (as written)
            raise UnusableDatabaseError(cause, "Mount the disk that it is on, or remove the link.")
    return False


def _opened(path: Path) -> sqlite3.Connection | None:
    """A connection to an existing database; None where it is damaged."""
    connection = None
    try:
        connection = _connected(path)
        if _is_ours(connection, path):
            return connection
    except BaseException as error:
        if connection:
            connection.close()
        if isinstance(error, sqlite3.Error) and is_damage(error):
            return None
        raise
    connection.close()
    return None


def _is_ours(connection: sqlite3.Connection, path: Path) -> bool:
    """Bring an older database up to date, and touch each part that every search needs."""
    version = schema.version_of(connection)
    if version > schema.VERSION:
        cause = f"{path} was written by a newer ticketdeck (its version is {version})."
        raise UnusableDatabaseError(cause, "Update ticketdeck, or move the file away.")
    if version == 0:
        return False  # ours appear under their name complete
    if version < schema.VERSION:
        schema.migrate(connection)
    connection.execute("SELECT number FROM tickets JOIN texts USING (number) LIMIT 1").fetchone()
    connection.execute("SELECT rowid FROM search WHERE search MATCH 'a' LIMIT 1").fetchone()
    return True


def is_busy(error: Exception) -> bool:
    """Whether somebody else's write took longer than `BUSY_SECONDS`."""
    return _code(error).startswith("SQLITE_BUSY")


def _connected(path: Path | str, *, uri: bool = False) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, uri=uri)
    try:
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(f"PRAGMA mmap_size = {_MAPPED_BYTES}")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")
    except BaseException:
        connection.close()
        raise
    return connection


def _made(path: Path, sample_clock: Clock | None, *, thorough: bool = False) -> Store:
    """Make the database, setting a damaged one aside first. One process does it, others wait and use what it made.

    Without a clock it gets no sample.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        notices: list[str] = []
        if path.exists():
            connection = _opened(path)
            if connection is not None and (not thorough or _is_whole(connection)):
                return Store(connection, [])
            kept = _set_aside(path)
            notices.append(f"The database was damaged. It is kept as {kept}; a new one was begun.")
        _build(path, sample_clock)
        return Store(_connected(path), notices)
    finally:
        os.close(descriptor)


def _is_whole(connection: sqlite3.Connection) -> bool:
    """Reads the whole database; closes the connection to a damaged one."""
    try:
        whole = bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError:
        whole = False
    if not whole:
        connection.close()
    return whole


def _build(path: Path, sample_clock: Clock | None) -> None:
    unfinished = Path(f"{path}.new")
    for leftover in _files_of(unfinished):
        leftover.unlink()
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(unfinished, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        _fill(connection, sample_clock)
    finally:
        connection.close()  # folds the log into the file, which then is whole by itself
    unfinished.rename(path)


def _fill(connection: sqlite3.Connection, sample_clock: Clock | None) -> None:
    from tui_app.local_tracker.sample import load_sample

    schema.migrate(connection)
    if sample_clock:
        load_sample(connection, sample_clock.now())


def _set_aside(path: Path) -> Path:
    kept = next(name for count in itertools.count() if not (name := Path(f"{path}.bad{count or ''}")).exists())
    for file in _files_of(path):  # a log belongs to its database and would damage the new one
        file.rename(f"{kept}{str(file).removeprefix(str(path))}")
    return kept


def _files_of(path: Path) -> Iterator[Path]:
    """The database and its companions: the log, and the log's index."""
    return (file for suffix in ("", "-wal", "-shm") if (file := Path(f"{path}{suffix}")).exists())


def _without_writing(path: Path, clock: Clock, error: Exception) -> Store:
    """The database as it is, or the sample in memory, where nothing can be written."""
    reason = f"{path} cannot be written: {error}."
    if path.exists():
        from urllib.parse import quote

        try:
            connection = _connected(f"file:{quote(str(path))}?immutable=1", uri=True)
            if 0 < schema.version_of(connection) < schema.VERSION:
                connection = _copied(connection)  # an older one has to change before it can be searched
            if _is_ours(connection, path):
                return Store(connection, [f"{reason} Its tickets are shown as they are."], reason)
            connection.close()
        except sqlite3.Error:
            pass  # it cannot be read either
    connection = _connected(":memory:")
    _fill(connection, clock)
    return Store(connection, [f"{reason} The sample is shown from memory."], reason)


def _copied(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A copy of the database in memory, in place of the connection."""
    copy = _connected(":memory:")
    connection.backup(copy)
    connection.close()
    return copy
