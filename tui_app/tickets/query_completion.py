"""What a half-typed query or field may become."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from tui_app.tickets.criteria import ME, SORT_FIELDS, UNASSIGNED
from tui_app.tickets.query_parts import FIELD_OF, FIELD_WORD, LIST_FIELDS, QUERY_WORDS, commas, parts, quoted

_DATE_EXAMPLES = ("today", "yesterday", "7d", "2w", "1m", "3m", "1y")
_FIXED_VALUES: Mapping[str, tuple[str, ...]] = {
    "created_after": _DATE_EXAMPLES,
    "created_before": _DATE_EXAMPLES,
    "updated_after": _DATE_EXAMPLES,
    "sort": tuple(name for field in SORT_FIELDS for name in (f"-{field}", field)),
    "max_results": ("50", "100", "500", "1000"),
}
_MOST_COMPLETIONS = 50


class Completion(Struct, frozen=True):
    """What may stand in place of ``text[start:end]``, best first."""

    start: int
    end: int
    options: tuple[str, ...] = ()

    def apply(self, text: str, option: str) -> tuple[str, int]:
        """``text`` with ``option`` in place, and where the cursor then stands."""
        gap = "" if option.endswith(":") or text[self.end : self.end + 1] == " " else " "
        return text[: self.start] + option + gap + text[self.end :], self.start + len(option) + len(gap)


def complete_query(text: str, cursor: int, known: Mapping[str, Sequence[str]]) -> Completion:
    """What the word under the cursor may become: a field's word, or one of the field's values."""
    start = max((part.start for part in parts(text[:cursor])), default=cursor)
    typed = text[start:cursor]
    if not typed or (typed[-1].isspace() and typed.count('"') % 2 == 0):
        return Completion(cursor, cursor)
    match = FIELD_WORD.match(typed)
    field = FIELD_OF.get(match[1].lower()) if match else None
    if match is None or field is None:
        words = tuple(f"{word}:" for word in QUERY_WORDS if word.startswith(typed.lower()))
        return Completion(start, cursor, words)
    value_start = start + match.end()
    if field in LIST_FIELDS:
        value_start += max(commas(typed[match.end() :]), default=-1) + 1
    prefix = text[value_start:cursor].strip('"')
    options = tuple(quoted(value) for value in complete_value(field, prefix, known))
    return Completion(value_start, cursor, options)


def complete_value(field: str, prefix: str, known: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The values of ``field`` that begin with ``prefix``, then those that hold it."""
    of_old = (ME, UNASSIGNED) if field == "assignee" else _FIXED_VALUES.get(field, ())
    values = [*of_old, *known.get(field, ())]
    folded = prefix.casefold()
    first = [value for value in values if value.casefold().startswith(folded)]
    then = [value for value in values if folded in value.casefold()] if field not in _FIXED_VALUES else []
    found = tuple(dict.fromkeys([*first, *then]))[:_MOST_COMPLETIONS]
    return () if found == (prefix,) else found
