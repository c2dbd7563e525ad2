"""TOON, the indented form of JSON that one of Jira's servers answers in."""

from __future__ import annotations

from typing import Any

import pytest

from tui_app.adapters.reading.toon import parse_toon


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("tags[2]: a,b", {"tags": ["a", "b"]}),
        ("n: 3\nok: true\nnone: null\nrows[1]: 1.5", {"n": 3, "ok": True, "none": None, "rows": [1.5]}),
        ('rows[2]{id,"a b"}:\n  1,"x, y"\n  2,', {"rows": [{"id": 1, "a b": "x, y"}, {"id": 2, "a b": ""}]}),
        ("rows[2|]{id|t}:\n  1|x\n  2|y", {"rows": [{"id": 1, "t": "x"}, {"id": 2, "t": "y"}]}),
        ("[2]: a,b", ["a", "b"]),
        (
            "issues[2]:\n  - key: A-1\n    fields:\n      labels[1]: x\n      empty:\n  - key: A-2\nlast: false",
            {"issues": [{"key": "A-1", "fields": {"labels": ["x"], "empty": {}}}, {"key": "A-2"}], "last": False},
        ),
        ("m[2]:\n  - [2]: 1,2\n  - plain", {"m": [[1, 2], "plain"]}),
        ('a[1]: x\nq: "say \\"hi\\"\\n"\n"48x48": "http://x"', {"a": ["x"], "q": 'say "hi"\n', "48x48": "http://x"}),
        ("fix: []\na[0]:", {"fix": [], "a": []}),
    ],
)
def test_documents(text: str, value: Any) -> None:
    assert parse_toon(text) == value


@pytest.mark.parametrize("text", ["", "key: value", "some words", "a[2]: 1\n}{", "- " * 4000 + "a[1]:"])
def test_what_is_no_document_with_a_list_is_none(text: str) -> None:
    assert parse_toon(text) is None
