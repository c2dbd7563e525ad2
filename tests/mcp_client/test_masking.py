"""What a server repeats of its secrets in its name, its version and its tools is masked where it enters."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.mcp_client.conftest import QUICK
from tests.mcp_client.test_connection import LEGACY_IDENTITY, FarTransport
from tui_app.mcp_client.explanations import gone
from tui_app.mcp_client.peer import SKIPPED_LINE_KEPT, mask
from tui_app.mcp_client.session import open_session
from tui_app.mcp_client.types import Tool, with_masked_texts
from tui_app.mcp_client.wire import Frame

SECRET = "hunter2"


def masked(text: str) -> str:
    return mask(text, (SECRET,))


def test_every_text_of_a_tool_is_masked_and_what_calls_are_made_of_stays() -> None:
    schema = {
        "description": f"about {SECRET}",
        "properties": {SECRET: {"title": SECRET, "enum": [SECRET], "anyOf": [{"description": SECRET}]}},
        "required": [SECRET],
    }
    tool = with_masked_texts(Tool(SECRET, SECRET, SECRET, schema, {"title": SECRET}, {SECRET: SECRET}), masked)
    assert (tool.name, tool.description, tool.title) == ("****", "****", "****")
    assert tool.input_schema == {
        "description": "about ****",
        "properties": {SECRET: {"title": "****", "enum": [SECRET], "anyOf": [{"description": "****"}]}},
        "required": [SECRET],
    }
    assert (tool.output_schema, tool.annotations) == ({"title": "****"}, {"****": "****"})


@pytest.mark.parametrize(
    "last", [{f"is {SECRET}": 1}, {"is": f"a {SECRET}."}, [[f"{SECRET}"]], {"is": '{"a": "hunter2"}'}]
)
def test_an_answer_is_masked_to_the_last_of_its_rows_and_else_stays_as_it_is(last: Any) -> None:
    peer = FarTransport().peer
    rows = [{"id": number, "labels": [{"name": "x"}]} for number in range(600)]
    assert peer.masked_in(rows) is rows
    assert SECRET not in json.dumps(peer.masked_in([*rows, {"labels": [last]}]))
    assert peer.masked_in([*rows, last])[:600] == rows


@pytest.mark.parametrize("depth", [10, 100_000])
def test_a_schema_of_any_depth_is_masked_or_left_out(depth: int) -> None:
    schema: dict[str, Any] = {"description": SECRET}
    for _ in range(depth):
        schema = {"properties": schema}
    tool = with_masked_texts(Tool("search", input_schema=schema), masked)
    assert SECRET not in json.dumps(tool.input_schema)


@pytest.mark.parametrize(
    ("secret", "written"),
    [
        ("p@ss/w rd", "at https://x/?k=p%40ss%2Fw%20rd"),
        ("p@ss/w rd", "at https://x/?k=p%40ss%2Fw+rd"),
        ('quo"te\\d', '{"k": "quo\\"te\\\\d"}'),
        ('quo"te\\d', r'{"text": "{\"k\": \"quo\\\"te\\\\d\"}"}'),
        ("<it's>&77", "<p>&lt;it&#39;s&gt;&amp;77</p>"),
        ("größe-77", '{"k": "gr\\u00f6\\u00dfe-77"}'),
    ],
)
def test_a_secret_is_masked_as_addresses_and_json_write_it(secret: str, written: str) -> None:
    assert "****" in mask(written, (secret,))


DISGUISES: list[Callable[[str], str]] = [
    lambda sign: sign,
    lambda sign: f"&#{ord(sign)};",
    lambda sign: f"&amp;#x{ord(sign):X};",
    lambda sign: f"\\u{ord(sign):04x}",
    lambda sign: f"%{ord(sign):02X}",
    lambda sign: f"\\\\x{ord(sign):02x}",
    lambda sign: f"{sign}\u200b",
    lambda sign: f"\u00ad\u2060{sign}",
    lambda sign: f"\x1b[1m{sign}",
    lambda sign: f"{sign}\\u200b",
    lambda sign: f"{sign}&#8203;",
    lambda sign: f"\\u0026#{ord(sign)};",
]


@given(st.text("abcXYZ0189-_/+", min_size=6, max_size=12), st.data())
def test_a_secret_is_masked_however_its_signs_are_written_or_parted(secret: str, drawn: st.DataObject) -> None:
    ways = drawn.draw(st.lists(st.sampled_from(DISGUISES), min_size=len(secret), max_size=len(secret)))
    written = "".join(way(sign) for way, sign in zip(ways, secret, strict=True))
    around = "fish &amp; chips %20 \\u00e9 \u200b"
    shown = mask(f"{around}({written}) {around}", (secret,))
    unseen = "|".join(map(re.escape, ("\u00ad\u2060", "\x1b[1m", "\u200b", "\\u200b", "&#8203;", "")))
    assert re.fullmatch(rf"{re.escape(around)}\((?:{unseen})\*{{4}}(?:{unseen})\) {re.escape(around)}", shown)


class Repeating(FarTransport):
    """A server that has its secret in its own name and in a tool's."""

    def send(self, frame: Frame) -> None:
        if frame.method == "initialize":
            about = {"name": f"far {SECRET}", "version": SECRET}
            self._reply(frame, {"result": {**LEGACY_IDENTITY, "serverInfo": about, "instructions": SECRET}})
        elif frame.method == "tools/list":
            self._reply(frame, {"result": {"tools": [{"name": f"find_{SECRET}", "description": SECRET}]}})
        elif frame.method == "tools/call":
            self.sent.append(frame)
            self._reply(frame, {"result": {"content": []}})
        else:
            super().send(frame)


