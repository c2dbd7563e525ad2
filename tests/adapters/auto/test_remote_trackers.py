"""The official servers at addresses: which of their published tools searches tickets, and which opens one.

Tools and arguments are as their makers, or programs that list them, publish them; answers are nowhere published and not
invented here. Names are confirmed by a maker's own documentation or source for GitLab and GitHub; those of Sentry
(whose source was seen in part), Atlassian, Linear, Asana, Notion and ClickUp are as clients have listed them, and may
have changed; monday's are those of its published source.
"""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import Struct

from tests.adapters.known_servers import GITHUB_SERVER, or_null, up_to
from tests.adapters.servers_of_many_kinds import FLAG, NUMBER, TEXT, TEXTS, described, tool
from tui_app.adapters.base import ServerDescription, TicketReference
from tui_app.adapters.registry import choose_adapter
from tui_app.mcp_client.types import Tool
from tui_app.tickets.criteria import check_criteria

READS, WRITES = {"readOnlyHint": True}, {"readOnlyHint": False}


def reads(name: str, /, required: str = "", about: str = "", **arguments: Any) -> Tool:
    return tool(name, required, about, READS, **arguments)


def writes(name: str, /, required: str = "", **arguments: Any) -> Tool:
    return tool(name, required, hints=WRITES, **arguments)


ATLASSIAN = described(
    reads("atlassianUserInfo"),
    reads("getAccessibleAtlassianResources"),
    reads("getJiraIssue", "cloudId issueIdOrKey", cloudId=TEXT, issueIdOrKey=TEXT, fields=TEXTS, expand=TEXT),
    reads("searchJiraIssuesUsingJql", "cloudId jql", cloudId=TEXT, jql=TEXT, fields=TEXTS, maxResults=up_to(100),
          nextPageToken=TEXT),
    reads("getVisibleJiraProjects", "cloudId", cloudId=TEXT, searchString=TEXT, maxResults=NUMBER, startAt=NUMBER),
    reads("getJiraIssueRemoteIssueLinks", "cloudId issueIdOrKey", cloudId=TEXT, issueIdOrKey=TEXT),
    reads("getTransitionsForJiraIssue", "cloudId issueIdOrKey", cloudId=TEXT, issueIdOrKey=TEXT),
    reads("lookupJiraAccountId", "cloudId searchString", cloudId=TEXT, searchString=TEXT),
    reads("searchConfluenceUsingCql", "cloudId cql", cloudId=TEXT, cql=TEXT, limit=NUMBER),
    reads("getConfluencePage", "cloudId pageId", cloudId=TEXT, pageId=TEXT),
    reads("search", "query", query=TEXT),
    reads("fetch", "id", id=TEXT),
    writes("createJiraIssue", "cloudId projectKey issueTypeName summary", cloudId=TEXT, projectKey=TEXT,
           issueTypeName=TEXT, summary=TEXT),
    writes("editJiraIssue", "cloudId issueIdOrKey fields", cloudId=TEXT, issueIdOrKey=TEXT, fields={"type": "object"}),
    writes("addCommentToJiraIssue", "cloudId issueIdOrKey commentBody", cloudId=TEXT, issueIdOrKey=TEXT,
           commentBody=TEXT),
    name="atlassian-mcp-server",
)  # fmt: skip

LINEAR = described(
    reads("list_comments", "issueId", issueId=TEXT, limit=NUMBER, cursor=TEXT),
    reads("list_cycles", "teamId", teamId=TEXT, type=TEXT),
    reads("get_document", "id", id=TEXT),
    reads("list_documents", query=TEXT, limit=NUMBER, cursor=TEXT),
    reads("get_issue", "id", id=TEXT, includeRelations=FLAG),
    reads("list_issues", assignee={**or_null(TEXT), "description": 'User ID, name, email, or "me"'},
          createdAt=TEXT, cursor=TEXT, cycle=TEXT, delegate=TEXT,
          includeArchived=FLAG, label=TEXT, limit=up_to(250, "number"),
          orderBy={"type": "string", "enum": ["createdAt", "updatedAt"]}, parentId=TEXT, priority={"type": "number"},
          project=TEXT, query=TEXT, state=TEXT, team=TEXT, updatedAt=TEXT),
    reads("list_issue_statuses", "team", team=TEXT),
    reads("get_issue_status", "id name team", id=TEXT, name=TEXT, team=TEXT),
    reads("list_issue_labels", team=TEXT, name=TEXT, limit=NUMBER),
    reads("list_projects", query=TEXT, team=TEXT, state=TEXT, limit=NUMBER, cursor=TEXT),
    reads("get_project", "query", query=TEXT),
    reads("list_teams", query=TEXT, limit=NUMBER),
    reads("list_users", query=TEXT),
    reads("search_documentation", "query", query=TEXT, page=NUMBER),
    writes("save_issue", id=TEXT, title=TEXT, team=TEXT),
    writes("save_comment", "body", id=TEXT, issueId=TEXT, body=TEXT),
    name="linear-mcp",
)  # fmt: skip

