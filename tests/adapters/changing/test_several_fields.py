"""Several fields of one ticket in one call, where the tool takes them together."""

from __future__ import annotations

import json
from typing import Any

import pytest
from msgspec.structs import replace

from tests.adapters.changing.servers import NUMBER, TEXT, TEXTS, Tracker, tool
from tui_app.adapters.changing.protocol import ChangeFacts, WriteCall
from tui_app.mcp_client.types import Tool
from tui_app.tickets.changes import ChangeKind, WantedChange
from tui_app.tickets.errors import NotOfferedError

TICKET = {"id": "PAY-7", "title": "Login fails", "status": "todo", "priority": "high", "labels": ["ui"], "version": 4}
TITLE = WantedChange(ChangeKind.TITLE, "PAY-7", values={"title": "New"})
PRIORITY = WantedChange(ChangeKind.PRIORITY, values={"priority": "low"})
LABELS = WantedChange(ChangeKind.LABELS, values={"add": ["api"]})
DESCRIPTION = WantedChange(ChangeKind.DESCRIPTION, values={"description": "Text"})
LEVELS = {"type": "string", "enum": ["low", "high"]}
LOCK = {**NUMBER, "description": "Optimistic locking"}


def made(tools: list[Tool], *also: WantedChange, ticket: dict[str, Any] | None = None) -> WriteCall:
    tracker = Tracker(tools, ticket or TICKET)
    facts = ChangeFacts(tracker.fresh())
    while not isinstance(call := tracker.changes.write_call(replace(TITLE, also=also), facts), WriteCall):
        facts = replace(facts, answers=(*facts.answers, *((one, tracker.answer(one)) for one in call)))
    return call


def test_fields_that_a_tool_takes_together_are_one_call_with_one_undo() -> None:
    update = tool("update_issue", {"id!": TEXT, "title": TEXT, "priority": LEVELS, "labels": TEXTS, "version": LOCK})
    call = made([update], PRIORITY, LABELS)
    assert call.tool == "update_issue"
    assert call.arguments == {"id": "PAY-7", "title": "New", "priority": "low", "labels": ["ui", "api"], "version": 4}
    assert call.before == {"title": "Login fails", "priority": "high", "labels": ["ui"]}
    assert call.after == {"title": "New", "priority": "low", "labels": ["ui", "api"]}
    assert call.undo
    assert [dict(one.values) for one in call.undo.each] == [
        {"title": "Login fails"},
        {"priority": "high"},
        {"add": [], "remove": ["api"]},
    ]
    assert call.undo.expected == {"title": "New", "priority": "low", "labels": ["ui", "api"]}


def test_what_one_field_keeps_gives_way_to_what_another_changes() -> None:
    text = {**TEXT, "default": ""}
    update = tool("update_issue", {"id!": TEXT, "title": text, "description": text})
    call = made([update], DESCRIPTION, ticket={**TICKET, "description": "Old"})
    assert call.arguments == {"id": "PAY-7", "title": "New", "description": "Text"}
    assert not call.kept


def test_fields_within_a_text_of_json_and_within_a_list_of_objects_come_together() -> None:
    fields = {**TEXT, "description": 'JSON of fields, such as {"title": "x", "priority": "low"}'}
    call = made([tool("update_issue", {"id!": TEXT, "fields!": fields})], PRIORITY)
    assert json.loads(str(call.arguments["fields"])) == {"title": "New", "priority": "low"}
    item = {"type": "object", "properties": {"id": TEXT, "title": TEXT, "priority": LEVELS}, "required": ["id"]}
    call = made([tool("update_issues", {"items!": {"type": "array", "items": item}})], PRIORITY)
    assert call.arguments == {"items": [{"id": "PAY-7", "title": "New", "priority": "low"}]}


def test_what_takes_several_tools_is_no_one_call() -> None:
    tools = [
        tool("set_issue_title", {"id!": TEXT, "title!": TEXT}),
        tool("set_issue_priority", {"id!": TEXT, "priority!": LEVELS}),
    ]
    with pytest.raises(NotOfferedError, match="at once"):
        made(tools, PRIORITY)


def test_what_is_so_already_is_left_out() -> None:
    update = tool("update_issue", {"id!": TEXT, "title": TEXT, "priority": LEVELS})
    call = made([update], replace(PRIORITY, values={"priority": "high"}))
    assert call.arguments == {"id": "PAY-7", "title": "New"}


def test_what_a_tool_cannot_be_called_without_is_sent_again_to_take_a_change_back() -> None:
    tools = [tool("update_issue", {"id!": TEXT, "title": TEXT, "why!": TEXT, "note": TEXT})]
    tracker = Tracker(tools, TICKET)
    undo = tracker.call(ChangeKind.TITLE, {"why": "A typo", "note": "Once"}, title="New").undo
    assert undo
    assert (undo.values, undo.answers) == ({"title": TICKET["title"]}, {"why": "A typo"})
