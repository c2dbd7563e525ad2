"""The open search form over the browse screen: the query line and every field, two views of the same criteria.

Invariants: whatever is typed in one view shows in the other at once; nothing typed is ever cleared by the form itself;
only criteria that passed `check_criteria` are submitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria
from tui_app.tickets.criterion import CRITERIA_BY_NAME, LIST_CRITERIA, Criterion, CriterionKind
from tui_app.tickets.errors import UsageError
from tui_app.tickets.mentions import NamedTicket
from tui_app.tickets.query import RawCriteria, format_query, parse_query, read_query
from tui_app.tickets.query_assist import Completion, Slip, complete_query, complete_value, slips
from tui_app.ui.form.form_fields import (
    FORM_CRITERIA,
    QUERY,
    CompletionList,
    FieldRow,
    check_fields,
    field_text,
    field_value,
    note_for,
    opening_line,
    show_rows,
)
from tui_app.ui.keymap import shown_key
from tui_app.ui.keys import bindings_for

_AROUND_FIELDS = 9  # lines: borders, query, hints, an error of two lines, footer
_FEWEST_FIELDS = 3
_FEW_LINES = 30  # of the screen; in fewer, all fields at once would hide the rows that are being searched
_LEAST_ROOM = 20  # cells for completions beside the right edge
_QUERY_EXAMPLE = 'words "exact words" is:open assignee:me -label:wontfix after:7d'


class SearchForm(Widget):
    """All fields. Posts `Submitted` with checked criteria, or `Closed` with what was typed so far.

    Args:
        raw: criteria to begin with, as typed.
        known: criterion to the values that exist, asked anew at every key.
        native_language: what the tracker calls its own query language; None: it has none.
        now: the clock's.
        named: the tickets that a text may name.
    """

    BINDINGS = bindings_for("form")

    class Submitted(Message):
        """Search with ``criteria``."""

        def __init__(self, criteria: TicketSearchCriteria) -> None:
            super().__init__()
            self.criteria = criteria

    class TicketWanted(Message):
        """Open a ticket in place of searching."""

        def __init__(self, named: NamedTicket) -> None:
            super().__init__()
            self.named = named

    class Closed(Message):
        """The form was closed without a search; ``raw`` is what it held, to open it with again."""

        def __init__(self, raw: RawCriteria) -> None:
            super().__init__()
            self.raw = raw

    def __init__(
        self,
        raw: Mapping[str, object],
        known: Callable[[], Mapping[str, Sequence[str]]],
        native_language: str | None,
        now: Callable[[], datetime],
        named: Callable[[str], Sequence[NamedTicket]],
    ) -> None:
        super().__init__()
        self._named = named
        self._openings: dict[str, NamedTicket] = {}
        """Lines of the completion list that open a ticket."""
        self._initial = raw
        self._known = known
        self._native_language = native_language
        self._now = now
        self._all_wanted = False
        """Whether the user asked for every field, also those that are empty."""

    def _criteria(self) -> list[Criterion]:
        criteria = [criterion for criterion in FORM_CRITERIA if criterion.kind is not CriterionKind.NATIVE]
        if self._native_language or self._initial.get("native"):
            native = CRITERIA_BY_NAME["native"]
            caption = self._native_language or native.caption
            criteria.append(native._replace(caption=caption, example="the tracker's own language"))
        return criteria

    def compose(self) -> ComposeResult:
        query = CRITERIA_BY_NAME[QUERY]._replace(caption="Search for", example=_QUERY_EXAMPLE)
        written = format_query(self._initial)
        yield FieldRow(query, f"{written} " if written else "")
        yield Static(Content(""), id="did-you-mean")
        with VerticalScroll(id="fields", can_focus=False):
            for criterion in self._criteria():
                yield FieldRow(criterion, field_text(self._initial.get(criterion.name)))
        yield Static(Content(""), id="more-fields")
        yield Static(Content(""), id="form-error")
        yield CompletionList()

    def on_mount(self) -> None:
        self._row(QUERY).input.focus()
        self._check_all()

    def on_resize(self) -> None:
        """The fields scroll where there is no room for all of them."""
        self.query_one("#fields").styles.max_height = max(_FEWEST_FIELDS, self.screen.size.height - _AROUND_FIELDS)
        self._show_rows()

    def _show_rows(self) -> None:
        """Show every field, or in few lines, until one is gone to, those that hold something."""
        all_shown = self._all_wanted or self.screen.size.height >= _FEW_LINES
        show_rows(self._field_rows(), self.query_one("#more-fields", Static), all_shown=all_shown)

    def _to_next(self) -> None:
        """Go to the next field; whoever leaves the line wants to see them all."""
        self._all_wanted = True
        self._show_rows()
        self.screen.focus_next(Input)

    # ------------------------------------------------------------------ reading and writing

    def raw(self) -> RawCriteria:
        """What the form holds, as typed."""
        return {name: value for name, value in self._read().items() if value}

    def _read(self) -> RawCriteria:
        typed, _ = read_query(self._row(QUERY).input.value)
        fields = {row.criterion.name: field_value(row.criterion.name, row.input.value) for row in self._field_rows()}
        beside = {name: value for name, value in typed.items() if name == QUERY or name not in fields}
        return {**beside, **fields}

    def set_raw(self, raw: Mapping[str, object]) -> None:
        """Show other criteria, in both views."""
        with self.prevent(Input.Changed):
            self._row(QUERY).input.value = format_query(raw)
            for row in self._field_rows():
                row.input.value = field_text(raw.get(row.criterion.name))
        self._check_all()

    def _row(self, name: str) -> FieldRow:
        """The row of a criterion; of one that has none here, the line on top."""
        rows = {row.criterion.name: row for row in self.query(FieldRow)}
        return rows.get(name) or rows[QUERY]

    def _field_rows(self) -> list[FieldRow]:
        return [row for row in self.query(FieldRow) if row.criterion.name != QUERY]

    @on(Input.Changed)
    def _keep_views_equal(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.name == QUERY:
            self._fields_from_query()
        else:
            written, line = format_query(self._read()), self._row(QUERY).input
            if written != line.value.rstrip():  # the blank after what was searched stays for the next word
                with self.prevent(Input.Changed):
                    line.value = written
        self._check_all()
        self._offer(event.input)

    def _fields_from_query(self) -> None:
        criteria, _ = read_query(self._row(QUERY).input.value)
        with self.prevent(Input.Changed):
            for row in self._field_rows():
                value = criteria.get(row.criterion.name, "")
                if field_value(row.criterion.name, row.input.value) != (value or field_value(row.criterion.name, "")):
                    row.input.value = field_text(value)

    # ------------------------------------------------------------------ notes

    def _check_all(self) -> None:
        known, now = self._known(), self._now()
        for row in self._field_rows():
            note = note_for(row.criterion.name, row.input.value, known, now)
            row.show_note(note.words, is_error=note.is_error)
        name, words = check_fields(self._read(), now)
        if name and name != QUERY and name in CRITERIA_BY_NAME:
            self._row(name).show_note(words, is_error=True)
            if self._row(QUERY).input.has_focus:  # it was typed there, so nothing else brings its field into sight
                self._row(name).scroll_visible(animate=False)
        self._show_rows()
        slip = self._slip()
        key = f"{shown_key(self.app, 'form.correct')}: " if slip and slip.replacement else ""
        self.query_one("#did-you-mean", Static).update(Content(f"{key}{slip.message}" if slip else ""))
        self.query_one("#form-error").display = False

    def _show_slip(self) -> None:
        """What is mistaken in the line on top, unless a list of what fits is open over it."""
        line, completions = self._row(QUERY).input, self.query_one(CompletionList)
        self.query_one("#did-you-mean").visible = not (line.has_focus and completions.is_open)

    def _slip(self) -> Slip | None:
        return next(slips(self._row(QUERY).input.value, self._known()), None)

    def _explain(self, error: UsageError) -> None:
        line = self.query_one("#form-error", Static)
        words = error.cause
        if error.field:
            row = self._row(error.field if error.field in CRITERIA_BY_NAME else QUERY)
            words = f"{row.criterion.caption}: {words.removeprefix(f'{error.field}: ')}"
            row.input.focus()
        line.update(Content(f"{words} {error.hint}"))
        line.display = True

    # ------------------------------------------------------------------ completion

    def _offer(self, field: Input, *, asked: bool = False) -> None:
        completion = self._completion(field, asked=asked)
        self._openings = {}
        if field.name == QUERY:
            self._openings = {opening_line(named, self._now()): named for named in self._named(field.value)}
        corner, region = self.content_region.offset, field.region
        x = region.x - corner.x + min(completion.start, max(0, region.width - _LEAST_ROOM))
        self.query_one(CompletionList).open_at(x, region.y - corner.y + 1, (*completion.options, *self._openings))
        self._show_slip()

    def offer_openings(self) -> None:
        """Offer tickets to open that were not known when the last key was pressed."""
        line = self._row(QUERY).input
        if line.has_focus and len(self._named(line.value)) > len(self._openings):
            self._offer(line)

    def _completion(self, field: Input, *, asked: bool = True) -> Completion:
        """What fits where the cursor is. Unless it was asked for, an empty field offers nothing."""
        name, text, cursor = field.name or "", field.value, field.cursor_position
        if name == QUERY:
            return complete_query(text, cursor, self._known())
        start = text.rfind(",", 0, cursor) + 1 if name in LIST_CRITERIA else 0
        start += len(text[start:cursor]) - len(text[start:cursor].lstrip())
        prefix = text[start:cursor].strip('"')
        return Completion(start, cursor, complete_value(name, prefix, self._known()) if prefix or asked else ())

    def _take(self, option: str) -> None:
        field = self.app.focused
        if option in self._openings:
            self.post_message(self.TicketWanted(self._openings[option]))
            return
        if not isinstance(field, Input):
            return
        completion = self._completion(field)
        text, cursor = completion.apply(field.value, option)
        if field.name != QUERY:
            text, cursor = text.rstrip(), min(cursor, len(text.rstrip()))
        field.value, field.cursor_position = text, cursor

    @on(CompletionList.Picked)
    def _take_clicked(self, event: CompletionList.Picked) -> None:
        event.stop()
        self._take(event.option)

    # ------------------------------------------------------------------ actions

    def action_submit(self) -> None:
        """Take the completion that the cursor was moved to; else search, or show at the field why not."""
        chosen = self.query_one(CompletionList).chosen
        if chosen is not None:
            self._take(chosen)
            return
        try:
            parse_query(self._row(QUERY).input.value)
            criteria = check_criteria(self._read(), self._now())
        except UsageError as error:
            self._explain(error)
        else:
            self.post_message(self.Submitted(criteria))

    def action_close(self) -> None:
        completions = self.query_one(CompletionList)
        if completions.chosen or (completions.is_open and completions.first not in self._openings):
            completions.close()
            self._show_slip()
        else:
            self.post_message(self.Closed(self.raw()))

    def action_clear(self) -> None:
        self.set_raw({})
        self._row(QUERY).input.focus()

    def action_offer(self) -> None:
        if isinstance(self.app.focused, Input):
            self._offer(self.app.focused, asked=True)

    def action_correct(self) -> None:
        field = self._row(QUERY).input
        slip = self._slip()
        if slip and slip.replacement:
            field.value = field.value[: slip.start] + slip.replacement + field.value[slip.end :]
            field.cursor_position = len(field.value)
        else:
            self.query_one("#did-you-mean", Static).update(Content("There is nothing to correct."))

    def action_complete(self) -> None:
        completions = self.query_one(CompletionList)
        option = completions.first
        if option is not None and (completions.chosen or option not in self._openings):
            self._take(option)
        else:
            self._to_next()

    def action_move(self, step: int) -> None:
        completions = self.query_one(CompletionList)
        if completions.is_open:
            completions.move(step)
        elif step > 0:
            self._to_next()
        else:
            self.screen.focus_previous(Input)
