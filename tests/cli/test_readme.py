"""The README says what the program does: every command and option, every key, every configuration that it shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from msgspec.structs import fields

from tests.cli.readme import README, with_keys
from tui_app.cli.commands import ticketdeck
from tui_app.settings.auth_presets import AUTH_PRESETS
from tui_app.settings.config_file import parse_config
from tui_app.settings.profiles import AuthCommands, PoolLimits, Profile, RetryPolicy, Timeouts
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.query import parse_query
from tui_app.tickets.query_parts import QUERY_WORDS
from tui_app.ui.key_names import display_key
from tui_app.ui.keys import KEYS
from tui_app.ui.quick_views import default_quick_views

TEXT = README.read_text(encoding="utf-8")
CONFIGS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its path (``local import``), the group itself included."""
    yield path.strip(), group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}".strip(), command


EVERY_COMMAND = dict(commands(ticketdeck))


@pytest.mark.parametrize(
    "path", [path for path, command in EVERY_COMMAND.items() if not isinstance(command, click.Group)]
)
def test_every_command_is_documented(path: str) -> None:
    assert re.search(rf"^ticketdeck {path}\b", TEXT, re.MULTILINE)


def test_every_word_of_the_query_language_is_documented() -> None:
    table = TEXT.partition("| Word | Field | Takes |")[2].partition("\n\n")[0]
    assert re.findall(r"`([a-z]+):`", table) == list(QUERY_WORDS)


def test_the_example_of_a_query_is_understood() -> None:
    (query,) = re.findall(r"^printer jam .*$", TEXT, re.MULTILINE)
    criteria = parse_query(query)
    assert check_criteria(criteria).used_fields() == {"text", "status", "assignee", "labels", "created_after"}


def test_the_quick_views_are_those_that_are_documented() -> None:
    listed = TEXT.partition("the number keys are quick views: ")[2].partition(",\nor those")[0].split(", ")
    assert listed == [view.name.casefold() for view in default_quick_views()]


def test_every_key_that_the_text_names_does_something() -> None:
    text = TEXT.partition("## Using it")[2].partition("## Keys")[0]
    named = re.findall(r"`(\^?[a-zA-Z/,|*?:\[\]]|space|esc|enter)`", text)
    shown = {display_key(name) for key in KEYS for name in key.names} | {"enter"}
    assert [name for name in named if name not in shown] == []


def test_every_option_is_documented() -> None:
    options = {
        option
        for command in EVERY_COMMAND.values()
        for parameter in command.get_params(click.Context(command))
        if isinstance(parameter, click.Option)
        for option in parameter.opts
    }
    assert {option for option in options if not re.search(rf"`{option}\b", TEXT)} == set()


def test_every_documented_option_exists() -> None:
    table = TEXT.partition("| Option | For |")[2].partition("\n\n")[0]
    known = {
        option
        for command in EVERY_COMMAND.values()
        for parameter in command.get_params(click.Context(command))
        for option in parameter.opts
    }
    assert set(re.findall(r"`(--?[a-z][a-z-]*)", table)) <= known | {"-h", "--help"}


def test_short_helps_in_the_list_of_commands_are_those_of_the_commands() -> None:
    lazy = getattr(ticketdeck, "lazy")  # noqa: B009 (the group's own class is not what click's decorator promises)
    for name, (_, short_help) in lazy.items():
        command = ticketdeck.get_command(click.Context(ticketdeck), name)
        assert command is not None
        assert command.get_short_help_str(200) == short_help


def test_every_error_kind_is_documented() -> None:
    assert {kind for kind in ErrorKind if f"`{kind}`" not in TEXT} == set()


@pytest.mark.parametrize("config", CONFIGS)
def test_every_configuration_shown_is_valid(config: str) -> None:
    assert parse_config(Path("README.md"), config).notices == ()


def test_every_key_of_a_profile_is_shown() -> None:
    whole = max(CONFIGS, key=len)
    tables = (Profile, Timeouts, PoolLimits, RetryPolicy, AuthCommands)
    names = {field.name for table in tables for field in fields(table)} - {"name", "source"}
    assert {name for name in names if not re.search(rf"\b{name}\b", whole)} == set()
    assert {preset for preset in AUTH_PRESETS if f'"{preset}"' not in whole} == set()


def test_the_table_of_keys_is_that_of_the_program() -> None:
    assert with_keys(TEXT) == TEXT, "run: python -m tests.cli.readme"


def test_the_two_commands_are_there_once() -> None:
    assert len(re.findall(r"^python3 -m venv .* && \.venv/bin/ticketdeck$", TEXT, re.MULTILINE)) == 1
    assert len(re.findall(r"^python3 -m venv .*'\.\[test\]'.* && \.venv/bin/pytest .*$", TEXT, re.MULTILINE)) == 1
