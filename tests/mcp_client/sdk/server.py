"""A server built on the official Python SDK, 1.x or 2.x."""

# mypy: ignore-errors
# The SDK is not installed where types are checked.

from __future__ import annotations

import asyncio
from typing import Any

try:
    from mcp.server.mcpserver import MCPServer
except ImportError:
    from mcp.server.fastmcp import FastMCP as MCPServer

server = MCPServer("sdk-server", instructions="For tests.")


@server.tool()
def search(text: str, limit: int = 2) -> dict[str, Any]:
    """Tickets that match."""
    return {"tickets": [{"id": f"T-{n}", "title": text, "status": "open"} for n in range(limit)]}


@server.tool()
def fails() -> str:
    """Always fails."""
    raise ValueError("no such project")


@server.tool()
async def slow() -> str:
    """Takes longer than anybody waits."""
    await asyncio.sleep(600)
    return "done"


if __name__ == "__main__":
    server.run()
