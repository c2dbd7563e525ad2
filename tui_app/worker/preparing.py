"""Everything of a change before it is sent: what can be changed, what a form asks, which call a wish becomes.

Invariant: nothing here changes anything on a tracker. Every call is a read, made on the path that reads are made on.
"""

from __future__ import annotations

import secrets
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from msgspec.structs import replace

from tui_app.adapters.base import TicketReference
from tui_app.adapters.changing.protocol import ChangeFacts, FreshTicket, WriteCall
from tui_app.mcp_client.types import CallToolResult, ContentBlock
from tui_app.settings.change_files import AgreedTools, Drafts
from tui_app.tickets.changes import ChangeAction, ChangeEffect, ChangeKind, ChangePreview, WantedChange
from tui_app.tickets.errors import (
    ExplainedError,
    MCPAuthenticationError,
    MCPConnectionError,
    MCPError,
    MCPTimeoutError,
    NoSearchToolError,
    NotAllowedError,
    NotOfferedError,
    UsageError,
)
from tui_app.tickets.messages import (
    ActionsListed,
    ChangePrepared,
    FormReady,
    ListActions,
    PrepareChanges,
    PrepareForm,
    Reply,
)
from tui_app.tickets.text import clean_line
from tui_app.worker.backend import described
from tui_app.worker.change_permissions import (
    first_consent,
    is_harmless,
    permitted,
    refuse_conflict,
    refuse_denied_effect,
    refuse_if_off,
    refuse_not_allowed,
    refuse_private,
    refuse_readers,
    why_off,
)
from tui_app.worker.change_rules import PreparedChange, digest_of, fault_of, is_kept_in_log, kept_text, tool_call
from tui_app.worker.lookups import whole_ticket
from tui_app.worker.scope import RequestScope

if TYPE_CHECKING:
    from pathlib import Path

    from tui_app.adapters.base import ToolCall
    from tui_app.adapters.changing.protocol import ChangeAdapter
    from tui_app.mcp_client.types import Tool
    from tui_app.settings.profiles import Profile
    from tui_app.worker.backend import Backend
    from tui_app.worker.live_server import LiveServer
    from tui_app.worker.profile_runtime import ProfileRuntime
    from tui_app.worker.retry import RetryTiming

_MOST_STEPS = 12  # lookups in turn for one change
_MOST_PREPARED = 1000  # previews that can still be sent; the oldest are forgotten, and
_MOST_CHARACTERS = 64_000_000  # of the answers that they were made of: those of large tickets sooner


