"""A row of an export becomes a ticket record: which column means what, and which rows are refused.

Invariants: nothing is invented, and nothing that a row says is dropped: a column that is no field of a ticket, and a
date that is not certain, is kept by its name in ``extra``. A row without id, title or status is refused with a reason
that names the field.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from itertools import islice
from typing import Any

from msgspec import Struct, field

from tui_app.adapters.reading.calendar_words import zone_in as zone_in
from tui_app.adapters.reading.date_columns import with_dates_by_order
from tui_app.adapters.reading.dates_in_words import DateRules
from tui_app.adapters.reading.field_columns import SAMPLE, Columns, fields_of_names, inferred_columns, value_at_path
from tui_app.adapters.reading.field_names import plain_name
from tui_app.adapters.reading.field_values import flattened
from tui_app.adapters.reading.learned import SURE
from tui_app.adapters.reading.timestamps import DateEvidence, is_no_date, shared_order
from tui_app.local_tracker.cell_values import CellReader, are_parted_by_blanks, storable, text_of
from tui_app.local_tracker.writing import TicketRecord
from tui_app.tickets.fields import FIELDS_BY_NAME, REQUIRED_FIELDS, TIME_FIELDS

LARGEST_TICKET = 2 << 20
"""Bytes of text. It is sent twice (structured and as text), and its worst escaping must still fit the client's line."""
_LONGEST_ID = 200
_KEY = re.compile(r"([A-Z][A-Z0-9_]*)-\d+")
_REPOSITORY = re.compile(r"https?://[^/]+/(.+?)/(?:-/)?(?:issues|pull|merge_requests)/\d+")
_YES = frozenset(("true", "yes", "1", "x"))
_JIRA_ID = "issuekey"

Path = tuple[str, ...]


class RefusedError(Exception):
    """The row is no ticket. The message says why."""


class ReadingOptions(Struct, frozen=True):
    """What the user says of a file."""

    project: str | None = None
    """The project of rows that name none."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Heading to the field that it is."""
    order: str = ""
    """The order of dates in numbers, one of `tui_app.adapters.reading.dates_in_words.ORDERS`."""
    zone: tzinfo | None = UTC
    """The zone of times that name none; None: this machine's."""


class FileReading(Struct, frozen=True):
    """Which column of a file is which field, and how its dates are meant."""

    columns: Columns
    dates: Mapping[str, DateRules] = field(default_factory=dict)
    """Time field to how its column is read."""
    other_dates: DateRules = DateRules()
    """How dates in comments and history are read."""
    names: tuple[str, ...] = ()
    """Headings, or keys of the rows that were looked at."""
    open_order: tuple[str, ...] = ()
    """Columns with dates that do not tell which number is the month."""
    keyed: bool = False
    """Whether every id is a key that begins with its project's: ``PAY-142``."""
    blanks: bool = False
    """Whether labels stand in one text with blanks between."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The required fields that no column holds."""
        paths, flags = self.columns.paths, self.columns.flags
        return tuple(name for name in REQUIRED_FIELDS if name not in paths and not (name == "status" and flags))

    @property
    def fields(self) -> dict[str, str]:
        """Heading to the field that it was read as; a field's best column alone."""
        return {".".join(paths[0]): name for name, paths in self.columns.paths.items()}

    @property
    def guessed(self) -> tuple[str, ...]:
        """Headings whose field is a guess by what they hold."""
        sure = self.columns.confidence
        return tuple(name for name, one in self.fields.items() if sure.get(one, 1) < SURE)

    @property
    def kept(self) -> tuple[str, ...]:
        """Headings that are no field, and are kept by name."""
        used = {path[0] for paths in self.columns.paths.values() for path in paths}
        return tuple(name for name in self.names if name not in used and name not in self.columns.flags)


# ------------------------------------------------------------ what a file tells


