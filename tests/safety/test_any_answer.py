"""Whatever a server answers, every adapter makes tickets of it or explains why not; and what it makes is sanitised."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.adapters.known_servers import KNOWN, adapter_for, server, tool
from tests.adapters.pages import first_page
from tests.adapters.reading.test_never_raises import NAMES, leaves
from tui_app.adapters.base import TicketReference
from tui_app.mcp_client.types import CallToolResult, ContentBlock
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ExplainedError
from tui_app.tickets.text import clean
from tui_app.tickets.ticket import Ticket

TEXT = {"type": "string"}
SERVERS = {
    **KNOWN,
    "unknown": server("unheard-of", tool("search_tickets", text=TEXT), tool("get_ticket", "id", id=TEXT)),
}
HOSTILE = st.sampled_from(["\x1b]0;x\x07", "\x9b2J", "a\u202eb\u200b", "cut \ud83d", "[@click=app.quit]x", "\r\x08"])
anything = st.recursive(
    leaves | HOSTILE,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | HOSTILE, inner, max_size=6),
    max_leaves=20,
)
fields = st.dictionaries(st.sampled_from(NAMES) | HOSTILE, anything, max_size=6)
rows = st.lists(
    fields.map(lambda row: {"id": "PAY-1", "title": "One", "status": "open", **row}), min_size=1, max_size=3
)
pages = st.builds(lambda rows, more: {"tickets": rows, **more}, rows, fields)
answers = anything | rows | pages | pages | rows.map(lambda found: found[0])


def words_of(value: Any) -> Iterator[str]:
    """Every string within ``value``."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from words_of(member)
    elif isinstance(value, list | tuple):
        for member in value:
            yield from words_of(member)


def assert_sanitised(ticket: Ticket) -> None:
    assert [words for words in words_of(ticket.to_json()) if clean(words) != words] == []


@pytest.mark.parametrize("name", SERVERS)
@settings(max_examples=15, deadline=None)
@given(answer=answers, as_text=st.booleans())
def test_any_answer_to_any_call(name: str, answer: Any, as_text: bool) -> None:
    adapter, criteria = adapter_for(SERVERS[name]), TicketSearchCriteria()
    result = CallToolResult(structured_content=answer)
    if as_text:
        result = CallToolResult((ContentBlock("text", json.dumps(answer)),))
    adapter.failure(result)
    with contextlib.suppress(ExplainedError):
        for ticket in first_page(adapter, criteria, result).tickets:
            assert_sanitised(ticket)
    reference = TicketReference("PAY-1", {})
    with contextlib.suppress(ExplainedError):
        assert_sanitised(adapter.opened(reference, [result for _ in adapter.open_calls(reference)]))
    with contextlib.suppress(ExplainedError):
        adapter.values([result for _ in adapter.value_calls()])
