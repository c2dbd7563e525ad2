"""Which ticket the pane shows: the one under the cursor, or one reached from it; whole as soon as it is fetched.

Invariant: at most one fetch for the ticket shown and one ahead of the cursor are under way; an answer is shown only if
the pane has not gone on to another ticket.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from msgspec.structs import replace
from textual.screen import Screen
from textual.timer import Timer

from tui_app.tickets.mentions import NamedTicket, SeenTickets
from tui_app.tickets.messages import Failed, OpenTicket, TicketOpened, new_request_id
from tui_app.tickets.ticket import Relation, Ticket, TicketKey
from tui_app.ui.detail.line_view import ReadingPlace
from tui_app.ui.detail.ticket_detail import TicketDetail
from tui_app.ui.rendering.at_a_glance import age_words
from tui_app.ui.reply_routing import ReplyRouter
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.user_files import UserFiles

_MOST_KEPT = 200  # whole tickets; a long morning's reading, a few megabytes
_FOLLOW_DELAY = 0.08  # seconds; a held-down key passes tickets faster than this and fetches none of them
_LONGEST_TRAIL = 100  # tickets; whoever walks further does not come back step by step

_Key = tuple[TicketKey, datetime | None]


class WholeTickets:
    """Whole tickets by profile, id and the moment of their last change: fetched once, the latest ones kept.

    Args:
        router: takes the requests.
        files: has the tickets that were opened before this run.
        now: the clock's.
        on_opened: gets the whole ticket that `look_at` asked for, unless the cursor has moved on.
        on_recalled: gets that ticket as it was when it was last opened, if that is at hand before it is fetched.
        on_failed: gets why it could not be fetched, likewise.
    """

    def __init__(
        self,
        router: ReplyRouter,
        files: UserFiles,
        now: Callable[[], datetime],
        *,
        on_opened: Callable[[TicketOpened], object],
        on_recalled: Callable[[TicketOpened], object],
        on_failed: Callable[[Failed], object],
    ) -> None:
        self._router = router
        self._files = files
        self._now = now
        self._on_recalled = on_recalled
        self._on_opened = on_opened
        self._on_failed = on_failed
        self._kept: OrderedDict[_Key, TicketOpened] = OrderedDict()
        self._under_way: dict[_Key, int] = {}
        """What is being fetched, to its request id."""
        self._wanted: _Key | None = None

    @property
    def is_fetching(self) -> bool:
        """Whether an answer is awaited."""
        return bool(self._under_way)

    def look_at(self, ticket: Ticket, profile: str) -> TicketOpened | None:
        """The cursor is on ``ticket``: the whole ticket if it is known, else it is fetched."""
        self._wanted = _key(ticket, profile)
        kept = self._kept.get(self._wanted)
        if kept is not None:
            self._kept.move_to_end(self._wanted)
            return kept
        self._drop_others()
        self._fetch(ticket, profile)
        self._recall(self._wanted)
        return None

    def known(self, ticket: Ticket, profile: str) -> TicketOpened | None:
        """The whole ticket, if it was fetched before."""
        return self._kept.get(_key(ticket, profile))

    def look_ahead(self, ticket: Ticket, profile: str) -> None:
        """Fetch what the cursor is likely to reach next."""
        if _key(ticket, profile) not in self._kept and not self._under_way:
            self._fetch(ticket, profile)

    def look_away(self) -> None:
        """No ticket is looked at."""
        self._wanted = None
        self._drop_others()

    def forget(self) -> None:
        """Drop every kept ticket, so that each is fetched again."""
        self._kept.clear()

    def _fetch(self, ticket: Ticket, profile: str) -> None:
        key = _key(ticket, profile)
        if key not in self._under_way and _can_be_fetched(ticket):
            request = OpenTicket(new_request_id(), ticket.source or profile, ticket.id, ticket.lookup)
            self._under_way[key] = request.request_id
            self._router.submit(request, partial(self._take, key))

    def _recall(self, key: _Key) -> None:
        def show(found: tuple[Ticket, datetime] | None) -> None:
            if found is not None and key == self._wanted and key not in self._kept:
                ticket, at = found
                note = f"{age_words(at, self._now())}; the tracker has not answered yet".capitalize()
                self._on_recalled(TicketOpened(0, key[0][0], ticket, warnings=(note,)))

        self._files.jobs.run(lambda: self._files.rows.load_ticket(key[0]), show)

    def _take(self, key: _Key, reply: TicketOpened | Failed) -> None:
        self._under_way.pop(key, None)
        is_wanted = key == self._wanted
        if isinstance(reply, Failed):
            if is_wanted:
                self._on_failed(reply)
            return
        self._kept[key] = reply
        at, rows = self._now(), self._files.rows
        self._files.jobs.run(lambda: rows.store_ticket(reply.ticket, at))
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        if is_wanted:
            self._on_opened(reply)

    def _drop_others(self) -> None:
        for key in [key for key in self._under_way if key != self._wanted]:
            self._router.drop(self._under_way.pop(key))


def _key(ticket: Ticket, profile: str) -> _Key:
    source, name = ticket.key
    return (source or profile, name), ticket.updated_at


def _can_be_fetched(ticket: Ticket) -> bool:
    """Whether there is anything to ask for; without it the row is all that can be shown."""
    return bool(ticket.id or ticket.lookup)


class ShownTicket:
    """Shows tickets in ``detail``: the one under the cursor of ``table``, and those that are visited from there.

    Args:
        screen: the host of timers.
        router: takes the requests.
        table: where the cursor is.
        detail: where the ticket is shown.
        files: has the tickets that were opened before this run.
        seen: which projects the trackers have.
        now: the clock's.
        profile_of: the profile to ask about a ticket.
        is_in_sight: whether ``detail`` is shown.
        on_shown: gets the id of the ticket that the pane shows, empty where it shows none.
    """

    def __init__(
        self,
        screen: Screen[Any],
        router: ReplyRouter,
        table: ResultsTable,
        detail: TicketDetail,
        files: UserFiles,
        seen: SeenTickets,
        *,
        now: Callable[[], datetime],
        profile_of: Callable[[Ticket], str],
        is_in_sight: Callable[[], bool],
        on_shown: Callable[[str], object],
    ) -> None:
        self.screen = screen
        self._table = table
        self._detail = detail
        self._seen = seen
        self.profile_of = profile_of
        self._is_in_sight = is_in_sight
        self._on_shown = on_shown
        self._whole = WholeTickets(
            router, files, now,
            on_opened=self._show_opened, on_recalled=self._show_recalled, on_failed=detail.show_failure,
        )  # fmt: skip
        self._follow_timer: Timer | None = None
        self._shown: Ticket | None = None
        """The cursor's ticket when the pane was last made to follow it."""
        self._visited: list[Ticket] = []
        """The way from the cursor's ticket to the one that is shown; empty: that is the cursor's."""
        self._places: list[ReadingPlace] = []
        """Where the reader was in each ticket of the way, the cursor's first."""

    @property
    def is_settled(self) -> bool:
        """Whether the pane shows the ticket under the cursor, and nothing is being fetched."""
        return self._shown is self._table.current and not self._whole.is_fetching

    @property
    def current(self) -> Ticket | None:
        """The ticket that actions are for: the visited one where it is shown, else the cursor's."""
        return self.whole(self._visited[-1]) if self._visited and self._is_in_sight() else self._table.current

    def whole(self, ticket: Ticket) -> Ticket:
        """``ticket`` with comments and the rest, if they were fetched."""
        known = self._whole.known(ticket, self.profile_of(ticket))
        return known.ticket if known else ticket

    def forget(self) -> None:
        """Fetch every ticket again when it is next shown."""
        self._whole.forget()

    def look_again(self) -> None:
        """Fetch every ticket again, the one that is shown at once: something was changed."""
        self._whole.forget()
        ticket = self._visited[-1] if self._visited else self._table.current
        if ticket is not None and self._is_in_sight():
            self._shown = self._table.current
            self._look_at(ticket)

    # ------------------------------------------------------------- the cursor

    def cursor_moved(self, ticket: Ticket | None) -> None:
        """Show the ticket under the cursor shortly, if its pane is in sight."""
        if self._follow_timer is not None:
            self._follow_timer.stop()
        if ticket is None:
            self._shown = None
            self._visited.clear()
            self._show_nothing()
        elif self._is_in_sight():
            self._follow_timer = self.screen.set_timer(_FOLLOW_DELAY, self.follow)

    def follow(self) -> None:
        """Show the ticket under the cursor now: whole if it is known, else what the row has while it is fetched.

        A refresh brings the same ticket in another row, which does not take the reader back from a visited one.
        """
        ticket = self._table.current
        if ticket is None or ticket is self._shown:
            return
        is_same = self._shown is not None and self._shown.key == ticket.key
        self._shown = ticket
        if not (self._visited and is_same):
            self._visited.clear()
            self._places.clear()
            self._look_at(ticket)

    # -------------------------------------------------------------- the trail

    def visit(self, relation: Relation) -> None:
        """Show the ticket that ``relation`` leads to; `back` returns to the one that is shown."""
        start = self.current
        if start is not None:
            self._visit(self._row_of(relation, start.source))

    def go_to(self, named: NamedTicket) -> None:
        """Show a ticket of any tracker, whether or not another one is shown."""
        relation = Relation("", named.id, url=named.url, lookup=named.lookup)
        row, current = self._row_of(relation, named.profile, named.row), self.current
        if current is None or current.key != row.key:
            self._visit(row)

    def _visit(self, ticket: Ticket) -> None:
        self._places.append(self._detail.place)
        del self._visited[: -_LONGEST_TRAIL + 1], self._places[:-_LONGEST_TRAIL]
        self._visited.append(ticket)
        self._look_at(ticket)

    def no_way_back(self) -> str:
        return "" if self.step_back() else "You came here through no other ticket."

    def step_back(self) -> Callable[[], object] | None:
        """What escape undoes here: the last visit."""
        return self.back if self._visited and self._is_in_sight() else None

    def back(self) -> None:
        """Show the ticket from which one came here, where the reader was in it."""
        self._visited.pop()
        former = self._visited[-1] if self._visited else self._table.current
        place = self._places.pop()
        if former is None:
            self._show_nothing()
        else:
            self._look_at(former)
            self._detail.return_to(place)

    def _row_of(self, relation: Relation, source: str, seen: Ticket | None = None) -> Ticket:
        """The row of a related ticket if it is loaded, else as it was ``seen`` before, else what the relation says."""
        for ticket in self._table.tickets:
            if ticket.id == relation.id and ticket.source == source:
                return ticket
        return seen or Ticket(
            relation.id, relation.title, relation.status, url=relation.url, lookup=relation.lookup, source=source
        )

    def _trail(self) -> str:
        """The ids of the way, the one that is shown last; empty where that is the cursor's ticket."""
        if not self._visited or self._shown is None:
            return ""
        return " › ".join(ticket.id for ticket in (self._shown, *self._visited))

    # -------------------------------------------------------------- the pane

    def _show_nothing(self) -> None:
        self._whole.look_away()
        self._detail.show_nothing()
        self._on_shown("")

    def _look_at(self, ticket: Ticket) -> None:
        self._on_shown(ticket.id or "without an id")
        known = self._whole.look_at(ticket, self.profile_of(ticket))
        if known is not None:
            self._detail.show_opened(self._completed(known), self._trail())
        else:
            self._detail.show_ticket(ticket, self._trail())

    def _show_recalled(self, recalled: TicketOpened) -> None:
        """Show a ticket as it was when it was last opened."""
        self._detail.show_opened(recalled, self._trail())

    def _show_opened(self, opened: TicketOpened) -> None:
        """Show a whole ticket, and fetch the next one ahead."""
        self._detail.show_opened(self._completed(opened), self._trail())
        ahead = self._table.ticket_at(self._table.cursor_row + 1)
        if ahead is not None and not self._visited:
            self._whole.look_ahead(ahead, self.profile_of(ahead))

    def _completed(self, opened: TicketOpened) -> TicketOpened:
        """``opened`` with what it mentions of other projects, and the titles that only the loaded rows have."""
        opened = replace(opened, ticket=self._seen.mentioned_in(opened.ticket))
        relations = opened.ticket.relations
        wanted = {relation.id for relation in relations if not relation.title}
        if not wanted:
            return opened
        source = opened.ticket.source
        rows = {row.id: row for row in self._table.tickets if row.id in wanted and row.source == source}
        titled = tuple(
            replace(relation, title=row.title, status=row.status, url=row.url, lookup=row.lookup)
            if (row := rows.get(relation.id)) and not relation.title
            else relation
            for relation in relations
        )
        return replace(opened, ticket=replace(opened.ticket, relations=titled)) if rows else opened
