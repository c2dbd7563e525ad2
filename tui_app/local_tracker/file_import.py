"""Brings tickets from a file into the embedded tracker's database.

Invariants: one import is one transaction: all of its tickets are there, or none; importing the same file twice changes
nothing the second time; fields that the file does not have stay as they were; every row of the file is counted once, as
added, updated, unchanged or refused. The sample makes room for the first tickets that come in.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from tui_app.local_tracker.documents import BadRow
from tui_app.local_tracker.exported_rows import RefusedError, RowReader, headings_that_do
from tui_app.local_tracker.file_columns import FileReading, ReadingOptions, learn_file
from tui_app.local_tracker.file_reading import Rows, rows_in
from tui_app.local_tracker.sample import remove_sample
from tui_app.local_tracker.source_file import STANDARD_INPUT, SourceFile, opened_source
from tui_app.local_tracker.store import UnusableDatabaseError, open_for_writing, opened_in_memory
from tui_app.local_tracker.writing import UNKNOWN_STATUS, TicketRecord, WriteOutcome, put_ticket
from tui_app.tickets.clock import Clock
from tui_app.tickets.errors import ExplainedError, UsageError

_ROWS_BETWEEN_REPORTS = 200  # a progress bar moves ten times a second or more
_IMPORT_CACHE_KIB = 80 * 1024
"""Of pages of the database: the indexes of a hundred thousand tickets, which grow everywhere, and not their texts."""
_MOST_UNREAD = 1000  # values that are named; a column that is none has one in every row
_SHOWN_ROWS = 5  # of a dry run
_NAMED_HEADINGS = 40

Progress = Callable[[int, "int | None"], None]


class RefusedRow(Struct, frozen=True):
    """A row that was not imported, or a value of one that was not read.

    ``row`` counts as an editor does: the first line, or JSON item, is 1.
    """

    row: int
    reason: str


class ImportReport(Struct, frozen=True):
    """What an import did. ``sample_removed`` says that the sample made room for it."""

    added: int
    updated: int
    unchanged: int
    refused: tuple[RefusedRow, ...]
    sample_removed: bool = False
    rows: int = 0
    unread: tuple[RefusedRow, ...] = ()
    """Dates that were not read; their text is kept among the extra fields. At most `_MOST_UNREAD` of them."""
    unread_count: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)
    """Heading to the field that it was read as."""
    guessed: tuple[str, ...] = ()
    """Headings whose field was guessed from what they hold."""
    kept: tuple[str, ...] = ()
    """Headings that are kept by name, as extra fields."""
    notes: tuple[str, ...] = ()
    """What else the user should know of how the file was read."""
    preview: tuple[TicketRecord, ...] = ()
    """The first tickets as they would be, of a dry run."""


def import_file(
    path: Path,
    database: Path,
    *,
    project: str | None = None,
    mapping: Mapping[str, str] | None = None,
    order: str = "",
    zone: tzinfo | None = UTC,
    encoding: str | None = None,
    dry_run: bool = False,
    on_progress: Progress | None = None,
    clock: Clock | None = None,
) -> ImportReport:
    """Import the tickets of a file or a folder of Markdown files; ``-`` is standard input.

    Args:
        project: of rows that name none.
        mapping: heading to field, for headings that are not understood.
        order: the order of dates in numbers: ``dmy``, ``mdy`` or ``ymd``.
        zone: the zone of times that name none; None: this machine's.
        encoding: of the file, where its content does not tell.
        dry_run: change nothing, and show the first rows as they would be.
        on_progress: gets the rows done and, where it is known, their total.
        clock: bounds how long a folder is looked through; without it, the number of its files alone does.

    Raises:
        UsageError: the file cannot be read, or its columns are not understood.
        ExplainedError: the database cannot be written.
    """
    options = ReadingOptions(project, mapping or {}, order, zone)
    with opened_source(path, encoding, clock) as source:
        rows = rows_in(source)
        reading = _learnt(source, rows, options)
        reader = RowReader(reading, options, is_table=bool(rows.headings), needs_status=bool(rows.files))
        with _explained(database), closing(_opened(database, dry_run)) as connection:
            run = _Import(connection, source, reader, dry_run)
            with _transaction(connection, kept=not dry_run):
                run.take(rows, on_progress or _nobody)
            _settle(connection, changed=run.changed and not dry_run)
        return run.report(reading, source)


def _settle(connection: sqlite3.Connection, *, changed: bool) -> None:
    if changed:
        connection.execute("ANALYZE")
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _learnt(source: SourceFile, rows: Rows, options: ReadingOptions) -> FileReading:
    def items() -> Iterator[Mapping[str, Any]]:
        return (row for _, row in rows.read() if not isinstance(row, BadRow))

    try:
        reading = learn_file(items, options, rows.headings)
    except KeyError as error:
        raise UsageError(
            f"{source.name} has no column {error.args[0]!r}. It has: {_listed(rows.headings)}.",
            title="The file cannot be imported",
            hint='Write --map "HEADING=field" with a heading as it is in the file.',
            field="--map",
        ) from None
    names = rows.headings or reading.names
    if reading.missing and names:
        raise source.unusable(
            f"it has no column for {' and '.join(reading.missing)}. Its columns: {_listed(names)}",
            f'Name them: --map "{_unread(names, reading)}={reading.missing[0]}". '
            f"These would do: {headings_that_do(reading.missing)}.",
        )
    return reading


def _unread(names: tuple[str, ...], reading: FileReading) -> str:
    """The heading to show how one is named: one that is no field yet."""
    return next((name for name in names if name not in reading.fields), names[0])


def _listed(names: tuple[str, ...]) -> str:
    more = f", and {len(names) - _NAMED_HEADINGS} more" if len(names) > _NAMED_HEADINGS else ""
    return ", ".join(names[:_NAMED_HEADINGS]) + more


def _opened(database: Path, dry_run: bool) -> sqlite3.Connection:
    connection = opened_in_memory() if dry_run and not database.exists() else open_for_writing(database)
    connection.execute(f"PRAGMA cache_size = -{_IMPORT_CACHE_KIB}")
    connection.execute("PRAGMA mmap_size = 0")  # pages read once need not stay in memory
    return connection


@contextmanager
def _explained(database: Path) -> Iterator[None]:
    try:
        yield
    except UnusableDatabaseError as error:
        raise ExplainedError(str(error), hint=error.hint) from error
    except (OSError, sqlite3.Error) as error:
        busy = "locked" in str(error)
        raise ExplainedError(
            f"The database {database} cannot be written: {error}.",
            title="Nothing was imported",
            hint="Another import is running; try again when it is done."
            if busy
            else "Check the disk's free space and the file's permissions, then try again.",
        ) from error


@contextmanager
def _transaction(connection: sqlite3.Connection, *, kept: bool) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        if connection.in_transaction:  # a full disk has ended it already
            connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT" if kept else "ROLLBACK")


class _Import:
    """One import, in the transaction that the caller opened."""

    def __init__(self, connection: sqlite3.Connection, source: SourceFile, reader: RowReader, dry_run: bool) -> None:
        self._connection = connection
        self._reader = reader
        self._counts = dict.fromkeys(WriteOutcome, 0)
        self._refused: list[RefusedRow] = []
        self._unread: list[RefusedRow] = []
        self._unread_count = 0
        self._without_status = 0
        self._seen: set[int] = set()
        self._sample_removed = False
        self._rows = 0
        self._preview: list[TicketRecord] = []
        self._shown = _SHOWN_ROWS if dry_run else 0
        self._numbers = _Numbers(connection, source.name)

    @property
    def changed(self) -> bool:
        """Whether the database is another one than before."""
        return self._counts[WriteOutcome.ADDED] + self._counts[WriteOutcome.UPDATED] > 0

    def take(self, rows: Rows, on_progress: Progress) -> None:
        """Put every row into the database, or among the refused ones."""
        for self._rows, (number, row) in enumerate(rows.read(), 1):
            if self._rows % _ROWS_BETWEEN_REPORTS == 0:
                on_progress(self._rows, rows.total)
            try:
                self._put(number, self._read(row))
            except RefusedError as error:
                where = f"{rows.files[number - 1]}: " if rows.files else ""
                self._refused.append(RefusedRow(number, f"{where}{error}"))
        self._numbers.settle()
        on_progress(self._rows, self._rows)

    def _read(self, row: Mapping[str, Any] | BadRow) -> TicketRecord:
        if isinstance(row, BadRow):
            raise RefusedError(row.reason)
        record = self._reader.record(row)
        if hash(record["id"]) in self._seen:  # hashes, not ids: a million of them fit
            raise RefusedError(f"id: {record['id']} occurs twice in the file")
        return record

    def _put(self, number: int, record: TicketRecord) -> None:
        if not self._seen:
            self._sample_removed = remove_sample(self._connection)
        self._seen.add(hash(record["id"]))
        self._without_status += "status" not in record
        if record["id"].startswith("#"):
            self._numbers.look_at(record)
        self._counts[put_ticket(self._connection, record)] += 1
        if self._reader.faults:
            self._unread_count += len(self._reader.faults)
            if len(self._unread) < _MOST_UNREAD:
                self._unread += [RefusedRow(number, fault) for fault in self._reader.faults]
        if len(self._preview) < self._shown:
            self._preview.append({**record, "status": record.get("status", UNKNOWN_STATUS)})

    def report(self, reading: FileReading, source: SourceFile) -> ImportReport:
        """What was done."""
        return ImportReport(
            self._counts[WriteOutcome.ADDED],
            self._counts[WriteOutcome.UPDATED],
            self._counts[WriteOutcome.UNCHANGED],
            tuple(self._refused),
            self._sample_removed,
            self._rows,
            tuple(self._unread),
            self._unread_count,
            reading.fields,
            reading.guessed,
            reading.kept,
            (*source.notes, *_notes(reading, self._without_status), *self._numbers.notes),
            tuple(self._preview),
        )


def _notes(reading: FileReading, without_status: int) -> Iterator[str]:
    if without_status:
        named = (
            "" if "status" in reading.columns.paths else ' No column was read as it: --map "HEADING=status" names one.'
        )
        yield f"Rows without a status: {without_status}; of new tickets it is {UNKNOWN_STATUS!r}.{named}"
    if reading.has_made_ids:
        yield 'No column was read as the id, so each ticket got one made of its title; --map "HEADING=id" names one.'
    for name in reading.open_order:
        yield (
            f"{name}: no date in the file tells which number is the month; dates that could be two days were not read. "
            "Say it with --dates dmy, mdy or ymd."
        )


class _Numbers:
    """Tickets that have a number and no project: those of one file must not overwrite those of another one."""

    def __init__(self, connection: sqlite3.Connection, name: str) -> None:
        self._connection = connection
        self._name = Path(name).name
        self._files: set[str] | None = None
        self._same = self._different = 0
        self.notes: tuple[str, ...] = ()

    def look_at(self, record: TicketRecord) -> None:
        """Compare a ticket that is to be written with the one of its number."""
        if self._files is None:
            row = self._connection.execute("SELECT value FROM facts WHERE name = 'numbers_from'").fetchone()
            self._files = set(json.loads(row[0])) if row else set()
        if self._name in self._files and self._name != STANDARD_INPUT:
            return
        query = "SELECT title, created_at FROM tickets WHERE id = ?"
        stored = self._connection.execute(query, (record["id"],)).fetchone()
        if stored:
            is_same = stored[0] == record["title"] or (stored[1] and stored[1] == record.get("created_at"))
            self._same += bool(is_same)
            self._different += not is_same

    def settle(self) -> None:
        """Remember the file, or refuse it.

        Raises:
            UsageError: its numbers are those of other tickets that are there already.
        """
        if self._files is None:
            return
        if self._different > self._same:
            raise UsageError(
                f"Its tickets have numbers and no project, and {self._different} of them are numbers of other tickets "
                "that were imported before.",
                title="Nothing was imported",
                hint="Name the project of this file: --project NAME.",
                field="--project",
            )
        self.notes = ("Its tickets have numbers and no project; --project NAME tells them from those of other files.",)
        files = json.dumps(sorted(self._files | {self._name}))
        self._connection.execute("INSERT OR REPLACE INTO facts VALUES ('numbers_from', ?)", (files,))


def _nobody(_done: int, _total: int | None) -> None:
    """Takes the progress that nobody asked for."""
