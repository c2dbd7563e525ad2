"""The filter line: what was typed, which tickets it keeps, and which characters to highlight.

Grammar: words, all of which must occur somewhere in a ticket, in any case. ``!word`` must not occur; a ``!`` alone in
front keeps the tickets that the rest does not match. ``~`` in front of everything makes the words fuzzy: their letters
must occur in order, near to each other. ``\\!`` and ``\\~`` are the characters themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from operator import attrgetter

from msgspec import Struct

from tui_app.tickets.fields import REQUIRED_FIELDS, TICKET_FIELDS, TIME_FIELDS, TIME_KINDS, FieldKind
from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.columns import EXTRA, column_kind
from tui_app.ui.table.row_values import as_text, text_of

_FUZZY_SPREAD = 4
"""A fuzzy word of n letters may be spread over this many times n characters; wider, everything would match."""
_LONGEST_FUZZY = 64  # letters; a longer word is pasted, and is looked for as it is

_DATE = re.compile(r"\d{4}-\d")
"""How a word begins that is looked for in the times as well: other numbers would be found in nearly all of them."""
_NAMED_COLUMNS = tuple(
    field.name
    for field in sorted(TICKET_FIELDS, key=lambda field: (field.kind in TIME_KINDS, field.kind is FieldKind.URL))
    if field.column and field.name not in REQUIRED_FIELDS and field.kind is not FieldKind.LIST
)
"""Fields that a hit may be in although no column shows them."""

_FOLDED = [
    field for field in TICKET_FIELDS if field.kind not in (*TIME_KINDS, FieldKind.URL, FieldKind.TEXT, FieldKind.LIST)
]
_TEXTS = [field.name for field in _FOLDED if field.kind is not FieldKind.LABELS]
_LABELS = [field.name for field in _FOLDED if field.kind is FieldKind.LABELS]
_folded_values = attrgetter(*_TEXTS, *_LABELS)
_TEXT_COUNT = len(_TEXTS)

FIELD_END = "\n"
"""Between two fields of a folded ticket: no match reaches over it, because no word holds it."""


class TextFilter(Struct, frozen=True):
    """A filter line that was read."""

    words: tuple[str, ...] = ()
    """Folded; all must occur."""
    without: tuple[str, ...] = ()
    """Folded; none may occur."""
    inverted: bool = False
    fuzzy: bool = False

    def __bool__(self) -> bool:
        return bool(self.words or self.without)

    def narrows(self, former: TextFilter) -> bool:
        """Whether everything that this keeps was kept by ``former`` too, so that only its hits need be looked at."""
        if not former:
            return True
        if self.inverted or former.inverted or self.fuzzy != former.fuzzy:
            return self == former
        longer_words = all(any(old in new for new in self.words) for old in former.words)
        same_exclusions = all(any(new in old for new in self.without) for old in former.without)
        return longer_words and same_exclusions and not (self.fuzzy and self.words != former.words)


@lru_cache(64)
def read_filter(text: str) -> TextFilter:
    """Read a filter line; any text is one."""
    text = text.strip()
    fuzzy = text.startswith("~")
    text = text[1:].lstrip() if fuzzy else text
    inverted = text.startswith("!") and text[1:2].isspace()
    text = text[1:] if inverted else text
    words: list[str] = []
    without: list[str] = []
    for word in text.casefold().split():
        if word.startswith("!") and len(word) > 1:
            without.append(word[1:])
        elif word != "!":
            words.append(word[1:] if word.startswith(("\\!", "\\~")) else word)
    return TextFilter(tuple(words), tuple(without), inverted, fuzzy)


def folded(ticket: Ticket) -> str:
    """The short fields and the tracker's own fields in one folded text, a line each."""
    values = _folded_values(ticket)
    parts = list(filter(None, values[:_TEXT_COUNT]))
    parts += [", ".join(labels) for labels in values[_TEXT_COUNT:] if labels]
    if ticket.extra:
        parts += filter(None, map(as_text, ticket.extra.values()))
    return FIELD_END.join(parts).casefold()


def long_texts(ticket: Ticket) -> Iterable[str]:
    """The texts that are folded only when the short fields did not match: keeping them twice would cost the memory."""
    for attachment in ticket.attachments:
        yield attachment.name
    if ticket.description:
        yield ticket.description
    for comment in ticket.comments:
        yield comment.body
        if comment.author:
            yield comment.author


def keeps(wanted: TextFilter, short: str, ticket: Ticket) -> bool:
    """Whether the filter keeps the ticket, whose `folded` text is ``short``."""
    find = _fuzzy_in if wanted.fuzzy else str.__contains__
    found = all(find(short, word) or (not wanted.fuzzy and _in_long(ticket, word)) for word in wanted.words)
    if found and wanted.without:
        found = not any(word in short or _in_long(ticket, word) for word in wanted.without)
    return found is not wanted.inverted


