"""The sanitiser: foreign text becomes text that cannot act on a terminal. Used at the one boundary where it enters.

Invariants: what leaves here holds no control, no bidi control and no invisible character, save newline and tab where
lines are allowed, and joiners and variation selectors inside emoji; cleaning twice changes nothing; the time taken is
linear in the text's length. Each character taken out leaves a visible mark in its place, so that nobody is shown a
text that differs unnoticed from what was sent.
"""

from __future__ import annotations

import re

_EMOJI = (
    "\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u2300-\u23ff\u2460-\u24ff\u25a0-\u27bf\u2900-\u297f"
    "\u2b00-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff"
)
"""Characters that can begin or continue an emoji (Unicode 16, emoji-data), as a regular expression's class."""

_VARIATION = "\ufe0e\ufe0f"
_JOINER = "\u200d"

# Patterns that few texts need are compiled with the first one that does, not with every start.
_JOINS_IN_PLACE = (
    f"(?<=[{_EMOJI}])[{_VARIATION}]"  # a heart shown in colour
    f"|(?<=[0-9#*])\ufe0f(?=\u20e3)"  # a keycap
    f"|(?:(?<=[{_EMOJI}])|(?<=[{_EMOJI}]\ufe0f)){_JOINER}(?=[{_EMOJI}])"  # a family
)
_JOINS = f"[{_VARIATION}{_JOINER}]"

_HARMFUL_CHARACTERS = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners and fillers without a width
    "\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u206f"  # zero-width, bidi controls
    "\u3164\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"  # fillers, selectors, byte-order mark, annotations
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"  # formats, tags
    "\ud800-\udfff"  # half of a character that was cut in two
)
_HARMFUL = f"[{_HARMFUL_CHARACTERS}]+"
INVISIBLE = _HARMFUL_CHARACTERS + _VARIATION + _JOINER
"""All that takes no room of its own, or acts, as a regular expression's class."""
_SUSPECT = re.compile(f"[{INVISIBLE}\u2028\u2029]")
"""What makes a closer look necessary: one search for it all takes a third of the time that one for each takes."""
_HARMLESS_ASCII = bytes(range(0x20, 0x7F)) + b"\n\t"
_LINE_ENDS = "\r\n|[\u2028\u2029]"
_LINE_SPACE = str.maketrans("\n\t", "  ")

_LAST_C0 = 0x1F
_CONTROL_PICTURES = 0x2400  # the Unicode block whose n-th character is a picture of the n-th control
_DELETE = 0x7F
_DELETE_PICTURE = "\u2421"
_SURROGATES = range(0xD800, 0xE000)


class _Marks(dict[int, str]):
    """Code point to visible mark, worked out when first met."""

    def __missing__(self, point: int) -> str:
        if point <= _LAST_C0:
            mark = chr(_CONTROL_PICTURES + point)
        elif point == _DELETE:
            mark = _DELETE_PICTURE
        elif point in _SURROGATES:
            mark = "\ufffd"
        else:
            mark = f"<U+{point:04X}>"
        self[point] = mark
        return mark


_MARKS = _Marks()


def clean(text: str) -> str:
    """``text`` with every control, bidi control and invisible character made visible; newline and tab stay.

    A control becomes its picture (``␛``), a cut surrogate ``�``, everything else its number (``<U+202E>``). CR LF and
    the Unicode line separators become newlines.
    """
    if _is_clean(text):
        return text
    text = re.sub(_LINE_ENDS, "\n", text)
    if re.search(_HARMFUL, text):
        text = re.sub(_HARMFUL, lambda run: run[0].translate(_MARKS), text)
    if re.search(_JOINS, text):
        text = _mark_stray_joins(text)
    return text


def _is_clean(text: str) -> bool:
    """The quick answer for nearly every text: there is nothing in it to look at."""
    if text.isascii():
        return not text.encode().translate(None, _HARMLESS_ASCII)
    return _SUSPECT.search(text) is None


def clean_line(text: str) -> str:
    """Like `clean`, on one line: newlines and tabs become spaces."""
    cleaned = clean(text)
    return cleaned.translate(_LINE_SPACE) if "\n" in cleaned or "\t" in cleaned else cleaned


def _mark_stray_joins(text: str) -> str:
    """Joiners and variation selectors stay where they hold an emoji together, and are marked elsewhere."""
    in_place = {match.start() for match in re.finditer(_JOINS_IN_PLACE, text)}

    def mark(match: re.Match[str]) -> str:
        return match[0] if match.start() in in_place else _MARKS[ord(match[0])]

    return re.sub(_JOINS, mark, text)
