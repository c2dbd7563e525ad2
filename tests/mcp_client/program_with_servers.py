"""Run by tests: starts servers that end neither with their input nor on SIGTERM, and waits for a line, then leaves.

A test kills it before that, or lets it leave without closing anything.
"""

from __future__ import annotations

import asyncio
import os
import sys

from tests.mcp_client.conftest import QUICK, fault_command
from tests.processes import MARK
from tui_app.mcp_client.session import open_session
from tui_app.mcp_client.targets import start_transport
from tui_app.tickets.clock import SYSTEM_CLOCK


async def main() -> None:
    mark = {MARK: os.environ[MARK]}
    closed = await open_session(start_transport(fault_command("none", env=mark), SYSTEM_CLOCK), QUICK)
    await closed.close()
    sessions = [
        await open_session(start_transport(fault_command("stubborn-family", env=mark), SYSTEM_CLOCK), QUICK)
        for _ in range(2)
    ]
    only_spawned = start_transport(fault_command("stubborn", env=mark), SYSTEM_CLOCK)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    del sessions, only_spawned
    sys.exit("left without closing anything")


if __name__ == "__main__":
    asyncio.run(main())