async def test_a_session_shows_no_secret_and_calls_a_tool_by_its_own_name() -> None:
    transport = Repeating()
    session = await open_session(transport, QUICK)
    identity = session.identity
    assert (identity.name, identity.version, identity.instructions) == ("far ****", "****", "****")
    (tool,) = await session.list_tools()
    assert (tool.name, tool.description) == ("find_****", "****")
    await session.call_tool(tool.name, {})
    assert (transport.sent[-1].params or {})["name"] == f"find_{SECRET}"
    await session.close()


@pytest.mark.parametrize("secret", ["hunter2", "lin_api_0123456789abcdef", "zwölf-Böden", "a?b>c~d"])
@pytest.mark.parametrize("before", ["", ":", "me:", "me@example.org:", "Bearer "])
@pytest.mark.parametrize(
    "encoded",
    [base64.b64encode, base64.urlsafe_b64encode, lambda b: b.hex().encode(), lambda b: b.hex().upper().encode()],
)
def test_a_secret_in_base64_or_hexadecimal_is_masked_wherever_it_begins(
    secret: str, before: str, encoded: Callable[[bytes], bytes]
) -> None:
    written = encoded(f"{before}{secret}!".encode()).decode()
    shown = mask(f"refused: Basic {written} (401)", (secret,))
    assert "****" in shown
    assert shown.startswith("refused: Basic ")
    assert shown.endswith(" (401)")


def test_text_in_base64_that_holds_no_secret_stays() -> None:
    written = base64.b64encode(b"an attachment, of some words that are nobody's").decode()
    assert mask(written, (SECRET, "lin_api_0123456789abcdef")) == written


@pytest.mark.parametrize("form", ["\\u{{{0:x}}}", "\\{0:03o}", "\\x{0:02x}", "%{0:02X}", "&#{0};", "&amp;#x{0:x};"])
def test_a_secret_in_any_escapes_of_its_characters_is_masked(form: str) -> None:
    written = "".join(form.format(ord(sign)) for sign in SECRET)
    assert masked(f"before {written} behind") == "before **** behind"


@pytest.mark.parametrize("before", [SKIPPED_LINE_KEPT - 3, SKIPPED_LINE_KEPT - 1, 0])
def test_a_secret_at_the_end_of_what_is_kept_of_a_skipped_line_is_masked(before: int) -> None:
    peer = FarTransport().peer
    peer.keep_skipped(b"x" * before + SECRET.encode() + b" and more")
    assert peer.skipped_lines == 1
    assert not any(SECRET[:length] in peer.skipped_tail for length in range(2, len(SECRET)))
    assert peer.last_skipped_line


def test_a_server_that_went_into_the_background_is_not_started_again() -> None:
    peer = FarTransport().peer
    assert not gone(peer, "left a process in the background", always=True).retryable
    assert gone(peer, "ended with exit code 3").retryable
