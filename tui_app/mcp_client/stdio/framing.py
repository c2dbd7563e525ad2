"""How messages are set off from each other in a stream of bytes: a line each, or a length in a header before each.

Invariant: a reader never holds more than its cap and one chunk; a message beyond the cap is an error while it grows.
"""

from __future__ import annotations

import re

from tui_app.tickets.json_values import read_json

HEADER = re.compile(rb"^content-(?:length|type):", re.IGNORECASE | re.MULTILINE)
"""What a message with a header begins with, as language servers write it."""
_LENGTH = re.compile(rb"^content-length:\s*(\d{1,12})\s*$", re.IGNORECASE | re.MULTILINE)
_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_HEADER = 4096  # bytes


def with_header(message: bytes) -> bytes:
    """``message`` behind the header that names its length."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(message), message)


def behind_lines(message: bytes) -> bytes:
    """As `with_header`, for a reader that has taken lines for headers so far: the first of its lines ends them."""
    return b"Content-Type: application/json\r\n" + with_header(message)


class LineTooLongError(Exception):
    """A line grew beyond the cap; what was read of it is lost."""


class LineReader:
    """Turns chunks into whole lines without their newline, in time linear in the bytes, however the chunks are cut."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._pieces: list[bytes] = []
        self._held = 0
        self._wanted = 0

    def feed(self, chunk: bytes) -> list[bytes]:
        """The lines that ``chunk`` completes.

        Raises:
            LineTooLongError: the line under way, or one that was completed, is longer than the cap.
        """
        *ended, rest = chunk.split(b"\n")
        if not ended:
            self._hold(rest)
            return ended
        ended[0] = self._joined(ended[0])
        if any(len(line) > self._cap for line in ended):
            self._pieces.clear()
            raise LineTooLongError
        self._hold(rest)
        return ended

    @property
    def held(self) -> int:
        """How many bytes came after the last newline."""
        return self._held

    def ends_like_a_message(self) -> bool:
        """Whether what came after the last newline may be a whole message, or the last brackets of one."""
        if not self._pieces or not self._pieces[-1].rstrip().endswith(b"}"):
            return False
        self._pieces = [b"".join(self._pieces)]
        if not self._pieces[0].strip(b" \t\r]}"):
            return True
        try:
            read_json(self._pieces[0][self._pieces[0].find(b"{") :])
        except ValueError:
            return False
        return True

    def rest(self) -> bytes:
        """What came after the last newline, at the end of the stream."""
        return self._joined(b"")

    def _hold(self, piece: bytes) -> None:
        if not piece:
            return
        self._held += len(piece)
        if self._held > self._cap:
            self._pieces.clear()
            self._held = 0
            raise LineTooLongError
        self._pieces.append(piece)

    def _joined(self, last: bytes) -> bytes:
        if not self._pieces:
            return last
        self._pieces.append(last)
        line = b"".join(self._pieces)
        self._pieces.clear()
        self._held = 0
        return line


class HeaderReader(LineReader):
    """Turns chunks into messages by the length in their headers."""

    def feed(self, chunk: bytes) -> list[bytes]:
        self._hold(chunk)
        if self._held < self._wanted:
            return []
        found, stream = [], self._joined(b"")
        while (end := _END.search(stream)) is not None:
            length = _LENGTH.search(stream, 0, end.end())
            whole = end.end() + (int(length[1]) if length else 0)
            if whole > self._cap:
                raise LineTooLongError
            if whole > len(stream):
                self._wanted = whole
                break
            found.append(stream[end.end() : whole])
            stream = stream[whole:]
        else:
            self._wanted = 0
            if len(stream) > _LONGEST_HEADER:
                raise LineTooLongError
        self._hold(stream)
        return found

    def ends_like_a_message(self) -> bool:
        return False
