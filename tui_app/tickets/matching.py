"""Applies criteria to tickets here, for those that a server cannot apply itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.criterion import CRITERIA, EXCLUDABLE_CRITERIA, LEFT_OUT, Criterion, Match
from tui_app.tickets.ticket import Ticket
from tui_app.tickets.vocabulary import CLOSED, ME, UNASSIGNED, folded_words

_WORDS = re.compile(r'"((?:[^"\\]|\\.)*)"?|([^\s"]+)', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')


def matches(ticket: Ticket, criteria: TicketSearchCriteria, names: Iterable[str]) -> bool:
    """Whether ``ticket`` meets what ``names``, some of ``criteria.used_fields()``, ask for.

    ``native`` and ``me`` mean something to the tracker alone: they hold for every ticket. A ticket without the date
    that a bound asks about does not meet it. What must not be so leaves out tickets that have any one of its values.
    """
    return all(_CHECKS[name](ticket, criteria.value(name)) for name in names if name in _CHECKS)


_Check: TypeAlias = Callable[[Ticket, Any], bool]
"""Whether a ticket meets a criterion of this value; an absent value is met by every ticket."""
_Values: TypeAlias = tuple[str, ...]


def _occur(ticket: Ticket, text: str) -> bool:
    haystack = _haystack(ticket)
    return all(words in haystack for words in searched_words(text.casefold()))


def _occur_not(ticket: Ticket, terms: _Values) -> bool:
    haystack = _haystack(ticket)
    return not any(term.casefold() in haystack for term in terms)


def _haystack(ticket: Ticket) -> str:
    return "\n".join(filter(None, (ticket.id, ticket.title, ticket.description, *ticket.labels))).casefold()


def searched_words(text: str) -> list[str]:
    """The words of a search; words in quotation marks are one."""
    found = (_ESCAPED.sub(r"\1", quoted) or plain for quoted, plain in _WORDS.findall(text))
    return [words for part in found if (words := " ".join(part.split()))]


def phrases_in(text: str) -> tuple[str, ...]:
    """Of `searched_words` those that are several words, to be found as they stand."""
    return tuple(words for words in searched_words(text) if " " in words)


def bare_text(text: str) -> str:
    """``text`` for a tool that would look for quotation marks themselves."""
    return " ".join(searched_words(text))


def quoted_text(text: str, most: int | None = None) -> str:
    """``text`` for a tool that looks for quoted words as they stand: phrases in quotation marks, all else bare.

    Where there are more than ``most`` phrases, all is bare.
    """
    if most is not None and len(phrases_in(text)) > most:
        return bare_text(text)
    return " ".join(f'"{words.replace(chr(34), " ")}"' if " " in words else words for words in searched_words(text))


def phrase_check(tickets: Iterable[Ticket], phrases: Sequence[str]) -> Callable[[Ticket], bool]:
    """Whether one of ``tickets`` holds all of ``phrases``, as far as can be seen.

    Where none of them has its description, one is left out only if it shows the words of a phrase, but apart: the
    tracker may have found the phrase in what does not show.
    """
    wanted = [phrase.casefold() for phrase in phrases]
    all_shows = any(ticket.description for ticket in tickets)

    def holds(ticket: Ticket) -> bool:
        seen = " ".join(_haystack(ticket).split())
        return all(
            phrase in seen or not (all_shows or all(word in seen for word in phrase.split())) for phrase in wanted
        )

    return holds


def _is_any(value: str | None, wanted: _Values) -> bool:
    return folded_words(value or "") in map(folded_words, wanted)


def _holds_all(values: _Values, wanted: _Values) -> bool:
    return {value.casefold() for value in wanted} <= {value.casefold() for value in values}


def _holds_any(values: _Values, unwanted: _Values) -> bool:
    return not {value.casefold() for value in unwanted}.isdisjoint(value.casefold() for value in values)


def _is_person(value: str | None, wanted: _Values) -> bool:
    return any(_is_called(value, person.casefold()) for person in wanted)


def _is_called(value: str | None, words: str) -> bool:
    return not value if words == UNASSIGNED else words == ME or words in (value or "").casefold()


def _is_id(value: str | None, wanted: _Values) -> bool:
    """``owner/name#17`` is also called ``#17`` and ``17``."""
    own = (value or "").casefold()
    names = {own, own.rpartition("#")[2]} - {""}
    return any(word.casefold().removeprefix("#") in names or word.casefold() == own for word in wanted)


_COMPARISONS: dict[Match, Callable[[Any, Any], bool]] = {
    Match.ANY: _is_any,
    Match.ALL: _holds_all,
    Match.PERSON: _is_person,
    Match.ID: _is_id,
    Match.SINCE: lambda moment, bound: moment is not None and moment >= bound.moment,
    Match.BEFORE: lambda moment, bound: moment is not None and moment < bound.moment,
}


def _check(criterion: Criterion, match: Match) -> _Check:
    if match is Match.WORDS:
        return _occur
    if match is Match.OPENNESS:  # of what is not known to be closed, nobody shall lose sight
        return lambda ticket, wanted: not wanted or bool(ticket.is_closed) is (wanted == CLOSED)
    compare, field = _COMPARISONS[match], criterion.field
    return lambda ticket, wanted: not wanted or compare(getattr(ticket, field), wanted)


def _opposite(criterion: Criterion, match: Match) -> _Check:
    """The check of what must not be so."""
    if match is Match.WORDS:
        return _occur_not
    compare, field = _holds_any if match is Match.ALL else _COMPARISONS[match], criterion.field
    return lambda ticket, unwanted: not compare(getattr(ticket, field), unwanted)


_CHECKS = {criterion.name: _check(criterion, criterion.match) for criterion in CRITERIA if criterion.match} | {
    f"{LEFT_OUT}{criterion.name}": _opposite(criterion, criterion.match)
    for criterion in CRITERIA
    if criterion.match and criterion.name in EXCLUDABLE_CRITERIA
}
