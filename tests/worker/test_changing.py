"""Changes: sent once, whatever goes wrong, and what came of them told truly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from tests.worker.changes_fake import TITLE, WRITE, ChangesBench, ChangesFake, ReadingAdapter, answering, raising, serve
from tests.worker.fakes import (
    error_result,
    json_result,
    profile,
)
from tui_app.adapters.changing.protocol import WriteVerdict
from tui_app.mcp_client.types import CallToolResult, ContentBlock, Tool, call_result
from tui_app.settings.change_files import AgreedTools, ChangeLog, Drafts
from tui_app.settings.profiles import AuthCommands, WriteSettings
from tui_app.tickets.changes import (
    ChangeKind,
    ChangeState,
    WantedChange,
)
from tui_app.tickets.errors import (
    ErrorKind,
    MCPAuthenticationError,
    MCPConnectionError,
    MCPError,
    MCPProtocolError,
    MCPTimeoutError,
    MCPToolError,
)
from tui_app.tickets.messages import (
    ActionsListed,
    ChangeMade,
    CommitChanges,
    Failed,
    FormReady,
    ListActions,
    PrepareChanges,
    PrepareForm,
    new_request_id,
)
from tui_app.worker import preparing
from tui_app.worker.live_server import LiveServer


@pytest.fixture
def bench() -> Iterator[ChangesBench]:
    made = serve()
    yield made
    made.service.close()
    for crash in made.service.crashes:
        raise crash


def title(ticket: str = "T-1", new: str = "New", **answers: Any) -> WantedChange:
    return WantedChange(TITLE, ticket, values={"title": new}, answers=answers)


def comment(text: str = "Looks fixed.", **answers: Any) -> WantedChange:
    return WantedChange(ChangeKind.COMMENT, "T-1", values={"text": text}, answers=answers)


def drafts() -> list[Path]:
    return sorted((Path.home() / ".local" / "state").rglob("drafts/*/*.json"))


def log(bench: ChangesBench) -> list[dict[str, Any]]:
    return ChangeLog(bench.time.clock).entries()


def test_a_change_is_shown_sent_once_and_read_back(bench: ChangesBench) -> None:
    preview = bench.preview(title())
    assert (preview.tool, preview.arguments) == ("set_title", {"id": "T-1", "title": "New"})
    assert (preview.before, preview.after, preview.undoable) == ({"title": "Ticket 1"}, {"title": "New"}, True)
    assert not bench.tracker.sent
    assert drafts()
    (outcome,) = bench.commit(preview.token)
    assert bench.tracker.sent == [("set_title", {"id": "T-1", "title": "New"})]
    assert (outcome.state, outcome.verified, outcome.after) == (ChangeState.DONE, True, {"title": "New"})
    assert not drafts()
    assert [line["phase"] for line in log(bench)] == ["intent", "outcome"]


def test_what_was_sent_cannot_be_sent_again(bench: ChangesBench) -> None:
    preview = bench.preview(title())
    bench.commit(preview.token)
    again = bench.ask(CommitChanges(new_request_id(), "work", (preview.token,)))
    assert isinstance(again, Failed)
    assert again.kind is ErrorKind.USAGE
    assert len(bench.tracker.sent) == 1


def test_previews_of_large_tickets_are_forgotten_before_they_fill_the_memory(
    bench: ChangesBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "_MOST_CHARACTERS", 250_000)
    bench.tracker.titles["T-1"] = "x" * 100_000
    tokens = [bench.preview(title(new=f"New {number}")).token for number in range(3)]
    assert isinstance(bench.ask(CommitChanges(new_request_id(), "work", (tokens[0],))), Failed)
    (outcome,) = bench.commit(tokens[2])
    assert outcome.state is ChangeState.DONE


def test_a_change_that_is_named_twice_is_sent_by_nobody(bench: ChangesBench) -> None:
    token = bench.preview(comment()).token
    again = bench.ask(CommitChanges(new_request_id(), "work", (token, token)))
    assert isinstance(again, Failed)
    assert not bench.tracker.sent
    assert bench.commit(token)[0].state is ChangeState.DONE


@pytest.mark.parametrize("other", [0, 1], ids=["alone", "behind another change"])
def test_two_requests_at_once_send_a_change_once(bench: ChangesBench, other: int) -> None:
    tokens = [one.preview.token for one in bench.prepare(title("T-2"), comment()) if one.preview][1 - other :]
    requests = [CommitChanges(new_request_id(), "work", tuple(tokens)) for _ in range(3)]
    for request in requests:
        bench.service.submit(request)
    bench.listener.until(lambda _: all(bench.listener.has_ended(one.request_id) for one in requests))
    assert [tool for tool, _ in bench.tracker.sent] == ["set_title", "add_comment"][1 - other :]


@pytest.mark.parametrize("depth", [20, 900])
def test_an_answer_that_is_nested_too_deeply_is_no_failure_of_the_change(bench: ChangesBench, depth: int) -> None:
    nested: Any = 1
    for _ in range(depth):
        nested = {"internal_notes_of": nested}
    bench.tracker.after = answering(CallToolResult((), {"internal_notes": 1, "a": nested}))
    outcome = bench.change(comment())
    assert (outcome.state, len(bench.tracker.sent)) == (ChangeState.DONE, 1)
    assert [line.get("state") for line in log(bench)] == [None, "done"]


def test_a_fault_of_our_own_in_reading_the_answer_is_no_failure_of_the_change(
    bench: ChangesBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> CallToolResult:
        raise ZeroDivisionError

    preview = bench.preview(comment())
    monkeypatch.setattr(LiveServer, "_without_secrets", broken)
    (outcome,) = bench.commit(preview.token)
    assert (outcome.state, len(bench.tracker.sent)) == (ChangeState.UNKNOWN, 1)
    assert [line.get("state") for line in log(bench)] == [None, "unknown"]
    assert drafts()
    bench.service.crashes.clear()


PRIVATE_ARGUMENTS: tuple[dict[str, Any], ...] = (
    {"fields": {"f.salary": 5}},
    {"custom_fields": [{"name": "Salary", "value": 5}]},
    {"updates": {"set": [{"key": "salary", "to": 1}]}},
    {"field": "salary", "value": 5},
    {"fields": '{"salary": 5}'},
    {"path": "/fields/salary", "value": 5},
    {"patch": [["Salary", 5]]},
)


@pytest.mark.parametrize("arguments", PRIVATE_ARGUMENTS, ids=str)
def test_no_private_field_is_sent_or_kept_however_it_is_named(arguments: dict[str, Any]) -> None:
    bench = serve(write=replace(WRITE, allow=("tool:*",)), private_fields=("salary",))
    (prepared,) = bench.prepare(WantedChange(ChangeKind.TOOL, values={"arguments": arguments}, tool="set_title"))
    bench.service.close()
    assert prepared.fault
    assert prepared.fault.kind is ErrorKind.NOT_OFFERED
    assert not drafts()


@pytest.mark.parametrize("words", ["The salary: 5 is in it.", "Salary: 5", "salary", "- [salary](x)"])
def test_a_text_that_mentions_a_private_field_is_sent(words: str) -> None:
    bench = serve(private_fields=("salary",))
    assert bench.change(comment(words)).state is ChangeState.DONE
    bench.change(title(new=words))
    bench.service.close()
    assert [list(arguments.values())[1] for _, arguments in bench.tracker.sent] == [words, words]


@pytest.mark.parametrize("structured", [False, True])
def test_what_was_taken_out_of_an_answer_is_known_by_what_is_left(structured: bool) -> None:
    def masked(text: str) -> str:
        return text.replace("hunter2", "****")

    peer = SimpleNamespace(
        secrets=("hunter2",), masked=masked, masked_in=lambda value, *_: json.loads(masked(json.dumps(value)))
    )
    session: Any = SimpleNamespace(peer=peer, tool_changes=0)
    server = LiveServer(session, (), ReadingAdapter(), profile(private_fields=("salary",)))
    said = {"id": 1, "salary": 5, "title": "hunter2!", "text": "Hello.\nSalary: 5\nBye.", "rest": "as it was"}
    result = CallToolResult((), said) if structured else json_result(said)
    cleaned = server._cleaned(result)
    assert "hunter2" not in repr(cleaned)
    assert cleaned.altered == {"****!", "Hello.\nBye."}
    assert not server._cleaned(json_result({"a": "b"})).altered


@pytest.mark.parametrize(
    ("said", "keys"),
    [
        ({"labels": ["a", {"name": "salary", "value": 5}], "title": "x"}, {"labels"}),
        ({"labels": ["a", "Salary: 5"], "title": "x", "salary": 3}, {"labels"}),
        ({"tags": "a, salary: 5, b", "labels": ["a"]}, {"tags"}),
        ({"ticket": {"custom": [{"name": "Salary", "value": 5}]}, "labels": ["a"]}, {"custom"}),
        ("Labels: a, salary: 5", {""}),
        ({"labels": ["a"], "salary": 5}, set()),
    ],
)
def test_a_list_that_lost_a_member_is_known(said: Any, keys: set[str]) -> None:
    peer = SimpleNamespace(secrets=(), masked=str, masked_in=lambda value, *_: value)
    session: Any = SimpleNamespace(peer=peer, tool_changes=0)
    server = LiveServer(session, (), ReadingAdapter(), profile(private_fields=("salary",)))
    original = CallToolResult((ContentBlock("text", said),)) if isinstance(said, str) else json_result(said)
    assert server._cleaned(original).altered_keys == keys


@pytest.mark.parametrize(("length", "kept"), [(60_000, True), (70_000, False)])
def test_a_text_that_the_log_has_cut_is_not_offered_to_be_written_back(
    bench: ChangesBench, length: int, kept: bool
) -> None:
    bench.tracker.titles["T-1"] = "x" * length
    bench.change(title())
    assert ("undo" in log(bench)[-1]) == kept


@pytest.mark.parametrize("kind", [PrepareChanges, CommitChanges])
def test_nothing_to_change_is_an_answer_too(bench: ChangesBench, kind: type[Any]) -> None:
    reply = bench.ask(kind(new_request_id(), "work", ()))
    assert isinstance(reply, Failed)
    assert reply.kind is ErrorKind.USAGE


def test_a_ticket_that_is_so_already_is_not_changed(bench: ChangesBench) -> None:
    assert bench.preview(title(new="Ticket 1")).token == ""


LOST = MCPTimeoutError("no answer")
TASK = {"resultType": "task", "taskId": "7"}


def unread(result: Mapping[str, Any]) -> Exception:
    """What the client makes of a result that is no answer."""
    try:
        call_result(result)
    except MCPError as error:
        return error
    raise AssertionError(result)


def refused_rpc(words: str) -> MCPToolError:
    error = MCPToolError(words)
    error.code = -32000
    return error


FAULTS: Mapping[str, tuple[str, Exception | CallToolResult, ChangeState, ErrorKind | None]] = {
    "the answer is lost after the effect": ("after", LOST, ChangeState.DONE, None),
    "the answer is lost before the effect": ("before", LOST, ChangeState.UNKNOWN, ErrorKind.UNKNOWN_OUTCOME),
    "success that changed nothing": ("before", json_result({"ok": True}), ChangeState.UNCHANGED, ErrorKind.TOOL_ERROR),
    "a refusal": ("before", error_result("Permission denied"), ChangeState.REFUSED, ErrorKind.TOOL_ERROR),
    "a refusal after the effect": ("after", error_result("Error: boom"), ChangeState.DONE, None),
    "a conflict": ("before", error_result("version is 4, not 3"), ChangeState.CONFLICT, ErrorKind.CONFLICT),
    "a login that has expired": ("before", error_result("401 Unauthorized"), ChangeState.REFUSED, ErrorKind.AUTH),
    "a rate limit": ("before", refused_rpc("429 Too Many Requests"), ChangeState.REFUSED, ErrorKind.TOOL_ERROR),
    "a bridge that lost the answer": (
        "before",
        refused_rpc("Request timed out"),
        ChangeState.UNKNOWN,
        ErrorKind.UNKNOWN_OUTCOME,
    ),
    "a question": ("before", unread({"resultType": "input_required"}), ChangeState.REFUSED, ErrorKind.PROTOCOL),
    "a task that goes on": ("before", unread(TASK), ChangeState.UNKNOWN, ErrorKind.UNKNOWN_OUTCOME),
    "a task that was done": ("after", unread(TASK), ChangeState.DONE, None),
    "an unreadable answer": ("before", MCPProtocolError("?"), ChangeState.UNKNOWN, ErrorKind.UNKNOWN_OUTCOME),
    "an unreadable answer after the effect": ("after", MCPProtocolError("?"), ChangeState.DONE, None),
}


@pytest.mark.parametrize("name", FAULTS)
@pytest.mark.parametrize("wanted", [title(), comment()], ids=["title", "comment"])
def test_a_fault_leads_to_no_second_call_and_is_told_truly(
    bench: ChangesBench, name: str, wanted: WantedChange
) -> None:
    when, fault, state, kind = FAULTS[name]
    setattr(bench.tracker, when, raising(fault) if isinstance(fault, Exception) else answering(fault))
    outcome = bench.change(wanted)
    assert len(bench.tracker.sent) == 1
    assert (outcome.state, outcome.fault.kind if outcome.fault else None) == (state, kind)
    assert bool(drafts()) == (state is not ChangeState.DONE)
    assert [line.get("state") for line in log(bench)] == [None, state]


@pytest.mark.parametrize(("when", "state"), [("before", ChangeState.UNCHANGED), ("after", ChangeState.DONE)])
def test_a_server_that_is_killed_in_between_is_replaced_and_the_ticket_read_again(
    bench: ChangesBench, when: str, state: ChangeState
) -> None:
    async def killed(_: str) -> CallToolResult | None:
        bench.backend.sessions[-1].lost = True
        raise MCPConnectionError("killed")

    setattr(bench.tracker, when, killed)
    outcome = bench.change(title())
    assert outcome.state is state
    assert len(bench.tracker.sent) == 1
    assert bench.backend.starts == 2


def test_after_a_login_in_between_nothing_is_sent_again(tmp_path: Path) -> None:
    done = tmp_path / "in"
    bench = serve(auth=AuthCommands(check=("true",), login=("touch", str(done)), interactive=False))
    bench.tracker.before = raising(MCPAuthenticationError("expired"))
    outcome = bench.change(title())
    bench.service.close()
    assert done.exists()
    assert (outcome.state, len(bench.tracker.sent)) == (ChangeState.REFUSED, 1)
    assert outcome.fault
    assert "nothing was sent again" in outcome.fault.hint


def test_a_ticket_that_changed_after_a_preview_that_is_old_is_a_conflict(bench: ChangesBench) -> None:
    preview = bench.preview(title())
    bench.tracker.titles["T-1"] = "Somebody was first"
    bench.time.now += 60
    (outcome,) = bench.commit(preview.token)
    assert (outcome.state, bench.tracker.sent) == (ChangeState.CONFLICT, [])
    assert drafts()


def test_an_old_preview_of_a_ticket_that_is_the_same_is_sent(bench: ChangesBench) -> None:
    preview = bench.preview(title())
    bench.time.now += 60
    (outcome,) = bench.commit(preview.token)
    assert outcome.state is ChangeState.DONE


def test_a_tool_that_changed_after_it_was_shown_is_not_called(bench: ChangesBench) -> None:
    preview = bench.preview(title())
    session = bench.backend.sessions[-1]
    session.tools = (*session.tools[:3], Tool("set_title", "Deletes everything"), session.tools[4])
    session.changes += 1
    (outcome,) = bench.commit(preview.token, consent=True)
    assert (outcome.state, bench.tracker.sent) == (ChangeState.NOT_SENT, [])
    assert outcome.fault
    assert outcome.fault.kind is ErrorKind.NOT_ALLOWED


def test_a_tool_that_is_not_what_was_agreed_to_needs_a_new_consent(bench: ChangesBench) -> None:
    AgreedTools(bench.time.clock).agree(replace(profile(), write=WRITE), "set_title", "another digest")
    preview = bench.preview(title())
    assert preview.consent
    (outcome,) = bench.commit(preview.token)
    assert (outcome.state, bench.tracker.sent) == (ChangeState.NOT_SENT, [])
    (outcome,) = bench.commit(preview.token, consent=True)
    assert outcome.state is ChangeState.DONE
    assert not bench.preview(title(new="Newer")).consent


def test_a_fault_of_our_own_after_the_call_is_no_failure_of_it(
    bench: ChangesBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> WriteVerdict:
        raise ZeroDivisionError

    monkeypatch.setattr(ChangesFake, "verdict", broken)
    monkeypatch.setattr(ChangesFake, "verified", broken)
    outcome = bench.change(title())
    assert (outcome.state, len(bench.tracker.sent)) == (ChangeState.UNKNOWN, 1)
    assert [line.get("state") for line in log(bench)] == [None, "unknown"]
    assert {type(crash) for crash in bench.service.crashes} == {ZeroDivisionError}
    bench.service.crashes.clear()


def test_a_row_stops_at_the_first_fault_and_goes_on_with_the_rest_on_demand(bench: ChangesBench) -> None:
    bench.tracker.fails_at, bench.tracker.before = "T-3", answering(error_result("Permission denied"))
    prepared = bench.prepare(*(title(f"T-{number}") for number in range(1, 6)))
    tokens = [one.preview.token for one in prepared if one.preview]
    outcomes = bench.commit(*tokens)
    done, refused, left = ChangeState.DONE, ChangeState.REFUSED, ChangeState.NOT_SENT
    assert [outcome.state for outcome in outcomes] == [done, done, refused, left, left]
    assert [arguments["id"] for _, arguments in bench.tracker.sent] == ["T-1", "T-2", "T-3"]
    assert [outcome.state for outcome in bench.commit(*tokens[3:])] == [done, done]
    assert len(bench.tracker.sent) == 5


def test_a_row_that_is_to_go_on_goes_on(bench: ChangesBench) -> None:
    bench.tracker.fails_at, bench.tracker.before = "T-2", raising(LOST)
    prepared = bench.prepare(*(title(f"T-{number}") for number in range(1, 4)))
    outcomes = bench.commit(*(one.preview.token for one in prepared if one.preview), keep_going=True)
    assert [str(outcome.state) for outcome in outcomes] == ["done", "unknown", "done"]


def test_giving_up_a_row_ends_no_call_that_is_under_way(bench: ChangesBench) -> None:
    begun, go = asyncio.Event(), asyncio.Event()

    async def waiting(_: str) -> CallToolResult | None:
        bench.service.cancel(request.request_id)
        begun.set()
        await asyncio.sleep(0)
        go.set()
        return None

    bench.tracker.fails_at, bench.tracker.before = "T-1", waiting
    tokens = [one.preview.token for one in bench.prepare(title("T-1"), title("T-2")) if one.preview]
    request = CommitChanges(new_request_id(), "work", tuple(tokens))
    last = bench.ask(request)
    assert isinstance(last, ChangeMade)
    outcomes = [r.outcome for r in bench.listener.replies if isinstance(r, ChangeMade)]
    assert [outcome.state for outcome in outcomes] == [ChangeState.DONE, ChangeState.NOT_SENT]
    assert len(bench.tracker.sent) == 1


def test_a_program_that_ends_in_between_leaves_the_outcome_open_in_the_log(bench: ChangesBench) -> None:
    async def hanging(_: str) -> CallToolResult | None:
        bench.service._post(lambda requests: requests.stop())
        await asyncio.Event().wait()
        return None

    bench.tracker.before = hanging
    reply = bench.ask(CommitChanges(new_request_id(), "work", (bench.preview(comment()).token,)))
    assert isinstance(reply, Failed)
    assert [line.get("state") for line in log(bench)] == [None, "unknown"]
    assert drafts()


def test_the_call_has_longer_than_a_read_to_be_answered(bench: ChangesBench, monkeypatch: pytest.MonkeyPatch) -> None:
    limits: list[float] = []
    preview = bench.preview(title())
    session = bench.backend.sessions[-1]
    answer = session.call_tool

    async def noted(name: str, arguments: Mapping[str, Any], **how: Any) -> CallToolResult:
        limits.append(how["timeout"])
        assert how.get("once", False) == (name == "set_title")
        return await answer(name, arguments)

    monkeypatch.setattr(session, "call_tool", noted)
    bench.commit(preview.token)
    assert limits[0] == 40
    assert max(limits[1:]) == 30


@pytest.mark.parametrize(
    ("write", "read_only", "words"),
    [
        (WriteSettings(), "", 'mode = "ask"'),
        (WRITE, "--read-only", ""),
    ],
)
def test_nothing_is_prepared_where_changes_are_off(write: WriteSettings, read_only: str, words: str) -> None:
    bench = serve(write=write, read_only=read_only)
    reply = bench.ask(PrepareChanges(new_request_id(), "work", (title(),)))
    listed = bench.ask(ListActions(new_request_id(), "work"))
    bench.service.close()
    assert isinstance(reply, Failed)
    assert reply.kind is ErrorKind.READ_ONLY
    assert words in reply.hint
    assert isinstance(listed, ActionsListed)
    assert listed.off
    assert not bench.tracker.reads
    assert not drafts()


@pytest.mark.parametrize(
    ("write", "wanted", "kind"),
    [
        (WriteSettings(mode="ask", allow=("comment",)), title(), ErrorKind.NOT_ALLOWED),
        (WriteSettings(mode="ask", deny=("title",)), title(), ErrorKind.NOT_ALLOWED),
        (WriteSettings(mode="ask", deny=("tool:set_title",)), title(), ErrorKind.NOT_ALLOWED),
        (WRITE, WantedChange(ChangeKind.TOOL, tool="set_title"), ErrorKind.NOT_ALLOWED),
        (WRITE, WantedChange(ChangeKind.DELETE, "T-1"), ErrorKind.NOT_ALLOWED),
        (WRITE, WantedChange(ChangeKind.STATUS, "T-1", values={"status": "x"}), ErrorKind.NOT_OFFERED),
        (WRITE, title(private=True), ErrorKind.NOT_OFFERED),
        (WRITE, comment(public=True), ErrorKind.USAGE),
        (WRITE, replace(comment(), values={"text": "x", "visibility": "internal"}), ErrorKind.NOT_OFFERED),
        (WRITE, title("T-9"), ErrorKind.TOOL_ERROR),
        (WRITE, replace(title(), expected={"title": "Other"}), ErrorKind.CONFLICT),
        (WriteSettings(mode="ask", allow=("tool:*",)), WantedChange(ChangeKind.TOOL, tool="x"), ErrorKind.NOT_OFFERED),
    ],
)
def test_what_may_not_be_sent_is_told_why(write: WriteSettings, wanted: WantedChange, kind: ErrorKind) -> None:
    bench = serve(write=write, private_fields=("salary",))
    (prepared,) = bench.prepare(wanted)
    bench.service.close()
    assert prepared.preview is None
    assert prepared.fault
    assert prepared.fault.kind is kind
    assert not bench.tracker.sent


def test_public_comments_can_be_switched_off() -> None:
    bench = serve(write=replace(WRITE, public_comments="never"))
    (prepared,) = bench.prepare(replace(comment(public=True), values={"text": "x", "visibility": "public"}))
    bench.service.close()
    assert prepared.fault
    assert prepared.fault.kind is ErrorKind.NOT_ALLOWED


def test_more_changes_at_once_than_allowed_are_refused() -> None:
    bench = serve(write=replace(WRITE, bulk_max=2))
    reply = bench.ask(PrepareChanges(new_request_id(), "work", tuple(title(f"T-{n}") for n in range(1, 4))))
    bench.service.close()
    assert isinstance(reply, Failed)
    assert reply.kind is ErrorKind.NOT_ALLOWED


def test_a_tool_called_by_its_name_gets_the_arguments_as_they_are_given() -> None:
    bench = serve(write=replace(WRITE, allow=("tool:set_title",)))
    values: dict[str, Any] = {"arguments": {"id": "T-2", "title": "By hand"}}
    outcome = bench.change(WantedChange(ChangeKind.TOOL, values=values, tool="set_title"))
    bench.service.close()
    assert bench.tracker.sent == [("set_title", {"id": "T-2", "title": "By hand"})]
    assert outcome.state is ChangeState.SENT


def test_a_change_can_be_taken_back_while_the_field_is_as_it_was_written(bench: ChangesBench) -> None:
    undo = bench.change(title()).undo
    assert undo
    assert bench.change(undo).state is ChangeState.DONE
    assert bench.tracker.titles["T-1"] == "Ticket 1"
    again = bench.change(title(new="Newer")).undo
    bench.tracker.titles["T-1"] = "Somebody else's"
    assert again
    (prepared,) = bench.prepare(again)
    assert prepared.fault
    assert prepared.fault.kind is ErrorKind.CONFLICT


def test_a_form_has_the_ticket_and_the_text_that_did_not_get_through(bench: ChangesBench) -> None:
    bench.tracker.before = raising(LOST)
    bench.change(title(new="Half sent"))
    ready = bench.ask(PrepareForm(new_request_id(), "work", TITLE, "T-1"))
    assert isinstance(ready, FormReady)
    assert ready.ticket
    assert (ready.ticket.title, ready.draft) == ("Ticket 1", {"title": "Half sent"})


@pytest.mark.parametrize(("answer", "after"), [(error_result("No permission."), False), (None, None)])
def test_a_text_is_known_to_be_sent_before_it_is_so_that_nobody_sends_it_again_after_a_crash(
    bench: ChangesBench, answer: CallToolResult | None, after: bool | None
) -> None:
    drafts, kept = Drafts(bench.time.clock), []

    async def look(_: str) -> CallToolResult | None:
        kept.append(drafts.latest("work", "T-1", TITLE))
        return answer

    bench.tracker.before = look
    bench.change(replace(title(new="Half sent"), also=(WantedChange(ChangeKind.COMMENT, values={"text": "Hi"}),)))
    assert [(draft.sent, draft.values) for draft in kept if draft] == [(True, {"title": "Half sent", "text": "Hi"})]
    draft = drafts.latest("work", "T-1", TITLE)
    assert (draft.sent if draft else None) is after


def test_lookups_are_made_before_and_are_part_of_the_reply(bench: ChangesBench) -> None:
    (prepared,) = bench.prepare(title(lookup=True))
    assert sorted(call.tool for call in prepared.calls[:2]) == ["comments", "get"]
    assert [call.tool for call in prepared.calls[2:]] == ["find"]


def test_the_log_holds_neither_secrets_nor_private_fields() -> None:
    bench = serve(write=replace(WRITE, allow=("tool:set_title",)), private_fields=("salary",))
    arguments: Any = {"id": "T-1", "title": "the token is hunter2"}
    bench.change(WantedChange(ChangeKind.TOOL, values={"arguments": arguments}, tool="set_title"))
    bench.service.close()
    assert bench.tracker.titles["T-1"] == "the token is hunter2"
    assert "hunter2" not in json.dumps(log(bench))


@pytest.mark.parametrize(("audit", "keys"), [("full", True), ("metadata", False)])
def test_the_log_holds_arguments_and_what_takes_them_back_only_if_it_is_to(audit: Any, keys: bool) -> None:
    bench = serve(write=replace(WRITE, audit=audit))
    preview = bench.preview(title())
    assert (preview.undoable, preview.undo_kept) == (True, keys)
    bench.commit(preview.token)
    bench.service.close()
    assert [("arguments" in line, "undo" in line) for line in log(bench)] == [(keys, False), (False, keys)]


def test_nothing_is_sent_that_cannot_be_logged(bench: ChangesBench) -> None:
    preview = bench.preview(title())
    ChangeLog(bench.time.clock).path.mkdir(parents=True)
    (outcome,) = bench.commit(preview.token)
    assert (outcome.state, bench.tracker.sent) == (ChangeState.NOT_SENT, [])


def test_nothing_is_prepared_whose_text_cannot_be_kept(bench: ChangesBench) -> None:
    folder = Drafts(bench.time.clock).folder
    folder.parent.mkdir(parents=True)
    folder.write_text("no folder")
    reply = bench.ask(PrepareChanges(new_request_id(), "work", (title(),)))
    assert isinstance(reply, Failed)
    assert reply.kind is ErrorKind.NOT_ALLOWED


def test_what_the_server_said_of_a_change_that_no_read_shows_is_told(bench: ChangesBench) -> None:
    bench.tracker.before = answering(json_result("Locked; left as it is."))
    (outcome,) = bench.commit(bench.preview(title()).token)
    assert outcome.state is ChangeState.UNCHANGED
    assert outcome.fault
    assert outcome.fault.cause.endswith('It says: "Locked; left as it is."')


def test_a_server_that_answers_with_another_ticket_may_have_changed_that(bench: ChangesBench) -> None:
    bench.tracker.before = answering(json_result("T-2"))
    (outcome,) = bench.commit(bench.preview(title()).token)
    assert outcome.state is ChangeState.UNKNOWN
    assert outcome.words == "The server answers with another ticket: T-2."
    other = serve()
    other.tracker.after = answering(json_result("T-2"))
    (outcome,) = other.commit(other.preview(title()).token)
    assert outcome.state is ChangeState.DONE
    other.service.close()
