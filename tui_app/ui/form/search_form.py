"""The open search form: the query line and every field, two views of the same criteria.

Invariants: whatever is typed in one view shows in the other at once; nothing typed is ever cleared by the form itself;
only criteria that passed `check_criteria` are submitted.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria
from tui_app.tickets.errors import UsageError
from tui_app.tickets.query import RawCriteria, format_query, parse_query
from tui_app.tickets.query_completion import Completion, complete_query, complete_value
from tui_app.tickets.query_parts import LIST_FIELDS
from tui_app.tickets.query_slips import Slip, slips
from tui_app.ui.form.completions import CompletionList
from tui_app.ui.form.field_row import QUERY, FieldRow
from tui_app.ui.form.fields import FIELDS, FieldSpec, check_fields, field_text, field_value, note_for
from tui_app.ui.keymap import shown_key
from tui_app.ui.keys import bindings_for

_AROUND_FIELDS = 8  # lines: borders, query, hints, footer
_FEWEST_FIELDS = 3
_LEAST_ROOM = 20  # cells for completions beside the right edge
_QUERY_EXAMPLE = 'words "exact words" status:open assignee:me label:bug after:7d'


class SearchForm(Widget):
    """All fields. Posts `Submitted` with checked criteria, or `Closed` with what was typed so far."""

    BINDINGS = bindings_for("form")

    class Submitted(Message):
        """Search with ``criteria``."""

        def __init__(self, criteria: TicketSearchCriteria) -> None:
            super().__init__()
            self.criteria = criteria

    class Closed(Message):
        """The form was closed without a search; ``raw`` is what it held, to open it with again."""

        def __init__(self, raw: RawCriteria) -> None:
            super().__init__()
            self.raw = raw

    def __init__(
        self, raw: Mapping[str, object], known: Callable[[], Mapping[str, Sequence[str]]], native_language: str | None
    ) -> None:
        super().__init__()
        self._initial = raw
        self._known = known
        self._native_language = native_language

    def _specs(self) -> list[FieldSpec]:
        specs = [spec for spec in FIELDS if spec.name != "native"]
        if self._native_language or self._initial.get("native"):
            specs.append(FieldSpec("native", self._native_language or "Native query", "the tracker's own language"))
        return specs

    def compose(self) -> ComposeResult:
        query = FieldSpec(QUERY, "Search for", _QUERY_EXAMPLE)
        yield FieldRow(query, format_query(self._initial))
        yield Static(Content(""), id="did-you-mean")
        with VerticalScroll(id="fields", can_focus=False):
            for spec in self._specs():
                yield FieldRow(spec, field_text(self._initial.get(spec.name)))
        yield Static(Content(""), id="form-error")
        yield CompletionList()

    def on_mount(self) -> None:
        self._row(QUERY).input.focus()
        self._check_all()

    def on_resize(self) -> None:
        """The fields scroll where there is no room for all of them."""
        self.query_one("#fields").styles.max_height = max(_FEWEST_FIELDS, self.screen.size.height - _AROUND_FIELDS)

    # ------------------------------------------------------------------ reading and writing

    def raw(self) -> RawCriteria:
        """What the form holds, as typed."""
        return {name: value for name, value in self._read().items() if value}

    def _read(self) -> RawCriteria:
        plain = parse_query(self._row(QUERY).input.value).get("text", "")
        fields = {row.spec.name: field_value(row.spec.name, row.input.value) for row in self._field_rows()}
        return {"text": plain, **fields}

    def set_raw(self, raw: Mapping[str, object]) -> None:
        """Show other criteria, in both views."""
        with self.prevent(Input.Changed):
            self._row(QUERY).input.value = format_query(raw)
            for row in self._field_rows():
                row.input.value = field_text(raw.get(row.spec.name))
        self._check_all()

    def _row(self, name: str) -> FieldRow:
        return next(row for row in self.query(FieldRow) if row.spec.name == name)

    def _field_rows(self) -> list[FieldRow]:
        return [row for row in self.query(FieldRow) if row.spec.name != QUERY]

    @on(Input.Changed)
    def _keep_views_equal(self, event: Input.Changed) -> None:
        event.stop()
        if event.input.name == QUERY:
            self._fields_from_query()
        else:
            with self.prevent(Input.Changed):
                self._row(QUERY).input.value = format_query(self._read())
        self._check_all()
        self._offer(event.input)

    def _fields_from_query(self) -> None:
        criteria = parse_query(self._row(QUERY).input.value)
        with self.prevent(Input.Changed):
            for row in self._field_rows():
                value = criteria.get(row.spec.name, "")
                if field_value(row.spec.name, row.input.value) != (value or field_value(row.spec.name, "")):
                    row.input.value = field_text(value)

    # ------------------------------------------------------------------ notes

    def _check_all(self) -> None:
        known = self._known()
        for row in self._field_rows():
            note = note_for(row.spec.name, row.input.value, known)
            row.say(note.words, is_error=note.is_error)
        name, words = check_fields(self._read())
        if name and name != QUERY:
            self._row(name).say(words, is_error=True)
        slip = self._slip()
        self.query_one("#did-you-mean", Static).update(
            Content(f"{shown_key(self.app, 'form.correct')}: {slip.message}" if slip else "")
        )
        self.query_one("#form-error").display = False

    def _slip(self) -> Slip | None:
        return next(slips(self._row(QUERY).input.value, self._known()), None)

    def _explain(self, error: UsageError) -> None:
        line = self.query_one("#form-error", Static)
        words = error.cause
        if error.field:
            row = self._row(error.field)
            words = f"{row.spec.caption}: {words.removeprefix(f'{error.field}: ')}"
            row.input.focus()
        line.update(Content(f"{words} {error.hint}"))
        line.display = True

    # ------------------------------------------------------------------ completion

    def _offer(self, field: Input, *, asked: bool = False) -> None:
        completion = self._completion(field, asked=asked)
        corner, region = self.content_region.offset, field.region
        x = region.x - corner.x + min(completion.start, max(0, region.width - _LEAST_ROOM))
        self.query_one(CompletionList).open_at(x, region.y - corner.y + 1, completion.options)

    def _completion(self, field: Input, *, asked: bool = True) -> Completion:
        """What fits where the cursor is. Unless it was asked for, an empty field offers nothing."""
        name, text, cursor = field.name or "", field.value, field.cursor_position
        if name == QUERY:
            return complete_query(text, cursor, self._known())
        start = text.rfind(",", 0, cursor) + 1 if name in LIST_FIELDS else 0
        start += len(text[start:cursor]) - len(text[start:cursor].lstrip())
        prefix = text[start:cursor].strip('"')
        return Completion(start, cursor, complete_value(name, prefix, self._known()) if prefix or asked else ())

    def _take(self, option: str) -> None:
        field = self.app.focused
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
        """Take the completion that the cursor was moved to; else search, or say at the field why not."""
        chosen = self.query_one(CompletionList).chosen
        if chosen is not None:
            self._take(chosen)
            return
        try:
            criteria = check_criteria(self._read())
        except UsageError as error:
            self._explain(error)
        else:
            self.post_message(self.Submitted(criteria))

    def action_close(self) -> None:
        completions = self.query_one(CompletionList)
        if completions.is_open:
            completions.close()
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
        if slip:
            field.value = field.value[: slip.start] + slip.replacement + field.value[slip.end :]
            field.cursor_position = len(field.value)
        else:
            self.app.notify("There is nothing to correct.", severity="warning", timeout=3, markup=False)

    def action_complete(self) -> None:
        option = self.query_one(CompletionList).first
        if option is not None:
            self._take(option)
        else:
            self.screen.focus_next(Input)

    def action_move(self, step: int) -> None:
        completions = self.query_one(CompletionList)
        if completions.is_open:
            completions.move(step)
        elif step > 0:
            self.screen.focus_next(Input)
        else:
            self.screen.focus_previous(Input)
