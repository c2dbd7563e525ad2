"""Saying criteria with a tool's arguments.

Invariants: what leaves here holds only arguments that the tool declares, each in a form that its schema takes and,
where there is an enum, one of its values. A criterion counts as honoured only where the argument says all of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, field

from tui_app.adapters.auto.arguments import Argument
from tui_app.adapters.auto.languages import say_in_language
from tui_app.adapters.auto.matching_values import match_value
from tui_app.adapters.date_arguments import date_argument, said_exactly
from tui_app.tickets.criteria import DATE_FIELDS, ME, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.dates import DateBound
from tui_app.tickets.ticket import JsonValue

_COMMA = re.compile(r"comma[- ]?separat|\bcsv\b|separated by commas?|,\s*e\.g\.|'[\w ]+,[\w ]+'", re.IGNORECASE)
_TAKES_NAMES = re.compile(r"\bname|\blogin|\buser ?name|\bemail|\bme\b|\bkey\b|\bslug|\bhandle", re.IGNORECASE)
_ME_WORDS = re.compile(r"['\"`(]?(@me|currentUser\(\)|\bme\b|\bself\b|\bmyself\b)['\"`)]?")
_ID_LIKE = re.compile(r"\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-f]{16,}")
_FIELDS = ("status", "assignee", "project", "labels", "priority")
_YES: JsonValue = True
_LEVEL = re.compile(r"(\d)\s*(?:=|:|-|is|\()\s*([A-Za-z]+)|([A-Za-z]+)\s*(?:=|:|\()\s*(\d)\b")


class Said(Struct):
    """What is sent so far: argument paths to values, the criteria that they say in full, and what could not be said."""

    values: dict[str, JsonValue] = field(default_factory=dict)
    honoured: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)

    def put(self, argument: Argument, value: JsonValue) -> bool:
        """Send ``value`` if the argument takes it, in the form that it takes."""
        fit = argument.fit(value)
        if fit is None:
            return False
        self.values[argument.path] = fit
        return True


def say(criteria: TicketSearchCriteria, concepts: Mapping[str, Argument], language: str | None) -> Said:
    """Say ``criteria`` with the arguments that ``concepts`` names."""
    said = Said()
    if "native" in concepts and (criteria.native or "text" not in concepts):
        _say_natively(criteria, concepts["native"], language, said)
    if criteria.native and "native" in said.honoured:
        return said
    if (
        "text" in concepts
        and criteria.text
        and "text" not in said.honoured
        and said.put(concepts["text"], criteria.text)
    ):
        said.honoured.add("text")
    for name in _FIELDS:
        if name in concepts and getattr(criteria, name) and name not in said.honoured:
            _say_field(name, criteria, concepts, said)
    for name in DATE_FIELDS:
        if name in concepts and getattr(criteria, name) and name not in said.honoured:
            _say_date(name, getattr(criteria, name), concepts[name], said)
    _say_me(criteria, concepts, said)
    _say_sort(criteria, concepts, said)
    return said


def _say_natively(criteria: TicketSearchCriteria, argument: Argument, language: str | None, said: Said) -> None:
    query, honoured = say_in_language(criteria, language)
    if query and said.put(argument, query):
        said.honoured |= honoured


def _say_field(name: str, criteria: TicketSearchCriteria, concepts: Mapping[str, Argument], said: Said) -> None:
    argument = concepts[name]
    raw = getattr(criteria, name)
    wanted: Sequence[str] = raw if isinstance(raw, tuple) else (raw,)
    if name == "assignee" and raw in (ME, UNASSIGNED):
        return
    if name == "project" and "repo_owner" in concepts:
        _say_repository(raw, argument, concepts["repo_owner"], said)
        return
    words = [_word_for(word, argument, said, name) for word in wanted]
    if any(word is None for word in words):
        return
    if _put_all(argument, words, said):
        said.honoured.add(name)
    elif name == "labels" and said.put(argument, words[0]):
        pass  # all labels are wanted: one of them narrows the search, and the rest is sorted out here


def _say_repository(project: str, repository: Argument, owner: Argument, said: Said) -> None:
    """``owner/name`` in two arguments."""
    before, slash, name = project.rpartition("/")
    told = not slash or said.put(owner, before)
    if said.put(repository, name) and told:
        said.honoured.add("project")


def _put_all(argument: Argument, words: Sequence[JsonValue], said: Said) -> bool:
    if argument.takes_list and said.put(argument, list(words)):
        return True
    if len(words) == 1:
        return said.put(argument, words[0])
    joined = ",".join(str(word) for word in words)
    return not argument.values and bool(_COMMA.search(argument.description)) and said.put(argument, joined)


def _word_for(word: str, argument: Argument, said: Said, name: str) -> JsonValue:
    """``word`` as the argument knows it: a value of its enum, a number, an id; None where it knows no such thing."""
    if argument.values:
        found = match_value(word, argument.values)
        if found is None:
            shown = ", ".join(str(value) for value in argument.values[:12])
            said.warnings.append(f"This server knows no {name} {word!r}; it knows: {shown}.")
        return found
    kinds = argument.item_kinds or argument.kinds
    if kinds and kinds <= {"integer", "number"}:
        return int(word) if word.isdecimal() and len(word) < len("1000000000") else _level(word, argument.description)
    wants_id = argument.words[-1:] in (("id",), ("ids",)) and name != "project"
    if wants_id and not _ID_LIKE.fullmatch(word) and not _TAKES_NAMES.search(argument.description):
        return None
    return word


def _level(word: str, description: str) -> JsonValue:
    """The number that a description gives ``word``: ``0=none, 1=urgent`` or ``urgent (1)``."""
    for match in _LEVEL.finditer(description[:2000]):
        number, name = (match[1], match[2]) if match[1] else (match[4], match[3])
        if name.casefold() == word.casefold():
            return int(number)
    return None


def _say_date(name: str, bound: DateBound, argument: Argument, said: Said) -> None:
    value = date_argument(bound.moment, argument.schema, upper=name == "created_before")
    if said.put(argument, value) and said_exactly(bound.moment, value):
        said.honoured.add(name)


def _say_me(criteria: TicketSearchCriteria, concepts: Mapping[str, Argument], said: Said) -> None:
    if criteria.assignee != ME or "assignee" in said.honoured:
        return
    if "mine" in concepts and said.put(concepts["mine"], _YES):
        said.honoured.add("assignee")
        return
    argument = concepts.get("assignee")
    match = _ME_WORDS.search(argument.description) if argument else None
    allowed = match_value(ME, argument.values) if argument and argument.values else None
    word = allowed if allowed is not None else match[1] if match else None
    if argument and word is not None and _put_all(argument, [word], said):
        said.honoured.add("assignee")
        return
    said.warnings.append("This server cannot be asked for your own tickets; name yourself as the assignee instead.")


def _say_sort(criteria: TicketSearchCriteria, concepts: Mapping[str, Argument], said: Said) -> None:
    """Only where the argument's enum has the field: a wrong order is worse than the server's own, which we can sort."""
    if not criteria.sort or "sort" not in concepts:
        return
    argument, order = concepts["sort"], concepts.get("order")
    field_name, descending = criteria.sort.removeprefix("-"), criteria.sort.startswith("-")
    values = {str(value).lower(): value for value in argument.values}
    whole = values.get(criteria.sort.lower())
    names = (
        field_name,
        field_name.removesuffix("_at"),
        f"{field_name.removesuffix('_at')}at",
        f"{field_name.removesuffix('_at')}_on",
    )
    if whole is not None and (descending or f"-{field_name}" in values):
        said.values[argument.path] = whole
        said.honoured.add("sort")
        return
    chosen = next((values[name] for name in names if name in values), None)
    way = match_value("desc" if descending else "asc", order.values) if order else None
    if chosen is not None and order is not None and way is not None:
        said.values |= {argument.path: chosen, order.path: way}
        said.honoured.add("sort")
