"""The short way from a row to a ticket, for rows that already look like one.

Servers that were made for this program, the embedded one among them, name and type their fields as `Ticket` does.
Such rows come by the ten thousand, and reading them must cost about what parsing their JSON costs; so here nothing is
looked for. Invariant: `plain_ticket` returns either what `fields.ticket_from` would return for the row, or None.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from types import NoneType
from typing import Any

from tui_app.adapters.reading.links import human_url
from tui_app.adapters.reading.markup import is_plain_text
from tui_app.adapters.reading.values import NOBODY
from tui_app.tickets.text import clean
from tui_app.tickets.ticket import JsonValue, Ticket

_NAMES = frozenset(
    (
        "id", "title", "status", "assignee", "reporter", "priority", "type", "project", "labels", "created_at",
        "updated_at", "url", "description",
    )
)  # fmt: skip
_NOTHING: Mapping[str, JsonValue] = {}  # one for all: ten thousand empty ones are work for the garbage collector
_NO_ORIGINALS: Mapping[str, str] = {}

_MOST_PREFIXES = 1000
_human_prefixes: set[str] = set()


def plain_ticket(row: Mapping[str, Any]) -> Ticket | None:
    """The ticket that ``row`` is, or None where it takes a closer look to read it."""
    if not _NAMES.issuperset(row):
        return None
    try:
        return _ticket(row)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _ticket(row: Mapping[str, Any]) -> Ticket | None:
    get = row.get
    identity, title, status = row["id"], row["title"], row["status"]
    assignee, reporter, labels = get("assignee"), get("reporter"), get("labels")
    priority, type_, project = get("priority"), get("type"), get("project")
    line = "|".join(  # joined, all of them are looked at in one go; what is not text makes this fail
        ("", identity, title, status, assignee or _gap(assignee), reporter or _gap(reporter),
         priority or _gap(priority), type_ or _gap(type_), project or _gap(project), *(labels or ()), "")
    )  # fmt: skip
    if "||" in line or "| " in line or " |" in line or not _is_plain(line):
        return None
    if identity[0] == "#" or (assignee or "").casefold() in NOBODY or (reporter or "").casefold() in NOBODY:
        return None
    if not isinstance(labels, (list, NoneType)):
        return None
    description, url = get("description"), get("url")
    if description is not None and not (is_plain_text(description) and clean(description) is description):
        return None
    if url is not None and not _is_human(url, identity):
        return None
    created, updated = get("created_at"), get("updated_at")
    return Ticket(
        identity, title, status, assignee or None, reporter or None, priority or None, type_ or None, project or None,
        tuple(labels or ()), _moment(created) if created else None, _moment(updated) if updated else None,
        url, description, (), (), (), _NOTHING, _NOTHING, (), _NO_ORIGINALS, "",
    )  # fmt: skip


def _is_plain(line: str) -> bool:
    """Whether nothing in ``line`` has to be mended or taken off: neither signs nor odd spaces at a word's ends."""
    if line.isascii():
        return line.isprintable()
    return clean(line) is line and "\n" not in line and "\t" not in line and _has_no_margins(line.split("|"))


def _has_no_margins(words: Iterable[str]) -> bool:
    return all(word.strip() == word for word in words)


def _gap(absent: Any) -> Any:
    """What stands for an absent word: a dash; a zero or False is a word, and makes the joining fail."""
    return "-" if absent is None or absent == "" else absent


def _is_human(url: str, identity: str) -> bool:
    """Whether `human_url` lets ``url`` be; asked once for each beginning, since the rest is a word."""
    prefix, _, last = url.rpartition("/")
    if prefix in _human_prefixes and last.isascii() and last.replace("-", "").isalnum() and len(last) <= len(identity):
        return True
    if human_url([url]) != url:
        return False
    if len(_human_prefixes) >= _MOST_PREFIXES:
        _human_prefixes.clear()
    _human_prefixes.add(prefix)
    return True


def _moment(text: str) -> datetime:
    """Raises ValueError where ``text`` is not plainly a moment in UTC."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is not UTC:
        raise ValueError(text)
    return moment
