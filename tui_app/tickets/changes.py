"""Changes to tickets as values: what a server can do, what is wanted, what would be sent, what came of it.

Invariants: nothing here sends anything. All text of a `ChangePreview` and a `ChangeOutcome` is the server's or the
user's own: it is shown as text, never as markup. Private fields are in none of these.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal, TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.tickets.dates import iso_utc
from tui_app.tickets.errors import ErrorKind, ExplainedError
from tui_app.tickets.fields import TICKET_FIELDS, FieldKind
from tui_app.tickets.fields import ChangeKind as ChangeKind  # where the settings find it without tickets
from tui_app.tickets.ticket import JsonValue, Relation, Ticket

Visibility: TypeAlias = Literal["", "internal", "public", "unknown"]
"""Who reads a comment: colleagues, the customer too, or everybody who can see the ticket. Empty: it is no comment."""


WITH_TEXT = (ChangeKind.COMMENT, ChangeKind.TITLE, ChangeKind.DESCRIPTION, ChangeKind.CREATE, ChangeKind.TOOL)
"""Kinds whose values somebody has written, which must not be lost."""


class Choice(Struct, frozen=True):
    """One value that a form's field takes. ``value`` is sent, ``label`` is shown: a transition's id and its name."""

    value: JsonValue
    label: str
    detail: str = ""
    """What tells two choices of one label apart: ``to Done``, an address."""


class FormField(Struct, frozen=True):
    """One line of a form, from a tool's schema or from what a lookup answered."""

    name: str
    """Key in `WantedChange.values`, or in `WantedChange.answers` where it is an argument of the tool's own."""
    label: str
    kind: Literal["line", "text", "choice", "choices", "person", "labels", "number", "date", "flag", "id"] = "line"
    required: bool = False
    choices: tuple[Choice, ...] = ()
    """Empty: anything can be typed."""
    default: JsonValue = None
    """The server's own: it takes effect where the field is left out."""
    markup: Literal["", "markdown", "wiki", "adf", "html", "plain"] = ""
    help: str = ""
    answer: bool = False
    """Whether it belongs to `WantedChange.answers`."""


class ChangeAction(Struct, frozen=True):
    """Something that a server can change, or cannot: then ``unavailable`` says why, and the rest may be empty."""

    kind: ChangeKind
    title: str
    """As a menu shows it: ``Comment``, ``Change the status``."""
    tool: str = ""
    fields: tuple[FormField, ...] = ()
    visibility: Visibility = ""
    undoable: bool = False
    risks: frozenset[str] = frozenset()
    """Of ``destructive``, ``public``, ``no bulk``, ``unverifiable``."""
    unavailable: str = ""

    @property
    def name(self) -> str:
        """What ``write.allow`` and ``write.deny`` call it: ``comment``, ``tool:close_issue``."""
        return action_name(self.kind, self.tool)


def action_name(kind: ChangeKind, tool: str) -> str:
    """The name of an action in ``write.allow`` and ``write.deny``."""
    return f"{kind}:{tool}" if kind is ChangeKind.TOOL else str(kind)


_LISTS = frozenset(field.name for field in TICKET_FIELDS if field.kind is FieldKind.LIST)


def field_values(ticket: Ticket, names: Iterable[str]) -> dict[str, JsonValue]:
    """Fields of a ticket as a change holds them: labels and relations as lists of words, times in ISO 8601, comments by
    their number."""
    return {
        name: len(getattr(ticket, name)) if name in _LISTS else _plain(getattr(ticket, name, None)) for name in names
    }


def _plain(value: object) -> JsonValue:
    if isinstance(value, datetime):
        return iso_utc(value)
    if isinstance(value, tuple):
        return [one.words if isinstance(one, Relation) else one for one in value]
    return value if isinstance(value, (str, int, float)) else None


