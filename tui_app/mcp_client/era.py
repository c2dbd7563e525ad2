"""Negotiates which of the protocol's two eras a server speaks, with as little waiting as possible.

The modern ``server/discover`` is sent first; any error that is not itself modern, or silence, means ``initialize``. A
server that was only slow may answer the probe after ``initialize`` was sent: then the late answer counts, because the
server has committed itself to it (it refuses the handshake with -32022). Neither request is ever cancelled. The
result is remembered per target, so the next start of a legacy server skips the probe.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, NoReturn, Protocol, TypeVar

from tui_app import __version__
from tui_app.mcp_client.types import Era, ServerIdentity
from tui_app.mcp_client.wire import UNSUPPORTED_VERSION
from tui_app.tickets.errors import MCPError, MCPProtocolError, MCPToolError

MODERN_VERSIONS = ("2026-07-28",)
LEGACY_VERSIONS = ("2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05")
"""Newest first; the first is offered, any is accepted."""

_PREFIX = "io.modelcontextprotocol/"
_CLIENT = {"name": "ticketdeck", "version": __version__}

MODERN_META: Mapping[str, Any] = {
    f"{_PREFIX}protocolVersion": MODERN_VERSIONS[0],
    f"{_PREFIX}clientCapabilities": {},
    f"{_PREFIX}clientInfo": _CLIENT,
}
"""``params._meta`` of every modern request, in place of a handshake."""

_AnyFuture = TypeVar("_AnyFuture", bound="asyncio.Future[Any]")

_REMEMBERED_PATIENCE = 5.0
"""Factor on the probe's silence for a server known to be modern: if it is silent, it is only starting slowly."""


class EraCache(Protocol):
    """Remembers a server's era by `Target.key`, from one start to the next."""

    def get(self, key: str) -> Era | None:
        """The era that was put last, None where nothing is known."""

    def put(self, key: str, era: Era) -> None:
        """Remember it. Never raises."""


class EraMemory:
    """An `EraCache` for as long as the program runs."""

    def __init__(self) -> None:
        self._eras: dict[str, Era] = {}

    def get(self, key: str) -> Era | None:
        return self._eras.get(key)

    def put(self, key: str, era: Era) -> None:
        """Remember it."""
        self._eras[key] = era


class Requester(Protocol):
    """The part of a connection that negotiation needs."""

    def send(self, method: str, params: Mapping[str, Any]) -> asyncio.Future[Mapping[str, Any]]:
        """Send a request without a time limit of its own. It is never cancelled."""

    def notify(self, method: str) -> None:
        """Send a notification."""


async def negotiate(server: Requester, probe_silence: float, remembered: Era | None) -> ServerIdentity:
    """Agree on era and version, and read the server's identity. The caller bounds the time.

    Raises:
        MCPProtocolError: no version in common, or an answer that makes no sense; never worth a retry.
        MCPError: the server refused, or is gone.
    """
    try:
        return await (_handshake(server) if remembered is Era.LEGACY else _probed(server, probe_silence, remembered))
    except MCPProtocolError as error:
        supported = _supported(error.data)
        if error.code != UNSUPPORTED_VERSION or not (_common(supported) or not supported):
            raise
        probe = _sent(server, "server/discover", {"_meta": MODERN_META})
        await asyncio.wait((probe,))
        identity = _probe_identity(probe)
        if identity is None:
            raise
        return identity


async def _probed(server: Requester, silence: float, remembered: Era | None) -> ServerIdentity:
    patience = silence * (_REMEMBERED_PATIENCE if remembered is Era.MODERN else 1)
    for _ in range(2):  # a server may refuse once and name a version that we speak
        probe = _sent(server, "server/discover", {"_meta": MODERN_META})
        await asyncio.wait((probe,), timeout=patience)
        if not probe.done():
            return await _whichever_comes(server, probe, silence)
        if not _asks_for_another_try(probe):
            break
    return _probe_identity(probe) or await _handshake(server)


async def _whichever_comes(
    server: Requester, probe: asyncio.Future[Mapping[str, Any]], silence: float
) -> ServerIdentity:
    """While the probe is still unanswered, try the handshake too, and take what the server commits itself to."""
    hands = _unread(asyncio.ensure_future(_handshake(server)))
    try:
        await asyncio.wait((probe, hands), return_when=asyncio.FIRST_COMPLETED)
        if probe.done() and _asks_for_another_try(probe):
            probe = _sent(server, "server/discover", {"_meta": MODERN_META})
            await asyncio.wait((probe,), timeout=silence)
            await asyncio.wait((probe, hands), return_when=asyncio.FIRST_COMPLETED)
        if probe.done() and (identity := _probe_identity(probe)):
            return identity
        if not hands.done() or hands.exception() is None:
            return await hands
        await asyncio.wait((probe,), timeout=silence)  # a refused handshake: the probe's answer may be on its way
        identity = _probe_identity(probe) if probe.done() else None
        return identity or hands.result()
    finally:
        hands.cancel()


