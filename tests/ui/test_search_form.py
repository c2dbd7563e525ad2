"""The open form: two views of the same criteria, completion, and what is said beside each field."""

from __future__ import annotations

import pytest
from textual.widgets import Input

from tests.cases import one_quick
from tests.ui.fakes import FakeService, make_ticket
from tests.ui.support import Deck, opened, tickets
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.messages import Search
from tui_app.ui.form.form_fields import FORM_CRITERIA, CompletionList, FieldRow
from tui_app.ui.form.search_form import SearchForm


def field(deck: Deck, name: str) -> Input:
    return next(row.input for row in deck.screen.query(FieldRow) if row.criterion.name == name)


async def fill(deck: Deck, name: str, text: str) -> None:
    field(deck, name).focus()
    await deck.type(text)


async def test_what_is_typed_as_a_query_shows_in_the_fields() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type('printer status:open,"in review" assignee:me after:7d')
        assert field(deck, "status").value == "open, in review"
        assert field(deck, "assignee").value == "me"
        assert field(deck, "created_after").value == "7d"


async def test_what_is_typed_in_a_field_shows_in_the_query() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type("printer")
        await fill(deck, "labels", "bug, ui")
        await fill(deck, "max_results", "50")
        assert field(deck, "text").value == "printer label:bug,ui max:50"


EVERY_FIELD = [
    ("openness", "open", "is:open", "open"),
    ("status", "open, in review", 'status:open,"in review"', ("open", "in review")),
    ("assignee", "Ada Moreno", 'assignee:"Ada Moreno"', "Ada Moreno"),
    ("reporter", "me, Jun Park", 'reporter:me,"Jun Park"', ("me", "Jun Park")),
    ("type", "bug", "type:bug", "bug"),
    ("project", "PAY", "project:PAY", "PAY"),
    ("parent", "PAY-7", "parent:PAY-7", "PAY-7"),
    ("labels", "bug, ui", "label:bug,ui", ("bug", "ui")),
    ("priority", "High", "priority:High", "High"),
    ("ids", "PAY-7, PAY-9", "id:PAY-7,PAY-9", ("PAY-7", "PAY-9")),
    ("created_after", "7d", "after:7d", "7d"),
    ("created_before", "yesterday", "before:yesterday", "yesterday"),
    ("updated_after", "2026-11-01", "updated:2026-11-01", "2026-11-01"),
    ("updated_before", "30d", "updated:<30d", "30d"),
    ("due_before", "+7d", "due:+7d", "+7d"),
    ("due_after", "today", "due:>today", "today"),
    ("sort", "-updated_at", "sort:-updated_at", "-updated_at"),
    ("max_results", "50", "max:50", 50),
    ("native", "rank > 1", 'native:"rank > 1"', "rank > 1"),
]


async def test_every_field_and_the_query_are_two_views_of_the_same() -> None:
    async with opened(FakeService(tickets(3), native_language="JQL")) as deck:
        await deck.press("s")
        for name, in_field, in_query, _ in EVERY_FIELD:
            field(deck, name).value = in_field
            await deck.until(lambda: field(deck, "text").value == in_query)  # noqa: B023 (waited for in the loop)
            field(deck, "text").value = "printer"
            await deck.until(lambda: field(deck, name).value == "")  # noqa: B023
            field(deck, "text").value = f"printer {in_query}"
            await deck.until(lambda: field(deck, name).value == in_field)  # noqa: B023
            field(deck, "text").value = ""
            await deck.until(lambda: field(deck, name).value == "")  # noqa: B023


@pytest.mark.parametrize(("name", "in_field", "in_query", "searched"), one_quick(*EVERY_FIELD))
async def test_what_is_in_the_form_is_searched_for(name: str, in_field: str, in_query: str, searched: object) -> None:
    async with opened(FakeService(tickets(3), native_language="JQL")) as deck:
        await deck.press("s")
        field(deck, "text").value = f"printer {in_query}"
        await deck.until(lambda: field(deck, name).value == in_field)
        await deck.press("ctrl+s")
        await deck.until(lambda: deck.service.last_search.criteria.text == "printer")
        assert deck.service.last_search.criteria.to_json() == {
            "text": "printer",
            name: list(searched) if isinstance(searched, tuple) else searched,
        }


