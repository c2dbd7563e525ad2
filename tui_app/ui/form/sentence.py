"""Criteria as a sentence: what the closed form and the lists of searches say."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from textual.content import Content

from tui_app.tickets.criteria import DEFAULT_MAX_RESULTS, UNASSIGNED, TicketSearchCriteria


class Phrase(Struct, frozen=True):
    """A piece of the sentence. ``stress`` is set for what the user gave, not for the words that hold it together."""

    words: str
    stress: bool = False


def sentence(criteria: TicketSearchCriteria) -> tuple[Phrase, ...]:
    """``open or active tickets with “printer” assigned to me in PAY, created since 7d``."""
    return (*_subject(criteria), *_people_and_places(criteria), *_dates(criteria), *_manner(criteria))


def sentence_text(criteria: TicketSearchCriteria) -> str:
    """The sentence without stress."""
    return "".join(phrase.words for phrase in sentence(criteria))


def sentence_content(criteria: TicketSearchCriteria, *, stress: str = "$text-accent bold", rest: str = "") -> Content:
    """The sentence as it is shown."""
    return Content.assemble(*((phrase.words, stress if phrase.stress else rest) for phrase in sentence(criteria)))


def _subject(criteria: TicketSearchCriteria) -> Iterator[Phrase]:
    narrowed = bool(criteria.used_fields())
    if criteria.status:
        yield from _listed(criteria.status, " or ")
        yield Phrase(" tickets")
    else:
        yield Phrase("Tickets" if narrowed else "Every ticket")
    if criteria.text:
        yield Phrase(" with ")
        yield Phrase(criteria.text if '"' in criteria.text else f"“{criteria.text}”", stress=True)


def _people_and_places(criteria: TicketSearchCriteria) -> Iterator[Phrase]:
    if criteria.assignee:
        yield Phrase(" assigned to ")
        yield Phrase("nobody" if criteria.assignee == UNASSIGNED else criteria.assignee, stress=True)
    if criteria.project:
        yield Phrase(" in ")
        yield Phrase(criteria.project, stress=True)
    if criteria.labels:
        yield Phrase(" labelled ")
        yield from _listed(criteria.labels, " and ")
    if criteria.priority:
        yield Phrase(" of priority ")
        yield Phrase(criteria.priority, stress=True)
    if criteria.native:
        yield Phrase(" where ")
        yield Phrase(criteria.native, stress=True)


def _dates(criteria: TicketSearchCriteria) -> Iterator[Phrase]:
    bounds = (
        (", created since ", criteria.created_after),
        (", created before ", criteria.created_before),
        (", updated since ", criteria.updated_after),
    )
    for words, bound in bounds:
        if bound:
            yield Phrase(words)
            is_span = bound.text[:1].isdigit() and "-" not in bound.text
            yield Phrase(f"{bound.text} ago" if is_span else bound.text, stress=True)


def _manner(criteria: TicketSearchCriteria) -> Iterator[Phrase]:
    if criteria.sort:
        name = criteria.sort.removeprefix("-").removesuffix("_at")
        order = "last to first" if criteria.sort.startswith("-") else "first to last"
        if criteria.sort.endswith("_at"):
            order = "newest first" if criteria.sort.startswith("-") else "oldest first"
        yield Phrase(f", by {name}, {order}")
    if criteria.max_results != DEFAULT_MAX_RESULTS:
        yield Phrase(f", at most {criteria.max_results:,}")


def _listed(values: tuple[str, ...], between: str) -> Iterator[Phrase]:
    for position, value in enumerate(values):
        if position:
            yield Phrase(between if position == len(values) - 1 else ", ")
        yield Phrase(value, stress=True)
