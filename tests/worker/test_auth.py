"""Being logged in: one check, one login, one retry, and words for every way to fail."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.worker.conftest import MakeBench
from tests.worker.fakes import Bench, FakeAdapter, error_result, json_result, profile, rows
from tui_app.adapters.base import ToolCall
from tui_app.mcp_client.types import CallToolResult
from tui_app.settings.profiles import AUTH_PRESETS, AuthCommands, Profile, Timeouts
from tui_app.tickets.clock import Clock
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ErrorKind, MCPAuthenticationError, MCPError, MCPToolError, UsageError
from tui_app.tickets.messages import Failed, Search, TicketsFound
from tui_app.tickets.servers import ServerState, TerminalNeeded
from tui_app.worker.auth import Login, LoginStep, command_error
from tui_app.worker.login_commands import CommandOutcome, Ending

COMMANDS = AuthCommands(check=("check-it",), login=("log-in", "-o"), interactive=False, name="test")
DONE, FAILED = CommandOutcome(Ending.DONE, 0), CommandOutcome(Ending.FAILED, 1, "nope")


class Runner:
    """Runs commands by giving scripted outcomes, and remembers which were asked for."""

    def __init__(self, **outcomes: CommandOutcome | list[CommandOutcome]) -> None:
        self.outcomes = {name.replace("_", "-"): outcome for name, outcome in outcomes.items()}
        self.ran: list[str] = []
        self.gate: asyncio.Event | None = None
        self.started = asyncio.Event()

    async def __call__(self, argv: tuple[str, ...], limit: float) -> CommandOutcome:
        self.ran.append(argv[0])
        self.started.set()
        await asyncio.sleep(0)
        if self.gate is not None:
            await self.gate.wait()
        outcome = self.outcomes[argv[0]]
        return outcome.pop(0) if isinstance(outcome, list) else outcome


def login(runner: Runner, commands: AuthCommands | None = COMMANDS, steps: list[LoginStep] | None = None) -> Login:
    async def on_terminal(commands: AuthCommands) -> CommandOutcome:
        return await runner((f"terminal {commands.login[0]}",), 0)

    announce = (lambda step: None) if steps is None else steps.append
    return Login(profile(auth=commands), announce=announce, run_interactively=on_terminal, run=runner)


async def test_whoever_is_logged_in_is_checked_once() -> None:
    runner = Runner(check_it=DONE)
    state = login(runner)

    await asyncio.gather(*(state.ensure() for _ in range(10)))
    await state.ensure()

    assert runner.ran == ["check-it"]
    assert state.last_outcome == "`check-it` reports that you are logged in"


async def test_without_commands_nothing_is_run() -> None:
    runner = Runner()

    await login(runner, None).ensure()
    await login(runner, AuthCommands()).ensure()

    assert runner.ran == []


async def test_a_profile_that_sends_a_token_of_its_own_is_told_so() -> None:
    state = login(Runner(), None)
    state._profile = Profile("far", url="https://x/", headers={"Authorization": "Bearer x"}, source="config.toml")
    with pytest.raises(UsageError, match="Authorization header of its own") as caught:
        await state.log_in()
    assert "config.toml" in caught.value.hint


async def test_a_failed_check_leads_to_one_login_for_everybody() -> None:
    runner, steps = Runner(check_it=FAILED, log_in=DONE), list[LoginStep]()
    state = login(runner, steps=steps)

    await asyncio.gather(*(state.ensure() for _ in range(10)))

    assert runner.ran == ["check-it", "log-in"]
    assert state.logins == 1
    assert steps == [LoginStep.CHECKING, LoginStep.LOGGING_IN, LoginStep.DONE, LoginStep.DONE]


async def test_an_interactive_login_is_run_on_the_terminal() -> None:
    runner, steps = Runner(check_it=FAILED), list[LoginStep]()
    runner.outcomes["terminal mwinit"] = DONE
    state = login(runner, AuthCommands(check=("check-it",), login=("mwinit",)), steps)

    await state.ensure()

    assert runner.ran == ["check-it", "terminal mwinit"]
    assert steps == [LoginStep.CHECKING, LoginStep.NEEDED, LoginStep.DONE, LoginStep.DONE]


async def test_a_login_command_alone_is_kept_for_when_the_tracker_asks() -> None:
    runner = Runner(log_in=DONE)
    state = login(runner, AuthCommands(login=("log-in",), interactive=False))

    await state.ensure()
    assert runner.ran == []
    await state.renew(0, MCPAuthenticationError("401"))
    assert runner.ran == ["log-in"]


async def test_ten_refused_requests_cause_one_login() -> None:
    runner = Runner(check_it=DONE, log_in=DONE)
    state = login(runner)
    await state.ensure()
    before = state.logins

    await asyncio.gather(*(state.renew(before, MCPAuthenticationError("401")) for _ in range(10)))
    await state.renew(before, MCPAuthenticationError("401, told late"))

    assert runner.ran == ["check-it", "log-in"]
    assert state.logins == 1


async def test_without_a_login_command_the_trackers_own_error_stands() -> None:
    error = MCPAuthenticationError("401")

    with pytest.raises(MCPAuthenticationError) as caught:
        await login(Runner(), None).renew(0, error)

    assert caught.value is error


async def test_after_a_refusal_that_no_login_can_mend_the_check_is_made_anew() -> None:
    runner = Runner(check_it=DONE)
    state = login(runner, AuthCommands(check=("check-it",)))
    await state.ensure()

    with pytest.raises(MCPAuthenticationError):
        await state.renew(0, MCPAuthenticationError("401"))
    await state.ensure()

    assert runner.ran == ["check-it", "check-it"]


async def test_a_login_goes_on_while_one_still_waits_and_ends_with_the_last() -> None:
    runner = Runner(check_it=FAILED, log_in=DONE)
    runner.gate = asyncio.Event()
    state = login(runner)
    first, second = asyncio.create_task(state.ensure()), asyncio.create_task(state.ensure())
    await runner.started.wait()

    first.cancel()
    await asyncio.sleep(0)
    runner.gate.set()
    await second
    assert state.logins == 1

    state.forget()
    runner.gate.clear()
    runner.started.clear()
    third = asyncio.create_task(state.ensure())
    await runner.started.wait()
    third.cancel()
    await asyncio.gather(third, return_exceptions=True)
    runner.gate.set()
    await asyncio.sleep(0.01)
    assert state.logins == 1


@pytest.mark.parametrize("what", ["check", "login"])
@pytest.mark.parametrize("ending", [ending for ending in Ending if ending is not Ending.DONE])
def test_every_way_to_fail_has_its_own_words(what: str, ending: Ending) -> None:
    def words(ending: Ending) -> tuple[str, str]:
        error = command_error(what, ("tool", "-x y"), CommandOutcome(ending, 3, "one\ntwo"), 10, "/etc/c.toml")
        assert error.kind is ErrorKind.AUTH
        assert error.hint
        return error.title, error.cause

    others = {words(other) for other in Ending if other not in {ending, Ending.DONE}}

    assert words(ending) not in others
    assert "tool" in words(ending)[1]


@pytest.mark.parametrize(
    ("runner", "cause"),
    [
        (Runner(check_it=CommandOutcome(Ending.MISSING)), "'check-it' is not installed"),
        (Runner(check_it=CommandOutcome(Ending.TIMED_OUT)), "did not end within 10 s"),
        (
            Runner(check_it=FAILED, log_in=CommandOutcome(Ending.FAILED, 7, "wrong PIN")),
            "exit code 7. Its output:\nwrong PIN",
        ),
        (Runner(check_it=FAILED, log_in=CommandOutcome(Ending.CANCELLED)), "stopped before it had finished"),
        (Runner(check_it=FAILED, log_in=CommandOutcome(Ending.TIMED_OUT)), "did not end within 60 s"),
    ],
)
async def test_what_went_wrong_is_told_and_remembered(runner: Runner, cause: str) -> None:
    state = login(runner)

    with pytest.raises(MCPAuthenticationError) as caught:
        await state.ensure()

    assert cause in caught.value.cause
    assert state.last_outcome == caught.value.cause


def test_the_presets_are_complete() -> None:
    assert AUTH_PRESETS.keys() == {"midway", "gh", "aws-sso", "kerberos"}
    midway = AUTH_PRESETS["midway"]
    assert (midway.check, midway.check_timeout) == (("mwinit", "-s"), 10)
    assert (midway.login, midway.login_timeout) == (("mwinit", "-o"), 60)
    assert all(name == commands.name and commands.check and commands.login for name, commands in AUTH_PRESETS.items())


class GuardedTracker:
    """A tracker that answers only whoever has logged in; each test says in which form it refuses."""

    def __init__(self, refusal: CallToolResult | MCPError, *, logins_that_help: int = 1) -> None:
        self.refusal = refusal
        self.needed = logins_that_help
        self.logins = 0
        self.refused = 0

    async def handle(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        await asyncio.sleep(0)
        if self.logins >= self.needed:
            return json_result({"rows": rows(1, 1)})
        self.refused += 1
        if isinstance(self.refusal, MCPError):
            raise self.refusal
        return self.refusal


def rpc_error() -> MCPToolError:
    error = MCPToolError("Authentication failed")
    error.code = -32603
    return error


REFUSALS = [
    error_result("Unauthorized"),
    json_result({"success": False, "error": "401 Unauthorized"}),
    CallToolResult((), {"result": "Error searching tickets: API error 401: Credentials required"}),
    rpc_error(),
]


def answer_terminal(bench: Bench, tracker: GuardedTracker, *, declined: str = "") -> None:
    """Play the browser: log in each time it is asked for."""
    deliver = bench.listener.deliver

    def play(reply: Any) -> None:
        if isinstance(reply, TerminalNeeded):
            if declined:
                reply.decline(declined)
            else:
                tracker.logins += 1
                assert reply.run() == "You are logged in."
        deliver(reply)

    bench.service.connect(play)


@pytest.fixture
def on_terminal(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Commands that were run on the terminal, which is not a real one here."""
    ran: list[tuple[str, ...]] = []

    def run(argv: tuple[str, ...], seconds: float, clock: Clock, **_: Any) -> CommandOutcome:
        ran.append(argv)
        return DONE

    monkeypatch.setattr("tui_app.worker.login_commands.run_on_terminal", run)
    return ran


