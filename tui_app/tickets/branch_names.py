"""Names of git branches for tickets, by a template.

Invariant: a name is one that git takes and that no shell acts on, whatever the ticket says: values become letters,
digits and dashes.
"""

from __future__ import annotations

import re
import unicodedata

from tui_app.tickets.errors import UsageError
from tui_app.tickets.ticket import Ticket
from tui_app.tickets.vocabulary import nearest

DEFAULT_TEMPLATE = "{id}-{title}"
NAMES = ("id", "title", "type", "project", "status", "priority", "assignee", "reporter", "parent")
"""What a template may name."""

_LONGEST = 60  # characters; longer names are cut by most code hosts' lists
_NOT_IN_WORDS = re.compile(r"[^a-z0-9]+")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9]+")
_IDS = frozenset(("id", "parent"))
_PLACEHOLDER = re.compile(r"\{(\w*)\}")
_TEXT = re.compile(r"[A-Za-z0-9/._-]*")
_REFUSED_BY_GIT = re.compile(r"(?:^|/)[.-]|\.\.|//|\.lock(?:/|$)|[/.]$|^-|^/")


def check_template(template: str) -> None:
    """Check a template for names of branches.

    Raises:
        UsageError: a name is not known, or git would take no name that is made by it.
    """
    for name in _PLACEHOLDER.findall(template):
        if name not in NAMES:
            close = nearest(name, NAMES)
            meant = f"Did you mean {{{close[0]}}}? " if close else ""
            raise UsageError(f"there is no {{{name}}}.", hint=f"{meant}It can be: {', '.join(NAMES)}.")
    if "{id}" not in template:
        raise UsageError("it has no {id}.", hint=f"Tickets would share a branch. The default: {DEFAULT_TEMPLATE}.")
    text = _PLACEHOLDER.sub("", template)
    if not _TEXT.fullmatch(text) or _REFUSED_BY_GIT.search(_PLACEHOLDER.sub("x", template)):
        raise UsageError(
            "git takes no such name.", hint='Write letters, digits, / . _ and - between: "feature/{id}-{title}".'
        )


def branch_name(ticket: Ticket, template: str = "") -> str:
    """``PAY-142-printer-on-fire``: the title gets what room is left; what the ticket does not have is left out."""
    template = template or DEFAULT_TEMPLATE
    values = {name: _plain(name, str(getattr(ticket, name) or "")) for name in NAMES}
    values["id"] = values["id"] or "ticket"
    without_title = _filled(template, {**values, "title": ""})
    room = _LONGEST - len(without_title) - 1
    words = values["title"]
    if len(words) > room:
        words = words[: room + 1].rpartition("-")[0] or words[: max(0, room)]
    return _filled(template, {**values, "title": words if room > 0 else ""})


def _plain(name: str, value: str) -> str:
    if name in _IDS:
        return _NOT_IN_ID.sub("-", value).strip("-")
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().lower()
    return _NOT_IN_WORDS.sub("-", plain).strip("-")


def _filled(template: str, values: dict[str, str]) -> str:
    """``template`` with its values, and without the separators that an empty one leaves behind."""
    name = _PLACEHOLDER.sub(lambda match: values[match[1]], template)
    name = re.sub(r"\.lock(?=/|$)", "-lock", re.sub(r"([-_.])[-_.]+", r"\1", name))  # .lock is git's own
    return "/".join(part for part in (part.strip("-_.") for part in name.split("/")) if part)
