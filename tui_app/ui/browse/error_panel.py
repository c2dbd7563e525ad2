"""What went wrong, why, and what to do next. Every word of it may be a server's, so none is read as markup."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from tui_app.tickets.messages import Failed
from tui_app.ui.keys import bindings_for


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

    class Closed(Message):
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
        self.post_message(self.Closed())


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
