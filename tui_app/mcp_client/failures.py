"""What went wrong with a server, in words: the command, where it is configured, its last words, what to do next."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import TYPE_CHECKING

from tui_app.mcp_client.command import ServerCommand
from tui_app.mcp_client.node import install_hint
from tui_app.tickets.errors import (
    CommandNotFoundError,
    MCPConnectionError,
    MCPError,
    MCPProtocolError,
    MCPTimeoutError,
    MCPToolError,
)

if TYPE_CHECKING:
    from tui_app.mcp_client.process import ServerProcess
    from tui_app.mcp_client.wire import Refusal

_LONGEST_WORDS = 4000  # characters of a server's error message; some send whole web pages
_BREAKS_PROTOCOL = frozenset((-32700, -32600, -32022))  # parse error, invalid request, unsupported version
_DOCTOR = "`ticketdeck doctor` shows what the server wrote on standard error."


def cannot_run(command: ServerCommand, error: OSError | ValueError) -> CommandNotFoundError:
    """The system refused to start the command."""
    program = command.argv[0]
    correct = f"correct the command in {command.configured_in}."
    number = error.errno if isinstance(error, OSError) else None
    if command.cwd is not None and not Path(command.cwd).is_dir():
        cause = f"The folder {command.cwd}, in which {command.named} is to run, does not exist."
        hint = f"Create it, or change cwd in {command.configured_in}."
    elif number == errno.EACCES:
        cause, hint = f"{program} is not executable: {command.named}.", f"Make it executable (chmod +x), or {correct}"
    elif number == errno.ENOEXEC:
        cause = f"{program} is no program that can be run: {command.named}."
        hint = f"Put its interpreter first (node, python3 ..): {correct}"
    elif number == errno.ENOENT and Path(program).is_file():
        cause = f"The interpreter that the first line of {program} names was not found: {command.named}."
        hint = f"Install it, or {correct}"
    elif number in {errno.ENOENT, errno.ENOTDIR}:
        cause, hint = f"{program} was not found: {command.named}.", install_hint(program) or f"Install it, or {correct}"
    else:
        cause = f"{program} cannot be run: {command.named}: {getattr(error, 'strerror', None) or error}."
        hint = f"Please {correct}"
    return CommandNotFoundError(cause, hint=hint)


def empty_command(command: ServerCommand) -> CommandNotFoundError:
    """There is nothing to start."""
    where = command.configured_in
    return CommandNotFoundError(f"The command is empty (configured in {where}).", hint=f"Give it a program in {where}.")


def closed(process: ServerProcess) -> MCPError:
    """We ended it."""
    return MCPConnectionError(f"The session with {process.command} was closed.", title="The session was closed")


def gone(process: ServerProcess) -> MCPError:
    """It ended by itself."""
    ended, last = process.how_it_ended(), process.last_error_line
    happened = f"ended with {ended}" if ended else "closed its pipes and was ended"
    error = MCPConnectionError(f"{process.command.named} {happened}{f': {last}' if last else '.'}", hint=_DOCTOR)
    return _with_last_words(error, process)


def too_slow(process: ServerProcess, what: str, limit: float) -> MCPError:
    """A request was not answered in time."""
    cause = f"{process.command.named} gave no answer to {what} within {limit:g} s{_last_line(process)}"
    return _with_last_words(MCPTimeoutError(cause, hint=f"Try again, or raise the time limit. {_DOCTOR}"), process)


def never_ready(process: ServerProcess, limit: float) -> MCPError:
    """It runs, but said nothing that would count as an answer."""
    error = MCPTimeoutError(
        f"{process.command.named} was not ready within {limit:g} s{_last_line(process)}",
        hint="Run the command by hand to see what it waits for, or raise timeouts.start in the profile.",
    )
    return _with_last_words(error, process)


def line_too_long(process: ServerProcess, limit: int) -> MCPError:
    """A message went beyond the cap."""
    size = f"{limit / 1024 / 1024:g} MiB"
    cause = f"{process.command.named} sent a message longer than {size}, and was ended."
    return _with_last_words(MCPProtocolError(cause, hint="Ask for fewer tickets at a time."), process)


def unreadable(process: ServerProcess, what: str, reason: str) -> MCPError:
    """An answer that breaks the protocol."""
    error = MCPProtocolError(f"The answer of {process.command.named} to {what} cannot be read: {reason}.", hint=_DOCTOR)
    return _with_last_words(error, process)


def refused(process: ServerProcess, refusal: Refusal) -> MCPError:
    """A JSON-RPC error: the server's own words, its code and data."""
    kind = MCPProtocolError if refusal.code in _BREAKS_PROTOCOL else MCPToolError
    error = kind(process.command.foreign(refusal.message[:_LONGEST_WORDS]))
    error.code, error.data = refusal.code, refusal.data
    return error


def _last_line(process: ServerProcess) -> str:
    last = process.last_error_line
    return f"; its last line on standard error: {last}" if last else ", and wrote nothing on standard error."


def _with_last_words(error: MCPError, process: ServerProcess) -> MCPError:
    error.stderr_tail = process.stderr_tail
    return error
