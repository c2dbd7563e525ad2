"""Faults of the process: however a server behaves or ends, its requests fail soon and nothing of it is left."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cases import one_quick
from tests.mcp_client.conftest import QUICK, OpenFaulty, Verdict, eventually, fault_command, lives_on, outcome
from tests.processes import marked_processes, new_mark, wait_until
from tui_app.mcp_client.session import open_session
from tui_app.mcp_client.stdio.command import ServerCommand
from tui_app.mcp_client.stdio.process import spawn
from tui_app.mcp_client.targets import StdioLaunch, start_transport
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import CommandNotFoundError, MCPConnectionError, ServerStartError

_SOON = 15.0  # seconds, on a machine that has much else to do; what never ends takes 20 and more
both_eras = pytest.mark.parametrize("era", ["legacy", "modern"])


@both_eras
@pytest.mark.parametrize(
    ("fault", "number", "how"),
    [
        ("exits", 0, "exit code 0: fatal: \u241b[2Jno disk"),
        ("exits", 7, "exit code 7: fatal: \u241b[2Jno disk"),
        ("killed", 0, "SIGKILL."),
        ("dies-within-a-line", 0, "exit code 9."),
        ("dies-and-leaves-a-child", 0, "exit code 5."),
    ],
    ids=["exits with 0", "exits with 7", "kill -9", "dies within a line", "dies and leaves a child"],
)
async def test_a_server_that_dies_fails_its_requests_with_exit_code_and_last_words(
    fault: str, number: int, how: str, era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty(fault, era, number) as session:
        calls = [session.call_tool("fault", {}), session.call_tool("work", {})]
        started = time.monotonic()
        errors = await asyncio.gather(*calls, return_exceptions=True)
        soon = "soon" if time.monotonic() - started < _SOON else "late"
        causes = {str(e).partition(" ended with ")[2] for e in errors if isinstance(e, MCPConnectionError)}
        verdict(f"2 failed {soon}, {how}", f"{len(errors)} failed {soon}, {' / '.join(causes)}")
        assert "(configured in config.toml)" in str(errors[0])
        assert not session.alive
        with pytest.raises(MCPConnectionError, match="ended with"):
            await session.call_tool("work", {})


async def test_an_answer_before_the_end_is_delivered_even_without_a_newline(
    faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty("answers-and-exits") as session:
        verdict("done", await outcome(session.call_tool("fault", {})))


async def test_a_server_that_closes_its_output_counts_as_gone(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("closes-its-output") as session:
        verdict("MCPConnectionError", await outcome(session.call_tool("fault", {})))


async def test_a_server_that_closes_its_input_counts_as_gone(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("closes-its-input") as session:
        first = await outcome(session.call_tool("fault", {}))
        verdict("deaf, MCPConnectionError", f"{first}, {await outcome(session.call_tool('work', {}))}")


async def test_a_server_that_stops_reading_blocks_nobody(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("reads-nothing") as session:
        await session.call_tool("fault", {})
        large = {"text": "x" * 3_000_000}
        verdict("MCPTimeoutError", await outcome(session.call_tool("work", large, timeout=0.1)))


async def test_fifty_megabytes_on_standard_error_never_block(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("floods-standard-error", number=50_000_000) as session:
        seen = await outcome(session.call_tool("fault", {}), within=10)
        kept = len(session.peer.log_tail)
        verdict(
            "done, tail bounded, lives on",
            f"{seen}, {'tail bounded' if kept < 70_000 else kept}, {await lives_on(session)}",
        )
        await eventually(lambda: session.peer.last_log_line == "the \u241b]0;last\u2407 line")


async def test_standard_error_is_read_in_full_after_a_crash(faulty: OpenFaulty) -> None:
    async with faulty("exits", number=1) as session:
        with pytest.raises(MCPConnectionError) as caught:
            await session.call_tool("fault", {})
        assert caught.value.stderr_tail == "loading\nfatal: \u241b[2Jno disk\n\n"


# ------------------------------------------------------------------------- ending


@pytest.mark.parametrize("fault", ["none", "stubborn", "stubborn-family"])
async def test_a_closed_session_leaves_no_process(fault: str, verdict: Verdict) -> None:
    mark = new_mark()
    launch = StdioLaunch(fault_command(fault, env=mark), SYSTEM_CLOCK)
    session = await open_session(launch, QUICK)
    assert len(marked_processes(mark)) == (2 if fault == "stubborn-family" else 1)
    started = time.monotonic()
    await session.close()
    took = time.monotonic() - started
    verdict(
        "0 left in time", f"{len(marked_processes(mark))} left {'in time' if took < _SOON else f'after {took:.1f} s'}"
    )
    assert launch.process.exit_code is not None
    assert not session.alive


async def test_closing_twice_at_once_and_again_is_harmless() -> None:
    session = await open_session(start_transport(fault_command("stubborn"), SYSTEM_CLOCK), QUICK)
    await asyncio.gather(session.close(), session.close())
    await session.close()


async def test_closing_fails_the_requests_under_way(faulty: OpenFaulty) -> None:
    async with faulty("silent") as session:
        call = asyncio.ensure_future(session.call_tool("fault", {}))
        await asyncio.sleep(0)
        await session.close()
        with pytest.raises(MCPConnectionError, match="closed"):
            await call
        with pytest.raises(MCPConnectionError, match="closed"):
            await session.call_tool("work", {})


def test_a_server_that_was_only_spawned_can_be_ended_without_an_event_loop(verdict: Verdict) -> None:
    mark = new_mark()
    process = spawn(fault_command("stubborn-family", env=mark), SYSTEM_CLOCK)
    process.end()
    process.end()
    verdict("0 left", f"{len(marked_processes(mark))} left")


async def test_a_start_that_is_cancelled_leaves_no_process() -> None:
    mark = new_mark()
    start = asyncio.ensure_future(
        open_session(start_transport(fault_command("never-ready", env=mark), SYSTEM_CLOCK), QUICK)
    )
    await asyncio.sleep(0)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert marked_processes(mark) == []


@pytest.mark.parametrize("tens", one_quick(1, 10))
async def test_after_many_crashes_there_are_no_zombies_and_no_more_descriptors_or_threads(
    tens: int, verdict: Verdict
) -> None:
    async def crash() -> None:
        session = await open_session(start_transport(fault_command("exits", number=1), SYSTEM_CLOCK), QUICK)
        with pytest.raises(MCPConnectionError):
            await session.call_tool("fault", {})
        await session.close()

    await crash()  # whatever is made once, is made now
    before = _descriptors(), threading.active_count(), _children()
    for _ in range(tens):
        await asyncio.gather(*(crash() for _ in range(10)))
    after = _descriptors(), threading.active_count(), _children()
    verdict("as before", "as before" if after == before else f"{before} became {after}")


def _descriptors() -> int:
    return len(list(Path("/dev/fd").iterdir()))


def _children() -> list[str]:
    """Our children, zombies too."""
    if sys.platform != "linux":
        return []
    return sorted(Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split())


@pytest.mark.parametrize("end", ["kill -9", "kill", "exit"])
def test_a_program_that_ends_without_closing_its_sessions_leaves_no_server(end: str, verdict: Verdict) -> None:
    mark = new_mark()
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.mcp_client.program_with_servers"],
        env={**os.environ, **mark},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    with program:
        assert program.stdin
        assert program.stdout
        assert program.stdout.readline() == b"ready\n"
        assert len(marked_processes(mark)) > 5
        if end == "exit":
            program.stdin.write(b"\n")
            program.stdin.flush()
        else:
            program.send_signal(signal.SIGKILL if end == "kill -9" else signal.SIGTERM)
        program.wait(10)
    wait_until(lambda: not marked_processes(mark), 5.0)
    verdict("0 left", f"{len(marked_processes(mark))} left")


# ---------------------------------------------------------------------- the start


def test_starting_a_server_loads_neither_asyncio_nor_pydantic() -> None:
    check = "import sys, tui_app.mcp_client.targets; print([m for m in ('asyncio', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_session_works_on_a_loop_of_another_thread_for_a_process_of_this_one() -> None:
    pending = start_transport(fault_command("none"), SYSTEM_CLOCK)

    async def talk() -> str:
        session = await open_session(pending, QUICK)
        answered = await lives_on(session)
        await session.close()
        return answered

    with ThreadPoolExecutor(1) as other_thread:
        assert other_thread.submit(lambda: asyncio.run(talk())).result(30) == "lives on"


async def test_a_server_that_died_before_its_session_was_opened_is_explained(verdict: Verdict) -> None:
    launch = StdioLaunch(fault_command("dies-at-the-start"), SYSTEM_CLOCK)
    await eventually(lambda: launch.process.exit_code is not None)
    with pytest.raises(ServerStartError) as caught:
        await open_session(launch, QUICK)
    verdict("exit code 3: ModuleNotFoundError: No module named 'jira'", caught.value.cause.partition("ended with ")[2])


async def test_a_server_gets_an_allowlisted_environment_its_folder_and_a_session_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict
) -> None:
    monkeypatch.setenv("OTHER_TRACKER_TOKEN", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    command = fault_command("environment", env={"JIRA_TOKEN": "t"}, cwd=str(tmp_path))
    launch = StdioLaunch(command, SYSTEM_CLOCK)
    session = await open_session(launch, QUICK)
    seen = json.loads((await session.call_tool("fault", {})).text)
    await session.close()
    environ = seen["environ"]
    passed = [name for name in ("PATH", "HOME", "HTTPS_PROXY", "JIRA_TOKEN", "OTHER_TRACKER_TOKEN") if name in environ]
    verdict("PATH HOME HTTPS_PROXY JIRA_TOKEN", " ".join(passed))
    assert seen["cwd"].endswith(tmp_path.name)
    assert seen["sid"] == launch.process.pid


async def test_secrets_of_the_command_are_masked_in_what_the_server_says(verdict: Verdict) -> None:
    script = "import sys; sys.exit('login with hunter2-token failed')"
    command = ServerCommand((sys.executable, "-c", script, "hunter2-token"), secrets=("hunter2-token",))
    with pytest.raises(MCPConnectionError) as caught:
        await open_session(start_transport(command, SYSTEM_CLOCK), QUICK)
    verdict("hidden", "hidden" if "hunter2" not in f"{caught.value.cause} {caught.value.stderr_tail}" else "shown")
    assert "login with **** failed" in caught.value.cause


@pytest.mark.parametrize(
    ("program", "cause", "hint"),
    [
        ("no-such-program", "no-such-program was not found", "config.toml"),
        ("./plain.txt", "is not executable", "chmod"),
        ("./folder", "is not executable", "chmod"),
        ("./no-interpreter", "The interpreter that the first line of", "Install it"),
        ("./garbage", "is not a program that can be run", "interpreter"),
        ("", "The command is empty", "config.toml"),
        ("uvx", "uvx was not found", "docs.astral.sh/uv"),
        ("npx", "npx was not found", "nodejs.org"),
        ("node", "node was not found", "nodejs.org"),
    ],
    ids=["missing", "not executable", "folder", "no interpreter", "garbage", "empty", "no uvx", "no npx", "no node"],
)
def test_a_command_that_cannot_run_is_explained(
    program: str, cause: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    (tmp_path / "plain.txt").write_text("text", encoding="utf-8")
    (tmp_path / "folder").mkdir()
    for name, content in {"no-interpreter": b"#!/no/such/interpreter\n", "garbage": b"\x7fELF\0\0"}.items():
        (tmp_path / name).write_bytes(content)
        (tmp_path / name).chmod(0o755)
    with pytest.raises(CommandNotFoundError) as caught:
        start_transport(ServerCommand((program, "-y", "pkg"), configured_in="config.toml"), SYSTEM_CLOCK)
    named = cause in caught.value.cause and "config.toml" in caught.value.cause and hint in caught.value.hint
    verdict("explained", "explained" if named else f"{caught.value.cause} / {caught.value.hint}")
    assert not caught.value.retryable


def test_a_folder_that_does_not_exist_is_named(verdict: Verdict) -> None:
    with pytest.raises(CommandNotFoundError) as caught:
        start_transport(
            ServerCommand((sys.executable,), cwd="/no/such/folder", configured_in="config.toml"), SYSTEM_CLOCK
        )
    words = caught.value.cause + caught.value.hint
    verdict(
        "names folder and file",
        "names folder and file" if "/no/such/folder" in words and "config.toml" in words else words,
    )


IN_BACKGROUND = "and left a process in the background"
KEEPING_NOTHING = (
    "import os, time; os.fork() and os._exit(0); os.setsid(); [os.close(n) for n in (0, 1, 2)]; time.sleep(60)"
)


@pytest.mark.parametrize(
    ("argv", "told", "tried_again"),
    [
        ((sys.executable, "-c", "import no_such_module"), "No module named 'no_such_module'", False),
        ((sys.executable, "-c", "def"), "SyntaxError: invalid syntax", False),
        (("sh", "-c", "echo 'Error: Cannot find module desk' >&2; exit 1"), "Cannot find module desk", False),
        (("sh", "-c", "exec no-such-program"), "not found", False),
        (("sh", "-c", "sleep 60 & exit 0"), IN_BACKGROUND, False),
        (("sh", "-c", "nohup sleep 60 >/dev/null 2>&1 </dev/null & exit 0"), IN_BACKGROUND, False),
        ((sys.executable, "-c", "import os, time; os.fork() and os._exit(0); time.sleep(60)"), IN_BACKGROUND, False),
        ((sys.executable, "-c", KEEPING_NOTHING), IN_BACKGROUND, False),
        (("sh", "-c", "echo 'no route to the tracker' >&2; exit 1"), "no route to the tracker", True),
        (("sh", "-c", "echo 'Usage: desk FILE'"), "wrote something that is not a message: Usage: desk FILE", True),
    ],
    ids=lambda value: " ".join(value)[-40:] if isinstance(value, tuple) else None,
)
async def test_a_start_that_fails_tells_why_and_whether_another_try_makes_sense(
    argv: tuple[str, ...], told: str, tried_again: bool, verdict: Verdict
) -> None:
    pending = start_transport(ServerCommand(argv, configured_in="config.toml"), SYSTEM_CLOCK)
    started = time.monotonic()
    with pytest.raises(ServerStartError) as caught:
        await open_session(pending, QUICK)
    soon = "soon" if time.monotonic() - started < _SOON else "late"
    seen = told if told in caught.value.cause else caught.value.cause
    verdict(f"{told}, {tried_again}, soon", f"{seen}, {caught.value.retryable}, {soon}")
