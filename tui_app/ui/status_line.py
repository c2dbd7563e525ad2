"""The status line: profile, server and its state on the left, counts on the right.

Its words are made by pure functions, so that each state can be read in a test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from enum import IntEnum, auto
from functools import partial

from msgspec import Struct
from textual.content import Content
from textual.timer import Timer
from textual.widget import Widget

from tui_app.tickets.query import word_of
from tui_app.tickets.servers import ServerState, StateChanged
from tui_app.tickets.text import clean_line
from tui_app.ui.browse.current_search import SearchProgress
from tui_app.ui.keymap import ShownKey, default_key, shown_key
from tui_app.ui.table.columns import column_kind

Piece = tuple[str, str]
"""Words and their style."""

_GOOD, _BUSY, _BAD, _QUIET = "$text-success", "$text-warning", "$text-error", "$text-muted"

_SIGNS = {
    ServerState.IDLE: ("○", _QUIET),
    ServerState.STARTING: ("◌", _BUSY),
    ServerState.CHECKING_LOGIN: ("◌", _BUSY),
    ServerState.LOGIN_NEEDED: ("▲", _BAD),
    ServerState.LOGGING_IN: ("◌", _BUSY),
    ServerState.READY: ("●", _GOOD),
    ServerState.WORKING: ("◐", _BUSY),
    ServerState.RETRYING: ("↻", _BUSY),
    ServerState.DOWN: ("✗", _BAD),
}
"""A sign of its own for each state: colour is never the only difference."""

_MOST_NAMED = 2  # values of a facet that are named; more are counted


class Counts(Struct, frozen=True):
    """What is on the table: rows shown, rows loaded, rows marked, and at which of those shown the cursor is."""

    shown: int = 0
    loaded: int = 0
    marked: int = 0
    position: int = 0
    """1 is the first; 0: there is no row."""
    change: str = ""
    """What of the cursor's ticket is another than when it was last looked at."""
    sort: str = ""
    """The order of the rows, ``-`` before it for descending; empty: the tracker's own."""


def describe_state(
    state: StateChanged | None,
    profile: str,
    now: float,
    *,
    brief: bool = False,
    cause: bool = True,
    key: ShownKey = default_key,
) -> tuple[Piece, ...]:
    """``● work jira 2.1 · 120 ms``, or ``● work`` where all is well and room is short.

    Without ``cause`` ``✗ work down`` is all that is said of a failure.

    ``now`` is in seconds of the clock that states are stamped with.
    """
    if state is None:
        return (("○ ", _QUIET), (profile, "bold"), (" not started", _QUIET))
    sign, style = _SIGNS[state.state]
    words = f" {_state_words(state, now, key)}"
    if brief and state.state is ServerState.READY:
        words = ""
    elif not cause and state.state in (ServerState.DOWN, ServerState.LOGIN_NEEDED):
        words = words.partition(":")[0]
    return ((f"{sign} ", style), (profile, "bold"), (words, style))


def _state_words(state: StateChanged, now: float, key: ShownKey) -> str:
    elapsed = max(0.0, now - state.since) if state.since else 0.0
    of_limit = f"{elapsed:.0f}{f' of {state.limit:.0f}' if state.limit else ''} s"
    match state.state:
        case ServerState.STARTING:
            return f"starting {of_limit}" + (f" · {state.detail}" if state.detail else "")
        case ServerState.CHECKING_LOGIN | ServerState.LOGGING_IN:
            return f"{state.state} {of_limit}"
        case ServerState.RETRYING:
            wait = max(0.0, (state.until or now) - now)
            return f"attempt {state.attempt} of {state.attempts} in {wait:.0f} s: {state.detail}"
        case ServerState.READY:
            latency = f" · {_duration(state.latency)}" if state.latency is not None else ""
            return f"{state.detail or 'ready'}{latency}"
        case ServerState.WORKING:
            name = f"{state.detail} · " if state.detail else ""
            return f"{name}working" + (f" {elapsed:.0f} s" if elapsed >= 1 else "")
        case ServerState.LOGIN_NEEDED:
            return f"login needed: {state.detail}" if state.detail else f"login needed, {key('search.refresh')} logs in"
        case ServerState.DOWN:
            return f"down{f': {state.detail}' if state.detail else ''}"
        case ServerState.IDLE:
            return "idle"


