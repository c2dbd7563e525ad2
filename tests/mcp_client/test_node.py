"""The Node.js bridge: how its programs are recognised and set up, and what is said when they cannot run."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.mcp_client.conftest import QUICK, Verdict
from tui_app.mcp_client.session import open_session
from tui_app.mcp_client.stdio.command import ServerCommand, server_environment
from tui_app.mcp_client.stdio.node import is_node_command
from tui_app.mcp_client.targets import start_transport
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.errors import CommandNotFoundError, ServerStartError


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("node", "server.js"), True),
        (("/usr/bin/node", "server.js"), True),
        (("npx", "-y", "pkg"), True),
        (("npm", "exec", "pkg"), True),
        (("python3", "node"), False),
        ((), False),
    ],
)
def test_node_commands_are_recognised(argv: tuple[str, ...], expected: bool) -> None:
    assert is_node_command(argv) is expected


@pytest.mark.parametrize(
    ("argv", "ours", "profile", "seen"),
    [
        (("node", "x.js"), {}, {}, "production error"),
        (("npx", "x"), {}, {"NODE_ENV": "development"}, "development error"),
        (("node", "x.js"), {"MCP_LOG_LEVEL": "debug"}, {}, "production debug"),
        (("node", "x.js"), {"NODE_ENV": "test"}, {"NODE_ENV": "staging"}, "staging error"),
        (("python3", "x.py"), {"NODE_ENV": "test"}, {}, "None None"),
    ],
)
def test_node_servers_run_in_production_and_log_errors_only_unless_told_otherwise(
    argv: tuple[str, ...], ours: dict[str, str], profile: dict[str, str], seen: str
) -> None:
    environment = server_environment(argv, profile, ours)
    assert f"{environment.get('NODE_ENV')} {environment.get('MCP_LOG_LEVEL')}" == seen


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


@pytest.mark.parametrize("name", ["node", "npx"])
async def test_a_node_that_is_too_old_is_named_with_what_to_install(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict
) -> None:
    program(
        tmp_path, "node", 'if [ "$1" = --version ]; then echo v14.21.3; else echo "SyntaxError: ??=" >&2; exit 1; fi'
    )
    program(tmp_path, "npx", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandNotFoundError) as caught:
        await open_session(
            start_transport(ServerCommand((name, "server.js"), configured_in="config.toml"), SYSTEM_CLOCK), QUICK
        )
    hint = caught.value.hint
    told = "Node.js 14.21.3" in hint and "older than 16" in hint and "https://nodejs.org" in hint
    verdict("version and remedy named", "version and remedy named" if told else hint)
    assert "config.toml" in caught.value.cause


async def test_npx_without_node_says_to_install_node(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict
) -> None:
    program(tmp_path, "npx", "echo 'env: node: No such file or directory' >&2; exit 127")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CommandNotFoundError) as caught:
        await open_session(start_transport(ServerCommand(("npx", "pkg")), SYSTEM_CLOCK), QUICK)
    told = "Node.js is not installed" in caught.value.hint and "https://nodejs.org" in caught.value.hint
    verdict("Node.js to be installed", "Node.js to be installed" if told else caught.value.hint)


async def test_a_server_that_fails_under_a_new_enough_node_is_to_blame_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, verdict: Verdict
) -> None:
    program(tmp_path, "node", 'if [ "$1" = --version ]; then echo v22.1.0; else echo "no API token" >&2; exit 2; fi')
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ServerStartError) as caught:
        await open_session(start_transport(ServerCommand(("node", "server.js")), SYSTEM_CLOCK), QUICK)
    verdict("exit code 2: no API token", caught.value.cause.partition("ended with ")[2])
