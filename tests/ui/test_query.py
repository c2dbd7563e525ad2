"""The query language: what it reads, what it writes, and what it offers."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria, criteria_of
from tui_app.tickets.criterion import CRITERIA, EXCLUDABLE_CRITERIA, CriterionKind, Match
from tui_app.tickets.errors import UsageError
from tui_app.tickets.fields import SORT_FIELDS
from tui_app.tickets.matching import matches
from tui_app.tickets.query import (
    UNREAD,
    format_query,
    parse_query,
    read_query,
)
from tui_app.tickets.query_assist import complete_query, slips
from tui_app.tickets.query_syntax import QUERY_WORDS
from tui_app.tickets.quoting import join_values, split_values
from tui_app.tickets.ticket import Ticket

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)
PIECES = [*'-:,"\\<> *', *["open", "7d", "AND", ">=", "!", "no:assignee", "..", "due:overdue", "<=", "in:title"]]
KNOWN = {"status": ("open", "in progress", "done"), "assignee": ("Ada Moreno", "Jun Park")}

VALUE = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
VALUES = st.lists(VALUE, min_size=1, max_size=3)
DATES = {
    Match.SINCE: st.sampled_from(["7d", "2020-11-01", "yesterday"]),
    Match.BEFORE: st.sampled_from(["+2w", "2026-11-01T09:30", "today"]),
}
OF_KIND = {
    CriterionKind.TEXT: st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
    | st.lists(
        st.sampled_from(
            ['"', "\\", "-", ":", "status:", "is:open", "-label:x", "a b", "x", " ", "https://x", "AND", "!"]
        )
    ).map("".join),
    CriterionKind.OPENNESS: st.sampled_from(["open", "closed", "Open"]),
    CriterionKind.LIST: VALUES | VALUE | VALUE.map("!{}".format),
    CriterionKind.PERSON: VALUES | st.sampled_from(["me", "unassigned", "Ada Moreno"]),
    CriterionKind.SORT: st.sampled_from([f"{sign}{name}" for name in SORT_FIELDS for sign in ("", "-")]),
    CriterionKind.NUMBER: st.integers(1, 1000),
    CriterionKind.NATIVE: VALUE,
}
CRITERIA_AS_TYPED = st.fixed_dictionaries(
    {},
    optional={
        **{
            criterion.name: DATES[criterion.match] if criterion.match in DATES else OF_KIND[criterion.kind]
            for criterion in CRITERIA
        },
        **{f"-{name}": VALUES for name in sorted(EXCLUDABLE_CRITERIA)},
    },
)


@example({"-type": [":"], "project": ["//x"]})
@example({"assignee": [" "]})
@given(CRITERIA_AS_TYPED)
def test_reading_what_was_written_gives_the_same_criteria(raw: dict[str, object]) -> None:
    """For every criterion of the table, so one that is added is held too."""
    criteria = check_criteria(raw)
    assert criteria_of(criteria.query()) == criteria
    assert check_criteria(criteria.to_json()) == criteria


@given(st.text() | st.lists(st.sampled_from([*QUERY_WORDS, *PIECES]), max_size=8).map("".join))
def test_any_text_is_a_query_or_is_told_why_not(text: str) -> None:
    raw, problems = read_query(text)
    assert bool(problems) is (UNREAD in raw)
    if problems:
        with pytest.raises(UsageError) as caught:
            parse_query(text)
        assert caught.value.hint
    else:
        assert parse_query(text) == raw
    list(slips(text, KNOWN))
    for cursor in range(len(text) + 1):
        completion = complete_query(text, cursor, KNOWN)
        assert 0 <= completion.start <= completion.end <= len(text)


@given(CRITERIA_AS_TYPED)
def test_what_is_not_understood_is_kept_as_it_was_typed(raw: dict[str, object]) -> None:
    raw = {name: value for name, value in raw.items() if name != "text"}
    query = format_query({**raw, UNREAD: "statsu:open"})
    read, problems = read_query(query)
    assert read[UNREAD] == "statsu:open"
    assert [problem.replacement for problem in problems] == ["status:open"]


def test_words_and_fields_are_told_apart() -> None:
    criteria = parse_query('printer status:open,"in progress" assignee:me label:bug after:7d "exact words"')
    assert criteria == {
        "text": 'printer "exact words"',
        "status": ("open", "in progress"),
        "assignee": ("me",),
        "labels": ("bug",),
        "created_after": "7d",
    }


@pytest.mark.parametrize(
    ("query", "criteria"),
    [
        ("-wontfix", {"-text": ("wontfix",)}),
        ('-"exact words" -x', {"-text": ("exact words", "x")}),
        ("-label:wontfix,later -tag:x", {"-labels": ("wontfix", "later", "x")}),
        ('-assignee:me,"Ada Moreno"', {"-assignee": ("me", "Ada Moreno")}),
        ("-is:open", {"openness": "closed"}),
        ("-is:closed is:OPEN", {"openness": "open"}),
        ("-after:7d", {"created_before": "7d"}),
        ("-updated:7d", {"updated_before": "7d"}),
        ("-due:>today", {"due_before": "today"}),
        ("- -> --force a-b", {"text": "- -> --force a-b"}),
        ("-https://x.org", {"-text": ("https://x.org",)}),
        ("\\-label:x", {"text": "-label:x"}),
    ],
)
def test_a_sign_before_a_word_leaves_out(query: str, criteria: dict[str, object]) -> None:
    assert parse_query(query) == criteria


@given(st.lists(VALUE.filter(lambda value: value == value.strip()), max_size=4))
def test_a_list_field_reads_back_what_it_shows(values: list[str]) -> None:
    assert split_values(join_values(values)) == values


@pytest.mark.parametrize(
    ("query", "field", "value"),
    [
        ("state:open", "status", ("open",)),
        ("tag:bug tag:ui", "labels", ("bug", "ui")),
        ("owner:me", "assignee", ("me",)),
        ("since:2w", "created_after", "2w"),
        ("sort:-updated", "sort", "-updated_at"),
        ("sort:updated-desc", "sort", "-updated_at"),
        ("sort:priority-asc", "sort", "priority"),
        ("created:>=2w", "created_after", "2w"),
        ('label:"!x"', "labels", ("!x",)),
        ("limit:500", "max_results", "500"),
        ('jql:"project = PAY"', "native", "project = PAY"),
        ("project:A project:B", "project", ("A", "B")),
    ],
)
def test_other_words_for_the_same_field_are_understood(query: str, field: str, value: object) -> None:
    assert parse_query(query) == {field: value}


@pytest.mark.parametrize(
    "query",
    [
        "http://example.org/x?a=b:c", "Error: no route", "12:30", '"open', "std::vector", "C:\\temp", "10.0.0.1:8080",
        '"foo:bar"', "fixed:", "a -> b", "and or not", '"AND"', "!important",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_field_stays_text(query: str) -> None:
    assert parse_query(query) == {"text": query}


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("statsu:open", "Did you mean status:"),
        ("-lable:x", "Did you mean label:"),
        ("foo:bar", "It can be is, status,"),
        ("assigne: me", "Did you mean assignee:"),
        ("status:", "status: is followed by nothing"),
        ('label:""', "followed by nothing"),
        ("due:<", "followed by nothing"),
        ("is:", "followed by nothing"),
        ("title:jam", "need no title:"),
        ("-Summary:jam", "need no Summary:"),
        ("label:'two words'", "not a quotation mark"),
        ("status:“in review”,open", "not a quotation mark"),
        ("-sort:id", "cannot be left out"),
        ("-max:5", "cannot be left out"),
        ('-""', "nothing between"),
        ("AND open", "has no AND"),
        ("status:open OR status:done", "has no OR"),
        ("NOT open", "has no NOT"),
        ("status:!done", "leaves nothing out"),
        ("-created:7d..3d", "cannot be left out"),
        ("-due:overdue", "cannot be left out"),
        ("in:title", "in:title asks for nothing"),
        ("-in:Comments", "in:Comments asks for nothing"),
        ("no:label", "no: takes assignee or reporter"),
        ("no:assignee,label", "no: takes assignee or reporter"),
        ("is:closed due:overdue", "is: takes one value, and has closed and open"),
        ("created:7d..3d created:2d", "created: takes one value, and has 7d and 2d"),
    ],
)
def test_what_is_not_understood_is_told(query: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as caught:
        parse_query(f"printer {query}")
    assert caught.value.hint


def test_a_status_after_is_is_told_where_it_belongs() -> None:
    with pytest.raises(UsageError, match="neither open nor closed") as caught:
        criteria_of("is:merged")
    assert "status:merged" in caught.value.hint


@pytest.mark.parametrize(
    ("query", "hint"),
    [
        ("is:", "such as is:open"),
        ("status:", "such as status:open"),
        ("is:unassigned", "Write assignee:unassigned"),
        ("is:issue", "type:issue"),
        ("created:2026-11-31..2026-12-05", "created_after takes 2026-11-01"),
        ("created:2026-11-01..x", "created_before takes 2026-11-01"),
        ("created:..", "created_after takes 2026-11-01"),
        ("-due:overdue", "is:open due:<today: leave out one of these"),
        ("text:jam", "Write jam alone"),
        ("assignee:‘Ada Moreno’", 'assignee:"Ada"'),
        ("status:!done,!closed", "Write -status:done,closed."),
        ("a AND b", "behind native:"),
    ],
)
def test_the_hint_says_what_to_write(query: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        criteria_of(query)
    assert hint in caught.value.hint


def test_a_value_with_other_quotation_marks_is_quoted() -> None:
    query = check_criteria({"labels": ["'x", "“y”"]}).query()
    assert query == 'label:"\'x","“y”"'
    assert criteria_of(query).labels == ("'x", "“y”")


def test_people_write_themselves_as_elsewhere() -> None:
    assert criteria_of("assignee:@me -reporter:@me").query() == "-reporter:me assignee:me"


def test_a_backslash_makes_a_field_text() -> None:
    assert parse_query("\\status:open") == {"text": "status:open"}


def test_a_misspelt_field_is_asked_about() -> None:
    (slip,) = slips("statsu:open", KNOWN)
    assert slip.replacement == "status:open"
    assert "Did you mean status:" in slip.message


def test_a_misspelt_value_is_asked_about_and_kept() -> None:
    assert parse_query("status:opne") == {"status": ("opne",)}
    assert [slip.replacement for slip in slips("status:opne", KNOWN)] == ["status:open"]


@pytest.mark.parametrize("query", ["project = PAY", "status != Done", 'assignee="Ada"', "x labels ~ ui"])
def test_a_query_of_the_tracker_that_is_taken_for_text_is_asked_about(query: str) -> None:
    (slip,) = slips(query, KNOWN)
    assert parse_query(slip.replacement) == {"native": query}


@pytest.mark.parametrize(
    "query", ["a=b", "x = 1", '"project = PAY"', "status:a=b", 'native:"project = PAY"', '"see project = PAY"']
)
def test_what_only_looks_like_a_query_of_the_tracker_is_not_asked_about(query: str) -> None:
    assert [*slips(query, {})] == []


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


def test_a_value_that_was_chosen_is_not_offered_again() -> None:
    assert complete_query("status:open,", 12, KNOWN).options == ('"in progress"', "done")


def test_what_is_left_out_completes_too() -> None:
    assert complete_query("-st", 3, KNOWN).apply("-st", "status:")[0] == "-status:"
    assert complete_query("-status:d", 9, KNOWN).options == ("done",)
    assert complete_query("is:", 3, KNOWN).options == ("open", "closed")


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


@pytest.mark.parametrize(
    ("query", "criteria"),
    [
        ("created:<2026-11-01", {"created_before": "2026-11-01"}),
        ("before:>1d", {"created_after": "1d"}),
        ('created:<"2026-11-01 10:00"', {"created_before": "2026-11-01 10:00"}),
        ("updated:<7d", {"updated_before": "7d"}),
        ("status:<x", {"status": ("<x",)}),
        ("due:<+7d due:>today", {"due_before": "+7d", "due_after": "today"}),
        ("due:tomorrow", {"due_before": "tomorrow"}),
        ("parent:PAY-7", {"parent": ("PAY-7",)}),
    ],
)
def test_a_sign_before_a_date_picks_the_end_that_is_bounded(query: str, criteria: dict[str, object]) -> None:
    assert parse_query(query) == criteria


@pytest.mark.parametrize(
    ("query", "in_full"),
    [
        ("created:2026-11-01..2026-11-15", "after:2026-11-01 before:2026-11-16"),
        ("created:2026-02-27..2026-02-28", "after:2026-02-27 before:2026-03-01"),
        ("updated:..2026-12-31", "updated:<2027-01-01"),
        ("updated:*..yesterday", "updated:<today"),
        ("created:2026-11-01..*", "after:2026-11-01"),
        ("created:7d..3d", "after:7d before:3d"),
        ("after:2w..today", "after:2w before:tomorrow"),
        ("due:today..tomorrow", "due:>today due:<today+2d"),
        ("due:today+2d..today+9d", "due:>today+2d due:<today+10d"),
        ('created:"2026-11-01 09:00 .. 2026-11-01 10:00"', 'after:"2026-11-01 09:00" before:"2026-11-01 10:00"'),
        ("created:9999-12-30..9999-12-31", "after:9999-12-30 before:9999-12-31"),
        ("created:<=2026-11-01", "before:2026-11-02"),
        ("-created:<=2026-11-01", "after:2026-11-02"),
        ("due:<=today", "due:<tomorrow"),
        ("no:assignee", "assignee:unassigned"),
        ("-NO:assignee", "-assignee:unassigned"),
        ("no:Owner", "assignee:unassigned"),
        ("due:<=today+1w", "due:<today+8d"),
        ("no:assignee,reporter", "assignee:unassigned reporter:unassigned"),
        ("due:overdue", "is:open due:<today"),
        ("is:open deadline:Overdue", "is:open due:<today"),
        ('"no:assignee" \\due:overdue a..b status:a..b', '"no:assignee" \\due:overdue a..b status:a..b'),
    ],
)
def test_what_other_languages_say_shorter_means_the_same_in_full(query: str, in_full: str) -> None:
    assert parse_query(query) == parse_query(in_full)
    assert criteria_of(query, NOW) == criteria_of(in_full, NOW)
    assert criteria_of(criteria_of(query).query()) == criteria_of(query)


def test_what_is_said_shorter_is_offered() -> None:
    assert complete_query("no", 2, KNOWN).options == ("no:assignee", "no:reporter")
    assert complete_query("-no", 3, KNOWN).options == ("no:assignee", "no:reporter")
    assert complete_query("due:ov", 6, KNOWN).options == ("overdue",)
    assert complete_query("due:<ov", 7, KNOWN).options == ()
    assert complete_query("after:ov", 8, KNOWN).options == ()


def test_dates_to_come_are_offered_for_what_is_due() -> None:
    assert "+7d" in complete_query("due:", 4, KNOWN).options
    assert complete_query("due:<to", 7, KNOWN).options == ("today", "tomorrow")
    assert complete_query("after:to", 8, KNOWN).options == ("today",)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("is:open is:closed", "is: takes one value, and has open and closed."),
        ("-is:open is:open", "is: takes one value, and has closed and open."),
        ("sort:updated x sort:-updated", "sort: takes one value, and has updated_at and -updated_at."),
        ("after:7d after:2w", "after: takes one value, and has 7d and 2w."),
    ],
)
def test_two_values_where_one_counts_are_told(query: str, words: str) -> None:
    with pytest.raises(UsageError, match=re.escape(words)):
        parse_query(query)
    assert parse_query("is:open is:OPEN") == {"openness": "open"}
