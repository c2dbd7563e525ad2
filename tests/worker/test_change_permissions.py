"""What a profile allows: what is denied stays so under every name, and each key of the table does what it says."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest
from msgspec.structs import replace

from tests.worker.changes_fake import TITLE, WRITE, ChangesFake, answering, serve
from tests.worker.fakes import error_result, profile
from tui_app.adapters.changing.protocol import WriteCall
from tui_app.settings.paths import config_file
from tui_app.settings.profiles import COMMAND_LINE, WriteSettings
from tui_app.tickets.changes import ChangeAction, ChangeKind, WantedChange
from tui_app.tickets.errors import ErrorKind, NotAllowedError
from tui_app.worker.change_permissions import is_harmless, refuse_denied_effect, why_not_allowed, why_off

STATUS, CLOSE, REOPEN, COMMENT, TOOL = (
    ChangeKind.STATUS, ChangeKind.CLOSE, ChangeKind.REOPEN, ChangeKind.COMMENT, ChangeKind.TOOL,
)  # fmt: skip
EVERYTHING = WriteSettings().allow


@pytest.mark.parametrize(
    ("allow", "deny", "kind", "tool", "word"),
    [
        (EVERYTHING, (), CLOSE, "close", ""),
        (EVERYTHING, ("status",), STATUS, "move", "status"),
        (EVERYTHING, ("status",), CLOSE, "close", "status"),
        (EVERYTHING, ("status",), REOPEN, "open", "status"),
        (EVERYTHING, ("close",), CLOSE, "close", "close"),
        (EVERYTHING, ("close",), REOPEN, "open", ""),
        (("status",), (), CLOSE, "close", ""),
        (("close",), (), STATUS, "move", "allow"),
        (("comment",), (), CLOSE, "close", "allow"),
        (("comment",), ("comment",), COMMENT, "say", "comment"),
        (EVERYTHING, ("tool:say",), COMMENT, "say", "tool:say"),
        (EVERYTHING, ("tool:jira_*",), COMMENT, "jira_say", "tool:jira_*"),
        (EVERYTHING, ("tool:*",), COMMENT, "say", ""),
        (EVERYTHING, (), TOOL, "say", "allow"),
        (("tool:say",), (), TOOL, "say", ""),
        (("tool:say",), (), TOOL, "other", "allow"),
        (("tool:*",), (), TOOL, "other", ""),
        (("tool:jira_*",), (), TOOL, "jira_say", ""),
        (("tool:say",), ("tool:*",), TOOL, "say", "tool:*"),
        (("tool:*",), ("tool:say",), TOOL, "say", "tool:say"),
        (("tool:*",), ("tool:*",), TOOL, "say", "tool:*"),
    ],
)
def test_what_is_denied_stays_so_whatever_is_allowed(
    allow: tuple[str, ...], deny: tuple[str, ...], kind: ChangeKind, tool: str, word: str
) -> None:
    work = replace(profile(), write=WriteSettings(mode="ask", allow=allow, deny=deny))
    assert why_not_allowed(work, kind, tool) == word


@pytest.mark.parametrize(
    ("deny", "kind", "tool", "after", "allowed"),
    [
        (("close",), STATUS, "move", "Done", False),
        (("close",), STATUS, "move", "geschlossen", False),
        (("close",), STATUS, "move", "in progress", True),
        (("reopen",), STATUS, "move", "Done", True),
        (("comment",), TOOL, "say", "", False),
        (("status",), TOOL, "shut", "", False),
        (("comment",), TOOL, "other", "", True),
    ],
)
def test_what_is_denied_is_not_done_under_another_name(
    deny: tuple[str, ...], kind: ChangeKind, tool: str, after: str, allowed: bool
) -> None:
    work = replace(profile(), write=WriteSettings(mode="ask", allow=(*EVERYTHING, "tool:*"), deny=deny))
    actions = (ChangeAction(COMMENT, "Comment", "say"), ChangeAction(CLOSE, "Close", "shut"))
    call = WriteCall(tool, {}, {"status": "open"}, {"status": after} if after else {})
    refused = nullcontext() if allowed else pytest.raises(NotAllowedError, match="denies")
    with refused:
        refuse_denied_effect(work, WantedChange(kind, "T-1", tool=tool), call, actions)


@pytest.mark.parametrize(
    ("deny", "kinds", "status", "allowed"),
    [
        (("close",), (ChangeKind.PRIORITY, STATUS), "Done", False),
        (("close",), (ChangeKind.ASSIGN, ChangeKind.LABELS, STATUS), "Erledigt", False),
        (("close",), (STATUS, ChangeKind.PRIORITY), "closed", False),
        (("close",), (ChangeKind.PRIORITY, STATUS), "in progress", True),
        (("reopen",), (ChangeKind.PRIORITY, STATUS), "Done", True),
        (("close",), (ChangeKind.PRIORITY, ChangeKind.ASSIGN), "Done", True),
    ],
)
def test_what_is_denied_is_not_done_beside_another_field(
    deny: tuple[str, ...], kinds: tuple[ChangeKind, ...], status: str, allowed: bool
) -> None:
    work = replace(profile(), write=WriteSettings(mode="ask", allow=EVERYTHING, deny=deny))
    first, *also = (WantedChange(kind, "T-1") for kind in kinds)
    call = WriteCall("update", {}, {"status": "open"}, {"status": status})
    refused = nullcontext() if allowed else pytest.raises(NotAllowedError, match="denies close")
    with refused:
        refuse_denied_effect(work, replace(first, also=tuple(also)), call, ())


@pytest.mark.parametrize(
    ("deny", "kind", "answers", "denied"),
    [
        ("close", ChangeKind.PRIORITY, {"state": "closed"}, True),
        ("close", COMMENT, {"fields.newStatus": ["Erledigt"]}, True),
        ("close", TOOL, {"status": "done"}, True),
        ("close", TITLE, {"state": "in progress"}, False),
        ("close", TITLE, {"reason": "closed"}, False),
        ("status", TITLE, {"state": "in progress"}, True),
        ("assign", ChangeKind.PRIORITY, {"assignee_id": "7"}, True),
        ("labels", COMMENT, {"labels.add": "urgent"}, True),
        ("labels", COMMENT, {"labelNames": ["urgent"]}, True),
        ("assign", COMMENT, {"assignees": ["ann"]}, True),
        ("log_work", COMMENT, {"time_spent": "3h"}, True),
        ("title", TITLE, {"notify": "true"}, False),
        ("priority", ChangeKind.CREATE, {"priority": "high"}, False),
    ],
)
def test_what_is_denied_is_not_done_by_an_argument_that_was_given_besides(
    deny: str, kind: ChangeKind, answers: dict[str, Any], denied: bool
) -> None:
    work = replace(profile(), write=WriteSettings(mode="ask", allow=(*EVERYTHING, "tool:*"), deny=(deny,)))
    wanted = WantedChange(kind, "T-1", answers=answers)
    if kind is TOOL:
        wanted = WantedChange(kind, "T-1", values={"arguments": answers}, tool="other")
    for one in (wanted, WantedChange(ChangeKind.PRIORITY, "T-1", also=(wanted,))):
        with pytest.raises(NotAllowedError, match=f"denies {deny}") if denied else nullcontext():
            refuse_denied_effect(work, one, WriteCall("other", {}), ())


def test_a_tool_by_its_name_does_not_get_round_what_is_denied() -> None:
    write = replace(WRITE, allow=("tool:*",), deny=("title",))
    bench = serve(write=write)
    wanted = WantedChange(TOOL, values={"arguments": {"id": "T-1", "title": "New"}}, tool="set_title")
    (prepared,) = bench.prepare(wanted)
    bench.service.close()
    assert any(action.kind is TITLE and action.tool == "set_title" for action in ChangesFake().actions())
    assert prepared.fault
    assert prepared.fault.kind is ErrorKind.NOT_ALLOWED
    assert not bench.tracker.sent


@pytest.mark.parametrize(
    ("source", "read_only", "words"),
    [
        ("", "", ("put two lines into", "config.toml", "[profiles.work.write]", 'mode = "ask"')),
        ("/nowhere/config.toml", "", ("copy the profile to your own config", "[profiles.work.write]", 'mode = "ask"')),
        (COMMAND_LINE, "", ("--write",)),
        ("/home/ann/config.toml", "--read-only", ("without --read-only",)),
    ],
)
def test_where_changes_are_off_the_next_step_is_named(source: str, read_only: str, words: tuple[str, ...]) -> None:
    error = why_off(replace(profile(), source=source or str(config_file()), read_only=read_only, write=WriteSettings()))
    assert error
    assert all(word in error.hint for word in words)


def test_before_the_first_change_it_is_said_what_is_allowed_and_where_that_is_kept() -> None:
    bench = serve(write=replace(WRITE, allow=("title", "comment"), deny=("comment",)))
    wanted = WantedChange(TITLE, "T-1", values={"title": "New"})
    first = bench.preview(wanted)
    assert all(word in first.consent for word in ("first change", "work", "title", "trust"))
    assert "comment" not in first.consent
    bench.commit(first.token)
    assert not bench.preview(replace(wanted, values={"title": "Newer"})).consent
    bench.service.close()


@pytest.mark.parametrize(
    ("words", "slept", "states"),
    [
        ("429 Too Many Requests. Retry-After: 3", 3.0, ["refused", "done", "done"]),
        ("Rate limit exceeded, try again in 1 minute", 60.0, ["refused", "done", "done"]),
        ("Rate limit exceeded, try again in 10 minutes", 0.0, ["refused", "not_sent", "not_sent"]),
        ("Rate limit exceeded", 0.0, ["refused", "not_sent", "not_sent"]),
        ("Permission denied, wait 3 s", 0.0, ["refused", "not_sent", "not_sent"]),
    ],
)
def test_a_short_pause_is_waited_out_and_a_long_one_stops_the_row(words: str, slept: float, states: list[str]) -> None:
    bench = serve()
    bench.tracker.fails_at = "T-1"
    bench.tracker.before = answering(error_result(words))
    prepared = bench.prepare(*(WantedChange(TITLE, f"T-{n}", values={"title": "New"}) for n in (1, 2, 3)))
    begin = len(bench.time.slept)
    outcomes = bench.commit(*(one.preview.token for one in prepared if one.preview))
    bench.service.close()
    assert [str(outcome.state) for outcome in outcomes] == states
    tried = len(states) - states.count("not_sent")
    assert [arguments["id"] for _, arguments in bench.tracker.sent] == ["T-1", "T-2", "T-3"][:tried]
    waited = sum(bench.time.slept[begin:]) - 0.5 * (states.count("done"))
    assert waited == pytest.approx(slept, abs=0.1)
    hint = outcomes[0].fault.hint if outcomes[0].fault else ""
    assert ("asks to wait" in hint) == ("try again" in words or "Retry" in words)


@pytest.mark.parametrize(
    ("confirm", "kind", "changed", "harmless"),
    [
        ("risky", STATUS, {}, True),
        ("risky", ChangeKind.ASSIGN, {}, True),
        ("always", STATUS, {}, False),
        ("risky", COMMENT, {}, False),
        ("risky", TITLE, {}, False),
        ("risky", CLOSE, {}, False),
        ("risky", STATUS, {"undo": None}, False),
        ("risky", STATUS, {"risks": frozenset(("destructive",))}, False),
        ("risky", STATUS, {"defaults": {"notify": True}}, False),
        ("risky", STATUS, {"warnings": ("Look.",)}, False),
    ],
)
def test_only_what_is_small_and_can_be_taken_back_may_be_sent_unseen(
    confirm: Any, kind: ChangeKind, changed: dict[str, Any], harmless: bool
) -> None:
    work = replace(profile(), write=WriteSettings(mode="ask", confirm=confirm))
    call = replace(WriteCall("move", {}, undo=WantedChange(kind, "T-1")), **changed)
    assert is_harmless(work, WantedChange(kind, "T-1"), call) is harmless
