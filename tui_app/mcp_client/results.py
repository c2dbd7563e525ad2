"""Result objects to typed values. What a server leaves out or mistypes costs that part only, never the rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui_app.mcp_client.types import CallToolResult, ContentBlock, Tool
from tui_app.tickets.errors import MCPProtocolError

_COMPLETE = "complete"


def call_result(result: Mapping[str, Any]) -> CallToolResult:
    """The result of tools/call (2025-11-25, server/tools; 2026-07-28 adds ``resultType``).

    Raises:
        MCPProtocolError: it is not complete, but asks for something that ticketdeck does not offer.
    """
    check_complete(result)
    content = result.get("content")
    if isinstance(content, str):
        content = [{"type": "text", "text": content}]
    return CallToolResult(
        content=tuple(_block(part) for part in content) if isinstance(content, list) else (),
        structured_content=result.get("structuredContent", result.get("toolResult")),
        is_error=result.get("isError") is True,
    )


def tools(result: Mapping[str, Any]) -> list[Tool]:
    """The tools of one page of tools/list; an entry without a name is passed over."""
    check_complete(result)
    listed = result.get("tools")
    found = (_tool(entry) for entry in listed) if isinstance(listed, list) else ()
    return [tool for tool in found if tool is not None]


def next_cursor(result: Mapping[str, Any]) -> str | None:
    """Where the page after this one begins, None where there is none."""
    cursor = result.get("nextCursor")
    return cursor if isinstance(cursor, str) and cursor else None


def check_complete(result: Mapping[str, Any]) -> None:
    """A modern server may answer with a question instead of a result; an absent ``resultType`` is a result.

    Raises:
        MCPProtocolError: ``resultType`` is another than complete.
    """
    kind = result.get("resultType", _COMPLETE)
    if kind == _COMPLETE:
        return
    if kind == "input_required":
        raise MCPProtocolError(
            "The server asks for further input, which ticketdeck cannot give.",
            hint="Configure the server so that it needs no questions, or make the search more exact.",
            title="The server asks a question",
        )
    raise MCPProtocolError(f"The server sent a result of the unknown type {str(kind)[:100]!r}.")


def _block(part: Any) -> ContentBlock:
    if not isinstance(part, dict):
        return ContentBlock(type="unknown", raw={"value": part})
    kind, text = part.get("type"), part.get("text")
    if kind == "text" and isinstance(text, str):
        return ContentBlock("text", text)
    if kind == "resource" and isinstance(resource := part.get("resource"), dict):
        text = resource.get("text")
    return ContentBlock(str(kind), text if isinstance(text, str) else "", part)


def _tool(entry: Any) -> Tool | None:
    if not isinstance(entry, dict) or not isinstance(name := entry.get("name"), str) or not name:
        return None
    output_schema = entry.get("outputSchema")
    return Tool(
        name=name,
        description=_text(entry.get("description")),
        title=_text(entry.get("title")),
        input_schema=_mapping(entry.get("inputSchema")),
        output_schema=output_schema if isinstance(output_schema, dict) else None,
        annotations=_mapping(entry.get("annotations")),
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
