"""The present search: what was asked, of whom, and what may still be shown of the one before.

Invariant: of all searches only the youngest one counts; starting one gives the former up.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.messages import Search, TicketService, new_request_id
from tui_app.ui.browse.progress import SearchProgress


class Searching:
    """Submits searches to the service and knows how far the youngest one is. It shows nothing."""

    def __init__(self, service: TicketService, profiles: Sequence[str]) -> None:
        self._service = service
        self.profiles: tuple[str, ...] = tuple(profiles)
        self.criteria = TicketSearchCriteria()
        self.progress = SearchProgress()
        self.rows_are_old = False
        """Whether the rows on the table were found before the present search or refresh began."""
        self.can_refresh = False
        """Whether they were found by the same search, so that new rows can be compared with them."""

    def adopt(self, search: Search) -> None:
        """Take over a search that was submitted before the user interface was there."""
        self.criteria = search.criteria
        self.profiles = (search.profile,)
        self.progress = SearchProgress.of([search])

    def start(self, criteria: TicketSearchCriteria, *, is_refresh: bool = False) -> None:
        """Search all profiles for ``criteria``; relative dates are read anew."""
        self.cancel()
        self.criteria = criteria.refreshed()
        searches = [Search(new_request_id(), profile, self.criteria) for profile in self.profiles]
        self.progress = SearchProgress.of(searches, refreshes=self.progress if is_refresh else None)
        self.rows_are_old = True
        self.can_refresh = is_refresh
        for search in searches:
            self._service.submit(search)

    def rows_arrived(self) -> None:
        """The rows on the table are those of the present search from now on."""
        self.progress.first_rows_shown = True
        self.rows_are_old = False
        self.can_refresh = True

    def load_more(self, count: int) -> bool:
        """Fetch ``count`` further tickets where there are more; False: there are none, or an answer is awaited."""
        return not self.progress.running and self._submit_more(count)

    def load_missing(self) -> bool:
        """Fetch what a refresh still lacks of the former rows; False: nothing."""
        return self._submit_more(None)

    def _submit_more(self, count: int | None) -> bool:
        requests = self.progress.more_requests(count, _new_ids())
        for request in requests:
            self._service.submit(request)
        return bool(requests)

    def cancel(self) -> bool:
        """Give up what is under way; False: nothing was."""
        request_ids = self.progress.request_ids
        for request_id in request_ids:
            self._service.cancel(request_id)
        return bool(request_ids)


def _new_ids() -> Iterator[int]:
    return (new_request_id() for _ in itertools.count())
