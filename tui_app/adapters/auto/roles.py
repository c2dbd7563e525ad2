"""The tools in use, each with its arguments: what discovery found, overridden by the profile's map.

Invariant: every argument that a role names is declared by its tool. What a profile's map says wins; a tool that it
names must exist, and must not be one whose name says that it writes.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.adapters.auto.concepts import language_of
from tui_app.adapters.auto.discovery import DiscoveredTools
from tui_app.adapters.auto.flat_arguments import Argument, arguments_of
from tui_app.adapters.auto.id_argument import find_id_argument
from tui_app.adapters.auto.tool_variants import ToolVariant, is_action_argument
from tui_app.adapters.base import ServerDescription
from tui_app.adapters.mapping import MAPPED_CRITERIA, MapTable, ToolTable
from tui_app.adapters.safety.gate import action_may_write, contradiction
from tui_app.mcp_client.types import Tool
from tui_app.tickets.errors import ConfigError
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.vocabulary import closed_by_words


class Role(Struct, frozen=True):
    """One tool in use. ``constants`` are sent with every call; ``id_argument`` takes the ticket's id."""

    variant: ToolVariant
    constants: Mapping[str, JsonValue] = field(default_factory=dict)
    concepts: Mapping[str, Argument] = field(default_factory=dict)
    id_argument: Argument | None = None
    refused: frozenset[str] = frozenset()
    """Paths of arguments that the server refused, although the tool declares them."""
    blank: str = ""
    """What to search for where words are required and there are none."""

    @property
    def tool(self) -> str:
        return self.variant.tool.name

    def without(self, paths: frozenset[str]) -> Role:
        """This role, never sending the arguments at ``paths``."""
        refused = self.refused | paths
        concepts = {name: argument for name, argument in self.concepts.items() if argument.path not in refused}
        return replace(self, concepts=concepts, refused=refused)

    @property
    def language(self) -> str | None:
        """The query language that it takes."""
        argument = self.concepts.get("native")
        return language_of(argument, self.variant.tool.description) if argument else None

    def made(self, arguments: Mapping[str, JsonValue]) -> bool:
        """Whether a call of this tool with ``arguments`` (by path) is one of this role."""
        return all(arguments.get(path) == value for path, value in self.constants.items())

    def table(self, kind: str) -> ToolTable:
        """This role in the form of a profile's map."""
        if kind.endswith("search"):
            return ToolTable(
                self.tool,
                self.constants,
                {name: self.concepts[name].path for name in MAPPED_CRITERIA if name in self.concepts},
            )
        return ToolTable(self.tool, self.constants, {}, self.id_argument.path if self.id_argument else "")


class Candidate(Struct, frozen=True):
    """A tool that may have the tickets."""

    role: Role
    likely: bool
    """Its name or description says so."""
    unlikely: bool = False
    """Its name says that it lists something else."""


class Roles(Struct, frozen=True):
    """All tools in use."""

    search: Role
    text_search: Role | None
    get: Role | None
    comments: Role | None
    values: Mapping[str, Role]
    map: MapTable
    candidates: tuple[Candidate, ...] = ()
    """What to try in order to find out which tool has the tickets, likeliest first; empty where the map says it."""
    getters: tuple[Role, ...] = ()
    """What may open a ticket, likeliest first; ``get`` is the first of them."""
    variants: tuple[ToolVariant, ...] = ()
    """Everything that only reads."""
    server: ServerDescription | None = None
    """Whose tools these are."""
    declined: str = ""
    """The tool that the user does not want to be called."""

    @property
    def closed_elsewhere(self) -> str:
        """The tool that lists closed tickets apart: called as the one in use and, besides, by a word for closed."""
        own = set(self.search.variant.words)
        for variant in self.variants:
            further = set(variant.words) - own
            if own < set(variant.words) and all(map(closed_by_words, further)) and not missing_of(Role(variant)):
                return variant.tool.name
        return ""

    def searching_with(self, role: Role) -> Roles:
        """These roles with ``role`` as the tool that has the tickets."""
        if {"text", "native"} & role.concepts.keys() and not missing_of(role):
            return replace(self, search=role, text_search=None)
        takes_words = (
            candidate.role
            for candidate in self.candidates
            if candidate.likely
            and candidate.role.tool != role.tool
            and {"text", "native"} & candidate.role.concepts.keys()
        )
        return replace(self, search=role, text_search=next((r for r in takes_words if not missing_of(r)), None))

    def in_force(self) -> MapTable:
        """The mapping in force, in the form of a profile's map."""
        return replace(
            self.map,
            **{
                kind: role.table(kind)
                for kind in ("search", "text_search", "get", "comments")
                if (role := getattr(self, kind)) is not None
            },
            values={name: role.tool for name, role in self.values.items() if name != "any"},
            arguments={},
        )


