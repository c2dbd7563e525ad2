"""On which line of a TOML text a key stands; only needed once something is wrong with it."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from typing import Any


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """The line (from 1) on which the statement begins that first gives ``path`` a value, None if none does.

    Reads ever longer beginnings of the text, so every way to write a key (dotted, quoted, inline) is understood by the
    one parser that knows them all. Falls back on the nearest parent that is there.
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
        except tomllib.TOMLDecodeError:
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
