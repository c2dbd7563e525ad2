"""The worker seen from outside: every request gets exactly one final reply, whatever happens below."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from msgspec.structs import replace

from tests.worker.conftest import MakeBench
from tests.worker.fakes import BOUND, FakeAdapter, FakeBackend, Listener, error_result, json_result, profile, rows
from tui_app.adapters.base import Plan, ToolCall, plan_search
from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.settings.profiles import RetryPolicy, Timeouts
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import (
    CommandNotFoundError,
    ErrorKind,
    MCPConnectionError,
    MCPTimeoutError,
    MCPToolError,
    ServerStartError,
)
from tui_app.tickets.messages import (
    Failed,
    Inspect,
    ListValues,
    OpenTicket,
    Reconnect,
    Reply,
    Request,
    Search,
    ServerInspected,
    TicketOpened,
    TicketsFound,
    ValuesListed,
    new_request_id,
)
from tui_app.tickets.servers import STANDARD_ERROR, ServerState
from tui_app.tickets.text import clean
from tui_app.worker.replies import failed
from tui_app.worker.service import Service

SEARCH = Search(1, "work", TicketSearchCriteria())


async def three_rows(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
    answers: dict[str, Any] = {
        "find": {"rows": rows(1, 3), "total": 3},
        "get": {"id": "T-1", "title": "Ticket 1", "internal_notes": "canary"},
        "comments": ["first", "second"],
        "statuses": ["open", "done"],
        "people": ["mia", "zo\x1b[31m"],
    }
    return json_result(answers[name])


async def never(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
    await asyncio.Event().wait()
    raise AssertionError


def test_a_search_is_answered_with_tickets_that_name_their_profile(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)

    found = bench.ask(SEARCH)

    assert isinstance(found, TicketsFound)
    assert [ticket.id for ticket in found.tickets] == ["T-1", "T-2", "T-3"]
    assert {ticket.source for ticket in found.tickets} == {"work"}
    assert (found.total, found.truncated, found.complete) == (3, False, True)
    assert found.calls[0].tool == "find"


def test_replies_wait_for_a_listener_and_come_in_order(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows, connected=False)
    for number in range(1, 6):
        bench.service.submit(Search(number, "work", TicketSearchCriteria()))

    bench.service.connect(bench.listener.deliver)
    bench.listener.final(5)

    assert bench.listener.states()[0].state is ServerState.STARTING
    assert sorted(r.request_id for r in bench.listener.replies if isinstance(r, TicketsFound)) == [1, 2, 3, 4, 5]


def test_a_ticket_is_opened_with_its_comments_and_without_private_fields(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)

    opened = bench.ask(OpenTicket(1, "work", "T-1"))

    assert isinstance(opened, TicketOpened)
    assert opened.ticket.source == "work"
    assert [comment.body for comment in opened.ticket.comments] == ["first", "second"]
    assert '"title": "Ticket 1"' in opened.raw
    assert "canary" not in opened.raw


def test_a_ticket_whose_comments_fail_is_opened_with_a_warning(make_bench: MakeBench) -> None:
    async def without_comments(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        return error_result("boom \x1b]0;x\x07") if name == "comments" else await three_rows(name, arguments)

    opened = make_bench(without_comments).ask(OpenTicket(1, "work", "T-1"))

    assert isinstance(opened, TicketOpened)
    assert opened.ticket.comments == ()
    assert "comments" in opened.warnings[0]
    assert "\x1b" not in opened.warnings[0]


def test_the_parts_of_a_ticket_are_fetched_side_by_side(make_bench: MakeBench) -> None:
    together = asyncio.Barrier(2)

    async def meet(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        async with asyncio.timeout(BOUND):
            await together.wait()
        return await three_rows(name, arguments)

    assert isinstance(make_bench(meet).ask(OpenTicket(1, "work", "T-1")), TicketOpened)


def test_values_are_listed_cleaned_and_a_failed_list_is_left_out(make_bench: MakeBench) -> None:
    async def no_statuses(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        return error_result("no") if name == "statuses" else await three_rows(name, arguments)

    listed = make_bench(no_statuses).ask(ListValues(1, "work"))

    assert isinstance(listed, ValuesListed)
    assert listed.values.keys() == {"assignee"}
    assert "\x1b" not in "".join(listed.values["assignee"])


def test_inspecting_tells_server_adapter_tools_calls_and_mapping(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    bench.ask(SEARCH)

    inspected = bench.ask(Inspect(2, "work"))

    assert isinstance(inspected, ServerInspected)
    report = inspected.report
    assert (report.server_name, report.era, report.adapter) == ("fake-tracker", "legacy", "fake")
    assert [tool.role for tool in report.tools] == ["search", "get"]
    assert report.calls[-1].tool == "find"
    assert report.mapping == '[profiles.work.map.search]\ntool = "find"\n'
    assert report.live_sessions == 1
    assert report.start_seconds is not None


def test_inspecting_without_connecting_starts_nothing(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)

    inspected = bench.ask(Inspect(1, "work", connect=False))

    assert isinstance(inspected, ServerInspected)
    assert inspected.report.command == "fake-server --stdio"
    assert bench.backend.starts == 0


def test_reconnecting_ends_the_old_server_and_starts_another(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    bench.ask(SEARCH)

    assert isinstance(bench.ask(Reconnect(2, "work")), ServerInspected)

    assert bench.backend.starts == 2
    assert [session.closed for session in bench.backend.sessions] == [True, False]


def test_an_unknown_profile_is_a_configuration_fault(make_bench: MakeBench) -> None:
    failed = make_bench(three_rows).ask(Search(1, "home", TicketSearchCriteria()))

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.CONFIG
    assert "work" in failed.hint


def test_a_lost_server_is_replaced_and_the_call_repeated(make_bench: MakeBench) -> None:
    calls = 0

    async def dies_once(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        nonlocal calls
        calls += 1
        if calls == 1:
            bench.backend.sessions[-1].lost = True
            raise MCPConnectionError("The server ended with exit code 3.")
        return await three_rows(name, arguments)

    bench = make_bench(dies_once)

    assert isinstance(bench.ask(SEARCH), TicketsFound)

    assert bench.backend.starts == 2
    assert bench.time.slept == [1.0]
    retrying = next(state for state in bench.listener.states() if state.state is ServerState.RETRYING)
    assert (retrying.attempt, retrying.attempts, retrying.until) == (2, 3, 1001.0)
    assert retrying.detail == "The server ended with exit code 3."


def test_three_attempts_and_no_more(make_bench: MakeBench) -> None:
    calls = 0

    async def never_in_time(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        nonlocal calls
        calls += 1
        raise MCPTimeoutError("No answer within 30 s.")

    bench = make_bench(never_in_time)

    failed = bench.ask(SEARCH)

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.TIMEOUT
    assert failed.stderr_tail == "last words"
    assert calls == 3
    assert bench.time.slept == [1.0, 2.0]


@pytest.mark.parametrize(
    ("fault", "starts", "kind"),
    [
        (ServerStartError("Exit code 1."), 3, ErrorKind.START_FAILED),
        (CommandNotFoundError("There is no npx."), 1, ErrorKind.COMMAND_NOT_FOUND),
    ],
)
def test_a_server_that_does_not_start_is_told_with_its_kind(
    make_bench: MakeBench, fault: MCPConnectionError, starts: int, kind: ErrorKind
) -> None:
    bench = make_bench(three_rows)
    bench.backend.faults = [fault] * 3

    failed = bench.ask(SEARCH)

    assert isinstance(failed, Failed)
    assert failed.kind is kind
    assert bench.backend.starts == starts
    bench.backend.faults = []
    assert isinstance(bench.ask(Search(2, "work", TicketSearchCriteria())), TicketsFound)


class ListsByAction(FakeAdapter):
    """Searches with the reading action of a tool that can also delete."""

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        return plan_search(ToolCall("find", {"action": "list"}), criteria, frozenset())


ACTIONS = Tool(
    "find",
    input_schema={"properties": {"action": {"type": "string", "enum": ["list", "delete"]}}},
    annotations={"readOnlyHint": False},
)


def test_a_tool_that_may_write_is_not_called_again_once_it_was_sent(make_bench: MakeBench) -> None:
    calls = 0

    async def loses(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        nonlocal calls
        calls += 1
        raise MCPConnectionError("The pipe is closed.")

    bench = make_bench(loses, adapter=ListsByAction())
    bench.backend.tools = (ACTIONS,)

    failed = bench.ask(SEARCH)

    assert isinstance(failed, Failed)
    assert calls == 1
    assert "not repeated" in failed.cause


@pytest.mark.parametrize(
    "tool",
    [
        Tool("find", annotations={"readOnlyHint": False}),
        Tool("find", annotations={"readOnlyHint": True, "destructiveHint": True}),
        Tool("find", "Deletes every ticket that it finds"),
    ],
)
def test_a_tool_that_says_that_it_writes_is_not_called_whatever_the_adapter(make_bench: MakeBench, tool: Tool) -> None:
    calls = 0

    async def counts(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        nonlocal calls
        calls += 1
        return json_result({"rows": []})

    bench = make_bench(counts)
    bench.backend.tools = (tool,)

    failed = bench.ask(SEARCH)

    assert isinstance(failed, Failed)
    assert failed.title == "That tool does more than read"
    assert calls == 0


def test_a_tools_own_error_is_not_tried_again(make_bench: MakeBench) -> None:
    async def refuses(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        error = MCPToolError("Unknown tool: find \x1b[2J")
        error.code = -32601
        raise error

    bench = make_bench(refuses)

    failed = bench.ask(SEARCH)

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.TOOL_ERROR
    assert failed.title == "The server has no such tool"
    assert "\x1b" not in failed.cause
    assert bench.time.slept == []


def test_a_cancelled_search_ends_as_cancelled_and_the_next_one_works(make_bench: MakeBench) -> None:
    answering = threading.Event()

    async def slow_at_first(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        if answering.is_set():
            return await three_rows(name, arguments)
        return await never(name, arguments)

    bench = make_bench(slow_at_first)
    bench.service.submit(SEARCH)
    bench.listener.until(lambda reply: getattr(reply, "state", None) is ServerState.WORKING)
    bench.service.cancel(1)

    assert bench.listener.failure(1).kind is ErrorKind.CANCELLED
    answering.set()
    assert isinstance(bench.ask(Search(2, "work", TicketSearchCriteria())), TicketsFound)
    assert bench.backend.starts == 1


def test_a_request_cancelled_before_it_began_costs_the_server_nothing(make_bench: MakeBench) -> None:
    bench, holding, release = make_bench(three_rows), threading.Event(), threading.Event()

    def hold_the_worker(reply: Reply) -> None:
        bench.listener.deliver(reply)
        if isinstance(reply, TicketsFound):
            holding.set()
            release.wait(BOUND)

    bench.service.connect(hold_the_worker)
    bench.service.submit(SEARCH)
    assert holding.wait(BOUND)
    bench.service.submit(OpenTicket(2, "work", "T-1"))
    bench.service.cancel(2)
    release.set()

    assert bench.listener.failure(2).kind is ErrorKind.CANCELLED
    inspected = bench.ask(Inspect(3, "work", connect=False))
    assert isinstance(inspected, ServerInspected)
    assert [call.tool for call in inspected.report.calls] == ["find"]


def test_the_total_limit_ends_a_request_that_nothing_else_ends(make_bench: MakeBench) -> None:
    bench = make_bench(never, of=profile(timeouts=Timeouts(total=0.05)))

    failed = bench.ask(SEARCH)

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.TIMEOUT
    assert "0.05 s" in failed.cause


async def much(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
    return json_result(["word" * 100_000])


@pytest.mark.parametrize(
    ("step", "request_"),
    [
        ("after_setup", SEARCH),
        ("failure", SEARCH),
        ("with_fields", replace(SEARCH, fields=("customer",))),
        ("page", SEARCH),
        ("look_again", OpenTicket(1, "work", "T-1")),
        ("opened", OpenTicket(1, "work", "T-1")),
        ("values", ListValues(1, "work")),
    ],
)
def test_a_request_is_given_up_whatever_is_done_with_its_answer(
    make_bench: MakeBench, step: str, request_: Request
) -> None:
    begun = threading.Event()

    def endless(*arguments: object) -> NoReturn:
        begun.set()
        while True:
            len("")

    calls = (ToolCall("find", {}),)
    slow = type("SlowAdapter", (FakeAdapter,), {"field_calls": lambda self, fields: calls, step: endless})
    bench = make_bench(much, adapter=slow(setup=calls if step == "after_setup" else ()))
    bench.service.submit(request_)
    assert begun.wait(BOUND)
    bench.service.cancel(1)

    assert bench.listener.failure(1).kind is ErrorKind.CANCELLED


def test_opening_a_ticket_does_not_wait_for_a_search(make_bench: MakeBench) -> None:
    opened = threading.Event()

    async def search_waits(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        if name == "find":
            await asyncio.to_thread(opened.wait, BOUND)
        return await three_rows(name, arguments)

    bench = make_bench(search_waits)
    bench.service.submit(SEARCH)
    bench.service.submit(OpenTicket(2, "work", "T-1"))

    assert isinstance(bench.listener.final(2), TicketOpened)
    opened.set()
    assert isinstance(bench.listener.final(1), TicketsFound)
    assert bench.backend.starts == 1


def test_a_prestarted_process_is_taken_by_the_first_request(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    bench.prestart(profile())
    (pending,) = bench.backend.pending

    bench.ask(SEARCH)

    assert bench.backend.sessions[0].pending is pending
    assert len(bench.backend.pending) == 1


def test_while_a_server_gets_ready_a_request_waits_for_a_listener(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows, connected=False)
    bench.prestart(profile())

    bench.service.submit(SEARCH)
    assert not any(thread.name == "ticketdeck-worker" for thread in threading.enumerate())
    bench.service.connect(bench.listener.deliver)

    assert isinstance(bench.listener.final(1), TicketsFound)


def test_without_a_server_on_its_way_a_request_waits_for_nobody(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows, connected=False)

    bench.service.submit(SEARCH)

    assert any(thread.name == "ticketdeck-worker" for thread in threading.enumerate())
    bench.service.connect(bench.listener.deliver)
    assert isinstance(bench.listener.final(1), TicketsFound)


def test_a_prestart_that_failed_is_told_to_the_first_request(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    bench.backend.spawn_faults = [CommandNotFoundError("There is no npx.")]
    bench.prestart(profile())

    failed = bench.ask(SEARCH)

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.COMMAND_NOT_FOUND


def test_a_prestarted_process_that_nobody_took_is_ended(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    bench.prestart(profile())

    bench.service.close()

    assert bench.backend.pending[0].ended


def test_closing_cancels_what_is_under_way_ends_all_servers_and_can_be_repeated(make_bench: MakeBench) -> None:
    bench = make_bench(never)
    bench.service.submit(SEARCH)
    bench.listener.until(lambda reply: getattr(reply, "state", None) is ServerState.WORKING)

    bench.service.close()
    bench.service.close()

    assert bench.listener.failure(1).kind is ErrorKind.CANCELLED
    assert bench.backend.live == 0
    assert not [thread for thread in threading.enumerate() if thread.name == "ticketdeck-worker"]


def test_closing_waits_for_nothing_that_is_computed(make_bench: MakeBench) -> None:
    begun = threading.Event()

    async def computes(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        begun.set()
        while True:
            len("")

    bench = make_bench(computes)
    bench.service.submit(SEARCH)
    assert begun.wait(BOUND)
    begin = time.monotonic()

    bench.service.close()

    assert time.monotonic() - begin < 4
    assert not [thread for thread in threading.enumerate() if thread.name == "ticketdeck-worker"]


def test_a_request_after_the_end_is_answered_as_cancelled(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    bench.ask(SEARCH)
    bench.service.close()

    assert bench.ask(Search(2, "work", TicketSearchCriteria())) == Failed(
        2, "work", ErrorKind.CANCELLED, "Cancelled", "The request was cancelled.", "", retryable=True
    )


def test_a_fault_of_our_own_is_a_reply_too_and_is_kept_for_the_crash_report() -> None:
    reported: list[BaseException] = []

    async def impossible(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        raise ZeroDivisionError("secret ticket text")

    listener = Listener()
    service = Service(
        {"work": profile()}, clock=SYSTEM_CLOCK, backend=FakeBackend(impossible).functions, on_crash=reported.append
    )
    service.connect(listener.deliver)
    service.submit(SEARCH)

    failed = listener.failure(1)
    service.close()

    assert "ZeroDivisionError" in failed.cause
    assert "secret" not in str(failed)
    assert [type(fault) for fault in reported] == [ZeroDivisionError]
    assert list(service.crashes) == reported


def test_a_listener_that_raises_does_not_stop_the_worker() -> None:
    reported: list[BaseException] = []
    listener = Listener()

    def deliver(reply: object) -> None:
        if isinstance(reply, TicketsFound) and reply.request_id == 1:
            raise RuntimeError("the screen is gone")
        listener.deliver(reply)  # type: ignore[arg-type] # a Reply

    service = Service(
        {"work": profile()}, clock=SYSTEM_CLOCK, backend=FakeBackend(three_rows).functions, on_crash=reported.append
    )
    service.connect(deliver)
    service.submit(SEARCH)
    service.submit(Search(2, "work", TicketSearchCriteria()))

    assert listener.pages(2)
    service.close()
    assert len(reported) == 1


def test_a_secret_that_a_server_repeats_is_masked(make_bench: MakeBench) -> None:
    async def tells(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        if name == "find":
            return error_result("no access with token hunter2")
        return await three_rows(name, arguments) if name != "get" else json_result({"id": "T-1", "title": "hunter2"})

    bench = make_bench(tells)

    failed = bench.ask(SEARCH)
    opened = bench.ask(OpenTicket(2, "work", "T-1"))

    assert isinstance(failed, Failed)
    assert failed.cause == "no access with token ****"
    assert isinstance(opened, TicketOpened)
    assert "hunter2" not in opened.raw


def test_reconnecting_gives_up_a_start_that_hangs(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    bench.backend.hang_next_start = True
    bench.service.submit(SEARCH)
    assert bench.backend.hanging.wait(BOUND)

    bench.service.submit(Reconnect(2, "work"))

    assert bench.listener.pages(1)
    assert isinstance(bench.ask(Inspect(3, "work")), ServerInspected)


def test_a_prestarted_process_that_waited_too_long_is_not_used(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    bench.prestart(profile())
    bench.backend.pending[0].elapsed = 29.0

    bench.ask(SEARCH)

    assert bench.backend.pending[0].ended
    assert bench.backend.sessions[0].pending is bench.backend.pending[1]


def test_no_password_manager_is_asked_before_the_first_request(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)

    bench.prestart(replace(profile(), env={"TOKEN": "${command:pass show tracker}"}))

    assert bench.backend.pending == []


def test_a_lost_server_is_told_as_down_with_its_cause(make_bench: MakeBench) -> None:
    async def dies(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        bench.backend.sessions[-1].lost = True
        raise MCPConnectionError("The server ended with exit code 3.")

    bench = make_bench(dies, of=profile(retry=RetryPolicy(attempts=1)))
    bench.ask(SEARCH)

    assert bench.listener.states()[-1].state is ServerState.DOWN
    assert bench.listener.states()[-1].detail == "The server ended with exit code 3."


def test_many_failed_starts_open_the_circuit_and_reconnecting_closes_it(make_bench: MakeBench) -> None:
    bench = make_bench(three_rows)
    bench.backend.faults = [ServerStartError("Exit code 1.")] * 5
    assert isinstance(bench.ask(SEARCH), Failed)
    assert isinstance(bench.ask(Search(2, "work", TicketSearchCriteria())), Failed)

    refused = bench.ask(Search(3, "work", TicketSearchCriteria()))

    assert isinstance(refused, Failed)
    assert refused.title == "The server keeps failing to start"
    assert bench.backend.starts == 5
    assert isinstance(bench.ask(Reconnect(4, "work")), ServerInspected)


def test_the_worker_loads_nothing_that_the_first_rows_do_not_need(tmp_path: Path) -> None:
    program = f"""
