"""What keys are called, which of them are in force after ``[keys]`` in the config, and README's table of them.

Also what of the config's other settings for the browser does not exist.
"""

from __future__ import annotations

import re
import shutil
import string
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from msgspec.structs import replace
from textual.keys import KEY_NAME_REPLACEMENTS, Keys

from tui_app.ui.key import PLACES, Key
from tui_app.ui.keys import KEYS, find_key
from tui_app.ui.quick_views import all_views
from tui_app.ui.table.columns import unknown_columns
from tui_app.ui.themes import theme_names

if TYPE_CHECKING:
    from textual.app import App

    from tui_app.settings.model import ConfiguredCommand, UiSettings
    from tui_app.tickets.ticket import Ticket

PREVIEW_PLACES = ("auto", "right", "below", "off")
"""Where a ticket can be shown; ``preview`` in the config takes these."""
TELLING = ("bell", "osc9", "osc777")
"""How news can be told; ``tell`` in the config takes these."""
_MODIFIERS = frozenset({"ctrl", "shift", "alt", "meta", "super", "hyper"})
_NAMES = frozenset(key.value for key in Keys)


def name_of(character: str) -> str:
    """What Textual calls the key that types ``character``."""
    if character.isalnum() or not character.isprintable():
        return character
    name = unicodedata.name(character, character).lower().replace("-", "_").replace(" ", "_")
    return KEY_NAME_REPLACEMENTS.get(name, name)


_CHARACTER_OF_NAME = {name_of(character): character for character in string.punctuation + " "}
_PRINTED = {
    **_CHARACTER_OF_NAME,
    "space": "space",
    "escape": "esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "enter": "⏎",
}


def character_of(name: str) -> str | None:
    """The character that the key ``name`` types; None: it types none."""
    return name if len(name) == 1 else _CHARACTER_OF_NAME.get(name)


def is_key(name: str) -> bool:
    """Whether some terminal sends a key of this name."""
    *modifiers, last = name.split("+")
    return _MODIFIERS.issuperset(modifiers) and (character_of(last) is not None or last in _NAMES or name in _NAMES)


def display_key(name: str) -> str:
    """A key's name as people write it: ``ctrl+r`` is ``^r``, ``slash`` is ``/``."""
    *modifiers, last = name.split("+")
    short = {"ctrl": "^", "shift": "⇧", "alt": "alt-"}
    return "".join(short.get(modifier, f"{modifier}-") for modifier in modifiers) + _PRINTED.get(last, last)


_AROUND = {
    **dict.fromkeys(("table", "detail", "find", "filter", "error"), ("browser", "anywhere")),
    "browser": ("anywhere",),
}
"""Place to the places whose keys are in force there too, unless it has the same key itself."""


