"""Login of one profile: the check command before connecting, the login command if the check or the tracker refuses.

Invariants: however many requests ask at once, one check and one login run; a login that nobody waits for any more is
ended; every way to fail has a message of its own.
"""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING

from tui_app.tickets.errors import MCPAuthenticationError, UsageError
from tui_app.worker.concurrency import SharedTask
from tui_app.worker.login_commands import CommandOutcome, Ending, run_command

if TYPE_CHECKING:
    from tui_app.settings.profiles import AuthCommands, Profile

_LAST_LINES = 4  # of a command's output; the reason is among them


class LoginStep(StrEnum):
    """The step under way, for the status line."""

    CHECKING = "checking"
    NEEDED = "needed"
    LOGGING_IN = "logging in"
    DONE = "done"


class Login:
    """The login state of one profile."""

    def __init__(
        self,
        profile: Profile,
        *,
        announce: Callable[[LoginStep], None],
        run_interactively: Callable[[AuthCommands], Awaitable[CommandOutcome]],
        run: Callable[[tuple[str, ...], float], Awaitable[CommandOutcome]] = run_command,
    ) -> None:
        self._profile = profile
        self._commands = profile.auth
        self._announce = announce
        self._run_interactively = run_interactively
        self._run = run
        self._verified = False
        self._checking = SharedTask(self._check_or_log_in, lambda: announce(LoginStep.DONE))
        self._logging_in = SharedTask(self._log_in, lambda: announce(LoginStep.DONE))
        self.logins = 0
        """How many logins have succeeded; a request compares it to see whether one happened meanwhile."""
        self.last_outcome = "no login is configured" if profile.auth is None else "not checked yet"
        """Result of the latest check or login, as text for the server report."""

    @property
    def configured(self) -> bool:
        return self._commands is not None and bool(self._commands.check or self._commands.login)

    @property
    def can_log_in(self) -> bool:
        return self._commands is not None and bool(self._commands.login)

    def forget(self) -> None:
        """Check anew before the next connection."""
        self._verified = False

    async def ensure(self) -> None:
        """Return once the user is logged in as far as the check command knows.

        Raises:
            MCPAuthenticationError: they are not, and the login failed too, or there is none.
        """
        if not self._verified and self.configured:
            await self._checking.join()

    async def renew(self, logins_before: int, error: MCPAuthenticationError) -> None:
        """Log in because the tracker refused a request; returns at once where a login came in between.

        Args:
            logins_before: `logins` as it was before the refused request was made.
            error: the tracker's refusal.

        Raises:
            MCPAuthenticationError: there is no login command, or it failed.
        """
        if self.logins != logins_before:
            return
        self._verified = False
        if not self.can_log_in:
            raise error
        await self._logging_in.join()

    async def another_would_help(self, error: MCPAuthenticationError) -> bool:  # noqa: ARG002 (as `OAuthLogin` has it)
        """Whether, right after a login, another would allow what the tracker refuses: a command does the same again."""
        return False

    async def log_in(self) -> str:
        """Log in because the user wants to; returns what is so then.

        Raises:
            MCPAuthenticationError: it failed.
            UsageError: the profile has no login command.
        """
        if not self.can_log_in:
            if self._profile.url and self._profile.auth is None:
                raise UsageError(
                    f"The profile {self._profile.name} sends an Authorization header of its own in place of a login.",
                    hint=f"Change that header, or take it out to log in instead: it is in {self._profile.source}.",
                )
            raise UsageError(
                f"The profile {self._profile.name} has no login of its own.",
                hint=f"Name a login command as auth.login in {self._profile.source}, if its server needs one.",
            )
        await self._logging_in.join()
        return self.last_outcome

    async def log_out(self) -> str:
        """Raises `UsageError`: the login belongs to another program."""
        raise UsageError(
            f"The login of {self._profile.name} is not kept by this program.",
            hint="Log out with the program that you logged in with.",
        )

    async def _check_or_log_in(self) -> None:
        commands = self._commands
        if commands is None or self._verified:
            return
        if not commands.check:
            self._verified = True
            return
        self._announce(LoginStep.CHECKING)
        outcome = await self._run(commands.check, commands.check_timeout)
        if outcome.ending is Ending.DONE:
            self._verified = True
            self.last_outcome = f"`{shlex.join(commands.check)}` reports that you are logged in"
            return
        if outcome.ending is not Ending.FAILED or not commands.login:
            raise self._failed("check", commands.check, outcome, commands.check_timeout)
        await self._logging_in.join()

    async def _log_in(self) -> None:
        commands = self._commands
        if commands is None:
            return
        if commands.interactive:
            self._announce(LoginStep.NEEDED)
            outcome = await self._run_interactively(commands)
        else:
            self._announce(LoginStep.LOGGING_IN)
            outcome = await self._run(commands.login, commands.login_timeout)
        if outcome.ending is not Ending.DONE:
            raise self._failed("login", commands.login, outcome, commands.login_timeout)
        self.logins += 1
        self._verified = True
        self.last_outcome = f"logged in with `{shlex.join(commands.login)}`"

    def _failed(
        self, what: str, argv: tuple[str, ...], outcome: CommandOutcome, limit: float
    ) -> MCPAuthenticationError:
        error = command_error(what, argv, outcome, limit, self._profile.source)
        self.last_outcome = error.cause
        return error


