"""The query language of the text field: ``printer status:open,"in review" assignee:me after:7d "exact words"``.

Invariant: `parse_query` of what `format_query` wrote gives the same criteria: the text and the form's fields are two
views of one thing. Reading never fails: what is not understood stays text, with a problem that says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from tui_app.tickets.criteria import ME, SORT_FIELDS

RawCriteria = dict[str, "str | tuple[str, ...]"]
"""Criteria field to what was typed for it: what `tui_app.tickets.criteria.check_criteria` takes."""

QUERY_WORDS: Mapping[str, str] = {
    "status": "status",
    "assignee": "assignee",
    "project": "project",
    "label": "labels",
    "priority": "priority",
    "after": "created_after",
    "before": "created_before",
    "updated": "updated_after",
    "sort": "sort",
    "max": "max_results",
    "native": "native",
}
"""The word before the colon to the criteria field that it sets; the forms that `format_query` writes."""

_OTHER_WORDS = {
    "is": "status",
    "state": "status",
    "who": "assignee",
    "owner": "assignee",
    "assigned": "assignee",
    "in": "project",
    "labels": "labels",
    "tag": "labels",
    "prio": "priority",
    "created": "created_after",
    "since": "created_after",
    "created_after": "created_after",
    "created_before": "created_before",
    "updated_after": "updated_after",
    "until": "created_before",
    "order": "sort",
    "limit": "max_results",
    "max_results": "max_results",
    "jql": "native",
}
_FIELD_OF = {**QUERY_WORDS, **_OTHER_WORDS}
_WORD_OF = {field: word for word, field in QUERY_WORDS.items()}
_LIST_FIELDS = frozenset({"status", "labels"})
_SORT_SHORTHANDS = {"created": "created_at", "updated": "updated_at"}
_DATE_EXAMPLES = ("today", "yesterday", "7d", "2w", "1m", "3m", "1y")
_FIXED_VALUES: Mapping[str, tuple[str, ...]] = {
    "created_after": _DATE_EXAMPLES,
    "created_before": _DATE_EXAMPLES,
    "updated_after": _DATE_EXAMPLES,
    "sort": tuple(name for field in SORT_FIELDS for name in (f"-{field}", field)),
    "max_results": ("50", "100", "500", "1000"),
}
_CLOSE_ENOUGH = 0.7  # difflib's ratio; below it the guesses are more often wrong than right
_MOST_COMPLETIONS = 50
_NEEDS_QUOTES = re.compile(r'[\s,"\\]')
_FIELD_WORD = re.compile(r"([A-Za-z_]+):")


@dataclass(frozen=True, slots=True)
class QueryProblem:
    """What looks like a slip, and what to write in place of ``text[start:end]``."""

    start: int
    end: int
    message: str
    replacement: str


@dataclass(frozen=True, slots=True)
class QueryReading:
    """What a query says. ``criteria`` holds only the fields that are in it, as typed."""

    criteria: RawCriteria
    problems: tuple[QueryProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Completion:
    """What may stand in place of ``text[start:end]``, best first."""

    start: int
    end: int
    options: tuple[str, ...] = ()

    def apply(self, text: str, option: str) -> tuple[str, int]:
        """``text`` with ``option`` in place, and where the cursor then stands."""
        gap = "" if option.endswith(":") or text[self.end : self.end + 1] == " " else " "
        return text[: self.start] + option + gap + text[self.end :], self.start + len(option) + len(gap)


@dataclass(frozen=True, slots=True)
class _Part:
    """One blank-separated part of a query. ``word`` is empty for plain text."""

    start: int
    end: int
    word: str
    rest: str


def parse_query(text: str, known: Mapping[str, Sequence[str]] | None = None) -> QueryReading:
    """Read a query. ``known`` (field to values that exist) is used for "did you mean" only."""
    values: dict[str, list[str]] = {}
    plain: list[str] = []
    problems: list[QueryProblem] = []
    for part in _parts(text):
        field = _FIELD_OF.get(part.word.lower())
        if field is None or not part.rest:
            plain.append(text[part.start : part.end].removeprefix("\\"))
            problems.extend(_misspelt_word(part))
        else:
            given = split_values(part.rest) if field in _LIST_FIELDS else [_unquoted(part.rest)]
            values.setdefault(field, []).extend(given)
            problems.extend(_misspelt_values(part, field, given, (known or {}).get(field, ())))
    criteria: RawCriteria = {"text": " ".join(plain)} if plain else {}
    for field, given in values.items():
        criteria[field] = tuple(dict.fromkeys(given)) if field in _LIST_FIELDS else _last_value(field, given)
    return QueryReading(criteria, tuple(problems))


def format_query(criteria: Mapping[str, object]) -> str:
    """Write criteria (field to text, number or list; dates as typed) as a query; empty values are left out."""
    parts = [_escaped_text(str(criteria.get("text") or ""))]
    for word, field in QUERY_WORDS.items():
        value = criteria.get(field)
        if value in (None, "", (), []):
            continue
        values = value if isinstance(value, list | tuple) else (value,)
        parts.append(f"{word}:" + ",".join(_quoted(str(item)) for item in values))
    return " ".join(part for part in parts if part)


def complete_query(text: str, cursor: int, known: Mapping[str, Sequence[str]]) -> Completion:
    """What the word under the cursor may become: a field's word, or one of the field's values."""
    start = max((part.start for part in _parts(text[:cursor])), default=cursor)
    typed = text[start:cursor]
    if not typed or (typed[-1].isspace() and typed.count('"') % 2 == 0):
        return Completion(cursor, cursor)
    match = _FIELD_WORD.match(typed)
    field = _FIELD_OF.get(match[1].lower()) if match else None
    if match is None or field is None:
        words = tuple(f"{word}:" for word in QUERY_WORDS if word.startswith(typed.lower()))
        return Completion(start, cursor, words)
    value_start = start + match.end()
    if field in _LIST_FIELDS:
        value_start += _last_comma(typed[match.end() :])
    prefix = text[value_start:cursor].strip('"')
    options = tuple(_quoted(value) for value in complete_value(field, prefix, known))
    return Completion(value_start, cursor, options)


def complete_value(field: str, prefix: str, known: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The values of ``field`` that begin with ``prefix``, then those that hold it."""
    values = [*((ME,) if field == "assignee" else ()), *known.get(field, ()), *_FIXED_VALUES.get(field, ())]
    folded = prefix.casefold()
    first = [value for value in values if value.casefold().startswith(folded)]
    then = [value for value in values if folded in value.casefold()] if field not in _FIXED_VALUES else []
    found = tuple(dict.fromkeys([*first, *then]))[:_MOST_COMPLETIONS]
    return () if found == (prefix,) else found