def test_no_field_is_left_out_above() -> None:
    assert [spec.name for spec in FORM_CRITERIA] == [name for name, *_ in EVERY_FIELD]


async def test_every_field_completes() -> None:
    async with opened(FakeService(tickets(9))) as deck:
        await deck.press("s")
        for name, typed, offered in (
            ("status", "rev", "In Review"),
            ("assignee", "m", "me"),
            ("assignee", "vogt", "Lena Vogt"),
            ("project", "w", "WEB"),
            ("labels", "printing, sec", "security"),
            ("priority", "highe", "Highest"),
            ("created_after", "yes", "yesterday"),
            ("sort", "-up", "-updated_at"),
            ("max_results", "5", "500"),
        ):
            await fill(deck, name, typed)
            assert offered in deck.screen.query_one(CompletionList)._options
            await deck.press("ctrl+l")


async def test_a_native_query_is_asked_for_where_the_tracker_has_a_language() -> None:
    async with opened(FakeService(tickets(3), native_language="JQL")) as deck:
        await deck.press("s")
        assert [row.criterion.caption for row in deck.screen.query(FieldRow)][-1] == "JQL"
    async with opened(FakeService(tickets(3))) as deck:
        await deck.press("s")
        assert "native" not in [row.criterion.name for row in deck.screen.query(FieldRow)]


async def test_tab_goes_through_the_fields_in_the_order_they_are_seen() -> None:
    async with opened() as deck:
        await deck.press("s")
        seen = []
        for _ in FORM_CRITERIA:
            focused = deck.app.focused
            assert isinstance(focused, Input)
            seen.append(focused.name)
            await deck.press("tab")
        assert seen == ["text", *[spec.name for spec in FORM_CRITERIA if spec.name != "native"]]
        await deck.press("shift+tab")
        assert deck.app.focused is field(deck, "max_results")


async def test_a_wrong_field_says_so_and_keeps_what_was_typed() -> None:
    async with opened(size=(120, 40)) as deck:
        await deck.press("s")
        await fill(deck, "created_after", "2026-02-30")
        await fill(deck, "max_results", "1001")
        await deck.sees("no such day")
        await deck.sees("takes a whole number from 1 to 1000")
        await deck.press("ctrl+s")
        assert len(deck.service.requests(Search)) == 1
        assert field(deck, "created_after").value == "2026-02-30"
        assert field(deck, "max_results").value == "1001"
        await deck.sees("Created since: '2026-02-30' is not a day that exists")


async def test_dates_in_the_wrong_order_are_told_while_typing() -> None:
    async with opened(size=(160, 40)) as deck:
        await deck.press("s")
        await deck.type("after:2026-11-01 before:2026-10-01")
        await deck.sees("later than created_before")


async def test_a_date_says_what_it_means() -> None:
    async with opened(size=(120, 40)) as deck:
        await deck.press("s")
        await fill(deck, "updated_after", "2026-11-01")
        await deck.sees("Sun 1 Nov 2026")
        await fill(deck, "created_after", "yesterday")
        await deck.sees("Sat 21 Nov 2026")


async def test_tab_takes_the_first_completion_and_then_goes_on() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type("sta")
        await deck.press("tab")
        assert field(deck, "text").value == "status:"
        await deck.type("blo")
        await deck.press("tab")
        assert field(deck, "text").value == "status:Blocked "
        await deck.press("tab")
        assert deck.app.focused is field(deck, "openness")


async def test_arrows_choose_among_completions_and_enter_takes_one() -> None:
    async with opened() as deck:
        await deck.press("s")
        await fill(deck, "status", "in")
        await deck.press("down", "down", "enter")
        assert field(deck, "status").value == "In Review"
        assert len(deck.service.requests(Search)) == 1


