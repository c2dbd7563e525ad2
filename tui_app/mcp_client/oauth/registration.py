"""Registration: how this program gets to be known at an authorization server, and how that server refuses (RFC 7591).

Invariant: no value of an answer reaches an error message except ``error`` and its description, cleaned, with what was
sent as a secret masked: some servers repeat the request that they refuse.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

from tui_app.mcp_client.oauth.metadata import AuthorizationServer, decoded, quoted
from tui_app.mcp_client.peer import mask
from tui_app.tickets.errors import MCPAuthenticationError

CLIENT_NAME = "ticketdeck"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
_NO_LONGER_GOOD = ("invalid_grant", "invalid_client", "unauthorized_client")
_GRANTS = ("authorization_code", "refresh_token")
_BUSY = (408, 429)
_AGAIN = "Try again in a moment."
_JSON = {"Content-Type": "application/json", "Accept": "application/json"}


class InvalidGrantError(MCPAuthenticationError):
    """A refresh token, a code or the client is no longer good: only a new login helps (RFC 6749 section 5.2)."""


class Client(Struct, frozen=True):
    """This program as an authorization server knows it; never used at another issuer."""

    issuer: str
    client_id: str
    client_secret: str = ""
    auth_method: str = "none"
    """``none``, ``client_secret_basic`` or ``client_secret_post``."""


class FormRequest(Struct, frozen=True):
    """A POST to make."""

    url: str
    headers: Mapping[str, str]
    content: bytes
    secrets: tuple[str, ...] = ()
    """What of it must be masked wherever it is repeated."""


class _Refusal(Struct, frozen=True):
    error: str = ""
    error_description: str = ""


class _Registered(Struct, frozen=True):
    client_id: str
    client_secret: str = ""
    token_endpoint_auth_method: str = ""


def registration_request(server: AuthorizationServer, redirect_uri: str, scopes: str) -> FormRequest:
    """Dynamic registration (RFC 7591 section 3.1) as a native client without a secret."""
    wanted = {
        "client_name": CLIENT_NAME,
        "redirect_uris": [redirect_uri],
        "grant_types": [*_GRANTS, *([DEVICE_GRANT] if server.device_authorization_endpoint else [])],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "application_type": "native",
    }
    if scopes:
        wanted["scope"] = scopes
    return FormRequest(server.registration_endpoint, _JSON, msgspec.json.encode(wanted))


def read_registration(server: AuthorizationServer, status: int, body: bytes, *, otherwise: str = "") -> Client:
    """The client that was registered.

    Args:
        server: that was asked.
        status: of its answer.
        body: of its answer.
        otherwise: what to do where it refuses for good.

    Raises:
        MCPAuthenticationError: the server refused.
    """
    failure = refused("register this program", body, status, hint="" if is_busy(status) else otherwise)
    if status not in (200, 201):
        raise failure
    try:
        answer = decoded(_Registered, body)
    except ValueError:
        raise failure from None
    unnamed = "client_secret_basic" if answer.client_secret else "none"  # RFC 7591 section 2
    return Client(server.issuer, answer.client_id, answer.client_secret, answer.token_endpoint_auth_method or unnamed)


def no_registration(server: AuthorizationServer, redirect_uri: str, port: int | None) -> MCPAuthenticationError:
    """The failure where a program can neither register itself nor is configured; ``port`` is the profile's."""
    return MCPAuthenticationError(
        f"{quoted(server.issuer)} does not let programs register themselves.",
        hint=registering_by_hand(server, redirect_uri, port),
        title="This program is not known to the login server",
    )


def registering_by_hand(server: AuthorizationServer, redirect_uri: str, port: int | None) -> str:
    """What to do where this program cannot register itself; ``port`` is the profile's."""
    address = redirect_uri if port else "http://127.0.0.1:PORT/callback, with a free port"
    document = ", or oauth.client_metadata_url with the address of a client metadata document"
    return (
        f"Have an administrator register a client with the redirect address {address}, and put oauth.client_id"
        f"{'' if port else ' and oauth.redirect_port'} into the profile"
        f"{document if server.client_id_metadata_document_supported else ''}. Or use a token in its headers."
    )


def configured_client(server: AuthorizationServer, client_id: str, client_secret: str) -> Client:
    """The client that an administrator registered, with the way to authenticate that the server takes."""
    if not client_secret:
        return Client(server.issuer, client_id)
    offered = server.token_endpoint_auth_methods_supported
    method = "client_secret_basic" if "client_secret_basic" in offered or not offered else "client_secret_post"
    return Client(server.issuer, client_id, client_secret, method)


def refused_with(body: bytes) -> str:
    """The ``error`` of a refusal (RFC 6749 section 5.2), unsanitised; empty: there is none."""
    return _refusal(body).error


def is_busy(status: int) -> bool:
    """Whether an authorization server may well do what it refused if it is asked again later."""
    return status in _BUSY or status >= 500


def refused(what: str, body: bytes, status: int, hint: str = "", secrets: Sequence[str] = ()) -> MCPAuthenticationError:
    """The failure for an authorization server that did not do ``what``, in words that follow "did not".

    Args:
        what: it did not do.
        body: of its answer.
        status: of its answer.
        hint: what to do, where a new login would not help.
        secrets: of the request, which the server may repeat.
    """
    refusal = _refusal(body)
    kind = InvalidGrantError if refusal.error in _NO_LONGER_GOOD else MCPAuthenticationError
    words = quoted(mask(refusal.error_description or refusal.error, secrets)).rstrip(".")
    answered = f"it answered with {'a web page and ' if _is_page(body) else ''}status {status}"
    again = _AGAIN if is_busy(status) else "Log in again with `ticketdeck login`."
    return kind(
        f"The login server did not {what}: {f'{words} (status {status})' if words else answered}.",
        hint=hint or again,
        title="The login failed",
    )


def _is_page(body: bytes) -> bool:
    return body.lstrip()[:15].lower().startswith((b"<!doctype html", b"<html"))


def _refusal(body: bytes) -> _Refusal:
    try:
        return decoded(_Refusal, body)
    except ValueError:
        return _Refusal()
