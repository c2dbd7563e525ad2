"""Which column of alike rows is which field of a ticket: by what the columns hold, with their names as a hint.

An id is unique, short and without spaces; a title is the longest varied short text; a status has few values; a person
repeats or looks like one; a date parses in all rows. Every candidate is scored for every field, and the best pairs are
taken first. Invariants: pure, never raises, looks at `SAMPLE` rows at most; `named_columns` goes by names alone, for
rows too few to tell.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice

from msgspec import Struct, field

from tui_app.adapters.reading.alike_rows import flattened
from tui_app.adapters.reading.column_repairs import repair, take_the_group
from tui_app.adapters.reading.column_scores import (
    SCORES,
    Column,
    Path,
    by_name,
    columns_of,
)
from tui_app.adapters.reading.field_names import CERTAIN_NAME, hints, names_of_things
from tui_app.adapters.reading.field_values import Row, is_nothing, value_at_path
from tui_app.adapters.reading.openness import is_closed_flag
from tui_app.tickets.fields import FIELDS_BY_NAME, TICKET_FIELDS, TIME_KINDS, FieldKind

GROUP = "^group"
"""The column of the names under which lists of rows stand."""
SAMPLE = 40
"""Rows that are looked at."""
_MOST_NAMES = 400
_LEAST_HINT = 0.5


class Columns(Struct, frozen=True):
    """Where in alike rows a ticket's fields are."""

    paths: Mapping[str, tuple[Path, ...]]
    """Field to the columns that may hold it, the best first: what one lacks in a row, the next may have."""
    flags: tuple[str, ...] = ()
    """Yes-or-no columns that tell how far a ticket is, where no column holds a status."""
    confidence: Mapping[str, float] = field(default_factory=dict)
    """Field to how sure its column is: below 0.45 a guess, from 1 on certain; one left out goes by its name."""


def column_names(columns: Columns, row: Row) -> Iterator[str]:
    """The names in ``row`` whose values a ticket's own fields take."""
    for name, paths in columns.paths.items():
        if name == "url":
            yield from (path[0] for path in paths)
        else:
            values = ((path, value_at_path(row, path)) for path in paths)
            held = (p[0] for p, value in values if not is_nothing(value) and holds(name, p, type(value)))
            yield from islice(held, 1)
    if not any(value_at_path(row, path) for path in columns.paths.get("status", ())):
        yield from columns.flags


# ------------------------------------------------------------ by names


def named_columns(rows: Sequence[Row]) -> Columns:
    """The columns of ``rows``, which have the same names, as their names say."""
    return columns_named(tuple(dict.fromkeys(name for row in rows[:SAMPLE] for name in islice(row, _MOST_NAMES))))


