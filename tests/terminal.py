"""A pseudo-terminal with the real program in it: type keys, wait for words on the screen, look at the bytes.

Used by the tests that drive the whole program and by the benchmarks that time what a user sees.
"""

from __future__ import annotations

import contextlib
import fcntl
import inspect
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from types import TracebackType

import pyte

PATIENCE = 20.0
"""Seconds until a wait gives up: far beyond what the program takes on a busy machine."""

_OVERRULE_SIZE = ("COLUMNS", "LINES")
"""Variables that programs believe before they ask the terminal; pytest-xdist sets them for its workers."""
_FRAME_PAUSE = 0.015
"""Seconds without output that end a frame: the pieces of one come closer together, on a busy machine too."""
_LONGEST_FRAME = 0.5  # seconds; a program that never stops writing is looked at meanwhile


class Terminal:
    """Runs one program in a pseudo-terminal of a given size. Use it as a context manager: it leaves no process."""

    def __init__(
        self,
        argv: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 40,
        environment: Mapping[str, str] | None = None,
        directory: str | None = None,
    ) -> None:
        self.screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self.screen)
        self.output = bytearray()
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        inherited = {name: value for name, value in os.environ.items() if name not in _OVERRULE_SIZE}
        full = {**inherited, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})}
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            argv,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=full,
            cwd=directory,
            start_new_session=True,
            preexec_fn=_take_terminal,  # noqa: PLW1509 (the tests' own process has one thread here)
        )
        os.close(slave)
        self._parsed = 0

    def __enter__(self) -> Terminal:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Kill the program and let go of the terminal."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        os.close(self._master)

    @property
    def text(self) -> str:
        """The screen as it is now, a line a row."""
        self._stream.feed(bytes(self.output[self._parsed :]))
        self._parsed = len(self.output)
        rows, columns = range(self.screen.lines), range(self.screen.columns)
        # pyte's own ``display`` fails on the second half of a wide character whose first half a resize cut off
        return "\n".join("".join(self.screen.buffer[y][x].data for x in columns) for y in rows)

    def send(self, keys: str) -> None:
        """Type ``keys``."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        """Change the terminal's size, as a window manager does."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        if (columns, rows) != (self.screen.columns, self.screen.lines):
            self.screen.resize(rows, columns)
            self.screen.erase_in_display(2)  # pyte cannot show half of a wide character; all is drawn anew anyway

    def read(self, seconds: float) -> bool:
        """Take in what the program writes, waiting up to ``seconds`` for it; False when it has closed the terminal."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:  # Linux's way of saying that the other side is closed
            return False
        self.output += data
        return bool(data)

    def read_for(self, seconds: float) -> None:
        """Take in what the program writes for ``seconds``: where there is nothing to wait for."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and self.read(left):
            pass

    def wait_for(self, what: str | Callable[[str], bool], patience: float = PATIENCE) -> str:
        """Wait until the screen shows ``what`` (or satisfies it) and return the screen.

        Raises:
            AssertionError: it did not, within ``patience`` seconds; the message holds the screen.
        """
        if not self.shows(what, patience):
            raise AssertionError(f"the screen never showed {_in_words(what)}; it shows:\n{self.text}")
        return self.text

    def shows(self, what: str | Callable[[str], bool], patience: float) -> bool:
        """Wait up to ``patience`` seconds until the screen shows ``what`` (or satisfies it); False: it did not."""
        met = what if callable(what) else lambda screen: what in screen
        deadline = time.monotonic() + patience
        while not met(self.text):
            if time.monotonic() > deadline or not self._read_frame():
                return met(self.text)
        return True

    def _read_frame(self) -> bool:
        """Take in what comes together: half a frame is no screen to judge. False when the terminal is closed."""
        is_open, end = self.read(0.05), time.monotonic() + _LONGEST_FRAME
        while is_open and time.monotonic() < end and select.select([self._master], [], [], _FRAME_PAUSE)[0]:
            is_open = self.read(0)
        return is_open

    def wait_for_bytes(self, *needles: bytes, patience: float = PATIENCE) -> float:
        """Seconds from the start until the program had written all of ``needles``. Parses nothing: for measuring."""
        deadline = time.monotonic() + patience
        while not all(needle in self.output for needle in needles):
            if time.monotonic() > deadline or not self.read(0.05):
                raise AssertionError(f"never written: {needles!r}; written: {bytes(self.output[-2000:])!r}")
        return time.perf_counter() - self.started

    def wait_until_stopped(self) -> None:
        """Wait until Ctrl-Z has stopped the program. What it writes is read: with a full terminal it never would."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            pid, status = os.waitpid(self.process.pid, os.WNOHANG | os.WUNTRACED)
            if pid:
                assert os.WIFSTOPPED(status), f"it ended with status {status:#x} instead; the screen:\n{self.text}"
                return
            self.read(0.05)
        raise AssertionError(f"it was not stopped; the screen:\n{self.text}")

    def wait_for_exit(self, patience: float = PATIENCE) -> int:
        """The program's exit code; its last output is read."""
        deadline = time.monotonic() + patience
        while self.process.poll() is None:
            if time.monotonic() > deadline:
                raise AssertionError(f"the program did not end; the screen shows:\n{self.text}")
            if not self.read(0.05):
                self.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        while select.select([self._master], [], [], 0)[0] and self.read(0):
            pass
        return self.process.returncode


def _take_terminal() -> None:
    """Make the pseudo-terminal the child's controlling one, so that Ctrl-C and Ctrl-Z reach it as signals."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _in_words(what: str | Callable[[str], bool]) -> str:
    if isinstance(what, str):
        return repr(what)
    with contextlib.suppress(OSError, TypeError):  # typed in, or built in
        return inspect.getsource(what).strip()
    return repr(what)
