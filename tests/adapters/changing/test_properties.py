"""What holds for every tool and every wish: nothing that was not asked for, values as they are, the rest as it was."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.adapters.changing.servers import TEXT, TEXTS, Tracker, tool
from tests.cases import examples
from tui_app.adapters.auto.flat_arguments import arguments_of
from tui_app.adapters.changing.spelling import exactly, marked_up, spelt, told_in
from tui_app.tickets.changes import ChangeKind, MissingInputError
from tui_app.tickets.errors import NotOfferedError

TICKET = {"id": "PAY-7", "title": "Login fails", "status": "todo", "priority": "high", "labels": ["ui", "api"]}
SCHEMAS: list[dict[str, Any]] = [
    TEXT,
    {"type": "integer"},
    {"type": "number", "minimum": 0, "maximum": 4},
    {"type": "boolean"},
    {"type": "boolean", "default": True},
    {"type": "array", "items": TEXT},
    {"type": "string", "enum": ["todo", "done"]},
    {"type": "string", "default": ""},
    {"type": "string", "default": "medium"},
    {"type": "object"},
    {"anyOf": [TEXT, {"type": "null"}], "default": None},
]
NAMES = ["title", "description", "status", "priority", "labels", "assignee", "comment", "force", "notify", "limit", "x"]
ARGUMENTS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(SCHEMAS), max_size=8)
WISHES: list[tuple[ChangeKind, dict[str, Any]]] = [
    (ChangeKind.TITLE, {"title": "New"}),
    (ChangeKind.STATUS, {"status": "done"}),
    (ChangeKind.PRIORITY, {"priority": "3"}),
    (ChangeKind.LABELS, {"add": ["new"], "remove": ["ui"]}),
    (ChangeKind.COMMENT, {"text": "Hello"}),
    (ChangeKind.ASSIGN, {"assignee": "bob"}),
]
MEANT = {
    ChangeKind.TITLE: "title",
    ChangeKind.STATUS: "status",
    ChangeKind.PRIORITY: "priority",
    ChangeKind.LABELS: "labels",
    ChangeKind.COMMENT: "comment",
    ChangeKind.ASSIGN: "assignee",
}


@settings(max_examples=examples(60), deadline=None)
@given(ARGUMENTS, st.sampled_from(WISHES))
def test_only_what_was_meant_is_sent_and_what_must_be_kept_is_as_it_was(
    arguments: dict[str, Any], wish: tuple[ChangeKind, dict[str, Any]]
) -> None:
    kind, values = wish
    tracker = Tracker([tool("update_issue", {"id!": TEXT, **arguments})], TICKET)
    try:
        call = tracker.call(kind, **values)
    except (NotOfferedError, MissingInputError):
        return
    sent = dict(call.arguments)
    assert sent.pop("id") == "PAY-7"
    assert sent.pop(MEANT[kind]) is not None
    assert sent == dict(call.kept)
    assert all(TICKET[name] == value for name, value in sent.items())


@given(st.text(max_size=200))
def test_a_text_goes_as_it_is(text: str) -> None:
    (argument,) = arguments_of(tool("any", {"text": TEXT}))
    assert exactly(argument, text) == marked_up(argument, text) == text


@given(st.integers(-10, 10))
def test_a_number_is_sent_as_it_is_or_not_at_all(number: int) -> None:
    (argument,) = arguments_of(tool("any", {"level": {"type": "integer", "minimum": 0, "maximum": 4}}))
    try:
        assert exactly(argument, str(number)) == number
    except MissingInputError:
        assert not 0 <= number <= 4


@given(st.lists(st.from_regex(r"[a-z]{2,8}(?:[_-][a-z]{2,8})?", fullmatch=True), min_size=2, max_size=6, unique=True))
@example(["aa", "eg-aa"])
def test_a_value_that_a_list_has_is_found_and_no_other(values: list[str]) -> None:
    told = told_in(f"One of {', '.join(values)}.")
    for value in values:
        assert spelt(value.upper().replace("_", " "), values) in (value, None)
    assert told.values == () or set(told.values) <= set(values)
    assert spelt("zz-none-of-these", values) is None


ROW = {**TICKET, "description": "Old text", "due_date": "2027-01-02", "archived": True, "estimate": 5}
ADF = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Old"}]}]}
TITLE, STATUS = {"title": "New"}, {"status": "done"}


@pytest.mark.parametrize(
    ("one", "kind", "values", "row", "kept"),
    [
        (tool("move_issue", {"id!": TEXT, "status!": TEXT, "priority": {**TEXT, "default": "medium"}}),
         ChangeKind.STATUS, STATUS, {}, {"priority": "high"}),
        (tool("assign_issue", {"id!": TEXT, "assignee!": TEXT, "status": {**TEXT, "default": "started"}}),
         ChangeKind.ASSIGN, {"assignee": "bob"}, {}, {"status": "todo"}),
        (tool("update_issue", {"id!": TEXT, "title": TEXT, "due_date": {**TEXT, "default": ""}}),
         ChangeKind.TITLE, TITLE, {}, {"due_date": "2027-01-02"}),
        (tool("update_issue", {"id!": TEXT, "title": TEXT, "estimate": {"type": "integer", "default": 0}}),
         ChangeKind.TITLE, TITLE, {}, {"estimate": 5}),
        (tool("update_issue", {"id!": TEXT, "title": TEXT, "archived": {"type": "boolean", "default": False}}),
         ChangeKind.TITLE, TITLE, {}, {"archived": True}),
        (tool("update_issue", {"id!": TEXT, "title": TEXT, "description": TEXT}, "Fields not given are cleared."),
         ChangeKind.TITLE, TITLE, {}, {"description": "Old text"}),
        (tool("update_issue", {"id!": TEXT, "title": TEXT, "priority": {**TEXT, "description": "Defaults to low"}}),
         ChangeKind.TITLE, TITLE, {}, {"priority": "high"}),
        (tool("update_issue", {"id!": TEXT, "title": TEXT, "priority": {
            **TEXT, "description": "Default: unchanged"}}, "Omitted fields are not cleared."),
         ChangeKind.TITLE, TITLE, {}, {}),
        (tool("update_issue", {"id!": TEXT, "title": TEXT, "description": {**TEXT, "default": ""}}),
         ChangeKind.TITLE, TITLE, {"description": ADF}, "NotOfferedError"),
        (tool("update_issue", {"id!": TEXT, "title": TEXT, "description": {**TEXT, "default": ""}}),
         ChangeKind.TITLE, TITLE, {"description_truncated": True}, "NotOfferedError"),
        (tool("update_issue", {"id!": TEXT, "title": TEXT, "assignee": {**TEXT, "default": ""}}),
         ChangeKind.TITLE, TITLE, {"assignee": {"id": 3, "login": "ann", "name": "Ann"}}, "NotOfferedError"),
        (tool("update_issue", {"id!": TEXT, "labels": TEXTS}), ChangeKind.LABELS, {"add": ["c"]},
         {"labels": {"nodes": [{"name": "a"}], "pageInfo": {"hasNextPage": True}}}, "NotOfferedError"),
        (tool("update_issue", {"id!": TEXT, "labels": TEXTS}), ChangeKind.LABELS, {"add": ["c"]},
         {"labels": ["a"], "labels_count": 3}, "NotOfferedError"),
    ],
)  # fmt: skip
def test_what_a_tool_resets_goes_back_whole_or_nothing_is_sent(
    one: Any, kind: ChangeKind, values: dict[str, Any], row: dict[str, Any], kept: Any
) -> None:
    tracker = Tracker([one], {**ROW, **row})
    if isinstance(kept, str):
        assert str(tracker.sent(kind, **values)).startswith(kept)
    else:
        call = tracker.call(kind, **values)
        assert (call.arguments, call.kept) == ({"id": "PAY-7", **values, **kept}, kept)
