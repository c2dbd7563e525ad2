"""The form's rows: how a field is read and written, the widget, and the note beside it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from tui_app.tickets.criteria import ALLOWED, check_criteria
from tui_app.tickets.criterion import CRITERIA, CRITERIA_BY_NAME, LIST_CRITERIA, Criterion, CriterionKind
from tui_app.tickets.dates import parse_date_bound
from tui_app.tickets.errors import UsageError
from tui_app.tickets.query import UNREAD, RawCriteria
from tui_app.tickets.query_assist import is_known, meant_value
from tui_app.tickets.quoting import join_values, split_values
from tui_app.ui.keymap import shown_key

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
