"""What keys are called: by Textual, and by people."""

from __future__ import annotations

import string
import unicodedata

from textual.keys import KEY_NAME_REPLACEMENTS, Keys

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