INTERACTIVE = AuthCommands(login=("mwinit", "-o"))


@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_refused_request_logs_in_once_and_is_repeated_once(
    make_bench: MakeBench, on_terminal: list[tuple[str, ...]], refusal: CallToolResult | MCPError
) -> None:
    tracker = GuardedTracker(refusal)
    bench = make_bench(tracker.handle, of=profile(auth=INTERACTIVE))
    answer_terminal(bench, tracker)

    assert isinstance(bench.ask(Search(1, "work", TicketSearchCriteria())), TicketsFound)

    assert on_terminal == [("mwinit", "-o")]
    assert tracker.refused == 1
    assert bench.backend.starts == 2, "the server that had the old credentials is not used again"
    states = [state.state for state in bench.listener.states()]
    assert ServerState.LOGIN_NEEDED in states
    assert ServerState.LOGGING_IN in states


def test_a_tracker_that_refuses_after_the_login_is_a_clear_failure(
    make_bench: MakeBench, on_terminal: list[tuple[str, ...]]
) -> None:
    tracker = GuardedTracker(error_result("401 Unauthorized"), logins_that_help=99)
    bench = make_bench(tracker.handle, of=profile(auth=INTERACTIVE))
    answer_terminal(bench, tracker)

    failed = bench.ask(Search(1, "work", TicketSearchCriteria()))

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.AUTH
    assert failed.title == "The tracker refuses your login"
    assert (tracker.refused, len(on_terminal)) == (2, 1)


