"""The exchanges of a login over HTTP: discovery, registration, tokens. What to send and how to read it is in `oauth`.

Invariant: every address is checked before it is asked (`check_address`), with the IP addresses that its name leads to;
no redirect is followed; an answer has 1 MiB and 10 s at most.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeVar
from urllib.parse import urlsplit

import httpx2
from msgspec import Struct
from msgspec.structs import replace

from tui_app.mcp_client.auth_challenge import AuthChallenge, read_challenge
from tui_app.mcp_client.http import http_failures
from tui_app.mcp_client.http.endpoint import LOG_NAME, HttpEndpoint, TlsFiles, origin, proxy_for
from tui_app.mcp_client.http.events import TooLargeError, UnreadableBodyError
from tui_app.mcp_client.http.http_exchange import error_of, is_page
from tui_app.mcp_client.http.network import FetchedPage, fetch, http_client, reason_of, refusal_by_tls
from tui_app.mcp_client.oauth.metadata import (
    AuthorizationServer,
    ResourceMetadata,
    UnreadableMetadataError,
    check_address,
    decoded,
    fallback_server,
    legacy_issuer,
    quoted,
    read_resource_metadata,
    read_server_metadata,
    resource_metadata_urls,
    server_metadata_urls,
)
from tui_app.mcp_client.oauth.registration import FormRequest
from tui_app.mcp_client.peer import Peer
from tui_app.tickets.errors import MCPAuthenticationError, MCPConnectionError, MCPError, MCPTimeoutError
from tui_app.tickets.text import clean_line

EXCHANGE_SECONDS = 10.0
_OK, _REFUSED = 200, 401
_PING = b'{"jsonrpc": "2.0", "id": 1, "method": "ping"}'
_VERSION_HEADER = {"Accept": "application/json", "MCP-Protocol-Version": "2025-11-25"}
_MESSAGE_HEADERS = {**_VERSION_HEADER, "Accept": "application/json, text/event-stream"}
_MAY_MEAN_THE_PING = (400, 406, 409, 415, 422)
"""Of refusals: a server may want a session first, and say so in words of its own."""
_MOST_ISSUERS = 3
_T = TypeVar("_T")


class Discovered(Struct, frozen=True):
    """What a server says of the login to it."""

    server: AuthorizationServer
    resource: str
    """The resource indicator to send (RFC 8707)."""
    offered_scopes: tuple[str, ...] = ()


class OAuthExchange:
    """Makes the exchanges for one endpoint; belongs to the running event loop.

    Args:
        endpoint: the MCP server, with its certificates.
        environ: for the proxies.
        seconds: that one exchange may take.
    """

    def __init__(self, endpoint: HttpEndpoint, environ: Mapping[str, str], seconds: float = EXCHANGE_SECONDS) -> None:
        self._endpoint = endpoint
        self._environ = environ
        self._seconds = seconds
        self._server_at: list[str] | None = None
        """The MCP server's own IP addresses, once they were needed."""

    async def discover(self, challenge: AuthChallenge | None, metadata_url: str = "") -> Discovered:
        """Who lets users in to the server, and by which addresses.

        Args:
            challenge: the server's refusal, if there was one.
            metadata_url: of the authorization server, where the profile names it.

        Raises:
            MCPAuthenticationError: it cannot be found out, or must not be used.
            MCPError: a server did not answer.
        """
        url = self._endpoint.url
        published = await self.resource_metadata(challenge.resource_metadata if challenge else None)
        resource = None if published is None else published[1]
        if metadata_url:
            page = await self.get(metadata_url)
            issuer = named_issuer(page.body)
            server = read_server_metadata(issuer, page.body)
        else:
            named = resource.authorization_servers if resource is not None else ()
            found = await self.server_metadata(named or (legacy_issuer(url),))
            if found is None and named:
                raise self._unknown(named[0])
            server = fallback_server(url) if found is None else found[1]
        for address in (server.authorization_endpoint, server.token_endpoint, server.registration_endpoint):
            if address:
                self.checked(address)
        indicator = resource.resource if resource is not None else url.partition("#")[0]
        return Discovered(server, indicator, resource.scopes_supported if resource is not None else ())

    async def challenge(self) -> AuthChallenge | None:
        """How the server refuses whoever has not logged in; None: it answers.

        Raises:
            MCPError: it did not answer, or in no way that an MCP server does.
        """
        url = self._endpoint.url
        page = await self._exchange("POST", url, {"Content-Type": "application/json", **_MESSAGE_HEADERS}, _PING)
        header = page.headers.get("www-authenticate")
        if page.status == _REFUSED:
            return read_challenge(url, page.status, [header] if header else [])
        body = page.body.decode("utf-8", "replace")
        peer, kind = Peer(self._endpoint, LOG_NAME), page.headers.get("content-type", "")
        if is_page(kind.partition(";")[0].strip().lower(), body):
            raise http_failures.web_page(peer, page.status, body)
        if 300 <= page.status < 400:
            raise http_failures.redirected(peer, page.status, page.headers.get("location", ""))
        if page.status not in _MAY_MEAN_THE_PING and page.status >= 400 and error_of(page.body, 1) is None:
            raise http_failures.refused(peer, page.status, body)
        return None

    async def offers_login(self) -> bool:
        """Whether the server names who lets users in; some refuse nothing before a tool is called."""
        found = await self.resource_metadata(None)
        return found is not None and bool(found[1].authorization_servers)

    def checked(self, address: str) -> str:
        """``address`` if the user may be sent there.

        Raises:
            MCPAuthenticationError: it is not encrypted, or leads elsewhere than the server could.
        """
        return check_address(address, self._endpoint.url, server_at=self._server_at or ())

    async def get(self, url: str) -> FetchedPage:
        """The answer to a GET.

        Raises:
            MCPError: there was none.
        """
        return await self._exchange("GET", url, _VERSION_HEADER, None)

    async def post(self, request: FormRequest) -> FetchedPage:
        """The answer to a POST.

        Raises:
            MCPError: there was none.
        """
        return await self._exchange("POST", request.url, request.headers, request.content)

    async def resource_metadata(self, named: str | None) -> tuple[str, ResourceMetadata] | None:
        """The MCP server's metadata and where they are; ``named``: where its refusal says that they are.

        Raises:
            MCPError: a server did not answer, or they must not be used.
        """
        url = self._endpoint.url
        return await self._published(resource_metadata_urls(url, named), partial(read_resource_metadata, url))

    async def server_metadata(self, issuers: Sequence[str]) -> tuple[str, AuthorizationServer] | None:
        """The metadata of the first of ``issuers`` that publishes them, and where they are.

        Raises:
            MCPError: none answered, or they must not be used.
        """
        failure: MCPError | None = None
        for issuer in issuers[:_MOST_ISSUERS]:
            self.checked(issuer)
            try:
                found = await self._published(server_metadata_urls(issuer), partial(read_server_metadata, issuer))
            except (MCPConnectionError, MCPTimeoutError) as error:
                failure = failure or error
            else:
                if found is not None:
                    return found
        if failure is not None:
            raise failure
        return None

    async def _published(self, urls: Sequence[str], read: Callable[[bytes], _T]) -> tuple[str, _T] | None:
        """What the first of ``urls`` publishes that is no error and no page, and which it was."""
        unreadable: UnreadableMetadataError | None = None
        for url in urls:
            page = await self.get(url)
            try:
                if page.status == _OK:
                    return url, read(page.body)
            except UnreadableMetadataError as error:
                unreadable = unreadable or error
        if unreadable is not None:
            raise unreadable
        return None

    def _unknown(self, issuer: str) -> MCPAuthenticationError:
        return MCPAuthenticationError(
            f"{self._endpoint.named} says that {quoted(issuer)} lets users in, which does not say how.",
            hint="Put a token of the tracker into the profile's headers, such as Authorization; or name the address of "
            "the login server's metadata as oauth.metadata_url.",
            title="The login server cannot be found",
        )

    async def _exchange(self, method: str, url: str, headers: Mapping[str, str], content: bytes | None) -> FetchedPage:
        self.checked(url)
        target = self._target(url)
        if target.proxy is None:
            if self._server_at is None:
                self._server_at = await _addresses(self._endpoint.url)
            check_address(url, self._endpoint.url, await _addresses(url), self._server_at)
        host = clean_line(urlsplit(url).netloc)
        where = "" if url == self._endpoint.url else ", where the login is,"
        try:
            async with http_client(target) as client:
                return await fetch(client, method, url, headers=headers, content=content, seconds=self._seconds)
        except TimeoutError:
            raise MCPTimeoutError(
                f"{host}{where} did not answer within {self._seconds:g} s.", hint="Try again in a moment."
            ) from None
        except TooLargeError:
            raise MCPAuthenticationError(
                f"The answer of {host} is too large to be part of a login.",
                hint="Check the profile's url; `ticketdeck doctor` shows what the server publishes for a login.",
            ) from None
        except (httpx2.HTTPError, httpx2.InvalidURL, UnreadableBodyError, UnicodeError) as error:
            raise MCPConnectionError(
                f"{host}{where} cannot be reached: {reason_of(await refusal_by_tls(target, error))}.",
                hint="Check the address and the network; `ticketdeck doctor` shows how far the connection gets.",
                title="The login server cannot be reached" if where else "The server cannot be reached",
            ) from None

    def _target(self, url: str) -> HttpEndpoint:
        """The endpoint for another address: the same certificates, but the client's own only where the server is."""
        tls = self._endpoint.tls
        if origin(url) != origin(self._endpoint.url):
            tls = TlsFiles(ca=tls.ca)
        return replace(self._endpoint, url=url, headers={}, tls=tls, proxy=proxy_for(url, self._environ))


async def _addresses(url: str) -> list[str]:
    """The IP addresses of a URL's host; none where it has none, which the exchange then tells."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(urlsplit(url).hostname, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # a name with parts that no name can have
        return []
    return [str(entry[4][0]) for entry in found]


def named_issuer(body: bytes) -> str:
    """The issuer that metadata at an address of the user's own choice names."""
    try:
        found = decoded(dict[str, object], body).get("issuer")
    except ValueError:
        found = None
    return str(found or "")
