"""The transport over a server's pipes, on an event loop: whole lines in, bytes out, standard error kept.

Invariants: nothing here ever blocks. From `StdioTransport.__init__` until the server has ended, both outputs are read
as fast as they come, so no server is ever stopped by a full pipe; a reader never holds more than its cap and one chunk.
Within a second of the server's end the loss is reported.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Sequence
from contextlib import suppress

from tui_app.mcp_client import explanations
from tui_app.mcp_client.peer import Peer
from tui_app.mcp_client.stdio.process import ServerProcess
from tui_app.mcp_client.types import Tool
from tui_app.mcp_client.wire import Frame
from tui_app.tickets.errors import MCPError
from tui_app.tickets.json_values import read_json

_HEADER = re.compile(rb"^content-(?:length|type):", re.IGNORECASE | re.MULTILINE)
"""What a message with a header begins with, as language servers write it."""
_LENGTH = re.compile(rb"^content-length:\s*(\d{1,12})\s*$", re.IGNORECASE | re.MULTILINE)
_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_HEADER = 4096  # bytes
_MOST_LAST_READS = 256
"""A grandchild may hold a pipe open after the server's end, and write on for ever."""
_EXIT_GRACE = 0.4
"""Seconds between a server's last output and its exit code; past it the message does without the code."""
_EXIT_STEP = 0.01
_QUIET = 0.1
"""Seconds without output after which a message counts as whole that no newline ends, as some framings write it."""
_SILENCE = 5.0
"""Seconds in which a server has read all that was sent and written nothing, until it is asked in the other framing."""


def with_header(message: bytes) -> bytes:
    """``message`` behind the header that names its length."""
    return b"Content-Length: %d\r\n\r\n%b" % (len(message), message)


def _behind_lines(message: bytes) -> bytes:
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


