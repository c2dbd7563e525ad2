"""Arguments besides the criteria: what a tool requires, what opens it to all tickets, the format of its answer, the
project a ticket is in.

Invariant: no value is made up, and no value that a schema offers is sent where it may mean to write. An argument that
is required and that neither criteria nor profile nor schema supply is reported by name, with the lines of configuration
that supply it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tui_app.adapters.auto.encoding import EncodedArguments
from tui_app.adapters.auto.flat_arguments import Argument, everything, match_value
from tui_app.adapters.auto.places import names_a_folder
from tui_app.adapters.auto.roles import Role
from tui_app.adapters.auto.tool_variants import ToolVariant
from tui_app.adapters.base import TicketReference
from tui_app.adapters.reading.field_names import PLACES, PLURALS, TICKET_NOUNS, plain_name, plural, singular
from tui_app.adapters.safety.gate import name_may_write
from tui_app.adapters.safety.verbs import split_words
from tui_app.adapters.tool_arguments import words_for
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import MCPToolError
from tui_app.tickets.fields import FIELDS_BY_NAME
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.vocabulary import closed_by_words

_QUOTED_ALL = re.compile(r"['\"`](\*|all|any)['\"`]", re.IGNORECASE)
_MOST_CHOICES = 12  # named in a message
_YES: JsonValue = True
_BLANK = " "  # words are required and the search has none: a space is in nearly every title
_STATE_CONCEPTS = ("status", "scope")


def add_other_arguments(role: Role, criteria: TicketSearchCriteria, encoded: EncodedArguments) -> None:
    """Add to ``encoded`` what a search with ``role`` needs besides its criteria."""
    concepts = role.concepts
    for concept in _STATE_CONCEPTS:
        argument = concepts.get(concept)
        if (
            argument is not None
            and argument.path not in encoded.values
            and not (concept == "status" and "native" in encoded.pushed_down)
        ):
            _open_up(argument, encoded)
    for concept in ("all_states", "with_total"):
        if concept in concepts and concepts[concept].path not in encoded.values:
            encoded.put(concepts[concept], _YES)
    ask_for_json(concepts, encoded)
    for argument in role.variant.arguments:
        if argument.path not in encoded.values and argument.is_needed(encoded.values):
            _fill_required(argument, role, criteria, encoded)


def drop_broken(arguments: Sequence[Argument], concepts: Mapping[str, Argument], encoded: EncodedArguments) -> None:
    """Remove optional objects that lack something they require, and the criteria that they expressed."""
    for _ in arguments:
        broken = next((a.required_in for a in arguments if a.required_in and _is_lacking(a, encoded.values)), None)
        if broken is None:
            return
        for path in [path for path in encoded.values if path.startswith(broken)]:
            del encoded.values[path]
            encoded.pushed_down -= {name for name, argument in concepts.items() if argument.path == path}
            if "native" in concepts and concepts["native"].path == path:
                encoded.pushed_down.clear()


def _is_lacking(argument: Argument, values: Mapping[str, JsonValue]) -> bool:
    return argument.path not in values and argument.is_needed(values)


def ask_for_json(concepts: Mapping[str, Argument], encoded: EncodedArguments) -> None:
    """Data rather than text for people, where the tool offers both."""
    argument = concepts.get("format")
    value = match_value("json", argument.values) if argument and argument.values else None
    if argument is not None and value is not None:
        encoded.put(argument, value)


def _open_up(argument: Argument, encoded: EncodedArguments) -> None:
    """Ask for all tickets where the argument has a word for that, since its default may hide some."""
    value = everything(argument.values)
    if value is None and not argument.values:
        quoted = _QUOTED_ALL.search(argument.description)
        value = quoted[1] if quoted else None
    if value is not None and value != argument.default:
        encoded.put(argument, [value] if argument.takes_list and not argument.takes_scalar else value)
    elif value is None and _lists_some_by_default(argument):
        encoded.put(argument, [*argument.values])


def _lists_some_by_default(argument: Argument) -> bool:
    """Whether a list of states, some of which are closed, has a default: those that are not in it are hidden."""
    defaults = (argument.default, *(member.default for member in argument.members))
    return (
        argument.takes_list
        and any(default is not None for default in defaults)
        and any(map(_is_closed, argument.values))
    )


def _is_closed(value: JsonValue) -> bool:
    return isinstance(value, str) and closed_by_words(value) is True


def _fill_required(argument: Argument, role: Role, criteria: TicketSearchCriteria, encoded: EncodedArguments) -> None:
    concepts, blank = role.concepts, role.blank
    offered = [argument.default, *(argument.values if len(argument.values) == 1 else ())]
    candidates = [value for value in offered if not _orders_to_write(value)]
    concept = next((name for name, taken in concepts.items() if taken.path == argument.path), "")
    if concept in ("text", "title"):
        candidates += (
            [*filter(None, [blank]), "", _BLANK] if not criteria.text else [words_for(criteria.text, argument.schema)]
        )
    elif concept in ("sort", "order", "format"):
        candidates += [value for value in argument.values if not _orders_to_write(value)][:1]
    elif concept in ("offset", "page"):
        candidates.append(0 if concept == "offset" else 1)
    elif argument.kinds == {"boolean"}:
        candidates.append(False)
    if not criteria.text or concept not in ("text", "title"):
        candidates += ticket_values(argument)
        whole = everything(argument.values)
        candidates += [] if _orders_to_write(whole) else [whole]
    for value in candidates:
        if value is not None and encoded.put(argument, value):
            return


def _orders_to_write(value: JsonValue) -> bool:
    return isinstance(value, str) and name_may_write(split_words(value), strong_only=True)


def ticket_values(argument: Argument) -> list[JsonValue]:
    """The values that mean tickets, what is mostly called so first: a task is before a feature. None where they are
    kinds of tickets (``bug``, ``feature``, ``chore``), all of which are asked for in turn."""
    words = [value for value in argument.values if isinstance(value, str)]
    nouns = ((PLURALS.get(word.lower(), word.lower()), word) for word in words)
    ranked = sorted((TICKET_NOUNS.index(noun), word) for noun, word in nouns if noun in TICKET_NOUNS)
    are_kinds = len(ranked) > 1 and not any(map(_names_a_place, words))
    return [] if are_kinds else [word for _, word in ranked]


def _names_a_place(value: str) -> bool:
    return not PLACES.isdisjoint(split_words(value))


def missing_arguments(role: Role, values: Mapping[str, JsonValue]) -> list[Argument]:
    """The arguments that the tool requires and ``values`` (by path) does not hold."""
    return [argument for argument in role.variant.arguments if _is_lacking(argument, values)]


def missing_error(
    variant: ToolVariant, missing: Iterable[Argument], role: str, choices: Mapping[str, tuple[str, ...]]
) -> MCPToolError:
    """The error for required arguments that nothing fills; ``choices``: known possible values, by path."""
    wanted = list(missing)
    names = " and ".join(repr(argument.path) for argument in wanted)
    lines = "\n".join(f"{_toml_key(argument.path)} = {_example(argument, choices)}" for argument in wanted)
    details = " ".join(argument.description.strip().split("\n")[0][:200] for argument in wanted if argument.description)
    for argument in wanted:
        if choices.get(argument.path):
            details += f" There are: {', '.join(choices[argument.path][:_MOST_CHOICES])}."
    places = {variant.concepts[concept].path for concept in ("project", "repo_owner") if concept in variant.concepts}
    beside = "Give a project, or add" if any(argument.path in places for argument in wanted) else "Add"
    return MCPToolError(
        f"The tool {variant.tool.name!r} requires {names}, which a search does not supply."
        f"{f' {details}' if details else ''}",
        title="The server needs more arguments",
        hint=f"{beside} to the config file, with your own value:\n[profiles.NAME.map.{role}.arguments]\n{lines}",
    )


def _toml_key(path: str) -> str:
    return f'"{path}"' if "." in path else path


def _example(argument: Argument, choices: Mapping[str, tuple[str, ...]]) -> str:
    if choices.get(argument.path):
        return f'"{choices[argument.path][0]}"'
    if argument.values:
        return f'"{argument.values[0]}"' if isinstance(argument.values[0], str) else str(argument.values[0]).lower()
    if argument.kinds and argument.kinds <= {"integer", "number"}:
        return "1"
    if argument.kinds == {"boolean"}:
        return "true"
    example = "/path" if names_a_folder(argument) else next(iter(argument.words), "")
    return f'["{example}"]' if argument.takes_list and not argument.takes_scalar else f'"{example}"'


_REPOSITORY = re.compile(
    r"https?://[^/]+/(?:api/v\d/)?(?:repos/)?([\w.-]{1,100})/([\w.-]{1,100})(?:/(?:issues|pulls?)\b|/?$)"
)
_LISTED = ("comments", "history", "attachments")
_DETAIL_FLAGS = frozenset(("include", "with", "show", "fetch", "return"))
_DETAILS = frozenset(word for name in (*_LISTED, "description") for word in FIELDS_BY_NAME[name].words)
_LISTS = frozenset(("include", "expand", "includes", "with", "embed"))
_WANTED_PARTS = tuple(form for name in _LISTED for word in FIELDS_BY_NAME[name].words for form in (plural(word), word))
_PROJECT_IDS = ("projectid", "project", "repositoryid", "repository")


def place_arguments(role: Role, reference: TicketReference) -> dict[str, JsonValue]:
    """Required arguments that the ticket's row answers: a project's id, a repository. A plain ``id`` beside another
    argument that names the ticket is its project's."""
    row = {**_repository(reference.lookup), **{plain_name(name): value for name, value in reference.lookup.items()}}
    found: dict[str, JsonValue] = {}
    for argument in role.variant.arguments:
        name = plain_name(argument.name)
        names = _PROJECT_IDS if name == "id" and role.id_argument is not None else (name,)
        value = next((row[name] for name in names if row.get(name) is not None), None)
        if (
            (argument.required or argument is role.concepts.get("repo_owner"))
            and argument is not role.id_argument
            and value is not None
            and argument.fit(value) is not None
        ):
            found[argument.path] = argument.fit(value)
    return found


