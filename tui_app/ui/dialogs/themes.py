"""Themes, shown on the whole screen as the cursor moves over them."""

from __future__ import annotations

from collections.abc import Sequence

from tui_app.ui.dialogs.pick_list import PickItem
from tui_app.ui.dialogs.picker import Picker


class ThemePicker(Picker[str]):
    """Gives the name of the theme picked; closing puts the former one back."""

    def __init__(self, names: Sequence[str], present: str) -> None:
        super().__init__("Theme", cursor_id=present)
        self._names = sorted(names, key=lambda name: (not name.startswith("ticketdeck"), name))
        self._present = present

    def items(self) -> Sequence[PickItem]:
        themes = self.app.available_themes
        return [PickItem(name, name, "dark" if themes[name].dark else "light") for name in self._names]

    def highlighted(self, item: PickItem | None) -> None:
        if item is not None and item.id != self.app.theme:
            self.app.theme = item.id

    def taken(self, item: PickItem) -> None:
        self.dismiss(item.id)

    def action_close(self) -> None:
        self.app.theme = self._present
        self.dismiss(None)
