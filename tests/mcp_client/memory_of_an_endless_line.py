"""Run by a test: meets an endless line and prints the error's kind and the memory it took, as a multiple of the cap."""

from __future__ import annotations

import asyncio
import resource
import sys

from tests.mcp_client.conftest import fault_command
from tui_app.mcp_client.connection import ClientLimits
from tui_app.mcp_client.session import open_session
from tui_app.mcp_client.targets import start_transport
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import MCPError


def peak() -> int:
    """Bytes of memory this process has had at most; Linux counts in KiB, macOS in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


async def main() -> None:
    limits = ClientLimits()
    session = await open_session(start_transport(fault_command("endless-line"), SYSTEM_CLOCK), limits)
    before = peak()
    try:
        await session.call_tool("fault", {})
    except MCPError as error:
        print(type(error).__name__, (peak() - before) / limits.message_bytes)
    await session.close()


if __name__ == "__main__":
    asyncio.run(main())
