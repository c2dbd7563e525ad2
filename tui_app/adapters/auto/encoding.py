"""Encodes criteria as a tool's arguments, or as a query where a tool takes nothing else.

Invariants: every argument is one that the tool declares, in a form that its schema takes and, where there is an enum,
one of its values. A criterion counts as pushed down only where the arguments express all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field

from tui_app.adapters import github_query
from tui_app.adapters.auto.flat_arguments import Argument, everything, match_value
from tui_app.adapters.date_arguments import date_argument, is_exact_date
from tui_app.adapters.jira import jql
from tui_app.adapters.tool_arguments import words_for
from tui_app.tickets.criteria import CLOSED, DATE_FIELDS, ME, UNASSIGNED, TicketSearchCriteria
from tui_app.tickets.criterion import CRITERIA, CRITERIA_BY_NAME, CriterionKind, Match
from tui_app.tickets.dates import DateBound
from tui_app.tickets.matching import searched_words
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.vocabulary import closed_by_words

_COMMA = re.compile(r"comma[- ]?separat|\bcsv\b|separated by commas?|,\s*e\.g\.|'[\w ]+,[\w ]+'", re.IGNORECASE)
_TAKES_NAMES = re.compile(r"\bname|\blogin|\buser ?name|\bemail|\bme\b|\bkey\b|\bslug|\bhandle", re.IGNORECASE)
_ME_WORDS = re.compile(r"['\"`(]?(@me|currentUser\(\)|\bme\b|\bself\b|\bmyself\b)['\"`)]?")
_ELSEWHERE = re.compile(
    r"[^.;]*\b(?:use|call|via|by|with|from)\s+[`'\"]?[a-z]+(?:_[a-z]+)+\b[^.;]*[.;]?", re.IGNORECASE
)
"""A sentence that says what another tool makes of a name, or of ``me``."""
_IDS_ALONE = re.compile(r"\b(?:user|member|person|account|numeric)\s+ids?\b", re.IGNORECASE)
_ID_LIKE = re.compile(r"\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-f]{16,}")
_YES: JsonValue = True
_VALUES = tuple(criterion.name for criterion in CRITERIA if criterion.is_list)
"""Criteria that are sent as values of arguments, as they are or in the argument's own words."""
_LEVEL = re.compile(r"(\d)\s*(?:=|:|-|is|\()\s*([A-Za-z]+)|([A-Za-z]+)\s*(?:=|:|\()\s*(\d)\b")


class EncodedArguments(Struct):
    """Argument paths to values, the criteria that they express in full, and warnings about the others."""

    values: dict[str, JsonValue] = field(default_factory=dict)
    pushed_down: set[str] = field(default_factory=set)
    warnings: list[str] = field(default_factory=list)

    def put(self, argument: Argument, value: JsonValue) -> bool:
        """Send ``value`` if the argument takes it, in the form that it takes."""
        fit = argument.fit(value)
        if fit is None:
            return False
        self.values[argument.path] = fit
        return True


def encode(criteria: TicketSearchCriteria, concepts: Mapping[str, Argument], language: str | None) -> EncodedArguments:
    """Encode ``criteria`` as the arguments that ``concepts`` names."""
    encoded = EncodedArguments()
    if "native" in concepts and (criteria.native or "text" not in concepts):
        _encode_native(criteria, concepts["native"], language, encoded)
    if criteria.native and "native" in encoded.pushed_down:
        return encoded
    if (
        "text" in concepts
        and criteria.text
        and "text" not in encoded.pushed_down
        and encoded.put(concepts["text"], words_for(criteria.text, concepts["text"].schema))
    ):
        encoded.pushed_down.add("text")
    for name in _VALUES:
        if name in concepts and getattr(criteria, name) and name not in encoded.pushed_down:
            _encode_field(name, criteria, concepts, encoded)
    _encode_openness(criteria, concepts.get("status"), encoded)
    for name in DATE_FIELDS:
        if name in concepts and getattr(criteria, name) and name not in encoded.pushed_down:
            _encode_date(name, getattr(criteria, name), concepts[name], encoded)
    _encode_me(criteria, concepts, encoded)
    _encode_sort(criteria, concepts, encoded)
    return encoded


