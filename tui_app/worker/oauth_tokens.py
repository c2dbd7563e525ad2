"""The access tokens of one remote profile: from the store, refreshed ahead of time and when they are refused.

Invariants: of all processes one refreshes at a time, and each reads the store anew before it does; a refresh token that
was exchanged is stored before the new token is used.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec.structs import replace

from tui_app.mcp_client.oauth.grants import TokenGrant, read_tokens, refresh_request, revocation_requests
from tui_app.mcp_client.oauth.metadata import AuthorizationServer
from tui_app.mcp_client.oauth.registration import Client, InvalidGrantError, is_busy
from tui_app.settings.expansion import http_endpoint, oauth_settings
from tui_app.settings.profiles import OAuthSettings
from tui_app.settings.token_store import StoredLogin, TokenStore
from tui_app.tickets.errors import ConfigError, MCPAuthenticationError, MCPConnectionError, MCPError
from tui_app.worker.concurrency import SharedTask, daemon_call

if TYPE_CHECKING:
    from tui_app.mcp_client.auth_challenge import AuthChallenge
    from tui_app.mcp_client.http.oauth_exchange import OAuthExchange
    from tui_app.settings.profiles import Profile
    from tui_app.tickets.clock import Clock

_AHEAD_SECONDS = 30.0  # a token that ends sooner could end on its way
_LOCK_SECONDS = 20.0  # longer than an exchange may take; then the other process hangs, and this one refreshes
_LOCK_POLL_SECONDS = 0.05
_REDIRECTED, _REFUSED = 300, 400
_REFUSALS: dict[tuple[str, str], str] = {}
"""In which words a login server refused last to refresh a token, by profile and address: who is told has not asked."""


class OAuthTokens:
    """A `TokenSource`. Belongs to the worker's event loop.

    Args:
        profile: its name.
        url: the server's address.
        store: where logins are kept.
        exchange: makes the exchanges; asked for when there is one to make.
        clock: tells when a token ends.
        settings: the profile's ``oauth`` with its references filled in; a client's secret is kept nowhere else.
    """

    def __init__(
        self,
        profile: str,
        url: str,
        store: TokenStore,
        exchange: Callable[[], OAuthExchange],
        clock: Clock,
        settings: Callable[[], OAuthSettings] = OAuthSettings,
    ) -> None:
        self._profile = profile
        self._url = url
        self._store = store
        self._exchange = exchange
        self._clock = clock
        self._settings = settings
        self._login: StoredLogin | None = None
        self._refreshing = SharedTask(self._refresh, undivided=True)  # the old refresh token is spent once it was sent
        self._kept: str | None = None
        """The access token that could not be refreshed ahead of its end: used until that comes."""

    @property
    def login(self) -> StoredLogin | None:
        """The login that was read last."""
        return self._login

    @property
    def out_of_reach(self) -> str:
        """Why a login that there is cannot be used, as a clause; empty: it can, or there is none."""
        reason = self._store.out_of_reach
        if reason:
            return f"the login is in the system's keyring, and {reason}"
        refusal = _REFUSALS.get((self._profile, self._url), "")
        return f"{refusal[:1].lower()}{refusal[1:].rstrip('.')}"

    @property
    def kept_openly(self) -> bool:
        """Whether the login that was saved last is in no keyring, but where other programs of this user can read it."""
        return not self._store.in_keyring

    async def token(self) -> str | None:
        login = self._login or await self.reload()
        if login is None:
            return None
        ahead = 0.0 if login.access_token == self._kept else _AHEAD_SECONDS
        if self._ends_soon(login, ahead) and login.refresh_token:
            try:
                refreshed = await self._refreshing.join()
            except MCPError:
                if self._ends_soon(login, ahead=0.0):
                    raise
                self._kept = login.access_token
            else:
                return refreshed.access_token if refreshed is not None else None
        return login.access_token

    async def challenged(self, challenge: AuthChallenge, token: str | None) -> bool:
        if challenge.insufficient_scope:
            await self._remember_scope(challenge.scope)
            return False
        login = await self.reload()
        if login is None:
            return False
        if login.access_token != token and not self._ends_soon(login):  # somebody else logged in or refreshed
            return True
        return bool(login.refresh_token) and await self._refreshing.join() is not None

    async def reload(self) -> StoredLogin | None:
        """Read the store anew."""
        self._login = await daemon_call(lambda: self._store.load(self._profile, self._url), unwanted=_ignored)
        return self._login

    async def save(self, login: StoredLogin) -> str:
        """Store a new login and use it from now on; returns where it is kept, for people."""
        place = await daemon_call(lambda: self._store.save(self._profile, self._url, login), unwanted=_ignored)
        self._login = login
        _REFUSALS.pop((self._profile, self._url), None)
        return place

    async def forget(self) -> None:
        """Delete the login."""
        self._login = None
        await daemon_call(lambda: self._store.delete(self._profile, self._url), unwanted=_ignored)

    async def forget_unread(self) -> str:
        """Delete a login that cannot be read, if there is one; returns what was done, for people."""
        if not self._store.out_of_reach:
            return f"There was no login for {self._profile}."
        await self.forget()
        return f"The login for {self._profile} was forgotten, but not revoked: {self.out_of_reach}."

    async def revoke(self, login: StoredLogin) -> bool:
        """Have the server forget ``login``, its access token too; whether it has forgotten what lasts longest of it."""
        tokens = {"refresh_token": login.refresh_token, "access_token": login.access_token}
        return ([await self._revoked(login, token, kind) for kind, token in tokens.items() if token] or [False])[0]

    async def _revoked(self, login: StoredLogin, token: str, kind: str) -> bool:
        server = AuthorizationServer(
            login.issuer, "", login.token_endpoint, revocation_endpoint=login.revocation_endpoint
        )
        client = self._client(login)
        for request in revocation_requests(server, client, token, kind):
            try:
                if (await self._exchange().post(request)).status < _REDIRECTED:
                    return True
            except MCPError:
                return False
        return False

    def _ends_soon(self, login: StoredLogin, ahead: float = _AHEAD_SECONDS) -> bool:
        return login.expires_at is not None and login.expires_at - ahead < self._clock.now().timestamp()

    async def _remember_scope(self, scope: str) -> None:
        login = await self.reload()
        if login is not None:
            wanted = " ".join(dict.fromkeys((*login.wanted_scope.split(), *scope.split())))
            await self.save(replace(login, wanted_scope=wanted))

    async def _refresh(self) -> StoredLogin | None:
        """The refreshed login; None: only a new login helps.

        Raises:
            MCPError: the login server did not answer; the login stays.
        """
        before = self._login.access_token if self._login is not None else None
        release = await self._locked()
        try:
            login = await self.reload()
            if login is None or (login.access_token != before and not self._ends_soon(login)):
                return login
            return await self._refreshed(login)
        finally:
            release()

    async def _refreshed(self, login: StoredLogin) -> StoredLogin | None:
        server = AuthorizationServer(login.issuer, "", login.token_endpoint)
        client = self._client(login)
        request = refresh_request(server, client, login.refresh_token, login.resource)
        page = await self._exchange().post(request)
        try:
            grant = read_tokens(page.status, page.body, request.secrets)
        except InvalidGrantError:
            await self.forget()
            return None
        except MCPAuthenticationError as error:
            if is_busy(page.status):
                raise MCPConnectionError(error.cause, hint=error.hint, title="The login server has a problem") from None
            if page.status < _REFUSED:
                raise
            _REFUSALS[self._profile, self._url] = error.cause  # not all call a spent refresh token invalid_grant
            return None
        now = self._clock.now().timestamp()
        renewed = replace(
            login,
            access_token=grant.access_token,
            refresh_token=grant.refresh_token or login.refresh_token,
            expires_at=None if grant.expires_in is None else now + grant.expires_in,
            obtained_at=now,
            scope=grant.scope or login.scope,
        )
        await self.save(renewed)
        return renewed

    def _client(self, login: StoredLogin) -> Client:
        """This program as the login server knows it.

        Raises:
            MCPAuthenticationError: the profile's secret has no value.
        """
        try:
            settings = self._settings()
        except ConfigError as error:
            raise MCPAuthenticationError(error.cause, hint=error.hint, title=error.title) from None
        secret = settings.client_secret if settings.client_id == login.client_id else ""
        return Client(login.issuer, login.client_id, secret or login.client_secret, login.auth_method)

    async def _locked(self) -> Callable[[], None]:
        deadline = self._clock.monotonic() + _LOCK_SECONDS
        while True:
            release = self._store.try_lock()
            if release is not None:
                return release
            if self._clock.monotonic() > deadline:
                return lambda: None
            await asyncio.sleep(_LOCK_POLL_SECONDS)


def _ignored(_: object) -> None:
    """What a cancelled caller would have got."""


def granted_login(server: AuthorizationServer, client: Client, grant: TokenGrant, now: float) -> StoredLogin:
    """What a token endpoint granted at ``now`` (seconds since 1970), as it is kept."""
    return StoredLogin(
        issuer=server.issuer,
        token_endpoint=server.token_endpoint,
        client_id=client.client_id,
        access_token=grant.access_token,
        refresh_token=grant.refresh_token,
        expires_at=None if grant.expires_in is None else now + grant.expires_in,
        obtained_at=now,
        scope=grant.scope,
        client_secret=client.client_secret,
        auth_method=client.auth_method,
        revocation_endpoint=server.revocation_endpoint,
    )


def tokens_for(profile: Profile, clock: Clock) -> OAuthTokens:
    """The access tokens of a profile with an address; nothing is read or asked yet."""
    return OAuthTokens(
        profile.name,
        profile.url or "",
        TokenStore(clock),
        lambda: exchange_for(profile),
        clock,
        lambda: settings_of(profile),
    )


def exchange_for(profile: Profile) -> OAuthExchange:
    """What makes the exchanges of the profile's login.

    Raises:
        ConfigError: the profile's references have no values.
    """
    from tui_app.mcp_client.http.oauth_exchange import OAuthExchange  # late: loads httpx2

    return OAuthExchange(http_endpoint(profile, os.environ), os.environ)


def settings_of(profile: Profile) -> OAuthSettings:
    """The profile's ``oauth`` with its references filled in.

    Raises:
        ConfigError: a reference has no value.
    """
    return oauth_settings(profile, os.environ)
