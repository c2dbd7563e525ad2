"""What an argument of a search tool means: which criterion it takes, or which part it has in paging and form.

Told from its name and, where a name means different things to different servers, from its description and schema. An
argument whose meaning is not certain has none, and is not sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tui_app.adapters.auto.arguments import Argument
from tui_app.adapters.auto.words import split_words
from tui_app.adapters.reading.names import names as _words

_EXACT: Mapping[str, str] = {
    name: concept
    for concept, table in {
        "text": "text query q search keyword keywords searchtext searchterm searchterms searchquery term terms phrase "
        "freetext fulltext contains querytext querystring searchstring textsearch textquery words needle searchkeyword",
        "title": "title summary subject titlecontains summarycontains subjectcontains name",
        "native": "jql wiql cql kql lucene",
        "status": "status statuses state states statusname statenames statusnames statename statusfilter stage "
        "workflowstate "
        "issuestatus ticketstatus taskstatus taskstate issuestate statusid statusids stateid stateids filterstatus "
        "statuslist currentstatus",
        "assignee": "assignee assignees assignedto assigned assigneename assigneeusername assigneelogin assignedtoname "
        "assigneeemail assigneeid assigneeids assignedtoid owner ownername responsible assigneduser assigneduserid "
        "filterassignee assigneefilter assigneeuser ownedby",
        "mine": "assignedtome mine my myissues onlymine myticketsonly mytickets mytasks onlymyissues",
        "project": "project projects projectkey projectkeys projectname projectid projectids projectslug projectpath "
        "projectidentifier projectidorkey projectnames",
        "repo_owner": "repoowner repositoryowner org organization namespace",
        "place": "repository repo repositoryname repofullname queue queuename board boardid boardname product "
        "team teamkey teamid "
        "teamids teamname workspace workspaceid workspacekey space spaceid listid component",
        "labels": "labels label tags tag labelnames tagnames labelname tagname labelids tagids filterlabels",
        "priority": "priority priorities prioritylevel priorityname prioritynames priorityid priorityids prio",
        "severity": "severity urgency importance",
        "max_results": "limit maxresults max perpage pagesize first top size take count numresults maxitems maxcount "
        "resultsperpage numberofresults itemsperpage pagelimit maxrecords resultlimit maxissues maxtickets rowcount "
        "numberofitems n",
        "offset": "offset startat skip startindex offsetvalue recordoffset",
        "page": "page pagenumber pageno pagenum currentpage pageindex",
        "cursor": "cursor pagetoken nextpagetoken nexttoken nextcursor continuationtoken aftercursor pagecursor "
        "scrollid "
        "continuation marker after",
        "sort": "sort sortby orderby sortfield sortkey ordering sorting orderfield",
        "order": "order sortorder sortdirection direction orderdirection sortdir dir orderdir ascending descending",
        "format": "format responseformat outputformat outputtype responsetype output",
        "scope": "scope visibility",
        "all_states": "includeclosed includecompleted includedone includeresolved includefinished showclosed "
        "showcompleted "
        "showdone withclosed includeinactive allstatuses allstates includeall includeallstatuses showall",
        "with_total": "includepaginationinfo includepagination includetotal withtotal counttotal includecount",
        "action": "action operation op method command mode verb",
        "kind": "entity resource object objecttype resourcetype entitytype kind table collection type itemtype "
        "recordtype",
    }.items()
    for name in _words(table)
}

_CREATED = frozenset(_words("created creation create opened reported submitted createdat createdon raised filed added"))
_UPDATED = frozenset(_words("updated update modified modification changed change updatedat updatedon activity"))
_OTHER_MOMENTS = frozenset(
    _words("due closed resolved completed resolution closure done finished deleted started merged sla")
)
_AFTER = frozenset(_words("after since from start min minimum gte ge gt begin beginning newer later lower earliest"))
_BEFORE = frozenset(_words("before until to end max maximum lte le lt till older earlier upper latest"))
_DATE_WORDS = frozenset(_words("date time datetime timestamp day at on range"))
_SAYS_CREATED = re.compile(r"\bcreat|\bopened\b|\breported\b|\bsubmitted\b|\bfiled\b|\braised\b", re.IGNORECASE)
_SAYS_UPDATED = re.compile(r"\bupdat|\bmodif|\bchanged\b", re.IGNORECASE)
_SAYS_AFTER = re.compile(r"\b(?:after|since|newer|or later|from)\b", re.IGNORECASE)
_SAYS_BEFORE = re.compile(r"\b(?:before|until|older|or earlier)\b", re.IGNORECASE)
_NO_CURSOR = re.compile(r"\bdate\b|\btime\b|YYYY|iso", re.IGNORECASE)
_FILLERS = frozenset(
    _words("filter filters by search issue issues ticket tickets task tasks bug bugs story stories eq equals is in")
)
_COMPARATORS = frozenset(
    _words("eq in equals is contains containsignorecase eqignorecase equalto value values any anyof ilike like")
)
_OBJECT_PARTS = frozenset(_words("name key some label username"))
_RANKS: Mapping[str, Sequence[str]] = {
    "text": _words("text query search q keyword keywords searchtext searchquery"),
    "project": _words("projectkey project projectkeys projects projectidorkey projectidentifier projectname projectid"),
    "place": _words("repository repo queue board product team teamkey workspace space boardid teamid component"),
    "labels": _words("labels label tags tag labelnames"),
    "max_results": _words("limit maxresults perpage pagesize first max count"),
    "status": _words("status statuses state states"),
    "assignee": _words("assignee assignees assignedto assigneename assigneeusername assigned assigneeid owner"),
}
"""Which argument to take where several mean the same."""

GITHUB = "GitHub search"
LANGUAGES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("JQL", re.compile(r"\bJQL\b")),
    ("WIQL", re.compile(r"\bWIQL\b")),
    (
        GITHUB,
        re.compile(r"github(?:'s)? (?:\w+ )?(?:search|query) (?:syntax|quer)|\bis:issue\b|\brepo:\w", re.IGNORECASE),
    ),
    ("RT query", re.compile(r"\bRT query\b|\bTicketSQL\b|\bQueue = '")),
)
"""Query languages by what a description says of them."""


def concepts_of(arguments: Iterable[Argument], about: str = "") -> dict[str, Argument]:
    """Concept to the argument that takes it; of several the likeliest. ``about`` is the tool's own description."""
    found: dict[str, Argument] = {}
    every = list(arguments)
    for argument in every:
        concept = concept_of(argument, every, about)
        if concept and (concept not in found or _better(concept, argument, found[concept])):
            found[concept] = argument
    return _settled(found)