def _encode_native(
    criteria: TicketSearchCriteria, argument: Argument, language: str | None, encoded: EncodedArguments
) -> None:
    query, pushed_down = encode_in_language(criteria, language)
    if query and encoded.put(argument, query):
        encoded.pushed_down |= pushed_down


def _encode_field(
    name: str, criteria: TicketSearchCriteria, concepts: Mapping[str, Argument], encoded: EncodedArguments
) -> None:
    argument = concepts[name]
    wanted: Sequence[str] = getattr(criteria, name)
    if CRITERIA_BY_NAME[name].kind is CriterionKind.PERSON and not {ME, UNASSIGNED}.isdisjoint(wanted):
        return
    if name == "project" and "repo_owner" in concepts:
        if len(wanted) == 1:
            _encode_repository(wanted[0], argument, concepts["repo_owner"], encoded)
        return
    words = [_word_for(word, argument, encoded, name) for word in wanted]
    if any(word is None for word in words):
        return
    if _put_all(argument, words, encoded):
        encoded.pushed_down.add(name)
    elif name == "labels" and encoded.put(argument, words[0]):
        pass  # all labels are wanted: one of them narrows the search, and the rest is sorted out here


def _encode_openness(criteria: TicketSearchCriteria, argument: Argument | None, encoded: EncodedArguments) -> None:
    """The allowed statuses of that kind, where the argument lists its values and no status is asked for by name.

    They are sent together or not at all; nor are they where it is not known of each of them what kind it is.
    """
    if argument is None or not criteria.openness or argument.path in encoded.values:
        return
    whole = everything(argument.values)
    values = [value for value in argument.values if isinstance(value, str) and value and value != whole]
    kinds = {value: closed_by_words(value) for value in values}
    fitting = [value for value, closed in kinds.items() if closed is (criteria.openness == CLOSED)]
    if not fitting or len(fitting) == len(values) or None in kinds.values():
        return
    if _put_all(argument, fitting, encoded):
        encoded.pushed_down.add("openness")


def _encode_repository(project: str, repository: Argument, owner: Argument, encoded: EncodedArguments) -> None:
    """``owner/name`` in two arguments."""
    before, slash, name = project.rpartition("/")
    owner_is_sent = not slash or encoded.put(owner, before)
    if encoded.put(repository, name) and owner_is_sent:
        encoded.pushed_down.add("project")


def _put_all(argument: Argument, words: Sequence[JsonValue], encoded: EncodedArguments) -> bool:
    if argument.takes_list and encoded.put(argument, list(words)):
        return True
    if len(words) == 1:
        return encoded.put(argument, words[0])
    joined = ",".join(str(word) for word in words)
    return not argument.values and bool(_COMMA.search(argument.description)) and encoded.put(argument, joined)


def _word_for(word: str, argument: Argument, encoded: EncodedArguments, name: str) -> JsonValue:
    """``word`` as the argument takes it: a value of its enum, a number, an id; None where it takes none of these."""
    if argument.values:
        found = match_value(word, argument.values)
        if found is None:
            shown = ", ".join(str(value) for value in argument.values[:12])
            encoded.warnings.append(f"This server knows no {name} {word!r}; it knows: {shown}.")
        return found
    kinds = argument.item_kinds or argument.kinds
    if kinds and kinds <= {"integer", "number"}:
        return int(word) if word.isdecimal() and len(word) < len("1000000000") else _level(word, argument.description)
    says = _ELSEWHERE.sub("", argument.description)
    is_person = CRITERIA_BY_NAME[name].kind is CriterionKind.PERSON
    wants_id = (argument.words[-1:] in (("id",), ("ids",)) and name != "project") or (
        is_person and _IDS_ALONE.search(says) is not None
    )
    if wants_id and not _ID_LIKE.fullmatch(word) and not _TAKES_NAMES.search(says):
        return None
    return word


def _level(word: str, description: str) -> JsonValue:
    """The number that a description gives ``word``: ``0=none, 1=urgent`` or ``urgent (1)``."""
    for match in _LEVEL.finditer(description[:2000]):
        number, name = (match[1], match[2]) if match[1] else (match[4], match[3])
        if name.casefold() == word.casefold():
            return int(number)
    return None


