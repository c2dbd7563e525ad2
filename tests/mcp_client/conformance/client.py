"""The client under test: ``python -m tests.mcp_client.conformance.client URL``, the scenario in the environment."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from tui_app.mcp_client.process import ServerCommand
from tui_app.mcp_client.session import ClientLimits, Session, open_session

FORWARDER = str(Path(__file__).with_name("forwarder.py"))


async def play(scenario: str, session: Session) -> None:
    """What each scenario wants to see, besides the start of the session."""
    tools = {tool.name: tool for tool in await session.list_tools()}
    if scenario == "tools_call":
        result = await session.call_tool("add_numbers", {"a": 5, "b": 3})
        assert "8" in result.text, result
    elif scenario == "json-schema-2020-12-preservation":
        schema = tools["json_schema_2020_12_tool"].input_schema
        await session.call_tool("json_schema_echo", {"schema": schema})
    elif scenario == "request-metadata":
        await session.call_tool("anything", {})


async def main() -> None:
    command = ServerCommand((sys.executable, FORWARDER, sys.argv[-1]))
    session = await open_session(command, ClientLimits())
    try:
        await play(os.environ["MCP_CONFORMANCE_SCENARIO"], session)
        print(f"spoke {session.identity.protocol_version}")
    finally:
        await session.close()


if __name__ == "__main__":
    asyncio.run(main())
