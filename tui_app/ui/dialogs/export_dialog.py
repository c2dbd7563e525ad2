"""Export: which rows, and into which file. The file's ending says in which format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from tui_app.tickets.errors import UsageError
from tui_app.tickets.ticket import Ticket
from tui_app.ui.dialogs.pick_list import PickItem
from tui_app.ui.dialogs.picker import Picker
from tui_app.ui.keeper import Keeper
from tui_app.ui.sharing.exporting import export_tickets

_CAPTIONS = {"marked": "Marked rows", "shown": "Rows shown", "all": "All loaded rows"}
_SUGGESTED = "tickets.csv"
_FORMATS = "The ending says the format: .csv, .json, .jsonl or .md."


class ExportDialog(Picker[str]):
    """Writes the file off the UI thread; gives a line on what was written."""

    NOTHING = "There are no rows."

    def __init__(self, choices: Mapping[str, Sequence[Ticket]], keeper: Keeper) -> None:
        super().__init__("Export to", placeholder=f"a file, for example {_SUGGESTED}")
        self._choices = {name: tickets for name, tickets in choices.items() if tickets}
        self._keeper = keeper
        self._to_replace: Path | None = None

    def items(self) -> Sequence[PickItem]:
        return [
            PickItem(name, _CAPTIONS[name], f"{len(tickets):,}", search=self.typed)
            for name, tickets in self._choices.items()
        ]

    def explanation(self) -> str:
        return _FORMATS if self.typed else f"{_FORMATS} Without a name it is {_SUGGESTED}, here."

    def _path(self) -> Path:
        return Path(self.typed or _SUGGESTED).expanduser().absolute()

    def taken(self, item: PickItem) -> None:
        path = self._path()
        replace, self._to_replace = path == self._to_replace, path
        self._keeper.run(partial(_exported, self._choices[item.id], path, replace=replace), self._done)

    def _done(self, outcome: str | UsageError) -> None:
        if not self.is_current:
            return
        if isinstance(outcome, UsageError):
            self.show_note(f"{outcome.cause} {outcome.hint}")
        else:
            self.dismiss(outcome)


def _exported(tickets: Sequence[Ticket], path: Path, *, replace: bool) -> str | UsageError:
    try:
        return export_tickets(tickets, path, replace=replace)
    except UsageError as error:
        if path.exists() and not replace:
            error.hint = "Enter again replaces it."
        return error
