"""What to search for.

Invariant: a `TicketSearchCriteria` that came through `check_criteria` is valid; whatever the form, the command line, a
saved search or the recents file holds goes through it first.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, TypeVar

from msgspec import Meta
from msgspec.structs import asdict, replace

from tui_app.tickets.criterion import (
    CRITERIA,
    DATE_CRITERIA,
    DUE_CRITERIA,
    EXCLUDABLE_CRITERIA,
    LEFT_OUT,
    LIST_CRITERIA,
    NARROWING_CRITERIA,
    CriterionKind,
    Match,
    criterion_of,
)
from tui_app.tickets.dates import DATE_FORMS, DateBound, parse_date_bound, shown_value
from tui_app.tickets.errors import UsageError
from tui_app.tickets.fields import SORT_FIELDS as SORT_FIELDS
from tui_app.tickets.query import format_query, normal_text, parse_query, whole_sort
from tui_app.tickets.validation import Checked, InvalidValueError, validated
from tui_app.tickets.vocabulary import CLOSED as CLOSED
from tui_app.tickets.vocabulary import ME as ME
from tui_app.tickets.vocabulary import OPEN as OPEN
from tui_app.tickets.vocabulary import UNASSIGNED as UNASSIGNED

MAX_RESULTS_LIMIT = 1000
"""The most tickets that one search may ask for."""
DEFAULT_MAX_RESULTS = 100
_LONGEST_WORDS = 2000  # characters; no tracker takes a longer query, and a pasted file is a mistake
_ME_ELSEWHERE = "@me"  # as GitHub and its command line write it
_MOST_DIGITS = 9  # of a whole number; more are a mistake
_MOST_VALUES = 100  # values in one list; longer ones overflow the trackers' own query limits

Words = Annotated[str, Meta(max_length=_LONGEST_WORDS)]
Values = Annotated[
    tuple[Annotated[str, Meta(min_length=1, max_length=_LONGEST_WORDS)], ...], Meta(max_length=_MOST_VALUES)
]


NEWEST = "-updated_at"
"""The order of several trackers' tickets where a search says none."""


class Exclusion(Checked, frozen=True):
    """What a ticket must not have."""

    name: str
    """One of `EXCLUDABLE_CRITERIA`."""
    values: Values
    """None of these."""


class TicketSearchCriteria(Checked, frozen=True):
    """What to search for; empty means everything, newest first as the tracker orders it."""

    text: Words = ""
    openness: Words | None = None
    """`OPEN` or `CLOSED`, by the kind of status."""
    status: Values = ()
    """Any of these, as in all lists but ``labels``."""
    assignee: Values = ()
    """People as the tracker names them, ``me`` or ``unassigned``."""
    reporter: Values = ()
    type: Values = ()
    project: Values = ()
    parent: Values = ()
    """The ids of tickets."""
    labels: Values = ()
    """All of these."""
    priority: Values = ()
    ids: Values = ()
    created_after: DateBound | None = None
    created_before: DateBound | None = None
    updated_after: DateBound | None = None
    updated_before: DateBound | None = None
    due_before: DateBound | None = None
    due_after: DateBound | None = None
    sort: Words | None = None
    """One of `SORT_FIELDS`, with ``-`` before it for descending."""
    native: Words | None = None
    """A query in the tracker's own language (JQL, GitHub search); sent as it is."""
    max_results: Annotated[int, Meta(ge=1, le=MAX_RESULTS_LIMIT)] = DEFAULT_MAX_RESULTS
    excluded: tuple[Exclusion, ...] = ()
    """At most one for each criterion, in the order of their table."""

    def used_fields(self) -> frozenset[str]:
        """What narrows the search (not ``sort`` and ``max_results``): criteria, and ``-`` with those that leave out."""
        used = {name for name in NARROWING_CRITERIA if getattr(self, name)}
        return frozenset(used.union(f"{LEFT_OUT}{exclusion.name}" for exclusion in self.excluded))

    def without(self, name: str) -> tuple[str, ...]:
        """The values of the criterion ``name`` that a ticket must not have."""
        return next((exclusion.values for exclusion in self.excluded if exclusion.name == name), ())

    def value(self, name: str) -> Any:
        """What one of `used_fields` asks for."""
        return self.without(name.removeprefix(LEFT_OUT)) if name.startswith(LEFT_OUT) else getattr(self, name)

    def refreshed(self, now: datetime) -> TicketSearchCriteria:
        """The same criteria with every relative date read anew at ``now`` (aware)."""
        bounds = {name: getattr(self, name) for name in DATE_FIELDS}
        fresh = {
            name: bound.refreshed(now, of_calendar=name in DUE_CRITERIA) for name, bound in bounds.items() if bound
        }
        return replace(self, **fresh)

    def narrowed_by(self, other: TicketSearchCriteria) -> TicketSearchCriteria:
        """The same with what ``other`` asks for besides: words, labels and what is left out; the rest where unsaid."""
        added: dict[str, Any] = {}
        default = TicketSearchCriteria()
        for name in self.__struct_fields__:
            mine, theirs, nothing = getattr(self, name), getattr(other, name), getattr(default, name)
            if theirs == nothing:
                continue
            if mine == nothing:
                added[name] = theirs
            elif name == "text":
                added[name] = f"{theirs} {mine}"
            elif name == "labels":
                added[name] = tuple(dict.fromkeys((*theirs, *mine)))
            elif name == "excluded":
                added[name] = self._excluded_with(other)
        return replace(self, **added)

    def _excluded_with(self, other: TicketSearchCriteria) -> tuple[Exclusion, ...]:
        both = ((c.name, (*other.without(c.name), *self.without(c.name))) for c in CRITERIA)
        return tuple(Exclusion(name, tuple(dict.fromkeys(values))) for name, values in both if values)

    def to_json(self) -> dict[str, Any]:
        """Only what differs from the default, dates as typed: the form that recents are kept in."""
        default = asdict(TicketSearchCriteria())
        plain: dict[str, Any] = {}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if value != default[name] and name != "excluded":
                plain[name] = value.text if isinstance(value, DateBound) else value
                if isinstance(value, tuple) and len(value) == 1 and name not in _LISTS_IN_0_1_0:
                    plain[name] = value[0] if value[0] == value[0].strip() else value  # of text, blanks are dropped
        plain |= {f"{LEFT_OUT}{exclusion.name}": exclusion.values for exclusion in self.excluded}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in plain.items()}

    def query(self) -> str:
        """The same in the query language; `criteria_of` reads it back."""
        return format_query(self.to_json())


