"""The user's own commands by key: over which tickets, with what question, and what is said afterwards."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.ui.fakes import FakeService, make_ticket
from tests.ui.support import Deck, opened
from tui_app.settings.model import ConfiguredCommand, UiSettings
from tui_app.tickets.messages import Search
from tui_app.ui.keymap import command_keys, unknown_settings


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Where the program of these tests writes its arguments, a line a call."""
    return tmp_path / "log"


@pytest.fixture
def program(tmp_path: Path, log: Path) -> str:
    """A program that notes its arguments, prints the first, and fails where that is OPS-101."""
    path = tmp_path / "program"
    path.write_text(f'#!/bin/sh\nprintf "%s|" "$@" >> {log}; echo >> {log}; echo "saw $1"; [ "$1" != OPS-101 ]\n')
    path.chmod(0o755)
    return str(path)


def own(*run: str, **keys: Any) -> UiSettings:
    """The settings with one command, on F."""
    return UiSettings(commands=(ConfiguredCommand(run, **{"name": "Note", "key": "F", "background": True, **keys}),))


def lines(log: Path) -> list[str]:
    """What the program was called with so far."""
    return log.read_text().splitlines() if log.exists() else []


def told(deck: Deck) -> list[str]:
    """The messages that are shown."""
    return [shown.message for shown in deck.app._notifications]


async def test_a_key_runs_a_command_for_the_ticket_under_the_cursor(program: str, log: Path) -> None:
    async with opened(ui=own(program, "{id}", "{title}", "{branch}", "{tracker}", "{url}")) as deck:
        await deck.press("F")
        await deck.until(lambda: "Note: done.\nsaw PAY-100" in told(deck))
        await deck.press("e")
        await deck.sees("Note runs in the background ..")
    title, branch = "Printer on floor 3 prints blank pages after the firmware update", "printer-on-floor-3-prints-blank"
    (line,) = lines(log)
    assert line.startswith(f"PAY-100|{title}|PAY-100-{branch}-pages")
    assert line.endswith("|local|https://tracker.example/browse/0|")


async def test_a_failure_is_told_with_its_code_and_last_words(program: str) -> None:
    async with opened(ui=own(program, "{id}")) as deck:
        await deck.press("j", "F")
        await deck.until(lambda: "Note ended with exit code 1.\nsaw OPS-101" in told(deck))
        assert [shown.severity for shown in deck.app._notifications][-1] == "error"


async def test_a_program_that_is_not_there_is_told() -> None:
    async with opened(ui=own("/nonexistent/program", "{id}")) as deck:
        await deck.press("F")
        await deck.until(lambda: "Note could not be run (No such file or directory)." in told(deck))


async def test_over_marked_rows_one_by_one_after_a_question_until_one_fails(program: str, log: Path) -> None:
    async with opened(ui=own(program, "{id}")) as deck:
        await deck.press("space", "space", "space", "F")
        await deck.sees("Run Note for 3 tickets?")
        assert lines(log) == []
        await deck.press("enter")
        words = "Note for OPS-101 ended with exit code 1. Done before: 1. Not tried: 1.\nsaw OPS-101"
        await deck.until(lambda: words in told(deck))
        assert lines(log) == ["PAY-100|", "OPS-101|"]


async def test_over_marked_rows_as_a_list(program: str, log: Path) -> None:
    async with opened(ui=own(program, "{id}", marked="list")) as deck:
        await deck.press("space", "j", "space", "F", "enter")
        await deck.until(lambda: lines(log) == ["PAY-100|WEB-102|"])


@pytest.mark.parametrize(("run", "keys"), [(("{id}",), {"confirm": True}), (("-I", "{title}"), {})])
async def test_a_question_that_is_not_answered_runs_nothing(
    program: str, log: Path, run: tuple[str, ...], keys: dict[str, Any]
) -> None:
    async with opened(ui=own(program, *run, **keys)) as deck:
        await deck.press("F")
        await deck.sees("Run Note?")
        await deck.press("down", "enter", "escape")
        assert deck.screen is deck.browser
        assert lines(log) == []


@pytest.mark.parametrize(
    ("ticket", "keys", "reason"),
    [
        ({"title": "--force"}, {}, "The title of OPS-101 begins with -"),
        ({"url": None}, {}, "OPS-101 has no web address"),
        ({}, {"trackers": ("work",)}, "It is for tickets of work; OPS-101 is of local."),
    ],
)
async def test_what_cannot_be_run_says_why(
    program: str, log: Path, ticket: dict[str, Any], keys: dict[str, Any], reason: str
) -> None:
    service = FakeService([make_ticket(1, **ticket)])
    async with opened(service, ui=own(program, "{title}", "{url}", **keys)) as deck:
        await deck.press("F")
        await deck.until(lambda: [words for words in told(deck) if words.startswith(reason)])
        assert lines(log) == []


async def test_the_list_of_commands_shows_what_each_would_run_and_runs_it(program: str, log: Path) -> None:
    async with opened(ui=own(program, "{id}", key="")) as deck:
        await deck.press("dollar_sign")
        await deck.sees("Your commands")
        await deck.sees("program PAY-100")
        await deck.press("enter")
        await deck.until(lambda: lines(log) == ["PAY-100|"])


