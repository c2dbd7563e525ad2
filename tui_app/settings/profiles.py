"""A profile: one configured server, with its limits and its login; `tui_app.settings.load` reads them from files.

Invariant: secrets are kept as references (``${env:NAME}``); they are filled in when the server is started, not before.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal

from msgspec import Meta, field

from tui_app.tickets.fields import ChangeKind
from tui_app.tickets.validation import Checked

MOST_CONNECTIONS = 16
"""Upper bound of ``pool.max_connections``: more live servers of one profile than this are a mistake."""

COMMAND_LINE = "the command line"
"""``source`` of a profile that no file names."""
BUILT_IN = "built in"
"""``source`` of the embedded tracker where nothing configures it."""

Seconds = Annotated[float, Meta(gt=0)]


class Timeouts(Checked, frozen=True):
    """Time limits in seconds. ``start`` allows for ``uvx`` and ``npx``, which take up to 13 s even when cached."""

    start: Seconds = 30.0
    request: Seconds = 30.0
    total: Seconds = 90.0
    """From a request's submission to its last attempt's end."""


class PoolLimits(Checked, frozen=True):
    """At most ``max_connections`` live sessions; a request waits up to ``wait`` seconds for a free one."""

    max_connections: Annotated[int, Meta(ge=1, le=MOST_CONNECTIONS)] = 2
    wait: Seconds = 10.0


class RetryPolicy(Checked, frozen=True):
    """Exponential back-off with jitter; seconds."""

    attempts: Annotated[int, Meta(ge=1, le=10)] = 3
    base_delay: Seconds = 1.0
    factor: Annotated[float, Meta(ge=1, le=10)] = 2.0
    max_delay: Seconds = 10.0
    jitter: Annotated[float, Meta(ge=0, le=1)] = 0.1
    """Part of the delay by which it may differ, up or down."""


class AuthCommands(Checked, frozen=True):
    """Commands that check a login (``check``) and make one (``login``); exit code 0 means logged in."""

    check: tuple[str, ...] = ()
    login: tuple[str, ...] = ()
    check_timeout: Seconds = 10.0
    login_timeout: Seconds = 60.0
    interactive: bool = True
    """Whether ``login`` needs the terminal (a PIN, a touch, a device code)."""
    name: str = "custom"


_TOKEN_SECONDS = 10.0  # a check that also asks a server: a network round trip or two
_PIN_SECONDS = 60.0  # typing a PIN and touching a key
_BROWSER_SECONDS = 300.0  # logins that open a browser page and wait for a person there

AUTH_PRESETS: Mapping[str, AuthCommands] = MappingProxyType(
    {
        "midway": AuthCommands(
            name="midway",
            check=("mwinit", "-s"),
            login=("mwinit", "-o"),
            check_timeout=_TOKEN_SECONDS,
            login_timeout=_PIN_SECONDS,
        ),
        "gh": AuthCommands(
            name="gh",
            check=("gh", "auth", "status"),
            login=("gh", "auth", "login"),
            check_timeout=_TOKEN_SECONDS,
            login_timeout=_BROWSER_SECONDS,
        ),
        "aws-sso": AuthCommands(
            name="aws-sso",
            check=("aws", "sts", "get-caller-identity"),
            login=("aws", "sso", "login"),
            check_timeout=_TOKEN_SECONDS,
            login_timeout=_BROWSER_SECONDS,
        ),
        "kerberos": AuthCommands(
            name="kerberos",
            check=("klist", "-s"),
            login=("kinit",),
            check_timeout=_TOKEN_SECONDS,
            login_timeout=_PIN_SECONDS,
        ),
    }
)
"""Login tools known by name: ``auth = "midway"``. Checks ask nothing; logins may use the terminal."""


class OAuthSettings(Checked, frozen=True):
    """What a server cannot tell about the login to it; all of it is optional."""

    client_id: str = ""
    """Of a client that an administrator registered; empty: ticketdeck registers itself."""
    client_secret: str = ""
    scopes: tuple[str, ...] = ()
    """In a file also one text with spaces; empty: what the server asks for."""
    redirect_port: Annotated[int, Meta(ge=1, le=65535)] | None = None
    """Port of the redirect address on 127.0.0.1, where it had to be registered; None: any free one."""
    metadata_url: str = ""
    """Address of the authorization server's metadata."""
    client_metadata_url: str = ""
    """Address of a client metadata document that describes this client."""
    resource: str | None = None
    """The resource indicator (RFC 8707); empty: none is sent; None: what the server's metadata names."""


class TlsSettings(Checked, frozen=True):
    """PEM files for an encrypted connection."""

    ca: str | None = None
    """Certificates that are trusted besides the system's."""
    cert: str | None = None
    """The client's own certificate."""
    key: str | None = None
    """Its key, where that is in a file of its own."""


_SAFE_CHANGES = tuple(kind for kind in ChangeKind if kind not in (ChangeKind.DELETE, ChangeKind.TOOL))
_MOST_AT_ONCE = 500


class WriteSettings(Checked, frozen=True):
    """What may be changed through a profile's server, and how carefully."""

    mode: Literal["off", "ask"] = "off"
    """``ask``: each change is shown and confirmed before it is sent."""
    allow: tuple[str, ...] = tuple(map(str, _SAFE_CHANGES))
    """Names of changes (`ChangeKind`), and ``tool:NAME`` for tools that are called by their name."""
    deny: tuple[str, ...] = ()
    """The same names; it wins over ``allow``. ``tool:NAME`` keeps every change from using that tool."""
    confirm: Literal["always", "risky"] = "always"
    """``risky``: what is harmless and can be undone is sent without a preview."""
    public_comments: Literal["ask", "never"] = "ask"
    bulk_max: Annotated[int, Meta(ge=1, le=_MOST_AT_ONCE)] = 50
    """The most tickets that one change is made for."""
    audit: Literal["full", "metadata", "off"] = "full"
    """What the log of changes keeps: with arguments, without, or nothing."""
    me: str = ""
    """The user's own name or address, where the server cannot tell."""


class Profile(Checked, frozen=True):
    """One configured server: a program (``command``) or an address (``url``), never both."""

    name: str
    command: tuple[str, ...] = ()
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request to ``url``."""
    oauth: OAuthSettings = OAuthSettings()
    tls: TlsSettings = TlsSettings()
    adapter: str = "auto"
    auth: AuthCommands | None = None
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str | None = None
    timeouts: Timeouts = Timeouts()
    pool: PoolLimits = PoolLimits()
    retry: RetryPolicy = RetryPolicy()
    map: Mapping[str, Any] = field(default_factory=dict)
    private_fields: tuple[str, ...] = ()
    """Fields removed from every answer, besides ``internal_notes`` and ``private_data``."""
    query: str = ""
    """A query that is applied to every search of this profile."""
    sites: tuple[str, ...] = ()
    """Hosts where the web browser opens its tickets without a question, besides those that the rest names."""
    cache: bool = True
    """Whether its rows are kept for the next start."""
    write: WriteSettings = WriteSettings()
    source: str = COMMAND_LINE
    """Where it is configured, for messages: a file's path, ``the command line`` or ``built in``."""
    read_only: str = ""
    """What makes this run read-only, in words (``--read-only``); empty: nothing does."""

    @property
    def logs_in_by_browser(self) -> bool:
        """Whether the login is ours to make, with OAuth: an address without a token or login command of its own."""
        return bool(self.url) and self.auth is None and not any(n.lower() == "authorization" for n in self.headers)
