"""Criteria are said with whatever arguments a tool declares, in the form that its schema asks for, or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.servers_of_many_kinds import FLAG, NUMBER, TEXT, TEXTS, described, tool
from tui_app.adapters.auto import make
from tui_app.tickets.criteria import check_criteria


def said(criteria: dict[str, Any], required: str = "", about: str = "", **arguments: Any) -> dict[str, Any]:
    """The arguments that a search tool is called with."""
    adapter = make(described(tool("search_issues", required, about, **arguments)), {})
    return dict(adapter.plan(check_criteria(criteria)).call.arguments)


def pushed_down(criteria: dict[str, Any], **arguments: Any) -> set[str]:
    return set(make(described(tool("search_issues", **arguments)), {}).plan(check_criteria(criteria)).pushed_down)


def enum(*values: Any, **more: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(values), **more}


@pytest.mark.parametrize("name", ["text", "query", "q", "search", "keyword", "searchTerm", "search_query", "Keywords"])
def test_words_go_into_whatever_takes_words(name: str) -> None:
    assert said({"text": "printer"}, **{name: TEXT}) == {name: "printer"}


@pytest.mark.parametrize("name", ["status", "state", "issueStatus", "status_name", "workflow_state"])
def test_one_status_goes_into_whatever_takes_one(name: str) -> None:
    assert said({"status": ["Open"]}, **{name: TEXT}) == {name: "Open"}


def test_several_statuses_go_as_a_list_or_comma_separated_or_not_at_all() -> None:
    both = {"status": ["Open", "Done"]}
    assert said(both, statuses=TEXTS) == {"statuses": ["Open", "Done"]}
    assert said(both, status={**TEXT, "description": "Comma-separated statuses"}) == {"status": "Open,Done"}
    assert said(both, status=TEXT) == {}
    assert pushed_down(both, status=TEXT) == set()


@pytest.mark.parametrize(
    ("wanted", "allowed", "sent"),
    [
        ("open", ["opened", "closed", "all"], "opened"),
        ("In Progress", ["todo", "in_progress", "done"], "in_progress"),
        ("closed", ["OPEN", "CLOSED"], "CLOSED"),
        ("Done", ["pending", "completed"], "completed"),
        ("cancelled", ["canceled"], "canceled"),
    ],
)
def test_an_enums_value_is_found_by_meaning(wanted: str, allowed: list[str], sent: str) -> None:
    assert said({"status": [wanted]}, status=enum(*allowed)) == {"status": sent}


def test_a_value_outside_the_enum_is_never_sent_and_the_warning_names_what_there_is() -> None:
    adapter = make(described(tool("search_issues", state=enum("open", "closed"))), {})
    criteria = check_criteria({"status": ["Review"]})
    plan = adapter.plan(criteria)
    assert plan.call.arguments == {}
    assert plan.pushed_down == frozenset()
    assert "'Review'; it knows: open, closed" in plan.warnings[0]


def test_all_states_are_asked_for_where_the_default_may_hide_some() -> None:
    assert said({}, state=enum("open", "closed", "all", default="open"), scope=enum("mine", "all")) == {
        "state": "all",
        "scope": "all",
    }
    assert said({}, status_id={**TEXT, "description": 'Use "*" for all statuses'}) == {"status_id": "*"}
    assert said({}, include_closed=FLAG) == {"include_closed": True}
    assert said({}, all={**FLAG, "description": "Show all tasks (pending and completed)"}) == {"all": True}
    assert said({}, all={**FLAG, "description": "Of all projects"}) == {}
    assert said({"status": ["open"]}, state=enum("open", "closed", "all")) == {"state": "open"}


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        (TEXT, "2026-11-01"),
        ({"type": "string", "format": "date"}, "2026-11-01"),
        ({"type": "string", "format": "date-time"}, "2026-11-01T00:00:00Z"),
        ({"type": "string", "description": "ISO 8601 datetime"}, "2026-11-01T00:00:00Z"),
        ({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"}, "2026-11-01"),
        ({"type": "integer", "description": "Unix time"}, 1793491200),
        ({"type": "integer", "description": "epoch milliseconds"}, 1793491200000),
        ({"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]}, "2026-11-01"),
    ],
)
def test_a_date_is_said_in_the_form_that_is_asked_for(schema: dict[str, Any], sent: Any) -> None:
    assert said({"created_after": "2026-11-01"}, created_after=schema) == {"created_after": sent}


@pytest.mark.parametrize(
    "name",
    [
        "created_after",
        "createdAfter",
        "created_since",
        "created_from",
        "createdAtGte",
        "created_at_min",
        "from_created_date",
    ],
)
def test_the_beginning_of_a_range_has_many_names(name: str) -> None:
    assert said({"created_after": "2026-11-01"}, **{name: TEXT}) == {name: "2026-11-01"}


def test_a_date_that_a_day_cannot_say_is_widened_and_sorted_out_here() -> None:
    criteria = {"created_after": "2026-11-01T10:00", "created_before": "2026-11-03T10:00"}
    day = {"type": "string", "format": "date"}
    assert said(criteria, created_after=day, created_before=day) == {
        "created_after": "2026-11-01",
        "created_before": "2026-11-04",
    }
    assert pushed_down(criteria, created_after=day, created_before=day) == set()


def test_since_is_what_its_description_says() -> None:
    assert said({"updated_after": "2026-11-01"}, since={**TEXT, "description": "Only issues updated after"}) != {}
    assert said({"created_after": "2026-11-01"}, since={**TEXT, "description": "Only issues updated after"}) == {}
    assert said({"created_after": "2026-11-01"}, due_after=TEXT, closed_after=TEXT, created_by=TEXT) == {}
    who = {**TEXT, "description": "Login of the reporter, kept since 2020"}
    assert said({"created_after": "2026-11-01"}, created_by=who) == {}


def test_nested_filters_are_filled() -> None:
    inner = {
        "type": "object",
        "properties": {"status": TEXT, "createdAt": {"type": "object", "properties": {"gte": TEXT, "lt": TEXT}}},
    }
    criteria = {"status": ["open"], "created_after": "2026-11-01"}
    assert said(criteria, filters=inner) == {"filters": {"status": "open", "createdAt": {"gte": "2026-11-01"}}}
    comparing = {"type": "object", "properties": {"state": {"type": "object", "properties": {"eq": TEXT}}}}
    assert said({"status": ["open"]}, filter=comparing) == {"filter": {"state": {"eq": "open"}}}


def test_an_owner_is_an_assignee_unless_a_repository_stands_beside_it() -> None:
    assert said({"assignee": "bob"}, owner=TEXT) == {"owner": "bob"}
    assert said({"assignee": "bob", "project": "a/b"}, owner=TEXT, repo=TEXT) == {"owner": "a", "repo": "b"}


def test_ids_are_not_filled_with_names() -> None:
    assert said({"assignee": "bob"}, assignee_id=TEXT) == {}
    assert said({"assignee": "42"}, assignee_id=NUMBER) == {"assignee_id": 42}
    assert said({"assignee": "bob"}, assignee_id={**TEXT, "description": "User id or name"}) == {"assignee_id": "bob"}


def test_a_priority_is_said_by_the_number_that_its_description_gives_it() -> None:
    levels = {"type": "integer", "description": "Priority: 0=none, 1=urgent, 2=high, 3=normal, 4=low"}
    assert said({"priority": "High"}, priority=levels) == {"priority": 2}
    assert said({"priority": "purple"}, priority=levels) == {}


def test_my_own_tickets_are_asked_for_where_the_server_knows_me() -> None:
    assert said({"assignee": "me"}, assigned_to_me=FLAG) == {"assigned_to_me": True}
    assert said({"assignee": "me"}, assignee={**TEXT, "description": "User name, or '@me'"}) == {"assignee": "@me"}
    assert said({"assignee": "me"}, assignee=TEXT) == {}
    assert pushed_down({"assignee": "me"}, assignee=TEXT) == set()
    assert pushed_down({"assignee": "unassigned"}, assignee=TEXT) == set()


def test_an_order_is_sent_where_the_tool_knows_the_field() -> None:
    way: Any = {"sort": enum("created", "updated"), "order": enum("asc", "desc")}
    assert said({"sort": "-created_at"}, **way) == {"sort": "created", "order": "desc"}
    assert said({"sort": "title"}, **way) == {}
    assert said({"sort": "-title"}, sort=enum("title", "-title")) == {"sort": "-title"}


@pytest.mark.parametrize(
    ("schema", "sent"),
    [
        (NUMBER, 400),
        ({**NUMBER, "maximum": 50}, 50),
        ({**NUMBER, "exclusiveMaximum": 101}, 100),
        ({**NUMBER, "description": "How many (1-100, default 10)"}, 100),
        ({**NUMBER, "description": "Maximum results, max 250"}, 250),
        (TEXT, "400"),
    ],
)
def test_the_number_of_tickets_is_held_within_its_bounds(schema: dict[str, Any], sent: Any) -> None:
    assert said({"max_results": 400}, limit=schema) == {"limit": sent}


def test_all_of_a_list_of_states_are_asked_for_where_it_has_a_default() -> None:
    states = ["pending", "done", "cancelled"]
    for schema in ({"default": ["pending"]}, {"items": {"type": "string", "enum": states, "default": "pending"}}):
        taken = {"type": "array", "items": {"type": "string", "enum": states}, **schema}
        assert said({}, statuses=taken) == {"statuses": states}
    assert said({}, statuses={"type": "array", "items": {"type": "string", "enum": states}}) == {}


def test_data_is_asked_for_rather_than_text_for_people() -> None:
    assert said({}, response_format=enum("markdown", "json", default="markdown")) == {"response_format": "json"}


def test_queries_are_built_where_the_tool_takes_nothing_else() -> None:
    assert said({"status": ['Won\'t "do"']}, "jql", jql=TEXT)["jql"].startswith('status = "Won\'t \\"do\\""')
    told = {**TEXT, "description": "JQL search string"}
    assert said({"status": ["New"]}, "searchString", searchString=told)["searchString"].startswith('status = "New"')
    rt = {**TEXT, "description": "RT query string"}
    assert said({"status": ["new"], "text": "o'x"}, "query", query=rt)["query"] == (
        "(Subject LIKE 'o\\'x' OR Content LIKE 'o\\'x') AND (Status = 'new')"
    )
    assert "is:open" in said({"status": ["open"], "project": "a/b"}, "q", "Search GitHub issues", q=TEXT)["q"]


def test_a_native_query_is_sent_as_it_is() -> None:
    adapter = make(described(tool("search_issues", "jql", jql=TEXT)), {})
    criteria = check_criteria({"native": "project = X", "text": "ignored there"})
    assert adapter.plan(criteria).call.arguments["jql"] == "project = X"
    assert adapter.plan(criteria).pushed_down == {"native"}
    assert adapter.native_language == "JQL"


def test_required_arguments_that_say_nothing_get_what_they_need() -> None:
    sent = said(
        {},
        "query entity sort archived status",
        query=TEXT,
        entity=enum("user", "issue", "project"),
        sort=enum("created", "updated"),
        archived=FLAG,
        status=enum("all", "open"),
    )
    assert sent == {"query": "", "entity": "issue", "sort": "created", "archived": False, "status": "all"}
    assert said({}, "query", query={**TEXT, "minLength": 1}) == {"query": " "}


def test_what_a_tool_s_description_says_of_an_argument_counts_as_the_argument_s_own() -> None:
    about = (
        'List issues.\n\nArgs:\n    status: One of "pending" (default),\n        "done", or "all".\n    limit: How many'
    )
    assert said({}, "", about, status={**TEXT, "default": "pending"}) == {"status": "all"}
    assert said({}, "", "List issues.", status={**TEXT, "default": "pending"}) == {}
    own = {**TEXT, "description": "A status"}
    assert said({}, "", about, status=own) == {}


@pytest.mark.parametrize(
    ("schema", "criteria", "sent"),
    [
        (enum("opened", "closed", "all"), {"openness": "open"}, "opened"),
        (enum("opened", "closed", "all"), {"openness": "closed"}, "closed"),
        (enum("todo", "doing", "done"), {"openness": "closed"}, "done"),
        (enum("todo", "doing", "done"), {"openness": "open"}, None),
        ({"type": "array", "items": enum("todo", "doing", "done")}, {"openness": "open"}, ["todo", "doing"]),
        (enum("todo", "doing"), {"openness": "open"}, None),
        (TEXT, {"openness": "open"}, None),
        (enum("opened", "closed", "all"), {"openness": "open", "status": ["opened"]}, "opened"),
    ],
)
def test_open_and_closed_are_said_by_the_values_that_a_status_may_have(
    schema: dict[str, Any], criteria: dict[str, Any], sent: Any
) -> None:
    found = said(criteria, state=schema).get("state")
    assert found == sent or (sent is None and found in (None, "all"))
    by_name = "status" in criteria
    assert ("openness" in pushed_down(criteria, state=schema)) is (sent is not None and not by_name)


@pytest.mark.parametrize("noun", ["tickets", "issues", "stories", "user_stories"])
def test_a_ticket_in_the_plural_is_a_ticket_in_an_arguments_name(noun: str) -> None:
    assert said({}, **{f"include_closed_{noun}": FLAG}) == {f"include_closed_{noun}": True}
