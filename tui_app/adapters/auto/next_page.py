"""Page sizes, the arguments that ask for the page after an answer, and totals that can be believed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec.structs import replace

from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.reading.row_pages import Paging
from tui_app.tickets.criteria import MAX_RESULTS_LIMIT
from tui_app.tickets.ticket import JsonValue

_PAGE_SIZE = 100
"""The page size where there are more pages: the most that many trackers return, and quickly there."""
_BOUND_IN_WORDS = re.compile(
    r"(?:max(?:imum)?(?: is| of|:|=)?|up to|at most|≤|<=|\b\d{1,3}\s*(?:-|to|\.\.|–)) ?(\d{1,4})\b", re.IGNORECASE
)


def page_size(wanted: int, concepts: Mapping[str, Argument]) -> int | None:
    """How many tickets to ask for; None where the tool takes no page size."""
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
    described = int(match[1]) if match and int(match[1]) > 0 else None
    return min(filter(None, (bound, described)), default=None)


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
        if following_position > position and _goes_on(paging, position + count, count, size, concepts):
            return _changed(offset, following_position, arguments)
    elif page is not None:
        number = _number(arguments.get(page.path), _first_page(page))
        before = number - _first_page(page)
        seen = before * (size or count) + count
        is_last = paging.pages is not None and before + 1 >= paging.pages
        if not is_last and (paging.pages or _goes_on(paging, seen, count, size, concepts)):
            return _changed(page, paging.next_page if (paging.next_page or 0) > number else number + 1, arguments)
    return None


def as_page(
    arguments: Mapping[str, JsonValue], concepts: Mapping[str, Argument], paging: Paging
) -> dict[str, JsonValue] | None:
    """What changes where the answer without rows shows that the offset counts pages; None where it does not.

    It does where the page that should begin behind the first one's rows is empty, although the server says that there
    are further rows; and it may where the first one was full, and the server says nothing.
    """
    offset, limit = concepts.get("offset"), concepts.get("max_results")
    position = _number(arguments.get(offset.path), 0) if offset else 0
    asked = _number(arguments.get(limit.path), 0) if limit else 0
    if offset is None or position < 2 or (asked and position > asked):
        return None
    says_nothing = paging.has_more is None and paging.total is None and position == asked
    says_more = paging.has_more is True or (paging.total is not None and paging.total > position)
    return _changed(offset, 1, arguments) if says_more or says_nothing else None


def by_pages(concepts: Mapping[str, Argument]) -> dict[str, Argument]:
    """``concepts`` with the offset as the number of a page that it is."""
    others = {name: argument for name, argument in concepts.items() if name != "offset"}
    offset = concepts.get("offset")
    return others if offset is None else {**others, "page": replace(offset, schema={**offset.schema, "default": 0})}


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


def _goes_on(paging: Paging, seen: int, count: int, size: int | None, concepts: Mapping[str, Argument]) -> bool:
    """Whether more rows are likely: by the server's word, its total, or because the page is full, as it may be where
    nobody says how long one is."""
    if paging.has_more is True or paging.next_page or paging.next_offset:
        return True
    if paging.total is not None and paging.total != count:
        return seen < paging.total
    says_nothing = paging == Paging()
    return count >= size if size is not None else says_nothing and "max_results" not in concepts


def _size(arguments: Mapping[str, JsonValue], concepts: Mapping[str, Argument], paging: Paging) -> int | None:
    limit = concepts.get("max_results")
    asked = _number(arguments.get(limit.path), 0) if limit else 0
    size = paging.page_size or 0
    return min(filter(None, (asked, size)), default=None)


def _first_page(page: Argument) -> int:
    return 0 if page.default == 0 or page.schema.get("minimum") == 0 else 1


def _changed(argument: Argument, value: JsonValue, arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue] | None:
    fit = argument.fit(value)
    return None if fit is None or arguments.get(argument.path) == fit else {argument.path: fit}


def _number(value: JsonValue, default: int) -> int:
    if isinstance(value, str) and value.isdecimal() and len(value) < len("1000000000"):
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else default
