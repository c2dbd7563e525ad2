"""The values of an export's cells and of JSON, read into the form in which the database keeps them.

Invariant: nothing is invented. A date that is not certain is empty, and `CellReader.faults` says which it was.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from tui_app.adapters.reading.discussion import AUTHOR, BODY, WHEN
from tui_app.adapters.reading.field_columns import least_hint
from tui_app.adapters.reading.field_names import hints, plain_name
from tui_app.adapters.reading.field_values import NOBODY, first_of, indexed, members, word_of, words_of
from tui_app.adapters.reading.markup import to_markdown
from tui_app.local_tracker.schema import stored_form
from tui_app.local_tracker.writing import AttachmentRecord, ChangeRecord, CommentRecord
from tui_app.tickets.dates_in_words import UTC_RULES, DateRules, UnreadDateError
from tui_app.tickets.fields import CALLED, FIELDS_BY_NAME, TIME_KINDS, FieldKind
from tui_app.tickets.timestamps import is_no_date, looks_like_moment, read_moment

KEY = re.compile(r"([A-Z][A-Z0-9_]*)-\d+")
"""An id that begins with its project's: ``PAY-142``."""
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")  # SQLite's text ends at NUL; half characters are no UTF-8
_JIRA_COMMENT = re.compile(r"([^;]{8,40});([^;]*);(.*)", re.DOTALL)
_JIRA_ATTACHMENT = re.compile(r"[^;]{8,40};[^;]*;([^;]+);(\S+)")
_LIST_IN_TEXT = re.compile(r"\[([^\[\]{}\"]*)\]")
_SHOWN = 40  # characters of a value in a message


class CellReader:
    """Reads the fields of one row after the other."""

    def __init__(
        self, dates: Mapping[str, DateRules], others: DateRules = UTC_RULES, *, wiki: bool = False, blanks: bool = False
    ) -> None:
        self._dates = dates
        self._others = others
        self._wiki = wiki
        self.faults: list[str] = []
        """What of the row could not be read, in words; whoever reads a row empties it first."""
        self._readers: Mapping[FieldKind, Callable[[Any], Any]] = {
            FieldKind.TEXT: self.description,
            FieldKind.LABELS: partial(labels_of, blanks=blanks),
            FieldKind.PERSON: person_of,
            FieldKind.ID: reference_of,
        }
        self._lists: Mapping[str, Callable[[Any], Any]] = {
            "comments": self.comments,
            "history": self.history,
            "attachments": attachments_of,
        }

    def read(self, field: str, value: Any) -> Any:
        """The value of a field, as the database keeps it."""
        kind = FIELDS_BY_NAME[field].kind
        if kind in TIME_KINDS:
            return self._date(value, field, self._dates.get(field, self._others))
        if kind is FieldKind.LIST:
            return self._lists[field](value)
        if isinstance(value, dict) and kind is not FieldKind.ID and isinstance(value.get(field), str):
            value = value[field]  # {"id": "2", "priority": "high"}
        if field == "project" and isinstance(value, dict) and value.get("key"):
            return text_of(value["key"])  # what ids begin with, and what people type
        reader = self._readers.get(kind)
        read = reader(value) if reader else text_of(value)
        return "" if kind is FieldKind.ID and field != "id" and is_no_date(read) else read  # a parent called null

    def _date(self, value: Any, name: str, rules: DateRules) -> str:
        """A date, empty for none and for one that is not certain."""
        if isinstance(value, list):
            value = next((item for item in value if item), "")
        if isinstance(value, dict):
            value = _moment_in(value)
        try:
            moment = read_moment(value, rules)
        except UnreadDateError as error:
            self.faults.append(f"{name}: {str(value)[:_SHOWN]!r} {error}")
            return ""
        return stored_form(moment) if moment else ""

    def description(self, value: Any) -> str:
        """Any markup, and documents in parts (Atlassian's), as Markdown."""
        if isinstance(value, (str, dict)):
            return storable(to_markdown(value, wiki=self._wiki) or "").strip()
        return text_of(value)

    def comments(self, value: Any) -> list[CommentRecord]:
        """The comments in a list, in JSON text, or in Jira's cells."""
        return [self._comment(entry) for entry in _entries(value) if isinstance(entry, dict)]

    def _comment(self, entry: Mapping[str, Any]) -> CommentRecord:
        if set(entry) == {"text"}:
            return self._written_comment(storable(str(entry["text"])))
        fields = {plain_name(name): value for name, value in entry.items()}
        author = next((fields[name] for name in AUTHOR if fields.get(name)), "")
        created = next((fields[name] for name in WHEN if fields.get(name)), "")
        created = created or next((value for value in fields.values() if _is_moment(value)), "")
        body = next((fields[name] for name in BODY if fields.get(name)), "")
        return {
            "author": text_of(author),
            "created_at": self._date(created, "comments", self._others),
            "body": text_of(body) if not isinstance(body, dict) else self.description(body),
        }

    def _written_comment(self, text: str) -> CommentRecord:
        """Jira's CSV writes ``02/Nov/26 8:00 AM;author;body`` into one cell."""
        match = _JIRA_COMMENT.fullmatch(text)
        if match:
            try:
                moment = read_moment(match[1], self._others)
            except UnreadDateError:
                moment = None
            if moment:
                return {"author": match[2].strip(), "created_at": stored_form(moment), "body": match[3].strip()}
        return {"author": "", "created_at": "", "body": text.strip()}

    def history(self, value: Any) -> list[ChangeRecord]:
        """The changes in a list or in JSON text; ``from`` and ``to`` are understood too."""
        return [
            {
                "author": text_of(entry.get("author")),
                "created_at": self._date(entry.get("created_at") or entry.get("created"), "history", self._others),
                "field": text_of(entry.get("field")),
                "before": text_of(entry.get("before", entry.get("from"))),
                "after": text_of(entry.get("after", entry.get("to"))),
            }
            for entry in _entries(value)
            if isinstance(entry, dict) and entry.get("field")
        ]


