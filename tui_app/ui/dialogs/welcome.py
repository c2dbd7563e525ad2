"""The card of the first run: what this is, four keys, and how to get to one's own tracker.

Any key closes it, and then does what it does on the screen below, save those by which people close cards.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_app.ui.key_names import display_key
from tui_app.ui.keys import find_key

_ONLY_CLOSE = frozenset({"escape", "enter", "space", "q"})
_KEYS = ("search.edit", "search.filter", "table.open", "program.help")


class WelcomeCard(ModalScreen[None]):
    """It leaves the rows in sight."""

    CSS_PATH = "dialogs.tcss"

    def __init__(self, config_file: str, *, with_samples: bool) -> None:
        super().__init__()
        self._config_file = config_file
        self._with_samples = with_samples

    def compose(self) -> ComposeResult:
        yield Static(self._words(), id="welcome")

    def _words(self) -> Content:
        parts: list[str | tuple[str, str]] = [
            ("Welcome to ticketdeck\n", "bold $text-primary"),
            "Tickets of any tracker that has an MCP server, by keyboard.\n\n",
        ]
        for key_id in _KEYS:
            key = find_key(key_id)
            if key is not None:
                parts += [(f"{display_key(key.names[0]):>3}", "bold $text-accent"), f"  {key.tooltip}\n"]
        parts += [
            "\nThese are sample tickets. For your own tracker:\n" if self._with_samples else "\nFor another tracker:\n",
            ("ticketdeck import mcp.json", "bold"),
            f", or a profile in\n{self._config_file}\n\n",
            ("any key closes this, F2 shows it again", "$text-muted"),
        ]
        return Content.assemble(*parts)

    def on_key(self, event: events.Key) -> None:
        if event.key in _ONLY_CLOSE:
            event.stop()
        event.prevent_default()
        self.dismiss()

    def on_click(self) -> None:
        self.dismiss()
