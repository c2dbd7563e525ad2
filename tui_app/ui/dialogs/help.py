"""Help and command palette: both are lists of the keys in force, and both press the key that is picked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from textual.binding import ActiveBinding

from tui_app.ui.dialogs.pick_list import PickItem
from tui_app.ui.dialogs.picker import Picker
from tui_app.ui.key_names import display_key
from tui_app.ui.keys import KEYS, PLACES, Key
from tui_app.ui.quick_views import NamedSearch


class HelpScreen(Picker[str]):
    """Every key in force where the help was asked for, by place; then what else there is, for reading."""

    def __init__(
        self, active: Mapping[str, ActiveBinding], keymap: Mapping[str, str], views: Sequence[NamedSearch]
    ) -> None:
        super().__init__("Keys", placeholder="type a word or a key")
        self._views = views
        self._in_force = keys_in_force(active)
        self._elsewhere = [key for key in KEYS if key.id not in self._in_force]
        self._keymap = keymap

    def items(self) -> Sequence[PickItem]:
        lines: list[PickItem] = []
        for title, wanted in (("", self._in_force), ("elsewhere", {key.id for key in self._elsewhere})):
            for place, words in PLACES.items():
                keys = [key for key in KEYS if key.where == place and key.id in wanted]
                if keys:
                    lines.append(PickItem("", f"{words}{' (elsewhere)' if title else ''}", heading=True))
                    lines.extend(self._line(key) for key in keys)
        return lines

    def _line(self, key: Key) -> PickItem:
        names = self._in_force.get(key.id) or self._keymap.get(key.id, key.keys).split(",")
        hint = " ".join(display_key(name) for name in names)
        return PickItem(key.id, _words(key, self._views), hint, f"{key.description} {key.id}")

    def explanation(self) -> str:
        key_id = self.current.id if self.current else ""
        return f'[keys] in the config changes it: "{key_id}" = ".."' if key_id else ""

    def highlighted(self, item: PickItem | None) -> None:  # noqa: ARG002
        self.show_note(self.explanation())

    def taken(self, item: PickItem) -> None:
        names = self._in_force.get(item.id)
        if names:
            self.dismiss(names[0])
        else:
            self.show_note("That key works elsewhere, not where you are.")


class CommandPalette(Picker[str]):
    """Every action of the place where it was asked for, by name."""

    def __init__(self, active: Mapping[str, ActiveBinding], views: Sequence[NamedSearch]) -> None:
        super().__init__("Commands", placeholder="what do you want to do?")
        self._in_force = keys_in_force(active)
        self._views = views

    def items(self) -> Sequence[PickItem]:
        by_action = {key.action: key for key in reversed(KEYS) if key.id in self._in_force}
        nothing = {"palette", *(f"quick_view({number})" for number in range(len(self._views) + 1, 10))}
        return [self._line(key) for key in KEYS if by_action.get(key.action) is key and key.action not in nothing]

    def _line(self, key: Key) -> PickItem:
        name = display_key(self._in_force[key.id][0])
        return PickItem(key.id, _words(key, self._views), name, f"{key.description} {key.id}")

    def taken(self, item: PickItem) -> None:
        self.dismiss(self._in_force[item.id][0])


def _words(key: Key, views: Sequence[NamedSearch]) -> str:
    """What ``key`` does; that of a quick view says which."""
    number = key.id.removeprefix("view.")
    if number.isdecimal() and int(number) <= len(views):
        return f"Quick view: {views[int(number) - 1].name}"
    return key.tooltip


def keys_in_force(active: Mapping[str, ActiveBinding]) -> dict[str, list[str]]:
    """Key id to the names of the keys that do it now."""
    found: dict[str, list[str]] = {}
    for name, binding in active.items():
        if binding.binding.id:
            found.setdefault(binding.binding.id, []).append(name)
    return {key.id: sorted(found[key.id], key=key.place_of) for key in KEYS if key.id in found}
