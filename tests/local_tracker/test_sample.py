"""The sample: made by its generator, whole, varied, and as fresh as the first start."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.local_tracker.conftest import Tracker
from tui_app.local_tracker import sample_generator, schema
from tui_app.local_tracker.sample import SAMPLE_FILE, load_sample

TICKETS: list[dict[str, Any]] = [json.loads(line) for line in SAMPLE_FILE.read_text("utf-8").splitlines()[1:]]


def texts_of(ticket: dict[str, Any]) -> list[str]:
    return [ticket["title"], ticket["description"], *(comment["body"] for comment in ticket["comments"])]


def test_the_shipped_file_is_what_the_generator_writes() -> None:
    assert SAMPLE_FILE.read_text("utf-8") == sample_generator.written(), (
        "run: python -m tui_app.local_tracker.sample_generator"
    )


def test_it_is_a_team_s_tracker() -> None:
    assert 370 <= len(TICKETS) <= 430
    assert len({ticket["title"] for ticket in TICKETS}) == len({ticket["id"] for ticket in TICKETS}) == len(TICKETS)
    assert {ticket["project"] for ticket in TICKETS} == {"PAY", "WEB", "MOB", "OPS", "DATA", "HELP"}
    assert len({ticket["assignee"] for ticket in TICKETS}) >= 15
    assert {t["status"] for t in TICKETS} == {"open", "in progress", "in review", "blocked", "done", "cancelled"}
    assert sum(bool(ticket["description"]) for ticket in TICKETS) > 0.8 * len(TICKETS)
    assert sum(len(ticket["comments"]) for ticket in TICKETS) > 250


@pytest.mark.parametrize("sign", ["```", "\n|---|", "- [x]", "- [ ]", "https://", "🎉", "**", "\n> ", "\n1. "])
def test_its_texts_hold_what_trackers_hold(sign: str) -> None:
    assert any(sign in text for ticket in TICKETS for text in texts_of(ticket))


@pytest.mark.parametrize(("first", "last"), [("가", "힣"), ("א", "ת"), ("ء", "ي"), ("一", "龥"), ("ぁ", "ヶ")])
def test_it_is_written_in_many_scripts(first: str, last: str) -> None:
    letters = Counter(letter for ticket in TICKETS for text in texts_of(ticket) for letter in text)
    assert sum(count for letter, count in letters.items() if first <= letter <= last) > 50


def test_every_story_happens_in_order() -> None:
    for ticket in TICKETS:
        times = [entry["created_at"] for entry in (*ticket["comments"], *ticket["history"])]
        assert all(ticket["created_at"] <= time <= ticket["updated_at"] for time in times), ticket["id"]
        moves = [(c["before"], c["after"]) for c in ticket["history"] if c["field"] == "status"]
        assert all(left[1] == right[0] for left, right in pairwise(moves))
        assert (moves[-1][1] if moves else "open") == ticket["status"]


def test_it_ends_at_the_first_start() -> None:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    schema.migrate(connection)
    now = datetime(2031, 5, 6, 7, 8, tzinfo=UTC)
    load_sample(connection, now)
    latest, oldest = connection.execute("SELECT max(updated_at), min(created_at) FROM tickets").fetchone()
    connection.close()
    assert now - timedelta(days=1) < datetime.fromisoformat(latest) <= now
    assert timedelta(days=600) < now - datetime.fromisoformat(oldest) < timedelta(days=740)


def test_some_work_is_due_and_some_is_below_an_epic() -> None:
    types = {ticket["id"]: ticket["type"] for ticket in TICKETS}
    parents = [ticket["parent"] for ticket in TICKETS if "parent" in ticket]
    assert len(parents) > 30
    assert {types[parent] for parent in parents} == {"epic"}
    assert sum("due_at" in ticket for ticket in TICKETS) > 50


def test_the_ticket_that_changed_last_shows_what_a_ticket_can_have(tracker: Tracker) -> None:
    first = tracker.search(status=["open", "in progress", "in review", "blocked"], max_results=1)["tickets"][0]
    ticket = tracker.call("get_ticket", id=first["id"])
    assert all(sign in ticket["description"] for sign in ("\n|---|", "```", "- [x]", "- [ ]", "**", "HELP-"))
    assert ticket["parent"]
    assert ticket["labels"]
    assert len(ticket["comments"]) > 1
    assert len(ticket["attachments"]) > 1


def test_days_stay_days_at_the_first_start(tracker: Tracker) -> None:
    due = [ticket["due_at"] for ticket in tracker.search(due_after="2000-01-01", max_results=1000)["tickets"]]
    assert {day[10:] for day in due} == {"T00:00:00Z"}
    today = datetime.now(UTC).date().isoformat()
    unfinished = ["open", "in progress", "in review", "blocked"]
    assert tracker.search(status=unfinished, due_before=today)["total"] > 0
    assert tracker.search(status=unfinished, due_after=today)["total"] > 10


def test_a_visitor_finds_something_to_look_at(tracker: Tracker) -> None:
    month = (datetime.now(UTC) - timedelta(days=30)).isoformat()
    today = (datetime.now(UTC) - timedelta(days=1)).isoformat()
    assert tracker.search(text="printer")["total"] >= 20
    assert tracker.search(status=["open"], created_after=month)["total"] >= 20
    assert tracker.search(updated_after=today)["total"] >= 5
    assert tracker.search(assignee="me", status=["open", "in progress", "in review"])["total"] >= 5
    assert tracker.search(assignee="unassigned", status=["open"])["total"] >= 10


@pytest.mark.parametrize("line", ["bug high", "bug high [lost]", "bug [done]", ""])
def test_a_misspelt_story_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="The title"):
        list(sample_generator.read_stories(f"== The title\n{line}\nText"))


def test_stories_are_shipped_beside_their_generator() -> None:
    names = {path.stem for path in Path(sample_generator.STORIES).glob("*.md")}
    assert names == {project.lower() for project in sample_generator.TEAMS}
