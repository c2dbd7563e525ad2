"""How far a connection with an address gets, step by step, and what its login would take; for ``ticketdeck doctor``.

Invariants: every step ends within `STEP_SECONDS`; the first that fails is the last. No token is sent, and nothing is
registered: only what the server and its authorization server publish is read.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx2
from msgspec import Struct

from tui_app.mcp_client.auth_challenge import AuthChallenge, read_challenge
from tui_app.mcp_client.era import MODERN_META
from tui_app.mcp_client.http import http_failures
from tui_app.mcp_client.http.endpoint import LOG_NAME, HttpEndpoint, is_loopback, origin
from tui_app.mcp_client.http.events import TooLargeError, UnreadableBodyError
from tui_app.mcp_client.http.http_exchange import error_body, is_page, media_type
from tui_app.mcp_client.http.network import http_client, refusal_by_tls, tls_context
from tui_app.mcp_client.http.oauth_exchange import OAuthExchange, named_issuer
from tui_app.mcp_client.oauth import metadata
from tui_app.mcp_client.oauth.registration import no_registration
from tui_app.mcp_client.peer import Peer
from tui_app.tickets.errors import ExplainedError, MCPAuthenticationError, MCPTimeoutError
from tui_app.tickets.text import clean_line

if TYPE_CHECKING:
    from tui_app.tickets.clock import Clock

STEP_SECONDS = 10.0
_EXCHANGE_SECONDS = 8.0  # less than a step, so that it is told which host did not answer
_MOST_ADDRESSES = 4
_OVERLOADED = (429, 502, 503, 504)
"""Of a gateway's, whatever was asked; other refusals may be due to the probe, which an older server does not know."""
_SOON_DAYS = 14
_PROBE = {"jsonrpc": "2.0", "id": 1, "method": "server/discover", "params": {"_meta": dict(MODERN_META)}}
_Certificate = Mapping[str, Any]


class Finding(Struct, frozen=True):
    """The outcome of one step, sanitised. ``hint`` says what to do where it failed."""

    step: str
    text: str
    hint: str = ""
    failed: bool = False


class ConfiguredLogin(Struct, frozen=True):
    """What the user says of the login, as in the profile's ``oauth``."""

    client_id: str = ""
    client_metadata_url: str = ""
    metadata_url: str = ""
    scopes: tuple[str, ...] = ()


async def examine(
    endpoint: HttpEndpoint,
    clock: Clock,
    configured: ConfiguredLogin | None = None,
    environ: Mapping[str, str] | None = None,
) -> AsyncIterator[Finding]:
    """The findings in order, each as soon as it is known. Raises nothing but the caller's cancellation.

    Args:
        endpoint: the server.
        clock: for durations, and the days that a certificate is still valid.
        configured: what the user says of the login.
        environ: for the proxies of the login server.
    """
    examination = _Examination(endpoint, clock, configured or ConfiguredLogin(), environ or {})
    for step, look in (
        ("address", examination.address),
        ("proxy", examination.proxy),
        ("host", examination.host),
        ("connection", examination.connection),
        ("encryption", examination.encryption),
        ("answer", examination.answer),
        ("resource metadata", examination.resource_metadata),
        ("login server", examination.login_server),
        ("scopes", examination.scopes),
        ("registration", examination.registration),
    ):
        try:
            async with asyncio.timeout(STEP_SECONDS):
                text = await look()
        except (ExplainedError, TimeoutError, OSError, httpx2.HTTPError, TooLargeError, UnreadableBodyError) as error:
            failure = examination.explained(await refusal_by_tls(endpoint, error))
            yield Finding(step, clean_line(failure.cause), failure.hint, failed=True)
            return
        if text:
            yield Finding(step, clean_line(text))


