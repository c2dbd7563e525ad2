"""Errors about a server that is reached over HTTP: what its status, its page or the network's refusal means.

Invariant: the words of an HTTP status hold its number.
"""

from __future__ import annotations

import re
import socket
import ssl
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx2

from tui_app.mcp_client import explanations
from tui_app.mcp_client.auth_challenge import AuthChallenge
from tui_app.mcp_client.http.endpoint import HttpEndpoint
from tui_app.mcp_client.http.network import causes_of, system_words
from tui_app.tickets.errors import (
    MCPAuthenticationError,
    MCPConnectionError,
    MCPError,
    MCPProtocolError,
    MCPTimeoutError,
    SessionExpiredError,
    TooManyRequestsError,
)

if TYPE_CHECKING:
    from tui_app.mcp_client.peer import Peer

_LONGEST_QUOTE = 300  # characters of a server's own words
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{0,2000})", re.IGNORECASE)
_BYTES = re.compile(r"bytearray\(b(['\"])(.*?)\1\)")  # as h11 quotes what it was sent
_DOCTOR = "`ticketdeck doctor` shows how far the connection gets."
_LOGIN_PAGE = re.compile(r"log[ -]?in|sign[ -]?in|sso|auth|captive|portal|wi-?fi|welcome", re.IGNORECASE)


class AccessRefusedError(MCPConnectionError):
    """The server refuses this request, whoever logs in; or there is nothing at its address. Asking again is useless."""

    default_title = "The server refuses the request"
    retryable = False


def refused_login(peer: Peer, challenge: AuthChallenge, *, had_token: bool) -> MCPAuthenticationError:
    """The server wants a login, or a better one; the challenge is the error's ``data``."""
    endpoint = _endpoint(peer)
    what = f"{peer.named} answered {_status(challenge.status)}"
    why = peer.foreign(challenge.error_description or challenge.error)[:_LONGEST_QUOTE]
    because = f": {why.rstrip('.')}." if why else "."
    if endpoint.own_authorization:
        error = MCPAuthenticationError(
            f"{what}{because} It does not accept the Authorization header of the profile.",
            hint=f"Check the token, and that the header reads as the server wants it, in {endpoint.configured_in}.",
            title="The tracker refuses your token",
        )
    else:
        needs = "It does not accept the stored login" if had_token else "It wants you to log in"
        error = MCPAuthenticationError(f"{what}{because} {needs}.", hint="Log in with `ticketdeck login`.")
    error.data = challenge
    return error


def refused(peer: Peer, status: int, body: str) -> MCPError:
    """An answer with an error status that holds no message of the protocol."""
    what = f"{peer.named} answered {_status(status)}{_quoted(peer, body)}"
    match status:
        case 403:
            return AccessRefusedError(
                what, hint="Your account may lack a right, or an administrator has to allow this client."
            )
        case 404 | 405 | 410:
            hint = "Check the address: it has to be that of the MCP endpoint, which often ends in /mcp."
            return AccessRefusedError(what, hint=hint, title="There is no MCP server at this address")
        case 421:
            hint = (
                "The server takes no requests for this host name: use its own, or have its administrator add this one."
            )
            return AccessRefusedError(what, hint=hint, title="The server refuses the host name")
        case 407:
            return proxy_failed(peer, "407 Proxy Authentication Required")
        case 511:
            return _network_login(what)
        case 408 | 504:
            return MCPTimeoutError(what, hint="Try again in a moment.")
        case _ if status >= 500:
            return MCPConnectionError(what, hint="Try again in a moment.", title="The server has a problem")
        case _:
            return MCPProtocolError(what, hint=_DOCTOR, title="The server refuses the request")


def refused_probe(error: MCPError) -> MCPProtocolError:
    """The same failure as one of the protocol: ``initialize`` may still be answered."""
    return MCPProtocolError(error.cause, hint=error.hint, title=error.title)


def asks_to_wait(peer: Peer, status: int, seconds: float | None) -> MCPError:
    """The server answered that it has too much to do, and perhaps for how long."""
    when = f" It asks to wait {_duration(seconds)}." if seconds is not None else ""
    return TooManyRequestsError(
        f"{peer.named} answered {_status(status)}.{when}",
        hint="Try again after that time." if when else "Try again in a minute.",
    )


def redirected(peer: Peer, status: int, target: str) -> MCPError:
    """A redirect that is not followed: it leads to another origin, or would turn the request into a page's."""
    shown = peer.foreign(target)[:_LONGEST_QUOTE] or "no address"
    login = (
        " It may be a login page: a network or company login has to be done first."
        if (_LOGIN_PAGE.search(target))
        else ""
    )
    return AccessRefusedError(
        f"{peer.named} answered {_status(status)} and refers to {shown}, which is not followed.{login}",
        hint=f"If that is the server's new address, put it as url into {_endpoint(peer).configured_in}.",
        title="The server has moved, or wants a login first",
    )


