"""What a file tells before its rows are read: which column is which field, and how its dates and labels are meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, tzinfo
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from msgspec import Struct, field

from tui_app.adapters.reading.alike_rows import flattened
from tui_app.adapters.reading.date_columns import with_dates_by_order
from tui_app.adapters.reading.field_columns import SAMPLE, Columns, fields_of_names, inferred_columns, least_hint
from tui_app.adapters.reading.field_names import CERTAIN_NAME, hints, plain_name, words_in
from tui_app.adapters.reading.field_values import value_at_path
from tui_app.adapters.reading.learned import SURE
from tui_app.adapters.reading.openness import is_closed_flag
from tui_app.local_tracker.cell_values import KEY, are_parted_by_blanks, is_dated_text, reference_of, text_of
from tui_app.tickets.calendar_words import zone_in
from tui_app.tickets.dates_in_words import DateRules
from tui_app.tickets.fields import FIELDS_BY_NAME, REQUIRED_FIELDS, TIME_FIELDS, FieldKind
from tui_app.tickets.timestamps import DateEvidence, looks_like_moment, shared_order

ID_IN_ADDRESS = re.compile(r"https?://\S+/([A-Z][A-Z0-9_]*-\d+|\d+)/?")

Path = tuple[str, ...]

YES = frozenset(("true", "yes", "1", "x"))
"""How files write that a flag is set."""
_FLAG_VALUES = YES | {"", "false", "no", "0", "none"}
_OF_ANYTHING = frozenset(("description", "type", "url", "attachments", "history", "comments", "project"))
"""Fields that things have which are no tickets."""


class ReadingOptions(Struct, frozen=True):
    """What the user says of a file."""

    project: str | None = None
    """The project of rows that name none."""
    mapping: Mapping[str, str] = field(default_factory=dict)
    """Heading to the field that it is."""
    order: str = ""
    """The order of dates in numbers, one of `tui_app.tickets.dates_in_words.ORDERS`."""
    zone: tzinfo | None = UTC
    """The zone of times that name none; None: this machine's."""


class FileReading(Struct, frozen=True):
    """Which column of a file is which field, and how its dates are meant."""

    columns: Columns
    dates: Mapping[str, DateRules] = field(default_factory=dict)
    """Time field to how its column is read."""
    other_dates: DateRules = DateRules()
    """How dates in comments and history are read."""
    names: tuple[str, ...] = ()
    """Headings, or keys of the rows that were looked at."""
    open_order: tuple[str, ...] = ()
    """Columns with dates that do not tell which number is the month."""
    keyed: bool = False
    """Whether every id is a key that begins with its project's: ``PAY-142``."""
    blanks: bool = False
    """Whether labels stand in one text with blanks between."""
    addressed: bool = False
    """Whether a ticket's id is the end of its address, and in no column."""
    flags: tuple[str, ...] = ()
    """Columns that say of a ticket that it is over, also beside its status."""
    titled: bool = False
    """Whether the rows are tickets for certain by their title and what else they hold, also without status or id."""
    parents: Mapping[str, str] = field(default_factory=dict)
    """What the column of parents calls a ticket to that ticket's id, where it goes by another column's ids."""

    @property
    def missing(self) -> tuple[str, ...]:
        """The required fields that nothing holds."""
        elsewhere = {"status": bool(self.columns.flags) or self.titled, "id": self.addressed or self.titled}
        return tuple(name for name in REQUIRED_FIELDS if name not in self.columns.paths and not elsewhere.get(name))

    @property
    def has_made_ids(self) -> bool:
        """Whether nothing of a row is an id, so that it gets one made of its title and day."""
        return "id" not in self.columns.paths and not self.addressed

    @property
    def fields(self) -> dict[str, str]:
        """Heading to the field that it was read as; a field's best column alone."""
        return {".".join(paths[0]): name for name, paths in self.columns.paths.items()}

    @property
    def guessed(self) -> tuple[str, ...]:
        """Headings whose field is a guess by what they hold."""
        sure = self.columns.confidence
        return tuple(name for name, one in self.fields.items() if sure.get(one, 1) < SURE)

    @property
    def kept(self) -> tuple[str, ...]:
        """Headings that are no field, and are kept by name."""
        used = {path[0] for paths in self.columns.paths.values() for path in paths}
        return tuple(name for name in self.names if name not in used and name not in self.columns.flags)


