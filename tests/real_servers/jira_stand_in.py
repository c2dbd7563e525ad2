"""Jira on loopback: 2,500 issues, found by the JQL that we write; by offset (Data Center) or by token (Cloud)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.real_servers.stand_in import Answer, Asked, StandIn

COUNT = 2_500
LARGEST_PAGE = 100
ME = "ann"
PEOPLE = {ME: "Ann Ode", "bo": "Bo Li"}
STATUSES = ("To Do", "In Progress", "Done")
PRIORITIES = ("High", "Medium", "Low")
_FIRST_DAY = datetime(2026, 1, 1, 8, tzinfo=UTC)
_TIES = 3  # issues created in the same minute, as imports and bulk edits make them

_CLAUSE = re.compile(r'(?P<field>\w+) (?P<operator>not in|in|is not|>=|<|=|~) (?P<value>\(.*\)|"(?:[^"\\]|\\.)*"|\S+)')
_BETWEEN = re.compile(r' AND (?=(?:[^"\\]|\\.|"(?:[^"\\]|\\.)*")*$)')
_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,()\s]+)')


@dataclass(frozen=True, slots=True)
class Issue:
    """What an issue of the stand-in is; all of it follows from its number."""

    number: int

    @property
    def key(self) -> str:
        return f"{'TILL' if self.number % 5 else 'GATE'}-{self.number}"

    @property
    def summary(self) -> str:
        return f"{'Printer' if self.number % 7 == 0 else 'Till'} {self.number} jams"

    @property
    def status(self) -> str:
        return STATUSES[self.number % len(STATUSES)]

    @property
    def assignee(self) -> str | None:
        return (None, ME, "bo")[self.number % 3]

    @property
    def priority(self) -> str:
        return PRIORITIES[self.number % len(PRIORITIES)]

    @property
    def labels(self) -> list[str]:
        return ["pos"] if self.number % 2 else ["pos", "urgent"]

    @property
    def created(self) -> datetime:
        return _FIRST_DAY + timedelta(hours=self.number // _TIES)


def rest_issue(issue: Issue, site: str, *, cloud: bool) -> dict[str, Any]:
    """The issue as the REST interface words it; Cloud's texts are documents, Data Center's wiki markup."""
    text = f"See *log* of {issue.key}"
    stamp = f"{issue.created:%Y-%m-%dT%H:%M:%S}.000+0000"
    comment = {
        "id": "1", "author": _person("bo"), "body": _document("Seen it.") if cloud else "Seen *it*.",
        "created": stamp, "updated": stamp, "renderedBody": "<p>Seen <b>it</b>.</p>",
    }  # fmt: skip
    return {
        "id": str(10_000 + issue.number), "key": issue.key,
        "self": f"{site}/rest/api/{3 if cloud else 2}/issue/{10_000 + issue.number}",
        "fields": {
            "summary": issue.summary, "status": {"name": issue.status, "statusCategory": {"name": issue.status}},
            "assignee": _person(issue.assignee), "reporter": _person("bo"), "priority": {"name": issue.priority},
            "issuetype": {"name": "Bug", "subtask": False}, "labels": issue.labels, "created": stamp, "updated": stamp,
            "project": {"key": issue.key.split("-")[0], "name": "Tills and gates"},
            "description": _document(text) if cloud else text,
            "comment": {"comments": [comment], "total": 1, "maxResults": 1, "startAt": 0},
        },
        "renderedFields": {"description": f"<p>See <b>log</b> of {issue.key}</p>"},
    }  # fmt: skip


class JiraStandIn(StandIn):
    """Both of Jira's interfaces: /rest/api/2 as Data Center has it, /rest/api/3 as Cloud does."""

    def __init__(self, count: int = COUNT) -> None:
        super().__init__()
        self.issues = [Issue(number) for number in range(1, count + 1)]

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.rstrip("/")
        parameters = {**asked.query, **(asked.body if isinstance(asked.body, dict) else {})}
        if path.endswith("/search/jql"):
            return self._cloud_page(parameters)
        if path.endswith("/search"):
            return self._data_center_page(parameters)
        if match := re.search(r"/rest/api/(\d|latest)/issue/([A-Z]+-\d+)(?:/(\w+))?$", path):
            return self._issue(match[2], match[3] or "", cloud=match[1] == "3")
        return Answer(_LISTS.get(path.rpartition("/")[2], {}))

    def _data_center_page(self, parameters: dict[str, Any]) -> Answer:
        found = self._found(str(parameters.get("jql", "")))
        if isinstance(found, Answer):
            return found
        start = int(parameters.get("startAt", 0))
        page = found[start : start + min(int(parameters.get("maxResults", 50)), LARGEST_PAGE)]
        rows = [rest_issue(issue, self.url, cloud=False) for issue in page]
        return Answer({"startAt": start, "maxResults": len(page), "total": len(found), "issues": rows})

    def _cloud_page(self, parameters: dict[str, Any]) -> Answer:
        """By token; ``startAt`` means nothing here, and there is no total."""
        found = self._found(str(parameters.get("jql", "")))
        if isinstance(found, Answer):
            return found
        start = int(str(parameters.get("nextPageToken", "token-0")).removeprefix("token-"))
        end = start + min(int(parameters.get("maxResults", 50)), LARGEST_PAGE)
        rows = [rest_issue(issue, self.url, cloud=True) for issue in found[start:end]]
        more = {"nextPageToken": f"token-{end}"} if end < len(found) else {}
        return Answer({"issues": rows, "isLast": not more, **more})

    def _issue(self, key: str, part: str, *, cloud: bool) -> Answer:
        issue = next((issue for issue in self.issues if issue.key == key), None)
        if issue is None:
            return _refusal("Issue does not exist or you do not have permission to see it.", 404)
        whole = rest_issue(issue, self.url, cloud=cloud)
        if part == "comment":
            return Answer(whole["fields"]["comment"])
        if part == "changelog":
            item = {"field": "status", "fromString": "To Do", "toString": issue.status}
            created = whole["fields"]["created"]
            return Answer({"total": 1, "values": [{"author": _person("bo"), "created": created, "items": [item]}]})
        return Answer(whole)

    def _found(self, jql: str) -> list[Issue] | Answer:
        where, _, order = jql.partition(" ORDER BY ")
        tests: list[Callable[[Issue], bool]] = []
        for clause in _BETWEEN.split(where):
            match = _CLAUSE.fullmatch(clause.strip())
            if match is None or match["field"] not in _FIELDS:
                return _refusal(
                    f"Field '{clause.split(' ')[0]}' does not exist or you do not have permission to view it."
                )
            tests.append(_test(match["field"], match["operator"], list(_words(match["value"]))))
        found = [issue for issue in self.issues if all(test(issue) for test in tests)]
        return sorted(found, key=lambda issue: (issue.created, issue.number), reverse="created DESC" in order)


