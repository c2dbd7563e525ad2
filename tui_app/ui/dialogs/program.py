"""Dialogs of the program itself: help, command palette, themes, the user's own commands, the card of the first run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from textual import events
from textual.app import ComposeResult
from textual.binding import ActiveBinding
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static

from tui_app.tickets.criteria import View
from tui_app.tickets.own_commands import Call
from tui_app.ui.dialogs.picker import DIALOGS_CSS, NARROW, Picker, PickItem
from tui_app.ui.key import PLACES, Key
from tui_app.ui.keymap import COMMAND, display_key
from tui_app.ui.keys import KEYS, find_key


class HelpScreen(Picker[str]):
    """Every key in force where the help was asked for, by place; then what else there is, for reading."""

    def __init__(
        self,
        active: Mapping[str, ActiveBinding],
        keymap: Mapping[str, str],
        views: Sequence[View],
        own: Sequence[Key] = (),
    ) -> None:
        super().__init__("Keys", placeholder="type a word or a key")
        self._views = views
        self._own = one_of_each(own)
        self._in_force = keys_in_force(active)
        self._elsewhere = [key for key in KEYS if key.id not in self._in_force]
        self._keymap = keymap

    def items(self) -> Sequence[PickItem]:
        own = own_lines(self._own)
        lines = [PickItem("", "Your own commands", heading=True), *own] if own else []
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
        return PickItem(key.id, _words(key, self._views), hint, f"{key.description} {key.id} {key.words}")

    def explanation(self) -> str:
        key_id = self.current.id if self.current else ""
        if key_id.startswith(COMMAND):
            return "[[commands]] in the config has it."
        return f'[keys] in the config changes it: "{key_id}" = ".."' if key_id else ""

    def taken(self, item: PickItem) -> None:
        names = self._in_force.get(item.id)
        if item.id.startswith(COMMAND):
            self.dismiss(item.id)
        elif names:
            self.dismiss(names[0])
        else:
            self.show_note("That key works elsewhere, not where you are.")


class CommandPalette(Picker[str]):
    """Every action of the place where it was asked for, by name."""

    def __init__(self, active: Mapping[str, ActiveBinding], views: Sequence[View], own: Sequence[Key] = ()) -> None:
        super().__init__("Commands", placeholder="what do you want to do?")
        self._in_force = keys_in_force(active)
        self._views = views
        self._own = one_of_each(own)

    def items(self) -> Sequence[PickItem]:
        by_action = {key.action: key for key in reversed(KEYS) if key.id in self._in_force}
        nothing = {"palette", *(f"show_tab({number})" for number in range(len(self._views) + 1, 10))}
        lines = [self._line(key) for key in KEYS if by_action.get(key.action) is key and key.action not in nothing]
        return [*lines, *own_lines(self._own)]

    def _line(self, key: Key) -> PickItem:
        keys = tuple(map(display_key, self._in_force[key.id]))
        names = (key.description, *keys, *key.words.split())
        return PickItem(key.id, _words(key, self._views), keys[0], key.id, names=names)

    def taken(self, item: PickItem) -> None:
        self.dismiss(item.id if item.id.startswith(COMMAND) else self._in_force[item.id][0])


def one_of_each(own: Sequence[Key]) -> Sequence[Key]:
    """The user's own commands, each once: one has a key for each place where it is in force."""
    return tuple({key.id: key for key in own}.values())


def own_lines(own: Sequence[Key]) -> list[PickItem]:
    """A line for each of the user's own commands."""
    lines = []
    for key in own:
        keys = " ".join(map(display_key, filter(None, key.names)))
        lines.append(PickItem(key.id, key.tooltip, keys, key.description, (key.description,)))
    return lines


def _words(key: Key, views: Sequence[View]) -> str:
    """What ``key`` does; for a view, its name."""
    number = key.id.removeprefix("view.")
    if number.isdecimal() and int(number) <= len(views):
        return f"View: {views[int(number) - 1].name}"
    return key.tooltip


