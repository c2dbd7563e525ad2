"""Servers with a store of their own on this machine: each kind of change is made, then read back."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import servers
from tests.real_servers.conversation import Conversation, conversation
from tui_app.tickets.changes import ChangeFault, ChangeKind, ChangeOutcome, ChangeState, WantedChange

pytestmark = servers.REAL_SERVER

BACKLOG = "backlog.md@1.52.0"
OHNO = ("@stevestomp/ohno-mcp@0.20.0", "@stevestomp/ohno-cli@0.20.0")
CADENCE = ("cadence-todo==0.2.41",)
TACKIT = ("tackit==0.9.2", "mcp==1.30.0")
TKTS = ("tkts==0.1.2", "mcp==1.30.0")


def _run(place: Path, *argv: str) -> str:
    """What a program of the server's own prints."""
    environment = {**os.environ, "HOME": str(place), "GIT_CONFIG_GLOBAL": os.devnull}
    ran = subprocess.run(argv, cwd=place, env=environment, check=True, capture_output=True, timeout=60, text=True)
    return ran.stdout


@pytest.fixture
def backlog(tmp_path: Path) -> Iterator[Conversation]:
    """Tasks in Markdown files."""
    program = str(servers.node_environment("backlog.md", BACKLOG) / "node_modules" / ".bin" / "backlog")
    _run(tmp_path, "git", "init", "--quiet", ".")
    _run(tmp_path, program, "init", "tills", "--defaults", "--integration-mode", "none")
    with conversation(program, "mcp", "start", cwd=str(tmp_path)) as talk:
        yield talk


@pytest.fixture
def ohno(tmp_path: Path) -> Iterator[Conversation]:
    """Tasks in SQLite, with a tool of its own for each status and for reopening."""
    programs = servers.node_environment("ohno", *OHNO) / "node_modules" / ".bin"
    _run(tmp_path, str(programs / "ohno"), "init")
    with conversation(str(programs / "ohno-mcp"), cwd=str(tmp_path)) as talk:
        yield talk


@pytest.fixture
def cadence(tmp_path: Path) -> Iterator[Conversation]:
    """A list of things to do in SQLite, with tools that complete one and give it a priority."""
    program = servers.python_environment("cadence", *CADENCE).parent / "cadence"
    with conversation(str(program), "--home", str(tmp_path), "mcp", cwd=str(tmp_path)) as talk:
        yield talk


@pytest.fixture
def tackit(tmp_path: Path) -> Iterator[Conversation]:
    """Tasks in SQLite, with short names of tools and a text that each edit must have."""
    program = str(servers.python_environment("tackit", *TACKIT).parent / "tackit")
    _run(tmp_path, program, "init")
    with conversation(program, "mcp", cwd=str(tmp_path)) as talk:
        yield talk


@pytest.fixture
def tkts(tmp_path: Path) -> Iterator[Conversation]:
    """Tickets in one file, whose comments are put below the text, and whose tags are a list that is set."""
    program = servers.python_environment("tkts", *TKTS).parent / "tkts"
    with conversation(str(program), "mcp", cwd=str(tmp_path), env={"HOME": str(tmp_path)}) as talk:
        yield talk


def done(outcome: ChangeOutcome | ChangeFault) -> ChangeOutcome:
    assert isinstance(outcome, ChangeOutcome), outcome
    assert (outcome.state, outcome.verified) == (ChangeState.DONE, True), outcome
    return outcome


def undone(server: Conversation, outcome: ChangeOutcome) -> None:
    assert outcome.undo is not None
    done(server.carry_out(outcome.undo))


def test_backlog_md(backlog: Conversation) -> None:
    new = done(backlog.change(ChangeKind.CREATE, "", title="Till jams", description="See the log.")).created
    done(backlog.change(ChangeKind.COMMENT, new, text="Seen it too."))
    done(backlog.change(ChangeKind.STATUS, new, status="in progress"))
    done(backlog.change(ChangeKind.ASSIGN, new, assignee="ann"))
    done(backlog.change(ChangeKind.PRIORITY, new, priority="high"))
    done(backlog.change(ChangeKind.LABELS, new, add=["pos"]))
    undone(backlog, done(backlog.change(ChangeKind.LABELS, new, add=["urgent"], remove=["pos"])))
    undone(backlog, done(backlog.change(ChangeKind.TITLE, new, title="Printer jams")))
    done(backlog.change(ChangeKind.CLOSE, new))
    assert backlog.open(new).status == "Done"
    done(backlog.change(ChangeKind.REOPEN, new))
    ticket = backlog.open(new)
    assert (ticket.title, ticket.status, ticket.priority) == ("Till jams", "To Do", "High")
    assert (ticket.labels, ticket.description) == (("pos",), "See the log.")
    assert (ticket.assignee or "").removeprefix("@") == "ann"
    assert [comment.body for comment in ticket.comments] == ["Seen it too."]


