"""The content of an attachment, whichever reading tool a server has for it."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.adapters.attachments import FileContent, attachment_call, content_of
from tui_app.adapters.base import TicketReference, ToolCall
from tui_app.mcp_client.types import CallToolResult, Tool, call_result
from tui_app.tickets.ticket import Attachment

FILE = Attachment("log.txt", "https://x.example/attachment/7/log.txt", 5, "text/plain", "7")
TICKET = TicketReference("PAY-1", {"project_id": 3})
DATA = b"hello"
ENCODED = base64.b64encode(DATA).decode()


def tool(name: str, *required: str, **hints: Any) -> Tool:
    """A tool that takes these arguments."""
    schema = {"type": "object", "properties": {n: {"type": "string"} for n in required}, "required": list(required)}
    return Tool(name, "", "", schema, None, hints)


@pytest.mark.parametrize(
    ("tools", "call"),
    [
        ([tool("jira_download_attachments", "issue_key")], ("jira_download_attachments", {"issue_key": "PAY-1"})),
        ([tool("get_attachment_content", "attachmentId")], ("get_attachment_content", {"attachmentId": "7"})),
        ([tool("read_attachment", "url")], ("read_attachment", {"url": FILE.url})),
        ([tool("download_attachment", "project_id", "filename")],
         ("download_attachment", {"project_id": "3", "filename": "log.txt"})),
        ([tool("get_attachments", "issue_key"), tool("get_attachment", "id")], ("get_attachment", {"id": "7"})),
    ],
)  # fmt: skip
def test_a_tool_that_reads_files_is_found(tools: list[Tool], call: tuple[str, dict[str, Any]]) -> None:
    assert attachment_call(tools, TICKET, FILE) == ToolCall(*call)


@pytest.mark.parametrize(
    "other",
    [
        tool("delete_attachment", "attachmentId"),
        tool("upload_attachment", "issue_key"),
        tool("jira_download_attachments", "issue_key", "target_dir"),
        tool("get_attachment", "id", readOnlyHint=False),
        tool("get_attachments", "issue_key"),
        tool("get_issue", "issue_key"),
        tool("add_attachment", "issue_key", readOnlyHint=True),
    ],
)
def test_a_tool_that_changes_something_or_needs_more_is_not_called(other: Tool) -> None:
    assert attachment_call([other], TICKET, FILE) is None


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ([{"type": "image", "data": ENCODED, "mimeType": "image/png"}], FileContent(DATA, "image/png")),
        ([{"type": "resource", "resource": {"uri": "x://7", "blob": ENCODED}}], FileContent(DATA, "")),
        ([{"type": "resource", "resource": {"uri": "x://other", "text": "no"}},
          {"type": "resource", "resource": {"uri": "x://log.txt", "text": "hello"}}], FileContent(DATA, "")),
        ([{"type": "text", "text": json.dumps({"filename": "log.txt", "contentType": "text/plain", "data": ENCODED})}],
         FileContent(DATA, "text/plain")),
        ([{"type": "text", "text": json.dumps({"attachments": [{"name": "a.txt", "content": "bm8="},
                                                               {"name": "log.txt", "content": ENCODED}]})}],
         FileContent(DATA, "")),
        ([{"type": "text", "text": "hello"}], FileContent(DATA, "text/plain")),
        ([], None),
        ([{"type": "image", "data": "%%%"}, {"type": "image", "data": "?"}], None),
    ],
)  # fmt: skip
def test_its_content_is_read(content: list[Any], found: FileContent | None) -> None:
    assert content_of(call_result({"content": content}), FILE) == found


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=9) | st.just(ENCODED),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["data", "name", "x"]), inner),
)


@given(JSON)
def test_any_answer_is_read_without_a_fault(value: Any) -> None:
    found = content_of(CallToolResult(structured_content=value), FILE)
    assert found is None or isinstance(found.data, bytes)
