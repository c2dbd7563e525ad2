"""What the browser reads and writes of the user's files: recent and saved searches, theme, columns and panes.

Invariant: file access runs on one background thread, one job after the other in the order of `FileJobs.run`; it holds
up neither the screen nor, for longer than `_FLUSH_SECONDS`, the end of the program.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import asdict

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.ticket import Ticket, TicketKey

_FLUSH_SECONDS = 1.0  # that quitting waits for the last write; a dead network home must not hold it longer

T = TypeVar("T")


class Remembered(Protocol):
    """One search that was made before."""

    @property
    def criteria(self) -> TicketSearchCriteria: ...
    @property
    def used_at(self) -> str: ...
    @property
    def pinned(self) -> bool: ...


class SearchMemory(Protocol):
    """Recent and saved searches (`tui_app.settings.recents`). It reads and writes files: never on the UI thread."""

    def entries(self) -> Sequence[Remembered]: ...
    def add(self, criteria: TicketSearchCriteria) -> None: ...
    def pin(self, criteria: TicketSearchCriteria, *, pinned: bool) -> None: ...
    def delete(self, criteria: TicketSearchCriteria) -> None: ...
    def saved(self) -> Mapping[str, TicketSearchCriteria]: ...
    def save(self, name: str, criteria: TicketSearchCriteria) -> None: ...
    def forget(self, name: str) -> None: ...
    @property
    def notices(self) -> Sequence[str]: ...


class LookMemory(Protocol):
    """Theme, columns and panes (`tui_app.settings.state`). Setting writes a file: never on the UI thread."""

    @property
    def theme(self) -> str | None: ...
    def set_theme(self, theme: str) -> None: ...
    @property
    def first_run_card_seen(self) -> bool: ...
    def set_first_run_card_seen(self) -> None: ...
    def columns(self, profile: str) -> Sequence[Mapping[str, Any]]: ...
    def set_columns(self, profile: str, columns: tuple[Mapping[str, Any], ...]) -> None: ...
    def order(self, name: str) -> Mapping[str, Any]: ...
    def set_order(self, name: str, order: Mapping[str, Any]) -> None: ...
    def set_trackers(self, names: Sequence[str]) -> None: ...
    def sites(self, profile: str) -> Sequence[str]: ...
    def add_site(self, profile: str, site: str) -> None: ...
    def panes(self) -> Mapping[str, Any]: ...
    def set_panes(self, panes: Mapping[str, Any]) -> None: ...
    def set_last_search(self, trackers: Sequence[str], criteria: Mapping[str, Any], view: str) -> None: ...
    @property
    def notices(self) -> Sequence[str]: ...


class KeptRows(Protocol):
    """The rows that a search had, and when; see `tui_app.settings.cached_rows.CachedRows`."""

    @property
    def at(self) -> datetime: ...
    @property
    def tickets(self) -> tuple[Ticket, ...]: ...
    @property
    def seen(self) -> tuple[Ticket, ...]: ...
    @property
    def seen_at(self) -> datetime | None: ...
    @property
    def matching(self) -> int | None: ...
    @property
    def more(self) -> bool: ...


class RowMemory(Protocol):
    """The last rows of each search (`tui_app.settings.cached_rows`). It reads and writes files: only the first rows
    are read on the UI thread, before there is a screen."""

    def load(self, profiles: Sequence[str], criteria: TicketSearchCriteria) -> KeptRows | None: ...
    def store(
        self, profiles: Sequence[str], criteria: TicketSearchCriteria, tickets: Sequence[Ticket], at: datetime,
        *, seen: Sequence[Ticket], seen_at: datetime | None, matching: int | None, more: bool,
    ) -> None: ...  # fmt: skip
    def load_ticket(self, key: TicketKey) -> tuple[Ticket, datetime] | None: ...
    def store_ticket(self, ticket: Ticket, at: datetime) -> None: ...
    def seen(self) -> Sequence[tuple[Ticket, datetime]]: ...
    def sweep(self) -> None: ...


class KeptDraft(Protocol):
    """A text that was meant for a ticket. ``sent``: it was sent, and may be there."""

    @property
    def path(self) -> Path: ...
    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def sent(self) -> bool: ...


class DraftMemory(Protocol):
    """Texts of changes until they are known to be there (`tui_app.settings.change_files`): never on the UI thread."""

    def save(
        self,
        profile: str,
        ticket_id: str,
        kind: str,
        values: Mapping[str, Any],
        answers: Mapping[str, Any] | None = None,
        *,
        instead_of: Path | None = None,
    ) -> Path: ...
    def latest(self, profile: str, ticket_id: str, kind: str) -> KeptDraft | None: ...
    def discard(self, path: Path) -> None: ...


class ChangeHistory(Protocol):
    """The log of changes made from this machine (`tui_app.settings.change_files`): never on the UI thread."""

    def changes(self) -> Sequence[Mapping[str, Any]]: ...


class FileJobs:
    """Runs jobs that read or write files on one daemon thread.

    Args:
        call_on_ui: calls a function with arguments on the UI thread; must be callable from any thread.
        after_each: called there after each job, whose file may have left a notice.
    """

    def __init__(self, call_on_ui: Callable[..., object], after_each: Callable[[], object] = lambda: None) -> None:
        self._call_on_ui = call_on_ui
        self._after_each = after_each
        self._jobs: SimpleQueue[Callable[[], None]] = SimpleQueue()
        self._thread: Thread | None = None

    def run(self, job: Callable[[], T], then: Callable[[T], object] | None = None) -> None:
        """Run ``job`` soon, and ``then`` with its result on the UI thread. A job that raises is dropped."""
        if self._thread is None:
            self._thread = Thread(target=self._work, name="files", daemon=True)
            self._thread.start()

        def whole_job() -> None:
            result = job()
            if then is not None:
                self._call_on_ui(then, result)
            self._call_on_ui(self._after_each)

        self._jobs.put(whole_job)

    def flush(self) -> None:
        """Wait, `_FLUSH_SECONDS` at most, until the jobs so far have run."""
        if self._thread is not None:
            done = Event()
            self._jobs.put(done.set)
            done.wait(_FLUSH_SECONDS)

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            with suppress(Exception):  # the stores report their own faults as notices; nothing may end this thread
                job()


class UserMemories(Struct, frozen=True, kw_only=True):
    """What is kept in the user's files, each part by what reads and writes it."""

    recents: SearchMemory
    """Recent and saved searches."""
    looks: LookMemory
    """Theme, columns and panes of the last time."""
    rows: RowMemory
    """The last rows of each search."""
    drafts: DraftMemory
    """Texts of changes that did not get through."""
    changes: ChangeHistory
    """The log of changes made from this machine."""
    config_file: str = "config.toml"
    """Path of the config file, for words that name it."""


