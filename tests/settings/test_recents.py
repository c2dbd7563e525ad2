"""Recent and saved searches."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tui_app.settings.paths import recents_file
from tui_app.settings.recents import MOST_RECENTS, RecentSearches
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria


def search(text: str) -> TicketSearchCriteria:
    return TicketSearchCriteria(text=text)


def texts(recents: RecentSearches) -> list[str]:
    return [entry.criteria.text for entry in recents.entries()]


def test_the_newest_search_comes_first_and_equal_ones_are_kept_once() -> None:
    recents = RecentSearches(SYSTEM_CLOCK)
    for text in ("one", "two", "one"):
        recents.add(search(text))
    assert texts(RecentSearches(SYSTEM_CLOCK)) == ["one", "two"]


def test_fifty_distinct_searches_are_kept() -> None:
    recents = RecentSearches(SYSTEM_CLOCK)
    for number in range(MOST_RECENTS + 3):
        recents.add(search(str(number)))
    assert texts(recents) == [str(number) for number in range(MOST_RECENTS + 2, 2, -1)]


def test_a_pinned_search_does_not_fall_off_the_end() -> None:
    recents = RecentSearches(SYSTEM_CLOCK)
    recents.add(search("pinned"))
    recents.pin(search("pinned"), pinned=True)
    for number in range(MOST_RECENTS):
        recents.add(search(str(number)))
    assert len(recents.entries()) == MOST_RECENTS
    assert recents.entries()[-1].criteria.text == "pinned"
    assert recents.entries()[-1].pinned


def test_searching_again_keeps_the_pin() -> None:
    recents = RecentSearches(SYSTEM_CLOCK)
    recents.add(search("a"))
    recents.pin(search("a"), pinned=True)
    recents.add(search("a"))
    assert [entry.pinned for entry in recents.entries()] == [True]


def test_a_deleted_search_is_gone() -> None:
    recents = RecentSearches(SYSTEM_CLOCK)
    recents.add(search("a"))
    recents.add(search("b"))
    recents.delete(search("a"))
    assert texts(RecentSearches(SYSTEM_CLOCK)) == ["b"]


def test_relative_dates_are_kept_as_they_were_typed() -> None:
    RecentSearches(SYSTEM_CLOCK).add(check_criteria({"created_after": "7d", "status": ["open", "blocked"]}))
    entry = RecentSearches(SYSTEM_CLOCK).entries()[0].criteria
    assert entry.created_after is not None
    assert entry.created_after.text == "7d"
    assert entry.status == ("open", "blocked")


def test_a_search_saved_by_name_is_there_next_time_and_can_be_forgotten() -> None:
    RecentSearches(SYSTEM_CLOCK).save("mine", search("x"))
    assert RecentSearches(SYSTEM_CLOCK).saved() == {"mine": search("x")}
    RecentSearches(SYSTEM_CLOCK).forget("mine")
    assert RecentSearches(SYSTEM_CLOCK).saved() == {}


@pytest.mark.parametrize(
    "entry", [None, 1, {}, {"criteria": 1}, {"criteria": {"max_results": 0}}, {"criteria": {"unheard_of": "x"}}]
)
def test_entries_that_are_not_valid_are_not_shown_and_not_destroyed(isolated_home: Path, entry: object) -> None:
    recents = RecentSearches(SYSTEM_CLOCK)
    recents.add(search("good"))
    content = json.loads(recents_file().read_text())
    content["recents"].append(entry)
    recents_file().write_text(json.dumps(content))
    assert texts(RecentSearches(SYSTEM_CLOCK)) == ["good"]
    RecentSearches(SYSTEM_CLOCK).save("name", search("x"))
    assert entry in json.loads(recents_file().read_text())["recents"]


def test_damage_is_told_once_and_searching_goes_on() -> None:
    RecentSearches(SYSTEM_CLOCK).add(search("a"))
    recents_file().write_text("garbage")
    recents = RecentSearches(SYSTEM_CLOCK)
    assert recents.entries() == ()
    recents.add(search("b"))
    assert texts(recents) == ["b"]
    assert len(recents.notices) == 1
