"""``config.toml``: what it gives, and how its mistakes are told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tui_app.settings.load import last_trackers, load_settings
from tui_app.settings.model import LOCAL_PROFILE
from tui_app.settings.paths import config_file
from tui_app.settings.profiles import AUTH_PRESETS, PoolLimits, Timeouts
from tui_app.settings.state import UiState
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ConfigError, UsageError

WriteConfig = Callable[[str], Path]

WHOLE = """\
default = "work"

[profiles.work]
command = ["node", "mcp-server.js"]
adapter = "jira"
auth = "midway"
env = { JIRA_URL = "https://x", JIRA_API_TOKEN = "${env:JIRA_API_TOKEN}" }
cwd = "~/src"
timeouts = { start = 60, request = 20.5 }
pool = { max_connections = 3 }
private_fields = ["salary"]

[profiles.work.map]
search = "find"

[profiles.home]
command = "npx -y 'my server'"
auth = { check = "true", login = ["login", "--now"], login_timeout = 5, interactive = false }

[ui]
theme = "nord"
columns = ["id", "title"]
refresh_seconds = 60

[keys]
quit = "ctrl+q"

[[quick_views]]
name = "mine"
assignee = "me"
"""


def test_a_fresh_machine_has_the_embedded_tracker() -> None:
    settings = load_settings()
    assert list(settings.profiles) == [LOCAL_PROFILE]
    profile = settings.profile()
    assert profile.command[0] == sys.executable
    assert profile.command[-2:] == ("-m", "tui_app.local_tracker")
    assert profile.adapter == "builder"
    assert settings.source is None


def test_a_fresh_machine_loads_none_of_the_modules_that_reading_a_config_needs() -> None:
    program = (
        "import sys; from tui_app.settings.load import load_settings; load_settings()\n"
        "heavy = ('pydantic', 'tomlkit', 'tomllib', 'platformdirs', 'jmespath')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_whole_config_is_read(write_config: WriteConfig) -> None:
    settings = load_settings(write_config(WHOLE))
    work, home = settings.profiles["work"], settings.profiles["home"]
    assert settings.default == "work"
    assert work.command == ("node", "mcp-server.js")
    assert work.auth == AUTH_PRESETS["midway"]
    assert work.env["JIRA_API_TOKEN"] == "${env:JIRA_API_TOKEN}"
    assert work.timeouts == Timeouts(start=60, request=20.5)
    assert work.pool == PoolLimits(max_connections=3)
    assert work.map == {"search": "find"}
    assert work.private_fields == ("salary",)
    assert work.source == str(config_file())
    assert home.command == ("npx", "-y", "my server")
    assert home.auth is not None
    assert (home.auth.check, home.auth.login) == (("true",), ("login", "--now"))
    assert (home.auth.login_timeout, home.auth.interactive) == (5, False)
    assert (settings.ui.theme, settings.ui.columns, settings.ui.refresh_seconds) == ("nord", ("id", "title"), 60)
    assert settings.ui.keys == {"quit": "ctrl+q"}
    assert [(view.name, view.criteria) for view in settings.ui.views] == [
        ("mine", TicketSearchCriteria(assignee=("me",)))
    ]
    assert settings.notices == ()


def test_the_embedded_tracker_is_there_beside_configured_profiles(write_config: WriteConfig) -> None:
    settings = load_settings(write_config(WHOLE))
    assert list(settings.profiles) == ["work", "home", LOCAL_PROFILE]


def test_without_a_default_the_first_profile_is_it(write_config: WriteConfig) -> None:
    assert load_settings(write_config('[profiles.b]\ncommand = ["b"]\n[profiles.a]\ncommand = ["a"]')).default == "b"


TWO = '[profiles.a]\ncommand = ["a"]\n[profiles.b]\ncommand = ["b"]'


def test_a_list_as_default_means_one_table_of_several_trackers(write_config: WriteConfig) -> None:
    settings = load_settings(write_config(f'default = ["b", "a", "b"]\n{TWO}'))
    assert (settings.default, settings.together) == ("b", ("b", "a"))


@pytest.mark.parametrize("written", ['["a", "c"]', "[]", "[1]"])
def test_a_list_of_what_is_no_profile_is_a_mistake(write_config: WriteConfig, written: str) -> None:
    with pytest.raises(ConfigError, match=r"line 1.*default"):
        load_settings(write_config(f"default = {written}\n{TWO}"))


def test_the_trackers_of_the_last_time_count_until_the_config_has_another_default(write_config: WriteConfig) -> None:
    settings = load_settings(write_config(f'default = "a"\n{TWO}'))
    assert last_trackers(settings) == ()
    UiState(SYSTEM_CLOCK, default=settings.together).set_trackers(("a", "b"))
    assert last_trackers(settings) == ("a", "b")
    assert last_trackers(load_settings(write_config(f'default = "b"\n{TWO}'))) == ()
    assert last_trackers(settings.with_profile(settings.profiles["b"])) == ("a", "b")
    assert last_trackers(replace(settings, profiles={})) == ()


def test_the_environment_chooses_a_profile_and_the_command_line_overrules_it(
    write_config: WriteConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(write_config(WHOLE))
    monkeypatch.setenv("TICKETDECK_PROFILE", "home")
    assert settings.profile().name == "home"
    assert settings.profile("local").name == "local"


def test_an_unknown_profile_is_told_with_those_that_exist(write_config: WriteConfig) -> None:
    with pytest.raises(UsageError, match="no profile 'nope'") as caught:
        load_settings(write_config(WHOLE)).profile("nope")
    assert "work, home, local" in caught.value.hint


@pytest.mark.parametrize(
    ("right", "wrong", "line", "words"),
    [
        ('default = "work"', 'default = "wurk"', 1, "default: there is no profile 'wurk'"),
        ('["node", "mcp-server.js"]', '["node", 3]', 4, "profiles.work.command[1]"),
        ('["node", "mcp-server.js"]', "[]", 4, "profiles.work.command: it is empty"),
        ('"midway"', '"midday"', 6, "profiles.work.auth: 'midday' is not a preset"),
        ("start = 60", "start = -1", 9, "profiles.work.timeouts.start: '-1' does not fit"),
        ("request = 20.5", 'request = "soon"', 9, "profiles.work.timeouts.request"),
        ("max_connections = 3", "max_connections = 99", 10, "less than or equal to 16"),
        ('private_fields = ["salary"]', 'private_fields = "salary"', 11, "profiles.work.private_fields"),
        ("command = \"npx -y 'my server'\"", 'command = "npx \'"', 17, "cannot be split into words"),
        ("command = \"npx -y 'my server'\"", "", 16, "profiles.home: it has no command"),
        ("refresh_seconds = 60", "refresh_seconds = 1", 23, "ui.refresh_seconds"),
        ('quit = "ctrl+q"', "quit = 1", 26, "keys.quit"),
        ('assignee = "me"', 'created_after = "2026-02-30"', 30, "not a day that exists"),
        ('name = "mine"', "", 28, "it has no name"),
        ("[ui]", "[ui", 20, "is not valid TOML"),
    ],
)
def test_a_mistake_is_told_with_file_line_and_key(
    write_config: WriteConfig, right: str, wrong: str, line: int, words: str
) -> None:
    assert right in WHOLE
    path = write_config(WHOLE.replace(right, wrong))
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert str(path) in caught.value.cause
    assert f"line {line}" in caught.value.cause
    assert words in caught.value.cause


def test_a_mistake_in_env_does_not_show_the_value(write_config: WriteConfig) -> None:
    write_config('[profiles.a]\ncommand = ["a"]\nenv = { TOKEN = 123456789 }')
    with pytest.raises(ConfigError, match=r"profiles\.a\.env\.TOKEN") as caught:
        load_settings()
    assert "123456789" not in caught.value.cause


def test_unknown_keys_are_told_and_do_no_harm(write_config: WriteConfig) -> None:
    path = write_config('future = 1\n[profiles.a]\ncommand = ["a"]\ncolour = "red"\n[ui]\nwide = true\n')
    settings = load_settings()
    assert settings.profiles["a"].command == ("a",)
    assert settings.notices == (
        f"{path}, line 1: future is not known and has no effect.",
        f"{path}, line 6: ui.wide is not known and has no effect.",
        f"{path}, line 4: profiles.a.colour is not known and has no effect.",
    )


def test_a_key_in_the_wrong_table_is_told_where_it_goes(write_config: WriteConfig) -> None:
    write_config(
        "replace_default_views = true\nquery = 'is:open'\n"
        "[profiles.a]\ncommand = ['a']\nstart = 'Mine'\n[ui]\ndefault = 'a'\n"
    )
    told = [notice.partition(": ")[2] for notice in load_settings().notices]
    assert told == [
        "replace_default_views is not known and has no effect. It goes below [ui].",
        "query is not known and has no effect. It goes below [profiles.NAME].",
        "ui.default is not known and has no effect. It goes above all tables.",
        "profiles.a.start is not known and has no effect. It goes below [ui].",
    ]


def test_a_missing_file_that_was_asked_for_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="does not exist"):
        load_settings(tmp_path / "no.toml")


def test_a_file_that_is_no_text_is_told(write_config: WriteConfig) -> None:
    path = write_config("")
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_settings()


@pytest.mark.parametrize(("mode", "command"), [(0o666, "chmod go-w"), (0o602, "chmod go-w")])
def test_a_config_that_others_can_write_is_refused_with_the_command_that_mends_it(
    write_config: WriteConfig, mode: int, command: str
) -> None:
    path = write_config(WHOLE)
    path.chmod(mode)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert f"{command} {path}" in caught.value.hint
    subprocess.run(caught.value.hint.partition(": ")[2].split(), check=True)
    assert load_settings().default == "work"


def test_a_config_in_a_directory_that_others_can_write_is_refused(write_config: WriteConfig) -> None:
    path = write_config(WHOLE)
    path.parent.chmod(0o777)
    with pytest.raises(ConfigError, match="everybody can write"):
        load_settings()


@pytest.mark.parametrize("value", ["[" * 40_000, "{a=" * 20_000, "1" * 5000], ids=["lists", "tables", "digits"])
def test_a_config_that_no_reader_bears_is_told_as_such(tmp_path: Path, value: str) -> None:
    file = tmp_path / "other.toml"
    file.write_text(f"x = {value}")
    file.chmod(0o600)
    with pytest.raises(ConfigError, match="is not valid TOML"):
        load_settings(file)
