"""Chunks to lines, or to messages with headers."""

from __future__ import annotations

import asyncio
import itertools
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.mcp_client.conftest import QUICK, OpenFaulty, opened_session, outcome
from tui_app.mcp_client.stdio.command import ServerCommand
from tui_app.mcp_client.stdio.pipes import HeaderReader, LineReader, LineTooLongError, with_header


@settings(deadline=None)
@given(st.binary(max_size=300).map(lambda b: b.replace(b"x", b"\n")), st.lists(st.integers(0, 300), max_size=8))
def test_lines_do_not_depend_on_how_the_bytes_are_cut(data: bytes, cuts: list[int]) -> None:
    reader = LineReader(cap=1000)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    lines = [line for piece in pieces for line in reader.feed(piece)]
    assert [*lines, reader.rest()] == data.split(b"\n")


@pytest.mark.parametrize(
    "chunks", [[b"x" * 11], [b"x" * 6, b"x" * 6], [b"x" * 6, b"x" * 5 + b"\n"], [b"a\n" + b"x" * 11 + b"\n"]]
)
def test_a_line_beyond_the_cap_is_refused_whether_it_has_ended_or_not(chunks: list[bytes]) -> None:
    reader = LineReader(cap=10)
    with pytest.raises(LineTooLongError):
        [reader.feed(chunk) for chunk in chunks]


def test_a_line_of_exactly_the_cap_is_a_line() -> None:
    reader = LineReader(cap=10)
    assert reader.feed(b"x" * 6) == []
    assert reader.feed(b"x" * 4 + b"\n") == [b"x" * 10]


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=5), st.lists(st.integers(0, 600), max_size=8))
def test_messages_with_headers_do_not_depend_on_how_the_bytes_are_cut(sent: list[bytes], cuts: list[int]) -> None:
    data = b"".join(with_header(message) for message in sent)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    reader = HeaderReader(cap=1000)
    assert [m for start, end in itertools.pairwise(edges) for m in reader.feed(data[start:end])] == sent
    assert reader.rest() == b""


@pytest.mark.parametrize("chunk", [b"Content-Length: 1001\r\n\r\n", b"x" * 1001])
def test_a_message_with_a_header_beyond_the_cap_is_refused(chunk: bytes) -> None:
    with pytest.raises(LineTooLongError):
        HeaderReader(cap=1000).feed(chunk)


HEADER_SERVER = """
import json, re, sys
read, write = sys.stdin.buffer, sys.stdout.buffer
while True:
    header = b""
    while not header.endswith(b"\\r\\n\\r\\n"):
        if not (byte := read.read(1)):
            sys.exit()
        header += byte
    request = json.loads(read.read(int(re.search(rb"Content-Length: (\\d+)", header)[1])))
    results = {
        "initialize": {"protocolVersion": "2025-06-18", "capabilities": {}, "serverInfo": {"name": "h"}},
        "tools/call": {"content": [{"type": "text", "text": "d\u00f6ne"}]},
    }
    if "id" in request:
        refusal = {"error": {"code": -32601, "message": "unknown"}}
        result = {"result": results[request["method"]]} if request["method"] in results else refusal
        answer = json.dumps({"jsonrpc": "2.0", "id": request["id"], **result}, ensure_ascii=False).encode()
        write.write(b"Content-Length: %d\\r\\n\\r\\n%b" % (len(answer), answer))
        write.flush()
"""


@pytest.mark.slow
async def test_a_server_that_waits_for_headers_is_asked_with_headers() -> None:
    command = ServerCommand((sys.executable, "-S", "-E", "-c", HEADER_SERVER), configured_in="config.toml")
    async with opened_session(command, QUICK) as session:
        assert [(await session.call_tool("work", {})).text for _ in range(3)] == ["d\u00f6ne"] * 3


async def test_a_fault_of_our_own_while_lines_are_read_is_told_at_once(
    faulty: OpenFaulty, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))
    fault = KeyError("a ticket's text")

    def broken(*_: object) -> None:
        raise fault

    async with faulty("none") as session:
        monkeypatch.setattr(LineReader, "feed", broken)
        assert await outcome(session.call_tool("work", {})) == "MCPProtocolError"
    assert reported == [fault]
