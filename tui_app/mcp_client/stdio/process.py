"""A server as a process: started from an argv list in a session of its own, ended with everything that it started.

Invariant: `ServerProcess.ending` leaves neither the process nor anything of its family, five seconds after it began at
the latest, even if the server ignores the end of its input and SIGTERM. Nothing here needs an event loop or imports
one, so a server can be started before anything slow is loaded.
"""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import termios
import time
from array import array
from collections.abc import Iterator
from contextlib import suppress
from io import FileIO
from pathlib import Path
from typing import IO, TYPE_CHECKING

from tui_app.mcp_client.stdio.command import server_environment
from tui_app.mcp_client.stdio.node import install_hint
from tui_app.processes.family import Family, start
from tui_app.tickets.errors import CommandNotFoundError

if TYPE_CHECKING:
    from tui_app.mcp_client.stdio.command import ServerCommand
    from tui_app.tickets.clock import Clock

INPUT_CLOSED_GRACE = 1.0
"""Seconds for a server to end by itself after its input was closed, as the protocol asks."""
TERMINATED_GRACE = 1.5
"""Seconds between SIGTERM and SIGKILL."""
KILLED_GRACE = 0.3
"""Seconds for the group to be gone after SIGKILL, which nothing survives; what is there then are grandchildren that
their new parent does not collect, as in a container without an init process."""
REAPED_GRACE = 1.5
"""Seconds for the server itself, whose parent we are, to be gone after SIGKILL; all four together stay under five."""

_PAUSE = 0.05
_READ_BYTES = 256 * 1024
_PIPE_BYTES = 1024 * 1024  # Linux's limit for everyone: fewer turns for large answers, room before anybody reads


class ServerProcess:
    """A running server: its pipes and its end."""

    def __init__(self, family: Family, clock: Clock) -> None:
        popen = family.process
        self.stdin, self.stdout, self.stderr = (_descriptor(p) for p in (popen.stdin, popen.stdout, popen.stderr))
        self._family = family
        self._popen = popen
        self._clock = clock
        self._started_at = clock.monotonic()
        self._buffer = memoryview(bytearray(_READ_BYTES))
        self._ended = False
        self.in_background = False

    def read_output(self) -> bytes | None:
        """The bytes that standard output holds now; empty at its end, None if there are none yet."""
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
        return self._clock.monotonic() - self._started_at

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
        """End the server as `ending` does, blocking, and close the pipes. May be repeated."""
        for pause in self.ending(patiently=patiently):
            time.sleep(pause)
        self.close_pipes()

    def ending(self, *, patiently: bool = True) -> Iterator[float]:
        """End the server and everything in its process group; each value is how long to sleep before going on.

        ``patiently`` gives it time to end by itself after its input was closed.
        """
        if self._ended:
            return
        self._family.look()  # before its members lose their parents, by which some can be found
        self.close_input()
        yield from self._family.waiting(INPUT_CLOSED_GRACE if patiently else 0)
        if self._family.look():
            self._family.signal(signal.SIGTERM)
            yield from self._family.waiting(TERMINATED_GRACE)
        if self._family.look():
            self._family.kill()
            yield from self._family.waiting(KILLED_GRACE)
        deadline = self._clock.monotonic() + REAPED_GRACE
        while self.exit_code is None and self._clock.monotonic() < deadline:
            yield _PAUSE
        self._ended = True
        self._family.release()

    def look_for_background(self) -> bool:
        """Whether the server has ended well, and something that it started has not; kept in `in_background`."""
        self.in_background = self.exit_code == 0 and self._family.look()
        return self.in_background

    def close_pipes(self) -> None:
        """Close its outputs; nobody may be reading them any more."""
        for pipe in (self._popen.stdout, self._popen.stderr):
            if pipe:
                pipe.close()

    def unread(self) -> int | None:
        """Bytes of its input that the server has not read, also after its end, until `close_input`; None: unknown."""
        if self._popen.stdin is None or self._popen.stdin.closed:
            return None
        unread = array("i", [0])
        try:
            fcntl.ioctl(self.stdin, termios.FIONREAD, unread)
        except OSError:
            return None
        return unread[0]

    def close_input(self) -> None:
        """Close the server's input, which by the protocol asks it to end."""
        if self._popen.stdin and not self._popen.stdin.closed:
            self._popen.stdin.close()

    def _read(self, pipe: IO[bytes] | None) -> bytes | None:
        """Read into one buffer that is kept: allocating one of this size each time costs more than the read."""
        if not isinstance(pipe, FileIO) or pipe.closed:
            return b""
        try:
            size = pipe.readinto(self._buffer)
        except OSError:
            return b""
        return None if size is None else bytes(self._buffer[:size])


def _descriptor(pipe: IO[bytes] | None) -> int:
    if pipe is None:
        raise ValueError("the process was started without its pipes")
    return pipe.fileno()


def spawn(command: ServerCommand, clock: Clock) -> ServerProcess:
    """Start a server. What it writes is kept in its pipes until they are read.

    The caller sees to its end, and the watchdog does should this program end first.

    Args:
        command: what to start.
        clock: for the time since the start, and the time limits of its end.

    Raises:
        CommandNotFoundError: the program, or the folder it is to run in, is missing or cannot be used.
    """
    if not command.argv or not command.argv[0]:
        where = command.configured_in
        raise CommandNotFoundError(
            f"The command is empty (configured in {where}).", hint=f"Give it a program in {where}."
        )
    try:
        family = start(
            command.argv,
            environment=server_environment(command.argv, command.env),
            cwd=command.cwd,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        raise _cannot_run(command, error) from error
    process = ServerProcess(family, clock)
    for pipe in (process.stdin, process.stdout, process.stderr):
        os.set_blocking(pipe, False)
    for pipe in (process.stdout, process.stderr):
        _widen(pipe)
    return process


def _cannot_run(command: ServerCommand, error: OSError | ValueError) -> CommandNotFoundError:
    """Why the system refused to start the command, and what to do."""
    program = command.argv[0]
    correct = f"correct the command in {command.configured_in}."
    number = error.errno if isinstance(error, OSError) else None
    if command.cwd is not None and not Path(command.cwd).is_dir():
        cause = f"The folder {command.cwd}, in which {command.named} is to run, does not exist."
        hint = f"Create it, or change cwd in {command.configured_in}."
    elif number == errno.EACCES:
        cause, hint = f"{program} is not executable: {command.named}.", f"Make it executable (chmod +x), or {correct}"
    elif number == errno.ENOEXEC:
        cause = f"{program} is not a program that can be run: {command.named}."
        hint = f"Put its interpreter first (node, python3 ..): {correct}"
    elif number == errno.ENOENT and Path(program).is_file():
        cause = f"The interpreter that the first line of {program} names was not found: {command.named}."
        hint = f"Install it, or {correct}"
    elif number in {errno.ENOENT, errno.ENOTDIR}:
        cause, hint = f"{program} was not found: {command.named}.", install_hint(program) or f"Install it, or {correct}"
    else:
        cause = f"{program} cannot be run: {command.named}: {getattr(error, 'strerror', None) or error}."
        hint = f"Please {correct}"
    return CommandNotFoundError(cause, hint=hint)


def _widen(pipe: int) -> None:
    """Make the pipe as large as Linux lets anyone; elsewhere it stays as it is."""
    set_size = getattr(fcntl, "F_SETPIPE_SZ", None)
    if set_size is not None:
        with suppress(OSError):  # a user's pipes have a limit in all
            fcntl.fcntl(pipe, set_size, _PIPE_BYTES)
