"""Attachments as files: what may be opened, under which name, and where it is saved."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tui_app.processes.lent_text import take_back
from tui_app.tickets.errors import UsageError
from tui_app.ui.sharing.files import file_name, may_be_opened, open_content, save_content


@pytest.mark.parametrize("name", ["a.png", "a.JPG", "b.pdf", "c.txt", "d.log", "e.mp4", "f.docx", "dir/g.csv"])
def test_what_programs_show_is_opened(name: str) -> None:
    assert may_be_opened(name)


@pytest.mark.parametrize(
    "name",
    [
        "a.sh",
        "b.desktop",
        "c.exe",
        "d.html",
        "e.svg",
        "f.py",
        "g.png.exe",
        "h.jar",
        "i",
        "j.app",
        "k.docm",
        "l.lnk",
        ".png",
    ],
)
def test_what_may_run_is_not_opened(name: str) -> None:
    assert not may_be_opened(name)
    assert "save it instead" in (open_content(name, b"x", start=lambda argv: pytest.fail(str(argv))) or "")


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\temp\\\\x.png", "x.png"),
        ("-rf.png", "rf.png"),
        (".bashrc", "bashrc"),
        ("a\x1b[2Jb.png", "a[2Jb.png"),
        ("photo \u202egnp.exe", "photo U+202Egnp.exe"),
        ("", "file"),
        ("x" * 400 + ".png", "x" * 117 + ".png"),
    ],
)
def test_a_name_leads_nowhere(name: str, safe: str) -> None:
    assert file_name(name) == safe


def test_a_file_is_lent_to_the_systems_program_and_gone_afterwards(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "xdg-open"
    program.write_text("")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setenv("DISPLAY", ":1")
    started: list[list[str]] = []
    assert open_content("photo.png", b"data", start=started.append) is None
    [[opener, path]] = started
    assert opener in ("xdg-open", "open")
    assert Path(path).name == "photo.png"
    assert Path(path).read_bytes() == b"data"
    assert not stat.S_IMODE(Path(path).parent.stat().st_mode) & 0o077
    take_back()
    assert not Path(path).exists()


def test_where_nothing_opens_files_saving_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    assert "save it instead" in (open_content("photo.png", b"x") or "")


def test_nothing_is_replaced_unasked(tmp_path: Path) -> None:
    target = tmp_path / "a.bin"
    assert save_content(b"one", target) == f"Saved {target} (3 bytes)."
    with pytest.raises(UsageError, match="is there already"):
        save_content(b"two", target)
    assert target.read_bytes() == b"one"
    save_content(b"two", target, replace=True)
    assert target.read_bytes() == b"two"
    with pytest.raises(UsageError, match="cannot be written"):
        save_content(b"x", tmp_path / "no" / "a.bin")
