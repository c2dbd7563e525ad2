"""The rows of the last visit are on the first screen of the real program, and stay where they are when others come."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.cli.conftest import SERVER
from tests.end_to_end.driving import PROGRAM
from tests.terminal import Terminal
from tui_app.settings.cached_rows import RowCache
from tui_app.settings.load import load_settings
from tui_app.tickets.criteria import criteria_of
from tui_app.tickets.ticket import Ticket
from tui_app.ui.quick_views import OPEN_WORK

pytestmark = pytest.mark.usefixtures("card_seen")

SEEN_AT = datetime.now(UTC) - timedelta(days=1)


def seen(number: int) -> Ticket:
    return Ticket(f"T-{number}", f"Ticket number {number}", "open", source="work")


def line_of(screen: str, ticket_id: str) -> int:
    return next(at for at, line in enumerate(screen.splitlines()) if f"{ticket_id} " in line)


def test_rows_of_the_last_visit_stand_on_the_first_screen_and_none_under_the_cursor_moves(
    isolated_home: Path, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir(mode=0o700)
    command = json.dumps([sys.executable, str(SERVER), "gated"])
    config.write_text(f"[profiles.work]\ncommand = {command}\nenv = {{ GATE = {json.dumps(str(gate))} }}\n")
    config.chmod(0o600)
    rows = RowCache(load_settings().profiles.values())
    rows.store(["work"], criteria_of(OPEN_WORK), [seen(number) for number in range(10, 22)], SEEN_AT)
    with Terminal(PROGRAM, columns=80, rows=24) as terminal:
        first = terminal.wait_for("q Quit")
        assert "T-10 " in first
        assert "as of" in first.splitlines()[1]
        terminal.send("jjj")
        before = terminal.wait_for("▌  T-13 ")
        gate.with_suffix(".new").write_text(" ".join(map(str, [50, 51, *range(10, 22), 52])))
        gate.with_suffix(".new").rename(gate)
        after = terminal.wait_for(lambda text: "as of" not in text and "T-52 " in text)
        assert line_of(after, "T-13") == line_of(before, "T-13")
        assert "▌  T-13 " in after
        terminal.send("g")
        terminal.wait_for(lambda text: "T-50 " in text and "T-52 " in text)
