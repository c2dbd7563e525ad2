"""What is told of a server and its login: the report, its states, and what a login asks of the user.

Frozen values. All text is sanitised, secrets are masked.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct

STANDARD_ERROR = "standard error"
"""The log of a server that is a program."""


class CallRecord(Struct, frozen=True):
    """One tool call as it was made. ``arguments`` is JSON text, sanitised; ``elapsed`` is in seconds."""

    tool: str
    arguments: str
    elapsed: float
    failed: bool = False


class ToolSummary(Struct, frozen=True):
    """One tool of the server. ``role`` is what it is used for: search, get, comments, values, or empty."""

    name: str
    description: str
    role: str = ""
    read_only: bool | None = None


class UndecidedTool(Struct, frozen=True):
    """The likeliest of a server's tools to have the tickets, where nothing says that any of them only reads."""

    name: str
    description: str
    digest: str
    """Names the list of tools that it is one of; what is answered holds for no other."""


class AllowTool(Struct, frozen=True):
    """Remember the user's answer to `Failed.undecided`; a search finds it. Answered by `AccessChanged` or `Failed`."""

    request_id: int
    profile: str
    tool: UndecidedTool
    allowed: bool


class ServerReport(Struct, frozen=True):
    """What is known of a profile's server. All text is sanitised, secrets are masked."""

    profile: str
    command: str
    """The argv as a shell would take it, or the address."""
    config_source: str
    """Where the profile is written: a file's path, ``the command line`` or ``built in``."""
    server_name: str = ""
    server_version: str = ""
    era: str = ""
    """``legacy`` or ``modern``."""
    protocol_version: str = ""
    adapter: str = ""
    adapter_reason: str = ""
    """Why this adapter was chosen, in words."""
    mapping: str = ""
    """The mapping in force, as TOML that can be put into the config."""
    tools: tuple[ToolSummary, ...] = ()
    calls: tuple[CallRecord, ...] = ()
    """The latest calls, newest last."""
    stderr_tail: str = ""
    log_name: str = STANDARD_ERROR
    """What ``stderr_tail`` is the end of."""
    skipped_lines: int = 0
    """Received lines, or events, that were not JSON."""
    skipped_tail: str = ""
    live_sessions: int = 0
    start_seconds: float | None = None
    authentication: str = ""
    """The authentication in force and its last outcome, in words."""


class ServerState(StrEnum):
    """How a profile's server is doing."""

    IDLE = "idle"
    STARTING = "starting"
    CHECKING_LOGIN = "checking login"
    LOGIN_NEEDED = "login needed"
    LOGGING_IN = "logging in"
    READY = "ready"
    WORKING = "working"
    RETRYING = "retrying"
    DOWN = "down"


class StateChanged(Struct, frozen=True):
    """Sent unasked whenever a profile's state changes. Moments are `time.monotonic` seconds.

    STARTING carries ``since`` and ``limit`` (seconds); RETRYING carries ``attempt`` of ``attempts``, ``until``, and the
    cause in ``detail``; READY carries the server's name in ``detail`` and ``latency`` of the last call; WORKING carries
    the name, too, and ``since`` when the oldest call is under way; LOGIN_NEEDED says in ``detail`` why trying again is
    no help, where that is so.
    """

    profile: str
    state: ServerState
    detail: str = ""
    since: float = 0.0
    limit: float | None = None
    attempt: int = 0
    attempts: int = 0
    until: float | None = None
    latency: float | None = None


class TerminalNeeded(Struct, frozen=True):
    """A login command wants the real terminal. The receiver gives it up and calls ``run``, or else ``decline``.

    ``run`` blocks until the command has ended, never raises, and tells the worker by itself; it returns a line on
    how it went. ``decline`` tells the worker that there is no terminal to be had.
    """

    profile: str
    title: str
    command: str
    run: Callable[[], str]
    decline: Callable[[str], None]


class LoginOffered(Struct, frozen=True):
    """A remote tracker wants a login in a web browser. Sent unasked; other profiles go on meanwhile.

    ``take`` is called with an address that the user pasted and returns whether it ends this login; ``decline`` ends the
    wait for it, with the reason. Both return at once and may be called from any thread.
    """

    profile: str
    server: str
    """The tracker's address, as it may be shown."""
    login_host: str
    """The host that asks for the password."""
    redirect: str
    """Where the browser comes back to: an address on this machine."""
    url: str
    """To be opened in a browser."""
    short_url: str
    """Leads to ``url``, on this machine only."""
    take: Callable[[str], bool]
    decline: Callable[[str], None]
    user_code: str = ""
    """To be entered at ``code_url``, on any device; empty: the login server gives none."""
    code_url: str = ""


class LoginEnded(Struct, frozen=True):
    """What a `LoginOffered` came to, as a line for people. Sent unasked."""

    profile: str
    line: str


class ProfileSummary(Struct, frozen=True):
    """A profile as the user interface shows it, without secrets."""

    name: str
    command: str
    adapter: str
    source: str
    query: str = ""
    """What is asked for in every search of it besides, in the query language."""
    find_sites: Callable[[], tuple[str, ...]] = tuple
    """Finds where it has its tickets on the web, as `tui_app.tickets.urls.is_at` takes it; empty: that is not known."""
