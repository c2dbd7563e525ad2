"""Table and ticket on one screen: which of them is in sight, how they share the room, and the table's columns.

Invariant: what the user did to panes and columns is kept, for this screen's arrangement and for the next start.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from textual.content import Content
from textual.geometry import Size
from textual.screen import Screen
from textual.widget import Widget

from tui_app.ui.browse.divider import Arrangement, Divider, Shares, arrangement
from tui_app.ui.detail.ticket_detail import TicketDetail
from tui_app.ui.form.sentence import FEW_LINES, PaneName
from tui_app.ui.keymap import PREVIEW_PLACES, shown_key
from tui_app.ui.needs import needs, refuse
from tui_app.ui.rendering.safe import safe_line
from tui_app.ui.table.columns import ColumnSpec
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.user_files import UserFiles

_FEW = 18  # lines; in fewer, the rows are worth more than the line of tabs
_FEWEST_ROWS = 3  # that the table has room for however few there are
_AROUND_ROWS = 2  # lines: the table's header and the line below it


_PLACE_WORDS = {"auto": "as fits", "right": "beside the table", "below": "below the table", "off": "over the table"}


class PaneLayout:
    """Arranges ``table``, ``divider`` and ``detail`` by classes of ``screen``.

    Args:
        screen: takes the classes that ``app.tcss`` styles.
        table: the results.
        divider: the line between the two.
        detail: the ticket.
        files: what was chosen before, and where choices are kept.
        pane_name: where the ticket's pane is named, unless it is below the table: there the divider names it.
        place: one of `PREVIEW_PLACES`, where the user has chosen none; empty: ``auto``.
        on_detail_shown: called when the ticket's pane is in sight.
    """

    def __init__(
        self,
        screen: Screen[Any],
        table: ResultsTable,
        divider: Divider,
        detail: TicketDetail,
        files: UserFiles,
        *,
        pane_name: PaneName,
        place: str,
        on_detail_shown: Callable[[], object],
    ) -> None:
        self.screen = screen
        self._table = table
        self._divider = divider
        self._detail = detail
        self._files = files
        self._pane_name = pane_name
        self._place = place if place in PREVIEW_PLACES else PREVIEW_PLACES[0]
        self._on_detail_shown = on_detail_shown
        self._arranged: Arrangement | None = None
        self._has_few_lines = False
        self._shares = Shares()
        self._detail_wanted = True
        self._detail_opened = False
        self._rows = 0
        self._detail_size: tuple[str | None, str | None] = (None, None)

    # ------------------------------------------------------------------ panes

    def restore(self, size: Size) -> None:
        """Be laid out for ``size`` from the first frame on: a later change computes every style a second time."""
        panes = self._files.looks.panes()
        self._detail_wanted = panes.get("detail") is not False
        self._shares = Shares.from_panes(panes)
        if panes.get("place") in PREVIEW_PLACES:
            self._place = str(panes["place"])
        self._arranged = arrangement(size.width, size.height, self._place)
        self._has_few_lines = size.height < _FEW
        self.screen.update_classes(self._arrangement_classes(), update=False)
        self._size_panes()

    def arrange(self, size: Size) -> None:
        """Lay table and ticket out for a screen of ``size``."""
        self._arranged = arrangement(size.width, size.height, self._place)
        self._has_few_lines = size.height < _FEW
        self._show_panes()
        self.screen.call_after_refresh(self._size_panes)  # only then has the new size come to the panes

    def next_place(self) -> None:
        """Show the ticket at the next of its places, and there from now on."""
        self._place = PREVIEW_PLACES[(PREVIEW_PLACES.index(self._place) + 1) % len(PREVIEW_PLACES)]
        self._detail_wanted = True
        self.screen.remove_class("-zoom-table", "-zoom-detail")
        self.arrange(self.screen.size)
        self.keep_panes()
        self.screen.app.notify(f"The ticket is shown {_PLACE_WORDS[self._place]}.", timeout=2, markup=False)

    def name_ticket(self, name: str) -> None:
        """Name the ticket's pane after the ticket that it shows."""
        words = safe_line(f"Ticket {name}") if name else ""
        self._divider.border_title = Content(words)
        self._pane_name.show(words)
        if not name:
            self.put_ticket_away()

    def _show_panes(self) -> None:
        classes = self._arrangement_classes()
        self.screen.update_classes(classes)
        self._size_panes()
        if classes["-detail"]:
            self._on_detail_shown()
        self._focus_what_is_in_sight()

    def _focus_what_is_in_sight(self) -> None:
        """A pane that has just been hidden would keep the keys, and nobody get them."""
        alone = self.is_detail_in_sight() and not self.is_divided()
        if alone and self.screen.focused in (None, self._table):
            self._detail.focus()
        elif not self.is_detail_in_sight() and self._detail.has_focus_within:
            self._table.focus()

    def _arrangement_classes(self) -> dict[str, bool]:
        visible = self._detail_opened if self._is_over else self._detail_wanted
        arranged = {other.value: other is self._arranged for other in Arrangement}
        return {**arranged, "-detail": visible, FEW_LINES: self._has_few_lines}

    def _size_panes(self) -> None:
        whole = self.screen.has_class("-zoom-detail")
        beside, below = self._arranged is Arrangement.BESIDE, self._arranged is Arrangement.BELOW
        size = (
            self._width_beside() if beside and not whole else None,
            self._height_below() if below and not whole else None,
        )
        if size != self._detail_size:  # setting a size lays the whole screen out, also where it is the same
            self._detail_size = size
            self._detail.styles.width, self._detail.styles.height = size
            self._pane_name.styles.width = size[0]

    def fit_rows(self, rows: int) -> None:
        """Leave what a table of so many rows does not need to the ticket below or beside it."""
        self._rows = rows
        if not self._is_over:
            self._size_panes()

    def _width_beside(self) -> str:
        """The ticket's width: its share, or all that the rows leave where the user has chosen no share."""
        body = self._divider.parent.size.width if isinstance(self._divider.parent, Widget) else 0
        share = body * self._shares.beside // 100
        left = body - self._table.width_needed(body - share - 1) - 1 if self._rows else 0
        is_chosen = self._shares.beside != Shares().beside
        return str(left) if left > share and not is_chosen else f"{self._shares.beside}%"

    def _height_below(self) -> str:
        """The ticket's height: its share, or all that the rows leave."""
        body = self._divider.parent.size.height if isinstance(self._divider.parent, Widget) else 0
        left = body - max(_FEWEST_ROWS, self._rows) - _AROUND_ROWS
        return str(left) if self._rows and left > body * self._shares.below // 100 else f"{self._shares.below}%"

    @property
    def _is_over(self) -> bool:
        return self._arranged is Arrangement.OVER

    @property
    def _is_zoomed(self) -> bool:
        return self.screen.has_class("-zoom-table") or self.screen.has_class("-zoom-detail")

    def is_detail_in_sight(self) -> bool:
        """Whether the ticket's pane is shown."""
        return self.screen.has_class("-detail") and not self.screen.has_class("-zoom-table")

    def is_divided(self) -> bool:
        """Whether table and ticket are both in sight."""
        return self.is_detail_in_sight() and not self._is_over and not self.screen.has_class("-zoom-detail")

    def open_detail(self) -> None:
        """Bring the ticket's pane into sight."""
        self._detail_opened = self._detail_wanted = True
        self.screen.remove_class("-zoom-table")
        self._show_panes()

    def enter_detail(self) -> None:
        """Bring the ticket's pane into sight, and go there."""
        self.open_detail()
        self._detail.focus()

    def _close_detail(self, *, for_good: bool = True) -> None:
        self._detail_opened = False
        if for_good and not self._is_over:
            self._detail_wanted = False
        self.screen.remove_class("-zoom-detail")
        self._show_panes()
        self._table.focus()

    def put_ticket_away(self) -> None:
        """Bring the table into sight, if the ticket covers it: other rows are asked for, or there is no ticket."""
        if self.is_detail_in_sight() and not self.is_divided():
            self._close_detail(for_good=False)

    def toggle_detail(self) -> None:
        """Show the ticket's pane, or hide it."""
        if self.is_detail_in_sight():
            self._close_detail()
        else:
            self.open_detail()
        self.keep_panes()

    def zoom(self) -> None:
        """Give the focused pane the whole screen, or give it back."""
        if self._is_zoomed:
            self.screen.remove_class("-zoom-table", "-zoom-detail")
        elif self._detail.has_focus_within and self.is_detail_in_sight():
            self.screen.add_class("-zoom-detail")
        elif self.is_detail_in_sight():
            self.screen.add_class("-zoom-table")
        else:
            refuse(self, "The table has the whole screen already.")
        self._show_panes()

    def step_back(self) -> Callable[[], object] | None:
        """What escape undoes here: the zoom, or else the way into the ticket."""
        if self._is_zoomed:
            return self.zoom
        if self._detail.has_focus_within or (self._is_over and self._detail_opened):
            return self._close_detail if self._is_over else self._table.focus
        return None

    def no_other_pane(self) -> str:
        if len(self.screen.focus_chain) > 1:
            return ""
        return f"There is no other pane; {shown_key(self.screen.app, 'table.open')} opens the ticket."

    @needs(no_other_pane)
    def focus_pane(self, step: int) -> None:
        """Go to the next pane, or to the one before."""
        self.screen.focus_next() if step > 0 else self.screen.focus_previous()

    # ---------------------------------------------------------------- divider

    def no_second_pane(self) -> str:
        """Why there is nothing to divide."""
        return "" if self.is_divided() else "There is one pane only; d shows the ticket where there is room for both."

    @needs(no_second_pane)
    def resize_detail(self, step: int) -> None:
        """Let the ticket have ``step`` percent more of the room."""
        share = self._shares.of(self._arranged)
        if self._arranged is Arrangement.BESIDE:  # the rows may have left it more
            share = round(100 * self._detail.size.width / max(1, self.screen.size.width))
        self._share_out(share + step)
        self.keep_panes()

    def drag_divider(self, x: int, y: int) -> None:
        """Let the ticket have the room from the cell ``x``, ``y`` of the screen on."""
        body = self._table.region.union(self._divider.region).union(self._detail.region)
        if self._arranged is Arrangement.BESIDE:
            self._share_out(round(100 * (body.right - x) / max(1, body.width)))
        else:
            self._share_out(round(100 * (body.bottom - y) / max(1, body.height)))

    def _share_out(self, percent: int) -> None:
        self._shares = self._shares.with_share(self._arranged, percent)
        self._show_panes()

    def highlight_divider(self) -> None:
        """Light the line up while the ticket has the focus: the cursor's paler row is easily missed."""
        for widget in (self._divider, self._pane_name):
            widget.set_class(self._detail.has_focus_within, "-focus")

    def keep_panes(self) -> None:
        """Start with the present panes next time."""
        self._files.remember_panes({"detail": self._detail_wanted, "place": self._place, **self._shares.to_panes()})

    # ---------------------------------------------------------------- columns

    def restore_columns(self, name: str, configured: Sequence[str], views_own: Sequence[str]) -> None:
        """Show the columns that were chosen under ``name``, else the view's own, the config's, or what fits.

        Tickets of several trackers also get the column that says which, unless a view says itself what it shows.
        """
        kept = self._files.looks.columns(name)
        chosen = [ColumnSpec(str(c["name"]), width) for c in kept if isinstance(width := c.get("width", 0), int)]
        columns = [ColumnSpec.from_text(column) for column in views_own or configured]
        if columns and not views_own and "+" in name and "source" not in configured:
            columns.insert(1, ColumnSpec("source"))
        with self.screen.prevent(ResultsTable.ColumnsChosen):
            self._table.set_columns(chosen or columns)

    def keep_columns(self, name: str, columns: Sequence[ColumnSpec]) -> None:
        """Show these columns under this name next time; what they do not need is the ticket's."""
        self._size_panes()
        kept = tuple({"name": column.name, "width": column.width} for column in columns)
        self._files.remember_columns(name, kept)