# ------------------------------------------------------------ what a file tells


def learn_file(
    read: Callable[[], Iterator[Mapping[str, Any]]], options: ReadingOptions, headings: Sequence[str] = ()
) -> FileReading:
    """How to read a file (a table if it has headings), by its first rows and by every date.

    Raises:
        KeyError: a heading of the options' mapping is not there.
    """
    is_table = bool(headings)
    rows = read()
    sample = [flat_row(row, is_table) for row in islice(rows, SAMPLE)]
    names = tuple(headings) or tuple(dict.fromkeys(name for row in sample for name in row))
    if is_table:
        blank = dict.fromkeys(headings, "")
        sample = [{**blank, **row} for row in sample] or [blank]
    columns = _with_mapping(_with_required(inferred_columns(sample), names), options.mapping, names)
    columns = with_dates_by_order(_without_other_things(columns, sample), sample)
    columns = _with_comments(columns, sample)
    evidence = {name: DateEvidence() for name in TIME_FIELDS if name in columns.paths}
    parents = _Parents(columns, sample)
    for row in chain(sample, (flat_row(row, is_table) for row in rows)):
        _add_dates(row, columns, evidence)
        parents.add(row)
    shared = shared_order([*evidence.values(), *_other_dates(sample, columns)])
    dates, others = _date_rules(evidence, columns, options, shared)
    is_open = [name for name, found in evidence.items() if found.is_open and not dates[name].order]
    ids = [text_of(value_at_path(row, columns.paths["id"][0])) for row in sample] if "id" in columns.paths else []
    return FileReading(
        columns,
        dates,
        others,
        names,
        tuple(columns.paths[name][0][-1] for name in is_open),
        any(ids) and all(KEY.fullmatch(one) for one in ids if one),
        _has_blanks_between_labels(sample, columns),
        _has_ids_in_addresses(sample, columns),
        tuple(name for name in names if is_closed_flag(name) and _holds_flags(sample, name)),
        _are_titled(columns, options),
        parents.found(flat_row(row, is_table) for row in read()),
    )


def _date_rules(
    evidence: Mapping[str, DateEvidence], columns: Columns, options: ReadingOptions, shared: str
) -> tuple[dict[str, DateRules], DateRules]:
    """How the dates of each time field are read, and those of all other columns."""
    dates = {
        name: found.rules(_zone_of(columns.paths[name][0][-1], options.zone), options.order, shared)
        for name, found in evidence.items()
    }
    languages = next((rules.languages for rules in dates.values() if rules.languages), None)
    return dates, DateRules(options.order or shared, options.zone, languages, strict=bool(options.order))


def _holds_flags(sample: Sequence[Mapping[str, Any]], name: str) -> bool:
    """Whether a column says yes or no, and counts nothing."""
    return {str(row.get(name, "")).strip().casefold() for row in sample} <= _FLAG_VALUES


def _are_titled(columns: Columns, options: ReadingOptions) -> bool:
    """Whether rows have a title that is called so, and at least one other field of a ticket."""
    named = any(hints(path[-1]).get("title", 0) > CERTAIN_NAME for path in columns.paths.get("title", ())[:1])
    others = columns.paths.keys() - {"title", *_OF_ANYTHING}
    is_counted = others == {"id"} and not any(hints(path[-1]).get("id") for path in columns.paths["id"])
    return (named or "title" in options.mapping.values()) and bool(others) and not is_counted


