"""What a column holds, in shares, and how much that speaks for each field of a ticket.

A score is what the values speak for, plus the hint that the name is. Invariants: pure; nothing here raises; a field
that the values rule out scores 0 whatever the name says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from typing import TypeAlias

from tui_app.adapters.reading.field_names import (
    CERTAIN_NAME,
    NOUN_PARTS,
    hints,
    hints_beside,
    is_of_another_thing,
    names_of_things,
    plain_name,
    without_marks,
    words_in,
)
from tui_app.adapters.reading.field_values import NOBODY, Row, are_human, is_nothing, value_at_path, word_of
from tui_app.tickets.fields import FIELDS_BY_NAME, TIME_KINDS
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.timestamps import DateEvidence, looks_like_moment, parse_moment
from tui_app.tickets.vocabulary import StatusKind, is_priority, is_status, status_kind

Path: TypeAlias = tuple[str, ...]
"""Names that lead from a row to a value."""

_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}-\d{1,9}")
_PREFIXED = re.compile(r"#?[^\W\d_]{0,10}[-_#/:.]?\d{1,9}|[\w.-]+/[\w.-]+#\d+")
_OPAQUE = re.compile(r"(?=.*\d)[\w-]{8,64}")
_NUMBER = re.compile(r"[-+]?\d+(?:[.,]\d+)?")
_FRACTION = re.compile(r"[-+]?\d+[.,]\d*[1-9]\d*")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+|@[\w.-]{2,}")
_PERSON = re.compile(r"[^\W\d_a-zß-öø-ÿ][\w'’.-]{1,20}(?: [a-z]{1,3}){0,2}(?: [^\W\d_a-zß-öø-ÿ][\w'’.-]{0,20}){1,2}")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]{4}")
_HAS_DIGIT = re.compile(r"\d")
_LEAST_PROSE = 15  # characters on average
_LONGEST_DATE = 70  # characters
_LONGEST_WORD = 20  # characters on average of a status in words
_OPEN_DATES = 0.1  # what a column of such dates is worth less than another one of its name
_LOOKED_AT = 10_000  # characters of a value; what a longer one is shows in its beginning
_DEEPEST = 4  # lists within lists
_MOST_COLUMNS = 120  # of one row


class Column:
    """One column's values, and the shares that the scores are made of."""

    def __init__(self, path: Path, values: Sequence[JsonValue], position: int) -> None:
        self.path = path
        self.name = path[-1]
        self.inherited = self.name.startswith("^")
        self.position = position
        present = [value for value in values if not is_nothing(value)]
        self.is_list = bool(present) and sum(isinstance(value, list) for value in present) * 2 > len(present)
        self.is_flag = bool(present) and all(isinstance(value, bool) for value in present)
        self.is_object = any(isinstance(value, dict) for value in present)
        plain = plain_name(self.name)
        words = (_text_of(value, plain) for value in present)
        texts = [text for text in words if text and text.casefold().strip("()") not in NOBODY]
        self.texts = texts
        self.cover = len(texts) / (len(values) or 1)
        self.distinct = set(texts)
        self.unique = len(self.distinct) / (len(texts) or 1)
        self.length = sum(map(len, texts)) / (len(texts) or 1)
        self.varied = len({re.sub(r"\d+", "", text[:60]) for text in self.distinct}) / (len(self.distinct) or 1)
        self.hints = hints_beside(texts, self.name.removeprefix("^"))
        self.url = self.share(lambda text: text.startswith(("https://", "http://")))
        self.token = self.share(lambda text: not re.search(r"\s", text))
        self.number = self.share(_NUMBER.fullmatch)
        self.letters = self.share(lambda text: any(map(str.isalpha, text[:60])))
        self.spaced = self.share(lambda text: " " in text or _CJK.search(text))
        self.key = self.share(_KEY.fullmatch)
        self.lines = self.share(lambda text: "\n" in text)
        self.email = self.share(_EMAIL.fullmatch)
        self.person = self.share(is_person)
        self.state = self.share(is_status)
        self.priority = self.share(is_priority)
        self.date = 0.0 if self.url or self.length > _LONGEST_DATE or self.is_flag else self.share(_is_date)

    def share(self, holds: Callable[[str], object]) -> float:
        """How many of the values something holds for."""
        if not self.texts:
            return 0.0
        known = {text: bool(holds(text)) for text in self.distinct}
        return sum(known[text] for text in self.texts) / len(self.texts)

    @property
    def low(self) -> float:
        """How few different values there are."""
        if len(self.texts) >= 3 and self.unique <= 0.7:
            return 1.0
        return 0.6 if self.texts and (len(self.texts) < 3 or self.state > 0.5) else 0.1

    @property
    def is_word(self) -> bool:
        """Whether each value is a word or two, and no number is in any."""
        return is_short_text(self) and self.cover == 1 and self.length <= _LONGEST_WORD and not self.has_digits

    @property
    def has_digits(self) -> bool:
        return any(map(_HAS_DIGIT.search, self.distinct))

    @property
    def known(self) -> float:
        """How many of the values are known for statuses, in whatever language."""
        return self.share(lambda text: len(text) <= _LONGEST_WORD and status_kind(text) is not StatusKind.OTHER)

    @property
    def is_scored(self) -> bool:
        """Whether some values are fractions: a measure, not a choice of few."""
        return self.number > 0.9 and self.share(_FRACTION.fullmatch) > 0

    @property
    def has_open_dates(self) -> bool:
        """Whether no date tells which number is the month of those that do not tell it themselves."""
        evidence = DateEvidence(self.distinct)
        return evidence.is_open and not evidence.order

    @property
    def early(self) -> float:
        return max(0.0, 0.1 - 0.01 * self.position)

    def hint(self, one: str) -> float:
        return max(0.0, self.hints.get(one, 0) - 0.12 * (len(self.path) - 1))


