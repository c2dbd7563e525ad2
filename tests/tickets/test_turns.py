"""Slices hold everything, others run in between, and who has claimed the turn goes first."""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets import turns
from tui_app.tickets.turns import claim_turn, end_turn, give_way, in_slices, switch_often, uncollected


@pytest.fixture(autouse=True)
def unclaimed() -> Iterator[None]:
    yield
    end_turn()


@given(st.lists(st.integers(), max_size=50), st.integers(1, 20))
def test_slices_hold_everything_in_order(items: list[int], size: int) -> None:
    slices = list(in_slices(items, size))

    assert [item for some in slices for item in some] == items
    assert all(0 < len(some) <= size for some in slices)


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each time that others could run."""
    given_way: list[None] = []
    monkeypatch.setattr(turns, "give_way", lambda: given_way.append(None))
    return given_way


@pytest.mark.parametrize(("count", "expected"), [(0, 0), (10, 0), (11, 1), (30, 2)])
def test_others_run_between_slices_only(pauses: list[None], count: int, expected: int) -> None:
    list(in_slices(range(count), 10))

    assert len(pauses) == expected


def test_no_thread_waits_long_for_one_that_computes() -> None:
    before = sys.getswitchinterval()
    try:
        switch_often()
        assert sys.getswitchinterval() < 0.001
    finally:
        sys.setswitchinterval(before)


class TestTheTurnThatWasClaimed:
    def test_others_wait_until_it_ends(self, in_background: Callable[[], threading.Thread]) -> None:
        claim_turn()
        other = in_background()
        other.join(0.01)
        assert other.is_alive()

        end_turn()
        other.join(5)
        assert not other.is_alive()

    def test_it_ends_by_itself(
        self, monkeypatch: pytest.MonkeyPatch, in_background: Callable[[], threading.Thread]
    ) -> None:
        monkeypatch.setattr(turns, "_LONGEST_TURN", 0.02)
        claim_turn()
        other = in_background()
        other.join(5)
        assert not other.is_alive()
        give_way_at_once = in_background()  # a claim that nobody ended is waited for once
        give_way_at_once.join(5)
        assert not give_way_at_once.is_alive()

    def test_nobody_waits_for_a_turn_of_his_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(turns, "_LONGEST_TURN", 1e6)
        claim_turn()
        give_way()

    def test_without_a_claim_nobody_waits(self, in_background: Callable[[], threading.Thread]) -> None:
        other = in_background()
        other.join(5)
        assert not other.is_alive()

    @pytest.fixture
    def in_background(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[], threading.Thread]:
        """Start a thread that gives way once."""
        monkeypatch.setattr(turns, "_LONGEST_TURN", 1e6)

        def started() -> threading.Thread:
            thread = threading.Thread(target=give_way, daemon=True)
            thread.start()
            return thread

        return started


class TestTheGarbageCollector:
    @pytest.fixture(autouse=True)
    def as_before(self) -> Iterator[None]:
        yield
        gc.enable()

    def test_it_waits_until_the_last_has_done(self) -> None:
        first, second = uncollected(), uncollected()
        with first:
            assert not gc.isenabled()
            second.__enter__()
        assert not gc.isenabled()
        second.__exit__(None, None, None)
        assert gc.isenabled()

    def test_it_goes_on_after_a_failure(self) -> None:
        with pytest.raises(ValueError, match="no"), uncollected():
            raise ValueError("no")
        assert gc.isenabled()

    def test_where_it_did_not_run_it_is_left_alone(self) -> None:
        gc.disable()
        with uncollected():
            pass
        assert not gc.isenabled()
