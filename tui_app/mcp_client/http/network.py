"""HTTP as this program uses it: one client for an endpoint's TLS files and proxy, and bounded single exchanges.

Invariants: certificates are always checked; nothing is taken from the environment but certificates (``SSL_CERT_FILE``,
``SSL_CERT_DIR``), the proxy is the endpoint's; no redirect is followed.
"""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from urllib.parse import urlsplit

import httpx2
from msgspec import Struct

from tui_app import __version__
from tui_app.mcp_client.http.endpoint import HttpEndpoint, TlsFiles, origin
from tui_app.mcp_client.http.events import TooLargeError, Unpacker
from tui_app.tickets.errors import ConfigError
from tui_app.tickets.text import clean_line

CONNECT_SECONDS = 10.0
"""For TCP and TLS together with the proxy; a host that drops packets is noticed by this."""
_KEPT_OPEN_SECONDS = 55.0
"""An unused connection is closed after this: sooner than most load balancers do, which is at 60 s or later."""

_UNHEARD_SECONDS = 8
"""What was sent and not even received for this long is given up with its connection: after a machine has slept, or a
network was changed, those that are open lead nowhere, and nobody says so."""
_UNHEARD_OPTIONS = {
    "linux": (getattr(socket, "TCP_USER_TIMEOUT", 18), _UNHEARD_SECONDS * 1000),
    "darwin": (0x80, _UNHEARD_SECONDS),  # TCP_RXT_CONNDROPTIME, for which Python has no name
}

_ALERT_SECONDS = 1.0
"""For a server's refusal of our certificate, once the handshake is over."""

ENCODINGS = "gzip, deflate"
"""Content encodings that `Unpacker` reads."""


class HungUpError(ssl.SSLError):
    """The server ends the connection right after the handshake, before anything was asked of it."""

    reason = "certificate required, it seems: the server ends every connection right after the handshake"


