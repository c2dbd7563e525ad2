"""Whether tickets are closed, as their rows say it by more than the status's word.

Trackers say it in many ways: the status is an object with a category (``done``), a type (``completed``), a key in
English or a flag; a column beside it has these; the row has a flag (``completed``), or a moment of the end
(``closed_at``), or a resolution. Invariant: what is said of the status counts before a flag of the row, a flag that is
set before the status's word, and the word before moments and resolutions, which some trackers keep when a ticket is
opened again. Rows of one answer with the same status, of which some say so and none says otherwise, are alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from tui_app.adapters.reading.alike_rows import AlikeRows
from tui_app.adapters.reading.field_names import DATE_PARTS, plain_name, words_in
from tui_app.adapters.reading.field_values import Row
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.vocabulary import closed_by_words

_MOST_SHAPES = 2000  # sets of names that are remembered
_LONGEST_WORD = 40  # characters; a longer text describes
_OPEN_FLAG = re.compile(r"(?:is)?(?:open|unresolved)")
_MOMENT = re.compile(rf"(?:date)?(\w+?)(?:{'|'.join(DATE_PARTS)})|date(\w+)")
_OVER = ("ed", "done", "resolution")
"""How words for what is over end, unlike those for what is planned, as a finish date."""
_KIND = re.compile(r".*(?:categor(?:y|ie)(?:name|key)?|type|group|kind|class)")
_KEY = re.compile(r".*(?:key|slug|code|name|value|identifier)")
_BESIDE = re.compile(r"(?:status|state|workflowstate)(?:category|type|kind|group|class)(?:name|key)?")
"""A column that says what kind of status a row has."""
_ABSENT: Any = object()
_NO_RESOLUTION = frozenset(("unresolved", "none", "open"))


_ASIDE = frozenset(("is", "status", "state"))
"""Words in the name of a flag that do not say what it flags."""


@lru_cache(_MOST_SHAPES)
def is_closed_flag(name: str) -> bool:
    """Whether a flag of that name says that a ticket is over, in any language in which a status says it: ``done``,
    ``statusIsFinal``, ``terminada``; what is ``closable`` is not.
    """
    told = [word for word in words_in(name) if word not in _ASIDE]
    return bool(told) and all(closed_by_words(word) and not word.endswith("able") for word in told)


def _tells_the_end(plain: str) -> bool:
    """Whether a column of that plain name holds the moment of the end: ``closedat``, ``dateresolved``."""
    match = _MOMENT.fullmatch(plain)
    word = (match[1] or match[2]) if match else ""
    return word.endswith(_OVER) and closed_by_words(word) is True


class _Signs(NamedTuple):
    """Which names of alike rows say whether they are closed."""

    kinds: tuple[str, ...]
    flags: tuple[str, ...]
    open_flags: tuple[str, ...]
    moments: tuple[str, ...]
    resolutions: tuple[str, ...]


def closed_in(rows: AlikeRows, status_columns: Sequence[str], statuses: Sequence[str | None]) -> list[bool | None]:
    """Of each row whether it says that its ticket is closed; None: it says nothing, or no more than ``statuses`` do.

    Args:
        rows: alike ones.
        status_columns: the names of the columns that ``statuses`` come from.
        statuses: the rows' statuses in words.
    """
    signs = _signs(rows.names())
    objects = [cells for cells in map(rows.column, status_columns) if dict in map(type, cells)]
    found = _said_of_statuses(objects, statuses)
    if any(signs) and None in found:
        names = tuple(dict.fromkeys(chain.from_iterable(signs)))
        columns = zip(*(rows.column(name, _ABSENT) for name in names), strict=True)
        for position, (cells, status) in enumerate(zip(columns, statuses, strict=True)):
            if found[position] is None:
                beside = {name: cell for name, cell in zip(names, cells, strict=True) if cell is not _ABSENT}
                found[position] = _said_beside(beside, signs, status or "")
    return _like_others(found, statuses) if None in found and (objects or any(signs)) else found


def flag_word(name: str) -> str:
    """What a flag says when it is set: ``isDone`` is done."""
    word = plain_name(name).removeprefix("is")
    return {"checked": "done", "complete": "completed"}.get(word, word)


@lru_cache(_MOST_SHAPES)
def _signs(names: tuple[str, ...]) -> _Signs:
    plain = {name: plain_name(name) for name in names}
    return _Signs(
        tuple(name for name in names if _BESIDE.fullmatch(plain[name])),
        tuple(filter(is_closed_flag, names)),
        tuple(name for name in names if _OPEN_FLAG.fullmatch(plain[name])),
        tuple(name for name in names if _tells_the_end(plain[name])),
        tuple(name for name in names if plain[name] == "resolution"),
    )


def _said_of_statuses(objects: Sequence[Sequence[JsonValue]], statuses: Sequence[str | None]) -> list[bool | None]:
    """What the first object of each status that says something says."""
    found: list[bool | None] = [None] * len(statuses)
    for cells in objects:
        said: dict[str, tuple[JsonValue, bool | None]] = {}  # what was last said of a status, by what
        for position, (value, word) in enumerate(zip(cells, statuses, strict=True)):
            if found[position] is None and type(value) is dict:
                status = word or ""
                known = said.get(status)
                if known is None or known[0] != value:  # to compare costs a tenth of a look into it
                    known = said[status] = (value, _of_status(value, status))
                found[position] = known[1]
    return found


def _said_beside(row: Row, signs: _Signs, status: str) -> bool | None:
    """What the row's other columns say."""
    if (said := _agreed(_by_words(row[name]) for name in signs.kinds if name in row)) is not None:
        return said
    flags = [value for name in signs.flags if type(value := row.get(name)) is bool]
    flags += [not value for name in signs.open_flags if type(value := row.get(name)) is bool]
    if any(flags):
        return True
    if status and closed_by_words(status) is not None:
        return None
    if any(_is_end(row.get(name)) for name in (*signs.moments, *signs.resolutions)):
        return True
    return False if flags or any(name in row for name in signs.moments) else None


