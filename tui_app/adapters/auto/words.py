"""The words that tool names are made of, and what each tells: data, and the function that splits a name.

``searchIssues``, ``search_issues``, ``issues.search`` and ``jira-search-issues`` are the same words in some order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui_app.adapters.reading.names import names

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\d_A-Za-z]+")


_PAIRS = frozenset(
    (
        ("work", "item"), ("work", "package"), ("user", "story"), ("user", "storie"), ("pull", "request"),
        ("merge", "request"), ("change", "request"), ("service", "request"),
    )
)  # fmt: skip
"""Two words that are one noun; the second may be a plural."""


def split_words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case: ``getIssueByID`` is get, issue, by, id; ``work_items`` is workitems."""
    words: list[str] = []
    for word in map(str.lower, _WORD.findall(name)):
        if words and (words[-1], word.removesuffix("s")) in _PAIRS:
            words[-1] += word
        else:
            words.append(word)
    return tuple(words)


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

READ_VERBS = frozenset((*SEARCH_VERBS, *GET_VERBS, "count", "check"))

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

WRITING = frozenset(
    names(
        """
    create creates created add adds append insert update updates edit edits modify patch put post delete deletes
    remove removes destroy drop purge erase wipe assign unassign reassign move transition merge approve
    unapprove reject archive unarchive restore complete finish claim take release reopen resolve unresolve close
    upsert save write overwrite replace upload import sync push publish send submit reply respond notify
    watch unwatch subscribe unsubscribe vote unvote rank bulk manage execute run apply trigger start stop
    pause resume cancel
    abort rename copy clone duplicate convert split clear reset set unset mark unmark lock unlock pin unpin star
    unstar follow unfollow escalate acknowledge ack snooze mute promote demote grant revoke enable disable
    toggle invite register deregister login logout authenticate authorize install uninstall configure setup init
    initialize generate make build plan process expand rotate refresh schedule reschedule invoke accept decline
    attach detach link unlink log track comment note open change switch transfer migrate exec react checkout
    commit rebase fork deploy rollback revert undo redo request order enqueue dequeue queue batch
    """
    )
)
"""Verbs of tools that may change something; any of them at the beginning of what a tool does rules the tool out."""

ALWAYS_WRITING = WRITING - frozenset(
    names(
        """
    created closed open change comment note link log track set release start run execute post plan order request
    queue batch copy duplicate split mark bulk process star lock view schedule take move reply complete close
    assign publish rank import commit fork refresh generate make build resolve merge transition manage vote
    watch pin log save
    """
    )
)
"""Those of them that are no noun or adjective either: wherever they stand in a name, the tool may write."""
