"""Criteria in JQL: what is said, how it is quoted, and which dates JQL can say exactly."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.adapters.known_servers import looking_for
from tui_app.adapters.jira.jql import ANYTHING, jql, pushed_down_fields, quoted, text_query
from tui_app.tickets.criteria import criteria_of

NOW = datetime(2026, 11, 15, 12, tzinfo=UTC)
NEWEST = " ORDER BY created DESC, key DESC"


def test_no_criteria_still_restrict_the_query_since_jira_cloud_wants_it() -> None:
    assert jql(looking_for()) == ANYTHING + NEWEST


def test_every_criterion_is_said_in_jiras_terms() -> None:
    criteria = looking_for(
        text="printer offline", status=["To Do", "In Progress"], assignee="me", project="PAY", labels=["a", "b c"],
        priority="High", sort="-updated_at",
    )  # fmt: skip
    assert jql(criteria) == (
        'project = "PAY" AND status in ("To Do", "In Progress") AND assignee = currentUser() AND priority = "High"'
        ' AND labels = "a" AND labels = "b c" AND text ~ "printer offline" ORDER BY updated DESC, key DESC'
    )
    assert pushed_down_fields(criteria) == criteria.used_fields()


def test_what_is_due_is_said_in_days_and_what_is_below_a_ticket_by_its_key() -> None:
    criteria = looking_for(parent="PAY-7", due_after="2026-11-01", due_before="2026-11-09T09:30", sort="due_at")
    assert jql(criteria) == (
        'parent = "PAY-7" AND duedate < "2026-11-10" AND duedate >= "2026-11-01" ORDER BY duedate ASC, key DESC'
    )
    assert pushed_down_fields(criteria) == criteria.used_fields()


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("is:open", "statusCategory != Done"),
        ("is:closed", "statusCategory = Done"),
        ("-status:done", 'status != "done"'),
        ('-status:done,"won\'t do"', 'status not in ("done", "won\'t do")'),
        ("type:bug,task", 'issuetype in ("bug", "task")'),
        ("reporter:me", "reporter = currentUser()"),
        ("assignee:me,unassigned", "(assignee = currentUser() OR assignee IS EMPTY)"),
        ("assignee:me,bo", 'assignee in (currentUser(), "bo")'),
        ("-assignee:bo", '(assignee != "bo" OR assignee IS EMPTY)'),
        ("-assignee:unassigned", "assignee IS NOT EMPTY"),
        ("-assignee:unassigned,bo", 'assignee != "bo"'),
        ("-label:wontfix,later", '(labels not in ("wontfix", "later") OR labels IS EMPTY)'),
        ("-priority:low", '(priority != "low" OR priority IS EMPTY)'),
        ("-project:PAY", 'project != "PAY"'),
        ("id:PAY-1,PAY-2", 'key in ("PAY-1", "PAY-2")'),
        ("-flaky", 'NOT text ~ "flaky"'),
        ('-"out of memory"', r'NOT text ~ "\"out of memory\""'),
        ("updated:<7d", "updated < -7d"),
        (r'-label:"a\" OR project = SECRET"', r'(labels != "a\" OR project = SECRET" OR labels IS EMPTY)'),
    ],
)
def test_what_the_query_language_says_in_jql(query: str, written: str) -> None:
    """JQL's negations leave out what is empty; ours do not."""
    criteria = criteria_of(query, NOW)
    assert jql(criteria) == written + NEWEST
    assert pushed_down_fields(criteria) == criteria.used_fields()


def test_ids_that_jira_would_refuse_are_looked_for_on_this_side() -> None:
    criteria = criteria_of("id:17 project:PAY", NOW)
    assert jql(criteria) == 'project = "PAY"' + NEWEST
    assert pushed_down_fields(criteria) == {"project"}


def test_one_status_and_a_named_person() -> None:
    assert jql(looking_for(status=["Done"], assignee="Ann O'Hara")) == (
        'status = "Done" AND assignee = "Ann O\'Hara"' + NEWEST
    )
    assert jql(looking_for(assignee="unassigned")) == "assignee IS EMPTY" + NEWEST


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("plain", '"plain"'),
        ('say "hi"', r'"say \"hi\""'),
        ("back\\slash", r'"back\\slash"'),
        ("two\nlines\tand\x00more", '"two lines and more"'),
        ('" OR project = SECRET --', r'"\" OR project = SECRET --"'),
    ],
)
def test_a_value_cannot_end_its_own_quotes(typed: str, written: str) -> None:
    assert quoted(typed) == written


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("foo AND (bar*)", "foo and bar"),
        ("v1.2 -beta", "v1.2 beta"),
        ("PAY-142", "PAY-142"),
        ("c++ ~ ^!", "c"),
        ("***", ""),
    ],
)
def test_operators_of_the_text_search_are_not_passed_on(typed: str, searched: str) -> None:
    assert text_query(typed) == searched


def test_text_of_nothing_but_operators_is_left_to_this_side() -> None:
    criteria = looking_for(text="???", project="PAY")
    assert jql(criteria) == 'project = "PAY"' + NEWEST
    assert pushed_down_fields(criteria) == {"project"}


@pytest.mark.parametrize(
    ("typed", "said"), [("7d", "-7d"), ("2w", "-14d"), ("12h", "-12h"), ("3m", "-90d"), ("1y", "-365d")]
)
def test_a_relative_date_is_exact(typed: str, said: str) -> None:
    criteria = looking_for(created_after=typed)
    assert jql(criteria) == f"created >= {said}{NEWEST}"
    assert pushed_down_fields(criteria) == {"created_after"}


def test_any_other_date_is_widened_to_hold_in_all_time_zones_and_applied_again_here() -> None:
    criteria = looking_for(
        created_after="2026-11-01", created_before="2026-11-05T10:00+02:00", updated_after="2026-11-02"
    )
    assert jql(criteria) == (
        'created >= "2026-10-31 12:00" AND created < "2026-11-05 22:00" AND updated >= "2026-11-01 12:00"' + NEWEST
    )
    assert pushed_down_fields(criteria) == frozenset()


def test_the_first_day_that_can_be_counted_does_not_overflow() -> None:
    assert 'created >= "1-01-01 00:00"' in jql(looking_for(created_after="0001-01-01")).replace('"0001', '"1')


def test_a_native_query_is_sent_as_it_is() -> None:
    criteria = looking_for(native="project = X ORDER BY rank", text="printer")
    assert jql(criteria) == "project = X ORDER BY rank"
    assert pushed_down_fields(criteria) == {"native"}


@pytest.mark.parametrize(("sort", "order"), [("id", "key ASC"), ("-type", "issuetype DESC, key DESC")])
def test_the_order_asked_for(sort: str, order: str) -> None:
    assert jql(looking_for(project="A", sort=sort)) == f'project = "A" ORDER BY {order}'
