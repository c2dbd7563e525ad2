"""Status and priority at a glance, whatever words a tracker uses."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets.vocabulary import (
    PRIORITY_RANK,
    STATUS_RANK,
    PriorityLevel,
    StatusKind,
    priority_level,
    status_kind,
)
from tui_app.ui.rendering.at_a_glance import PRIORITY_SIGNS, STATUS_SIGNS
from tui_app.ui.rendering.cells import width_of


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (StatusKind.OPEN, "Open|NEW|to do|todo|To-Do|Backlog|Reopened|unassigned|Unresolved|Not started|Triage"),
        (StatusKind.ACTIVE, "In Progress|in_progress|doing|In Review|Testing|Assigned|QA"),
        (StatusKind.BLOCKED, "Blocked|On Hold|Waiting for customer|paused|Pending"),
        (StatusKind.DONE, "Done|closed|Resolved|Fixed|Merged|Won't fix|Cancelled|Duplicate|完了"),
        (StatusKind.OTHER, "Zzyzx|…|???|"),
    ],
)
def test_a_status_is_judged_by_its_words(kind: StatusKind, words: str) -> None:
    assert {word: status_kind(word) for word in words.split("|")} == dict.fromkeys(words.split("|"), kind)


@pytest.mark.parametrize(
    ("level", "words"),
    [
        (PriorityLevel.HIGHEST, "Highest|Critical|urgent|P0|Sev1|blocker"),
        (PriorityLevel.HIGH, "High|major|P1"),
        (PriorityLevel.MEDIUM, "Medium|Normal|P2"),
        (PriorityLevel.LOW, "Low|minor|P3"),
        (PriorityLevel.LOWEST, "Lowest|trivial|P4"),
        (PriorityLevel.OTHER, "緊急|none||1|4|0"),
    ],
)
def test_a_priority_is_judged_by_its_words_or_its_number(level: PriorityLevel, words: str) -> None:
    assert {word: priority_level(word) for word in words.split("|")} == dict.fromkeys(words.split("|"), level)


def test_every_kind_has_a_sign_of_one_cell_that_no_other_kind_has() -> None:
    for signs in (STATUS_SIGNS, PRIORITY_SIGNS):
        assert len(set(signs.values())) == len(signs)
        assert {width_of(sign) for sign in signs.values()} == {1}
    assert set(STATUS_SIGNS) == set(STATUS_RANK) == set(StatusKind)
    assert set(PRIORITY_SIGNS) == set(PRIORITY_RANK) == set(PriorityLevel)


@given(st.text())
def test_any_words_are_of_some_kind(words: str) -> None:
    assert status_kind(words) in StatusKind
    assert priority_level(words) in PriorityLevel