def is_person(text: str) -> bool:
    """Whether ``text`` has the form of somebody's name and surname."""
    return _PERSON.fullmatch(without_marks(text)) is not None


def columns_of(rows: Sequence[Row]) -> list[Column]:
    """The columns of ``rows``: each name, and within objects the leaves that the whole does not tell."""
    paths: dict[Path, None] = {}
    for row in rows:
        for name, value in islice(row.items(), _MOST_COLUMNS):
            paths.setdefault((name,))
            if isinstance(value, Mapping):
                for inner in _leaves((name,), value, 2):
                    paths.setdefault(inner)
    found: list[Column] = []
    named = {path[0] for path in paths if len(path) == 1 and hints(path[0]).get("title", 0) > CERTAIN_NAME}
    own = {plain_name(name) for name in named if any(isinstance(row.get(name), str) for row in rows)}
    for position, path in enumerate(islice(paths, _MOST_COLUMNS)):
        if _is_worth_a_look(path) and not is_of_another_thing(path, own):
            found.append(Column(path, [value_at_path(row, path) for row in rows], position))
    things = names_of_things(path[-1] for path in paths)
    for column in found:
        if column.name in things:
            column.hints = {one: hint for one, hint in column.hints.items() if one != "title"}
    return found


def _leaves(path: Path, value: Row, levels: int) -> Iterator[Path]:
    for name, inner in islice(value.items(), 20):
        if isinstance(inner, Mapping) and levels > 1:
            yield from _leaves((*path, name), inner, levels - 1)
        elif isinstance(inner, (str, int, float)):
            yield (*path, name)


def _is_worth_a_look(path: Path) -> bool:
    """A part of a person or a place says nothing that the whole does not say."""
    return len(path) == 1 or not hints(path[0]) or path[0].startswith("^")


def _text_of(value: JsonValue, name: str, depth: int = 0) -> str:
    if isinstance(value, str):
        return value[:_LOOKED_AT].strip()
    if isinstance(value, list):
        inner = (_text_of(item, name, depth + 1) for item in value[:5])
        return ", ".join(filter(None, inner)) if depth < _DEEPEST else ""
    return word_of(value, name) or "" if not isinstance(value, bool) else str(value)


