"""What a key of the program is, and the places where keys are in force."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace
from textual.binding import Binding

PLACES = {
    "table": "In the table",
    "detail": "In the ticket",
    "find": "While finding in the ticket",
    "form": "In the search form",
    "filter": "In the filter line",
    "error": "In an error",
    "picker": "In lists and dialogs",
    "change": "While writing a change",
    "preview": "In the preview of a change",
    "report": "In the report of several changes",
    "server": "In the server pane",
    "notices": "In the notices",
    "browser": "In the browser",
    "anywhere": "Anywhere",
}
"""Where a key is in force, and what that place is called in the help."""
_WITH_INPUT = frozenset({"find", "form", "filter", "picker", "change", "preview"})


class Key(Struct, frozen=True):
    """One action and its keys."""

    id: str
    """What ``[keys]`` in the config calls it."""
    keys: str
    """Key names as Textual knows them, separated by commas; the first one is shown in the footer."""
    action: str
    description: str
    """One or two words, for the footer."""
    tooltip: str
    """What it does, for the help and the palette."""
    footer: int = 0
    """Rank in the footer, 1 first; 0 stays out of it."""
    words: str = ""
    """Other words by which it is looked for."""
    over_dialogs: bool = False
    """Whether it works while a dialog or an input has the focus, too."""
    where: str = ""
    """One of `PLACES`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The key names, one by one."""
        return tuple(name.strip() for name in self.keys.split(","))

    def place_of(self, name: str) -> int:
        """Which of its keys ``name`` is; a key of the user's own choice comes first."""
        return self.names.index(name) if name in self.names else -1

    def binding(self) -> Binding:
        """The key as Textual takes it. Where there is an input, the key comes before the input's own."""
        return Binding(
            self.keys,
            self.action,
            self.description,
            show=bool(self.footer),
            priority=self.over_dialogs or self.where in _WITH_INPUT,
            tooltip=self.tooltip,
            id=self.id,
        )


def at(where: str, *keys: Key) -> tuple[Key, ...]:
    """``keys``, in force at ``where``."""
    return tuple(replace(key, where=where) for key in keys)
