"""Words, lists and quotation marks of the query language.

Invariant: `split_values` of what `join_values` wrote, and `unquoted` of what `quoted` wrote, give the same values; a
quotation mark that is not closed ends with the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

OTHER_MARKS = "'“”„«»‘’"
"""What people and editors write for a quotation mark; it is none here."""
NOT_MARK = "!"
"""What other languages write before a value that is left out; it is nothing here."""
_NEEDS_QUOTES = re.compile(rf'[\s,"\\]|^(?::|//|[{NOT_MARK}{OTHER_MARKS}])')
"""What parts values, other marks, and what with the colon before it would make an address: ``type::``, ``label://``."""


def outside_quotes(text: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """The characters that no quotes hold, with where they stand; a backslash within quotes takes the next one along."""
    within = escaped = False
    for position in range(start, len(text)):
        character = text[position]
        if escaped:
            escaped = False
        elif character == "\\" and within:
            escaped = True
        elif character == '"':
            within = not within
        elif not within:
            yield position, character


def commas(rest: str) -> list[int]:
    """Where a list is divided."""
    return [position for position, character in outside_quotes(rest) if character == ","]


def split_values(rest: str) -> list[str]:
    """The values of a list as it is typed: ``open, "in review"``."""
    cuts = [-1, *commas(rest), len(rest)]
    values = [unquoted(rest[before + 1 : after].strip()) for before, after in pairwise(cuts)]
    return [value for value in values if value]


def other_marks(rest: str) -> str:
    """The mark of another language that one of the values of a list begins with; empty: none does."""
    cuts = [-1, *commas(rest), len(rest)]
    begins = (rest[before + 1 : after].strip()[:1] for before, after in pairwise(cuts))
    return next((mark for mark in begins if mark and mark in OTHER_MARKS + NOT_MARK), "")


def join_values(values: Iterable[str]) -> str:
    """A list as it is typed; `split_values` reads it back."""
    return ", ".join(in_quotes(value) if "," in value or '"' in value or "\\" in value else value for value in values)


def unquoted(value: str) -> str:
    """What a value in quotes says."""
    if not value.startswith('"'):
        return value
    body = value[1:-1] if len(value) > 1 and value.endswith('"') else value[1:]
    return re.sub(r"\\(.)", r"\1", body, flags=re.DOTALL)


def quoted(value: str) -> str:
    """``value``, in quotes where it would not be read back as one value without."""
    return value if value and not _NEEDS_QUOTES.search(value) else in_quotes(value)


def in_quotes(value: str) -> str:
    """``value`` in quotation marks."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