def test_ohno(ohno: Conversation) -> None:
    new = done(ohno.change(ChangeKind.CREATE, "", title="Till jams", description="See the log.")).created
    undone(ohno, done(ohno.change(ChangeKind.STATUS, new, status="in progress")))
    done(ohno.change(ChangeKind.TITLE, new, title="Printer jams"))
    undone(ohno, done(ohno.change(ChangeKind.DESCRIPTION, new, description="Paper is stuck.")))
    done(ohno.change(ChangeKind.CLOSE, new))
    assert ohno.open(new).is_closed
    done(ohno.change(ChangeKind.REOPEN, new))
    ticket = ohno.open(new)
    assert (ticket.title, ticket.status, ticket.description) == ("Printer jams", "todo", "See the log.")
    assert isinstance(ohno.change(ChangeKind.ASSIGN, new, assignee="ann"), ChangeFault)


def test_cadence(cadence: Conversation) -> None:
    new = done(cadence.change(ChangeKind.CREATE, "", title="Till jams", priority="low")).created
    done(cadence.change(ChangeKind.PRIORITY, new, priority="high"))
    done(cadence.change(ChangeKind.CLOSE, new))
    ticket = cadence.open(new)
    assert (ticket.title, ticket.priority, ticket.is_closed) == ("Till jams", "high", True)
    assert isinstance(cadence.change(ChangeKind.REOPEN, new), ChangeFault)


def test_tackit(tackit: Conversation, tmp_path: Path) -> None:
    wanted = WantedChange(
        ChangeKind.CREATE, values={"title": "Till jams", "description": "See the log.", "type": "meta"}
    )
    new = done(tackit.carry_out(wanted)).created
    done(tackit.change(ChangeKind.LABELS, new, add=["pos"]))
    undone(tackit, done(tackit.change(ChangeKind.LABELS, new, remove=["pos"])))
    assert isinstance(tackit.change(ChangeKind.LABELS, new, add=["urgent"], remove=["pos"]), ChangeFault)
    assert isinstance(tackit.change(ChangeKind.TITLE, new, title="Printer jams"), ChangeFault)
    why = {"delta": "It is the printer."}
    renamed = WantedChange(ChangeKind.TITLE, new, values={"title": "Printer jams"}, answers=why)
    undone(tackit, done(tackit.carry_out(renamed)))
    done(tackit.carry_out(renamed))
    done(tackit.change(ChangeKind.CLOSE, new))
    assert tackit.open(new).is_closed
    done(tackit.change(ChangeKind.REOPEN, new))
    ticket = tackit.open(new)
    assert (ticket.title, ticket.status, ticket.labels) == ("Printer jams", "open", ("pos",))
    program = str(servers.python_environment("tackit", *TACKIT).parent / "tackit")
    said = _run(tmp_path, program, "show", new)
    assert all(words in said for words in ("[open] Printer jams", "See the log.", "labels: pos"))


def test_tkts(tkts: Conversation) -> None:
    new = done(tkts.change(ChangeKind.CREATE, "", title="Till jams", description="See the log.")).created
    done(tkts.change(ChangeKind.COMMENT, new, text="Seen it too."))
    done(tkts.change(ChangeKind.STATUS, new, status="in progress"))
    assigned = done(tkts.change(ChangeKind.ASSIGN, new, assignee="ann"))
    assert assigned.undo is None  # nothing says what it takes for nobody
    undone(tkts, done(tkts.change(ChangeKind.ASSIGN, new, assignee="bob")))
    done(tkts.change(ChangeKind.LABELS, new, add=["pos", "old"]))
    undone(tkts, done(tkts.change(ChangeKind.LABELS, new, add=["urgent"], remove=["old"])))
    undone(tkts, done(tkts.change(ChangeKind.TITLE, new, title="Printer jams")))
    done(tkts.change(ChangeKind.CLOSE, new))
    assert tkts.open(new).is_closed
    done(tkts.change(ChangeKind.REOPEN, new))
    ticket = tkts.open(new)
    assert (ticket.title, ticket.status, ticket.assignee) == ("Till jams", "todo", "ann")
    assert ticket.labels == ("pos", "old")
    assert all(words in (ticket.description or "") for words in ("See the log.", "Seen it too."))
