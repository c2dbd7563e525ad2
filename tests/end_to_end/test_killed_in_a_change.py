"""The real program is killed at each request of a change: no text is lost, no log is torn, nothing is sent twice."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.end_to_end.driving import PROGRAM

SERVER = Path(__file__).parents[1] / "worker" / "changing_server.py"
TEXT = "A title that nobody must lose"
CHANGE = "update_ticket"
READ = "get_ticket"


class Killed(NamedTuple):
    """What is left after the program was killed, or ended."""

    code: int
    requests: list[str]
    sent: list[object]
    drafts: list[str]
    log: list[dict[str, object]]
    title: str

    def loses_nothing(self) -> bool:
        """Whether the text is on this machine, or a fresh read has shown it, from the first read of the ticket on."""
        seen = CHANGE in self.requests and READ in self.requests[self.requests.index(CHANGE) :] and self.title == TEXT
        return READ not in self.requests or TEXT in self.drafts or seen


def changing(folder: Path, behaviour: str) -> Killed:
    work = folder / "work"
    work.mkdir(parents=True)
    command = json.dumps([sys.executable, str(SERVER), behaviour, str(folder)])
    config = folder / "config.toml"
    config.write_text(
        f'default = "work"\n[profiles.work]\ncommand = {command}\n[profiles.work.write]\nmode = "ask"\n', "utf-8"
    )
    config.chmod(0o600)
    environment = {
        **os.environ,
        **{f"TICKETDECK_{name}_DIR": str(folder) for name in ("CONFIG", "STATE", "DATA")},
    }
    process = subprocess.Popen(
        [*PROGRAM, "edit", "T-1", "--title", TEXT, "--yes"],
        cwd=work,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    (folder / "pid.new").write_text(str(process.pid), "utf-8")
    (folder / "pid.new").rename(folder / "pid")
    code = process.wait(timeout=60)
    drafts = [json.loads(path.read_text("utf-8"))["values"].get("title", "") for path in folder.glob("drafts/*/*.json")]
    lines = (folder / "writes.jsonl").read_text("utf-8").splitlines() if (folder / "writes.jsonl").exists() else []
    sent = (folder / "sent").read_text("utf-8").splitlines() if (folder / "sent").exists() else []
    made = folder / "ticket.json"
    return Killed(
        code,
        (folder / "requests").read_text("utf-8").split(),
        [json.loads(line) for line in sent],
        drafts,
        [json.loads(line) for line in lines],
        json.loads(made.read_text("utf-8"))["title"] if made.exists() else "",
    )


def check(left: Killed) -> None:
    assert left.loses_nothing(), left
    assert len(left.sent) <= 1
    phases = [line["phase"] for line in left.log]
    assert phases in ([], ["intent"], ["intent", "outcome"]), left
    assert phases or not left.sent, "it was sent and not written down before"


def test_a_text_survives_a_kill_between_the_effect_and_the_answer(tmp_path: Path) -> None:
    left = changing(tmp_path / "killed", f"kill-{CHANGE}-after")
    check(left)
    assert (left.code, left.title, left.drafts) == (-signal.SIGKILL, TEXT, [TEXT])
    assert [line["phase"] for line in left.log] == ["intent"]


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_kills_lose_no_text_and_tear_no_log(tmp_path: Path) -> None:
    whole = changing(tmp_path / "whole", "good")
    assert (whole.code, whole.title, whole.drafts) == (0, TEXT, [])
    points = [f"kill-{n}{when}" for n in range(1, len(whole.requests) + 1) for when in ("", "-after")]
    killed = 0
    for number, point in enumerate(islice(cycle(points), 100)):
        left = changing(tmp_path / str(number), point)
        check(left)
        killed += left.code == -signal.SIGKILL
    assert killed == 100
