"""What keys are called: by Textual, and by people."""

from __future__ import annotations

NAME_OF_CHARACTER = {
    " ": "space",
    "!": "exclamation_mark",
    "#": "number_sign",
    "$": "dollar_sign",
    "%": "percent_sign",
    "&": "ampersand",
    "*": "asterisk",
    "+": "plus",
    ",": "comma",
    "-": "minus",
    ".": "full_stop",
    "/": "slash",
    ":": "colon",
    ";": "semicolon",
    "<": "less_than_sign",
    "=": "equals_sign",
    ">": "greater_than_sign",
    "?": "question_mark",
    "@": "at",
    "[": "left_square_bracket",
    "\\": "backslash",
    "]": "right_square_bracket",
    "_": "underscore",
    "|": "vertical_line",
    "~": "tilde",
}
"""What Textual calls the keys that are neither letters nor digits."""
_CHARACTER_OF_NAME = {name: character for character, name in NAME_OF_CHARACTER.items()}
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


def display_key(name: str) -> str:
    """A key's name as people write it: ``ctrl+r`` is ``^r``, ``slash`` is ``/``."""
    *modifiers, last = name.split("+")
    short = {"ctrl": "^", "shift": "⇧", "alt": "alt-"}
    return "".join(short.get(modifier, f"{modifier}-") for modifier in modifiers) + _PRINTED.get(last, last)
