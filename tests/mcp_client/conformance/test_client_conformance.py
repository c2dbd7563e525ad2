"""The official conformance runner's client scenarios, over pipes, over HTTP, and over HTTP with a login.

Version 0.1.16 knows the protocol up to 2025-11-25; the scenarios for 2026-07-28 are in 0.2.0-alpha.12. Of those that
are scored one is left out: ``elicitation-sep1034-client-defaults``, since nobody is asked here.
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
AUTH_OF_BOTH = [
    "metadata-default",
    "metadata-var1",
    "metadata-var2",
    "metadata-var3",
    "basic-cimd",
    "scope-from-www-authenticate",
    "scope-from-scopes-supported",
    "scope-omitted-when-undefined",
    "scope-step-up",
    "token-endpoint-auth-basic",
    "token-endpoint-auth-post",
    "token-endpoint-auth-none",
    "pre-registration",
]
AUTH_OF_NEW = [
    "offline-access-scope",
    "offline-access-not-supported",
    "authorization-server-migration",
    "iss-supported",
    "iss-not-advertised",
]
AUTH_REFUSED = [
    "scope-retry-limit",
    "resource-mismatch",
    "iss-supported-missing",
    "iss-wrong-issuer",
    "iss-unexpected",
    "iss-normalized",
    "metadata-issuer-mismatch",
]
"""Where the client has to give up."""


@pytest.mark.parametrize(
    ("runner", "version", "scenario", "way"),
    [
        (OLD, "2025-11-25", "initialize", "pipes"),
        (OLD, "2025-11-25", "tools_call", "pipes"),
        (NEW, "2025-11-25", "initialize", "pipes"),
        (NEW, "2025-11-25", "tools_call", "pipes"),
        (NEW, "2025-11-25", "json-schema-2020-12-preservation", "pipes"),
        (NEW, "2026-07-28", "tools_call", "pipes"),
        (NEW, "2026-07-28", "request-metadata", "pipes"),
        (NEW, "2026-07-28", "json-schema-ref-no-deref", "pipes"),
        (NEW, "2026-07-28", "json-schema-2020-12-preservation", "pipes"),
        (OLD, "2025-11-25", "initialize", "http"),
        (OLD, "2025-11-25", "tools_call", "http"),
        (NEW, "2025-11-25", "initialize", "http"),
        (NEW, "2025-11-25", "tools_call", "http"),
        (NEW, "2025-11-25", "sse-retry", "http"),
        (NEW, "2025-11-25", "json-schema-2020-12-preservation", "http"),
        (NEW, "2026-07-28", "tools_call", "http"),
        (NEW, "2026-07-28", "request-metadata", "http"),
        (NEW, "2026-07-28", "http-standard-headers", "http"),
        (NEW, "2026-07-28", "http-custom-headers", "http"),
        (NEW, "2026-07-28", "http-invalid-tool-headers", "http"),
        (NEW, "2026-07-28", "json-schema-ref-no-deref", "http"),
        (NEW, "2026-07-28", "json-schema-2020-12-preservation", "http"),
        (NEW, "2026-07-28", "sep-2322-client-request-state", "http"),
        (NEW, "2025-03-26", "auth/2025-03-26-oauth-metadata-backcompat", "login"),
        (NEW, "2025-03-26", "auth/2025-03-26-oauth-endpoint-fallback", "login"),
        *((NEW, version, f"auth/{name}", "login") for name in AUTH_OF_BOTH for version in ("2025-11-25", "2026-07-28")),
        *((NEW, "2026-07-28", f"auth/{name}", "login") for name in AUTH_OF_NEW),
        (NEW, "2025-11-25", "auth/scope-retry-limit", "login"),
        *((NEW, "2026-07-28", f"auth/{name}", "login") for name in AUTH_REFUSED),
    ],
)
def test_a_client_scenario_of_the_conformance_runner_passes(
    runner: str, version: str, scenario: str, way: str, tmp_path: Path
) -> None:
    client = f"{sys.executable} -m tests.mcp_client.conformance.client {way}"
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
    assert "0 failed, 0 warnings" in said, said
    if scenario.removeprefix("auth/") not in AUTH_REFUSED:
        assert done.returncode == 0, said
        spoken = "2025-11-25" if version == "2025-03-26" else version  # what its server speaks
        assert f"spoke {spoken}" in "".join(file.read_text() for file in tmp_path.rglob("stdout.txt")), said


def conformance(version: str) -> list[str]:
    """The argv of the runner, which needs Node.js 22."""
    package = servers.node_environment("conformance", f"@modelcontextprotocol/conformance@{version}")
    return [servers.node_22(), str(package / "node_modules/@modelcontextprotocol/conformance/dist/index.js")]
