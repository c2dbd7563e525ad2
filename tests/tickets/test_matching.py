"""Criteria that a server cannot honour are applied on this side."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.dates import DateBound
from tui_app.tickets.matching import bare_text, matches, phrases_in, quoted_text
from tui_app.tickets.ticket import Ticket

TICKET = Ticket(
    id="PAY-142",
    title="Printer on fire",
    status="In Progress",
    assignee="Alice Smith",
    priority="High",
    project="PAY",
    labels=("Hardware", "office"),
    created_at=datetime(2026, 11, 10, tzinfo=UTC),
    updated_at=datetime(2026, 11, 12, tzinfo=UTC),
    description="Third floor, next to the **kitchen**.",
)


@pytest.mark.parametrize(
    ("criteria", "met"),
    [
        (TicketSearchCriteria(text="PRINTER kitchen"), True),
        (TicketSearchCriteria(text="pay-142"), True),
        (TicketSearchCriteria(text="printer garage"), False),
        (TicketSearchCriteria(status=("open", "in_progress")), True),
        (TicketSearchCriteria(status=("open",)), False),
        (TicketSearchCriteria(assignee=("alice",)), True),
        (TicketSearchCriteria(assignee=("me",)), True),
        (TicketSearchCriteria(assignee=("bob",)), False),
        (TicketSearchCriteria(assignee=("unassigned",)), False),
        (TicketSearchCriteria(project=("pay",)), True),
        (TicketSearchCriteria(project=("WEB",)), False),
        (TicketSearchCriteria(labels=("hardware",)), True),
        (TicketSearchCriteria(labels=("hardware", "garage")), False),
        (TicketSearchCriteria(priority=("high",)), True),
        (TicketSearchCriteria(priority=("low",)), False),
        (TicketSearchCriteria(created_after=DateBound.read("2026-11-10")), True),
        (TicketSearchCriteria(created_after=DateBound.read("2026-11-11")), False),
        (TicketSearchCriteria(created_before=DateBound.read("2026-11-11")), True),
        (TicketSearchCriteria(created_before=DateBound.read("2026-11-10")), False),
        (TicketSearchCriteria(updated_after=DateBound.read("2026-11-12")), True),
        (TicketSearchCriteria(updated_after=DateBound.read("2026-11-13")), False),
        (TicketSearchCriteria(native="assignee = x"), True),
    ],
)
def test_a_ticket_is_kept_when_it_meets_every_named_criterion(criteria: TicketSearchCriteria, met: bool) -> None:
    assert matches(TICKET, criteria, criteria.used_fields()) is met


def test_criteria_that_are_not_named_are_not_applied() -> None:
    assert matches(TICKET, TicketSearchCriteria(text="absent", status=("closed",)), ())


def test_a_ticket_without_the_date_that_is_asked_about_is_left_out() -> None:
    undated = replace(TICKET, created_at=None, updated_at=None)
    assert not matches(undated, TicketSearchCriteria(created_after=DateBound.read("1y")), ["created_after"])
    assert not matches(undated, TicketSearchCriteria(created_before=DateBound.read("now")), ["created_before"])
    assert not matches(undated, TicketSearchCriteria(updated_after=DateBound.read("1y")), ["updated_after"])


def test_what_is_due_and_what_is_below_a_ticket_is_kept() -> None:
    due = replace(TICKET, due_at=datetime(2026, 11, 20, tzinfo=UTC), parent="PAY-7")
    assert matches(due, TicketSearchCriteria(due_before=DateBound.read("2026-11-21")), ["due_before"])
    assert not matches(due, TicketSearchCriteria(due_before=DateBound.read("2026-11-20")), ["due_before"])
    assert matches(due, TicketSearchCriteria(due_after=DateBound.read("2026-11-20")), ["due_after"])
    assert matches(due, TicketSearchCriteria(parent=("pay-7",)), ["parent"])
    assert not matches(TICKET, TicketSearchCriteria(due_before=DateBound.read("2027-01-01")), ["due_before"])
    assert not matches(TICKET, TicketSearchCriteria(parent=("PAY-7",)), ["parent"])


@pytest.mark.parametrize(
    ("text", "bare", "quoted", "phrases"),
    [
        ("paper jam", "paper jam", "paper jam", ()),
        ('"printer"', "printer", "printer", ()),
        ('jam "blank\t pages"', "jam blank pages", 'jam "blank pages"', ("blank pages",)),
        ('"not closed', "not closed", '"not closed"', ("not closed",)),
        (r'"say \"hi\" twice"', 'say "hi" twice', '"say  hi  twice"', ('say "hi" twice',)),
        (r'"C:\temp x"', r"C:\temp x", r'"C:\temp x"', (r"C:\temp x",)),
        ('""', "", "", ()),
    ],
)
def test_words_are_written_without_or_with_quotation_marks(
    text: str, bare: str, quoted: str, phrases: tuple[str, ...]
) -> None:
    assert (bare_text(text), quoted_text(text), phrases_in(text)) == (bare, quoted, phrases)
