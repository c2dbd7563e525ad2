"""The results of MCP requests as typed values, and how they are read from JSON objects. Pure.

What a server leaves out or mistypes costs that part only, never the rest; unknown parts pass through untouched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.tickets.errors import InputRequiredError, MCPProtocolError
from tui_app.tickets.json_values import altered_members, as_data, texts_in, with_texts
from tui_app.tickets.text import clean_line

_COMPLETE, _INPUT_REQUIRED = "complete", "input_required"
_ELICITATION = "elicitation/create"
_ROUND_ANSWERS: Mapping[str, Mapping[str, Any]] = {"roots/list": {"roots": []}, _ELICITATION: {"action": "cancel"}}
_LONGEST_QUESTION = 300  # characters
_SENT_BACK = frozenset({"enum", "const", "default", "required", "type", "pattern", "$ref"})
"""Keywords of JSON Schema whose values arguments are made of, or that are no words for people."""


class Era(StrEnum):
    """The two eras of the protocol: with a handshake (up to 2025-11-25), and without (from 2026-07-28)."""

    LEGACY = "legacy"
    MODERN = "modern"


class ServerIdentity(Struct, frozen=True):
    """How a server describes itself in answer to ``initialize`` or ``server/discover``."""

    name: str
    version: str
    era: Era
    protocol_version: str
    instructions: str = ""
    capabilities: Mapping[str, Any] = field(default_factory=dict)


class Tool(Struct, frozen=True):
    """One entry of tools/list. ``input_schema`` is JSON Schema, an empty object where the server sent none."""

    name: str
    description: str = ""
    title: str = ""
    input_schema: Mapping[str, Any] = field(default_factory=dict)
    output_schema: Mapping[str, Any] | None = None
    annotations: Mapping[str, Any] = field(default_factory=dict)
    """Hints (``readOnlyHint``, ``destructiveHint``); never trusted alone."""


class ContentBlock(Struct, frozen=True):
    """One block of a result. ``text`` is that of a text block or of an embedded text resource, else empty."""

    type: str
    text: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)
    """The block as it came, for types other than text."""


class CallToolResult(Struct, frozen=True):
    """The result of tools/call (2025-11-25, server/tools). ``is_error`` is a result too, not an exception."""

    content: tuple[ContentBlock, ...] = ()
    structured_content: Any = None
    is_error: bool = False
    altered: frozenset[str] = frozenset()
    """Texts that are not as the server said them: a secret or a private part was taken out. Never to be sent back."""
    altered_keys: frozenset[str] = frozenset()
    """Keys of texts and lists that were changed or shortened by that; empty: a text without a key."""

    @property
    def text(self) -> str:
        """All text blocks, joined by newlines."""
        return "\n".join(block.text for block in self.content if block.text)

    def cleaned_from(self, original: CallToolResult) -> CallToolResult:
        """This result, which was made of ``original``, with what is ``altered`` in it."""
        if self == original:
            return self
        now, then = (
            [[as_data(block.text) for block in one.content], one.structured_content] for one in (self, original)
        )
        altered = frozenset(texts_in(now)).difference(texts_in(then))
        return replace(self, altered=altered, altered_keys=frozenset(altered_members(then, now)))


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


def asks_more(result: Mapping[str, Any]) -> bool:
    """Whether ``result`` is none, but asks for further input."""
    return result.get("resultType") == _INPUT_REQUIRED


def further_round(result: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the call that ``result`` answers is to be made again with (2026-07-28, basic/patterns/mrtr).

    There are no folders to name, and nobody to ask: that question is left without an answer, as its user could. None:
    the result is one, or asks for what only a model can give.
    """
    questions, state = result.get("inputRequests") or {}, result.get("requestState")
    if not asks_more(result) or not isinstance(questions, dict):
        return None
    methods = {key: question.get("method") for key, question in questions.items() if isinstance(question, dict)}
    answers = {key: _ROUND_ANSWERS.get(str(method)) for key, method in methods.items()}
    if len(answers) < len(questions) or None in answers.values() or not (answers or isinstance(state, str)):
        return None
    more: dict[str, Any] = {"inputResponses": answers} if answers else {}
    return more | ({"requestState": state} if isinstance(state, str) else {})


def question_of(result: Mapping[str, Any]) -> str:
    """The first question that a result asks the user, sanitised; empty: it asks nothing."""
    questions = result.get("inputRequests")
    for question in questions.values() if isinstance(questions, dict) else ():
        if isinstance(question, dict) and question.get("method") == _ELICITATION:
            return (
                clean_line(_text(_mapping(question.get("params")).get("message")))[:_LONGEST_QUESTION] or "a question"
            )
    return ""


def listed_tools(result: Mapping[str, Any]) -> list[Tool]:
    """The tools of one page of tools/list; an entry without a name is left out."""
    check_complete(result)
    listed = result.get("tools")
    found = (_tool(entry) for entry in listed) if isinstance(listed, list) else ()
    return [tool for tool in found if tool is not None]


def with_masked_texts(tool: Tool, masked: Callable[[str], str]) -> Tool:
    """``tool`` with every text masked, save what a call's arguments are made of: their names and allowed values."""
    try:
        schemas = [_masked_schema(schema, masked) for schema in (tool.input_schema, tool.output_schema)]
    except RecursionError:
        schemas = [{}, None]  # nothing that deep can be filled in
    return replace(
        tool,
        name=masked(tool.name),
        description=masked(tool.description),
        title=masked(tool.title),
        input_schema=schemas[0],
        output_schema=schemas[1],
        annotations=with_texts(tool.annotations, masked, keys=True),
    )


def _masked_schema(value: Any, masked: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, list):
        return [_masked_schema(item, masked) for item in value]
    if isinstance(value, dict):
        return {
            key: item if key in _SENT_BACK and not isinstance(item, dict) else _masked_schema(item, masked)
            for key, item in value.items()
        }
    return value


def next_cursor(result: Mapping[str, Any]) -> str | None:
    """The cursor of the next page, None on the last one."""
    cursor = result.get("nextCursor")
    return cursor if isinstance(cursor, str) and cursor else None


def check_complete(result: Mapping[str, Any]) -> None:
    """A modern server may answer with a question instead of a result; an absent ``resultType`` is a result.

    Raises:
        InputRequiredError: it is a question.
        MCPProtocolError: ``resultType`` is another than complete.
    """
    kind = result.get("resultType", _COMPLETE)
    if kind == _COMPLETE:
        return
    if kind == _INPUT_REQUIRED:
        raise asks_a_question("")
    raise MCPProtocolError(
        f"The server sent a result of the unknown type {str(kind)[:100]!r}.", hint="Look for a newer ticketdeck."
    )


def asks_a_question(question: str) -> InputRequiredError:
    """The failure of a call that cannot go on without the user's or a model's answer."""
    asked = f": {question}" if question else ", which ticketdeck cannot give."
    return InputRequiredError(
        f"The server asks for further input{asked}",
        hint="Configure the server so that it needs no questions, or make the request more exact.",
    )


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
