"""GitHub's REST interface on loopback: one repository with 230 issues and pull requests, found by search qualifiers."""

from __future__ import annotations

import re
from typing import Any

from tests.real_servers.stand_in import Answer, Asked, StandIn

COUNT = 230
REPOSITORY = "acme/tills"
_PULL_EVERY = 10
_QUALIFIER = re.compile(r'(repo|is|label|assignee|created):("[^"]*"|\S+)')

NOT_LOGGED_IN = Answer({"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}, 401)


def is_pull(number: int) -> bool:
    return number % _PULL_EVERY == 0


def person(login: str) -> dict[str, Any]:
    address = f"https://api.github.com/users/{login}"
    return {
        "login": login, "id": 1, "node_id": "U_1", "avatar_url": address, "url": address,
        "html_url": f"https://github.com/{login}", "type": "User", "site_admin": False,
    }  # fmt: skip


def issue(number: int) -> dict[str, Any]:
    """An issue, or a pull request in the clothes of one, as the search words it."""
    api = f"https://api.github.com/repos/{REPOSITORY}"
    kind = "pull" if is_pull(number) else "issues"
    address = f"https://github.com/{REPOSITORY}/{kind}/{number}"
    stamp = f"2026-{1 + number % 9:02}-01T08:00:00Z"
    label = {"id": 1, "node_id": "L", "url": f"{api}/labels/bug", "name": "bug", "color": "f00", "default": True}
    return {
        "url": f"{api}/issues/{number}", "repository_url": api, "labels_url": f"{api}/issues/{number}/labels",
        "comments_url": f"{api}/issues/{number}/comments", "events_url": f"{api}/issues/{number}/events",
        "html_url": address, "id": 900 + number, "node_id": f"I_{number}", "number": number,
        "title": f"{'Printer' if number % 7 == 0 else 'Till'} {number} jams", "user": person("ann"), "labels": [label],
        "state": "open" if number % 2 else "closed", "locked": False, "assignee": person("bo"),
        "assignees": [person("bo")], "milestone": None, "comments": 1, "created_at": stamp, "updated_at": stamp,
        "closed_at": None, "body": f"See **log** of {number}.", "score": 1.0,
        **({"pull_request": {"html_url": address, "merged_at": stamp}} if kind == "pull" else {}),
    }  # fmt: skip


def pull(number: int) -> dict[str, Any]:
    """A pull request in full."""
    moments = dict.fromkeys(("created_at", "updated_at", "pushed_at"), "2026-01-01T08:00:00Z")
    addresses = dict.fromkeys(
        ("url", "html_url", "git_url", "ssh_url", "clone_url"), f"https://github.com/{REPOSITORY}"
    )
    repository = {
        "id": 1, "node_id": "R", "name": "tills", "full_name": REPOSITORY, "private": False, "owner": person("acme"),
        "description": None, "fork": False, "default_branch": "main", **moments, **addresses,
    }  # fmt: skip
    side = {"label": "acme:main", "ref": "main", "sha": "0a", "user": person("ann"), "repo": repository}
    row = issue(number)
    address = row["html_url"]
    return {
        **row, "url": f"https://api.github.com/repos/{REPOSITORY}/pulls/{number}", "diff_url": f"{address}.diff",
        "patch_url": f"{address}.patch", "issue_url": row["url"], "merged_at": row["created_at"],
        "merge_commit_sha": "0b", "requested_reviewers": [], "head": side, "base": side,
    }  # fmt: skip


def review(number: int) -> dict[str, Any]:
    address = f"https://github.com/{REPOSITORY}/pull/{number}"
    return {
        "id": 1, "node_id": "V", "user": person("bo"), "body": "Looks right.", "state": "APPROVED", "html_url": address,
        "pull_request_url": address, "commit_id": "0a", "submitted_at": "2026-09-01T08:00:00Z",
        "author_association": "MEMBER",
    }  # fmt: skip


class GithubStandIn(StandIn):
    """The paths that @modelcontextprotocol/server-github asks for."""

    def answer(self, asked: Asked) -> Answer:
        if asked.path == "/search/issues":
            return self._search(asked)
        match = re.fullmatch(rf"/repos/{REPOSITORY}/(issues|pulls)/(\d+)(?:/(\w+))?", asked.path)
        number = int(match[2]) if match else 0
        if match is None or not 1 <= number <= COUNT:
            return Answer({"message": "Not Found"}, 404)
        if match[3] == "reviews":
            return Answer([review(number)])
        if match[3] == "comments":
            return Answer([])
        return Answer(pull(number) if match[1] == "pulls" else issue(number))

    def _search(self, asked: Asked) -> Answer:
        query = asked.query["q"]
        qualifiers = [(name, value.strip('"')) for name, value in _QUALIFIER.findall(query)]
        words = _QUALIFIER.sub("", query).casefold().split()
        found = [row for number in range(COUNT, 0, -1) if _matches(row := issue(number), qualifiers, words)]
        start = (asked.number("page", 1) - 1) * asked.number("per_page", 30)
        page = found[start : start + asked.number("per_page", 30)]
        return Answer({"total_count": len(found), "incomplete_results": False, "items": page})


def _matches(row: dict[str, Any], qualifiers: list[tuple[str, str]], words: list[str]) -> bool:
    labels = [label["name"] for label in row["labels"]]
    said = {"repo": [REPOSITORY], "is": [row["state"]], "label": labels, "assignee": [row["assignee"]["login"], "@me"]}
    for name, value in qualifiers:
        first, _, last = value.partition("..")
        if name == "created" and not first <= row["created_at"] <= last.replace("*", "9"):
            return False
        if name != "created" and value not in said[name]:
            return False
    return all(word in row["title"].casefold() for word in words)
