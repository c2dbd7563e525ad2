"""The form's fields: how one is read and written, its row, the note beside it, and what it can be completed with."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain, groupby
from operator import attrgetter
from typing import Any

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_app.tickets.criteria import ALLOWED, check_criteria
from tui_app.tickets.criterion import CRITERIA, CRITERIA_BY_NAME, LIST_CRITERIA, SEEN_CRITERIA, Criterion, CriterionKind
from tui_app.tickets.dates import parse_date_bound
from tui_app.tickets.errors import UsageError
from tui_app.tickets.fields import FIELDS_BY_NAME, FieldKind
from tui_app.tickets.mentions import NamedTicket
from tui_app.tickets.messages import ValuesListed
from tui_app.tickets.query import UNREAD, RawCriteria
from tui_app.tickets.query_assist import is_known, meant_value
from tui_app.tickets.quoting import join_values, split_values
from tui_app.tickets.ticket import Ticket
from tui_app.ui.keymap import shown_key
from tui_app.ui.rendering.at_a_glance import age_words

QUERY = "text"
"""The criterion whose row holds the whole query."""

FORM_CRITERIA = tuple(criterion for criterion in CRITERIA if criterion.caption)
"""What has a row of its own, in the order of the rows."""


class FieldRow(Horizontal):
    """A caption, an input, and a note beside it."""

    def __init__(self, criterion: Criterion, text: str) -> None:
        super().__init__(classes="query" if criterion.name == QUERY else "field")
        self.criterion = criterion
        self._text = text

    def compose(self) -> ComposeResult:
        yield Static(Content(self.criterion.caption), classes="caption")
        yield Input(self._text, self.criterion.example, name=self.criterion.name, compact=True, select_on_focus=False)
        yield Static(Content(""), classes="note")

    @property
    def input(self) -> Input:
        return self.query_one(Input)

    @property
    def value(self) -> str:
        """What the field holds, also before its input is there: a form is given its size before all of it is."""
        return next((field.value for field in self.query(Input)), self._text)

    def show_note(self, words: str, *, is_error: bool) -> None:
        """Show a note beside the field."""
        self.set_class(is_error, "wrong")
        self.query_one(".note", Static).update(Content(f"✗ {words}" if is_error and words else words))


def show_rows(rows: Iterable[FieldRow], hint: Static, *, all_shown: bool) -> None:
    """Show every field, or else those that hold something, and by ``hint`` that there are more."""
    for row in rows:
        row.display = all_shown or bool(row.value) or row.has_class("wrong")
    hint.display = not all_shown
    key = shown_key(hint.app, "form.next")
    hint.update(Content(f"{key} shows every field: status, assignee, labels, dates .."))


class Note(Struct, frozen=True):
    """The note beside a field: what a value means, or what is wrong with it."""

    words: str
    is_error: bool = False


def field_text(value: object) -> str:
    """A raw criterion as the field shows it."""
    if isinstance(value, list | tuple):
        return join_values(str(item) for item in value)
    return "" if value is None else str(value)


def field_value(name: str, text: str) -> str | tuple[str, ...]:
    """What a field's text means as a raw criterion."""
    return tuple(split_values(text)) if name in LIST_CRITERIA else text.strip()


def note_for(name: str, text: str, known: Mapping[str, Sequence[str]], now: datetime) -> Note:
    """What to show beside the field ``name`` that holds ``text``; ``now`` is aware."""
    if not text.strip():
        return Note("")
    value = field_value(name, text)
    try:
        check_criteria({name: value}, now)
    except UsageError as error:
        return Note(short_error(error), is_error=True)
    if CRITERIA_BY_NAME[name].kind is CriterionKind.DATE:
        return Note(_date_note(text.strip(), now))
    return Note(_unknown_note(value if isinstance(value, tuple) else (value,), known.get(name, ())))


def short_error(error: UsageError) -> str:
    """The error in the words that fit beside the field that it names."""
    criterion = CRITERIA_BY_NAME.get(error.field)
    kind = criterion.kind if criterion else None
    if kind is CriterionKind.DATE and "later than" not in error.cause:
        reason = "no such day" if "not a day that exists" in error.cause else "not a date"
        return f"{reason}; try 2026-11-01, 7d, yesterday"
    if kind is CriterionKind.NUMBER:
        return f"takes {ALLOWED[error.field]}"
    if kind is CriterionKind.SORT:
        return "not a field; try -updated_at, priority"
    return error.cause.partition(": ")[2] or error.cause


def check_fields(raw: RawCriteria, now: datetime) -> tuple[str, str]:
    """The first wrong field and what is wrong with it; two empty texts where all is well."""
    try:
        check_criteria({name: value for name, value in raw.items() if name != UNREAD}, now)
    except UsageError as error:
        return error.field, short_error(error)
    return "", ""


def _date_note(text: str, now: datetime) -> str:
    moment = parse_date_bound(text, now).moment.astimezone(now.tzinfo)
    words = f"{moment:%a} {moment.day} {moment:%b %Y}"
    if (moment.hour, moment.minute) != (0, 0):
        words += f", {moment:%H:%M}"
    later = moment > now
    return f"{words}, in the future" if later else words


