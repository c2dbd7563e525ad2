"""The two lines at the bottom: the status line (profile, server and its state on the left, counts on the right), and
the keys that work here, the most useful ones first, never more than fit.

The status line's words are made by pure functions, so that each state can be read in a test.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from msgspec import Struct
from textual.content import Content
from textual.style import Style
from textual.timer import Timer
from textual.widget import Widget

from tui_app.tickets.query import word_of
from tui_app.tickets.servers import ServerState, StateChanged
from tui_app.tickets.text import clean_line
from tui_app.ui.browse.current_search import SearchProgress
from tui_app.ui.key import Key
from tui_app.ui.keymap import character_of, display_key
from tui_app.ui.keys import find_key
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
    state: StateChanged | None, profile: str, now: float, *, brief: bool = False, cause: bool = True
) -> tuple[Piece, ...]:
    """``● work jira 2.1 · 120 ms``, or ``● work`` where all is well and room is short.

    Without ``cause`` ``✗ work down`` is all that is said of a failure.

    ``now`` is in seconds of the clock that states are stamped with.
    """
    if state is None:
        return (("○ ", _QUIET), (profile, "bold"), (" not started", _QUIET))
    sign, style = _SIGNS[state.state]
    words = f" {_state_words(state, now)}"
    if brief and state.state is ServerState.READY:
        words = ""
    elif not cause and state.state in (ServerState.DOWN, ServerState.LOGIN_NEEDED):
        words = words.partition(":")[0]
    return ((f"{sign} ", style), (profile, "bold"), (words, style))


def _state_words(state: StateChanged, now: float) -> str:
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
            return f"login needed: {state.detail}" if state.detail else "login needed, r logs in"
        case ServerState.DOWN:
            return f"down{f': {state.detail}' if state.detail else ''}"
        case ServerState.IDLE:
            return "idle"


def describe_counts(counts: Counts, progress: SearchProgress, *, brief: bool = False) -> tuple[Piece, ...]:
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
    words = _loaded_words(counts.loaded, progress)
    pieces.append((words.partition(" (m")[0] if brief else words, ""))
    return tuple(pieces)


def _loaded_words(loaded: int, progress: SearchProgress) -> str:
    noun = "ticket" if loaded == 1 else "tickets"
    if progress.running:
        return f"{progress.loaded:,} so far" if progress.loaded else "searching"  # rows in sight may be old ones
    if not loaded:
        return "nothing loaded" if progress.failures or progress.cancelled else "no tickets"
    if not progress.truncated:
        return f"{loaded:,} {noun}"
    if progress.total is None:
        return f"{loaded:,} {noun} loaded, more exist (m)"
    return f"{loaded:,} loaded of {progress.total:,} (m for more)"


def describe_facets(facets: Mapping[str, Collection[str]]) -> tuple[Piece, ...]:
    """What the rows are narrowed to: nothing else on the screen explains why some are missing."""
    return tuple(
        (f"{column_kind(column).title.lower()}: {_chosen(values)}", "$text-accent") for column, values in facets.items()
    )


def _chosen(values: Collection[str]) -> str:
    named = sorted(clean_line(value) or "(none)" for value in values)
    return ", ".join(named) if len(named) <= _MOST_NAMED else f"{len(named)} values"


def describe_search(progress: SearchProgress, *, stale: bool) -> tuple[Piece, ...]:
    """What else there is to know, the most urgent first: failures, old rows, criteria filtered here, warnings."""
    pieces: list[Piece] = []
    if progress.failures:
        pieces.append((_failed_words(progress), _BAD))
    if progress.cancelled and not progress.running:
        pieces.append(("cancelled (r)", _QUIET))
    if stale:
        pieces.append(("old rows", _BUSY))
    if progress.filtered_here:
        names = ", ".join(map(word_of, progress.filtered_here))
        pieces.append((f"filtered here: {names}", _QUIET))
    if progress.incomplete:
        pieces.append((f"! {progress.incomplete:,} incomplete", _BUSY))
    if progress.warnings:
        more = f" (+{len(progress.warnings) - 1})" if len(progress.warnings) > 1 else ""
        pieces.append((progress.warnings[0] + more, _BUSY))
    return tuple(pieces)


def _failed_words(progress: SearchProgress) -> str:
    """Who failed; of several trackers also why: those of its rows that are left belong to the others' no more."""
    failures = progress.failures
    if len(progress.parts) <= 1:
        return "failed (e)"
    why = f": {failures[0].title}" if len(failures) == 1 < len(progress.parts) else ""
    return f"{_names(tuple(failure.profile for failure in failures))} failed{why} (e)"


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
        right = Content.assemble(*describe_counts(self._counts, self._progress))
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
        rest: list[Piece] = []
        locked: tuple[Piece, ...] = (("read-only", _QUIET),) if self._read_only else ()
        searched = describe_search(self._progress, stale=self._stale)
        change = ((clean_line(self._counts.change), "$text-success"),) if self._counts.change else ()
        for piece in (*change, *describe_facets(self._facets), *searched, *locked):
            rest += [("  │  ", "$foreground 30%"), piece]
        known = Content.assemble(*rest)
        for_states = max(room - known.cell_length, int(room * _LEAST_STATES))
        states = self._states_content(brief=False)
        if states.cell_length > for_states:
            states = self._states_content(brief=True)
        if states.cell_length > for_states and self._progress.failures and len(self._profiles) > 1:
            states = self._states_content(brief=True, cause=False)  # the failure of the search says it
        states = states.truncate(for_states, ellipsis=True)
        return Content.assemble(states, known).truncate(room, ellipsis=True)

    def _states_content(self, *, brief: bool, cause: bool = True) -> Content:
        now = self._monotonic()
        pieces: list[Piece] = []
        for name in self._profiles:
            pieces += [
                ("  " if pieces else "", ""),
                *describe_state(self._states.get(name), name, now, brief=brief, cause=cause),
            ]
        return Content.assemble(*pieces)