class Preparer:
    """Answers what comes before a change is sent, and keeps what was shown under its token."""

    def __init__(self, backend: Backend, timing: RetryTiming, deliver: Callable[[Reply], None]) -> None:
        self._backend = backend
        self._clock = timing.clock
        self._deliver = deliver
        self._prepared: OrderedDict[str, PreparedChange] = OrderedDict()
        self._adapters: WeakKeyDictionary[LiveServer, tuple[tuple[Tool, ...], ChangeAdapter]] = WeakKeyDictionary()
        self.drafts = Drafts(self._clock)
        self.agreed = AgreedTools(self._clock)

    # ------------------------------------------------------------------ requests

    async def list_actions(self, runtime: ProfileRuntime, scope: RequestScope, request: ListActions) -> ActionsListed:
        """What can be changed, and what cannot and why."""

        async def ask(server: LiveServer) -> tuple[ChangeAction, ...]:
            return self._changes(runtime.profile, server).actions()

        actions = await runtime.use(scope, ask)
        off = why_off(runtime.profile)
        return ActionsListed(
            request.request_id,
            runtime.profile.name,
            tuple(permitted(runtime.profile, action) for action in actions),
            f"{off.cause} {off.hint}" if off else "",
        )

    async def form(self, runtime: ProfileRuntime, scope: RequestScope, request: PrepareForm) -> FormReady:
        """What to ask for one change, with the choices of this moment.

        Raises:
            ExplainedError: it cannot be done, or the ticket cannot be read.
        """
        refuse_if_off(runtime.profile)
        lookup: Any = dict(request.lookup)
        await self._refuse_unavailable(runtime, scope, request.kind)
        fresh = await self.read(runtime, scope, TicketReference(request.ticket_id, lookup))

        async def ask(server: LiveServer) -> ChangeAction:
            changes = self._changes(runtime.profile, server)
            facts = ChangeFacts(fresh)
            for _ in range(_MOST_STEPS):
                action = changes.form(request.kind, facts)
                if isinstance(action, ChangeAction):
                    return action
                facts = await self._looked_up(runtime, scope, server, facts, action)
            raise _endless(request.kind)

        action = await runtime.use(scope, ask)
        draft = self.drafts.latest(runtime.profile.name, request.ticket_id, request.kind)
        return FormReady(
            request.request_id,
            runtime.profile.name,
            permitted(runtime.profile, action),
            fresh.ticket if fresh else None,
            draft.values if draft else {},
            tuple(scope.calls),
        )

    async def prepare(self, runtime: ProfileRuntime, request: PrepareChanges) -> None:
        """Deliver a preview, or why there is none, for each wish.

        Raises:
            ExplainedError: nothing may be changed, or the server cannot be asked.
        """
        profile = runtime.profile
        refuse_if_off(profile)
        if not request.wanted:
            raise UsageError("No change was named.", hint="Mark a ticket, or name one.")
        if len(request.wanted) > profile.write.bulk_max:
            raise NotAllowedError(
                f"{len(request.wanted)} changes at once are more than the {profile.write.bulk_max} of this profile.",
                hint=f"Make fewer at a time, or raise [profiles.{profile.name}.write] bulk_max.",
            )
        for number, wanted in enumerate(request.wanted):
            scope = RequestScope(self._clock)
            preview, fault = None, None
            draft = kept_text(self.drafts, profile, wanted) if request.keep_text else None
            try:
                async with scope.limited(profile.timeouts.total):
                    preview = (await self.prepared(runtime, scope, wanted, draft)).preview
            except (MCPAuthenticationError, MCPConnectionError, MCPTimeoutError):
                raise
            except ExplainedError as error:
                fault = fault_of(error, runtime)
                if draft is not None and wanted.also:
                    self.drafts.discard(draft)  # it is wished for again, field by field
            last = number == len(request.wanted) - 1
            calls = tuple(scope.calls)
            self._deliver(
                ChangePrepared(request.request_id, profile.name, number, preview, fault, complete=last, calls=calls)
            )

    # -------------------------------------------------------------- one change

    async def prepared(
        self, runtime: ProfileRuntime, scope: RequestScope, wanted: WantedChange, draft: Path | None = None
    ) -> PreparedChange:
        """Read the ticket, work out the call and keep it under a new token.

        Raises:
            ExplainedError: it cannot be done, is not allowed, lacks something, or the ticket cannot be read.
        """
        refuse_if_off(runtime.profile)
        for one in wanted.each:
            refuse_not_allowed(runtime.profile, one, "")
            refuse_private([one.values, one.answers], runtime.profile)
            if one.kind is not ChangeKind.TOOL:
                await self._refuse_unavailable(runtime, scope, one.kind)
        fresh = await self.read(runtime, scope, TicketReference(wanted.ticket_id, wanted.lookup))
        read_at = self._clock.monotonic()
        if fresh is not None:
            refuse_conflict(wanted, fresh)

        async def ask(server: LiveServer) -> tuple[ChangeAdapter, WriteCall, ChangeFacts, str]:
            changes, tools = self._changes(runtime.profile, server), server.tools
            if wanted.kind is ChangeKind.TOOL:
                call, facts = tool_call(wanted, tools), ChangeFacts(fresh)
            else:
                call, facts = await self._worked_out(runtime, scope, server, wanted, ChangeFacts(fresh))
            for one in wanted.each:
                refuse_not_allowed(runtime.profile, one, call.tool)
            refuse_denied_effect(runtime.profile, wanted, call, changes.actions())
            refuse_private(call.arguments, runtime.profile)
            refuse_readers(call, wanted, runtime.profile)
            return changes, call, facts, digest_of(tools, call.tool)

        changes, call, facts, digest = await runtime.use(scope, ask)
        preview = self._preview(runtime, wanted, call, fresh, digest)
        prepared = PreparedChange(runtime.profile.name, preview, call, facts, changes, digest, read_at, draft)
        if preview.token:
            self._prepared[preview.token] = prepared
            self._forget_oldest()
        return prepared

    def _forget_oldest(self) -> None:
        size = sum(_characters_of(prepared.facts) for prepared in self._prepared.values())
        while len(self._prepared) > 1 and (len(self._prepared) > _MOST_PREPARED or size > _MOST_CHARACTERS):
            _, oldest = self._prepared.popitem(last=False)
            size -= _characters_of(oldest.facts)

    async def read(
        self, runtime: ProfileRuntime, scope: RequestScope, reference: TicketReference
    ) -> FreshTicket | None:
        """The ticket as it is now; None where there is none yet.

        Raises:
            ExplainedError: it cannot be read, or what was read is not certain to be that ticket.
        """
        if not reference.id:
            return None
        try:
            whole = await whole_ticket(runtime, scope, reference)
        except NoSearchToolError as error:
            raise NotOfferedError(
                f"The ticket cannot be read before it is changed: {error.cause}", hint=error.hint
            ) from error
        if not whole.ticket.id:
            raise NotOfferedError(f"The server's answer does not say that it is the ticket {clean_line(reference.id)}.")
        return FreshTicket(whole.reference, whole.ticket, whole.last)

    def shown(self, token: str, profile: str) -> PreparedChange:
        """What was shown under ``token``, of the profile ``profile``.

        Raises:
            UsageError: nothing that can still be sent.
        """
        prepared = self._prepared.get(token)
        if prepared is None or prepared.profile != profile:
            raise UsageError("This change was sent already, or is too old.", hint="Prepare it again.")
        return prepared

    def forget(self, token: str) -> None:
        """From now on nothing is sent under ``token``."""
        self._prepared.pop(token, None)

    # ------------------------------------------------------------------- inside

    def _changes(self, profile: Profile, server: LiveServer) -> ChangeAdapter:
        """What changes tickets of this server, made once for the tools that it has."""
        known = self._adapters.get(server)
        if known is None or known[0] is not server.tools:
            description = described(server.session, server.tools, profile)
            known = self._adapters[server] = (
                server.tools,
                self._backend.changes_for(description, server.adapter, profile),
            )
        return known[1]

    async def _refuse_unavailable(self, runtime: ProfileRuntime, scope: RequestScope, kind: ChangeKind) -> None:
        """What the server cannot do at all is said before any ticket is read."""

        async def ask(server: LiveServer) -> str:
            actions = self._changes(runtime.profile, server).actions()
            return next((a.unavailable for a in actions if a.kind is kind), "None of the server's tools does this.")

        reason = await runtime.use(scope, ask)
        if reason:
            raise NotOfferedError(reason, hint="`ticketdeck actions` lists what can be changed.")

    async def _worked_out(
        self, runtime: ProfileRuntime, scope: RequestScope, server: LiveServer, wanted: WantedChange, facts: ChangeFacts
    ) -> tuple[WriteCall, ChangeFacts]:
        changes = self._changes(runtime.profile, server)
        for _ in range(_MOST_STEPS):
            call = changes.write_call(wanted, facts)
            if isinstance(call, WriteCall):
                return call, facts
            facts = await self._looked_up(runtime, scope, server, facts, call)
        raise _endless(wanted.kind)

    async def _looked_up(
        self,
        runtime: ProfileRuntime,
        scope: RequestScope,
        server: LiveServer,
        facts: ChangeFacts,
        calls: tuple[ToolCall, ...],
    ) -> ChangeFacts:
        """``facts`` with the answers to ``calls``; a failure is an answer too, where others would still work."""
        for call in calls:
            try:
                result = await runtime.call(server, call, scope)
            except (MCPAuthenticationError, MCPConnectionError, MCPTimeoutError):
                raise
            except MCPError as error:
                result = CallToolResult((ContentBlock("text", error.cause),), None, is_error=True)
            facts = replace(facts, answers=(*facts.answers, (call, result)))
        return facts

    def _preview(
        self, runtime: ProfileRuntime, wanted: WantedChange, call: WriteCall, fresh: FreshTicket | None, digest: str
    ) -> ChangePreview:
        profile = runtime.profile
        consent = self._to_agree(profile, call.tool, digest)
        if fresh is not None:
            wanted = replace(wanted, lookup={**fresh.ticket.lookup, **wanted.lookup})
        effect = {name: getattr(call, name) for name in ChangeEffect.__struct_fields__}
        return ChangePreview(
            **{**effect, "warnings": tuple(map(runtime.shown, call.warnings))},
            token="" if call.already else secrets.token_hex(8),
            wanted=wanted,
            title=fresh.ticket.title if fresh else str(wanted.values.get("title") or ""),
            server=clean_line(runtime.starter.identity.name) if runtime.starter.identity else "",
            undoable=call.undo is not None,
            undo_kept=call.undo is not None and is_kept_in_log(runtime, call.undo),
            harmless=not consent and is_harmless(profile, wanted, call),
            consent=consent,
        )

    def _to_agree(self, profile: Profile, tool: str, digest: str) -> str:
        """What the user has to agree to before this tool is let change something; empty: nothing."""
        if self.agreed.state(profile, tool, digest) == "changed":
            return f"The tool {tool} is not what it was when you agreed to it."
        return "" if self.agreed.knows(profile) else first_consent(profile, self.agreed.path)


def _endless(kind: ChangeKind) -> NotOfferedError:
    return NotOfferedError(f"What {kind} takes was not found in {_MOST_STEPS} lookups.")


def _characters_of(facts: ChangeFacts) -> int:
    results = [*(facts.ticket.results if facts.ticket else ()), *(result for _, result in facts.answers)]
    return sum(len(block.text) for result in results for block in result.content)
