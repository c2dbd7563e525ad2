"""Sessions with the HTTP fault server."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.mcp_client.conftest import QUICK
from tui_app.mcp_client.auth_challenge import TokenSource
from tui_app.mcp_client.http.endpoint import HttpEndpoint
from tui_app.mcp_client.session import ClientLimits, EraCache, Session, open_session
from tui_app.mcp_client.targets import start_transport
from tui_app.tickets.clock import SYSTEM_CLOCK


@asynccontextmanager
async def remote_session(
    url: str,
    limits: ClientLimits = QUICK,
    *,
    tokens: TokenSource | None = None,
    era_cache: EraCache | None = None,
    **more: Any,
) -> AsyncIterator[Session]:
    """A session that is closed whatever the test does."""
    endpoint = HttpEndpoint(url, configured_in="config.toml", **more)
    session = await open_session(start_transport(endpoint, SYSTEM_CLOCK, tokens), limits, era_cache=era_cache)
    try:
        yield session
    finally:
        await session.close()
