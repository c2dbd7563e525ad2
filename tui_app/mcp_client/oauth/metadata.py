"""Discovery: from a refused request to the authorization server's addresses (RFC 9728, RFC 8414, OpenID Discovery 1.0).

Invariant: an address is only used after `check_address`: a server cannot make this program ask hosts that it could not
reach itself, nor send a token unencrypted.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Sequence
from typing import TypeGuard, TypeVar
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct

from tui_app.mcp_client.http.endpoint import is_loopback, origin
from tui_app.tickets.errors import MCPAuthenticationError
from tui_app.tickets.text import clean_line
from tui_app.tickets.urls import safe_url

_RESOURCE_PATH = "/.well-known/oauth-protected-resource"
_SERVER_PATH = "/.well-known/oauth-authorization-server"
_OPENID_PATH = "/.well-known/openid-configuration"
_PUBLIC, _PRIVATE, _LINK, _THIS_MACHINE = "public", "private", "link", "this machine"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_T = TypeVar("_T")
_LONGEST_QUOTE = 300  # characters
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class UnreadableMetadataError(MCPAuthenticationError):
    """What is at an address is no metadata; some servers have the same page at every address."""


class ResourceMetadata(Struct, frozen=True):
    """The protected resource metadata of an MCP server (RFC 9728 section 2)."""

    resource: str
    authorization_servers: tuple[str, ...] = ()
    scopes_supported: tuple[str, ...] = ()


class AuthorizationServer(Struct, frozen=True):
    """The metadata of an authorization server (RFC 8414 section 2)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    registration_endpoint: str = ""
    revocation_endpoint: str = ""
    device_authorization_endpoint: str = ""
    scopes_supported: tuple[str, ...] = ()
    code_challenge_methods_supported: tuple[str, ...] = ()
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False
    client_id_metadata_document_supported: bool = False


def resource_metadata_urls(url: str, named: str | None) -> tuple[str, ...]:
    """Where the metadata of the MCP server at ``url`` may be, the likeliest first (RFC 9728 section 3.1).

    Args:
        url: the server's address.
        named: ``resource_metadata`` of the challenge; where there is one, no other place counts.
    """
    if named:
        return (named,)
    base, path = _base(url), urlsplit(url).path.rstrip("/")
    return tuple(dict.fromkeys((f"{base}{_RESOURCE_PATH}{path}", f"{base}{_RESOURCE_PATH}")))


def server_metadata_urls(issuer: str) -> tuple[str, ...]:
    """Where the metadata of ``issuer`` may be, in the order of MCP's authorization server discovery."""
    base, path = _base(issuer), urlsplit(issuer).path.rstrip("/")
    if not path:
        return (f"{base}{_SERVER_PATH}", f"{base}{_OPENID_PATH}")
    return (f"{base}{_SERVER_PATH}{path}", f"{base}{_OPENID_PATH}{path}", f"{base}{path}{_OPENID_PATH}")


def read_resource_metadata(url: str, body: bytes) -> ResourceMetadata:
    """The metadata of the MCP server at ``url``.

    Raises:
        MCPAuthenticationError: it is unreadable, or that of another resource (RFC 9728 section 3.3).
    """
    metadata = _decoded(ResourceMetadata, body, "protected resource metadata")
    if not _covers(metadata.resource, url):
        raise MCPAuthenticationError(
            f"The server's metadata is for {quoted(metadata.resource)}, which is not {quoted(url)}.",
            hint="Check the profile's url. A token for one server must not be sent to another.",
            title="The login is for another server",
        )
    return metadata


def read_server_metadata(issuer: str, body: bytes) -> AuthorizationServer:
    """The metadata of ``issuer``, which names itself by exactly this text (RFC 8414 section 3.3).

    Raises:
        MCPAuthenticationError: it is unreadable, another server's, or offers no PKCE with S256.
    """
    server = _decoded(AuthorizationServer, body, "authorization server metadata")
    if server.issuer != issuer:
        raise MCPAuthenticationError(
            f"The metadata found for {quoted(issuer)} is that of {quoted(server.issuer)}.",
            hint="The server's administrator has to mend it. A login at the wrong place would give your account away.",
            title="The login server is not the one that was named",
        )
    if "S256" not in server.code_challenge_methods_supported:
        raise MCPAuthenticationError(
            f"{quoted(issuer)} does not offer PKCE with S256, without which a login can be intercepted.",
            hint="Use a token in the profile's headers instead, if the tracker gives you one.",
            title="The login server is too old",
        )
    return server


def fallback_server(url: str) -> AuthorizationServer:
    """The addresses of a server of 2025-03-26 that has no metadata at all (its authorization page, section 2.3.3)."""
    base = _base(url)
    return AuthorizationServer(
        issuer=base,
        authorization_endpoint=f"{base}/authorize",
        token_endpoint=f"{base}/token",
        registration_endpoint=f"{base}/register",
        token_endpoint_auth_methods_supported=("none", "client_secret_post", "client_secret_basic"),
    )


