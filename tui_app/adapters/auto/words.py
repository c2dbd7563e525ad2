"""The words that the names of tools which read tickets are made of, and how sure each makes it: data."""

from __future__ import annotations

from collections.abc import Mapping

from tui_app.adapters.reading.field_names import names


def _weights(table: str) -> Mapping[str, int]:
    """``"10: search find; 9: query"`` as words to weights."""
    parts = (part.split(":") for part in table.split(";"))
    return {word: int(weight) for weight, words in parts for word in words.split()}


SEARCH_VERBS = _weights(
    "30: search; 28: find query lookup quicksearch; 26: list; 25: filter; 22: browse; 20: get fetch retrieve "
    "read load show view"
)
"""Verbs of tools that answer with several things, and how sure each makes it."""

GET_VERBS = _weights(
    "30: get read; 29: view show fetch; 28: describe retrieve load; 26: inspect detail details info; 22: find lookup"
)
"""Verbs of tools that answer with one thing."""

TICKET_NOUNS = _weights(
    "30: issue ticket; 28: bug task story incident defect workitem workpackage userstory; 26: case card "
    "servicerequest; "
    "20: todo problem request item feature record"
)
"""What trackers call a ticket."""

PLURALS: Mapping[str, str] = {
    **{f"{noun}s": noun for noun in TICKET_NOUNS},
    "stories": "story",
    "userstories": "userstory",
}

COMMENT_NOUNS = frozenset(
    names(
        "comments comment notes note discussions discussion journals conversation conversations followups "
        "replies messages thread"
    )
)
VALUE_NOUNS: Mapping[str, str] = {
    "statuses": "status",
    "status": "status",
    "states": "status",
    "priorities": "priority",
    "users": "assignee",
    "members": "assignee",
    "assignees": "assignee",
    "projects": "project",
    "repositories": "project",
    "queues": "project",
    "labels": "labels",
    "tags": "labels",
}
"""What a tool lists whose values a criterion can take."""

FILLERS = frozenset(
    names(
        "the a an all by with using via matching up on at for of in from to and or any advanced basic full tool "
        "tools function api "
        "mcp v1 v2 v3 "
        "data execute run info information jql query text keyword keywords criteria filter filters filtered "
        "list paginated summaries"
    )
)
"""Words that change nothing."""

OWN_ID_WORDS = frozenset(names("id ids key keys number numbers identifier identifiers iid iids ref reference uuid"))

NARROWING = _weights(
    "24: my mine assigned recent recently open opened new blocked overdue closed stale latest ready unassigned active "
    "child children sub subtask subtasks related linked similar duplicate duplicates next watched starred "
    "deleted archived "
    "completed pending trending changed updated created due random sample count; "
    "14: project sprint board epic cycle milestone team user version release backlog group queue parent customer "
    "organization workspace view saved view queue; 4: summary brief short compact lite simple minimal"
)
"""Words for a part of the tickets, or for less of each."""
