"""A process that was started here, with everything that it starts: found, signalled and ended together.

Invariant: from `start` to `Family.release` the watchdog knows the family, so that it ends with this program however
that ends. Nothing here needs an event loop or imports one.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from tui_app.processes.watchdog import watchdog

MARK_NAME = "TICKETDECK_FAMILY"
"""The environment variable that all members of a family inherit."""

_PAUSES = (0.002, 0.003, 0.003, 0.003, 0.005, 0.01, 0.02)
"""Seconds between looks at a process that is to end (a Python server takes some 8 ms); `_PAUSE` follows."""
_PAUSE = 0.05
_TERMINATED_GRACE = 0.5
"""Seconds from SIGTERM to SIGKILL for a command, which has nothing to save."""
_MOST_SWEEPS = 50
"""Looks for members that were started while others were being stopped."""
_MOST_CATCHING_UP = 20
_MOST_NEW = 5000  # processes that were started during one look
_HAS_PROC = os.path.exists("/proc/self/environ")  # noqa: PTH110 (no more modules at the start)
"""Whether the system tells of processes in files, as Linux does; elsewhere `ps` is asked."""
_KILLED_GRACE = 0.3
"""Seconds for a killed family to be gone: what is there then is waiting for a parent that does not collect it."""


class Family:
    """One process and all that it started."""

    def __init__(self, process: subprocess.Popen[Any], mark: str) -> None:
        self.process = process
        self._mark = mark
        self._strays: dict[int, str] = {}
        """Members outside of the process group, with when they were started: a number alone may change hands."""

    @property
    def pid(self) -> int:
        return self.process.pid

    def look(self) -> bool:
        """Look for members outside of the process group; whether any member is left. Takes some milliseconds."""
        self._strays |= _strays(self.pid, f"{MARK_NAME}={self._mark}")
        return self.signal(0)

    def signal(self, number: int) -> bool:
        """Signal the group and the strays that were found; whether any process is left."""
        left = self._signal_group(number)
        for pid, started in tuple(self._strays.items()):
            if _started(pid) != started:
                del self._strays[pid]
                continue
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        return left or bool(self._strays)

    def kill(self) -> None:
        """Kill every member. They are stopped first: one that starts another meanwhile would leave it unseen."""
        seen: set[tuple[int, str]] = set()
        for _ in range(_MOST_SWEEPS):
            self.signal(signal.SIGSTOP)
            self.look()
            found = set(self._strays.items())
            if found <= seen:
                break
            seen |= found
        self.signal(signal.SIGKILL)

    def waiting(self, seconds: float) -> Iterator[float]:
        """Wait until the family is gone, for ``seconds`` at most; each value is how long to sleep before going on."""
        waited, pauses = 0.0, iter(_PAUSES)
        while self.signal(0) and waited < seconds:
            pause = next(pauses, _PAUSE)
            waited += pause
            yield pause

    def ending(self) -> Iterator[float]:
        """End the family; each value is how long to sleep before going on."""
        if self.look():
            self.signal(signal.SIGTERM)
            self.signal(signal.SIGCONT)  # what was stopped ends on no request
            yield from self.waiting(_TERMINATED_GRACE)
        if self.look():
            self.kill()
            yield from self.waiting(_KILLED_GRACE)
        self.release()

    def end(self) -> None:
        """End the family, blocking for less than a second."""
        for pause in self.ending():
            time.sleep(pause)

    def release(self) -> None:
        """The process has ended, and what it left running is meant to stay, such as the agent of a login tool."""
        watchdog.release(self.pid)

    def _signal_group(self, number: int) -> bool:
        """Signal the whole group, or the process alone where it leads none; whether any is left."""
        reaped = self.process.poll() is not None
        try:
            os.killpg(self.pid, number)
        except ProcessLookupError:
            if not reaped:
                with suppress(ProcessLookupError):
                    os.kill(self.pid, number)
            return not reaped
        except PermissionError:  # macOS, where only a process that has ended but was not waited for is left
            return not reaped
        return True


def start(argv: Sequence[str], *, environment: Mapping[str, str] | None = None, **options: Any) -> Family:
    """Start a process that ends with this program at the latest.

    Args:
        argv: the command.
        environment: all its variables; None for those of this program.
        options: handed to `subprocess.Popen`.

    Raises:
        OSError, ValueError: it cannot be started.
    """
    mark = os.urandom(8).hex()
    variables = {**(os.environ if environment is None else environment), MARK_NAME: mark}
    process = subprocess.Popen(argv, env=variables, **options)
    watchdog.guard(process.pid, mark)
    return Family(process, mark)


def run(
    argv: Sequence[str], *, given: bytes | None = None, seconds: float | None = None, **options: Any
) -> tuple[int, str]:
    """Run a command to its end; returns its exit code and, where ``stdout`` is a pipe, its output as text.

    Args:
        argv: the command.
        given: what it reads from its standard input; None: that is what ``options`` say, or ours.
        seconds: how long it may take.
        options: handed to `start`.

    Raises:
        subprocess.TimeoutExpired: it took longer than ``seconds``, and was ended with all that it had started.
        OSError, ValueError: it cannot be started.
        UnicodeDecodeError: its output is no text.
    """
    piped: dict[str, Any] = {} if given is None else {"stdin": subprocess.PIPE}
    family = start(argv, **piped, **options)
    try:
        output, _ = family.process.communicate(given, timeout=seconds)
    except BaseException:
        family.end()
        for stream in filter(None, (family.process.stdin, family.process.stdout, family.process.stderr)):
            with suppress(OSError):  # what it has not read yet
                stream.close()
        raise
    family.release()
    return family.process.returncode, output.decode() if output is not None else ""


def _strays(root: int, mark: str) -> dict[int, str]:
    """The members of a family outside of its process group, each with when it was started."""
    parents: dict[int, int] = {}
    groups: dict[int, int] = {}
    started: dict[int, str] = {}
    kin = {root}
    for pid, parent, group, moment, marked in _processes(mark.encode()):
        parents[pid], groups[pid], started[pid] = parent, group, moment
        if marked:
            kin.add(pid)
    grown = True
    while grown:
        more = {pid for pid, parent in parents.items() if parent in kin} - kin
        kin |= more
        grown = bool(more)
    kin -= {root, os.getpid()}
    return {pid: started[pid] for pid in kin if pid in groups and groups[pid] != root}


def _processes(mark: bytes) -> Iterator[tuple[int, int, int, str, bool]]:
    """Every living process: its id, parent, group, when it was started, and whether it carries ``mark``."""
    if not _HAS_PROC:
        yield from _listed_by_ps(mark)
        return
    newest = _newest()
    names = [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 (three times as fast)
    for _ in range(_MOST_CATCHING_UP):
        for name in names:
            if fields := _status(name):
                yield int(name), int(fields[1]), int(fields[2]), fields[19], mark in _read(f"/proc/{name}/environ")
        # what was read last may have started another meanwhile, and have gone
        begin, newest = newest + 1, _newest()
        if not 0 <= newest - begin < _MOST_NEW:
            return
        names = [str(pid) for pid in range(begin, newest + 1)]


def _newest() -> int:
    """The process id that the system gave out last."""
    told = _read("/proc/loadavg").split()
    return int(told[-1]) if told and told[-1].isdigit() else 0


def _listed_by_ps(mark: bytes) -> Iterator[tuple[int, int, int, str, bool]]:
    listing = subprocess.run(
        ["/bin/ps", "-axeww", "-o", "pid=,ppid=,pgid=,stat=,command="], capture_output=True, check=False
    ).stdout
    for line in listing.splitlines():
        match = re.match(rb"\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s(.*)", line)
        if match and not match[4].startswith(b"Z"):
            yield int(match[1]), int(match[2]), int(match[3]), "", mark in match[5]


def _started(pid: int) -> str | None:
    """When the process was started, None if it has ended; empty where the system does not tell."""
    if _HAS_PROC:
        fields = _status(str(pid))
        return fields[19] if fields else None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        return ""
    return ""


def _status(pid: str) -> list[str]:
    """The fields of ``/proc/PID/stat`` from the state on; empty for a process that has ended."""
    fields = _read(f"/proc/{pid}/stat").rpartition(b") ")[2].decode("ascii", "replace").split()
    return [] if len(fields) < 20 or fields[0] in "ZX" else fields


def _read(path: str) -> bytes:
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 (a third of the time)
            return file.read()
    except OSError:
        return b""
