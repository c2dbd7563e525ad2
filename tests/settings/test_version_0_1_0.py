"""Files that version 0.1.0 wrote are still read: config, recent and saved searches, state, consent, and the database.

The files in ``version_0_1_0`` were written by that version and are never written again; each test opens copies.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tui_app.mcp_client.types import Era
from tui_app.settings.load import load_settings
from tui_app.settings.paths import config_file, database_path, era_file, recents_file, state_file, trust_file
from tui_app.settings.profiles import AuthCommands, PoolLimits, Profile, RetryPolicy, Timeouts
from tui_app.settings.recents import RecentSearches
from tui_app.settings.state import EraFile, UiState
from tui_app.settings.trust import TrustStore
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import check_criteria

FILES = Path(__file__).with_name("version_0_1_0")
WHOLE_SEARCH = {
    "text": 'printer "second page"',
    "status": ["open", "in progress"],
    "assignee": "me",
    "project": "OPS",
    "labels": ["printer"],
    "priority": "high",
    "created_after": "2026-01-01",
    "created_before": "2026-11-01",
    "updated_after": "7d",
    "max_results": 250,
    "sort": "-priority",
}


@pytest.fixture(autouse=True)
def old_files(isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Copies where the program looks for them."""
    monkeypatch.setenv("TICKETDECK_DATA_DIR", str(isolated_home / "data"))
    monkeypatch.setenv("TICKETDECK_STATE_DIR", str(isolated_home / "state"))
    for target in (config_file(), recents_file(), trust_file(), state_file(), era_file(), database_path()):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(FILES / target.name, target)
        target.chmod(0o600)


def test_every_old_file_is_opened() -> None:
    copied = {path.name for path in (config_file(), recents_file(), trust_file(), state_file(), era_file())}
    assert {path.name for path in FILES.iterdir()} == {*copied, database_path().name}


def test_every_key_of_an_old_config_keeps_its_meaning() -> None:
    settings = load_settings()
    assert settings.notices == ()
    assert settings.default == "work"
    assert list(settings.profiles) == ["work", "desk", "local"]
    assert settings.profiles["work"] == Profile(
        name="work",
        command=("node", "server.js"),
        adapter="auto",
        env={"TOKEN": "${env:TOKEN}"},
        cwd="~/src",
        private_fields=("salary",),
        timeouts=Timeouts(start=30, request=30, total=90),
        pool=PoolLimits(max_connections=2, wait=10),
        retry=RetryPolicy(attempts=3, base_delay=1, factor=2, max_delay=10, jitter=0.1),
        auth=AuthCommands(
            check=("corp-login", "--status"),
            login=("corp-login",),
            check_timeout=10,
            login_timeout=60,
            interactive=True,
        ),
        source=str(config_file()),
    )
    desk = settings.profiles["desk"]
    assert desk.command == ("npx", "-y", "desk-mcp", "--site", "main")
    assert desk.env == {"DESK_URL": "https://desk.example.com", "DESK_TOKEN": "${env:DESK_TOKEN}"}
    ui = settings.ui
    assert (ui.theme, ui.refresh_seconds) == ("nord", 300)
    assert ui.columns == ("id", "status", "assignee", "updated_at", "title")
    assert ui.keys == {"search.edit": "s,ctrl+f"}
    assert [(view.name, view.criteria) for view in ui.views] == [
        ("My bugs", check_criteria({"assignee": "me", "labels": ["bug"], "updated_after": "2w"}))
    ]


def test_old_recent_and_saved_searches_are_there() -> None:
    searches = RecentSearches(SYSTEM_CLOCK)
    entries = searches.entries()
    assert [(entry.criteria, entry.pinned) for entry in entries] == [
        (check_criteria(WHOLE_SEARCH), False),
        (check_criteria({"assignee": "unassigned"}), False),
        (check_criteria({"native": "project = OPS ORDER BY created"}), False),
        (check_criteria({"text": "first"}), True),
    ]
    assert {entry.used_at for entry in entries} == {"2026-11-29T23:06:52+00:00"}
    assert searches.saved() == {
        "everything": check_criteria({}),
        "my bugs": check_criteria({"assignee": "me", "labels": ["bug"], "updated_after": "2w"}),
    }
    searches.add(check_criteria(WHOLE_SEARCH))
    assert len(searches.entries()) == 4, "an old entry is not recognised as the same search"
    assert searches.notices == ()


def test_old_state_eras_and_consent_hold() -> None:
    state = UiState(SYSTEM_CLOCK)
    assert (state.theme, state.first_run_card_seen, state.panes()) == ("nord", True, {"beside": 50, "below": 40})
    assert [(column["name"], column["width"]) for column in state.columns("local")] == [
        ("id", 9),
        ("title", 0),
        ("extra.severity", 6),
    ]
    eras = EraFile(SYSTEM_CLOCK)
    assert (eras.get("node server.js"), eras.get("npx -y desk-mcp")) == (Era.LEGACY, Era.MODERN)
    allowed = Profile(name="x", command=("run", "--fast"), env={"A": "1"}, source="/home/me/mcp.json")
    store = TrustStore(SYSTEM_CLOCK)
    assert store.is_trusted(allowed)
    assert (*state.notices, *store.notices) == ()


def ticketdeck(*arguments: str) -> Any:
    """What the program prints as JSON."""
    done = subprocess.run([sys.executable, "-m", "tui_app", *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_an_old_database_is_searched_shown_and_added_to(tmp_path: Path) -> None:
    found = ticketdeck("search", "-p", "local", "--format", "json")["tickets"]
    assert [(ticket["id"], ticket["status"], ticket["priority"]) for ticket in found] == [
        ("OPS-1", "open", "high"),
        ("WEB-7", "closed", None),
        ("OPS-2", "in progress", "low"),
    ]
    words = ticketdeck("search", "café", "-p", "local", "--format", "json")["tickets"]
    assert [ticket["title"] for ticket in words] == ["Naïve café menu shows ☕ wrongly"]

    shown = ticketdeck("show", "OPS-1", "-p", "local", "--format", "json")
    assert {
        "title": "Printer on floor 3 jams",
        "assignee": "Mara Lind",
        "reporter": "Jo Park",
        "type": "bug",
        "project": "OPS",
        "labels": ["floor-3", "printer"],
        "created_at": "2026-03-01T08:00:00Z",
        "updated_at": "2026-03-04T09:30:00Z",
        "url": "https://desk.example.com/OPS-1",
        "description": "It **jams** at every second page.",
        "comments": [{"author": "Jo Park", "created_at": "2026-03-02T10:00:00Z", "body": "Still the case."}],
    }.items() <= shown.items()

    more = tmp_path / "more.csv"
    more.write_text("id,title,status\nOPS-3,A new ticket,open\n")
    assert ticketdeck("local", "import", str(more), "--format", "json")["added"] == 1
    assert len(ticketdeck("search", "-p", "local", "--format", "json")["tickets"]) == 4
