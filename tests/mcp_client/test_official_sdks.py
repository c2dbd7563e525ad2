"""Our client against servers built on the official SDKs: Python 1.x and 2.x, and Node.js."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest

from tests import servers
from tests.mcp_client.conftest import opened_session
from tests.processes import marked_processes, new_mark
from tui_app.mcp_client.process import ServerCommand
from tui_app.mcp_client.session import ClientLimits, EraMemory, Session
from tui_app.mcp_client.types import Era
from tui_app.tickets.errors import MCPTimeoutError

pytestmark = servers.REAL_SERVER

NODE_SDK = "@modelcontextprotocol/sdk@1.32.2"
HERE = Path(__file__).parent / "sdk"


def sdk_command(sdk: str, env: dict[str, str]) -> ServerCommand:
    if sdk == "node":
        modules = servers.node_environment("sdk", NODE_SDK) / "node_modules"
        return ServerCommand((servers.node(), str(HERE / "server.cjs")), env={"NODE_PATH": str(modules), **env})
    version = {"python 1": "1.30.0", "python 2": "2.3.0"}[sdk]
    python = servers.python_environment(f"mcp-{sdk[-1]}", f"mcp=={version}")
    return ServerCommand((str(python), str(HERE / "server.py")), env=env)


@pytest.mark.parametrize(
    ("sdk", "remembered", "spoken"),
    [
        ("python 1", None, "legacy 2025-11-25"),
        ("python 2", None, "modern 2026-07-28"),
        ("python 2", Era.LEGACY, "legacy 2025-11-25"),
        ("node", None, "legacy 2025-11-25"),
    ],
)
async def test_a_server_built_on_an_official_sdk_is_talked_to(sdk: str, remembered: Era | None, spoken: str) -> None:
    mark = new_mark()
    command, eras = sdk_command(sdk, mark), EraMemory()
    if remembered:
        eras.put(command.key, remembered)
    async with opened_session(command, ClientLimits(), era_cache=eras) as session:
        assert f"{session.identity.era} {session.identity.protocol_version}" == spoken
        assert (session.identity.name, session.identity.instructions) == ("sdk-server", "For tests.")
        await check_tools(session)
        await check_calls(session)
        assert session.process.skipped_lines == 0
        started = time.monotonic()
    assert time.monotonic() - started < 5
    assert marked_processes(mark) == []


async def test_npx_starts_a_server_and_nothing_of_it_is_left_at_the_end(tmp_path: Path) -> None:
    modules = servers.node_environment("sdk", NODE_SDK) / "node_modules"
    programs = tmp_path / "node_modules" / ".bin"
    programs.mkdir(parents=True)
    program = programs / "sdk-server"
    program.write_text(f"#!/usr/bin/env node\nrequire({json.dumps(str(HERE / 'server.cjs'))});\n", encoding="utf-8")
    program.chmod(0o755)
    mark = new_mark()
    npx = ServerCommand(
        ("npx", "--no-install", "sdk-server"), env={"NODE_PATH": str(modules), **mark}, cwd=str(tmp_path)
    )
    async with opened_session(npx, ClientLimits()) as session:
        assert session.identity.name == "sdk-server"
        await check_tools(session)
        assert len(marked_processes(mark)) > 1
    assert marked_processes(mark) == []


async def check_tools(session: Session) -> None:
    tools = {tool.name: tool for tool in await session.list_tools()}
    assert set(tools) == {"search", "fails", "slow"}
    assert set(tools["search"].input_schema["properties"]) == {"text", "limit"}


async def check_calls(session: Session) -> None:
    found = await session.call_tool("search", {"text": "Drücker 🖨", "limit": 3})
    tickets = json.loads(found.text)["tickets"]
    assert [ticket["id"] for ticket in tickets] == ["T-0", "T-1", "T-2"]
    assert tickets[0]["title"] == "Drücker 🖨"
    assert found.structured_content is None or found.structured_content == {"tickets": tickets}

    failed = await session.call_tool("fails", {})
    assert failed.is_error
    assert failed.text

    with pytest.raises(MCPTimeoutError):
        await session.call_tool("slow", {}, timeout=0.2)
    many = await asyncio.gather(*(session.call_tool("search", {"text": str(n)}) for n in range(20)))
    assert all(str(n) in result.text for n, result in enumerate(many))