@pytest.mark.parametrize(("commands", "why"), [(INTERACTIVE, ""), (AuthCommands(), "no login command is configured")])
def test_after_a_refusal_that_nothing_mended_the_state_is_that_a_login_is_needed(
    make_bench: MakeBench, on_terminal: list[tuple[str, ...]], commands: AuthCommands, why: str
) -> None:
    tracker = GuardedTracker(error_result("401 Unauthorized"), logins_that_help=99)
    bench = make_bench(tracker.handle, of=profile(auth=commands))
    answer_terminal(bench, tracker)

    assert isinstance(bench.ask(Search(1, "work", TicketSearchCriteria())), Failed)

    last = bench.listener.states()[-1]
    assert (last.state, last.detail) == (ServerState.LOGIN_NEEDED, why)


def test_ten_concurrent_refusals_cause_one_check_and_one_login(
    make_bench: MakeBench, on_terminal: list[tuple[str, ...]], tmp_path: Any
) -> None:
    tracker = GuardedTracker(error_result("401 Unauthorized"))
    log = tmp_path / "checks"
    check = ("sh", "-c", f"echo checked >> {log}")
    bench = make_bench(tracker.handle, of=profile(auth=AuthCommands(check=check, login=("mwinit", "-o"))))
    answer_terminal(bench, tracker)

    for number in range(1, 11):
        bench.service.submit(Search(number, "work", TicketSearchCriteria()))
    answered = 0
    while answered < 10:
        answered += bench.listener.next_of(TicketsFound).complete

    assert log.read_text().splitlines() == ["checked"]
    assert len(on_terminal) == 1


