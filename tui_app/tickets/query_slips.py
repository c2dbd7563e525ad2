"""What looks like a slip in a query or a field, and what was probably meant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from msgspec import Struct

from tui_app.tickets.criteria import ME, UNASSIGNED
from tui_app.tickets.query import values_of
from tui_app.tickets.query_parts import FIELD_OF, WORD_OF, Part, parts, quoted

_CLOSE_ENOUGH = 0.7  # difflib's ratio; below it the guesses are more often wrong than right


class Slip(Struct, frozen=True):
    """What to write in place of ``text[start:end]``, and why."""

    start: int
    end: int
    message: str
    replacement: str


def slips(text: str, known: Mapping[str, Sequence[str]]) -> Iterator[Slip]:
    """What looks like a slip in a query. ``known``: field to the values that exist."""
    for part in parts(text):
        field = FIELD_OF.get(part.word.lower())
        if field is not None and part.rest:
            yield from _wrong_values(part, field, values_of(part, field), known.get(field, ()))
        elif field is None and part.word and part.rest:
            yield from _wrong_word(part)


def meant_value(value: str, known: Sequence[str]) -> str | None:
    """The value that ``value`` was probably meant to be; None where it is one that exists, or like none of them."""
    by_folded = {_folded(other): other for other in known}
    if not by_folded or is_known(value, known):
        return None
    close = get_close_matches(_folded(value), by_folded, n=1, cutoff=_CLOSE_ENOUGH)
    return by_folded[close[0]] if close else None


def is_known(value: str, known: Iterable[str]) -> bool:
    """Whether ``value`` exists, in whatever spelling."""
    return value in (ME, UNASSIGNED) or _folded(value) in map(_folded, known)


def _wrong_word(part: Part) -> Iterator[Slip]:
    for close in get_close_matches(part.word.lower(), FIELD_OF, n=1, cutoff=_CLOSE_ENOUGH):
        message = f"Did you mean {close}: ? As it is, {part.word}: is searched as text."
        yield Slip(part.start, part.end, message, f"{close}:{part.rest}")


def _wrong_values(part: Part, field: str, given: Sequence[str], known: Sequence[str]) -> Iterator[Slip]:
    word = WORD_OF[field]
    for value in given:
        better = meant_value(value, known)
        if better is not None:
            fixed = ",".join(quoted(better if item == value else item) for item in given)
            message = f"Did you mean {better}? {word}:{value} is not known here."
            yield Slip(part.start, part.end, message, f"{word}:{fixed}")


def _folded(value: str) -> str:
    return value.casefold().replace("_", " ").replace("-", " ")
