"""Judging the bytes that the program wrote to its terminal."""

from __future__ import annotations

import re
from base64 import b64decode

_SEQUENCE = re.compile(
    rb"\x1b(?:\[(?P<csi>[0-?]*[ -/]*[@-~])|(?P<string>[\]PX^_])|(?P<short>[ -/]*[0-~]))",
)
_OWN_CSI = re.compile(
    rb"[0-9;:]*m"  # styles
    rb"|[0-9;]*[HfABCDGJKdr]"  # moving and clearing
    rb"|\?[0-9;]+(?:[hl]|\$p)"  # modes: alternate screen, mouse, paste, synchronised output, and asking for them
    rb"|[<>=?]?[0-9;]*u"  # the keyboard protocol
    rb"|[0-9;]*t|[0-9;]* q|>[0-9;]*q|[0-9;]*[nc]"  # window size, cursor shape, and questions to the terminal
)
_OWN_SHORT = (b"7", b"8", b"=", b">", b"(B")  # saving the cursor, keypad modes, the character set
_OWN_STRING = re.compile(rb"\x1b\](?:22;[a-z-]{1,20}|2;ticketdeck[^\x00-\x1f\x7f]*)\x07")  # mouse pointer, title
_UNFINISHED = re.compile(rb"\x1b(?:\[[0-?]*|\](?:22?;?[^\x00-\x1f\x7f]*)?)?$")  # the program is still writing it
_CLIPBOARD = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
_INVISIBLE = re.compile("[\u200b\u200c\u200e\u200f\u061c\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]")


def foreign_control(output: bytes, canary: bytes = b"4711") -> list[bytes]:
    """Every control in ``output`` that the program would not write by itself, with what surrounds it.

    A control is foreign when it is an operating system command, device control or other string, a C1 control, a bell
    or backspace, or a sequence that holds the ``canary``.
    """
    output = _UNFINISHED.sub(b"", _OWN_STRING.sub(b"", output))
    found = []
    for match in _SEQUENCE.finditer(output):
        csi = match["csi"]
        ours = match["short"] in _OWN_SHORT or (csi is not None and _OWN_CSI.fullmatch(csi) and canary not in csi)
        if not ours:
            found.append(_around(output, match.start()))
    text = output.decode("utf-8", "replace")
    for index, character in enumerate(text):
        if character in "\x07\x08\x0b\x0c\x7f" or "\x80" <= character <= "\x9f" or _INVISIBLE.match(character):
            found.append(text[max(0, index - 20) : index + 20].encode())
    return found


def copied(output: bytes) -> list[str]:
    """What the program has put on the clipboard by way of the terminal."""
    return [b64decode(match[1]).decode() for match in _CLIPBOARD.finditer(output)]


def without_copies(output: bytes) -> bytes:
    """``output`` without the sequences that put something on the clipboard."""
    return _CLIPBOARD.sub(b"", output)


def _around(output: bytes, position: int) -> bytes:
    return output[max(0, position - 20) : position + 40]
