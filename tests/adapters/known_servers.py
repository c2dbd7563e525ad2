"""The tools of the servers that have adapters, as far as the adapters use them, and one that writes beside each."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tui_app.adapters.base import Adapter, ServerDescription
from tui_app.adapters.registry import choose_adapter
from tui_app.mcp_client.types import CallToolResult, ContentBlock, Tool
from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria

TEXT: Mapping[str, Any] = {"type": "string"}
WHOLE: Mapping[str, Any] = {"type": "integer"}
NUMBER: Mapping[str, Any] = {"type": "number"}
FLAG: Mapping[str, Any] = {"type": "boolean"}
TEXTS: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}}
OBJECT: Mapping[str, Any] = {"type": "object", "additionalProperties": True}


def one_of(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


def up_to(most: int, kind: str = "integer") -> dict[str, Any]:
    return {"type": kind, "minimum": 1, "maximum": most}


def or_null(*schemas: Mapping[str, Any]) -> dict[str, Any]:
    return {"anyOf": [*schemas, {"type": "null"}], "default": None}


def tool(name: str, required: str = "", /, **properties: Mapping[str, Any]) -> Tool:
    schema = {"type": "object", "properties": properties, "required": required.split()}
    return Tool(name, input_schema=schema, annotations={"readOnlyHint": True})


def writing(name: str, /, **properties: Mapping[str, Any]) -> Tool:
    return Tool(name, input_schema={"type": "object", "properties": properties}, annotations={"readOnlyHint": False})


def server(name: str, *tools: Tool) -> ServerDescription:
    return ServerDescription(name, "1.0", "", tools)


MCP_ATLASSIAN = server(
    "Atlassian MCP",
    tool("jira_search", "jql", jql=TEXT, fields=TEXT, limit={"type": "integer", "minimum": 1}, start_at=WHOLE,
         page_token=or_null(TEXT)),
    tool("jira_get_issue", "issue_key", issue_key=TEXT, fields=TEXT, expand=or_null(TEXT), comment_limit=up_to(100),
         update_history=FLAG),
    tool("jira_get_all_projects", include_archived=FLAG),
    tool("jira_search_fields", keyword=TEXT, limit=WHOLE),
    writing("jira_update_issue", issue_key=TEXT, fields=OBJECT),
)  # fmt: skip

DATA_CENTER = server(
    "atlassian-jira-mcp",
    tool("jira_searchIssues", "jql", jql=TEXT, maxResults=NUMBER, startAt=NUMBER, expand=TEXTS, fields=TEXTS),
    tool("jira_getIssue", "issueKey", issueKey=TEXT, expand=TEXT, fields=TEXTS),
    tool("jira_getIssueComments", "issueKey", issueKey=TEXT, expand=TEXT, maxResults=NUMBER, startAt=NUMBER),
    writing("jira_updateIssue", issueKey=TEXT, summary=TEXT),
)

JIRA_CLOUD = server(
    "jira-mcp",
    tool("jira_auth_status"),
    tool("jira_search_issues", "jql", jql=TEXT, startAt=WHOLE, maxResults=up_to(200), fields=TEXTS, expand=TEXT,
         nextPageToken=TEXT),
    tool("jira_get_issue", "issueIdOrKey", issueIdOrKey=TEXT, fields=TEXTS, expand=TEXT),
    tool("jira_get_issue_comments", "issueIdOrKey", issueIdOrKey=TEXT, startAt=WHOLE, maxResults=up_to(100)),
    tool("jira_get_changelog", "issueIdOrKey", issueIdOrKey=TEXT, startAt=WHOLE, maxResults=up_to(100)),
    tool("jira_get_statuses", projectKey=TEXT),
    tool("jira_get_priorities"),
    tool("jira_get_fields"),
    tool("jira_list_projects", startAt=WHOLE, maxResults=up_to(50)),
    writing("jira_update_issue", issueIdOrKey=TEXT, summary=TEXT),
)  # fmt: skip

PASSTHROUGH = server(
    "@aashari/mcp-server-atlassian-jira",
    tool("jira_get", "path", path=TEXT, queryParams={"type": "object", "additionalProperties": {"type": "string"}},
         jq=TEXT, outputFormat=one_of("toon", "json")),
    writing("jira_post", path=TEXT, body=OBJECT),
)  # fmt: skip

JIRA_MARKDOWN = server(
    "jira-cloud",
    tool("manage_jira_filter", "operation", operation=one_of("get", "create", "list", "execute_jql"), jql=TEXT,
         startAt=WHOLE, maxResults=WHOLE, name=TEXT),
    tool("manage_jira_issue", "operation", operation=one_of("create", "get", "update", "delete"), issueKey=TEXT,
         summary=TEXT, expand={"type": "array", "items": one_of("comments", "transitions", "history")}),
)  # fmt: skip

GITHUB_SORTS = one_of("comments", "reactions", "interactions", "created", "updated")
NPM_GITHUB = server(
    "github-mcp-server",
    tool("search_issues", "q", q=TEXT, order=one_of("asc", "desc"), page=NUMBER, per_page=up_to(100, "number"),
         sort=GITHUB_SORTS),
    tool("get_issue", "owner repo issue_number", owner=TEXT, repo=TEXT, issue_number=NUMBER),
    tool("get_pull_request", "owner repo pull_number", owner=TEXT, repo=TEXT, pull_number=NUMBER),
    tool("get_pull_request_comments", "owner repo pull_number", owner=TEXT, repo=TEXT, pull_number=NUMBER),
    tool("get_pull_request_reviews", "owner repo pull_number", owner=TEXT, repo=TEXT, pull_number=NUMBER),
    writing("create_issue", owner=TEXT, repo=TEXT, title=TEXT),
)  # fmt: skip

_GITHUB_SEARCH = {
    "query": TEXT, "owner": TEXT, "repo": TEXT, "order": one_of("asc", "desc"), "page": NUMBER,
    "perPage": up_to(100, "number"), "sort": GITHUB_SORTS,
}  # fmt: skip
GITHUB_LIST = tool(
    "list_issues", "owner repo", owner=TEXT, repo=TEXT, state=one_of("OPEN", "CLOSED"), labels=TEXTS, since=TEXT,
    orderBy=one_of("CREATED_AT", "UPDATED_AT", "COMMENTS"), direction=one_of("ASC", "DESC"), after=TEXT,
    perPage=up_to(100, "number"),
)  # fmt: skip
GITHUB_READ = tool(
    "issue_read", "method owner repo issue_number", method=one_of("get", "get_comments", "get_labels"), owner=TEXT,
    repo=TEXT, issue_number=NUMBER, page=NUMBER, perPage=up_to(100, "number"),
)  # fmt: skip
GITHUB_SERVER = server(
    "github-mcp-server",
    tool("search_issues", "query", **_GITHUB_SEARCH),
    tool("search_pull_requests", "query", **_GITHUB_SEARCH),
    GITHUB_LIST,
    GITHUB_READ,
    tool("pull_request_read", "method owner repo pullNumber", method=one_of("get", "get_comments", "get_reviews"),
         owner=TEXT, repo=TEXT, pullNumber=NUMBER, page=NUMBER, perPage=up_to(100, "number")),
    writing("issue_write", method=one_of("create", "update"), owner=TEXT, repo=TEXT),
)  # fmt: skip
GITHUB_LISTER = server("github-mcp-server", GITHUB_LIST, GITHUB_READ)

GITLAB = server(
    "zereight-gitlab-mcp-server",
    tool("list_issues", project_id=TEXT, assignee_id=TEXT, assignee_username=TEXTS, labels=TEXTS, search=TEXT,
         created_after=TEXT, created_before=TEXT, updated_after=TEXT,
         scope=one_of("created_by_me", "assigned_to_me", "all"), state=one_of("opened", "closed", "all"),
         page=NUMBER, per_page=NUMBER),
    tool("get_issue", "project_id issue_iid", project_id=TEXT, issue_iid=TEXT, full_response=FLAG),
    tool("list_issue_discussions", "project_id issue_iid", project_id=TEXT, issue_iid=TEXT, per_page=NUMBER),
    writing("update_issue", project_id=TEXT, issue_iid=TEXT, title=TEXT),
)  # fmt: skip

TACTIC_LAUNCH = server(
    "linear",
    tool("linear_getViewer"),
    tool("linear_getUsers"),
    tool("linear_getTeams"),
    tool("linear_searchIssues", query=TEXT, teamId=TEXT, assigneeId=TEXT, projectId=TEXT, states=TEXTS, limit=NUMBER),
    tool("linear_getIssueById", "id", id=TEXT),
    tool("linear_getComments", issueId=TEXT, limit={"type": "integer", "minimum": 1}, cursor=TEXT),
    tool("linear_getIssueHistory", "issueId", issueId=TEXT, limit=NUMBER),
    writing("linear_updateIssue", id=TEXT, title=TEXT),
)

LINEAR_MCP = server(
    "linear-server",
    tool("linear_search_issues", query=TEXT, teamIds=TEXTS, assigneeIds=TEXTS, states=TEXTS, priority=NUMBER,
         first=NUMBER, after=TEXT, orderBy=TEXT),
    tool("linear_search_issues_by_identifier", "identifiers", identifiers=TEXTS),
    tool("linear_get_user"),
    tool("linear_get_teams"),
    writing("linear_delete_issue", id=TEXT),
)  # fmt: skip

REDMINE = server(
    "redmine_mcp_tools",
    tool("list_redmine_issue_statuses"),
    tool("list_redmine_issue_priorities"),
    tool("list_redmine_issues", project_id=or_null(TEXT, WHOLE),
         status_id=or_null(WHOLE, one_of("open", "closed", "*")),
         assigned_to_id=or_null(WHOLE, {"const": "me"}), priority_id=or_null(WHOLE), sort=or_null(TEXT),
         limit=up_to(1000), offset={"type": "integer", "minimum": 0}, include_pagination_info=FLAG,
         filters=or_null(OBJECT)),
    tool("search_redmine_issues", "query", query=TEXT, limit=up_to(1000), offset={"type": "integer", "minimum": 0},
         include_pagination_info=FLAG, open_issues=FLAG),
    tool("get_redmine_issue", "issue_id", issue_id=WHOLE, include_journals=FLAG),
    writing("update_redmine_issue", issue_id=WHOLE, fields=OBJECT),
)  # fmt: skip

MCP_REDMINE = server(
    "Redmine MCP server",
    tool("redmine_request", "path", path=TEXT, method=TEXT, data=OBJECT, params=OBJECT),
    writing("redmine_upload", file_path=TEXT),
)

BACKLOG_MD = server(
    "backlog.md",
    tool("task_list", status={"type": "string", "maxLength": 100}, assignee=TEXT, labels=TEXTS,
         search={"type": "string", "maxLength": 200}, limit=up_to(1000, "number")),
    tool("task_search", query=TEXT, priority=one_of("High", "Medium", "Low"), limit=up_to(100, "number")),
    tool("task_view", "id", id={"type": "string", "minLength": 1, "maxLength": 50}),
    writing("task_edit", id=TEXT, title=TEXT),
)  # fmt: skip

BEADS = server(
    "Beads",
    tool("list", status=or_null(TEXT), priority=or_null(WHOLE), assignee=or_null(TEXT), labels=or_null(TEXTS),
         query=or_null(TEXT), limit=WHOLE, workspace_root=or_null(TEXT), brief=FLAG, fields=or_null(TEXTS)),
    tool("show", "issue_id", issue_id=TEXT, workspace_root=or_null(TEXT), brief=FLAG),
    tool("comments", "issue_id", issue_id=TEXT, workspace_root=or_null(TEXT)),
    writing("close", issue_id=TEXT),
)  # fmt: skip

KNOWN: Mapping[str, ServerDescription] = {
    "mcp-atlassian": MCP_ATLASSIAN,
    "atlassian-dc": DATA_CENTER,
    "mcp-jira-cloud": JIRA_CLOUD,
    "aashari": PASSTHROUGH,
    "aaronsb": JIRA_MARKDOWN,
    "server-github": NPM_GITHUB,
    "github-mcp-server": GITHUB_SERVER,
    "github-lister": GITHUB_LISTER,
    "mcp-gitlab": GITLAB,
    "tacticlaunch": TACTIC_LAUNCH,
    "linear-mcp": LINEAR_MCP,
    "redmine-mcp-server": REDMINE,
    "mcp-redmine": MCP_REDMINE,
    "backlog.md": BACKLOG_MD,
    "beads-mcp": BEADS,
}


def adapter_for(description: ServerDescription, map: Mapping[str, Any] | None = None) -> Adapter:  # noqa: A002
    """The adapter that is chosen for ``description`` without being told."""
    return choose_adapter(description, map=map)


def looking_for(**typed: Any) -> TicketSearchCriteria:
    """The criteria that a user typed."""
    return check_criteria(typed)


def said(value: Any) -> CallToolResult:
    """A result that holds ``value`` as JSON text."""
    return texts(json.dumps(value))


def texts(*blocks: str) -> CallToolResult:
    """A result of text blocks."""
    return CallToolResult(tuple(ContentBlock("text", block) for block in blocks))


def refused(words: str = "Error: no such thing") -> CallToolResult:
    """A result that tells of a failure."""
    return CallToolResult((ContentBlock("text", words),), is_error=True)
