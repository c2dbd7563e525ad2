"""Errors about a server: which one, where it is configured, the end of its log, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_app.tickets.errors import (
    MCPConnectionError,
    MCPError,
    MCPProtocolError,
    MCPTimeoutError,
    MCPToolError,
    UnchangingStartError,
)

if TYPE_CHECKING:
    import asyncio

    from tui_app.mcp_client.peer import Peer
    from tui_app.mcp_client.wire import Refusal

_LONGEST_MESSAGE = 4000  # characters of a server's error message; some send whole web pages
_BREAKS_PROTOCOL = frozenset((-32700, -32600, -32022))  # parse error, invalid request, unsupported version


def closed(peer: Peer) -> MCPError:
    """The session was closed on this side."""
    return MCPConnectionError(f"The session with {peer.target} was closed.", title="The session was closed")


def gone(peer: Peer, happened: str, *, always: bool = False) -> MCPError:
    """The server went by itself; ``happened`` follows its name: "ended with exit code 3". ``always``: another try would
    end the same way.
    """
    last = peer.reason_line
    cause = f"{peer.named} {happened}{f': {last}' if last else '.'}"
    return with_log((UnchangingStartError if always else MCPConnectionError)(cause, hint=_doctor(peer)), peer)


def broken_here(peer: Peer, fault: Exception, loop: asyncio.AbstractEventLoop) -> MCPError:
    """A fault of our own after which nothing of the session is certain; ``loop`` reports it. Its message may hold
    ticket text, so only its type is shown.
    """
    cause = f"An unexpected {type(fault).__name__} inside ticketdeck ended the session with {peer.target}."
    loop.call_exception_handler({"message": cause, "exception": fault})
    hint = "Try again; if it comes back, please report it with the crash report."
    return MCPProtocolError(cause, hint=hint, title="Something went wrong inside ticketdeck")


def too_slow(peer: Peer, what: str, limit: float, *, noise: bool) -> MCPError:
    """The request ``what`` was not answered within ``limit`` seconds; ``noise``: lines came that are no messages."""
    other = noise_line(peer) if noise else ""
    cause = f"{peer.named} gave no answer to {what} within {limit:g} s{last_line(peer)}{other}"
    return with_log(MCPTimeoutError(cause, hint=f"Try again, or raise the time limit. {_doctor(peer)}"), peer)


def message_too_long(peer: Peer, limit: int) -> MCPError:
    """A message was longer than ``limit`` bytes."""
    cause = f"{peer.named} sent a message longer than {limit / 1024 / 1024:g} MiB, and was ended."
    return with_log(MCPProtocolError(cause, hint="Ask for fewer tickets at a time."), peer)


def unreadable(peer: Peer, what: str, reason: str) -> MCPError:
    """The answer to the request ``what`` breaks the protocol."""
    error = MCPProtocolError(f"The answer of {peer.named} to {what} cannot be read: {reason}.", hint=_doctor(peer))
    return with_log(error, peer)


def refused(peer: Peer, refusal: Refusal) -> MCPError:
    """A JSON-RPC error: the server's own message, its code and data."""
    kind = MCPProtocolError if refusal.code in _BREAKS_PROTOCOL else MCPToolError
    error = kind(peer.foreign(refusal.message)[:_LONGEST_MESSAGE])
    error.code, error.data = refusal.code, refusal.data
    return error


def last_line(peer: Peer) -> str:
    """The end of a sentence: the last line of the server's log, or that there is none."""
    last = peer.reason_line
    return f"; its last line on {peer.log_name}: {last}" if last else f", and wrote nothing on {peer.log_name}."


def noise_line(peer: Peer) -> str:
    """A sentence that quotes the last line that is no message; empty if there was none."""
    last = peer.last_skipped_line
    return f" On {peer.output_name} it wrote something that is not a message: {last}" if last else ""


def with_log(error: MCPError, peer: Peer) -> MCPError:
    """``error`` with the end of the server's log."""
    error.stderr_tail = peer.log_tail
    return error


def _doctor(peer: Peer) -> str:
    return f"`ticketdeck doctor` shows what the server wrote on {peer.log_name}."
