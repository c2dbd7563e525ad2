"""@modelcontextprotocol/server-everything (Node): a server without tickets is told from an empty tracker."""

from __future__ import annotations

from tests import servers
from tests.real_servers.conversation import conversation
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import Failed

pytestmark = servers.REAL_SERVER

PACKAGE = "@modelcontextprotocol/server-everything@2026.8.31"


def test_a_server_without_a_ticket_tool_is_said_so_with_the_tools_that_were_tried() -> None:
    installed = servers.node_environment("server-everything", PACKAGE) / "node_modules"
    script = installed / "@modelcontextprotocol/server-everything/dist/index.js"
    with conversation(servers.node(), str(script), "stdio") as server:
        failure = server.failing_search(text="printer")
        report = server.report()
    assert failure.kind is ErrorKind.NO_SEARCH_TOOL
    assert "get-resource-links: no tickets" in failure.cause
    assert isinstance(report, Failed)
