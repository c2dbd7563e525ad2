"""Tickets taken elsewhere: clipboard, browser, branch names, links and files."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets.branch_names import branch_name
from tui_app.tickets.errors import UsageError
from tui_app.tickets.ticket import Ticket
from tui_app.ui.sharing.clipboard import clipboard_tool, copy_text, markdown_link
from tui_app.ui.sharing.external import browser_command, open_address
from tui_app.ui.sharing.files import export_tickets

TICKET = Ticket(
    id="PAY-142", title="Printer [2nd floor] is on fire!", status="open", url="https://tracker.example/PAY-142"
)


class FakeTerminal:
    """Takes what an application copies."""

    def __init__(self) -> None:
        self.copied: list[str] = []

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)


def only(*names: str) -> Callable[[str], str | None]:
    """A machine on which just these programs are installed."""
    return lambda name: f"/usr/bin/{name}" if name in names else None


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment without displays, browsers or a far machine."""
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "BROWSER", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_copying_asks_the_terminal_and_the_systems_tool(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    tool = tmp_path / "xclip"
    tool.write_text("")
    tool.chmod(0o755)
    bare.setenv("PATH", str(tmp_path))
    bare.setenv("DISPLAY", ":0")
    terminal, ran = FakeTerminal(), []
    said = copy_text(terminal, "PAY-142", run=lambda argv, text: ran.append((argv[0], text)))  # type: ignore[arg-type]
    assert terminal.copied == ["PAY-142"]
    assert [text for _, text in ran] == ["PAY-142"]
    assert said == "Copied PAY-142"
    assert copy_text(terminal, "x\n" * 50, run=lambda argv, text: None) == "Copied 100 characters."  # type: ignore[arg-type]


def test_over_ssh_only_the_terminal_is_asked() -> None:
    assert clipboard_tool({"SSH_CONNECTION": "x", "DISPLAY": ":0"}, only("xclip")) == []


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS always has pbcopy")
def test_the_tool_fits_the_display_and_none_is_no_fault() -> None:
    assert clipboard_tool({"WAYLAND_DISPLAY": "w"}, only("wl-copy", "xclip"))[0] == "wl-copy"
    assert clipboard_tool({"DISPLAY": ":0"}, only("xsel"))[0] == "xsel"
    assert clipboard_tool({}, only("xclip")) == []


def test_what_no_terminal_takes_is_said_to_be_too_long(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("SSH_CONNECTION", "x")
    terminal = FakeTerminal()
    assert "Not copied" in copy_text(terminal, "x" * 1_000_000)  # type: ignore[arg-type]
    assert terminal.copied == []


@pytest.mark.parametrize("url", [None, "javascript:x", "file:///etc/passwd", "-x", "https://a:b@c/", "https://a/\x1b"])
def test_an_unsafe_address_is_never_handed_to_a_program(url: str | None) -> None:
    started: list[Any] = []
    assert "safely" in (open_address(url, start=started.append) or "")
    assert started == []


def test_a_safe_address_is_the_last_word_of_the_browsers_argv(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    browser = tmp_path / "my-browser"
    browser.write_text("")
    browser.chmod(0o755)
    bare.setenv("BROWSER", f"{browser} --new-tab %s")
    started: list[list[str]] = []
    assert open_address("https://tracker.example/a?b=c&d", start=started.append) is None
    assert started == [[str(browser), "--new-tab", "https://tracker.example/a?b=c&d"]]


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS always has open")
def test_without_a_display_there_is_no_browser_and_the_user_is_told_what_to_do(bare: pytest.MonkeyPatch) -> None:
    assert browser_command({}, only("xdg-open")) == []
    assert "Copy the address" in (open_address("https://tracker.example/") or "")


def test_branch_names_and_links() -> None:
    assert branch_name(TICKET) == "PAY-142-printer-2nd-floor-is-on-fire"
    assert branch_name(Ticket("#7", "印刷", "open")) == "7"
    assert markdown_link(TICKET) == r"[PAY-142: Printer \[2nd floor\] is on fire!](https://tracker.example/PAY-142)"
    assert markdown_link(Ticket("A-1", "b", "c")) == "A-1: b"


@given(st.text(), st.text())
def test_a_branch_name_is_always_one_that_git_and_shells_take(ticket_id: str, title: str) -> None:
    name = branch_name(Ticket(ticket_id, title, "open"))
    assert name
    assert name.isascii()
    assert all(character.isalnum() or character == "-" for character in name)
    assert not name.startswith("-")


@pytest.mark.parametrize("ending", ["csv", "json", "jsonl", "md"])
def test_a_file_holds_the_tickets_in_the_format_of_its_ending(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out.{ending}"
    assert "1 ticket " in export_tickets([TICKET], path)
    text = path.read_text()
    assert "PAY-142" in text
    if ending == "json":
        assert json.loads(text)["tickets"][0]["id"] == "PAY-142"


def test_files_hold_the_original_text_and_csv_no_formula(tmp_path: Path) -> None:
    hostile = Ticket("A-1", "=1+1", "open", description="␛[31m", originals={"description": "\x1b[31m"})
    export_tickets([hostile], tmp_path / "a.json")
    export_tickets([hostile], tmp_path / "a.csv")
    assert json.loads((tmp_path / "a.json").read_text())["tickets"][0]["description"] == "\x1b[31m"
    row = next(csv.DictReader(io.StringIO((tmp_path / "a.csv").read_text())))
    assert row["title"] == "'=1+1"


def test_an_existing_file_an_unknown_ending_and_a_missing_folder_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("mine")
    for wrong in (path, tmp_path / "a.xls", tmp_path / "none" / "a.csv"):
        with pytest.raises(UsageError) as caught:
            export_tickets([TICKET], wrong)
        assert caught.value.field == "file"
        assert caught.value.hint
    assert path.read_text() == "mine"
    export_tickets([TICKET], path, replace=True)
    assert "PAY-142" in path.read_text()
