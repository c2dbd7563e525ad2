"""Redmine's REST interface on loopback: 130 issues, of which a list without a status holds the open ones only."""

from __future__ import annotations

import re
from typing import Any

from tests.real_servers.stand_in import Answer, Asked, StandIn

COUNT = 130
STATUSES = {1: "New", 2: "In Progress", 5: "Closed"}
PRIORITIES = {3: "Normal", 4: "Urgent"}
_LARGEST_PAGE = 100

NOT_LOGGED_IN = Answer({"errors": ["Unauthorized"]}, 401)


def issue(number: int) -> dict[str, Any]:
    status, priority = list(STATUSES)[number % 3], list(PRIORITIES)[number % 2]
    stamp = f"2026-{1 + number % 9:02}-01T08:00:00Z"
    subject = f"{'Pump' if number % 7 == 0 else 'Valve'} {number} leaks"
    return {
        "id": number, "project": {"id": 1, "name": "Plant"}, "tracker": {"id": 1, "name": "Bug"},
        "status": {"id": status, "name": STATUSES[status], "is_closed": status == 5},
        "priority": {"id": priority, "name": PRIORITIES[priority]}, "author": {"id": 1, "name": "Bo Li"},
        "assigned_to": {"id": 2, "name": "Ann Ode"}, "subject": subject,
        "description": "See log.", "start_date": None, "due_date": None, "done_ratio": 0, "is_private": False,
        "estimated_hours": None, "created_on": stamp, "updated_on": stamp, "closed_on": None,
    }  # fmt: skip


class RedmineStandIn(StandIn):
    """The paths that redmine-mcp-server and mcp-redmine ask for."""

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.removesuffix(".json")
        if path == "/issues":
            return self._list(asked)
        if path == "/search":
            return self._search(asked)
        if match := re.fullmatch(r"/issues/(\d+)", path):
            return self._issue(int(match[1]))
        return Answer(_LISTS.get(path, {}), 200 if path in _LISTS else 404)

    def _list(self, asked: Asked) -> Answer:
        found = [row for number in range(COUNT, 0, -1) if _matches(row := issue(number), asked.query)]
        start, size = asked.number("offset", 0), min(asked.number("limit", 25), _LARGEST_PAGE)
        page = found[start : start + size]
        return Answer({"issues": page, "total_count": len(found), "offset": start, "limit": size})

    def _search(self, asked: Asked) -> Answer:
        rows = [issue(number) for number in range(COUNT, 0, -1)]
        found = [row for row in rows if asked.query.get("q", "").casefold() in row["subject"].casefold()]
        start, size = asked.number("offset", 0), asked.number("limit", 25)
        hits = [
            {
                "id": row["id"], "title": f"Bug #{row['id']} ({row['status']['name']}): {row['subject']}",
                "type": "issue", "url": f"{self.url}/issues/{row['id']}", "description": row["description"],
                "datetime": row["created_on"],
            }
            for row in found[start : start + size]
        ]  # fmt: skip
        return Answer({"results": hits, "total_count": len(found), "offset": start, "limit": size})

    def _issue(self, number: int) -> Answer:
        if not 1 <= number <= COUNT:
            return Answer({"errors": ["Not found"]}, 404)
        note = {
            "id": 1, "user": {"id": 2, "name": "Ann Ode"}, "notes": "Tightened it.", "private_notes": False,
            "created_on": "2026-09-01T08:00:00Z", "details": [],
        }  # fmt: skip
        return Answer({"issue": {**issue(number), "journals": [note], "attachments": []}})


def _matches(row: dict[str, Any], query: dict[str, str]) -> bool:
    status, created = query.get("status_id", "open"), query.get("created_on", ">=")
    closed = row["status"]["is_closed"]
    if status in ("open", "closed") and closed != (status == "closed"):
        return False
    if status not in ("open", "closed", "*") and str(row["status"]["id"]) not in status.split("|"):
        return False
    if "priority_id" in query and query["priority_id"] != str(row["priority"]["id"]):
        return False
    if "issue_id" in query and str(row["id"]) not in query["issue_id"].split(","):
        return False
    if query.get("subject", "~").removeprefix("~").casefold() not in row["subject"].casefold():
        return False
    return bool(created.removeprefix(">=") <= row["created_on"])


_LISTS: dict[str, Any] = {
    "/issue_statuses": {
        "issue_statuses": [{"id": id_, "name": name, "is_closed": id_ == 5} for id_, name in STATUSES.items()]
    },
    "/enumerations/issue_priorities": {
        "issue_priorities": [{"id": id_, "name": name, "active": True} for id_, name in PRIORITIES.items()]
    },
    "/users/current": {
        "user": {"id": 2, "login": "ann", "firstname": "Ann", "lastname": "Ode", "mail": "a@example.com"}
    },
    "/projects": {"projects": [{"id": 1, "name": "Plant", "identifier": "plant"}], "total_count": 1},
}
