"""The query language of the text field: ``printer status:open,"in review" assignee:me after:7d "exact words"``.

Invariant: `parse_query` of what `format_query` wrote gives the same criteria: the text and the form's fields are two
views of one thing. Reading never fails: what is not understood stays text; `tui_app.tickets.query_slips` asks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_app.tickets.query_parts import FIELD_OF, LIST_FIELDS, QUERY_WORDS, Part, parts, quoted, split_values, unquoted

RawCriteria = dict[str, "str | tuple[str, ...]"]
"""Criteria field to what was typed for it: what `tui_app.tickets.criteria.check_criteria` takes."""

_SORT_SHORTHANDS = {"created": "created_at", "updated": "updated_at"}


def parse_query(text: str) -> RawCriteria:
    """The criteria that a query holds, as typed."""
    values: dict[str, list[str]] = {}
    plain: list[str] = []
    for part in parts(text):
        field = FIELD_OF.get(part.word.lower())
        if field is None or not part.rest:
            plain.append(text[part.start : part.end].removeprefix("\\"))
        else:
            values.setdefault(field, []).extend(values_of(part, field))
    criteria: RawCriteria = {"text": " ".join(plain)} if plain else {}
    for field, given in values.items():
        criteria[field] = tuple(dict.fromkeys(given)) if field in LIST_FIELDS else _last_value(field, given)
    return criteria


def values_of(part: Part, field: str) -> list[str]:
    """What stands after the colon of ``part``, as values of ``field``."""
    return split_values(part.rest) if field in LIST_FIELDS else [unquoted(part.rest)]


def format_query(criteria: Mapping[str, object]) -> str:
    """Write criteria (field to text, number or list; dates as typed) as a query; empty values are left out."""
    written = [_escaped_text(str(criteria.get("text") or ""))]
    for word, field in QUERY_WORDS.items():
        value = criteria.get(field)
        if value in (None, "", (), []):
            continue
        values = value if isinstance(value, list | tuple) else (value,)
        written.append(f"{word}:" + ",".join(quoted(str(item)) for item in values))
    return " ".join(part for part in written if part)


def _escaped_text(text: str) -> str:
    return " ".join(_escaped_part(text[part.start : part.end], part) for part in parts(text))


def _escaped_part(raw: str, part: Part) -> str:
    is_field = part.word.lower() in FIELD_OF and part.rest
    return f"\\{raw}" if is_field or raw.startswith("\\") else raw


def _last_value(field: str, given: Sequence[str]) -> str:
    value = given[-1]
    if field != "sort":
        return value
    sign = "-" if value.startswith("-") else ""
    name = value.removeprefix("-")
    return sign + _SORT_SHORTHANDS.get(name, name)
