"""The words by which tools that change tickets, and their arguments, are recognised: data, and a server's own words.

Words are compared folded and as `split_words` cuts them. A word of a tool's name that is in none of these tables names
another thing than a ticket, and the tool is left alone.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from tui_app.adapters.auto.flat_arguments import arguments_of
from tui_app.adapters.auto.id_argument import find_id_argument
from tui_app.adapters.auto.words import COMMENT_NOUNS as READ_COMMENT_NOUNS
from tui_app.adapters.auto.words import PLAIN_FILLERS, VALUE_NOUNS
from tui_app.adapters.base import ServerDescription
from tui_app.adapters.reading.field_names import PLURALS, TICKET_NOUNS, names, plural
from tui_app.adapters.safety.verbs import split_words
from tui_app.tickets.changes import ChangeKind
from tui_app.tickets.fields import FIELDS_BY_NAME


def _set(words: str) -> frozenset[str]:
    return frozenset(names(words))


def _nouns(words: str) -> frozenset[str]:
    """The words and their plurals."""
    return frozenset((*names(words), *map(plural, names(words))))


def _said_of(field: str) -> str:
    """What names a ticket's field when it is read names it when it is written, too."""
    return " ".join(FIELDS_BY_NAME[field].words)


UPDATING = _set("update edit modify change set patch alter adjust manage")
CREATING = _set("create add new insert file raise submit report register make")
COMMENTING = _set("comment reply respond note annotate")
WRITING_TEXT = CREATING | COMMENTING | _set("post write append leave send attach")
ASSIGNING = _set("assign reassign")
UNASSIGNING = _set("unassign")
PRIORITISING = _set("prioritize prioritise reprioritize reprioritise")
ADVANCING = _set("transition move advance")
MOVING = ADVANCING | UPDATING | _set("execute perform do")
CLOSING = _set("close complete finish resolve done")
REOPENING = _set("reopen unresolve uncomplete")
OTHER_STATUS_VERBS = _set("start begin open review reset cancel block unblock pause resume stop hold defer reject")
TAGGING = _set("tag label")
UNTAGGING = _set("untag")
LINKING = _set("link relate connect")
LOGGING = _set("log track record")
REMOVING = _set("remove delete unset detach clear")
VERBS = (
    UPDATING | WRITING_TEXT | ASSIGNING | UNASSIGNING | PRIORITISING | MOVING | CLOSING | REOPENING
    | OTHER_STATUS_VERBS | TAGGING | UNTAGGING | LINKING | (LOGGING - {"record"}) | REMOVING
)  # fmt: skip

COMMENT_NOUNS = READ_COMMENT_NOUNS | _nouns("correspondence article")
STATUS_NOUNS = _set("status state stage transition column")
PERSON_NOUNS = _nouns("assignee owner") | {"assignment"}
PRIORITY_NOUNS = _set("priority")
LABEL_NOUNS = _nouns(_said_of("labels"))
TITLE_NOUNS = frozenset(FIELDS_BY_NAME["title"].words)
TEXT_NOUNS = _set("description body")
LINK_NOUNS = _nouns("link relation relationship dependency dep") | {"related"}
WORK_NOUNS = _nouns("worklog") | _set("time timeentry work hours worked tracking")
FIELD_NOUNS = (
    COMMENT_NOUNS | STATUS_NOUNS | PERSON_NOUNS | PRIORITY_NOUNS | LABEL_NOUNS | TITLE_NOUNS | TEXT_NOUNS | LINK_NOUNS
    | WORK_NOUNS
)  # fmt: skip
FILLERS = PLAIN_FILLERS | _set("id ids field fields details detail info properties attributes entry async rest")
WITH_ACTIONS = _set("workflow workflows operations")
"""What a tool may be called besides, whose actions say what it does."""
SELF = _set("current user me self myself")
MANY = _set("bulk batch multiple many multi")
KNOWN = VERBS | FIELD_NOUNS | FILLERS | SELF | MANY

DEDICATED: Mapping[ChangeKind, tuple[frozenset[str], frozenset[str]]] = {
    ChangeKind.COMMENT: (COMMENT_NOUNS, WRITING_TEXT),
    ChangeKind.STATUS: (STATUS_NOUNS, MOVING),
    ChangeKind.ASSIGN: (PERSON_NOUNS, ASSIGNING | UPDATING | CREATING),
    ChangeKind.PRIORITY: (PRIORITY_NOUNS, UPDATING | PRIORITISING),
    ChangeKind.LABELS: (LABEL_NOUNS, UPDATING | CREATING | TAGGING | UNTAGGING | REMOVING | {"attach", "append"}),
    ChangeKind.TITLE: (TITLE_NOUNS, UPDATING | {"rename"}),
    ChangeKind.DESCRIPTION: (TEXT_NOUNS, UPDATING),
    ChangeKind.CREATE: (frozenset(), CREATING | {"open", "post"}),
    ChangeKind.LINK: (LINK_NOUNS, CREATING | LINKING | UPDATING),
    ChangeKind.LOG_WORK: (WORK_NOUNS, CREATING | LOGGING),
}
"""Kind to the nouns of a tool that does nothing else, and the verbs that such a tool has."""

