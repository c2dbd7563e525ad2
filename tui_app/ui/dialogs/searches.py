"""What to search: recent and saved searches, quick views, in which trackers; and a ticket to go to.

Invariant: files are read and written on the thread of `FileWriter`, never here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from textual.widgets import Input

from tui_app.tickets.criteria import TicketSearchCriteria, View
from tui_app.tickets.dates import as_utc
from tui_app.tickets.mentions import NamedTicket
from tui_app.tickets.query import format_query
from tui_app.tickets.servers import ProfileSummary, StateChanged
from tui_app.ui.dialogs.picker import Picker, PickItem
from tui_app.ui.form.sentence import sentence_text
from tui_app.ui.rendering.at_a_glance import age_words, ago
from tui_app.ui.user_files import FileJobs, Remembered, SearchMemory

KeptT = TypeVar("KeptT")


class QuickViewPicker(Picker[int]):
    """The searches on the number keys."""

    def __init__(self, views: Sequence[View]) -> None:
        super().__init__("Views")
        self._views = views

    def items(self) -> Sequence[PickItem]:
        return [
            PickItem(str(at), f"{at + 1 if at < 9 else ' '}  {view.name}", sentence_text(view.criteria))
            for at, view in enumerate(self._views)
        ]

    def explanation(self) -> str:
        return "The keys 1 to 9 do the same without this list."

    def taken(self, item: PickItem) -> None:
        self.dismiss(int(item.id) + 1)


class KeptPicker(Picker[TicketSearchCriteria], Generic[KeptT]):
    """Lists what a file holds. Enter pressed before the file has been read takes its line as soon as it is there."""

    def __init__(self, title: str, jobs: FileJobs, *, placeholder: str) -> None:
        super().__init__(title, placeholder=placeholder)
        self._jobs = jobs
        self._is_read = False
        self._take_then = False

    def read(self) -> KeptT:
        """What the file holds; on the thread for files."""
        raise NotImplementedError

    def hold(self, content: KeptT) -> None:
        """List ``content`` from now on."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self._jobs.run(self.read, self._show)

    def change(self, write: Callable[[], object]) -> None:
        """Write to the file, and list what it holds then."""
        self._jobs.run(write)
        self._jobs.run(self.read, self._show)

    def _show(self, content: KeptT) -> None:
        if self not in self.app.screen_stack:
            return
        self.hold(content)
        self._is_read = True
        self.reload()
        if self._take_then:
            self._take_then = False
            self.action_take()

    def reload(self, cursor_id: str | None = None) -> None:
        super().reload(cursor_id)
        if not self._is_read:
            self.show_note("")

    def action_take(self) -> None:
        if self._is_read:
            super().action_take()
        else:
            self._take_then = True


class RecentPicker(KeptPicker[Sequence[Remembered]]):
    """The latest searches, pinned ones first."""

    ABILITIES: ClassVar[frozenset[str]] = frozenset({"pick", "delete"})
    NOTHING = "No search here. What you search for is kept in this list."

    def __init__(self, recents: SearchMemory, jobs: FileJobs, now: Callable[[], datetime]) -> None:
        super().__init__("Recent searches", jobs, placeholder="type to narrow")
        self._now = now
        self._recents = recents
        self._entries: Sequence[Remembered] = ()

    def read(self) -> Sequence[Remembered]:
        return self._recents.entries()

    def hold(self, content: Sequence[Remembered]) -> None:
        self._entries = sorted(content, key=lambda entry: not entry.pinned)

    def items(self) -> Sequence[PickItem]:
        now = self._now()
        return [
            PickItem(
                str(at),
                sentence_text(entry.criteria),
                _ago(entry.used_at, now),
                search=format_query(entry.criteria.to_json()),
                picked=entry.pinned,
            )
            for at, entry in enumerate(self._entries)
        ]

    def explanation(self) -> str:
        return "A ticked search is pinned: it stays, on top."

    def taken(self, item: PickItem) -> None:
        self.dismiss(self._entries[int(item.id)].criteria)

    def action_pick(self) -> None:
        if self.current is not None:
            entry, recents = self._entries[int(self.current.id)], self._recents
            self.change(lambda: recents.pin(entry.criteria, pinned=not entry.pinned))

    def action_delete(self) -> None:
        if self.current is not None:
            entry, recents = self._entries[int(self.current.id)], self._recents
            self.change(lambda: recents.delete(entry.criteria))


def _ago(moment: str, now: datetime) -> str:
    try:
        return ago(as_utc(datetime.fromisoformat(moment)), now)
    except ValueError:
        return ""


_SAVE = "save"


