"""Criteria in JQL, Jira's query language.

JQL reads a date without an offset in the time zone of the Jira user's profile, which we do not know. Relative dates
(``-7d``) mean the same everywhere, so they are sent as they are; every other date is widened until it is right in all
zones, and the criterion is then filtered here too (see `pushed_down_fields`).
Reference: https://support.atlassian.com/jira-software-cloud/docs/jql-fields/ and .../jql-operators/.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from tui_app.tickets.criteria import CLOSED, ME, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.criterion import CRITERIA_BY_NAME, LEFT_OUT, CriterionKind
from tui_app.tickets.dates import DateBound, first_day_from, hours_back
from tui_app.tickets.matching import phrases_in, searched_words

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
    "due_at": "duedate",
}
_DUE = frozenset({"due_before", "due_after"})
_DONE = "statusCategory = Done"
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+")


class _Field(NamedTuple):
    """How a criterion with values is asked for; JQL's negations leave out what is empty, which we do not mean."""

    criterion: str
    name: str
    may_be_empty: bool = False
    by_key: bool = False
    """Whether Jira refuses values that are no keys of issues."""


_FIELDS = (
    _Field("project", "project"),
    _Field("status", "status"),
    _Field("assignee", "assignee", may_be_empty=True),
    _Field("reporter", "reporter", may_be_empty=True),
    _Field("type", "issuetype"),
    _Field("parent", "parent", may_be_empty=True, by_key=True),
    _Field("ids", "key", by_key=True),
    _Field("priority", "priority", may_be_empty=True),
)
_LABELS = _Field("labels", "labels", may_be_empty=True)
_DATES = (
    ("created_after", "created", ">="),
    ("created_before", "created", "<"),
    ("updated_after", "updated", ">="),
    ("updated_before", "updated", "<"),
)
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


def pushed_down_fields(criteria: TicketSearchCriteria) -> frozenset[str]:
    """The fields in use that `jql` expresses exactly. A native query is sent alone, so then it is the only one."""
    used = criteria.used_fields()
    if criteria.native:
        return used & {"native"}
    exact = {name for name, _, _ in _DATES if name in used and _relative(getattr(criteria, name))}
    if text_query(criteria.text):
        exact.add("text")
    if all(map(text_query, criteria.without("text"))):
        exact.add(f"{LEFT_OUT}text")
    for field in (*_FIELDS, _LABELS):
        exact |= {name for name in _names(field) if _takes(field, criteria.value(name))}
    return used & (exact | _DUE | {"openness"})


def _names(field: _Field) -> tuple[str, str]:
    return field.criterion, f"{LEFT_OUT}{field.criterion}"


def _takes(field: _Field, values: Sequence[str]) -> bool:
    """Whether Jira answers at all when it is asked for ``values``."""
    return not field.by_key or all(map(_KEY.fullmatch, values))


def order(criteria: TicketSearchCriteria) -> str:
    """What follows ``ORDER BY``: the order asked for, else newest first."""
    if not criteria.sort:
        return f"{_NEWEST_FIRST}, {_STEADY}"
    field = _SORT_FIELDS.get(criteria.sort.removeprefix("-"))
    if field is None:
        return f"{_NEWEST_FIRST}, {_STEADY}"
    chosen = f"{field} {'DESC' if criteria.sort.startswith('-') else 'ASC'}"
    return chosen if field == "key" else f"{chosen}, {_STEADY}"


def is_ordered(criteria: TicketSearchCriteria) -> bool:
    """Whether `jql` sorts as the criteria ask for."""
    return not criteria.native and (criteria.sort or "").removeprefix("-") in _SORT_FIELDS


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
    if criteria.openness:
        yield _DONE if criteria.openness == CLOSED else _DONE.replace("=", "!=")
    for field in _FIELDS:
        wanted, unwanted = (criteria.value(name) for name in _names(field))
        if wanted and _takes(field, wanted):
            yield _any_of(field, wanted)
        if unwanted and _takes(field, unwanted):
            yield _none_of(field, unwanted)
    for label in criteria.labels:
        yield f"labels = {quoted(label)}"
    if unwanted := criteria.without("labels"):
        yield _none_of(_LABELS, unwanted)
    if words := text_query(" ".join(word for word in searched_words(criteria.text) if " " not in word)):
        yield f"text ~ {quoted(words)}"
    yield from (f"text ~ {_as_it_stands(words)}" for words in map(text_query, phrases_in(criteria.text)) if words)
    yield from (f"NOT text ~ {_as_it_stands(words)}" for words in map(text_query, criteria.without("text")) if words)
    yield from _date_conditions(criteria)


def _as_it_stands(words: str) -> str:
    return quoted(quoted(words) if " " in words else words)


def _any_of(field: _Field, wanted: Sequence[str]) -> str:
    values = _values(field, wanted)
    conditions = [f"{field.name} = {values[0]}" if len(values) == 1 else _in(field, "in", values)] if values else []
    if _holds_nobody(field, wanted):
        conditions.append(f"{field.name} IS EMPTY")
    return conditions[0] if len(conditions) == 1 else f"({' OR '.join(conditions)})"


def _none_of(field: _Field, unwanted: Sequence[str]) -> str:
    values = _values(field, unwanted)
    different = f"{field.name} != {values[0]}" if len(values) == 1 else _in(field, "not in", values)
    if _holds_nobody(field, unwanted):
        return different if values else f"{field.name} IS NOT EMPTY"
    return f"({different} OR {field.name} IS EMPTY)" if field.may_be_empty else different


def _in(field: _Field, operator: str, values: Sequence[str]) -> str:
    return f"{field.name} {operator} ({', '.join(values)})"


def _is_of_people(field: _Field) -> bool:
    return CRITERIA_BY_NAME[field.criterion].kind is CriterionKind.PERSON


def _holds_nobody(field: _Field, values: Sequence[str]) -> bool:
    return _is_of_people(field) and UNASSIGNED in map(str.casefold, values)


def _values(field: _Field, values: Sequence[str]) -> list[str]:
    """As JQL writes them, without ``unassigned``, which is no value there."""
    if not _is_of_people(field):
        return list(map(quoted, values))
    people = [person for person in values if person.casefold() != UNASSIGNED]
    return ["currentUser()" if person.casefold() == ME else quoted(person) for person in people]


def _date_conditions(criteria: TicketSearchCriteria) -> Iterator[str]:
    if criteria.due_before:  # a day without a time, so no zone matters
        yield f'duedate < "{first_day_from(criteria.due_before.moment)}"'
    if criteria.due_after:
        yield f'duedate >= "{first_day_from(criteria.due_after.moment)}"'
    for name, field, operator in _DATES:
        bound: DateBound | None = getattr(criteria, name)
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