def web_page(peer: Peer, status: int, body: str) -> MCPError:
    """A page for people came instead of a message: a captive portal, single sign-on, a wrong address."""
    found = _TITLE.search(body)
    title = " ".join(peer.foreign(found[1]).split())[:_LONGEST_QUOTE] if found else ""
    named = f" with the title “{title}”" if title else ""
    cause = f"{peer.named} answered {_status(status)} with a web page{named}, not with a message."
    if status == HTTPStatus.NETWORK_AUTHENTICATION_REQUIRED:
        return _network_login(cause)
    if status >= 500:
        return MCPConnectionError(cause, hint="Try again in a moment.", title="The server has a problem")
    return AccessRefusedError(
        cause,
        hint="Open the address in a browser: a network login or single sign-on may have to be done first. "
        "Or the address is not that of the MCP endpoint, which often ends in /mcp.",
        title="A web page came instead of an answer",
    )


def _network_login(cause: str) -> MCPError:
    """The network, and not the server, answered: it lets nobody through yet (RFC 6585, section 6)."""
    return AccessRefusedError(
        cause,
        hint="Open any page in a browser: your network wants a login first. Then try again.",
        title="The network wants a login",
    )


def old_transport(peer: Peer) -> MCPError:
    """The address belongs to the HTTP+SSE transport of 2024, which is not built here."""
    return AccessRefusedError(
        f"{peer.named} speaks the HTTP+SSE transport of 2024, which has been replaced and is not supported here.",
        hint="Most servers offer the new transport at another address, often ending in /mcp instead of /sse.",
        title="The server speaks an outdated transport",
    )


def no_message(peer: Peer, what: str, status: int, media_type: str, body: str, *, page: bool) -> MCPError:
    """A success with a body that is neither JSON nor a stream of events."""
    if page:
        return web_page(peer, status, body)
    if not media_type and not body.strip():
        return unanswered(peer, what, f"answered {status} without a body")
    kind = peer.foreign(media_type)[:100] or "a body without a content type"
    return MCPProtocolError(
        f"{peer.named} answered {_status(status)} with {kind}{_quoted(peer, body)}",
        hint=f"Check the address in {_endpoint(peer).configured_in}. {_DOCTOR}",
    )


def unanswered(peer: Peer, what: str, happened: str) -> MCPError:
    """The exchange ended properly and without an answer; ``happened`` follows the server's name."""
    return _with_log(MCPProtocolError(f"{peer.named} {happened}, and no answer to {what}.", hint=_DOCTOR), peer)


def mixed_up(peer: Peer, what: str) -> MCPError:
    """What came belongs to an earlier request: the server, or a proxy, sent more than one response to that."""
    cause = f"An answer to an earlier request came from {peer.named} in the place of one to {what}."
    return _with_log(MCPConnectionError(cause, hint="Try again.", title="The connection was mixed up"), peer)


def broken_off(peer: Peer, what: str) -> MCPError:
    """The stream ended before the answer came."""
    cause = f"{peer.named} ended the stream before it had answered {what}."
    return _with_log(MCPConnectionError(cause, hint="Try again.", title="The connection broke off"), peer)


def session_expired(peer: Peer, status: int) -> MCPError:
    """The server does not know the session id any more."""
    return SessionExpiredError(
        f"{peer.named} answered {_status(status)}: it has forgotten the session.", hint="Try again."
    )


def too_large(peer: Peer, what: str, limit: int) -> MCPError:
    """An answer, or one event of it, is larger than ``limit`` bytes, unpacked."""
    cause = f"The answer of {peer.named} to {what} is larger than {limit / 1024 / 1024:g} MiB; it was not read further."
    return MCPProtocolError(cause, hint="Ask for fewer tickets at a time.")


def unreadable_body(peer: Peer, reason: str) -> MCPError:
    """The body of an answer cannot be unpacked."""
    return MCPProtocolError(f"An answer of {peer.named} cannot be read: {reason}.", hint=_DOCTOR)


def proxy_failed(peer: Peer, words: str) -> MCPError:
    """The proxy did not let the connection through."""
    shown = shown_proxy(_endpoint(peer))
    hint = "Check HTTPS_PROXY and NO_PROXY"
    if "407" in words:
        hint += "; a user name and password stand in its address before the host, as NAME:PASSWORD@HOST"
    return AccessRefusedError(
        f"The proxy {shown} did not connect to {_host(peer)}: {peer.foreign(words)[:_LONGEST_QUOTE]}.",
        hint=f"{hint}.",
        title="The proxy refuses the connection",
    )


def shown_proxy(endpoint: HttpEndpoint) -> str:
    """The proxy's address without its password."""
    return re.sub(r"//[^/@]*@", "//", endpoint.proxy or "none")


def network_failure(peer: Peer, error: Exception) -> MCPError:
    """The exchange failed below HTTP: no such host, refused, reset, TLS, a malformed answer."""
    failure = _network_failure(peer, error)
    return _with_log(failure, peer)


