"""A server built on the official Python SDK, 1.x or 2.x: over pipes, or with ``http stateful|stateless json|sse`` over
HTTP on a free port, which it prints.
"""

# mypy: ignore-errors
# The SDK is not installed where types are checked.

from __future__ import annotations

import asyncio
import socket
import sys
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


def serve_http(state: str, form: str) -> None:
    """Serve on a free port of this machine until the process is ended."""
    import uvicorn

    options = {"stateless_http": state == "stateless", "json_response": form == "json"}
    try:
        app = server.streamable_http_app(**options)
    except TypeError:  # 1.x has them as settings
        for name, value in options.items():
            setattr(server.settings, name, value)
        app = server.streamable_http_app()
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        print(listener.getsockname()[1], flush=True)
        uvicorn.Server(uvicorn.Config(app, log_level="warning")).run(sockets=[listener])


if __name__ == "__main__":
    if sys.argv[1:2] == ["http"]:
        serve_http(*sys.argv[2:])
    else:
        server.run()
