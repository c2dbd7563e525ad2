"""The one path on which a change is sent, and what came of it.

Invariants: a prepared call is sent as it was shown, byte for byte, and once: neither a retry, nor a login, nor the
pool, nor a transport repeats it. What was sent and not answered properly may have been done, and is never called
failed; a fresh read tells what it can. The log has a line before anything is sent and one after, the last one also
where the program is ended in between.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins
from msgspec.structs import replace

from tui_app.adapters.base import TicketReference, ToolCall
from tui_app.adapters.changing.protocol import FreshTicket, WriteVerdict
from tui_app.mcp_client.types import CallToolResult
from tui_app.settings.change_files import ChangeLog
from tui_app.tickets.changes import ChangeFault, ChangeKind, ChangeOutcome, ChangeState
from tui_app.tickets.errors import (
    ConflictError,
    ErrorKind,
    ExplainedError,
    MCPAuthenticationError,
    MCPError,
    NotAllowedError,
    UsageError,
)
from tui_app.tickets.messages import ChangeMade, CommitChanges, Reply
from tui_app.worker.change_permissions import refuse_if_off
from tui_app.worker.change_rules import (
    LONGEST_PAUSE,
    PreparedChange,
    SentChange,
    digest_of,
    fault_of,
    is_kept_in_log,
    judged,
    kept_of,
    loggable,
    not_sent,
    pause_after,
    paused,
    verdict_on,
)
from tui_app.worker.preparing import Preparer
from tui_app.worker.scope import RequestScope

if TYPE_CHECKING:
    from tui_app.worker.live_server import LiveServer
    from tui_app.worker.profile_runtime import ProfileRuntime
    from tui_app.worker.retry import RetryTiming

_FRESH_SECONDS = 30.0  # a preview that is older is compared with the ticket once more before it is sent
_PAUSE_SECONDS = 0.5  # between two changes of a row: trackers limit rates
_PAUSE_STEP = 1.0
_LOOK_AGAIN_SECONDS = 1.0  # some trackers show a change a moment after they have answered
_NOT_TRIED = "An earlier change of this row stopped it; nothing was sent for this ticket."


class Changer:
    """Sends what `Preparer` has shown.

    Args:
        preparer: holds the prepared calls.
        timing: clock and sleep.
        deliver: takes every reply.
        on_fault: called with every fault of our own after a call was sent: it says nothing of the call.
    """

    def __init__(
        self,
        preparer: Preparer,
        timing: RetryTiming,
        deliver: Callable[[Reply], None],
        on_fault: Callable[[BaseException], None],
    ) -> None:
        self._preparer = preparer
        self._timing = timing
        self._deliver = deliver
        self._on_fault = on_fault
        self._log = ChangeLog(timing.clock)
        self._stopping: set[int] = set()
        self._under_way: set[str] = set()
        """Tokens that a request holds: no other one can send what it is about to send."""

    def stop(self, request_id: int) -> None:
        """Send no further change of a row; the one under way goes on, since nothing can call it back."""
        self._stopping.add(request_id)

    async def commit(self, runtime: ProfileRuntime, request: CommitChanges) -> None:
        """Send what was shown under the tokens, one after the other, and deliver what came of each.

        Raises:
            ExplainedError: nothing may be sent; nothing was.
        """
        refuse_if_off(runtime.profile)
        if not request.tokens:
            raise UsageError("No change was named.", hint="Prepare one.")
        prepared = [self._preparer.shown(token, runtime.profile.name) for token in request.tokens]
        tokens = set(request.tokens)
        if len(tokens) < len(prepared) or tokens & self._under_way:
            raise UsageError("This change is being sent already.", hint="Wait for what comes of it.")
        self._under_way |= tokens
        stopped = False
        try:
            for number, change in enumerate(prepared):
                if stopped or request.request_id in self._stopping:
                    outcome = not_sent(change, ChangeFault(ErrorKind.CANCELLED, "Not tried", _NOT_TRIED))
                else:
                    if number:
                        await self._timing.sleep(_PAUSE_SECONDS)
                    outcome = await self._committed(runtime, change, consent=request.consent)
                    stopped = outcome.fault is not None and not request.keep_going
                last = number == len(prepared) - 1
                pause = 0.0 if last else pause_after(outcome)
                if pause:
                    outcome, stopped = paused(outcome, pause, self._timing.clock.now()), pause > LONGEST_PAUSE
                self._deliver(ChangeMade(request.request_id, runtime.profile.name, number, outcome, complete=last))
                if pause and not stopped:
                    await self._wait_out(pause, request.request_id)
        finally:
            self._under_way -= tokens
            self._stopping.discard(request.request_id)

    async def _committed(self, runtime: ProfileRuntime, prepared: PreparedChange, *, consent: bool) -> ChangeOutcome:
        scope = RequestScope(self._timing.clock)
        logins = runtime.login.logins
        async with AsyncExitStack() as lease:
            try:
                async with scope.limited(runtime.profile.timeouts.total):
                    await self._refuse_outdated(runtime, scope, prepared)
                    server = await lease.enter_async_context(runtime.leased_once(scope))
                    await self._refuse_other_tool(runtime, server, prepared, consent=consent)
                entry = self._intend(runtime, prepared)
            except ExplainedError as error:
                return not_sent(prepared, fault_of(error, runtime))
            self._preparer.forget(prepared.preview.token)
            self._mark(runtime, prepared, sent=True)
            try:
                answer = await self._sent(runtime, scope, server, prepared)
            except asyncio.CancelledError:
                self._conclude(runtime, entry, ChangeState.UNKNOWN, "The program was ended before the answer came.")
                raise
            ended = not server.session.alive and not runtime.profile.url
        verdict = self._verdict(prepared, answer)
        sending = SentChange(prepared, entry, answer, verdict, ended=ended)
        outcome = judged(await self._looked_at(runtime, sending), runtime)
        if isinstance(verdict.refusal, MCPAuthenticationError) and outcome.state is ChangeState.REFUSED:
            outcome = await self._after_login(runtime, scope, logins, verdict.refusal, outcome)
        return self._concluded(runtime, sending, outcome)

    async def _wait_out(self, seconds: float, request_id: int) -> None:
        """Wait, in steps, so that whoever gives up does not wait for the rest of it."""
        until = self._timing.clock.monotonic() + seconds
        while (left := until - self._timing.clock.monotonic()) > 0 and request_id not in self._stopping:
            await self._timing.sleep(min(left, _PAUSE_STEP))

    # -------------------------------------------------------------- before

    async def _refuse_outdated(self, runtime: ProfileRuntime, scope: RequestScope, prepared: PreparedChange) -> None:
        """What was shown a while ago is compared with the ticket as it is now.

        Raises:
            ConflictError: another call would be made now.
        """
        if self._timing.clock.monotonic() - prepared.read_at <= _FRESH_SECONDS:
            return
        wanted = prepared.preview.wanted
        now = await self._preparer.prepared(runtime, scope, wanted)
        self._preparer.forget(now.preview.token)
        if now.call != prepared.call:
            raise ConflictError(
                "The ticket is not what it was when this change was shown.", hint="Look at the change once more."
            )

    async def _refuse_other_tool(
        self, runtime: ProfileRuntime, server: LiveServer, prepared: PreparedChange, *, consent: bool
    ) -> None:
        """Raises `NotAllowedError` where the tool is not what was shown, or not what the user has agreed to."""
        tool, profile, agreed = prepared.call.tool, runtime.profile, self._preparer.agreed
        if digest_of(await server.tools_now(), tool) != prepared.digest:
            raise NotAllowedError(
                f"The server has changed its tool {tool} since this was shown.",
                hint="Nothing was sent. Look at the change once more.",
                title="The tool is not what it was",
            )
        if agreed.state(profile, tool, prepared.digest) == "changed" and not consent:
            raise NotAllowedError(
                f"The tool {tool} is not what it was when you agreed to it.",
                hint="Nothing was sent. Look at the call, and confirm it in a terminal once.",
                title="The tool is not what it was",
            )
        agreed.agree(profile, tool, prepared.digest)

    def _intend(self, runtime: ProfileRuntime, prepared: PreparedChange) -> str:
        """Write down what is about to be sent; returns the entry's name.

        Raises:
            NotAllowedError: it cannot be written down.
        """
        entry = secrets.token_hex(6)
        preview, audit = prepared.preview, runtime.profile.write.audit
        line: dict[str, Any] = {
            "id": entry,
            "phase": "intent",
            "profile": runtime.profile.name,
            "server": preview.server,
            "tool": preview.tool,
            "action": str(preview.wanted.kind),
            "ticket": preview.wanted.ticket_id,
        }
        if preview.wanted.undo_of:
            line["undo_of"] = preview.wanted.undo_of
        if audit == "full":
            line["arguments"] = loggable(runtime, preview.arguments)
        if audit != "off":
            try:
                self._log.append(line)
            except OSError as error:
                raise NotAllowedError(
                    f"The log of changes cannot be written ({error.strerror}).",
                    hint="Nothing was sent. Free some space, or set audit to off for this profile.",
                    title="The change cannot be logged",
                ) from error
        return entry

    # -------------------------------------------------------------- sending

    async def _sent(
        self, runtime: ProfileRuntime, scope: RequestScope, server: LiveServer, prepared: PreparedChange
    ) -> CallToolResult | MCPError:
        """What the server answered, or why there is no proper answer."""
        begin, failed = self._timing.clock.monotonic(), True
        limit = runtime.profile.timeouts.request + self._timing.late_answer
        try:
            result = await server.change(prepared.call, limit)
            failed = False
        except MCPError as error:
            return error
        except Exception as fault:  # noqa: BLE001 (ours; the call may have been sent)
            self._on_fault(fault)
            return MCPError("The answer could not be understood.")
        finally:
            call = ToolCall(prepared.call.tool, prepared.call.arguments)
            scope.calls.append(runtime.record(call, self._timing.clock.monotonic() - begin, failed))
        return result

    def _verdict(self, prepared: PreparedChange, answer: CallToolResult | MCPError) -> WriteVerdict:
        try:
            return verdict_on(prepared, answer)
        except Exception as fault:  # noqa: BLE001 (ours; it says nothing of the change)
            self._on_fault(fault)
            return WriteVerdict(unknown="The answer could not be understood.")

    async def _looked_at(self, runtime: ProfileRuntime, sending: SentChange) -> SentChange:
        """``sending`` with what a fresh read shows; once more a moment later, where it does not show it yet."""
        for pause in (0.0, _LOOK_AGAIN_SECONDS):
            if pause:
                await self._timing.sleep(pause)
            after = await self._read_again(runtime, sending)
            if after is None:
                return sending
            prepared = sending.prepared
            try:
                shown = prepared.changes.verified(prepared.call, prepared.facts.ticket, after)
            except Exception as fault:  # noqa: BLE001 (ours; the change may be there all the same)
                self._on_fault(fault)
                shown = None
            sending = replace(sending, after=after, shown=shown)
            if shown is not False or sending.verdict.refusal is not None:
                break
        return sending

    async def _read_again(self, runtime: ProfileRuntime, sending: SentChange) -> FreshTicket | None:
        """The changed ticket, or the new one; None where it cannot be read."""
        wanted = sending.prepared.preview.wanted
        created = sending.verdict.created
        if wanted.kind is ChangeKind.CREATE:
            reference = TicketReference(created)
        else:
            reference = TicketReference(wanted.ticket_id, wanted.lookup)
        scope = RequestScope(self._timing.clock)
        try:
            async with scope.limited(runtime.profile.timeouts.total):
                return await self._preparer.read(runtime, scope, reference)
        except ExplainedError:
            return None
        except Exception as fault:  # noqa: BLE001 (ours; the change may be there all the same)
            self._on_fault(fault)
            return None

    # --------------------------------------------------------------- after

    async def _after_login(
        self,
        runtime: ProfileRuntime,
        scope: RequestScope,
        logins: int,
        refused: MCPAuthenticationError,
        outcome: ChangeOutcome,
    ) -> ChangeOutcome:
        """Log in after a refusal for want of a login; the change itself is not sent again."""
        try:
            await runtime.log_in_again(scope, logins, refused)
        except MCPAuthenticationError as error:
            return replace(outcome, fault=fault_of(error, runtime))
        words = "You are logged in now; nothing was sent again."
        fault = fault_of(MCPAuthenticationError(refused.cause, hint=f"{words} Send it once more."), runtime)
        return replace(outcome, words=words, fault=fault)

    def _concluded(self, runtime: ProfileRuntime, sending: SentChange, outcome: ChangeOutcome) -> ChangeOutcome:
        """Write down what came of it, and let go of the text where it is known to be there."""
        self._conclude(runtime, sending.entry, outcome.state, outcome.words, outcome)
        draft = sending.prepared.draft
        if draft is not None and outcome.state is ChangeState.DONE and outcome.verified:
            with suppress(OSError):
                self._preparer.drafts.discard(draft)
        elif outcome.state not in (ChangeState.DONE, ChangeState.SENT, ChangeState.UNKNOWN):
            self._mark(runtime, sending.prepared, sent=False)
        return outcome

    def _mark(self, runtime: ProfileRuntime, prepared: PreparedChange, *, sent: bool) -> None:
        """Say in the kept text whether it may be there already, also to whoever finds it after a crash."""
        draft, wanted = prepared.draft, prepared.preview.wanted
        if draft is None:
            return
        name, (values, answers) = runtime.profile.name, kept_of(wanted)
        with suppress(OSError):  # the text is kept as it was
            self._preparer.drafts.save(
                name, wanted.ticket_id, wanted.kind, values, answers, instead_of=draft, sent=sent
            )

    def _conclude(
        self, runtime: ProfileRuntime, entry: str, state: ChangeState, words: str, outcome: ChangeOutcome | None = None
    ) -> None:
        line: dict[str, Any] = {"id": entry, "phase": "outcome", "state": str(state), "words": words}
        if outcome is not None:
            line |= {"verified": outcome.verified, "created": outcome.created}
            if outcome.undo is not None and is_kept_in_log(runtime, outcome.undo):
                line["undo"] = to_builtins(outcome.undo)
        if runtime.profile.write.audit != "off":
            with suppress(OSError):  # the intent is there, which counts
                self._log.append(loggable(runtime, line))
