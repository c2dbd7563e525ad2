"""The tickets that a key acts on.

Invariant: every key that can take several tickets goes by these; none acts on more than the user sees counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from tui_app.tickets.ticket import Ticket
from tui_app.ui.browse.shown_ticket import ShownTicket
from tui_app.ui.table.results_table import ResultsTable

_MOST_NAMED = 3


class ChosenTickets:
    """Those that are marked, in the order of marking; the one shown where none is, or the user is in the ticket.

    Args:
        shown: which ticket that is.
        table: whose rows are marked.
        reads_ticket: whether the user is in the ticket, not in the table.
    """

    def __init__(self, shown: ShownTicket, table: ResultsTable, reads_ticket: Callable[[], bool]) -> None:
        self._shown = shown
        self._table = table
        self._reads_ticket = reads_ticket

    @property
    def marked(self) -> tuple[Ticket, ...]:
        """The marked ones as their rows have them; empty where keys act on the ticket that is shown."""
        return () if self._reads_ticket() else self._table.marked

    @property
    def one(self) -> Ticket | None:
        """The only one; None: there is none, or there are several. Costs the same for any number of marks."""
        marked = self.marked
        ticket = self._shown.current if not marked else marked[0] if len(marked) == 1 else None
        return None if ticket is None else self._shown.whole(ticket)

    @property
    def all(self) -> tuple[Ticket, ...]:
        """All of them, with comments where they were fetched; empty: there is none."""
        current = self._shown.current
        return tuple(map(self._shown.whole, self.marked or ((current,) if current else ())))

    def why_none(self) -> str:
        """Why there is no ticket to act on; empty: there is one."""
        return "" if self.marked or self._shown.current else "There is no ticket under the cursor."

    def profile_of(self, ticket: Ticket) -> str:
        """The tracker that the ticket is of."""
        return self._shown.profile_of(ticket)


def lacking(tickets: Iterable[Ticket], has: Callable[[Ticket], object], what: str) -> str:
    """A sentence on those of ``tickets`` for which ``has`` is false: they have no ``what``; empty: there is none."""
    without = [ticket.id or "one without an id" for ticket in tickets if not has(ticket)]
    return f"{named(without)} {'has' if len(without) == 1 else 'have'} no {what}." if without else ""


def named(ids: list[str]) -> str:
    """``PAY-1, PAY-2, PAY-3 and 4 others``"""
    shown, others = ids[:_MOST_NAMED], len(ids) - _MOST_NAMED
    if others > 0:
        return f"{', '.join(shown)} and {others} {'other' if others == 1 else 'others'}"
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
