"""The README says what the program does: every command and option, every key, every configuration that it shows."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import click
import pytest
from msgspec.structs import fields

from tests.cli.manual import MANUAL, manual
from tests.cli.readme import README, commands, with_tables
from tui_app.cli.commands import ticketdeck
from tui_app.settings.config_file import parse_config
from tui_app.settings.model import ConfiguredCommand
from tui_app.settings.profiles import (
    AUTH_PRESETS,
    AuthCommands,
    OAuthSettings,
    PoolLimits,
    Profile,
    RetryPolicy,
    Timeouts,
    TlsSettings,
    WriteSettings,
)
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.criterion import CRITERIA
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.own_commands import PLACEHOLDERS
from tui_app.tickets.query import parse_query
from tui_app.ui.keymap import display_key
from tui_app.ui.keys import KEYS
from tui_app.ui.quick_views import default_views

TEXT = README.read_text(encoding="utf-8")
CONFIGS = re.findall(r"```toml\n(.*?)```", TEXT, re.DOTALL)


EVERY_COMMAND = dict(commands(ticketdeck))


@pytest.mark.parametrize(
    "path", [path for path, command in EVERY_COMMAND.items() if not isinstance(command, click.Group)]
)
def test_every_command_is_documented(path: str) -> None:
    assert re.search(rf"^ticketdeck {path}\b", TEXT, re.MULTILINE)


def test_the_example_of_a_query_is_understood() -> None:
    (query,) = re.findall(r"^printer jam .*$", TEXT, re.MULTILINE)
    criteria = parse_query(query)
    assert check_criteria(criteria).used_fields() == {
        "text", "openness", "status", "assignee", "-labels", "created_after",
    }  # fmt: skip


def test_the_views_are_those_that_are_documented() -> None:
    listed = TEXT.partition("Views that are there: ")[2].partition(".\n")[0].split(", ")
    assert listed == [view.name.casefold() for view in default_views()]


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


TRACKERS = re.findall(r"^\| [^|]+ \| `(https://[^`]+)`[^|]*\| (.*) \|$", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("url", "third"), TRACKERS, ids=[url for url, _ in TRACKERS])
def test_the_three_lines_of_a_tracker_make_a_profile(url: str, third: str) -> None:
    for line in re.findall(r"`((?:headers|oauth) = [^`]+)`", third) or [""]:
        settings = parse_config(Path("README.md"), f'[profiles.tracker]\nurl = "{url}"\n{line}\n')
        assert settings.profiles["tracker"].url == url
        assert settings.notices == ()


PROGRAMS = re.findall(r"^\| [^|]+ \| `(\[[^`]+\])` \| (.*) \|$", TEXT, re.MULTILINE)


@pytest.mark.parametrize(("command", "third"), PROGRAMS, ids=[command for command, _ in PROGRAMS])
def test_the_lines_of_a_program_make_a_profile(command: str, third: str) -> None:
    (line,) = re.findall(r"`((?:env|cwd) = [^`]+)`", third)
    settings = parse_config(Path("README.md"), f"[profiles.tracker]\ncommand = {command}\n{line}\n")
    assert settings.profiles["tracker"].command == tuple(json.loads(command))
    assert settings.notices == ()


def test_every_key_of_a_profile_is_shown() -> None:
    whole = max(CONFIGS, key=len)
    tables = (Profile, Timeouts, PoolLimits, RetryPolicy, AuthCommands, OAuthSettings, TlsSettings, WriteSettings)
    names = {field.name for table in tables for field in fields(table)} - {"name", "source", "read_only"}
    assert {name for name in names if not re.search(rf"\b{name}\b", whole)} == set()
    assert {preset for preset in AUTH_PRESETS if f'"{preset}"' not in whole} == set()


def test_every_key_and_placeholder_of_own_commands_is_shown() -> None:
    (table,) = re.findall(r"\[\[commands\]\] +#.*?\n\n", max(CONFIGS, key=len), re.DOTALL)
    assert {key for key in ConfiguredCommand.__struct_fields__ if f"\n{key} = " not in table} == set()
    assert {name for name in PLACEHOLDERS if f"`{{{name}}}`" not in TEXT} == set()


def test_the_tables_are_those_of_the_program() -> None:
    assert with_tables(TEXT) == TEXT, "run: python -m tests.cli.readme"


def test_the_manual_page_is_that_of_the_program() -> None:
    assert MANUAL.read_text(encoding="ascii") == manual(TEXT), "run: python -m tests.cli.readme"


def test_the_manual_page_has_every_command_option_word_code_and_file() -> None:
    page = re.sub(r"\\f[BRI]", "", manual(TEXT)).replace(r"\-", "-")
    heads = set(re.findall(r"^\.TP\n(.*)$", page, re.MULTILINE))
    first_words = {word for head in heads for word in re.split(r", | ", head)}
    paths = {path for path, command in EVERY_COMMAND.items() if not isinstance(command, click.Group)}
    assert {path for path in paths if not any(f"{head} ".startswith(f"{path} ") for head in heads)} == set()
    named = set(re.findall(r"^\| `(--?[\w-]+)", TEXT, re.MULTILINE))
    assert named - first_words == set()
    assert {f"{criterion.word}:" for criterion in CRITERIA if criterion.word} - {
        word.rstrip("<>") for word in first_words
    } == set()
    assert {"0", "1", "2", "3", "4", "5", "6", "130", "$TICKETDECK_STATE_DIR"} <= first_words


def test_the_manual_page_is_set_without_a_complaint() -> None:
    for line in manual(TEXT).splitlines():
        assert re.match(r"[^.']|\.(TH|SH|SS|TP|PP|B)\b", line), line
        assert re.sub(r"\\(?:f[BIR]|-|&|e|\(aq|\(ha|\(ti|\[u[0-9A-F]{4,5}\])", "", line).count("\\") == 0, line
    if shutil.which("groff"):
        done = subprocess.run(["groff", "-man", "-Tutf8", "-ww", str(MANUAL)], capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, "")


def test_the_manual_page_is_installed() -> None:
    built = tomllib.loads((README.parent / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert built["shared-data"] == {str(MANUAL.relative_to(README.parent)): "share/man/man1/ticketdeck.1"}


def test_the_two_commands_are_there_once() -> None:
    assert len(re.findall(r"^python3 -m venv .* && \.venv/bin/ticketdeck$", TEXT, re.MULTILINE)) == 1
    assert len(re.findall(r"^python3 -m venv .*'\.\[test\]'.* && \.venv/bin/pytest .*$", TEXT, re.MULTILINE)) == 1
