"""What is printed arrives whole, or a sentence says why not."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tui_app.cli.output import OutputFailedError, echo, in_encoding

PROGRAM = [sys.executable, "-m", "tui_app"]


def run(tmp_path: Path, *arguments: str, shell: str, **variables: str) -> subprocess.CompletedProcess[str]:
    places = {f"TICKETDECK_{name}_DIR": str(tmp_path / name.lower()) for name in ("CONFIG", "DATA", "STATE")}
    words = " ".join([*PROGRAM, *arguments])
    return subprocess.run(
        ["sh", "-c", f"{words} {shell}"],
        env={**os.environ, **places, **variables},
        capture_output=True,
        text=True,
        timeout=50,
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no device that is always full")
@pytest.mark.parametrize("arguments", [("search", "--format", "json"), ("search",), ("config", "path")])
def test_a_full_disk_is_a_sentence(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = run(tmp_path, *arguments, shell=">/dev/full")
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "crash" not in done.stderr


def test_a_closed_standard_output_is_a_sentence(tmp_path: Path) -> None:
    done = run(tmp_path, "search", "--format", "json", shell=">&-")
    assert done.returncode == 1
    assert "could not be written" in done.stderr
    assert "crash" not in done.stderr


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "koi8-r"])
def test_json_is_the_same_in_every_encoding(encoding: str) -> None:
    value = {"title": "打印机 Ωμέγα 𝄞 Принтер ä"}
    text = in_encoding(json.dumps(value, ensure_ascii=False), encoding)
    assert json.loads(text.encode(encoding).decode(encoding)) == value


def test_other_text_has_marks_for_what_an_encoding_lacks() -> None:
    assert in_encoding("Ω ist ein Buchstabe", "cp1252") == "? ist ein Buchstabe"


def test_a_stream_that_fails_is_an_explained_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.TextIOWrapper):
        def flush(self) -> None:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full(io.BytesIO(), "utf-8"))
    with pytest.raises(OutputFailedError, match="No space left"):
        echo("x")


@pytest.mark.parametrize(
    ("term", "screen", "line"),
    [("dumb", False, False), ("xterm-256color", True, True), ("no-such-terminal", True, True), ("", False, False)],
)
def test_the_terminal_database_tells_who_can_show_a_screen_and_erase_a_line(
    term: str, screen: bool, line: bool
) -> None:
    code = "from tui_app.cli.output import terminal_can as can; print(int(can('cup')), int(can('el')))"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "TERM": term}, capture_output=True, text=True, timeout=50
    )
    assert done.stdout.split() == [str(int(screen)), str(int(line))]
