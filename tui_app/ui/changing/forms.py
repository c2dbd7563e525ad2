"""What a change is written with: a line or a text area for each field.

Invariants: nothing here asks the tracker or sends anything; what is typed is handed on as it is, and kept while it is
typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.timer import Timer
from textual.widgets import Input, Static, TextArea

from tui_app.tickets.changes import Choice, FormField
from tui_app.tickets.ticket import JsonValue
from tui_app.ui.changing.pickers import FormInput, ValuePicker
from tui_app.ui.dialogs.picker import DIALOGS_CSS, NARROW
from tui_app.ui.key_bar import KeyBar
from tui_app.ui.keymap import shown_key
from tui_app.ui.keys import bindings_for
from tui_app.ui.sharing.external import edit_text

_KEPT_AFTER = 0.4  # seconds without a key, after which what was typed is on the disk
_AROUND_ROWS = 7  # lines: borders, title, two lines of note, footer
_FEWEST_LINES = 3
_YES_OR_NO = (Choice(value=True, label="yes"), Choice(value=False, label="no"))


class ChangeForm(ModalScreen[None]):
    """A line or a text area for each field. It stays open below the preview, and is closed by whoever opened it.

    Args:
        title: what is changed, of which ticket.
        fields: to be filled in.
        values: what is in them at first, by name.
        submit: gets what was filled in, to be previewed.
        keep: gets it whenever something was typed, to be kept.
    """

    CSS_PATH = DIALOGS_CSS
    HORIZONTAL_BREAKPOINTS = NARROW
    BINDINGS = bindings_for("change")
    AUTO_FOCUS = "#change-rows Input, #change-rows TextArea"

    def __init__(
        self,
        title: str,
        fields: Sequence[FormField],
        values: Mapping[str, JsonValue],
        *,
        submit: Callable[[FormInput], object],
        keep: Callable[[FormInput], object],
    ) -> None:
        super().__init__()
        self._heading = title
        self._fields = tuple(fields)
        self._values = dict(values)
        self._submit = submit
        self._keep = keep
        self._edited: Timer | None = None
        self._first: dict[str, str] = {}
        """What was in each field before anything was typed."""

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content(self._heading), id="dialog-title")
            with VerticalScroll(id="change-rows", can_focus=False):
                yield from self._rows()
            yield Static(Content(""), id="dialog-note")
        yield KeyBar()

    def _rows(self) -> ComposeResult:
        only_text = len(self._fields) == 1 and self._fields[0].kind == "text"
        for number, field in enumerate(self._fields):
            text = self._first[field.name] = _text_of(field, self._values.get(field.name))
            if len(self._fields) > 1:
                yield Static(Content(_caption(field)), classes="change-caption")
            if field.kind == "text":
                yield TextArea(text, id=f"field-{number}", classes="-only" if only_text else "", compact=True)
            else:
                yield Input(
                    text,
                    placeholder=_placeholder(field, shown_key(self.app, "write.values")),
                    compact=True,
                    id=f"field-{number}",
                )

    def on_mount(self) -> None:
        self.show_note("")

    def on_resize(self) -> None:
        """The fields scroll where there is no room for all of them, and what is around them stays in sight."""
        self.query_one("#change-rows").styles.max_height = max(_FEWEST_LINES, self.size.height - _AROUND_ROWS)

    # ------------------------------------------------------- from outside

    def show_note(self, words: str, *, is_error: bool = False) -> None:
        """Show a line below the fields."""
        note = self.query_one("#dialog-note", Static)
        note.update(Content.assemble((words, "$text-error" if is_error else "$text-muted")))
        note.display = bool(words)

    async def take_fields(self, fields: Sequence[FormField], values: Mapping[str, JsonValue]) -> None:
        """Ask these fields from now on; what was typed stays, and else ``values`` are filled in."""
        typed = {field.name: text for field, text in self._typed() if text != self._first.get(field.name, "")}
        same = [(f.name, f.kind) for f in fields] == [(f.name, f.kind) for f in self._fields]
        self._fields = tuple(fields)
        self._values = {**values, **typed}
        if same:
            self.fill_in(self._values)
            return
        focused = self._field_of(self.focused)
        rows = self.query_one("#change-rows", VerticalScroll)
        async with self.batch():
            await rows.remove_children()
            await rows.mount_all(self._rows())
        names = [field.name for field in self._fields]
        number = names.index(focused.name) if focused and focused.name in names else 0
        if self._fields:
            self.query_one(f"#field-{number}").focus()

    def fill_in(self, values: Mapping[str, JsonValue]) -> None:
        """Put ``values`` into the fields in which nothing was typed."""
        for number, field in enumerate(self._fields):
            if field.name in values and self._text(number) == self._first.get(field.name, ""):
                text = self._first[field.name] = _text_of(field, values[field.name])
                self._set(number, text)

    def filled_in(self) -> FormInput:
        """What is in the fields; one that is empty is left out."""
        values: dict[str, JsonValue] = {}
        answers: dict[str, JsonValue] = {}
        picked: list[str] = []
        labels: dict[str, str] = {}
        for field, text in self._typed():
            if not text.strip():
                continue
            value, is_choice = _value_of(field, text)
            (answers if field.answer else values)[field.name] = value
            if is_choice:
                picked.append(field.name)
                labels[field.name] = text.strip()
        return FormInput(values, answers, tuple(picked), labels)

    # ------------------------------------------------------------- inside

    def _typed(self) -> list[tuple[FormField, str]]:
        return [(field, self._text(number)) for number, field in enumerate(self._fields)]

    def _text(self, number: int) -> str:
        widget = self.query_one(f"#field-{number}")
        return widget.text if isinstance(widget, TextArea) else widget.value if isinstance(widget, Input) else ""

    def _set(self, number: int, text: str) -> None:
        widget = self.query_one(f"#field-{number}")
        if isinstance(widget, TextArea):
            if widget.text != text:
                widget.text = text
                widget.move_cursor(widget.document.end)
        elif isinstance(widget, Input):
            widget.value, widget.cursor_position = text, len(text)

    def _field_of(self, widget: object) -> FormField | None:
        number = self._number_of(widget)
        return self._fields[number] if number is not None and number < len(self._fields) else None

    def _number_of(self, widget: object) -> int | None:
        name = getattr(widget, "id", None) or ""
        return int(name.removeprefix("field-")) if name.startswith("field-") else None

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _keep_soon(self) -> None:
        if self._edited is not None:
            self._edited.stop()
        self._edited = self.set_timer(_KEPT_AFTER, self._keep_now)

    def _keep_now(self) -> None:
        if self._edited is not None:
            self._edited.stop()
            self._edited = None
            self._keep(self.filled_in())

    @on(Input.Submitted)
    def _next_field(self) -> None:
        self.focus_next()

    # ------------------------------------------------------------- actions

    def action_submit(self) -> None:
        """Hand on what is filled in, or show what is missing."""
        for number, field in enumerate(self._fields):
            if field.required and not self._text(number).strip():
                self.query_one(f"#field-{number}").focus()
                self.show_note(f"{field.label}: it is missing.", is_error=True)
                return
        self.show_note("")
        self._keep_now()
        self._submit(self.filled_in())

    def action_close(self) -> None:
        self._keep_now()
        if not self.filled_in().is_empty and any(text != self._first.get(f.name, "") for f, text in self._typed()):
            self.app.notify("What you wrote is kept: the same key opens it again.", markup=False)
        self.dismiss(None)

    def action_edit(self) -> None:
        """Let the user write the text under the cursor, or the first one, in their editor."""
        at = self._number_of(self.focused)
        if at is None or self._fields[at].kind != "text":
            at = next((n for n, field in enumerate(self._fields) if field.kind == "text"), None)
        if at is None:
            self.show_note("There is no long text to write here.")
            return
        self._keep_now()
        edited = edit_text(self.app, self._text(at))
        if edited.text is None:
            self.show_note(edited.why_not, is_error=True)
        elif edited.text != self._text(at):
            self._set(at, edited.text)
            self._keep(self.filled_in())
            self.action_submit()

    def action_offer(self) -> None:
        """List the values of the field that has the cursor."""
        at = self._number_of(self.focused)
        field = self._fields[at] if at is not None and at < len(self._fields) else None
        if at is None or field is None or not _choices(field):
            self.show_note("This field takes anything that is typed.")
            return
        picker = ValuePicker(field.label, field.name, self._text(at))
        self.app.push_screen(picker, partial(self._offered, at))
        picker.call_later(partial(picker.load, _choices(field), takes_any=False))

    def _offered(self, at: int, given: FormInput | None) -> None:
        if given is not None:
            self._set(at, next(iter(given.labels.values()), ""))

    def on_click(self, event: events.Click) -> None:
        """Beside the form: what esc does."""
        if self.get_widget_at(*event.screen_offset)[0] is self:
            self.action_close()


def _caption(field: FormField) -> str:
    return " · ".join(filter(None, (f"{field.label}{'' if field.required else ' (optional)'}", field.help)))


def _placeholder(field: FormField, lists: str) -> str:
    if _choices(field):
        return ", ".join(choice.label for choice in _choices(field)[:4]) + f" ..  ({lists} lists them)"
    if field.default not in (None, ""):
        return f"the server's own: {field.default}"
    return {"labels": "labels, separated by commas", "date": "2026-11-30", "number": "a number"}.get(field.kind, "")


def _choices(field: FormField) -> tuple[Choice, ...]:
    return field.choices or (_YES_OR_NO if field.kind == "flag" else ())


def _text_of(field: FormField, value: JsonValue) -> str:
    """A value as it is typed: what a choice is called, a list with commas."""
    label = next((choice.label for choice in _choices(field) if choice.value == value), None)
    if label is not None:
        return label
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def _value_of(field: FormField, text: str) -> tuple[JsonValue, bool]:
    """What was typed as a value, and whether it is one of the field's choices."""
    typed = text.strip()
    alike = [choice for choice in _choices(field) if choice.label == typed]
    if len(alike) == 1:
        return alike[0].value, bool(field.choices) and alike[0].value != alike[0].label
    if field.kind in ("labels", "choices"):
        return [part.strip() for part in typed.split(",") if part.strip()], False
    return text if field.kind == "text" else typed, False
