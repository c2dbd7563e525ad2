"""Keys of the user's own choice: what ``[keys]`` in the config says, checked, and the table that the README shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from difflib import get_close_matches

from tui_app.ui.key_names import NAME_OF_CHARACTER, display_key
from tui_app.ui.keys import KEYS, PLACES, Key, find_key

_TOGETHER = frozenset({"browser", "table", "anywhere"})
"""Places whose keys are in force at the same time; elsewhere the nearer place wins, which is meant."""


def checked_keymap(wanted: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The overrides that can be used, in Textual's key names, and in words what is wrong with the others."""
    keymap: dict[str, str] = {}
    complaints: list[str] = []
    for key_id, names in wanted.items():
        if find_key(key_id) is None:
            close = get_close_matches(key_id, [key.id for key in KEYS], n=1)
            hint = f" Did you mean {close[0]!r}?" if close else ""
            complaints.append(f"[keys]: there is no action {key_id!r}.{hint}")
        else:
            keymap[key_id] = ",".join(_normal_name(name) for name in _split(names))
    for first, second, name in _conflicts(effective_keys(keymap)):
        complaints.append(f"[keys]: {display_key(name)} is both {first.id} and {second.id}; {first.id} wins.")
    return keymap, tuple(complaints)


def effective_keys(keymap: Mapping[str, str]) -> tuple[Key, ...]:
    """All keys, with the overrides in place."""
    return tuple(replace(key, keys=keymap.get(key.id, key.keys)) for key in KEYS)


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
    return "+".join([*modifiers, NAME_OF_CHARACTER.get(last, last)])


def _conflicts(keys: Iterable[Key]) -> Iterable[tuple[Key, Key, str]]:
    """Two actions that want the same key in the same place, and the key."""
    holders: dict[tuple[str, str], Key] = {}
    for key in keys:
        place = "together" if key.where in _TOGETHER else key.where
        for name in key.names:
            other = holders.setdefault((place, name), key)
            if other.id != key.id:
                yield other, key, name
