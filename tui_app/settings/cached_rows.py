"""The last rows of each search and the tickets that were opened, kept for the next start.

Invariants: what is kept went through the removal of private fields and the masking of secrets, as everything that is
shown; a profile whose private fields, server or ``cache`` have changed since has nothing left here. Each search is one
file, written as `write_atomically` does: whole or not at all, for this user alone. No method raises because of the disk
or of what a file holds: losing one costs a look at an empty table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from tui_app.settings.paths import cached_rows_dir
from tui_app.settings.profiles import Profile
from tui_app.settings.storage import write_atomically
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.fields import TICKET_FIELDS, FieldKind
from tui_app.tickets.ticket import Attachment, Change, Comment, Relation, Ticket, TicketKey

MOST_ROWS = 1000
"""Rows of one search that are kept."""
MOST_SEARCHES = 60
MOST_OPENED = 300
"""Whole tickets that are kept."""
MOST_SEEN = 20_000
"""Tickets that `RowCache.seen` finds."""
_LONGEST_ROW = 20_000  # bytes of a row's further fields; more is not for a list
_LONGEST_TICKET = 500_000  # bytes
_VERSION = 1
_ROW_KINDS = tuple(field for field in TICKET_FIELDS if field.kind not in (FieldKind.TEXT, FieldKind.LIST))
_ROW_FIELDS = tuple(field.name for field in _ROW_KINDS)
"""Fields of a row; the source is one of them."""
_MORE = ("extra", "lookup", "problems", "closed")


class CachedRows(Struct, frozen=True):
    """The rows that a search had."""

    at: datetime
    """When the tracker's answer was whole."""
    tickets: tuple[Ticket, ...]
    seen: tuple[Ticket, ...] = ()
    """The rows as the user saw them last: what is new or changed is so against them."""
    seen_at: datetime | None = None
    matching: int | None = None
    """How many tickets matched, at least; None: that is not known."""
    more: bool = False
    """Whether there were further ones."""


class _Stored(Struct, array_like=True):
    version: int
    marks: dict[str, str]
    """Profile to the mark of its settings."""
    at: datetime
    rows: list[dict[str, Any]]
    seen: list[dict[str, Any]] = []
    seen_at: datetime | None = None
    matching: int | None = None
    more: bool = False


