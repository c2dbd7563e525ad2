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
from rich.cells import cell_len
from textual.strip import Strip

from tests.terminal import Terminal
from tests.ui.fakes import FakeService, make_ticket
from tests.ui.support import opened
from tui_app.ui.detail.inline_picture import CellSize, Graphics, InlinePicture, PictureLine, painting
from tui_app.ui.sharing.pictures import is_picture, picture_in_text, show_picture

ROOT = Path(__file__).parents[3]
SCRIPT = """
import io
from PIL import Image
from tui_app.ui.sharing.pictures import _decoded, _drawn
content = io.BytesIO()
Image.new("RGB", (40, 20), "red").save(content, "PNG")
print("it came back:", _drawn(_decoded(content.getvalue()), "red.png"))
"""
ASKING = """
from tui_app.ui.detail.inline_picture import Graphics
from tui_app.ui.sharing import terminal_graphics
print("the first time:", terminal_graphics.GRAPHICS)
if terminal_graphics.answers_as_iterm(20):
    terminal_graphics.GRAPHICS = Graphics.ITERM
"""
"""Asks a second time, with more patience than a busy machine needs."""
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


def drawing(script: str = SCRIPT) -> Terminal:
    return Terminal([sys.executable, "-c", script], columns=60, rows=20, directory=str(ROOT))


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
def test_a_terminal_that_answers_only_as_iterm_gets_its_protocol() -> None:
    pytest.importorskip("textual_image")
    patient = SCRIPT.replace("print(", ASKING + "print(")
    with drawing(patient) as terminal:
        terminal.wait_for_bytes(b"\x1b]1337;ReportCellSize\x1b\\", b"the first time: None")
        terminal.wait_for(lambda _: terminal.output.count(b"]1337;ReportCellSize\x1b") == 2)
        terminal.send("\x1b]1337;ReportCellSize=17.0;8.0;2.0\x1b\\")
        terminal.wait_for("red.png   Enter goes back")
        assert b"\x1b]1337;File=inline=1;width=auto;height=18;" in terminal.output
        terminal.send("\r")
        terminal.wait_for_bytes(b"it came back: None")


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


# ------------------------------------------------------------------ within text

CELL = CellSize(8, 16)


def inline(graphics: Graphics, sent: list[str], *, width: int = 80, height: int = 64) -> InlinePicture:
    image = pytest.importorskip("PIL.Image", reason="the extra `pictures` is not installed")
    picture = image.new("RGBA", (width, height), "red")
    return InlinePicture(picture, graphics, CELL, sent.append, lambda piece: f"<{piece.width}x{piece.height}>")


@pytest.mark.parametrize("graphics", Graphics)
@pytest.mark.parametrize(
    ("size", "columns", "rows"),
    [
        ((80, 64), 10, 4),
        ((8, 16), 1, 1),
        ((3, 3), 1, 1),
        ((3200, 160), 38, 1),
        ((100, 9000), 1, 24),
        ((800, 32), 38, 1),
    ],
)
def test_a_picture_in_text_has_its_proportions_and_lines_of_the_right_width(
    graphics: Graphics, size: tuple[int, int], columns: int, rows: int
) -> None:
    lines = inline(graphics, [], width=size[0], height=size[1]).lines(40, 1)
    assert [line.cell_length for line in lines] == [40] * rows
    assert {cell_len(line.text) for line in lines} == {40}
    if graphics is Graphics.KITTY:
        assert {line.text.count("\U0010eeee") for line in lines} == {columns}
    else:
        assert {(line.column, line.width) for line in lines if isinstance(line, PictureLine)} == {(1, columns)}
        assert not "".join(line.text for line in lines).strip()


def test_kitty_gets_a_picture_once_and_forgets_it() -> None:
    sent: list[str] = []
    picture = inline(Graphics.KITTY, sent, width=800, height=640)
    lines = picture.lines(60, 1)
    assert picture.lines(60, 1) == lines
    number = re.match(r"\x1b_Ga=T,U=1,q=2,f=100,i=(\d+),c=58,r=23,m=[01];", "".join(sent))
    assert number is not None
    assert {
        segment.style.color.name for line in lines for segment in line if segment.style and segment.style.color
    } == {f"#{int(number[1]):06x}"}
    sent.clear()
    picture.forget()
    assert sent == [f"\x1b_Ga=d,d=I,q=2,i={number[1]}\x1b\\"]


def test_a_line_that_something_covers_is_not_painted() -> None:
    lines = inline(Graphics.SIXEL, []).lines(40, 1)
    painted = painting([Strip.blank(40), *lines], (5, 2), lambda x, y: y != 4)
    assert painted == "".join(f"\x1b7\x1b[{y};7H<80x16>\x1b8" for y in (4, 6, 7))
    assert painting(lines, (0, 0), lambda x, y: x != 10) == ""


async def test_a_picture_is_shown_below_its_attachment_until_it_is_hidden_or_another_ticket_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with opened(FakeService([make_ticket(0), make_ticket(1)]), size=(160, 40)) as deck:
        detail = deck.browser.detail
        written: list[str] = []
        assert deck.app._driver is not None
        monkeypatch.setattr(deck.app._driver, "write", written.append)
        await deck.sees("page.png")
        [file] = deck.browser.shown.whole(make_ticket(0)).attachments

        def pictured() -> int:
            return sum(isinstance(line, PictureLine) for line in detail.view.lines)

        detail.show_picture(file, inline(Graphics.SIXEL, []))
        await deck.until(lambda: pictured() == 4 and "<80x16>" in "".join(written), "the picture")
        line = next(n for n, line in enumerate(deck.lines) if "page.png" in line)
        assert f"\x1b7\x1b[{line + 2};" in "".join(written)
        detail.show_picture(file, None)
        await deck.until(lambda: not pictured())
        detail.show_picture(file, inline(Graphics.ITERM, []))
        await deck.until(lambda: "]1337;File=inline=1;width=10;height=1;" in "".join(written))
        await deck.press("j")
        await deck.until(lambda: not pictured())
        assert detail.pictures.get(file) is None


async def test_a_terminal_without_pictures_says_so_and_the_ticket_stays() -> None:
    content = png()
    async with opened(wait=False) as deck:
        assert "Open or save it instead." in str(picture_in_text(deck.app, "a.png", content))
        assert "cannot be read as a picture" in str(picture_in_text(deck.app, "a.png", b"GIF89a"))
