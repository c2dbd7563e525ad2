"""Getting from one page of a Jira search to the next, as far as the server lets us.

Invariant: a page that the server was not asked for is never taken for the next one; so a server that ignores where it
is told to start ends the search instead of repeating itself.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from tui_app.adapters.jira.jql import jql, literal
from tui_app.adapters.tracker import Row
from tui_app.tickets.criteria import TicketSearchCriteria

_LONGEST_EXCLUSION = 5000  # characters; the query travels in an address, and proxies refuse those over 8 KB
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+")
_EXCLUDED = re.compile(r"key not in \(([^)]*)\)")
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d")
_ORDERED_BY = {"created_at": "created", "updated_at": "updated"}
_NEWEST_FIRST = "-created_at"


def next_offset(asked: int, given: int | None, count: int, total: int | None) -> int | None:
    """Where the next page starts, None where there is none.

    Args:
        asked: where the server was told to start; ``given``: where it says that it did.
        count: how many rows it gave; ``total``: how many there are, as it says.
    """
    strayed = given is not None and given != asked
    if strayed or total is None or not count or asked + count >= total:
        return None
    return asked + count


def next_window(criteria: TicketSearchCriteria, query: str, rows: Sequence[Row]) -> str | None:
    """A query for what follows ``rows``, for servers that cannot be told where to start; None where there is no such.

    Rows in the order of a date go on at the last one's minute. Its clock is taken as it stands, without its offset:
    Jira Cloud prints moments in the zone of the user's profile and reads them in the same. Rows in any other order go
    on with all keys seen so far excluded.
    """
    keys = [str(row.get("key")) for row in rows]
    if criteria.native or not all(map(_KEY.fullmatch, keys)):
        return None
    condition, ties = _from_last_minute(criteria, rows)
    excluded = ties if condition else keys
    if not condition or condition in query:
        excluded = [*excluded_keys(query), *excluded]
    exclusion = f"key not in ({', '.join(excluded)})"
    if len(exclusion) > _LONGEST_EXCLUSION:
        return None
    return jql(criteria, " AND ".join(filter(None, (condition, exclusion))))


def excluded_keys(query: str) -> list[str]:
    """The keys that a query of `next_window` excludes, since they were seen."""
    match = _EXCLUDED.search(query)
    return match[1].split(", ") if match else []


def _from_last_minute(criteria: TicketSearchCriteria, rows: Sequence[Row]) -> tuple[str, list[str]]:
    """The condition that starts at the last row's minute, and the keys of the rows that share that minute."""
    order = criteria.sort or _NEWEST_FIRST
    field = _ORDERED_BY.get(order.removeprefix("-"))
    minutes = [_minute(row.get(field)) if field else None for row in rows]
    last = minutes[-1]
    if last is None:
        return "", []
    descending = order.startswith("-")
    edge = last + timedelta(minutes=1) if descending else last
    ties = [str(row.get("key")) for row, minute in zip(rows, minutes, strict=True) if minute == last]
    return f"{field} {'<' if descending else '>='} {literal(edge)}", ties


def _minute(stamp: object) -> datetime | None:
    match = _CLOCK.match(stamp) if isinstance(stamp, str) else None
    try:
        return datetime.fromisoformat(match[0]) if match else None
    except ValueError:
        return None
