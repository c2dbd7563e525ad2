"""What CommonMark reads as a mark: the rules of emphasis, and signs of plain text escaped where they would be read.

Invariant: a sign that Markdown reads as text (``snake_case``, ``a * b``) is not escaped; time is linear in the text.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import NamedTuple
from unicodedata import category

_PUNCTUATION = frozenset(string.punctuation)
_SIGNS = re.compile(
    r"(?P<star>\*+)|(?P<under>_+)|(?P<tick>`+)|(?P<wave>~+)|\\(?=[!-/:-@\[-`{-~\n])|<(?=[A-Za-z/!?])"
    r"|&(?=#?[A-Za-z0-9]{1,32};)|!(?=\[)|\](?=[(\[])|(?P<bracket>[\[\]])"
)
MAY_HOLD_SIGNS = re.compile(r"[*_`~\\<&!\[\]]")
_LONGEST_LOOK = 40  # characters: what follows a sign may be a mark of ours, or the rest of an entity
_TICKS = re.compile("`+")


def code_span(text: str) -> str:
    """``text`` as code within a line, in as many backticks as it takes."""
    if "`" not in text:
        return f"`{text}`"
    lengths = {len(run) for run in _TICKS.findall(text)}
    ticks = "`" * next(n for n in range(1, len(lengths) + 2) if n not in lengths)
    gap = " " if text[0] == "`" or text[-1] == "`" else ""
    return f"{ticks}{gap}{text}{gap}{ticks}"


def fence(text: str) -> str:
    """The line that begins and ends ``text`` as a block of code."""
    return "`" * max(3, 1 + max(map(len, _TICKS.findall(text)), default=0))


def link_target(address: str) -> str:
    """``address`` in the form that a Markdown link takes between its parentheses."""
    address = "".join(address.split("\n")).strip()
    if any(sign in address for sign in " ()\\<>"):
        return "<" + address.replace("\\", "%5C").replace("<", "%3C").replace(">", "%3E") + ">"
    return address


def all_flank(outside: str, marks: Sequence[str], inside: str) -> bool:
    """Whether all of ``marks``, from the outermost to the innermost, can begin (or end) between the two characters."""
    characters = [outside, *(character for character, _ in groupby(mark[0] for mark in marks)), inside]
    return all(flanks(outer, inner) for outer, inner in zip(characters[:-2], characters[2:], strict=True))


def would_pair(opened: int, length: int) -> bool:
    """Whether ``length`` stars that can begin and end an emphasis end one that as many as ``opened`` have begun.

    The rule of three: CommonMark 0.31, "can open emphasis", rules 9 and 10.
    """
    return (opened + length) % 3 != 0 or (opened % 3 == 0 and length % 3 == 0)


def flanks(outside: str, inside: str) -> bool:
    """Whether a mark between the two characters can begin (or end) an emphasis that ``inside`` belongs to."""
    return not _is_punctuation(inside) or outside.isspace() or _is_punctuation(outside)


def _is_punctuation(character: str) -> bool:
    return character in _PUNCTUATION if character.isascii() else category(character)[0] in "PS"


class _Sign(NamedTuple):
    """A sign of a text that Markdown may read: where it is in the whole block."""

    start: int
    text: str
    kind: str | None
    can_open: bool
    can_close: bool


def escaped(parts: Sequence[str], is_text: Sequence[bool]) -> str:
    """The parts in one; signs within those that are text are escaped where they would be read as marks."""
    whole = "".join(parts)
    if not any(plain and MAY_HOLD_SIGNS.search(part) for part, plain in zip(parts, is_text, strict=True)):
        return whole
    signs: list[_Sign] = []
    position, in_link = 0, False
    for part, plain in zip(parts, is_text, strict=True):
        if plain:
            signs.extend(_signs(whole, position, position + len(part), in_link=in_link))
        elif part == "[":
            in_link = True
        elif part.startswith("]("):
            in_link = False
        position += len(part)
    if not signs:
        return whole
    own = "".join(part for part, plain in zip(parts, is_text, strict=True) if not plain)
    read = {kind for kind in ("star", "under", "tick", "wave") if _are_read(kind, signs, own)}
    pieces: list[str] = []
    position = 0
    for sign in signs:
        if sign.kind is None or sign.kind in read:
            pieces += whole[position : sign.start], "".join("\\" + character for character in sign.text)
            position = sign.start + len(sign.text)
    return "".join((*pieces, whole[position:]))


def _signs(whole: str, start: int, end: int, *, in_link: bool) -> Iterable[_Sign]:
    for match in _SIGNS.finditer(whole, start, end + _LONGEST_LOOK):
        if match.start() >= end:
            break
        kind = match.lastgroup
        if kind == "bracket":
            if in_link:
                yield _Sign(match.start(), match[0], None, can_open=True, can_close=True)
            continue
        before = whole[match.start() - 1] if match.start() else " "
        after = whole[match.end()] if match.end() < len(whole) else " "
        opens = not after.isspace() and flanks(before, after)
        closes = not before.isspace() and flanks(after, before)
        if kind == "under":
            opens, closes = (
                opens and (not closes or _is_punctuation(before)),
                closes and (not opens or _is_punctuation(after)),
            )
        if kind == "star" and (before == "*" or match.end() > end):  # joined with a mark of our own
            opens = closes = True
        if kind in ("star", "under") and not (opens or closes):
            continue
        yield _Sign(match.start(), match[0][: end - match.start()], kind, opens, closes)


def _are_read(kind: str, signs: Sequence[_Sign], own: str) -> bool:
    """Whether any two signs of the kind, or one of them and a mark of our own, would be read as a pair."""
    found = [sign for sign in signs if sign.kind == kind]
    if not found:
        return False
    if kind == "tick":
        return len(found) > 1 or "`" in own
    if kind == "wave":
        return "~" in own or any(len(sign.text) > 1 for sign in found)
    if kind == "star" and "*" in own:
        return True
    first = next((index for index, sign in enumerate(found) if sign.can_open), len(found))
    return any(sign.can_close for sign in found[first + 1 :])
