"""The bridge to servers written for Node.js: how they are recognised, set up, and explained when they cannot run.

Whether Node.js is new enough is checked after a start has failed, so a healthy start never waits for it.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import PurePath

from tui_app.processes.family import start

OLDEST_NODE = 16
"""The official SDK needs it: older ones lack syntax and globals that it uses."""

_VERSION_LIMIT = 5.0  # seconds for `node --version`, which takes 0.05; a version manager's shim may take longer
_VERSION_STEP = 0.02
_RUNNERS = frozenset(("node", "nodejs", "npx", "npm", "pnpm", "yarn", "tsx", "ts-node"))
_VERSION = re.compile(r"v?(\d+)\.\d+")

_DEFAULTS = {"NODE_ENV": "production", "MCP_LOG_LEVEL": "error"}
"""Development builds and chatty logs are not what somebody wants who browses tickets."""


def is_node_command(argv: Sequence[str]) -> bool:
    """Whether ``argv`` starts a program under Node.js: ``node x.js``, ``npx pkg``, ``npm exec pkg``."""
    return bool(argv) and PurePath(argv[0]).name in _RUNNERS


def node_defaults(argv: Sequence[str], ours: Mapping[str, str]) -> dict[str, str]:
    """The variables that a Node server gets unless its profile sets them; a value in ``ours`` wins."""
    if not is_node_command(argv):
        return {}
    return {name: ours.get(name) or value for name, value in _DEFAULTS.items()}


async def node_problem(argv: Sequence[str], environment: Mapping[str, str]) -> str:
    """Why ``argv`` cannot run, and what to install; empty if Node.js is not the reason."""
    if not is_node_command(argv):
        return ""
    import shutil  # needed after a failed start only

    program = argv[0] if PurePath(argv[0]).name in {"node", "nodejs"} else "node"
    found = shutil.which(program, path=environment.get("PATH"))
    if found is None:
        return f"Node.js is not installed (no {program} on the PATH). {install_hint('node')}"
    version = await _version(found, environment)
    match = _VERSION.match(version)
    if match and int(match[1]) < OLDEST_NODE:
        return f"Node.js {version.lstrip('v')} ({found}) is older than {OLDEST_NODE}. {install_hint('node')}"
    return ""


def install_hint(program: str) -> str:
    """What to install so that ``program`` exists; empty where that cannot be known."""
    return _INSTALL.get(PurePath(program).name, "")


async def _version(node: str, environment: Mapping[str, str]) -> str:
    import asyncio  # not loaded yet when a server is started early

    try:
        family = start(
            [node, "--version"],
            environment=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:
        return ""
    with family.process as process:  # reads nothing until the process has ended: a version fits any pipe
        try:
            for _ in range(round(_VERSION_LIMIT / _VERSION_STEP)):
                if process.poll() is not None:
                    break
                await asyncio.sleep(_VERSION_STEP)
        finally:
            process.kill()
            family.release()
        return process.stdout.read(100).decode(errors="replace").strip() if process.stdout else ""


_NODE = (
    f"Install Node.js {OLDEST_NODE} or newer (with npm and npx) from https://nodejs.org or with your package manager."
)
_UV = "Install uv, which brings uvx: https://docs.astral.sh/uv/"
_INSTALL = {
    "node": _NODE,
    "nodejs": _NODE,
    "npm": _NODE,
    "npx": _NODE,
    "tsx": "Install it with: npm install --global tsx",
    "ts-node": "Install it with: npm install --global ts-node",
    "pnpm": "Install pnpm: https://pnpm.io/installation",
    "yarn": "Install yarn: https://yarnpkg.com/getting-started/install",
    "uv": _UV,
    "uvx": _UV,
    "pipx": "Install pipx: https://pipx.pypa.io",
    "python": "Install Python 3, or write python3 in place of python.",
    "python3": "Install Python 3 from https://www.python.org or with your package manager.",
    "docker": "Install Docker: https://docs.docker.com/get-docker/",
    "podman": "Install Podman: https://podman.io/docs/installation",
    "bun": "Install Bun: https://bun.sh",
    "bunx": "Install Bun: https://bun.sh",
    "deno": "Install Deno: https://deno.com",
    "go": "Install Go: https://go.dev/dl/",
    "java": "Install a Java runtime: https://adoptium.net",
}
