"""Table and ticket on one screen: which of them is in sight, and how they share the room.

Invariant: what the user did to the panes is kept, for this screen's arrangement and for the next start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual import events, on

from tui_app.ui.browse.base import BrowseBase, needs
from tui_app.ui.browse.divider import Divider
from tui_app.ui.browse.layout import Arrangement, Shares, arrangement

if TYPE_CHECKING:
    from textual.geometry import Size

    from tui_app.ui.detail.ticket_detail import TicketDetail


def _nothing_to_divide(screen: Panes) -> str:
    return "" if screen.is_divided() else "There is one pane only; d shows the ticket where there is room for both."


class Panes(BrowseBase):
    """The layout of the browse screen."""

    shares = Shares()
    _detail_size: tuple[str | None, str | None] = (None, None)

    def restore_panes(self, size: Size, detail: TicketDetail) -> None:
        """Be laid out for ``size`` from the first frame on: a later change computes every style a second time."""
        panes = self.deck.looks.panes()
        self.detail_wanted = panes.get("detail") is not False
        self.shares = Shares.from_panes(panes)
        self.arranged = arrangement(size.width, size.height)
        self.update_classes(self._arrangement_classes(), update=False)
        self._size_panes(detail)

    def choose_arrangement(self) -> None:
        """Lay table and ticket out for the present size."""
        self.arranged = arrangement(self.size.width, self.size.height)
        self._show_panes()

    def _show_panes(self) -> None:
        classes = self._arrangement_classes()
        self.update_classes(classes)
        self._size_panes(self.detail)
        if classes["-detail"]:
            self.follow()
        self._focus_what_is_in_sight()

    def _focus_what_is_in_sight(self) -> None:
        """A pane that has just been hidden would keep the keys, and nobody get them."""
        alone = self.detail_in_sight() and not self.is_divided()
        if alone and self.focused in (None, self.table):
            self.detail.focus()
        elif not self.detail_in_sight() and self.detail.has_focus_within:
            self.table.focus()

    def _arrangement_classes(self) -> dict[str, bool]:
        visible = self.detail_opened if self.arranged is Arrangement.OVER else self.detail_wanted
        return {**{other.value: other is self.arranged for other in Arrangement}, "-detail": visible}

    def _size_panes(self, detail: TicketDetail) -> None:
        whole = self.has_class("-zoom-detail")
        beside, below = self.arranged is Arrangement.BESIDE, self.arranged is Arrangement.BELOW
        size = (
            f"{self.shares.beside}%" if beside and not whole else None,
            f"{self.shares.below}%" if below and not whole else None,
        )
        if size != self._detail_size:  # setting a size lays the whole screen out, also where it is the same
            self._detail_size = size
            detail.styles.width, detail.styles.height = size

    def detail_in_sight(self) -> bool:
        """Whether the ticket's pane shows."""
        return self.has_class("-detail") and not self.has_class("-zoom-table")

    def is_divided(self) -> bool:
        """Whether table and ticket are both in sight."""
        over = self.arranged is Arrangement.OVER
        return self.detail_in_sight() and not over and not self.has_class("-zoom-detail")

    def open_detail(self) -> None:
        """Bring the ticket's pane into sight."""
        self.detail_opened = self.detail_wanted = True
        self.remove_class("-zoom-table")
        self._show_panes()

    def close_detail(self) -> None:
        """Give the table its room back."""
        self.detail_opened = False
        if self.arranged is not Arrangement.OVER:
            self.detail_wanted = False
        self.remove_class("-zoom-detail")
        self._show_panes()
        self.table.focus()

    def _keep_panes(self) -> None:
        looks, panes = self.deck.looks, {"detail": self.detail_wanted, **self.shares.to_panes()}
        self.deck.remember(lambda: looks.set_panes(panes))

    # ------------------------------------------------------------------ actions

    def action_toggle_detail(self) -> None:
        if self.detail_in_sight():
            self.close_detail()
        else:
            self.open_detail()
        self._keep_panes()

    def action_zoom(self) -> None:
        if self.has_class("-zoom-table") or self.has_class("-zoom-detail"):
            self.remove_class("-zoom-table", "-zoom-detail")
        elif self.detail.has_focus_within and self.detail_in_sight():
            self.add_class("-zoom-detail")
        elif self.detail_in_sight():
            self.add_class("-zoom-table")
        else:
            self.refuse("The table has the whole screen already.")
        self._show_panes()

    @needs(_nothing_to_divide)
    def action_resize_detail(self, step: int) -> None:
        self._give(self.shares.of(self.arranged) + step)
        self._keep_panes()

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        """The line lights up while the ticket has the focus: the cursor's paler row is easily missed."""
        self.query_one(Divider).set_class(self.detail.has_focus_within, "-focus")

    @on(Divider.Dragged)
    def _divider_dragged(self, event: Divider.Dragged) -> None:
        body = self.query_one("#body").region
        if self.arranged is Arrangement.BESIDE:
            self._give(round(100 * (body.right - event.x) / max(1, body.width)))
        else:
            self._give(round(100 * (body.bottom - event.y) / max(1, body.height)))

    @on(Divider.Dropped)
    def _divider_dropped(self) -> None:
        self._keep_panes()

    def _give(self, percent: int) -> None:
        """Let the ticket have ``percent`` of the room."""
        self.shares = self.shares.with_share(self.arranged, percent)
        self._show_panes()