def concept_of(argument: Argument, others: Sequence[Argument] = (), about: str = "") -> str | None:
    """What ``argument`` means, beside ``others`` of the same tool; None where that is not certain."""
    words = _telling_words(argument)
    joined = "".join(words)
    if language_of(argument, about) and (
        joined in ("q", "query", "filter", "search", "querystring") or _EXACT.get(joined) == "native"
    ):
        return "native"
    moment = _moment_concept(argument, words)
    if moment:
        return moment
    concept = _EXACT.get(joined) or _EXACT.get("".join(word for word in words if word not in _FILLERS))
    if concept is None:
        return None
    if joined == "owner" and _stands_by_repository(others):
        return "repo_owner"
    return concept if _can_mean(concept, argument, joined, others) else None


def _telling_words(argument: Argument) -> tuple[str, ...]:
    """The words that tell the meaning: of ``filter.state.name.eq`` those of ``state``."""
    steps = argument.path.split(".")
    if len(steps) > 1 and steps[-1].lower() in _COMPARATORS:
        steps.pop()
        while len(steps) > 1 and steps[-1].lower() in _OBJECT_PARTS:
            steps.pop()
    return split_words(steps[-1])


def language_of(argument: Argument, about: str = "") -> str | None:
    """The query language that an argument takes, by its name or description, or that of its tool."""
    for name, pattern in LANGUAGES:
        if pattern.search(argument.description) or argument.name.casefold() == name.casefold():
            return name
    return GITHUB if argument.name == "q" and GITHUB.split()[0] in about else None