GITLAB = described(
    reads("get_mcp_server_version"),
    writes("create_issue", "id title", id=TEXT, title=TEXT, description=TEXT, labels=TEXTS),
    reads("get_issue", "id issue_iid", id=TEXT, issue_iid=NUMBER),
    writes("create_merge_request", "id title source_branch target_branch", id=TEXT, title=TEXT),
    reads("get_merge_request", "id merge_request_iid", id=TEXT, merge_request_iid=NUMBER),
    reads("get_merge_request_commits", "id merge_request_iid", id=TEXT, merge_request_iid=NUMBER),
    reads("get_pipeline_jobs", "id pipeline_id", id=TEXT, pipeline_id=NUMBER),
    writes("create_workitem_note", "body", body=TEXT, url=TEXT, project_id=TEXT, work_item_iid=NUMBER),
    reads("gitlab_search", "scope search", "Searches for a term across the GitLab instance with the search API.",
          scope={"type": "string", "description": "Search scope (for example, issues, merge_requests, or projects)."},
          search=TEXT, group_id=TEXT, project_id=TEXT, state=TEXT, confidential=FLAG, fields=TEXTS, order_by=TEXT,
          sort=TEXT, per_page=NUMBER, page=NUMBER),
    reads("semantic_code_search", "semantic_query project_id", semantic_query=TEXT, project_id=TEXT, limit=NUMBER),
    name="gitlab-mcp",
)  # fmt: skip

SENTRY = described(
    reads("whoami"),
    reads("find_organizations", query=or_null(TEXT)),
    reads("find_projects", "organizationSlug", organizationSlug=TEXT, query=or_null(TEXT)),
    reads("get_issue_details", organizationSlug=TEXT, issueId=TEXT, issueUrl=TEXT, eventId=TEXT),
    reads("get_issue_tag_values", "tagKey", organizationSlug=TEXT, issueId=TEXT, tagKey=TEXT),
    reads("search_events", "organizationSlug", organizationSlug=TEXT, query=TEXT, limit=up_to(100)),
    reads("search_issues", "organizationSlug", organizationSlug=TEXT, query=TEXT,
          sort={"type": "string", "enum": ["date", "freq", "new", "user"]}, projectSlugOrId=or_null(TEXT),
          regionUrl=or_null(TEXT), limit=up_to(100)),
    reads("search_issue_events", query=TEXT, organizationSlug=TEXT, issueId=TEXT, limit=up_to(100)),
    reads("search_docs", "query", query=TEXT, maxResults=NUMBER),
    writes("update_issue", organizationSlug=TEXT, issueId=TEXT, status=TEXT, assignedTo=TEXT),
    writes("add_issue_note", "text", organizationSlug=TEXT, issueId=TEXT, text=TEXT),
    name="Sentry MCP",
)  # fmt: skip