def _network_failure(peer: Peer, error: Exception) -> MCPError:
    causes = list(causes_of(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, (ssl.SSLWantReadError, ssl.SSLWantWriteError)):
            return _tls_failure(peer, cause)
        if isinstance(cause, socket.gaierror):
            if _endpoint(peer).proxy:
                return _unreachable_proxy(peer, f"its host was not found ({cause.strerror})")
            return MCPConnectionError(
                f"The host {_host(peer)} of {peer.named} was not found ({cause.strerror}).",
                hint="Check the address, and that you are online.",
                title="The server's host was not found",
            )
    if isinstance(error, httpx2.ProxyError):
        return proxy_failed(peer, str(error))
    if isinstance(error, (httpx2.ConnectTimeout, httpx2.ConnectError)):
        return _no_connection(peer, error, causes)
    if (
        isinstance(error, httpx2.RemoteProtocolError)
        and "disconnected" not in str(error)
        and "closed" not in str(error)
    ):
        words = peer.foreign(_BYTES.sub(r"\2", str(error)))[:_LONGEST_QUOTE]
        return MCPProtocolError(f"{peer.named} does not speak HTTP as it should: {words}.", hint=_DOCTOR)
    words = system_words(causes) or peer.foreign(str(error))[:_LONGEST_QUOTE] or type(error).__name__
    encrypted = _endpoint(peer).url.startswith("https:")
    return MCPConnectionError(
        f"The connection with {peer.named} broke off: {words.rstrip('.')}.",
        hint="Try again." if encrypted else "Try again; if the server speaks TLS, its address begins with https://.",
        title="The connection broke off",
    )


def _no_connection(peer: Peer, error: Exception, causes: list[BaseException]) -> MCPError:
    if isinstance(error, httpx2.ConnectTimeout):
        return MCPTimeoutError(
            f"{peer.named} took no connection within its time.", hint=f"Check the network and a proxy. {_DOCTOR}"
        )
    words = system_words(causes) or "the connection was refused"
    if _endpoint(peer).proxy:
        return _unreachable_proxy(peer, words)
    return MCPConnectionError(
        f"{peer.named} cannot be reached: {words}.",
        hint="Check the address, and that the server runs and you are online.",
        title="The server cannot be reached",
    )


def _unreachable_proxy(peer: Peer, words: str) -> MCPError:
    """There is no connection with the proxy, and so none with the server."""
    return MCPConnectionError(
        f"The proxy {shown_proxy(_endpoint(peer))}, through which {_host(peer)} is reached, cannot be used: {words}.",
        hint="Check HTTPS_PROXY, or name the server's host in NO_PROXY.",
        title="The proxy cannot be reached",
    )


def _tls_failure(peer: Peer, error: ssl.SSLError) -> MCPError:
    host = _host(peer)
    if isinstance(error, ssl.SSLCertVerificationError):
        words = str(error.verify_message or error.reason or error).rstrip(".")
        if "self-signed" in words or "self signed" in words or "unable to get" in words:
            hint = "Name the authority that issued it, if you trust that: tls.ca in the profile, or SSL_CERT_FILE."
        elif "expired" in words or "not yet valid" in words:
            hint = "Check this machine's date; else the server's administrator has to renew the certificate."
        else:
            hint = "Check the address: the certificate has to be for this host."
        return AccessRefusedError(
            f"The certificate of {host} is not trusted: {words}.",
            hint=hint,
            title="The server's certificate is not valid",
        )
    words = (error.reason or str(error)).replace("_", " ").lower()
    if "certificate required" in words or "bad certificate" in words or "handshake failure" in words:
        return AccessRefusedError(
            f"{host} wants a client certificate, or another one: {words}.",
            hint="Name it in the profile: tls.cert, and tls.key if the key is in a file of its own.",
            title="The server wants a client certificate",
        )
    if "wrong version number" in words or "http request" in words or "record layer" in words:
        return AccessRefusedError(
            f"{host} does not speak TLS at this port: {words}.", hint="Check the address: https or http, and the port."
        )
    return MCPConnectionError(f"No encrypted connection to {host}: {words}.", hint=_DOCTOR, title="TLS failed")


def _status(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"the status {status}"


def _duration(seconds: float) -> str:
    for size, unit, most in ((1, "s", 120), (60, "minutes", 120), (3600, "hours", 48), (86400, "days", 1000)):
        if seconds < most * size:
            return f"{seconds / size:.0f} {unit}"
    return "for years"


def _quoted(peer: Peer, body: str) -> str:
    words = "" if "\0" in body else " ".join(peer.foreign(body).split())  # of what is no text nobody can make sense
    return f": {words[:_LONGEST_QUOTE].rstrip('.')}." if words else "."


def _endpoint(peer: Peer) -> HttpEndpoint:
    target = peer.target
    assert isinstance(target, HttpEndpoint)  # noqa: S101 (this package makes its peers itself)
    return target


def _host(peer: Peer) -> str:
    return httpx2.URL(_endpoint(peer).url).netloc.decode("ascii", "replace")


def _with_log(error: MCPError, peer: Peer) -> MCPError:
    return explanations.with_log(error, peer)
