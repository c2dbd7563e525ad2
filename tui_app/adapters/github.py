"""GitHub: its own MCP server, and @modelcontextprotocol/server-github before it.

Both search by GitHub's search syntax. The older one finds issues and pull requests together; the newer one has a tool
for each, so the pull requests follow when the issues are through. A ticket's id is ``owner/name#17``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from msgspec.structs import replace

from tui_app.adapters.base import Adapter, Page, Plan, ServerDescription, TicketReference, ToolCall
from tui_app.adapters.github_query import PULL, github_query, is_unbounded, only_kind, pushed_down_fields, sorting
from tui_app.adapters.reading import comments_of, read_record, ticket_from
from tui_app.adapters.tool_arguments import declares
from tui_app.adapters.tracker import (
    PAGE_SIZE,
    Arguments,
    Row,
    TrackerAdapter,
    at,
    data_of,
    merged,
    not_an_id,
    page_size,
    rows_in,
    sole,
    variant_for,
    whole_number,
)
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.dates import iso_utc
from tui_app.tickets.ticket import Comment, JsonValue, Ticket

MOST_FOUND = 1000
"""GitHub's search shows no more than its first thousand results, whatever the total."""

_ID = re.compile(r"(?:(?P<owner>[\w.-]+)/(?P<repo>[\w.-]+))?#?(?P<number>\d+)")
_ADDRESS = re.compile(r"(?:^|/)(?P<owner>[\w.-]+)/(?P<repo>[\w.-]+)/(?P<kind>issues|pull|pulls)/\d+/?$")
_REPOSITORY_ADDRESS = re.compile(r"/repos/(?P<owner>[\w.-]+)/(?P<repo>[\w.-]+)$")
_SAID_ELSEWHERE = frozenset({"owner", "repo", "number", "kind", "state", "merged", "merged_at", "id", "repository_url"})
_UNBOUNDED = "Nothing says which repository is meant, so this shows what involves you; as project, give owner/name."
_INCOMPLETE = "GitHub ran out of time before it had searched everything; more tickets may match."
_CHILDREN = "get_sub_issues"
"""The method of ``issue_read`` that lists an issue's children."""
ISSUE = "issue"


class GithubAdapter(TrackerAdapter):
    """What both servers have in common: the query, and rows as GitHub's REST interface words them."""

    name = "github"
    native_language: ClassVar[str | None] = "GitHub search"
    search_tool = "search_issues"
    query_argument: ClassVar[str]
    page_arguments: ClassVar[tuple[str, str]]

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        pushed_down = pushed_down_fields(criteria)
        tool = self.first_tool(criteria)
        pushed = {self.query_argument: github_query(criteria)}
        page, size = self.page_arguments
        arguments: Arguments = {**pushed, **sorting(criteria), page: 1, size: page_size(criteria, pushed_down)}
        warnings = (_UNBOUNDED,) if is_unbounded(criteria) else ()
        return self.planned(tool, criteria, dict.fromkeys(pushed_down, pushed), arguments, warnings)

    def first_tool(self, criteria: TicketSearchCriteria) -> str:  # noqa: ARG002  # the subclass asks
        return self.search_tool

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:
        rows, answer = self.rows(result), data_of(result)
        total = whole_number(at(answer, "total_count"))
        page, size = (whole_number(call.arguments.get(name)) or 1 for name in self.page_arguments)
        last = not rows or page * size >= min(total if total is not None else MOST_FOUND, MOST_FOUND)
        warnings = (_INCOMPLETE,) if at(answer, "incomplete_results") is True else ()
        following = (
            self.after_last(plan.criteria, call) if last else self.following(call, **{self.page_arguments[0]: page + 1})
        )
        return Page(tuple(map(github_ticket, rows)), following, self.honest_total(plan.criteria, total), warnings)

    def after_last(self, criteria: TicketSearchCriteria, call: ToolCall) -> ToolCall | None:  # noqa: ARG002
        """What to ask when the pages of ``call`` are through."""
        return None

    def honest_total(self, criteria: TicketSearchCriteria, total: int | None) -> int | None:  # noqa: ARG002
        return total

    def opened(self, reference: TicketReference, results: Sequence[CallToolResult]) -> Ticket:
        calls = self.open_calls(reference)
        is_children = [call.arguments.get("method") == _CHILDREN for call in calls]
        children = [result for result, about in zip(results, is_children, strict=False) if about]
        others = [result for result, about in zip(results, is_children, strict=False) if not about]
        sub_issues = [row for result in children if self.failure(result) is None for row in rows_in(data_of(result))]
        record = {**_place(reference), **read_record(results[0], reference.id)}
        ticket = github_ticket({**record, "sub_issues": list(sub_issues)} if sub_issues else record)
        return merged(ticket, comments=self.discussion(others[1:]))

    def discussion(self, results: Sequence[CallToolResult]) -> tuple[Comment, ...]:
        """All comments, in the order of time."""
        found = [c for result in results if self.failure(result) is None for c in comments_of(data_of(result))]
        return tuple(sorted(found, key=lambda comment: comment.created_at.timestamp() if comment.created_at else 0))

    def values(self, results: Sequence[CallToolResult]) -> dict[str, tuple[str, ...]]:  # noqa: ARG002
        return {"status": ("open", "closed", "merged")}