ASANA = described(
    reads("asana_list_workspaces", opt_fields=TEXT),
    reads("asana_search_tasks", "workspace", workspace=TEXT, text=TEXT, assignee_any=TEXT, projects_any=TEXT,
          completed=FLAG, due_on_before=TEXT, due_on_after=TEXT, sort_by=TEXT, sort_ascending=FLAG, opt_fields=TEXT),
    reads("asana_get_task", "task_id", task_id=TEXT, opt_fields=TEXT),
    reads("asana_get_stories_for_task", "task_id", task_id=TEXT, opt_fields=TEXT),
    reads("asana_get_project", "project_id", project_id=TEXT),
    reads("asana_get_projects_for_workspace", "workspace", workspace=TEXT, limit=NUMBER, offset=TEXT),
    reads("asana_typeahead_search", "workspace_gid resource_type query", workspace_gid=TEXT, resource_type=TEXT,
          query=TEXT),
    writes("asana_create_task", "name", name=TEXT, workspace=TEXT),
    writes("asana_update_task", "task_id", task_id=TEXT, completed=FLAG),
    name="asana",
)  # fmt: skip

NOTION = described(
    reads("notion-search", "query", "Search pages, databases and connected sources.", query=TEXT,
          query_type={"type": "string", "enum": ["internal", "user"]}, data_source_url=TEXT, page_url=TEXT,
          teamspace_id=TEXT),
    reads("notion-fetch", "id", "Retrieve a page or database.", id=TEXT),
    reads("notion-query-data-sources", "data", "Query data sources with SQL.", data={"type": "object"}),
    reads("notion-get-comments", "page_id", page_id=TEXT),
    reads("notion-get-users", query=TEXT),
    reads("notion-get-teams", query=TEXT),
    writes("notion-create-pages", "pages", pages={"type": "array", "items": {"type": "object"}}),
    writes("notion-update-page", "data", data={"type": "object"}),
    name="Notion MCP",
)  # fmt: skip

IDS = "Filter by assignee user IDs. Multiple IDs use OR logic. Use clickup_resolve_assignees to convert "
CLICKUP = described(
    reads("clickup_filter_tasks", about="Retrieve tasks with combined filters. For text search, use search instead.",
          assignees={**TEXTS, "description": f'{IDS}names/emails/"me" first.'}, statuses=TEXTS, tags=TEXTS,
          list_ids=TEXTS, folder_ids=TEXTS, space_ids=TEXTS, include_closed=FLAG, subtasks=FLAG, page=NUMBER,
          due_date_from=TEXT, due_date_to=TEXT, reverse=FLAG, workspace_id=TEXT,
          order_by={"type": "string", "enum": ["id", "created", "updated", "due_date"]}),
    reads("clickup_find_member_by_name", "name_or_email", name_or_email=TEXT),
    reads("clickup_get_list", list_id=TEXT, list_name=TEXT),
    reads("clickup_get_task", "task_id", task_id=TEXT, subtasks=FLAG),
    reads("clickup_get_task_comments", "task_id", task_id=TEXT),
    reads("clickup_get_workspace_hierarchy", "", workspace_id=TEXT),
    reads("clickup_resolve_assignees", "assignees", assignees=TEXTS),
    reads("clickup_search", about="Search across all workspace content (tasks, docs, dashboards, attachments).",
          keywords={**TEXT, "description": "Search query string."}, count=NUMBER, cursor=TEXT, workspace_id=TEXT,
          filters={"type": "object", "properties": {
              "asset_types": {"type": "array", "items": {"type": "string", "enum": ["task", "doc", "chat"]}},
              "assignees": {**TEXTS, "description": f'Numeric user IDs. {IDS}names/emails/"me".'},
              "created_date_from": TEXT,
              "task_statuses": {"type": "array", "items": {
                  "type": "string", "enum": ["unstarted", "active", "done", "closed", "archived"]}},
          }}),
    writes("clickup_create_task", "name list_id", name=TEXT, list_id=TEXT),
    writes("clickup_update_task", "task_id", task_id=TEXT, status=TEXT),
    name="clickup",
)  # fmt: skip

MONDAY = described(
    reads("get_board_info", "boardId", boardId=NUMBER),
    reads("get_board_items_page", "boardId",
          "Get all items from a monday.com board with pagination support and optional column values.",
          boardId={"type": "number", "description": "The id of the board to get items from"},
          itemIds={"type": "array", "items": {"type": "number"}}, searchTerm=TEXT, limit=up_to(500, "number"),
          cursor=TEXT, includeColumns={"type": "boolean", "default": False}, filtersStringified=TEXT, columnIds=TEXTS),
    reads("get_user_context"),
    reads("list_users_and_teams", userIds=TEXTS, name=TEXT),
    reads("search", "searchType", searchTerm=TEXT, limit=NUMBER, page=NUMBER,
          searchType={"type": "string", "enum": ["BOARD", "DOCUMENTS", "FOLDERS"]}),
    writes("create_item", "boardId name", boardId=NUMBER, name=TEXT),
    writes("change_item_column_values", "boardId itemId", boardId=NUMBER, itemId=NUMBER),
    name="monday.com",
)  # fmt: skip


