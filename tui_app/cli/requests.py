"""The request client of the commands: it asks the worker, waits for the answers, and shows what it waits for."""

from __future__ import annotations

import queue
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from enum import Enum
from types import TracebackType

from tui_app.cli.crash import exit_on_signals, write_report
from tui_app.cli.global_options import GlobalOptions
from tui_app.cli.output import RequestFailedError, echo, terminal_can, to_terminal, warn
from tui_app.cli.selection import Selection, start_server, with_consent
from tui_app.settings.remote import unencrypted
from tui_app.tickets.errors import InvalidResponseError
from tui_app.tickets.messages import (
    Answer,
    Failed,
    OpenTicket,
    Reply,
    Request,
    is_final,
    new_request_id,
)
from tui_app.tickets.servers import LoginEnded, LoginOffered, ServerState, StateChanged, TerminalNeeded
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import Ticket
from tui_app.tickets.ticket_service import TicketService
from tui_app.ui.rendering.cells import in_width
from tui_app.ui.sharing.external import open_address
from tui_app.worker.prestart import Prestarts

_TICK_SECONDS = 0.25  # how often the progress line is updated
_ERASE_LINE = "\r\x1b[K"
_PATIENCE_SECONDS = 0.4  # a wait that is over sooner is not shown

_WAITS = {
    ServerState.STARTING: "Starting the server",
    ServerState.CHECKING_LOGIN: "Checking the login",
    ServerState.LOGGING_IN: "Logging in",
    ServerState.WORKING: "Asking the server",
}


def make_service(
    selection: Selection, prestarts: Prestarts, options: GlobalOptions, *, can_ask: bool = True
) -> TicketService:
    """The worker's service for a selection that has consent; ``prestarts`` holds its server. ``can_ask``: whether there
    is anybody who could log in.

    Raises:
        UsageError: the log cannot be written.
    """
    # Late: imported while the server starts.
    from tui_app.settings import state
    from tui_app.worker.service import Service

    clock = options.clock

    def report_survived(error: BaseException) -> None:
        write_report(clock, error, "survived")

    service: TicketService = Service(
        selection.settings.profiles,
        clock=clock,
        era_cache=state.EraFile(clock),
        memories=state.LearnedFile(clock),
        on_crash=report_survived,
        prestarts=prestarts,
        can_ask=can_ask,
    )
    if options.log is not None:
        from tui_app.cli.logs import logged  # late: logging is loaded only if asked for

        service = logged(service, options.log, selection)
    return service


class LoginWay(Enum):
    """What to do when a remote tracker wants a login in a web browser."""

    ASK = "at a terminal"
    """Print the address on standard error and wait; without a terminal the request fails at once."""
    PRINT = "printed"
    """Print the address on standard output and wait."""
    OPEN = "opened"
    """Print it and open it in the user's browser."""


class RequestClient:
    """Asks the worker and waits for the answers: ``with RequestClient(selection, options) as client: client.ask(..)``.

    Invariant: however it is left (answer, fault, Ctrl-C, signal), the servers have ended then.

    Raises:
        ConfigError: the selected profile may not be run.
        UsageError: the log cannot be written.
    """

    def __init__(self, selection: Selection, options: GlobalOptions, login: LoginWay = LoginWay.ASK) -> None:
        self._login = login
        self._clock = options.clock
        self._replies: queue.SimpleQueue[Reply] = queue.SimpleQueue()
        self._progress = ProgressLine(enabled=to_terminal() and terminal_can("el"))
        exit_on_signals()
        for name in selection.names:
            if sentence := unencrypted(selection.settings.profiles[name].url):
                warn(f"{name}: {sentence}")
        allowed = with_consent(selection, self._clock)
        can_ask = login is not LoginWay.ASK or to_terminal(sys.stdin)
        self._service = make_service(allowed, start_server(allowed, self._clock), options, can_ask=can_ask)

    def __enter__(self) -> RequestClient:
        try:
            self._service.connect(self._replies.put)
        except BaseException:
            self._service.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.clear()
        self._service.close()

    def ask(self, request: Request) -> Iterator[Answer]:
        """The answers to ``request`` as they come, the last one included.

        Raises:
            RequestFailedError: the request failed.
        """
        self._service.submit(request)
        yield from self.answers(request)

    def cancel(self, request_id: int) -> None:
        """Give a request up; of a change that is under way the outcome comes all the same."""
        self._service.cancel(request_id)

    def answers(self, request: Request) -> Iterator[Answer]:
        """The answers still to come to a ``request`` that was submitted; raises like `ask`."""
        while True:
            reply = self._next_reply()
            match reply:
                case StateChanged():
                    self._progress.show(reply)
                case TerminalNeeded():
                    self._lend_terminal(reply)
                case LoginOffered():
                    self._offer_login(reply)
                case LoginEnded():
                    self._progress.held = False
                case Failed(request_id=request.request_id):
                    self._progress.clear()
                    raise _failure(reply)
                case _ if reply.request_id == request.request_id:
                    self._progress.clear()
                    yield reply
                    if is_final(reply):
                        return

    def _next_reply(self) -> Reply:
        while True:
            try:
                return self._replies.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                self._progress.tick(self._clock.monotonic())

    def _lend_terminal(self, needed: TerminalNeeded) -> None:
        self._progress.clear()
        if to_terminal(sys.stdin):
            self._progress.print(needed.run())
        else:
            needed.decline("there is no terminal to log in at")

    def _offer_login(self, offer: LoginOffered) -> None:
        self._progress.clear()
        self._progress.held = True  # the line belongs to what is pasted
        words = (
            f"{offer.profile} wants you to log in at {clean_line(offer.login_host)}. Open this address; the "
            f"login comes back to {offer.redirect}. If that page does not load (over SSH), paste its address here."
        )
        warn(words)
        if offer.user_code:
            warn(f"Or open {offer.code_url} on any device, and enter {offer.user_code} there.")
        (warn if self._login is LoginWay.ASK else echo)(offer.url)
        if self._login is not LoginWay.PRINT:
            why_not = open_address(offer.url)
            if why_not and self._login is LoginWay.OPEN:
                warn(why_not)
        threading.Thread(target=_paste, args=(offer,), name="paste", daemon=True).start()


