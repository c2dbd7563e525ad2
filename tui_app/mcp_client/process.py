"""A server as a process: started from an argv list in a session of its own, ended with everything that it started.

Invariant: `ServerProcess.ending` leaves neither the process nor anything of its group, five seconds after it began at
the latest, even if the server ignores the end of its input and SIGTERM. Nothing here needs an event loop or imports
one, so a server can be started before anything slow is loaded.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import termios
import threading
import time
from array import array
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import suppress
from io import FileIO
from typing import IO

from tui_app.mcp_client import failures
from tui_app.mcp_client.command import ClientLimits, ServerCommand
from tui_app.mcp_client.environment import server_environment
from tui_app.mcp_client.launch import Launched, launch
from tui_app.mcp_client.watchdog import watchdog

__all__ = ["ClientLimits", "ServerCommand", "ServerProcess", "spawn"]

INPUT_CLOSED_GRACE = 1.0
"""Seconds for a server to end by itself after its input was closed, as the protocol asks."""
TERMINATED_GRACE = 1.5
"""Seconds between SIGTERM and SIGKILL."""
KILLED_GRACE = 0.3
"""Seconds for the group to be gone after SIGKILL, which nothing survives; what is there then are grandchildren that
their new parent does not collect, as in a container without an init process."""
REAPED_GRACE = 1.5
"""Seconds for the server itself, whose parent we are, to be gone after SIGKILL; all four together stay under five."""

STDERR_KEPT = 64 * 1024
"""Bytes of standard error that are remembered; the last lines are what explains a failure."""
SKIPPED_KEPT = 200
"""Lines of noise on standard output that are remembered."""
SKIPPED_LINE_KEPT = 500
"""Bytes of each of them."""

_LAST_LINE = 300  # characters of standard error that go into a message
_PAUSES = (0.002, 0.003, 0.003, 0.003, 0.005, 0.01, 0.02, 0.05)
"""Seconds between looks at a process that is to end (a Python server takes some 8 ms); the last one repeats."""
_READ_BYTES = 256 * 1024
_PIPE_BYTES = 1024 * 1024  # Linux's limit for everyone: fewer turns for large answers, room before anybody reads


class ServerProcess:
    """A running server: its pipes, what it said beside the protocol, and its end."""

    def __init__(self, command: ServerCommand, popen: subprocess.Popen[bytes]) -> None:
        self.command = command
        self.started_at = time.monotonic()
        self.skipped_lines = 0
        self.stdin, self.stdout, self.stderr = (_descriptor(p) for p in (popen.stdin, popen.stdout, popen.stderr))
        self._popen = popen
        self._skipped: deque[bytes] = deque(maxlen=SKIPPED_KEPT)
        self._stderr_tail = b""
        self._buffer = memoryview(bytearray(_READ_BYTES))
        self._ended = False

    def read_output(self) -> bytes | None:
        """What standard output holds now; empty at its end, None where there is nothing yet."""
        return self._read(self._popen.stdout)

    def read_errors(self) -> bytes | None:
        """Like `read_output`, for standard error."""
        return self._read(self._popen.stderr)

    @property
    def pid(self) -> int:
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative: the signal that ended it."""
        return self._popen.poll()

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started_at

    @property
    def stderr_tail(self) -> str:
        """The end of standard error so far, sanitised."""
        tail = self._stderr_tail[-STDERR_KEPT:]
        if len(self._stderr_tail) > STDERR_KEPT:
            tail = tail.partition(b"\n")[2] or tail  # begin with a whole line
        return self.command.foreign(tail.decode("utf-8", "replace").replace("\r\n", "\n"))

    @property
    def last_error_line(self) -> str:
        """The last line on standard error that says something, sanitised and short."""
        lines = (line.strip() for line in reversed(self.stderr_tail.splitlines()))
        return next((line[:_LAST_LINE] for line in lines if line), "")

    @property
    def skipped_tail(self) -> str:
        """The latest lines on standard output that were not JSON, sanitised."""
        return self.command.foreign("\n".join(line.decode("utf-8", "replace").rstrip() for line in self._skipped))

    def keep_skipped(self, line: bytes) -> None:
        """Count and remember a line that is no message."""
        self.skipped_lines += 1
        self._skipped.append(line[:SKIPPED_LINE_KEPT])

    def keep_stderr(self, chunk: bytes) -> None:
        """Remember what came on standard error."""
        self._stderr_tail += chunk
        if len(self._stderr_tail) > 4 * STDERR_KEPT:
            self._stderr_tail = self._stderr_tail[-STDERR_KEPT - 1 :]

    def how_it_ended(self) -> str:
        """``exit code 3``, ``SIGKILL``, in words that follow "ended with"; empty while it runs."""
        code = self.exit_code
        if code is None:
            return ""
        if code >= 0:
            return f"exit code {code}"
        try:
            return signal.Signals(-code).name
        except ValueError:
            return f"signal {-code}"

    def end(self, *, patiently: bool = True) -> None:
        """Run `ending` to its end, blocking, and close the pipes. Harmless when it has ended before."""
        for pause in self.ending(patiently=patiently):
            time.sleep(pause)
        self.close_pipes()

    def ending(self, *, patiently: bool = True) -> Iterator[float]:
        """End the server and everything in its process group; each value is how long to sleep before going on.

        ``patiently`` gives it time to end by itself after its input was closed.
        """
        if self._ended:
            return
        self.close_input()
        gone = yield from self._until_gone(INPUT_CLOSED_GRACE if patiently else 0)
        for number, grace in ((signal.SIGTERM, TERMINATED_GRACE), (signal.SIGKILL, KILLED_GRACE)):
            if not gone:
                self._signal(number)
                gone = yield from self._until_gone(grace)
        deadline = time.monotonic() + REAPED_GRACE
        while self.exit_code is None and time.monotonic() < deadline:
            yield _PAUSES[-1]
        self._ended = True
        watchdog.release(self.pid)

    def close_pipes(self) -> None:
        """Let go of its output; nobody may be waiting for it any more."""
        for pipe in (self._popen.stdout, self._popen.stderr):
            if pipe:
                pipe.close()

    def has_read_everything(self) -> bool:
        """Whether the server took all that was written to it; also known after its end, until `close_input`."""
        if self._popen.stdin is None or self._popen.stdin.closed:
            return False
        unread = array("i", [0])
        try:
            fcntl.ioctl(self.stdin, termios.FIONREAD, unread)
        except OSError:
            return False
        return unread[0] == 0

    def close_input(self) -> None:
        """Tell the server, as the protocol does, that it is no longer needed."""
        if self._popen.stdin and not self._popen.stdin.closed:
            self._popen.stdin.close()

    def _read(self, pipe: IO[bytes] | None) -> bytes | None:
        """Into one buffer that is kept: a fresh one of this size for each read costs more than the read itself."""
        if not isinstance(pipe, FileIO) or pipe.closed:
            return b""
        try:
            size = pipe.readinto(self._buffer)
        except OSError:
            return b""
        return None if size is None else bytes(self._buffer[:size])

    def _until_gone(self, limit: float) -> Generator[float, None, bool]:
        deadline = time.monotonic() + limit
        pauses = iter(_PAUSES)
        while self._signal(0):
            if time.monotonic() >= deadline:
                return False
            yield next(pauses, _PAUSES[-1])
        return True

    def _signal(self, number: int) -> bool:
        """Signal the whole group, and say whether there is anyone left in it."""
        reaped = self.exit_code is not None
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            return not reaped
        except PermissionError:  # macOS, where only a process that has ended but was not waited for is left
            return not reaped
        return True


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise ValueError("the process was started without its pipes")
    return pipe.fileno()


