"""Which columns of dates are created, updated and due, where their names tell nothing: by their order in each row.

A ticket is created before anything else happens to it, and tickets with higher numbers later; each change moves the
date of the last one; only a plan lies behind the last date of a whole file. Invariants: a column that any of these
leaves open is none of them; what is found so counts as a guess; pure, and nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from itertools import pairwise
from typing import TypeAlias

from msgspec import Struct

from tui_app.adapters.reading.column_scores import Path
from tui_app.adapters.reading.field_columns import Columns
from tui_app.adapters.reading.field_names import hints, words_in
from tui_app.adapters.reading.field_values import Row, value_at_path
from tui_app.tickets.fields import TIME_FIELDS
from tui_app.tickets.timestamps import DateEvidence, is_no_date, parse_moment, shared_order
from tui_app.tickets.vocabulary import closed_by_words, is_status

_GUESS = 0.4  # of confidence
_MOSTLY = 0.75
_LEAST_EVIDENCE = 5  # comparisons in which the first date is the earlier one
_LEAST_GROWTH = 3  # of these between tickets that follow each other, where all do so in order
_EPOCH_SECONDS = (9e8, 4e9)  # 1998 to 2096
_NUMBER = re.compile(r"(.*?)(\d{1,9})")

_Dates: TypeAlias = "list[datetime | None]"


class _DateColumn(Struct, frozen=True):
    path: Path
    dates: _Dates

    @property
    def is_full(self) -> bool:
        return None not in self.dates

    @property
    def has_times(self) -> bool:
        """Whether the dates have times of day, of which there are several."""
        times = {moment.time() for moment in self.dates if moment}
        return len(times) > 1 and times != {time()}


def with_dates_by_order(columns: Columns, rows: Sequence[Row]) -> Columns:
    """``columns`` of ``rows`` with what the order of dates tells, where no name tells which date is which.

    Where a name tells when tickets were created, the other names are in words that are understood: what they leave open
    is something else, such as a planned start. Dates whose names tell their field count in the comparison.
    """
    if "created_at" in columns.paths:
        return columns
    named = {name: columns.paths[name][0] for name in TIME_FIELDS if name in columns.paths}
    dates = [*_date_columns(rows, [*named.values(), *((name,) for name in _unnamed(columns, rows))])]
    others = [column for column in dates if column.path not in named.values()]
    created = _created(others, dates, _numbers(rows, columns))
    if created is None:
        return columns
    found = {"created_at": created}
    others = [column for column in others if column is not created]
    if "updated_at" in named:
        updated = next((column for column in dates if column.path == named["updated_at"]), None)
    elif updated := _updated(created, others, are_open=_are_open(rows, columns)):
        found["updated_at"] = updated
        others = [column for column in others if column is not updated]
    if updated and "due_at" not in named and (due := _due(created, others, max(filter(None, updated.dates)))):
        found["due_at"] = due
    paths = {**columns.paths, **{name: (column.path,) for name, column in found.items()}}
    return Columns(paths, columns.flags, {**columns.confidence, **dict.fromkeys(found, _GUESS)})


def _unnamed(columns: Columns, rows: Sequence[Row]) -> Iterator[str]:
    """The names of columns that say nothing of any field, nor of a state that was reached."""
    taken = {path[0] for paths in columns.paths.values() for path in paths}
    for name in dict.fromkeys(name for row in rows for name in row):
        if name not in taken and not hints(name) and not any(map(is_status, words_in(name))):
            yield name


def _date_columns(rows: Sequence[Row], paths: Sequence[Path]) -> Iterator[_DateColumn]:
    """Those of the columns whose values are all dates, and certain ones."""
    texts = {path: [value_at_path(row, path) for row in rows] for path in paths}
    dated = {path: values for path, values in texts.items() if all(map(_may_be_date, values)) and any(values)}
    evidence = {path: DateEvidence(str(value).strip() for value in values if value) for path, values in dated.items()}
    shared = shared_order(evidence.values())
    for path, values in dated.items():
        rules = evidence[path].rules(shared_order=shared)
        dates = [parse_moment(value, rules) for value in values]
        if all(date or _is_none(value) for date, value in zip(dates, values, strict=True)):
            yield _DateColumn(path, dates)


def _may_be_date(value: object) -> bool:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return _EPOCH_SECONDS[0] < value < _EPOCH_SECONDS[1] or _EPOCH_SECONDS[0] < value / 1000 < _EPOCH_SECONDS[1]
    return value is None or (isinstance(value, str) and (not value or any(map(str.isdigit, value)) or _is_none(value)))


def _is_none(value: object) -> bool:
    return value is None or (isinstance(value, str) and is_no_date(value.strip()))


def _numbers(rows: Sequence[Row], columns: Columns) -> list[tuple[str, int] | None]:
    """What stands before the number of each ticket, and the number."""
    paths = columns.paths.get("id", ())[:1]
    matches = (_NUMBER.fullmatch(str(value_at_path(row, path)).strip()) for path in paths for row in rows)
    return [(match[1], int(match[2])) if match else None for match in matches]


def _created(
    candidates: Sequence[_DateColumn], columns: Sequence[_DateColumn], numbers: Sequence[tuple[str, int] | None]
) -> _DateColumn | None:
    full = [column for column in candidates if column.is_full]
    for column in full:
        growth = _growth(column.dates, numbers)
        earlier = [_earlier(column.dates, other.dates) for other in columns if other is not column]
        is_ordered = _LEAST_GROWTH <= growth == len(column.dates) - 1  # no two tickets are out of order
        is_told = is_ordered or growth + sum(filter(None, earlier)) >= _LEAST_EVIDENCE
        if growth > 1 and None not in earlier and is_told:
            return column
    return None


def _growth(dates: _Dates, numbers: Sequence[tuple[str, int] | None]) -> int:
    """How many tickets were created later than the one of the next lower number; 0: one was not."""
    series: dict[str, list[tuple[int, datetime]]] = {}
    for date, number in zip(dates, numbers, strict=False):
        if date and number:
            series.setdefault(number[0], []).append((number[1], date))
    pairs = [pair for known in series.values() for pair in pairwise(sorted(known))]
    return 0 if any(one[1] > next_one[1] for one, next_one in pairs) else sum(a[1] < b[1] for a, b in pairs)


def _earlier(first: _Dates, second: _Dates) -> int | None:
    """In how many rows ``first`` is earlier than ``second``; None: it is later in one."""
    both = [(one, other) for one, other in zip(first, second, strict=True) if one and other]
    return None if any(one > other for one, other in both) else sum(one < other for one, other in both)


def _updated(created: _DateColumn, others: Sequence[_DateColumn], *, are_open: bool) -> _DateColumn | None:
    """The column whose dates are there in every row, and not before any other that has times of day."""
    timed = [column for column in others if column.has_times]
    for column in timed if created.has_times and are_open else ():
        last = all(
            _earlier(other.dates, column.dates) is not None for other in (created, *timed) if other is not column
        )
        if last and column.is_full and not _is_fixed_delay(created.dates, column.dates):
            return column
    return None


def _is_fixed_delay(first: _Dates, second: _Dates) -> bool:
    """Whether one date is made of the other, as a time to answer within is: few delays, that come again."""
    delays = [other - one for one, other in zip(first, second, strict=True) if one and other and other != one]
    return not delays or len(set(delays)) < _MOSTLY * len(delays)


def _are_open(rows: Sequence[Row], columns: Columns) -> bool:
    """Whether some tickets are certainly not all closed: of these, the last date may be that of their end."""
    paths = columns.paths.get("status", ())[:1]
    statuses = {str(value_at_path(row, path)) for path in paths for row in rows}
    return len(statuses) > 1 and not all(closed_by_words(status) for status in statuses)


def _due(created: _DateColumn, others: Sequence[_DateColumn], latest: datetime) -> _DateColumn | None:
    """The only column of planned days: none before its ticket was created, and one behind all that happened."""
    planned = [
        column
        for column in others
        if not column.has_times and max(filter(None, column.dates)) > latest and _is_not_before(column, created)
    ]
    return planned[0] if len(planned) == 1 else None


def _is_not_before(planned: _DateColumn, created: _DateColumn) -> bool:
    pairs = zip(planned.dates, created.dates, strict=True)
    return all(day.date() >= begin.date() for day, begin in pairs if day and begin)
