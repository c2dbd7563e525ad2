"""Where a key is in a TOML file, for messages that name the line of a mistake."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any


def dotted(place: tuple[str | int, ...]) -> str:
    """``profiles.work.command[1]``"""
    words = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return words.removeprefix(".")


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """The line (from 1) of the statement that first sets the key ``path``, or its nearest parent; None: there is none.

    Parses ever longer beginnings of the text, so that every way to write a key (dotted, quoted, inline) is understood.
    Slow, and called only once there is something to complain about.
    """
    lines = text.split("\n")
    for length in range(len(path), 0, -1):
        line = _first_line_with(lines, path[:length])
        if line is not None:
            return line
    return None


def _first_line_with(lines: list[str], path: Sequence[str | int]) -> int | None:
    statement = 1
    for count in range(1, len(lines) + 1):
        try:
            content = tomllib.loads("\n".join(lines[:count]))
        except (ValueError, RecursionError):
            continue
        if _holds(content, path):
            return statement
        statement = count + 1
    return None


def _holds(content: Any, path: Sequence[str | int]) -> bool:
    for key in path:
        try:
            content = content[key]
        except (LookupError, TypeError):
            return False
    return True