def legacy_issuer(url: str) -> str:
    """The issuer to ask where a server has no resource metadata: the server's own origin (2025-03-26)."""
    return _base(url)


def check_address(address: str, server_url: str, resolved: Iterable[str] = (), server_at: Iterable[str] = ()) -> str:
    """``address`` if it may be asked on behalf of the MCP server at ``server_url``.

    Args:
        address: of metadata, registration, token or login.
        server_url: the MCP server's own address, which the user chose.
        resolved: the IP addresses of its host, where they are known.
        server_at: those of the MCP server.

    Raises:
        MCPAuthenticationError: it is not encrypted, or inside a network that the server is not in.
    """
    if safe_url(address) is None:
        raise _unsafe(address, "it is not a web address that may be opened")
    scheme, host, _ = origin(address)
    own_host = origin(server_url)[1]
    if scheme != "https" and not (is_loopback(host) and is_loopback(own_host)):
        raise _unsafe(address, "it is not encrypted")
    networks = {_network_of(ip) for ip in (tuple(server_at) or (own_host,))}
    own_network = networks.pop() if len(networks) == 1 else _PUBLIC
    if host != own_host:
        for ip in (host, *resolved):
            if _network_of(ip) not in (_PUBLIC, own_network):
                raise _unsafe(address, "it is inside a private network, and the server is not")
    return address


def wanted_scopes(configured: Sequence[str], challenged: str, offered: Sequence[str], granted: Sequence[str]) -> str:
    """The scopes to ask for, separated by spaces; empty: the parameter is left out.

    The profile's own come first, else those of the challenge, else those that the resource offers. What was granted
    before is kept, so that a step-up loses nothing.
    """
    chosen = tuple(configured) or tuple(challenged.split()) or tuple(offered)
    return " ".join(dict.fromkeys((*chosen, *challenged.split(), *granted)))


def with_offline_access(scopes: str, server: AuthorizationServer) -> str:
    """``scopes`` with ``offline_access`` where the server lists it: without it there may be no refresh token."""
    if "offline_access" not in server.scopes_supported or "offline_access" in scopes.split():
        return scopes
    return f"{scopes} offline_access".strip()


def quoted(text: str) -> str:
    """A server's own words as part of a sentence: on one line, and no longer than people read."""
    words = clean_line(text)
    return words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"


def decoded(kind: type[_T], body: bytes) -> _T:
    """A JSON object as servers write it: null means absent, of names separated by spaces a list is made, and true and
    false may be written as text.

    Raises:
        ValueError: it is none, or lacks something; the message says what.
    """
    try:
        raw = msgspec.json.decode(body.removeprefix(_BYTE_ORDER_MARK))
        if isinstance(raw, dict):
            raw = {
                name: value.split() if _is_list(name, value) else value
                for name, value in raw.items()
                if value is not None
            }
        return msgspec.convert(raw, kind, strict=False)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(clean_line(str(error))) from None


def _is_list(name: str, value: object) -> TypeGuard[str]:
    return isinstance(value, str) and name.endswith("_supported") and value.lower() not in ("true", "false")


def _decoded(kind: type[_T], body: bytes, what: str) -> _T:
    try:
        return decoded(kind, body)
    except ValueError as error:
        raise UnreadableMetadataError(
            f"The {what} cannot be read: {error}.",
            hint="The server's administrator has to mend it; `ticketdeck doctor` shows its address.",
            title="The login is not set up right",
        ) from None


def _covers(resource: str, url: str) -> bool:
    """Whether ``resource`` is the server's address or a part of its path: some trackers name their host only."""
    try:
        if origin(resource) != origin(url):
            return False
    except ValueError:
        return False
    path, whole = urlsplit(resource).path.rstrip("/"), urlsplit(url).path.rstrip("/")
    return whole == path or whole.startswith(f"{path}/")


def _base(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme.lower()}://{parts.netloc.lower()}"


def _network_of(host: str) -> str:
    """The kind of network that an IP address is in; that of a name which is not looked up is public."""
    try:
        address = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return _THIS_MACHINE if is_loopback(host) else _PUBLIC
    within = [address]
    if isinstance(address, ipaddress.IPv6Address):  # addresses that a gateway turns into the IPv4 one they hold
        held = (address.ipv4_mapped, address.sixtofour, *(address.teredo or ()))
        within += [inner for inner in held if inner is not None]
        if address in _NAT64:
            within.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    inner = next((inner for inner in within if not inner.is_global), None)
    if inner is None:
        return _PUBLIC
    return _THIS_MACHINE if inner.is_loopback else _LINK if inner.is_link_local else _PRIVATE


def _unsafe(address: str, why: str) -> MCPAuthenticationError:
    return MCPAuthenticationError(
        f"The server names {quoted(address)} for the login, and {why}.",
        hint="Nothing was sent there. Tell the server's administrator, or use a token in the profile's headers.",
        title="The login leads somewhere unsafe",
    )
