"""Jira, through any of the MCP servers for it. All of them search by JQL; they differ in names and shapes.

Known: mcp-atlassian (Cloud and Data Center), mcp-jira-cloud, @atlassian-dc-mcp/jira, @aashari/mcp-server-atlassian-jira
and @aaronsb/jira-cloud-mcp.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui_app.adapters.base import Adapter, ServerDescription
from tui_app.adapters.jira.jira_adapter import JiraAdapter
from tui_app.adapters.jira.servers import DataCenter, JiraCloud, JiraMarkdownServer, McpAtlassian, Passthrough
from tui_app.adapters.tracker import variant_for

VARIANTS: tuple[type[JiraAdapter], ...] = (McpAtlassian, DataCenter, JiraCloud, JiraMarkdownServer, Passthrough)


def make(description: ServerDescription, map: Mapping[str, Any]) -> Adapter:  # noqa: A002
    """The adapter for the Jira server ``description``."""
    return variant_for(VARIANTS, description, map)
