"""What a cell or a JSON value of an export says: text, people, labels, dates."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from tui_app.adapters.reading.dates import parse_moment
from tui_app.adapters.reading.markup import to_markdown
from tui_app.local_tracker.moments import stored_form

_PERSON_OR_THING = ("displayName", "display_name", "login", "username", "name", "key", "value", "title")
_SEPARATORS = re.compile(r"[\s_\-.]+")
_NOT_STORABLE = re.compile("[\x00\ud800-\udfff]")  # SQLite's text ends at NUL; half characters are no UTF-8


@lru_cache(maxsize=1024)
def folded(name: str) -> str:
    """A column's or a key's name without spaces, signs and case."""
    return _SEPARATORS.sub("", name).casefold()


def text_of(value: Any) -> str:
    """Text, number, person or thing; of several, all, with commas between."""
    if isinstance(value, list):
        return ", ".join(text for text in map(text_of, value) if text)
    if isinstance(value, dict):
        return next((text_of(value[name]) for name in _PERSON_OR_THING if value.get(name)), "")
    if value is None or isinstance(value, bool):
        return ""
    return storable(str(value)).strip()


def storable(text: str) -> str:
    """The text as SQLite and UTF-8 can hold it."""
    if not text.isprintable():
        text = _NOT_STORABLE.sub("\ufffd", text)
    return text.replace("\r\n", "\n") if "\r" in text else text


def description_of(value: Any) -> str:
    """Markdown as it stands; a document in parts (Atlassian's) as Markdown."""
    return text_of(value) if not isinstance(value, dict) else storable(to_markdown(value) or "")


def labels_of(value: Any) -> list[str]:
    """Names in a list, or in one text with commas or semicolons between."""
    items = value if isinstance(value, list) else [value]
    names: list[str] = []
    for item in items:
        names += re.split(r"[,;]", text_of(item)) if isinstance(item, str) else [text_of(item)]
    return sorted({name.strip() for name in names if name.strip()})


def date_of(value: Any) -> str:
    """A date of an export, empty for none; without a zone it is taken as UTC.

    Raises:
        ValueError: it is no date, or one that is written in an order that leaves open which number is the month.
    """
    if isinstance(value, list):
        value = next((item for item in value if item), "")
    if value is None or value == "":
        return ""
    moment = parse_moment(value)
    if moment is None:
        raise ValueError(f"{str(value)[:40]!r} is not a date that can be read")
    return stored_form(moment)
