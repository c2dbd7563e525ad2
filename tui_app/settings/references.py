"""References in configured values: ``${NAME}``, ``${env:NAME:-default}``, ``${keyring:..}``, ``${command:..}``.

Invariant: this module alone reads and writes the notation, so that a reference which is filled in was also looked at
where references are refused. A default may hold references in turn; ``$${`` is a literal ``${``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from msgspec import Struct

ENVIRONMENT = "env"
KEYRING = "keyring"
COMMAND = "command"
INPUT = "input"
UNKNOWN = ""

_NAME = re.compile(r"[A-Za-z_]\w*")
_OPEN, _CLOSE, _ESCAPED = "${", "}", "$${"
_DEFAULT = ":-"
_DEEPEST = 20  # braces within braces


class Reference(Struct, frozen=True):
    """One reference. ``body`` is all between the braces; ``name`` is the variable, keyring entry, command or input."""

    kind: str
    name: str
    body: str
    default: str | None = None
    """As it is written, with references of its own; only variables have one."""

    @property
    def written(self) -> str:
        """The reference as it is written."""
        return f"{_OPEN}{self.body}{_CLOSE}"

    def with_default(self, default: str) -> Reference:
        """The same with another default, which has to be written in this notation."""
        body = f"{self.body.partition(_DEFAULT)[0]}{_DEFAULT}{default}"
        return Reference(self.kind, self.name, body, default)


Part = str | Reference


def parsed(text: str) -> tuple[Part, ...]:
    """``text`` as literal texts, with ``$${`` resolved, and references; no two literal texts come one after another.

    Raises:
        ValueError: a reference has no end, or too many braces are nested; a clause for a message.
    """
    if _OPEN not in text:
        return (text,) if text else ()
    return tuple(_merged(_parts(text)))


def written(parts: Iterable[Part]) -> str:
    """The text that `parsed` reads as ``parts``.

    Raises:
        ValueError: no text does, as for a ``$`` directly before a reference; a clause for a message.
    """
    merged = tuple(_merged(parts))
    text = "".join(part.replace(_OPEN, _ESCAPED) if isinstance(part, str) else part.written for part in merged)
    if parsed(text) != merged:
        raise ValueError("a $ or a brace is beside a reference where it cannot be written")
    return text


def literal(text: str) -> str:
    """How ``text`` is written so that nothing in it is taken for a reference."""
    return text.replace(_OPEN, _ESCAPED)


def references(text: str) -> Iterator[Reference]:
    """Every reference in ``text``, those in defaults too; none in a text that `parsed` refuses."""
    try:
        parts = parsed(text)
    except ValueError:
        return
    for part in parts:
        if isinstance(part, Reference):
            yield part
            yield from references(part.default or "")


def _parts(text: str) -> Iterator[Part]:
    place = 0
    while place < len(text):
        start = text.find(_OPEN, place)
        if start < 0:
            yield text[place:]
            return
        if start > place and text[start - 1] == "$":
            yield text[place : start - 1] + _OPEN
            place = start + len(_OPEN)
            continue
        end = _end_of(text, start + len(_OPEN))
        yield text[place:start]
        yield _reference(text[start + len(_OPEN) : end])
        place = end + len(_CLOSE)


def _end_of(text: str, start: int) -> int:
    """Where the brace is that closes the one before ``start``."""
    depth = 1
    for place in range(start, len(text)):
        if text[place] == "{":
            depth += 1
        elif text[place] == "}":
            depth -= 1
        if depth == 0:
            return place
        if depth > _DEEPEST:
            raise ValueError("it nests too many braces in a reference")
    raise ValueError(f"a reference begins with {_OPEN} and has no end (a literal {_OPEN} is written {_ESCAPED})")


def _reference(body: str) -> Reference:
    kind, colon, rest = body.partition(":")
    if colon and kind in (KEYRING, COMMAND, INPUT):
        return Reference(kind, rest, body)
    name, has_default, default = (rest if colon and kind == ENVIRONMENT else body).partition(_DEFAULT)
    if not _NAME.fullmatch(name):
        return Reference(UNKNOWN, body, body)
    return Reference(ENVIRONMENT, name, body, default if has_default else None)


def _merged(parts: Iterable[Part]) -> Iterator[Part]:
    """``parts`` with neighbouring texts joined, and without empty ones."""
    text = ""
    for part in parts:
        if isinstance(part, str):
            text += part
            continue
        if text:
            yield text
            text = ""
        yield part
    if text:
        yield text
