"""Cells on a terminal."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets.text import clean_line
from tui_app.ui.rendering.cells import in_width, width_of


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("abc", 3),
        ("渡辺 健二", 9),
        ("김해원", 6),
        ("e\u0301", 1),
        ("שלום", 4),
        ("😀", 2),
        ("👨‍👩‍👧", 2),
        ("🇩🇪", 2),
        ("🇩🇪🇫🇷", 4),
        ("👍🏽", 2),
        ("Ａ", 2),
        ("…", 1),
        ("❤\ufe0f", 2),
        ("1\ufe0f\u20e3", 2),
        ("⚠\ufe0f", 2),
        ("हिन्दी", 3),
        ("\u1112\u1161\u11ab", 2),
    ],
)
def test_width_is_that_of_terminals(text: str, width: int) -> None:
    assert width_of(text) == width


@pytest.mark.parametrize(
    ("text", "width", "fitted"),
    [
        ("abc", 5, "abc  "),
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("渡辺健二", 5, "渡辺…"),
        ("渡辺健二", 4, "渡… "),
        ("渡辺", 1, "…"),
        ("abc", 0, ""),
        ("", 2, "  "),
    ],
)
def test_text_is_padded_or_cut(text: str, width: int, fitted: str) -> None:
    assert in_width(text, width) == fitted


@given(st.text(), st.integers(0, 40))
def test_what_was_fitted_takes_exactly_that_width(text: str, width: int) -> None:
    assert width_of(in_width(clean_line(text), width)) == width


@pytest.mark.parametrize("width", range(1, 24))
def test_identifiers_that_begin_alike_are_told_apart_by_their_ends(width: int) -> None:
    first, second = (in_width(f"task-2026112210{n}", width, inside=True) for n in (4011, 4012))
    assert width_of(first) == width_of(second) == width
    assert (first != second) is (width > 4)
    assert ("…" in first) is (width < 19)
