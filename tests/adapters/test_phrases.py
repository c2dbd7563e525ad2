"""Quoted words of a search reach each tracker as its language has them, or bare, and are then checked here."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.adapters.known_servers import (
    BACKLOG_MD,
    BEADS,
    GITHUB_SERVER,
    GITLAB,
    LINEAR_MCP,
    MCP_ATLASSIAN,
    MCP_REDMINE,
    REDMINE,
    TACTIC_LAUNCH,
    TEXT,
    adapter_for,
    looking_for,
    server,
    tool,
)
from tui_app.adapters.base import Plan, ServerDescription

QUOTES = {**TEXT, "description": 'Words to look for. "Quoted words" must occur as they stand.'}
RT = {**TEXT, "description": "RT query string"}


def planned(description: ServerDescription, text: str, **criteria: Any) -> Plan:
    return adapter_for(description).plan(looking_for(text=text, **criteria))


@pytest.mark.parametrize(
    ("description", "sent"),
    [
        (MCP_ATLASSIAN, r'text ~ "jam" AND text ~ "\"blank pages\"" ORDER'),
        (GITHUB_SERVER, 'jam "blank pages"'),
        (GITLAB, 'jam "blank pages"'),
        (REDMINE, 'jam "blank pages"'),
        (MCP_REDMINE, 'jam "blank pages"'),
        (server("any", tool("search_tickets", text=QUOTES)), 'jam "blank pages"'),
        (server("any", tool("search_issues", query=QUOTES)), 'jam "blank pages"'),
        (
            server("any", tool("search_issues", "query", query=RT)),
            "(Subject LIKE 'blank pages' OR Content LIKE 'blank pages')",
        ),
    ],
)
def test_a_phrase_is_left_to_a_tracker_that_knows_phrases(description: ServerDescription, sent: str) -> None:
    plan = planned(description, 'jam "blank pages"')
    assert sent in "\n".join(map(_text, plan.call.arguments.values()))
    assert plan.phrases == ()


@pytest.mark.parametrize(
    "description",
    [
        LINEAR_MCP,
        TACTIC_LAUNCH,
        BACKLOG_MD,
        BEADS,
        server("any", tool("search_tickets", text=TEXT)),
        server("any", tool("search_issues", "query", query=TEXT)),
        server("any", tool("find_tasks", q={**TEXT, "description": "Search phrase, do not quote it"})),
    ],
)
def test_all_others_get_bare_words_and_the_phrase_is_checked_here(description: ServerDescription) -> None:
    plan = planned(description, 'jam "blank  pages" "printer"')
    assert "jam blank pages printer" in plan.call.arguments.values()
    assert "text" in plan.pushed_down
    assert plan.phrases == ("blank pages",)


@pytest.mark.parametrize("description", [LINEAR_MCP, GITLAB, REDMINE, MCP_ATLASSIAN, GITHUB_SERVER])
def test_a_single_word_in_quotation_marks_is_a_word(description: ServerDescription) -> None:
    plan = planned(description, '"printer"')
    assert plan.phrases == ()
    assert plan.call == planned(description, "printer").call


def test_redmine_gets_no_second_phrase_side_by_side() -> None:
    plan = planned(REDMINE, '"blank pages" "paper jam"')
    assert plan.call.arguments["query"] == "blank pages paper jam"
    assert plan.phrases == ("blank pages", "paper jam")


def test_redmine_takes_a_phrase_beside_other_criteria_as_a_part_of_the_title() -> None:
    plan = planned(MCP_REDMINE, '"blank pages"', project="printing")
    assert "~blank pages" in _text(plan.call.arguments["params"])
    assert plan.phrases == ("blank pages",)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False).replace('\\"', '"')