class View(Checked, frozen=True):
    """A search under a name, with a tab and a number key: configured, of the checkout, or one of the defaults."""

    name: str
    criteria: TicketSearchCriteria
    trackers: tuple[str, ...] = ()
    """Names of the profiles that are searched; empty: those that the user chose."""
    columns: tuple[str, ...] = ()
    """Names of the table's columns in order; empty: as for every search."""
    group: str = ""
    """The column that the rows are grouped by; empty: they are not."""


def criteria_of(query: str, now: datetime | None = None) -> TicketSearchCriteria:
    """The criteria that ``query`` holds; see `check_criteria`.

    Raises:
        UsageError: a word of it is not understood, or a value is wrong.
    """
    return check_criteria(parse_query(query), now)


_LISTS_IN_0_1_0 = ("status", "labels")
"""Always kept as lists; the others of one value as text, so that 0.1.0 reads them too."""
DATE_FIELDS = DATE_CRITERIA

ALLOWED: Mapping[str, str] = {
    "max_results": f"a whole number from 1 to {MAX_RESULTS_LIMIT}",
    "sort": ", ".join(SORT_FIELDS) + " (with - before it: descending)",
    **dict.fromkeys(DATE_FIELDS, DATE_FORMS),
}
"""Field name to what it takes, in the words of its error message."""


def check_criteria(raw: Mapping[str, Any], now: datetime | None = None) -> TicketSearchCriteria:
    """Make criteria of what was typed: field name to text, number or list. Empty text counts as not given.

    Args:
        now: what relative dates are counted from (aware). Without it they are only kept, as in a saved search:
            they cannot be compared with absolute dates, and are to be `refreshed` before use.

    Raises:
        UsageError: names the first wrong field (``error.field``), what it holds and what it takes.
    """
    given = {name: _stripped(value) for name, value in raw.items()}
    known = set(TicketSearchCriteria.__struct_fields__) - {"excluded"}
    for name in given:
        if name not in known and name.removeprefix(LEFT_OUT) not in EXCLUDABLE_CRITERIA:
            raise UsageError(
                f"There is no criterion {name!r}.", hint=f"It can be: {', '.join(sorted(known))}.", field=name
            )
    narrowing = {name: value for name, value in given.items() if value not in (None, "", [], ())}
    if not narrowing:
        return TicketSearchCriteria()
    read = {name: _read(name, value, now) for name, value in narrowing.items()}
    excluded = tuple(
        _checked(Exclusion, {"name": criterion.name, "values": values})
        for criterion in CRITERIA
        if (values := read.pop(f"{LEFT_OUT}{criterion.name}", None))
    )
    criteria = replace(_checked(TicketSearchCriteria, read), excluded=excluded)
    _check_openness(criteria)
    _check_sort(criteria)
    _check_order(criteria, now)
    return criteria


