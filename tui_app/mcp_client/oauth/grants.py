"""Authorization, device codes and tokens: the requests to make and the checks of their answers (OAuth 2.1, RFC 8628).

Invariants: PKCE with S256 always; an authorization code is used only after ``state`` and ``iss`` were compared; no
value of an answer reaches an error message except ``error`` and its description, cleaned and without our secrets.
"""

from __future__ import annotations

import base64
import hashlib
import math
import re
import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qs, quote_plus, urlencode, urlsplit

from msgspec import Struct

from tui_app.mcp_client.oauth.metadata import AuthorizationServer, decoded, quoted
from tui_app.mcp_client.oauth.registration import DEVICE_GRANT, Client, FormRequest, refused, refused_with
from tui_app.tickets.errors import MCPAuthenticationError
from tui_app.tickets.text import clean_line

_FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
_TOKEN = re.compile(r"[!-~]+")
_ANSWERS = ("code", "error")
_SECRET_FIELDS = ("code", "code_verifier", "refresh_token", "device_code", "token", "client_secret")
_SHORTEST_SECRET = 6  # characters; masking shorter ones would eat ordinary words
_LONGEST_USER_CODE = 40  # characters; people type it


class AuthorizationRequest(Struct, frozen=True):
    """One login that the user was sent to."""

    url: str
    state: str
    verifier: str
    redirect_uri: str


class TokenGrant(Struct, frozen=True):
    """The answer of a token endpoint."""

    access_token: str
    refresh_token: str = ""
    expires_in: float | None = None
    """Seconds; None: the server does not say."""
    scope: str = ""


class DeviceCode(Struct, frozen=True):
    """A login that is waited for here and made on any device (RFC 8628 section 3.2)."""

    device_code: str
    user_code: str
    verification_uri: str
    interval: float = 5.0
    """Seconds between two questions whether it is made."""


class _TokenAnswer(Struct, frozen=True):
    access_token: str
    token_type: str = ""
    refresh_token: Any = ""
    expires_in: Any = None
    scope: Any = ""


# --------------------------------------------------------------- authorization


def authorization_request(
    server: AuthorizationServer, client: Client, redirect_uri: str, scopes: str, resource: str
) -> AuthorizationRequest:
    """Where to send the user (OAuth 2.1 section 4.1.1; RFC 8707 section 2.1; RFC 7636 section 4.3)."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    parameters = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": redirect_uri,
        "state": state,
        "code_challenge": code_challenge(verifier),
        "code_challenge_method": "S256",
        **_optional(scope=scopes, resource=resource),
    }
    if "offline_access" in scopes.split():
        parameters["prompt"] = "consent"  # OpenID Core section 11: without it there may be no refresh token
    endpoint = server.authorization_endpoint.partition("#")[0]  # a part of the page, and behind it nothing is sent
    url = f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(parameters)}"
    return AuthorizationRequest(url, state, verifier, redirect_uri)


def code_challenge(verifier: str) -> str:
    """The challenge of a verifier (RFC 7636 section 4.2, S256)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def answers_request(query: str, request: AuthorizationRequest) -> bool:
    """Whether a redirect belongs to ``request``; those of an old tab do not, and must change nothing."""
    return secrets.compare_digest(_single(query, "state").encode(), request.state.encode())


def completes_request(query: str, request: AuthorizationRequest) -> bool:
    """Whether a redirect that was copied belongs to ``request`` and is no part of one: it names a code, or an error."""
    return answers_request(query, request) and not parse_qs(query, keep_blank_values=True).keys().isdisjoint(_ANSWERS)


def code_of_redirect(query: str, request: AuthorizationRequest, server: AuthorizationServer) -> str:
    """The authorization code of a redirect.

    Raises:
        MCPAuthenticationError: it is of another login or another server (RFC 9207 section 2.4), or the user or the
            server refused.
    """
    if not answers_request(query, request):
        raise MCPAuthenticationError(
            "The address belongs to another login.",
            hint="Use the address that the newest login ended at.",
            title="That was another login",
        )
    issuers = parse_qs(query, keep_blank_values=True).get("iss", [])
    if issuers != [server.issuer] and (issuers or server.authorization_response_iss_parameter_supported):
        raise MCPAuthenticationError(
            f"The answer to the login is not from {quoted(server.issuer)}.",
            hint="Nothing was sent. Log in again; if it happens again, tell the server's administrator.",
            title="The login was answered by another server",
        )
    error = _single(query, "error")
    if error:
        description = _single(query, "error_description")
        raise MCPAuthenticationError(
            f"{quoted(server.issuer)} answered: {quoted(description or error)}.",
            hint="Log in again and allow the access.",
            title="The login was refused",
        )
    code = _single(query, "code")
    if not code:
        raise MCPAuthenticationError(
            "The address holds no authorization code.",
            hint="Paste the whole address that the login ended at, from http:// to its end.",
            title="The login is incomplete",
        )
    return code


# ---------------------------------------------------------------- device codes


def device_request(server: AuthorizationServer, client: Client, scopes: str, resource: str) -> FormRequest | None:
    """Ask for a device code (RFC 8628 section 3.1); None: the server gives none."""
    if not server.device_authorization_endpoint:
        return None
    form = _optional(scope=scopes, resource=resource)
    return _token_request(server, client, form, server.device_authorization_endpoint)


