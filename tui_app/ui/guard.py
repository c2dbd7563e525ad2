"""The last guard before the terminal, besides the sanitiser at the boundary where foreign text enters.

Invariant: every line of every widget, toast and tooltip passes here, and leaves without a character that a terminal
would obey.
"""

from __future__ import annotations

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from tui_app.ui.rendering.safe import guarded


class OutputGuard(LineFilter):
    """Textual applies it where lines become output; a line that is clean costs one look at it."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:  # noqa: ARG002
        return guarded(segments)
