"""Criteria in GitHub's search syntax.

Reference: https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from tui_app.tickets.criteria import ME, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.criterion import LEFT_OUT
from tui_app.tickets.dates import DateBound
from tui_app.tickets.matching import searched_words
from tui_app.tickets.vocabulary import folded_words

MINE = "involves:@me"
"""The scope of a search that names none: all of GitHub is no answer to an empty form."""

_STATES = {"open": "is:open", "opened": "is:open", "closed": "is:closed", "merged": "is:merged", "draft": "is:draft"}
_EXCLUDABLE_STATES = {"open": "-is:open", "opened": "-is:open", "merged": "-is:merged"}
"""``-is:closed`` would leave out what is merged too."""
PULL = "pull request"
_KINDS = {PULL: "is:pr", "issue": "is:issue"}
_SPANS = (("created", "created_after", "created_before"), ("updated", "updated_after", "updated_before"))
_DATES = tuple(name for _, *bounds in _SPANS for name in bounds)
_REPOSITORY = re.compile(r"[\w.-]+/[\w.-]+")
_PLAIN_WORD = re.compile(r"[^\s\":<>()\-][^\s\":<>()]*")
_KIND = re.compile(r"(?<![\w-])(?:is|type):(issue|pr|pull-request)\b")
_OPERATORS = frozenset({"AND", "OR", "NOT"})
_SORTS = {"created_at": "created", "updated_at": "updated"}


def github_query(criteria: TicketSearchCriteria) -> str:
    """The query for ``criteria``; a native query stays as it is."""
    if criteria.native:
        return criteria.native
    terms = list(_terms(criteria))
    return " ".join([*terms, MINE] if is_unbounded(criteria) else terms)


def pushed_down_fields(criteria: TicketSearchCriteria) -> frozenset[str]:
    """The fields in use that `github_query` expresses. A native query is sent alone, so then it is the only one."""
    used = criteria.used_fields()
    if criteria.native:
        return used & {"native"}
    exact = {"openness", "project", "labels", *_DATES}
    exact |= {f"{LEFT_OUT}{name}" for name in ("project", "labels", "assignee", "reporter")}
    if _state(criteria.status) is not None:
        exact.add("status")
    if len(criteria.assignee) == 1:
        exact.add("assignee")
    if len(criteria.reporter) == 1:
        exact.add("reporter")
    if all(map(_EXCLUDABLE_STATES.get, map(str.casefold, criteria.without("status")))):
        exact.add(f"{LEFT_OUT}status")
    if all(_is_searchable(words) for words in searched_words(criteria.text)):
        exact.add("text")
    if all(map(_is_searchable, criteria.without("text"))):
        exact.add(f"{LEFT_OUT}text")
    exact |= {name for name in ("type", f"{LEFT_OUT}type") if _means_pulls(criteria.value(name))}
    return used & exact


def is_unbounded(criteria: TicketSearchCriteria) -> bool:
    """Whether nothing in ``criteria`` limits whose tickets are searched, so that the query would span all of GitHub."""
    return not (criteria.native or criteria.project or criteria.text or criteria.assignee or criteria.reporter)


def only_kind(criteria: TicketSearchCriteria) -> str:
    """``issue`` or ``pull request`` where a native query or a status means only these; empty where both are meant."""
    kinds = {"issue" if match[1] == "issue" else PULL for match in _KIND.finditer(criteria.native or "")}
    if not criteria.native and {status.casefold() for status in criteria.status} & {"merged", "draft"}:
        kinds.add(PULL)
    if criteria.type and not criteria.native:
        kinds.add(PULL if _means_pulls(criteria.type) else "issue" if PULL not in _folded(criteria.type) else "")
    if _means_pulls(criteria.without("type")):
        kinds.add("issue")
    return kinds.pop() if len(kinds) == 1 else ""


def sorting(criteria: TicketSearchCriteria) -> dict[str, str]:
    """The ``sort`` and ``order`` arguments: newest first unless ``criteria`` asks for an order that GitHub knows."""
    wanted = criteria.sort or "-created_at"
    field = _SORTS.get(wanted.removeprefix("-"))
    return {"sort": field, "order": "desc" if wanted.startswith("-") else "asc"} if field else {}


def is_repository(project: str | None) -> bool:
    """Whether ``project`` names one repository (``owner/name``), not all of an owner's."""
    return bool(project and _REPOSITORY.fullmatch(project))


def _terms(criteria: TicketSearchCriteria) -> Iterator[str]:
    yield from (_place(project) for project in criteria.project)  # several repositories: any of them
    yield from (f"-{_place(project)}" for project in criteria.without("project"))
    if state := _state(criteria.status):
        yield state
    if criteria.openness:
        yield f"is:{criteria.openness}"
    yield from filter(None, (_EXCLUDABLE_STATES.get(status.casefold()) for status in criteria.without("status")))
    for field in ("assignee", "reporter"):
        people = criteria.value(field)
        if len(people) == 1:  # of several there is no search for any
            yield _person(field, people[0])
        yield from (f"-{_person(field, person)}" for person in criteria.without(field))
    yield from (f"label:{_quoted(label)}" for label in criteria.labels)
    yield from (f"-label:{_quoted(label)}" for label in criteria.without("labels"))
    if kind := _KINDS.get(only_kind(criteria) if criteria.type or criteria.without("type") else ""):
        yield kind
    for name, since, before in _SPANS:
        if span := _span(getattr(criteria, since), getattr(criteria, before)):
            yield f"{name}:{span}"
    yield from map(_word, searched_words(criteria.text))
    yield from (f"NOT {_word(term)}" for term in criteria.without("text"))


def _place(project: str) -> str:
    return f"{'repo' if is_repository(project) else 'user'}:{_value(project)}"


def _person(field: str, person: str) -> str:
    if field == "reporter":
        return f"author:{'@me' if person.casefold() == ME else _value(person.lstrip('@'))}"
    meant = {ME: "assignee:@me", UNASSIGNED: "no:assignee"}
    return meant.get(person.casefold(), f"assignee:{_value(person.lstrip('@'))}")


def _means_pulls(types: Sequence[str]) -> bool:
    return _folded(types) == {PULL}


def _folded(values: Sequence[str]) -> set[str]:
    return set(map(folded_words, values))


def _is_searchable(words: str) -> bool:
    """Whether GitHub finds anything by ``words``, or leaves it away."""
    return any(map(str.isalnum, words))


def _state(statuses: tuple[str, ...]) -> str | None:
    """The qualifier for any of ``statuses``: empty where all are meant, None where no single qualifier expresses it."""
    qualifiers = {_STATES.get(status.casefold()) for status in statuses}
    if len(qualifiers) == 1:
        return qualifiers.pop()
    if not qualifiers or {"is:open", "is:closed"} <= qualifiers:
        return "" if None not in qualifiers else None
    return "is:closed" if qualifiers == {"is:closed", "is:merged"} else None


def _span(since: DateBound | None, until: DateBound | None) -> str:
    """The range of a date; its ends belong to it, so the later one is a second earlier than the bound."""
    after = _moment(since.moment) if since else ""
    before = _moment(until.moment - timedelta(seconds=1)) if until else ""
    return f"{after or '*'}..{before or '*'}" if after or before else ""


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _word(word: str) -> str:
    """A word to look for, quoted where GitHub would read a qualifier or an operator in it."""
    return word if _PLAIN_WORD.fullmatch(word) and word not in _OPERATORS else _quoted(word)


def _value(text: str) -> str:
    return text if re.fullmatch(r"[\w./@\[\]-]+", text) else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + " ".join(text.replace('"', " ").replace("\\", " ").split()) + '"'
