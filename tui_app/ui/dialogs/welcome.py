"""The card of the first run: what this is, four keys, and how to get to one's own tracker.

Any key closes it, and then does what it does on the screen below, save those by which people close cards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_app.ui.key_names import display_key
from tui_app.ui.keys import find_key

_ONLY_CLOSE = frozenset({"escape", "enter", "space", "q"})
_LOW = 20  # lines of a screen on which a border would cost rows that are wanted more
_KEYS = (
    ("search.edit", "search"),
    ("search.filter", "filter"),
    ("table.open", "open"),
    ("program.help", "all keys"),
)


class WelcomeCard(ModalScreen[None]):
    """It is as small as what it says allows, and so leaves most of the rows in sight, on the smallest screen too.

    Args:
        keymap: the keys that the user changed, by id.
        with_samples: the rows behind it are the embedded tracker's.
    """

    CSS_PATH = "dialogs.tcss"

    def __init__(self, keymap: Mapping[str, str], *, with_samples: bool) -> None:
        super().__init__()
        self._keymap = keymap
        self._with_samples = with_samples

    def on_resize(self, event: events.Resize) -> None:
        self.set_class(event.size.height < _LOW, "-low")

    def compose(self) -> ComposeResult:
        yield Static(self._words(), id="welcome")

    def _words(self) -> Content:
        return Content.assemble(
            ("Welcome to ticketdeck", "bold $text-primary"),
            ": the tickets of any tracker.\n",
            *self._keys(),
            "\nThese are samples. To see your own: " if self._with_samples else "\nFor another tracker: ",
            ("ticketdeck import", "bold"),
            ",\nor write a profile into config.toml.\n",
            (f"Any key closes this, {self._name_of('program.welcome')} shows it again.", "$text-muted"),
        )

    def _keys(self) -> Iterator[str | tuple[str, str]]:
        for key_id, words in _KEYS:
            yield self._name_of(key_id), "bold $text-accent"
            yield f" {words}   "

    def _name_of(self, key_id: str) -> str:
        """The first of the keys in force for an action."""
        key = find_key(key_id)
        keys = self._keymap.get(key_id, key.keys if key else "")
        return display_key(keys.split(",")[0])

    def on_key(self, event: events.Key) -> None:
        if event.key in _ONLY_CLOSE:
            event.stop()
        event.prevent_default()
        self.dismiss()

    def on_click(self) -> None:
        self.dismiss()
