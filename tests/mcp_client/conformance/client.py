"""The client under test: ``python -m tests.mcp_client.conformance.client pipes|http|login URL``.

The scenario is in the environment. By pipes a forwarder stands between client and runner. To log in there is the worker
with all that it does about a refusal, and a browser that says yes.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import threading
import urllib.request
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from tests.worker.fakes import FakeAdapter
from tui_app.mcp_client.http.endpoint import HttpEndpoint
from tui_app.mcp_client.session import ClientLimits, Session, open_session
from tui_app.mcp_client.stdio.command import ServerCommand
from tui_app.mcp_client.targets import start_transport
from tui_app.mcp_client.types import Tool
from tui_app.settings.profiles import OAuthSettings, Profile
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import MCPAuthenticationError, MCPError
from tui_app.tickets.messages import Reply
from tui_app.tickets.servers import LoginOffered
from tui_app.worker.backend import Backend, real_backend
from tui_app.worker.live_server import LiveServer
from tui_app.worker.prestart import Prestarts
from tui_app.worker.profile_runtime import ProfileRuntime
from tui_app.worker.retry import RetryTiming
from tui_app.worker.scope import RequestScope

FORWARDER = str(Path(__file__).with_name("forwarder.py"))
CONTEXT = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
METADATA_DOCUMENT = "https://conformance-test.local/client-metadata.json"


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
    elif calls := CONTEXT.get("toolCalls"):
        for call in calls:
            await session.call_tool(call["name"], call["arguments"])
    else:
        for tool in tools.values():
            await call_in_all_ways(session, tool)


async def call_in_all_ways(session: Session, tool: Tool) -> None:
    """With arguments of every kind that the schema takes, and without those that may be left out."""
    properties = tool.input_schema.get("properties", {})
    for text in ("x", "Grüße", " padded ", "a\tb\nc", "=?base64?eA==?=", ""):
        values = {"string": text, "number": 2.5, "integer": 42, "boolean": False, "null": None}
        arguments = {name: values.get(part.get("type"), text) for name, part in properties.items()}
        await tried(session, tool.name, arguments)
    required = tool.input_schema.get("required", [])
    await tried(session, tool.name, {name: value for name, value in arguments.items() if name in required})


async def tried(session: Session, tool: str, arguments: dict[str, Any]) -> None:
    """Call a tool that may refuse; that a login is needed is told."""
    try:
        await session.call_tool(tool, arguments)
    except MCPAuthenticationError:
        raise
    except MCPError as error:
        print(f"{tool}: {error.cause}")


async def play_logged_in(url: str) -> None:
    """The scenario with the worker's own way of logging in, and of going on after it."""
    settings = OAuthSettings(
        client_id=CONTEXT.get("client_id", ""),
        client_secret=CONTEXT.get("client_secret", ""),
        client_metadata_url=METADATA_DOCUMENT,
    )
    real = real_backend(SYSTEM_CLOCK)
    backend = Backend(real.spawn, real.open_session, lambda *_: FakeAdapter())
    runtime = ProfileRuntime(
        Profile("far", url=url, oauth=settings), backend, Prestarts(), say_yes, RetryTiming(SYSTEM_CLOCK)
    )

    async def work(server: LiveServer) -> None:
        await play(os.environ["MCP_CONFORMANCE_SCENARIO"], server.session)
        print(f"spoke {server.session.identity.protocol_version}")

    try:
        await runtime.use(RequestScope(SYSTEM_CLOCK), lambda server: server.session.list_tools())
        await runtime.use(RequestScope(SYSTEM_CLOCK), work)
    except MCPError as error:
        print(f"{error.title}: {error.cause}")
        raise SystemExit(1) from None
    finally:
        await runtime.close()


def say_yes(reply: Reply) -> None:
    """A browser whose user allows everything: it follows the redirect to this machine."""
    if isinstance(reply, LoginOffered):
        threading.Thread(target=partial(visit, reply.url), daemon=True).start()


def visit(url: str) -> None:
    with suppress(OSError), urllib.request.urlopen(url, timeout=20):
        pass


async def main() -> None:
    way, url = sys.argv[-2:]
    if way == "login":
        with tempfile.TemporaryDirectory() as state:
            os.environ["TICKETDECK_STATE_DIR"] = state
            await play_logged_in(url)
        return
    target = ServerCommand((sys.executable, FORWARDER, url)) if way == "pipes" else HttpEndpoint(url)
    session = await open_session(start_transport(target, SYSTEM_CLOCK), ClientLimits())
    try:
        await play(os.environ["MCP_CONFORMANCE_SCENARIO"], session)
        print(f"spoke {session.identity.protocol_version}")
    finally:
        await session.close()


if __name__ == "__main__":
    asyncio.run(main())
