"""Bytes to lines, in time linear in the bytes: no byte is looked at twice, however the chunks are cut.

Invariant: a reader never holds more than its cap and one chunk; a line beyond the cap is found out while it grows.
"""

from __future__ import annotations


class LineTooLongError(Exception):
    """A line grew beyond the cap; what was read of it is gone."""


class LineReader:
    """Collects chunks and gives out whole lines without their newline."""

    def __init__(self, cap: int) -> None:
        self._cap = cap
        self._pieces: list[bytes] = []
        self._held = 0

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