MEANT: Mapping[ChangeKind, str] = {
    ChangeKind.COMMENT: "text",
    ChangeKind.STATUS: "status",
    ChangeKind.CLOSE: "status",
    ChangeKind.REOPEN: "status",
    ChangeKind.ASSIGN: "person",
    ChangeKind.PRIORITY: "priority",
    ChangeKind.LABELS: "labels",
    ChangeKind.TITLE: "title",
    ChangeKind.DESCRIPTION: "description",
    ChangeKind.CREATE: "title",
    ChangeKind.LOG_WORK: "time",
}
"""Kind to the meaning of the argument that it sets."""

_MEANINGS: Mapping[str, str] = {
    "text": "comment text body message content note reply annotation",
    "title": _said_of("title"),
    "description": "description body content detail desc text",
    "status": f"{_said_of('status')} transition lane bucket",
    "person": "assignee assigned owner responsible agent",
    "account": "user account username login member email person",
    "priority": "priority prio",
    "labels": _said_of("labels"),
    "type": _said_of("type"),
    "project": _said_of("project"),
    "time": "time spent minute hour duration worked second amount",
    "link_type": "relation relationship linkage type kind",
    "resolution": "resolution reason",
}
MEANINGS: Mapping[str, tuple[str, ...]] = {meaning: names(words) for meaning, words in _MEANINGS.items()}
"""What an argument means to the words that its name is made of, the surest first."""
BESIDE: Mapping[str, frozenset[str]] = {
    "text": _set("markdown html"),
    "title": frozenset(),
    "description": _set("long markdown html article"),
    "status": _set("name workflow event board"),
    "person": _set("to user name username login email"),
    "account": _set("name"),
    "priority": _set("level name"),
    "labels": _set("name"),
    "type": _set("name"),
    "project": _set("name path slug identifier"),
    "time": frozenset(),
    "link_type": _set("link dep dependency"),
    "resolution": frozenset(),
}
"""Words that such a name may hold besides, which say how the value is written."""

ADDING = _set("add append added adding")
TAKING = _set("remove removed removing delete drop")
SETTING = _set("set replace")
ASIDE = _set("new to target updated next the input value optional initial")
"""Words of an argument's name that do not change what it takes."""

SHELVES = frozenset(("list", "lane", "bucket"))
"""Where a ticket lies on a board, which is its status there."""
CLOSED = ("closed", "close", "done", "completed", "complete", "resolved", "finished")
"""What trackers call a ticket that is over, in the order in which ``close`` looks for it."""
REOPENED = ("reopen", "reopened", "open", "opened")
NOT_DONE = names("cancelled canceled rejected wontfix wontdo duplicate archived")

AGENTS_ONLY = re.compile(
    r"human[ -]only|never call this|language model|\bLLM\b|\bAI[ -](?:powered|generated|driven)|agent workflow"
    r"|task decomposition|uses? (?:an )?AI\b",
    re.IGNORECASE,
)
"""Said by tools whose answer is made by a model, or which only a person may call."""
INTERNAL = re.compile(r"\b(?:private|internal|agents?[ -]only|not visible|staff|hidden|non-public)\b", re.IGNORECASE)
PUBLIC = re.compile(r"\b(?:public|requesters?|requestors?|customers?|correspondence)\b", re.IGNORECASE)


READERS = re.compile(f"{INTERNAL.pattern}|{PUBLIC.pattern}", re.IGNORECASE)
"""Who reads a comment."""


# ------------------------------------------------------------------------------ of one server

_COMMON = 0.4  # part of a server's tools whose names have a word, for it to be the server's name for itself
_FEW = 4  # tools, below which a shared word may as well be a noun


class ServerWords(Struct, frozen=True):
    """What a server calls things, as all its tools together tell."""

    own: frozenset[str]
    """Those with which it calls itself."""
    nouns: frozenset[str]
    """What it calls a ticket."""
    people: frozenset[str]
    """What it calls whoever has a ticket: ``member`` where there is ``assign_member``."""


def words_of_server(server: ServerDescription, roles: Mapping[str, str]) -> ServerWords:
    """Told by the names of its tools, and by which of them read tickets (``roles``)."""
    return ServerWords(_common_words(server), _ticket_nouns(server, roles), _assigned_words(server))


def _ticket_nouns(server: ServerDescription, roles: Mapping[str, str]) -> frozenset[str]:
    """What a server calls a ticket: the noun of the tool that opens one, else of those that search; empty: none."""
    for role in ("get", "search"):
        found: set[str] = set()
        for tool in server.tools:
            if roles.get(tool.name) == role:
                own = find_id_argument(arguments_of(tool)) if role == "get" else None
                spoken = (*split_words(tool.name), *(own.words if own else ()))
                found |= {PLURALS.get(word, word) for word in spoken if PLURALS.get(word, word) in TICKET_NOUNS}
        if found:
            return frozenset(found)
    return frozenset()


def _assigned_words(server: ServerDescription) -> frozenset[str]:
    """The words for people of tools that assign by name: ``assign_member_to_card``."""
    said = [set(split_words(tool.name)) for tool in server.tools]
    return frozenset(
        word for name in said if name & ASSIGNING for word in name if VALUE_NOUNS.get(plural(word)) == "assignee"
    )


def _common_words(server: ServerDescription) -> frozenset[str]:
    """Words with which a server calls itself."""
    counted = Counter(word for tool in server.tools for word in set(split_words(tool.name)))
    least = max(_FEW, _COMMON * len(server.tools))
    shared = {word for word, count in counted.items() if count >= least}
    return frozenset(shared | set(split_words(server.name)))