def _unknown_note(values: Sequence[str], known: Sequence[str]) -> str:
    """A word on the first value that does not exist, and is not the beginning of one either."""
    for value in values:
        if not known or is_known(value, known) or any(value.casefold() in other.casefold() for other in known):
            continue
        meant = meant_value(value, known)
        return f"did you mean {meant}? {value} is not known" if meant else f"{value} is not known here"
    return ""


# ------------------------------------------------------------------------ completion

_MOST_SHOWN = 6
_MOST_PER_FIELD = 2000  # people in a large company; more would slow each keystroke for nothing


class CompletionList(Widget):
    """A few lines, one of them under the cursor. It never has the focus: the field keeps it."""

    class Picked(Message):
        """A line was clicked."""

        def __init__(self, option: str) -> None:
            super().__init__()
            self.option = option

    def __init__(self) -> None:
        super().__init__()
        self._options: tuple[str, ...] = ()
        self._cursor = -1
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether there is anything to complete with."""
        return bool(self._options)

    @property
    def chosen(self) -> str | None:
        """The line that the user moved to; None: not moved yet."""
        return self._options[self._cursor] if 0 <= self._cursor < len(self._options) else None

    @property
    def first(self) -> str | None:
        """The line that tab inserts."""
        return self.chosen or (self._options[0] if self._options else None)

    def open_at(self, x: int, y: int, options: Sequence[str]) -> None:
        """Show ``options`` with the list's corner at ``x``, ``y`` of the parent; no options: close."""
        self._options = tuple(options)
        self._cursor = -1
        self.display = bool(options)
        if options:
            self.styles.offset = (x, y)
            self.styles.width = min(60, max(Content(option).cell_length for option in options) + 2)
            self.styles.height = min(_MOST_SHOWN, len(options))
        self.refresh()

    def close(self) -> None:
        """Show nothing."""
        self.open_at(0, 0, ())

    def move(self, step: int) -> None:
        """Move the cursor; it goes round."""
        start = -1 if self._cursor < 0 and step > 0 else max(self._cursor, 0)
        self._cursor = (start + step) % len(self._options)
        self.refresh()

    def _top(self) -> int:
        return max(0, min(self._cursor - _MOST_SHOWN + 2, len(self._options) - _MOST_SHOWN))

    def render(self) -> Content:
        width = self.size.width - 2
        lines = []
        top = self._top()
        for position, option in enumerate(self._options[top : top + _MOST_SHOWN], top):
            line = Content(option).truncate(width, ellipsis=True)
            line = Content.assemble(" ", line, " " * (width - line.cell_length + 1))
            look = "$block-cursor-foreground on $block-cursor-background" if position == self._cursor else ""
            lines.append(line.stylize(look) if look else line)
        return Content("\n").join(lines)

    def on_click(self, event: events.Click) -> None:
        position = self._top() + event.y
        if position < len(self._options):
            self.post_message(self.Picked(self._options[position]))


class KnownValues:
    """Field to values, by profile. What the server listed comes first, in its order."""

    def __init__(self) -> None:
        self._listed: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._seen: dict[str, dict[str, dict[str, None]]] = {}
        self._native: dict[str, str | None] = {}

    def add_listed(self, reply: ValuesListed) -> None:
        """Add the values that the server lists."""
        self._listed[reply.profile] = reply.values
        self._native[reply.profile] = reply.native_language

    def add_seen(self, profile: str, tickets: Iterable[Ticket]) -> None:
        """Add the values of ``tickets``."""
        rows = tuple(tickets)
        seen = self._seen.setdefault(profile, {name: {} for name in SEEN_CRITERIA})
        for name in SEEN_CRITERIA:
            values: Iterable[Any] = map(attrgetter(CRITERIA_BY_NAME[name].field), rows)
            if FIELDS_BY_NAME[CRITERIA_BY_NAME[name].field].kind is FieldKind.LABELS:
                values = chain.from_iterable(values)
            seen[name].update(dict.fromkeys(value or "" for value in values))

    def add_rows(self, tickets: Iterable[Ticket], profile_of: Callable[[Ticket], str]) -> None:
        """Add the values of tickets of several profiles."""
        for profile, rows in groupby(sorted(tickets, key=profile_of), profile_of):
            self.add_seen(profile, rows)

    def of(self, profiles: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Field to the values that exist in any of ``profiles``."""
        merged: dict[str, dict[str, None]] = {name: {} for name in SEEN_CRITERIA}
        for profile in profiles:
            for name, values in self._listed.get(profile, {}).items():
                merged.setdefault(name, {}).update(dict.fromkeys(values))
        for profile in profiles:
            for name, seen in self._seen.get(profile, {}).items():
                merged[name].update(dict.fromkeys(sorted(seen, key=str.casefold)))
        return {name: tuple(value for value in values if value)[:_MOST_PER_FIELD] for name, values in merged.items()}

    def native_language(self, profiles: Sequence[str]) -> str | None:
        """What native queries are written in; None unless there is one tracker, and it has a language."""
        return self._native.get(profiles[0]) if len(profiles) == 1 else None


def opening_line(named: NamedTicket, now: datetime) -> str:
    """``open PAY-7 (work, as of 09:12) Printer on fire``."""
    about = ", ".join(filter(None, (named.profile, age_words(named.seen_at, now))))
    return f"open {named.id} ({about})" + (f" {named.row.title}" if named.row else "")
