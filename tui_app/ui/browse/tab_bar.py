"""The line that names the tabs.

Invariant: names come from files, so none is read as markup.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from textual.content import Content
from textual.style import Style
from textual.widget import Widget

from tui_app.ui.rendering.safe import safe_line

_MOST_TRACKER = 0.34  # of the line
_LONGEST_NAME = 24  # characters of a view's name
_GAP = "  "
_EARLIER, _LATER = "‹ ", " ›"


class TabEntry(Struct, frozen=True):
    """One tab as it is shown. ``number`` is its key; 0: it has none."""

    number: int
    name: str
    count: str = ""
    news: int = 0
    """How many tickets are new, changed or gone since the last visit."""
    is_active: bool = False

    def content(self) -> Content:
        """``1 Mine 12 +2``; a click shows it."""
        name = safe_line(self.name)
        name = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        number = f"{self.number} " if 0 < self.number <= 9 else "⌕ " if not self.number else ""
        look = "bold $text-primary" if self.is_active else "$text-muted"
        words = Content.assemble((number, "$text-accent" if self.is_active else "$text-muted"), (name, look))
        if self.count:
            words = Content.assemble(words, (f" {self.count}", "" if self.is_active else "$text-muted"))
        if self.news:
            words = Content.assemble(words, (f" +{self.news}", "$text-success"))
        return words.stylize(self.click)

    @property
    def click(self) -> Style:
        """What shows this tab where it is clicked on."""
        return Style.from_meta({"@click": f"screen.show_tab({self.number})"})


class TabBar(Widget):
    """The first line: which trackers, and the tabs; a sign at an end leads to those that do not fit."""

    def __init__(self) -> None:
        super().__init__(id="tabs")
        self._tracker = ""
        self._entries: Sequence[TabEntry] = ()

    def show(self, tracker: str, entries: Sequence[TabEntry]) -> None:
        """Show other trackers or tabs."""
        if (tracker, entries) != (self._tracker, self._entries):
            self._tracker, self._entries = tracker, entries
            self.refresh()

    @property
    def in_sight(self) -> range:
        """Which of the tabs are shown, counted from 0."""
        tracker = self._tracker_content()
        first, last = self._places(self._room(tracker))
        return range(first, last)

    def render(self) -> Content:
        tracker = self._tracker_content()
        tabs = self._tabs(self._room(tracker))
        gap = " " * max(0, self.size.width - tracker.cell_length - tabs.cell_length)
        return Content.assemble(tracker, gap, tabs)

    def _tracker_content(self) -> Content:
        name = Content.styled(safe_line(self._tracker), "bold")
        return name.truncate(int(self.size.width * _MOST_TRACKER), ellipsis=True)

    def _room(self, tracker: Content) -> int:
        return self.size.width - tracker.cell_length - len(_GAP)

    def _places(self, room: int) -> tuple[int, int]:
        active = next((at for at, entry in enumerate(self._entries) if entry.is_active), 0)
        return _window([entry.content().cell_length for entry in self._entries], active, room)

    def _tabs(self, room: int) -> Content:
        """As many tabs as fit into ``room`` cells, the active one among them."""
        first, last = self._places(room)
        line = Content(_GAP).join([entry.content() for entry in self._entries[first:last]])
        before, after = self._entries[first - 1 : first], self._entries[last : last + 1]
        return Content.assemble(*_signs(_EARLIER, before), line, *_signs(_LATER, after))


def _signs(sign: str, hidden: Sequence[TabEntry]) -> Sequence[Content]:
    """The sign for tabs that are left out, which leads to the nearest of them."""
    return [Content.styled(sign, "$text-muted").stylize(entry.click) for entry in hidden]


def _window(widths: Sequence[int], active: int, room: int) -> tuple[int, int]:
    """From which to before which tab there is room, with gaps and signs: ``active`` and others, the first if can be."""

    def fits(first: int, last: int) -> bool:
        signs = len(_EARLIER) * bool(first) + len(_LATER) * (last < len(widths))
        return sum(widths[first:last]) + len(_GAP) * (last - first - 1) + signs <= room

    first = next((first for first in range(active) if fits(first, active + 1)), active)
    last = active + 1
    while last < len(widths) and fits(first, last + 1):
        last += 1
    return first, min(last, len(widths))
