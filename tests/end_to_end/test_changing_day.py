"""A day of changes: the real program in a pseudo-terminal, on the embedded tracker, read back by the command line."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from tests.end_to_end.test_working_day import ESCAPE, PROGRAM, Day, leave, start
from tests.processes import new_mark, wait_until_gone
from tests.terminal import Terminal

CTRL_S = "\x13"


def shown(ticket_id: str, home: Path) -> dict[str, Any]:
    """The ticket as the command line reads it."""
    command = [*PROGRAM, "show", ticket_id, "--format", "json"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=True)
    ticket: dict[str, Any] = json.loads(done.stdout)
    return ticket


def test_a_day_of_changes(isolated_home: Path) -> None:
    mark = new_mark()
    with Terminal(PROGRAM, environment=mark, columns=80, rows=24, directory=str(isolated_home)) as terminal:
        day = Day(terminal)
        start(day)
        first, *three = day.tickets()[:4]
        comment(day, first)
        move(day, first)
        assign_three_marked(day, three)
        take_the_last_one_back(day, three[-1])
        create(day)
        leave(day)
        wait_until_gone(mark)
    ticket = shown(first, isolated_home)
    assert ticket["comments"][-1]["body"] == "Seen here as well.\nSince monday."
    assert ticket["status"] == "in review"
    assert [shown(ticket_id, isolated_home)["assignee"] for ticket_id in three[:2]] == ["Mara Lindqvist"] * 2
    assert shown(three[-1], isolated_home)["assignee"] != "Mara Lindqvist"
    created = json.loads(
        subprocess.run(
            [*PROGRAM, "search", '"Wish of the day"', "--format", "json"],
            cwd=isolated_home, capture_output=True, text=True, check=True,
        ).stdout
    )["tickets"]  # fmt: skip
    assert [(ticket["id"].split("-")[0], ticket["status"]) for ticket in created] == [("PAY", "open")]


def comment(day: Day, ticket_id: str) -> None:
    day.press("C", f"Comment on {ticket_id} in local")
    day.press("Seen here as well.\rSince monday.", "Since monday.")
    day.press(CTRL_S, "│ Since monday.")
    day.press(CTRL_S, f"{ticket_id}: commented. Done.")


def move(day: Day, ticket_id: str) -> None:
    day.press("t", "in review")
    day.press("review", "│ review")
    day.press("\r", "→  in review")
    day.press(CTRL_S, "→ in review. Done.")


def assign_three_marked(day: Day, three: list[str]) -> None:
    day.press("j   ", "3 marked")
    day.press("@", "Assign 3 marked in local")
    day.press("mara", "Mara Lindqvist")
    day.press("\r", "3 of 3 tickets, one after the other")
    day.press(CTRL_S, "3 done")
    day.press_until_gone(ESCAPE, "What came of it")


def take_the_last_one_back(day: Day, ticket_id: str) -> None:
    day.press("u", f"Undo: Assign {ticket_id} in local")
    day.terminal.wait_for("Mara Lindqvist  →")
    day.press(CTRL_S, f"{ticket_id}: assignee Mara Lindqvist →")


def create(day: Day) -> None:
    day.press("O", "Project")
    day.press("Wish of the day\t", "Wish of the day")
    day.terminal.send("PAY")
    day.press(CTRL_S, '"project": "PAY"')
    day.press(CTRL_S, "created. Done.")