def place_values(role: Role, arguments: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The project or repository that a search with ``arguments`` (by path) was limited to, by argument name."""
    places = [role.concepts[concept] for concept in ("project", "repo_owner") if concept in role.concepts]
    found = {argument.name: arguments[argument.path] for argument in places if argument.path in arguments}
    return {name: value for name, value in found.items() if isinstance(value, (str, int))}


def _repository(lookup: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Owner and name of the repository in the row's addresses."""
    for value in lookup.values():
        match = _REPOSITORY.match(value) if isinstance(value, str) else None
        if match:
            return {"owner": match[1], "repo": match[2], "repository": match[2], "org": match[1]}
    return {}


def detail_arguments(role: Role) -> dict[str, JsonValue]:
    """Flags and lists that ask for comments, history and attachments along with the ticket."""
    found: dict[str, JsonValue] = {}
    for argument in role.variant.arguments:
        words = set(argument.words)
        if "boolean" in argument.kinds and words & _DETAIL_FLAGS and set(map(singular, words)) & _DETAILS:
            found[argument.path] = True
        elif words <= _LISTS and words and argument.values:
            parts: list[JsonValue] = [
                value for value in (match_value(part, argument.values) for part in _WANTED_PARTS) if value is not None
            ]
            if parts and argument.fit(parts if argument.takes_list else parts[0]) is not None:
                found[argument.path] = argument.fit(parts if argument.takes_list else parts[0])
    return found
