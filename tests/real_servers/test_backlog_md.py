"""backlog.md (Node) on a folder of tasks made by its own command line."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.real_servers.conversation import Conversation, conversation
from tui_app.tickets.servers import ServerReport

pytestmark = servers.REAL_SERVER

PACKAGE = "backlog.md@1.52.0"
TASKS = (
    ("Till jams", "--status", "To Do", "--priority", "high", "-l", "pos,urgent", "-a", "@ann", "-d", "See **log**."),
    ("Printer offline | [again] - 3rd floor", "--status", "In Progress", "--priority", "low", "-l", "pos", "-a", "@bo"),
    ("Naïve café ☕ 日本語", "--status", "Done", "-a", "@ann"),
)


@pytest.fixture(scope="module")
def program() -> Path:
    return servers.node_environment("backlog.md", PACKAGE) / "node_modules" / ".bin" / "backlog"


@pytest.fixture(scope="module")
def folder(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("tasks")
    environment = {**os.environ, "HOME": str(place), "GIT_CONFIG_GLOBAL": os.devnull}

    def run(*argv: str) -> None:
        subprocess.run(argv, cwd=place, env=environment, check=True, capture_output=True, timeout=60)

    run("git", "init", "--quiet", ".")
    run(str(program), "init", "tills", "--defaults", "--integration-mode", "none")
    for title, *options in TASKS:
        run(str(program), "task", "create", title, *options)
    run(str(program), "task", "edit", "1", "--comment", "Seen it.", "--comment-author", "bo")
    return place


@pytest.fixture(scope="module")
def server(program: Path, folder: Path) -> Iterator[Conversation]:
    with conversation(str(program), "mcp", "start", cwd=str(folder)) as talk:
        yield talk


def test_the_backlog_md_adapter_is_chosen(server: Conversation) -> None:
    report = server.report()
    assert isinstance(report, ServerReport), report
    assert report.adapter == "backlog-md"


def test_all_tasks_are_found(server: Conversation) -> None:
    tickets = {ticket.id: ticket for ticket in server.find()}
    assert {key: ticket.title for key, ticket in tickets.items()} == {
        f"TASK-{number}": task[0] for number, task in enumerate(TASKS, 1)
    }
    assert [tickets[key].status for key in sorted(tickets)] == ["To Do", "In Progress", "Done"]
    assert [tickets[key].priority for key in sorted(tickets)] == ["High", "Low", None]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"status": ["in progress"]}, ["TASK-2"]),
        ({"status": ["To Do", "Done"]}, ["TASK-1", "TASK-3"]),
        ({"assignee": "ann"}, ["TASK-1", "TASK-3"]),
        ({"labels": ["pos", "urgent"]}, ["TASK-1"]),
        ({"priority": "high"}, ["TASK-1"]),
        ({"text": "printer"}, ["TASK-2"]),
        ({"text": "zzzznothing"}, []),
    ],
)
def test_criteria(server: Conversation, typed: dict[str, object], found: list[str]) -> None:
    assert sorted(ticket.id for ticket in server.find(**typed)) == found


def test_a_task_opens_with_its_comments(server: Conversation) -> None:
    ticket = server.open("TASK-1")
    assert (ticket.title, ticket.status, ticket.assignee) == ("Till jams", "To Do", "@ann")
    assert (ticket.labels, ticket.description) == (("pos", "urgent"), "See **log**.")
    assert ticket.created_at is not None
    assert [(comment.author, comment.body) for comment in ticket.comments] == [("bo", "Seen it.")]