def _moment_concept(argument: Argument, words: Sequence[str]) -> str | None:
    """``created_after`` for ``createdAtGte``, ``filters.created.from``, ``since`` ("created since") and the like."""
    whole = _described_moment(argument, words)
    if whole:
        return whole
    path_words = set(words) | set(argument.path.replace(".", "_").lower().split("_"))
    if path_words & _OTHER_MOMENTS or not (argument.kinds & {"string", "integer", "number"} or not argument.kinds):
        return None
    is_lower, is_upper = bool(path_words & _AFTER), bool(path_words & _BEFORE)
    if is_lower == is_upper:
        return None
    if path_words & _CREATED:
        field = "created"
    elif path_words & _UPDATED:
        field = "updated"
    elif path_words <= _AFTER | _BEFORE | _DATE_WORDS and _is_date(argument):
        field = _described_field(argument.description)
    else:
        field = ""
    concept = f"{field}_{'after' if is_lower else 'before'}"
    return concept if concept in ("created_after", "created_before", "updated_after", "updated_before") else None


def _described_moment(argument: Argument, words: Sequence[str]) -> str | None:
    """``createdAt``, where the description says that it is the beginning or the end of a range."""
    field = {"createdat": "created", "created": "created", "createddate": "created", "updatedat": "updated"}.get(
        "".join(words)
    )
    if field is None:
        return None
    if _SAYS_AFTER.search(argument.description):
        return f"{field}_after"
    return "created_before" if field == "created" and _SAYS_BEFORE.search(argument.description) else None


def _described_field(description: str) -> str:
    if _SAYS_UPDATED.search(description):
        return "updated"
    return "created" if _SAYS_CREATED.search(description) else ""


def _is_date(argument: Argument) -> bool:
    """Whether a name without ``created`` or ``updated`` can be a date's; ``after`` alone is mostly a cursor."""
    return argument.name not in ("after", "before") or bool(_NO_CURSOR.search(argument.description))


def _can_mean(concept: str, argument: Argument, joined: str, others: Sequence[Argument]) -> bool:
    """Whether name and schema agree; ``after`` may be a date, ``owner`` that of a repository, ``type`` anything."""
    kinds = argument.kinds
    if concept in ("mine", "all_states", "with_total"):
        return "boolean" in kinds
    if concept in ("max_results", "offset", "page"):
        return not kinds or bool(kinds & {"integer", "number", "string"})
    if concept == "cursor" and joined == "after":
        return "integer" not in kinds and not _NO_CURSOR.search(argument.description)
    if concept == "repo_owner":
        return _stands_by_repository(others)
    if concept == "order":
        return bool(argument.values) or joined != "order" or "asc" in argument.description.lower()
    if concept in ("kind", "action"):
        return kinds <= {"string"}
    if concept in ("text", "title"):
        return (not kinds or "string" in kinds) and not argument.values
    return "object" not in kinds and kinds != {"boolean"}


def _stands_by_repository(others: Sequence[Argument]) -> bool:
    return any(other.words[:1] in (("repo",), ("repository",)) for other in others)


def _better(concept: str, argument: Argument, than: Argument) -> bool:
    ranks = _RANKS.get(concept, ())

    def rank(candidate: Argument) -> tuple[bool, int, int]:
        joined = "".join(candidate.words)
        place = ranks.index(joined) if joined in ranks else len(ranks)
        return (not candidate.required, place, candidate.path.count("."))

    return rank(argument) < rank(than)


def _settled(found: dict[str, Argument]) -> dict[str, Argument]:
    """Second choices become first ones where there is no better: a title filter, a severity, a queue."""
    for second, first in (("title", "text"), ("severity", "priority"), ("place", "project")):
        argument = found.pop(second, None)
        if argument is not None and (first not in found or (argument.required and not found[first].required)):
            found[first] = argument
    return found
