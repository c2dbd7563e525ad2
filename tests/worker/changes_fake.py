"""A tracker in memory whose tickets can be changed, what derives its changes, and a service before it."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from msgspec.structs import replace

from tests.worker.fakes import (
    Bench,
    FakeAdapter,
    FakeBackend,
    FakeTime,
    Listener,
    error_result,
    json_result,
    profile,
)
from tui_app.adapters.base import Adapter, ServerDescription, TicketReference, ToolCall
from tui_app.adapters.changing.protocol import ChangeAdapter, ChangeFacts, FreshTicket, WriteCall, WriteVerdict
from tui_app.adapters.failures import failure_in
from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.settings.profiles import AuthCommands, Profile, WriteSettings
from tui_app.tickets.changes import (
    ChangeAction,
    ChangeKind,
    ChangeOutcome,
    ChangePreview,
    WantedChange,
    field_values,
)
from tui_app.tickets.messages import (
    ChangeMade,
    ChangePrepared,
    CommitChanges,
    PrepareChanges,
    new_request_id,
)
from tui_app.tickets.ticket import Comment, Ticket
from tui_app.worker.prestart import Prestarts
from tui_app.worker.service import Service

WRITE = WriteSettings(mode="ask")
TITLE = ChangeKind.TITLE


class TrackerFake:
    """Tickets in memory, behind reading tools and ``set_title``, ``add_comment``; a fault happens at one of those.

    ``before`` and ``after`` are awaited around the effect of a change; either may raise, ``before`` also answer.
    """

    def __init__(self) -> None:
        self.titles = {f"T-{number}": f"Ticket {number}" for number in range(1, 6)}
        self.comments: dict[str, list[str]] = {}
        self.sent: list[tuple[str, dict[str, Any]]] = []
        self.reads = 0
        self.before: Callable[[str], Awaitable[CallToolResult | None]] = _nothing
        self.after: Callable[[str], Awaitable[CallToolResult | None]] = _nothing
        self.fails_at = ""
        """The ticket whose change meets the fault; empty: each."""

    async def handle(self, tool: str, arguments: Mapping[str, Any]) -> CallToolResult:
        name = str(arguments.get("id"))
        if tool == "get":
            self.reads += 1
            if name not in self.titles:
                return error_result(f"Ticket {name} not found")
            return json_result({"id": name, "title": self.titles[name]})
        if tool == "comments":
            return json_result(self.comments.get(name, []))
        if tool == "find":
            return json_result({"rows": []})
        self.sent.append((tool, dict(arguments)))
        faulty = self.fails_at in ("", name)
        if faulty and (answer := await self.before(name)) is not None:
            return answer
        if tool == "set_title":
            self.titles[name] = str(arguments["title"])
        else:
            self.comments.setdefault(name, []).append(str(arguments["text"]))
        if faulty and (answer := await self.after(name)) is not None:
            return answer
        return json_result({"ok": True})


async def _nothing(_: str) -> CallToolResult | None:
    return None


def raising(error: Exception) -> Callable[[str], Awaitable[CallToolResult | None]]:
    async def fault(_: str) -> CallToolResult | None:
        raise error

    return fault


def answering(result: CallToolResult) -> Callable[[str], Awaitable[CallToolResult | None]]:
    async def fault(_: str) -> CallToolResult | None:
        return result

    return fault


class ChangesFake:
    """Derives ``title`` and ``comment``; a comment's text is what a fresh read must show."""

    def actions(self) -> tuple[ChangeAction, ...]:
        able = (TITLE, ChangeKind.COMMENT)
        return tuple(
            ChangeAction(kind, str(kind), "set_title", unavailable="" if kind in able else "no tool does it")
            for kind in ChangeKind
            if kind is not ChangeKind.TOOL
        )

    def form(self, kind: ChangeKind, facts: ChangeFacts) -> ChangeAction | tuple[ToolCall, ...]:
        return ChangeAction(kind, "Rename", "set_title")

    def write_call(self, wanted: WantedChange, facts: ChangeFacts) -> WriteCall | tuple[ToolCall, ...]:
        assert facts.ticket
        ticket, lookup = facts.ticket.ticket, ToolCall("find", {})
        if wanted.answers.get("lookup") and facts.answer(lookup) is None:
            return (lookup,)
        if wanted.kind is TITLE:
            new = wanted.values["title"]
            arguments = {"id": ticket.id, "title": new} | ({"salary": 7} if wanted.answers.get("private") else {})
            back = WantedChange(TITLE, values={"title": ticket.title}, expected={"title": new})
            before, after = {"title": ticket.title}, {"title": new}
            return WriteCall("set_title", arguments, before, after, undo=back, already=new == ticket.title)
        count = len(ticket.comments)
        return WriteCall(
            "add_comment",
            {"id": ticket.id, "text": wanted.values["text"]},
            {"comments": count},
            {"comments": count + 1},
            visibility="public" if wanted.answers.get("public") else "unknown",
        )

    def verdict(self, call: WriteCall, result: CallToolResult) -> WriteVerdict:
        failure = failure_in(result)
        said = result.text
        shows = tuple(name for name in re.findall(r"T-\d", said) if name != call.arguments.get("id"))
        return WriteVerdict(failure, failure is not None and "version" in failure.cause, shows=shows, words=said)

    def verified(self, call: WriteCall, before: FreshTicket | None, after: FreshTicket) -> bool | None:
        return field_values(after.ticket, call.after) == dict(call.after)