def _parts(text: str) -> Iterator[_Part]:
    position, length = 0, len(text)
    while position < length:
        if text[position].isspace():
            position += 1
            continue
        end = _part_end(text, position)
        match = _FIELD_WORD.match(text, position, end)
        yield _Part(position, end, match[1] if match else "", text[match.end() : end] if match else "")
        position = end


def _part_end(text: str, start: int) -> int:
    quoted = False
    position = start
    while position < len(text):
        character = text[position]
        if character == "\\" and quoted:
            position += 1
        elif character == '"':
            quoted = not quoted
        elif character.isspace() and not quoted:
            return position
        position += 1
    return len(text)


def split_values(rest: str) -> list[str]:
    """The values of a list as it is typed: ``open, "in review"``."""
    values: list[str] = []
    while rest:
        cut = _first_comma(rest)
        values.append(_unquoted(rest[:cut].strip()))
        rest = rest[cut + 1 :]
    return [value for value in values if value]


def join_values(values: Iterable[str]) -> str:
    """A list as it is typed; `split_values` reads it back."""
    return ", ".join(_quoted(value) if "," in value or '"' in value or "\\" in value else value for value in values)


def _commas(rest: str) -> Iterator[int]:
    quoted = False
    escaped = False
    for position, character in enumerate(rest):
        if escaped:
            escaped = False
        elif character == "\\" and quoted:
            escaped = True
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted:
            yield position


def _first_comma(rest: str) -> int:
    return next(_commas(rest), len(rest))


def _last_comma(rest: str) -> int:
    return max(_commas(rest), default=-1) + 1


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    body = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
    return re.sub(r"\\(.)", r"\1", body)


def _quoted(value: str) -> str:
    if value and not _NEEDS_QUOTES.search(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _escaped_text(text: str) -> str:
    return " ".join(_escaped_part(text[part.start : part.end], part) for part in _parts(text))


def _escaped_part(raw: str, part: _Part) -> str:
    is_field = part.word.lower() in _FIELD_OF and part.rest
    return f"\\{raw}" if is_field or raw.startswith("\\") else raw


def _last_value(field: str, given: Sequence[str]) -> str:
    value = given[-1]
    if field != "sort":
        return value
    sign = "-" if value.startswith("-") else ""
    name = value.removeprefix("-")
    return sign + _SORT_SHORTHANDS.get(name, name)


def _misspelt_word(part: _Part) -> Iterator[QueryProblem]:
    if not part.word or not part.rest or part.word.lower() in _FIELD_OF:
        return
    for close in get_close_matches(part.word.lower(), _FIELD_OF, n=1, cutoff=_CLOSE_ENOUGH):
        message = f"{part.word}: is searched as text. Did you mean {close}: ?"
        yield QueryProblem(part.start, part.end, message, f"{close}:{part.rest}")


def _misspelt_values(part: _Part, field: str, given: Iterable[str], known: Sequence[str]) -> Iterator[QueryProblem]:
    by_folded = {_folded(value): value for value in known}
    for value in given:
        if not by_folded or _folded(value) in by_folded or value == ME:
            continue
        for close in get_close_matches(_folded(value), by_folded, n=1, cutoff=_CLOSE_ENOUGH):
            better = by_folded[close]
            word = _WORD_OF[field]
            fixed = ",".join(_quoted(better if item == value else item) for item in given)
            message = f"{word}:{value} is not known here. Did you mean {better}?"
            yield QueryProblem(part.start, part.end, message, f"{word}:{fixed}")


def _folded(value: str) -> str:
    return value.casefold().replace("_", " ").replace("-", " ")
