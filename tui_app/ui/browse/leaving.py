"""The end of the program: at once, or after a question where something is under way that it would cut off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual.screen import Screen

from tui_app.ui import late


class Leaving:
    """Ends the program as the user says.

    Args:
        screen: the host of the dialog.
        is_changing: whether a change was sent and is not known to be done.
        commands: gives the names of the user's own commands that run in the background.
    """

    def __init__(
        self, screen: Screen[Any], *, is_changing: Callable[[], bool], commands: Callable[[], Sequence[str]]
    ) -> None:
        self.screen = screen
        self._is_changing = is_changing
        self._commands = commands
        self._leaves_after = False

    def leave(self) -> None:
        """End the program; while something is under way, as the user says once asked, or asking for it once more."""
        app = self.screen.app
        if not self._under_way or isinstance(app.screen, late.LeaveDialog):
            app.exit()
        else:
            app.push_screen(late.LeaveDialog(self._commands(), is_changing=self._is_changing()), self._leave_as)

    def _leave_as(self, wait: bool | None) -> None:
        self._leaves_after = bool(wait)
        if wait is False:
            self.screen.app.exit()
        self.something_ended()

    def something_ended(self) -> None:
        """Leave if that is what was waited for."""
        if self._leaves_after and not self._under_way:
            self.screen.app.exit()

    @property
    def _under_way(self) -> bool:
        return self._is_changing() or bool(self._commands())