def spawn(command: ServerCommand, launched: Launched | None = None) -> ServerProcess:
    """Start a server. Its standard error is kept from the first byte, though read only once a session is opened.

    Args:
        command: what to start.
        launched: a program that is running already; it is taken if ``command`` is what it was started with, else ended.

    Raises:
        CommandNotFoundError: the program, or the folder it is to run in, is missing or cannot be used.
    """
    if not command.argv or not command.argv[0]:
        raise failures.empty_command(command)
    environment = server_environment(command.argv, command.env)
    if launched and not launched.was_started_with(command.argv, environment, command.cwd):
        unwanted = ServerProcess(command, launched.popen)
        threading.Thread(target=unwanted.end, kwargs={"patiently": False}, daemon=True).start()
        launched = None
    try:
        launched = launched or launch(command.argv, environment, command.cwd)
    except (OSError, ValueError) as error:
        raise failures.cannot_run(command, error) from error
    process = ServerProcess(command, launched.popen)
    for pipe in (process.stdin, process.stdout, process.stderr):
        os.set_blocking(pipe, False)
    for pipe in (process.stdout, process.stderr):
        _widen(pipe)
    return process


def _widen(pipe: int) -> None:
    """Make the pipe as large as Linux lets anyone; elsewhere it stays as it is."""
    set_size = getattr(fcntl, "F_SETPIPE_SZ", None)
    if set_size is not None:
        with suppress(OSError):  # a user's pipes have a limit in all
            fcntl.fcntl(pipe, set_size, _PIPE_BYTES)
