"""Arguments are fitted to the tool's own schema, or not sent."""

from __future__ import annotations

from typing import Any

import pytest

from tests.adapters.known_servers import tool
from tui_app.adapters.tool_arguments import allowed_values, declares, fitted, largest, missing
from tui_app.mcp_client.types import Tool


@pytest.mark.parametrize(
    ("schema", "value", "sent"),
    [
        ({"type": "string"}, "x", "x"),
        ({"type": "string"}, 7, "7"),
        ({"type": "string", "maxLength": 3}, "long", None),
        ({"type": "string", "minLength": 1}, "", None),
        ({"type": "integer"}, "7", 7),
        ({"type": "integer"}, 7.5, None),
        ({"type": "integer"}, True, None),
        ({"type": "integer", "minimum": 1, "maximum": 50}, 1000, 50),
        ({"type": "integer", "minimum": 2, "maximum": 1}, 1000, 2),  # a contradiction, which the smallest gets past
        ({"type": "integer", "exclusiveMinimum": 0, "maximum": 200}, 0, 1),
        ({"type": "number"}, 7.5, 7.5),
        ({"type": "boolean"}, False, False),
        ({"type": "boolean"}, "yes", None),
        ({"type": "array", "items": {"type": "string"}}, "x", ["x"]),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 1}, ["x", "y"], None),
        ({"type": "array", "items": {"enum": ["a"]}}, ["a", "b"], None),
        ({"enum": ["OPEN", "CLOSED"]}, "open", "OPEN"),
        ({"enum": ["in_progress"]}, "In Progress", "in_progress"),
        ({"enum": ["open"]}, "waiting", None),
        ({"const": "me"}, "ann", None),
        ({"anyOf": [{"type": "integer"}, {"enum": ["open", "*"]}, {"type": "null"}]}, "*", "*"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "12", 12),
        ({"anyOf": [{"type": "integer"}, {"type": "string"}]}, "12", "12"),
        ({"type": ["string", "null"]}, "x", "x"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"n": 2}, {"n": "2"}),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"b": 1}, None),
        ({"type": "object", "properties": {"a": {"type": "string"}}}, {"a": "x"}, {"a": "x"}),
        ({"type": "object", "properties": {"a": {}}, "required": ["a"]}, {}, None),
        ({"type": "array", "items": {}, "minItems": 2}, ["x"], None),
        ({}, {"any": ["thing"]}, {"any": ["thing"]}),
        ({"$ref": "#/$defs/state"}, "Open", "open"),
        ({"$ref": "#/$defs/loop"}, "x", "x"),
    ],
)
def test_a_value_is_sent_in_the_form_that_the_schema_declares(schema: dict[str, Any], value: Any, sent: Any) -> None:
    definitions = {"state": {"enum": ["open"]}, "loop": {"$ref": "#/$defs/loop"}}
    known = Tool("t", input_schema={"properties": {"a": schema}, "$defs": definitions})
    assert fitted(known, {"a": value}) == ({} if sent is None else {"a": sent})


def test_what_is_not_declared_or_empty_is_not_sent() -> None:
    assert fitted(tool("t", a={"type": "string"}), {"b": "x", "a": None}) == {}
    assert fitted(Tool("t"), {"a": "x"}) == {}


def test_what_a_schema_says_of_an_argument() -> None:
    known = tool("t", "a", a={"type": "integer", "maximum": 50}, b={"type": "array", "items": {"enum": ["x", "y"]}})
    assert (largest(known, "a"), largest(known, "b"), allowed_values(known, "b")) == (50, None, ("x", "y"))
    assert declares(known, "a")
    assert not declares(known, "c")
    assert not declares(None, "a")
    assert missing(known, {"b": ["x"]}) == ("a",)
