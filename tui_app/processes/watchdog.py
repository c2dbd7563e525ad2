"""Ends what outlives this program, even one that was killed, from a second, tiny process.

Invariant: from `guard` to `release` the watchdog knows a process family, and holds the read end of a pipe whose
write end only this process has. However this process ends, the system closes the pipe, and the watchdog ends the
families that were not released. This does not depend on which thread started what.

A family is a process, its group, what descends from it and, by a mark in the environment, what has left both. On macOS
the system hides the environment of its own programs (those in /bin, /usr/bin ..), so one of these that was set apart
(`setsid`) and whose parent has ended is not found there.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

_PROGRAM = str(Path(__file__).with_name("watchdog.sh"))
_LEAVING = 3.0
"""Seconds that an exit waits at most: milliseconds, unless something was left that the watchdog has to kill."""


class Watchdog:
    """One for this program; its process is started with the first family, and again should it have been killed."""

    def __init__(self, shell: str = "/bin/sh") -> None:
        self._shell = shell
        self._lock = threading.Lock()
        self._families: dict[int, str] = {}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Process id of the watchdog, None before the first family."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def guard(self, pid: int, mark: str) -> None:
        """End the family of ``pid``, whose environment holds ``mark``, should this program end before `release`."""
        with self._lock:
            self._families[pid] = mark
            if not self.running or not self._write(f"+ {pid} {mark}\n"):
                self._start()

    def release(self, pid: int) -> None:
        """The family is gone, or goes on by intent; the number may soon belong to others."""
        with self._lock:
            self._families.pop(pid, None)
            self._write(f"- {pid}\n")

    def stop(self) -> None:
        """Have the watchdog end the families that are left, and wait until it has."""
        with self._lock:
            if self._process is not None:
                self._dismiss(self._process)
                self._process = None

    def _start(self) -> None:
        """Start its process; if that fails (no shell, no memory), everything runs unguarded."""
        if self._process is not None:
            self._dismiss(self._process)
        try:
            self._process = subprocess.Popen(
                [self._shell, _PROGRAM],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                bufsize=0,
                start_new_session=True,
                cwd="/",
            )
        except OSError:
            self._process = None
            return
        for pid, mark in self._families.items():
            self._write(f"+ {pid} {mark}\n")

    def _write(self, line: str) -> bool:
        if self._process is None or self._process.stdin is None:
            return False
        try:
            os.write(self._process.stdin.fileno(), line.encode())
        except OSError:
            return False
        return True

    def _dismiss(self, process: subprocess.Popen[bytes]) -> None:
        """Let its process end by itself: killing it would leave the families that it is about to end."""
        if process.stdin is not None:
            process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LEAVING)


watchdog = Watchdog()
atexit.register(watchdog.stop)
