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
from typing import TypeAlias

from msgspec import Struct, field

from tui_app.adapters.reading.alike_rows import flattened
from tui_app.adapters.reading.column_scores import (
    SCORES,
    Column,
    Path,
    by_name,
    columns_of,
    is_short_text,
    tells_nothing,
)
from tui_app.adapters.reading.field_names import CERTAIN_NAME, hints, is_reference, names_of_things
from tui_app.adapters.reading.field_values import Row, is_nothing, value_at_path
from tui_app.adapters.reading.openness import is_closed_flag
from tui_app.tickets.fields import FIELDS_BY_NAME, TICKET_FIELDS, TIME_KINDS, FieldKind

GROUP = "^group"
"""The column of the names under which lists of rows stand."""
SAMPLE = 40
"""Rows that are looked at."""
_MOST_NAMES = 400
_LEAST_HINT = 0.5
_LONGEST_TITLE = 110  # characters on average


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
_FEW = 4  # values, of which each may be another
_GUESSED = 0.3  # how sure a column is that was left over


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
    _repair(chosen, columns, scored)
    _take_the_group(chosen, columns, flags=any(is_closed_flag(column.name) for column in columns))
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


_Chosen: TypeAlias = dict[str, tuple[float, Column]]


def _repair(chosen: _Chosen, columns: Sequence[Column], scored: Sequence[tuple[float, str, Column]]) -> None:
    """Fills what the scores left open, by what is left over."""
    if "title" not in chosen:
        _give_back_title(chosen, scored)
    if "title" not in chosen and "description" in chosen:
        score, column = chosen.pop("description")
        chosen["title"] = (min(score, 0.6), column)
    _take_the_plain_title(chosen, scored)
    _take_the_described_title(chosen)
    taken = {column.path for _, column in chosen.values()}
    values = [column.distinct for _, column in chosen.values()]
    left = [
        column
        for column in columns
        if column.path not in taken and len(column.path) == 1 and not column.inherited and column.cover > 0.3
        if column.distinct not in values and not any(p > CERTAIN_NAME for p in column.hints.values())
    ]
    if max((len(column.texts) for column in left), default=0) < 2:
        return
    people = [
        column
        for column in left
        if column.person + column.email > 0.6 and (column.unique < 1 or len(column.texts) < _FEW)
    ]
    if "assignee" not in chosen and len(people) == 1:
        chosen["assignee"] = (0.35, people[0])
    if "status" not in chosen:
        _take_the_only_word(chosen, [column for column in left if column not in people])


def _take_the_only_word(chosen: _Chosen, left: Sequence[Column]) -> None:
    """The one column of words that repeat is the status; else one of which a word is known for a status."""
    words = [c for c in left if is_short_text(c) and not c.is_list and c.date < 0.5 and not is_reference(c.path[-1])]
    states = [c for c in words if c.is_word and c.known]
    repeated = [c for c in words if c.low == 1 and not tells_nothing(c)]
    if len(states) == 1:
        chosen["status"] = (_GUESSED + 0.2 * states[0].known, states[0])
    elif len(repeated) == 1 and not states:
        chosen["status"] = (_GUESSED, repeated[0])


def _take_the_group(chosen: _Chosen, columns: Sequence[Column], flags: bool) -> None:
    """What tickets stand under tells how far they are, where nothing else does; it may name something else than that
    where their flags do."""
    groups = [c for c in columns if c.inherited and c.is_word and not _names_another_field(c)]
    best = [c for c in groups if c.known] or ([] if flags else groups)
    if "status" not in chosen and len({tuple(c.texts) for c in best}) == 1:
        chosen["status"] = (_GUESSED + 0.2 * best[0].known, best[0])


def _names_another_field(column: Column) -> bool:
    """Whether a group is called like a field of a ticket; what it is called itself is no title of a ticket."""
    return any(hint > CERTAIN_NAME for field, hint in column.hints.items() if field not in ("title", "status"))


def _take_the_plain_title(chosen: _Chosen, scored: Sequence[tuple[float, str, Column]]) -> None:
    """A line that repeats the whole ticket (``(A) 2026-11-01 Call them +home``) is no title where its text stands
    alone in another column."""
    known = chosen.get("title")
    if known is None or known[1].hint("title") > CERTAIN_NAME:
        return
    whole = known[1]
    for score, one, column in scored:
        if one == "title" and column is not whole and column.cover == whole.cover and _is_within(column, whole):
            chosen["title"] = (score, column)
            if chosen.get("description", (0, whole))[1] is column:
                del chosen["description"]
            return


def _take_the_described_title(chosen: _Chosen) -> None:
    """Words of which nothing says that they are a title are none beside a description of one line each."""
    if not chosen.keys() >= {"title", "description"}:
        return
    (score, title), (_, line) = chosen["title"], chosen["description"]
    is_unlikely = title.hint("title") < _LEAST_HINT and (title.spaced < _LEAST_HINT or title.person > _LEAST_HINT)
    is_line = not line.lines and line.spaced > _MOSTLY and line.unique > _MOSTLY and line.length <= _LONGEST_TITLE
    if is_unlikely and is_line and line.cover >= title.cover:
        chosen["title"] = (min(score, 0.6), line)
        del chosen["description"]


def _is_within(column: Column, whole: Column) -> bool:
    """Whether each of the texts of ``whole`` holds one of ``column``, and something more."""
    return all(any(text in line and len(text) < len(line) for text in column.distinct) for line in whole.distinct)


def _give_back_title(chosen: _Chosen, scored: Sequence[tuple[float, str, Column]]) -> None:
    titles = [(score, column) for score, one, column in scored if one == "title"]
    identity = chosen.get("id")
    if identity is None or not titles or titles[0][1] is not identity[1]:
        return
    other = next(((s, c) for s, one, c in scored if one == "id" and c is not identity[1]), None)
    if other is not None:
        chosen["title"], chosen["id"] = titles[0], other


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
