"""Search arguments as conditions on the columns of ``tickets``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from tui_app.local_tracker.arguments import ArgumentError
from tui_app.local_tracker.moments import utc_text
from tui_app.local_tracker.values import ME, USER_VARIABLE
from tui_app.local_tracker.words import match_expression, plain_terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tui_app.local_tracker.values import KnownValues

MATCHES = " IN (SELECT rowid FROM search WHERE search MATCH ?)"


class Filter(NamedTuple):
    """One condition: ``test`` stands after ``column`` and takes ``values``."""

    column: str
    test: str
    values: list[Any]

    def sql(self, *, by_index: bool) -> str:
        """The condition; SQLite looks for an index for it only where ``by_index`` says so (its unary plus)."""
        return f"{'' if by_index else '+'}{self.column}{self.test}"

    @property
    def is_date(self) -> bool:
        """Whether it bounds a time."""
        return self.column in ("created_at", "updated_at")

    @property
    def is_one_value(self) -> bool:
        """Whether the column must have one certain value."""
        return self.test == " IN (?)"


def read_filters(
    known: KnownValues, arguments: Mapping[str, Any], warnings: list[str], *, inside_titles: bool
) -> list[Filter]:
    """The conditions of a search. ``inside_titles``: its words are looked for anywhere inside titles instead.

    What no ticket has is said in ``warnings``.

    Raises:
        ArgumentError: a date does not exist, or the dates exclude each other.
    """
    filters = _text_filters(arguments.get("text", ""), inside_titles=inside_titles)
    for field in ("status", "assignee", "project", "priority"):
        wanted = arguments.get(field)
        if wanted:
            names = _meant(known, field, [wanted] if isinstance(wanted, str) else wanted, warnings)
            filters.append(Filter(field, f" IN ({_marks(names)})", names))
    for label in arguments.get("labels", ()):
        names = _meant(known, "labels", [label], warnings)
        filters.append(Filter("number", f" IN (SELECT number FROM labels WHERE label IN ({_marks(names)}))", names))
    return filters + _date_filters(arguments)


def _text_filters(text: str, *, inside_titles: bool) -> list[Filter]:
    words = None if inside_titles else match_expression(text)
    if words:
        return [Filter("number", MATCHES, [words])]
    if words is None:
        return [Filter("title", r" LIKE ? ESCAPE '\'", [f"%{_escaped(term)}%"]) for term in plain_terms(text)]
    return []


def _meant(known: KnownValues, field: str, wanted: Iterable[str], warnings: list[str]) -> list[str]:
    found = []
    for word in wanted:
        names = known.meant(field, word)
        if not names:
            warnings.append(_nothing_called(known, field, word))
        found += names
    return found


def _nothing_called(known: KnownValues, field: str, word: str) -> str:
    from difflib import get_close_matches

    if word.strip().casefold() == ME and not known.user:
        return f"It is not known who 'me' is: set {USER_VARIABLE} to your name."
    by_plain = {value.casefold(): value for value in known.of(field)}
    near = [by_plain[name] for name in get_close_matches(word.casefold(), by_plain, n=3)]
    return f"No ticket has {field} {word!r}." + (f" Did you mean {' or '.join(near)}?" if near else "")


def _date_filters(arguments: Mapping[str, Any]) -> list[Filter]:
    bounds = {
        name: utc_text(name, arguments[name])
        for name in ("created_after", "created_before", "updated_after")
        if arguments.get(name)
    }
    after, before, updated = (bounds.get(name) for name in ("created_after", "created_before", "updated_after"))
    if after and before and after > before:
        raise ArgumentError("created_after: it is later than created_before, so nothing can match.")
    filters = []
    if after or before:
        filters.append(Filter("created_at", " >= ?", [after or "0"]))  # "0": any time at all, but not none
    if before:
        filters.append(Filter("created_at", " < ?", [before]))
    if updated:
        filters.append(Filter("updated_at", " >= ?", [updated]))
    return filters


def _marks(values: list[str]) -> str:
    return ", ".join("?" * len(values))


def _escaped(term: str) -> str:
    return term.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
