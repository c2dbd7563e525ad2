"""The words of the status line: pure, so that each state can be read in a test."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from tui_app.tickets.messages import ServerState, StateChanged
from tui_app.tickets.text import clean_line
from tui_app.ui.browse.progress import SearchProgress
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
    """What is on the table: rows shown, rows loaded, rows marked."""

    shown: int = 0
    loaded: int = 0
    marked: int = 0


def describe_state(state: StateChanged | None, profile: str, now: float, *, brief: bool = False) -> tuple[Piece, ...]:
    """``● work jira 2.1 · 120 ms``, or ``● work`` where all is well and room is short; ``now`` is `time.monotonic`."""
    if state is None:
        return (("○ ", _QUIET), (profile, "bold"), (" not started", _QUIET))
    sign, style = _SIGNS[state.state]
    words = "" if brief and state.state is ServerState.READY else f" {_state_words(state, now)}"
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


def describe_counts(counts: Counts, progress: SearchProgress) -> tuple[Piece, ...]:
    """Shown, loaded, total; what is not known is said to be unknown."""
    pieces: list[Piece] = []
    if counts.marked:
        pieces.append((f"{counts.marked:,} marked  ", "$text-accent"))
    if counts.shown != counts.loaded:
        pieces.append((f"{counts.shown:,} shown of ", "$text-accent"))
    pieces.append((_loaded_words(counts.loaded, progress), ""))
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
    """What the rows are narrowed to: nothing else on the screen would say why some are missing."""
    return tuple(
        (f"{column_kind(column).title.lower()}: {_chosen(values)}", "$text-accent") for column, values in facets.items()
    )


def _chosen(values: Collection[str]) -> str:
    named = sorted(clean_line(value) or "(none)" for value in values)
    return ", ".join(named) if len(named) <= _MOST_NAMED else f"{len(named)} values"


def describe_search(progress: SearchProgress, *, stale: bool) -> tuple[Piece, ...]:
    """What else there is to know, the most urgent first: failures, old rows, criteria applied here, warnings."""
    pieces: list[Piece] = []
    if progress.failures:
        pieces.append((f"{_names(tuple(f.profile for f in progress.failures))} failed (e)", _BAD))
    if progress.cancelled and not progress.running:
        pieces.append(("cancelled (r)", _QUIET))
    if stale:
        pieces.append(("old rows", _BUSY))
    if progress.applied_here:
        names = ", ".join(name.replace("_", " ") for name in progress.applied_here)
        pieces.append((f"{names} applied here", _QUIET))
    if progress.incomplete:
        pieces.append((f"! {progress.incomplete:,} incomplete", _BUSY))
    if progress.warnings:
        more = f" (+{len(progress.warnings) - 1})" if len(progress.warnings) > 1 else ""
        pieces.append((progress.warnings[0] + more, _BUSY))
    return tuple(pieces)


def _names(names: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def _duration(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"
