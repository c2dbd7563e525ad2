"""The last guard before the terminal: harmless text, in exactly the width that was asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.segment import Segment

from tui_app.tickets.text import clean_line
from tui_app.ui.rendering.cells import cut, width_of
from tui_app.ui.rendering.safe import fit, guarded, safe_line, safe_lines, wrapped

SCRIPTS = {
    "plain": "Printer on fire",
    "chinese": "打印机起火了",
    "half and full width": "ﾌﾟﾘﾝﾀ ＡＢＣ",
    "korean": "프린터 고장",
    "combining": "a\u0301e\u0308o\u0328",
    "arabic": "طابعة معطلة",
    "hebrew": "מדפסת",
    "selected emoji": "heart ❤\ufe0f here",
    "text emoji": "heart ❤\ufe0e here",
    "keycap": "press 1\ufe0f\u20e3 now",
    "family": "👨\u200d👩\u200d👧 at home",
    "flag": "🇨🇭 and 🇯🇵",
    "skin tone": "👍🏽 agreed",
    "rainbow": "🏳\ufe0f\u200d🌈 day",
}
ANY_TEXT = st.text(
    st.characters(categories=None) | st.sampled_from("\x1b\x9b\u202e\u200d\ufe0f\u20e3\n\t👨👩👍🏽日é🇨🇭1")
)


@pytest.mark.parametrize("text", SCRIPTS.values(), ids=SCRIPTS)
@pytest.mark.parametrize("width", [1, 2, 3, 7, 12, 40])
@pytest.mark.parametrize("right", [False, True])
def test_a_text_of_any_script_takes_exactly_its_room(text: str, width: int, right: bool) -> None:
    fitted = fit(text, width, right=right)
    assert cell_len(fitted) == width


def test_what_does_not_fit_is_cut_with_an_ellipsis_and_the_rest_is_padded() -> None:
    assert fit("Printer", 4) == "Pri…"
    assert fit("Ab", 4) == "Ab  "
    assert fit("Ab", 4, right=True) == "  Ab"
    assert fit("Ab", 0) == ""


def test_no_wide_character_is_halved() -> None:
    assert fit("打印机", 4) == "打… "
    assert cut("打印机", 3) == "打"
    assert cut("🇨🇭🇯🇵", 3) == "🇨🇭"
    assert cut("👨\u200d👩\u200d👧x", 1) == ""


@pytest.mark.parametrize(
    ("given", "steady"),
    [("❤\ufe0f", "❤"), ("1\ufe0f\u20e3", "1"), ("👍🏽", "👍"), ("🏳\ufe0f\u200d🌈", "🏳")],
)
def test_what_terminals_draw_in_different_widths_is_drawn_without_its_decoration(given: str, steady: str) -> None:
    assert safe_line(given) == steady


@given(ANY_TEXT, st.integers(0, 60), st.booleans())
def test_any_text_fits_without_a_control_character(text: str, width: int, right: bool) -> None:
    fitted = fit(text, width, right=right)
    assert cell_len(fitted) == width
    assert clean_line(fitted) == fitted
    assert "\n" not in fitted


@given(ANY_TEXT)
def test_making_a_line_safe_twice_changes_nothing(text: str) -> None:
    once = safe_line(text)
    assert safe_line(once) == once
    assert width_of(once) == cell_len(once)


@given(ANY_TEXT, st.integers(0, 60))
def test_a_cut_is_the_beginning_and_is_not_too_long(text: str, width: int) -> None:
    line = safe_line(text)
    kept = cut(line, width)
    assert line.startswith(kept)
    assert cell_len(kept) <= width


def test_lines_stay_lines_and_tabs_become_spaces() -> None:
    assert safe_lines("a\tb\r\nc\x1b[2J") == ["a   b", "c␛[2J"]


def test_segments_without_anything_harmful_are_handed_on_as_they_are() -> None:
    clean = [Segment("one"), Segment("日本")]
    assert guarded(clean) is clean
    assert [segment.text for segment in guarded([Segment("a\x1b]0;t\x07b"), Segment("c")])] == ["a␛]0;t␇b", "c"]


def test_a_million_combining_marks_are_cut_before_they_are_measured() -> None:
    fitted = fit("a" + "\u0301" * 1_000_000, 10)
    assert cell_len(fitted) == 10
    assert len(fitted) < 200


def test_lines_are_broken_at_spaces_and_inside_of_long_words() -> None:
    assert wrapped("one two three four", 9) == ["one two", "three", "four"]
    assert wrapped("abcdefgh\n\nij", 3) == ["abc", "def", "gh", "", "ij"]
    assert wrapped("打印机起火了", 5) == ["打印", "机起", "火了"]
    assert wrapped("0\u00a00", 2) == ["0\u00a0", "0"]


@given(ANY_TEXT, st.integers(2, 40))
def test_wrapping_never_exceeds_the_width_and_loses_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrapped(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join(lines).replace(" ", "") == "".join(safe_lines(text)).replace(" ", "")