import queue, sys
from tui_app.settings.profiles import Profile
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.messages import Search, TicketsFound
from tui_app.worker.service import Service
from tui_app.tickets.clock import SYSTEM_CLOCK
early = [name for name in ("tenacity", "tui_app.mcp_client.session", "tui_app.adapters.base") if name in sys.modules]
server = (sys.executable, {str(Path(__file__).with_name("scripted_server.py"))!r}, "good")
service = Service({{"work": Profile("work", server)}}, clock=SYSTEM_CLOCK)
replies = queue.Queue()
service.connect(replies.put)
service.submit(Search(1, "work", TicketSearchCriteria()))
while not isinstance(replies.get(timeout=20), TicketsFound):
    pass
heavy = ("pydantic", "textual", "rich", "jmespath", "tomlkit", "platformdirs", "sqlite3", "click", "httpx2", "anyio",
         "tui_app.adapters.changing")
print(early + [name for name in heavy if name in sys.modules])
service.close()
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30)

    assert done.stdout == "[]\n", done.stderr


def test_retries_and_their_delays_come_from_the_profile(make_bench: MakeBench) -> None:
    async def gone(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        raise MCPTimeoutError("No answer.")

    bench = make_bench(gone, of=profile(retry=RetryPolicy(attempts=4, base_delay=4, factor=3, max_delay=10, jitter=0)))

    bench.ask(SEARCH)

    assert bench.time.slept == [4, 10, 10]


def test_the_calls_that_an_adapter_wants_first_are_made_once(make_bench: MakeBench) -> None:
    made: list[str] = []

    async def counts(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        made.append(name)
        return json_result({"rows": rows(1, 1)})

    bench = make_bench(counts, adapter=FakeAdapter(setup=(ToolCall("whoami", {}),)))

    assert isinstance(bench.ask(SEARCH), TicketsFound)
    assert made == ["whoami", "find"]


@pytest.mark.parametrize(
    ("log", "shown"),
    [("the connection's log", "probe: 503 after 0.1 s"), (STANDARD_ERROR, "probe: 503 after 0.1 s\nprobe: CAUSE\n")],
)
def test_a_log_of_ours_repeats_no_cause(log: str, shown: str) -> None:
    """A transport of our own writes into its log what it then fails with; a server's last words are its own."""
    cause = "https://far.example/mcp cannot be reached: connection refused."
    error = MCPConnectionError(f"{cause} It was tried again until 9 s were over.", hint="Check the address.")
    error.stderr_tail = f"probe: 503 after 0.1 s\nprobe: {cause}\n"
    search = Search(new_request_id(), "far", TicketSearchCriteria())
    runtime: Any = SimpleNamespace(log_name=log, shown=clean, stderr_tail="")
    assert failed(search, error, runtime).stderr_tail == shown.replace("CAUSE", cause)