def _of_status(status: Mapping[str, JsonValue], shown: str) -> bool | None:
    """What the object of a status says: by a flag, by its category or type, by its key if its name says nothing."""
    plain = _plain_names(tuple(status))
    flags = {value for name in status if is_closed_flag(name) and type(value := status[name]) is bool}
    flags |= {not value for name, short in plain if _OPEN_FLAG.fullmatch(short) and type(value := status[name]) is bool}
    if len(flags) == 1:
        return flags.pop()
    kinds = [status[name] for name, short in plain if _KIND.fullmatch(short)]
    if (said := _agreed(map(_by_words, kinds))) is not None:
        return said
    others = (status[name] for name, short in plain if _KEY.fullmatch(short) and status[name] != shown)
    return _agreed(map(_by_words, others)) if closed_by_words(shown) is None else None


@lru_cache(_MOST_SHAPES)
def _plain_names(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    return tuple((name, plain_name(name)) for name in names)


def _by_words(value: JsonValue) -> bool | None:
    """What a category, a type or a key says: a word, or an object of which all words that mean something agree."""
    if isinstance(value, str):
        return closed_by_words(value) if len(value) <= _LONGEST_WORD else None
    if isinstance(value, dict):
        names = (name for name, short in _plain_names(tuple(value)) if _KEY.fullmatch(short))
        return _agreed(closed_by_words(word) for name in names if isinstance(word := value[name], str))
    return None


def _agreed(said: Iterator[bool | None]) -> bool | None:
    """What all that say something say; None where they contradict each other."""
    words = {one for one in said if one is not None}
    return words.pop() if len(words) == 1 else None


def _is_end(value: Any) -> bool:
    """Whether a moment or a resolution is there; a zero is none, nor is a word for none."""
    if isinstance(value, dict):
        value = next((word for word in value.values() if isinstance(word, str)), "")
    if isinstance(value, str):
        word = plain_name(value)
        return bool(word.strip("0")) and word not in _NO_RESOLUTION
    return bool(value)


def open_by_order(statuses: Sequence[str]) -> tuple[str, ...]:
    """Those of ``statuses``, in the order of a workflow, that stand between one known as open and the first known as
    closed, and whose words have no known meaning: ``待处理 处理中 已解决``.
    """
    said = [closed_by_words(status) for status in statuses]
    if False not in said or True not in said:
        return ()
    return tuple(statuses[at] for at in range(said.index(False), said.index(True)) if said[at] is None)


def _like_others(found: list[bool | None], statuses: Sequence[str | None]) -> list[bool | None]:
    """Rows that say nothing are as the others with their status, where these are all alike."""
    by_status: dict[str | None, set[bool]] = {}
    for closed, status in zip(found, statuses, strict=True):
        if closed is not None and status:
            by_status.setdefault(status, set()).add(closed)
    known = {status: next(iter(said)) for status, said in by_status.items() if len(said) == 1}
    return [known.get(status) if closed is None else closed for closed, status in zip(found, statuses, strict=True)]
