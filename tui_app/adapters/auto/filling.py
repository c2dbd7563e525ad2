"""Arguments besides the criteria: what a tool requires, what opens it to all tickets, in which form it shall answer.

Invariant: nothing is made up, and no word that a schema offers is sent where it reads like an order to write. An
argument that is required and that neither criteria nor profile nor schema fill is reported by name, with the lines of
configuration that supply it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tui_app.adapters.auto.arguments import Argument
from tui_app.adapters.auto.matching_values import everything, match_value
from tui_app.adapters.auto.roles import Role
from tui_app.adapters.auto.saying import Said
from tui_app.adapters.auto.uses import Use
from tui_app.adapters.auto.words import ALWAYS_WRITING, PLURALS, TICKET_NOUNS, split_words
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import MCPToolError
from tui_app.tickets.ticket import JsonValue

_QUOTED_ALL = re.compile(r"['\"`](\*|all|any)['\"`]", re.IGNORECASE)
_MOST_CHOICES = 12  # named in a message
_YES: JsonValue = True
_BLANK = " "  # words are required and none are given: a space is in nearly every title
_EXAMPLES = (
    (frozenset(("root", "path", "dir", "directory", "folder", "file")), "/path"),
    (frozenset(("repo", "repository")), "repository"),
    (frozenset(("owner", "org", "organization")), "owner"),
    (frozenset(("url", "host")), "https://tracker.example.com"),
)
_STATE_CONCEPTS = ("status", "scope")


def fill(use: Use, concepts: Mapping[str, Argument], criteria: TicketSearchCriteria, said: Said) -> None:
    """Add to ``said`` what the search with ``use`` needs besides its criteria."""
    for concept in _STATE_CONCEPTS:
        argument = concepts.get(concept)
        if (
            argument is not None
            and argument.path not in said.values
            and not (concept == "status" and "native" in said.honoured)
        ):
            _open_up(argument, said)
    for concept in ("all_states", "with_total"):
        if concept in concepts and concepts[concept].path not in said.values:
            said.put(concepts[concept], _YES)
    ask_for_json(concepts, said)
    for argument in use.arguments:
        if argument.path not in said.values and argument.is_needed(said.values):
            _fill_required(argument, concepts, criteria, said)


def drop_broken(arguments: Sequence[Argument], concepts: Mapping[str, Argument], said: Said) -> None:
    """Take back what lies in an optional object that lacks something it requires, and what was said by it."""
    for _ in arguments:
        broken = next((a.required_in for a in arguments if a.required_in and _is_lacking(a, said.values)), None)
        if broken is None:
            return
        for path in [path for path in said.values if path.startswith(broken)]:
            del said.values[path]
            said.honoured -= {name for name, argument in concepts.items() if argument.path == path}
            if "native" in concepts and concepts["native"].path == path:
                said.honoured.clear()


def _is_lacking(argument: Argument, values: Mapping[str, JsonValue]) -> bool:
    return argument.path not in values and argument.is_needed(values)


def ask_for_json(concepts: Mapping[str, Argument], said: Said) -> None:
    """Data rather than text for people, where the tool offers both."""
    argument = concepts.get("format")
    value = match_value("json", argument.values) if argument and argument.values else None
    if argument is not None and value is not None:
        said.put(argument, value)


def _open_up(argument: Argument, said: Said) -> None:
    """Ask for all tickets where the argument has a word for that, since its default may hide some."""
    value = everything(argument.values)
    if value is None and not argument.values:
        quoted = _QUOTED_ALL.search(argument.description)
        value = quoted[1] if quoted else None
    if value is not None and value != argument.default:
        said.put(argument, [value] if argument.takes_list and not argument.takes_scalar else value)


def _fill_required(
    argument: Argument, concepts: Mapping[str, Argument], criteria: TicketSearchCriteria, said: Said
) -> None:
    offered = [argument.default, *(argument.values if len(argument.values) == 1 else ())]
    candidates = [value for value in offered if not _orders_to_write(value)]
    concept = next((name for name, taken in concepts.items() if taken.path == argument.path), "")
    if concept in ("text", "title"):
        candidates += ["", _BLANK] if not criteria.text else [criteria.text]
    elif concept == "kind":
        candidates += [value for value in argument.values if _means_tickets(value)]
    elif concept in ("sort", "order", "format"):
        candidates += argument.values[:1]
    elif concept in ("offset", "page"):
        candidates.append(0 if concept == "offset" else 1)
    elif argument.kinds == {"boolean"}:
        candidates.append(False)
    for value in candidates:
        if value is not None and said.put(argument, value):
            return


def _orders_to_write(value: JsonValue) -> bool:
    return isinstance(value, str) and not ALWAYS_WRITING.isdisjoint(split_words(value))


def _means_tickets(value: JsonValue) -> bool:
    return isinstance(value, str) and PLURALS.get(value.lower(), value.lower()) in TICKET_NOUNS


def lacking(role: Role, values: Mapping[str, JsonValue]) -> list[Argument]:
    """The arguments that the tool requires and ``values`` (by path) does not hold."""
    return [argument for argument in role.use.arguments if _is_lacking(argument, values)]


def missing_error(
    use: Use, missing: Iterable[Argument], role: str, choices: Mapping[str, tuple[str, ...]]
) -> MCPToolError:
    """The error for required arguments that nothing fills; ``choices`` says what there is, as far as that is known."""
    wanted = list(missing)
    names = " and ".join(repr(argument.path) for argument in wanted)
    lines = "\n".join(f"{_toml_key(argument.path)} = {_example(argument, choices)}" for argument in wanted)
    told = " ".join(argument.description.strip().split("\n")[0][:200] for argument in wanted if argument.description)
    for argument in wanted:
        if choices.get(argument.path):
            told += f" There are: {', '.join(choices[argument.path][:_MOST_CHOICES])}."
    places = {use.concepts[concept].path for concept in ("project", "repo_owner") if concept in use.concepts}
    beside = "Give a project, or add" if any(argument.path in places for argument in wanted) else "Add"
    return MCPToolError(
        f"The tool {use.tool.name!r} requires {names}, which a search does not say.{f' {told}' if told else ''}",
        title="The server needs to be told more",
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
    words = set(argument.words)
    example = next(
        (example for known, example in _EXAMPLES if known & words), argument.words[0] if argument.words else ""
    )
    return f'["{example}"]' if argument.takes_list and not argument.takes_scalar else f'"{example}"'
