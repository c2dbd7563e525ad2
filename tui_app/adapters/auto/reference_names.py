"""The names behind ids: a row says ``status_id: 3``, and another tool lists that 3 is ``In review``.

Invariants: only a tool that lists values and requires nothing is asked, once for each field and only where no column
holds the field itself; the places that were asked for tickets have told their names already. An id without a name
stays what it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress

from msgspec import ValidationError, convert
from msgspec.structs import replace

from tui_app.adapters.auto.calls import tool_call
from tui_app.adapters.auto.exploring import Explored, ReferenceNames
from tui_app.adapters.auto.places import Conversation, Place, label_of, rows_of
from tui_app.adapters.auto.roles import Role
from tui_app.adapters.auto.tool_variants import ToolVariant
from tui_app.adapters.base import ToolCall
from tui_app.adapters.failures import failure_in
from tui_app.adapters.reading.field_names import CERTAIN_NAME, hints, words_in
from tui_app.adapters.reading.field_values import Row, indexed
from tui_app.adapters.reading.learned import LearnedReading
from tui_app.adapters.reading.ticket_from_row import OPEN_FLAG
from tui_app.adapters.safety.verbs import split_words
from tui_app.tickets.errors import MCPToolError
from tui_app.tickets.ticket import JsonValue, Ticket, lack_of
from tui_app.tickets.vocabulary import is_status

_NAMED = ("status", "assignee", "priority")
"""Fields that rows refer to by id."""
_MOST_NAMES = 500  # of one field
_SAMPLE = 20  # rows in which the column is looked for


def with_reference_names(
    conversation: Conversation[Explored], lists: Mapping[str, Role], call: Callable[[Role], ToolCall | None]
) -> Conversation[Explored]:
    """``conversation``, and then the names of what the rows refer to; ``lists`` are the tools that list the values of
    a field."""
    explored = yield from conversation
    reading = explored.chosen.reading if explored.chosen else None
    found: dict[str, ReferenceNames] = {}
    asked = 0
    if explored.chosen is None or reading is None:
        return explored
    found |= _of_places(reading, explored.chosen.places)
    found |= _of_descriptions(reading, explored.chosen.role.variant)
    for name in _NAMED:
        lacks = name in lists and name not in reading.fields and name not in found
        column = _column_of(name, reading.rows) if lacks else ""
        wanted = call(lists[name]) if column else None
        asked += wanted is not None
        result = (yield wanted) if wanted else None
        if result is None or failure_in(result) is not None:
            continue
        names = dict(_named(rows_of(result)[:_MOST_NAMES]))
        if any(str(row.get(column)) in names for row in reading.rows[:_SAMPLE]):
            found[name] = ReferenceNames(column, names)
    return replace(explored, names=found, calls=explored.calls + asked)


def _of_places(reading: LearnedReading, places: Sequence[Place]) -> dict[str, ReferenceNames]:
    """The columns that hold the places in which the rows were found: columns of a board where most of them are called
    like states, else projects."""
    known = {one: name for place in places for one, name in place.names.items() if one != name}
    own = {list(place.names)[-1]: place.label for place in places if place.names}
    states = sum(map(is_status, own.values()))
    found: dict[str, ReferenceNames] = {}
    sample, fields = reading.rows[:_SAMPLE], reading.fields
    if not known:
        return found
    has_status = any(ticket.status not in ("", OPEN_FLAG) for ticket in reading.tickets[:_SAMPLE])
    for column in dict.fromkeys(name for row in sample for name, value in row.items() if _is_id(value)):
        ids = {str(row[column]) for row in sample if _is_id(row.get(column))}
        holder = next((name for name, one in fields.items() if one.column == column), "")
        if not ids <= known.keys() or holder not in ("", "status", "project"):
            continue
        is_state = ids <= own.keys() and states * 2 >= len(own) and (holder == "status" or not has_status)
        found.setdefault("status" if is_state else "project", ReferenceNames(column, known))
    return found


_CODED = re.compile(r"(?:\b\d{1,3}\s*[=:→-]\s*[^\W\d_][^\W\d_ ]*[,;/| ]*){2,}")
_CODE = re.compile(r"(\d{1,3})\s*[=:→-]\s*([^\W\d_]+)")
_BEFORE = 40  # characters before a legend that say of what it is


def _of_descriptions(reading: LearnedReading, variant: ToolVariant) -> dict[str, ReferenceNames]:
    """The words for numbers that the tool's own descriptions tell: ``priority: 1 = low, 2 = high``."""
    said = [variant.tool.description, *(f"{one.name}: {one.description}" for one in variant.arguments)]
    found: dict[str, ReferenceNames] = {}
    for legend in (match for text in said for match in _CODED.finditer(text)):
        words = split_words(legend.string[max(0, legend.start() - _BEFORE) : legend.start()])
        meant = [name for word in reversed(words) for name in _NAMED if hints(word).get(name, 0) > CERTAIN_NAME]
        column = reading.fields[meant[0]].column if meant and meant[0] in reading.fields else ""
        codes = dict(_CODE.findall(legend[0]))
        values = [str(row.get(column)) for row in reading.rows[:_SAMPLE]] if column else []
        if values and all(value in codes for value in values):
            found.setdefault(meant[0], ReferenceNames(column, codes))
    return found