def _test(field: str, operator: str, words: list[str]) -> Callable[[Issue], bool]:
    value = _FIELDS[field]
    wanted = {word.casefold() for word in words}
    if operator == "is not":
        return lambda issue: bool(value(issue))
    if operator in ("=", "in"):
        return lambda issue: bool({word.casefold() for word in value(issue)} & wanted)
    if operator == "not in":
        return lambda issue: not {word.casefold() for word in value(issue)} & wanted
    if operator == "~":
        return lambda issue: all(word in issue.summary.casefold() for word in words[0].casefold().split())
    moment = _moment(words[0])
    return lambda issue: issue.created >= moment if operator == ">=" else issue.created < moment


_FIELDS: dict[str, Callable[[Issue], list[str]]] = {
    "project": lambda issue: [issue.key.split("-")[0]],
    "status": lambda issue: [issue.status],
    "assignee": lambda issue: [issue.assignee, PEOPLE[issue.assignee]] if issue.assignee else [],
    "priority": lambda issue: [issue.priority],
    "labels": lambda issue: issue.labels,
    "key": lambda issue: [issue.key],
    "text": lambda issue: [issue.summary],
    "created": lambda issue: [],
    "updated": lambda issue: [],
}


def _words(value: str) -> Iterator[str]:
    if value == "currentUser()":
        yield ME
        return
    for match in _WORD.finditer(value):
        yield match[1].replace('\\"', '"') if match[1] is not None else match[2]


def _moment(word: str) -> datetime:
    if word.startswith("-"):
        amount = timedelta(**{{"d": "days", "h": "hours"}[word[-1]]: int(word[1:-1])})
        return datetime.now(UTC) - amount
    return datetime.strptime(word, "%Y-%m-%d %H:%M").replace(tzinfo=UTC)


def _person(name: str | None) -> dict[str, Any] | None:
    if name is None:
        return None
    return {"accountId": f"id-{name}", "name": name, "displayName": PEOPLE[name], "active": True}


def _document(text: str) -> dict[str, Any]:
    """An Atlassian document of one paragraph."""
    return {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}],
    }


def _refusal(words: str, status: int = 400) -> Answer:
    return Answer({"errorMessages": [words], "errors": {}}, status)


NOT_LOGGED_IN = Answer(
    {"errorMessages": ["You are not authenticated. Authentication required to perform this operation."], "errors": {}},
    401,
)
BROKEN = _refusal("Internal server error", 500)

_LISTS: dict[str, Any] = {
    "myself": {**(_person(ME) or {}), "emailAddress": "ann@example.com", "timeZone": "UTC"},
    "serverInfo": {"deploymentType": "Server", "version": "9.12.0", "versionNumbers": [9, 12, 0]},
    "field": [],
    "status": [{"id": str(number), "name": name} for number, name in enumerate(STATUSES)],
    "priority": [{"id": str(number), "name": name} for number, name in enumerate(PRIORITIES)],
    "project": [{"id": "1", "key": "TILL", "name": "Tills"}, {"id": "2", "key": "GATE", "name": "Gates"}],
}
