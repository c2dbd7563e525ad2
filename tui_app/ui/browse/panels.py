"""The panels that open above the status line: the filter, and what went wrong.

Invariant: every word of an error may be a server's, so none is read as markup.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from tui_app.tickets.messages import Failed
from tui_app.ui.keys import bindings_for
from tui_app.ui.table.results_table import ResultsTable

_FUZZY = "~"


class FilterLine(Horizontal):
    """``/ words``: narrows the rows of a table with every key.

    Args:
        table: whose rows.
        drop: takes filter and line away.
        words: a filter in force, which is shown and not typed on; empty: there is none yet.
    """

    BINDINGS = bindings_for("filter")

    def __init__(self, table: ResultsTable, drop: Callable[[], object], words: str = "") -> None:
        super().__init__(id="filter")
        self._words = words
        self._table = table
        self._drop = drop

    def compose(self) -> ComposeResult:
        yield Static(Content("/"), id="filter-sign")
        yield Input(self._words, placeholder="words · !not · ~fuzzy", compact=True, id="filter-input")

    def on_mount(self) -> None:
        if not self._words:
            self.take_focus()

    def show(self, words: str) -> None:
        """Show the filter of other rows; without words the line goes."""
        if words:
            self.query_one(Input).value = words
        else:
            self.remove()

    def take_focus(self) -> None:
        """Go on typing."""
        self.query_one(Input).focus()

    @on(Input.Changed)
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._table.set_filter(event.value)

    def action_keep(self) -> None:
        if self._table.filter_text:
            self._table.focus()
        else:
            self._drop()

    def action_close(self) -> None:
        self._drop()

    def action_toggle_fuzzy(self) -> None:
        field = self.query_one(Input)
        field.value = field.value.removeprefix(_FUZZY) if field.value.startswith(_FUZZY) else _FUZZY + field.value
        field.cursor_position = len(field.value)


class ErrorPanel(VerticalScroll, can_focus=True):
    """One failure, or one for each profile."""

    BINDINGS = bindings_for("error")

    class RetryWanted(Message):
        """Make the request again."""

    class CopyWanted(Message):
        """Copy ``text``."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Dismissed(Message):
        """The panel is to go."""

    def __init__(self, failures: Sequence[Failed]) -> None:
        super().__init__(id="error")
        self._failures = failures

    def compose(self) -> ComposeResult:
        yield Static(self._words(), id="error-text")

    def on_mount(self) -> None:
        self.focus()

    def show(self, failures: Sequence[Failed]) -> None:
        """Show these, the first one on top."""
        self._failures = failures
        self.query_one("#error-text", Static).update(self._words())
        self.scroll_home(animate=False)
        self.focus()

    def _words(self) -> Content:
        several = len(self._failures) > 1
        return Content("\n\n").join([error_content(failure, name_profile=several) for failure in self._failures])

    def action_retry(self) -> None:
        self.post_message(self.RetryWanted())

    def action_copy(self) -> None:
        self.post_message(self.CopyWanted("\n\n".join(error_text(failure) for failure in self._failures)))

    def action_close(self) -> None:
        self.post_message(self.Dismissed())


def error_content(failure: Failed, *, name_profile: bool = False) -> Content:
    """Title, cause, hint and the server's last words, as shown."""
    title = f"✗ {failure.title}" + (f" ({failure.profile})" if name_profile else "")
    parts: list[str | tuple[str, str]] = [(title, "$text-error bold"), "\n", failure.cause]
    if failure.hint:
        parts += ["\n", ("→ ", "$text-accent bold"), (failure.hint, "bold")]
    if failure.stderr_tail.strip():
        parts += [
            "\n\n",
            ("The server's last words", "$text-muted"),
            "\n",
            (failure.stderr_tail.rstrip(), "$text-muted"),
        ]
    return Content.assemble(*parts)


def error_text(failure: Failed) -> str:
    """The same for the clipboard."""
    lines = [f"{failure.title} ({failure.profile}, {failure.kind})", failure.cause]
    if failure.hint:
        lines.append(failure.hint)
    if failure.stderr_tail.strip():
        lines += ["", failure.stderr_tail.rstrip()]
    return "\n".join(lines)
