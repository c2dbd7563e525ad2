"""What would be sent, before it is: the only place from which a change goes out; and the report of several changes.

Invariant: only the key that sends hands the tokens back, and only after what has to be agreed to was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_app.tickets.changes import ChangeOutcome, ChangeState
from tui_app.ui.changing.preview_text import (
    MOST_CALL,
    READERS,
    STATE_WORDS,
    Prepared,
    call_words,
    list_line,
    outcome_line,
    preview_lines,
    visible,
)
from tui_app.ui.dialogs.picker import DIALOGS_CSS, NARROW
from tui_app.ui.dialogs.server_pane import NoticesPane, ReadingPane
from tui_app.ui.key_bar import KeyBar
from tui_app.ui.keymap import shown_key
from tui_app.ui.keys import bindings_for

COUNTED_FROM = 11
"""So many tickets at once are agreed to by typing their number."""
_AGE_SECONDS = 1.0
_AROUND_BODY = 8  # lines: borders, title, count, gaps, two lines of note, footer
_FEWEST_LINES = 3


class Consent(Struct, frozen=True):
    """What the user sends: the tokens of what was shown, and whether what had to be agreed to was."""

    tokens: tuple[str, ...]
    agreed: bool = False


class PreviewScreen(ModalScreen[Consent | None]):
    """Shows what would be sent for one ticket, or the list of several; gives a `Consent`, or None: nothing is sent.

    Args:
        title: what is changed, of which tickets, in which tracker.
        now: the clock's.
    """

    CSS_PATH = DIALOGS_CSS
    HORIZONTAL_BREAKPOINTS = NARROW
    BINDINGS = bindings_for("preview")

    def __init__(self, title: str, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._heading = title
        self._now = now
        self._prepared: Sequence[Prepared] = ()
        self._read_at = now()
        self._agreed = False
        self._is_ready = False

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content(self._heading), id="dialog-title")
            with VerticalScroll(id="preview-body", can_focus=False):
                yield Static(Content("Reading it, to show what would be sent .."), id="preview-text")
            yield Input(compact=True, id="preview-count", restrict="[0-9]*", max_length=4)
            yield Static(Content(""), id="dialog-note")
        yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#preview-count").display = False
        self._show_note("")
        self.set_interval(_AGE_SECONDS, self._refresh_age)

    def on_resize(self) -> None:
        """The text scrolls where there is no room for all of it, and what is around it stays in sight."""
        self.query_one("#preview-body").styles.max_height = max(_FEWEST_LINES, self.size.height - _AROUND_BODY)

    # ------------------------------------------------------- from outside

    def show(self, prepared: Sequence[Prepared]) -> None:
        """Show what was prepared, all of it."""
        self._prepared, self._read_at, self._is_ready = tuple(prepared), self._now(), True
        self._show_lines()
        if self._must_count():
            count = self.query_one("#preview-count", Input)
            count.display = True
            count.placeholder = f"{len(self._tokens)} tickets: type their number to agree"
            count.focus()
        self._show_note(self._what_to_agree())
        self.refresh_bindings()

    def show_progress(self, done: int, total: int) -> None:
        """Show how many of several tickets have been read."""
        self.query_one("#preview-text", Static).update(Content(f"Reading the tickets: {done} of {total} .."))

    # ------------------------------------------------------------- inside

    @property
    def _tokens(self) -> tuple[str, ...]:
        return tuple(prepared.token for prepared in self._prepared if prepared.token)

    def _show_lines(self) -> None:
        self.query_one("#preview-text", Static).update(Content("\n").join(self._lines()))

    def _lines(self) -> list[Content]:
        if len(self._prepared) == 1:
            return self._single(self._prepared[0])
        sent = len(self._tokens)
        head = Content.assemble((f"{sent} of {len(self._prepared)} tickets, one after the other", "bold"))
        first = next((prepared.preview for prepared in self._prepared if prepared.token), None)
        call = visible(call_words(first.tool, first.arguments))[:MOST_CALL] if first else ""
        lines = [head, *map(list_line, self._prepared)]
        if first:
            lines += [Content(""), Content.assemble(("The first call: ", "$text-muted"), (call, "$text-accent"))]
            lines += [Content.assemble((READERS.get(first.visibility, ""), "$text-muted"))] if first.visibility else []
            lines.append(Content.assemble(("It stops at the first that fails.", "$text-muted")))
        return lines

    def _single(self, prepared: Prepared) -> list[Content]:
        if prepared.fault:
            fault = prepared.fault
            return [
                Content.assemble((visible(fault.title), "bold $text-error")),
                Content(visible(fault.cause)),
                Content.assemble((visible(fault.hint), "$text-muted")),
            ]
        if prepared.preview is None or not prepared.token:
            return [Content("Nothing has to be sent: the ticket is already so.")]
        return preview_lines(prepared.preview, max(0.0, (self._now() - self._read_at).total_seconds()))

    def _refresh_age(self) -> None:
        if self._is_ready and len(self._prepared) == 1 and self._tokens:
            self._show_lines()

    def _consents(self) -> list[str]:
        found = [prepared.preview for prepared in self._prepared if prepared.preview and prepared.token]
        words = [visible(preview.consent) for preview in found if preview.consent]
        if any(preview.visibility == "public" for preview in found):
            words.append(READERS["public"])
        return list(dict.fromkeys(words))

    def _what_to_agree(self) -> str:
        consents = self._consents()
        if not consents or self._agreed:
            return "Agreed." if self._agreed else ""
        return f"{' '.join(consents)} {shown_key(self.app, 'preview.agree')} agrees to that."

    def _must_count(self) -> bool:
        return len(self._tokens) >= COUNTED_FROM

    def _show_note(self, words: str) -> None:
        note = self.query_one("#dialog-note", Static)
        note.update(Content.assemble((words, "$text-warning")))
        note.display = bool(words)

    def _why_not_yet(self) -> str:
        if not self._is_ready:
            return "It is not read yet."
        if self._consents() and not self._agreed:
            return self._what_to_agree()
        if self._must_count() and self.query_one("#preview-count", Input).value != str(len(self._tokens)):
            return f"Type {len(self._tokens)}, the number of tickets, to agree."
        return ""

    # ------------------------------------------------------------- actions

    def why_not(self, action: str) -> str:
        """Why the footer leaves a key out."""
        if action in ("send", "whole_call"):
            return "" if self._tokens else "There is nothing to send."
        return "" if action != "agree" or (self._consents() and not self._agreed) else "There is nothing to agree to."

    def action_send(self) -> None:
        """Hand the tokens back: this alone sends."""
        if self._is_ready and not self._tokens:
            self.dismiss(None)
            return
        why_not = self._why_not_yet()
        if why_not:
            self._show_note(why_not)
        else:
            self.dismiss(Consent(self._tokens, self._agreed))

    def action_agree(self) -> None:
        if self._consents():
            self._agreed = True
            self._show_note(self._what_to_agree())
            self.refresh_bindings()

    def action_whole_call(self) -> None:
        """Show each call in full."""
        previews = [prepared.preview for prepared in self._prepared if prepared.preview and prepared.token]
        calls = [visible(call_words(preview.tool, preview.arguments, indent=2)) for preview in previews]
        self.app.push_screen(NoticesPane(Content("\n\n".join(calls)), title="The whole call"))

    def action_scroll_by(self, lines: int) -> None:
        self.query_one("#preview-body", VerticalScroll).scroll_relative(y=lines, animate=False)

    def action_close(self) -> None:
        self.dismiss(None)

    def on_click(self, event: events.Click) -> None:
        """Beside the dialog: what esc does."""
        if self.get_widget_at(*event.screen_offset)[0] is self:
            self.action_close()


class BulkReport(ReadingPane):
    """What came of each of several changes.

    Args:
        outcomes: one for each ticket, in their order.
        go_on: prepares those that were not tried.
    """

    BINDINGS = bindings_for("report")

    def __init__(self, outcomes: Sequence[ChangeOutcome], go_on: Callable[[], object]) -> None:
        super().__init__()
        self._outcomes = outcomes
        self._go_on = go_on

    def on_mount(self) -> None:
        self.query_one("#reading").border_title = Content("What came of it")
        self.show_text(Content("\n").join([*map(outcome_line, self._outcomes), Content(""), *self._sum()]))

    def _sum(self) -> Iterator[Content]:
        counts: dict[ChangeState, int] = {}
        for outcome in self._outcomes:
            counts[outcome.state] = counts.get(outcome.state, 0) + 1
        yield Content(", ".join(f"{number} {STATE_WORDS[state][0]}" for state, number in counts.items()))
        if self._rest():
            yield Content(f"{shown_key(self.app, 'report.rest')} goes on with the {self._rest()} that were not tried.")

    def _rest(self) -> int:
        return sum(outcome.state is ChangeState.NOT_SENT for outcome in self._outcomes)

    def why_not(self, action: str) -> str:
        """Why the footer leaves a key out."""
        return "" if action != "go_on" or self._rest() else "All were tried."

    def action_go_on(self) -> None:
        if self._rest():
            self.dismiss(None)
            self._go_on()