def learn_file(rows: Iterator[Mapping[str, Any]], options: ReadingOptions, headings: Sequence[str] = ()) -> FileReading:
    """How to read a file (a table if it has headings), by its first rows and by every date.

    Raises:
        KeyError: a heading of the options' mapping is not there.
    """
    is_table = bool(headings)
    sample = [_flat(row, is_table) for row in islice(rows, SAMPLE)]
    names = tuple(headings) or tuple(dict.fromkeys(name for row in sample for name in row))
    if is_table:
        blank = dict.fromkeys(headings, "")
        sample = [{**blank, **row} for row in sample] or [blank]
    columns = _with_mapping(_with_required(inferred_columns(sample), names), options.mapping, names)
    columns = with_dates_by_order(columns, sample)
    evidence = {name: DateEvidence() for name in TIME_FIELDS if name in columns.paths}
    for row in sample:
        _add_dates(row, columns, evidence)
    for row in rows:
        _add_dates(_flat(row, is_table), columns, evidence)
    shared = shared_order(evidence.values())
    dates = {
        name: found.rules(_zone_of(columns.paths[name][0][-1], options.zone), options.order, shared)
        for name, found in evidence.items()
    }
    is_open = [name for name, found in evidence.items() if found.is_open and not dates[name].order]
    languages = next((rules.languages for rules in dates.values() if rules.languages), None)
    others = DateRules(options.order or shared, options.zone, languages, strict=bool(options.order))
    ids = [text_of(value_at_path(row, columns.paths["id"][0])) for row in sample] if "id" in columns.paths else []
    keyed = any(ids) and all(_KEY.fullmatch(one) for one in ids if one)
    opened = tuple(columns.paths[name][0][-1] for name in is_open)
    return FileReading(columns, dates, others, names, opened, keyed, _has_blanks_between_labels(sample, columns))


def _has_blanks_between_labels(sample: Sequence[Mapping[str, Any]], columns: Columns) -> bool:
    cells = [value_at_path(row, path) for path in columns.paths.get("labels", ())[:1] for row in sample]
    texts = [cell for cell in cells if isinstance(cell, str)]
    return not any(isinstance(cell, list) for cell in cells) and are_parted_by_blanks(texts)


def _flat(row: Mapping[str, Any], is_table: bool) -> Mapping[str, Any]:
    return row if is_table else flattened(row)


def _with_required(columns: Columns, names: Sequence[str]) -> Columns:
    """The columns with those that a ticket cannot do without by their names, where what they hold tells nothing."""
    named = fields_of_names(names)
    own = {one: named[one] for one in REQUIRED_FIELDS if one not in columns.paths and one in named}
    if not own:
        return columns
    return _with_mapping(columns, {heading: one for one, found in own.items() for heading in found}, names)


def _with_mapping(columns: Columns, mapping: Mapping[str, str], names: Sequence[str]) -> Columns:
    """The columns with those that the user names in front; a column that is named is no other field."""
    if not mapping:
        return columns
    known = {plain_name(name): name for name in reversed(names)}
    own: dict[str, tuple[Path, ...]] = {}
    for heading, one in mapping.items():
        name = heading if heading in names else known.get(plain_name(heading))
        if name is None:
            raise KeyError(heading)
        own[one] = (*own.get(one, ()), (name,))
    taken = {path for paths in own.values() for path in paths}
    others = {one: tuple(path for path in paths if path not in taken) for one, paths in columns.paths.items()}
    paths = {one: (*own.get(one, ()), *others.get(one, ())) for one in (*others, *own)}
    return Columns({one: found for one, found in paths.items() if found}, columns.flags, columns.confidence)


def _add_dates(row: Mapping[str, Any], columns: Columns, evidence: Mapping[str, DateEvidence]) -> None:
    for name, found in evidence.items():
        for path in columns.paths[name]:
            value = row.get(path[0]) if len(path) == 1 else value_at_path(row, path)
            if isinstance(value, str) and value:
                found.add(value.strip())


def _zone_of(heading: str, zone: tzinfo | None) -> tzinfo | None:
    """The zone that a heading names, as in ``Created At (UTC)``; else ``zone``."""
    match = re.search(r"[(\[]([^()\[\]]+)[)\]]\s*$", heading)
    return (zone_in(match[1]) if match else None) or zone


# ------------------------------------------------------------ rows