class ReadingAdapter(FakeAdapter):
    def opened(self, reference: TicketReference, results: Any) -> Ticket:
        row = json.loads(results[0].text)
        said = () if results[1].is_error else json.loads(results[1].text)
        return Ticket(row["id"], row["title"], "open", comments=tuple(Comment("mia", None, words) for words in said))


class ChangesBench(Bench):
    tracker: TrackerFake

    def prepare(self, *wanted: WantedChange) -> list[ChangePrepared]:
        request = PrepareChanges(new_request_id(), "work", wanted)
        last = self.ask(request)
        assert isinstance(last, ChangePrepared), last
        replies = self.listener.replies
        return [r for r in replies if isinstance(r, ChangePrepared) and r.request_id == request.request_id]

    def preview(self, wanted: WantedChange) -> ChangePreview:
        (prepared,) = self.prepare(wanted)
        assert prepared.preview is not None, prepared.fault
        return prepared.preview

    def commit(self, *tokens: str, consent: bool = False, keep_going: bool = False) -> list[ChangeOutcome]:
        request = CommitChanges(new_request_id(), "work", tokens, consent, keep_going)
        last = self.ask(request)
        assert isinstance(last, ChangeMade), last
        replies = self.listener.replies
        return [r.outcome for r in replies if isinstance(r, ChangeMade) and r.request_id == request.request_id]

    def change(self, wanted: WantedChange) -> ChangeOutcome:
        (outcome,) = self.commit(self.preview(wanted).token)
        return outcome


def serve(
    *,
    write: WriteSettings = WRITE,
    read_only: str = "",
    auth: AuthCommands | None = None,
    private_fields: tuple[str, ...] = (),
    tracker: TrackerFake | None = None,
    connected: bool = True,
) -> ChangesBench:
    """A service before ``tracker``, whose profile is called ``work``."""
    tracker, time, listener = tracker or TrackerFake(), FakeTime(), Listener()
    backend = FakeBackend(tracker.handle, ReadingAdapter())
    backend.tools = tuple(map(Tool, ("find", "get", "comments", "set_title", "add_comment")))

    def changes_for(_: ServerDescription, __: Adapter, ___: Profile) -> ChangeAdapter:
        return ChangesFake()

    used = replace(profile(auth=auth, private_fields=private_fields), write=write, read_only=read_only)
    prestarts = Prestarts()
    service = Service(
        {"work": used},
        clock=time.clock,
        backend=replace(backend.functions, changes_for=changes_for),
        timing=time.timing,
        prestarts=prestarts,
    )
    if connected:
        service.connect(listener.deliver)
    bench = ChangesBench(service, backend, listener, time, prestarts)
    bench.tracker = tracker
    return bench
