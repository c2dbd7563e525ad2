"""One row of a server's answer to one `Ticket`, whatever the server calls its fields.

Invariants: nothing here raises, whatever JSON a row holds; nothing is invented: what a row does not say is empty, and
where it lacks id, title or status the ticket says so in ``problems``; every string has gone through the sanitiser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from tui_app.adapters.reading.dates import parse_moment
from tui_app.adapters.reading.discussion import attachments_of, changes_of, comments_of
from tui_app.adapters.reading.further import further_fields
from tui_app.adapters.reading.links import human_url
from tui_app.adapters.reading.markup import to_markdown
from tui_app.adapters.reading.names import (
    ATTACHMENT_NAMES,
    COMMENT_NAMES,
    DATABASE_IDS,
    DONE_FLAGS,
    FIELD_NAMES,
    HISTORY_NAMES,
    HUMAN_IDS,
    LOOKUP_NAMES,
    URL_NAMES,
    plain_name,
)
from tui_app.adapters.reading.plain import plain_tickets
from tui_app.adapters.reading.shape import flattened
from tui_app.adapters.reading.values import Row, indexed, is_nothing, person_of, word_of, words_of
from tui_app.tickets.text import clean, clean_line
from tui_app.tickets.ticket import Attachment, Change, Comment, JsonValue, Ticket
from tui_app.tickets.turns import in_slices

_ROWS_AT_ONCE = 250
_LONGEST_ID = 300  # characters; anything longer is a text in the wrong place
_HAS_DIGIT = re.compile(r"\d")


def iter_tickets(rows: Sequence[JsonValue]) -> Iterator[Ticket]:
    """The tickets of ``rows``; gives way to other threads in between."""
    for some in in_slices(rows, _ROWS_AT_ONCE):
        yield from plain_tickets(some) or _one_by_one(some)


def _one_by_one(rows: Sequence[JsonValue]) -> Iterator[Ticket]:
    for row in rows:
        if isinstance(row, dict):
            yield from plain_tickets([row]) or (ticket_from(row),)


def ticket_from(row: Row, overrides: Mapping[str, JsonValue] | None = None) -> Ticket:
    """The ticket that ``row`` holds.

    Args:
        row: an object of the server's answer, with its fields on top or within ``fields``, ``attributes`` and the like.
        overrides: ticket field to value, for fields that a profile's ``map`` reads from elsewhere in the row.
    """
    return _Reader(row, overrides or {}).ticket()


class _Reader:
    """Reads one row, and keeps account of what was used, mended and missed."""

    def __init__(self, row: Row, overrides: Mapping[str, JsonValue]) -> None:
        self._row = flattened(row)
        self._index = indexed(self._row)
        self._overrides = overrides
        self._used: set[str] = set()
        self._problems: list[str] = []
        self._originals: dict[str, str] = {}

    def ticket(self) -> Ticket:
        identity = self._identity()
        title = self._required("title", self._title())
        status = self._required("status", self._word("status") or self._done_or_open())
        comments, history = self._discussion()
        return Ticket(
            id=identity,
            title=title,
            status=status,
            assignee=self._person("assignee"),
            reporter=self._person("reporter"),
            priority=self._word("priority"),
            type=self._word("type"),
            project=self._word("project"),
            labels=self._labels(),
            created_at=parse_moment(self._take("created_at")),
            updated_at=parse_moment(self._take("updated_at")),
            url=human_url([self._overrides.get("url"), *self._values(URL_NAMES)], identity),
            description=self._description(),
            comments=comments,
            history=history,
            attachments=self._attachments(),
            extra=further_fields(self._row, self._used),
            lookup=self._lookup(),
            problems=tuple(self._problems),
            originals=self._originals,
        )

    # ------------------------------------------------------------ the three that every ticket must have

    def _identity(self) -> str:
        value = self._overrides["id"] if "id" in self._overrides else self._found_id()
        return self._required("id", self._line("id", (word_of(value) or "").removeprefix("#")))

    def _found_id(self) -> JsonValue:
        own = self._index.get("id")
        for name in HUMAN_IDS:
            value = self._index.get(name)
            if _can_be_id(value) and _HAS_DIGIT.search(str(value)):
                is_projects = isinstance(own, str) and own.startswith(f"{value}-")  # "id": "K8S-7", "key": "K8S"
                if is_projects:
                    self._index.setdefault("projectkey", value)
                    return self._using("id", own)
                return self._using(name, value)
        for name in DATABASE_IDS:
            value = self._index.get(name)
            if _can_be_id(value):
                return self._using(name, value)
        return None

    def _title(self) -> str | None:
        value = self._take("title")
        if value is not None and not isinstance(value, str):
            self._problems.append("the title is not text")
        return self._line("title", word_of(value))

    def _done_or_open(self) -> str | None:
        """What a list of things to do says instead of a status: a flag."""
        for name in DONE_FLAGS:
            value = self._index.get(name)
            if isinstance(value, bool):
                self._used.add(name)
                word = name.removeprefix("is")
                return {"checked": "done", "complete": "completed"}.get(word, word) if value else "open"
        return None

    def _required(self, field: str, value: str | None) -> str:
        if not value:
            self._problems.append(f"no {field}")
        return value or ""

    # ------------------------------------------------------------ the others

    def _word(self, field: str) -> str | None:
        return self._line(field, word_of(self._take(field), field))

    def _person(self, field: str) -> str | None:
        return self._line(field, person_of(self._take(field), field))

    def _labels(self) -> tuple[str, ...]:
        words = words_of(self._take("labels"))
        return tuple(filter(None, (clean_line(word) for word in words)))

    def _description(self) -> str | None:
        text = to_markdown(self._take("description"))
        cleaned = clean(text) if text else None
        if text and cleaned != text:
            self._originals["description"] = text
        return cleaned

    def _discussion(self) -> tuple[tuple[Comment, ...], tuple[Change, ...]]:
        comments = self._overrides.get("comments") or self._structure(COMMENT_NAMES)
        history = self._structure(HISTORY_NAMES)
        return comments_of(comments), changes_of(history)

    def _attachments(self) -> tuple[Attachment, ...]:
        return attachments_of(self._structure(ATTACHMENT_NAMES))

    def _lookup(self) -> dict[str, JsonValue]:
        """What a get tool may ask for besides the id, under the names that the row gives it."""
        return {
            name: value
            for name, value in self._row.items()
            if plain_name(name) in LOOKUP_NAMES and isinstance(value, (str, int, float)) and not isinstance(value, bool)
        }

    # ------------------------------------------------------------ finding values

    def _take(self, field: str) -> JsonValue:
        if field in self._overrides:
            return self._overrides[field]
        for name in FIELD_NAMES[field]:
            value = self._index.get(name)
            if name not in self._used and not is_nothing(value):
                return self._using(name, value)
        return None

    def _structure(self, names: Iterable[str]) -> JsonValue:
        """The first list or object under one of ``names``; numbers and text there mean something else."""
        for name in names:
            value = self._index.get(name)
            if isinstance(value, (list, dict)) and value:
                return self._using(name, value)
        return None

    def _values(self, names: Iterable[str]) -> list[JsonValue]:
        present = [name for name in names if name in self._index]
        self._used.update(present)
        return [self._index[name] for name in present]

    def _using(self, name: str, value: JsonValue) -> JsonValue:
        self._used.add(name)
        return value

    def _line(self, field: str, text: str | None) -> str | None:
        if not text:
            return None
        cleaned = clean_line(text).strip()
        if cleaned != text:
            self._originals[field] = text
        return cleaned or None


def _can_be_id(value: JsonValue) -> bool:
    if isinstance(value, str):
        return bool(value.strip()) and len(value) <= _LONGEST_ID
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 10**_LONGEST_ID