class SavedPicker(KeptPicker[Mapping[str, TicketSearchCriteria]]):
    """Searches under a name; typing a name saves the present search under it."""

    ABILITIES: ClassVar[frozenset[str]] = frozenset({"delete"})
    NOTHING = "Nothing is saved yet. Type a name and press enter to save the present search under it."

    def __init__(self, recents: SearchMemory, jobs: FileJobs, present: TicketSearchCriteria) -> None:
        super().__init__("Saved searches", jobs, placeholder="a name to call, or a new one to save under")
        self._recents = recents
        self._present = present
        self._saved: Mapping[str, TicketSearchCriteria] = {}

    def read(self) -> Mapping[str, TicketSearchCriteria]:
        return self._recents.saved()

    def hold(self, content: Mapping[str, TicketSearchCriteria]) -> None:
        self._saved = content

    def items(self) -> Sequence[PickItem]:
        named = [PickItem(f"name:{name}", name, sentence_text(criteria)) for name, criteria in self._saved.items()]
        if self._is_read and self.typed:
            name = f"“{self.typed}”"
            is_new = self.typed not in self._saved
            words = f"Save the present search as {name}" if is_new else f"Replace {name} by the present search"
            named.append(PickItem(_SAVE, words, search=self.typed))
        return named

    def explanation(self) -> str:
        return f"The present search: {sentence_text(self._present)}"

    def taken(self, item: PickItem) -> None:
        if item.id != _SAVE:
            self.dismiss(self._saved[item.id.removeprefix("name:")])
            return
        name, recents, present = self.typed, self._recents, self._present
        self._jobs.run(lambda: recents.save(name, present))
        self.app.notify(f"Saved as “{name}”.", markup=False)
        self.dismiss(None)

    def action_delete(self) -> None:
        if self.current is not None and self.current.id != _SAVE:
            name, recents = self.current.id.removeprefix("name:"), self._recents
            self.change(lambda: recents.forget(name))


class GoToDialog(Picker[NamedTicket]):
    """Gives the ticket that the typed id or address names, or one that was seen and has the typed words.

    Args:
        named: the tickets that a text may name, the likeliest first.
        example: an id as the trackers have them; empty: none is known.
        now: the clock's.
        text: what is typed already.
    """

    NOTHING = "No ticket here is called that. Type its whole id or address."

    def __init__(
        self,
        named: Callable[[str], Sequence[NamedTicket]],
        example: str,
        now: Callable[[], datetime],
        text: str = "",
    ) -> None:
        known = f"an id, as {example}, an address" if example else "an id, an address"
        super().__init__("Go to a ticket", placeholder=f"{known}, or words of one seen before")
        self._named = named
        self._now = now
        self._text = text
        self._found: Sequence[NamedTicket] = ()

    def on_mount(self) -> None:
        if self._text:
            self.set_typed(self._text)
            self.query_one("#dialog-input", Input).action_select_all()  # it is an offer: the first key replaces it

    def items(self) -> Sequence[PickItem]:
        self._found, typed, now = self._named(self.typed), self.typed, self._now()
        return [
            PickItem(str(at), _label(named), _why(named, now), search=typed, names=(typed,))
            for at, named in enumerate(self._found)
        ]

    def list_again(self) -> None:
        """Tickets that were seen are known now."""
        if self in self.app.screen_stack:
            self.reload()

    def show_note(self, words: str) -> None:
        super().show_note(words if self.typed else "Of any tracker that is configured, searched now or not.")

    def taken(self, item: PickItem) -> None:
        self.dismiss(self._found[int(item.id)])


def _label(named: NamedTicket) -> str:
    return f"Open {named.id}" + (f"  {named.row.title}" if named.row else "")


def _why(named: NamedTicket, now: datetime) -> str:
    if named.seen_at:
        return f"{named.profile} · {age_words(named.seen_at, now)}"
    doubt = "" if named.is_certain else " · not seen yet" if named.fits else " · not searched yet"
    return f"{named.profile}{doubt}"


_ALL = "\n"
"""Stands for all trackers in the list: no profile is called so."""


class ProfilePicker(Picker[tuple[str, ...]]):
    """Gives the names of the profiles to search."""

    ABILITIES: ClassVar[frozenset[str]] = frozenset({"pick"})

    def __init__(
        self,
        profiles: Sequence[ProfileSummary],
        present: Sequence[str],
        states: Mapping[str, StateChanged],
        config_file: str,
    ) -> None:
        super().__init__("Trackers", cursor_id=present[0])
        self._profiles = profiles
        self._ticked = set(present)
        self._ticked_here = False
        """Whether the ticks are of this dialog's making, and no longer just those trackers that are searched now."""
        self._states = states
        self._config_file = config_file
        self._own = tuple(profile.name for profile in profiles if profile.source != "built in")
        """All but the samples."""

    def items(self) -> Sequence[PickItem]:
        lines = [
            PickItem(
                profile.name, profile.name, self._hint(profile), profile.command, picked=profile.name in self._ticked
            )
            for profile in self._profiles
        ]
        return [*lines, PickItem(_ALL, f"All {len(self._own)} of yours, together")] if len(self._own) > 1 else lines

    def _hint(self, profile: ProfileSummary) -> str:
        state = self._states.get(profile.name)
        return f"{state.state if state else 'not started'} · {profile.command}"

    def explanation(self) -> str:
        names = self._wanted()
        if len(names) > 1:
            return f"Enter searches {len(names)} trackers into one table."
        return f"Ticking several searches them together. More go into {self._config_file}."

    def _wanted(self) -> tuple[str, ...]:
        """The profiles that enter picks: the ticked ones, or else the one under the cursor."""
        here = self.current.id if self.current else ""
        if here == _ALL:
            return self._own
        ticked = tuple(profile.name for profile in self._profiles if profile.name in self._ticked)
        return ticked if ticked and (self._ticked_here or here in ticked) else (here,)

    def action_pick(self) -> None:
        if self.current is not None and self.current.id != _ALL:
            self._ticked ^= {self.current.id}
            self._ticked_here = True
            self.reload()

    def taken(self, item: PickItem) -> None:  # noqa: ARG002  the item is the current one
        self.dismiss(self._wanted())
