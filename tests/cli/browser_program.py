"""``ticketdeck`` with a stand-in for the user interface that behaves as badly as the environment variable PLAY says.

It takes the terminal as the real one does (raw, alternate screen, mouse, no cursor) and paints from another thread.
"""

from __future__ import annotations

import os
import queue
import signal
import sys
import threading
import time
import tty
import types
from typing import Any

from tui_app.cli import main

_TAKE = "\x1b[?1049h\x1b[?1000h\x1b[?1003h\x1b[?1006h\x1b[?2004h\x1b[?25l"
CANARY = "canary-ticket-text"


def flood() -> None:
    """Paint a thousand frames a second, as a writer thread does while the program is busy."""
    while True:
        time.sleep(0.001)
        sys.__stderr__.write("\x1b[5;5H" + CANARY + "\x1b[38;2;10;20;30mframe")  # type: ignore[union-attr]
        sys.__stderr__.flush()  # type: ignore[union-attr]


def fail() -> None:
    raise IndexError(CANARY)


def run_browser(service: Any, **given: Any) -> int:
    tty.setraw(0)
    sys.__stderr__.write(_TAKE)  # type: ignore[union-attr]
    play = os.environ["PLAY"]
    if play == "raise":
        secret = CANARY
        raise ValueError(f"cannot show {secret}")
    if play == "thread":
        threading.Thread(target=fail, name="helper").start()
        return 0
    if play == "notices":
        sys.stderr.write(
            "NOTICES " + " | ".join(given["notices"]) + f" PROFILE {' '.join(given['begin'].profiles)}\r\n"
        )
        return 0
    if play == "rows":
        replies: queue.SimpleQueue[Any] = queue.SimpleQueue()
        service.connect(replies.put)
        while type(reply := replies.get(timeout=30)).__name__ not in ("TicketsFound", "Failed"):
            pass
        if hasattr(reply, "cause"):
            raise AssertionError(reply.cause)
        sys.stderr.write(
            f"FOUND {len(reply.tickets)} FOR {given['begin'].searches[0].request_id == reply.request_id}\r\n"
        )
        return 0
    if play == "locked":
        with service._lock:  # as `submit` does for a moment; the signal comes just then
            sys.__stderr__.write(CANARY)  # type: ignore[union-attr]
            sys.__stderr__.flush()  # type: ignore[union-attr]
            while signal.getsignal(signal.SIGTERM) is not signal.SIG_IGN:
                time.sleep(0.001)
    service.connect(lambda _: None)
    threading.Thread(target=flood, daemon=True).start()
    threading.Event().wait()
    return 0


def run() -> None:
    stand_in = types.ModuleType("tui_app.ui.app")
    stand_in.run_browser = run_browser  # type: ignore[attr-defined]
    sys.modules["tui_app.ui.app"] = stand_in
    raise SystemExit(main())


if __name__ == "__main__":
    run()
