"""What to search for.

Invariant: a `TicketSearchCriteria` that came through `check_criteria` is valid; whatever the form, the command line, a
saved search or the recents file holds goes through it first.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from msgspec.structs import asdict, replace

from tui_app.tickets.dates import DATE_FORMS, DateBound
from tui_app.tickets.errors import UsageError
from tui_app.tickets.limits import Checked, Limits
from tui_app.tickets.sort_fields import SORT_FIELDS as SORT_FIELDS

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

MAX_RESULTS_LIMIT = 1000
"""The most tickets that one search may ask for."""
DEFAULT_MAX_RESULTS = 100
_LONGEST_WORDS = 2000  # characters; no tracker takes a longer query, and a pasted file is a mistake
_MOST_VALUES = 100  # values in one list; longer ones overflow the trackers' own query limits

ME = "me"
"""As assignee: whoever the tracker says that the user is."""
UNASSIGNED = "unassigned"
"""As assignee: nobody."""

Words = Annotated[str, Limits(max_length=_LONGEST_WORDS)]
Values = Annotated[
    tuple[Annotated[str, Limits(min_length=1, max_length=_LONGEST_WORDS)], ...], Limits(max_length=_MOST_VALUES)
]


class TicketSearchCriteria(Checked, frozen=True):
    """What to search for; empty means everything, newest first as the tracker orders it."""

    text: Words = ""
    status: Values = ()
    """Any of these."""
    assignee: Words | None = None
    """A person as the tracker names them, ``me`` or ``unassigned``."""
    project: Words | None = None
    labels: Values = ()
    """All of these."""
    priority: Words | None = None
    created_after: DateBound | None = None
    created_before: DateBound | None = None
    updated_after: DateBound | None = None
    sort: Words | None = None
    """One of `SORT_FIELDS`, with ``-`` before it for descending."""
    native: Words | None = None
    """A query in the tracker's own language (JQL, GitHub search); sent as it is."""
    max_results: Annotated[int, Limits(ge=1, le=MAX_RESULTS_LIMIT)] = DEFAULT_MAX_RESULTS

    def used_fields(self) -> frozenset[str]:
        """Names of the fields that narrow the search (not ``sort`` and ``max_results``)."""
        narrowing = set(self.__struct_fields__) - {"sort", "max_results"}
        return frozenset(name for name in narrowing if getattr(self, name))

    def refreshed(self, now: datetime | None = None) -> TicketSearchCriteria:
        """The same criteria with every relative date read anew at ``now`` (aware; default the current time)."""
        moment = now or datetime.now(UTC)
        bounds = {name: getattr(self, name) for name in DATE_FIELDS}
        return replace(self, **{name: bound.refreshed(moment) for name, bound in bounds.items() if bound})

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the default, dates as they were typed: the form that recents are kept in."""
        default = asdict(TicketSearchCriteria())
        plain: dict[str, Any] = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value != default[name]:
                plain[name] = value.text if isinstance(value, DateBound) else value
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}


DATE_FIELDS = ("created_after", "created_before", "updated_after")

ALLOWED: Mapping[str, str] = {
    "max_results": f"a whole number from 1 to {MAX_RESULTS_LIMIT}",
    "sort": ", ".join(SORT_FIELDS) + " (with - before it: descending)",
    **dict.fromkeys(DATE_FIELDS, DATE_FORMS),
}
"""Field name to what it takes, in the words of its error message."""


def check_criteria(raw: Mapping[str, Any]) -> TicketSearchCriteria:
    """Make criteria of what was typed: field name to text, number or list. Empty text counts as not given.

    Raises:
        UsageError: names the first wrong field (``error.field``), what it holds and what it takes.
    """
    given = {name: _stripped(value) for name, value in raw.items()}
    known = set(TicketSearchCriteria.__struct_fields__)
    for name in given:
        if name not in known:
            raise UsageError(
                f"There is no criterion {name!r}.", hint=f"It can be: {', '.join(sorted(known))}.", field=name
            )
    narrowing = {name: value for name, value in given.items() if value not in (None, "", [], ())}
    if not narrowing:
        return TicketSearchCriteria()
    criteria = _checked(narrowing)
    _check_sort(criteria)
    _check_order(criteria)
    return criteria


def _checked(narrowing: Mapping[str, Any]) -> TicketSearchCriteria:
    from tui_app.tickets.plain_values import NotPlainError, plain_value

    try:
        criteria: TicketSearchCriteria = plain_value(TicketSearchCriteria, narrowing)
    except NotPlainError:
        return _converted(narrowing)
    return criteria


def _converted(narrowing: Mapping[str, Any]) -> TicketSearchCriteria:
    from pydantic import ValidationError

    try:
        return _adapter().validate_python(narrowing)
    except ValidationError as error:
        raise _explained(error) from None


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


@cache
def _adapter() -> TypeAdapter[TicketSearchCriteria]:
    """Built when it is first needed, which most starts never do."""
    from pydantic import TypeAdapter

    return TypeAdapter(TicketSearchCriteria)


def _explained(error: ValidationError) -> UsageError:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "criteria"
    reason = str(first.get("ctx", {}).get("error", "")) or first["msg"]
    given = first["input"]
    shown = repr(given)[:80]
    words = reason if reason.startswith(repr(given)) else f"{shown} does not fit: {reason[:1].lower()}{reason[1:]}"
    return UsageError(f"{name}: {words}.", hint=f"{name} takes {ALLOWED.get(name, 'text')}.", field=name)


def _check_sort(criteria: TicketSearchCriteria) -> None:
    if criteria.sort and criteria.sort.removeprefix("-") not in SORT_FIELDS:
        raise UsageError(
            f"sort: {criteria.sort!r} is not a field.", hint=f"sort takes {ALLOWED['sort']}.", field="sort"
        )


def _check_order(criteria: TicketSearchCriteria) -> None:
    after, before = criteria.created_after, criteria.created_before
    if after and before and after.moment > before.moment:
        raise UsageError(
            f"created_after: {after.text} is later than created_before: {before.text}, so nothing can match.",
            hint="Swap the two dates, or clear one of them.",
            field="created_after",
        )
