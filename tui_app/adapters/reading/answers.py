"""From a tool's result to what it says: rows, one record, or comments, in whatever shape the server chose.

Invariants: the only error that leaves here is `InvalidResponseError`; what reads text for people is loaded with the
first such text, since most servers answer in JSON.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from types import ModuleType

from msgspec.structs import replace

from tui_app.adapters.reading.data_text import json_of
from tui_app.adapters.reading.discussion import comments_of
from tui_app.adapters.reading.field_columns import Columns, certainly_tickets
from tui_app.adapters.reading.field_names import TICKET_NOUNS, singular, words_in
from tui_app.adapters.reading.field_values import Row, can_be_id
from tui_app.adapters.reading.row_pages import (
    CLEAR,
    LEAST_TICKETNESS,
    Paging,
    RowPage,
    best_page,
    find_record,
    notices,
    paging_of,
)
from tui_app.adapters.reading.structure import ITEM
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.errors import InvalidResponseError
from tui_app.tickets.ticket import Comment, JsonValue

_SHOWN = 200  # characters of an answer that the error quotes
_DEEPEST = 4  # {"result": "{\"result\": ..}"}
_MOST_MEMBERS = 50
_LEAST_BESIDE = 2  # rows of a text that ids in data belong to
_BY_IDS = 0.8  # what an id adds to how much rows are like tickets
_LONGEST_LABEL = 30  # characters
_LIST_NAMES = frozenset((*TICKET_NOUNS, "result", "row", "entry", "list", "data", "match", "node", "value"))


def payloads(result: CallToolResult) -> Iterator[JsonValue]:
    """The result as data, best first: structured content, JSON text, one object a block."""
    structured = unwrapped(result.structured_content)
    if structured is not None and not isinstance(structured, str):
        yield structured
    texts = [block.text for block in result.content if block.text.strip()]
    if isinstance(structured, str) and structured not in texts:
        texts.insert(0, structured)
    blocks = [unwrapped(value) for value in map(json_of, texts) if value is not None]
    if len(blocks) > 1 and all(isinstance(block, dict) for block in blocks):
        yield blocks
    yield from blocks
    links = [block.raw for block in result.content if "uri" in block.raw]
    if len(links) > 1 and all(link.get("title") for link in links):
        yield list(map(_link, links))


def _link(link: Mapping[str, JsonValue]) -> JsonValue:
    """A link to a resource as a row: beside a title the name is what programs call it by (2025-11-25, schema).

    Without a title it is but the name of something that was not sent. A description may be columns: ``status: open;
    owner: Ana``.
    """
    said = link.get("description")
    pairs = [part.partition(":") for part in re.split(r"[;,|]\s+", said)] if isinstance(said, str) else []
    told = {name.strip(): value.strip() for name, _, value in pairs if value and len(name) <= _LONGEST_LABEL}
    beside = told if len(told) == len(pairs) and told else {"description": said}
    return {**link, "type": None, "id": link.get("name"), "name": None, "description": None, **beside}


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


def read_rows(result: CallToolResult, *, by_content: bool = False, known: Columns | None = None) -> RowPage:
    """The rows of a search's result; a page without rows where it says that nothing was found.

    ``by_content``: also where names tell which column is which, what the columns hold is looked at. ``known``: the
    columns of an earlier answer in text, by which a line is read that says too little alone.

    Raises:
        InvalidResponseError: no tickets can be read from it.
    """
    read = list(payloads(result))
    best: RowPage | None = None
    for payload in read:
        page = best_page(payload, by_content=by_content)
        if page and certainly_tickets([row for row in page.rows[:5] if isinstance(row, Mapping)]):
            return page
        best = _better(best, page)
    text = plain_text(result)
    if not read or best is None or best.ticketness < CLEAR:
        best = _better(best, _with_ids_beside(_text_rows().text_page(text, known), read))
    if best is None or best.ticketness < LEAST_TICKETNESS or (_are_words(best) and _says_none(read or _told(text))):
        return _empty_page(result, text, read)
    return best


def _with_ids_beside(page: RowPage | None, read: Sequence[JsonValue]) -> RowPage | None:
    """``page``, of a text, with the ids that stand in data beside it: one list of as many, each another."""
    if page is None or page.columns is None or "id" in page.columns.paths or len(page.rows) < _LEAST_BESIDE:
        return page
    lists = [
        (name, value)
        for payload in read
        if isinstance(payload, Mapping)
        for name, value in islice(payload.items(), _MOST_MEMBERS)
        if isinstance(value, list) and len(value) == len(page.rows) and all(map(can_be_id, value))
    ]
    if len(lists) != 1 or len(set(map(str, lists[0][1]))) < len(page.rows):
        return page
    name, ids = lists[0]
    rows = [{**row, name: one} for row, one in zip(page.rows, ids, strict=True) if isinstance(row, Mapping)]
    paths = {**page.columns.paths, "id": ((name,),)}
    columns = replace(page.columns, paths=paths, confidence={**page.columns.confidence, "id": 1.0})
    return replace(page, rows=rows, columns=columns, ticketness=page.ticketness + _BY_IDS)


def _are_words(page: RowPage) -> bool:
    """Whether the rows are but the words of a list: of an empty board the names of its columns."""
    return not page.path or all(isinstance(row, Mapping) and ITEM in row for row in page.rows)


def _told(text: str) -> list[JsonValue]:
    """What a text with an empty list in it says as YAML."""
    value = _text_rows().data_in(text) if "[]" in text else None
    return [] if value is None else [value]


def _says_none(read: Sequence[JsonValue]) -> bool:
    """Whether data alone say that there are no tickets."""
    return bool(read) and all(_is_empty_answer(value, lambda _: False) for value in read)


def _text_rows() -> ModuleType:
    """What reads text for people: loaded late, as its patterns take longer to compile than a page of JSON to read."""
    from tui_app.adapters.reading import text_rows

    return text_rows


def _better(best: RowPage | None, page: RowPage | None) -> RowPage | None:
    return page if page and (best is None or page.ticketness > best.ticketness) else best


def _empty_page(result: CallToolResult, text: str, read: list[JsonValue]) -> RowPage:
    """A page without rows where the answer says that there are none.

    Raises:
        InvalidResponseError: it does not.
    """
    says_nothing_found = _text_rows().says_nothing_found
    read = read or _told(text)
    unread = [block.type for block in result.content if not block.text.strip() and block.type != "text"]
    if unread and not read and not text.strip():
        raise InvalidResponseError(
            f"The answer holds {', '.join(sorted(set(unread)))} and no text; only text and data can be read.",
            title="The answer cannot be read",
            hint="Another tool of the server may answer in text; the profile's `map` names the one to search with.",
        )
    is_empty = all(_is_empty_answer(value, says_nothing_found) for value in read)
    if says_nothing_found(text) or (is_empty and (read or not text.strip())):
        paging = paging_of(read[0]) if read and isinstance(read[0], Mapping) else Paging()
        return RowPage((), paging, notices([*_tables_in(read)]))
    raise InvalidResponseError(
        f"No tickets could be read from the answer, which begins: {_beginning(text, read)}",
        hint="`ticketdeck doctor` shows the mapping; the profile's `map` can say where in the answer the tickets are.",
    )


def _tables_in(payloads: Iterable[JsonValue]) -> Iterator[Row]:
    """The objects of an answer without rows, and what they directly hold: any of them may say why there is none."""
    for payload in payloads:
        if isinstance(payload, Mapping):
            yield payload
            yield from (value for value in islice(payload.values(), _MOST_MEMBERS) if isinstance(value, Mapping))


def _is_empty_answer(payload: JsonValue, says_nothing_found: Callable[[str], bool], depth: int = 0) -> bool:
    """Whether an answer without rows says that there are none: by a count, an empty list, or in a message."""
    if not isinstance(payload, Mapping):
        return not payload
    if not payload or paging_of(payload).total == 0 or payload.get("count") == 0:
        return True
    if [value for value in payload.values() if isinstance(value, (str, list, dict))] == [[]]:
        return True  # a list of whatever, beside nothing but counts
    if all(value == [] for value in payload.values()):
        return True  # a board of empty columns
    for name, value in islice(payload.items(), _MOST_MEMBERS):
        if value == [] and (any(singular(word) in _LIST_NAMES for word in words_in(name))):
            return True
        if isinstance(value, Mapping) and depth < _DEEPEST and _is_empty_answer(value, says_nothing_found, depth + 1):
            return True
    words = (payload.get(name) for name in ("message", "text", "result", "detail"))
    return any(isinstance(word, str) and says_nothing_found(word) for word in words)


def _beginning(text: str, read: list[JsonValue]) -> str:
    return repr((text.strip() or str(read[0] if read else ""))[:_SHOWN])


def read_record(result: CallToolResult, identity: str = "") -> Row:
    """The one ticket of a get tool's result; of several the one called ``identity``.

    Raises:
        InvalidResponseError: it holds no ticket.
    """
    for payload in payloads(result):
        record = find_record(payload, identity)
        if record is not None:
            return record
    told: Row | None = _text_rows().text_record(plain_text(result), identity)
    if told is not None:
        return told
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