def keys_in_force(active: Mapping[str, ActiveBinding]) -> dict[str, list[str]]:
    """Key id to the names of the keys that do it now."""
    found: dict[str, list[str]] = {}
    for name, binding in active.items():
        if binding.binding.id:
            found.setdefault(binding.binding.id, []).append(name)
    return {key.id: sorted(found[key.id], key=key.place_of) for key in KEYS if key.id in found}


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


_ONLY_CLOSE = frozenset({"escape", "enter", "space", "q"})
_LOW = 20  # lines of a screen on which a border would cost rows that are wanted more
_KEYS = (
    ("search.edit", "search"),
    ("search.filter", "filter"),
    ("table.open", "open"),
    ("program.help", "all keys"),
)


class WelcomeCard(ModalScreen[None]):
    """As small as its words allow, so that most of the rows stay in sight, on the smallest screen too.

    Args:
        keymap: the keys that the user changed, by id.
        with_samples: the rows behind it are the embedded tracker's.
    """

    CSS_PATH = DIALOGS_CSS
    HORIZONTAL_BREAKPOINTS = NARROW

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
            ("ticketdeck init", "bold"),
            ",\nor ",
            ("ticketdeck import", "bold"),
            " for other programs' servers.\n",
            (f"Any key closes this, {self._name_of('program.welcome')} shows it again.", "$text-muted"),
        )

    def _keys(self) -> Iterator[str | tuple[str, str]]:
        for key_id, words in _KEYS:
            yield self._name_of(key_id), "bold $text-accent"
            yield f" {words}   "

    def _name_of(self, key_id: str) -> str:
        """The first of the keys in force for an action."""
        return display_key(self._keys_of(key_id)[0])

    def _keys_of(self, key_id: str) -> list[str]:
        key = find_key(key_id)
        return self._keymap.get(key_id, key.keys if key else "").split(",")

    def on_key(self, event: events.Key) -> None:
        if event.key in _ONLY_CLOSE or event.key in self._keys_of("program.welcome"):
            event.stop()
        event.prevent_default()
        self.dismiss()

    def on_click(self) -> None:
        self.dismiss()


class OfferedCommand(Struct, frozen=True):
    """One command of the list."""

    name: str
    key: str
    """Its key as people write it; empty: it has none."""
    preview: str
    """What it would run now, or why it cannot."""


class CommandPicker(Picker[int]):
    """Gives the number of the command that is picked; what it would run is shown below."""

    def __init__(self, commands: Sequence[OfferedCommand]) -> None:
        super().__init__("Your commands")
        self._commands = commands

    def items(self) -> Sequence[PickItem]:
        return [
            PickItem(str(at), command.name, command.key, command.preview) for at, command in enumerate(self._commands)
        ]

    def explanation(self) -> str:
        return self._commands[int(self.current.id)].preview if self.current else ""

    def taken(self, item: PickItem) -> None:
        self.dismiss(int(item.id))


_YES = "yes"


class ConfirmCommand(Picker[bool]):
    """Shows every call that would be made; gives True when they are confirmed."""

    def __init__(self, name: str, calls: Sequence[Call]) -> None:
        self._calls = calls
        self._tickets = sum(len(call.ids) for call in calls)
        over = f" for {self._tickets} tickets" if self._tickets > 1 else ""
        super().__init__(f"Run {name}{over}?", placeholder="enter runs it, esc does not")

    def items(self) -> Sequence[PickItem]:
        times = f", {len(self._calls)} times" if len(self._calls) > 1 else ""
        lines = [PickItem(str(at), call.shown, _of(call)) for at, call in enumerate(self._calls)]
        return [PickItem(_YES, f"Yes, run it{times}", search=self.typed), *lines]

    def explanation(self) -> str:
        at = self.current.id if self.current else _YES
        return self._calls[0 if at == _YES else int(at)].shown

    def taken(self, item: PickItem) -> None:
        if item.id == _YES:
            self.dismiss(result=True)


def _of(call: Call) -> str:
    return call.ids[0] if len(call.ids) == 1 else ""
