"""The line of keys that work here, the most useful ones first, never more than fit."""

from __future__ import annotations

from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from tui_app.ui.key import Key
from tui_app.ui.keymap import character_of, display_key
from tui_app.ui.keys import find_key

_ALWAYS = ("program.help", "program.quit")
_WAY_OUT = "escape"
"""The key that is shown however little room there is."""
_GAP = "  "


class KeyBar(Widget):
    """One line, made from the bindings in force; a click on a key presses it."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render(self) -> Content:
        why_not = getattr(self.screen, "why_not", None)
        keys = self._keys_in_force()
        last = [entry for entry in keys if entry[0].id in _ALWAYS]
        first = [entry for entry in keys if entry[0].id not in _ALWAYS and not (why_not and why_not(entry[0].action))]
        kept = [*last, *(entry for entry in first if entry[1] == _WAY_OUT)]
        room = self.size.width - sum(self._entry(*entry).cell_length + len(_GAP) for entry in kept)
        shown: list[Content] = []
        for entry in first:
            words = self._entry(*entry)
            cells = 0 if entry in kept else words.cell_length + len(_GAP)
            if room >= cells or entry in kept:
                room -= cells
                shown.append(words)
        return Content(_GAP).join([*shown, *(self._entry(*entry) for entry in last)])

    def _keys_in_force(self) -> list[tuple[Key, str]]:
        """The keys of the footer that are active, with the name of the key that does it now, by rank."""
        focused = self.screen.focused
        found: dict[str, tuple[Key, str]] = {}
        for name, active in self.screen.active_bindings.items():
            key = find_key(active.binding.id or "")
            if key is None or not key.footer or (focused and focused.check_consume_key(name, character_of(name))):
                continue
            if key.id not in found or key.place_of(name) < key.place_of(found[key.id][1]):
                found[key.id] = (key, name)
        return sorted(found.values(), key=lambda entry: (_depth(entry[0]), entry[0].footer))

    def _entry(self, key: Key, name: str) -> Content:
        click = Style.from_meta({"@click": f"app.simulate_key('{name}')"})
        shown = (display_key(name), "$footer-key-foreground bold")
        words = (key.description, "$footer-description-foreground")
        return Content.assemble(shown, " ", words).stylize(click)


def _depth(key: Key) -> int:
    """Keys of the focused pane come before those that work everywhere."""
    return {"anywhere": 2, "browser": 1, "table": 1}.get(key.where, 0)