def describe_counts(
    counts: Counts, progress: SearchProgress, *, brief: bool = False, key: ShownKey = default_key
) -> tuple[Piece, ...]:
    """Shown, loaded, total; an unknown total is shown as unknown. ``brief``: without the key that loads more."""
    pieces: list[Piece] = []
    if counts.marked:
        pieces.append((f"{counts.marked:,} marked  ", "$text-accent"))
    if counts.sort and progress.truncated and not progress.running and not progress.is_in(counts.sort):
        pieces.append(("sorted: ", _QUIET))
    if counts.position and not progress.running:
        pieces.append((f"{counts.position:,}/", _QUIET))
    if counts.shown != counts.loaded:
        pieces.append((f"{counts.shown:,} shown of ", "$text-accent"))
    more = "" if brief or not progress.truncated else key("search.more")
    pieces.append((_loaded_words(counts.loaded, progress, more), ""))
    return tuple(pieces)


def _loaded_words(loaded: int, progress: SearchProgress, more: str) -> str:
    noun = "ticket" if loaded == 1 else "tickets"
    if progress.running:
        return f"{progress.loaded:,} so far" if progress.loaded else "searching"  # rows in sight may be old ones
    if not loaded:
        return "nothing loaded" if progress.failures or progress.cancelled else "no tickets"
    if not progress.truncated:
        return f"{loaded:,} {noun}"
    if progress.total is None:
        return f"{loaded:,} {noun} loaded, more exist ({more})" if more else f"{loaded:,}+ {noun}"
    return f"{loaded:,} loaded of {progress.total:,}" + (f" ({more} for more)" if more else "")


def describe_facets(facets: Mapping[str, Collection[str]]) -> tuple[Piece, ...]:
    """What the rows are narrowed to: nothing else on the screen explains why some are missing."""
    return tuple(
        (f"{column_kind(column).title.lower()}: {_chosen(values)}", "$text-accent") for column, values in facets.items()
    )


def _chosen(values: Collection[str]) -> str:
    named = sorted(clean_line(value) or "(none)" for value in values)
    return ", ".join(named) if len(named) <= _MOST_NAMED else f"{len(named)} values"


class Room(IntEnum):
    """How much of what there is to know has room: in words, by name, or by how many there are."""

    WORDS = auto()
    NAMES = auto()
    COUNT = auto()


def describe_search(
    progress: SearchProgress, *, stale: bool, room: Room = Room.WORDS, key: ShownKey = default_key
) -> tuple[Piece, ...]:
    """What else there is to know, the most urgent first: failures, old rows, and what can be read again in full."""
    why, pieces = key("pane.error"), []
    if progress.failures:
        pieces.append((f"{_failed_words(progress)} ({why})", _BAD))
    if progress.cancelled and not progress.running:
        pieces.append((f"cancelled ({key('search.refresh')})", _QUIET))
    if stale:
        pieces.append(("old rows", _BUSY))
    listed = list(_listed(progress, room, why))
    if room is Room.COUNT and listed:
        return (*pieces, (f"! {len(listed)} ({why})", _BUSY))
    return (*pieces, *listed)


def _listed(progress: SearchProgress, room: Room, why: str) -> Iterator[Piece]:
    """What the list of notices has in full."""
    names = ", ".join(map(word_of, progress.filtered_here))
    if names:
        yield f"filtered here: {names}" if room is Room.WORDS else f"filtered here ({why})", _QUIET
    if progress.incomplete:
        yield f"! {progress.incomplete:,} incomplete", _BUSY
    count = len(progress.warnings)
    if count and room is Room.WORDS:
        yield progress.warnings[0] + (f" (+{count - 1})" if count > 1 else ""), _BUSY
    elif count:
        yield f"! {count} notice{'s' if count > 1 else ''} ({why})", _BUSY


def _failed_words(progress: SearchProgress) -> str:
    """Who failed; of several trackers also why: those of its rows that are left belong to the others' no more."""
    failures = progress.failures
    if len(progress.parts) <= 1:
        return "failed"
    why = f": {failures[0].title}" if len(failures) == 1 < len(progress.parts) else ""
    return f"{_names(tuple(failure.profile for failure in failures))} failed{why}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


_STILL = frozenset({ServerState.IDLE, ServerState.READY, ServerState.LOGIN_NEEDED, ServerState.DOWN})
"""States without a clock."""
_LEAST_STATES = 0.6  # of the room on the left, if they need it; how the servers are is never left out
_MOST_COUNTS = 0.6  # of the line; with more, no room is left for the names of the trackers
_SAID_SECONDS = 10.0  # long enough to take a change back that is seen to be wrong
_TICK_SECONDS = 0.5  # the shown seconds never lag by more than this


class _States(IntEnum):
    """How the states of servers are told: the shorter ones where a failed search says the rest."""

    FULL = auto()
    BRIEF = auto()
    PLAIN = auto()
    """Without the cause of what is wrong."""
    BARE = auto()
    """By their signs."""