class StdioTransport:
    """A `Transport`. Owns the process from here to its end."""

    def __init__(
        self,
        process: ServerProcess,
        peer: Peer,
        message_bytes: int,
        *,
        on_message: Callable[[bytes], None],
        on_lost: Callable[[MCPError], None],
    ) -> None:
        self.lost_after_reading = False
        self._process = process
        self._peer = peer
        self._message_bytes = message_bytes
        self._on_message, self._on_lost = on_message, on_lost
        self._loop = asyncio.get_running_loop()
        self._reader = LineReader(message_bytes)
        self._quiet: asyncio.TimerHandle | None = None
        self._unsent = bytearray()
        self._unheard: list[bytes] | None = []
        """What was sent before the server's first word; None after that."""
        self._sent_at = self._loop.time()
        self._asked_again = False
        self._ending: asyncio.Task[None] | None = None
        self._loop.add_reader(process.stdout, self._output_ready)
        self._loop.add_reader(process.stderr, self._errors_ready)

    @property
    def alive(self) -> bool:
        return self._ending is None and self._process.exit_code is None

    @property
    def backlog(self) -> int:
        return len(self._unsent)

    def send(self, frame: Frame) -> None:
        """What the pipe does not take now goes out when the server reads on."""
        if self._ending is None:
            self._sent_at = self._loop.time()
            if self._unheard is not None:
                self._unheard.append(frame.data)
            self._write(with_header(frame.data) if isinstance(self._reader, HeaderReader) else frame.data)

    def _write(self, data: bytes) -> None:
        sent = 0
        if not self._unsent:
            try:
                sent = os.write(self._process.stdin, data)
            except BlockingIOError:
                pass
            except OSError:
                self._finish()
                return
            if sent < len(data):
                self._loop.add_writer(self._process.stdin, self._input_ready)
        self._unsent += data[sent:]

    def settled(self, request_id: int) -> None:
        """Nothing is held for a request: all of them share the pipes."""

    def abandon(self, request_id: int) -> None:
        """As `settled`."""

    def usable(self, tools: Sequence[Tool]) -> tuple[Tool, ...]:
        return tuple(tools)

    def check(self) -> None:
        """A grandchild may keep the pipes of a server open that has ended; a server may wait for headers."""
        if self._ending is not None:
            return
        if self._process.exit_code is not None:
            self._finish()
        elif self._unheard and not self._asked_again and self._has_read_in_silence():
            self._asked_again = True
            self._write(_behind_lines(self._unheard[0]))
            for data in self._unheard[1:]:
                self._write(with_header(data))

    def _has_read_in_silence(self) -> bool:
        """Whether it took all that was sent and said nothing, as one does that waits for a header."""
        silence = self._loop.time() - self._sent_at
        return silence > _SILENCE and not self._peer.log_tail and self._process.unread() == 0

    async def close(self, *, patiently: bool = True) -> None:
        self._finish(explanations.closed(self._peer), patiently=patiently)
        if self._ending is not None:
            await asyncio.shield(self._ending)

    # --------------------------------------------------------------- the pipes

    def _take(self, chunk: bytes) -> None:
        if self._unheard is not None and not chunk.isspace():
            header = _HEADER.search(chunk) if self._asked_again else None
            self._unheard = None
            if header is not None:
                self._reader = HeaderReader(self._message_bytes)
                chunk = chunk[header.start() :]
        if not self._reader.held and chunk.isspace():
            return  # megabytes of blank lines are told from an answer in no time
        for line in self._reader.feed(chunk):
            if line and not line.isspace():
                self._on_message(line)
        if self._reader.held and self._quiet is None:
            self._quiet = self._loop.call_later(_QUIET, self._look_at_rest, self._reader.held)

    def _look_at_rest(self, held: int) -> None:
        """Take what no newline has ended, if it has stayed as it was and is whole."""
        self._quiet = None
        if self._reader.held == held:
            if self._reader.ends_like_a_message():
                self._on_message(self._reader.rest())
        elif self._reader.held and self._ending is None:
            self._quiet = self._loop.call_later(_QUIET, self._look_at_rest, self._reader.held)

    def _output_ready(self) -> None:
        chunk = self._process.read_output()
        if chunk:
            try:
                self._take(chunk)
            except LineTooLongError:
                self._finish(explanations.message_too_long(self._peer, self._message_bytes))
            except Exception as fault:  # noqa: BLE001 (ours; the event loop can tell nobody)
                self._finish(explanations.broken_here(self._peer, fault, self._loop))
        elif chunk is not None:
            self._loop.remove_reader(self._process.stdout)
            self._finish()

    def _errors_ready(self) -> None:
        chunk = self._process.read_errors()
        if chunk:
            self._peer.keep_log(chunk)
        elif chunk is not None:
            self._loop.remove_reader(self._process.stderr)

    def _input_ready(self) -> None:
        try:
            del self._unsent[: os.write(self._process.stdin, self._unsent)]
        except BlockingIOError:
            return
        except OSError:
            self._finish()
            return
        if not self._unsent:
            self._loop.remove_writer(self._process.stdin)

    # ----------------------------------------------------------------- the end

    def _finish(self, error: MCPError | None = None, *, patiently: bool = False) -> None:
        """Begin the end, once. Without ``error`` the server itself went, and how is found out first."""
        if self._ending is not None:
            return
        if self._unsent:
            self._loop.remove_writer(self._process.stdin)
            self._unsent.clear()
        self._ending = self._loop.create_task(self._end(patiently=patiently, known=error is not None))
        if error is not None:
            self._on_lost(error)

    async def _end(self, *, patiently: bool, known: bool) -> None:
        if not known:
            await self._until_exit()
            self._read_rest()
            unread = self._process.unread()
            self.lost_after_reading = unread is not None and unread <= sum(map(len, (self._unheard or ())[1:]))
            ended = self._process.how_it_ended()
            happened = f"ended with {ended}" if ended else "closed its pipes and was ended"
            if in_background := self._process.look_for_background():
                happened += " and left a process in the background, where nobody can talk to it"
            self._on_lost(explanations.gone(self._peer, happened, always=in_background))
        for pause in self._process.ending(patiently=patiently):
            await asyncio.sleep(pause)
        self._loop.remove_reader(self._process.stdout)
        self._loop.remove_reader(self._process.stderr)
        self._process.close_pipes()

    async def _until_exit(self) -> None:
        deadline = self._loop.time() + _EXIT_GRACE
        while self._process.exit_code is None and self._loop.time() < deadline:  # noqa: ASYNC110 (there is no event)
            await asyncio.sleep(_EXIT_STEP)

    def _read_rest(self) -> None:
        """Read what is left in the pipes after the server's end: perhaps an answer, and the end of its log."""
        for _ in range(_MOST_LAST_READS):
            if not (chunk := self._process.read_output()):
                break
            with suppress(LineTooLongError):
                self._take(chunk)
        self._on_message(self._reader.rest())
        for _ in range(_MOST_LAST_READS):
            if not (chunk := self._process.read_errors()):
                break
            self._peer.keep_log(chunk)
