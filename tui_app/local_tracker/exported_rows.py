"""A row of an export becomes a ticket record: which column means what, and which rows are refused.

Invariants: nothing is invented, and nothing that a row says is dropped: a column that is no field of a ticket, and a
date that is not certain, is kept by its name in ``extra``. A row without id or title is refused with a reason that
names the field; where a file has no ids, they are made of what stays of a row.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from tui_app.adapters.reading.field_columns import fields_of_names
from tui_app.adapters.reading.field_names import plain_name
from tui_app.adapters.reading.field_values import value_at_path
from tui_app.adapters.reading.openness import flag_word
from tui_app.local_tracker.cell_values import KEY, CellReader, storable, text_of
from tui_app.local_tracker.documents import made_id
from tui_app.local_tracker.file_columns import (
    ID_IN_ADDRESS,
    YES,
    FileReading,
    Path,
    ReadingOptions,
    can_stand_in,
    flat_row,
)
from tui_app.local_tracker.writing import TicketRecord
from tui_app.tickets.fields import FIELDS_BY_NAME, REQUIRED_FIELDS, TIME_FIELDS
from tui_app.tickets.timestamps import is_no_date
from tui_app.tickets.vocabulary import closed_by_words

LARGEST_TICKET = 2 << 20
"""Bytes of text. It is sent twice (structured and as text), and its worst escaping must still fit the client's line."""
_LONGEST_ID = 200
_LONGEST_ESCAPE = 6  # bytes of one character in JSON
_REPOSITORY = re.compile(r"https?://[^/]+/(.+?)/(?:-/)?(?:issues|pull|merge_requests)/\d+")
_JIRA_ID = "issuekey"


class RefusedError(Exception):
    """The row is no ticket. The message says why."""


# ------------------------------------------------------------ rows


class RowReader:
    """Reads the rows of one file.

    Args:
        needs_status: whether a row without a status is no ticket, as among notes in a folder.
    """

    def __init__(
        self, reading: FileReading, options: ReadingOptions, *, is_table: bool, needs_status: bool = False
    ) -> None:
        self._reading = reading
        self._project = options.project
        self._is_table = is_table
        self._needed = ("id", "title", "status") if needs_status else ("id", "title")
        self._paths = reading.columns.paths
        self._wanted = [name for name in REQUIRED_FIELDS if not (name == "id" and reading.addressed)]
        self._made_ids: Counter[str] | None = Counter() if reading.has_made_ids else None
        wiki = is_table and any(plain_name(path[-1]) == _JIRA_ID for path in self._paths.get("id", ()))
        self._flags = reading.flags
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
            flat = flat_row(row, self._is_table)
            record, used = self._fields(flat)
            record["extra"] = {
                storable(name): _storable_value(value)
                for name, value in flat.items()
                if name not in used and not _is_empty(value)
            }
        except RecursionError:
            raise RefusedError("it is nested too deeply") from None
        if self._reading.addressed and (match := ID_IN_ADDRESS.fullmatch(record.get("url", ""))):
            record["id"] = match[1]
        if self._made_ids is not None and record.get("title"):
            text = f"{record.get('created_at', '')} {record['title']}"
            record["id"] = made_id("row", text, self._made_ids)
        mark = f"[{record.get('id', '')}] "
        record["title"] = record.get("title", "").removeprefix(mark)  # Jira's feeds
        if record.get("parent") in self._reading.parents:
            record["parent"] = self._reading.parents[record["parent"]]
        _complete(record, self._project, keyed=self._reading.keyed)
        _check(record, self._needed)
        if not record.get("status"):
            record.pop("status", None)  # an earlier import may have known it
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
        status = record.get("status", "")
        if not status:
            self._add_flag(row, record, used)
        elif not closed_by_words(status):
            self._end_by_flag(row, record, used)
        status = record.get("status", "")
        if status.isupper() and "state" in row and "status" not in row:
            record["status"] = status.lower()  # GitHub's OPEN and CLOSED
        own = row.get("id")
        if isinstance(own, str) and KEY.fullmatch(own):
            record["id"] = own
            used.add("id")
        return record, used

    def _found(self, row: Mapping[str, Any]) -> Iterator[tuple[str, Path, Any]]:
        """Field, column and value: the first column that holds something, else the first one."""
        paths = self._paths
        if not self._is_table and any(
            all(_is_empty(value_at_path(row, path)) for path in paths.get(name, ())) for name in self._wanted
        ):  # a row with other keys than those that were looked at
            own = fields_of_names(tuple(row))
            paths = {**{name: tuple((one,) for one in found) for name, found in own.items()}, **self._paths}
            for name in REQUIRED_FIELDS:
                paths[name] = (*self._paths.get(name, ()), *((one,) for one in own.get(name, ())))
        for name, columns in paths.items():
            present = [path for path in columns if path[0] in row]
            if not present:
                continue
            first, *others = present
            chosen = first
            if others and _is_empty(value_at_path(row, first)):
                spare = (path for path in others if not _is_empty(value_at_path(row, path)))
                chosen = next((path for path in spare if can_stand_in(name, first, path)), first)
            yield name, chosen, value_at_path(row, chosen)

    def _end_by_flag(self, row: Mapping[str, Any], record: dict[str, Any], used: set[str]) -> None:
        """A ticket that a flag calls completed is so, whatever its status means: that is kept by its name."""
        for name in self._flags:
            if _is_set(row.get(name)):
                record["status"] = flag_word(name)
                used.add(name)
                used.difference_update(path[0] for path in self._paths.get("status", ()))

    def _add_flag(self, row: Mapping[str, Any], record: dict[str, Any], used: set[str]) -> None:
        """The status in a list of things to do: a flag that says whether it is done."""
        for name in self._reading.columns.flags:
            value = row.get(name)
            if isinstance(value, bool) or (isinstance(value, str) and value):
                record["status"] = flag_word(name) if _is_set(value) else "open"
                used.add(name)
                return


def _is_set(flag: Any) -> bool:
    return str(flag).strip().casefold() in YES


def _complete(record: dict[str, Any], project: str | None, *, keyed: bool) -> None:
    """Add what follows from other fields."""
    repository = _REPOSITORY.fullmatch(record.get("url", ""))
    if repository and repository[1].endswith(f"/{record.get('project')}"):
        record["project"] = repository[1]  # acme/shop, whose tickets are acme/shop#12
    if not record.get("project"):
        key = KEY.fullmatch(record.get("id", "")) if keyed else None
        place = project and text_of(project)
        record["project"] = place or (repository[1] if repository else key[1] if key else "")
        if not record["project"]:
            del record["project"]
    number = record.get("id", "").removeprefix("#")
    if number.isdecimal():  # alone it is many tickets' number
        place = repository[1] if repository else record.get("project", "")
        record["id"] = f"{place}#{number}"
        above = record.get("parent", "").removeprefix("#")
        if above.isdecimal():
            record["parent"] = f"{place}#{above}"


def _check(record: Mapping[str, Any], needed: Iterable[str]) -> None:
    for name in needed:
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
    """Bytes; 0 for what is far below the largest, whatever its characters take."""
    rough = sum(len(value if type(value) is str else str(value)) for value in record.values())
    return len(json.dumps(record, ensure_ascii=False).encode()) if rough > LARGEST_TICKET // _LONGEST_ESCAPE else 0


def headings_that_do(missing: Iterable[str]) -> str:
    """Names under which the missing fields would have been found, in words."""
    return "; ".join(f"{name}: {', '.join(FIELDS_BY_NAME[name].words[:4])}" for name in missing)
