"""The line at the top: what is searched as a sentence, which the lists of searches have too, and the pane's name."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui_app.tickets.criteria import DEFAULT_MAX_RESULTS, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.criterion import CRITERIA, CRITERIA_BY_NAME, CriterionKind

_WORDED = frozenset({"openness", "status", "text", "assignee", "project", "labels", "priority"})
"""Criteria with words of their own below."""
_OTHERS = tuple(
    criterion
    for criterion in CRITERIA
    if criterion.narrows
    and criterion.name not in _WORDED
    and criterion.kind not in (CriterionKind.DATE, CriterionKind.NATIVE)
)


FEW_LINES = "-few-lines"
"""A class of the screen while it has no line to spare for tabs."""
_NOBODY = "nobody"
_MOST_PLACE = 0.5  # of the line, for tracker and view


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
    used = criteria.used_fields()
    if criteria.openness:
        is_alone = len(used) == 1
        yield Phrase("All " if is_alone else "")
        yield Phrase(criteria.openness if is_alone else criteria.openness.capitalize(), stress=True)
        yield Phrase(" tickets")
    if criteria.status:
        yield Phrase(" with status " if criteria.openness else "")
        yield from _listed(criteria.status, " or ")
        yield Phrase("" if criteria.openness else " tickets")
    elif not criteria.openness:
        yield Phrase("Tickets" if used else "Every ticket")
    if criteria.text:
        yield Phrase(" with ")
        yield Phrase(criteria.text if '"' in criteria.text else f"“{criteria.text}”", stress=True)


def _people_and_places(criteria: TicketSearchCriteria) -> Iterator[Phrase]:
    if criteria.assignee:
        yield Phrase(" assigned to ")
        people = (_NOBODY if person == UNASSIGNED else person for person in criteria.assignee)
        yield from _listed(tuple(people), " or ")
    if criteria.project:
        yield Phrase(" in ")
        yield from _listed(criteria.project, " or ")
    if criteria.labels:
        yield Phrase(" labelled ")
        yield from _listed(criteria.labels, " and ")
    if criteria.priority:
        yield Phrase(" of priority ")
        yield from _listed(criteria.priority, " or ")
    for criterion in _OTHERS:
        value = getattr(criteria, criterion.name)
        if value:
            yield Phrase(f" with {criterion.caption.lower()} ")
            yield from _listed(value if isinstance(value, tuple) else (value,), " or ")
    for exclusion in criteria.excluded:
        yield Phrase(f", without {CRITERIA_BY_NAME[exclusion.name].word} ".replace("  ", " "))
        yield from _listed(exclusion.values, " or ")
    if criteria.native:
        yield Phrase(" where ")
        yield Phrase(criteria.native, stress=True)


def _dates(criteria: TicketSearchCriteria) -> Iterator[Phrase]:
    for criterion in CRITERIA:
        bound = getattr(criteria, criterion.name) if criterion.kind is CriterionKind.DATE else None
        if bound:
            yield Phrase(f", {criterion.caption.lower()} ")
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


class SearchLine(Widget):
    """The criteria in one line; a click opens the form."""

    class LineClicked(Message):
        """The form is wanted."""

    def __init__(self) -> None:
        super().__init__(id="search-line")
        self._criteria = TicketSearchCriteria()
        self._tracker = self._view = self._age = self._always = ""

    def show_age(self, words: str) -> None:
        """Say of when the rows are; empty: of now."""
        if words != self._age:
            self._age = words
            self.refresh()

    def show(self, criteria: TicketSearchCriteria, tracker: str, view: str, always: str = "") -> None:
        """Show what is searched, where, as which view, and what is always asked for there; empty: nothing."""
        self._criteria, self._tracker, self._view, self._always = criteria, tracker, view, always
        self.refresh()

    def render(self) -> Content:
        always = (f"  + {self._always}", "$text-muted") if self._always else ""
        words = sentence_content(self._criteria)
        line = Content.assemble(*self._place(), ("⌕ ", "$text-primary bold"), words, always)
        age = f"  {self._age}" if self._age else ""
        line = line.truncate(self.size.width - len(age), ellipsis=True)
        return Content.assemble(line, " " * (self.size.width - line.cell_length - len(age)), (age, "$text-warning"))

    def _place(self) -> tuple[Content | str, ...]:
        """Where and under what name, while no line of tabs says it."""
        if not self.screen.has_class(FEW_LINES) or not self._tracker:
            return ()
        place = Content.assemble((self._tracker, "bold"), f" · {self._view}" if self._view else "")
        return place.truncate(int(self.size.width * _MOST_PLACE), ellipsis=True), "  "

    def on_click(self) -> None:
        self.post_message(self.LineClicked())


class PaneName(Widget):
    """What the ticket's pane is, in the line above it."""

    def __init__(self) -> None:
        super().__init__(id="pane-name")
        self._words = ""

    def show(self, words: str) -> None:
        """Show other words."""
        if words != self._words:
            self._words = words
            self.refresh(layout=self.display)

    def render(self) -> Content:
        return Content(self._words)
