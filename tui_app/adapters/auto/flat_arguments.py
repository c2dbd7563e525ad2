"""The arguments of a tool as a flat list, and which of an argument's allowed values a person means.

Nested objects become dotted paths; references and alternatives are resolved. Invariant: never raises, whatever a schema
holds; a schema that refers to itself ends at `_DEEPEST`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace

from tui_app.adapters.safety.verbs import split_words
from tui_app.adapters.tool_arguments import Schema, fitted, options, resolved
from tui_app.mcp_client.types import Tool
from tui_app.tickets.ticket import JsonValue

_DEEPEST = 3  # levels of objects in arguments; filters within a wrapper have two
_MOST_ARGUMENTS = 300
_LONGEST_DESCRIPTION = 10_000  # characters


class Argument(Struct, frozen=True):
    """One argument that holds a value, not further arguments."""

    path: str
    """Dotted where it is in an object: ``filters.status``."""
    schema: Schema
    """References resolved; alternatives stay as ``anyOf``."""
    root: Schema
    """The tool's whole input schema, which references in ``schema`` are looked up in."""
    required_in: str | None
    """Path of the object in which it is required, with a dot at its end; empty: always; None: nowhere."""

    @property
    def required(self) -> bool:
        """Whether every call must have it."""
        return self.required_in == ""

    def is_needed(self, values: Mapping[str, JsonValue]) -> bool:
        """Whether a call with ``values`` (by path) must have it: an object that is sent must be whole."""
        if self.required_in is None:
            return False
        return any(path.startswith(self.required_in) for path in values) if self.required_in else True

    @property
    def name(self) -> str:
        return self.path.rsplit(".", 1)[-1]

    @property
    def words(self) -> tuple[str, ...]:
        return split_words(self.name)

    @property
    def description(self) -> str:
        own = self.schema.get("description") or self.schema.get("title") or ""
        return own if isinstance(own, str) else ""

    @property
    def kinds(self) -> frozenset[str]:
        """JSON types that it takes, null left out; empty where the schema does not say."""
        return frozenset(kind for option in options(self.schema, self.root) for kind in _kinds(option))

    @property
    def item_kinds(self) -> frozenset[str]:
        """JSON types of the members where it takes a list."""
        return frozenset(
            kind for items in self._items() for option in options(items, self.root) for kind in _kinds(option)
        )

    @property
    def values(self) -> tuple[JsonValue, ...]:
        """The values that its enum, or that of its list's members, allows; empty where any will do."""
        found: list[JsonValue] = []
        for schema in (self.schema, *self._items()):
            for option in options(schema, self.root):
                enum = [option["const"]] if "const" in option else option.get("enum")
                found += [value for value in enum if value is not None] if isinstance(enum, list) else []
        return tuple(found)

    @property
    def default(self) -> JsonValue:
        return self.schema.get("default")

    @property
    def takes_list(self) -> bool:
        return "array" in self.kinds

    @property
    def takes_scalar(self) -> bool:
        return not self.kinds or bool(self.kinds - {"array", "object"})

    @property
    def members(self) -> tuple[Argument, ...]:
        """What each member of its list takes, as an argument of the same path; none where it takes no list."""
        return tuple(replace(self, schema=schema) for schema in self._items())

    def parts_of_members(self) -> tuple[Argument, ...]:
        """The arguments within each object of a list of objects, as if the list were one such object."""
        needed_in = self.required_in if self.required_in is not None else f"{self.path}."
        return tuple(
            argument
            for schema in self._items()
            for argument in islice(_walk(schema, self.root, f"{self.path}.", needed_in, 1), _MOST_ARGUMENTS)
        )

    def fit(self, value: JsonValue) -> JsonValue:
        """``value`` in the form that the schema takes; None where it takes no form of it."""
        stand_in = Tool("", input_schema={**self.root, "properties": {"value": self.schema}})
        return fitted(stand_in, {"value": value}).get("value")

    def _items(self) -> Iterator[Schema]:
        for option in options(self.schema, self.root):
            if "items" in option:
                yield resolved(option["items"], self.root)


def arguments_of(tool: Tool) -> tuple[Argument, ...]:
    """The arguments of ``tool``, those within objects too."""
    described = _described_in(tool.description)
    found: list[Argument] = []
    for argument in islice(_walk(tool.input_schema, tool.input_schema, "", "", 0), _MOST_ARGUMENTS):
        own = argument.schema.get("description")
        text = described.get(argument.name)
        found.append(
            argument if own or not text else replace(argument, schema={**argument.schema, "description": text})
        )
    return tuple(found)


_NAMED_LINE = re.compile(
    r"[ \t]*(?:[-*][ \t]+)?[`*]*(\w{1,60})[`*]*(?:[ \t]*\([^()\n]{0,80}\))?[`*]*[ \t]*:[ \t]+(\S.*)"
)


