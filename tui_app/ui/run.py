"""Running the browser, from the command line's point of view."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING

from tui_app.tickets.messages import ProfileSummary, Search, TicketService
from tui_app.ui.app import TicketdeckApp

if TYPE_CHECKING:
    from pathlib import Path

    from tui_app.settings.config import UiSettings

_CRASHED = 1


def run_browser(
    service: TicketService,
    *,
    settings: UiSettings,
    profiles: tuple[ProfileSummary, ...],
    profile: str,
    opening: Search | None = None,
    notices: tuple[str, ...] = (),
    config_file: Path | None = None,
) -> int:
    """Show the browser until the user quits; returns the exit code. Closing the service is the caller's.

    Collecting garbage waits until the first frame is on the screen: what is made until then stays anyway.
    """
    from tui_app.settings.paths import config_file as default_config_file
    from tui_app.settings.recents import RecentSearches
    from tui_app.settings.state import UiState

    gc.disable()
    app = TicketdeckApp(
        service,
        settings=settings,
        profiles=profiles,
        profile=profile,
        opening=opening,
        notices=notices,
        recents=RecentSearches(),
        looks=UiState(),
        config_file=str(config_file or default_config_file()),
    )
    try:
        app.run()
    finally:
        gc.enable()
    return app.return_code if app.return_code is not None else _CRASHED
