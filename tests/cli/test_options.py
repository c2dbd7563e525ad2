"""The options that are read without click are read as click reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.cli import browse as browsing
from tui_app.cli.commands import run
from tui_app.cli.global_options import GlobalOptions, plain_options
from tui_app.tickets.errors import UsageError

OPTIONS = [
    "-p",
    "--profile",
    "--command",
    "--url",
    "--header",
    "--adapter",
    "--env",
    "--config",
    "--log",
    "--comma",
    "--version",
    "-x",
]
WORDS = st.sampled_from(
    [*OPTIONS, "--profile=work", "-pwork", "work", "node x.js", "A=1", "B", "", "-", "--", "search"]
)


@given(arguments=st.lists(WORDS, max_size=6))
def test_what_is_read_plainly_is_what_click_reads(arguments: list[str]) -> None:
    plain = plain_options(arguments)
    if plain is not None:
        assert vars(plain) == vars(by_click(arguments))


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["-p", "work"],
        ["--command", "node server.js", "--env", "A=1", "--env", "B", "--adapter", "jira"],
        ["--profile", "work", "-p", "home"],
        ["--url", "https://mcp.example.com/mcp", "--header", "A: b", "--header", "C: d"],
    ],
    ids=" ".join,
)
def test_what_starts_the_browser_waits_for_no_parser(arguments: list[str]) -> None:
    assert plain_options(arguments) is not None


@pytest.mark.parametrize("arguments", [["--config", "x.toml"], ["-p"], ["search"], ["-p", "--version"], ["a", "b"]])
def test_what_needs_a_closer_look_is_left_to_click(arguments: list[str]) -> None:
    assert plain_options(arguments) is None


def by_click(arguments: list[str]) -> GlobalOptions:
    """What the browser is started with; an empty one if it is not."""
    started: list[GlobalOptions] = []

    def browse(options: GlobalOptions) -> int:
        started.append(options)
        return 0

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(browsing, "browse", browse)
        try:
            run(arguments)
        except UsageError:
            return GlobalOptions()
    return started[0] if started else GlobalOptions()


@pytest.mark.parametrize(
    ("arguments", "opening", "view"),
    [
        (["-label:x", "is:open"], "-label:x is:open", ""),
        (["is:open", "-project:x,y", "-p", "gh"], "is:open -project:x,y", ""),
        (['-"out of memory"'], '-"out of memory"', ""),
        (["--view", "-label:x", "printer"], "printer", "-label:x"),
        (["--", "-word"], "-word", ""),
    ],
)
def test_a_query_may_begin_with_what_it_leaves_out(arguments: list[str], opening: str, view: str) -> None:
    options = by_click(["browse", *arguments])
    assert (options.opening.split(), options.view) == (opening.split(), view)
    assert options.profile == (("gh",) if "gh" in arguments else ())


def test_the_browser_takes_its_own_options_without_its_name() -> None:
    options = by_click(["-p", "gh", "--view", "My bugs", "printer"])
    assert (options.profile, options.view, options.opening) == (("gh",), "My bugs", "printer")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["search", "-word"], "ticketdeck search -- -word"),
        (["PAY-127"], "ticketdeck browse PAY-127"),
        (["serch", "a b"], "Did you mean search? To search for it: ticketdeck browse serch 'a b'"),
    ],
)
def test_what_is_no_option_or_command_is_told_with_the_way_to_search_for_it(arguments: list[str], told: str) -> None:
    with pytest.raises(UsageError) as caught:
        run(arguments)
    assert told in caught.value.hint