def _encode_date(name: str, bound: DateBound, argument: Argument, encoded: EncodedArguments) -> None:
    value = date_argument(bound.moment, argument.schema, upper=CRITERIA_BY_NAME[name].match is Match.BEFORE)
    if encoded.put(argument, value) and is_exact_date(bound.moment, value):
        encoded.pushed_down.add(name)


def _encode_me(criteria: TicketSearchCriteria, concepts: Mapping[str, Argument], encoded: EncodedArguments) -> None:
    if criteria.assignee != (ME,) or "assignee" in encoded.pushed_down:
        return
    if "mine" in concepts and encoded.put(concepts["mine"], _YES):
        encoded.pushed_down.add("assignee")
        return
    argument = concepts.get("assignee")
    match = _ME_WORDS.search(_ELSEWHERE.sub("", argument.description)) if argument else None
    allowed = match_value(ME, argument.values) if argument and argument.values else None
    word = allowed if allowed is not None else match[1] if match else None
    if argument and word is not None and _put_all(argument, [word], encoded):
        encoded.pushed_down.add("assignee")
        return
    encoded.warnings.append("This server cannot be asked for your own tickets; name yourself as the assignee instead.")


def _encode_sort(criteria: TicketSearchCriteria, concepts: Mapping[str, Argument], encoded: EncodedArguments) -> None:
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
        encoded.values[argument.path] = whole
        encoded.pushed_down.add("sort")
        return
    chosen = next((values[name] for name in names if name in values), None)
    way = match_value("desc" if descending else "asc", order.values) if order else None
    if chosen is not None and order is not None and way is not None:
        encoded.values |= {argument.path: chosen, order.path: way}
        encoded.pushed_down.add("sort")


JQL, GITHUB, RT = "JQL", "GitHub search", "RT query"


def encode_in_language(criteria: TicketSearchCriteria, language: str | None) -> tuple[str, frozenset[str]]:
    """``criteria`` as a query, and the names of the fields that it expresses in full.

    A native query is sent as it is, in whatever language. In an unknown language no criterion can be expressed.
    """
    if criteria.native:
        return criteria.native, frozenset({"native"})
    if language == JQL:
        return jql.jql(criteria), jql.pushed_down_fields(criteria)
    if language == GITHUB:
        return github_query.github_query(criteria), github_query.pushed_down_fields(criteria)
    if language == RT:
        return " AND ".join(_rt_conditions(criteria)) or "id > 0", criteria.used_fields() & _IN_RT
    return "", frozenset()


_IN_RT = frozenset({"text", "status", "assignee", "project", *DATE_FIELDS}) - {"due_after", "due_before"}


def _rt_conditions(criteria: TicketSearchCriteria) -> Iterator[str]:
    """TicketSQL (https://docs.bestpractical.com/rt/latest/query_builder.html), as Request Tracker takes it."""
    for words in map(_quoted, searched_words(criteria.text)):
        yield f"(Subject LIKE {words} OR Content LIKE {words})"
    if criteria.status:
        yield _any_in_rt("Status", criteria.status)
    if criteria.assignee:
        meant = {ME: "__CurrentUser__", UNASSIGNED: "Nobody"}
        yield _any_in_rt("Owner", [meant.get(person, person) for person in criteria.assignee])
    if criteria.project:
        yield _any_in_rt("Queue", criteria.project)
    if criteria.created_after:
        yield f"Created >= {_rt_moment(criteria.created_after.moment)}"
    if criteria.created_before:
        yield f"Created < {_rt_moment(criteria.created_before.moment)}"
    if criteria.updated_after:
        yield f"LastUpdated >= {_rt_moment(criteria.updated_after.moment)}"
    if criteria.updated_before:
        yield f"LastUpdated < {_rt_moment(criteria.updated_before.moment)}"


def _any_in_rt(field: str, values: Sequence[str]) -> str:
    conditions = [f"{field} = {_quoted(value)}" for value in values]
    return conditions[0] if len(conditions) == 1 and field != "Status" else f"({' OR '.join(conditions)})"


def _quoted(text: str) -> str:
    plain = "".join(character if character.isprintable() else " " for character in text)
    return "'" + plain.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _rt_moment(moment: datetime) -> str:
    return f"'{moment:%Y-%m-%d %H:%M:%S}'"
