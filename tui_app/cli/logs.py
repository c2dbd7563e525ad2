"""``--log FILE``: what happened and how long it took, without tickets and without secrets."""

from __future__ import annotations

import logging
import logging.handlers
import os
from collections.abc import Callable
from io import TextIOWrapper

from tui_app import __version__
from tui_app.cli.selection import Selection
from tui_app.settings.expansion import known_secrets
from tui_app.settings.secrets import mask_text
from tui_app.tickets.errors import UsageError
from tui_app.tickets.messages import Failed, Reply, Request, ServerInspected, TicketOpened, TicketsFound, ValuesListed
from tui_app.tickets.servers import StateChanged
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket_service import TicketService

_FILE_BYTES = 2_000_000
_FILES_KEPT = 3

_log = logging.getLogger("ticketdeck")


class _SafeFormatter(logging.Formatter):
    """One line a record, sanitised, with every secret of the profiles masked; exceptions by type only."""

    def __init__(self, secrets: tuple[str, ...]) -> None:
        super().__init__("%(asctime)s.%(msecs)03d %(levelname)s %(name)s %(message)s", "%Y-%m-%dT%H:%M:%S")
        self._secrets = secrets

    def format(self, record: logging.LogRecord) -> str:
        if record.exc_info and record.exc_info[0]:
            record.msg, record.args = f"{record.getMessage()} ({record.exc_info[0].__name__})", ()
            record.exc_info = record.exc_text = None
        return clean_line(mask_text(super().format(record), self._secrets))


class LoggedService:
    """Wraps a service and logs what passes through it: kinds, counts and times."""

    def __init__(self, service: TicketService) -> None:
        self._service = service

    def connect(self, deliver: Callable[[Reply], None]) -> None:
        def log_and_deliver(reply: Reply) -> None:
            _log.info("%s", _reply_line(reply))
            deliver(reply)

        self._service.connect(log_and_deliver)

    def submit(self, request: Request) -> None:
        _log.info("#%d %s on %s", request.request_id, type(request).__name__, request.profile)
        self._service.submit(request)

    def cancel(self, request_id: int) -> None:
        _log.info("#%d cancel", request_id)
        self._service.cancel(request_id)

    def close(self) -> None:
        _log.info("close")
        self._service.close()


def logged(service: TicketService, path: str, selection: Selection) -> TicketService:
    """``service`` with a log of everything that passes through it in the file ``path``.

    Raises:
        UsageError: the file cannot be written.
    """
    profiles = selection.settings.profiles.values()
    secrets = tuple(secret for profile in profiles for secret in known_secrets(profile, os.environ))
    try:
        handler = _PrivateFileHandler(
            path, maxBytes=_FILE_BYTES, backupCount=_FILES_KEPT, encoding="utf-8", errors="replace"
        )
    except OSError as error:
        raise UsageError(f"--log: {path} cannot be written: {error.strerror}.", field="log") from None
    handler.setFormatter(_SafeFormatter(secrets))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    logging.raiseExceptions = False  # a full disk ends the log, not the program
    _log.info("ticketdeck %s, profile %s, %s", __version__, selection.profile.name, selection.profile.source)
    return LoggedService(service)


class _PrivateFileHandler(logging.handlers.RotatingFileHandler):
    """Writes files that nobody else can read."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(self.baseFilename, flags, 0o600), "a", encoding=self.encoding, errors=self.errors)


def _reply_line(reply: Reply) -> str:
    match reply:
        case TicketsFound():
            end = "complete" if reply.complete else "more to come"
            return f"#{reply.request_id} {len(reply.tickets)} tickets, {end}, {reply.elapsed:.3f} s"
        case TicketOpened():
            return f"#{reply.request_id} ticket opened, {reply.elapsed:.3f} s"
        case ValuesListed() | ServerInspected():
            return f"#{reply.request_id} {type(reply).__name__}"
        case Failed():
            return f"#{reply.request_id} failed: {reply.kind}: {reply.title}"
        case StateChanged():
            return f"{reply.profile} is {reply.state}"
        case _:
            return f"{type(reply).__name__} for {reply.profile}"
