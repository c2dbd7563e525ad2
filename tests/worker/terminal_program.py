"""Runs a login on the terminal that it is started in, and prints how it went.

``python terminal_program.py SECONDS ARGV..`` prints the outcome; whether this program was interrupted meanwhile;
whether the terminal is its own again, with echo; and what of the typed-ahead input is left.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios

from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.worker.login_commands import run_on_terminal

interrupted = False


def note_interrupt(*_: object) -> None:
    global interrupted  # noqa: PLW0603 (a signal handler has no other place)
    interrupted = True


def main() -> None:
    signal.signal(signal.SIGINT, note_interrupt)
    seconds, argv = float(sys.argv[1]), sys.argv[2:]
    outcome = run_on_terminal(argv, seconds, SYSTEM_CLOCK, notice="logging in")
    own = os.tcgetpgrp(0) == os.getpgrp()
    echo = bool(termios.tcgetattr(0)[3] & termios.ECHO)
    left = os.read(0, 100) if select.select([0], [], [], 0.1)[0] else b""
    print(f"outcome={outcome.ending.value} interrupted={interrupted} own={own} echo={echo} left={left!r} end")


if __name__ == "__main__":
    main()
