"""The query language: what it reads, what it writes, and what it offers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.matching import matches
from tui_app.tickets.query import format_query, parse_query
from tui_app.tickets.query_completion import complete_query
from tui_app.tickets.query_parts import join_values, split_values
from tui_app.tickets.query_slips import slips
from tui_app.tickets.ticket import Ticket

KNOWN = {"status": ("open", "in progress", "done"), "assignee": ("Ada Moreno", "Jun Park")}

WORDS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split())
)
VALUE = WORDS.filter(bool)
PLAIN = st.lists(
    st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zs", "Zl", "Zp"), blacklist_characters='"'), min_size=1),
    max_size=4,
).map(" ".join)
CRITERIA = st.fixed_dictionaries(
    {},
    optional={
        "text": PLAIN.filter(bool),
        "status": st.lists(VALUE, min_size=1, max_size=3, unique=True).map(tuple),
        "labels": st.lists(VALUE, min_size=1, max_size=3, unique=True).map(tuple),
        "assignee": VALUE,
        "project": VALUE,
        "native": VALUE,
        "created_after": st.sampled_from(["7d", "2026-11-01", "yesterday"]),
        "max_results": st.sampled_from(["1", "500"]),
    },
)


def test_words_and_fields_are_told_apart() -> None:
    criteria = parse_query('printer status:open,"in progress" assignee:me label:bug after:7d "exact words"')
    assert criteria == {
        "text": 'printer "exact words"',
        "status": ("open", "in progress"),
        "assignee": "me",
        "labels": ("bug",),
        "created_after": "7d",
    }


@given(CRITERIA)
def test_reading_what_was_written_gives_the_same_criteria(criteria: dict[str, object]) -> None:
    assert parse_query(format_query(criteria)) == criteria


@given(st.text())
def test_any_text_is_a_query(text: str) -> None:
    parse_query(text)
    list(slips(text, KNOWN))
    for cursor in range(len(text) + 1):
        completion = complete_query(text, cursor, KNOWN)
        assert 0 <= completion.start <= completion.end <= len(text)


@given(st.lists(VALUE.filter(lambda value: value == value.strip()), max_size=4))
def test_a_list_field_reads_back_what_it_shows(values: list[str]) -> None:
    assert split_values(join_values(values)) == values


@pytest.mark.parametrize(
    ("query", "field", "value"),
    [
        ("is:open", "status", ("open",)),
        ("tag:bug tag:ui", "labels", ("bug", "ui")),
        ("owner:me", "assignee", "me"),
        ("since:2w", "created_after", "2w"),
        ("sort:-updated", "sort", "-updated_at"),
        ("limit:500", "max_results", "500"),
        ('jql:"project = PAY"', "native", "project = PAY"),
        ("project:A project:B", "project", "B"),
    ],
)
def test_other_words_for_the_same_field_are_understood(query: str, field: str, value: object) -> None:
    assert parse_query(query) == {field: value}


@pytest.mark.parametrize("query", ["http://example.org/x", "status:", "Error: no route", "12:30", '"open'])
def test_what_only_looks_like_a_field_stays_text(query: str) -> None:
    assert parse_query(query) == {"text": query}


def test_a_backslash_makes_a_field_text() -> None:
    assert parse_query("\\status:open") == {"text": "status:open"}


def test_a_misspelt_field_is_asked_about_and_kept_as_text() -> None:
    assert parse_query("statsu:open") == {"text": "statsu:open"}
    (slip,) = slips("statsu:open", KNOWN)
    assert slip.replacement == "status:open"
    assert "Did you mean status:" in slip.message


def test_a_misspelt_value_is_asked_about_and_kept() -> None:
    assert parse_query("status:opne") == {"status": ("opne",)}
    assert [slip.replacement for slip in slips("status:opne", KNOWN)] == ["status:open"]


def test_a_value_that_is_known_in_another_spelling_is_right() -> None:
    assert list(slips("status:In_Progress assignee:unassigned", KNOWN)) == []


def test_fields_complete_by_their_beginning() -> None:
    assert complete_query("pr", 2, KNOWN).options == ("project:", "priority:")


def test_values_complete_and_are_quoted_where_they_must_be() -> None:
    completion = complete_query("x status:in", 11, KNOWN)
    assert completion.options == ('"in progress"',)
    assert completion.apply("x status:in", completion.options[0]) == ('x status:"in progress" ', 23)


def test_the_second_value_of_a_list_completes_by_itself() -> None:
    completion = complete_query("status:open,d", 13, KNOWN)
    assert completion.apply("status:open,d", "done")[0] == "status:open,done "


def test_me_and_nobody_come_first_among_people() -> None:
    assert complete_query("assignee:", 9, KNOWN).options == ("me", "unassigned", "Ada Moreno".join('""'), '"Jun Park"')


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('"blank pages"', True),
        ('"pages blank"', False),
        ("pages blank", True),
        ('printer "blank pages"', True),
        ('"', True),
    ],
)
def test_words_in_quotes_are_found_only_together(text: str, found: bool) -> None:
    ticket = Ticket("PAY-1", "Printer prints blank pages", "open")
    assert matches(ticket, TicketSearchCriteria(text=text), ["text"]) is found