def _is_date(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    if text.isdigit():
        return len(text) in (10, 13) and parse_moment(text) is not None
    return digits >= 3 and looks_like_moment(text)


def by_name(column: Column, one: str) -> float:
    """The score for a field that its name tells, if the values do not speak against it."""
    if FIELDS_BY_NAME[one].kind in TIME_KINDS:
        base = {"created_at": 0.3}.get(one, 0.25) - (_OPEN_DATES if column.hint(one) and column.has_open_dates else 0)
        return base + column.hint(one) if column.date > 0.8 or (column.date and column.hint(one) > 0.8) else 0
    if not column.texts or column.is_flag or column.length > 60:
        return 0
    low = {"type": 0.1, "project": 0.05}.get(one, 0) * column.low
    return low + column.hint(one) if column.hint(one) else 0


def _id_score(column: Column, one: str) -> float:
    del one
    hint, name_only = column.hint("id"), False
    if not column.texts or column.is_list or column.inherited or column.is_flag or column.token < 0.9:
        return 0
    repeats = column.unique < 1 and (len(column.texts) > 2 or hint < CERTAIN_NAME)
    if column.cover <= 0.55 or column.date > 0.8 or column.url or repeats:
        return 0
    if column.key > 0.8:
        content = 0.95
    elif column.number > 0.9:
        is_none = "0" in column.distinct and len(column.texts) < _ENOUGH  # of many, the 0 of those without repeats
        content = 0.65 if column.length <= 7 and column.share(str.isdigit) > 0.9 and not is_none else 0.3
        name_only = not hint and len(column.texts) < _ENOUGH and not column.name[-1:].isdecimal()  # any two differ
    elif column.share(_PREFIXED.fullmatch) > 0.8:
        content = 0.75
    elif column.share(_HAS_DIGIT.search) < 0.5:
        content, name_only = (0.4, False) if _is_called_by(column) else (0.05, True)
    else:
        content = 0.5 if column.share(_OPAQUE.fullmatch) > 0.8 else 0.4
    if column.name == "ordinal":
        content = 0.36
    if name_only and hint <= CERTAIN_NAME:
        return 0
    foreign = any(p > 0.8 for f, p in column.hints.items() if f != "id")
    return content + hint + column.early - 0.5 * (1 - column.cover) - (0.6 if foreign and hint < 0.5 else 0)


def _is_called_by(column: Column) -> bool:
    """Whether a column is named for the ticket itself and holds one word that it is called: ``work_item: api-v2``."""
    named = all(word in NOUN_PARTS for word in words_in(column.name))
    return named and column.unique == 1 and column.token == 1 and column.cover == 1 and len(column.texts) > 1


def _title_score(column: Column, one: str) -> float:
    del one
    if column.letters < 0.5 or column.is_list or column.is_flag or column.email > 0.3 or column.url > 0.5:
        return 0
    if column.number > 0.5 or (column.key > 0.5 and len(column.texts) > 1) or column.date > 0.5:
        return 0
    hint = column.hint("title") * (0.25 if column.inherited else 1)
    fits = 1.0 if 4 <= column.length <= 110 else 0.5 if column.length < 4 else 0.2
    opaque = column.share(lambda text: " " not in text and len(text) > 3 and _HAS_DIGIT.search(text))
    score = 0.35 * column.spaced * fits + 0.3 * column.unique * fits + 0.1 + column.early + 0.7 * hint
    score -= 0.3 * column.lines + 0.45 * opaque + 0.15 * (1 - column.varied) + 0.2 * (1 - column.cover)
    if column.spaced < 0.5:
        is_sure = hint > CERTAIN_NAME and len(column.texts) < _ENOUGH  # ``Fix`` by chance, not a table of statuses
        score -= (0 if is_sure else 0.25 * column.state) + 0.4 * column.priority
    if column.unique < 0.8:
        score -= 0.2 * column.person
    texts = ("title", "description", "labels") if _is_prose(column) else ("title", "description")
    if any(p > CERTAIN_NAME for f, p in column.hints.items() if f not in texts):
        score -= 0.5
    if column.hints.get("description", 0) > CERTAIN_NAME:
        score -= 0.15
    return score * (0.25 if column.inherited else 1)


def _is_prose(column: Column) -> bool:
    """Whether each value is another text of several words, whatever the column is called."""
    return not column.is_list and column.unique > 0.8 and column.spaced > 0.8 and column.length > _LEAST_PROSE


def is_short_text(column: Column) -> bool:
    """Whether the values are words rather than texts."""
    return column.letters > 0.5 and column.length <= 32 and not column.lines and not column.is_flag


def _status_score(column: Column, one: str) -> float:
    hint = column.hint(one)
    if not is_short_text(column):
        exact = column.number > 0.9 and hint > 0.9 and not column.is_flag
        return 0.5 * hint + 0.1 if exact else 0
    if column.inherited and len(column.distinct) == 1 and not column.known and hint < CERTAIN_NAME:
        return 0  # the heading of all rows
    if not hint and not column.state and tells_nothing(column):
        return 0
    inherited = 0.3 if column.inherited and column.low == 1 else 0.1 if column.inherited else 0
    content = 0.25 * column.low + 0.35 * column.state - 0.3 * column.priority - 0.2 * column.email
    return content + inherited + hint - 0.2 * (1 - column.cover)


_ENOUGH = 3  # values, of which some would differ if they told anything of their rows


def tells_nothing(column: Column) -> bool:
    """Whether a column says one word in every row: ``cover: normal``."""
    return len(column.distinct) == 1 and len(column.texts) >= _ENOUGH and not column.inherited


def _priority_score(column: Column, one: str) -> float:
    hint = column.hint(one)
    if not is_short_text(column):
        exact = column.number > 0.9 and hint > 0.9 and not column.is_flag and not column.is_scored
        return 0.6 * hint if exact else 0
    if not hint and tells_nothing(column):
        return 0
    return 0.5 * column.priority + 0.1 * column.low - 0.2 * column.state + hint


def _person_score(column: Column, one: str) -> float:
    hint = column.hint(one)
    if not column.texts or column.length > 60 or column.is_flag or column.number > 0.8 or column.date > 0.5:
        return 0
    content = 0.35 * column.email + 0.35 * column.person - (0.05 if one == "reporter" else 0)
    foreign = any(p > CERTAIN_NAME for f, p in column.hints.items() if f not in ("assignee", "reporter"))
    return content + hint if (content > 0.1 and not foreign) or hint > 0.4 else 0


def _label_score(column: Column, one: str) -> float:
    hint = column.hint(one)
    if column.is_flag or not column.texts or column.length > 120 or _is_prose(column):
        return 0
    return (0.3 if column.is_list else 0) + hint if hint or column.is_list else 0


def _url_score(column: Column, one: str) -> float:
    if column.url < 0.8 or column.is_list:
        return 0
    human = 0.2 if are_human(column.texts) else -0.3
    return 0.2 + 0.3 * column.unique + human + column.hint(one)


def _description_score(column: Column, one: str) -> float:
    hint = column.hint(one)
    if not column.texts or column.is_list or column.is_flag or column.url > 0.5 or column.letters < 0.5:
        return 0
    if column.person > 0.8 and hint < CERTAIN_NAME:
        return 0
    content = (0.3 if column.length > 40 else 0) + 0.3 * column.lines + (0.1 if column.length > 100 else 0)
    title = 0.5 if column.hints.get("title", 0) > CERTAIN_NAME and not column.lines else 0
    return content + hint - title


SCORES: Mapping[str, Callable[[Column, str], float]] = {
    "id": _id_score,
    "title": _title_score,
    "status": _status_score,
    "priority": _priority_score,
    "assignee": _person_score,
    "reporter": _person_score,
    "labels": _label_score,
    "url": _url_score,
    "description": _description_score,
}
"""Scores of fields that content tells; the others go by `by_name`."""
