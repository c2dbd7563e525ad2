"""A line of bytes to a JSON value, as forgiving as reading can be without guessing at meaning.

Read as follows: a byte-order mark is skipped; invalid UTF-8 and halves of surrogate pairs become U+FFFD, so no string
that leaves here fails to be encoded later; NaN and infinities become None, as JavaScript writes them; an integer too
long for Python stays as its digits. What cannot be read is a `ValueError`; nesting too deep is one too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

_LONGEST_INTEGER = 4300  # digits: Python's own limit, which guards against quadratic time

_LONE_SURROGATE = re.compile(
    r"\\u[dD](?:[89abAB]..(?!\\u[dD][c-fC-F])"  # a first half without its second
    r"|[c-fC-F](?<!\\u[dD][89abAB]..\\u[dD].)..)"  # a second half without its first
)
_ESCAPE = re.compile(r"\\(?:u[dD][89abAB]..\\u[dD][c-fC-F]..|(?P<lone>u[dD][89a-fA-F]..)|.)", re.DOTALL)


def _constant(name: str) -> None:
    """NaN, Infinity and -Infinity are no JSON; what they would have been is not known."""


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


_read: Callable[[str], Any] = json.JSONDecoder(parse_constant=_constant).decode
_read_long_integers: Callable[[str], Any] = json.JSONDecoder(parse_constant=_constant, parse_int=_integer).decode


def decode(line: bytes) -> Any:
    """The JSON value that ``line`` holds.

    Every line of every server passes here, and nowhere else.

    Raises:
        ValueError: it is not JSON, or nested deeper than Python reads.
    """
    text = line.decode("utf-8", "replace").removeprefix("\ufeff")
    if "\\ud" in text or "\\uD" in text:
        text = _whole_characters(text)
    try:
        return _parsed(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _parsed(text: str) -> Any:
    try:
        return _read(text)
    except json.JSONDecodeError:
        raise
    except ValueError:  # Python's guard against long integers
        return _read_long_integers(text)


def _whole_characters(text: str) -> str:
    """``text`` with every escape that is half a surrogate pair replaced. The first look is fast, and mostly enough."""
    if not _LONE_SURROGATE.search(text):
        return text
    return _ESCAPE.sub(lambda match: "\\ufffd" if match["lone"] else match[0], text)
