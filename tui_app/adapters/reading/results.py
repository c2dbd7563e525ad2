"""From a tool's result to what it says: rows, one record, or comments, in whatever shape the server chose.

Invariants: the only error that leaves here is `InvalidResponseError`; what reads text for people is loaded with the
first such text, since most servers answer in JSON.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tui_app.adapters.reading.discussion import comments_of
from tui_app.adapters.reading.json_text import json_of
from tui_app.adapters.reading.paging import paging_of
from tui_app.adapters.reading.rows import RowPage, find_record, find_rows, looks_like_ticket
from tui_app.adapters.reading.values import Row
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.errors import InvalidResponseError
from tui_app.tickets.ticket import Comment, JsonValue

_SHOWN = 200  # characters of an answer that the error quotes
_DEEPEST = 4  # {"result": "{\"result\": ..}"}


def payloads(result: CallToolResult) -> Iterator[JsonValue]:
    """What the result says, as data, most telling first: structured content, JSON text, one object a block."""
    structured = unwrapped(result.structured_content)
    if structured is not None and not isinstance(structured, str):
        yield structured
    texts = [block.text for block in result.content if block.text.strip()]
    if isinstance(structured, str) and structured not in texts:
        texts.insert(0, structured)
    blocks = [unwrapped(value) for value in map(json_of, texts) if value is not None]
    if len(blocks) > 1 and all(map(looks_like_ticket, blocks)):
        yield blocks
    yield from blocks


def unwrapped(value: JsonValue) -> JsonValue:
    """``value`` without ``{"result": ..}`` round it, and parsed where it is JSON text."""
    for _ in range(_DEEPEST):
        if isinstance(value, Mapping) and len(value) == 1 and "result" in value:
            value = value["result"]
        elif isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
            parsed = json_of(value)
            if parsed is None:
                return value
            value = parsed
        else:
            break
    return value


def read_rows(result: CallToolResult) -> RowPage:
    """The rows of a search's result; a page without rows where it says that nothing was found.

    Raises:
        InvalidResponseError: no tickets can be read from it.
    """
    empty: RowPage | None = None
    said: list[JsonValue] = []
    for payload in payloads(result):
        said.append(payload)
        page = find_rows(payload)
        if page is None and looks_like_ticket(payload):
            page = RowPage([payload])
        if page and page.rows:
            return page
        empty = empty or page
    from tui_app.adapters.reading.text_rows import says_nothing_found, text_rows

    text = plain_text(result)
    page = text_rows(text) or empty
    if page is not None:
        return page
    if says_nothing_found(text) or (all(map(_tells_of_nothing, said)) and (said or not text.strip())):
        return RowPage(())
    raise InvalidResponseError(
        f"No tickets could be read from the answer, which begins: {_beginning(text, said)}",
        hint="`ticketdeck doctor` shows the mapping; the profile's `map` can say where in the answer the tickets lie.",
    )


def _tells_of_nothing(payload: JsonValue) -> bool:
    """Whether an answer without rows says that there are none: by a count, or in a message."""
    if not isinstance(payload, Mapping):
        return not payload
    if paging_of(payload).total == 0 or payload.get("count") == 0:
        return True
    from tui_app.adapters.reading.text_rows import says_nothing_found

    words = (payload.get(name) for name in ("message", "text", "result", "detail"))
    return not payload or any(isinstance(word, str) and says_nothing_found(word) for word in words)


def _beginning(text: str, said: list[JsonValue]) -> str:
    return repr((text.strip() or str(said[0] if said else ""))[:_SHOWN])


def read_record(result: CallToolResult, identity: str = "") -> Row:
    """The one ticket of a get tool's result; of several the one called ``identity``.

    Raises:
        InvalidResponseError: it holds no ticket.
    """
    for payload in payloads(result):
        record = find_record(payload, identity)
        if record is not None:
            return record
    from tui_app.adapters.reading.text_rows import text_record

    record = text_record(plain_text(result), identity)
    if record is not None:
        return record
    raise InvalidResponseError(
        f"No ticket could be read from the answer, which begins: {plain_text(result).strip()[:_SHOWN]!r}",
        hint="`ticketdeck doctor` shows the calls that were made, and the mapping, which the profile's `map` corrects.",
    )


def read_comments(result: CallToolResult) -> tuple[Comment, ...]:
    """The comments of a comments tool's result; none where it holds none."""
    for payload in payloads(result):
        comments = comments_of(payload)
        if comments:
            return comments
    return ()


def plain_text(result: CallToolResult) -> str:
    """The result as text: its text blocks, or the text that its structured content carries."""
    structured = unwrapped(result.structured_content)
    return result.text or (structured if isinstance(structured, str) else "")
