"""Running a login tool's command, without a terminal or on the user's own.

Invariants without one: the command runs in a session of its own, so it cannot read from the user's terminal; it never
outlives its time, nor the caller's cancellation, and its output is kept only to a bound.

Invariants on the user's: the worker offers the login, whoever owns the terminal runs or declines it, once, from
whichever thread; what runs after nobody waits for it any more is ended. While the command runs it is the terminal's
foreground process group, so Ctrl-C there ends the command and nothing else; afterwards the terminal is ours again, in
the mode that it had, and what was typed ahead is discarded, so that no PIN gets into a search field.
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shlex
import shutil
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from typing import TYPE_CHECKING

from msgspec import Struct

from tui_app.processes.family import Family, start
from tui_app.tickets.clock import Clock
from tui_app.tickets.servers import TerminalNeeded
from tui_app.tickets.text import clean

if TYPE_CHECKING:
    from tui_app.settings.profiles import AuthCommands

_KEPT_OUTPUT = 4096  # bytes from the end; the reason for a failure comes last
_PAUSES = (0.002, 0.005, 0.01, 0.02)  # seconds between looks whether a command has ended; the last one repeats
_READ_SIZE = 65536
_POLL_SECONDS = 0.05  # a person does not notice it, and the processor neither

_INTERRUPTED = frozenset(code for number in (signal.SIGINT, signal.SIGQUIT) for code in (-number, 128 + number))
"""Exit codes of a program that Ctrl-C or Ctrl-\\ ended, be it at once or after it cleaned up as shells expect."""

_LAUNCHER = """
import os, signal, sys
os.setpgid(0, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
os.tcsetpgrp(0, os.getpid())
for number in (signal.SIGTTOU, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP):
    signal.signal(number, signal.SIG_DFL)
os.execvp(sys.argv[1], sys.argv[1:])
"""
"""Takes the terminal and becomes the command. In a process of its own: between fork and exec a program with threads may
run no Python, and a command that is started before it owns the terminal would be stopped at its first prompt."""


class Ending(StrEnum):
    """How a command ended."""

    DONE = "done"
    FAILED = "failed"
    MISSING = "missing"
    NOT_RUNNABLE = "not runnable"
    TIMED_OUT = "timed out"
    CANCELLED = "cancelled"


class CommandOutcome(Struct, frozen=True):
    """Result of a command. ``output`` is the end of what it printed, sanitised."""

    ending: Ending
    exit_code: int | None = None
    output: str = ""


async def run_command(argv: Sequence[str], seconds: float) -> CommandOutcome:
    """Run ``argv`` without input for at most ``seconds``; raises nothing but the caller's cancellation."""
    with _OutputTail() as tail:
        try:
            family = start(argv, stdin=subprocess.DEVNULL, stdout=tail.inlet, stderr=tail.inlet, start_new_session=True)
        except FileNotFoundError:
            return CommandOutcome(Ending.MISSING)
        except (OSError, ValueError) as error:
            return CommandOutcome(Ending.NOT_RUNNABLE, output=getattr(error, "strerror", None) or "")
        try:
            async with asyncio.timeout(seconds):
                exit_code = await _ended(family)
        except TimeoutError:
            return CommandOutcome(Ending.TIMED_OUT, output=tail.text())
        finally:
            await _end(family)
        return CommandOutcome(Ending.DONE if exit_code == 0 else Ending.FAILED, exit_code, tail.text())


class _OutputTail:
    """A pipe that keeps the end of what is written. Nobody waits for its end: a login tool may leave an agent running
    that holds it open."""

    def __enter__(self) -> _OutputTail:
        self._outlet, self.inlet = os.pipe()
        os.set_blocking(self._outlet, False)
        self._kept = bytearray()
        asyncio.get_running_loop().add_reader(self._outlet, self._read)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.get_running_loop().remove_reader(self._outlet)
        os.close(self._outlet)
        os.close(self.inlet)

    def text(self) -> str:
        """The end of what was written, sanitised."""
        while self._read():
            pass
        return clean(self._kept.decode(errors="replace")).strip()

    def _read(self) -> bool:
        """Take in one piece; False if none is ready."""
        try:
            piece = os.read(self._outlet, _READ_SIZE)
        except BlockingIOError:
            return False
        self._kept += piece
        del self._kept[:-_KEPT_OUTPUT]
        return bool(piece)


async def _ended(family: Family) -> int:
    """The command's exit code, once it has ended."""
    for pause in itertools.chain(_PAUSES, itertools.repeat(_PAUSES[-1])):
        exit_code = family.process.poll()
        if exit_code is not None:
            return exit_code
        await asyncio.sleep(pause)
    raise AssertionError("an endless loop has ended")


async def _end(family: Family) -> None:
    """End the command and whatever it started, if it still runs. What it left behind by itself stays: an agent."""
    if family.process.poll() is not None:
        family.release()
        return
    for pause in family.ending():
        await asyncio.sleep(pause)


# ------------------------------------------------------------- on a terminal


async def log_in_on_terminal(
    profile: str,
    commands: AuthCommands,
    clock: Clock,
    deliver: Callable[[TerminalNeeded], None],
    begun: Callable[[], None],
) -> CommandOutcome:
    """Offer the login through ``deliver``, and wait for its outcome; ``begun`` is called when it is being run."""
    offer = _LoginOffer(commands, clock, begun)
    command = shlex.join(commands.login)
    deliver(TerminalNeeded(profile, f"Log in to use {profile}", command, offer.run, offer.decline))
    try:
        return await offer.outcome
    finally:
        offer.given_up.set()


class _LoginOffer:
    """One offered login; made on the worker's loop, answered from another thread."""

    def __init__(self, commands: AuthCommands, clock: Clock, begun: Callable[[], None]) -> None:
        self._commands = commands
        self._clock = clock
        self._begun = begun
        self._loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[CommandOutcome] = self._loop.create_future()
        self.given_up = threading.Event()

    def run(self) -> str:
        """Run the login on the terminal, blocking; returns a line on how it went and raises nothing."""
        if self.given_up.is_set():
            return "The login is no longer needed."
        self._tell(self._begun)
        login = self._commands.login
        notice = f"ticketdeck: logging in with `{shlex.join(login)}`; Ctrl-C cancels."
        try:
            outcome = run_on_terminal(
                login, self._commands.login_timeout, self._clock, notice=notice, given_up=self.given_up.is_set
            )
        except Exception as error:  # noqa: BLE001 (the worker must learn of it, or it waits for ever)
            outcome = CommandOutcome(Ending.NOT_RUNNABLE, output=str(error))
        self._tell(lambda: self._settle(outcome))
        return _summary(login, outcome)

    def decline(self, reason: str) -> None:
        """There is no terminal to be had."""
        self._tell(
            lambda: self._settle(CommandOutcome(Ending.NOT_RUNNABLE, output=f"it needs a terminal, and {reason}"))
        )

    def _settle(self, outcome: CommandOutcome) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def _tell(self, call: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:  # the worker has ended meanwhile
            self.given_up.set()


def _summary(argv: tuple[str, ...], outcome: CommandOutcome) -> str:
    summaries = {
        Ending.DONE: "You are logged in.",
        Ending.CANCELLED: "The login was cancelled.",
        Ending.TIMED_OUT: "The login took too long.",
        Ending.MISSING: f"{argv[0]} is not installed.",
        Ending.NOT_RUNNABLE: f"The login could not be run: {outcome.output}.",
    }
    return summaries.get(outcome.ending) or f"The login failed (exit code {outcome.exit_code})."


def run_on_terminal(
    argv: Sequence[str],
    seconds: float,
    clock: Clock,
    *,
    notice: str = "",
    given_up: Callable[[], bool] = lambda: False,
) -> CommandOutcome:
    """Run ``argv`` on the controlling terminal and wait for its end; blocks, and raises nothing.

    Args:
        argv: the command; nothing of its output is captured.
        seconds: how long it may take; then it is ended.
        clock: measures that.
        notice: a line printed on the terminal first.
        given_up: called several times a second; once true, the command is ended.
    """
    if shutil.which(argv[0]) is None:
        return CommandOutcome(Ending.MISSING)
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return CommandOutcome(Ending.NOT_RUNNABLE, output="there is no terminal")
    try:
        with _kept(terminal):
            if notice:
                os.write(terminal, f"{notice}\r\n".encode(errors="replace"))
            return _run(argv, terminal, clock, seconds, given_up)
    except (OSError, termios.error) as error:
        return CommandOutcome(Ending.NOT_RUNNABLE, output=str(error))
    finally:
        os.close(terminal)


@contextmanager
def _kept(terminal: int) -> Iterator[None]:
    """The terminal's owner, mode and empty input, as they were before."""
    owner = os.tcgetpgrp(terminal)
    mode = termios.tcgetattr(terminal)
    try:
        yield
    finally:
        # Whoever is not the owner is stopped by SIGTTOU for taking the terminal back, unless it blocks the signal.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTTOU})
        try:
            with suppress(OSError, termios.error):
                os.tcsetpgrp(terminal, owner)
            with suppress(termios.error):
                termios.tcsetattr(terminal, termios.TCSAFLUSH, mode)
            with suppress(termios.error):
                termios.tcflush(terminal, termios.TCIFLUSH)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)


def _run(
    argv: Sequence[str], terminal: int, clock: Clock, seconds: float, given_up: Callable[[], bool]
) -> CommandOutcome:
    launcher = [sys.executable, "-I", "-S", "-c", _LAUNCHER, *argv]
    family = start(launcher, stdin=terminal, stdout=terminal, stderr=terminal)
    deadline = clock.monotonic() + seconds
    while True:
        exit_code = _ended_or_stopped(family)
        if exit_code is not None:
            family.release()
            return _outcome(exit_code)
        late = clock.monotonic() > deadline
        if late or given_up():
            family.end()
            return CommandOutcome(Ending.TIMED_OUT if late else Ending.CANCELLED)
        time.sleep(_POLL_SECONDS)


def _ended_or_stopped(family: Family) -> int | None:
    """Its exit code, once it has ended. Ctrl-Z at a login prompt means what Ctrl-C means: there is no shell below."""
    pid, status = os.waitpid(family.pid, os.WNOHANG | os.WUNTRACED)
    if not pid:
        return None
    if os.WIFSTOPPED(status):
        family.end()
        return -signal.SIGINT
    family.process.returncode = os.waitstatus_to_exitcode(status)
    return family.process.returncode


def _outcome(exit_code: int) -> CommandOutcome:
    if exit_code == 0:
        return CommandOutcome(Ending.DONE, 0)
    return CommandOutcome(Ending.CANCELLED if exit_code in _INTERRUPTED else Ending.FAILED, exit_code)