def _other_dates(sample: Sequence[Mapping[str, Any]], columns: Columns) -> Iterator[DateEvidence]:
    """What the dates in columns that are no field tell of the order of all."""
    taken = {path[0] for paths in columns.paths.values() for path in paths}
    for name in dict.fromkeys(name for row in sample for name in row if name not in taken):
        texts = [value.strip() for row in sample if isinstance(value := row.get(name), str) and value.strip()]
        if texts and all(map(looks_like_moment, texts)):
            yield DateEvidence(texts)


class _Parents:
    """Finds out which tickets a file's column of parents means, where it goes by the ids of another column.

    Jira's files have the keys of tickets, and their parents by the numbers of its database; Asana's call a parent by
    its title, which tells it where no other ticket has that.
    """

    def __init__(self, columns: Columns, sample: Sequence[Mapping[str, Any]]) -> None:
        names = ("id", "parent", "title", "project")
        self._paths = {name: columns.paths[name][0] for name in names if name in columns.paths}
        self._candidates: tuple[str, ...] = ()
        self._named: set[str] = set()
        if not self._paths.keys() >= {"id", "parent"} or self._values(sample, "id") & self._values(sample, "parent"):
            return
        taken = {self._paths[name][0] for name in ("id", "parent")}
        titles = self._paths.get("title", ())[:1]
        self._candidates = tuple(
            name for name in sample[0] if name not in taken and (name in titles or _are_ids(sample, name))
        )

    def _values(self, rows: Iterable[Mapping[str, Any]], name: str) -> set[str]:
        return {reference_of(value_at_path(row, self._paths[name])) for row in rows} - {""}

    def add(self, row: Mapping[str, Any]) -> None:
        """Take account of one row."""
        if self._candidates and value_at_path(row, self._paths["parent"]):
            self._named |= self._values((row,), "parent")

    def found(self, rows: Iterable[Mapping[str, Any]]) -> Mapping[str, str]:
        """What parents are called to their ids; empty where they are ids, or no column has most of them.

        Args:
            rows: all rows once more; they are read only if some have parents, and only what is named is kept.
        """
        known: dict[str, dict[str, str]] = {name: {} for name in self._candidates} if self._named else {}
        for row in rows if known else ():
            (own,) = self._values((row,), "id") or ("",)
            for name, ids in known.items():
                if own and (text := text_of(row.get(name))) in self._named:
                    ids[text] = self._whole(own, row) if text not in ids else ""
        certain = ({text: own for text, own in ids.items() if own} for ids in known.values())
        found: Mapping[str, str] = max(certain, key=len, default={})
        return found if 2 * len(found) > len(self._named) else {}

    def _whole(self, own: str, row: Mapping[str, Any]) -> str:
        """An id as others call it: a number beside its project, which its parts need not name."""
        place = text_of(value_at_path(row, self._paths["project"])) if "project" in self._paths else ""
        return f"{place}#{own}" if place and own.isdecimal() else own


def _are_ids(rows: Sequence[Mapping[str, Any]], name: str) -> bool:
    values = [text_of(row.get(name)) for row in rows]
    return hints(name).get("id", 0) >= least_hint("id") and "" not in values and len({*values}) == len(values)


def _without_other_things(columns: Columns, sample: Sequence[Mapping[str, Any]]) -> Columns:
    """The columns without those that stand beside a field's own in one row, and by their names are another thing."""
    paths = {
        name: (
            known[0],
            *(path for path in known[1:] if can_stand_in(name, known[0], path) or _are_apart(sample, known[0], path)),
        )
        for name, known in columns.paths.items()
    }
    return Columns(paths, columns.flags, columns.confidence)


def _with_comments(columns: Columns, sample: Sequence[Mapping[str, Any]]) -> Columns:
    """The columns with one of nothing but dated texts as the comments, where its name says nothing."""
    if "comments" in columns.paths:
        return columns
    for name in dict.fromkeys(name for row in sample for name in row if isinstance(row[name], list)):
        items = [item for row in sample if isinstance(row.get(name), list) for item in row[name]]
        if not hints(name) and items and all(map(is_dated_text, items)):
            return Columns({**columns.paths, "comments": ((name,),)}, columns.flags, columns.confidence)
    return columns


