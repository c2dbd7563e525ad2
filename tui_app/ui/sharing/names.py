"""What people paste elsewhere: a branch's name, a Markdown link."""

from __future__ import annotations

import re
import unicodedata

from tui_app.tickets.ticket import Ticket

_LONGEST_BRANCH = 60  # characters; longer names are cut by most code hosts' lists
_NOT_IN_BRANCH = re.compile(r"[^a-z0-9]+")
_NOT_IN_ID = re.compile(r"[^A-Za-z0-9]+")
_MARKDOWN_SIGNS = re.compile(r"([\\\[\]<>`*_])")


def branch_name(ticket: Ticket) -> str:
    """``PAY-142-printer-on-fire``: safe for git and for a shell; the id alone where the title has no Latin letters."""
    plain = unicodedata.normalize("NFKD", ticket.title).encode("ascii", "ignore").decode().lower()
    words = _NOT_IN_BRANCH.sub("-", plain).strip("-")
    start = _NOT_IN_ID.sub("-", ticket.id).strip("-") or "ticket"
    room = _LONGEST_BRANCH - len(start) - 1
    if len(words) > room:
        words = words[: room + 1].rpartition("-")[0] or words[:room]
    return f"{start}-{words}" if words and room > 0 else start


def markdown_link(ticket: Ticket) -> str:
    """``[PAY-142: Printer on fire](https://..)``, or the words alone where there is no address."""
    words = _MARKDOWN_SIGNS.sub(r"\\\1", f"{ticket.id}: {ticket.title}")
    return f"[{words}]({ticket.url})" if ticket.url else words
