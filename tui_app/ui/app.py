"""The application: it owns screen, themes, files and the inbox of replies; everything else is the browse screen's.

Invariant: nothing here blocks, except while a login command has the terminal.
"""

from __future__ import annotations

import gc
import sys
from io import StringIO
from threading import Thread
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import App, SuspendNotSupported
from textual.events import Event, Key, MouseDown, MouseScrollDown, MouseScrollUp, Paste
from textual.message import Message
from textual.screen import ModalScreen, Screen
from textual.widgets._toast import Toast, ToastHolder

from tui_app.tickets.clock import Clock
from tui_app.tickets.messages import Reply
from tui_app.tickets.servers import LoginEnded, LoginOffered, ProfileSummary, TerminalNeeded
from tui_app.tickets.ticket_service import TicketService
from tui_app.tickets.turns import claim_turn, end_turn, switch_often
from tui_app.ui import late
from tui_app.ui.browse.screen import BrowseScreen
from tui_app.ui.keymap import checked_keymap, shown_key
from tui_app.ui.keys import bindings_for
from tui_app.ui.quick_views import Beginning
from tui_app.ui.rendering.safe import OutputGuard, safe_line
from tui_app.ui.reply_routing import Inbox
from tui_app.ui.themes import THEMES, default_theme, with_muted_text, with_plain_greys
from tui_app.ui.typeahead import Typeahead
from tui_app.ui.user_files import FileJobs, UserFiles, UserMemories

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rich.console import RenderableType
    from textual.filter import LineFilter
    from textual.notifications import SeverityLevel

    from tui_app.settings.model import UiSettings

_KEEP_TITLE, _GIVE_TITLE_BACK = "\x1b[22;2t", "\x1b[23;2t"
_SEEN_SECONDS = 1.0  # a message that was on the screen for less was not read
_NOTICE_SECONDS = 12.0  # a warning has a path and a reason in it, which takes time to read


