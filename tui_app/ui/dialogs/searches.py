"""Lists of searches: recent ones, saved ones, quick views. Files are read and written by the keeper, never here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar, Generic, TypeVar

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.dates import as_utc
from tui_app.tickets.query import format_query
from tui_app.ui.dialogs.pick_list import PickItem
from tui_app.ui.dialogs.picker import Picker
from tui_app.ui.form.sentence import sentence_text
from tui_app.ui.keeper import Keeper
from tui_app.ui.memory import Remembered, SearchMemory
from tui_app.ui.quick_views import NamedSearch
from tui_app.ui.rendering.moments import ago

KeptT = TypeVar("KeptT")


class QuickViewPicker(Picker[TicketSearchCriteria]):
    """The searches on the number keys."""

    def __init__(self, views: Sequence[NamedSearch]) -> None:
        super().__init__("Quick views")
        self._views = views

    def items(self) -> Sequence[PickItem]:
        return [
            PickItem(str(at), f"{at + 1 if at < 9 else ' '}  {view.name}", sentence_text(view.criteria))
            for at, view in enumerate(self._views)
        ]

    def explanation(self) -> str:
        return "The keys 1 to 9 do the same without this list."

    def taken(self, item: PickItem) -> None:
        self.dismiss(self._views[int(item.id)].criteria)


class KeptPicker(Picker[TicketSearchCriteria], Generic[KeptT]):
    """Lists what a file holds. Enter that is pressed before the file was read takes its line as soon as it was."""

    def __init__(self, title: str, keeper: Keeper, *, placeholder: str) -> None:
        super().__init__(title, placeholder=placeholder)
        self._keeper = keeper
        self._is_read = False
        self._take_then = False

    def read(self) -> KeptT:
        """What the file holds; on the keeper's thread."""
        raise NotImplementedError

    def hold(self, content: KeptT) -> None:
        """List ``content`` from now on."""
        raise NotImplementedError

    def on_mount(self) -> None:
        self._keeper.run(self.read, self._show)

    def change(self, write: Callable[[], object]) -> None:
        """Write to the file, and list what it holds then."""
        self._keeper.run(write)
        self._keeper.run(self.read, self._show)

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

    def __init__(self, recents: SearchMemory, keeper: Keeper) -> None:
        super().__init__("Recent searches", keeper, placeholder="type to narrow")
        self._recents = recents
        self._entries: Sequence[Remembered] = ()

    def read(self) -> Sequence[Remembered]:
        return self._recents.entries()

    def hold(self, content: Sequence[Remembered]) -> None:
        self._entries = sorted(content, key=lambda entry: not entry.pinned)

    def items(self) -> Sequence[PickItem]:
        now = datetime.now(UTC)
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

    def __init__(self, recents: SearchMemory, keeper: Keeper, present: TicketSearchCriteria) -> None:
        super().__init__("Saved searches", keeper, placeholder="a name to call, or a new one to save under")
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
        self._keeper.run(lambda: recents.save(name, present))
        self.app.notify(f"Saved as “{name}”.", markup=False)
        self.dismiss(None)

    def action_delete(self) -> None:
        if self.current is not None and self.current.id != _SAVE:
            name, recents = self.current.id.removeprefix("name:"), self._recents
            self.change(lambda: recents.forget(name))
