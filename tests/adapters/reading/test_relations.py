"""Relations are read by their form, whichever tracker sends them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.adapters.reading import ticket_from
from tui_app.tickets.mentions import SeenTickets, same_shape, with_mentions
from tui_app.tickets.ticket import Comment, Ticket


def issue(key: str, title: str, status: str = "To Do") -> dict[str, Any]:
    """An issue as Jira sends one within another."""
    return {
        "id": "100" + key.rpartition("-")[2],
        "key": key,
        "self": f"https://jira.example/rest/api/3/issue/{key}",
        "fields": {"summary": title, "status": {"name": status}, "issuetype": {"name": "Task"}},
    }


def link(words: tuple[str, str], **end: Any) -> dict[str, Any]:
    """A link between issues as Jira sends it."""
    inward, outward = words
    return {"id": "9", "type": {"id": "1", "name": "Link", "inward": inward, "outward": outward}, **end}


BLOCKS = ("is blocked by", "blocks")
JIRA: dict[str, Any] = {
    "id": "10142",
    "key": "PAY-142",
    "fields": {
        "summary": "Printer",
        "status": {"name": "Open"},
        "project": {"id": "1", "key": "PAY", "name": "Payments"},
        "parent": issue("PAY-100", "Tills survive a Friday", "In Progress"),
        "subtasks": [issue("PAY-151", "Count handles", "Done")],
        "issuelinks": [
            link(BLOCKS, outwardIssue=issue("OPS-149", "Load balancer")),
            link(BLOCKS, inwardIssue=issue("OPS-7", "Rack")),
        ],
        "customfield_10014": "PAY-9",
    },
}
ATLASSIAN = {
    "id": "10142",
    "key": "PAY-142",
    "summary": "Printer",
    "status": {"name": "Open", "category": "To Do"},
    "parent": issue("PAY-100", "Tills survive a Friday", "In Progress"),
    "subtasks": [{"id": "1", "key": "PAY-151", "fields": {"summary": "Count handles", "status": {"name": "Done"}}}],
    "issuelinks": [
        link(BLOCKS, outward_issue=issue("OPS-149", "Load balancer")),
        link(BLOCKS, inward_issue=issue("OPS-7", "Rack")),
    ],
}
LINEAR = {
    "id": "0f2f5a7e-1111-4222-8333-444455556666",
    "identifier": "ENG-1",
    "title": "Login",
    "state": {"name": "Todo"},
    "parent": {"id": "1f2f5a7e-1111-4222-8333-444455556666", "identifier": "ENG-9", "title": "Epic"},
    "children": {"nodes": [{"identifier": "ENG-2", "title": "Child", "state": {"name": "Done"}}]},
    "relations": {"nodes": [{"type": "blocks", "relatedIssue": {"identifier": "ENG-3", "title": "Other"}}]},
}
GITHUB = {
    "number": 17,
    "title": "Login",
    "state": "open",
    "milestone": {"id": 3, "number": 1, "title": "v1", "state": "open"},
    "parent": {"number": 4, "title": "Epic", "state": "open"},
    "sub_issues": [{"number": 18, "title": "Child", "state": "closed"}],
    "user": {"id": 5, "login": "ada", "name": "Ada"},
}
GITLAB = {
    "id": 900,
    "iid": 17,
    "title": "Login",
    "state": "opened",
    "author": {"id": 18, "name": "Ada"},
    "milestone": {"id": 20, "iid": 2, "title": "v1", "state": "active"},
    "epic": {"id": 5, "iid": 4, "title": "Epic"},
    "links": [
        {"id": 901, "iid": 18, "title": "Other", "state": "closed", "link_type": "blocks"},
        {"id": 902, "iid": 19, "title": "Third", "state": "opened", "link_type": "is_blocked_by"},
    ],
}
REDMINE = {
    "id": 10,
    "subject": "Rotate",
    "status": {"id": 1, "name": "New"},
    "priority": {"id": 2, "name": "Normal"},
    "parent": {"id": 4},
    "children": [{"id": 11, "tracker": {"id": 1, "name": "Bug"}, "subject": "Child"}],
    "relations": [
        {"id": 77, "issue_id": 10, "issue_to_id": 12, "relation_type": "blocks", "delay": None},
        {"id": 78, "issue_id": 13, "issue_to_id": 10, "relation_type": "precedes"},
    ],
}
AZURE = {
    "id": 10,
    "fields": {"System.Title": "Rotate", "System.State": "New"},
    "relations": [
        {
            "rel": "System.LinkTypes.Hierarchy-Reverse",
            "url": "https://dev.azure.com/o/p/_apis/wit/workItems/4",
            "attributes": {"isLocked": False, "name": "Parent"},
        },
        {
            "rel": "System.LinkTypes.Related",
            "url": "https://dev.azure.com/o/p/_apis/wit/workItems/12",
            "attributes": {"name": "Related"},
        },
        {
            "rel": "AttachedFile",
            "url": "https://dev.azure.com/o/p/_apis/wit/attachments/aa-bb",
            "attributes": {"name": "x.png"},
        },
    ],
}
YOUTRACK = {
    "id": "2-17",
    "idReadable": "APP-17",
    "summary": "Login",
    "links": [
        {
            "id": "90-0",
            "direction": "OUTWARD",
            "linkType": {"name": "Subtask", "sourceToTarget": "parent for", "targetToSource": "subtask of"},
            "issues": [{"id": "2-18", "idReadable": "APP-18", "summary": "Child"}],
        },
        {
            "direction": "INWARD",
            "linkType": {"name": "Depend", "sourceToTarget": "is required for", "targetToSource": "depends on"},
            "issues": [{"idReadable": "APP-3", "summary": "First"}],
        },
        {"direction": "BOTH", "linkType": {"name": "Relates", "sourceToTarget": "relates to"}, "issues": []},
    ],
}
BEADS = {
    "id": "demo-a1f",
    "title": "One",
    "status": "open",
    "dependencies": [{"id": "demo-77", "title": "First", "status": "closed", "dependency_type": "blocks"}],
    "dependents": [{"id": "demo-9b", "title": "Later", "status": "open"}],
}
BUGZILLA = {
    "id": 5,
    "summary": "Crash",
    "status": "NEW",
    "depends_on": [3, 4],
    "blocks": [9],
    "dupe_of": None,
    "cf_rank": 7,
}
SHORTCUT = {
    "id": 21,
    "name": "Story",
    "story_links": [{"id": 99, "subject_id": 21, "object_id": 25, "verb": "blocks", "type": "subject"}],
}

IN_JIRA = [
    "parent PAY-100 In Progress Tills survive a Friday",
    "child PAY-151 Done Count handles",
    "blocks OPS-149 To Do Load balancer",
    "blocked by OPS-7 To Do Rack",
]
SHAPES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "Jira": (JIRA, IN_JIRA),
    "mcp-atlassian": (ATLASSIAN, IN_JIRA),
    "Linear": (LINEAR, ["parent ENG-9  Epic", "child ENG-2 Done Child", "blocks ENG-3  Other"]),
    "GitHub": (GITHUB, ["parent 4 open Epic", "child 18 closed Child"]),
    "GitLab": (GITLAB, ["parent 4  Epic", "blocks 18 closed Other", "blocked by 19 opened Third"]),
    "Redmine": (REDMINE, ["parent 4  ", "child 11  Child", "blocks 12  ", "follows 13  "]),
    "Azure": (AZURE, ["parent 4  ", "relates 12  "]),
    "YouTrack": (YOUTRACK, ["child APP-18  Child", "depends on APP-3  First"]),
    "beads": (BEADS, ["depends on demo-77 closed First", "required by demo-9b open Later"]),
    "Bugzilla": (BUGZILLA, ["depends on 3  ", "depends on 4  ", "blocks 9  "]),
    "Shortcut": (SHORTCUT, ["blocks 25  "]),
}  # fmt: skip


@pytest.mark.parametrize("tracker", SHAPES)
def test_the_tickets_that_fields_name_are_relations(tracker: str) -> None:
    row, expected = SHAPES[tracker]
    relations = ticket_from(row).relations
    assert [f"{r.kind} {r.id} {r.status} {r.title}" for r in relations] == expected


def test_the_kind_of_a_relation_is_told_in_any_spelling() -> None:
    other = issue("PAY-8", "Other")
    for kind, spelled in {
        "parent": "parent_issue subtask_of epicLink", "child": "subTasks child_items parentOf", "blocks": "is_blocking",
        "blocked by": "isBlockedBy blockers", "depends on": "dependsOn prerequisites",
        "required by": "dependents isRequiredFor", "relates": "linkedTickets relates_to issuelinks",
        "duplicates": "is_duplicate_of", "duplicated by": "duplicatedBy", "follows": "predecessors",
    }.items():  # fmt: skip
        for name in spelled.split():
            found = ticket_from({**issue("PAY-7", "One"), name: [other]}).relations
            assert [one.kind for one in found] == [kind], name


def test_an_id_within_a_place_is_whole() -> None:
    row: Any = {
        "title": "One",
        "state": "open",
        "parent": {"number": 4, "title": "Epic", "html_url": "https://github.com/acme/tills/issues/4"},
        "sub_issues": [{"number": 18, "title": "Child", "repository_url": "https://api.github.com/repos/acme/w"}],
    }
    relations = ticket_from(row, {"id": "acme/w#17"}).relations
    assert [(r.kind, r.id, dict(r.lookup)) for r in relations] == [
        ("parent", "acme/tills#4", {}),
        ("child", "acme/w#18", {}),
    ]


def test_what_only_looks_like_a_ticket_is_none() -> None:
    row: Any = {
        "id": 7,
        "title": "One",
        "status": "open",
        "milestone": {"id": 8, "title": "v1", "state": "active"},
        "sprint": {"id": 9, "name": "Sprint 9", "state": "active"},
        "project": {"id": 10, "name": "Tills"},
        "component": [{"id": 11, "name": "web"}],
        "closed_by": {"id": 12, "name": "Ada"},
        "votes": 13,
    }
    assert ticket_from(row).relations == ()


def test_relations_are_in_json_beside_history_and_attachments() -> None:
    ticket = ticket_from(JIRA)
    assert ticket.to_json()["extra"]["relations"][0] == {  # type: ignore[index,call-overload]
        "kind": "parent",
        "id": "PAY-100",
        "status": "In Progress",
        "title": "Tills survive a Friday",
        "url": "https://jira.example/browse/PAY-100",
    }


@pytest.mark.parametrize(
    ("identity", "text", "found"),
    [
        ("PAY-142", "As in PAY-7, and PAY-7 again; not UTF-8, SHA-256 or ISO-8601.", ["PAY-7"]),
        ("PAY-142", "See https://jira.example/browse/OPS-3, PAY-142 itself, PAY-9.1 and XPAY-9.", ["OPS-3"]),
        (
            "acme/widgets#17",
            "Fixes #18, see acme/tills#9 and (#20).",
            ["acme/widgets#18", "acme/tills#9", "acme/widgets#20"],
        ),
        ("17", "Same as #18; colour #ffaa00, page.html#19 and acme/w#20 are none.", ["18"]),
        ("bd-a1f", "Nothing is certain about bd-77 here.", []),
    ],
)
def test_ids_of_the_trackers_shape_in_texts_are_mentions(identity: str, text: str, found: list[str]) -> None:
    ticket = Ticket(identity, "One", "open", url="https://jira.example/browse/X", description=text)
    assert [(r.kind, r.id) for r in with_mentions(ticket).relations] == [("mentions", one) for one in found]


def test_a_key_of_a_project_that_was_seen_in_the_tracker_is_a_mention() -> None:
    ticket = Ticket("PAY-7", "One", "open", source="jira", description="As HELP-122, in UTF-8, by SHA-256.")
    seen = SeenTickets()
    seen.add("other", [Ticket("UTF-1", "Two", "open")])
    assert not seen.mentioned_in(ticket).relations
    seen.add("jira", [Ticket("HELP-3", "Three", "open")])
    assert [(r.kind, r.id) for r in seen.mentioned_in(ticket).relations] == [("mentions", "HELP-122")]


def test_a_comment_mentions_too_and_a_related_ticket_is_not_listed_again() -> None:
    ticket = ticket_from(JIRA)
    commented = Ticket(
        ticket.id, "One", "open", relations=ticket.relations, comments=(Comment(None, None, "OPS-149, OPS-150"),)
    )
    assert [r.id for r in with_mentions(commented).relations if r.kind == "mentions"] == ["OPS-150"]


def test_a_mention_of_another_repository_is_looked_up_there() -> None:
    lookup: Any = {"owner": "acme", "repo": "widgets", "number": 17, "kind": "issue"}
    ticket = Ticket("acme/widgets#17", "One", "open", description="#18 and acme/tills#9", lookup=lookup)
    assert [dict(r.lookup) for r in with_mentions(ticket).relations] == [{"owner": "acme", "repo": "widgets"}, {}]


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("PAY-142", "OPS-1", True),
        ("17", "4", True),
        ("17", "PAY-1", False),
        ("acme/w#1", "acme/tills#17", True),
        ("423533ae-1501-49da-8923-7b3840351db4", "b6539476-c550-4516-85c4-380764d3bcdb", True),
        ("PAY-142", "2026-11-02", False),
    ],
)
def test_ids_have_a_shape(one: str, other: str, alike: bool) -> None:
    assert same_shape(one, other) is alike


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12) | st.sampled_from(["PAY-1", "2"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["id", "key", "parent", "type", "links", "issue", "title", "nodes", "direction", "rel", "url"])
        | st.text(max_size=6),
        inner,
        max_size=5,
    ),
    max_leaves=25,
)  # fmt: skip


@given(st.dictionaries(st.sampled_from(["id", "key", "title", "parent", "children", "relations", "x"]), JSON))
def test_any_row_is_read_without_a_fault(row: dict[str, Any]) -> None:
    ticket = ticket_from(row)
    assert all(relation.id and relation.id != ticket.id for relation in with_mentions(ticket).relations)
