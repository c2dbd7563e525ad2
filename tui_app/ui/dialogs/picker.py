"""A dialog with a line to type into and a list that it narrows; every list of the program is one of these.

Invariant: labels and hints may be foreign text; they leave here only through `tui_app.ui.rendering.safe.fit`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from msgspec import Struct
from rich.segment import Segment
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.screen import ModalScreen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input, Static

from tui_app.ui.key_bar import KeyBar
from tui_app.ui.keys import bindings_for
from tui_app.ui.rendering.cells import width_of
from tui_app.ui.rendering.safe import fit

ResultT = TypeVar("ResultT")

DIALOGS_CSS = Path(__file__).with_name("dialogs.tcss")
"""The look of every dialog, whatever folder its class is in."""

_AROUND_LIST = 10  # lines: borders, title, input, gaps, two lines of note, footer
_FEWEST_LINES = 3
NARROW: list[tuple[int, str]] | None = [(0, "-narrow"), (60, "-wide")]
"""Columns of the screen from which on it has this class; a narrow one is filled by each dialog."""
_OPTIONAL = frozenset({"pick", "delete", "copy", "shift", "adjust"})
_WIDEST_HINT = 0.5  # of the line, unless the label leaves more: the label is what is read first
_GAP = 2  # cells between labels and hints that begin below one another
_AROUND_TEXTS = 5  # cells: tick, gap, margin


class PickItem(Struct, frozen=True):
    """A line of the list. ``id`` is what is handed back; ``heading`` lines cannot be taken."""

    id: str
    label: str
    hint: str = ""
    """On the right: a key, a date, a count."""
    search: str = ""
    """Further words by which it is found."""
    names: tuple[str, ...] = ()
    """What it is called, and its keys: who types one of these means it before all others."""
    picked: bool | None = None
    """Whether it is ticked; None: it cannot be."""
    heading: bool = False

    def found_by(self, words: Sequence[str]) -> bool:
        """Whether all the (casefolded) words occur in it."""
        text = f"{self.label}\n{self.hint}\n{self.search}\n{' '.join(self.names)}".casefold()
        return all(word in text for word in words)

    def rank(self, typed: str) -> int:
        """How near ``typed`` comes to it, 0 the nearest."""
        wanted = typed.casefold()
        names = [name.casefold() for name in self.names]
        nearer = (
            self.label.casefold() == wanted,
            typed in self.names or (len(typed) > 1 and wanted in names),
            any(name.startswith(wanted) for name in names if len(wanted) > 1),
            self.label.casefold().startswith(wanted),
            f" {wanted}" in self.label.casefold(),
        )
        return next((place for place, holds in enumerate(nearer) if holds), len(nearer))


class _Line(Input):
    """Takes the whole of what is pasted: a terminal may have broken an address into lines. Begins with no blank."""

    class BlankTyped(Message):
        """Space was pressed before a word, which narrows nothing."""

    async def _on_key(self, event: events.Key) -> None:
        if event.key == "space" and not self.value:
            event.prevent_default().stop()
            self.post_message(self.BlankTyped())
        else:
            await super()._on_key(event)

    def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default().stop()
        self.replace(" ".join(event.text.split()), *self.selection)


class PickList(ScrollView, can_focus=False):
    """Shows `PickItem` lines; the dialog's input keeps the focus and moves the cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"pick--cursor", "pick--hint", "pick--heading"}

    class ItemClicked(Message):
        """A line was clicked; the cursor is on it."""

    def __init__(self) -> None:
        super().__init__()
        self._items: Sequence[PickItem] = ()
        self._cursor = 0
        self._hint_columns: dict[int, int | None] = {}
        """Columns of the list to what `_hint_column` makes of them: every item is looked at once, not for each line."""

    def show(self, items: Sequence[PickItem], cursor_id: str | None = None) -> None:
        """Show ``items``, with the cursor on ``cursor_id`` where it is among them."""
        self._items = items
        self._hint_columns.clear()
        ids = [item.id for item in items if not item.heading]
        wanted = cursor_id if cursor_id in ids else (ids[0] if ids else None)
        self._cursor = next((at for at, item in enumerate(items) if item.id == wanted and not item.heading), 0)
        self.virtual_size = Size(self.size.width, len(items))
        self._reveal()
        self.refresh()

    @property
    def lines(self) -> Sequence[PickItem]:
        """What can be taken, as it is shown now."""
        return [item for item in self._items if not item.heading]

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
        tick = {None: " ", True: " ✓ ", False: "   "}[item.picked]
        hint_width = self._hint_width(item, width) if item.hint else 0
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

    def _hint_width(self, item: PickItem, width: int) -> int:
        """The cells of an item's hint: its own, at the right; where one would be cut, all begin below one another."""
        if width not in self._hint_columns:
            self._hint_columns[width] = self._hint_column(width)
        column = self._hint_columns[width]
        wanted = width_of(item.hint) if column is None else max(int(width * _WIDEST_HINT), column)
        return min(_room(width_of(item.label), width), wanted)

    def _hint_column(self, width: int) -> int | None:
        """The cells that the widest label leaves to hints which begin below one another; None: no hint is cut."""
        cells = [(width_of(item.label), width_of(item.hint)) for item in self._items if item.hint and not item.heading]
        if all(hint <= _room(label, width) for label, hint in cells):
            return None
        return width - max(label for label, _ in cells) - _AROUND_TEXTS - _GAP

    def on_click(self, event: events.Click) -> None:
        at = event.y + self.scroll_offset.y
        if at < len(self._items) and not self._items[at].heading:
            self._cursor = at
            self.refresh()
            self.post_message(self.ItemClicked())


