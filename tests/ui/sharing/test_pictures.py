"""A picture on the terminal: shown where the terminal says that it can, and else said why not."""

from __future__ import annotations

import io
import re
import struct
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terminal import Terminal
from tests.ui.support import opened
from tui_app.ui.sharing.pictures import is_picture, show_picture

ROOT = Path(__file__).parents[3]
SCRIPT = """
import io
from PIL import Image
from tui_app.ui.sharing.pictures import _decoded, _drawn
content = io.BytesIO()
Image.new("RGB", (40, 20), "red").save(content, "PNG")
print("it came back:", _drawn(_decoded(content.getvalue()), "red.png"))
"""
SIXEL_ANSWER = "\x1b[?62;4c"
"""A terminal's attributes with a 4 among them: sixels."""


def png(width: int = 4, height: int = 2) -> bytes:
    image = pytest.importorskip("PIL.Image", reason="the extra `pictures` is not installed")
    content = io.BytesIO()
    image.new("RGB", (width, height), "red").save(content, "PNG")
    return content.getvalue()


@pytest.mark.parametrize(
    ("name", "is_one"), [("a.png", True), ("B.JPG", True), ("c.svg", False), ("d.pdf", False), ("png", False)]
)
def test_what_is_a_picture_is_told_by_its_name(name: str, *, is_one: bool) -> None:
    assert is_picture(name) is is_one


def drawing() -> Terminal:
    return Terminal([sys.executable, "-c", SCRIPT], columns=60, rows=20, directory=str(ROOT))


def kitty_answer(terminal: Terminal) -> str:
    """What kitty says to being asked whether it can show a picture, which it is given a number for."""
    terminal.wait_for_bytes(b"\x1b_Gi=", b";AAAA\x1b\\")
    number = re.search(rb"\x1b_Gi=(\d+)", bytes(terminal.output))
    assert number is not None
    return f"\x1b_Gi={number[1].decode()};OK\x1b\\\x1b[?62;c"


@pytest.mark.parametrize(
    ("answer", "begin"), [(lambda _: SIXEL_ANSWER, b"\x1bP"), (kitty_answer, b"\x1b_Ga=")], ids=["sixel", "kitty"]
)
def test_a_terminal_that_says_how_it_shows_pictures_shows_one_until_enter(
    answer: Callable[[Terminal], str], begin: bytes
) -> None:
    pytest.importorskip("textual_image")
    with drawing() as terminal:
        terminal.send(answer(terminal))
        terminal.wait_for("red.png   Enter goes back")
        assert begin in terminal.output
        assert b"\x1b[?1049h" in terminal.output
        terminal.send("\r")
        terminal.wait_for_bytes(b"\x1b[?1049l", b"it came back: None")


@pytest.mark.slow
def test_a_terminal_that_says_nothing_gets_no_picture() -> None:
    pytest.importorskip("textual_image")
    with drawing() as terminal:
        terminal.wait_for_bytes(b"This terminal shows no pictures")
        assert b"\x1bP" not in terminal.output


@pytest.mark.parametrize("content", [b"", b"GIF89a", b"<svg onload='x'/>", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
async def test_what_is_no_picture_is_said(content: bytes) -> None:
    png()
    async with opened(wait=False) as deck:
        words = show_picture(deck.app, "a\x1b[2J.png", content) or ""
        assert "cannot be read as a picture" in words
        assert "\x1b" not in words


async def test_where_the_terminal_cannot_be_lent_the_reason_is_said() -> None:
    content = png()
    async with opened(wait=False) as deck:
        assert "Open or save it instead." in (show_picture(deck.app, "a.png", content) or "")


async def test_a_picture_of_too_many_pixels_is_refused() -> None:
    small = png()
    head = struct.pack(">4sII", b"IHDR", 30_000, 30_000) + small[24:29]
    large = small[:12] + head + struct.pack(">I", zlib.crc32(head)) + small[33:]
    async with opened(wait=False) as deck:
        assert "cannot be read as a picture" in (show_picture(deck.app, "a.png", large) or "")
