"""`auto`: works a server out from its tools list, with what a profile's ``map`` says laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tui_app.adapters.auto.adapter import AutoAdapter
from tui_app.adapters.auto.discovery import discover
from tui_app.adapters.auto.roles import assign_roles
from tui_app.adapters.base import ServerDescription
from tui_app.adapters.mapping import parse_map
from tui_app.adapters.registry import no_search_tool


def make(description: ServerDescription, map: Mapping[str, Any]) -> AutoAdapter:  # noqa: A002  # the config's word
    """The adapter for a server that no shipped one fits.

    Raises:
        ConfigError: ``map`` is wrong, or names what the server does not have.
        NoSearchToolError: no tool searches tickets.
    """
    table = parse_map(map)
    roles = assign_roles(description, discover(description), table)
    if roles is None:
        raise no_search_tool(description)
    told = "the profile's map says so" if table.search.tool else "its name and its arguments are those of a search"
    return AutoAdapter(roles, f"no shipped adapter fits, and of its tools {roles.search.tool!r} searches: {told}")
