"""A list drawn line by line, with a cursor: what every dialog that lists something shows.

Invariant: labels and hints may be foreign text; they leave here only through `tui_app.ui.rendering.safe.fit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from msgspec import Struct
from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui_app.ui.rendering.safe import fit, width_of

_WIDEST_HINT = 0.5  # of the line, unless the label leaves more: the label is what is read first
_AROUND_TEXTS = 5  # cells: tick, gap, margin


class PickItem(Struct, frozen=True):
    """A line of the list. ``id`` is what is handed back; ``heading`` lines cannot be taken."""

    id: str
    label: str
    hint: str = ""
    """On the right: a key, a date, a count."""
    search: str = ""
    """Further words by which it is found."""
    picked: bool | None = None
    """Whether it is ticked; None: it cannot be."""
    heading: bool = False

    def found_by(self, words: Sequence[str]) -> bool:
        """Whether all the (casefolded) words occur in it."""
        text = f"{self.label}\n{self.hint}\n{self.search}".casefold()
        return all(word in text for word in words)


class PickList(ScrollView, can_focus=False):
    """Shows `PickItem` lines; the dialog's input keeps the focus and moves the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pick--cursor", "pick--hint", "pick--heading"}

    class Clicked(Message):
        """A line was clicked; the cursor is on it."""

    def __init__(self) -> None:
        super().__init__()
        self._items: Sequence[PickItem] = ()
        self._cursor = 0

    def show(self, items: Sequence[PickItem], cursor_id: str | None = None) -> None:
        """Show ``items``, with the cursor on ``cursor_id`` where it is among them."""
        self._items = items
        ids = [item.id for item in items if not item.heading]
        wanted = cursor_id if cursor_id in ids else (ids[0] if ids else None)
        self._cursor = next((at for at, item in enumerate(items) if item.id == wanted and not item.heading), 0)
        self.virtual_size = Size(self.size.width, len(items))
        self._reveal()
        self.refresh()

    @property
    def current(self) -> PickItem | None:
        """The item under the cursor."""
        item = self._items[self._cursor] if self._cursor < len(self._items) else None
        return None if item is None or item.heading else item

    def move(self, step: int) -> None:
        """Move the cursor over headings, round at the ends when it goes line by line."""
        lines = [at for at, item in enumerate(self._items) if not item.heading]
        if not lines:
            return
        place = lines.index(self._cursor) if self._cursor in lines else 0
        goal = place + step
        place = goal % len(lines) if abs(step) == 1 else max(0, min(goal, len(lines) - 1))
        self._cursor = lines[place]
        self._reveal()
        self.refresh()

    def page(self) -> int:
        """How many lines show at once."""
        return max(1, self.size.height - 1)

    def _reveal(self) -> None:
        above = 1 if self._cursor and self._items[self._cursor - 1].heading else 0
        self.scroll_to_region(Region(0, self._cursor - above, 1, 1 + above), animate=False, force=True)

    def on_resize(self) -> None:
        self.virtual_size = Size(self.size.width, len(self._items))
        self._reveal()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        at = y + self.scroll_offset.y
        if at >= len(self._items):
            return Strip.blank(width, self.rich_style)
        item = self._items[at]
        on_cursor = at == self._cursor and not item.heading
        base = self.get_component_rich_style("pick--cursor") if on_cursor else self.rich_style
        if item.heading:
            return Strip([Segment(fit(f" {item.label}", width), self.get_component_rich_style("pick--heading"))])
        room = max(int(width * _WIDEST_HINT), width - width_of(item.label) - _AROUND_TEXTS)
        hint_width = min(width_of(item.hint), room) if item.hint else 0
        tick = {None: " ", True: " ✓ ", False: "   "}[item.picked]
        label = fit(f"{tick}{item.label}", max(0, width - hint_width - 2))
        hint_style = base if on_cursor else self.get_component_rich_style("pick--hint")
        return Strip(
            [
                Segment(label, base),
                Segment(" ", base),
                Segment(fit(item.hint, hint_width), hint_style),
                Segment(" ", base),
            ]
        )

    def on_click(self, event: events.Click) -> None:
        at = event.y + self.scroll_offset.y
        if at < len(self._items) and not self._items[at].heading:
            self._cursor = at
            self.refresh()
            self.post_message(self.Clicked())
