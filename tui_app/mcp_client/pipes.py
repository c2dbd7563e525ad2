"""A server's pipes on an event loop: whole lines in, bytes out, standard error kept; nothing here ever blocks.

Invariant: between `ProcessPipes.__init__` and `detach` both outputs are read as fast as they come, whatever is being
waited for, so no server is ever stopped by a full pipe.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from contextlib import suppress

from tui_app.mcp_client.framing import LineReader, LineTooLongError
from tui_app.mcp_client.process import ServerProcess

_MOST_LAST_READS = 256
"""A grandchild may hold a pipe open after the server's end, and write on for ever."""


class ProcessPipes:
    """Reads and writes for one `ServerProcess`; tells what happens by three functions."""

    def __init__(
        self,
        process: ServerProcess,
        cap: int,
        *,
        on_line: Callable[[bytes], None],
        on_end: Callable[[], None],
        on_overflow: Callable[[], None],
    ) -> None:
        self._process = process
        self._loop = asyncio.get_running_loop()
        self._lines = LineReader(cap)
        self._on_line, self._on_end, self._on_overflow = on_line, on_end, on_overflow
        self._unsent = bytearray()
        self._loop.add_reader(process.stdout, self._output_ready)
        self._loop.add_reader(process.stderr, self._errors_ready)

    @property
    def unsent(self) -> int:
        """Bytes that the server has left unread."""
        return len(self._unsent)

    def write(self, data: bytes) -> None:
        """Send; what the pipe does not take now goes out when the server reads on."""
        sent = 0
        if not self._unsent:
            try:
                sent = os.write(self._process.stdin, data)
            except BlockingIOError:
                pass
            except OSError:
                self._on_end()
                return
            if sent < len(data):
                self._loop.add_writer(self._process.stdin, self._input_ready)
        self._unsent += data[sent:]

    def stop_writing(self) -> None:
        """Before the process's input is closed."""
        if self._unsent:
            self._loop.remove_writer(self._process.stdin)
            self._unsent.clear()

    def read_rest(self) -> None:
        """What lies in the pipes after the server's end: maybe an answer, surely the last words."""
        for _ in range(_MOST_LAST_READS):
            if not (chunk := self._process.read_output()):
                break
            with suppress(LineTooLongError):
                self._take(chunk)
        self._on_line(self._lines.rest())
        for _ in range(_MOST_LAST_READS):
            if not (chunk := self._process.read_errors()):
                break
            self._process.keep_stderr(chunk)

    def detach(self) -> None:
        """Before the process's outputs are closed."""
        self._loop.remove_reader(self._process.stdout)
        self._loop.remove_reader(self._process.stderr)

    def _take(self, chunk: bytes) -> None:
        for line in self._lines.feed(chunk):
            self._on_line(line)

    def _output_ready(self) -> None:
        chunk = self._process.read_output()
        if chunk:
            try:
                self._take(chunk)
            except LineTooLongError:
                self._on_overflow()
        elif chunk is not None:
            self._loop.remove_reader(self._process.stdout)
            self._on_end()

    def _errors_ready(self) -> None:
        chunk = self._process.read_errors()
        if chunk:
            self._process.keep_stderr(chunk)
        elif chunk is not None:
            self._loop.remove_reader(self._process.stderr)

    def _input_ready(self) -> None:
        try:
            del self._unsent[: os.write(self._process.stdin, self._unsent)]
        except BlockingIOError:
            return
        except OSError:
            self.stop_writing()
            self._on_end()
            return
        if not self._unsent:
            self._loop.remove_writer(self._process.stdin)