def test_a_login_that_breaks_in_our_own_hands_is_told_and_keeps_nobody_waiting(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> CommandOutcome:
        raise RuntimeError("the terminal is odd")

    monkeypatch.setattr("tui_app.worker.login_commands.run_on_terminal", broken)
    bench = make_bench(GuardedTracker(error_result("401")).handle, of=profile(auth=INTERACTIVE))
    bench.service.submit(Search(1, "work", TicketSearchCriteria()))

    assert "the terminal is odd" in bench.listener.next_of(TerminalNeeded).run()
    assert "the terminal is odd" in bench.listener.failure(1).cause


def test_without_a_terminal_the_failure_says_so(make_bench: MakeBench) -> None:
    tracker = GuardedTracker(error_result("401"))
    bench = make_bench(tracker.handle, of=profile(auth=INTERACTIVE))
    answer_terminal(bench, tracker, declined="standard input is a pipe")

    failed = bench.ask(Search(1, "work", TicketSearchCriteria()))

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.AUTH
    assert "standard input is a pipe" in failed.cause


def test_a_login_that_is_waited_for_does_not_use_up_the_requests_time(make_bench: MakeBench) -> None:
    tracker = GuardedTracker(error_result("401 Unauthorized"))
    bench = make_bench(tracker.handle, of=profile(auth=INTERACTIVE, timeouts=Timeouts(total=0.3)))
    bench.service.submit(Search(1, "work", TicketSearchCriteria()))
    needed = bench.listener.next_of(TerminalNeeded)

    with pytest.raises(AssertionError):
        bench.listener.until(lambda reply: isinstance(reply, Failed), bound=0.6)
    needed.decline("enough waited")

    assert "enough waited" in bench.listener.failure(1).cause


def test_a_request_given_up_during_the_login_leaves_nothing_to_log_in_for(
    make_bench: MakeBench, on_terminal: list[tuple[str, ...]]
) -> None:
    tracker = GuardedTracker(error_result("401 Unauthorized"))
    bench = make_bench(tracker.handle, of=profile(auth=INTERACTIVE))
    bench.service.submit(Search(1, "work", TicketSearchCriteria()))
    needed = bench.listener.next_of(TerminalNeeded)

    bench.service.cancel(1)

    assert bench.listener.failure(1).kind is ErrorKind.CANCELLED
    assert needed.run() == "The login is no longer needed."
    assert on_terminal == []


def test_a_setup_call_that_is_refused_leads_to_the_login_too(
    make_bench: MakeBench, on_terminal: list[tuple[str, ...]]
) -> None:
    tracker = GuardedTracker(error_result("401 Unauthorized"))
    bench = make_bench(tracker.handle, of=profile(auth=INTERACTIVE), adapter=FakeAdapter(setup=(ToolCall("me", {}),)))
    answer_terminal(bench, tracker)

    assert isinstance(bench.ask(Search(1, "work", TicketSearchCriteria())), TicketsFound)
    assert len(on_terminal) == 1


def test_a_profile_with_a_check_is_not_started_beforehand(make_bench: MakeBench) -> None:
    bench = make_bench(GuardedTracker(error_result("401")).handle, of=profile(auth=COMMANDS))

    bench.prestart(profile(auth=COMMANDS))

    assert bench.backend.pending == []