def _moment_in(value: Mapping[str, Any]) -> Any:
    """The moment in an object, as machines write it where people's form stands beside it; what it holds for none."""
    moments = [one for one in value.values() if _is_moment(one)]
    return value["value"] if value.get("value") in moments else moments[0] if moments else value or ""


def _is_moment(value: Any) -> bool:
    return isinstance(value, str) and sum(map(str.isdigit, value)) >= _LEAST_DIGITS and looks_like_moment(value)


def is_dated_text(item: Any) -> bool:
    """Whether an object is a moment and a text that is called so, and nothing else."""
    if not isinstance(item, dict) or len(item) != _TIME_AND_TEXT:
        return False
    texts = [name for name, value in item.items() if isinstance(value, str) and not _is_moment(value)]
    return len(texts) == 1 and plain_name(texts[0]) in BODY and sum(map(_is_moment, item.values())) == 1


_TIME_AND_TEXT = 2
_LEAST_DIGITS = 5  # of a moment with its year: 2 Nov 2026


def text_of(value: Any) -> str:
    """Text, number, person or thing; of several, all, with commas between."""
    if isinstance(value, str):
        return storable(value).strip()
    if isinstance(value, list):
        return ", ".join(text for text in map(text_of, value) if text)
    if isinstance(value, dict):
        known = text_of(first_of(indexed(value), CALLED))
        return known or storable(word_of(value) or "").strip()
    if value is None or isinstance(value, bool):
        return ""
    return storable(str(value)).strip()


def storable(text: str) -> str:
    """The text as SQLite and UTF-8 can hold it."""
    if not text.isprintable():
        text = _NOT_STORABLE.sub("\ufffd", text)
    return text.replace("\r\n", "\n") if "\r" in text else text


def person_of(value: Any) -> str:
    """A person's name; of several, all; empty for what trackers write where there is none."""
    text = text_of(value)
    bracketed = _LIST_IN_TEXT.fullmatch(text)
    text = bracketed[1].strip() if bracketed else text
    text = ", ".join(filter(None, map(str.strip, text.split(";")))) if ";" in text else text
    return "" if text.casefold() in NOBODY else text


