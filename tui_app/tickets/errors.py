"""The error tree. Every fault says what happened, why, and what to do next.

::

    ExplainedError
    ├── UsageError                     what the user typed is wrong (names the field)
    │   └── ConfigError                a configuration file is wrong (names file, line and key)
    ├── ReadOnlyError                  changes are off
    ├── NotAllowedError                the profile does not allow this change
    ├── NotOfferedError                the server cannot make it
    ├── ConflictError                  the ticket was changed meanwhile
    ├── UnknownOutcomeError            nobody can tell whether a change was made
    └── MCPError                       what a server did, or kept us from doing
        ├── MCPConnectionError         the server is not there (any more)
        │   ├── CommandNotFoundError   its program is missing or cannot be run
        │   ├── SessionExpiredError    it has forgotten the session; a new one will do
        │   ├── TooManyRequestsError   it did nothing, and asks for a pause
        │   └── ServerStartError       it ran, and ended before it was ready
        ├── MCPTimeoutError            it did not answer in time
        ├── MCPProtocolError           it answered in a way the protocol does not allow
        │   ├── InputRequiredError     it asks a question first, and has done nothing yet
        │   └── InvalidResponseError   the answer is well formed, but holds no tickets that can be read
        ├── MCPAuthenticationError     the user is not logged in, or the login failed
        ├── MCPToolError               the tool itself reported a failure
        │   └── NoSearchToolError      the server offers no tool that searches tickets
        └── RequestCancelledError      the user gave the request up

Only connection and timeout errors are worth an automatic retry (``retryable``).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from tui_app.tickets.servers import UndecidedTool


class ErrorKind(StrEnum):
    """The ``kind`` of a failure in ``--format json``; part of the command line's contract."""

    USAGE = "usage"
    CONFIG = "config"
    COMMAND_NOT_FOUND = "command_not_found"
    START_FAILED = "start_failed"
    PROTOCOL = "protocol"
    TIMEOUT = "timeout"
    CONNECTION = "connection"
    AUTH = "auth"
    NO_SEARCH_TOOL = "no_search_tool"
    TOOL_ERROR = "tool_error"
    INVALID_RESPONSE = "invalid_response"
    CANCELLED = "cancelled"
    READ_ONLY = "read_only"
    NOT_ALLOWED = "not_allowed"
    NOT_OFFERED = "not_offered"
    CONFLICT = "conflict"
    UNKNOWN_OUTCOME = "unknown_outcome"


class ExplainedError(Exception):
    """An error in three parts: ``title`` (what happened), ``cause`` (why) and ``hint`` (what to do next).

    ``cause`` may carry a server's own words; it is sanitised before it is shown.
    """

    kind: ClassVar[ErrorKind] = ErrorKind.USAGE
    default_title: ClassVar[str] = "The request failed"
    retryable: ClassVar[bool] = False

    def __init__(self, cause: str, *, hint: str = "", title: str = "") -> None:
        super().__init__(cause)
        self.title = title or self.default_title
        self.cause = cause
        self.hint = hint


class UsageError(ExplainedError):
    """What was typed is wrong. ``field`` names the field or option, where there is one."""

    default_title = "That input is not valid"

    def __init__(self, cause: str, *, hint: str = "", title: str = "", field: str = "") -> None:
        super().__init__(cause, hint=hint, title=title)
        self.field = field


class ConfigError(UsageError):
    """A configuration file, or what it says, cannot be used."""

    kind = ErrorKind.CONFIG
    default_title = "The configuration cannot be used"


class ReadOnlyError(ExplainedError):
    """Changes are off: for this run, in the config, or for this profile."""

    kind = ErrorKind.READ_ONLY
    default_title = "Changes are off"


class NotAllowedError(ExplainedError):
    """The profile does not allow this change, or its tool is not the one that was agreed to."""

    kind = ErrorKind.NOT_ALLOWED
    default_title = "This change is not allowed"


class NotOfferedError(ExplainedError):
    """The server cannot do it, or not without destroying something."""

    kind = ErrorKind.NOT_OFFERED
    default_title = "The server does not offer this change"


class ConflictError(ExplainedError):
    """The ticket was changed meanwhile."""

    kind = ErrorKind.CONFLICT
    default_title = "The ticket was changed meanwhile"


class UnknownOutcomeError(ExplainedError):
    """A change was sent, and neither the answer nor a fresh read tells whether it was made."""

    kind = ErrorKind.UNKNOWN_OUTCOME
    default_title = "It may have been done"


class MCPError(ExplainedError):
    """Root of everything that goes wrong between us and a server.

    ``code`` and ``data`` are those of the JSON-RPC error, where there was one; ``stderr_tail`` holds the server's last
    words, sanitised, where it ended or never got ready.
    """

    kind = ErrorKind.CONNECTION
    code: int | None = None
    data: object = None
    stderr_tail: str = ""


class MCPConnectionError(MCPError):
    """The server is not there: it ended, or its pipes are closed."""

    default_title = "The server is gone"
    retryable = True


class CommandNotFoundError(MCPConnectionError):
    """The server's program is missing, not executable, or too old. Trying again does not help."""

    kind = ErrorKind.COMMAND_NOT_FOUND
    default_title = "The server's command cannot be run"
    retryable = False


class SessionExpiredError(MCPConnectionError):
    """The server has forgotten the session: it did nothing with the request, and takes it in a new session."""

    default_title = "The session has expired"


class TooManyRequestsError(MCPConnectionError):
    """The server asks for a pause that is too long to be waited out."""

    default_title = "The server asks you to wait"
    retryable = False


class ServerStartError(MCPConnectionError):
    """The server's process started, and ended or failed before it was ready."""

    kind = ErrorKind.START_FAILED
    default_title = "The server did not start"


class UnchangingStartError(ServerStartError):
    """The program lacks a part, or cannot be read: the next start would end in the same way."""

    retryable = False


class MCPTimeoutError(MCPError):
    """The server did not answer within its limit."""

    kind = ErrorKind.TIMEOUT
    default_title = "The server did not answer in time"
    retryable = True


class MCPProtocolError(MCPError):
    """The server's answer breaks the protocol."""

    kind = ErrorKind.PROTOCOL
    default_title = "The server's answer breaks the protocol"


class InputRequiredError(MCPProtocolError):
    """The server asks for further input, and goes on only once it has that."""

    default_title = "The server asks a question"


class InvalidResponseError(MCPProtocolError):
    """A well-formed answer in which no tickets can be read."""

    kind = ErrorKind.INVALID_RESPONSE
    default_title = "The server's answer holds no tickets"


class MCPAuthenticationError(MCPError):
    """The tracker does not know the user: not logged in, or the login failed."""

    kind = ErrorKind.AUTH
    default_title = "You are not logged in"


class MCPToolError(MCPError):
    """The tool ran and reported a failure; ``cause`` holds its own words."""

    kind = ErrorKind.TOOL_ERROR
    default_title = "The tracker refused the request"


class NoSearchToolError(MCPToolError):
    """The server offers no tool with which tickets can be searched.

    ``undecided``: one that may, if the user says that it only reads; None where there is none, or the user said no.
    """

    kind = ErrorKind.NO_SEARCH_TOOL
    undecided: UndecidedTool | None = None
    default_title = "This server has no tool that searches tickets"


class RequestCancelledError(MCPError):
    """The user gave the request up before it was answered."""

    kind = ErrorKind.CANCELLED
    default_title = "Cancelled"