class WantedChange(Struct, frozen=True):
    """One wish for one ticket, as it was typed or picked. Nothing of it is guessed, clamped or dropped later.

    ``values`` by kind: comment ``text``, ``visibility``; status ``status``; assign ``assignee`` (a name, an address,
    ``me``; None: nobody); priority ``priority``; labels ``add``, ``remove`` (lists); title ``title``; description
    ``description``; create ``title``, ``description``, ``project``, ``type``, and any other field of a ticket; link
    ``type``, ``to``; log_work ``time`` (``30m``); tool ``arguments``; close and reopen nothing.

    A value that was picked from `FormField.choices` is the `Choice.value` itself, and ``picked`` names its key.
    """

    kind: ChangeKind
    ticket_id: str = ""
    """Empty for a new ticket."""
    lookup: Mapping[str, JsonValue] = field(default_factory=dict)
    """The row's own identifiers, where there was a row; see `Ticket.lookup`."""
    values: Mapping[str, JsonValue] = field(default_factory=dict)
    answers: Mapping[str, JsonValue] = field(default_factory=dict)
    """What a form or ``--field NAME=VALUE`` supplies besides, by argument name. From the command line they are text,
    or a list of texts where a name was given several times."""
    tool: str = ""
    """The tool, for the kind `ChangeKind.TOOL`."""
    picked: tuple[str, ...] = ()
    expected: Mapping[str, JsonValue] = field(default_factory=dict)
    """Ticket fields and what they must hold still; anything else is a conflict. Used by undo."""
    unchanged_since: datetime | None = None
    """A ticket that was updated later is a conflict (``--if-updated``)."""
    undo_of: str = ""
    """The entry in the log of changes that this one takes back."""
    also: tuple[WantedChange, ...] = ()
    """Further fields of the same ticket for the same call; only their kind, values and answers count."""

    @property
    def each(self) -> tuple[WantedChange, ...]:
        """The wishes of which it is made, each for one field."""
        return (replace(self, also=()), *self.also)


class ChangeEffect(Struct, frozen=True):
    """The one tools/call that makes a change, and what it does to the ticket."""

    tool: str
    arguments: Mapping[str, JsonValue]
    before: Mapping[str, JsonValue] = field(default_factory=dict)
    """Ticket fields (and ``comments``: their number) as a fresh read has them; the same keys as ``after``."""
    after: Mapping[str, JsonValue] = field(default_factory=dict)
    defaults: Mapping[str, JsonValue] = field(default_factory=dict)
    """Arguments that are left out, and the server's own values that take effect for them."""
    kept: Mapping[str, JsonValue] = field(default_factory=dict)
    """Arguments that repeat what the ticket holds, because the server would empty or reset them."""
    warnings: tuple[str, ...] = ()
    visibility: Visibility = ""
    risks: frozenset[str] = frozenset()


class ChangePreview(ChangeEffect, frozen=True, kw_only=True):
    """What will be sent, as it will be sent; nothing has been. The worker keeps the call itself under ``token``."""

    token: str
    """Empty: there is nothing to send, since the ticket is already so."""
    wanted: WantedChange
    title: str
    """The ticket's, from the fresh read; of a new ticket its own."""
    server: str
    undoable: bool = False
    undo_kept: bool = False
    """Whether the log will hold what takes it back, so that a later run of the program can."""
    harmless: bool = False
    """Whether the profile lets it be sent without being shown, because it is small and can be taken back."""
    consent: str = ""
    """Why the user has to agree anew, in words: the first change here, or a tool that is not as it was."""


class ChangeState(StrEnum):
    """What came of a change; the ``state`` of ``--format json``."""

    DRY_RUN = "dry_run"
    DONE = "done"
    """A fresh read shows it."""
    UNCHANGED = "unchanged"
    """Nothing had to be sent, or a fresh read shows that nothing came of it."""
    SENT = "sent"
    """The server says that it did it; no fresh read can show it."""
    REFUSED = "refused"
    CONFLICT = "conflict"
    """The ticket is not what it was when the change was prepared."""
    NOT_SENT = "not_sent"
    UNKNOWN = "unknown"
    """It was sent, and it may have been done."""


class ChangeFault(Struct, frozen=True):
    """Why a change came to nothing, in the three parts of every error; ``fields`` are those that a form must ask."""

    kind: ErrorKind
    title: str
    cause: str
    hint: str = ""
    retryable: bool = False
    fields: tuple[FormField, ...] = ()


class ChangeOutcome(Struct, frozen=True):
    """What came of one change."""

    state: ChangeState
    wanted: WantedChange
    words: str
    """One sentence for people."""
    tool: str = ""
    arguments: Mapping[str, JsonValue] = field(default_factory=dict)
    before: Mapping[str, JsonValue] = field(default_factory=dict)
    after: Mapping[str, JsonValue] = field(default_factory=dict)
    """As the re-read has it; where there is none, as it was wanted."""
    verified: bool | None = None
    """Whether a fresh read shows the change; None: it cannot tell."""
    created: str = ""
    """The id of a new ticket."""
    ticket: Ticket | None = None
    """As it is now, where it was read again."""
    undo: WantedChange | None = None
    """What takes the change back."""
    fault: ChangeFault | None = None
    entry: str = ""
    """The entry in the log of changes."""


class MissingInputError(ExplainedError):
    """Something is missing, ambiguous or does not fit: ``fields`` say what, and what can be chosen."""

    kind = ErrorKind.USAGE
    default_title = "The change needs more"

    def __init__(self, cause: str, *, fields: tuple[FormField, ...] = (), hint: str = "", title: str = "") -> None:
        super().__init__(cause, hint=hint, title=title)
        self.fields = fields