class TicketdeckApp(App[None]):
    """The browser over a `TicketService`.

    Args:
        service: answers requests.
        settings: the ``[ui]`` section of the config.
        profiles: the trackers that can be searched.
        begin: what is searched first.
        notices: warnings to show first.
        memories: what the user's files keep.
        clock: the program's clock.
    """

    CSS_PATH = "app.tcss"
    TITLE = "ticketdeck"
    BINDINGS = bindings_for("anywhere")
    ENABLE_COMMAND_PALETTE = False
    ESCAPE_TO_MINIMIZE: ClassVar[bool] = False

    def __init__(
        self,
        service: TicketService,
        *,
        settings: UiSettings,
        profiles: tuple[ProfileSummary, ...],
        begin: Beginning,
        notices: tuple[str, ...] = (),
        memories: UserMemories,
        clock: Clock,
    ) -> None:
        super().__init__()
        self._files = UserFiles.of(memories, FileJobs(self.call_later, self._warn_of_files))
        self.keymap: dict[str, str] = {}
        self._guard = OutputGuard()
        self._typeahead = Typeahead(self)
        self._service = service
        self._notices = notices
        self._offered = begin.offered
        self._complaints: tuple[str, ...] = ()
        self._warned: set[str] = set()
        self._held: dict[str, Callable[[], None]] = {}
        """Messages that wait until no dialog is open, to what shows them."""
        self._settings = settings
        self._inbox = Inbox(lambda: self.post_message(Inbox.Ready()), clock.monotonic)
        self.browser = BrowseScreen(service, settings, profiles, begin, files=self._files, clock=clock)
        for theme in THEMES:
            self.register_theme(theme)
        self._start_in(memories.looks.theme or settings.theme)

    def _start_in(self, chosen: str | None) -> None:
        """Begin with the chosen theme, without computing every style a second time as a change of theme does."""
        theme = chosen if chosen in self.available_themes else default_theme(self.console.color_system)
        self.set_reactive(TicketdeckApp.theme, theme)
        self.stylesheet.set_variables(self.get_css_variables())
        dark = self.current_theme.dark
        self.update_classes({f"-theme-{self.theme}": True, "-dark-mode": dark, "-light-mode": not dark}, update=False)
        self._refresh_truecolor_filter(self.ansi_theme)

    def get_css_variables(self) -> dict[str, str]:
        variables = with_muted_text(super().get_css_variables())
        return with_plain_greys(variables) if self.console.color_system == "256" else variables

    def get_line_filters(self) -> Sequence[LineFilter]:
        return (*super().get_line_filters(), self._guard)

    def get_default_screen(self) -> Screen[None]:
        return self.browser

    def on_mount(self) -> None:
        switch_often()
        self.keymap, self._complaints = checked_keymap(self._settings.keys)
        self.set_keymap(self.keymap)
        self.app_resume_signal.subscribe(self, self._redraw)

    def _warn_at_start(self) -> None:
        """What is wrong with the config, and what can be gone to."""
        of_commands = self.browser.commands.complaints(self.keymap)
        self._warn((*self._notices, *self._complaints, *of_commands, *self._files.looks.notices))
        if self._offered:
            words = f"This branch is for {self._offered}; {shown_key(self, 'ticket.go')} goes to it."
            self.notify(words, markup=False)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 (whatever is asked for)
    ) -> None:
        """Show a message for a moment, and keep it for the notices; it is never read as markup.

        Of what is no warning only the latest is shown. No dialog is covered: the message waits until it is closed.
        """
        self.browser.notices.keep_message(message)
        if self._is_in_dialog():
            self._hold(message, title, severity, timeout)
        elif message not in (shown.message for shown in self._notifications):
            for shown in [one for one in self._notifications if one.severity == severity == "information"]:
                self._unnotify(shown, refresh=False)
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    def _hold(self, message: str, title: str, severity: SeverityLevel, timeout: float | None) -> None:
        """Show a message when no dialog is open any more."""
        self._held[message] = lambda: super(TicketdeckApp, self).notify(
            message, title=title, severity=severity, timeout=timeout, markup=False
        )

    def _is_in_dialog(self) -> bool:
        return bool(self.screen_stack) and isinstance(self.screen, ModalScreen)

    def _refresh_notifications(self) -> None:
        """Textual's, on every screen but dialogs; it also runs when a dialog has been opened or closed.

        What a dialog takes the place of comes back only if it was hardly seen; the list of notices has all.
        """
        if self._is_in_dialog():
            for shown in list(self._notifications):
                if shown.timeout - shown.time_left < _SEEN_SECONDS:
                    self._hold(shown.message, shown.title, shown.severity, shown.time_left)
            self._notifications.clear()
        else:
            held, self._held = self._held, {}
            for show in held.values():
                show()
            super()._refresh_notifications()
        for holder in self.browser.query(ToastHolder):  # Textual leaves empty ones, which slow down every frame
            if not any(toast._notification in self._notifications for toast in holder.query(Toast)):
                holder.remove()

    def _warn(self, notices: Sequence[str]) -> None:
        """Show warnings, each of them once."""
        for notice in dict.fromkeys(notices):
            if notice not in self._warned:
                self._warned.add(notice)
                self.notify(notice, severity="warning", timeout=_NOTICE_SECONDS, markup=False)

    def _warn_of_files(self) -> None:
        """Warn of what went wrong with files; that files cannot be saved, only once."""
        from tui_app.settings.storage import CANNOT_SAVE  # the settings are not loaded before the first frame

        for notice in (*self._files.recents.notices, *self._files.looks.notices):
            if CANNOT_SAVE not in notice or not any(CANNOT_SAVE in warned for warned in self._warned):
                self._warn([notice])

    def on_ready(self) -> None:
        """The first frame is on the screen: take replies; what was made until now is never garbage."""
        gc.freeze()
        gc.enable()
        self._service.connect(self._inbox.deliver)
        looks = self._files.looks
        if not looks.first_run_card_seen and self.screen is self.browser:
            self.action_welcome()
            self._files.jobs.run(looks.set_first_run_card_seen)
        self._warn_at_start()

    def watch_sub_title(self, words: str) -> None:
        """Let the terminal's title tell which tracker and view this is."""
        driver = self._driver
        if driver is not None and not driver.is_headless:
            driver.write(f"\x1b]2;{safe_line(f'{self.title}: {words}' if words else self.title)}\x07")

    def _redraw(self, _: App[None]) -> None:
        """The terminal was another program's: nothing of the last frame can be relied on."""
        self.watch_sub_title(self.sub_title)
        self.screen.refresh(layout=True)

    def post_message(self, message: Message) -> bool:
        """A key, even before it is handled, goes before what the worker computes, until its frame is on the screen."""
        if isinstance(message, Key | Paste | MouseDown | MouseScrollDown | MouseScrollUp):
            claim_turn()
        return super().post_message(message)

    def post_display_hook(self) -> None:
        end_turn()

    async def on_event(self, event: Event) -> None:
        """Take what is typed key by key, each when the one before it has done all that it does."""
        if not isinstance(event, Key | Paste) or event.is_forwarded:
            await super().on_event(event)
        elif not self._typeahead.hold(event):
            await super().on_event(event)
            self._typeahead.follow(event)

    # ------------------------------------------------------------------ replies

    @on(Inbox.Ready)
    def _drain_inbox(self) -> None:
        if self.is_running and not self._exit and self._inbox.drain(self._take):
            self.call_later(self._drain_inbox)

    def _take(self, reply: Reply) -> None:
        if isinstance(reply, TerminalNeeded):
            self._give_terminal(reply)
        elif isinstance(reply, LoginOffered):
            self.push_screen(late.LoginDialog(reply))
        elif isinstance(reply, LoginEnded):
            self._login_ended(reply)
        else:
            self.browser.route(reply)

    def _login_ended(self, ended: LoginEnded) -> None:
        """Close the dialog of that login, wherever in the stack it is."""
        for screen in self.screen_stack:
            if isinstance(screen, late.LoginDialog) and screen.offer.profile == ended.profile:
                screen.end()
        self.notify(ended.line, markup=False)

    def _give_terminal(self, request: TerminalNeeded) -> None:
        """Let a login command have the real terminal, and come back."""
        try:
            with self.suspend():
                print(f"\n{request.title}\n$ {request.command}\n", flush=True)  # noqa: T201  the terminal is the command's
                outcome = request.run()
        except SuspendNotSupported:
            request.decline("this terminal cannot be handed over")
            return
        self.notify(outcome, markup=False)

    # ------------------------------------------------------------------ actions

    def action_help(self) -> None:
        known = self.keymap, self.browser.views, self.browser.commands.keys
        self.push_screen(late.HelpScreen(self.screen.active_bindings, *known), self._press)

    def action_palette(self) -> None:
        known = self.browser.views, self.browser.commands.keys
        self.push_screen(late.CommandPalette(self.screen.active_bindings, *known), self._press)

    def _press(self, key: str | None) -> None:
        if key and not self.browser.commands.take(key):
            self.simulate_key(key)

    def action_themes(self) -> None:
        self.push_screen(late.ThemePicker(sorted(self.available_themes), self.theme), self._theme_picked)

    def _theme_picked(self, name: str | None) -> None:
        if name:
            self._files.remember_theme(name)

    def action_welcome(self) -> None:
        self.push_screen(late.WelcomeCard(self.keymap, with_samples=self.browser.trackers.has_samples()))

    async def action_quit(self) -> None:
        self.browser.leaving.leave()

    def action_interrupt(self) -> None:
        selection = self.screen.get_selected_text()
        self.copy_to_clipboard(selection) if selection else self.browser.leaving.leave()

    def exit(self, result: None = None, return_code: int = 0, message: RenderableType | None = None) -> None:
        """Textual's; the worker is ended meanwhile, so that what it computes keeps nobody waiting."""
        super().exit(result, return_code, message)
        Thread(target=self._service.close, daemon=True, name="closing").start()

    def _fatal_error(self) -> None:
        """Leave without Textual's own report, which prints the values of local variables, and so tickets."""
        self._close_messages_no_wait()

    @property
    def fault(self) -> Exception | None:
        """What ended the program, if it was not the user."""
        return self._exception

    def on_unmount(self) -> None:
        self.browser.search.visit.keep_all()
        self._files.jobs.flush()


def run_browser(
    service: TicketService,
    *,
    settings: UiSettings,
    profiles: tuple[ProfileSummary, ...],
    begin: Beginning,
    memories: UserMemories,
    notices: tuple[str, ...] = (),
    clock: Clock,
) -> int:
    """Show the browser until the user quits; returns the exit code. That the service is closed by then is the caller's.

    Raises:
        Exception: a fault of the user interface; the terminal is restored by then.
    """
    app = TicketdeckApp(
        service, settings=settings, profiles=profiles, begin=begin, notices=notices, memories=memories, clock=clock
    )
    terminal = sys.__stdout__ if sys.__stdout__ and sys.__stdout__.isatty() else StringIO()
    terminal.write(_KEEP_TITLE)
    app.run()
    terminal.write(_GIVE_TITLE_BACK)
    terminal.flush()
    if app.fault is not None:
        raise app.fault
    return app.return_code or 0
