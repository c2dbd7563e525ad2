"""The server that is meant starts before anything is loaded, once, and as it would be started later."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.cli.conftest import server_command
from tests.processes import MARK, new_mark, wait_until, wait_until_gone
from tests.terminal import Terminal
from tui_app.cli.choosing import apply, choose
from tui_app.cli.given import GlobalOptions
from tui_app.cli.head_start import head_start
from tui_app.mcp_client.environment import server_environment
from tui_app.mcp_client.launch import Launched
from tui_app.mcp_client.process import spawn
from tui_app.mcp_client.watchdog import watchdog
from tui_app.settings.config import default_settings
from tui_app.settings.expansion import server_command as expanded
from tui_app.settings.paths import config_file
from tui_app.tickets.errors import UsageError

SLEEPER = shlex.join((sys.executable, "-S", "-c", "import time; time.sleep(600)"))
WORDS = st.sampled_from(["a", "b c", "$HOME", "${env:HOME}", "$${x}", "~", "~/x", "a~", "--token=x", "é", ""])


def options(command: str | None, *env: str, profile: str | None = None) -> GlobalOptions:
    made = GlobalOptions()
    made.command, made.env, made.profile = command, env, profile
    return made


@pytest.fixture
def launched() -> Iterator[Callable[..., Launched]]:
    """Gives a head start; ends whatever of it is left."""
    started: list[Launched] = []

    def start(command: str | None, *env: str, profile: str | None = None) -> Launched:
        found = head_start(options(command, *env, profile=profile))
        assert found is not None
        started.append(found)
        return found

    yield start
    for one in started:
        with one.popen:
            one.popen.kill()
        watchdog.release(one.popen.pid)


def test_it_is_the_server_that_would_be_started_later(launched: Callable[..., Launched]) -> None:
    ahead = launched(SLEEPER, "TOKEN=t1")
    command = expanded(apply(options(SLEEPER, "TOKEN=t1"), default_settings()).profile, os.environ)
    assert spawn(command, ahead).pid == ahead.popen.pid


@pytest.mark.parametrize("other", [("TOKEN=t2",), ()], ids=["other variable", "none"])
def test_one_that_was_started_with_something_else_is_ended(
    launched: Callable[..., Launched], other: tuple[str, ...]
) -> None:
    ahead = launched(SLEEPER, "TOKEN=t1")
    process = spawn(expanded(apply(options(SLEEPER, *other), default_settings()).profile, os.environ), ahead)
    try:
        assert process.pid != ahead.popen.pid
        assert process.exit_code is None
        wait_until(lambda: ahead.popen.poll() is not None)
    finally:
        process.end(patiently=False)


@given(st.lists(WORDS, min_size=1, max_size=3), st.lists(st.builds("{}={}".format, st.just("A"), WORDS), max_size=2))
@example(["x"], ["A=${env:HOME}"])
@settings(max_examples=200)
def test_words_that_do_not_stand_for_themselves_have_none(words: list[str], env: list[str]) -> None:
    seen: list[tuple[tuple[str, ...], dict[str, str]]] = []

    def launch(argv: list[str], environment: dict[str, str]) -> None:
        seen.append((tuple(argv), environment))

    made = options(shlex.join(words), *env)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tui_app.mcp_client.launch.launch", launch)
        head_start(made)
    if seen:
        command = expanded(apply(made, default_settings()).profile, os.environ)
        assert seen == [(command.argv, server_environment(command.argv, command.env))]
    else:
        assert any("$" in word or word.startswith("~") for word in (*words, *(one[2:] for one in env)))


@pytest.mark.parametrize(
    "given_options",
    [
        options(None),
        options(SLEEPER, profile="work"),
        options(SLEEPER, "HOME"),
        options("no-such-program --x"),
        options("''"),
    ],
    ids=["no command", "a profile besides", "a reference", "no program", "an empty name"],
)
def test_what_has_no_head_start(given_options: GlobalOptions) -> None:
    assert head_start(given_options) is None


@pytest.mark.parametrize(
    ("command", "env", "field"), [("node 'x", (), "command"), (" ", (), "command"), ("node x", ("1=2",), "env")]
)
def test_wrong_options_are_said(command: str, env: tuple[str, ...], field: str) -> None:
    with pytest.raises(UsageError) as caught:
        head_start(options(command, *env))
    assert caught.value.field == field


PLAIN = f"command = {json.dumps(shlex.split(SLEEPER))}\n"


def write_config(text: str, mode: int = 0o600) -> None:
    config_file().parent.mkdir(parents=True, exist_ok=True)
    config_file().write_text(text, encoding="utf-8")
    config_file().chmod(mode)


@pytest.mark.parametrize(
    ("config", "profile", "token"),
    [
        (f"default = 'b'\n[profiles.a]\n{PLAIN}[profiles.b]\n{PLAIN}env = {{ TOKEN = 'tb' }}", None, "tb"),
        (f"[profiles.a]\n{PLAIN}env = {{ TOKEN = 'ta' }}\n[profiles.b]\n{PLAIN}", None, "ta"),
        (f"[profiles.a]\n{PLAIN}[profiles.b]\n{PLAIN}env = {{ TOKEN = 'tb' }}", "b", "tb"),
    ],
    ids=["the default one", "the first", "the one asked for"],
)
def test_the_profile_that_is_meant_has_one(
    launched: Callable[..., Launched], config: str, profile: str | None, token: str
) -> None:
    write_config(config)
    ahead = launched(None, profile=profile)
    chosen = choose(options(None, profile=profile)).profile
    assert chosen.env["TOKEN"] == token
    assert spawn(expanded(chosen, os.environ), ahead).pid == ahead.popen.pid


def test_the_environment_may_name_the_profile(
    launched: Callable[..., Launched], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_config(f"[profiles.a]\n{PLAIN}[profiles.b]\n{PLAIN}env = {{ TOKEN = 'tb' }}")
    monkeypatch.setenv("TICKETDECK_PROFILE", "b")
    ahead = launched(None)
    assert spawn(expanded(choose(options(None)).profile, os.environ), ahead).pid == ahead.popen.pid


@pytest.mark.parametrize(
    "config",
    [
        "",
        "profiles = 1",
        "[profiles]",
        "[profiles.a",
        "[profiles.a]",
        "[profiles.a]\ncommand = []",
        f"[profiles.a]\ncommand = '{SLEEPER.replace(chr(39), '')}'",
        "[profiles.a]\ncommand = [1]",
        f"[profiles.a]\n{PLAIN}env = {{ TOKEN = '${{env:HOME}}' }}",
        f"[profiles.a]\n{PLAIN}env = 'x'",
        f"[profiles.a]\n{PLAIN}auth = 'github'",
        f"[profiles.a]\n{PLAIN}cwd = '/'",
        f"default = 'local'\n[profiles.a]\n{PLAIN}",
        "x = " + "[" * 5000,
    ],
)
def test_what_cannot_be_seen_at_a_glance_has_none(config: str) -> None:
    write_config(config)
    assert head_start(options(None)) is None


@pytest.mark.parametrize("mode", [0o622, 0o602])
def test_nothing_is_started_from_a_file_that_others_can_write(mode: int) -> None:
    write_config(f"[profiles.a]\n{PLAIN}", mode)
    assert head_start(options(None)) is None


def test_nothing_is_started_from_a_file_that_has_to_be_trusted_first(tmp_path: Path) -> None:
    foreign = tmp_path / "config.toml"
    foreign.write_text(f"[profiles.a]\n{PLAIN}", encoding="utf-8")
    made = options(None)
    made.config = str(foreign)
    assert head_start(made) is None


def test_it_waits_for_nothing_that_it_does_not_need() -> None:
    check = (
        "import sys; sys.dont_write_bytecode = True\n"
        "import tomllib, tui_app.cli.browse, tui_app.settings.paths, tui_app.settings.permissions\n"
        "import tui_app.mcp_client.environment, tui_app.mcp_client.launch\n"
        "print([m for m in ('msgspec', 'click', 'asyncio', 'platformdirs', 'inspect') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_browser_starts_one_server(isolated_home: Path, tmp_path: Path) -> None:
    starts = tmp_path / "starts"
    script = tmp_path / "server.py"
    _, path, scenario = shlex.split(server_command("many"))
    script.write_text(
        f"open({str(starts)!r}, 'a').write('x')\n"
        f"import runpy, sys\nsys.argv = ['server', {scenario!r}]\n"
        f"runpy.run_path({path!r}, run_name='__main__')\n"
    )
    argv = [sys.executable, "-m", "tui_app", "--command", shlex.join((sys.executable, str(script)))]
    with Terminal(argv, environment={"HOME": str(isolated_home)}) as terminal:
        terminal.wait_for("T-1")
    assert starts.read_text() == "x"


def test_nothing_of_it_is_left_where_the_start_comes_to_nothing(isolated_home: Path) -> None:
    mark = new_mark()
    argv = [sys.executable, "-m", "tui_app", "--command", SLEEPER, "--env", f"{MARK}={mark[MARK]}"]
    argv += ["--config", "/no/such/config.toml"]
    with Terminal(argv, environment={"HOME": str(isolated_home)}) as terminal:
        assert terminal.wait_for_exit() == 2
        assert b"does not exist" in terminal.output
    wait_until_gone(mark, 5.0)


def test_a_server_that_is_not_wanted_after_all_is_ended(isolated_home: Path) -> None:
    mark = new_mark()
    write_config(f"[profiles.a]\n{PLAIN}env = {{ {MARK} = '{mark[MARK]}' }}\n[ui]\nrefresh_seconds = 'soon'")
    with Terminal([sys.executable, "-m", "tui_app"], environment={"HOME": str(isolated_home)}) as terminal:
        terminal.wait_for("PAY-")
        wait_until_gone(mark, 5.0)
        assert terminal.process.poll() is None