def _are_apart(sample: Sequence[Mapping[str, Any]], first: Path, other: Path) -> bool:
    return not any(value_at_path(row, first) and value_at_path(row, other) for row in sample)


@lru_cache(1000)
def can_stand_in(name: str, first: Path, other: Path) -> bool:
    """Whether another column of a field says what the first one leaves empty: nobody assigned is not the owner."""
    if name in REQUIRED_FIELDS or FIELDS_BY_NAME[name].kind in (FieldKind.TEXT, FieldKind.LIST, FieldKind.URL):
        return True
    return not set(words_in(first[-1])).isdisjoint(words_in(other[-1]))


def _has_blanks_between_labels(sample: Sequence[Mapping[str, Any]], columns: Columns) -> bool:
    cells = [value_at_path(row, path) for path in columns.paths.get("labels", ())[:1] for row in sample]
    texts = [cell for cell in cells if isinstance(cell, str)]
    return not any(isinstance(cell, list) for cell in cells) and are_parted_by_blanks(texts)


def _has_ids_in_addresses(sample: Sequence[Mapping[str, Any]], columns: Columns) -> bool:
    if "id" in columns.paths:
        return False
    cells = [value_at_path(row, path) for path in columns.paths.get("url", ())[:1] for row in sample]
    ids = [match and match[1] for match in (ID_IN_ADDRESS.fullmatch(text_of(cell)) for cell in cells if cell)]
    return bool(ids) and None not in ids and len(set(ids)) == len(ids)


def flat_row(row: Mapping[str, Any], is_table: bool) -> Mapping[str, Any]:
    """The row with what nested objects hold on top; that of a table as it is."""
    return row if is_table else flattened(row)


def _with_required(columns: Columns, names: Sequence[str]) -> Columns:
    """The columns with those that a ticket cannot do without by their names, where what they hold tells nothing."""
    named = fields_of_names(names)
    own = {one: named[one] for one in REQUIRED_FIELDS if one not in columns.paths and one in named}
    if not own:
        return columns
    return _with_mapping(columns, {heading: one for one, found in own.items() for heading in found}, names)


def _with_mapping(columns: Columns, mapping: Mapping[str, str], names: Sequence[str]) -> Columns:
    """The columns with those that the user names in front; a column that is named is no other field."""
    if not mapping:
        return columns
    known = {plain_name(name): name for name in reversed(names)}
    own: dict[str, tuple[Path, ...]] = {}
    for heading, one in mapping.items():
        name = heading if heading in names else known.get(plain_name(heading))
        if name is None:
            raise KeyError(heading)
        own[one] = (*own.get(one, ()), (name,))
    taken = {path for paths in own.values() for path in paths}
    others = {one: tuple(path for path in paths if path not in taken) for one, paths in columns.paths.items()}
    paths = {one: (*own.get(one, ()), *others.get(one, ())) for one in (*others, *own)}
    return Columns({one: found for one, found in paths.items() if found}, columns.flags, columns.confidence)


def _add_dates(row: Mapping[str, Any], columns: Columns, evidence: Mapping[str, DateEvidence]) -> None:
    for name, found in evidence.items():
        for path in columns.paths[name]:
            value = row.get(path[0]) if len(path) == 1 else value_at_path(row, path)
            if isinstance(value, str) and value:
                found.add(value.strip())
            if value:
                break  # others stand in where this one is empty


def _zone_of(heading: str, zone: tzinfo | None) -> tzinfo | None:
    """The zone that a heading names, as in ``Created At (UTC)``; else ``zone``."""
    match = re.search(r"[(\[]([^()\[\]]+)[)\]]\s*$", heading)
    return (zone_in(match[1]) if match else None) or zone