class _StoredTicket(Struct, array_like=True):
    version: int
    marks: dict[str, str]
    at: datetime
    row: dict[str, Any]
    description: str | None = None
    comments: tuple[Comment, ...] = ()
    history: tuple[Change, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    relations: tuple[dict[str, Any], ...] = ()


class RowCache:
    """The kept rows of ``profiles``, those that want it.

    Args:
        profiles: all that are configured.
        enabled: False: nothing is kept, and nothing is read.
        folder: where; default: the state folder's.
    """

    def __init__(self, profiles: Iterable[Profile], *, enabled: bool = True, folder: Path | None = None) -> None:
        self._folder = folder or cached_rows_dir()
        self._marks = {profile.name: _mark_of(profile) for profile in profiles if enabled and profile.cache}

    def load(self, profiles: Sequence[str], criteria: TicketSearchCriteria) -> CachedRows | None:
        """The rows that this search had in these profiles; None: none are kept."""
        return self._read(self._file_of(profiles, criteria))

    def store(
        self,
        profiles: Sequence[str],
        criteria: TicketSearchCriteria,
        tickets: Sequence[Ticket],
        at: datetime,
        *,
        seen: Sequence[Ticket] = (),
        seen_at: datetime | None = None,
        matching: int | None = None,
        more: bool = False,
    ) -> None:
        """Keep rows, the first `MOST_ROWS`, instead of the former ones; those of a profile without a cache are not.

        The other arguments are the fields of `CachedRows`.
        """
        marks = {name: self._marks[name] for name in profiles if name in self._marks}
        if not marks:
            return
        rows = [_row_of(ticket) for ticket in tickets[:MOST_ROWS] if ticket.source in marks]
        before = [_row_of(ticket, _ROW_FIELDS) for ticket in seen[:MOST_ROWS] if ticket.source in marks]
        matching = matching if len(marks) == len({*profiles}) else None  # else it counts what is not kept, too
        stored = _Stored(_VERSION, marks, at, rows, before, seen_at, matching, more)
        self._write(self._file_of(profiles, criteria), stored, MOST_SEARCHES, "*.rows")

    def load_ticket(self, key: TicketKey) -> tuple[Ticket, datetime] | None:
        """A ticket that was opened before, with when that was."""
        found = self._read_ticket(self._ticket_file(key))
        return found if found is not None and found[0].key == key else None

    def store_ticket(self, ticket: Ticket, at: datetime) -> None:
        """Keep a ticket that was opened, whole."""
        if ticket.source not in self._marks:
            return
        relations = tuple(
            {name: getattr(relation, name) for name in Relation.__struct_fields__} for relation in ticket.relations
        )
        stored = _StoredTicket(
            _VERSION, {ticket.source: self._marks[ticket.source]}, at, _row_of(ticket), ticket.description,
            ticket.comments, ticket.history, ticket.attachments, relations,
        )  # fmt: skip
        self._write(self._ticket_file(ticket.key), stored, MOST_OPENED, "*.ticket")

    def seen(self, most: int = MOST_SEEN) -> tuple[tuple[Ticket, datetime], ...]:
        """The kept tickets of all searches and those that were opened: each once, as it was seen last, and when."""
        found: dict[TicketKey, tuple[Ticket, datetime]] = {}
        for ticket, at in self._all_kept():
            key = ticket.key
            if key not in found and len(found) >= most:
                break
            if key not in found or found[key][1] < at:
                found[key] = ticket, at
        return tuple(found.values())

    def _all_kept(self) -> Iterator[tuple[Ticket, datetime]]:
        for file in self._files("*.ticket"):
            if opened := self._read_ticket(file):
                yield opened
        for file in self._files("*.rows"):
            rows = self._read(file)
            yield from ((ticket, rows.at) for ticket in rows.tickets) if rows else ()

    def sweep(self) -> None:
        """Delete what no profile may show any more: of profiles that are gone, changed, or keep nothing now."""
        for pattern, kind in (("*.rows", _Stored), ("*.ticket", _StoredTicket)):
            for file in self._files(pattern):
                if self._decoded(file, kind) is None:
                    with suppress(OSError):
                        file.unlink()

    def clear(self) -> int:
        """Delete everything that is kept, of all profiles; returns how many files that were."""
        files = [*self._files("*.rows"), *self._files("*.ticket")]
        for file in files:
            with suppress(OSError):
                file.unlink()
        return len(files)

    # ------------------------------------------------------------------ files

    def _file_of(self, profiles: Sequence[str], criteria: TicketSearchCriteria) -> Path:
        asked = msgspec.json.encode([sorted(profiles), criteria.to_json()], order="sorted")
        return self._folder / f"{sha256(asked).hexdigest()[:32]}.rows"

    def _ticket_file(self, key: TicketKey) -> Path:
        return self._folder / f"{sha256(msgspec.json.encode(key)).hexdigest()[:32]}.ticket"

    def _files(self, pattern: str) -> list[Path]:
        """The files of a kind, the latest first."""
        dated: list[tuple[float, Path]] = []
        with suppress(OSError):
            for file in self._folder.glob(pattern):
                with suppress(OSError):
                    dated.append((file.stat().st_mtime, file))
        return [file for _, file in sorted(dated, reverse=True)]

    def _read(self, file: Path) -> CachedRows | None:
        stored = self._decoded(file, _Stored)
        if stored is None:
            return None
        rows, seen = (tuple(filter(None, map(_ticket_of, part))) for part in (stored.rows, stored.seen))
        return CachedRows(stored.at, rows, seen, stored.seen_at, stored.matching, stored.more)

    def _read_ticket(self, file: Path) -> tuple[Ticket, datetime] | None:
        stored = self._decoded(file, _StoredTicket)
        ticket = _ticket_of(stored.row) if stored else None
        if ticket is None:
            return None
        with suppress(TypeError, msgspec.ValidationError):
            relations = tuple(Relation(**relation) for relation in stored.relations)
            whole = replace(
                ticket, description=stored.description, comments=stored.comments, history=stored.history,
                attachments=stored.attachments, relations=relations,
            )  # fmt: skip
            return whole, stored.at
        return None

    def _decoded(self, file: Path, kind: type[Any]) -> Any:
        """What a file holds; None where it may not be shown, or is none of ours."""
        try:
            stored = msgspec.msgpack.decode(file.read_bytes(), type=kind)
        except (OSError, msgspec.MsgspecError, ValueError, RecursionError):
            return None
        allowed = stored.marks and all(self._marks.get(name) == mark for name, mark in stored.marks.items())
        return stored if allowed and stored.version == _VERSION else None

    def _write(self, file: Path, stored: Any, most: int, pattern: str) -> None:
        with suppress(OSError, TypeError, ValueError, OverflowError):
            content = msgspec.msgpack.encode(stored)
            if pattern == "*.ticket" and len(content) > _LONGEST_TICKET:
                return
            write_atomically(file, content)
            for oldest in self._files(pattern)[most:]:
                oldest.unlink(missing_ok=True)


def _mark_of(profile: Profile) -> str:
    """Changes with anything that decides what of a server's answers may be shown, or which server answers."""
    said = [
        profile.name, list(profile.command), profile.url, profile.cwd, profile.adapter, sorted(profile.private_fields),
        sorted(profile.env.items()), sorted(profile.headers.items()), repr(profile.map),
    ]  # fmt: skip
    return sha256(msgspec.json.encode(said)).hexdigest()[:32]


def _row_of(ticket: Ticket, names: Sequence[str] = (*_ROW_FIELDS, *_MORE)) -> dict[str, Any]:
    """The fields of a row that are not empty; further fields that are too long for one are left out."""
    row = {name: value for name in names if (value := getattr(ticket, name)) not in (None, "", (), {})}
    extra = row.get("extra")
    if extra and len(msgspec.msgpack.encode(extra)) > _LONGEST_ROW:
        del row["extra"]
    return row


_KIND_TYPES: Mapping[FieldKind, Any] = {
    FieldKind.LABELS: tuple[str, ...],
    **dict.fromkeys((FieldKind.MOMENT, FieldKind.DUE), datetime | None),
}
_DEFAULTS = Ticket("", "", "")
_Row = msgspec.defstruct(
    "_Row",
    [
        *((f.name, _KIND_TYPES.get(f.kind, str | None), getattr(_DEFAULTS, f.name)) for f in _ROW_KINDS),
        *((name, dict[str, Any], msgspec.field(default_factory=dict)) for name in ("extra", "lookup")),
        ("problems", tuple[str, ...], ()),
        ("closed", bool | None, None),
    ],
)
"""The types of a row's values, as the table of fields has them."""


def _ticket_of(row: Mapping[str, Any]) -> Ticket | None:
    """A stored row as a ticket; None: it is damaged."""
    try:
        return Ticket(**msgspec.structs.asdict(msgspec.convert(row, type=_Row)))
    except msgspec.ValidationError:
        return None
