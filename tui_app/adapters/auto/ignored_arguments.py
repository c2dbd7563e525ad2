"""Arguments that a server takes and does not apply: seen by tickets that it should not have sent beside those that fit.

Invariant: only what the tickets themselves show counts. A status may be asked for by a word that covers several, so of
two only open beside closed shows that the argument was ignored; a row without the value shows nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tui_app.adapters.auto.roles import Role
from tui_app.adapters.base import Plan
from tui_app.tickets.criterion import criterion_of
from tui_app.tickets.matching import matches
from tui_app.tickets.ticket import JsonValue, Ticket

_SHOWN_BY_ROWS = {"status": "status", "openness": "status", "assignee": "assignee", "priority": "priority"}
"""Criterion to what the argument that takes it is for."""


def ignored_arguments(
    plan: Plan, role: Role, arguments: Mapping[str, JsonValue], tickets: Sequence[Ticket]
) -> frozenset[str]:
    """The paths of those of ``arguments`` that ``tickets``, the answer to a call with them, show to be ignored."""
    return frozenset(
        role.concepts[concept].path
        for name, concept in _SHOWN_BY_ROWS.items()
        if name in plan.pushed_down and concept in role.concepts and role.concepts[concept].path in arguments
        if _is_ignored(name, plan, tickets)
    )


def _is_ignored(name: str, plan: Plan, tickets: Sequence[Ticket]) -> bool:
    field = criterion_of(name).field
    if not all(getattr(ticket, field or "status") for ticket in tickets):
        return False
    fits = [matches(ticket, plan.criteria, (name,)) for ticket in tickets]
    if name in ("status", "openness"):
        known = {(fit, ticket.is_closed) for fit, ticket in zip(fits, tickets, strict=True)}
        return {(True, True), (False, False)} <= known or {(True, False), (False, True)} <= known
    return any(fits) and not all(fits)