def fields_of_names(names: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Field to the names among ``names`` that may hold it, the best first."""
    return {one: tuple(path[0] for path in paths) for one, paths in columns_named(tuple(names)).paths.items()}


@lru_cache(2000)
def columns_named(names: tuple[str, ...]) -> Columns:
    """The columns of rows with these names, as they say."""
    found: dict[str, list[tuple[float, Path]]] = {}
    things = names_of_things(names)
    for name in names:
        known = {one: hint for one, hint in hints(name).items() if hint >= least_hint(one)}
        for own in ("id", "title") if name.startswith("^") else ("title",) if name in things else ():
            known.pop(own, None)  # what holds tickets is called otherwise than they are
        best = max(known.values(), default=0)
        for one, hint in known.items():
            if hint == best or FIELDS_BY_NAME[one].kind in (FieldKind.LIST, FieldKind.TEXT):
                found.setdefault(one, []).append((hint, (name,)))
    paths = {one: tuple(path for _, path in sorted(ranked, key=_best_first)) for one, ranked in found.items()}
    return Columns(_with_title(paths), _flags(iter(names)))


def _best_first(ranked: tuple[float, Path]) -> float:
    return -ranked[0]


def least_hint(one: str) -> float:
    """How surely a name has to say that it is that of the field ``one``."""
    return {"id": 0.3, "url": 0.05}.get(one, _LEAST_HINT)


def holds(one: str, path: Path, kind: type) -> bool:
    """Whether values of a JSON type at ``path`` can be the field ``one``."""
    expected = FIELDS_BY_NAME[one].kind
    if expected is FieldKind.LIST:
        return kind in (list, dict)
    if expected in TIME_KINDS:
        return kind in (str, int, float)
    if expected is FieldKind.TEXT:
        return kind in (str, dict) or (kind is list and "comments" not in hints(path[-1]))
    return kind is str if expected is FieldKind.URL else kind is not bool


def _with_title(paths: dict[str, tuple[Path, ...]]) -> dict[str, tuple[Path, ...]]:
    """Trackers whose only text is ``description`` or ``content`` mean the title by it."""
    texts = paths.get("description", ())
    if "title" in paths or not texts or not ("id" in paths or "status" in paths):
        return paths
    others = {one: found for one, found in paths.items() if one != "description"}
    return {**others, "title": texts[-1:], **({"description": texts[:-1]} if texts[1:] else {})}


def _flags(names: Iterator[str]) -> tuple[str, ...]:
    return tuple(filter(is_closed_flag, names))


# ------------------------------------------------------------ by content


_FIELDS = tuple(one.name for one in TICKET_FIELDS if one.exported)
_THRESHOLDS = {
    "id": 0.35, "title": 0.3, "status": 0.45, "assignee": 0.45, "reporter": 0.5, "priority": 0.45, "labels": 0.55,
    "created_at": 0.7, "updated_at": 0.7, "due_at": 0.75, "url": 0.25, "description": 0.4, "type": 0.55,
    "project": 0.6, "parent": 0.6,
}  # fmt: skip
_LEAST_SCORE = 0.6
_MOSTLY = 0.8


def inferred_columns(rows: Sequence[Row]) -> Columns:
    """The columns of ``rows`` by what they hold, and by their names."""
    sample = rows[:SAMPLE]
    columns = columns_of(sample)
    scored = sorted(
        (
            (score, one, column)
            for column in columns
            for one in _FIELDS
            if (score := SCORES.get(one, by_name)(column, one)) > _THRESHOLDS.get(one, _LEAST_SCORE)
        ),
        key=lambda entry: -entry[0],
    )
    chosen: dict[str, tuple[float, Column]] = {}
    taken: set[Path] = set()
    for score, one, column in scored:
        if one not in chosen and column.path not in taken:
            chosen[one] = (score, column)
            taken.add(column.path)
    repair(chosen, columns, scored)
    take_the_group(chosen, columns, flags=any(is_closed_flag(column.name) for column in columns))
    return _united(chosen, named_columns(sample), columns)


def _united(chosen: Mapping[str, tuple[float, Column]], named: Columns, columns: Sequence[Column]) -> Columns:
    """The chosen columns, and behind each the others of its name; lists go by their names."""
    taken = {column.path: one for one, (_, column) in chosen.items()}
    numbers = {column.path for column in columns if column.number > _MOSTLY}
    dates = {column.path for column in columns if column.date > _MOSTLY}
    words = {
        column.path for column in columns if column.texts and not column.share(lambda text: any(map(str.isdigit, text)))
    }
    amiss = {
        FieldKind.LIST: dates - {column.path for column in columns if column.is_list},  # with nobody's name in them
        FieldKind.PERSON: numbers | dates,  # how many users, and none of them
        FieldKind.PRIORITY: dates | {column.path for column in columns if column.is_scored},
        FieldKind.URL: dates | {column.path for column in columns if column.texts and not column.url},
        **dict.fromkeys(TIME_KINDS, words),
    }
    paths: dict[str, tuple[Path, ...]] = {}
    for one in (*_FIELDS, *(name for name in named.paths if name not in _FIELDS)):
        own = (chosen[one][1].path,) if one in chosen else ()
        wrong = amiss.get(FIELDS_BY_NAME[one].kind, dates)  # dates: when the content was changed, and nothing of it
        others = tuple(
            path
            for path in named.paths.get(one, ())
            if taken.get(path, one) == one and path not in own and path not in wrong
        )
        if own or others:
            paths[one] = (*own, *others)
    confidence = {one: score for one, (score, _) in chosen.items()}
    empty = {column.path for column in columns if not column.texts}
    for one, known in paths.items():
        if one not in confidence:
            confidence[one] = 0.5 if all(path in empty for path in known) else 0.9
    return Columns(paths, named.flags if "status" not in chosen else (), confidence)


# ------------------------------------------------------------ how much like tickets

_BESIDE = ("assignee", "priority", "created_at", "labels", "description", "reporter", "url", "type")


def ticketness(columns: Columns, rows: Sequence[Row]) -> float:
    """How much ``rows`` are like tickets; 0 where they have no title. The most ticket-like table of an answer wins."""
    sure = columns.confidence
    title = sure.get("title", 1.0 if "title" in columns.paths else 0.0)
    if not title or not rows:
        return 0
    has_id, has_status = "id" in columns.paths, "status" in columns.paths or bool(columns.flags)
    if not has_id and not has_status:
        return 0.3 * title
    sample = rows[:SAMPLE]
    titles = columns.paths["title"]
    filled = sum(any(not is_nothing(value_at_path(row, path)) for path in titles) for row in sample) / len(sample)
    score = (
        min(1.6, title) * filled**2
        + (0.8 if has_id else 0) * sure.get("id", 1)
        + (0.6 * sure.get("status", 0.6) if has_status else 0)
    )
    score += 0.2 * sum(sure.get(name, 0.9) for name in _BESIDE if name in columns.paths)
    return score * (1 + 0.15 * math.log2(len(rows)))


def certainly_tickets(rows: Sequence[Row]) -> bool:
    """Whether the names alone say that rows are tickets: a title, and an id or a status beside it."""
    names = {name for row in rows[:5] for name in islice(flattened(row), _MOST_NAMES)}
    known = [hints(name) for name in names]
    titled = any(hint.get("title", 0) > CERTAIN_NAME for hint in known)
    return titled and any(max(hint.get("id", 0), hint.get("status", 0)) > CERTAIN_NAME for hint in known)