# ------------------------------------------------------------------------ keys

_ALWAYS = ("program.help", "program.quit")
_WAY_OUT = "escape"
"""The key that is shown however little room there is."""
_GAP = "  "


class KeyBar(Widget):
    """One line, made from the bindings in force; a click on a key presses it."""

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _: self.refresh())

    def render(self) -> Content:
        why_not = getattr(self.screen, "why_not", None)
        keys = self._keys_in_force()
        last = [entry for entry in keys if entry[0].id in _ALWAYS]
        first = [entry for entry in keys if entry[0].id not in _ALWAYS and not (why_not and why_not(entry[0].action))]
        kept = [*last, *(entry for entry in first if entry[1] == _WAY_OUT)]
        room = self.size.width - sum(self._entry(*entry).cell_length + len(_GAP) for entry in kept)
        shown: list[Content] = []
        for entry in first:
            words = self._entry(*entry)
            cells = 0 if entry in kept else words.cell_length + len(_GAP)
            if room >= cells or entry in kept:
                room -= cells
                shown.append(words)
        return Content(_GAP).join([*shown, *(self._entry(*entry) for entry in last)])

    def _keys_in_force(self) -> list[tuple[Key, str]]:
        """The keys of the footer that are active, with the name of the key that does it now, by rank."""
        focused = self.screen.focused
        found: dict[str, tuple[Key, str]] = {}
        for name, active in self.screen.active_bindings.items():
            key = find_key(active.binding.id or "")
            if key is None or not key.footer or (focused and focused.check_consume_key(name, character_of(name))):
                continue
            if key.id not in found or key.place_of(name) < key.place_of(found[key.id][1]):
                found[key.id] = (key, name)
        return sorted(found.values(), key=lambda entry: (_depth(entry[0]), entry[0].footer))

    def _entry(self, key: Key, name: str) -> Content:
        click = Style.from_meta({"@click": f"app.simulate_key('{name}')"})
        shown = (display_key(name), "$footer-key-foreground bold")
        words = (key.description, "$footer-description-foreground")
        return Content.assemble(shown, " ", words).stylize(click)


def _depth(key: Key) -> int:
    """Keys of the focused pane come before those that work everywhere."""
    return {"anywhere": 2, "browser": 1, "table": 1}.get(key.where, 0)
