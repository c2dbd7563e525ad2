"""Criteria in GitHub's search syntax.

Reference: https://docs.github.com/en/search-github/searching-on-github/searching-issues-and-pull-requests.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from tui_app.tickets.criteria import ME, UNASSIGNED, TicketSearchCriteria

MINE = "involves:@me"
"""What to look at where nothing says where to look: all of GitHub is no answer to an empty form."""

_STATES = {"open": "is:open", "opened": "is:open", "closed": "is:closed", "merged": "is:merged", "draft": "is:draft"}
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


def honoured_fields(criteria: TicketSearchCriteria) -> frozenset[str]:
    """The fields in use that `github_query` expresses. A native query is sent alone, so then it is the only one."""
    used = criteria.used_fields()
    if criteria.native:
        return used & {"native"}
    beyond = {"priority"}
    if _state(criteria.status) is None:
        beyond.add("status")
    return used - beyond


def is_unbounded(criteria: TicketSearchCriteria) -> bool:
    """Whether nothing in ``criteria`` says whose tickets are meant, so that the query would span all of GitHub."""
    return not (criteria.native or criteria.project or criteria.text or criteria.assignee)


def only_kind(criteria: TicketSearchCriteria) -> str:
    """``issue`` or ``pull request`` where a native query or a status means only these; empty where both are meant."""
    kinds = {"issue" if match[1] == "issue" else "pull request" for match in _KIND.finditer(criteria.native or "")}
    if not criteria.native and {status.casefold() for status in criteria.status} & {"merged", "draft"}:
        kinds.add("pull request")
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
    if criteria.project:
        yield f"{'repo' if is_repository(criteria.project) else 'user'}:{_value(criteria.project)}"
    if state := _state(criteria.status):
        yield state
    if criteria.assignee:
        yield _assigned(criteria.assignee)
    for label in criteria.labels:
        yield f"label:{_quoted(label)}"
    if created := _span(criteria):
        yield f"created:{created}"
    if criteria.updated_after:
        yield f"updated:>={_moment(criteria.updated_after.moment)}"
    yield from map(_word, criteria.text.split())


def _assigned(person: str) -> str:
    meant = {ME: "assignee:@me", UNASSIGNED: "no:assignee"}
    return meant.get(person.casefold(), f"assignee:{_value(person.lstrip('@'))}")


def _state(statuses: tuple[str, ...]) -> str | None:
    """The qualifier for any of ``statuses``: empty where all are meant, None where no one qualifier says it."""
    qualifiers = {_STATES.get(status.casefold()) for status in statuses}
    if len(qualifiers) == 1:
        return qualifiers.pop()
    if not qualifiers or {"is:open", "is:closed"} <= qualifiers:
        return "" if None not in qualifiers else None
    return "is:closed" if qualifiers == {"is:closed", "is:merged"} else None


def _span(criteria: TicketSearchCriteria) -> str:
    """The range of creation; its ends belong to it, so the later one is a second earlier than the bound."""
    after = _moment(criteria.created_after.moment) if criteria.created_after else "*"
    before = _moment(criteria.created_before.moment - timedelta(seconds=1)) if criteria.created_before else "*"
    return "" if after == before == "*" else f"{after}..{before}"


def _moment(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _word(word: str) -> str:
    """A word to look for, quoted where GitHub would read a qualifier or an operator in it."""
    return word if _PLAIN_WORD.fullmatch(word) and word not in _OPERATORS else _quoted(word)


def _value(text: str) -> str:
    return text if re.fullmatch(r"[\w./@\[\]-]+", text) else _quoted(text)


def _quoted(text: str) -> str:
    return '"' + " ".join(text.replace('"', " ").replace("\\", " ").split()) + '"'