class FetchedPage(Struct, frozen=True):
    """The outcome of one exchange. ``headers`` have lower-case names."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def http_client(endpoint: HttpEndpoint) -> httpx2.AsyncClient:
    """A client for ``endpoint`` on the running event loop; its time limits are for the connection only.

    Raises:
        ConfigError: a TLS file, or the proxy, cannot be used.
    """
    if endpoint.proxy and not _is_address(endpoint.proxy):
        raise _unusable_proxy(endpoint.proxy)
    encrypted = endpoint.url.lower().startswith("https:") or (endpoint.proxy or "").startswith("https:")
    try:
        return httpx2.AsyncClient(
            verify=tls_context(endpoint.tls) if encrypted else _no_tls(),
            proxy=endpoint.proxy,
            trust_env=False,
            follow_redirects=False,
            timeout=httpx2.Timeout(None, connect=CONNECT_SECONDS),
            limits=httpx2.Limits(keepalive_expiry=_KEPT_OPEN_SECONDS),
            event_hooks={"response": [_heed_silence]},
            headers={"User-Agent": f"ticketdeck/{__version__}", "Accept-Encoding": ENCODINGS},
        )
    except (ValueError, ImportError, httpx2.InvalidURL):
        raise _unusable_proxy(endpoint.proxy or "") from None


def tls_context(files: TlsFiles) -> ssl.SSLContext:
    """The system's certificates, or those of ``SSL_CERT_FILE``, and the profile's own files.

    Raises:
        ConfigError: a file cannot be read, or holds no certificate or key.
    """
    context = httpx2.create_ssl_context()
    if files.ca:
        try:
            context.load_verify_locations(cafile=files.ca)
        except (OSError, ssl.SSLError) as error:
            raise _unusable("tls.ca", files.ca, error) from None
    if files.cert:
        try:
            context.load_cert_chain(files.cert, files.key, password=_no_password)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise _unusable("tls.cert and tls.key", files.cert, error) from None
    return context


async def fetch(
    client: httpx2.AsyncClient,
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    content: bytes | None = None,
    most_bytes: int = 1024 * 1024,
    seconds: float = 10.0,
) -> FetchedPage:
    """One exchange within ``seconds``, its body unpacked.

    Raises:
        TimeoutError: it took longer.
        TooLargeError: the body has more than ``most_bytes``.
        UnreadableBodyError: it cannot be unpacked.
        httpx2.HTTPError: there was no exchange.
    """
    async with asyncio.timeout(seconds), client.stream(method, url, headers=headers, content=content) as response:
        body = await read_body(response, most_bytes)
        return FetchedPage(
            response.status_code, {name.lower(): value for name, value in response.headers.items()}, body
        )


async def read_body(response: httpx2.Response, most_bytes: int, *, cut: bool = False) -> bytes:
    """The body, unpacked; ``cut``: what is beyond ``most_bytes`` is left unread.

    Raises:
        TooLargeError: it has more than ``most_bytes``, and is not to be cut.
        UnreadableBodyError: it cannot be unpacked.
    """
    unpacker = Unpacker(response.headers.get("content-encoding", ""))
    pieces: list[bytes] = []
    size = 0
    async for chunk in response.aiter_raw():
        for piece in unpacker.feed(chunk):
            pieces.append(piece)
            size += len(piece)
            if size > most_bytes:
                if not cut:
                    raise TooLargeError
                return b"".join(pieces)[:most_bytes]
    return b"".join(pieces)


async def refusal_by_tls(target: object, error: Exception) -> Exception:
    """The refusal behind a connection that broke off; ``error`` where there is none.

    With TLS 1.3 a server refuses a client without a certificate after the handshake. The bytes that are on their way to
    it then make it reset the connection, and its alert is lost: so it is tried again by one who says nothing. Some send
    no alert at all.
    """
    broken = isinstance(error, (httpx2.ReadError, httpx2.WriteError, httpx2.RemoteProtocolError))
    if not broken or not isinstance(target, HttpEndpoint) or target.proxy or not target.url.startswith("https:"):
        return error
    _, host, port = origin(target.url)
    try:
        async with asyncio.timeout(_ALERT_SECONDS):
            reader, writer = await asyncio.open_connection(host, port, ssl=tls_context(target.tls))
            try:
                return error if await reader.read(1) else HungUpError()
            finally:
                writer.transport.abort()
    except TimeoutError:
        return error
    except ssl.SSLError as alert:
        return alert
    except ConnectionResetError:
        return HungUpError()
    except OSError:
        return error


async def _heed_silence(response: httpx2.Response) -> None:
    """Have the system notice when the connection of a response, which further requests use, leads nowhere any more."""
    stream, option = response.extensions.get("network_stream"), _UNHEARD_OPTIONS.get(sys.platform)
    connection = stream.get_extra_info("socket") if stream is not None else None
    if connection is not None and option is not None:
        with suppress(OSError):
            connection.setsockopt(socket.IPPROTO_TCP, *option)


def _is_address(proxy: str) -> bool:
    try:
        parts = urlsplit(proxy)
        return bool(parts.hostname) and parts.port != 0  # asking for the port checks it
    except ValueError:
        return False


def _unusable_proxy(proxy: str) -> ConfigError:
    scheme = clean_line(proxy.partition("://")[0])
    why = (
        f"{scheme} is not a kind that is supported"
        if _is_address(proxy)
        else "it is not an address with a host and a port"
    )
    return ConfigError(
        f"The proxy of the environment cannot be used: {why}.",
        hint="Set HTTPS_PROXY to an http:// or https:// address, or name the server's host in NO_PROXY.",
    )


def _no_tls() -> ssl.SSLContext:
    """For plain http: cheap to make, and trusts nobody."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _no_password() -> str:
    raise ValueError("the key has a password, which cannot be asked for")


def _unusable(key: str, path: str, error: Exception) -> ConfigError:
    reason = getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error) or "it is not a PEM file"
    return ConfigError(f"{key}: {path} cannot be used: {str(reason).lower()}.", hint="It has to be a PEM file.")


def causes_of(error: BaseException) -> Iterator[BaseException]:
    """An error with all that it came from, within groups too."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop(0)
        if current is None or id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        waiting += [current.__cause__, current.__context__]
        if isinstance(current, BaseExceptionGroup):
            waiting += current.exceptions


def reason_of(error: Exception) -> str:
    """Why there was no exchange, as a clause, sanitised."""
    causes = list(causes_of(error))
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not trusted: {clean_line(cause.verify_message).rstrip('.')}"
        if isinstance(cause, ssl.SSLError) and not isinstance(cause, (ssl.SSLWantReadError, ssl.SSLWantWriteError)):
            return clean_line(cause.reason or str(cause)).replace("_", " ").lower()
        if isinstance(cause, socket.gaierror):
            return f"it was not found ({cause.strerror})"
    return system_words(causes) or clean_line(str(error)) or type(error).__name__


def system_words(causes: list[BaseException]) -> str:
    """The operating system's word for what happened; the deepest one is the most exact."""
    failures = (cause for cause in causes if isinstance(cause, OSError) and not isinstance(cause, ssl.SSLError))
    numbers = [failure.errno for failure in failures if failure.errno]
    return os.strerror(numbers[-1]).lower() if numbers else ""
