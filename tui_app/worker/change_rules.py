"""The judgements about a change: whether it may be sent, and what came of it once it was. None of them asks a server.

Before: changes are allowed, and this one; no private field goes out; the readers of a comment are those that were said;
the ticket is what the wish expects. After: what the server says, and what a fresh read shows, which counts for more.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct, to_builtins
from msgspec.structs import replace

from tui_app.adapters.changing.outcomes import may_have_been_done, pause_asked
from tui_app.adapters.changing.protocol import ChangeFacts, FreshTicket, WriteCall, WriteVerdict
from tui_app.adapters.tool_arguments import declared_names, missing
from tui_app.mcp_client.types import CallToolResult
from tui_app.settings.change_files import is_whole_in_log
from tui_app.tickets.changes import (
    WITH_TEXT,
    ChangeFault,
    ChangeKind,
    ChangeOutcome,
    ChangePreview,
    ChangeState,
    MissingInputError,
    WantedChange,
    field_values,
)
from tui_app.tickets.errors import (
    ConflictError,
    ErrorKind,
    InputRequiredError,
    MCPAuthenticationError,
    MCPError,
    NotAllowedError,
    NotOfferedError,
    SessionExpiredError,
    TooManyRequestsError,
    UnknownOutcomeError,
)
from tui_app.tickets.json_values import with_texts
from tui_app.tickets.private_sending import holds_private_field
from tui_app.tickets.redaction import redact
from tui_app.tickets.text import clean_line

if TYPE_CHECKING:
    from pathlib import Path

    from tui_app.adapters.changing.protocol import ChangeAdapter
    from tui_app.mcp_client.types import Tool
    from tui_app.settings.change_files import Drafts
    from tui_app.settings.profiles import Profile
    from tui_app.tickets.errors import ExplainedError
    from tui_app.worker.profile_runtime import ProfileRuntime

_DID_NOTHING = (MCPAuthenticationError, SessionExpiredError, InputRequiredError, TooManyRequestsError)
"""Faults by which a server says that it did nothing."""


LONGEST_PAUSE = 60.0
"""Seconds that are waited out between two changes of a row where a tracker asks for it."""


class PreparedChange(Struct, frozen=True):
    """One call that was shown and can be sent, as it was shown."""

    profile: str
    preview: ChangePreview
    call: WriteCall
    facts: ChangeFacts
    changes: ChangeAdapter
    digest: str
    """Of the tool as it was listed then."""
    read_at: float
    """When its ticket was read, in `Clock.monotonic` seconds."""
    draft: Path | None = None


class SentChange(Struct, frozen=True):
    """What is known of one call once it was sent."""

    prepared: PreparedChange
    entry: str
    answer: CallToolResult | MCPError
    verdict: WriteVerdict
    after: FreshTicket | None = None
    shown: bool | None = None
    """Whether a fresh read shows the change."""
    ended: bool = False
    """The server was a program on this machine, and it has ended."""

    @property
    def same(self) -> bool:
        """Whether a fresh read shows every touched field as it was."""
        call = self.prepared.call
        if self.after is None or not call.before:
            return False
        return field_values(self.after.ticket, call.before) == dict(call.before)


def fault_of(error: ExplainedError, runtime: ProfileRuntime) -> ChangeFault:
    """An error as a value, without the server's secrets and private fields."""
    fields = error.fields if isinstance(error, MissingInputError) else ()
    title, cause, hint = clean_line(runtime.shown(error.title)), runtime.shown(error.cause), runtime.shown(error.hint)
    return ChangeFault(error.kind, title, cause, hint, error.retryable, fields)


def digest_of(tools: tuple[Tool, ...], name: str) -> str:
    """Identifies a tool as it is listed: what it is called, takes, says and hints at. Empty: there is none."""
    tool = next((tool for tool in tools if tool.name == name), None)
    if tool is None:
        return ""
    return hashlib.sha256(json.dumps(to_builtins(tool), sort_keys=True, default=str).encode()).hexdigest()


def tool_call(wanted: WantedChange, tools: tuple[Tool, ...]) -> WriteCall:
    """The call of a tool by its name, with the arguments as they were given."""
    tool = next((tool for tool in tools if tool.name == wanted.tool), None)
    if tool is None:
        raise NotOfferedError(f"The server has no tool {wanted.tool}.", hint="`ticketdeck doctor` lists its tools.")
    arguments: Any = wanted.values.get("arguments") or {}
    known = declared_names(tool)
    strangers = [name for name in arguments if known and name not in known]
    if strangers:
        raise MissingInputError(
            f"The tool {tool.name} takes no {', '.join(strangers)}.", hint=f"It takes: {', '.join(known)}."
        )
    absent = missing(tool, arguments)
    if absent:
        example = " ".join(f"--arg {name}=.." for name in absent)
        raise MissingInputError(f"The tool {tool.name} needs {', '.join(absent)}.", hint=f"Add {example}.")
    return WriteCall(tool.name, arguments, risks=frozenset(("unverifiable",)))


