"""The content of an attachment, from whichever reading tool a server has for it.

Invariants: only a tool that speaks for reading and needs nothing but the attachment's id, address or name and the
ticket's id is called; nothing here raises, whatever the answer holds.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from tui_app.adapters.base import TicketReference, ToolCall
from tui_app.adapters.reading.answers import payloads
from tui_app.adapters.reading.discussion import MEDIA_TYPES
from tui_app.adapters.reading.field_names import TICKET_NOUNS, plain_name
from tui_app.adapters.safety.gate import contradiction, speaks_for
from tui_app.adapters.safety.verbs import split_words
from tui_app.adapters.tool_arguments import declared_names, fitted, missing
from tui_app.mcp_client.types import CallToolResult, ContentBlock, Tool
from tui_app.tickets.fields import names
from tui_app.tickets.ticket import Attachment, JsonValue

_THINGS = frozenset(names("attachment attachments file files image images upload uploads"))
_FIRST_THINGS = frozenset(names("attachment attachments"))
_CONTENT_WORDS = frozenset(names("content contents download read fetch data"))
_IDS = names("attachmentid attachment fileid uploadid id")
_ADDRESSES = names("url contenturl attachmenturl fileurl downloadurl uri link href")
_FILE_NAMES = names("filename name file")
_TICKET_IDS = frozenset(
    (
        *names("key identifier number iid"),
        *(f"{noun}{end}" for noun in TICKET_NOUNS for end in ("", "id", "key", "number", "idorkey")),
    )
)
_DATA_PARTS = names("content data base64 contentbase64 base64content body blob filecontent")
_LARGEST = 50 * 1024 * 1024  # bytes; more would be held in memory several times over
_DEEPEST = 3  # objects around the content


class FileContent(NamedTuple):
    """What a file holds, and its type where the server says it."""

    data: bytes
    type: str


def attachment_call(tools: Sequence[Tool], reference: TicketReference, attachment: Attachment) -> ToolCall | None:
    """The call that reads ``attachment`` of the ticket ``reference``; None where no tool can."""
    calls = ((tool, fitted(tool, _arguments(tool, reference, attachment))) for tool in tools if _is_about_files(tool))
    fitting = [
        (tool, arguments)
        for tool, arguments in calls
        if arguments
        and not missing(tool, arguments)
        and contradiction(tool, arguments) is None
        and speaks_for(tool, arguments, _THINGS)
    ]
    best = max(fitting, key=lambda pair: _rank(pair[0], pair[1], attachment), default=None)
    return ToolCall(best[0].name, best[1]) if best and _rank(*best, attachment) > 0 else None


def content_of(result: CallToolResult, attachment: Attachment) -> FileContent | None:
    """The content of ``attachment`` in the answer to `attachment_call`; None where it holds none."""
    blocks = [(block, found) for block in result.content if (found := _of_block(block)) is not None]
    named = [found for block, found in blocks if _names(block, attachment)]
    if named or len(blocks) == 1:
        return (named or [found for _, found in blocks])[0]
    for value in payloads(result):
        found = _of_json(value, attachment, 0)
        if found is not None:
            return found
    text = result.text
    is_text = (attachment.type or "").startswith("text/") and text and not result.structured_content
    return FileContent(text.encode(errors="replace"), attachment.type or "") if is_text else None


def _is_about_files(tool: Tool) -> bool:
    return bool(_THINGS & set(split_words(tool.name)))


def _rank(tool: Tool, arguments: Mapping[str, JsonValue], attachment: Attachment) -> int:
    """How likely it is that a call returns the content: it names this file, and says that it reads or downloads."""
    words = set(split_words(tool.name))
    values = {str(value) for value in arguments.values()}
    is_this = bool(values & {attachment.id, attachment.url, attachment.name})
    says_content = bool(words & _CONTENT_WORDS)
    if not is_this and not says_content:
        return 0
    return 4 * is_this + 2 * says_content + bool(words & _FIRST_THINGS)


def _arguments(tool: Tool, reference: TicketReference, attachment: Attachment) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = {}
    for name in declared_names(tool):
        plain = plain_name(name)
        value: JsonValue = None
        if plain in _TICKET_IDS:
            value = _of_ticket(plain, reference)
        elif plain in _IDS:
            value = attachment.id
        elif plain in _ADDRESSES:
            value = attachment.url
        elif plain in _FILE_NAMES:
            value = attachment.name
        else:
            value = next((v for key, v in reference.lookup.items() if plain_name(key) == plain), None)
        if value is not None:
            found[name] = value
    return found


def _of_ticket(plain: str, reference: TicketReference) -> JsonValue:
    own = next((value for key, value in reference.lookup.items() if plain_name(key) == plain), None)
    return reference.id if own is None else own


def _of_block(block: ContentBlock) -> FileContent | None:
    raw: Mapping[str, Any] = block.raw
    if block.type in ("image", "audio"):
        return _decoded(raw.get("data"), str(raw.get("mimeType") or ""))
    resource = raw.get("resource")
    if block.type == "resource" and isinstance(resource, Mapping):
        kind = str(resource.get("mimeType") or "")
        if isinstance(resource.get("blob"), str):
            return _decoded(resource["blob"], kind)
        return FileContent(block.text.encode(errors="replace"), kind) if block.text else None
    return None


def _names(block: ContentBlock, attachment: Attachment) -> bool:
    resource = block.raw.get("resource")
    words = [block.raw.get("name")]
    words += [resource.get("uri"), resource.get("name")] if isinstance(resource, Mapping) else []
    wanted = tuple(filter(None, (attachment.name, attachment.id)))
    return any(isinstance(word, str) and word.endswith(wanted) for word in words)


def _of_json(value: JsonValue, attachment: Attachment, depth: int) -> FileContent | None:
    """Content within JSON: base64 under a name for it, in the object of this file where there are several."""
    if depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        index = {plain_name(name): part for name, part in value.items()}
        kind = next((part for name in MEDIA_TYPES if isinstance(part := index.get(name), str) and "/" in part), "")
        for name in _DATA_PARTS:
            found = _decoded(index.get(name), kind)
            if found is not None and found.data:
                return found
    inner = list(value.values()) if isinstance(value, Mapping) else value if isinstance(value, list) else []
    parts = [part for part in inner if isinstance(part, (dict, list))]
    own = [part for part in parts if isinstance(part, dict) and attachment.name in part.values()]
    return next((found for part in own or parts if (found := _of_json(part, attachment, depth + 1))), None)


def _decoded(text: object, kind: str) -> FileContent | None:
    if not isinstance(text, str) or not text or len(text) > _LARGEST * 4 // 3 + 4:
        return None
    encoded = text.partition(";base64,")[2] if text.startswith("data:") else text
    try:
        return FileContent(base64.b64decode("".join(encoded.split()), validate=True), kind)
    except (binascii.Error, ValueError):
        return None