class _Examination:
    """What was learned so far; each method looks at one thing and says what it found, or raises."""

    def __init__(
        self, endpoint: HttpEndpoint, clock: Clock, configured: ConfiguredLogin, environ: Mapping[str, str]
    ) -> None:
        self._endpoint = endpoint
        self._configured = configured
        self._exchange = OAuthExchange(endpoint, environ, _EXCHANGE_SECONDS)
        self._clock = clock
        self._peer = Peer(endpoint, LOG_NAME)
        _, self._host, self._port = origin(endpoint.url)
        self._addresses: list[str] = []
        self._challenge: AuthChallenge | None = None
        self._resource: metadata.ResourceMetadata | None = None
        self._server: metadata.AuthorizationServer | None = None

    def explained(self, error: Exception) -> ExplainedError:
        """Any failure of a step in words."""
        if isinstance(error, ExplainedError):
            return error
        if isinstance(error, TimeoutError):
            return MCPTimeoutError(f"There was no answer within {STEP_SECONDS:g} s.", hint="Check network and proxy.")
        if isinstance(error, (TooLargeError, UnreadableBodyError)):
            return http_failures.unreadable_body(self._peer, str(error) or "it is too large")
        if isinstance(error, OSError):
            refused = httpx2.ConnectError(str(error))
            refused.__cause__ = error
            error = refused
        return http_failures.network_failure(self._peer, error)

    async def address(self) -> str:
        scheme, host, port = origin(self._endpoint.url)
        note = (
            "" if scheme == "https" else ", this machine" if is_loopback(host) else ", not encrypted: no token is sent"
        )
        return f"{self._endpoint} (port {port}{note})"

    async def proxy(self) -> str:
        async with self._client():  # of a kind that can be used
            proxy = self._endpoint.proxy
        if proxy:  # all further steps go there
            _, self._host, self._port = origin(proxy)
        return f"through {http_failures.shown_proxy(self._endpoint)}" if proxy else "none"

    async def host(self) -> str:
        begin = self._clock.monotonic()
        found = await asyncio.get_running_loop().getaddrinfo(self._host, self._port, type=1)
        self._addresses = list(dict.fromkeys(str(address[4][0]) for address in found))
        shown = ", ".join(self._addresses[:_MOST_ADDRESSES])
        return f"{self._host} is {shown} ({self._clock.monotonic() - begin:.2f} s)"

    async def connection(self) -> str:
        begin = self._clock.monotonic()
        _, writer = await asyncio.open_connection(self._host, self._port)
        took = self._clock.monotonic() - begin
        reached = writer.get_extra_info("peername")[0]
        writer.close()
        return f"{reached}, port {self._port}, in {took:.2f} s"

    async def encryption(self) -> str:
        if not self._endpoint.url.startswith("https:"):
            return "none"
        context = tls_context(self._endpoint.tls)
        if self._endpoint.proxy:
            return "through the proxy's tunnel, see the answer"
        _, writer = await asyncio.open_connection(self._host, self._port, ssl=context, server_hostname=self._host)
        secure: ssl.SSLObject = writer.get_extra_info("ssl_object")
        certificate: _Certificate = secure.getpeercert() or {}
        version = secure.version()
        writer.transport.abort()
        return f"{version}, certificate of {_issuer(certificate)}, {self._expiry(certificate)}"

    async def answer(self) -> str:
        begin = self._clock.monotonic()
        async with self._client() as client:
            client.headers.update(self._endpoint.headers)
            headers = {
                "Accept": "application/json, text/event-stream",
                "Content-Type": "application/json",
                "MCP-Protocol-Version": MODERN_META["io.modelcontextprotocol/protocolVersion"],
                "Mcp-Method": "server/discover",
            }
            content = json.dumps(_PROBE).encode()
            async with client.stream("POST", self._endpoint.url, content=content, headers=headers) as response:
                status, kind = response.status_code, response.headers.get("content-type", "no body")
                refusals = response.headers.get_list("www-authenticate")
                target = response.headers.get("location", "")
                body = await error_body(response) if status >= 400 or "html" in kind else ""
                page = is_page(media_type(response), body)
        took = self._clock.monotonic() - begin
        words = f"{status} {kind} in {took:.2f} s"
        if status in (401, 403):
            self._challenge = read_challenge(self._endpoint.url, status, refusals)
            if self._endpoint.own_authorization:
                raise http_failures.refused_login(self._peer, self._challenge, had_token=True)
            words += ": it wants a login"
        elif page:
            raise http_failures.web_page(self._peer, status, body)
        elif 300 <= status < 400 and status not in (307, 308):
            raise http_failures.redirected(self._peer, status, target)
        elif status in _OVERLOADED:
            raise http_failures.refused(self._peer, status, body)
        return words

    async def resource_metadata(self) -> str:
        if self._challenge is None:
            return ""
        found = await self._exchange.resource_metadata(self._challenge.resource_metadata)
        if found is None:
            return "none: an old server, whose own host is asked for the login"
        place, self._resource = found
        return f"{place} names {', '.join(self._resource.authorization_servers) or 'no login server'}"

    async def login_server(self) -> str:
        if self._challenge is None:
            return ""
        named = self._resource.authorization_servers if self._resource else ()
        chosen, issuer = self._configured.metadata_url, metadata.legacy_issuer(self._endpoint.url)
        if chosen:
            page = await self._exchange.get(chosen)
            if page.status == HTTPStatus.OK:
                self._server = metadata.read_server_metadata(named_issuer(page.body), page.body)
                return f"{self._server.issuer}, by {chosen}, as oauth.metadata_url says"
        elif found := await self._exchange.server_metadata(named or (issuer,)):
            place, self._server = found
            return f"{self._server.issuer}, by {place}"
        issuer = named[0] if named else issuer
        if chosen or named:
            raise MCPAuthenticationError(
                f"{chosen or issuer} publishes no metadata, so there is no way to log in.",
                hint="Check oauth.metadata_url in the profile."
                if chosen
                else "Name it in the profile: oauth.metadata_url; or send a token: headers.Authorization.",
            )
        self._server = metadata.fallback_server(self._endpoint.url)
        return f"{issuer}, with the addresses of 2025-03-26"

    async def registration(self) -> str:
        server, configured = self._server, self._configured
        if server is None:
            return ""
        if configured.client_id:
            return f"as the client {configured.client_id}, which oauth.client_id names"
        by_document = server.client_id_metadata_document_supported
        if configured.client_metadata_url and by_document:
            return f"by the metadata document {configured.client_metadata_url}"
        if server.registration_endpoint:
            return "ticketdeck registers itself"
        raise no_registration(server, "", None)

    async def scopes(self) -> str:
        if self._challenge is None:
            return ""
        offered = self._resource.scopes_supported if self._resource else ()
        return metadata.wanted_scopes(self._configured.scopes, self._challenge.scope, offered, ()) or "none are named"

    def _client(self) -> httpx2.AsyncClient:
        return http_client(self._endpoint)

    def _expiry(self, certificate: _Certificate) -> str:
        with suppress(KeyError, ValueError):
            end = datetime.fromtimestamp(ssl.cert_time_to_seconds(certificate["notAfter"]), UTC)
            days = (end - self._clock.now()).days
            soon = " - soon" if days < _SOON_DAYS else ""
            return f"valid until {end:%Y-%m-%d} ({days} days{soon})"
        return "of unknown validity"


def _issuer(certificate: _Certificate) -> str:
    names = {key: value for part in certificate.get("issuer", ()) for key, value in part}
    return str(names.get("organizationName") or names.get("commonName") or "an unknown issuer")
