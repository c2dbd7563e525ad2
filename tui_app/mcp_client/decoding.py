"""A line of bytes to a JSON value, as forgiving as reading can be without guessing at meaning.

Read as follows: a byte-order mark is skipped; invalid UTF-8 becomes U+FFFD; control characters in strings, which JSON
wants escaped, stay; NaN and infinities become None, as JavaScript writes them; an integer too long for Python stays as
its digits. Half a surrogate pair (``"\\ud83d"``, from servers that cut a string inside an emoji) stays in the string:
looking for it would cost a third of the parsing, and `tickets.text` replaces it before anything is shown. What cannot
be read is a `ValueError`; so is nesting too deep.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

_LONGEST_INTEGER = 4300  # digits: Python's own limit, which guards against quadratic time


def _constant(name: str) -> None:
    """NaN, Infinity and -Infinity are no JSON; what they would have been is not known."""


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


_read: Callable[[str], Any] = json.JSONDecoder(parse_constant=_constant, strict=False).decode
_read_long_integers: Callable[[str], Any] = json.JSONDecoder(
    parse_constant=_constant, parse_int=_integer, strict=False
).decode


def decode(line: bytes) -> Any:
    """The JSON value that ``line`` holds.

    Every line of every server passes here, and nowhere else.

    Raises:
        ValueError: it is not JSON, or nested deeper than Python reads.
    """
    text = line.decode("utf-8", "replace").removeprefix("\ufeff")
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