def checked_keymap(wanted: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The overrides that can be used, in Textual's key names, and in words what is wrong with the others."""
    names = {key_id: [_normal_name(name) for name in _split(words)] for key_id, words in wanted.items()}
    usable = {key_id: ",".join(filter(is_key, names[key_id])) for key_id in names if find_key(key_id)}
    keymap = {key_id: keys for key_id, keys in usable.items() if keys}
    return keymap, (*_unusable(names), *_doubled(effective_keys(keymap), keymap))


def _unusable(wanted: Mapping[str, Sequence[str]]) -> Iterator[str]:
    for key_id, names in wanted.items():
        if find_key(key_id) is None:
            close = get_close_matches(key_id, [key.id for key in KEYS], n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            yield f"[keys]: there is no action {key_id!r}.{hint}"
            continue
        for name in names or [""]:
            if not is_key(name):
                yield f"[keys]: {name!r} for {key_id} is not a key. Write f, ctrl+f, alt+f, f5, or space."


def _doubled(keys: Sequence[Key], chosen: Container[str]) -> Iterator[str]:
    for winner, loser, name in _conflicts(keys, chosen):
        where = f" {PLACES[winner.where].lower()}" if winner.where != loser.where else ""
        yield f"[keys]: {display_key(name)} is both {loser.id} and {winner.id}; {winner.id} wins{where}."


_PLACES_OF = {"ticket": ("table", "detail"), "table": ("table",), "anywhere": ("table", "detail", "browser")}
"""Where a command of the user's own is in force, to the places whose keys it comes before."""
COMMAND = "command."
"""What the ids of the user's own commands begin with; their number follows, from 0."""


def command_keys(commands: Sequence[ConfiguredCommand]) -> tuple[tuple[Key, ...], Mapping[int, str]]:
    """A key for each command and each place where it is in force; and the commands of which a key cannot be used, by
    number, with a sentence."""
    keys: list[Key] = []
    complaints: dict[int, str] = {}
    taken: dict[tuple[str, str], str] = {}
    for number, command in enumerate(commands):
        names = [_normal_name(name) for name in _split(command.key)]
        usable = []
        for name in names:
            other = next((taken[place, name] for place in _PLACES_OF[command.where] if (place, name) in taken), "")
            why_not = _why_no_key(name) or (f"is {other}'s already" if other else "")
            if why_not:
                shown = display_key(name) if is_key(name) else name
                complaints[number] = f"the key {shown} {why_not}."
            else:
                usable.append(name)
                taken |= {(place, name): command.name for place in _PLACES_OF[command.where]}
        key = Key(
            f"{COMMAND}{number}", ",".join(usable), f"screen.run_command({number})", command.name,
            f"{command.name}: {' '.join(command.run)}" if command.name not in " ".join(command.run) else command.name,
        )  # fmt: skip
        keys += (replace(key, where=place) for place in _PLACES_OF[command.where])
    return tuple(keys), complaints


def _why_no_key(name: str) -> str:
    """Why a command cannot have this key; empty: it can."""
    if not is_key(name):
        return "does not exist; write F, ctrl+f, alt+f, f5, or space"
    kept = next((key.id for key in KEYS if name in key.names and (key.over_dialogs or key.id == "back")), "")
    return f"is kept for {kept}" if kept else ""


def command_faults(commands: Sequence[ConfiguredCommand], keymap: Mapping[str, str]) -> Iterator[tuple[int, str, str]]:
    """Number of a command, key of its table, and a sentence on what of it cannot be used or hides something else."""
    first: dict[str, int] = {}
    for number, command in enumerate(commands):
        if first.setdefault(command.name.casefold(), number) != number:
            yield number, "name", f"there is another command {command.name!r} before it; lists show both."
    for number, why in command_keys(commands)[1].items():
        yield number, "key", why
    for (number, name, other), places in _hidden_keys(commands, keymap).items():
        yield number, "key", f"{display_key(name)} is no longer {other} {' and '.join(places)}."


def _hidden_keys(
    commands: Sequence[ConfiguredCommand], keymap: Mapping[str, str]
) -> dict[tuple[int, str, str], list[str]]:
    """Number of a command, a key, and the action of the program that it comes before; to where it does, in words."""
    hidden: dict[tuple[int, str, str], list[str]] = {}
    for mine in command_keys(commands)[0]:
        for other in effective_keys(keymap):
            shared = [name for name in mine.names if name in other.names]
            if shared and other.where in (mine.where, *_AROUND.get(mine.where, ())):
                number = int(mine.id.removeprefix(COMMAND))
                hidden.setdefault((number, shared[0], other.id), []).append(PLACES[mine.where].lower())
    return hidden


def unknown_settings(
    ui: UiSettings, tickets: Sequence[Ticket] = (), saved: Iterable[str] = ()
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Key of the config and a sentence for each theme, view, column, action and key that does not exist.

    ``tickets`` tell which fields of its own the tracker has, ``saved`` the names of saved searches.
    """
    if ui.theme and ui.theme not in theme_names():
        yield ("ui", "theme"), unknown_value(ui.theme, theme_names())
    if ui.preview and ui.preview not in PREVIEW_PLACES:
        yield ("ui", "preview"), unknown_value(ui.preview, PREVIEW_PLACES)
    for way in ui.tell:
        if way not in TELLING:
            yield ("ui", "tell"), unknown_value(way, TELLING)
    for directive in _unknown_directives(ui.date_format or ""):
        yield ("ui", "date_format"), f"strftime knows no {directive}."
    for number, key, sentence in _unusable_commands(ui):
        yield ("commands", number, key), sentence
    for sentence in unknown_columns(ui.columns, tickets).values():
        yield ("ui", "columns"), sentence
    yield from _unknown_in_views(ui, tickets, tuple(saved))
    for key_id, names in ui.keys.items():
        for problem in checked_keymap({key_id: names})[1]:
            yield ("keys", key_id), problem.removeprefix("[keys]: ")


def _unknown_directives(date_format: str) -> Iterator[str]:
    """What of a format of dates would be shown as it is written."""
    moment = datetime(2026, 11, 30, 15, 14, 13, tzinfo=UTC)
    for directive in re.findall(r"%[-_0^#]?.?", date_format, re.DOTALL):
        with suppress(ValueError):
            if directive == "%%" or moment.strftime(directive) != directive:
                continue
        yield directive


def _unknown_in_views(
    ui: UiSettings, tickets: Sequence[Ticket], saved: Sequence[str]
) -> Iterator[tuple[tuple[str | int, ...], str]]:
    names = [view.name for view in all_views(ui)]
    if ui.start and ui.start.casefold() not in map(str.casefold, names) and ui.start not in saved:
        yield ("ui", "start"), unknown_value(ui.start, [*names, *saved])
    for number, view in enumerate(ui.views):
        for key, columns in (("columns", view.columns), ("group", (view.group,) if view.group else ())):
            for sentence in unknown_columns(columns, tickets).values():
                yield ("views", number, key), sentence


def _unusable_commands(ui: UiSettings) -> Iterator[tuple[int, str, str]]:
    """Number of a command, key of its table, and a sentence on what of it is not there, or hides something else."""
    yield from command_faults(ui.commands, checked_keymap(ui.keys)[0])
    for number, command in enumerate(ui.commands):
        if command.name == " ".join(" ".join(command.run).split()):
            yield number, "name", f"it has none, and is listed as {command.name!r}."
        if not command.shell and shutil.which(Path(command.run[0]).expanduser()) is None:
            yield number, "run", f"there is no program {command.run[0]!r} on this machine's $PATH."


def unknown_value(value: str, known: Sequence[str]) -> str:
    """A sentence about a value that is none of ``known``, with the nearest of them."""
    close = get_close_matches(value, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"it can be {', '.join(known)}."
    return f"there is no {value!r}; {hint}"


def effective_keys(keymap: Mapping[str, str]) -> tuple[Key, ...]:
    """All keys, with the overrides in place."""
    return tuple(replace(key, keys=keymap.get(key.id, key.keys)) for key in KEYS)


ShownKey: TypeAlias = Callable[[str], str]
"""From an action's id to the key that does it, as people write it: for hints."""


def default_key(key_id: str) -> str:
    """The first of an action's keys where the user chose none."""
    key = find_key(key_id)
    return display_key(key.names[0]) if key else ""


def shown_key(app: App[Any], key_id: str) -> str:
    """The first of the keys in force for an action."""
    names = app._keymap.get(key_id)
    return display_key(names.partition(",")[0]) if names else default_key(key_id)


def keys_markdown(keymap: Mapping[str, str] | None = None) -> str:
    """The README's table of keys."""
    lines = ["| Where | Key | What it does | Id |", "|---|---|---|---|"]
    for place, title in PLACES.items():
        for key in effective_keys(keymap or {}):
            if key.where == place:
                names = " ".join(f"`{display_key(name).replace('|', chr(92) + '|')}`" for name in key.names)
                lines.append(f"| {title} | {names} | {key.tooltip} | {key.id} |")
    return "\n".join(lines) + "\n"


def _split(names: str) -> Iterable[str]:
    """Key names separated by commas; a comma alone is the comma key."""
    return [","] if names.strip() == "," else [name.strip() for name in names.split(",") if name.strip()]


def _normal_name(name: str) -> str:
    *modifiers, last = name.split("+") if len(name) > 1 else [name]
    return "+".join([*modifiers, name_of(last) if len(last) == 1 else last])


def _conflicts(keys: Sequence[Key], chosen: Container[str]) -> Iterator[tuple[Key, Key, str]]:
    """Pairs of which at least one has a key of the user's choice that the other has too: winner, loser and that key.

    The nearer place wins; in the same place the user's choice does.
    """
    for mine in keys:
        if mine.id not in chosen:
            continue
        for other in keys:
            shared = [name for name in mine.names if name in other.names]
            both_chosen = other.id in chosen
            if not shared or other is mine or (both_chosen and keys.index(other) < keys.index(mine)):
                continue
            if mine.where == other.where or other.where in _AROUND.get(mine.where, ()):
                yield mine, other, shared[0]
            elif mine.where in _AROUND.get(other.where, ()):
                yield other, mine, shared[0]
