"""The form's fields: their order and captions, how they are read and written, and what is said beside them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from msgspec import Struct

from tui_app.tickets.criteria import ALLOWED, DATE_FIELDS, check_criteria
from tui_app.tickets.dates import parse_date_bound
from tui_app.tickets.errors import UsageError
from tui_app.tickets.query import RawCriteria
from tui_app.tickets.query_parts import LIST_FIELDS, join_values, split_values
from tui_app.tickets.query_slips import is_known, meant_value


class FieldSpec(Struct, frozen=True):
    """One field of the form."""

    name: str
    caption: str
    example: str
    """Shown while the field is empty."""


FIELDS = (
    FieldSpec("status", "Status", "any (open, done)"),
    FieldSpec("assignee", "Assignee", "anyone (me)"),
    FieldSpec("project", "Project", "any"),
    FieldSpec("labels", "Labels", "any (bug, ui)"),
    FieldSpec("priority", "Priority", "any"),
    FieldSpec("created_after", "Created since", "any time (7d)"),
    FieldSpec("created_before", "Created before", "any time (today)"),
    FieldSpec("updated_after", "Updated since", "any time (2w)"),
    FieldSpec("sort", "Sort by", "tracker's order"),
    FieldSpec("max_results", "At most", "100"),
    FieldSpec("native", "Native query", ""),
)


class Note(Struct, frozen=True):
    """What is said beside a field: what a value means, or what is wrong with it."""

    words: str
    is_error: bool = False


def field_text(value: object) -> str:
    """A raw criterion as the field shows it."""
    if isinstance(value, list | tuple):
        return join_values(str(item) for item in value)
    return "" if value is None else str(value)


def field_value(name: str, text: str) -> str | tuple[str, ...]:
    """What a field's text means as a raw criterion."""
    return tuple(split_values(text)) if name in LIST_FIELDS else text.strip()


def note_for(name: str, text: str, known: Mapping[str, Sequence[str]], now: datetime | None = None) -> Note:
    """What to say beside the field ``name`` that holds ``text``."""
    if not text.strip():
        return Note("")
    value = field_value(name, text)
    try:
        check_criteria({name: value})
    except UsageError as error:
        return Note(short_error(error), is_error=True)
    if name in DATE_FIELDS:
        return Note(_date_note(text.strip(), now or datetime.now(UTC)))
    return Note(_unknown_note(value if isinstance(value, tuple) else (value,), known.get(name, ())))


def short_error(error: UsageError) -> str:
    """The error in the words that fit beside the field that it names."""
    allowed = ALLOWED.get(error.field, "")
    if error.field in DATE_FIELDS and "later than" not in error.cause:
        reason = "no such day" if "not a day that exists" in error.cause else "not a date"
        return f"{reason}; try 2026-11-01, 7d, yesterday"
    if error.field == "max_results":
        return f"takes {allowed}"
    if error.field == "sort":
        return "not a field; try -updated_at, priority"
    return error.cause.partition(": ")[2] or error.cause


def check_fields(raw: RawCriteria) -> tuple[str, str]:
    """The first wrong field and what is wrong with it; two empty texts where all is well."""
    try:
        check_criteria(raw)
    except UsageError as error:
        return error.field, short_error(error)
    return "", ""


def _date_note(text: str, now: datetime) -> str:
    moment = parse_date_bound(text, now).moment
    words = f"{moment:%a} {moment.day} {moment:%b %Y}"
    if (moment.hour, moment.minute) != (0, 0):
        words += f", {moment:%H:%M} UTC"
    later = moment > now
    return f"{words}, in the future" if later else words


def _unknown_note(values: Sequence[str], known: Sequence[str]) -> str:
    """A word on the first value that does not exist, and is not the beginning of one either."""
    for value in values:
        if not known or is_known(value, known) or any(value.casefold() in other.casefold() for other in known):
            continue
        meant = meant_value(value, known)
        return f"did you mean {meant}? {value} is not known" if meant else f"{value} is not known here"
    return ""
