"""A profile: one configured server. Plain values; `tui_app.settings.config` reads them from ``config.toml``.

Secrets stay as ``${env:NAME}`` here and are expanded at the moment the server is started, not before.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import field

from tui_app.tickets.limits import Checked, Limits

MOST_CONNECTIONS = 16
"""More live servers of one kind than this is a mistake in the config, not a wish."""

Seconds = Annotated[float, Limits(gt=0)]


class Timeouts(Checked, frozen=True):
    """Seconds. ``start`` is generous: a first ``uvx`` or ``npx`` run downloads; up to 13 s even when cached."""

    start: Seconds = 30.0
    request: Seconds = 30.0
    total: Seconds = 90.0
    """From a request's submission to its last attempt's end."""


class PoolLimits(Checked, frozen=True):
    """At most ``max_connections`` live sessions; a caller waits up to ``wait`` seconds for one."""

    max_connections: Annotated[int, Limits(ge=1, le=MOST_CONNECTIONS)] = 2
    wait: Seconds = 10.0


class RetryPolicy(Checked, frozen=True):
    """Exponential back-off with jitter; seconds."""

    attempts: Annotated[int, Limits(ge=1, le=10)] = 3
    base_delay: Seconds = 1.0
    factor: Annotated[float, Limits(ge=1, le=10)] = 2.0
    max_delay: Seconds = 10.0
    jitter: Annotated[float, Limits(ge=0, le=1)] = 0.1
    """Part of the delay by which it may differ, up or down."""


class AuthCommands(Checked, frozen=True):
    """How to find out whether the user is logged in (``check``), and how to log in (``login``). Exit code 0 is yes."""

    check: tuple[str, ...] = ()
    login: tuple[str, ...] = ()
    check_timeout: Seconds = 10.0
    login_timeout: Seconds = 60.0
    interactive: bool = True
    """Whether the login needs the terminal (a PIN, a touch, a device code)."""
    name: str = "custom"


class Profile(Checked, frozen=True):
    """One configured server."""

    name: str
    command: tuple[str, ...]
    adapter: str = "auto"
    auth: AuthCommands | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str | None = None
    timeouts: Timeouts = Timeouts()
    pool: PoolLimits = PoolLimits()
    retry: RetryPolicy = RetryPolicy()
    map: Mapping[str, Any] = field(default_factory=dict)
    private_fields: tuple[str, ...] = ()
    """Names removed from every answer, besides ``internal_notes`` and ``private_data``."""
    source: str = "the command line"
    """Where it is written, for messages: a file's path, ``the command line`` or ``built in``."""