def reference_of(value: Any) -> str:
    """The id of a ticket, which may come as a whole object."""
    if isinstance(value, dict):
        if KEY.fullmatch(text_of(value.get("text"))):  # <key id="10012">PAY-142</key>
            return text_of(value["text"])
        ids = sorted((name for name in value if value[name] and _says_id(name) > least_hint("id")), key=_says_id)
        value = value[ids[-1]] if ids else value
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return text_of(value)


def _says_id(name: str) -> float:
    return hints(name).get("id", 0)


def labels_of(value: Any, *, blanks: bool = False) -> list[str]:
    """Names in a list, or in one text with commas or semicolons between, or ``blanks`` where the column is so."""
    items = members(value) if isinstance(value, list) or (isinstance(value, dict) and len(value) == 1) else [value]
    between = _BLANKS_TOO if blanks else _SEPARATORS
    labels: list[str] = []
    for item in items:
        if isinstance(item, dict):
            labels += [text_of(item)] if first_of(indexed(item), CALLED) else words_of(item)
            continue
        text = text_of(item)
        bracketed = _LIST_IN_TEXT.fullmatch(text)
        labels += between.split(bracketed[1] if bracketed else text) if isinstance(item, str) else [text]
    return sorted({storable(label).strip() for label in labels if label.strip()})


_SEPARATORS, _BLANKS_TOO = re.compile(r"[,;]"), re.compile(r"[,;\s]")
_NO_TAG = re.compile(r"[,;]|[.!?:]$|.{31}")
_OFTEN = 0.4  # of the words that stand beside others


def are_parted_by_blanks(texts: Iterable[str]) -> bool:
    """Whether the texts of a column are lists of tags (``printer urgent``), not each a tag of several words.

    Tags are short, come in any number, and come again in other company. The words of ``good first issue`` and ``help
    wanted`` do not; where there is too little to tell, a text is one tag.
    """
    cells = {tuple(text.split()) for text in texts if text.strip()}
    several = [cell for cell in cells if len(cell) > 1]
    if len({*map(len, cells)}) < 2 or len(several) < 2:
        return False
    if any(len({*cell}) < len(cell) or any(map(_NO_TAG.search, cell)) for cell in cells):
        return False
    counts = Counter(word for cell in cells for word in cell)
    again = [word for cell in several for word in cell if counts[word] > 1]
    return len({*again}) > 1 and len(again) >= _OFTEN * sum(map(len, several))


# ------------------------------------------------------------ comments, history and attachments


def _entries(value: Any) -> list[Any]:
    """The items of a list, of JSON text that holds one, or of Jira's ``{"comments": [...]}``; a mere count is none."""
    if isinstance(value, dict):
        inner = list(value.values())
        alone = inner if len(inner) == 1 and isinstance(inner[0], dict) else []  # XML's only comment
        return next((_entries(one) for one in inner if isinstance(one, list)), alone)
    if isinstance(value, list):
        return [item for entry in value for item in (_entries(entry) if isinstance(entry, str) else [entry])]
    if not isinstance(value, str) or not value.strip() or value.strip().isdecimal():
        return []
    if value.lstrip().startswith("["):
        try:
            return _entries(json.loads(value))
        except ValueError:
            pass
    return [{"text": value}]


def attachments_of(value: Any) -> list[AttachmentRecord]:
    """The files in a list, in JSON text, or in Jira's cells."""
    return [_attachment(entry) for entry in _entries(value) if isinstance(entry, dict)]


def _attachment(entry: Mapping[str, Any]) -> AttachmentRecord:
    """Jira's CSV writes ``date;author;name;address`` into one cell."""
    if set(entry) == {"text"}:
        match = _JIRA_ATTACHMENT.fullmatch(entry["text"])
        return {"name": match[1] if match else text_of(entry["text"]), "url": match[2] if match else "", "size": None}
    size = entry.get("size")
    return {
        "name": text_of(entry.get("name") or entry.get("filename")),
        "url": text_of(entry.get("url") or entry.get("content")),
        "size": size if isinstance(size, int) and not isinstance(size, bool) else None,
    }
