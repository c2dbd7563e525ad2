"""The official SDKs' clients list and call the embedded tracker's tools; they hold each answer against its schema."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import servers

pytestmark = servers.REAL_SERVER

HERE = Path(__file__).parent / "sdk"
REPOSITORY = Path(__file__).resolve().parents[2]


def python_client(version: str) -> list[str]:
    interpreter = servers.python_environment(f"mcp-{version[0]}", f"mcp=={version}")
    return [str(interpreter), str(HERE / "client.py"), version]


def node_client(package: str) -> list[str]:
    folder = servers.node_environment(package.split("@")[1].split("/")[1], package)
    return [servers.node(), str(HERE / "client.mjs"), str(folder)]


@pytest.mark.parametrize(
    ("client", "protocol"),
    [
        ("python 2.3.0", "2026-07-28"),
        ("python 1.30.0", "2025-11-25"),
        ("node @modelcontextprotocol/sdk@1.32.2", "ticketdeck-local"),
        ("node @modelcontextprotocol/client@2.4.0", "2026-07-28"),
    ],
)
def test_an_official_client_lists_and_calls_the_tools(client: str, protocol: str, database: Path) -> None:
    language, which = client.split(" ")
    command = python_client(which) if language == "python" else node_client(which)
    done = subprocess.run(
        [*command, sys.executable, str(database)],
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["protocol"] == protocol
    assert told["tools"] == [
        "search_tickets",
        "get_ticket",
        "list_values",
        "add_comment",
        "update_ticket",
        "create_ticket",
    ]
    assert len(told["page"]["tickets"]) == 3
    assert told["page"]["total"] > 20
    assert told["same_text"] is True
    assert told["opened"]["id"] == told["page"]["tickets"][0]["id"]
    assert told["values"]["me"] == "Mara Lindqvist"
    assert told["refusal"].startswith("max_results: 0 is not allowed")
