"""How an HTTP server refuses a request for want of authorization, and where the token of the next one comes from.

`AuthChallenge` is the ``data`` of the `MCPAuthenticationError` that the HTTP transport raises: whoever can log in reads
it there with `challenge_of`. Pure (RFC 9110 section 11.6.1, RFC 6750 section 3, RFC 9728 section 5.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

from msgspec import Struct

from tui_app.tickets.errors import MCPError

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105 (a token of HTTP's grammar)
_ITEM = re.compile(r'(?:[^,"]|"(?:\\.|[^"\\])*"?)+')  # what commas outside quotes separate
_PARAMETER = re.compile(rf'({_TOKEN})\s*=\s*(?:({_TOKEN})|"((?:\\.|[^"\\])*)"?)\s*')
_SCHEME = re.compile(rf"({_TOKEN})(?:\s+(.*))?", re.DOTALL)
_MOST_BYTES = 16_384  # of all WWW-Authenticate headers; real ones are below 1 KB


class AuthChallenge(Struct, frozen=True):
    """A refusal with 401, or with 403 for too small a scope; texts are the server's own, unsanitised."""

    url: str
    """The address that refused."""
    status: int
    scheme: str = ""
    """In lower case, such as ``bearer``; empty where the server named none."""
    resource_metadata: str | None = None
    """Address of the protected resource metadata (RFC 9728)."""
    scope: str = ""
    """The scopes wanted, separated by spaces."""
    error: str = ""
    """``invalid_token``, ``insufficient_scope`` (RFC 6750)."""
    error_description: str = ""

    @property
    def scopes(self) -> frozenset[str]:
        """The scopes wanted."""
        return frozenset(self.scope.split())

    @property
    def insufficient_scope(self) -> bool:
        """Whether the token is good, but allows too little."""
        return self.error == "insufficient_scope"


class TokenSource(Protocol):
    """Hands out the access token for one server. Called on the transport's event loop.

    Invariant: a transport asks before each request, and sends the token in the Authorization header to the origin of
    its own address only: never after a redirect, never without encryption except to loopback.
    """

    async def token(self) -> str | None:
        """The access token to send now, refreshed if it is about to expire; None: there is none yet.

        Raises:
            MCPError: the request is to fail with it.
        """

    async def challenged(self, challenge: AuthChallenge, token: str | None) -> bool:
        """A request that carried ``token`` was refused.

        Returns whether the same request is to be sent once more at once, with what `token` returns then. Must not wait
        for the user: for a new login the caller gets an `MCPAuthenticationError` with the challenge.

        Raises:
            MCPError: the request is to fail with it.
        """


def challenge_of(error: MCPError) -> AuthChallenge | None:
    """The challenge that led to ``error``, if one did."""
    return error.data if isinstance(error.data, AuthChallenge) else None


def read_challenge(url: str, status: int, headers: Iterable[str]) -> AuthChallenge:
    """What the values of all WWW-Authenticate headers ask for: of several challenges that of bearer tokens."""
    joined = ",".join(headers)[:_MOST_BYTES]
    challenges = list(_challenges(joined))
    scheme, parameters = min(challenges, key=_preference, default=("", {}))
    return AuthChallenge(
        url=url,
        status=status,
        scheme=scheme,
        resource_metadata=parameters.get("resource_metadata"),
        scope=parameters.get("scope", ""),
        error=parameters.get("error", ""),
        error_description=parameters.get("error_description", ""),
    )


def _preference(challenge: tuple[str, Mapping[str, str]]) -> tuple[bool, bool]:
    scheme, parameters = challenge
    return scheme != "bearer", "resource_metadata" not in parameters


def _challenges(header: str) -> Iterator[tuple[str, dict[str, str]]]:
    scheme, parameters = "", dict[str, str]()
    for item in _ITEM.findall(header):
        stripped = item.strip()
        if not _PARAMETER.fullmatch(stripped) and (begin := _SCHEME.fullmatch(stripped)):
            if scheme:
                yield scheme, parameters
            scheme, parameters = begin[1].lower(), {}
            stripped = (begin[2] or "").strip()
        if parameter := _PARAMETER.fullmatch(stripped):
            name, plain, quoted = parameter.groups()
            value = plain if plain is not None else re.sub(r"\\(.)", r"\1", quoted)
            parameters.setdefault(name.lower(), value)
    if scheme:
        yield scheme, parameters
