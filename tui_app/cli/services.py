"""Making the worker's service for what was chosen. The server's process is there before the function returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from tui_app.tickets.messages import TicketService

if TYPE_CHECKING:
    from tui_app.cli.choosing import Choice
    from tui_app.settings.profiles import Profile


class RunningService(TicketService, Protocol):
    """The worker's service as the roof sees it."""

    def start(self) -> None:
        """Start the worker's thread."""

    def prestart(self, profile: Profile) -> None:
        """Start the profile's server at once, on the calling thread; what goes wrong is told to the first request."""


def make_service(choice: Choice, log: str | None) -> RunningService:
    """A service for settings that may be run (see `may_run`); the chosen profile's server is getting ready already."""
    from tui_app.settings.eras import EraFile
    from tui_app.worker.service import Service

    service: RunningService = Service(choice.settings.profiles, era_cache=EraFile(), on_crash=_note_crash)
    if log is not None:
        from tui_app.cli.logs import logged

        service = logged(service, log, choice)
    service.prestart(choice.profile)
    return service


def _note_crash(error: BaseException) -> None:
    from tui_app.cli.crash import write_report

    write_report(error, "survived")
