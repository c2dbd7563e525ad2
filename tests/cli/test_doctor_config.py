"""``doctor`` tells everything that is false in the config, each with its line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import RunProgram
from tests.ui.fakes import FIXED_CLOCK
from tui_app.adapters.mapping import MAPPED_FIELDS
from tui_app.cli.config_check import false_settings
from tui_app.settings.config_file import parse_config

Write = Callable[[str], Path]


@pytest.fixture
def write(isolated_home: Path) -> Write:
    def write_config(text: str) -> Path:
        path = isolated_home / "config" / "config.toml"
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return path

    return write_config


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('[ui]\ntheme = "nrod"', 2, "ui.theme: there is no 'nrod'; did you mean nord?"),
        ('[ui]\ncolumns = ["id",\n"asignee"]', 2, "there is no field 'asignee'; did you mean Assignee?"),
        ('ui.columns = ["flavour:8"]', 1, "no ticket found has a field 'flavour'; the list of columns"),
        ('[keys]\n"search.edti" = "s"', 2, "there is no action 'search.edti'. Did you mean 'search.edit'?"),
        ('[keys]\n"search.edit" = "s"\n"search.filter" = "strg+f"', 3, "'strg+f' for search.filter is not a key"),
        ('\n[profile.a]\ncommand = ["x"]', 2, "profile is not known and has no effect. Did you mean profiles?"),
        ('[[commands]]\nrun = "x {id}"\nkey = "strg+b"', 3, "commands[0].key: the key strg+b does not exist"),
        ('[[commands]]\nrun = "gitt {id}"', 2, "commands[0].run: there is no program 'gitt' on this machine's $PATH"),
        ('[[commands]]\nrun = "x {id}"\nkey = "b"', 3, "commands[0].key: b is no longer detail.page_up in the ticket"),
        ('[ui]\nstart = "Mein"', 2, "ui.start: there is no 'Mein'; did you mean Mine?"),
        (
            '[[views]]\nname = "x"\ngroup = "statsu"',
            3,
            "views[0].group: there is no field 'statsu'; did you mean Status?",
        ),
        ('[[views]]\nname = "x"\ncolumns = ["asignee"]', 3, "views[0].columns: there is no field 'asignee'"),
        ('[key]\n"search.edit" = "s"', 1, "Did you mean keys?"),
        ('[[quick_view]]\nname = "x"', 1, "Did you mean quick_views?"),
        ('default = "local"\n[profiles.a]\ncommand = ["x"]\nadaptor = "jira"', 4, "Did you mean adapter?"),
        ('default = "local"\n[profiles.a]\ncommand = ["x"]\nadapter = "jria"', 4, "no 'jria'; did you mean jira?"),
        ('default = "local"\n[profiles.a]\ncommand = ["x"]\nretry = { atempts = 1 }', 4, "Did you mean attempts?"),
    ],
)
def test_what_has_no_effect_is_told_with_its_line(
    run: RunProgram, write: Write, text: str, line: int, words: str
) -> None:
    path = write(text)
    done = run("doctor")
    assert done.code == 0
    notices = [text for text in done.out.splitlines() if words in text]
    assert len(notices) == 1
    assert f"{path}, line {line}: " in notices[0]


@pytest.mark.parametrize(
    ("key", "words"),
    [("comand", "(comand is not known; did you mean command?)"), ("cmd", "(cmd is not known)"), ("adapter", "no url.")],
)
def test_a_profile_without_a_command_names_the_key_that_was_to_be_one(
    run: RunProgram, write: Write, key: str, words: str
) -> None:
    write(f'[profiles.desk]\n{key} = "node server.js"')
    for command in ("doctor", "search"):
        done = run(command)
        assert done.code == 2
        assert words in done.out + done.err


def test_one_mistake_does_not_hide_another(run: RunProgram, write: Write) -> None:
    write(
        'default = "c"\n[profiles.a]\ncomand = ["x"]\n[profiles.b]\ncommand = ["x"]\ntimeouts = { start = -1 }\n'
        '[ui]\nrefresh_seconds = "soon"\nwide = 1\ntheme = "nrod"\n[profile.x]\n[keys]\n"search.edti" = "s"\n'
        '[profiles.e]\ncommand = ["x"]\nadapter = "jria"\n'
        '[[views]]\nname = 1\n[[views]]\nname = "x"\ngroup = "statsu"\n[[quick_views]]\nname = "x"\n'
        '[[commands]]\nkey = "b"\n[[commands]]\nrun = "gitt {id}"\n'
    )
    done = run("doctor")
    assert done.code == 2
    for line, words in ((2, "profiles.a: "), (6, "profiles.b.timeouts.start: "), (8, "ui.refresh_seconds: ")):
        assert f"line {line}: {words}" in done.out
    for words in ("line 1: default: there is no profile 'c'", "ui.wide is not known", "profile is not known"):
        assert words in done.out
    for line, words in (
        (10, "ui.theme: there is no 'nrod'"),
        (13, "keys.search.edti: there is no action"),
        (16, "profiles.e.adapter: there is no 'jria'"),
        (17, "views[0]: it has no name"),
        (21, "views[1].group: there is no field 'statsu'"),
        (23, "quick_views[0].name: another view is called x"),
        (24, "commands[0]: it has no run"),
        (27, "commands[1].run: there is no program 'gitt'"),
    ):
        assert f"line {line}: {words}" in done.out, words


@pytest.mark.parametrize("text", ["", '[ui]\ntheme = "nord"\ncolumns = ["id:8", "extra.severity"]'])
def test_a_config_without_a_tracker_gets_told_how_to_connect_one(run: RunProgram, write: Write, text: str) -> None:
    write(text)
    done = run("doctor")
    assert done.code == 0
    assert "ticketdeck import" in done.out
    assert "Notices" not in done.out


def test_what_is_named_and_does_not_exist_is_told_of_every_profile(write: Write) -> None:
    path = write(
        '[profiles.a]\ncommand = ["no-such-program"]\ncwd = "/no/such/folder"\n[profiles.a.map.search]\ntol = "x"\n'
        '[profiles.a.auth]\ncheck = ["/no/such/check"]\nlogin = ["sh"]\n'
        '[profiles.b]\ncommand = ["${env:SERVER}"]\ncwd = "${env:PLACE}"\n[profiles.b.map.fields]\ntitel = "x"\n'
        '[profiles.c]\ncommand = ["sh"]\nauth = "midway"\n[ui]\ndate_format = "%Y %-d %% %Q %"\n'
        '[[views]]\nname = "Bugs"\n[[views]]\nname = "bugs"\n'
    )
    told = [*false_settings(parse_config(path, path.read_text()), (), FIXED_CLOCK)]
    assert [line.removeprefix(f"{path}, line ") for line in told] == [
        "18: ui.date_format: strftime knows no %Q.",
        "18: ui.date_format: strftime knows no %.",
        "5: profiles.a.map.search.tol: no key 'tol'. It can have: tool, arguments, criteria.",
        "3: profiles.a.cwd: there is no folder '/no/such/folder'.",
        "2: profiles.a.command: there is no program 'no-such-program' on this machine's $PATH.",
        "7: profiles.a.auth.check: there is no program '/no/such/check' on this machine's $PATH.",
        f"13: profiles.b.map.fields.titel: no key 'titel'. It can have: {', '.join(MAPPED_FIELDS)}.",
        "22: views[1].name: another view is called bugs too; --view and start find the first.",
    ]
