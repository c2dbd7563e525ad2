"""The schema of the config, README's examples and what the reader takes: all three name the same keys."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Iterator
from itertools import chain, combinations
from pathlib import Path
from typing import Any

import pytest

from tests.cli.readme import README
from tui_app.adapters.mapping import parse_map
from tui_app.cli.configuration import config_schema
from tui_app.settings.config_faults import config_faults
from tui_app.settings.config_file import ConfigReader
from tui_app.tickets.errors import ConfigError

SCHEMA = config_schema()
EXAMPLES = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", README.read_text(), re.DOTALL)]
TYPES: dict[str, Any] = {
    "string": str, "integer": int, "number": (int, float), "boolean": bool, "array": list, "object": dict,
    "null": type(None),
}  # fmt: skip


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref", "").removeprefix("#/$defs/")
    return SCHEMA["$defs"][name] if name else schema


def conforms(value: Any, schema: dict[str, Any]) -> bool:
    """Whether ``value`` is as the schema says, as far as it uses JSON Schema."""
    schema = resolved(schema)
    if "anyOf" in schema:
        return any(conforms(value, one) for one in schema["anyOf"])
    if ("enum" in schema and value not in schema["enum"]) or ("const" in schema and value is not schema["const"]):
        return False
    if "type" in schema and not isinstance(value, TYPES[schema["type"]]):
        return False
    if isinstance(value, list):
        return len(value) >= schema.get("minItems", 0) and all(conforms(v, schema.get("items", {})) for v in value)
    if not isinstance(value, dict):
        return True
    if "oneOf" in schema and sum(conforms(value, one) for one in schema["oneOf"]) != 1:
        return False
    needed = schema.get("dependentRequired", {})
    if any({*others} - value.keys() for key, others in needed.items() if key in value):
        return False
    others, own = schema.get("additionalProperties", {}), schema.get("properties", {})
    if any(key not in own and others is False for key in value) or {*schema.get("required", ())} - value.keys():
        return False
    return all(conforms(inner, own.get(key, others or {})) for key, inner in value.items())


def tables_in(value: Any, place: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where there are tables whose keys the program gives a meaning."""
    if isinstance(value, dict) and place not in (("profiles",), ("keys",)) and place[-1:] not in OPEN:
        if place[-1:] != ("map",):
            yield place
        for key, inner in value.items():
            yield from tables_in(inner, (*place, key))
    elif isinstance(value, dict) and place == ("profiles",):
        for key, inner in value.items():
            yield from tables_in(inner, (*place, key))
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from tables_in(inner, (*place, at))


OPEN = (("env",), ("headers",), ("arguments",))
"""Tables whose keys are the user's."""


def told(content: dict[str, Any]) -> str:
    """What the program says of a config."""
    reader = ConfigReader(Path("config.toml"), "")
    reader.content = copy.deepcopy(content)
    said = [*reader.unknown_keys()]
    for check in reader.checks():
        try:
            check()
        except ConfigError as error:
            said.append(error.cause)
    for profile in content.get("profiles", {}).values():
        try:
            parse_map(profile.get("map", {}))
        except ConfigError as error:
            said.append(error.cause)
    return "\n".join(said)


@pytest.mark.parametrize("example", EXAMPLES)
def test_what_readme_shows_is_as_the_schema_says_and_a_further_key_in_any_table_is_told_by_both(
    example: dict[str, Any],
) -> None:
    assert conforms(example, SCHEMA)
    assert told(example) == ""
    for place in tables_in(example):
        changed = copy.deepcopy(example)
        table: Any = changed
        for step in place:
            table = table[step]
        table["zzyzx"] = "x"
        assert not conforms(changed, SCHEMA), place
        assert "zzyzx" in told(changed), place


@pytest.mark.parametrize(
    "content",
    [
        {"ui": {"theme": "nrod"}},
        {"ui": {"preview": "left"}},
        {"ui": {"tell": ["bel"]}},
        {"keys": {"search.edt": "s"}},
        {"profiles": {"a": {"command": "x", "adapter": "jirra"}}},
    ],
)
def test_a_word_that_there_is_not_is_told_by_the_schema_too(content: dict[str, Any]) -> None:
    assert not conforms(content, SCHEMA)


def test_a_profile_is_a_program_or_an_address_for_the_schema_and_for_the_reader() -> None:
    keys: dict[str, Any] = {"command": "x", "url": "https://a.example/mcp", "env": {"A": "b"}, "headers": {"A": "b"}}
    for names in chain.from_iterable(combinations(keys, count) for count in range(len(keys) + 1)):
        content = {"profiles": {"a": {name: keys[name] for name in names}}}
        assert conforms(content, SCHEMA) == (told(content) == ""), names


def sample(schema: dict[str, Any], left_out: tuple[str, ...] = ()) -> Any:
    """A value with every key that the schema names."""
    schema = resolved(schema)
    if "anyOf" in schema:
        return sample(schema["anyOf"][-1])
    if "properties" in schema:
        return {key: sample(inner) for key, inner in schema["properties"].items() if key not in left_out}
    if schema.get("type") == "object":
        others = schema.get("additionalProperties")
        return {"name": sample(others)} if isinstance(others, dict) else {}
    if schema.get("type") == "array":
        return [sample(schema.get("items", {}))]
    return schema.get("enum", [{"integer": 1, "number": 5, "boolean": True}.get(schema.get("type", ""), "x")])[-1]


def test_every_key_of_the_schema_is_one_that_the_reader_knows() -> None:
    reader = ConfigReader(Path("config.toml"), "")
    reader.content = sample(SCHEMA)
    assert [*reader.unknown_keys()] == []
    mapping = reader.content["profiles"]["name"]["map"]
    assert {"search", "text_search", "change", "fields"} <= mapping.keys()
    said = [told({"profiles": {"name": {"map": {key: value}}}}) for key, value in mapping.items()]
    assert not any("has no key" in words for words in said)
    for view in reader.content["views"]:
        for key in view:
            assert "not known" not in told({"views": [{"name": "x", key: view[key]}]})


def test_every_mistake_of_a_table_is_told() -> None:
    text = (
        '[profiles.a]\ncommand = ["x"]\nadapter = 1\ntimeouts = { start = -1, total = "soon" }\n'
        'write = { mode = "on" }\n'
        '[ui]\nrefresh_seconds = 1\nnotify = "asignee:me"\nbranch = "{typ}"\n'
        '[[views]]\nname = "a"\nquery = "is:opne"\ngroup = 1\n[[views]]\nquery = "is:open"\n'
        '[[views]]\nname = "b"\nsort = "foo"\n[[commands]]\nkey = "b"\n[[commands]]\nrun = 1\n'
    )
    faults, notices, _ = config_faults(Path("c.toml"), text)
    lines = sorted(int(re.search(r"line (\d+):", fault.cause)[1]) for fault in faults)  # type: ignore[index]
    assert lines == [3, 4, 4, 5, 7, 8, 9, 12, 13, 14, 18, 19, 22]
    assert notices == ()
