"""Slices hold everything, in order, and others run in between."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets import turns
from tui_app.tickets.turns import in_slices


@given(st.lists(st.integers(), max_size=50), st.integers(1, 20))
def test_slices_hold_everything_in_order(items: list[int], size: int) -> None:
    slices = list(in_slices(items, size))

    assert [item for some in slices for item in some] == items
    assert all(0 < len(some) <= size for some in slices)


@pytest.mark.parametrize(("count", "pauses"), [(0, 0), (10, 0), (11, 1), (30, 2)])
def test_others_run_between_slices_only(monkeypatch: pytest.MonkeyPatch, count: int, pauses: int) -> None:
    given_way: list[None] = []
    monkeypatch.setattr(turns, "give_way", lambda: given_way.append(None))

    list(in_slices(range(count), 10))

    assert len(given_way) == pauses
