"""A dialog with a line to type into and a list that it narrows; every list of the program is one of these."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from tui_app.ui.dialogs.pick_list import PickItem, PickList
from tui_app.ui.keys import bindings_for
from tui_app.ui.status.key_bar import KeyBar

ResultT = TypeVar("ResultT")

_AROUND_LIST = 10  # lines: borders, title, input, gaps, two lines of note, footer
_FEWEST_LINES = 3
_OPTIONAL = frozenset({"pick", "delete", "shift", "adjust"})


class Picker(ModalScreen[ResultT | None], Generic[ResultT]):
    """Subclasses say which items there are and what taking one gives. Closing without taking gives None."""

    CSS_PATH = "dialogs.tcss"
    BINDINGS = bindings_for("picker")
    ABILITIES: ClassVar[frozenset[str]] = frozenset()
    """Which of the optional actions (``pick``, ``delete``, ``shift``, ``adjust``) this list has."""
    NOTHING: ClassVar[str] = "Nothing here matches."

    def __init__(self, title: str, *, placeholder: str = "type to narrow", cursor_id: str | None = None) -> None:
        super().__init__()
        self._heading = title
        self._placeholder = placeholder
        self._cursor_id = cursor_id

    # -------------------------------------------------------- for subclasses

    def items(self) -> Sequence[PickItem]:
        """All lines, before narrowing."""
        raise NotImplementedError

    def taken(self, item: PickItem) -> None:
        """Enter was pressed on ``item``: mostly `dismiss` with a value."""
        raise NotImplementedError

    def highlighted(self, item: PickItem | None) -> None:
        """The cursor came to ``item``."""

    def explanation(self) -> str:
        """A line below the list."""
        return ""

    # -------------------------------------------------------- the dialog

    def compose(self) -> ComposeResult:
        with Vertical(id="dialog"):
            yield Static(Content(self._heading), id="dialog-title")
            yield Input(placeholder=self._placeholder, compact=True, id="dialog-input")
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
        """What stands in the input."""
        return self.query_one("#dialog-input", Input).value.strip()

    @property
    def current(self) -> PickItem | None:
        """The item under the cursor."""
        return self.query_one(PickList).current

    def reload(self, cursor_id: str | None = None) -> None:
        """Show the items anew; the cursor stays on its item."""
        current = self.current
        words = self.typed.casefold().split()
        found = [item for item in self.items() if item.heading or item.found_by(words)]
        shown = [item for at, item in enumerate(found) if not item.heading or _has_lines(found, at)]
        if words and not any(item.heading for item in shown):
            shown.sort(key=lambda item: not item.label.casefold().startswith(words[0]))
        at = cursor_id or (current.id if current and not words else None)
        self.query_one(PickList).show(shown, at)
        self.show_note(self.explanation() if shown else self.NOTHING)
        self.highlighted(self.current)

    def show_note(self, words: str) -> None:
        """Say ``words`` below the list."""
        note = self.query_one("#dialog-note", Static)
        note.update(Content(words))
        note.display = bool(words)

    def clear_typed(self) -> None:
        """Empty the input, without narrowing anew."""
        with self.prevent(Input.Changed):
            self.query_one("#dialog-input", Input).value = ""

    @on(Input.Changed, "#dialog-input")
    def _narrow(self) -> None:
        self.reload()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002
        return action not in _OPTIONAL or action in self.ABILITIES

    @on(PickList.Clicked)
    def action_take(self) -> None:
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


def _has_lines(items: Sequence[PickItem], heading_at: int) -> bool:
    return heading_at + 1 < len(items) and not items[heading_at + 1].heading