class RowReader:
    """Reads the rows of one file."""

    def __init__(self, reading: FileReading, options: ReadingOptions, *, is_table: bool) -> None:
        self._reading = reading
        self._project = options.project
        self._is_table = is_table
        self._paths = reading.columns.paths
        wiki = is_table and any(plain_name(path[-1]) == _JIRA_ID for path in self._paths.get("id", ()))
        self._cells = CellReader(reading.dates, reading.other_dates, wiki=wiki, blanks=reading.blanks)

    @property
    def faults(self) -> Sequence[str]:
        """What of the last row could not be read."""
        return self._cells.faults

    def record(self, row: Mapping[str, Any]) -> TicketRecord:
        """The ticket in ``row``.

        Raises:
            RefusedError: it lacks id, title or status, or is too long.
        """
        self._cells.faults.clear()
        try:
            flat = _flat(row, self._is_table)
            record, used = self._fields(flat)
            record["extra"] = {
                storable(name): _storable_value(value)
                for name, value in flat.items()
                if name not in used and not _is_empty(value)
            }
        except RecursionError:
            raise RefusedError("it is nested too deeply") from None
        _complete(record, self._project, keyed=self._reading.keyed)
        return record

    def _fields(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], set[str]]:
        """The fields of a row, and the names whose values they took."""
        record: dict[str, Any] = {}
        used: set[str] = set()
        for name, path, value in self._found(row):
            before = len(self._cells.faults)
            read = self._cells.read(name, value)
            if len(self._cells.faults) > before and name in TIME_FIELDS:
                continue  # what the database has stays, and the text is kept by name
            record[name] = read
            if read or _is_nothing(value):
                used.add(path[0])
        if not record.get("status"):
            self._add_flag(row, record, used)
        status = record.get("status", "")
        if status.isupper() and "state" in row and "status" not in row:
            record["status"] = status.lower()  # GitHub's OPEN and CLOSED
        own = row.get("id")
        if isinstance(own, str) and _KEY.fullmatch(own):
            record["id"] = own
            used.add("id")
        return record, used

    def _found(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Path, Any]]:
        """Field, column and value: the first column that holds something, else the first one."""
        paths = self._paths
        if not self._is_table and any(
            all(_is_empty(value_at_path(row, path)) for path in paths.get(name, ())) for name in REQUIRED_FIELDS
        ):  # a row with other keys than those that were looked at
            own = fields_of_names(tuple(row))
            paths = {**{name: tuple((one,) for one in found) for name, found in own.items()}, **self._paths}
            for name in REQUIRED_FIELDS:
                paths[name] = (*self._paths.get(name, ()), *((one,) for one in own.get(name, ())))
        for name, columns in paths.items():
            present = [path for path in columns if path[0] in row]
            if not present:
                continue
            chosen = next((path for path in present if not _is_empty(value_at_path(row, path))), present[0])
            yield name, chosen, value_at_path(row, chosen)

    def _add_flag(self, row: Mapping[str, Any], record: dict[str, Any], used: set[str]) -> None:
        """The status in a list of things to do: a flag that says whether it is done."""
        for name in self._reading.columns.flags:
            value = row.get(name)
            if isinstance(value, bool) or (isinstance(value, str) and value):
                is_done = value if isinstance(value, bool) else value.strip().casefold() in _YES
                record["status"] = plain_name(name).removeprefix("is") if is_done else "open"
                used.add(name)
                return


def ticket_record(row: Mapping[str, Any], project: str | None = None) -> TicketRecord:
    """The ticket in a single row, by the names of its fields.

    Raises:
        RefusedError: as `RowReader.record`.
    """
    flat = flattened(row)
    paths = {name: tuple((one,) for one in found) for name, found in fields_of_names(tuple(flat)).items()}
    reading = FileReading(Columns(paths), names=tuple(flat))
    return RowReader(reading, ReadingOptions(project=project), is_table=False).record(row)


def _complete(record: dict[str, Any], project: str | None, *, keyed: bool) -> None:
    """Add what follows from other fields, and refuse what is no ticket."""
    repository = _REPOSITORY.fullmatch(record.get("url", ""))
    if not record.get("project"):
        key = _KEY.fullmatch(record.get("id", "")) if keyed else None
        place = project and text_of(project)
        record["project"] = place or (repository[1] if repository else key[1] if key else "")
        if not record["project"]:
            del record["project"]
    number = record.get("id", "").removeprefix("#")
    if number.isdecimal():  # alone it is many tickets' number
        record["id"] = f"{repository[1] if repository else record.get('project', '')}#{number}"
    for name in REQUIRED_FIELDS:
        if not record.get(name):
            raise RefusedError(f"{name} is missing")
    if len(record["id"]) > _LONGEST_ID:
        raise RefusedError(f"id is longer than {_LONGEST_ID} characters")
    if _size(record) > LARGEST_TICKET:
        raise RefusedError(f"it holds more than {LARGEST_TICKET >> 20} MiB of text")


def _is_empty(value: Any) -> bool:
    return value in (None, "", [], {}) or (isinstance(value, list) and all(item == "" for item in value))


def _is_nothing(value: Any) -> bool:
    """Whether a value says nothing, also in words: a date ``N/A``, or nobody."""
    return _is_empty(value) or (isinstance(value, str) and is_no_date(value.strip())) or value == 0


def _storable_value(value: Any) -> Any:
    """JSON that SQLite and UTF-8 can hold."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable_value(item) for item in value if item != ""]
    if isinstance(value, dict):
        return {storable(str(name)): _storable_value(item) for name, item in value.items()}
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value


def _size(record: Mapping[str, Any]) -> int:
    return len(json.dumps(record, ensure_ascii=False).encode()) if len(str(record)) > LARGEST_TICKET // 4 else 0


def headings_that_do(missing: Iterable[str]) -> str:
    """Names under which the missing fields would have been found, in words."""
    return "; ".join(f"{name}: {', '.join(FIELDS_BY_NAME[name].words[:4])}" for name in missing)
