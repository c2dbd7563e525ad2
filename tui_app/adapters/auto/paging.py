"""Asking for the page after one: by cursor, offset or page number, whichever the tool takes and the answer allows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui_app.adapters.auto.arguments import Argument
from tui_app.adapters.reading.paging import Paging
from tui_app.tickets.criteria import MAX_RESULTS_LIMIT
from tui_app.tickets.ticket import JsonValue

_PAGE_SIZE = 100
"""Asked for at a time where there are further pages: what most trackers give at most, and soon there."""
_BOUND_IN_WORDS = re.compile(
    r"(?:max(?:imum)?(?: is| of|:|=)?|up to|at most|≤|<=|\b\d{1,3}\s*(?:-|to|\.\.|–)) ?(\d{1,4})\b", re.IGNORECASE
)


def page_size(wanted: int, concepts: Mapping[str, Argument]) -> int | None:
    """How many tickets to ask for; None where the tool cannot be told."""
    argument = concepts.get("max_results")
    if argument is None:
        return None
    most = _largest(argument)
    pages = concepts.keys() & {"offset", "page", "cursor"}
    return min(wanted, most or (_PAGE_SIZE if pages else MAX_RESULTS_LIMIT), MAX_RESULTS_LIMIT)


def _largest(argument: Argument) -> int | None:
    fit = argument.fit(MAX_RESULTS_LIMIT * 10)
    bound = fit if isinstance(fit, int) and fit < MAX_RESULTS_LIMIT * 10 else None
    match = _BOUND_IN_WORDS.search(argument.description)
    told = int(match[1]) if match and int(match[1]) > 0 else None
    return min(filter(None, (bound, told)), default=None)


def following(
    arguments: Mapping[str, JsonValue], concepts: Mapping[str, Argument], paging: Paging, count: int
) -> dict[str, JsonValue] | None:
    """What changes in ``arguments`` (by path) for the page after one of ``count`` rows; None after the last."""
    if count == 0 or paging.has_more is False:
        return None
    if "cursor" in concepts and paging.next_cursor:
        return _changed(concepts["cursor"], paging.next_cursor, arguments)
    size = _size(arguments, concepts, paging)
    offset, page = concepts.get("offset"), concepts.get("page")
    if offset is not None:
        position = _number(arguments.get(offset.path), 0)
        following_position = paging.next_offset if paging.next_offset is not None else position + count
        if following_position > position and _goes_on(paging, position + count, count, size):
            return _changed(offset, following_position, arguments)
    elif page is not None:
        number = _number(arguments.get(page.path), _first_page(page))
        seen = (number - _first_page(page)) * (size or count) + count
        if _goes_on(paging, seen, count, size):
            return _changed(page, paging.next_page if (paging.next_page or 0) > number else number + 1, arguments)
    return None


def honest_total(
    arguments: Mapping[str, JsonValue], concepts: Mapping[str, Argument], paging: Paging, count: int
) -> int | None:
    """The server's count of matches; not one that only counts the rows of a page although there are others."""
    total = paging.total
    if total is None or total < count:
        return None
    starts = {"offset": (0, None), "page": (0, 1, None), "cursor": (None,)}
    later = any(arguments.get(concepts[way].path) not in first for way, first in starts.items() if way in concepts)
    return None if total == count and (later or paging.next_cursor or paging.has_more) else total


def _goes_on(paging: Paging, seen: int, count: int, size: int | None) -> bool:
    """Whether more rows are likely: by the server's word, its total, or because the page is full."""
    if paging.has_more is True or paging.next_page or paging.next_offset:
        return True
    if paging.total is not None and paging.total != count:
        return seen < paging.total
    return size is not None and count >= size


def _size(arguments: Mapping[str, JsonValue], concepts: Mapping[str, Argument], paging: Paging) -> int | None:
    limit = concepts.get("max_results")
    asked = _number(arguments.get(limit.path), 0) if limit else 0
    told = paging.page_size or 0
    return min(filter(None, (asked, told)), default=None)


def _first_page(page: Argument) -> int:
    return 0 if page.default == 0 or page.schema.get("minimum") == 0 else 1


def _changed(argument: Argument, value: JsonValue, arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue] | None:
    fit = argument.fit(value)
    return None if fit is None or arguments.get(argument.path) == fit else {argument.path: fit}


def _number(value: JsonValue, default: int) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) < len("1000000000"):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else default
