"""Writing tickets to a file that the user named.

Files hold the original text of each ticket; CSV alone differs: a cell that a spreadsheet would take for a formula gets
a leading apostrophe (see `tui_app.tickets.export`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tui_app.tickets.errors import UsageError
from tui_app.tickets.export import to_csv, to_json_document, to_jsonl, to_markdown
from tui_app.tickets.ticket import Ticket

FORMATS = {".csv": "CSV", ".json": "JSON", ".jsonl": "JSON Lines", ".md": "Markdown"}
"""A file's ending to what it will hold."""


def export_tickets(tickets: Sequence[Ticket], path: Path, *, replace: bool = False) -> str:
    """Write ``tickets`` in the format that the file's ending names; returns a line for the user.

    Raises:
        UsageError: the ending is none of `FORMATS`, the file is there already and ``replace`` is false, or it cannot be
            written. ``field`` is ``file``.
    """
    target = path.expanduser()
    ending = target.suffix.lower()
    if ending not in FORMATS:
        raise UsageError(
            f"{path.name!r} has no ending that tells the format.", hint=f"End it in {', '.join(FORMATS)}.", field="file"
        )
    text = _text(tickets, ending)
    try:
        with target.open("w" if replace else "x", encoding="utf-8", errors="replace", newline="") as file:
            file.write(text)
    except FileExistsError:
        raise UsageError(
            f"{target} is there already.", hint="Choose another name, or say that it may be replaced.", field="file"
        ) from None
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written: {error.strerror}.",
            hint="Choose a folder that you may write to.",
            field="file",
        ) from error
    return f"Wrote {len(tickets):,} ticket{'' if len(tickets) == 1 else 's'} to {target}."


def _text(tickets: Sequence[Ticket], ending: str) -> str:
    if ending == ".csv":
        return to_csv(tickets, original=True)
    if ending == ".jsonl":
        return to_jsonl(tickets)
    if ending == ".md":
        return to_markdown(tickets)
    return to_json_document(tickets, total=None, truncated=False, warnings=())