class Picker(ModalScreen[ResultT | None], Generic[ResultT]):
    """A dialog that returns what is picked, None when it is closed. Subclasses list the items and return the value."""

    CSS_PATH = DIALOGS_CSS
    HORIZONTAL_BREAKPOINTS = NARROW
    BINDINGS = bindings_for("picker")
    ABILITIES: ClassVar[frozenset[str]] = frozenset()
    """Which of the optional actions (``pick``, ``delete``, ``copy``, ``shift``, ``adjust``) this list has."""
    NOTHING: ClassVar[str] = "Nothing here matches."

    def __init__(self, title: str, *, placeholder: str = "type to narrow", cursor_id: str | None = None) -> None:
        super().__init__()
        self._heading = title
        self._placeholder = placeholder
        self._cursor_id = cursor_id
        self._narrowed_by = ""

    # -------------------------------------------------------- for subclasses

    def items(self) -> Sequence[PickItem]:
        """All lines, before narrowing."""
        raise NotImplementedError

    def taken(self, item: PickItem) -> None:
        """Enter was pressed on ``item``: mostly `dismiss` with a value."""
        raise NotImplementedError

    def highlighted(self, item: PickItem | None) -> None:
        """The cursor came to ``item``, or there is none."""
        if item is not None:
            self.show_note(self.explanation())

    def explanation(self) -> str:
        """A line below the list, on what the cursor is on or on all of it."""
        return ""

    # -------------------------------------------------------- the dialog

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content(self._heading), id="dialog-title")
            yield _Line(placeholder=self._placeholder, compact=True, id="dialog-input")
            yield PickList()
            yield Static(Content(""), id="dialog-note")
        yield KeyBar()

    def on_mount(self) -> None:
        self.reload(self._cursor_id)

    def on_resize(self) -> None:
        """The list scrolls where there is no room for all of it, and what is around it stays in sight."""
        self.query_one(PickList).styles.max_height = max(_FEWEST_LINES, self.size.height - _AROUND_LIST)

    @property
    def typed(self) -> str:
        """The input's text."""
        return self.query_one("#dialog-input", Input).value.strip()

    @property
    def current(self) -> PickItem | None:
        """The item under the cursor."""
        return self.query_one(PickList).current

    def reload(self, cursor_id: str | None = None) -> None:
        """Show the items anew; the cursor stays on its item."""
        current = self.current
        self._narrowed_by = self.typed
        words = self._narrowed_by.casefold().split()
        found = [item for item in self.items() if item.heading or item.found_by(words)]
        shown = [item for at, item in enumerate(found) if not item.heading or _has_lines(found, at)]
        if words and not any(item.heading for item in shown):
            typed = self.typed
            shown.sort(key=lambda item: item.rank(typed))
        at = cursor_id or (current.id if current and not words else None)
        self.query_one(PickList).show(shown, at)
        self.show_note(self.explanation() if shown else self.NOTHING)
        self.highlighted(self.current)

    def show_note(self, words: str) -> None:
        """Show ``words`` below the list."""
        note = self.query_one("#dialog-note", Static)
        note.update(Content(words))
        note.display = bool(words)

    def clear_typed(self) -> None:
        """Empty the input, without narrowing anew."""
        with self.prevent(Input.Changed):
            self.set_typed("")

    def set_typed(self, text: str) -> None:
        """Put ``text`` into the input."""
        line = self.query_one("#dialog-input", Input)
        line.value, line.cursor_position = text, len(text)

    @on(Input.Changed, "#dialog-input")
    def _narrow(self) -> None:
        self.reload()

    @on(_Line.BlankTyped)
    async def _tick(self) -> None:
        await self.run_action("pick")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        return action not in _OPTIONAL or action in self.ABILITIES

    @on(PickList.ItemClicked)
    def action_take(self) -> None:
        if self.typed != self._narrowed_by:  # the key came before the list was told of what is typed
            self.reload()
        item = self.current
        if item is not None:
            self.taken(item)

    def on_click(self, event: events.Click) -> None:
        """Beside the dialog: what esc does."""
        if self.get_widget_at(*event.screen_offset)[0] is self:
            self.action_close()

    def action_close(self) -> None:
        self.dismiss(None)

    def action_move(self, step: int) -> None:
        self.query_one(PickList).move(step)
        self.highlighted(self.current)

    def action_move_page(self, step: int) -> None:
        pick_list = self.query_one(PickList)
        pick_list.move(step * pick_list.page())
        self.highlighted(self.current)


def _room(label: int, width: int) -> int:
    """The cells that a hint may have beside a label of so many."""
    return max(int(width * _WIDEST_HINT), width - label - _AROUND_TEXTS)


def _has_lines(items: Sequence[PickItem], heading_at: int) -> bool:
    return heading_at + 1 < len(items) and not items[heading_at + 1].heading
