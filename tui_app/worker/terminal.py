"""Running a login command on the user's own terminal.

Invariants: while the command runs it is the terminal's foreground process group, so Ctrl-C there ends the command and
nothing else; afterwards the terminal is ours again, in the mode that it had, and what was typed ahead is forgotten, so
that no PIN lands in a search field.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress

from tui_app.worker.commands import Ending, Outcome, signal_group

_POLL_SECONDS = 0.05  # a person does not notice it, and the processor neither
_KILL_GRACE = 1.0  # seconds from SIGTERM to SIGKILL

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


def run_on_terminal(
    argv: Sequence[str], seconds: float, *, notice: str = "", given_up: Callable[[], bool] = lambda: False
) -> Outcome:
    """Run ``argv`` on the controlling terminal and wait for its end; blocks, and raises nothing.

    Args:
        argv: the command; nothing of its output is captured.
        seconds: how long it may take; then it is ended.
        notice: a line printed on the terminal first.
        given_up: asked now and then; once true, the command is ended.
    """
    if shutil.which(argv[0]) is None:
        return Outcome(Ending.MISSING)
    try:
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return Outcome(Ending.NOT_RUNNABLE, output="there is no terminal")
    try:
        with _kept(terminal):
            if notice:
                os.write(terminal, f"{notice}\r\n".encode(errors="replace"))
            return _run(argv, terminal, seconds, given_up)
    except (OSError, termios.error) as error:
        return Outcome(Ending.NOT_RUNNABLE, output=str(error))
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


def _run(argv: Sequence[str], terminal: int, seconds: float, given_up: Callable[[], bool]) -> Outcome:
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", _LAUNCHER, *argv], stdin=terminal, stdout=terminal, stderr=terminal
    )
    deadline = time.monotonic() + seconds
    while True:
        exit_code = _ended_or_stopped(process)
        if exit_code is not None:
            return _outcome(exit_code)
        late = time.monotonic() > deadline
        if late or given_up():
            _kill(process)
            return Outcome(Ending.TIMED_OUT if late else Ending.CANCELLED)
        time.sleep(_POLL_SECONDS)


def _ended_or_stopped(process: subprocess.Popen[bytes]) -> int | None:
    """Its exit code, once it has ended. Ctrl-Z at a login prompt means what Ctrl-C means: there is no shell below."""
    pid, status = os.waitpid(process.pid, os.WNOHANG | os.WUNTRACED)
    if not pid:
        return None
    if os.WIFSTOPPED(status):
        signal_group(process.pid, signal.SIGCONT)
        _kill(process)
        return -signal.SIGINT
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode


def _kill(process: subprocess.Popen[bytes]) -> None:
    signal_group(process.pid, signal.SIGTERM)
    try:
        process.wait(_KILL_GRACE)
    except subprocess.TimeoutExpired:
        signal_group(process.pid, signal.SIGKILL)
        process.wait()


def _outcome(exit_code: int) -> Outcome:
    if exit_code == 0:
        return Outcome(Ending.DONE, 0)
    return Outcome(Ending.CANCELLED if exit_code in _INTERRUPTED else Ending.FAILED, exit_code)
