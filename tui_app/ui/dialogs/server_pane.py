"""What servers tell and ask: the notices; command, tools, mapping, calls, standard error; the login of a remote one.

Invariant: closing the login gives it up; an address of another login that is pasted changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from textual import events
from textual.app import ComposeResult, SuspendNotSupported
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_app.tickets.messages import Failed
from tui_app.tickets.server_report import ReportLine, Tone, caption_line, report_sections
from tui_app.tickets.servers import STANDARD_ERROR, LoginOffered, ServerReport, UndecidedTool
from tui_app.ui.browse.panels import error_content
from tui_app.ui.dialogs.picker import DIALOGS_CSS, NARROW, Picker, PickItem
from tui_app.ui.key_bar import KeyBar
from tui_app.ui.keys import bindings_for
from tui_app.ui.rendering.safe import safe_line
from tui_app.ui.sharing.clipboard import copy_text
from tui_app.ui.sharing.external import open_address

_STYLES = {
    Tone.NORMAL: "",
    Tone.MUTED: "$text-muted",
    Tone.STRONG: "bold",
    Tone.ACCENT: "$text-accent",
    Tone.FAILED: "$text-error",
}


class Inspector(Protocol):
    """Requests a report, which arrives at `ServerPane.show_report`."""

    def __call__(self, profile: str, *, reconnect: bool = False) -> None: ...


class ReadingPane(ModalScreen[None]):
    """A text in a frame, to be scrolled and copied."""

    CSS_PATH = DIALOGS_CSS
    HORIZONTAL_BREAKPOINTS = NARROW

    _text = Content("")

    def compose(self) -> ComposeResult:
        with VerticalScroll(id="reading", can_focus=False):
            yield Static(Content(""), id="reading-text")
        yield KeyBar()

    def show_text(self, content: Content) -> None:
        """Show this, in place of what was shown."""
        self._text = content
        self.query_one("#reading-text", Static).update(content)

    def action_copy(self) -> None:
        """Copy the text; the frame shows what came of it."""
        self.query_one("#reading").border_subtitle = Content(copy_text(self.app, self._text.plain))

    def action_scroll_by(self, lines: int) -> None:
        self.query_one("#reading", VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_click(self, event: events.Click) -> None:
        """A click beside the pane closes it."""
        if self.get_widget_at(*event.screen_offset)[0] is self:
            self.action_close()

    def action_close(self) -> None:
        self.dismiss(None)


class NoticesPane(ReadingPane):
    """Shows errors, warnings and messages in full."""

    BINDINGS = bindings_for("notices")

    def __init__(self, content: Content, *, title: str = "Notices") -> None:
        super().__init__()
        self._content = content
        self._heading = title

    def on_mount(self) -> None:
        self.query_one("#reading").border_title = Content(self._heading)
        self.show_text(self._content)


class ServerPane(ReadingPane):
    """Shows the server of one profile at a time; tab goes to the next profile."""

    BINDINGS = bindings_for("server")

    def __init__(self, profiles: Sequence[str], inspect: Inspector) -> None:
        super().__init__()
        self._profiles = profiles
        self._at = 0
        self._inspect = inspect

    def on_mount(self) -> None:
        self.query_one("#reading").border_title = Content("Server")
        self._ask()

    def _ask(self, *, reconnect: bool = False) -> None:
        profile = self._profiles[self._at]
        self.show_text(Content.assemble((f"{profile}\n", "bold $text-primary"), "\nasking the server .."))
        self._inspect(profile, reconnect=reconnect)

    def show_report(self, report: ServerReport) -> None:
        """Show a report, if it is of the profile on the screen."""
        if report.profile == self._profiles[self._at]:
            self.show_text(Content("\n").join(_lines(report)))

    def show_failure(self, failure: Failed) -> None:
        """Show why there is no report."""
        heading = Content.assemble((f"{failure.profile}\n", "bold $text-primary"), "\n")
        self.show_text(heading + error_content(failure))

    def action_reconnect(self) -> None:
        self._ask(reconnect=True)

    def action_next_profile(self) -> None:
        self._at = (self._at + 1) % len(self._profiles)
        self._ask()


def _lines(report: ServerReport) -> Iterator[Content]:
    yield Content.assemble((report.profile, "bold $text-primary"), (f"  {report.config_source}", "$text-muted"))
    yield Content("")
    yield _content(caption_line("Command" if report.log_name == STANDARD_ERROR else "Address", report.command))
    for number, section in enumerate(report_sections(report)):
        if number:
            yield Content("")
            yield Content.styled(section.title, "bold $text-accent")
        yield from map(_content, section.lines)


def _content(line: ReportLine) -> Content:
    return Content.assemble(*((text, _STYLES[tone]) for text, tone in line))


_YES, _NO = "yes", "no"


class ToolQuestion(Picker[bool]):
    """Whether a tool only reads, of which the server does not say so; closing it leaves the question open.

    Enter alone says no.
    """

    def __init__(self, profile: str, tool: UndecidedTool) -> None:
        super().__init__(f"{profile}: may {safe_line(tool.name)} be called?", placeholder="y or n", cursor_id=_NO)
        self._tool = tool

    def items(self) -> Sequence[PickItem]:
        return [
            PickItem(_YES, "Yes: it only reads", "and may list the tickets", names=("y", "yes")),
            PickItem(_NO, "No: it may change something", "nothing is called", names=("n", "no")),
        ]

    def explanation(self) -> str:
        about = safe_line(self._tool.description)[:_LONGEST_ABOUT]
        says = f"The server says of it: {about}" if about else "The server says nothing of it."
        return (
            f"None of the server's tools is known to list tickets, and nothing says that this one only reads. {says} "
            "The answer holds as long as the server's tools stay the same."
        )

    def taken(self, item: PickItem) -> None:
        self.dismiss(item.id == _YES)


_LONGEST_ABOUT = 400  # characters of a tool's description
_OPEN, _COPY, _WHOLE, _PASTED = "open", "copy", "whole", "pasted"


class LoginDialog(Picker[None]):
    """The login of a remote tracker, and the ways to it and back; it stays until that has ended or is given up."""

    def __init__(self, offer: LoginOffered) -> None:
        super().__init__(
            f"{offer.profile} wants you to log in", placeholder="or paste the address at which the login ended"
        )
        self.offer = offer

    def items(self) -> Sequence[PickItem]:
        if self.typed:
            return [PickItem(_PASTED, "Go on with the pasted address", search=self.typed)]
        return [
            PickItem(_OPEN, "Open the login in the web browser here", self.offer.login_host),
            PickItem(_COPY, "Copy its address, for a browser elsewhere"),
            PickItem(_WHOLE, "Show the whole address"),
        ]

    def explanation(self) -> str:
        by_code = f" Or open {self.offer.code_url} on any device and enter {self.offer.user_code}."
        return (
            f"For {self.offer.server}, at {self.offer.login_host}. The browser comes back to {self.offer.redirect}. "
            "Over SSH it ends at a page that does not load: paste that page's address here."
            f"{by_code if self.offer.user_code else ''} Other trackers work on."
        )

    def taken(self, item: PickItem) -> None:
        match item.id:
            case "open":
                self._open()
            case "copy":
                self.show_note(copy_text(self.app, self.offer.url))
            case "whole":
                self._show_whole()
            case _:
                self._go_on()

    def end(self) -> None:
        """The login has ended elsewhere."""
        self.dismiss(None)

    def action_close(self) -> None:
        self.offer.decline("you did not log in")
        self.dismiss(None)

    def _open(self) -> None:
        why_not = open_address(self.offer.url)
        self.show_note(why_not or "The browser was started. This closes by itself when you are logged in.")

    def _go_on(self) -> None:
        if not self.offer.take(self.typed):
            self.clear_typed()
            self.reload()
            self.show_note("That is not the address at which this login ended. Paste the whole of it, from http:// on.")

    def _show_whole(self) -> None:
        """On a screen of its own, where the terminal breaks it nowhere: it can be selected as one line."""
        try:
            with self.app.suspend():
                print(f"\n{self.offer.url}\n\nOn this machine also: {self.offer.short_url}\n")  # noqa: T201
                input("Enter goes back. ")
        except (SuspendNotSupported, EOFError, OSError):
            self.show_note(self.offer.url)