URGENCIES = {"type": "array", "items": {"type": "string", "enum": ["high", "low"]}}
PAGERDUTY = described(
    reads("list_incidents", "query_model", query_model={"type": "object", "additionalProperties": False, "properties": {
        "status": or_null({"type": "array", "items": {
            "type": "string", "enum": ["triggered", "acknowledged", "resolved"]}}),
        "since": or_null({"type": "string", "format": "date-time"}),
        "until": or_null({"type": "string", "format": "date-time"}),
        "user_ids": or_null(TEXTS), "service_ids": or_null(TEXTS), "teams_ids": or_null(TEXTS),
        "urgencies": or_null(URGENCIES), "limit": or_null(up_to(1000)),
        "request_scope": {"type": "string", "enum": ["all", "teams", "assigned"], "default": "all"},
    }}),
    reads("get_incident", "incident_id", incident_id=TEXT),
    reads("get_past_incidents", "incident_id query_model", incident_id=TEXT, query_model={"type": "object"}),
    reads("get_related_incidents", "incident_id query_model", incident_id=TEXT, query_model={"type": "object"}),
    reads("list_alerts", "query_model", query_model={"type": "object"}),
    reads("list_services", "query_model", query_model={"type": "object", "properties": {"query": or_null(TEXT)}}),
    reads("get_service", "service_id", service_id=TEXT),
    reads("list_users", "query_model", query_model={"type": "object", "properties": {"query": or_null(TEXT)}}),
    reads("get_user_data"),
    writes("create_incident", "create_model", create_model={"type": "object"}),
    writes("manage_incidents", "manage_request", manage_request={"type": "object"}),
    writes("add_note_to_incident", "incident_id note", incident_id=TEXT, note=TEXT),
    name="PagerDuty MCP Server",
)  # fmt: skip

ABOUT_STORY: dict[str, Any] = {"storyPublicId": {"type": "number"}}
SHORTCUT = described(
    tool("stories-get-by-id", "storyPublicId", "Get a Shortcut story by public ID", **ABOUT_STORY, full=FLAG),
    tool("stories-search", "", "Find Shortcut stories.", nextPageToken=TEXT, id={"type": "number"}, name=TEXT,
         description=TEXT, comment=TEXT, type={"type": "string", "enum": ["feature", "bug", "chore"]},
         estimate={"type": "number"}, branch=TEXT, commit=TEXT, pr={"type": "number"}, project={"type": "number"},
         epic={"type": "number"}, state=TEXT, label=TEXT, owner=TEXT, requester=TEXT, team=TEXT, priority=TEXT,
         isDone=FLAG, isStarted=FLAG, isArchived={"type": "boolean", "default": False}, hasOwner=FLAG, created=TEXT,
         updated=TEXT, completed=TEXT, due=TEXT),
    tool("stories-get-branch-name", "storyPublicId", "Get a valid branch name for a specific story.", **ABOUT_STORY),
    tool("epics-search", "", "Find Shortcut epics.", name=TEXT, nextPageToken=TEXT),
    tool("epics-get-by-id", "epicPublicId", epicPublicId={"type": "number"}),
    tool("stories-create", "name", name=TEXT, team=TEXT),
    tool("stories-update", "storyPublicId", **ABOUT_STORY, name=TEXT),
    tool("stories-create-comment", "storyPublicId text", **ABOUT_STORY, text=TEXT),
    name="@shortcut/mcp",
)  # fmt: skip


class Expected(Struct, frozen=True):
    """``map`` is what the user has to write down, as the message about it says."""

    server: ServerDescription
    search: str
    arguments: dict[str, Any]
    opens: str
    opened_with: dict[str, Any]
    ticket: TicketReference = TicketReference("PAY-7")
    map: dict[str, Any] = {}
    text: str = "printer"


