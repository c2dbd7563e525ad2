"""Run by a test: asks a server whose answer unpacks to gigabytes; prints the kind of the error and the MB taken."""

from __future__ import annotations

import asyncio
import sys

from tests.mcp_client.http.conftest import remote_session
from tests.mcp_client.memory_of_an_endless_line import peak
from tui_app.tickets.errors import MCPError


async def main(url: str) -> None:
    async with remote_session(url) as session:
        before = peak()
        try:
            await session.call_tool("work", {})
        except MCPError as error:
            print(type(error).__name__, (peak() - before) / 1e6)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
