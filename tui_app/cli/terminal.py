"""Giving the terminal back as it was, also from the middle of a frame that another thread is writing."""

from __future__ import annotations

import contextlib
import os
import sys
import termios
from typing import Any

from tui_app.tickets.text import clean

_CANCEL = "\x18"  # ends a half-written escape sequence
_MODES_OFF = "".join(
    (
        "\x1b[<u",  # keyboard protocol of kitty
        *(f"\x1b[?{mode}l" for mode in (1000, 1002, 1003, 1006, 1015, 1016)),  # mouse
        "\x1b[?1004l",  # focus reports
        "\x1b[?2004l",  # bracketed paste
        "\x1b[?2026l",  # synchronised output
        "\x1b[?2048l",  # resize reports
        "\x1b[?7h",  # line wrap
        "\x1b[?1049l",  # alternate screen
        "\x1b[?25h",  # cursor
        "\x1b[0m",
    )
)


class Terminal:
    """The terminal as it was when this object was made; does nothing where there is none."""

    def __init__(self) -> None:
        self.descriptor: int | None = None
        self._attributes: list[Any] | None = None
        for stream in (sys.__stdin__, sys.__stderr__, sys.__stdout__):
            with contextlib.suppress(AttributeError, OSError, ValueError, termios.error):
                descriptor = stream.fileno()  # type: ignore[union-attr]
                self._attributes = termios.tcgetattr(descriptor)
                self.descriptor = os.dup(descriptor)
                return

    def restore(self) -> None:
        """Leave every mode that the browser may have set; from now on only `say` reaches the terminal.

        It is taken away from everybody else in this process first: no other thread can write a frame, or change a
        mode, after this.
        """
        if self.descriptor is None or self._attributes is None:
            return
        with contextlib.suppress(OSError, termios.error):
            _silence_others()
            if termios.tcgetattr(self.descriptor) != self._attributes:  # the browser has taken it
                os.write(self.descriptor, (_CANCEL + _MODES_OFF).encode())
            termios.tcsetattr(self.descriptor, termios.TCSADRAIN, self._attributes)

    def say(self, line: str) -> None:
        """Write a line after `restore`."""
        if self.descriptor is not None:
            with contextlib.suppress(OSError):
                os.write(self.descriptor, clean(line + "\n").encode(errors="replace"))


def _silence_others() -> None:
    devnull = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        if os.isatty(descriptor):
            os.dup2(devnull, descriptor)
