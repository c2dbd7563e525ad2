"""The server pane: all that is known of a server, of each tracker in turn, and all of it to copy."""

from __future__ import annotations

from msgspec.structs import replace

from tests.ui.fakes import FakeService, report
from tests.ui.support import opened
from tui_app.tickets.messages import Inspect, Reconnect, ServerInspected
from tui_app.tickets.servers import CallRecord, ToolSummary

SIZE = (110, 50)


async def test_everything_that_is_shown_is_copied() -> None:
    async with opened(size=SIZE) as deck:
        await deck.press("P")
        await deck.sees("listening on stdio")
        await deck.press("y")
        for words in (
            "local",
            "config.toml",
            "node mcp-server.js",
            "tracker 1.2",
            "2025-11-25 (legacy)",
            "it has a tool search_tickets",
            "none configured",
            "0.8 s to start, 1 live",
            "search_tickets",
            "create_ticket  for changes",
            'get = "get_ticket"',
            '12 ms  search_tickets {"max_results": 100}',
            "listening on stdio",
        ):
            assert words in deck.app.clipboard, words


async def test_tab_goes_to_the_next_tracker_and_a_key_starts_its_server_anew() -> None:
    async with opened(size=SIZE) as deck:
        await deck.press("P", "tab")
        assert deck.service.requests(Inspect)[-1].profile == "work"
        await deck.until(lambda: deck.lines[3].strip("│ ").startswith("work") or "work  config.toml" in deck.text)
        await deck.press("r")
        assert deck.service.requests(Reconnect)[-1].profile == "work"


async def test_a_report_on_another_tracker_than_the_one_looked_at_is_not_shown() -> None:
    service = FakeService()
    async with opened(service, wait=False, size=SIZE) as deck:
        await deck.press("P", "tab")
        service.reply(ServerInspected(service.requests(Inspect)[0].request_id, "local", report("local")))
        await deck.settle()
        assert "asking the server" in deck.text
        assert "node mcp-server.js" not in deck.text


async def test_a_tool_is_told_in_one_sentence_and_a_long_report_scrolls() -> None:
    service = FakeService()
    tool = ToolSummary("find", "Finds tickets. Give it a cursor to go on.\nMore of it.", "search", read_only=True)
    calls = tuple(CallRecord(f"call_{number}", "{}", 0.1) for number in range(40))
    async with opened(service, wait=False, size=(80, 24)) as deck:
        await deck.press("P")
        long_report = replace(report("local"), tools=(tool,), calls=calls)
        service.reply(ServerInspected(service.requests(Inspect)[-1].request_id, "local", long_report))
        await deck.sees("Finds tickets.")
        assert "Give it a cursor" not in deck.text
        assert "listening on stdio" not in deck.text
        await deck.press(*["space"] * 8)
        await deck.sees("listening on stdio")
        await deck.press("escape")
        assert deck.screen is deck.browser
