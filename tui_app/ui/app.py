"""The application: it owns the screen, the themes and the way of replies; everything else is the browse screen's.

Invariant: nothing here blocks, except while a login command has the terminal.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import App, SuspendNotSupported
from textual.color import Color, ColorParseError
from textual.events import Event, Key, MouseDown, MouseScrollDown, MouseScrollUp, Paste
from textual.message import Message
from textual.screen import Screen

from tui_app.tickets.messages import ProfileSummary, Reply, Search, TerminalNeeded, TicketService
from tui_app.tickets.turns import claim_turn, end_turn
from tui_app.ui.browse.screen import BrowseScreen
from tui_app.ui.guard import OutputGuard
from tui_app.ui.inbox import Inbox
from tui_app.ui.keeper import Keeper
from tui_app.ui.keymap import checked_keymap
from tui_app.ui.keys import bindings_for
from tui_app.ui.memory import LookMemory, SearchMemory
from tui_app.ui.themes import THEMES, default_theme
from tui_app.ui.typeahead import Typeahead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.filter import LineFilter
    from textual.notifications import SeverityLevel

    from tui_app.settings.config import Settings, UiSettings

_NOTICE_SECONDS = 12.0  # a warning has a path and a reason in it, which takes time to read
_MUTED = {"text-muted": 0.6, "text-disabled": 0.4}
"""How much of the foreground is left in text that steps back."""


class TicketdeckApp(App[None]):
    """The browser over a `TicketService`. ``opening`` may have been submitted before; its replies are on the way."""

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
        profile: str,
        opening: Search | None = None,
        notices: tuple[str, ...] = (),
        recents: SearchMemory,
        looks: LookMemory,
        config_file: str = "config.toml",
    ) -> None:
        super().__init__()
        self.recents = recents
        self.looks = looks
        self.config_file = config_file
        self.keeper = Keeper(self.call_later, self._tell_of_files)
        self.keymap: dict[str, str] = {}
        self._guard = OutputGuard()
        self._typeahead = Typeahead(self)
        self._service = service
        self._notices = notices
        self._told: set[str] = set()
        self._settings = settings
        self._inbox = Inbox(lambda: self.post_message(Inbox.Ready()))
        self.browser = BrowseScreen(service, settings, profiles, profile, opening)
        for theme in THEMES:
            self.register_theme(theme)
        self._start_in(looks.theme or settings.theme)

    def _start_in(self, chosen: str | None) -> None:
        """Begin with the chosen theme, without computing every style a second time as a change of theme does."""
        theme = chosen if chosen in self.available_themes else default_theme(self.console.color_system)
        self.set_reactive(TicketdeckApp.theme, theme)
        self.stylesheet.set_variables(self.get_css_variables())
        dark = self.current_theme.dark
        self.update_classes({f"-theme-{self.theme}": True, "-dark-mode": dark, "-light-mode": not dark}, update=False)
        self._refresh_truecolor_filter(self.ansi_theme)

    def get_css_variables(self) -> dict[str, str]:
        """Textual's, with muted text as a colour of its own: "auto" would be brighter than what it accompanies."""
        variables = super().get_css_variables()
        try:
            text, ground = Color.parse(variables["foreground"]), Color.parse(variables["background"])
        except ColorParseError:
            return variables
        for name, strength in _MUTED.items():
            if variables[name].startswith("auto") and text.ansi is None and ground.ansi is None:
                variables[name] = ground.blend(text, strength).hex6
        return variables

    def get_line_filters(self) -> Sequence[LineFilter]:
        return (*super().get_line_filters(), self._guard)

    def get_default_screen(self) -> Screen[None]:
        return self.browser

    def on_mount(self) -> None:
        self.keymap, complaints = checked_keymap(self._settings.keys)
        self.set_keymap(self.keymap)
        self.app_resume_signal.subscribe(self, self._redraw)
        self._tell((*self._notices, *complaints, *self.looks.notices))

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002 (whatever is asked for)
    ) -> None:
        """Textual's, but never read as markup; and what is on the screen already is not said twice.

        A key may be held down.
        """
        if message not in (shown.message for shown in self._notifications):
            super().notify(message, title=title, severity=severity, timeout=timeout, markup=False)

    def _tell(self, notices: Sequence[str]) -> None:
        """Warn the user, once of each thing."""
        for notice in dict.fromkeys(notices):
            if notice not in self._told:
                self._told.add(notice)
                self.notify(notice, severity="warning", timeout=_NOTICE_SECONDS, markup=False)

    def remember(self, write: Callable[[], object]) -> None:
        """Write to a file soon, off this thread; what goes wrong with it is told once."""
        self.keeper.run(write)

    def _tell_of_files(self) -> None:
        """Warn of what went wrong with files; that they cannot be saved is said of the first one only."""
        from tui_app.settings.storage import CANNOT_SAVE

        for notice in (*self.recents.notices, *self.looks.notices):
            if CANNOT_SAVE not in notice or not any(CANNOT_SAVE in told for told in self._told):
                self._tell([notice])

    def on_ready(self) -> None:
        """The first frame is on the screen: take replies; what was made until now is never garbage."""
        gc.freeze()
        gc.enable()
        self._service.connect(self._inbox.deliver)
        if not self.looks.first_run_card_seen and self.screen is self.browser:
            self.action_welcome()
            self.remember(self.looks.set_first_run_card_seen)

    def _redraw(self, _: App[None]) -> None:
        """The terminal was another program's: nothing of the last frame can be relied on."""
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
        if self.is_running and self._inbox.drain(self._take):
            self.call_later(self._drain_inbox)

    def _take(self, reply: Reply) -> None:
        if isinstance(reply, TerminalNeeded):
            self._give_terminal(reply)
        else:
            self.browser.route(reply)

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
        from tui_app.ui.dialogs.help import HelpScreen

        screen = HelpScreen(self.screen.active_bindings, self.keymap, self.browser.quick_view_list)
        self.push_screen(screen, self._press)

    def action_palette(self) -> None:
        from tui_app.ui.dialogs.help import CommandPalette

        self.push_screen(CommandPalette(self.screen.active_bindings, self.browser.quick_view_list), self._press)

    def _press(self, key: str | None) -> None:
        if key:
            self.simulate_key(key)

    def action_themes(self) -> None:
        from tui_app.ui.dialogs.themes import ThemePicker

        self.push_screen(ThemePicker(sorted(self.available_themes), self.theme), self._theme_picked)

    def _theme_picked(self, name: str | None) -> None:
        if name:
            looks = self.looks
            self.remember(lambda: looks.set_theme(name))

    def action_welcome(self) -> None:
        from tui_app.ui.dialogs.welcome import WelcomeCard

        present = self.browser.searching.profiles
        built_in = any(p.name in present and p.source == "built in" for p in self.browser.profile_summaries)
        self.push_screen(WelcomeCard(self.keymap, with_samples=built_in))

    def action_interrupt(self) -> None:
        selection = self.screen.get_selected_text()
        if selection:
            self.copy_to_clipboard(selection)
        else:
            self.exit()

    def _fatal_error(self) -> None:
        """Leave without Textual's own report, which prints the values of local variables, and so tickets."""
        self._close_messages_no_wait()

    @property
    def fault(self) -> Exception | None:
        """What ended the program, if it was not the user."""
        return self._exception

    def on_unmount(self) -> None:
        self.keeper.flush()


def run_browser(
    service: TicketService,
    *,
    settings: Settings,
    profiles: tuple[ProfileSummary, ...],
    profile: str,
    opening: Search | None = None,
    notices: tuple[str, ...] = (),
) -> int:
    """Show the browser until the user quits; returns the exit code. Closing the service is the caller's.

    Raises:
        Exception: a fault of the user interface; the terminal is restored by then.
    """
    from tui_app.settings.paths import config_file
    from tui_app.settings.recents import RecentSearches
    from tui_app.settings.state import UiState

    app = TicketdeckApp(
        service,
        settings=settings.ui,
        profiles=profiles,
        profile=profile,
        opening=opening,
        notices=notices,
        recents=RecentSearches(),
        looks=UiState(),
        config_file=str(settings.source or config_file()),
    )
    app.run()
    if app.fault is not None:
        raise app.fault
    return app.return_code or 0
