"""Running the user's own commands: with the terminal, or in the background with the result as a line.

Invariants: while one runs it is a family of the watchdog's, so that it ends with this program at the latest; what it
has left running when it ended by itself is the user's, and stays. The first call that fails ends the row. Of what a
program writes in the background the end alone is kept.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from tui_app.processes.family import Family, start
from tui_app.tickets.own_commands import Call
from tui_app.tickets.text import clean, clean_line
from tui_app.ui.sharing.external import NotLentError, lent_terminal, run_in_terminal

if TYPE_CHECKING:
    from textual.app import App

MOST_AT_ONCE = 8
"""Rows of calls in the background; more is a key that was held down."""

_MOST_KEPT = 4_000  # bytes of what a program wrote last
_MOST_LINES = 3
_LONGEST_LINE = 200  # characters
_MOST_READ_AFTERWARDS = 16  # times, when it has ended and what it left running goes on writing
_PATIENCE = 0.1  # seconds between two looks whether a program that writes nothing has ended


class RowOutcome(Struct, frozen=True):
    """What came of a row of calls."""

    done: int = 0
    """How many went well."""
    failed: Call | None = None
    """The one that did not, which was the last."""
    why: str = ""
    """How that one ended, as the end of a sentence."""
    output: str = ""
    """The last lines that were written; empty where the terminal had them."""


def run_with_terminal(app: App[Any], calls: Sequence[Call], *, pause: bool) -> RowOutcome:
    """Run the calls one after the other with the terminal. ``pause``: wait for enter even where all went well."""
    done, why = 0, ""
    try:
        with lent_terminal(app):
            for call in calls:
                print(f"\n$ {call.shown}", flush=True)  # noqa: T201  the terminal is the command's
                if why := _run_seen(call):
                    break
                done += 1
            if why or pause:
                _wait_for_enter(why)
    except NotLentError:
        why = "could not be run, as this terminal cannot be lent to another program"
    return RowOutcome(done, calls[done] if why else None, why)


def _run_seen(call: Call) -> str:
    try:
        return _how_it_ended(run_in_terminal(call.argv, variables=call.variables))
    except (OSError, ValueError) as error:
        return _why_not_started(error)


def _wait_for_enter(why: str) -> None:
    try:
        input(f"\n{f'It {why}. ' if why else ''}Press enter to go back to ticketdeck. ")
    except (EOFError, OSError):
        return


class BackgroundCommands:
    """Runs rows of calls in threads of their own.

    Args:
        call_on_ui: calls a function with arguments on the UI thread; must be callable from any thread.
    """

    def __init__(self, call_on_ui: Callable[..., object]) -> None:
        self._call_on_ui = call_on_ui
        self._running = 0

    @property
    def is_full(self) -> bool:
        """Whether another row has to wait until one has ended."""
        return self._running >= MOST_AT_ONCE

    def run(self, calls: Sequence[Call], then: Callable[[RowOutcome], object]) -> None:
        """Run the calls one after the other, and ``then`` on the UI thread."""
        self._running += 1

        def ended(outcome: RowOutcome) -> None:
            self._running -= 1
            then(outcome)

        def work() -> None:
            done, why, output = 0, "", ""
            for call in calls:
                why, output = _run_unseen(call)
                if why:
                    break
                done += 1
            self._call_on_ui(ended, RowOutcome(done, calls[done] if why else None, why, output))

        threading.Thread(target=work, name="command", daemon=True).start()


def _run_unseen(call: Call) -> tuple[str, str]:
    """Run one call without the terminal; returns how it failed, if it did, and the end of what it wrote."""
    try:
        family = start(
            call.argv, environment={**os.environ, **call.variables}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    except (OSError, ValueError) as error:
        return _why_not_started(error), ""
    output = _end_of_output(family)
    code = family.process.wait()
    family.release()
    return _how_it_ended(code), output


def _end_of_output(family: Family) -> str:
    """The end of what the process writes until it has ended: what it leaves running may hold its output for ever."""
    kept, left = b"", _MOST_READ_AFTERWARDS
    pipe = family.process.stdout
    while pipe is not None and left:
        has_ended = family.process.poll() is not None
        is_ready = bool(select.select([pipe], [], [], 0 if has_ended else _PATIENCE)[0])
        data = os.read(pipe.fileno(), 65536) if is_ready else b""
        kept = (kept + data)[-_MOST_KEPT:]
        left -= has_ended
        if not data and (is_ready or has_ended):
            break
    if pipe is not None:
        pipe.close()
    return _last_lines(kept)


def _last_lines(output: bytes) -> str:
    lines = [line.strip() for line in clean(output.decode(errors="replace")).splitlines()]
    return "\n".join(line[:_LONGEST_LINE] for line in [line for line in lines if line][-_MOST_LINES:])


def _how_it_ended(code: int) -> str:
    """Empty: well."""
    if code >= 0:
        return f"ended with exit code {code}" if code else ""
    try:
        return f"was ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"was ended by signal {-code}"


def _why_not_started(error: Exception) -> str:
    return f"could not be run ({clean_line(str(getattr(error, 'strerror', None) or error))})"
