"""Lines to messages and back: nothing that a server can send raises, and what is a message is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_app.mcp_client import types, wire
from tui_app.tickets.errors import MCPProtocolError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
ENVELOPE = st.dictionaries(st.sampled_from(["jsonrpc", "id", "method", "params", "result", "error"]), JSON)


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_as_something(line: bytes) -> None:
    assert all(isinstance(message, wire.Message) for message in wire.messages(line))


@settings(deadline=None)
@given(ENVELOPE | JSON | st.lists(ENVELOPE, max_size=3))
def test_any_json_is_read_as_something(value: Any) -> None:
    assert all(isinstance(message, wire.Message) for message in wire.messages(json.dumps(value).encode()))


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(["content", "structuredContent", "isError", "tools", "nextCursor", "resultType"]), JSON
    )
)
def test_any_result_becomes_values_or_a_protocol_error(result: dict[str, Any]) -> None:
    for read in (types.call_result, types.listed_tools, types.next_cursor):
        try:
            read(result)
        except MCPProtocolError:
            assert result["resultType"] != "complete"


@pytest.mark.parametrize(
    "line",
    [
        b"plain log line",
        b"{not json}",
        b'{"level":"info","msg":"request done","id":3}',
        b'received {"jsonrpc":"2.0","id":3,"result":{}}',
        b'{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"result": cut',
        b"[1, 2]",
        b"7",
    ],
)
def test_what_is_no_message_is_noise(line: bytes) -> None:
    assert list(wire.messages(line)) == [wire.Noise(line)]


@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc":"2.0","id":3,"result":{"content":[',
        b'{"id":"3","error":{"code":1,"mess',
        b'{"result":{"id":9,"x":[[[,"jsonrpc":"2.0","id":3}',
        b'{"jsonrpc":"2.0","id":3,"result":{"id": 5, "n": 0x10}}',
    ],
)
def test_a_broken_answer_still_names_its_request(line: bytes) -> None:
    (message,) = wire.messages(line)
    assert isinstance(message, wire.Unreadable)
    assert message.id == 3


def test_a_request_can_carry_any_text() -> None:
    line = wire.request(1, "tools/call", {"name": "x", "arguments": {"text": "\ud83d \n\u2028 \x00 é"}}).data
    assert line.count(b"\n") == 1
    assert json.loads(line)["params"]["arguments"]["text"] == "\ud83d \n\u2028 \x00 é"


@pytest.mark.parametrize("before", ["", "[srv] sending: ", "up {1} ", "start() {\n", "start() {\n[info] up\n"])
def test_a_message_over_several_lines_is_read_behind_a_text_on_its_first(before: str) -> None:
    reader = wire.UntidyReader(10_000)
    lines = (before + json.dumps({"jsonrpc": "2.0", "id": 7, "result": {"a": [{"b": "{"}]}}, indent=2)).splitlines()
    found = [message for line in lines for message in reader.messages(line.encode())]
    assert [message for message in found if not isinstance(message, wire.Noise)] == [
        wire.Answer(7, {"a": [{"b": "{"}]})
    ]