def read_device_code(status: int, body: bytes) -> DeviceCode | None:
    """The code that a server gave; None: it gave none, or none that can be used."""
    try:
        code = decoded(DeviceCode, body) if status == 200 else None
    except ValueError:
        return None
    if code is None or not clean_line(code.user_code) or len(code.user_code) > _LONGEST_USER_CODE:
        return None
    return code


def device_token_request(server: AuthorizationServer, client: Client, code: DeviceCode, resource: str) -> FormRequest:
    """Ask whether the login was made (RFC 8628 section 3.4)."""
    form = {"grant_type": DEVICE_GRANT, "device_code": code.device_code, **_optional(resource=resource)}
    return _token_request(server, client, form)


def next_device_pause(status: int, body: bytes, pause: float) -> float | None:
    """Seconds until it is to be asked again (RFC 8628 section 3.5); None: the login was made, refused or forgotten."""
    reason = refused_with(body) if status != 200 else ""
    more = {"authorization_pending": 0.0, "slow_down": 5.0}.get(reason)
    return None if more is None else pause + more


# ---------------------------------------------------------------------- tokens


def code_request(
    server: AuthorizationServer, client: Client, request: AuthorizationRequest, code: str, resource: str
) -> FormRequest:
    """Exchange a code for tokens (OAuth 2.1 section 4.1.3)."""
    return _token_request(
        server,
        client,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": request.redirect_uri,
            "code_verifier": request.verifier,
            **_optional(resource=resource),
        },
    )


def refresh_request(
    server: AuthorizationServer, client: Client, refresh_token: str, resource: str, scopes: str = ""
) -> FormRequest:
    """Exchange a refresh token for new tokens (OAuth 2.1 section 4.3.1)."""
    return _token_request(
        server,
        client,
        {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            **_optional(resource=resource, scope=scopes),
        },
    )


def revocation_requests(server: AuthorizationServer, client: Client, token: str, kind: str) -> tuple[FormRequest, ...]:
    """What revokes ``token``, one after the other until one is taken (RFC 7009 section 2.1); none: the server has no
    address for it.

    Some servers insist on a field for the secret, in whatever way a client proves who it is; empty it says nothing (RFC
    6749 section 2.3.1).
    """
    if not server.revocation_endpoint:
        return ()
    form = {"token": token, "token_type_hint": kind}
    forms = (form,) if client.auth_method == "client_secret_post" else (form, {**form, "client_secret": ""})
    return tuple(_token_request(server, client, fields, server.revocation_endpoint) for fields in forms)


def read_tokens(status: int, body: bytes, secrets: Sequence[str] = ()) -> TokenGrant:
    """The tokens of an answer; ``secrets``: those of the request, which a refusal may repeat.

    Raises:
        InvalidGrantError: the code or refresh token is not good any more.
        MCPAuthenticationError: the server refused otherwise, or its answer is none.
    """
    if status != 200:
        raise refused("give a token", body, status, secrets=secrets)
    try:
        answer = decoded(_TokenAnswer, body)
    except ValueError:
        raise refused("give a token", body, status, secrets=secrets) from None
    if not _TOKEN.fullmatch(answer.access_token):  # RFC 6750 section 2.1; nothing else gets into a header
        raise refused("give a token that can be sent", b"", status)
    if answer.token_type.lower() != "bearer":
        raise MCPAuthenticationError(
            f"The login server gave a token of the kind {quoted(answer.token_type)!r}; only Bearer can be used.",
            hint="Use a token in the profile's headers instead, if the tracker gives you one.",
            title="The token cannot be used",
        )
    scope = answer.scope if isinstance(answer.scope, str) else ""
    refresh_token = answer.refresh_token if isinstance(answer.refresh_token, str) else ""
    return TokenGrant(answer.access_token, refresh_token, _seconds(answer.expires_in), scope)


def _token_request(
    server: AuthorizationServer, client: Client, form: Mapping[str, str], url: str | None = None
) -> FormRequest:
    headers, fields = dict(_FORM), {**form, "client_id": client.client_id}  # some servers want it beside Basic, too
    if client.auth_method == "client_secret_basic" and client.client_secret:
        pair = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"  # RFC 6749 section 2.3.1
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    elif client.client_secret and client.auth_method == "client_secret_post":
        fields["client_secret"] = client.client_secret
    secrets = (client.client_secret, *(fields.get(name, "") for name in _SECRET_FIELDS))
    return FormRequest(
        url or server.token_endpoint,
        headers,
        urlencode(fields).encode(),
        tuple(secret for secret in secrets if len(secret) >= _SHORTEST_SECRET),
    )


def _seconds(value: object) -> float | None:
    """How long a token lasts; None: the answer says it in no usable way, and only a refusal will tell."""
    try:
        seconds = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        return None
    return seconds if seconds > 0 and math.isfinite(seconds) else None


def _single(query: str, name: str) -> str:
    """The value of a parameter; empty where it is missing or repeated, which is an error (OAuth 2.1 section 3.1)."""
    values = parse_qs(query, keep_blank_values=True).get(name, [])
    return values[0] if len(values) == 1 else ""


def _optional(**parameters: str) -> dict[str, str]:
    return {name: value for name, value in parameters.items() if value}
