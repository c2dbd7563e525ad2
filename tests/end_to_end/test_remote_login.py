"""A tracker at an address, in the browser: logged in to, its token over, logged out of."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import new_mark, wait_until_gone
from tests.terminal import Terminal
from tests.worker.authorization_server import RemoteTracker, serving_apart

FOLLOW = "import sys, urllib.request as r; r.build_opener(r.ProxyHandler({})).open(sys.argv[1], timeout=20).read()"


@pytest.fixture
def tracker() -> Iterator[RemoteTracker]:
    with serving_apart() as remote:
        yield remote


def test_a_login_lasts_until_it_is_given_up_however_often_its_token_ends(
    tracker: RemoteTracker, isolated_home: Path
) -> None:
    config = isolated_home / "config" / "config.toml"
    config.parent.mkdir(mode=0o700)
    config.write_text(f'[profiles.far]\nurl = "{tracker.url}"\n')
    config.chmod(0o600)
    web_browser = isolated_home / "web-browser"
    web_browser.write_text(f"#!{sys.executable}\n{FOLLOW}\n")
    web_browser.chmod(0o700)
    mark = new_mark()
    with Terminal([sys.executable, "-m", "tui_app"], environment={**mark, "BROWSER": str(web_browser)}) as terminal:
        terminal.wait_for("far wants you to log in")
        terminal.send("\r")
        terminal.wait_for("A remote ticket")
        tracker.title = "As it is now"
        tracker.expire()
        terminal.send("r")
        terminal.wait_for("As it is now")
        assert tracker.refreshed == 1
        assert len(tracker.registered) == 1
        terminal.send("\x11")
        assert terminal.wait_for_exit() == 0
    wait_until_gone(mark)
    assert b"canary" not in terminal.output
    done = subprocess.run(
        [sys.executable, "-m", "tui_app", "logout"], capture_output=True, text=True, timeout=30, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "revoked" in done.stdout
    assert tracker.revoked
