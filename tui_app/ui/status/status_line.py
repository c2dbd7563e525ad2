"""The status line: profile, server and its state on the left, honest counts on the right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from time import monotonic

from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from tui_app.tickets.messages import ServerState, StateChanged
from tui_app.ui.browse.progress import SearchProgress
from tui_app.ui.status.describe import Counts, Piece, describe_counts, describe_facets, describe_search, describe_state

_STILL = frozenset({ServerState.IDLE, ServerState.READY, ServerState.LOGIN_NEEDED, ServerState.DOWN})
"""States without a clock."""
_LEAST_STATES = 0.3  # of the room on the left; how the servers are is never left out
_TICK_SECONDS = 0.5  # the shown seconds never lag by more than this


class StatusLine(Widget):
    """One line. The screen hands it values; it keeps the clock running while there is something to count."""

    def __init__(self) -> None:
        super().__init__(id="status")
        self._profiles: Sequence[str] = ()
        self._states: Mapping[str, StateChanged] = {}
        self._progress = SearchProgress()
        self._counts = Counts()
        self._stale = False
        self._facets: Mapping[str, Collection[str]] = {}
        self._ticking: Timer | None = None

    def show(
        self,
        profiles: Sequence[str],
        states: Mapping[str, StateChanged],
        progress: SearchProgress,
        counts: Counts,
        *,
        stale: bool,
        facets: Mapping[str, Collection[str]],
    ) -> None:
        """Show how things are now."""
        self._profiles, self._states, self._progress, self._counts = profiles, states, progress, counts
        self._stale, self._facets = stale, facets
        moving = any(state.state not in _STILL for name, state in states.items() if name in profiles)
        if moving and self._ticking is None:
            self._ticking = self.set_interval(_TICK_SECONDS, self.refresh)
        elif not moving and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        self.refresh()

    def render(self) -> Content:
        right = Content.assemble(*describe_counts(self._counts, self._progress))
        left = self._left(max(0, self.size.width - right.cell_length - 2))
        gap = " " * max(0, self.size.width - left.cell_length - right.cell_length)
        return Content.assemble(left, gap, right)

    def _left(self, room: int) -> Content:
        """Each profile with its state, and what else there is to know; the first gives way to the second."""
        rest: list[Piece] = []
        for piece in (*describe_facets(self._facets), *describe_search(self._progress, stale=self._stale)):
            rest += [("  │  ", "$foreground 30%"), piece]
        known = Content.assemble(*rest)
        for_states = max(room - known.cell_length, int(room * _LEAST_STATES))
        states = self._states_content(brief=False)
        if states.cell_length > for_states:
            states = self._states_content(brief=True).truncate(for_states, ellipsis=True)
        return Content.assemble(states, known).truncate(room, ellipsis=True)

    def _states_content(self, *, brief: bool) -> Content:
        now = monotonic()
        pieces: list[Piece] = []
        for name in self._profiles:
            pieces += [("  " if pieces else "", ""), *describe_state(self._states.get(name), name, now, brief=brief)]
        return Content.assemble(*pieces)
