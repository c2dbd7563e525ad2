"""How this terminal shows pictures, and what they are in its language, by the library textual-image.

Importing this asks the terminal, and its answers come the way that keys come: our own screen has to be out of the way.
"""

from __future__ import annotations

import sys

from textual_image import renderable
from textual_image._sixel import image_to_sixels
from textual_image._terminal import TerminalError, capture_terminal_response, get_cell_size

from tui_app.ui.detail.inline_picture import CellSize, Graphics

_PATIENCE = 0.5  # seconds that the terminal has for an answer


def _asked() -> Graphics | None:
    if renderable.Image is renderable.TGPImage:
        return Graphics.KITTY
    if renderable.Image is renderable.SixelImage:
        return Graphics.SIXEL
    return Graphics.ITERM if answers_as_iterm(_PATIENCE) else None


def answers_as_iterm(patience: float) -> bool:
    """Whether the terminal answers a question of iTerm2's protocol, which others leave unanswered; in seconds."""
    if sys.__stdout__ is None or not sys.__stdout__.isatty():
        return False
    try:
        with capture_terminal_response("\x1b]1337;ReportCellSize=", "\x1b\\", timeout=patience):
            sys.__stdout__.write("\x1b]1337;ReportCellSize\x1b\\")
            sys.__stdout__.flush()
    except (TerminalError, TimeoutError):
        return False
    return True


GRAPHICS = _asked()
"""What the terminal said; None: it shows no pictures."""
CELL = CellSize(*get_cell_size())
Drawn = renderable.Image
"""A picture for rich to print."""
sixels = image_to_sixels
