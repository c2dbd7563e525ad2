"""The tools in use, each with its arguments: what discovery found, with the profile's map laid over it.

Invariant: every argument that a role names is declared by its tool. What a profile's map says wins; a tool that it
names must exist, and must not be one whose name says that it writes.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.adapters.auto.arguments import Argument, arguments_of
from tui_app.adapters.auto.concepts import language_of
from tui_app.adapters.auto.discovery import Found
from tui_app.adapters.auto.identity import id_argument
from tui_app.adapters.auto.safety import words_may_write
from tui_app.adapters.auto.uses import Use, is_action
from tui_app.adapters.auto.words import ALWAYS_WRITING, split_words
from tui_app.adapters.base import ServerDescription
from tui_app.adapters.mapping import CRITERIA, MapTable, ToolTable
from tui_app.mcp_client.types import Tool
from tui_app.tickets.errors import ConfigError
from tui_app.tickets.ticket import JsonValue


class Role(Struct, frozen=True):
    """One tool in use. ``constants`` are sent with every call; ``identity`` takes the ticket's id."""

    use: Use
    constants: Mapping[str, JsonValue] = field(default_factory=dict)
    concepts: Mapping[str, Argument] = field(default_factory=dict)
    identity: Argument | None = None

    @property
    def tool(self) -> str:
        return self.use.tool.name

    @property
    def language(self) -> str | None:
        """The query language that it takes."""
        argument = self.concepts.get("native")
        return language_of(argument, self.use.tool.description) if argument else None

    def made(self, arguments: Mapping[str, JsonValue]) -> bool:
        """Whether a call of this tool with ``arguments`` (by path) is one of this role."""
        return all(arguments.get(path) == value for path, value in self.constants.items())

    def table(self, kind: str) -> ToolTable:
        """This role in the form of a profile's map."""
        if kind.endswith("search"):
            return ToolTable(
                self.tool,
                self.constants,
                {name: self.concepts[name].path for name in CRITERIA if name in self.concepts},
            )
        return ToolTable(self.tool, self.constants, {}, self.identity.path if self.identity else "")


class Roles(Struct, frozen=True):
    """All tools in use."""

    search: Role
    text_search: Role | None
    get: Role | None
    comments: Role | None
    values: Mapping[str, Role]
    map: MapTable
    places: Mapping[str, Role] = field(default_factory=dict)
    """Argument that ``search`` requires to the tool that lists what there is for it."""

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


def assign_roles(description: ServerDescription, found: Found, table: MapTable) -> Roles | None:
    """The tools in use; None where none searches.

    Raises:
        ConfigError: the map names a tool or an argument that the server does not have, or a tool that writes.
    """
    tools = {tool.name: tool for tool in description.tools}
    search = _role(tools, found.search, table, "search")
    if search is None:
        return None
    values = dict(found.values) | {name: Use(_tool(tools, tool, "values")) for name, tool in table.values.items()}
    places = {
        path: use for path, use in found.places.items() if path not in search.constants and search.use is found.search
    }
    own_search = bool(table.search.tool) and not table.text_search.tool
    return Roles(
        search,
        _role(tools, None if own_search else found.text_search, table, "text_search"),
        _role(tools, found.get, table, "get"),
        _role(tools, found.comments, table, "comments"),
        {name: Role(use, _constants(use, table, ToolTable(), "values")) for name, use in values.items()},
        table,
        {path: Role(use, dict(use.constants)) for path, use in places.items()},
    )


def _role(tools: Mapping[str, Tool], found: Use | None, table: MapTable, kind: str) -> Role | None:
    own: ToolTable = getattr(table, kind)
    use = found
    if own.tool and (found is None or found.tool.name != own.tool or _repins(found, own)):
        use = Use(_tool(tools, own.tool, kind))
    if use is None:
        return None
    if kind != "search" and not own.arguments:
        own = replace(own, arguments=_shared(table.search.arguments, use))
    concepts = dict(use.concepts)
    for name, path in own.criteria.items():
        if path is None:
            concepts.pop(name, None)
        else:
            concepts[name] = _argument(use, path, f"{kind}.criteria")
    identity = _argument(use, own.id, kind) if own.id else id_argument(use.arguments)
    constants = _constants(use, table, own, kind)
    return Role(use, constants, {n: a for n, a in concepts.items() if a.path not in constants}, identity)


def _repins(found: Use, own: ToolTable) -> bool:
    return any(path in own.arguments and own.arguments[path] != value for path, value in found.constants.items())


def _shared(arguments: Mapping[str, JsonValue], use: Use) -> dict[str, JsonValue]:
    """What the search is told and this tool takes too (a workspace, a root), save what pins the search's own action."""
    known = {argument.path: argument for argument in use.arguments}
    return {
        path: value for path, value in arguments.items() if path in known and not is_action(known[path])
    }  # fmt: skip


def _constants(use: Use, table: MapTable, own: ToolTable, kind: str) -> dict[str, JsonValue]:
    """What is sent with every call; the map's values must fit the schema, and must not make the tool write."""
    declared = {argument.path: argument for argument in arguments_of(use.tool)}
    constants = dict(use.constants)
    for path, value in table.arguments.items():
        if path in declared and declared[path].fit(value) is not None:
            constants[path] = declared[path].fit(value)
    for path, value in own.arguments.items():
        argument = _argument(use, path, f"{kind}.arguments")
        fit = argument.fit(value)
        if fit is None:
            raise ConfigError(
                f"[profiles.NAME.map.{kind}.arguments] {path}: {use.tool.name!r} does not take {value!r}.",
                hint=f"It takes {_takes(argument)}.",
                field="map",
            )
        if is_action(argument) and isinstance(fit, str) and words_may_write(split_words(fit)):
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


def _argument(use: Use, path: str, where: str) -> Argument:
    for argument in use.arguments:
        if argument.path == path:
            return argument
    names = ", ".join(argument.path for argument in use.arguments) or "none"
    raise ConfigError(
        f"[profiles.NAME.map.{where}] names the argument {path!r}, which {use.tool.name!r} does not have.",
        hint=f"It has: {names}.",
        field="map",
    )


def _tool(tools: Mapping[str, Tool], name: str, kind: str) -> Tool:
    if name not in tools:
        raise ConfigError(
            f"[profiles.NAME.map.{kind}] names the tool {name!r}, which the server does not have.",
            hint=f"It has: {', '.join(sorted(tools))}.",
            field="map",
        )
    if set(split_words(name)) & ALWAYS_WRITING and not any(
        is_action(argument) for argument in arguments_of(tools[name])
    ):
        raise ConfigError(
            f"[profiles.NAME.map.{kind}] names the tool {name!r}, which by its name changes tickets.",
            hint="Only tools that read are called.",
            field="map",
        )
    return tools[name]
