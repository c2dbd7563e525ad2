"""The server pane: command, era, tools and their mapping, calls, standard error; all of it can be copied."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_app.tickets.messages import Failed, ServerReport
from tui_app.ui.browse.error_panel import error_content
from tui_app.ui.keys import bindings_for
from tui_app.ui.status.key_bar import KeyBar

_MOST_CALLS = 30


class Inspector(Protocol):
    """Asks for a report; it comes to `ServerPane.show_report`."""

    def __call__(self, profile: str, *, reconnect: bool = False) -> None: ...


class ServerPane(ModalScreen[None]):
    """One profile's server at a time; tab goes to the next."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = bindings_for("server")

    def __init__(self, profiles: Sequence[str], inspect: Inspector) -> None:
        super().__init__()
        self._profiles = profiles
        self._at = 0
        self._inspect = inspect

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="server", can_focus=False):
            yield Static(Content(""), id="server-text")
        yield KeyBar()

    def on_mount(self) -> None:
        self._ask()

    def _ask(self, *, reconnect: bool = False) -> None:
        profile = self._profiles[self._at]
        self._show(Content.assemble((f"{profile}\n", "bold $text-primary"), "\nasking the server .."))
        self._inspect(profile, reconnect=reconnect)

    def _show(self, content: Content) -> None:
        self._text = content
        self.query_one("#server-text", Static).update(content)

    def show_report(self, report: ServerReport) -> None:
        """Show what is known, if it is of the profile looked at."""
        if report.profile == self._profiles[self._at]:
            self._show(Content("\n").join(_lines(report)))

    def show_failure(self, failure: Failed) -> None:
        """Show why nothing is known."""
        heading = Content.assemble((f"{failure.profile}\n", "bold $text-primary"), "\n")
        self._show(heading + error_content(failure))

    def action_reconnect(self) -> None:
        self._ask(reconnect=True)

    def action_next_profile(self) -> None:
        self._at = (self._at + 1) % len(self._profiles)
        self._ask()

    def action_copy(self) -> None:
        from tui_app.ui.sharing.clipboard import copy_text

        self.app.notify(copy_text(self.app, self._text.plain), markup=False)

    def action_scroll_by(self, lines: int) -> None:
        self.query_one("#server", VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_click(self, event: events.Click) -> None:
        """Beside the pane: what esc does."""
        if self.get_widget_at(*event.screen_offset)[0] is self:
            self.action_close()

    def action_close(self) -> None:
        self.dismiss(None)


def _lines(report: ServerReport) -> Iterator[Content]:
    yield Content.assemble((report.profile, "bold $text-primary"), (f"  {report.config_source}", "$text-muted"))
    yield Content("")
    started = f"{report.start_seconds:.1f} s to start, " if report.start_seconds is not None else ""
    for caption, words in (
        ("Command", report.command),
        ("Server", f"{report.server_name} {report.server_version}".strip() or "not started"),
        ("Protocol", f"{report.protocol_version} ({report.era})" if report.era else ""),
        ("Adapter", f"{report.adapter}: {report.adapter_reason}" if report.adapter else ""),
        ("Login", report.authentication),
        ("Sessions", f"{started}{report.live_sessions} live"),
    ):
        if words:
            yield Content.assemble((f"{caption:<10}", "$text-muted"), words)
    yield from _part(
        "Tools", (_tool_line(tool.name, tool.role, tool.read_only, tool.description) for tool in report.tools)
    )
    yield from _part("Mapping", (Content(line) for line in report.mapping.splitlines()))
    yield from _part(
        "Calls",
        (
            Content.assemble(
                (f"{call.elapsed * 1000:>7.0f} ms  ", "$text-error" if call.failed else "$text-muted"),
                (call.tool, "bold"),
                f" {call.arguments}",
            )
            for call in report.calls[-_MOST_CALLS:]
        ),
    )
    skipped = f"{report.skipped_lines} lines on standard output were not JSON:\n" if report.skipped_lines else ""
    yield from _part(
        "Standard output that was skipped", (Content(line) for line in (skipped + report.skipped_tail).splitlines())
    )
    yield from _part("Standard error", (Content(line) for line in report.stderr_tail.splitlines()))


def _tool_line(name: str, role: str, read_only: bool | None, description: str) -> Content:
    kind = "" if role else ("  only reads" if read_only else "  never called" if read_only is False else "")
    return Content.assemble(
        (f"{role or '·':<9}", "$text-accent"),
        (name, "bold" if role else ""),
        (f"{kind}  {_first_sentence(description)}", "$text-muted"),
    )


def _first_sentence(text: str) -> str:
    """What a tool is for; how to call it is for those that call it."""
    line = text.strip().partition("\n")[0]
    sentence, stop, _ = line.partition(". ")
    return sentence + stop.rstrip()


def _part(title: str, lines: Iterator[Content]) -> Iterator[Content]:
    body = list(lines)
    if body:
        yield Content("")
        yield Content.styled(title, "bold $text-accent")
        yield from body
