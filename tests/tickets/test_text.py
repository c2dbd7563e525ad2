"""Foreign text cannot act on the terminal, and nobody is shown a text that differs unnoticed."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets.text import clean, clean_line

ANY_TEXT = st.text(
    alphabet=st.characters(categories=None) | st.sampled_from("\x1b\x9b\u202e\u200d\ufe0f\U0001f468❤\r\n\t")
)


@pytest.mark.parametrize(
    ("hostile", "shown"),
    [
        ("\x1b]0;title\x07", "␛]0;title␇"),
        ("\x9b2J", "<U+009B>2J"),
        ("a\x7fb", "a␡b"),
        ("invoice\u202exslx.exe", "invoice<U+202E>xslx.exe"),
        ("pay\u200bpal", "pay<U+200B>pal"),
        ("tag\U000e0041", "tag<U+E0041>"),
        ("cut \ud83d", "cut \ufffd"),
        ("\ufeffstart", "<U+FEFF>start"),
        ("a\u200db", "a<U+200D>b"),
        ("a\ufe0fb", "a<U+FE0F>b"),
        ("lone\rreturn", "lone␍return"),
    ],
)
def test_what_could_act_or_hide_becomes_a_visible_mark(hostile: str, shown: str) -> None:
    assert clean(hostile) == shown


@pytest.mark.parametrize(
    "harmless",
    [
        "plain",
        "naïve café",
        "日本語",
        "עברית",
        "العربية",
        "e\u0301",
        "👨‍👩‍👧",
        "❤️ and 🏳️‍🌈",
        "1️⃣",
        "a\n\tb",
        "👍🏽",
        "🇩🇪",
        "हिन्दी",
    ],
)
def test_writing_of_every_kind_is_left_alone(harmless: str) -> None:
    assert clean(harmless) == harmless


def test_line_ends_become_newlines_and_on_one_line_spaces() -> None:
    assert clean("a\r\nb\u2028c") == "a\nb\nc"
    assert clean_line("a\r\nb\tc") == "a b c"


@given(ANY_TEXT)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@given(ANY_TEXT)
def test_nothing_that_leaves_is_a_control_or_half_a_character(text: str) -> None:
    categories = {unicodedata.category(character) for character in clean(text) if character not in "\n\t"}
    assert not categories & {"Cc", "Cs", "Zl", "Zp"}
    assert "\n" not in clean_line(text)
    clean(text).encode("utf-8")


@given(ANY_TEXT)
def test_bidi_controls_and_zero_width_characters_never_leave(text: str) -> None:
    assert not set(clean(text)) & set(
        "\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff"
    )


@given(st.text(alphabet=st.sampled_from("a1#*❤☎👨👩🏳🌈\ufe0f\ufe0e\u200d\u20e3")))
def test_joiners_and_selectors_stay_inside_emoji_alone(text: str) -> None:
    emoji = "❤☎👨👩🏳🌈"
    cleaned = f" {clean(text)} "
    for before, character, after in zip(cleaned, cleaned[1:], cleaned[2:], strict=False):
        if character == "\u200d":
            assert before in f"{emoji}\ufe0f"
            assert after in emoji
        elif character in "\ufe0e\ufe0f":
            assert before in emoji or (before in "1#*" and after == "\u20e3")
