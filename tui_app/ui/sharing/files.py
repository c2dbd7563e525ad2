"""Files for the user: attachments, opened by the system's program for them or saved; and tickets, exported.

Invariants: a file is opened only if its kind is one that programs show and do not run; its name comes from the ticket,
so no part of it can lead to another folder; nothing is replaced that the user was not asked about.
Exported files hold the original text of each ticket; CSV alone differs: a cell that a spreadsheet would take for a
formula gets a leading apostrophe (see `tui_app.tickets.export`).
"""

from __future__ import annotations

import mimetypes
import os
from collections.abc import Callable, Sequence
from pathlib import Path

from tui_app.processes.lent_text import lend
from tui_app.tickets.errors import UsageError
from tui_app.tickets.export import to_csv, to_json_document, to_jsonl, to_markdown
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import Ticket
from tui_app.ui.sharing.external import file_command, start_apart

_LONGEST_NAME = 120  # characters; file systems take 255 bytes
_SHOWN_MAIN_TYPES = ("image", "audio", "video")
_SHOWN_TYPES = frozenset(("application/pdf", "text/plain", "text/csv", "text/markdown", "application/json"))
_SHOWN_PREFIXES = (
    "application/vnd.openxmlformats-officedocument",
    "application/vnd.oasis.opendocument",
)
_NEVER_SHOWN = frozenset(("image/svg+xml",))  # it may hold a program
_TEXT_ENDINGS = frozenset((".log", ".md", ".txt", ".csv", ".json", ".yaml", ".yml", ".diff", ".patch"))


def file_name(name: str) -> str:
    """The last part of ``name`` as a harmless name of a file: no folders, no leading dots or dashes."""
    last = clean_line(name).replace("\\", "/").rpartition("/")[2]
    kept = "".join(character for character in last if character.isalnum() or character in " ._-()[]+@,")
    stem, dot, ending = kept.strip(" .-").rpartition(".")
    return f"{stem[: _LONGEST_NAME - len(ending[:16])]}{dot}{ending[:16]}" if dot else ending[:_LONGEST_NAME] or "file"


def may_be_opened(name: str) -> bool:
    """Whether the system's program for a file of this name shows it, and certainly does not run it."""
    ending = Path(file_name(name)).suffix.lower()
    kind = mimetypes.guess_type(f"x{ending}")[0] or ""
    if ending in _TEXT_ENDINGS:
        return True
    is_shown = kind.partition("/")[0] in _SHOWN_MAIN_TYPES or kind in _SHOWN_TYPES or kind.startswith(_SHOWN_PREFIXES)
    return is_shown and kind not in _NEVER_SHOWN


def open_content(name: str, content: bytes, start: Callable[[list[str]], None] = start_apart) -> str | None:
    """Show ``content`` in the system's program for files of this name; returns why not, or None when it was started."""
    if not may_be_opened(name):
        return f"{file_name(name)} is of a kind that may run as a program; save it instead."
    opener = file_command(os.environ)
    if not opener:
        return "There is no program here that opens files (over SSH?); save it instead."
    try:
        start([*opener, str(lend(file_name(name), content))])
    except OSError as error:
        return f"{opener[0]} cannot be run: {error.strerror}."
    return None


def save_content(content: bytes, path: Path, *, replace: bool = False) -> str:
    """Write ``content`` to a file that the user named; returns a line for the user.

    Raises:
        UsageError: the file is there already and ``replace`` is false, or it cannot be written.
    """
    target = path.expanduser()
    _write(content, target, replace)
    return f"Saved {target} ({len(content):,} bytes)."


def _write(content: bytes, target: Path, replace: bool) -> None:
    try:
        with target.open("wb" if replace else "xb") as file:
            file.write(content)
    except FileExistsError:
        raise UsageError(f"{target} is there already.", hint="Enter again replaces it.", field="file") from None
    except OSError as error:
        raise UsageError(
            f"{target} cannot be written: {error.strerror}.",
            hint="Choose a folder that you may write to.",
            field="file",
        ) from error


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
            f"{path.name!r} has no ending that names a format.", hint=f"End it in {', '.join(FORMATS)}.", field="file"
        )
    content = _text(tickets, ending).encode("utf-8", "replace")
    _write(content, target, replace)
    return f"Wrote {len(tickets):,} ticket{'' if len(tickets) == 1 else 's'} to {target}."


def _text(tickets: Sequence[Ticket], ending: str) -> str:
    if ending == ".csv":
        return to_csv(tickets, original=True)
    if ending == ".jsonl":
        return to_jsonl(tickets)
    if ending == ".md":
        return to_markdown(tickets)
    return to_json_document(tickets, total=None, truncated=False, warnings=())
