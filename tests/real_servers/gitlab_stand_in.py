"""GitLab's REST interface on loopback: one project with 230 issues, and a default scope that hides most of them."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

from tests.real_servers.stand_in import Answer, Asked, StandIn

COUNT = 230
PROJECT = "ops/gates"
_MINE_EVERY = 10  # the issues that the user created, which is what GitLab lists unless told otherwise

NOT_LOGGED_IN = Answer({"message": "401 Unauthorized"}, 401)


def person(username: str, name: str) -> dict[str, Any]:
    return {
        "id": 1,
        "username": username,
        "name": name,
        "avatar_url": None,
        "web_url": f"https://git.example/{username}",
    }


def issue(iid: int) -> dict[str, Any]:
    stamp = f"2026-{1 + iid % 9:02}-01T08:00:00.000Z"
    return {
        "id": 7000 + iid, "iid": iid, "project_id": 12, "title": f"{'Barrier' if iid % 7 == 0 else 'Gate'} {iid} stuck",
        "description": "See **log**.", "state": "opened" if iid % 2 else "closed", "author": person("bo", "Bo Li"),
        "assignees": [person("ann", "Ann Ode")], "labels": ["hw"], "milestone": None, "created_at": stamp,
        "updated_at": stamp, "closed_at": None, "web_url": f"https://git.example/{PROJECT}/-/issues/{iid}",
        "references": {"short": f"#{iid}", "relative": f"#{iid}", "full": f"{PROJECT}#{iid}"}, "issue_type": "issue",
    }  # fmt: skip


class GitlabStandIn(StandIn):
    """The paths that @zereight/mcp-gitlab asks for."""

    def answer(self, asked: Asked) -> Answer:
        path = unquote(asked.path).removeprefix("/api/v4")
        if path in ("/issues", f"/projects/{PROJECT}/issues"):
            return self._list(asked)
        match = re.fullmatch(rf"/projects/(?:12|{PROJECT})/issues/(\d+)(/discussions)?", path)
        if match is None or not 1 <= int(match[1]) <= COUNT:
            return Answer({"message": "404 Not found"}, 404)
        if match[2]:
            note = {
                "id": 1, "type": None, "body": "On it.", "author": person("ann", "Ann Ode"), "system": False,
                "created_at": "2026-09-01T08:00:00Z", "updated_at": "2026-09-01T08:00:00Z", "noteable_id": 1,
                "noteable_type": "Issue", "project_id": 12, "noteable_iid": 1, "resolvable": False,
            }  # fmt: skip
            return Answer([{"id": "d1", "individual_note": True, "notes": [note]}])
        return Answer(issue(int(match[1])))

    def _list(self, asked: Asked) -> Answer:
        query = asked.query
        found = [issue(iid) for iid in range(COUNT, 0, -1)]
        if query.get("scope", "created_by_me") == "created_by_me":
            found = found[::_MINE_EVERY]
        state, words = query.get("state", "all"), query.get("search", "").casefold()
        found = [row for row in found if state in ("all", row["state"]) and words in row["title"].casefold()]
        found = [row for row in found if query.get("created_after", "") <= row["created_at"]]
        start = (asked.number("page", 1) - 1) * asked.number("per_page", 20)
        return Answer(found[start : start + asked.number("per_page", 20)])