async def test_values_can_be_listed_for_an_empty_field() -> None:
    async with opened() as deck:
        await deck.press("s")
        field(deck, "priority").focus()
        await deck.press("ctrl+n")
        await deck.sees("Highest")


async def test_a_slip_is_asked_about_and_can_be_corrected() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type("statsu:open")
        await deck.sees("Did you mean status:")
        await deck.press("ctrl+y")
        assert field(deck, "status").value == "open"


async def test_escape_closes_the_list_first_and_then_the_form() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type("sta")
        await deck.press("escape")
        assert deck.screen.query(SearchForm)
        await deck.press("escape")
        assert deck.screen is deck.browser


async def test_clearing_empties_both_views() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type("printer status:open")
        await deck.press("ctrl+l")
        assert field(deck, "text").value == field(deck, "status").value == ""
        await deck.press("enter")
        await deck.until(lambda: deck.screen is deck.browser)
        assert deck.service.last_search.criteria == TicketSearchCriteria()


async def test_the_form_opens_with_what_is_searched() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type("label:printing")
        await deck.press("enter")
        await deck.sees("labelled printing")
        await deck.press("s")
        assert field(deck, "text").value == "label:printing "  # the next word begins where the search ended


async def test_hostile_values_are_shown_as_they_are() -> None:
    hostile = "[@click=app.quit]x[/nope]"
    service = FakeService([*tickets(3), make_ticket(3, status=hostile)])
    async with opened(service) as deck:
        await deck.press("s")
        await fill(deck, "status", "[@")
        await deck.sees(hostile)


async def test_at_60_by_15_every_field_can_be_reached() -> None:
    async with opened(size=(60, 15)) as deck:
        await deck.press("s")
        for criterion in FORM_CRITERIA[:-1]:
            await deck.press("down")
            assert deck.app.focused is field(deck, criterion.name)
        await deck.sees("At most")


async def test_what_is_not_understood_is_told_and_kept_while_a_field_is_filled() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.type("priorty:high -label:later")
        await deck.sees("Did you mean priority:")
        await fill(deck, "status", "open")
        assert field(deck, "text").value == "-label:later status:open priorty:high"
        await deck.press("ctrl+s")
        await deck.sees("for it as text, quote it")
        field(deck, "text").value = '-label:later "priorty:high"'
        await deck.press("ctrl+s")
        await deck.until(lambda: deck.service.last_search.criteria.text == '"priorty:high"')
        assert deck.service.last_search.criteria.without("labels") == ("later",)


async def test_in_few_lines_only_what_is_searched_for_is_shown_until_another_field_is_gone_to() -> None:
    async with opened() as deck:
        await deck.press("s")
        await deck.sees("shows every field")
        assert "Assignee" not in deck.text
        await deck.type("status:open")
        await deck.sees("Status         open")
        assert "shows every field" in deck.text
        await deck.press("escape", "down")
        await deck.sees("Assignee")
        assert "shows every field" not in deck.text


async def test_in_many_lines_every_field_is_shown() -> None:
    async with opened(size=(100, 40)) as deck:
        await deck.press("s")
        await deck.sees("Assignee")
        assert "shows every field" not in deck.text


async def test_what_is_wrong_with_a_criterion_without_a_field_is_told_at_the_line_on_top() -> None:
    async with opened() as deck:
        await deck.press("s")
        field(deck, "text").value = f'native:"{"x" * 2100}"'
        await deck.press("enter")
        await deck.sees("2,000")
        assert deck.screen.query(SearchForm)


async def test_what_is_mistaken_is_not_behind_the_list_of_what_fits() -> None:
    async with opened() as deck:
        await deck.press("s", "ctrl+l", *"assignee:")
        await deck.sees("unassigned")
        assert "assignee: is" not in deck.text
        await deck.press("escape")
        await deck.sees("assignee: is followed")