def _in_long(ticket: Ticket, word: str) -> bool:
    if ticket.url and word in ticket.url.casefold():
        return True
    if (ticket.description or ticket.comments or ticket.attachments) and any(
        word in text.casefold() for text in long_texts(ticket)
    ):
        return True
    return bool(_DATE.match(word)) and any(word in text_of(ticket, column) for column in TIME_FIELDS)


# ---------------------------------------------------------------------- fuzzy


def fuzzy_letters(text: str, word: str) -> tuple[int, ...]:
    """Offsets of the word's letters in ``text``, in order and near to each other in one field; empty: no match.

    For each place of the first letter the others are taken as early as they come, which finds the shortest span from
    there; a span is at most `_FUZZY_SPREAD` times the word's length, so the time is linear in the text.
    """
    at = text.find(word)
    if at >= 0 or len(word) > _LONGEST_FUZZY:
        return tuple(range(at, at + len(word))) if at >= 0 else ()
    span = len(word) * _FUZZY_SPREAD
    start = text.find(word[0])
    while start >= 0:
        field_end = text.find(FIELD_END, start)
        limit = min(start + span, field_end if field_end >= 0 else len(text))
        letters = [start]
        for letter in word[1:]:
            found = text.find(letter, letters[-1] + 1, limit)
            if found < 0:
                break
            letters.append(found)
        else:
            return tuple(letters)
        start = text.find(word[0], start + 1)
    return ()


def _fuzzy_in(text: str, word: str) -> bool:
    return bool(fuzzy_letters(text, word))


# --------------------------------------------------------------- highlighting


def highlights(wanted: TextFilter, line: str) -> list[tuple[int, int]]:
    """Where the filter's words occur in ``line``: sorted spans of character offsets that do not overlap."""
    if not wanted.words or wanted.inverted:
        return []
    lowered = line.casefold()
    if len(lowered) != len(line):
        lowered = line.lower() if len(line.lower()) == len(line) else "".join(map(_one_folded, line))
    spans: list[tuple[int, int]] = []
    for word in wanted.words:
        spans.extend(_occurrences(lowered, word, fuzzy=wanted.fuzzy))
    return _merged(spans)


def _one_folded(character: str) -> str:
    """A character folded to just one, so that offsets stay what they are."""
    lowered = character.lower()
    return lowered if len(lowered) == 1 else character


def _occurrences(lowered: str, word: str, *, fuzzy: bool) -> Iterable[tuple[int, int]]:
    start = lowered.find(word)
    if start < 0 and fuzzy:
        yield from ((letter, letter + 1) for letter in fuzzy_letters(lowered, word))
    while start >= 0:
        yield start, start + len(word)
        start = lowered.find(word, start + len(word))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    spans.sort()
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


_MOST_FOR_SNIPPET = 200_000  # characters; a row in sight must not wait for a book to be searched again
_SNIPPET_BEFORE = 16  # characters shown before a hit in a text that is not a column


def unseen_words(wanted: TextFilter, cells: Iterable[str]) -> list[str]:
    """The words whose hits are in none of the cells: cut off, in a field that is no column, or in a long text."""
    if wanted.inverted:
        return []
    lowered = [cell.casefold() for cell in cells]
    return [word for word in wanted.words if not any(_finds(wanted, cell, word) for cell in lowered)]


def snippet(wanted: TextFilter, words: Iterable[str], ticket: Ticket, width: int) -> str:
    """A piece of text around the first hit of one of ``words``, after its field's name where that fits; or nothing."""
    for word in words:
        for caption, text in _named_texts(ticket, with_long=not wanted.fuzzy):
            text = text[:_MOST_FOR_SNIPPET]
            at = _first_hit(wanted, text.casefold(), word)
            if at >= 0:
                spare = width - len(word) - len(caption)
                start = max(0, at - min(_SNIPPET_BEFORE, max(0, spare) // 3))
                piece = " ".join(text[start : at + width].split())
                return (caption if spare > 0 else "") + ("…" if start else "") + piece
    return ""


def _named_texts(ticket: Ticket, *, with_long: bool) -> Iterable[tuple[str, str]]:
    """Every text of the ticket; the short ones with the name of their field before them."""
    yield "", ticket.title
    for column in (*_NAMED_COLUMNS, *(EXTRA + name for name in ticket.extra)):
        text = text_of(ticket, column)
        if text:
            yield f"{column_kind(column).title}: ", text
    if with_long:
        yield from (("", text) for text in long_texts(ticket))


def _first_hit(wanted: TextFilter, lowered: str, word: str) -> int:
    letters = fuzzy_letters(lowered, word) if wanted.fuzzy else ()
    return letters[0] if letters else lowered.find(word)


def _finds(wanted: TextFilter, lowered: str, word: str) -> bool:
    return _first_hit(wanted, lowered, word) >= 0