def _described_in(text: str) -> dict[str, str]:
    """What the lines of a tool's description say of its arguments, as docstrings do: ``status: "open", or "all"``."""
    found: dict[str, str] = {}
    name = ""
    for line in text[:_LONGEST_DESCRIPTION].split("\n"):
        match = _NAMED_LINE.fullmatch(line)
        if match is not None:
            name = match[1]
            found.setdefault(name, match[2].strip())
        elif name and line.strip():
            found[name] = f"{found[name]} {line.strip()}"
        else:
            name = ""
    return found


def _walk(schema: Schema, root: Schema, prefix: str, needed_in: str, depth: int) -> Iterator[Argument]:
    properties = schema.get("properties")
    required = schema.get("required")
    names = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
    for name, raw in properties.items() if isinstance(properties, Mapping) else ():
        inner = resolved(raw, root)
        path = f"{prefix}{name}"
        deeper = next((option for option in options(inner, root) if _has_properties(option)), None)
        if "." in name:
            continue  # no path could name it
        if deeper is not None and depth < _DEEPEST:
            yield from _walk(deeper, root, f"{path}.", needed_in if name in names else f"{path}.", depth + 1)
        else:
            yield Argument(path, inner, root, needed_in if name in names else None)


def nested(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Dotted paths as objects: ``{"filters.status": 1}`` is ``{"filters": {"status": 1}}``."""
    tree: dict[str, JsonValue] = {}
    for path, value in values.items():
        *parents, name = path.split(".")
        level = tree
        for parent in parents:
            inner = level.setdefault(parent, {})
            if not isinstance(inner, dict):
                break
            level = inner
        level[name] = value
    return tree


def with_required_objects(
    tree: Mapping[str, JsonValue], schema: Schema, root: Schema, depth: int = 0
) -> dict[str, JsonValue]:
    """``tree`` with an empty object wherever one is required and has no values."""
    whole = dict(tree)
    properties, required = schema.get("properties"), schema.get("required")
    for name, raw in properties.items() if isinstance(properties, Mapping) else ():
        inner = next((option for option in options(resolved(raw, root), root) if _has_properties(option)), None)
        value = whole.get(name, {} if isinstance(required, list) and name in required else None)
        if inner is not None and isinstance(value, dict) and depth < _DEEPEST:
            whole[name] = with_required_objects(value, inner, root, depth + 1)
    return whole


def _kinds(option: Schema) -> tuple[str, ...]:
    kinds = option.get("type")
    named = kinds if isinstance(kinds, list) else [kinds]
    found = tuple(kind for kind in named if isinstance(kind, str) and kind != "null")
    if found:
        return found
    enum = option.get("enum")
    return ("string",) if isinstance(enum, list) and all(isinstance(value, str) for value in enum) else ()


def _has_properties(option: Schema) -> bool:
    return isinstance(option.get("properties"), Mapping) and bool(option["properties"])


_SYNONYMS = (
    frozenset(("done", "completed", "complete", "finished")),
    frozenset(("cancelled", "canceled")),
    frozenset(("inprogress", "doing", "started", "wip")),
    frozenset(("asc", "ascending", "ascend")),
    frozenset(("desc", "descending", "descend")),
    frozenset(("me", "@me", "self", "currentuser")),
)
"""Words that mean the same to every tracker; anything looser would answer another question than was asked."""

_ALL = ("all", "any", "*", "everything", "both")


def match_value(word: str, allowed: Iterable[JsonValue]) -> JsonValue:
    """The allowed value that ``word`` means: the same but for case and spelling, a form of it, or a synonym."""
    values = list(allowed)
    wanted = _plain(word)
    for value in values:
        if str(value) == word:
            return value
    for value in values:
        if _plain(str(value)) == wanted:
            return value
    for value in values:
        if _is_form(_plain(str(value)), wanted) or any({wanted, _plain(str(value))} <= group for group in _SYNONYMS):
            return value
    return None


def everything(allowed: Iterable[JsonValue]) -> JsonValue:
    """The allowed value that means all of them; None where there is none."""
    values = {str(value).lower(): value for value in allowed}
    return next((values[word] for word in _ALL if word in values), None)


def _plain(word: str) -> str:
    return "".join(character for character in word.casefold() if character.isalnum() or character in "*@") or word


def _is_form(one: str, other: str) -> bool:
    """``open`` and ``opened``, ``close`` and ``closed``."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) > 2 and longer in (f"{shorter}ed", f"{shorter}d", f"{shorter}s")


def about(argument: Argument, tool: Tool) -> str:
    """What is said of ``argument``: in its schema, else in the lines on arguments of the tool's description."""
    if argument.description and argument.description != argument.schema.get("title"):
        return argument.description
    match = re.search(
        rf"^[ \t]*[-*]?[ \t]*`?{re.escape(argument.name)}`?[ \t]*(?:\([^)\n]*\))?[ \t]*[:–—-][ \t]*(.+(?:\n[ \t]+.+)*?)"
        rf"(?=\n[ \t]*[-*]?[ \t]*`?\w+`?[ \t]*(?:\([^)\n]*\))?[ \t]*:|\n[ \t]*\n|\Z)",
        tool.description,
        re.MULTILINE,
    )
    return match[1] if match else ""
