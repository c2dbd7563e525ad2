"""Making the worker's service for what was chosen. The server's process is there before the function returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui_app.cli.choosing import Choice
    from tui_app.mcp_client.launch import Launched
    from tui_app.tickets.messages import TicketService


def make_service(choice: Choice, log: str | None, launched: Launched | None = None) -> TicketService:
    """A service for settings that may be run (see `may_run`); the chosen profile's server is getting ready already.

    ``launched`` is that server, where it had a head start.
    """
    from tui_app.worker.floors import RealFloors
    from tui_app.worker.prestart import Prestarts

    prestarts = Prestarts()
    prestarts.start(choice.profile, RealFloors(launched=launched))  # before anything is loaded that this does not need
    from tui_app.settings.eras import EraFile
    from tui_app.worker.service import Service

    profiles = choice.settings.profiles
    service: TicketService = Service(profiles, era_cache=EraFile(), on_crash=_note_crash, prestarts=prestarts)
    if log is not None:
        from tui_app.cli.logs import logged

        service = logged(service, log, choice)
    return service


def _note_crash(error: BaseException) -> None:
    from tui_app.cli.crash import write_report

    write_report(error, "survived")