_Kind = TypeVar("_Kind")


def _checked(kind: type[_Kind], narrowing: Mapping[str, Any]) -> _Kind:
    try:
        return validated(kind, narrowing)
    except InvalidValueError as error:
        left_out = f"{LEFT_OUT}{narrowing['name']}" if kind is Exclusion else ""
        raise _explained(error, left_out) from None


def _stripped(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value


def _read(name: str, value: Any, now: datetime | None) -> Any:
    """``value`` as the field's type where it was typed as text; what cannot be read stays, and is refused as it is."""
    if name in LIST_CRITERIA or name.startswith(LEFT_OUT):
        values = tuple(dict.fromkeys(value)) if isinstance(value, list | tuple) and _are_texts(value) else _one(value)
        is_person = criterion_of(name).kind is CriterionKind.PERSON and isinstance(values, tuple)
        return tuple(ME if value == _ME_ELSEWHERE else value for value in values) if is_person else values
    if name == "text" and isinstance(value, str):
        return normal_text(value)
    if name == "sort" and isinstance(value, str):
        return whole_sort(value)
    if name == "openness" and isinstance(value, str):
        return value.casefold()
    if name == "max_results" and isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value) if len(value) <= _MOST_DIGITS else value
    if name in DATE_FIELDS:
        try:
            if now and isinstance(value, str):
                return parse_date_bound(value, now, of_calendar=name in DUE_CRITERIA)
            return DateBound.read(value)
        except ValueError:
            return value
    return value


def _are_texts(values: Iterable[Any]) -> bool:
    return all(isinstance(value, str) for value in values)


def _one(value: Any) -> Any:
    """A list of one, as 0.1.0 kept criteria that took a single value then; what is no text is refused as it is."""
    return (value,) if isinstance(value, str) else value


def _explained(error: InvalidValueError, name: str) -> UsageError:
    name = name or (str(error.path[0]) if error.path else "criteria")
    words = error.reason
    takes = ALLOWED.get(name, "text")
    if isinstance(error.value, list | tuple) and len(error.value) > _MOST_VALUES:
        words, takes = f"{len(error.value):,} values are too many", f"at most {_MOST_VALUES} values"
    elif isinstance(error.value, str) and len(error.value) > _LONGEST_WORDS and name not in ALLOWED:
        words, takes = f"{len(error.value):,} characters are too many", f"at most {_LONGEST_WORDS:,} characters"
    elif not words.startswith(shown_value(error.value)):
        words = f"{shown_value(error.value)} does not fit: {words[:1].lower()}{words[1:]}"
    return UsageError(f"{name}: {words}.", hint=f"{name} takes {takes}.", field=name)


def _check_openness(criteria: TicketSearchCriteria) -> None:
    if criteria.openness not in (None, OPEN, CLOSED):
        value = criteria.openness
        is_person = value in (ME, UNASSIGNED)
        raise UsageError(
            f"is: {shown_value(value)} is neither open nor closed.",
            hint=f"Write assignee:{value}."
            if is_person
            else f"For a status write status:{str(value)[:40]}, for a type type:{str(value)[:40]}.",
            field="openness",
        )


def _check_sort(criteria: TicketSearchCriteria) -> None:
    if criteria.sort and criteria.sort.removeprefix("-") not in SORT_FIELDS:
        raise UsageError(
            f"sort: {shown_value(criteria.sort)} is not a field.", hint=f"sort takes {ALLOWED['sort']}.", field="sort"
        )


_RANGES = tuple(
    (since.name, before.name)
    for since in CRITERIA
    for before in CRITERIA
    if since.match is Match.SINCE and before.match is Match.BEFORE and since.field == before.field
)
"""The criteria that together bound one date."""


def _check_order(criteria: TicketSearchCriteria, now: datetime | None) -> None:
    for since, before in _RANGES:
        first, last = getattr(criteria, since), getattr(criteria, before)
        if first and last and (now or first.is_relative == last.is_relative) and first.moment >= last.moment:
            order = "later than" if first.moment > last.moment else "no earlier than"
            raise UsageError(
                f"{since}: {first.text} is {order} {before}: {last.text}, so nothing can match.",
                hint="Swap the two dates, or clear one of them.",
                field=since,
            )
