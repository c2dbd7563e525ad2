"""Help with a half-typed query or form field: what it may become, and what looks like a slip."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from tui_app.tickets.criterion import CRITERIA_BY_NAME, DUE_CRITERIA, LEFT_OUT, LIST_CRITERIA, Criterion, CriterionKind
from tui_app.tickets.fields import SORT_FIELDS
from tui_app.tickets.query import prefix_of, read_query
from tui_app.tickets.query_shorthands import HOLDABLE, NO, OVERDUE
from tui_app.tickets.query_syntax import (
    CRITERION_OF,
    FIELD_WORD,
    QUERY_WORDS,
    QueryPart,
    query_parts,
    signed_criterion,
)
from tui_app.tickets.quoting import commas, in_quotes, quoted, split_values
from tui_app.tickets.vocabulary import CLOSED, ME, OPEN, UNASSIGNED, folded_words, nearest

_DATES_BACK = ("today", "yesterday", "7d", "2w", "1m", "3m", "1y")
_DATES_AHEAD = ("today", "tomorrow", "+7d", "+2w", "+1m", "yesterday")
"""Dates that are offered for what is due."""
_OFFERED: Mapping[CriterionKind, tuple[str, ...]] = {
    CriterionKind.PERSON: (ME, UNASSIGNED),
    CriterionKind.OPENNESS: (OPEN, CLOSED),
    CriterionKind.DATE: _DATES_BACK,
    CriterionKind.SORT: tuple(name for field in SORT_FIELDS for name in (f"-{field}", field)),
    CriterionKind.NUMBER: ("50", "100", "500", "1000"),
}
_FIXED = (CriterionKind.DATE, CriterionKind.SORT, CriterionKind.NUMBER, CriterionKind.OPENNESS)
_MOST_COMPLETIONS = 50
_COMPARED = re.compile(r"(?:(?<=\s)|^)([^\W\d]+)\s?(?:!=|=|~)(?=[\s\w\"'(])")
"""A word and a sign as the trackers' own languages compare them: ``project = PAY``."""
_IN_QUOTES = re.compile(r'"(?:[^"\\]|\\.)*"?', re.DOTALL)


def _offered(criterion: Criterion) -> tuple[str, ...]:
    """Values that are offered whatever the tracker holds."""
    return _DATES_AHEAD if criterion.name in DUE_CRITERIA else _OFFERED.get(criterion.kind, ())


class Completion(Struct, frozen=True):
    """What may stand in place of ``text[start:end]``, best first."""

    start: int
    end: int
    options: tuple[str, ...] = ()

    def apply(self, text: str, option: str) -> tuple[str, int]:
        """``text`` with ``option`` in place, and the position of the cursor after it."""
        gap = "" if option.endswith(":") or text[self.end : self.end + 1] == " " else " "
        return text[: self.start] + option + gap + text[self.end :], self.start + len(option) + len(gap)


def complete_query(text: str, cursor: int, known: Mapping[str, Sequence[str]]) -> Completion:
    """What the word under the cursor may become: a field's word, or one of the field's values."""
    start = max((part.start for part in query_parts(text[:cursor])), default=cursor)
    typed = text[start:cursor]
    if not typed or (typed[-1].isspace() and typed.count('"') % 2 == 0):
        return Completion(cursor, cursor)
    if typed.startswith(LEFT_OUT) and len(typed) > 1:
        start, typed = start + 1, typed[1:]
    match = FIELD_WORD.match(typed)
    name, sign = signed_criterion(match[1], typed[match.end() :]) if match else ("", "")
    if match is None or not name:
        words = (*(f"{word}:" for word in QUERY_WORDS), *(f"{NO}:{word}" for word in HOLDABLE))
        fitting = (word for word in words if word.startswith(typed.lower()) and word != typed)
        return Completion(start, cursor, tuple(fitting))
    value_start = start + match.end() + len(sign)
    if name in LIST_CRITERIA:
        value_start += max(commas(typed[match.end() :]), default=-1) + 1
    prefix = text[value_start:cursor].strip('"')
    chosen = split_values(typed[match.end() : value_start - start]) if name in LIST_CRITERIA else []
    options = tuple(quoted(value) for value in complete_value(name, prefix, known) if value not in chosen)
    if name in DUE_CRITERIA and not sign and OVERDUE.startswith(prefix.lower()) and prefix != OVERDUE:
        options = (*options, OVERDUE)
    return Completion(value_start, cursor, options)


def complete_value(name: str, prefix: str, known: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The values of the criterion that begin with ``prefix``, then those that hold it."""
    kind = CRITERIA_BY_NAME[name].kind
    values = [*_offered(CRITERIA_BY_NAME[name]), *known.get(name, ())]
    folded = prefix.casefold()
    first = [value for value in values if value.casefold().startswith(folded)]
    then = [value for value in values if folded in value.casefold()] if kind not in _FIXED else []
    found = tuple(dict.fromkeys([*first, *then]))[:_MOST_COMPLETIONS]
    return () if found == (prefix,) else found


class Slip(Struct, frozen=True):
    """What to write in place of ``text[start:end]``, and why; nothing where that cannot be guessed."""

    start: int
    end: int
    message: str
    replacement: str


def slips(text: str, known: Mapping[str, Sequence[str]]) -> Iterator[Slip]:
    """What is wrong in a query, or looks like a slip. ``known``: criterion to the values that exist."""
    _, problems = read_query(text)
    for problem in problems:
        yield Slip(problem.start, problem.end, problem.message, problem.replacement)
    compared = _COMPARED.finditer(_IN_QUOTES.sub('""', text))
    if foreign := next((match for match in compared if match[1].lower() in CRITERION_OF), None):
        message = f"{foreign[0]} is text here. Write {foreign[1]}:VALUE, or the tracker's own query behind native:"
        yield Slip(0, len(text), message, f"native:{in_quotes(text.strip())}")
    for part in query_parts(text):
        if part.criterion and part.rest:
            yield from _wrong_values(part, known.get(part.criterion, ()))


def meant_value(value: str, known: Sequence[str]) -> str | None:
    """The value that ``value`` was probably meant to be; None where it is one that exists, or like none of them."""
    by_folded = {folded_words(other): other for other in known}
    if not by_folded or is_known(value, known):
        return None
    close = nearest(folded_words(value), by_folded)
    return by_folded[close[0]] if close else None


def is_known(value: str, known: Iterable[str]) -> bool:
    """Whether ``value`` exists, in whatever spelling."""
    return value in (ME, UNASSIGNED) or folded_words(value) in map(folded_words, known)


def _wrong_values(part: QueryPart, known: Sequence[str]) -> Iterator[Slip]:
    prefix = (LEFT_OUT if part.leaves_out else "") + prefix_of(CRITERIA_BY_NAME[part.criterion])
    for value in part.values:
        better = meant_value(value, known)
        if better is not None:
            fixed = ",".join(quoted(better if item == value else item) for item in part.values)
            message = f"Did you mean {better}? {prefix}{value} is not known here."
            yield Slip(part.start, part.end, message, prefix + fixed)