class GithubServer(GithubAdapter):
    """GitHub's own server (github-mcp-server)."""

    made_for = "github-mcp-server"
    get_tool = "issue_read"
    pulls_tool = "search_pull_requests"
    query_argument = "query"
    page_arguments = ("page", "perPage")

    def first_tool(self, criteria: TicketSearchCriteria) -> str:
        return self.pulls_tool if only_kind(criteria) == PULL and self.has(self.pulls_tool) else self.search_tool

    def after_last(self, criteria: TicketSearchCriteria, call: ToolCall) -> ToolCall | None:
        if call.tool == self.pulls_tool or only_kind(criteria) == ISSUE or not self.has(self.pulls_tool):
            return None
        return self.call(self.pulls_tool, {**call.arguments, self.page_arguments[0]: 1})

    def honest_total(self, criteria: TicketSearchCriteria, total: int | None) -> int | None:
        """One tool's count is not the count of all, unless only its kind was asked for."""
        return total if only_kind(criteria) or not self.has(self.pulls_tool) else None

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        return _open_calls(self, reference)


class GithubLister(GithubAdapter):
    """GitHub's own server with its search tools switched off: the issues of one repository, listed."""

    made_for = GithubServer.made_for
    search_tool = "list_issues"
    get_tool = GithubServer.get_tool
    native_language = None

    def plan(self, criteria: TicketSearchCriteria) -> Plan:
        owner, _, repo = (sole(criteria.project) or "").partition("/")
        states = {status.casefold() for status in criteria.status} or {criteria.openness or ""}
        pushed: dict[str, Arguments] = {"project": {"owner": owner, "repo": repo}} if repo else {}
        if len(states) == 1 and states <= {"open", "closed"}:
            pushed |= {"status" if criteria.status else "openness": {"state": states.pop()}}
        if len(criteria.labels) == 1:  # of several it would take any, not all
            pushed["labels"] = {"labels": list(criteria.labels)}
        if criteria.updated_after:
            pushed["updated_after"] = {"since": iso_utc(criteria.updated_after.moment)}
        size = page_size(criteria, pushed)
        order: Arguments = {"orderBy": "CREATED_AT", "direction": "DESC"}
        return self.planned(self.search_tool, criteria, pushed, {**order, "perPage": size})

    def page(self, plan: Plan, call: ToolCall, result: CallToolResult) -> Page:  # noqa: ARG002
        rows, answer = self.rows(result), data_of(result)
        repository = {name: call.arguments.get(name) for name in ("owner", "repo")}
        tickets = tuple(github_ticket({**repository, **row}) for row in rows)
        cursor = at(answer, "pageInfo", "endCursor") if at(answer, "pageInfo", "hasNextPage") is True else None
        following = self.following(call, after=cursor) if cursor else None
        return Page(tickets, following, whole_number(at(answer, "totalCount")))

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        return _open_calls(self, reference)


class NpmGithub(GithubAdapter):
    """@modelcontextprotocol/server-github; it has no tool that reads an issue's comments, only a pull request's."""

    made_for = "@modelcontextprotocol/server-github"
    get_tool = "get_issue"
    query_argument = "q"
    page_arguments = ("page", "per_page")

    def open_calls(self, reference: TicketReference) -> tuple[ToolCall, ...]:
        place = _place(reference)
        if place.get("kind") != PULL or not self.has("get_pull_request"):
            return (self.call(self.get_tool, _issue(place)),)
        tools = ("get_pull_request", "get_pull_request_comments", "get_pull_request_reviews")
        return tuple(self.call(tool, _pull(place)) for tool in tools if self.has(tool))


