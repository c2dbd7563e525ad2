"""Where logins are kept: the keyring of whatever tool stored them, a file, or nowhere, and what is said of it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tui_app.settings import token_store
from tui_app.settings.token_store import StoredLogin, TokenStore
from tui_app.tickets.clock import SYSTEM_CLOCK

URL = "https://far.example.com/mcp"
LOGIN = StoredLogin("https://login.example.com", "https://login.example.com/t", "client", "access-canary", "refresh")
KEEPS = 'f="$(dirname "$0")/../kept-by-$(basename "$0")"'
TOOLS = {
    "keyring": f'{KEEPS}\ncase $1 in set) cat > "$f";; get) cat "$f";; del) rm "$f";; esac',
    "secret-tool": f'{KEEPS}\ncase $1 in store) cat > "$f";; lookup) cat "$f";; clear) rm "$f";; esac',
}


@pytest.fixture
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the keyring tools, first on PATH; those that may be on this machine are left out."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in ("sh", "cat", "rm", "dirname", "basename", "sleep"):
        at = next(Path(place, name) for place in os.defpath.split(":") if place and Path(place, name).exists())
        (folder / name).symlink_to(at)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(token_store, "_SILENT", set())
    return folder


def install(tools: Path, name: str, script: str = "") -> Path:
    tool = tools / name
    tool.write_text(f"#!/bin/sh\n{script or TOOLS[name]}\n", encoding="utf-8")
    tool.chmod(0o755)
    return tool


@pytest.mark.parametrize("name", TOOLS)
def test_a_login_is_kept_in_the_keyring_and_deleted_there(tools: Path, name: str) -> None:
    install(tools, name)
    store = TokenStore(SYSTEM_CLOCK)
    assert store.save("far", URL, LOGIN) == "the system's keyring"
    assert "canary" not in store.path.read_text(encoding="utf-8")
    assert TokenStore(SYSTEM_CLOCK).load("far", URL) == LOGIN
    store.delete("far", URL)
    assert not (tools.parent / f"kept-by-{name}").exists()
    assert (store.load("far", URL), store.out_of_reach) == (None, "")


def test_a_login_is_read_by_the_tool_that_stored_it(tools: Path) -> None:
    """Another one may hold an older login, whose refresh token is spent."""
    install(tools, "keyring")
    TokenStore(SYSTEM_CLOCK).save("far", URL, StoredLogin("i", "t", "c", "older"))
    keyring = (tools / "keyring").rename(tools.parent / "keyring")
    install(tools, "secret-tool")
    TokenStore(SYSTEM_CLOCK).save("far", URL, LOGIN)
    keyring.rename(tools / "keyring")
    assert TokenStore(SYSTEM_CLOCK).load("far", URL) == LOGIN


def test_a_login_of_an_earlier_version_is_looked_for_by_every_tool(tools: Path) -> None:
    install(tools, "secret-tool")
    store = TokenStore(SYSTEM_CLOCK)
    store.save("far", URL, LOGIN)
    content = json.loads(store.path.read_text(encoding="utf-8"))
    for entry in content["logins"].values():
        del entry["tool"]
    store.path.write_text(json.dumps(content), encoding="utf-8")
    install(tools, "keyring")
    assert TokenStore(SYSTEM_CLOCK).load("far", URL) == LOGIN


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("", "keyring is not on PATH"),
        ("exit 3", "keyring ended with exit code 3"),
        ("exit 0", "keyring has no entry of it"),
        ("printf '\\377\\376'", "keyring cannot be used (its output is not text)"),
        ("exec sleep 60", "keyring did not answer within 0.3 s"),
    ],
)
def test_a_keyring_that_does_not_hand_out_a_login_is_told(
    tools: Path, monkeypatch: pytest.MonkeyPatch, script: str, reason: str
) -> None:
    tool = install(tools, "keyring")
    TokenStore(SYSTEM_CLOCK).save("far", URL, LOGIN)
    tool.unlink()
    if script:
        install(tools, "keyring", script)
    monkeypatch.setattr(token_store, "_KEYRING_SECONDS", 0.3)
    store = TokenStore(SYSTEM_CLOCK)
    assert (store.load("far", URL), store.out_of_reach) == (None, reason)
    assert (store.load("another", URL), store.out_of_reach) == (None, "")


def test_a_keyring_that_does_not_answer_is_asked_once(tools: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = install(tools, "keyring")
    TokenStore(SYSTEM_CLOCK).save("far", URL, LOGIN)
    monkeypatch.setattr(token_store, "_KEYRING_SECONDS", 0.3)
    tool = install(tools, "keyring", 'echo asked >> "$0.log"; exec sleep 60')
    for _ in range(3):
        assert TokenStore(SYSTEM_CLOCK).load("far", URL) is None
    place = TokenStore(SYSTEM_CLOCK).save("far", URL, LOGIN)
    assert place.endswith("oauth-tokens.json")
    assert Path(f"{tool}.log").read_text(encoding="utf-8") == "asked\n"


@pytest.mark.parametrize("script", ["exit 1", "cat > /dev/null", "case $1 in get) echo another;; esac"])
def test_a_keyring_that_keeps_nothing_leaves_the_login_to_the_file(tools: Path, script: str) -> None:
    install(tools, "keyring", script)
    store = TokenStore(SYSTEM_CLOCK)
    assert store.save("far", URL, LOGIN) == str(store.path)
    assert TokenStore(SYSTEM_CLOCK).load("far", URL) == LOGIN


def test_a_login_that_cannot_be_kept_is_told_and_used_until_the_end(tools: Path) -> None:
    store = TokenStore(SYSTEM_CLOCK, Path("/dev/null/state/oauth-tokens.json"))
    assert store.save("far", URL, LOGIN).startswith("memory until this program ends, because /dev/null")
    assert store.load("far", URL) == LOGIN


@pytest.mark.parametrize(
    "content", ['{"logins": 5}', '{"logins": {"far %s": 5}}', '{"logins": {"far %s": {"tool": 7}}}']
)
def test_a_file_of_another_shape_holds_no_login(tools: Path, content: str) -> None:
    store = TokenStore(SYSTEM_CLOCK)
    store.path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"version": 1, **json.loads(content.replace("%s", URL))})
    store.path.write_text(text, encoding="utf-8")
    assert store.load("far", URL) is None
    assert store.save("far", URL, LOGIN)
    assert store.load("far", URL) == LOGIN
