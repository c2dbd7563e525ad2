"""The first page of a search, as an adapter reads it."""

from __future__ import annotations

from tui_app.adapters.base import Adapter, Page
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import TicketSearchCriteria


def first_page(adapter: Adapter, criteria: TicketSearchCriteria, answer: CallToolResult) -> Page:
    """What ``answer`` holds, as the answer to the search's first call."""
    plan = adapter.plan(criteria)
    return adapter.page(plan, plan.call, answer)
