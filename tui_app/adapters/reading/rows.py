"""Where in an answer the tickets lie, and what the answer says of further pages.

Invariants: nothing here raises, whatever JSON it is given; a list counts as tickets only where its rows look like some
or where its name says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.adapters.reading.json_text import json_of
from tui_app.adapters.reading.names import (
    DATABASE_IDS,
    FIELD_NAMES,
    HUMAN_IDS,
    STATUS_WORDS,
    WRAPPERS,
    names,
    plain_name,
)
from tui_app.adapters.reading.paging import Paging, paging_of
from tui_app.adapters.reading.values import Row
from tui_app.tickets.ticket import JsonValue

ROW_NAMES = names(
    "issues tickets tasks bugs stories workitems workpackages incidents defects cards cases todos requests userstories "
    "pullrequests mergerequests items results hits records nodes edges values rows entries elements objects matches "
    "found data list value preview result content children"
)
"""Names of the list that holds the tickets, best first."""

_ENVELOPES = names(
    "data result results response content success body payload output search page embedded issues tickets tasks hits "
    "list items query viewer team project workspace repository"
)
"""Names of objects that the list may lie in."""

_IDS = frozenset((*HUMAN_IDS, *DATABASE_IDS))
_TITLES = frozenset(FIELD_NAMES["title"])
_STATES = frozenset((*FIELD_NAMES["status"], "completed", "done", "closed"))
_DEEPEST = 6  # levels of envelopes
_SAMPLE = 5  # rows that are looked at to tell what a list holds
_MOST_GROUPS = 200  # keys of an object of tickets by id or by status


class RowPage(Struct, frozen=True):
    """The rows of one answer. ``named``: their list is called so, whatever they look like."""

    rows: Sequence[JsonValue]
    paging: Paging = field(default_factory=Paging)
    named: bool = True
    warnings: tuple[str, ...] = ()


def find_rows(payload: JsonValue) -> RowPage | None:
    """The rows of ``payload``, or None where it holds no list of tickets. An empty list is a page without rows."""
    return _find(payload, 0)


def find_record(payload: JsonValue, identity: str = "") -> Row | None:
    """The one ticket that ``payload`` is or wraps; out of several the one called ``identity``, else the first."""
    value = payload
    for _ in range(_DEEPEST):
        if not isinstance(value, Mapping):
            break
        if looks_like_ticket(value):
            return value
        inner = _inner_record(value)
        if inner is None:
            break
        value = inner
    page = find_rows(payload)
    rows = [row for row in page.rows if isinstance(row, Mapping)] if page else []
    return _named_row(rows, identity)


def looks_like_ticket(row: object) -> bool:
    """Whether ``row`` has a title, and an id or a status beside it; also one level down (``fields``)."""
    if not isinstance(row, Mapping):
        return False
    present = {plain_name(name) for name in row}
    for name, value in islice(row.items(), _MOST_GROUPS):
        if isinstance(value, Mapping) and plain_name(name) in WRAPPERS:
            present.update(plain_name(inner) for inner in value)
    return bool(present & _TITLES) and bool(present & _IDS or present & _STATES)


def _find(payload: JsonValue, depth: int) -> RowPage | None:
    if depth > _DEEPEST:
        return None
    if isinstance(payload, str):
        inner = json_of(payload)
        return _find(inner, depth + 1) if inner is not None else None
    if isinstance(payload, list):
        return _from_list(payload)
    if isinstance(payload, Mapping):
        return _from_object(payload, depth)
    return None


def _from_list(rows: list[JsonValue], *, named: bool = False) -> RowPage | None:
    if not rows:
        return RowPage((), named=named)
    texts = [json_of(row) for row in rows[:_SAMPLE] if isinstance(row, str)]
    if texts and all(isinstance(text, dict) for text in texts):
        rows = [json_of(row) if isinstance(row, str) else row for row in rows]
    sample = [row for row in rows[:_SAMPLE] if isinstance(row, Mapping)]
    if not sample or not (named or any(map(looks_like_ticket, sample))):
        return None
    return RowPage(rows, named=named)


def _from_object(payload: Row, depth: int) -> RowPage | None:
    by_name = {plain_name(name): value for name, value in payload.items()}
    pages = list(_candidates(by_name, depth))
    found = next((page for page in pages if page.rows), None)
    if found is None and not pages and looks_like_ticket(payload):
        return None
    found = found or _grouped(payload) or (pages[0] if pages else None)
    if found is None:
        return None
    warnings = payload.get("warnings")
    told = tuple(word for word in warnings if isinstance(word, str)) if isinstance(warnings, list) else ()
    return replace(found, paging=found.paging.or_else(paging_of(payload)), warnings=found.warnings or told)


def _candidates(by_name: Row, depth: int) -> Iterable[RowPage]:
    for name in ROW_NAMES:
        value = by_name.get(name)
        page = _from_list(value, named=True) if isinstance(value, list) else None
        if page and (not page.rows or any(map(looks_like_ticket, page.rows[:_SAMPLE]))):
            yield page
    for name in _ENVELOPES:
        value = by_name.get(name)
        if isinstance(value, (Mapping, str)):
            page = _find(value, depth + 1)
            if page:
                yield page


def _grouped(payload: Row) -> RowPage | None:
    """Tickets in an object by id (``{"PAY-1": {..}}``), in lists by status (``{"todo": [..]}``), or in another list."""
    lists = [name for name, value in islice(payload.items(), _MOST_GROUPS) if isinstance(value, list) and value]
    rows: list[JsonValue] = []
    for name, value in islice(payload.items(), _MOST_GROUPS):
        if isinstance(value, Mapping) and looks_like_ticket({"id": name, **value}):
            rows.append({"id": name, **value})
        elif isinstance(value, list):
            status = {"status": name} if len(lists) > 1 or plain_name(name) in STATUS_WORDS else {}
            rows += [{**status, **row} for row in value if isinstance(row, Mapping) and looks_like_ticket(row)]
    return RowPage(rows, named=False) if rows else None


def _inner_record(value: Row) -> JsonValue:
    for name, inner in value.items():
        plain = plain_name(name)
        if isinstance(inner, Mapping) and (plain in WRAPPERS or plain in _ENVELOPES or len(value) == 1):
            return inner
        if isinstance(inner, str) and plain in _ENVELOPES and isinstance(parsed := json_of(inner), dict):
            return parsed
    return None


def _named_row(rows: Sequence[Row], identity: str) -> Row | None:
    wanted = identity.removeprefix("#").casefold()
    for row in rows:
        if wanted and any(str(value).casefold() == wanted for name, value in row.items() if plain_name(name) in _IDS):
            return row
    return rows[0] if rows else None