TRACKERS = {
    "atlassian": Expected(
        ATLASSIAN, "searchJiraIssuesUsingJql", {"cloudId": "c-1"}, "getJiraIssue",
        {"cloudId": "c-1", "issueIdOrKey": "PAY-7"}, map={"arguments": {"cloudId": "c-1"}},
    ),
    "linear": Expected(LINEAR, "list_issues", {"query": "printer"}, "get_issue", {"id": "PAY-7"}),
    "github": Expected(
        GITHUB_SERVER, "search_issues", {}, "issue_read",
        {"method": "get", "owner": "acme", "repo": "tills", "issue_number": 7}, TicketReference("acme/tills#7"),
    ),
    "gitlab": Expected(
        GITLAB, "gitlab_search", {"search": "printer", "scope": "issues"}, "get_issue", {"issue_iid": 7, "id": "5"},
        TicketReference("a/b#7", {"id": 101, "iid": 7, "project_id": 5}), map={"arguments": {"scope": "issues"}},
    ),
    "sentry": Expected(
        SENTRY, "search_issues", {"organizationSlug": "acme", "query": "printer"}, "get_issue_details",
        {"organizationSlug": "acme", "issueId": "PAY-7"}, map={"arguments": {"organizationSlug": "acme"}},
    ),
    "asana": Expected(
        ASANA, "asana_search_tasks", {"workspace": "1", "text": "printer"}, "asana_get_task", {"task_id": "PAY-7"},
        map={"arguments": {"workspace": "1"}},
    ),
    "clickup": Expected(
        CLICKUP, "clickup_search", {"keywords": "printer"}, "clickup_get_task", {"task_id": "86a1b2c3d"},
        TicketReference("86a1b2c3d"),
    ),
    "monday": Expected(
        MONDAY, "get_board_items_page", {"boardId": 7, "searchTerm": "printer"}, "get_board_items_page",
        {"boardId": 7}, TicketReference("5551"),
        map={"search": {"tool": "get_board_items_page"}, "arguments": {"boardId": 7}},
    ),
    "pagerduty": Expected(
        PAGERDUTY, "list_incidents", {"query_model": {"limit": 1000}}, "get_incident", {"incident_id": "PABC123"},
        TicketReference("PABC123"),
    ),
    "shortcut": Expected(
        SHORTCUT, "stories-search", {"name": "printer"}, "stories-get-by-id", {"storyPublicId": 12},
        TicketReference("12"),
    ),
    "notion": Expected(NOTION, "notion-search", {"query": "printer"}, "notion-fetch", {"id": "PAY-7"}),
}  # fmt: skip


@pytest.mark.parametrize("name", TRACKERS)
def test_the_published_tools_lead_to_the_search_and_to_the_ticket(name: str) -> None:
    expected = TRACKERS[name]
    adapter = choose_adapter(expected.server, map=expected.map)
    call = adapter.plan(check_criteria({"text": expected.text})).call
    assert (call.tool, {**call.arguments, **expected.arguments}) == (expected.search, dict(call.arguments))
    opening = adapter.open_calls(expected.ticket)[0]
    assert (opening.tool, {**opening.arguments, **expected.opened_with}) == (expected.opens, dict(opening.arguments))


def test_who_asks_is_known_to_a_server_whose_argument_says_so_and_to_no_other() -> None:
    mine = check_criteria({"assignee": ["me"]})
    asked = choose_adapter(LINEAR).plan(mine)
    assert asked.call.arguments["assignee"] == "me"
    assert "assignee" not in asked.filtered_here
    assert asked.warnings == ()
    asked = choose_adapter(CLICKUP).plan(mine)  # which takes what another of its tools makes of the word
    assert not {"assignees", "filters"} & asked.call.arguments.keys()
    assert asked.warnings
    asked = choose_adapter(CLICKUP).plan(check_criteria({"assignee": ["Ada"]}))
    assert not {"assignees", "filters"} & asked.call.arguments.keys()
    assert "assignee" in asked.filtered_here
    asked = choose_adapter(CLICKUP).plan(check_criteria({"assignee": ["106188160"]}))
    assert asked.call.arguments["assignees"] == ["106188160"]
