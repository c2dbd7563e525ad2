"""Login to a remote tracker with OAuth: discovery, the user's consent in a browser, tokens into the store.

Invariants: one login however many requests ask; it waits for the listener on this machine and for a pasted address at
once; an answer that belongs to another login changes nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from msgspec.structs import replace

from tui_app.mcp_client.auth_challenge import AuthChallenge, challenge_of
from tui_app.mcp_client.oauth.grants import (
    AuthorizationRequest,
    DeviceCode,
    authorization_request,
    code_of_redirect,
    code_request,
    device_request,
    device_token_request,
    next_device_pause,
    read_device_code,
    read_tokens,
)
from tui_app.mcp_client.oauth.metadata import AuthorizationServer, wanted_scopes, with_offline_access
from tui_app.mcp_client.oauth.redirect import RedirectListener
from tui_app.mcp_client.oauth.registration import (
    Client,
    FormRequest,
    configured_client,
    no_registration,
    read_registration,
    refused_with,
    registering_by_hand,
    registration_request,
)
from tui_app.settings.token_store import StoredLogin
from tui_app.tickets.errors import MCPAuthenticationError, MCPError
from tui_app.tickets.messages import Reply
from tui_app.tickets.servers import LoginEnded, LoginOffered
from tui_app.tickets.text import clean_line
from tui_app.worker.auth import LoginStep
from tui_app.worker.concurrency import SharedTask
from tui_app.worker.oauth_failures import named, not_logged_in
from tui_app.worker.oauth_tokens import granted_login

if TYPE_CHECKING:
    from tui_app.mcp_client.http.network import FetchedPage
    from tui_app.mcp_client.http.oauth_exchange import Discovered, OAuthExchange
    from tui_app.settings.profiles import OAuthSettings, Profile
    from tui_app.tickets.clock import Clock
    from tui_app.worker.oauth_tokens import OAuthTokens

_OK = 200
_LEAST_INTERVAL = 1.0  # seconds; a server may name none
LOGIN_SECONDS = 600.0
"""A person may have to find a phone; authorization servers give up at about the same time."""


class OAuthLogin:
    """The login state of one remote profile, with the interface of `tui_app.worker.auth.Login`.

    Args:
        profile: what is logged in to.
        tokens: where its login is kept.
        exchange: makes the exchanges.
        settings: the profile's ``oauth`` with its references filled in.
        announce: told of every step.
        deliver: takes the offer of a login and its outcome.
        clock: for when a token ends.
        sleep: waits that many seconds.
        can_ask: whether there is anybody who could log in.
    """

    configured = True
    can_log_in = True

    def __init__(
        self,
        profile: Profile,
        *,
        tokens: OAuthTokens,
        exchange: Callable[[], OAuthExchange],
        settings: Callable[[], OAuthSettings],
        announce: Callable[[LoginStep], None],
        deliver: Callable[[Reply], None],
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        can_ask: bool = True,
    ) -> None:
        self._profile = profile
        self._sleep = sleep
        self._can_ask = can_ask
        self._tokens = tokens
        self._exchange = exchange
        self._settings = settings
        self._announce = announce
        self._deliver = deliver
        self._clock = clock
        self._challenge: AuthChallenge | None = None
        self._asked: set[str] = set()
        """The scopes that were asked for so far."""
        self._logging_in = SharedTask(self._log_in, lambda: announce(LoginStep.DONE))
        self.logins = 0
        self.last_outcome = "no login was needed yet"

    def forget(self) -> None:
        """The store decides; there is nothing to check anew."""

    async def ensure(self) -> None:
        """Whether a login is needed, the server's first answer tells."""

    async def renew(self, logins_before: int, error: MCPAuthenticationError) -> None:
        """Log in because the tracker refused a request; returns at once where a login came in between.

        Raises:
            MCPError: the login did not succeed.
        """
        if self.logins != logins_before:
            return
        challenge = challenge_of(error)
        if challenge is None:
            raise error
        self._challenge = challenge
        await self._logging_in.join()

    async def another_would_help(self, error: MCPAuthenticationError) -> bool:
        """Whether, right after a login, another would allow what the tracker refuses: it wants scopes that no login has
        asked for, or has changed its authorization server."""
        challenge, login = challenge_of(error), self._tokens.login
        if challenge is None or login is None:
            return False
        if challenge.insufficient_scope:
            return not self._asked.issuperset(challenge.scopes)
        try:
            found = await self._exchange().discover(challenge, self._settings().metadata_url)
        except MCPError:
            return False
        return found.server.issuer != login.issuer

    async def log_in(self) -> str:
        """Log in because the user wants to; returns what is so then.

        Raises:
            MCPError: the login did not succeed.
        """
        if self._challenge is None:
            self._challenge = await self._exchange().challenge()
        if self._challenge is None and not await self._exchange().offers_login():
            return f"no login is needed: {named(self._profile)} lets everybody in"
        await self._logging_in.join()
        return self.last_outcome

    async def log_out(self) -> str:
        """Revoke the login where the server can, and delete it; returns what was done."""
        login = await self._tokens.reload()
        if login is None:
            return await self._tokens.forget_unread()
        revoked = await self._tokens.revoke(login)
        await self._tokens.forget()
        self.last_outcome = "logged out"
        issuer, name = clean_line(login.issuer), self._profile.name
        if revoked:
            return f"The login for {name} was revoked at {issuer} and deleted here."
        return (
            f"The login for {name} was deleted here. {issuer} did not revoke it: what it has given out ends by itself."
        )

    async def _log_in(self) -> None:
        if not self._can_ask:
            await self._tokens.reload()
            raise self._not_logged_in("there is no terminal to log in at")
        self._announce(LoginStep.NEEDED)
        settings, challenge, exchange = self._settings(), self._challenge, self._exchange()
        found = await exchange.discover(challenge, settings.metadata_url)
        previous = await self._tokens.reload()
        if previous is not None and previous.issuer != found.server.issuer:
            previous = None  # a registration is never used at another issuer
        scopes = _scopes(settings, challenge, found, previous)
        self._asked.update(scopes.split())
        resource = found.resource if settings.resource is None else settings.resource
        listener = RedirectListener()
        try:
            await listener.open(settings.redirect_port, former=previous.redirect_uri if previous else "")
            client = await self._client(exchange, settings, found.server, listener.redirect_uri, scopes, previous)
            request = authorization_request(found.server, client, listener.redirect_uri, scopes, resource)
            code = await _device_code(exchange, device_request(found.server, client, scopes, resource))
            asked = None if code is None else device_token_request(found.server, client, code, resource)
            answer = await self._consent(listener, request, code, exchange, asked)
        finally:
            await listener.close()
        if isinstance(answer, str):
            asked = code_request(
                found.server, client, request, code_of_redirect(answer, request, found.server), resource
            )
            answer = await exchange.post(asked)
        grant = read_tokens(answer.status, answer.body, asked.secrets if asked is not None else ())
        known = replace(client, client_secret="") if settings.client_id else client  # the user keeps it elsewhere
        login = granted_login(found.server, known, grant, self._clock.now().timestamp())
        login = replace(login, scope=login.scope or scopes, resource=resource, redirect_uri=request.redirect_uri)
        place = await self._tokens.save(login)
        self.logins += 1
        self._challenge = None
        self.last_outcome = f"logged in at {clean_line(found.server.issuer)}; the login is kept in {place}"
        if previous is None and self._tokens.kept_openly:
            self._deliver(LoginEnded(self._profile.name, f"{named(self._profile)}: the login is kept in {place}."))

    async def _client(
        self,
        exchange: OAuthExchange,
        settings: OAuthSettings,
        server: AuthorizationServer,
        redirect_uri: str,
        scopes: str,
        previous: StoredLogin | None,
    ) -> Client:
        """This program at ``server``: configured, by its metadata document, as registered before, or registered now."""
        if settings.client_id:
            return configured_client(server, settings.client_id, settings.client_secret)
        if settings.client_metadata_url and server.client_id_metadata_document_supported:
            return Client(server.issuer, settings.client_metadata_url)
        known = previous is not None and previous.redirect_uri == redirect_uri
        if previous is not None and known and set(scopes.split()) <= set(previous.scope.split()):
            await self._tokens.save(replace(previous, redirect_uri=""))  # the server may have forgotten it: tried once
            return Client(server.issuer, previous.client_id, previous.client_secret, previous.auth_method)
        if server.registration_endpoint:
            page = await exchange.post(registration_request(server, redirect_uri, scopes))
            otherwise = registering_by_hand(server, redirect_uri, settings.redirect_port)
            return read_registration(server, page.status, page.body, otherwise=otherwise)
        raise no_registration(server, redirect_uri, settings.redirect_port)

    async def _consent(
        self,
        listener: RedirectListener,
        request: AuthorizationRequest,
        code: DeviceCode | None,
        exchange: OAuthExchange,
        asked: FormRequest | None,
    ) -> str | FetchedPage:
        """The query of the redirect that the user's login ended at, or the tokens for the code entered elsewhere."""
        listener.expect(request)
        self._announce(LoginStep.LOGGING_IN)
        declined: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._deliver(self._offer(listener, request, code, declined))
        line = "The login was given up."
        ways: list[asyncio.Future[str] | asyncio.Future[FetchedPage]] = [asyncio.ensure_future(listener.answer())]
        if code is not None and asked is not None:
            ways.append(asyncio.ensure_future(self._device_answer(exchange, asked, code.interval)))
        try:
            await asyncio.wait((*ways, declined), timeout=LOGIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            for answered in ways:
                if answered.done():
                    line = f"{self._profile.name}: the login was answered."
                    return answered.result()
            raise self._not_logged_in(declined.result() if declined.done() else "nobody logged in within 10 minutes")
        finally:
            for way in ways:
                way.cancel()
            self._deliver(LoginEnded(self._profile.name, line))

    async def _device_answer(self, exchange: OAuthExchange, asked: FormRequest, interval: float) -> FetchedPage:
        """The token endpoint's last answer about a device code; none ever where the code is no longer good, since the
        browser may still come back."""
        pause: float | None = max(interval, _LEAST_INTERVAL)
        while pause is not None:
            await self._sleep(pause)
            try:
                page = await exchange.post(asked)
            except MCPError:
                pause *= 2  # RFC 8628 section 3.5
                continue
            pause = next_device_pause(page.status, page.body, pause)
        if page.status != _OK and refused_with(page.body) != "access_denied":
            await asyncio.get_running_loop().create_future()
        return page

    def _offer(
        self,
        listener: RedirectListener,
        request: AuthorizationRequest,
        code: DeviceCode | None,
        declined: asyncio.Future[str],
    ) -> LoginOffered:
        loop = asyncio.get_running_loop()

        def take(text: str) -> bool:
            return listener.belongs(text) and _call_soon(loop, lambda: listener.take(text))

        def settle(reason: str) -> None:
            if not declined.done():
                declined.set_result(reason)

        def decline(reason: str) -> None:
            _call_soon(loop, lambda: settle(reason))

        return LoginOffered(
            self._profile.name,
            clean_line(self._profile.url or ""),
            clean_line(urlsplit(request.url).hostname or ""),
            request.redirect_uri,
            request.url,
            listener.short_url,
            take,
            decline,
            clean_line(code.user_code) if code else "",
            code.verification_uri if code else "",
        )

    def _not_logged_in(self, reason: str) -> MCPAuthenticationError:
        return not_logged_in(self._profile, self._challenge, reason, self._tokens.out_of_reach)


def _scopes(
    settings: OAuthSettings, challenge: AuthChallenge | None, found: Discovered, previous: StoredLogin | None
) -> str:
    granted = f"{previous.scope} {previous.wanted_scope}".split() if previous is not None else ()
    asked = challenge.scope if challenge is not None else ""
    return with_offline_access(wanted_scopes(settings.scopes, asked, found.offered_scopes, granted), found.server)


async def _device_code(exchange: OAuthExchange, request: FormRequest | None) -> DeviceCode | None:
    """A code for a login on another device, where the server gives one; the login here needs none."""
    try:
        page = None if request is None else await exchange.post(request)
        code = None if page is None else read_device_code(page.status, page.body)
        return None if code is None else replace(code, verification_uri=exchange.checked(code.verification_uri))
    except MCPError:
        return None


def _call_soon(loop: asyncio.AbstractEventLoop, call: Callable[[], object]) -> bool:
    """Have ``call`` made on ``loop``, from any thread; False where the loop has ended."""
    try:
        loop.call_soon_threadsafe(call)
    except RuntimeError:
        return False
    return True