def with_places(known: Mapping[str, ReferenceNames], places: Sequence[Place]) -> dict[str, ReferenceNames]:
    """``known``, of an earlier start, with what ``places`` are called now."""
    names = {one: name for place in places for one, name in place.names.items()}
    return {
        field: replace(one, names={**one.names, **names}) if one.names.keys() & names.keys() else one
        for field, one in known.items()
    }


def listing_values(role: Role) -> ToolCall | None:
    """The call that lists values; None where it needs arguments that nothing fills."""
    with suppress(MCPToolError):
        return tool_call(role, role.constants, "values")
    return None


def remembered_names(known: JsonValue) -> dict[str, ReferenceNames]:
    """What an adapter's memory holds of them; nothing where it is damaged."""
    with suppress(ValidationError):
        return convert(known or {}, dict[str, ReferenceNames])
    return {}


def with_names(
    tickets: Sequence[Ticket], rows: Sequence[Row], known: Mapping[str, ReferenceNames]
) -> tuple[Ticket, ...]:
    """``tickets``, made of ``rows``, with the names of what they refer to where they have none."""
    if not known or len(tickets) != len(rows):
        return tuple(tickets)
    return tuple(_with_names(ticket, row, known) for ticket, row in zip(tickets, rows, strict=True))


def _with_names(ticket: Ticket, row: Row, known: Mapping[str, ReferenceNames]) -> Ticket:
    names = {
        name: one.names.get(str(row.get(one.column))) for name, one in known.items() if _lacks(ticket, name, one.names)
    }
    said = {name: word for name, word in names.items() if word}
    if not said:
        return ticket
    problems = tuple(problem for problem in ticket.problems if problem != lack_of("status") or "status" not in said)
    return replace(ticket, **said, problems=problems)


def _lacks(ticket: Ticket, name: str, names: Mapping[str, str]) -> bool:
    """Whether a field is empty, holds an id, or is no more than a flag that has not been set."""
    value = getattr(ticket, name)
    return not value or value in names or (name == "status" and value == OPEN_FLAG)


def _column_of(name: str, rows: Sequence[Row]) -> str:
    """The column of ids whose name says that it refers to ``name``: ``status_id``, ``assigneeId``."""
    columns = dict.fromkeys(column for row in rows[:_SAMPLE] for column, value in row.items() if _is_id(value))
    return next((column for column in columns if _refers_to(column, name)), "")


def _refers_to(column: str, name: str) -> bool:
    *others, last = words_in(column) or ("",)
    return last in ("id", "uuid") and bool(others) and hints("_".join(others)).get(name, 0) > CERTAIN_NAME


def _is_id(value: JsonValue) -> bool:
    return isinstance(value, (str, int)) and not isinstance(value, bool) and value != ""


def _named(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    for row in rows:
        identity = next((value for name, value in indexed(row).items() if name in ("id", "uuid", "gid")), None)
        word = label_of(row)
        if _is_id(identity) and word:
            yield str(identity), word