async def _handshake(server: Requester, offered: str = LEGACY_VERSIONS[0]) -> ServerIdentity:
    params = {"protocolVersion": offered, "capabilities": {}, "clientInfo": _CLIENT}
    try:
        result = await asyncio.shield(_sent(server, "initialize", params))
    except MCPError as error:
        if error.code is None:
            raise
        supported = _supported(error.data)
        older = [version for version in LEGACY_VERSIONS if version in supported and version != offered]
        if older and offered == LEGACY_VERSIONS[0]:  # it should have answered with its own version, and refused instead
            return await _handshake(server, older[0])
        raise _refused_handshake(error) from None
    version = result.get("protocolVersion")
    if version not in LEGACY_VERSIONS:
        _no_common_version((version,) if version else ())
    server.notify("notifications/initialized")
    return _identity(result, result.get("serverInfo"), Era.LEGACY, version)


def _probe_identity(probe: asyncio.Future[Mapping[str, Any]]) -> ServerIdentity | None:
    """The identity in a modern server's answer; None if the handshake has to be tried."""
    try:
        result = probe.result()
    except MCPError as error:
        if error.code == UNSUPPORTED_VERSION and (supported := _supported(error.data)):
            _check(supported)
        elif not isinstance(error, (MCPToolError, MCPProtocolError)):
            raise
        return None
    versions = result.get("supportedVersions")
    if not isinstance(versions, list):
        return None
    common = _common(versions)
    if not common:
        _check(versions)
        return None
    meta = result.get("_meta")
    info = (meta.get(f"{_PREFIX}serverInfo") if isinstance(meta, dict) else None) or result.get("serverInfo")
    return _identity(result, info, Era.MODERN, common[0])


def _asks_for_another_try(probe: asyncio.Future[Mapping[str, Any]]) -> bool:
    error = probe.exception()
    return isinstance(error, MCPError) and error.code == UNSUPPORTED_VERSION and bool(_common(_supported(error.data)))


def _common(versions: list[Any]) -> list[str]:
    return [version for version in MODERN_VERSIONS if version in versions]


def _check(supported: list[Any]) -> None:
    """A server that names versions of which none is ours, of either era, will not take a handshake."""
    if not any(version in supported for version in (*MODERN_VERSIONS, *LEGACY_VERSIONS)):
        _no_common_version(tuple(supported))


def _identity(result: Mapping[str, Any], info: object, era: Era, version: str) -> ServerIdentity:
    named = info if isinstance(info, dict) else {}
    capabilities, instructions = result.get("capabilities"), result.get("instructions")
    return ServerIdentity(
        name=str(named.get("name") or ""),
        version=str(named.get("version") or ""),
        era=era,
        protocol_version=version,
        instructions=instructions if isinstance(instructions, str) else "",
        capabilities=capabilities if isinstance(capabilities, dict) else {},
    )


def _sent(server: Requester, method: str, params: Mapping[str, Any]) -> asyncio.Future[Mapping[str, Any]]:
    """Send a request whose answer may be left unread."""
    return _unread(server.send(method, params))


def _unread(future: _AnyFuture) -> _AnyFuture:
    """Let ``future`` fail without anybody looking at it."""
    future.add_done_callback(lambda done: done.cancelled() or done.exception())
    return future


def _supported(data: object) -> list[Any]:
    supported = data.get("supported") if isinstance(data, dict) else None
    return supported if isinstance(supported, list) else []


def _refused_handshake(error: MCPError) -> MCPError:
    supported = _supported(error.data)
    if supported:
        return _version_error(tuple(supported), error)
    refused = MCPProtocolError(
        f"The server refused the handshake: {error.cause}",
        hint="Its log may explain why: see `ticketdeck doctor`.",
        title="The server did not start",
    )
    refused.code, refused.data = error.code, error.data
    return refused


def _no_common_version(theirs: tuple[Any, ...]) -> NoReturn:
    raise _version_error(theirs, None)


def _version_error(theirs: tuple[Any, ...], error: MCPError | None) -> MCPProtocolError:
    ours = ", ".join((*MODERN_VERSIONS, *LEGACY_VERSIONS))
    named = ", ".join(str(version)[:40] for version in theirs[:20]) or "none that it names"
    unsupported = MCPProtocolError(
        f"The server speaks protocol versions {named}; ticketdeck speaks {ours}.",
        hint="Update the server, or ticketdeck if the server is newer.",
        title="No protocol version in common",
    )
    if error is not None:
        unsupported.code, unsupported.data = error.code, error.data
    return unsupported