def _paste(offer: LoginOffered) -> None:
    """Take pasted lines until one ends the login, or several where a terminal had broken the address; the end of
    standard input ends only the pasting."""
    whole = ""
    with suppress(OSError, ValueError):
        for line in sys.stdin:
            whole = line if "?" in line else whole + line
            if offer.take(whole):
                return
            if line.strip():
                warn("That is not the address at which this login ended.")


class ProgressLine:
    """One line on standard error with the latest `StateChanged`; nothing unless ``enabled``."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled
        self._state: StateChanged | None = None
        self._painted = False
        self.held = False
        """Whether nothing is painted for now."""

    def show(self, state: StateChanged) -> None:
        """Show a new state: a retry at once, any other once it has lasted for a while."""
        self._state = state
        if state.state is ServerState.RETRYING:
            self._paint(_retry(state, 0.0))

    def tick(self, now: float) -> None:
        """Update the seconds shown; ``now`` is `Clock.monotonic` seconds."""
        state = self._state
        if state is None:
            return
        if state.state is ServerState.RETRYING:
            self._paint(_retry(state, now))
        elif state.state in _WAITS and now - state.since > _PATIENCE_SECONDS:
            self._paint(_wait(state, now))

    def print(self, line: str) -> None:
        """Print a line that stays."""
        if self._enabled and line:
            self.clear()
            sys.stderr.write(clean_line(line) + "\n")
            sys.stderr.flush()

    def clear(self) -> None:
        """Erase the line."""
        if self._painted:
            sys.stderr.write(_ERASE_LINE)
            sys.stderr.flush()
            self._painted = False

    def _paint(self, line: str) -> None:
        if self._enabled and not self.held:
            width = shutil.get_terminal_size().columns - 1
            sys.stderr.write(_ERASE_LINE + in_width(clean_line(line), width).rstrip())
            sys.stderr.flush()
            self._painted = True


def _wait(state: StateChanged, now: float) -> str:
    what = _WAITS[state.state]
    elapsed = f" {now - state.since:.0f} s" if state.since else ""
    limit = f" of {state.limit:.0f} s" if state.limit and elapsed else ""
    detail = f": {state.detail}" if state.detail else ""
    return f"{what}{elapsed}{limit}{detail}"


def _retry(state: StateChanged, now: float) -> str:
    left = f" in {max(0.0, state.until - now):.0f} s" if state.until and now else ""
    return f"Trying again{left} (attempt {state.attempt} of {state.attempts}): {state.detail}"


def _failure(failed: Failed) -> RequestFailedError:
    return RequestFailedError(
        failed.kind,
        failed.title,
        failed.cause,
        failed.hint,
        retryable=failed.retryable,
        last_words=failed.stderr_tail,
        log_name=failed.log_name,
    )


def check_usable(client: RequestClient, profile: str, tickets: Sequence[Ticket]) -> tuple[str, ...]:
    """What the user should know of ``tickets``, which a search found: whether an id opens its ticket.

    Raises:
        ExplainedError: they have no titles, or the first of them does not open.
    """
    if not tickets:
        return ()
    if not any(ticket.title for ticket in tickets):
        raise InvalidResponseError(
            f"None of the {len(tickets)} tickets of the trial search has a title.",
            hint='Say where it is in the profile: [profiles.NAME.map.fields] title = "..."',
        )
    first = next((ticket for ticket in tickets if ticket.id), None)
    if first is None:
        return ("Trial search: these tickets have no ids, so none of them can be opened.",)
    for _ in client.ask(OpenTicket(new_request_id(), profile, first.id, dict(first.lookup))):
        pass
    return ()