def _open_calls(server: GithubAdapter, reference: TicketReference) -> tuple[ToolCall, ...]:
    """The calls of GitHub's own server for one issue or pull request."""
    place = _place(reference)
    methods: tuple[str, ...] = ("get", "get_comments")
    if not server.has(server.get_tool):  # before the tools were merged into one with a method
        tools = ("get_issue", "get_issue_comments")
        return tuple(server.call(tool, {**_issue(place), "perPage": PAGE_SIZE}) for tool in tools)
    if place.get("kind") == PULL and server.has("pull_request_read"):
        return tuple(
            server.call("pull_request_read", {**_pull(place), "method": method, "perPage": PAGE_SIZE})
            for method in (*methods, "get_reviews")
        )
    if _CHILDREN in server.enum(server.get_tool, "method"):
        methods = (*methods, _CHILDREN)
    return tuple(
        server.call(server.get_tool, {**_issue(place), "method": method, "perPage": PAGE_SIZE}) for method in methods
    )


def make(description: ServerDescription, map: Mapping[str, Any]) -> Adapter:  # noqa: A002
    """The adapter for the GitHub server ``description``; chosen by the name of its search tool's query argument."""
    tool = next((tool for tool in description.tools if tool.name == GithubAdapter.search_tool), None)
    older = tool is not None and declares(tool, NpmGithub.query_argument)
    variants: tuple[type[GithubAdapter], ...] = (NpmGithub,) if older else (GithubServer, GithubLister)
    return variant_for(variants, description, map)


def github_ticket(row: Row) -> Ticket:
    """The ticket of an issue or a pull request, called ``owner/name#17``."""
    place = _place_of(row)
    pull = place.get("kind") == PULL
    merged_at = at(row.get("pull_request"), "merged_at") or row.get("merged_at")
    own_type = at(row.get("type"), "name")
    owner, repo, number = (place.get(part) for part in ("owner", "repo", "number"))
    overrides: dict[str, JsonValue] = {
        "id": f"{owner}/{repo}#{number}" if owner and repo else f"#{number}",
        "project": f"{owner}/{repo}" if owner and repo else None,
        "status": "merged" if merged_at or row.get("merged") is True else row.get("state"),
        "type": PULL if pull else own_type or ISSUE,
    }
    rest = {name: value for name, value in row.items() if name not in _SAID_ELSEWHERE}
    return replace(ticket_from(rest, overrides), lookup=place)


def _place_of(row: Row) -> dict[str, JsonValue]:
    """The address of a row's ticket: owner, repo, number and kind, as far as the row has them."""
    addresses = [address for name in ("html_url", "url") if isinstance(address := row.get(name), str)]
    match = next((found for found in map(_ADDRESS.search, addresses) if found), None)
    kind = PULL if "pull_request" in row or "merged_at" in row or (match and match["kind"] != "issues") else ISSUE
    if match is None and isinstance(row.get("repository_url"), str):
        match = _REPOSITORY_ADDRESS.search(str(row["repository_url"]))
    place: dict[str, JsonValue] = {name: row.get(name) for name in ("owner", "repo") if isinstance(row.get(name), str)}
    if match:
        place |= {"owner": match["owner"], "repo": match["repo"]}
    return {**place, "number": row.get("number"), "kind": kind}


def _place(reference: TicketReference) -> dict[str, JsonValue]:
    """The address of the ticket, from its row or from its id."""
    match = _ID.fullmatch(reference.id)
    if match is None and not reference.lookup:
        raise not_an_id(reference.id, "owner/name#17")
    pushed = {name: text for name, text in match.groupdict().items() if text} if match else {}
    number = {"number": int(pushed["number"])} if "number" in pushed else {}
    return {**pushed, **number, **reference.lookup}


def _issue(place: Arguments) -> Arguments:
    return {"owner": place.get("owner"), "repo": place.get("repo"), "issue_number": place.get("number")}


def _pull(place: Arguments) -> Arguments:
    number = place.get("number")
    return {"owner": place.get("owner"), "repo": place.get("repo"), "pull_number": number, "pullNumber": number}
