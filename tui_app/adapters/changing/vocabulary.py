"""The words by which tools that change tickets, and their arguments, are recognised: data.

Words are compared folded and as `split_words` cuts them. A word of a tool's name that is in none of these tables names
another thing than a ticket, and the tool is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui_app.adapters.reading.field_names import names
from tui_app.tickets.changes import ChangeKind


def _set(words: str) -> frozenset[str]:
    return frozenset(names(words))


UPDATING = _set("update edit modify change set patch alter adjust")
CREATING = _set("create add new insert file raise submit report register make")
COMMENTING = _set("comment reply respond note annotate")
WRITING_TEXT = CREATING | COMMENTING | _set("post write append leave send attach")
ASSIGNING = _set("assign reassign")
UNASSIGNING = _set("unassign")
PRIORITISING = _set("prioritize prioritise reprioritize reprioritise")
MOVING = _set("transition move advance change set update edit execute perform do")
CLOSING = _set("close complete finish resolve done")
REOPENING = _set("reopen unresolve uncomplete")
OTHER_STATUS_VERBS = _set("start begin open review reset cancel block unblock pause resume stop hold defer reject")
TAGGING = _set("tag label")
UNTAGGING = _set("untag unlabel")
LINKING = _set("link relate connect")
LOGGING = _set("log track spend")
REMOVING = _set("remove delete unset detach clear")
VERBS = (
    UPDATING | WRITING_TEXT | ASSIGNING | UNASSIGNING | PRIORITISING | MOVING | CLOSING | REOPENING
    | OTHER_STATUS_VERBS | TAGGING | UNTAGGING | LINKING | LOGGING | REMOVING
)  # fmt: skip

COMMENT_NOUNS = _set(
    "comment comments note notes reply journal correspondence conversation discussion message article articles"
)
STATUS_NOUNS = _set("status state stage transition column")
PERSON_NOUNS = _set("assignee assignees owner owners assignment")
PRIORITY_NOUNS = _set("priority")
LABEL_NOUNS = _set("label labels tag tags")
TITLE_NOUNS = _set("title summary subject name")
TEXT_NOUNS = _set("description body")
LINK_NOUNS = _set("link links relation relations relationship dependency dep")
WORK_NOUNS = _set("worklog worklogs time timeentry timelog work hours worked tracking")
FIELD_NOUNS = (
    COMMENT_NOUNS | STATUS_NOUNS | PERSON_NOUNS | PRIORITY_NOUNS | LABEL_NOUNS | TITLE_NOUNS | TEXT_NOUNS | LINK_NOUNS
    | WORK_NOUNS
)  # fmt: skip
FILLERS = _set(
    "the a an to on of for by with in from via at tool tools manage unified mcp api data id ids field fields existing "
    "single one my details detail info properties attributes entry and or between it simple async v1 v2 v3 rest"
)
WITH_ACTIONS = _set("workflow workflows operations")
"""What a tool may be called besides, whose actions say what it does."""
SELF = _set("current user me self myself")
MANY = _set("bulk batch multiple many mass multi")

DEDICATED: Mapping[ChangeKind, tuple[frozenset[str], frozenset[str]]] = {
    ChangeKind.COMMENT: (COMMENT_NOUNS, WRITING_TEXT),
    ChangeKind.STATUS: (STATUS_NOUNS, MOVING),
    ChangeKind.ASSIGN: (PERSON_NOUNS, ASSIGNING | UPDATING | CREATING),
    ChangeKind.PRIORITY: (PRIORITY_NOUNS, UPDATING | PRIORITISING),
    ChangeKind.LABELS: (LABEL_NOUNS, UPDATING | CREATING | TAGGING | UNTAGGING | REMOVING | _set("attach append")),
    ChangeKind.TITLE: (TITLE_NOUNS, UPDATING | _set("rename")),
    ChangeKind.DESCRIPTION: (TEXT_NOUNS, UPDATING),
    ChangeKind.CREATE: (frozenset(), CREATING | _set("open post")),
    ChangeKind.LINK: (LINK_NOUNS, CREATING | LINKING | UPDATING | _set("manage")),
    ChangeKind.LOG_WORK: (WORK_NOUNS, CREATING | LOGGING | _set("record")),
}
"""Kind to the nouns of a tool that does nothing else, and the verbs that such a tool has."""

_MEANINGS: Mapping[str, str] = {
    "text": "commenttext comment comments text body message content note notes reply commentbody commentcontent "
    "notebody notetext commentmessage bodymarkdown "
    "annotation commenthtml bodyhtml",
    "title": "title summary subject name headline shortdescription",
    "description": "description body content details desc text longdescription descriptionmarkdown bodymarkdown "
    "articlebody initialcomment descriptionhtml",
    "status": "status state stage workflowstate statename statusname transition column stateevent statusevent "
    "boardcolumn list lane bucket",
    "person": "assignee assignees assignedto assigned owner owners responsible assignedtouser assigneduser "
    "assigneeuser assigneename assigneeusername assigneelogin assigneeemail ownername agent",
    "account": "user account username login accountname member email userlogin useremail useraccount person",
    "priority": "priority prio prioritylevel priorityname",
    "labels": "labels label tags tag labelnames tagnames labelname tagname",
    "type": "type tracker typename trackername kind category",
    "project": "project projectname workspace board team queue space product repository repo projectidentifier "
    "queuename boardname teamname spacename workspacename projectpath projectslug",
    "time": "timespent time minutes hours duration spent timeworked timespentseconds timespentminutes seconds "
    "spenthours spentminutes timeminutes timehours amount",
    "link_type": "linktype relationtype relationshiptype relation relationship deptype dependencytype type kind "
    "linkage linkagetype",
    "resolution": "resolution reason",
}  # fmt: skip
MEANINGS: Mapping[str, tuple[str, ...]] = {meaning: names(words) for meaning, words in _MEANINGS.items()}
"""What an argument means to the plain names that mean it, the surest first."""

ADDING = _set("add append added adding")
TAKING = _set("remove removed removing delete drop")
SETTING = _set("set replace")
ASIDE = _set("new to target updated desired next the input value optional initial")
"""Words of an argument's name that do not change what it takes."""
ID_WORDS = _set("id ids iid iids uuid uuids guid gid key keys number numbers identifier identifiers pk")
ID_ADJECTIVES = _set("public or human readable display short unique external internal idor")
PLACES = _set(
    "project projects workspace board team queue space repo repository owner org organization namespace root path dir "
    "directory group product site cloud instance folder database tenant account"
)

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
