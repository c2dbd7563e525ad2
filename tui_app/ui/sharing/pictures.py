"""A picture on the terminal itself, where the terminal can show one: by kitty's or iTerm2's protocol, or as sixels.

Needs the extra ``pictures``; nothing of it is loaded before a picture is shown. The program steps aside meanwhile:
what the terminal can do is found out by asking it, and its answer comes the way that keys come.

Invariants: the file's own bytes never reach the terminal, only the pixels that were decoded from one of `_FORMATS`; a
picture of more pixels than Pillow takes for one is refused.
"""

from __future__ import annotations

import io
import sys
import warnings
from functools import lru_cache
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rich.console import Console

from tui_app.ui.detail.inline_picture import Graphics, InlinePicture, of_iterm
from tui_app.ui.rendering.safe import safe_line
from tui_app.ui.sharing.external import NotLentError, lent_terminal

if TYPE_CHECKING:
    from PIL.Image import Image
    from textual.app import App

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
_SHOWN_ENDINGS = frozenset((".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff"))
_OTHER_SCREEN, _OWN_SCREEN = "\x1b[?1049h\x1b[2J\x1b[H", "\x1b[?1049l"
_LINES_BELOW = 2  # what is shown, and which key goes back

_NOT_INSTALLED = (
    "Showing pictures here takes a part of ticketdeck that is not installed: pip install 'ticketdeck[pictures]'. "
    "Open or save it instead."
)
_CANNOT = (
    "This terminal shows no pictures (kitty, Ghostty, iTerm2, WezTerm, foot and Konsole do, though not within tmux). "
    "Open or save it instead."
)
_NO_COLOURS = (
    "This terminal places pictures within text by their colour, and colours are off or too few. Show it large instead."
)


def is_picture(name: str) -> bool:
    """Whether a file of this name may be shown on the terminal."""
    return any(name.lower().endswith(ending) for ending in _SHOWN_ENDINGS)


def show_picture(app: App[Any], name: str, content: bytes) -> str | None:
    """Show the picture ``content`` on a screen of its own until enter is pressed; returns why not, or None."""
    picture = _read(name, content)
    if isinstance(picture, str):
        return picture
    try:
        with lent_terminal(app):
            return _drawn(picture, safe_line(name))
    except NotLentError:
        return _CANNOT


def picture_in_text(app: App[Any], name: str, content: bytes) -> InlinePicture | str:
    """The picture ``content`` to be shown within text, or why it cannot be. May ask the terminal, once."""
    picture = _read(name, content)
    if isinstance(picture, str):
        return picture
    try:
        if not _terminal.cache_info().currsize:
            with lent_terminal(app):
                _terminal()
    except NotLentError:
        return _CANNOT
    terminal = _terminal()
    if terminal.GRAPHICS is None or app._driver is None:
        return _CANNOT
    if terminal.GRAPHICS is Graphics.KITTY and (app.no_color or app.console.color_system != "truecolor"):
        return _NO_COLOURS
    return InlinePicture(picture, terminal.GRAPHICS, terminal.CELL, app._driver.write, terminal.sixels)


def _read(name: str, content: bytes) -> Image | str:
    """The picture, or why there is none."""
    if find_spec("textual_image") is None:
        return _NOT_INSTALLED
    try:
        picture = _decoded(content)
    except ImportError:
        return _NOT_INSTALLED
    return picture or f"{safe_line(name)} cannot be read as a picture; save it, or open it in another program."


@lru_cache(1)
def _terminal() -> ModuleType:
    """What the terminal says of itself: it is asked, once, when our own screen is out of the way."""
    from tui_app.ui.sharing import terminal_graphics

    return terminal_graphics


def _decoded(content: bytes) -> Image | None:
    """The first frame of a picture; None: it is none, or a bomb.

    Raises:
        ImportError: the extra is not installed.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Pillow's way to say that a picture has too many pixels
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
            return picture.convert("RGBA")
    except Exception:  # noqa: BLE001 (a decoder of foreign bytes; whatever it raises, it is no picture)
        return None


def _drawn(picture: Image, name: str) -> str | None:
    """Draw it on a screen of its own, as large as fits; returns why not. Our own screen has to be out of the way."""
    asked, terminal = _terminal(), sys.__stdout__
    if asked.GRAPHICS is None or terminal is None or sys.__stdin__ is None:
        return _CANNOT
    console = Console(file=terminal, force_terminal=True, color_system="truecolor", no_color=False)
    drawn = asked.Drawn(picture, "auto", "auto")
    height = console.height - _LINES_BELOW
    terminal.write(_OTHER_SCREEN)
    try:
        if asked.GRAPHICS is Graphics.ITERM:
            terminal.write(of_iterm(picture, f"width=auto;height={height};preserveAspectRatio=1"))
        else:
            console.print(drawn, height=height, end="")
        console.print(f"\n{name}   Enter goes back", markup=False, highlight=False, end="", no_wrap=True)
        terminal.flush()
        sys.__stdin__.readline()
    finally:
        drawn.cleanup()
        terminal.write(_OWN_SCREEN)
        terminal.flush()
    return None