class StatusLine(Widget):
    """One line. The screen hands it values; it keeps the clock running while there is something to count."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        super().__init__(id="status")
        self._monotonic = monotonic
        self._profiles: Sequence[str] = ()
        self._states: Mapping[str, StateChanged] = {}
        self._progress = SearchProgress()
        self._counts = Counts()
        self._stale = False
        self._facets: Mapping[str, Collection[str]] = {}
        self._ticking: Timer | None = None
        self._said: Piece | None = None
        self._read_only = False
        self._key: ShownKey = default_key

    def say(self, words: str, style: str = "$text-accent", *, lasting: bool = False) -> None:
        """Show what becomes of a change, before all else: for a while, or ``lasting`` until other words come."""
        self._said = said = (words, style)
        self.refresh()
        if not lasting:
            self.set_timer(_SAID_SECONDS, lambda: self._unsay(said))

    def _unsay(self, said: Piece | None) -> None:
        """Take these words away, if they are still shown."""
        if said is not None and self._said is said:
            self._said = None
            self.refresh()

    def show_read_only(self, read_only: bool) -> None:
        """Tell whether nothing can be changed in what is searched."""
        self._read_only = read_only
        self.refresh()

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
        if counts.marked > self._counts.marked:  # the user is on to something else
            self._unsay(self._said)
        self._profiles, self._states, self._progress, self._counts = profiles, states, progress, counts
        self._stale, self._facets = stale, facets
        moving = any(state.state not in _STILL for name, state in states.items() if name in profiles)
        if moving and self._ticking is None:
            self._ticking = self.set_interval(_TICK_SECONDS, self.refresh)
        elif not moving and self._ticking is not None:
            self._ticking.stop()
            self._ticking = None
        self.refresh()

    def show_counts(self, counts: Counts) -> None:
        """Show other counts: the cursor moves more often than anything else happens."""
        self._counts = counts
        self.refresh()

    def render(self) -> Content:
        self._key = partial(shown_key, self.app)
        right = Content.assemble(*describe_counts(self._counts, self._progress, key=self._key))
        if right.cell_length > self.size.width * _MOST_COUNTS:
            right = Content.assemble(*describe_counts(self._counts, self._progress, brief=True))
        if self._said and len(self._said[0]) + right.cell_length + 2 > self.size.width:
            return Content.assemble(self._said).truncate(self.size.width, ellipsis=True)
        left = self._left(max(0, self.size.width - right.cell_length - 2))
        gap = " " * max(0, self.size.width - left.cell_length - right.cell_length)
        return Content.assemble(left, gap, right)

    def _left(self, room: int) -> Content:
        """Each profile with its state, and what else there is to know; the first gives way to the second."""
        if self._said:
            return Content.assemble(self._said).truncate(room, ellipsis=True)
        full, brief, plain, bare = map(self._states_content, _States)
        shorter = plain if self._progress.failures else brief
        most = min(shorter.cell_length, int(room * _LEAST_STATES))
        for described in Room:
            known, least = self._known(described), bare.cell_length if described is Room.COUNT else most
            if known.cell_length <= room - least:
                break
        for_states = max(room - known.cell_length, least)
        fitting = [full, brief, *((plain, bare) if self._progress.failures else ())]
        states = next((states for states in fitting if states.cell_length <= for_states), fitting[-1])
        return Content.assemble(states.truncate(for_states, ellipsis=True), known).truncate(room, ellipsis=True)

    def _known(self, room: Room) -> Content:
        """What there is to know besides the states; what can wait is left out where not everything has room."""
        change = ((clean_line(self._counts.change), "$text-success"),) if self._counts.change else ()
        searched = describe_search(self._progress, stale=self._stale, room=room, key=self._key)
        locked: tuple[Piece, ...] = (("read-only", _QUIET),) if self._read_only and room is Room.WORDS else ()
        rest: list[Piece] = []
        for piece in (*change, *describe_facets(self._facets), *searched, *locked):
            rest += [("  │  " if room is Room.WORDS else " │ ", "$foreground 30%"), piece]
        return Content.assemble(*rest)

    def _states_content(self, how: _States) -> Content:
        now = self._monotonic()
        brief, cause = how is not _States.FULL, how in (_States.FULL, _States.BRIEF)
        pieces: list[Piece] = []
        for name in self._profiles:
            state = self._states.get(name)
            described = describe_state(state, name, now, brief=brief, cause=cause, key=self._key)
            pieces += [("  " if pieces else "", ""), *(described[:2] if how is _States.BARE else described)]
        return Content.assemble(*pieces)
