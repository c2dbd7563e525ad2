"""Criteria in JQL, Jira's query language.

JQL reads a date without an offset in the time zone of the Jira user's profile, which we do not know. Relative dates
(``-7d``) mean the same everywhere, so they are sent as they are; every other date is widened until it is right in all
zones, and the criterion is then applied once more on our side (see `honoured_fields`).
Reference: https://support.atlassian.com/jira-software-cloud/docs/jql-fields/ and .../jql-operators/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from tui_app.tickets.criteria import DATE_FIELDS, ME, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.dates import DateBound, hours_back

UTC_BEHIND = timedelta(hours=12)  # UTC-12 and UTC+14 are the outermost zones
UTC_AHEAD = timedelta(hours=14)

ANYTHING = "project is not EMPTY"
"""Jira Cloud refuses a query without a restriction (``/rest/api/3/search/jql``: "Unbounded JQL queries")."""

_SORT_FIELDS = {
    "id": "key",
    "title": "summary",
    "status": "status",
    "assignee": "assignee",
    "reporter": "reporter",
    "priority": "priority",
    "type": "issuetype",
    "project": "project",
    "created_at": "created",
    "updated_at": "updated",
}
_NEWEST_FIRST = "created DESC"
_STEADY = "key DESC"  # settles ties, so that a page never repeats what the page before it held
_TEXT_OPERATORS = re.compile(r'[+&|!(){}\[\]^~*?:\\/"]')
"""What Jira's text search reads as an operator; its index holds none of them, so a space means the same."""
_TEXT_WORDS = frozenset({"AND", "OR", "NOT"})


def jql(criteria: TicketSearchCriteria, also: str = "") -> str:
    """The query for ``criteria``; a native query stays as it is. ``also`` is one more condition, already in JQL."""
    if criteria.native:
        return criteria.native
    conditions = [*_conditions(criteria), *([also] if also else [])] or [ANYTHING]
    return f"{' AND '.join(conditions)} ORDER BY {order(criteria)}"


def honoured_fields(criteria: TicketSearchCriteria) -> frozenset[str]:
    """The fields in use that `jql` expresses exactly. A native query is sent alone, so then it is the only one."""
    used = criteria.used_fields()
    if criteria.native:
        return used & {"native"}
    inexact = {name for name in DATE_FIELDS if name in used and _relative(getattr(criteria, name)) is None}
    if not text_query(criteria.text):
        inexact.add("text")
    return used - inexact


def order(criteria: TicketSearchCriteria) -> str:
    """What follows ``ORDER BY``: the order asked for, else newest first."""
    if not criteria.sort:
        return f"{_NEWEST_FIRST}, {_STEADY}"
    field = _SORT_FIELDS[criteria.sort.removeprefix("-")]
    chosen = f"{field} {'DESC' if criteria.sort.startswith('-') else 'ASC'}"
    return chosen if field == "key" else f"{chosen}, {_STEADY}"


def quoted(text: str) -> str:
    """``text`` as a JQL string; backslash and quote are the only characters that need escaping, control ones go."""
    plain = " ".join("".join(character if character.isprintable() else " " for character in text).split())
    return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'


def literal(moment: datetime) -> str:
    """``moment`` to the minute, as JQL takes it; its clock is read in the zone of the user's profile."""
    return f'"{moment:%Y-%m-%d %H:%M}"'


def text_query(text: str) -> str:
    """``text`` without what a text search would read as operators; empty where nothing is left to search for."""
    words = (word.lstrip("-").rstrip("-") for word in _TEXT_OPERATORS.sub(" ", text).split())
    return " ".join(word.lower() if word in _TEXT_WORDS else word for word in words if word)


def _conditions(criteria: TicketSearchCriteria) -> Iterator[str]:
    if criteria.project:
        yield f"project = {quoted(criteria.project)}"
    if len(criteria.status) == 1:
        yield f"status = {quoted(criteria.status[0])}"
    elif criteria.status:
        yield f"status in ({', '.join(map(quoted, criteria.status))})"
    if criteria.assignee:
        yield _assigned(criteria.assignee)
    if criteria.priority:
        yield f"priority = {quoted(criteria.priority)}"
    for label in criteria.labels:
        yield f"labels = {quoted(label)}"
    if words := text_query(criteria.text):
        yield f"text ~ {quoted(words)}"
    yield from _date_conditions(criteria)


def _assigned(person: str) -> str:
    meant = {ME: "assignee = currentUser()", UNASSIGNED: "assignee IS EMPTY"}
    return meant.get(person.casefold(), f"assignee = {quoted(person)}")


def _date_conditions(criteria: TicketSearchCriteria) -> Iterator[str]:
    bounds = (
        ("created", ">=", criteria.created_after),
        ("created", "<", criteria.created_before),
        ("updated", ">=", criteria.updated_after),
    )
    for field, operator, bound in bounds:
        if bound is not None:
            yield f"{field} {operator} {_relative(bound) or _widened(bound.moment, operator)}"


def _relative(bound: DateBound) -> str | None:
    hours = hours_back(bound.text)
    if hours is None:
        return None
    days, rest = divmod(hours, 24)
    return f"-{hours}h" if rest else f"-{days}d"


def _widened(moment: datetime, operator: str) -> str:
    try:
        return literal(moment - UTC_BEHIND if operator == ">=" else moment + UTC_AHEAD)
    except OverflowError:  # the first or last day that can be counted
        return literal(moment)
