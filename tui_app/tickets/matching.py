"""Applying criteria on this side, for those that a server cannot honour."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from tui_app.tickets.criteria import ME, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.dates import DateBound
from tui_app.tickets.ticket import Ticket

_WORDS = re.compile(r'"([^"]*)"?|([^\s"]+)')


def matches(ticket: Ticket, criteria: TicketSearchCriteria, names: Iterable[str]) -> bool:
    """Whether ``ticket`` meets the criteria fields called ``names``.

    ``native`` and ``me`` mean something to the tracker alone: they hold for every ticket. A ticket without the date
    that a bound asks about does not meet it.
    """
    return all(_CHECKS[name](ticket, criteria) for name in names if name in _CHECKS)


def _text(ticket: Ticket, criteria: TicketSearchCriteria) -> bool:
    haystack = "\n".join(filter(None, (ticket.id, ticket.title, ticket.description, *ticket.labels))).casefold()
    return all(words in haystack for words in _searched_words(criteria.text.casefold()))


def _searched_words(text: str) -> list[str]:
    """The words of a search; what stands in quotes is one."""
    return [quoted or plain for quoted, plain in _WORDS.findall(text) if quoted or plain]


def _status(ticket: Ticket, criteria: TicketSearchCriteria) -> bool:
    return _plain(ticket.status) in {_plain(status) for status in criteria.status}


def _assignee(ticket: Ticket, criteria: TicketSearchCriteria) -> bool:
    wanted = (criteria.assignee or "").casefold()
    if wanted == UNASSIGNED:
        return not ticket.assignee
    return wanted == ME or wanted in (ticket.assignee or "").casefold()


def _project(ticket: Ticket, criteria: TicketSearchCriteria) -> bool:
    return _plain(ticket.project or "") == _plain(criteria.project or "")


def _labels(ticket: Ticket, criteria: TicketSearchCriteria) -> bool:
    return {label.casefold() for label in criteria.labels} <= {label.casefold() for label in ticket.labels}


def _priority(ticket: Ticket, criteria: TicketSearchCriteria) -> bool:
    return _plain(ticket.priority or "") == _plain(criteria.priority or "")


def _created_after(ticket: Ticket, criteria: TicketSearchCriteria) -> bool:
    return _at_least(criteria.created_after, ticket.created_at)


def _created_before(ticket: Ticket, criteria: TicketSearchCriteria) -> bool:
    bound = criteria.created_before
    return bound is None or (ticket.created_at is not None and ticket.created_at < bound.moment)


def _updated_after(ticket: Ticket, criteria: TicketSearchCriteria) -> bool:
    return _at_least(criteria.updated_after, ticket.updated_at)


def _at_least(bound: DateBound | None, moment: datetime | None) -> bool:
    return bound is None or (moment is not None and moment >= bound.moment)


def _plain(value: str) -> str:
    """``In Progress``, ``in_progress`` and ``in-progress`` are one status to whoever types it."""
    return value.casefold().replace("_", " ").replace("-", " ").strip()


_CHECKS = {
    "text": _text,
    "status": _status,
    "assignee": _assignee,
    "project": _project,
    "labels": _labels,
    "priority": _priority,
    "created_after": _created_after,
    "created_before": _created_before,
    "updated_after": _updated_after,
}
