"""Keys of the user's own choice: what ``[keys]`` in the config says, checked, and the table that the README shows."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tui_app.ui.key_names import display_key, is_key, name_of
from tui_app.ui.keys import KEYS, PLACES, Key, find_key

if TYPE_CHECKING:
    from textual.app import App

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
                yield f"[keys]: {name!r} for {key_id} is no key. Write f, ctrl+f, alt+f, f5, or space."


def _doubled(keys: Sequence[Key], chosen: Container[str]) -> Iterator[str]:
    for winner, loser, name in _conflicts(keys, chosen):
        where = f" {PLACES[winner.where].lower()}" if winner.where != loser.where else ""
        yield f"[keys]: {display_key(name)} is both {loser.id} and {winner.id}; {winner.id} wins{where}."


def effective_keys(keymap: Mapping[str, str]) -> tuple[Key, ...]:
    """All keys, with the overrides in place."""
    return tuple(replace(key, keys=keymap.get(key.id, key.keys)) for key in KEYS)


def shown_key(app: App[Any], key_id: str) -> str:
    """The first of the keys in force for an action, as people write it: for words that tell what to press."""
    key = find_key(key_id)
    names = app._keymap.get(key_id) or (key.keys if key else "")
    return display_key(names.partition(",")[0])


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