def kept_of(wanted: WantedChange) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is kept of a wish: the values of all its fields, and its answers."""
    values = {name: value for one in wanted.each for name, value in one.values.items()}
    return values, {**wanted.answers, **({"tool": wanted.tool} if wanted.tool else {})}


def kept_text(drafts: Drafts, profile: Profile, wanted: WantedChange) -> Path | None:
    """The file that holds what somebody has written; None where the change is none of words, or names a private field.

    Raises:
        NotAllowedError: it cannot be saved.
    """
    values, answers = kept_of(wanted)
    texts = any(one.kind in WITH_TEXT for one in wanted.each)
    if not texts or holds_private_field([values, wanted.answers], profile.private_fields):
        return None
    try:
        return drafts.save(profile.name, wanted.ticket_id, wanted.kind, values, answers)
    except OSError as error:
        raise NotAllowedError(
            f"The text cannot be kept on this machine until it is there ({error.strerror}).",
            hint="Nothing was sent. Free some space, then try again.",
            title="The text cannot be saved",
        ) from error


def verdict_on(prepared: PreparedChange, answer: CallToolResult | MCPError) -> WriteVerdict:
    """What the answer says, by the server's own words; an error with a code is a refusal, any other tells nothing.

    An error of somebody who lost the answer in turn (a bridge, a gateway) tells nothing either, whatever its code.
    """
    if isinstance(answer, CallToolResult):
        return prepared.changes.verdict(prepared.call, answer)
    coded = answer.code is not None and not may_have_been_done(answer.cause)
    refused = coded or isinstance(answer, _DID_NOTHING)
    return WriteVerdict(refusal=answer) if refused else WriteVerdict(unknown=answer.cause)


def judged(sending: SentChange, runtime: ProfileRuntime) -> ChangeOutcome:
    """What came of it, from what the server says and from what a fresh read shows; the read counts for more."""
    sending = _without_another(sending)
    verdict, shown, also = sending.verdict, sending.shown, _also_changed(sending)
    state, words, fault = ChangeState.DONE, "Done.", None
    if shown:
        if verdict.refusal is not None or verdict.unknown:
            words = "Done: the server did not say so, but the ticket shows it."
    elif verdict.refusal is not None:
        state = ChangeState.CONFLICT if verdict.conflict else ChangeState.REFUSED
        if isinstance(verdict.refusal, SessionExpiredError):
            state = ChangeState.NOT_SENT
        fault = fault_of(verdict.refusal, runtime)
        if verdict.conflict:
            fault = replace(fault, kind=ErrorKind.CONFLICT, title=ConflictError.default_title)
        words = f"{fault.title}: {fault.cause}"
    elif verdict.unknown:
        state, words, fault = _uncertain(sending, runtime)
    elif others := _others(sending):
        error = UnknownOutcomeError(f"The server answers with another ticket: {others[0]}.", hint="Look at both.")
        state, words, fault = ChangeState.UNKNOWN, error.cause, fault_of(error, runtime)
    elif shown is False and sending.same and not also:
        state, words = ChangeState.UNCHANGED, "The server reports no fault, but a fresh read shows no change."
        said = f" It says: {verdict.words}" if verdict.words else ""
        hint = "Look at the ticket: it may be so already, or you may lack the right."
        fault = ChangeFault(ErrorKind.TOOL_ERROR, "Nothing changed", runtime.shown(f"{words}{said}"), hint)
    else:
        state = ChangeState.SENT
        words = "Sent. The ticket shows something else than was wanted." if shown is False else _SENT
    if also and state in (ChangeState.DONE, ChangeState.SENT):
        words += f" Also changed, though that was not asked for: {', '.join(also)}."
    return _outcome(sending, state, words, fault, also)


def _others(sending: SentChange) -> tuple[str, ...]:
    """The identifiers of the ticket that the server answers with, where it is not the one of the change."""
    fresh, shows = sending.prepared.facts.ticket, sending.verdict.shows
    own = {one.casefold() for one in fresh.ids} if fresh else set()
    return () if fresh is None or any(one.casefold() in own for one in shows) else shows


def _without_another(sending: SentChange) -> SentChange:
    """``sending`` without a ticket that the answer to a new one names, and that is called otherwise."""
    wanted, after = sending.prepared.preview.wanted, sending.after
    if wanted.kind is not ChangeKind.CREATE or after is None or sending.shown:
        return sending
    sent, has = (" ".join(str(title).casefold().split()) for title in (wanted.values.get("title"), after.ticket.title))
    if has and (sent in has or has in sent):
        return sending
    return replace(sending, after=None, shown=None, verdict=replace(sending.verdict, created=""))


_WATCHED = ("title", "description", "status", "assignee", "priority", "labels")
"""What a change of something else must leave alone."""


def _also_changed(sending: SentChange) -> tuple[str, ...]:
    """Fields that held something and hold something else now, though the change was not about them."""
    fresh, after = sending.prepared.facts.ticket, sending.after
    if fresh is None or after is None:
        return ()
    names = [name for name in _WATCHED if name not in sending.prepared.call.after]
    was, now = field_values(fresh.ticket, names), field_values(after.ticket, names)
    return tuple(name for name in names if was[name] and was[name] != now[name] and not _goes_on(was[name], now[name]))


def _goes_on(was: Any, now: Any) -> bool:
    """Whether a text has got something more: some trackers keep comments in the description."""
    return isinstance(was, str) and isinstance(now, str) and was in now


_SENT = "Sent. The server reports success; no fresh read can show it."


def _uncertain(sending: SentChange, runtime: ProfileRuntime) -> tuple[ChangeState, str, ChangeFault]:
    """There was no proper answer, and no fresh read shows the change."""
    if sending.ended and sending.shown is False and sending.same:
        words = "Not done: the server ended before it did it, and the ticket is as it was."
        fault = ChangeFault(
            ErrorKind.CONNECTION,
            "The server ended",
            runtime.shown(sending.verdict.unknown),
            "Send it again.",
            retryable=True,
        )
        return ChangeState.UNCHANGED, words, fault
    seen = "The ticket does not show it so far." if sending.shown is False else "No fresh read can show it."
    words = f"It may have been done. {seen}"
    error = UnknownOutcomeError(sending.verdict.unknown, hint="Look at the ticket before you send it again.")
    return ChangeState.UNKNOWN, words, fault_of(error, runtime)


def _outcome(
    sending: SentChange, state: ChangeState, words: str, fault: ChangeFault | None, also: tuple[str, ...] = ()
) -> ChangeOutcome:
    prepared, call, after = sending.prepared, sending.prepared.call, sending.after
    wanted = prepared.preview.wanted
    now = field_values(after.ticket, (*call.after, *also)) if after else dict(call.after)
    fresh = sending.prepared.facts.ticket
    undo: WantedChange | None = None
    if state in (ChangeState.DONE, ChangeState.SENT) and call.undo is not None:
        expected = {
            name: now.get(name, value) for name, value in call.undo.expected.items()
        }  # as the tracker spells it
        undo = replace(
            call.undo, ticket_id=wanted.ticket_id, lookup=wanted.lookup, expected=expected, undo_of=sending.entry
        )
    return ChangeOutcome(
        state,
        wanted,
        words,
        tool=call.tool,
        arguments=call.arguments,
        before={**call.before, **(field_values(fresh.ticket, also) if fresh else {})},
        after=now,
        verified=sending.shown,
        created=sending.verdict.created,
        ticket=after.ticket if after else None,
        undo=undo,
        fault=fault,
        entry=sending.entry,
    )


def pause_after(outcome: ChangeOutcome) -> float:
    """The seconds for which the tracker asks to be left alone before the next change; 0: it asks for none."""
    if outcome.state is not ChangeState.REFUSED or outcome.fault is None:
        return 0.0
    return pause_asked(outcome.fault.cause) or 0.0


def paused(outcome: ChangeOutcome, seconds: float, now: datetime) -> ChangeOutcome:
    """``outcome`` of a change that came too soon for the tracker, with what becomes of those behind it."""
    if seconds <= LONGEST_PAUSE:
        words = f"The tracker asks to wait {seconds:.0f} s; the next one is sent then. Send this one again."
    else:
        words = f"The tracker asks to wait until {now + timedelta(seconds=seconds):%H:%M}. Send the rest then."
    fault = replace(outcome.fault, hint=words) if outcome.fault else None
    return replace(outcome, words=f"{outcome.words} {words}", fault=fault)


def loggable(runtime: ProfileRuntime, value: Any) -> Any:
    """``value`` without the server's secrets and private fields."""
    peer = runtime.starter.peer
    masked = with_texts(to_builtins(value), peer.masked, keys=True) if peer else to_builtins(value)
    return redact(masked, runtime.profile.private_fields)


def is_kept_in_log(runtime: ProfileRuntime, undo: WantedChange) -> bool:
    """Whether the log holds what takes a change back: what was masked or cut could not be written back."""
    plain = to_builtins(undo)
    is_whole = runtime.profile.write.audit == "full" and is_whole_in_log(plain)
    return is_whole and bool(loggable(runtime, plain) == plain)


def not_sent(prepared: PreparedChange, fault: ChangeFault) -> ChangeOutcome:
    """Nothing left this machine."""
    conflict = fault.kind is ErrorKind.CONFLICT
    return ChangeOutcome(
        ChangeState.CONFLICT if conflict else ChangeState.NOT_SENT,
        prepared.preview.wanted,
        f"Nothing was sent: {fault.cause}",
        tool=prepared.call.tool,
        arguments=prepared.call.arguments,
        before=prepared.call.before,
        after=prepared.call.before,
        fault=fault,
    )
