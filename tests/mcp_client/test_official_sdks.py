"""Our client against servers built on the official SDKs: Python 1.x and 2.x, TypeScript 1.x and 2.x, pipes and HTTP."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests import servers
from tests.mcp_client.conftest import opened_session
from tests.mcp_client.http.conftest import remote_session
from tests.processes import marked_processes, new_mark
from tui_app.mcp_client.http.endpoint import HttpEndpoint
from tui_app.mcp_client.session import ClientLimits, EraMemory, Session
from tui_app.mcp_client.stdio.command import ServerCommand
from tui_app.mcp_client.types import Era
from tui_app.tickets.errors import MCPTimeoutError

pytestmark = servers.REAL_SERVER

NODE_SDK = "@modelcontextprotocol/sdk@1.32.2"
NODE_SDK_2 = ("@modelcontextprotocol/server@2.4.0", "@modelcontextprotocol/node@2.1.2", "zod@4.6.7")
HERE = Path(__file__).parent / "sdk"


def sdk_command(sdk: str, env: dict[str, str], *more: str) -> ServerCommand:
    if sdk == "node":
        modules = servers.node_environment("sdk", NODE_SDK) / "node_modules"
        return ServerCommand((servers.node(), str(HERE / "server.cjs")), env={"NODE_PATH": str(modules), **env})
    version = {"python 1": "1.30.0", "python 2": "2.3.0"}[sdk]
    python = servers.python_environment(f"mcp-{sdk[-1]}{'-http' if more else ''}", f"mcp=={version}", *more)
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
        assert session.peer.skipped_lines == 0
        started = time.monotonic()
    assert time.monotonic() - started < 15
    assert marked_processes(mark) == []


@contextmanager
def sdk_address(sdk: str, state: str, form: str) -> Iterator[str]:
    """The address of such a server over HTTP."""
    name, version = sdk.split()
    if name == "python":
        argv = [sdk_command(sdk, {}, "uvicorn==0.54.0").argv[0], str(HERE / "server.py"), "http", state, form]
        env = dict(os.environ)
    else:
        packages = [NODE_SDK] if version == "1" else [*NODE_SDK_2]
        modules = servers.node_environment(f"sdk-{version}", *packages) / "node_modules"
        node = servers.node() if version == "1" else servers.node_22()
        argv = [node, str(HERE / "http_server.cjs"), version, state, form]
        env = {**os.environ, "NODE_PATH": str(modules)}
    with subprocess.Popen(argv, stdout=subprocess.PIPE, text=True, env=env) as process:
        assert process.stdout is not None
        try:
            port = process.stdout.readline().strip()
            assert port.isdigit(), port
            yield f"http://127.0.0.1:{port}/mcp"
        finally:
            process.kill()


@pytest.mark.parametrize(
    ("sdk", "state", "form", "spoken"),
    [
        ("python 1", "stateful", "sse", "legacy 2025-11-25"),
        ("python 1", "stateful", "json", "legacy 2025-11-25"),
        ("python 1", "stateless", "sse", "legacy 2025-11-25"),
        ("python 1", "stateless", "json", "legacy 2025-11-25"),
        ("python 2", "stateful", "sse", "modern 2026-07-28"),
        ("python 2", "stateful", "json", "modern 2026-07-28"),
        ("python 2", "stateless", "sse", "modern 2026-07-28"),
        ("python 2", "stateless", "json", "modern 2026-07-28"),
        ("typescript 1", "stateful", "sse", "legacy 2025-11-25"),
        ("typescript 1", "stateful", "json", "legacy 2025-11-25"),
        ("typescript 1", "stateless", "sse", "legacy 2025-11-25"),
        ("typescript 1", "stateless", "json", "legacy 2025-11-25"),
        ("typescript 2", "both", "sse", "modern 2026-07-28"),
        ("typescript 2", "both", "json", "modern 2026-07-28"),
        ("typescript 2", "modern", "sse", "modern 2026-07-28"),
        ("typescript 2", "modern", "json", "modern 2026-07-28"),
    ],
)
async def test_a_server_over_http_is_talked_to(sdk: str, state: str, form: str, spoken: str) -> None:
    with sdk_address(sdk, state, form) as url:
        for remembered in (None, Era.LEGACY) if sdk in ("python 2", "typescript 2") and state != "modern" else (None,):
            async with remote_session(url, ClientLimits(), era_cache=remembering(url, remembered)) as session:
                era = f"{session.identity.era} {session.identity.protocol_version}"
                assert era == ("legacy 2025-11-25" if remembered else spoken)
                assert (session.identity.name, session.identity.instructions) == ("sdk-server", "For tests.")
                await check_tools(session)
                await check_calls(session)
                assert session.peer.skipped_lines == 0


def remembering(url: str, era: Era | None) -> EraMemory:
    """A memory that holds this era for the address."""
    eras = EraMemory()
    if era is not None:
        eras.put(HttpEndpoint(url).key, era)
    return eras


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
