"""Opens the tracker's database, whatever state it is in.

Invariants: a database appears under its name complete or not at all; a damaged one is set aside, never deleted; whoever
searches never waits for whoever imports (WAL). Searching works without a place to write to: then the sample is in
memory.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tui_app.local_tracker import schema

if TYPE_CHECKING:
    from collections.abc import Iterator

BUSY_SECONDS = 10.0
"""How long a connection waits for another one's write to end; only imports write, searches do not wait."""
_CACHE_KIB = 64 * 1024  # holds the upper levels of every index of a million tickets
_MAPPED_BYTES = 1 << 30  # pages are read through the mapping instead of by a system call each


class NewerDatabaseError(Exception):
    """The database was written by a newer ticketdeck."""


class Store(NamedTuple):
    """An open database. ``notices`` say what was wrong with it, until somebody has told the user."""

    connection: sqlite3.Connection
    notices: list[str]


def open_store(path: Path) -> Store:
    """Open the database at ``path``; make it, with the sample, where there is none or a damaged one.

    Raises:
        NewerDatabaseError: a newer ticketdeck wrote it. It is left alone.
        sqlite3.OperationalError: it is locked by another process for longer than `BUSY_SECONDS`.
    """
    try:
        if path.exists():
            connection = _opened(path)
            if connection is not None:
                return Store(connection, [])
        return _made(path)
    except (OSError, sqlite3.OperationalError) as error:
        if _is_busy(error):
            raise
        return _without_writing(path, error)


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Open the database at ``path`` to import into it; make it, without the sample, where there is none.

    Raises:
        OSError, sqlite3.Error: it cannot be opened or made.
        NewerDatabaseError: a newer ticketdeck wrote it.
    """
    connection = _opened(path) if path.exists() else None
    return connection or _made(path, sample=False).connection


def replace_damaged(path: Path) -> Store:
    """Set the database aside if it is damaged deeper than opening it shows, and make a new one.

    Raises:
        OSError, sqlite3.Error, NewerDatabaseError: as `open_store`.
    """
    return _made(path, thorough=True)


def is_damage(error: sqlite3.Error) -> bool:
    """Whether the error says that the file is no database, or not whole, or none of ours."""
    if _code(error).startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return True
    words = str(error)  # tables that are missing, or others than ours
    return any(sign in words for sign in ("no such table", "no such column", "already exists", "vtable constructor"))


def _code(error: BaseException) -> str:
    return getattr(error, "sqlite_errorname", "")  # errors of the Python module itself have none


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
        raise NewerDatabaseError(f"{path} was written by a newer ticketdeck (its version is {version}).")
    if version == 0:
        return False  # ours appear under their name complete
    if version < schema.VERSION:
        schema.migrate(connection)
    connection.execute("SELECT number FROM tickets JOIN texts USING (number) LIMIT 1").fetchone()
    connection.execute("SELECT rowid FROM search WHERE search MATCH 'a' LIMIT 1").fetchone()
    return True


def _is_busy(error: Exception) -> bool:
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


def _made(path: Path, *, sample: bool = True, thorough: bool = False) -> Store:
    """Make the database, setting a damaged one aside first. One process does it, others wait and use what it made."""
    import fcntl

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
        _build(path, sample=sample)
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


def _build(path: Path, *, sample: bool) -> None:
    unfinished = Path(f"{path}.new")
    for leftover in _files_of(unfinished):
        leftover.unlink()
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    connection = sqlite3.connect(unfinished, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        _fill(connection, sample=sample)
    finally:
        connection.close()  # folds the log into the file, which then is whole by itself
    unfinished.rename(path)


def _fill(connection: sqlite3.Connection, *, sample: bool) -> None:
    from tui_app.local_tracker.sample import load_sample

    schema.migrate(connection)
    if sample:
        load_sample(connection)


def _set_aside(path: Path) -> Path:
    kept = next(name for count in itertools.count() if not (name := Path(f"{path}.bad{count or ''}")).exists())
    for file in _files_of(path):  # a log belongs to its database and would damage the new one
        file.rename(f"{kept}{str(file).removeprefix(str(path))}")
    return kept


def _files_of(path: Path) -> Iterator[Path]:
    """The database and its companions: the log, and the log's index."""
    return (file for suffix in ("", "-wal", "-shm") if (file := Path(f"{path}{suffix}")).exists())


def _without_writing(path: Path, error: Exception) -> Store:
    """The database read as it stands, or the sample in memory, where nothing can be written."""
    reason = f"{path} cannot be written: {error}."
    if path.exists():
        from urllib.parse import quote

        try:
            connection = _connected(f"file:{quote(str(path))}?immutable=1", uri=True)
            if _is_ours(connection, path):
                return Store(connection, [f"{reason} Its tickets are shown as they stand."])
            connection.close()
        except sqlite3.Error:
            pass  # it cannot be read either
    connection = _connected(":memory:")
    _fill(connection, sample=True)
    return Store(connection, [f"{reason} The sample is shown from memory."])