async def test_without_commands_the_key_says_where_they_go() -> None:
    async with opened() as deck:
        await deck.press("dollar_sign")
        await deck.until(lambda: any("[[commands]] in ~/.config/ticketdeck" in words for words in told(deck)))


@pytest.mark.parametrize("way", ["question_mark", "colon"])
async def test_help_and_palette_know_the_commands(program: str, log: Path, way: str) -> None:
    async with opened(ui=own(program, "{id}")) as deck:
        await deck.press(way)
        await deck.type("note")
        await deck.sees("Note: ")
        await deck.press("enter")
        await deck.until(lambda: lines(log) == ["PAY-100|"])


async def test_a_command_comes_before_the_programs_own_key_where_it_is_in_force(program: str, log: Path) -> None:
    async with opened(ui=own(program, "{id}", key="b,s", where="table"), size=(140, 40)) as deck:
        for key, expected in (("s", 1), ("b", 2)):
            await deck.press(key)
            await deck.until(lambda expected=expected: len(lines(log)) == expected)  # type: ignore[misc]
        await deck.press("tab", "s")
        assert deck.screen is not deck.browser


async def test_a_command_without_a_ticket_runs_anywhere(program: str, log: Path) -> None:
    async with opened(FakeService([]), wait=False, ui=own(program, "{tracker}", where="anywhere")) as deck:
        await deck.press("F")
        await deck.until(lambda: lines(log) == ["local|"])


async def test_what_it_changed_is_searched_again(program: str) -> None:
    async with opened(ui=own(program, "{id}", refresh=True)) as deck:
        before = len(deck.service.requests(Search))
        await deck.press("F")
        await deck.until(lambda: len(deck.service.requests(Search)) == before + 1)


async def test_hostile_output_is_shown_as_harmless_text(tmp_path: Path) -> None:
    hostile = tmp_path / "hostile"
    hostile.write_text("#!/bin/sh\nprintf '\\033]0;owned\\007[bold]x[/nope]\\n'\n")
    hostile.chmod(0o755)
    async with opened(ui=own(str(hostile))) as deck:
        await deck.press("F")
        await deck.until(lambda: "Note: done.\n␛]0;owned␇[bold]x[/nope]" in told(deck))


async def test_of_endless_output_the_end_is_kept_and_what_goes_on_writing_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = tmp_path / "endless"
    endless.write_text("#!/bin/sh\nhead -c 1000000 /dev/zero | tr '\\0' 'x'; echo; echo last; sleep 3 &\n")
    endless.chmod(0o755)
    async with opened(ui=own(str(endless))) as deck:
        await deck.press("F")
        await deck.until(lambda: any(words.endswith("last") for words in told(deck)))
        assert max(map(len, told(deck))) < 1000


Complaints = Callable[[UiSettings], list[str]]


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("strg+b", "the key strg+b does not exist"),
        ("escape", "the key esc is kept for back"),
        ("ctrl+q", "the key ^q is kept for program.quit_too"),
        ("b", "b is no longer detail.page_up in the ticket."),
        ("s", "s is no longer search.edit in the table and in the ticket."),
    ],
)
def test_keys_that_cannot_be_used_or_hide_others_are_told(key: str, words: str) -> None:
    assert words in " ".join(sentence for _, sentence in unknown_settings(own("x", key=key)))


async def test_quitting_asks_while_a_command_runs_in_the_background(tmp_path: Path) -> None:
    go = tmp_path / "go"
    os.mkfifo(go)
    async with opened(ui=own("cat", str(go))) as deck:
        await deck.press("F", "q")
        await deck.sees("Note is under way")
        await deck.press("escape")
        await deck.until(lambda: deck.screen is deck.browser)
        await deck.press("q")
        await deck.sees("Leave as soon as it is known what came of it")
        await deck.press("enter")
        go.write_text("done")
        await deck.until(lambda: deck.app._exit, "the end of the program")


def test_a_second_command_of_a_name_and_one_without_a_name_are_told() -> None:
    commands = (
        *own("x").commands,
        ConfiguredCommand(("y",), name="note"),
        ConfiguredCommand(("z", "{id}"), name="z {id}"),
    )
    told = {place[1:]: words for place, words in unknown_settings(UiSettings(commands=commands)) if place[-1] == "name"}
    assert told == {
        (1, "name"): "there is another command 'note' before it; lists show both.",
        (2, "name"): "it has none, and is listed as 'z {id}'.",
    }


async def test_a_key_that_hides_one_of_the_program_is_told_at_the_start() -> None:
    async with opened(ui=own("x", key="f")) as deck:
        hides = "[[commands]] Note: f is no longer search.facets in the table and in the ticket."
        await deck.until(lambda: hides in told(deck))


def test_two_commands_cannot_share_a_key() -> None:
    first = own("x").commands[0]
    keys, complaints = command_keys((first, ConfiguredCommand(("y",), name="Other", key="F,ctrl+b")))
    assert complaints == {1: "the key F is Note's already."}
    assert {key.keys for key in keys} == {"F", "ctrl+b"}


async def test_a_false_key_is_told_at_the_start_and_the_command_stays_in_the_list() -> None:
    async with opened(ui=own("x", key="strg+b"), size=(120, 40)) as deck:
        await deck.until(lambda: any("strg+b does not exist" in words for words in told(deck)))
        await deck.press("escape", "dollar_sign")
        await deck.sees("Note")
