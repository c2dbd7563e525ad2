"""Faults of encoding, envelope, order and amount: each is read, or fails its own request only."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from typing import Any

import pytest
from msgspec.structs import replace

from tests.mcp_client.conftest import QUICK, OpenFaulty, Verdict, lives_on, outcome
from tests.mcp_client.fault_server import FRAMES
from tui_app.mcp_client.session import Session
from tui_app.tickets.errors import MCPTimeoutError, MCPToolError

both_eras = pytest.mark.parametrize("era", ["legacy", "modern"])


@both_eras
@pytest.mark.parametrize(
    "fault",
    [
        "byte-order-mark",
        "crlf-and-blank-lines",
        "string-id",
        "float-id",
        "missing-jsonrpc",
        "batch",
    ],
)
async def test_an_unusual_but_readable_answer_is_read(
    fault: str, era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty(fault, era) as session:
        seen = await outcome(session.call_tool("fault", {}))
        verdict("done, lives on", f"{seen}, {await lives_on(session)}")


async def test_log_lines_on_standard_output_are_skipped_counted_and_kept(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("noise", number=20_000) as session:
        seen = await outcome(session.call_tool("fault", {}), within=10)
        verdict(
            "done, 20000 skipped, lives on",
            f"{seen}, {session.peer.skipped_lines} skipped, {await lives_on(session)}",
        )
        kept = session.peer.skipped_tail
        assert kept.splitlines()[-1].startswith("[info] starting up")
        assert "\x1b" not in kept
        assert len(kept) < 200_000


@both_eras
async def test_invalid_utf8_is_read(era: str, faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("invalid-utf8", era) as session:
        seen = await outcome(session.call_tool("fault", {}))
        verdict("caf\ufffd \ufffd\ufffd, lives on", f"{seen}, {await lives_on(session)}")


@both_eras
async def test_control_characters_that_are_not_escaped_are_read(era: str, faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("raw-control-characters", era) as session:
        text = (await session.call_tool("fault", {})).text
        verdict("'a\\tb\\x1b[1m', lives on", f"{text!r}, {await lives_on(session)}")


@both_eras
async def test_half_a_surrogate_pair_is_read_and_can_be_sent_back(
    era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty("lone-surrogate", era) as session:
        text = (await session.call_tool("fault", {})).text
        echoed = json.loads((await session.call_tool("work", {"n": text})).text)
        verdict("'cut \\ud83d', echoed", f"{text!r}, {'echoed' if echoed == {'n': text} else echoed}")


@both_eras
async def test_numbers_that_json_does_not_have_become_null(era: str, faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("not-a-number", era) as session:
        result = await session.call_tool("fault", {})
        verdict("{'rank': [None, None, None]}, lives on", f"{result.structured_content}, {await lives_on(session)}")


@both_eras
async def test_an_integer_of_ten_thousand_digits_stays_as_its_digits(
    era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty("long-integer", era) as session:
        result = await session.call_tool("fault", {})
        number = result.structured_content["n"]
        verdict("str of 10000, lives on", f"{type(number).__name__} of {len(number)}, {await lives_on(session)}")


@both_eras
@pytest.mark.parametrize(
    "fault",
    [
        "deep-nesting",
        "cut-json",
        "null-result",
        "list-result",
        "neither-result-nor-error",
        "both-result-and-error",
        "error-that-is-text",
        "error-without-an-id",
        "unknown-result-type",
    ],
)
async def test_an_answer_that_breaks_the_protocol_fails_its_request_at_once(
    fault: str, era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty(fault, era) as session:
        seen = await outcome(session.call_tool("fault", {}))
        verdict("MCPProtocolError, lives on", f"{seen}, {await lives_on(session)}")


@both_eras
async def test_a_question_instead_of_an_answer_fails_its_request_at_once(
    era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty("input-required", era) as session:
        seen = await outcome(session.call_tool("fault", {}))
        verdict("InputRequiredError, lives on", f"{seen}, {await lives_on(session)}")


@pytest.mark.parametrize("fault", ["refused", "null-beside-the-error"])
@both_eras
async def test_a_json_rpc_error_keeps_its_words_code_and_data(
    fault: str, era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty(fault, era) as session:
        with pytest.raises(MCPToolError) as caught:
            await session.call_tool("fault", {})
        verdict(
            "token expired, -32001, {'status': 401}", f"{caught.value.cause}, {caught.value.code}, {caught.value.data}"
        )


@both_eras
async def test_is_error_is_a_result(era: str, faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("is-error", era) as session:
        verdict("is_error: no such project", await outcome(session.call_tool("fault", {})))


@both_eras
async def test_unknown_content_passes_through(era: str, faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("unknown-content", era) as session:
        result = await session.call_tool("fault", {})
        verdict("hologram resource text unknown", " ".join(block.type for block in result.content))
        assert result.content[0].raw == {"type": "hologram", "data": "AAAA"}
        assert result.text == "embedded\ndone"


@both_eras
async def test_duplicate_unknown_and_late_answers_are_dropped(era: str, faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("wrong-ids", era) as session:
        seen = await outcome(session.call_tool("fault", {}))
        verdict("done, lives on", f"{seen}, {await lives_on(session)}")


@both_eras
async def test_a_hundred_answers_out_of_order_each_reach_their_caller(
    era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty("out-of-order", era, 100) as session:
        results = await asyncio.gather(*(session.call_tool("fault", {"n": n}) for n in range(100)))
        right = sum(result.text == str(n) for n, result in enumerate(results))
        verdict("100 of 100", f"{right} of 100")


async def test_fifty_thousand_notifications_before_a_result(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("notifications", number=50_000) as session:
        verdict("done", await outcome(session.call_tool("fault", {}), within=10))


async def test_a_line_beyond_the_cap_ends_the_server_with_a_typed_error(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("large-line", number=3_000_000, limits=replace(QUICK, message_bytes=1_000_000)) as session:
        seen = await outcome(session.call_tool("fault", {}))
        verdict("MCPProtocolError, server ended", f"{seen}, {'server lives' if session.alive else 'server ended'}")


def test_an_endless_line_is_caught_at_the_cap_in_under_three_times_its_memory(verdict: Verdict) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.mcp_client.memory_of_an_endless_line"],
        capture_output=True,
        text=True,
        timeout=50,
        check=True,
    )
    error, ratio = done.stdout.split()
    verdict("MCPProtocolError, under 3 times", f"{error}, {'under 3 times' if float(ratio) < 3 else ratio}")


async def test_the_time_for_a_line_grows_with_its_length_only(faulty: OpenFaulty, verdict: Verdict) -> None:
    """Ten megabytes take seconds with a reader that is quadratic."""
    async with faulty("large-line", number=10_000_000) as session:
        before = time.process_time()
        result = await session.call_tool("fault", {})
        assert time.process_time() - before < 3
        verdict("10000000 characters", f"{len(result.text)} characters")


@both_eras
async def test_a_request_that_times_out_is_cancelled_on_the_server(
    era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty("silent", era) as session:
        with pytest.raises(MCPTimeoutError):
            await session.call_tool("fault", {}, timeout=0.05)
        heard = await messages_heard(session)
        cancelled = [m["params"]["requestId"] for m in heard if m.get("method") == "notifications/cancelled"]
        timed_out = next(m["id"] for m in heard if m.get("method") == "tools/call")
        verdict("cancelled", "cancelled" if cancelled == [timed_out] else f"{cancelled} is not {timed_out}")


@both_eras
async def test_a_cancelled_call_is_cancelled_on_the_server(era: str, faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("late", era) as session:
        call = asyncio.ensure_future(session.call_tool("fault", {}))
        await asyncio.sleep(0)  # one turn: the call is sent
        call.cancel()
        with pytest.raises(asyncio.CancelledError):
            await call
        verdict("lives on", await lives_on(session))  # the server answers only after it was told


async def test_progress_extends_the_limit_but_not_the_hard_maximum(faulty: OpenFaulty, verdict: Verdict) -> None:
    limits = replace(QUICK, request=0.5, hard_maximum=1.5)
    async with faulty("progress-for-ever", limits=limits) as session:
        started = time.monotonic()
        seen = await outcome(session.call_tool("fault", {}), within=10)
        extended = time.monotonic() - started > 1.4
        verdict("MCPTimeoutError, extended", f"{seen}, {'extended' if extended else 'not extended'}")


async def test_progress_keeps_a_long_request_alive(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("progress-then-done", number=200, limits=replace(QUICK, request=1.5)) as session:
        verdict("done", await outcome(session.call_tool("fault", {}), within=15))


async def test_a_legacy_servers_requests_are_answered(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("asks-back", "legacy") as session:
        await session.call_tool("fault", {})
        replies = {m["id"]: m for m in await messages_heard(session) if "method" not in m}
        answers = [
            replies[f"ask-{n}"].get("result", replies[f"ask-{n}"].get("error", {}).get("code")) for n in range(4)
        ]
        verdict("[{}, {'roots': []}, -32601, -32601]", str(answers))


async def test_a_modern_server_never_gets_a_response(faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("asks-back", "modern") as session:
        await session.call_tool("fault", {})
        verdict("[]", str([m for m in await messages_heard(session) if "method" not in m]))


async def test_every_modern_request_says_version_capabilities_and_client(faulty: OpenFaulty, verdict: Verdict) -> None:
    patient = replace(QUICK, probe=10.0)  # a handshake, sent after a late answer to the probe, would be heard too
    async with faulty("none", "modern", limits=patient) as session:
        await session.list_tools()
        heard = [m for m in await messages_heard(session) if "id" in m]
        complete = [
            m["params"]["_meta"]["io.modelcontextprotocol/protocolVersion"] == "2026-07-28"
            and m["params"]["_meta"]["io.modelcontextprotocol/clientCapabilities"] == {}
            and m["params"]["_meta"]["io.modelcontextprotocol/clientInfo"]["name"] == "ticketdeck"
            for m in heard
        ]
        verdict(
            "server/discover tools/list tools/call, all complete",
            f"{' '.join(m['method'] for m in heard)}, {'all complete' if all(complete) else complete}",
        )


async def messages_heard(session: Session) -> list[dict[str, Any]]:
    """Every message that the server has received."""
    heard: list[dict[str, Any]] = json.loads((await session.call_tool("heard", {})).text)
    return heard


@both_eras
@pytest.mark.parametrize("fault", FRAMES)
async def test_a_message_that_has_no_line_of_its_own_is_read(
    fault: str, era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty(fault, era) as session:
        seen = await outcome(session.call_tool("fault", {}), within=8)
        verdict('done } "] {\\, lives on', f"{seen.replace(chr(10), ' ')}, {await lives_on(session)}")


@both_eras
async def test_a_message_that_a_log_quotes_is_none(era: str, faulty: OpenFaulty, verdict: Verdict) -> None:
    async with faulty("quoted-by-a-log", era) as session:
        seen = await outcome(session.call_tool("fault", {}))
        heard = (await session.call_tool("heard", {})).text
        verdict("done, nothing refused", f"{seen}, {'refused' if 'does not offer' in heard else 'nothing refused'}")


@both_eras
async def test_errors_that_name_no_request_do_not_end_one_that_is_answered(
    era: str, faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty("errors-without-an-id-before-the-answer", era) as session:
        seen = await outcome(session.call_tool("fault", {}))
        verdict("done, lives on", f"{seen}, {await lives_on(session)}")


async def test_an_error_that_names_no_request_is_quoted_where_the_answer_never_comes(
    faulty: OpenFaulty, verdict: Verdict
) -> None:
    async with faulty("only-an-error-without-an-id") as session:
        with pytest.raises(MCPTimeoutError) as caught:
            await session.call_tool("fault", {}, timeout=0.3)
        seen = caught.value.cause.rpartition(" it wrote something that is not a message: ")[2]
        verdict("an error that names no request: no such project", seen)
