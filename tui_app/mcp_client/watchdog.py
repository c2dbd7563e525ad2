"""No server outlives this program, even if the program is killed: a second, tiny process sees to it.

Invariant: from `guard` to `release` a process group is known to the watchdog, which holds the read end of a pipe whose
write end only this process has. However this process ends, the system closes the pipe, and the watchdog ends the groups
that were not released. This works on Linux and macOS alike and does not depend on which thread started what.
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
"""Seconds that a normal exit waits at most: milliseconds, unless servers were left that the watchdog has to kill."""


class Watchdog:
    """One for this program; its process is started with the first server, and again should it have been killed."""

    def __init__(self, shell: str = "/bin/sh") -> None:
        self._shell = shell
        self._lock = threading.Lock()
        self._groups: set[int] = set()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Of the watchdog's process, None before the first server."""
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        """Whether its process lives."""
        return self._process is not None and self._process.poll() is None

    def guard(self, group: int) -> None:
        """End the process group ``group`` should this program end before `release`."""
        with self._lock:
            self._groups.add(group)
            if not self.running or not self._tell(f"+{group}\n"):
                self._start()

    def release(self, group: int) -> None:
        """The group is gone; its number may soon belong to others."""
        with self._lock:
            self._groups.discard(group)
            self._tell(f"-{group}\n")

    def stop(self) -> None:
        """Let the watchdog end what is left, and wait for it to be gone."""
        with self._lock:
            if self._process is not None:
                self._dismiss(self._process)
                self._process = None

    def _start(self) -> None:
        """Without a watchdog (no shell to be found, no memory) servers still run: it guards, it is not needed."""
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
        for group in self._groups:
            self._tell(f"+{group}\n")

    def _tell(self, line: str) -> bool:
        if self._process is None or self._process.stdin is None:
            return False
        try:
            os.write(self._process.stdin.fileno(), line.encode())
        except OSError:
            return False
        return True

    def _dismiss(self, process: subprocess.Popen[bytes]) -> None:
        """Its own end is left to itself: killing it would leave what it is about to end."""
        if process.stdin is not None:
            process.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_LEAVING)


watchdog = Watchdog()
atexit.register(watchdog.stop)
