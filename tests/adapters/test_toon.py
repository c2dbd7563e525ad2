"""TOON, the indented form of JSON that one of Jira's servers answers in."""

from __future__ import annotations

from typing import Any

import pytest

from tui_app.adapters.reading.data_text import parse_toon


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


def test_lengths_as_older_encoders_write_them_are_read() -> None:
    assert parse_toon("tags[#2]: a,b\nrows[#1]{id}:\n  x[#1]") == {"tags": ["a", "b"], "rows": [{"id": "x[#1]"}]}


def test_a_document_that_was_cut_off_gives_the_rows_that_came() -> None:
    assert parse_toon("rows[9]{id,t}:\n  1,x\n  2,y") == {"rows": [{"id": 1, "t": "x"}, {"id": 2, "t": "y"}]}


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{'  ' * depth}k:\n" for depth in range(3000)) + "x[1]: a",
        "a[1]:\n" + "".join(f"{'  ' * depth}- b[1]:\n" for depth in range(1, 3000)),
        'a[1]: "' + '\\"' * 100_000,
        "a[3]{" + "x," * 100_000 + "}:\n  1",
        "a[99999999]{x}:\n  1",
        "[" * 100_000 + "]:",
        "a" * 200_000 + "[1]x",
    ],
    ids=["deep objects", "deep lists", "quotes", "columns", "count", "brackets", "key"],
)
def test_a_hostile_document_ends_soon(text: str) -> None:
    from time import process_time

    started = process_time()
    parse_toon(text)
    assert process_time() - started < 5
