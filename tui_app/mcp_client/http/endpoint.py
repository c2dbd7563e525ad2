"""A server's address with everything that a session needs of it: the target of the HTTP transport.

Invariants: nothing here loads httpx2 or an event loop. A token is sent encrypted, or to this machine only.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct, field

from tui_app.mcp_client.peer import ConfiguredTarget, digest
from tui_app.tickets.text import clean_line

LOG_NAME = "the connection's log"
_PORTS = {"http": 80, "https": 443}


class TlsFiles(Struct, frozen=True):
    """Paths of PEM files."""

    ca: str | None = None
    """Certificates that are trusted besides the system's."""
    cert: str | None = None
    """The client's own certificate, with its chain."""
    key: str | None = None
    """Its private key; None: it is in ``cert``."""


class HttpEndpoint(ConfiguredTarget, frozen=True):
    """The address of a server."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict)
    """Sent with every request."""
    tls: TlsFiles = TlsFiles()
    proxy: str | None = None
    """Address of the proxy to use; None: none."""

    def __str__(self) -> str:
        return clean_line(self.shown or self.url)

    @property
    def key(self) -> str:
        """Identifies this address; a digest, so that it can be stored."""
        return digest(self.url)

    @property
    def own_authorization(self) -> bool:
        """Whether the profile itself names what is sent as Authorization."""
        return any(name.lower() == "authorization" for name in self.headers)

    @property
    def may_carry_tokens(self) -> bool:
        """Whether a token can be read by nobody on the way."""
        return may_carry_tokens(self.url)


def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address (RFC 6454); what may see a token.

    Raises:
        ValueError: it is none.
    """
    parts = urlsplit(url)
    scheme, host = parts.scheme.lower(), (parts.hostname or "").rstrip(".")
    return scheme, host, parts.port or _PORTS.get(scheme, 0)


def is_loopback(host: str) -> bool:
    """Whether ``host`` is this machine, without a look-up."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def may_carry_tokens(url: str) -> bool:
    """Whether a token sent to ``url`` can be read by nobody on the way."""
    scheme, host, _ = origin(url)
    return scheme == "https" or is_loopback(host)


def proxy_for(url: str, environ: Mapping[str, str]) -> str | None:
    """The proxy that the environment names for ``url``; None: none, as always for this machine itself."""
    scheme, host, port = origin(url)
    if is_loopback(host) or _without_proxy(host, port, _variable(environ, "no_proxy")):
        return None
    proxy = _variable(environ, f"{scheme}_proxy") or _variable(environ, "all_proxy")
    if not proxy:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _variable(environ: Mapping[str, str], name: str) -> str:
    return (environ.get(name) or environ.get(name.upper()) or "").strip()


def _without_proxy(host: str, port: int, listed: str) -> bool:
    return any(_matches(host, port, entry.strip().lower()) for entry in listed.split(","))


def _matches(host: str, port: int, entry: str) -> bool:
    """Whether an entry of NO_PROXY covers a host: ``*``, a name or its end, an address or a network, each with a port
    or without."""
    if entry in ("", "*"):
        return entry == "*"
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False)
    except ValueError:
        pass
    name, colon, its_port = entry.rpartition(":")
    if colon and its_port.isdigit() and name.count(":") == 0:
        if int(its_port) != port:
            return False
        entry = name
    entry = entry.removeprefix("*").removeprefix(".")
    return host == entry or host.endswith(f".{entry}")
