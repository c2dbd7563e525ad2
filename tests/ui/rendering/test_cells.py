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
