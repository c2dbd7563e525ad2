"""What the scores of columns leave open, told by what is left over and by how columns go together.

Invariants: a field is taken only from a column that no other field has; a column that is taken for want of another is a
guess (below 0.45). Nothing here raises.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

from tui_app.adapters.reading.column_scores import Column, is_short_text, tells_nothing
from tui_app.adapters.reading.field_names import CERTAIN_NAME, is_reference

_LEAST_HINT = 0.5
_LONGEST_TITLE = 110  # characters on average
_MOSTLY = 0.8
_FEW = 4  # values, of which each may be another
_GUESSED = 0.3  # how sure a column is that was left over
_BY_PLACE = re.compile(r"(?:part|cell|text|line)[\d.]+")
"""Columns of lines that are alike go by their place."""

Chosen: TypeAlias = dict[str, tuple[float, Column]]
"""Field to how sure its column is, and the column."""


def repair(chosen: Chosen, columns: Sequence[Column], scored: Sequence[tuple[float, str, Column]]) -> None:
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
    else:
        _take_known_states(chosen, left)


def _take_the_only_word(chosen: Chosen, left: Sequence[Column]) -> None:
    """The one column of words that repeat is the status; else one of which a word is known for a status."""
    words = [c for c in left if is_short_text(c) and not c.is_list and c.date < 0.5 and not is_reference(c.path[-1])]
    states = [c for c in words if c.is_word and c.known]
    repeated = [c for c in words if c.low == 1 and not tells_nothing(c)]
    if not repeated and len(words) == 1:  # of few rows hardly any repeats another's
        named = [c for c in words if not _BY_PLACE.fullmatch(c.name) and not tells_nothing(c)]
        repeated = [c for c in named if c.is_word and c.unique < 1 and len(c.texts) >= _FEW]
    if len(states) == 1:
        chosen["status"] = (_GUESSED + 0.2 * states[0].known, states[0])
    elif len(repeated) == 1 and not states:
        chosen["status"] = (_GUESSED, repeated[0])


def _take_known_states(chosen: Chosen, left: Sequence[Column]) -> None:
    """Words that are known for statuses are the status, and not those of a column that is only called alike:
    ``Zuständig`` (who is responsible) is no ``Zustand``."""
    score, status = chosen["status"]
    states = [c for c in left if c.is_word and c.unique < 1 and c.known > _LEAST_HINT]
    if len(states) == 1 and status.texts and not status.known and not status.state and status.hint("status") < 1:
        chosen["status"] = (score, states[0])


def take_the_group(chosen: Chosen, columns: Sequence[Column], flags: bool) -> None:
    """What tickets stand under tells how far they are, where nothing else does; it may name something else than that
    where their flags do."""
    groups = [c for c in columns if c.inherited and c.is_word and not _names_another_field(c)]
    best = [c for c in groups if c.known] or ([] if flags else groups)
    if "status" not in chosen and len({tuple(c.texts) for c in best}) == 1:
        chosen["status"] = (_GUESSED + 0.2 * best[0].known, best[0])


def _names_another_field(column: Column) -> bool:
    """Whether a group is called like a field of a ticket; what it is called itself is no title of a ticket."""
    return any(hint > CERTAIN_NAME for field, hint in column.hints.items() if field not in ("title", "status"))


def _take_the_plain_title(chosen: Chosen, scored: Sequence[tuple[float, str, Column]]) -> None:
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


def _take_the_described_title(chosen: Chosen) -> None:
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


def _give_back_title(chosen: Chosen, scored: Sequence[tuple[float, str, Column]]) -> None:
    titles = [(score, column) for score, one, column in scored if one == "title"]
    identity = chosen.get("id")
    if identity is None or not titles or titles[0][1] is not identity[1]:
        return
    other = next(((s, c) for s, one, c in scored if one == "id" and c is not identity[1]), None)
    if other is not None:
        chosen["title"], chosen["id"] = titles[0], other
