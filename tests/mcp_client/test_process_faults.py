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

from tests.mcp_client.conftest import QUICK, OpenFaulty, Verdict, eventually, fault_command, lives_on, outcome
from tests.processes import marked_processes, new_mark, wait_until
from tui_app.mcp_client.process import ServerCommand, spawn
from tui_app.mcp_client.session import open_session
from tui_app.tickets.errors import CommandNotFoundError, MCPConnectionError, ServerStartError

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
        soon = "soon" if time.monotonic() - started < 1 else "late"
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
        kept = len(session.process.stderr_tail)
        verdict(
            "done, tail bounded, lives on",
            f"{seen}, {'tail bounded' if kept < 70_000 else kept}, {await lives_on(session)}",
        )
        await eventually(lambda: session.process.last_error_line == "the \u241b]0;last\u2407 line")


async def test_standard_error_is_read_in_full_after_a_crash(faulty: OpenFaulty) -> None:
    async with faulty("exits", number=1) as session:
        with pytest.raises(MCPConnectionError) as caught:
            await session.call_tool("fault", {})
        assert caught.value.stderr_tail == "loading\nfatal: \u241b[2Jno disk\n\n"


# ------------------------------------------------------------------------- ending


@pytest.mark.parametrize("fault", ["none", "stubborn", "stubborn-family"])
async def test_a_closed_session_leaves_no_process_within_five_seconds(fault: str, verdict: Verdict) -> None:
    mark = new_mark()
    session = await open_session(fault_command(fault, env=mark), QUICK)
    assert len(marked_processes(mark)) == (2 if fault == "stubborn-family" else 1)
    started = time.monotonic()
    await session.close()
    took = time.monotonic() - started
    verdict("0 left in time", f"{len(marked_processes(mark))} left {'in time' if took < 5 else f'after {took:.1f} s'}")
    assert session.process.exit_code is not None
    assert not session.alive


async def test_closing_twice_at_once_and_again_is_harmless() -> None:
    session = await open_session(fault_command("stubborn"), QUICK)
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
    process = spawn(fault_command("stubborn-family", env=mark))
    process.end()
    process.end()
    verdict("0 left", f"{len(marked_processes(mark))} left")


async def test_a_start_that_is_cancelled_leaves_no_process() -> None:
    mark = new_mark()
    start = asyncio.ensure_future(open_session(fault_command("never-ready", env=mark), QUICK))
    await asyncio.sleep(0)
    start.cancel()
    with pytest.raises(asyncio.CancelledError):
        await start
    assert marked_processes(mark) == []


async def test_after_a_hundred_crashes_there_are_no_zombies_and_no_more_descriptors_or_threads(
    verdict: Verdict,
) -> None:
    async def crash() -> None:
        session = await open_session(fault_command("exits", number=1), QUICK)
        with pytest.raises(MCPConnectionError):
            await session.call_tool("fault", {})
        await session.close()

    await crash()  # whatever is made once, is made now
    before = _descriptors(), threading.active_count(), _children()
    for _ in range(10):
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
    check = "import sys, tui_app.mcp_client.process; print([m for m in ('asyncio', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_session_works_on_a_loop_of_another_thread_for_a_process_of_this_one() -> None:
    process = spawn(fault_command("none"))

    async def talk() -> str:
        session = await open_session(process.command, QUICK, process=process)
        answered = await lives_on(session)
        await session.close()
        return answered

    with ThreadPoolExecutor(1) as other_thread:
        assert other_thread.submit(lambda: asyncio.run(talk())).result(30) == "lives on"


async def test_a_server_that_died_before_its_session_was_opened_is_explained(verdict: Verdict) -> None:
    process = spawn(fault_command("dies-at-the-start"))
    await eventually(lambda: process.exit_code is not None)
    with pytest.raises(ServerStartError) as caught:
        await open_session(process.command, QUICK, process=process)
    verdict("exit code 3: ModuleNotFoundError: No module named 'jira'", caught.value.cause.partition("ended with ")[2])


async def test_a_server_gets_an_allowlisted_environment_its_folder_and_a_session_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict
) -> None:
    monkeypatch.setenv("OTHER_TRACKER_TOKEN", "secret")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    command = fault_command("environment", env={"JIRA_TOKEN": "t"}, cwd=str(tmp_path))
    session = await open_session(command, QUICK)
    seen = json.loads((await session.call_tool("fault", {})).text)
    await session.close()
    environ = seen["environ"]
    passed = [name for name in ("PATH", "HOME", "HTTPS_PROXY", "JIRA_TOKEN", "OTHER_TRACKER_TOKEN") if name in environ]
    verdict("PATH HOME HTTPS_PROXY JIRA_TOKEN", " ".join(passed))
    assert seen["cwd"].endswith(tmp_path.name)
    assert seen["sid"] == session.process.pid


async def test_secrets_of_the_command_are_masked_in_what_the_server_says(verdict: Verdict) -> None:
    script = "import sys; sys.exit('login with hunter2-token failed')"
    command = ServerCommand((sys.executable, "-c", script, "hunter2-token"), secrets=("hunter2-token",))
    with pytest.raises(MCPConnectionError) as caught:
        await open_session(command, QUICK)
    verdict("hidden", "hidden" if "hunter2" not in f"{caught.value.cause} {caught.value.stderr_tail}" else "shown")
    assert "login with **** failed" in caught.value.cause


@pytest.mark.parametrize(
    ("program", "cause", "hint"),
    [
        ("no-such-program", "no-such-program was not found", "config.toml"),
        ("./plain.txt", "is not executable", "chmod"),
        ("./folder", "is not executable", "chmod"),
        ("./no-interpreter", "The interpreter that the first line of", "Install it"),
        ("./garbage", "is no program that can be run", "interpreter"),
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
        spawn(ServerCommand((program, "-y", "pkg"), configured_in="config.toml"))
    named = cause in caught.value.cause and "config.toml" in caught.value.cause and hint in caught.value.hint
    verdict("explained", "explained" if named else f"{caught.value.cause} / {caught.value.hint}")
    assert not caught.value.retryable


def test_a_folder_that_does_not_exist_is_named(verdict: Verdict) -> None:
    with pytest.raises(CommandNotFoundError) as caught:
        spawn(ServerCommand((sys.executable,), cwd="/no/such/folder", configured_in="config.toml"))
    words = caught.value.cause + caught.value.hint
    verdict(
        "names folder and file",
        "names folder and file" if "/no/such/folder" in words and "config.toml" in words else words,
    )
