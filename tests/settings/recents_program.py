"""Saves searches called ``NAME-0`` .. ``NAME-99``, and so makes as many recent ones, as one browser among several."""

import sys
from pathlib import Path

from tui_app.settings.recents import RecentSearches
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria


def main() -> None:
    path, name = Path(sys.argv[1]), sys.argv[2]
    searches = RecentSearches(SYSTEM_CLOCK, path)
    for number in range(100):
        searches.save(f"{name}-{number}", TicketSearchCriteria(text=f"{name} {number}"))
        searches.add(TicketSearchCriteria(text=f"{name} {number}"))
    assert not searches.notices, searches.notices


if __name__ == "__main__":
    main()
