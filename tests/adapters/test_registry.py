"""The adapter for a server is chosen by the profile's word, else by the server's name and tools."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.adapters.servers_of_many_kinds import NUMBER, TEXT, described, tool
from tui_app.adapters.registry import ENTRIES, adapter_names, choose_adapter
from tui_app.tickets.errors import ConfigError, NoSearchToolError, UsageError

BUILDER = tool("search_tickets", status=TEXT, assignee=TEXT, max_results=NUMBER)


def test_an_unknown_adapter_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        choose_adapter(described(BUILDER), "bugzilla")
    assert "bugzilla" in caught.value.cause
    assert all(name in caught.value.hint for name in adapter_names())


def test_a_server_without_tools_says_so() -> None:
    with pytest.raises(NoSearchToolError) as caught:
        choose_adapter(described())
    assert caught.value.cause == "The server lists no tools: not configured?"


def test_a_server_without_a_search_tool_lists_what_it_has() -> None:
    many = [tool(f"get_weather_{number}") for number in range(20)]
    with pytest.raises(NoSearchToolError) as caught:
        choose_adapter(described(*many))
    assert "get_weather_0, get_weather_1" in caught.value.cause
    assert "and 8 more" in caught.value.cause


def test_a_server_that_looks_like_builders_is_builders_and_others_are_autos() -> None:
    assert choose_adapter(described(BUILDER)).name == "builder"
    assert choose_adapter(described(tool("search_tickets", "query", query=TEXT))).name == "auto"


def test_a_shipped_adapter_is_left_out_where_the_server_lacks_the_tool_that_opens() -> None:
    server = described(tool("list_issues", "owner repo", owner=TEXT, repo=TEXT), name="github-mcp-server")
    assert choose_adapter(server).name == "auto"
    with pytest.raises(NoSearchToolError):
        choose_adapter(server, "github")


def test_the_profiles_word_wins() -> None:
    assert choose_adapter(described(BUILDER), "auto", {"search": {"tool": "search_tickets"}}).name == "auto"
    with pytest.raises(NoSearchToolError, match="'builder'"):
        choose_adapter(described(tool("list_issues")), "builder")


def test_a_map_that_only_holds_arguments_keeps_the_shipped_adapter() -> None:
    assert choose_adapter(described(BUILDER), "auto", {"arguments": {"site": "eu"}}).name == "builder"


def test_a_wrong_map_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError):
        choose_adapter(described(BUILDER), "auto", {"serch": {}})


@pytest.mark.parametrize("entry", ENTRIES, ids=[f"{entry.name}-{number}" for number, entry in enumerate(ENTRIES)])
def test_no_shipped_adapter_takes_a_server_of_another_kind(entry: object) -> None:
    assert not entry.fits(described(tool("get_weather"), name="weather"))  # type: ignore[attr-defined]


def test_choosing_imports_no_adapter_before_it_is_chosen() -> None:
    code = "import sys, tui_app.adapters.registry; print([m for m in sys.modules if m.startswith('tui_app.adapters')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(eval(done.stdout))
    assert loaded == {"tui_app.adapters", "tui_app.adapters.base", "tui_app.adapters.registry"}
