"""Brings tickets from a file into the embedded tracker's database.

Invariants: one import is one transaction: all of its tickets are there, or none; importing the same file twice changes
nothing the second time; fields that the file does not have stay as they were. The sample makes room for the first
tickets that come in.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from msgspec import Struct

from tui_app.local_tracker.file_reading import BadRow, Rows, read_rows
from tui_app.local_tracker.row_fields import RefusedError, ticket_record
from tui_app.local_tracker.sample import remove_sample
from tui_app.local_tracker.store import NewerDatabaseError, open_for_writing
from tui_app.local_tracker.writing import Outcome, put_ticket
from tui_app.tickets.errors import ExplainedError

_ROWS_BETWEEN_REPORTS = 200  # a progress bar moves ten times a second or more
_IMPORT_CACHE_KIB = 256 * 1024  # keeps the indexes of some hundred thousand tickets out of the log while they grow

Progress = Callable[[int, "int | None"], None]


class Refusal(Struct, frozen=True):
    """A row that was not imported. ``row`` counts as an editor does: the first line, or JSON item, is 1."""

    row: int
    reason: str


class ImportReport(Struct, frozen=True):
    """What an import did. ``sample_removed`` says that the sample made room for it."""

    added: int
    updated: int
    unchanged: int
    refused: tuple[Refusal, ...]
    sample_removed: bool = False


def import_file(
    path: Path, database: Path, *, project: str | None = None, on_progress: Progress | None = None
) -> ImportReport:
    """Import the tickets of a CSV, JSON or JSON Lines file.

    ``project`` is for rows that name none. ``on_progress`` gets the rows done and, where it is known, their total.

    Raises:
        UsageError: the file cannot be read.
        ExplainedError: the database cannot be written.
    """
    rows = read_rows(path)
    with _explained(database), closing(open_for_writing(database)) as connection:
        connection.execute(f"PRAGMA cache_size = -{_IMPORT_CACHE_KIB}")
        connection.execute("PRAGMA mmap_size = 0")  # pages read once need not stay in memory
        with _transaction(connection):
            report = _import_rows(connection, rows, project, on_progress or _nobody)
        if report.added + report.updated:
            connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return report


@contextmanager
def _explained(database: Path) -> Iterator[None]:
    try:
        yield
    except NewerDatabaseError as error:
        raise ExplainedError(str(error), hint="Update ticketdeck, or move the file away.") from error
    except (OSError, sqlite3.Error) as error:
        busy = "locked" in str(error)
        raise ExplainedError(
            f"The database {database} cannot be written: {error}.",
            title="Nothing was imported",
            hint="Another import is running; try again when it is done."
            if busy
            else "See to the disk, then try again.",
        ) from error


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _import_rows(
    connection: sqlite3.Connection, rows: Rows, project: str | None, on_progress: Progress
) -> ImportReport:
    counts = dict.fromkeys(Outcome, 0)
    refused: list[Refusal] = []
    seen: set[int] = set()
    sample_removed = False
    done = 0
    for done, (number, row) in enumerate(rows.rows, 1):
        if done % _ROWS_BETWEEN_REPORTS == 0:
            on_progress(done, rows.total)
        try:
            if isinstance(row, BadRow):
                raise RefusedError(row.reason)
            record = ticket_record(row, project)
            if hash(record["id"]) in seen:  # hashes, not ids: a million of them fit
                raise RefusedError(f"id: {record['id']} stands further up already")
        except RefusedError as error:
            refused.append(Refusal(number, str(error)))
            continue
        if not seen:
            sample_removed = remove_sample(connection)
        seen.add(hash(record["id"]))
        counts[put_ticket(connection, record)] += 1
    on_progress(done, done)
    return ImportReport(
        counts[Outcome.ADDED], counts[Outcome.UPDATED], counts[Outcome.UNCHANGED], tuple(refused), sample_removed
    )


def _nobody(_done: int, _total: int | None) -> None:
    """Takes the progress that nobody asked for."""
