"""What derives changes from a server's tools, and the one kind of call that changes something.

A `WriteCall` is no `ToolCall`: whatever takes tool calls can only read, and only `tui_app.worker.changing` takes these.

Invariants: everything here is pure; lookups are `ToolCall`s of tools that only read; a `WriteCall` holds exactly what
will be sent, with no value clamped, dropped or guessed, and no private field.
"""

from __future__ import annotations

from typing import Protocol

from msgspec import Struct

from tui_app.adapters.base import TicketReference, ToolCall
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.changes import ChangeAction, ChangeEffect, ChangeKind, WantedChange
from tui_app.tickets.errors import MCPError
from tui_app.tickets.ticket import Ticket


class FreshTicket(Struct, frozen=True):
    """A ticket that was read for this change: as a `Ticket`, and as the server answered (without private fields)."""

    reference: TicketReference
    ticket: Ticket
    results: tuple[CallToolResult, ...]
    """Answers to `Adapter.open_calls`, first the ticket itself."""

    @property
    def ids(self) -> set[str]:
        """What the ticket is called: by the request, by itself, and in lookups."""
        return {self.reference.id, self.ticket.id, *map(str, self.ticket.lookup.values())}


class ChangeFacts(Struct, frozen=True):
    """What was found out for one change so far."""

    ticket: FreshTicket | None = None
    """None for a new ticket."""
    answers: tuple[tuple[ToolCall, CallToolResult], ...] = ()
    """Lookups in the order in which they were made. One that failed is a result with ``is_error``."""

    def answer(self, call: ToolCall) -> CallToolResult | None:
        """What ``call`` was answered; None: it was not made yet."""
        return next((result for made, result in self.answers if made == call), None)


class WriteCall(ChangeEffect, frozen=True):
    """The call that `tui_app.worker.changing` sends, and what is known of it before."""

    undo: WantedChange | None = None
    """What takes it back, with ``expected`` set to what this call writes; None: nothing does."""
    already: bool = False
    """The ticket is so already: there is nothing to send."""


class WriteVerdict(Struct, frozen=True):
    """What an answer to a `WriteCall` says. An answer without an error is no proof that it was done."""

    refusal: MCPError | None = None
    """The server says that it did not do it."""
    conflict: bool = False
    """It did not, because the ticket is another version than the call named."""
    unknown: str = ""
    """Why it cannot be told whether it was done, in words: a part failed, a task goes on."""
    created: str = ""
    """The id of a new ticket."""
    shows: tuple[str, ...] = ()
    """The identifiers of the ticket that it shows, where none of them was sent: it may be another one."""
    words: str = ""
    """What it says, where that is short and no refusal."""


class ChangeAdapter(Protocol):
    """Turns wishes into calls for one server; made by `tui_app.adapters.changing.changes_for`."""

    def actions(self) -> tuple[ChangeAction, ...]:
        """One for each `ChangeKind` but ``tool``, in the order of a menu; what cannot be done has ``unavailable``."""

    def form(self, kind: ChangeKind, facts: ChangeFacts) -> ChangeAction | tuple[ToolCall, ...]:
        """The action with the choices that this ticket has now, or the lookups that are to be made before.

        It is asked again with their answers, until it returns the action. ``facts`` of an existing ticket hold it.

        Raises:
            NotOfferedError: the server cannot do it with this ticket.
        """

    def write_call(self, wanted: WantedChange, facts: ChangeFacts) -> WriteCall | tuple[ToolCall, ...]:
        """The call that makes the change, or the lookups that are to be made before; asked again with their answers.

        Raises:
            NotOfferedError: the server cannot do it, or not without destroying something.
            MissingInputError: something is missing, ambiguous, or does not fit; names the fields.
        """

    def verdict(self, call: WriteCall, result: CallToolResult) -> WriteVerdict:
        """What the server says that it did; stricter than `Adapter.failure`."""

    def verified(self, call: WriteCall, before: FreshTicket | None, after: FreshTicket) -> bool | None:
        """Whether ``after``, read once the call was made, shows what ``call.after`` says; None: it cannot tell."""
