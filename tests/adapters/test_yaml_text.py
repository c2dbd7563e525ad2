"""YAML as servers write it is read; anything else is not taken for YAML."""

from __future__ import annotations

from typing import Any

import pytest

from tui_app.adapters.reading.yaml_text import parse_yaml


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 1\nb: x y", {"a": 1, "b": "x y"}),
        ("a:\n- 1\n- two\nb: null", {"a": [1, "two"], "b": None}),
        ("a:\n  - id: 1\n    name: x\n  - id: 2\n", {"a": [{"id": 1, "name": "x"}, {"id": 2}]}),
        ("- - a\n  - b\n- c", [["a", "b"], "c"]),
        ("a: 'it''s'\nb: \"x\\ny \\u00e9\"", {"a": "it's", "b": "x\ny é"}),
        ("a: 'one\n\n  two\n  three'", {"a": "one\ntwo three"}),
        ('a: "one\\\n  \\ two"', {"a": "one two"}),
        ("a: one\n  two\nb: 3", {"a": "one two", "b": 3}),
        ("a: |\n  x\n   y\n\nb: 1", {"a": "x\n y\n", "b": 1}),
        ("a: >-\n  x\n  y\n\n  z", {"a": "x y\nz"}),
        ("a: []\nb: {}\nc: [x, 2]", {"a": [], "b": {}, "c": ["x", 2]}),
        ("a: yes it is # really\n# note\nb: true", {"a": "yes it is", "b": True}),
        ("---\na: 1.5\nb: -3\nc: ~", {"a": 1.5, "b": -3, "c": None}),
        ("at: 2026-11-01 08:00:00\nurl: http://x/y", {"at": "2026-11-01 08:00:00", "url": "http://x/y"}),
        ("a:\n  b:\n    c: d", {"a": {"b": {"c": "d"}}}),
    ],
)
def test_documents(text: str, value: Any) -> None:
    assert parse_yaml(text) == value


@pytest.mark.parametrize(
    "text", ["", "just words", "a: 'open", "a: 1\n b: 2", "{not: yaml", "- " * 5000, "a:\n" * 3 + "\tb"]
)
def test_what_is_no_document_is_none_or_at_least_no_fault(text: str) -> None:
    value = parse_yaml(text)
    assert value is None or isinstance(value, (dict, list))


def test_aliases_are_not_followed() -> None:
    assert parse_yaml("a: &x [1, 2]\nb: *x") == {"a": "&x [1, 2]", "b": "*x"}


@pytest.mark.parametrize(
    "text", ['a: "' + "x\n" * 50_000, "k: a" + " " * 50_000 + "b", "a" + " " * 50_000, "- " * 50_000]
)
def test_hostile_text_costs_linear_time(text: str) -> None:
    parse_yaml(text)