def assign_roles(description: ServerDescription, found: DiscoveredTools, table: MapTable) -> Roles | None:
    """The tools in use; None where none searches.

    Raises:
        ConfigError: the map names a tool or an argument that the server does not have, or a tool that writes.
    """
    tools = {tool.name: tool for tool in description.tools}
    search = _role(tools, found.search or next((variant for variant, _ in found.others), None), table, "search")
    if search is None:
        return None
    values = dict(found.values) | {
        name: ToolVariant(_tool(tools, tool, "values", table)) for name, tool in table.values.items()
    }
    own_search = bool(table.search.tool or table.search.arguments or table.search.criteria)
    ranked = [(variant, True, False) for variant in found.searches]
    ranked += [(variant, False, unlikely) for variant, unlikely in found.others]
    candidates = [
        Candidate(role, likely, unlikely)
        for variant, likely, unlikely in ([] if own_search else ranked)
        if (role := _role(tools, variant, table, "search")) is not None
    ]
    text_search = None if table.search.tool and not table.text_search.tool else found.text_search
    get = _role(tools, found.get, table, "get")
    getters = [_role(tools, variant, table, "get") for variant in (() if table.get.tool else found.getters)]
    return Roles(
        search,
        _role(tools, text_search, table, "text_search"),
        get,
        _role(tools, found.comments, table, "comments"),
        {name: Role(variant, _constants(variant, table, ToolTable(), "values")) for name, variant in values.items()},
        table,
        tuple(candidates),
        tuple(filter(None, getters or [get])),
        found.variants,
    )


def missing_of(role: Role) -> list[Argument]:
    """The arguments that ``role`` requires and a search without criteria does not fill."""
    return [argument for argument in role.variant.unfilled() if argument.path not in role.constants]


def _role(tools: Mapping[str, Tool], found: ToolVariant | None, table: MapTable, kind: str) -> Role | None:
    own: ToolTable = getattr(table, kind)
    variant = found
    if own.tool and (found is None or found.tool.name != own.tool or _repins(found, own)):
        variant = ToolVariant(_tool(tools, own.tool, kind, table))
    if variant is None:
        return None
    if kind != "search" and not own.arguments:
        own = replace(own, arguments=_shared(table.search.arguments, variant))
    concepts = dict(variant.concepts)
    for name, path in own.criteria.items():
        if path is None:
            concepts.pop(name, None)
        else:
            concepts[name] = _argument(variant, path, f"{kind}.criteria")
    id_argument = _argument(variant, own.id, kind) if own.id else find_id_argument(variant.arguments)
    if kind == "get" and (id_argument is None or not id_argument.required):
        id_argument = variant.sole_argument or id_argument
    constants = _constants(variant, table, own, kind)
    return Role(variant, constants, {n: a for n, a in concepts.items() if a.path not in constants}, id_argument)


def _repins(found: ToolVariant, own: ToolTable) -> bool:
    return any(path in own.arguments and own.arguments[path] != value for path, value in found.constants.items())


def _shared(arguments: Mapping[str, JsonValue], variant: ToolVariant) -> dict[str, JsonValue]:
    """The search's fixed arguments that this tool takes too (a workspace, a root), without the search's own action."""
    known = {argument.path: argument for argument in variant.arguments}
    return {
        path: value for path, value in arguments.items() if path in known and not is_action_argument(known[path])
    }  # fmt: skip


def _constants(variant: ToolVariant, table: MapTable, own: ToolTable, kind: str) -> dict[str, JsonValue]:
    """What is sent with every call; the map's values must fit the schema, and must not make the tool write."""
    declared = {argument.path: argument for argument in arguments_of(variant.tool)}
    constants = dict(variant.constants)
    for path, value in table.arguments.items():
        if path in declared and declared[path].fit(value) is not None:
            constants[path] = declared[path].fit(value)
    for path, value in own.arguments.items():
        argument = _argument(variant, path, f"{kind}.arguments")
        fit = argument.fit(value)
        if fit is None:
            raise ConfigError(
                f"[profiles.NAME.map.{kind}.arguments] {path}: {variant.tool.name!r} does not take {value!r}.",
                hint=f"It takes {_takes(argument)}.",
                field="map",
            )
        if is_action_argument(argument) and isinstance(fit, str) and action_may_write(fit):
            raise ConfigError(
                f"[profiles.NAME.map.{kind}.arguments] {path} = {fit!r} would change tickets.",
                hint="Only actions that read are used.",
                field="map",
            )
        constants[path] = fit
    return constants


def _takes(argument: Argument) -> str:
    if argument.values:
        return "one of " + ", ".join(str(value) for value in argument.values)
    return " or ".join(sorted(argument.kinds)) or "something else"


def _argument(variant: ToolVariant, path: str, where: str) -> Argument:
    for argument in variant.arguments:
        if argument.path == path:
            return argument
    names = ", ".join(argument.path for argument in variant.arguments) or "none"
    raise ConfigError(
        f"[profiles.NAME.map.{where}] names the argument {path!r}, which {variant.tool.name!r} does not have.",
        hint=f"It has: {names}.",
        field="map",
    )


def _tool(tools: Mapping[str, Tool], name: str, kind: str, table: MapTable) -> Tool:
    if name not in tools:
        raise ConfigError(
            f"[profiles.NAME.map.{kind}] names the tool {name!r}, which the server does not have.",
            hint=f"It has: {', '.join(sorted(tools))}.",
            field="map",
        )
    tool, despite_hints = tools[name], name in table.reads
    has_actions = any(map(is_action_argument, arguments_of(tool)))
    reason = None if has_actions else contradiction(tool, {}, despite_hints=despite_hints)
    if reason:
        is_hint = contradiction(tool, {}, despite_hints=True) is None
        line = f'[profiles.NAME.map] reads = ["{name}"]'
        raise ConfigError(
            f"[profiles.NAME.map.{kind}] names the tool {name!r}, which changes tickets: {reason}.",
            hint=f"If you know that it only reads all the same, say so in the profile: {line}"
            if is_hint
            else "Only tools that read are called.",
            field="map",
        )
    return tool
