"""Conditions of a search on ``tickets``: by columns, and by the full-text index, with what that index holds.

Invariant: `searchable` depends on nothing but its argument (no Unicode tables of the running Python), because the index
keeps no text of its own and an entry is taken out by giving the very words that were put in.

The tokenizer is SQLite's unicode61: any word is found by its beginning, with or without accents. Two things are added.
Scripts that are written without spaces are indexed character by character, so any part of a phrase is found; names like
``ConnectionTimeoutError`` are found by each of their parts. (A trigram index finds every substring, but took five times
the space and four times as long to search, and misses words of two characters, which are most Chinese ones.)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_app.local_tracker.checked_arguments import ArgumentError, utc_text
from tui_app.local_tracker.stored_values import USER_VARIABLE
from tui_app.tickets.criterion import CRITERIA, Criterion, CriterionKind, Match
from tui_app.tickets.fields import TIME_FIELDS
from tui_app.tickets.vocabulary import CLOSED, ME, closed_by_words, nearest, openness_warning

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui_app.local_tracker.stored_values import StoredValues

_UNSPACED = re.compile(
    "(["
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # kana, Han
    "\U00020000-\U0003ffff"  # rare Han
    "])"
)
_NAME = re.compile(r"(?<![A-Za-z])[A-Za-z]{3,64}(?![A-Za-z])")  # longer runs of letters are data, not names
_HUMP = re.compile(r"(?<=[a-z])[A-Z]")
_TERM = re.compile(r'"([^"]*)"|(\S+)')


def searchable(*texts: str) -> str:
    """The words under which a ticket with these texts is found."""
    text = "\n".join(texts)
    names = _NAME.findall(text) if _HUMP.search(text) else ()
    humps = " ".join(name[hump.start() :] for name in names for hump in _HUMP.finditer(name))
    spaced = text if text.isascii() else _UNSPACED.sub(r" \1 ", text)
    return f"{spaced}\n{humps}" if humps else spaced


def match_expression(text: str) -> str | None:
    """The FTS5 query for a search text: every word by its beginning, ``"quoted words"`` as they stand.

    None where the text holds something that is no word (``->``, an emoji): the index cannot answer that.
    """
    terms = []
    for match in _TERM.finditer(text):
        quoted, word = match[1], match[2]
        wanted = (quoted if quoted is not None else word).replace('"', " ").strip()
        if not any(character.isalnum() for character in wanted):
            if wanted:
                return None
            continue
        spaced = _UNSPACED.sub(r" \1 ", wanted)
        terms.append(f'"{spaced}"' if quoted is not None else f'"{spaced}" *')
    return " AND ".join(terms)


def plain_terms(text: str) -> list[str]:
    """The words and quoted phrases of a search text, as they are looked for inside titles."""
    return [match[1] or match[2] for match in _TERM.finditer(text) if match[1] or match[2]]


MATCHES = " IN (SELECT rowid FROM search WHERE search MATCH ?)"


class SqlFilter(NamedTuple):
    """One condition: ``test`` follows ``column`` in SQL and takes ``values``."""

    column: str
    test: str
    values: list[Any]

    def sql(self, *, by_index: bool) -> str:
        """The condition; SQLite looks for an index for it only where ``by_index`` says so (its unary plus)."""
        return f"{'' if by_index else '+'}{self.column}{self.test}"

    @property
    def is_date(self) -> bool:
        """Whether it bounds a time."""
        return self.column in TIME_FIELDS

    @property
    def is_one_value(self) -> bool:
        """Whether the column must have one certain value."""
        return self.test == " IN (?)"


def read_filters(
    known: StoredValues, arguments: Mapping[str, Any], warnings: list[str], *, inside_titles: bool
) -> list[SqlFilter]:
    """The conditions of a search. ``inside_titles``: its words are looked for anywhere inside titles instead.

    What no ticket has is said in ``warnings``.

    Raises:
        ArgumentError: a date does not exist, or the dates exclude each other.
    """
    filters = _text_filters(arguments.get("text", ""), inside_titles=inside_titles)
    if arguments.get("openness"):
        kinds = {status: closed_by_words(status) for status in known.of("status")}
        closed = [status for status, is_closed in kinds.items() if is_closed]
        warnings += openness_warning(
            [status for status, is_closed in kinds.items() if is_closed is None], arguments["openness"]
        )
        filters.append(_one_of("status", closed, is_in=arguments["openness"] == CLOSED))
    for criterion in CRITERIA:
        wanted = arguments.get(criterion.name) if criterion.is_list else None
        if not wanted:
            continue
        if criterion.match is Match.ALL:
            filters += (_labelled(_meant(known, criterion, [word], warnings)) for word in wanted)
        else:
            filters.append(_one_of(criterion.field, _meant(known, criterion, wanted, warnings)))
    return filters + _date_filters(arguments) + _left_out(known, arguments.get("exclude", {}))


def _left_out(known: StoredValues, exclude: Mapping[str, Any]) -> list[SqlFilter]:
    """Conditions for what a ticket must not have; a value that no ticket has leaves nothing out."""
    filters = [_without_words(term) for term in exclude.get("text", ())]
    for criterion in CRITERIA:
        unwanted = exclude.get(criterion.name) if criterion.is_list else None
        if unwanted:
            names = _meant(known, criterion, unwanted, [])
            is_label = criterion.match is Match.ALL
            filters.append(_labelled(names, is_in=False) if is_label else _one_of(criterion.field, names, is_in=False))
    return filters


def _without_words(term: str) -> SqlFilter:
    words = match_expression(f'"{term}"' if " " in term else term)
    if words:
        return SqlFilter("number", f" NOT{MATCHES}", [words])
    return SqlFilter("title", r" NOT LIKE ? ESCAPE '\'", [f"%{_escaped(term)}%"])


def _one_of(column: str, names: list[str], *, is_in: bool = True) -> SqlFilter:
    return SqlFilter(column, f" {'' if is_in else 'NOT '}IN ({_marks(names)})", names)


def _labelled(names: list[str], *, is_in: bool = True) -> SqlFilter:
    test = f"IN (SELECT number FROM labels WHERE label IN ({_marks(names)}))"
    return SqlFilter("number", f" {'' if is_in else 'NOT '}{test}", names)


def _text_filters(text: str, *, inside_titles: bool) -> list[SqlFilter]:
    words = None if inside_titles else match_expression(text)
    if words:
        return [SqlFilter("number", MATCHES, [words])]
    if words is None:
        return [SqlFilter("title", r" LIKE ? ESCAPE '\'", [f"%{_escaped(term)}%"]) for term in plain_terms(text)]
    return []


def _meant(known: StoredValues, criterion: Criterion, wanted: Iterable[str], warnings: list[str]) -> list[str]:
    found = []
    for word in wanted:
        if criterion.match is Match.ID:
            names = known.ids(criterion.field, word)
        else:
            names = known.meant(criterion.name, word)
            if not names:
                warnings.append(_nothing_called(known, criterion.name, word))
        found += names
    return found


def _nothing_called(known: StoredValues, field: str, word: str) -> str:
    if word.strip().casefold() == ME and not known.user:
        return f"It is not known who 'me' is: set {USER_VARIABLE} to your name."
    by_plain = {value.casefold(): value for value in known.of(field)}
    near = [by_plain[name] for name in nearest(word.casefold(), by_plain, 3)]
    return f"No ticket has {field} {word!r}." + (f" Did you mean {' or '.join(near)}?" if near else "")


def _date_filters(arguments: Mapping[str, Any]) -> list[SqlFilter]:
    since: dict[str, tuple[str, str]] = {}
    before: dict[str, tuple[str, str]] = {}
    for name, field, match in _BOUNDS:
        if arguments.get(name):
            bounds = since if match is Match.SINCE else before
            bounds[field] = name, utc_text(name, arguments[name])
    filters = []
    for field in dict.fromkeys((*since, *before)):
        first_name, first = since.get(field, ("", ""))
        last_name, last = before.get(field, ("", ""))
        if first and last and first > last:
            raise ArgumentError(f"{first_name}: it is later than {last_name}, so nothing can match.")
        filters.append(SqlFilter(field, " >= ?", [first or _ANY_TIME]))
        if last:
            filters.append(SqlFilter(field, " < ?", [last]))
    return filters


_ANY_TIME = "0"  # before every time, and after the empty text of a ticket without one
_BOUNDS = tuple((c.name, c.field, c.match) for c in CRITERIA if c.kind is CriterionKind.DATE)


def _marks(values: list[str]) -> str:
    return ", ".join("?" * len(values))


def _escaped(term: str) -> str:
    return term.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
