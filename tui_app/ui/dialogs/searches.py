"""Lists of searches: recent ones, saved ones, quick views. Files are read and written by the keeper, never here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.query import format_query
from tui_app.ui.dialogs.pick_list import PickItem
from tui_app.ui.dialogs.picker import Picker
from tui_app.ui.form.sentence import sentence_text
from tui_app.ui.keeper import Keeper
from tui_app.ui.memory import Remembered, SearchMemory
from tui_app.ui.quick_views import NamedSearch


class QuickViewPicker(Picker[TicketSearchCriteria]):
    """The searches on the number keys."""

    def __init__(self, views: Sequence[NamedSearch]) -> None:
        super().__init__("Quick views", placeholder="type to narrow; 1 to 9 do the same without this list")
        self._views = views

    def items(self) -> Sequence[PickItem]:
        return [
            PickItem(str(at), f"{at + 1 if at < 9 else ' '}  {view.name}", sentence_text(view.criteria))
            for at, view in enumerate(self._views)
        ]

    def taken(self, item: PickItem) -> None:
        self.dismiss(self._views[int(item.id)].criteria)


class RecentPicker(Picker[TicketSearchCriteria]):
    """The latest searches, pinned ones first."""

    ABILITIES: ClassVar[frozenset[str]] = frozenset({"pick", "delete"})
    NOTHING = "No search here. What you search for is kept in this list."

    def __init__(self, recents: SearchMemory, keeper: Keeper) -> None:
        super().__init__("Recent searches", placeholder="type to narrow")
        self._recents = recents
        self._keeper = keeper
        self._entries: list[Remembered] = []

    def on_mount(self) -> None:
        self._read_again()

    def _read_again(self) -> None:
        recents = self._recents
        self._keeper.run(lambda: list(recents.entries()), self._show)

    def _show(self, entries: list[Remembered]) -> None:
        self._entries = sorted(entries, key=lambda entry: not entry.pinned)
        if self.is_mounted:
            self.reload()

    def items(self) -> Sequence[PickItem]:
        return [
            PickItem(
                str(at),
                sentence_text(entry.criteria),
                entry.used_at[:16].replace("T", " "),
                search=format_query(entry.criteria.to_json()),
                picked=entry.pinned,
            )
            for at, entry in enumerate(self._entries)
        ]

    def explanation(self) -> str:
        return "✓ is pinned: it stays, and stands on top."

    def taken(self, item: PickItem) -> None:
        self.dismiss(self._entries[int(item.id)].criteria)

    def action_pick(self) -> None:
        if self.current is not None:
            entry, recents = self._entries[int(self.current.id)], self._recents
            self._keeper.run(lambda: recents.pin(entry.criteria, pinned=not entry.pinned))
            self._read_again()

    def action_delete(self) -> None:
        if self.current is not None:
            entry, recents = self._entries[int(self.current.id)], self._recents
            self._keeper.run(lambda: recents.delete(entry.criteria))
            self._read_again()


_SAVE = "save"


class SavedPicker(Picker[TicketSearchCriteria]):
    """Searches under a name; typing a new name saves the present search under it."""

    ABILITIES: ClassVar[frozenset[str]] = frozenset({"delete"})

    def __init__(self, recents: SearchMemory, keeper: Keeper, present: TicketSearchCriteria) -> None:
        super().__init__("Saved searches", placeholder="a name to find, or a new name to save the present search under")
        self._recents = recents
        self._keeper = keeper
        self._present = present
        self._saved: Mapping[str, TicketSearchCriteria] = {}

    def on_mount(self) -> None:
        self._read_again()

    def _read_again(self) -> None:
        recents = self._recents
        self._keeper.run(lambda: dict(recents.saved()), self._show)

    def _show(self, saved: Mapping[str, TicketSearchCriteria]) -> None:
        self._saved = saved
        if self.is_mounted:
            self.reload()

    def items(self) -> Sequence[PickItem]:
        named = [PickItem(f"name:{name}", name, sentence_text(criteria)) for name, criteria in self._saved.items()]
        if self.typed and self.typed not in self._saved:
            named.append(PickItem(_SAVE, f"Save the present search as “{self.typed}”", search=self.typed))
        return named

    def explanation(self) -> str:
        return f"The present search: {sentence_text(self._present)}"

    NOTHING = "Nothing is saved yet. Type a name and press enter to save the present search under it."

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
            self._keeper.run(lambda: recents.forget(name))
            self._read_again()
