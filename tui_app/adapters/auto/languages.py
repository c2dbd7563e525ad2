"""Criteria in a query language, for tools that take nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tui_app.adapters import github_query
from tui_app.adapters.jira import jql
from tui_app.tickets.criteria import ME, UNASSIGNED, TicketSearchCriteria

JQL, GITHUB, RT = "JQL", "GitHub search", "RT query"


def say_in_language(criteria: TicketSearchCriteria, language: str | None) -> tuple[str, frozenset[str]]:
    """``criteria`` as a query, and the names of the fields that it says in full.

    A native query is sent as it is, in whatever language. In an unknown language nothing else can be said.
    """
    if criteria.native:
        return criteria.native, frozenset({"native"})
    if language == JQL:
        return jql.jql(criteria), jql.honoured_fields(criteria)
    if language == GITHUB:
        return github_query.github_query(criteria), github_query.honoured_fields(criteria)
    if language == RT:
        return " AND ".join(_rt_conditions(criteria)) or "id > 0", criteria.used_fields() - {
            "native",
            "priority",
            "labels",
        }
    return "", frozenset()


def _rt_conditions(criteria: TicketSearchCriteria) -> Iterator[str]:
    """TicketSQL (https://docs.bestpractical.com/rt/latest/query_builder.html), as Request Tracker takes it."""
    if criteria.text:
        yield f"(Subject LIKE {_quoted(criteria.text)} OR Content LIKE {_quoted(criteria.text)})"
    if criteria.status:
        yield "(" + " OR ".join(f"Status = {_quoted(status)}" for status in criteria.status) + ")"
    if criteria.assignee:
        meant = {ME: "__CurrentUser__", UNASSIGNED: "Nobody"}
        yield f"Owner = {_quoted(meant.get(criteria.assignee, criteria.assignee))}"
    if criteria.project:
        yield f"Queue = {_quoted(criteria.project)}"
    if criteria.created_after:
        yield f"Created >= {_rt_moment(criteria.created_after.moment)}"
    if criteria.created_before:
        yield f"Created < {_rt_moment(criteria.created_before.moment)}"
    if criteria.updated_after:
        yield f"LastUpdated >= {_rt_moment(criteria.updated_after.moment)}"


def _quoted(text: str) -> str:
    plain = "".join(character if character.isprintable() else " " for character in text)
    return "'" + plain.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _rt_moment(moment: datetime) -> str:
    return f"'{moment:%Y-%m-%d %H:%M:%S}'"
