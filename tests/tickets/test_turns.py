"""Slices hold everything, others run in between, and who has claimed the turn goes first."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets import turns
from tui_app.tickets.turns import LongList, claim_turn, end_turn, give_way, in_slices, uncollected


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


def test_a_pause_is_made_once_in_a_while_however_often_one_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    slept_at: list[float] = []
    monkeypatch.setattr(turns, "_pauser", turns._Pauser())
    monkeypatch.setattr(
        turns, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=lambda _: slept_at.append(clock[0]))
    )
    for milliseconds in (0, 0.4, 0.9, 1.1, 1.2, 5):
        clock[0] = 100 + milliseconds / 1000
        give_way()

    assert slept_at == [100.0, 100.0011, 100.005]


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


class TestALongList:
    def test_it_is_freed_piece_by_piece(self, pauses: list[None]) -> None:
        freed: list[int] = []

        class Item:
            def __init__(self, number: int) -> None:
                self.number = number

            def __del__(self) -> None:
                freed.append(len(pauses))

        items = LongList(map(Item, range(3 * turns._FREED_AT_ONCE)))
        assert freed == []
        del items

        assert [freed.count(pause) for pause in range(3)] == [turns._FREED_AT_ONCE] * 3

    def test_it_is_a_list_like_any_other(self) -> None:
        assert LongList([1, 2]) == [1, 2]


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
