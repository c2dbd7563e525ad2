"""Asks the embedded tracker through the official Python SDK, 1.x or 2.x, and prints what it answered as JSON.

``python client.py VERSION INTERPRETER DATABASE``: VERSION is the SDK's, INTERPRETER runs the tracker.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from typing import Any


async def main(version: str, interpreter: str, database: str) -> None:
    from mcp import ClientSession, StdioServerParameters  # type: ignore[import-not-found]  # in an environment of its own
    from mcp.client.stdio import stdio_client  # type: ignore[import-not-found]

    server = StdioServerParameters(
        command=interpreter, args=["-m", "tui_app.local_tracker", database], env=dict(os.environ)
    )
    if version.startswith("1."):
        async with stdio_client(server) as (read, write), ClientSession(read, write) as session:
            started = await session.initialize()
            await report(session, str(started.protocolVersion))
        return
    from mcp import Client

    async with Client(stdio_client(server)) as client:
        await report(client, str(client.protocol_version))


async def report(client: Any, protocol: str) -> None:
    tools = await client.list_tools()
    found = await client.call_tool("search_tickets", {"text": "printer", "max_results": 3})
    page = structured(found)
    opened = await client.call_tool("get_ticket", {"id": page["tickets"][0]["id"]})
    values = await client.call_tool("list_values", {})
    refused = await client.call_tool("search_tickets", {"max_results": 0})
    print(
        json.dumps(
            {
                "protocol": protocol,
                "tools": [tool.name for tool in tools.tools],
                "page": page,
                "same_text": json.loads(found.content[0].text) == page,
                "opened": structured(opened),
                "values": structured(values),
                "refusal": refused.content[0].text,
            }
        )
    )


def structured(result: Any) -> Any:
    return getattr(result, "structured_content", None) or result.structuredContent


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
