"""What a body carries: compressed bytes to plain ones, and a stream of them to server-sent events.

Invariants: pure and incremental; neither holds more than its cap and one chunk, however the bytes are cut or packed,
and both are linear in the plain bytes. A body or event beyond the cap is an error while it still grows.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

from msgspec import Struct

_PLAIN_STEP = 256 * 1024
"""Bytes unpacked at a time: a bomb is noticed before it is in memory."""
_WINDOW = 47  # zlib: the largest window, gzip and zlib headers both understood
_GZIP_BEGIN = b"\x1f\x8b"
_RAW_WINDOW = -15  # deflate without a header, as some servers send it
_LONGEST_ID = 4096  # characters that are sent back
_LINE_END = re.compile(rb"\r\n|\r|\n")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class TooLargeError(Exception):
    """A body, or one event, is larger than the cap."""


class UnreadableBodyError(Exception):
    """A body is not compressed as its header says."""


class Unpacker:
    """Turns the bytes of a body into plain ones. ``encoding`` is that of Content-Encoding.

    Raises:
        UnreadableBodyError: the encoding is none that is understood.
    """

    def __init__(self, encoding: str) -> None:
        name = encoding.strip().lower()
        if name not in ("", "identity", "gzip", "x-gzip", "deflate"):
            raise UnreadableBodyError(f"it is compressed as {encoding[:40]!r}, which was not asked for")
        self._unpack = zlib.decompressobj(_WINDOW) if name not in ("", "identity") else None
        self._raw_allowed = name == "deflate"

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The plain bytes of ``chunk`` in pieces of bounded size.

        Raises:
            UnreadableBodyError: they cannot be unpacked.
        """
        if self._unpack is None:
            yield chunk
            return
        while chunk:
            try:
                piece = self._unpack.decompress(chunk, _PLAIN_STEP)
            except zlib.error as error:
                if not self._raw_allowed:
                    raise UnreadableBodyError(f"its compression is broken ({error})") from None
                self._unpack, self._raw_allowed = zlib.decompressobj(_RAW_WINDOW), False
                continue
            self._raw_allowed = False
            if piece:
                yield piece
            chunk = self._unpack.unconsumed_tail
            if self._unpack.eof:
                chunk = self._unpack.unused_data
                if not chunk.startswith(_GZIP_BEGIN):
                    return  # what follows is no part of it
                self._unpack = zlib.decompressobj(_WINDOW)  # several members are one content (RFC 1952, section 2.2)


class ServerEvent(Struct, frozen=True):
    """One event. ``id`` is the last event id so far, None if there was none yet."""

    data: bytes
    id: str | None = None
    name: str = ""


class EventReader:
    """Reads ``text/event-stream`` (HTML standard, section 9.2.6).

    Args:
        cap: the most bytes that one event may have.
    """

    def __init__(self, cap: int) -> None:
        self.last_id: str | None = None
        self.retry: float | None = None
        """Seconds to wait before a reconnection, if the server named any."""
        self._cap = cap
        self._rest: list[bytes] = []
        self._rest_size = 0
        self._after_carriage_return = False
        self._begun = False
        self._data = bytearray()
        """The lines of the event under way, each with an end; as objects they would take many times their bytes."""
        self._name = ""

    def feed(self, chunk: bytes) -> Iterator[ServerEvent]:
        """The events with data that ``chunk`` completes.

        Raises:
            TooLargeError: an event grows beyond the cap.
        """
        if self._after_carriage_return and chunk:
            chunk = chunk.removeprefix(b"\n")
            self._after_carriage_return = False
        self._after_carriage_return = self._after_carriage_return or chunk.endswith(b"\r")
        *lines, rest = _LINE_END.split(chunk)
        for line in lines:
            event = self._line(self._whole(line))
            if event is not None:
                yield event
        self._keep(rest)

    def end(self) -> ServerEvent | None:
        """The event under way at the end of the stream, which some servers do not close with an empty line."""
        self._line(self._whole(b""))
        return self._dispatch()

    def _whole(self, end: bytes) -> bytes:
        """The line that ``end`` completes."""
        if self._rest:
            end = b"".join([*self._rest, end])
            self._rest.clear()
            self._rest_size = 0
        if not self._begun:
            self._begun = True
            end = end.removeprefix(_BYTE_ORDER_MARK)
        return end

    def _keep(self, rest: bytes) -> None:
        if rest:
            self._rest.append(rest)
            self._rest_size += len(rest)
            if self._rest_size + len(self._data) > self._cap:
                raise TooLargeError

    def _line(self, line: bytes) -> ServerEvent | None:
        if not line:
            return self._dispatch()
        if line.startswith(b"data:"):
            self._data += memoryview(line)[6 if line.startswith(b"data: ") else 5 :]
            self._end_of_data()
            return None
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"data":
            self._end_of_data()
        elif name == b"event":
            self._name = value.decode("utf-8", "replace")
        elif name == b"id" and b"\0" not in value:
            self.last_id = _as_header(value)
        elif name == b"retry" and value.isdigit():
            self.retry = int(value[:9]) / 1000
        return None

    def _end_of_data(self) -> None:
        self._data += b"\n"
        if len(self._data) > self._cap:
            raise TooLargeError

    def _dispatch(self) -> ServerEvent | None:
        data, name = self._data, self._name
        self._data, self._name = bytearray(), ""
        if not data:
            return None
        del data[-1]
        return ServerEvent(bytes(data), self.last_id, name)


def _as_header(value: bytes) -> str | None:
    """An event's id as the header that a stream is resumed with can carry it; None: it cannot."""
    text = value.decode("utf-8", "replace")
    return text if text and len(text) <= _LONGEST_ID and text.isascii() and text.isprintable() else None
