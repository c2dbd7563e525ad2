"""A login that somebody else runs: the worker offers it, whoever owns the terminal runs or declines it.

Invariants: an offer is answered once, from whichever thread; what runs after nobody waits for it any more is ended.
"""

from __future__ import annotations

import asyncio
import shlex
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from tui_app.tickets.messages import TerminalNeeded
from tui_app.worker.commands import Ending, Outcome

if TYPE_CHECKING:
    from tui_app.settings.profiles import AuthCommands


async def log_in_on_terminal(
    profile: str, commands: AuthCommands, deliver: Callable[[TerminalNeeded], None], begun: Callable[[], None]
) -> Outcome:
    """Offer the login through ``deliver``, and wait for how it went; ``begun`` is called when it is being run."""
    offer = _Offer(commands, begun)
    command = shlex.join(commands.login)
    deliver(TerminalNeeded(profile, f"Log in to use {profile}", command, offer.run, offer.decline))
    try:
        return await offer.outcome
    finally:
        offer.given_up.set()


class _Offer:
    """One offered login; made on the worker's loop, answered from another thread."""

    def __init__(self, commands: AuthCommands, begun: Callable[[], None]) -> None:
        self._commands = commands
        self._begun = begun
        self._loop = asyncio.get_running_loop()
        self.outcome: asyncio.Future[Outcome] = self._loop.create_future()
        self.given_up = threading.Event()

    def run(self) -> str:
        """Run the login on the terminal, blocking; returns a line on how it went and raises nothing."""
        from tui_app.worker.terminal import run_on_terminal

        if self.given_up.is_set():
            return "The login is no longer needed."
        self._tell(self._begun)
        login = self._commands.login
        notice = f"ticketdeck: logging in with `{shlex.join(login)}`; Ctrl-C gives up."
        try:
            outcome = run_on_terminal(login, self._commands.login_timeout, notice=notice, given_up=self.given_up.is_set)
        except Exception as error:  # noqa: BLE001 (the worker must learn of it, or it waits for ever)
            outcome = Outcome(Ending.NOT_RUNNABLE, output=str(error))
        self._tell(lambda: self._settle(outcome))
        return _words(login, outcome)

    def decline(self, reason: str) -> None:
        """There is no terminal to be had."""
        self._tell(lambda: self._settle(Outcome(Ending.NOT_RUNNABLE, output=f"it needs a terminal, and {reason}")))

    def _settle(self, outcome: Outcome) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def _tell(self, call: Callable[[], None]) -> None:
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:  # the worker has ended meanwhile
            self.given_up.set()


def _words(argv: tuple[str, ...], outcome: Outcome) -> str:
    words = {
        Ending.DONE: "You are logged in.",
        Ending.CANCELLED: "The login was given up.",
        Ending.TIMED_OUT: "The login took too long.",
        Ending.MISSING: f"{argv[0]} is not installed.",
        Ending.NOT_RUNNABLE: f"The login could not be run: {outcome.output}.",
    }
    return words.get(outcome.ending) or f"The login failed (exit code {outcome.exit_code})."
