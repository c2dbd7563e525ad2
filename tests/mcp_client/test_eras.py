"""Which era a server speaks is found out whatever it does with the probe, and remembered."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from tests.mcp_client.conftest import QUICK, OpenFaulty, Verdict, fault_command, lives_on
from tests.mcp_client.test_protocol_faults import messages_heard
from tui_app.mcp_client.era import negotiate
from tui_app.mcp_client.session import EraMemory, Session, open_session
from tui_app.mcp_client.targets import start_transport
from tui_app.mcp_client.types import Era
from tui_app.mcp_client.wire import UNSUPPORTED_VERSION
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import MCPProtocolError, MCPTimeoutError, ServerStartError


async def methods_heard(session: Session) -> str:
    return " ".join(message["method"] for message in await messages_heard(session))


@pytest.mark.parametrize(
    ("fault", "era", "spoken"),
    [
        ("none", "legacy", "legacy 2025-11-25"),
        ("none", "modern", "modern 2026-07-28"),
        ("none", "both", "modern 2026-07-28"),
        ("old-version", "legacy", "legacy 2024-11-05"),
        ("silent-probe", "legacy", "legacy 2025-11-25"),
        ("silent-probe", "both", "legacy 2025-11-25"),
        ("late-probe", "modern", "modern 2026-07-28"),
        ("late-probe", "both", "modern 2026-07-28"),
        ("dies-of-the-probe", "legacy", "legacy 2025-11-25"),
        ("dies-slowly-of-the-probe", "legacy", "legacy 2025-11-25"),
        ("refuses-the-first-probe", "modern", "modern 2026-07-28"),
        ("probe-overtaken", "modern", "modern 2026-07-28"),
        ("strict-version", "legacy", "legacy 2024-11-05"),
    ],
)
async def test_the_era_is_found_out(fault: str, era: str, spoken: str, faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty(fault, era) as session:
        identity = session.identity
        verdict(f"{spoken}, lives on", f"{identity.era} {identity.protocol_version}, {await lives_on(session)}")
        assert (identity.name, identity.version) == ("fault-server", "1")
        assert "notifications/cancelled" not in await methods_heard(session)


async def test_a_legacy_server_is_probed_once_only(faulty: OpenFaulty, verdict: Verdict) -> None:
    eras = EraMemory()
    async with faulty("none", "legacy", era_cache=eras) as session:
        first = await methods_heard(session)
    async with faulty("none", "legacy", era_cache=eras) as session:
        second = await methods_heard(session)
    verdict(
        "server/discover initialize, then initialize",
        f"{first.removesuffix(AFTER)}, then {second.removesuffix(AFTER)}",
    )


AFTER = " notifications/initialized tools/call"


@pytest.mark.parametrize(("remembered", "era"), [(Era.LEGACY, "modern"), (Era.MODERN, "legacy")])
async def test_a_server_that_changed_its_era_is_found_out_again(
    remembered: Era, era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    eras = EraMemory()
    key = fault_command("none", era).key
    eras.put(key, remembered)
    async with faulty("none", era, era_cache=eras) as session:
        verdict(f"{era}, {era} remembered", f"{session.identity.era}, {eras.get(key)} remembered")


@pytest.mark.parametrize(
    ("fault", "era", "theirs"),
    [("ancient-version", "legacy", "1999-01-01"), ("future-version", "modern", "2031-01-01")],
)
async def test_an_unsupported_version_names_both_sides_at_once(
    fault: str, era: str, theirs: str, verdict: Verdict
) -> None:
    started = time.monotonic()
    with pytest.raises(MCPProtocolError) as caught:
        await open_session(start_transport(fault_command(fault, era), SYSTEM_CLOCK), QUICK)
    named = theirs in caught.value.cause and "2025-11-25" in caught.value.cause and "2026-07-28" in caught.value.cause
    soon = time.monotonic() - started < 9  # the start may take ten
    verdict(
        "both named, soon, no retry",
        f"{'both named' if named else caught.value.cause}, {'soon' if soon else 'late'}, "
        f"{'retry' if caught.value.retryable else 'no retry'}",
    )


async def test_a_server_that_dies_at_the_start_is_explained_with_its_last_words(verdict: Verdict) -> None:
    with pytest.raises(ServerStartError) as caught:
        await open_session(start_transport(fault_command("dies-at-the-start"), SYSTEM_CLOCK), QUICK)
    verdict(
        "ended with exit code 3: ModuleNotFoundError: No module named 'jira'",
        "ended with " + caught.value.cause.partition(" ended with ")[2],
    )
    assert "(configured in config.toml)" in caught.value.cause
    assert caught.value.stderr_tail.startswith("Traceback")


async def test_a_server_that_is_never_ready_is_given_up_with_limit_and_last_words(verdict: Verdict) -> None:
    with pytest.raises(MCPTimeoutError) as caught:
        await open_session(start_transport(fault_command("never-ready"), SYSTEM_CLOCK), replace(QUICK, start=0.6))
    verdict(
        "was not ready within 0.6 s; its last line on standard error: connecting to tracker.example",
        "was not ready" + caught.value.cause.partition("was not ready")[2],
    )


async def test_tools_are_listed_to_a_repeated_cursor(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("repeated-cursor") as session:
        verdict("work fault", " ".join(tool.name for tool in await session.list_tools()))


async def test_endless_pages_of_tools_end_at_the_cap(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("endless-pages", limits=replace(QUICK, tool_pages=20)) as session:
        verdict("20 tools", f"{len(await session.list_tools())} tools")


async def test_a_malformed_tool_does_not_hide_the_others(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("malformed-tools") as session:
        verdict("bare work fault", " ".join(tool.name for tool in await session.list_tools()))


async def test_a_server_without_tools_lists_none(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("no-tools-method") as session:
        verdict("0 tools", f"{len(await session.list_tools())} tools")


class RefusingOnce:
    """Answers the first greeting late, with a version to try instead, and the handshake; then ``again`` or nothing."""

    def __init__(self, again: Mapping[str, Any] | None) -> None:
        self._again = again
        self._probes = 0

    def send(self, method: str, params: Mapping[str, Any]) -> asyncio.Future[Mapping[str, Any]]:
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Mapping[str, Any]] = loop.create_future()
        if method == "initialize":
            loop.call_later(0.02, answer.set_result, {"protocolVersion": "2025-11-25", "serverInfo": {"name": "old"}})
            return answer
        self._probes += 1
        if self._probes == 1:
            refused = MCPProtocolError("no")
            refused.code, refused.data = UNSUPPORTED_VERSION, {"supported": ["2026-07-28"]}
            loop.call_later(0.03, answer.set_exception, refused)
        elif self._again is not None:
            loop.call_later(0.001, answer.set_result, self._again)
        return answer

    def notify(self, method: str) -> None:
        pass


MODERN_ANSWER = {"supportedVersions": ["2026-07-28"], "serverInfo": {"name": "new"}}


@pytest.mark.parametrize(
    ("again", "spoken"),
    [(None, (Era.LEGACY, "old")), ({}, (Era.LEGACY, "old")), (MODERN_ANSWER, (Era.MODERN, "new"))],
    ids=["silent", "nothing", "modern"],
)
async def test_a_server_that_names_a_version_late_is_spoken_to_as_it_answers(
    again: Mapping[str, Any] | None, spoken: tuple[Era, str]
) -> None:
    identity = await asyncio.wait_for(negotiate(RefusingOnce(again), 0.01, None), 10)
    assert (identity.era, identity.name) == spoken
