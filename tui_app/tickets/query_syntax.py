"""The parts of a query, as they are typed: words, phrases, and ``word:value`` with the criterion that it sets.

`tui_app.tickets.query` makes criteria of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from tui_app.tickets.criterion import CRITERIA, CRITERIA_BY_NAME, LIST_CRITERIA, CriterionKind, Match
from tui_app.tickets.quoting import outside_quotes, split_values, unquoted

QUERY_CRITERIA = tuple(criterion for criterion in CRITERIA if criterion.word)
QUERY_WORDS = tuple(dict.fromkeys(criterion.word for criterion in QUERY_CRITERIA))
"""The words before the colon that `format_query` writes."""
CRITERION_OF = {
    word: criterion.name for criterion in reversed(QUERY_CRITERIA) for word in (*criterion.synonyms, criterion.word)
}
"""Every word that is understood, to the criterion that it sets; of several criteria with one word, the first."""
FIELD_WORD = re.compile(r"([^\W\d]+(?:-[^\W\d]+)*):")
_LEAVES_OUT = re.compile(r'-(?=[\w"])')
"""A sign before a word or a phrase; ``->``, ``--force`` and ``-`` alone are text."""
_ADDRESS = re.compile(r"\w+:(?://|:)|\w:[/\\]")
"""What has a colon and is no criterion: ``https://..``, ``std::vector``, ``C:\\path``."""
DATE_SIGNS = {"<": Match.BEFORE, ">": Match.SINCE, ">=": Match.SINCE}
"""What a date may begin with: which of the criteria for the same date is meant."""


class QueryPart(Struct, frozen=True):
    """One blank-separated part of a query. ``criterion`` is empty for plain text, and for words not understood."""

    start: int
    end: int
    word: str = ""
    """Before the colon, as typed; empty for plain text."""
    sign: str = ""
    """``<``, ``>`` or ``>=`` before a date, else empty."""
    rest: str = ""
    """What follows the colon and the sign; of plain text, all of it without the sign that leaves it out."""
    criterion: str = ""
    leaves_out: bool = False

    @property
    def values(self) -> list[str]:
        """What follows the colon, as values of the criterion."""
        return split_values(self.rest) if self.criterion in LIST_CRITERIA else [unquoted(self.rest)]


def query_parts(text: str) -> Iterator[QueryPart]:
    """The parts of a query, in order."""
    position, length = 0, len(text)
    while position < length:
        if text[position].isspace():
            position += 1
            continue
        end = _part_end(text, position)
        yield _part(text, position, end)
        position = end


def _part(text: str, start: int, end: int) -> QueryPart:
    sign = _LEAVES_OUT.match(text, start, end)
    begin = start + bool(sign)
    match = None if _ADDRESS.match(text, begin, end) else FIELD_WORD.match(text, begin, end)
    if match is None:
        return QueryPart(start, end, rest=text[begin:end], leaves_out=bool(sign))
    rest = text[match.end() : end]
    name, date_sign = signed_criterion(match[1], rest)
    return QueryPart(start, end, match[1], date_sign, rest.removeprefix(date_sign), name, bool(sign))


def signed_criterion(word: str, rest: str) -> tuple[str, str]:
    """The criterion that ``word`` sets when ``rest`` follows the colon, and the sign that decided; two empty texts."""
    name = CRITERION_OF.get(word.lower().replace("-", "_"), "")
    sign = max((sign for sign in DATE_SIGNS if rest.startswith(sign)), key=len, default="")
    if not name or not sign or CRITERIA_BY_NAME[name].kind is not CriterionKind.DATE:
        return name, ""
    return same_date(name, DATE_SIGNS[sign]), sign


def same_date(name: str, match: Match) -> str:
    """The criterion that bounds the same date as ``name`` on the side ``match``."""
    field = CRITERIA_BY_NAME[name].field
    return next(other.name for other in CRITERIA if other.field == field and other.match is match)


def _part_end(text: str, start: int) -> int:
    return next((position for position, character in outside_quotes(text, start) if character.isspace()), len(text))
