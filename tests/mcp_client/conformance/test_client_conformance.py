"""The official conformance runner's client scenarios that concern a client over pipes without authorization.

Version 0.1.16 knows the protocol up to 2025-11-25; the scenarios for 2026-07-28 are in 0.2.0-alpha.12.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import servers

pytestmark = servers.REAL_SERVER

REPOSITORY = Path(__file__).parents[3]
OLD, NEW = "0.1.16", "0.2.0-alpha.12"


@pytest.mark.parametrize(
    ("runner", "version", "scenario"),
    [
        (OLD, "2025-11-25", "initialize"),
        (OLD, "2025-11-25", "tools_call"),
        (NEW, "2025-11-25", "initialize"),
        (NEW, "2025-11-25", "tools_call"),
        (NEW, "2025-11-25", "json-schema-2020-12-preservation"),
        (NEW, "2026-07-28", "tools_call"),
        (NEW, "2026-07-28", "request-metadata"),
        (NEW, "2026-07-28", "json-schema-ref-no-deref"),
        (NEW, "2026-07-28", "json-schema-2020-12-preservation"),
    ],
)
def test_a_client_scenario_of_the_conformance_runner_passes(
    runner: str, version: str, scenario: str, tmp_path: Path
) -> None:
    client = f"{sys.executable} -m tests.mcp_client.conformance.client"
    chosen = ["--scenario", scenario, "--spec-version", version, "--command", client, "--output-dir", str(tmp_path)]
    done = subprocess.run(
        [*conformance(runner), "client", *chosen, "--verbose"],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert f"spoke {version}" in "".join(file.read_text() for file in tmp_path.rglob("stdout.txt")), said
    assert "0 failed, 0 warnings" in said, said


def conformance(version: str) -> list[str]:
    """The argv of the runner, which needs Node.js 22."""
    package = servers.node_environment("conformance", f"@modelcontextprotocol/conformance@{version}")
    return [servers.node_22(), str(package / "node_modules/@modelcontextprotocol/conformance/dist/index.js")]