class UserFiles(UserMemories, frozen=True, kw_only=True):
    """All that the screens need of the user's files, as one value."""

    jobs: FileJobs

    @classmethod
    def of(cls, memories: UserMemories, jobs: FileJobs) -> UserFiles:
        """``memories``, read and written by ``jobs``."""
        return cls(jobs=jobs, **asdict(memories))

    def remember_search(self, criteria: TicketSearchCriteria) -> None:
        """Put a search on top of the recent ones."""
        self.jobs.run(lambda: self.recents.add(criteria))

    def remember_theme(self, theme: str) -> None:
        """Start in this theme next time."""
        self.jobs.run(lambda: self.looks.set_theme(theme))

    def remember_columns(self, profiles: str, columns: tuple[Mapping[str, Any], ...]) -> None:
        """Show these columns for these profiles next time."""
        self.jobs.run(lambda: self.looks.set_columns(profiles, columns))

    def remember_order(self, name: str, order: Mapping[str, Any]) -> None:
        """Have these rows in this order next time."""
        self.jobs.run(lambda: self.looks.set_order(name, order))

    def remember_trackers(self, names: Sequence[str]) -> None:
        """Search these trackers next time."""
        self.jobs.run(lambda: self.looks.set_trackers(names))

    def remember_site(self, profile: str, site: str) -> None:
        """Open addresses of this tracker's tickets at ``site`` without a question from now on."""
        self.jobs.run(lambda: self.looks.add_site(profile, site))

    def remember_panes(self, panes: Mapping[str, Any]) -> None:
        """Divide the screen like this next time."""
        self.jobs.run(lambda: self.looks.set_panes(panes))

    def remember_last_search(self, trackers: Sequence[str], criteria: TicketSearchCriteria, view: str) -> None:
        """Begin with this next time that these trackers are chosen; ``view``: the view that is shown, if it is one."""
        self.jobs.run(lambda: self.looks.set_last_search(trackers, criteria.to_json(), view))
