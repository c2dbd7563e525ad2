"""Changes through real server processes: late, lost and broken answers, and servers that end in between."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.worker.fakes import Listener
from tui_app.settings.profiles import Profile, RetryPolicy, Timeouts, WriteSettings
from tui_app.tickets.changes import ChangeKind, ChangeOutcome, ChangeState, WantedChange
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.messages import ChangeMade, ChangePrepared, CommitChanges, PrepareChanges, new_request_id
from tui_app.worker.retry import RetryTiming
from tui_app.worker.service import Service

SERVER = Path(__file__).with_name("changing_server.py")
Change = Callable[..., ChangeOutcome]


@pytest.fixture
def change(tmp_path: Path) -> Iterator[Change]:
    """Give the ticket another title through a server of some behaviour; what came of it."""
    services: list[Service] = []

    def changing(
        behaviour: str, *, request: float = 5.0, late: float = 5.0, kind: ChangeKind = ChangeKind.TITLE
    ) -> ChangeOutcome:
        profile = Profile(
            "work",
            (sys.executable, str(SERVER), behaviour, str(tmp_path)),
            timeouts=Timeouts(request=request),
            retry=RetryPolicy(base_delay=0.01, max_delay=0.02),
            write=WriteSettings(mode="ask"),
            source="config.toml",
        )
        listener = Listener()
        service = Service({"work": profile}, clock=SYSTEM_CLOCK, timing=RetryTiming(SYSTEM_CLOCK, late_answer=late))
        service.connect(listener.deliver)
        services.append(service)
        wanted = WantedChange(kind, "" if kind is ChangeKind.CREATE else "T-1", values={"title": "New"})
        request_id = new_request_id()
        service.submit(PrepareChanges(request_id, "work", (wanted,)))
        prepared = listener.final(request_id)
        assert isinstance(prepared, ChangePrepared), prepared
        assert prepared.preview, prepared.fault
        request_id = new_request_id()
        service.submit(CommitChanges(request_id, "work", (prepared.preview.token,)))
        made = listener.final(request_id)
        assert isinstance(made, ChangeMade), made
        return made.outcome

    yield changing
    for service in services:
        service.close()
        assert not service.crashes


@pytest.mark.parametrize(
    ("behaviour", "request_seconds", "late", "state", "title"),
    [
        ("good", 5.0, 5.0, ChangeState.DONE, "New"),
        ("late", 0.3, 5.0, ChangeState.DONE, "New"),
        ("dies-before", 5.0, 5.0, ChangeState.UNCHANGED, "Old"),
        ("dies-after", 5.0, 5.0, ChangeState.DONE, "New"),
        ("silent", 0.3, 0.1, ChangeState.DONE, "New"),
        ("junk", 0.5, 0.1, ChangeState.DONE, "New"),
    ],
)
def test_a_change_is_sent_once_and_told_truly(
    change: Change, tmp_path: Path, behaviour: str, request_seconds: float, late: float, state: ChangeState, title: str
) -> None:
    outcome = change(behaviour, request=request_seconds, late=late)
    sent = [json.loads(line) for line in (tmp_path / "sent").read_text("utf-8").splitlines()]
    assert sent == [{"id": "T-1", "title": "New"}]
    assert (outcome.state, outcome.after) == (state, {"title": title})


def test_what_changed_besides_is_told(change: Change) -> None:
    outcome = change("careless")
    assert (outcome.state, outcome.before) == (ChangeState.DONE, {"title": "Old", "description": "A text"})
    assert outcome.after == {"title": "New", "description": None}
    assert outcome.words.endswith("not asked for: description.")


def test_a_ticket_that_is_called_otherwise_is_not_the_new_one(change: Change) -> None:
    outcome = change("good", kind=ChangeKind.CREATE)
    assert (outcome.state, outcome.created, outcome.after) == (ChangeState.SENT, "", {"title": "New"})
