"""A typed or pasted text names the ticket that its tracker calls by it."""

from __future__ import annotations

import pytest

from tui_app.tickets.mentions import NamedTicket, SeenTickets
from tui_app.tickets.ticket import Ticket


def seen_trackers() -> SeenTickets:
    seen = SeenTickets()
    seen.add("jira", [_ticket("PAY-142", "https://jira.example/browse/PAY-142"), _ticket("OPS-1", None)])
    lookup = {"owner": "acme", "repo": "web", "issue_number": 12}
    seen.add("gh", [_ticket("acme/web#12", "https://github.example/acme/web/issues/12", lookup)])
    seen.add("list", [_ticket("17", "https://list.example/show.cgi?id=17")])
    seen.add("beads", [_ticket("bd-a1f", None)])
    seen.add("linear", [_ticket("ENG-5", "https://linear.example/acme/issue/ENG-5/fix-the-till")])
    return seen


def _ticket(identity: str, url: str | None, lookup: dict[str, object] | None = None) -> Ticket:
    return Ticket(identity, "Something", "Open", url=url, lookup=lookup or {})  # type: ignore[arg-type]


def first(text: str, *profiles: str) -> NamedTicket | None:
    named = seen_trackers().named(text, profiles or ("jira", "gh", "list", "beads", "linear"))
    return named[0] if named else None


@pytest.mark.parametrize(
    ("text", "profile", "identity"),
    [
        ("PAY-7", "jira", "PAY-7"),
        ("pay-7", "jira", "PAY-7"),
        ("  PAY-7, ", "jira", "PAY-7"),
        ("ops-22", "jira", "OPS-22"),
        ("acme/web#88", "gh", "acme/web#88"),
        ("web#88", "gh", "acme/web#88"),
        ("#88", "gh", "acme/web#88"),
        ("bd-77", "beads", "bd-77"),
        ("https://jira.example/browse/WEB-3?focusedId=9", "jira", "WEB-3"),
        ("https://github.example/acme/till/pull/4#discussion", "gh", "acme/till#4"),
        ("<https://list.example/show.cgi?id=99>", "list", "99"),
        ("https://linear.example/acme/issue/ENG-77/other-words", "linear", "ENG-77"),
    ],
)
def test_an_id_or_an_address_names_a_ticket_of_the_tracker_that_it_fits(text: str, profile: str, identity: str) -> None:
    named = first(text)
    assert named is not None
    assert (named.profile, named.id, named.is_certain) == (profile, identity, True)


def test_a_key_of_a_project_that_was_never_seen_may_be_one() -> None:
    named = first("NEW-4", "jira")
    assert named is not None
    assert named.fits
    assert not named.is_certain


def test_what_leads_to_the_project_goes_with_the_id_and_what_leads_to_the_other_ticket_does_not() -> None:
    named = first("web#88", "gh")
    assert named is not None
    assert dict(named.lookup) == {"owner": "acme", "repo": "web"}
    elsewhere = first("acme/till#88", "gh")
    assert elsewhere is not None
    assert not elsewhere.lookup


@pytest.mark.parametrize(
    "text", ["", "printer", "two words 7", "status:open", "ftp://jira.example/PAY-7", "x" * 200 + "-1", "https://a"]
)
def test_words_name_no_ticket(text: str) -> None:
    assert first(text) is None


def test_an_address_of_another_site_is_no_ticket_of_a_tracker_whose_addresses_were_seen() -> None:
    assert first("https://elsewhere.example/browse/PAY-7") is None


def test_a_tracker_that_was_not_searched_yet_is_asked_for_the_id_as_it_was_typed() -> None:
    named = first("PAY-7", "unknown")
    assert named == NamedTicket("unknown", "PAY-7", fits=False)
    assert first("https://new.example/browse/PAY-7", "unknown") == NamedTicket(
        "unknown", "PAY-7", "https://new.example/browse/PAY-7", fits=False
    )
