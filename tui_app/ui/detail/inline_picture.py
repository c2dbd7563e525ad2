"""A picture within the lines of a ticket, in the way in which the terminal shows pictures.

Invariant: lines of a picture are blank, or text that only kitty takes for one, until `LineView` has drawn them; so what
covers them, a dialog or a notice, is never drawn over.

Kitty puts a picture wherever it finds its placeholders (its graphics protocol, "Unicode placeholders"), so scrolling is
the text's. Sixels and iTerm2's pictures are painted over cells and wiped out by any text there: each line is a picture
of its own, painted after the text.
"""

from __future__ import annotations

import base64
import io
import itertools
import random
from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from tui_app.tickets.ticket import Attachment

if TYPE_CHECKING:
    from PIL.Image import Image

_MOST_LINES = 24  # of a picture; in its own screen it has more
_PLACEHOLDER = "\U0010eeee"
_ROW_MARKS = (
    *"\u0305\u030d\u030e\u0310\u0312\u033d\u033e\u033f\u0346\u034a\u034b\u034c\u0350\u0351\u0352\u0357\u035b",
    *"\u0363\u0364\u0365\u0366\u0367\u0368\u0369",
)
"""The mark that makes a placeholder the first cell of a row, for the rows from 0 on; kitty's own list."""
_CHUNK = 4096  # bytes of a picture in one of kitty's messages
_ids = itertools.count(random.randrange(1 << 16, 1 << 23))  # noqa: S311 (no two programs shall take the same)


class Graphics(StrEnum):
    """How a terminal shows pictures."""

    KITTY = "kitty"
    SIXEL = "sixel"
    ITERM = "iterm"


class CellSize(NamedTuple):
    """Of the terminal's cells, in pixels."""

    width: int
    height: int


class PictureLine(Strip):
    """A line of a picture, blank until ``painting`` is written to the terminal at the line's cell ``column``."""

    def __init__(self, line: Strip, painting: str, column: int, width: int) -> None:
        super().__init__(line, line.cell_length)
        self.painting = painting
        self.column = column
        self.width = width


class InlinePicture:
    """A picture that is shown within text.

    Args:
        image: what is shown.
        graphics: how the terminal shows it.
        cell: the size of its cells.
        send: writes to the terminal, in order with what Textual writes.
        sixels: an image as sixels.
    """

    def __init__(
        self,
        image: Image,
        graphics: Graphics,
        cell: CellSize,
        send: Callable[[str], object],
        sixels: Callable[[Image], str],
    ) -> None:
        self._image = image
        self._graphics = graphics
        self._cell = cell
        self._send = send
        self._sixels = sixels
        self._id = next(_ids)
        self._made: tuple[tuple[int, int], list[Strip]] | None = None

    def lines(self, width: int, margin: int) -> list[Strip]:
        """The picture in lines of ``width`` cells, the first ``margin`` of which stay blank; no larger than it is."""
        if self._made is None or self._made[0] != (width, margin):
            columns, rows = self._fitted(max(1, width - 2 * margin))
            make = self._placeholders if self._graphics is Graphics.KITTY else self._painted
            self._made = (width, margin), make(columns, rows, width, margin)
        return self._made[1]

    def _fitted(self, room: int) -> tuple[int, int]:
        """Columns and rows of cells for the image in its proportions."""
        wide, high = self._image.width / self._cell.width, self._image.height / self._cell.height
        scale = min(1, room / wide, _MOST_LINES / high)
        return max(1, min(room, round(wide * scale))), max(1, round(high * scale))

    def _placeholders(self, columns: int, rows: int, width: int, margin: int) -> list[Strip]:
        """Give kitty the image, and return the text that stands for it, whose colour is its number."""
        rest = base64.b64encode(_png(self._image)).decode()
        head = f"a=T,U=1,q=2,f=100,i={self._id},c={columns},r={rows},"
        while rest:
            chunk, rest = rest[:_CHUNK], rest[_CHUNK:]
            self._send(f"\x1b_G{head}m={int(bool(rest))};{chunk}\x1b\\")
            head = ""
        number = Style(color=f"#{self._id:06x}")
        return [
            Strip(
                [
                    Segment(" " * margin),
                    Segment(_PLACEHOLDER + mark + _PLACEHOLDER * (columns - 1), number),
                    Segment(" " * (width - margin - columns)),
                ],
                width,
            )
            for mark in _ROW_MARKS[:rows]
        ]

    def _painted(self, columns: int, rows: int, width: int, margin: int) -> list[Strip]:
        """Blank lines that are painted with a slice each."""
        size = columns * self._cell.width, rows * self._cell.height
        image = self._image.resize(size)
        blank = Strip.blank(width)
        lines: list[Strip] = []
        for top in range(0, size[1], self._cell.height):
            piece = image.crop((0, top, size[0], top + self._cell.height))
            how = f"width={columns};height=1;preserveAspectRatio=0;doNotMoveCursor=1"
            painted = self._sixels(piece) if self._graphics is Graphics.SIXEL else of_iterm(piece, how)
            lines.append(PictureLine(blank, painted, margin, columns))
        return lines

    def forget(self) -> None:
        """Have the terminal forget it."""
        if self._graphics is Graphics.KITTY and self._made:
            self._send(f"\x1b_Ga=d,d=I,q=2,i={self._id}\x1b\\")
        self._made = None


class ShownPictures:
    """The pictures within a ticket, each below what it hangs on."""

    def __init__(self) -> None:
        self._pictures: dict[Attachment, InlinePicture] = {}

    def get(self, attachment: Attachment) -> InlinePicture | None:
        """The picture of an attachment, where it is shown."""
        return self._pictures.get(attachment)

    def put(self, attachment: Attachment, picture: InlinePicture | None) -> None:
        """Show another picture for it, or none."""
        if former := self._pictures.pop(attachment, None):
            former.forget()
        if picture is not None:
            self._pictures[attachment] = picture

    def clear(self) -> None:
        """Show none any more."""
        for attachment in [*self._pictures]:
            self.put(attachment, None)


def _png(image: Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def of_iterm(image: Image, how: str) -> str:
    """A picture in iTerm2's protocol; ``how`` large it is shown, in the protocol's words."""
    return f"\x1b]1337;File=inline=1;{how}:{base64.b64encode(_png(image)).decode()}\x07"


def painting(lines: Iterable[Strip], at: tuple[int, int], is_free: Callable[[int, int], bool]) -> str:
    """What paints the pictures among ``lines``, and leaves the cursor where it was.

    Args:
        lines: the lines in sight.
        at: where the first of them begins on the terminal.
        is_free: whether nothing covers a cell.
    """
    painted = ""
    for y, line in enumerate(lines, at[1]):
        if isinstance(line, PictureLine):
            x = at[0] + line.column
            if is_free(x, y) and is_free(x + line.width - 1, y):
                painted += f"\x1b7\x1b[{y + 1};{x + 1}H{line.painting}\x1b8"
    return painted
