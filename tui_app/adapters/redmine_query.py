"""Criteria as the parameters of Redmine's issue list, which both of its servers pass on.

Reference: https://www.redmine.org/projects/redmine/wiki/Rest_Issues. An operator stands at the beginning of a value
(``>=``, ``><`` for a range, ``~`` for contains), alternatives are divided by ``|``. The bounds of a range belong to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from tui_app.tickets.criteria import ME, TicketSearchCriteria
from tui_app.tickets.ticket import JsonValue

ANY_STATUS = "*"
"""Without a status Redmine lists open issues only."""
NEWEST_FIRST = "created_on:desc"

_SENTINELS = ("open", "closed")
_SORT_FIELDS = {
    "id": "id",
    "title": "subject",
    "status": "status",
    "assignee": "assigned_to",
    "reporter": "author",
    "priority": "priority",
    "type": "tracker",
    "project": "project",
    "created_at": "created_on",
    "updated_at": "updated_on",
}
Ids = Mapping[str, Mapping[str, int]]
"""``status`` and ``priority`` to names, folded, to Redmine's ids."""


def redmine_parameters(criteria: TicketSearchCriteria, ids: Ids) -> dict[str, dict[str, JsonValue]]:
    """Criteria field to the parameters that say it, for the fields that Redmine can be told."""
    said: dict[str, dict[str, JsonValue]] = {}
    if criteria.project:
        said["project"] = {"project_id": criteria.project.casefold().replace(" ", "-")}
    if (status := _status(criteria.status, ids.get("status", {}))) is not None:
        said["status"] = {"status_id": status}
    if assignee := _assignee(criteria.assignee):
        said["assignee"] = {"assigned_to_id": assignee}
    if priority := ids.get("priority", {}).get((criteria.priority or "").casefold()):
        said["priority"] = {"priority_id": priority}
    if created := _created(criteria):
        said |= {field: {"created_on": created} for field in ("created_after", "created_before")}
    if criteria.updated_after:
        said["updated_after"] = {"updated_on": f">={_moment(criteria.updated_after.moment)}"}
    return said


def sorting(criteria: TicketSearchCriteria) -> str:
    """The ``sort`` parameter: the order asked for, else newest first."""
    if not criteria.sort:
        return NEWEST_FIRST
    direction = ":desc" if criteria.sort.startswith("-") else ""
    return _SORT_FIELDS[criteria.sort.removeprefix("-")] + direction


def _status(statuses: tuple[str, ...], ids: Mapping[str, int]) -> JsonValue:
    """One id or sentinel, several ids divided by ``|``, None where one of ``statuses`` is not known."""
    names = {status.casefold() for status in statuses}
    known = [ids[name] for name in sorted(names) if name in ids]
    if names and len(known) == len(names):
        return known[0] if len(known) == 1 else "|".join(map(str, known))
    if len(names) == 1 and names <= set(_SENTINELS):
        return names.pop()
    return ANY_STATUS if names == set(_SENTINELS) else None


def _assignee(name: str | None) -> JsonValue:
    if name and name.casefold() == ME:
        return ME
    return int(name) if name and name.isdecimal() else None


def _created(criteria: TicketSearchCriteria) -> str:
    after = _moment(criteria.created_after.moment) if criteria.created_after else ""
    before = _moment(criteria.created_before.moment - timedelta(seconds=1)) if criteria.created_before else ""
    if after and before:
        return f"><{after}|{before}"
    return f">={after}" if after else f"<={before}" if before else ""


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
