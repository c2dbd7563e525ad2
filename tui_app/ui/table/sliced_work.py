"""Work on rows a little in each frame, so that keys are never late."""

from __future__ import annotations

from collections.abc import Callable

from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.loaded_rows import LoadedRows

_SLICE = 0.004  # seconds of filtering or sorting between two frames; a quarter of one
_FREED_AT_ONCE = 2000  # rows; half a millisecond


class SlicedWork:
    """Sorts and filters ``rows`` a little in each frame, so that keys are never late.

    Args:
        later: calls a function after the next frame; False: it cannot yet.
        reordered: called when rows that were shown are in a new order.
        progressed: called when there is more to show.
    """

    def __init__(
        self,
        rows: LoadedRows,
        later: Callable[[Callable[[], None]], bool],
        reordered: Callable[[], None],
        progressed: Callable[[], None],
    ) -> None:
        self._rows = rows
        self._later = later
        self._reordered = reordered
        self._progressed = progressed
        self._is_waiting = False

    def use(self, rows: LoadedRows) -> None:
        """Work on other rows; what the former ones still lack is done when they are shown again."""
        self._rows = rows

    def begin(self, enough: int) -> None:
        """Show ``enough`` rows now, as far as one slice goes, and leave the rest to the next frames."""
        self._rows.advance(_SLICE, enough)
        self._reordered()
        self._progressed()
        self._go_on()

    def reach(self, position: int) -> None:
        """Work for one slice, or until the row ``position`` is shown."""
        self._rows.advance(_SLICE, enough=position + 1)

    def finish(self) -> None:
        """Do what is left at once."""
        if self._rows.pending:
            self._rows.advance(float("inf"))
            self._reordered()
            self._progressed()

    def _continue(self) -> None:
        self._is_waiting = False
        was_sorting = self._rows.sorting
        self._rows.advance(_SLICE)
        if not (was_sorting and self._rows.sorting):
            if was_sorting:
                self._reordered()
            self._progressed()
        self._go_on()

    def _go_on(self) -> None:
        if self._rows.pending and not self._is_waiting:
            self._is_waiting = self._later(self._continue)


def free_in_chunks(former: list[Ticket], later: Callable[[Callable[[], None]], object]) -> None:
    """Free replaced rows some at a time: 100,000 at once would keep the next frame waiting for 30 ms.

    ``former`` is emptied; ``later`` calls a function after other work.
    """
    del former[-_FREED_AT_ONCE:]
    if former:
        later(lambda: free_in_chunks(former, later))