def command_error(
    what: str, argv: tuple[str, ...], outcome: CommandOutcome, limit: float, configured_in: str
) -> MCPAuthenticationError:
    """The error for a ``check`` or ``login`` command that did not succeed."""
    command = shlex.join(argv)
    mend = f"change auth.{what} of the profile in {configured_in}"
    last_words = _last_words(outcome)
    match outcome.ending:
        case Ending.MISSING:
            return MCPAuthenticationError(
                f"The {what} command {argv[0]!r} is not installed, or not on the PATH.",
                hint=f"Install it, or {mend}.",
                title=f"The {what} command is missing",
            )
        case Ending.NOT_RUNNABLE:
            return MCPAuthenticationError(
                f"The {what} command `{command}` could not be run: {outcome.output or 'the system refused'}.",
                hint=f"Run it in a terminal yourself, or {mend}.",
                title=f"The {what} command could not be run",
            )
        case Ending.TIMED_OUT:
            return MCPAuthenticationError(
                f"The {what} command `{command}` did not end within {limit:g} s.{last_words}",
                hint=f"Run it in a terminal to see what it waits for, or raise auth.{what}_timeout in {configured_in}.",
                title=f"The {what} took too long",
            )
        case Ending.CANCELLED:
            return MCPAuthenticationError(
                f"The {what} command `{command}` was stopped before it had finished.{last_words}",
                hint="Search again to repeat the login.",
                title=f"The {what} was cancelled",
            )
        case Ending.FAILED | Ending.DONE:
            return _not_logged_in(command, outcome, mend) if what == "check" else _login_failed(command, outcome)


def _not_logged_in(command: str, outcome: CommandOutcome, mend: str) -> MCPAuthenticationError:
    return MCPAuthenticationError(
        f"`{command}` reports that you are not logged in (exit code {outcome.exit_code}).{_last_words(outcome)}",
        hint=f"Log in in a terminal, then search again; or name a login command: {mend.replace('check', 'login')}.",
    )


def _login_failed(command: str, outcome: CommandOutcome) -> MCPAuthenticationError:
    return MCPAuthenticationError(
        f"The login command `{command}` failed with exit code {outcome.exit_code}.{_last_words(outcome)}",
        hint="Try again; or run it in a terminal yourself.",
        title="The login failed",
    )


def _last_words(outcome: CommandOutcome) -> str:
    """The end of a command's output, as it follows a sentence; empty where there was none."""
    last = "\n".join(outcome.output.splitlines()[-_LAST_LINES:])
    return f" Its output:\n{last}" if last else ""
