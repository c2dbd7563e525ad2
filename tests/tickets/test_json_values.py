"""Reading JSON: the quick way in pieces reads what Python's own reader reads, and nothing less."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from tui_app.tickets import json_values
from tui_app.tickets.json_values import read_json, with_texts

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=40)
DAMAGE = st.sampled_from(
    ["\ufeff", "\x00", "\t", "\\", '"', "NaN", "Infinity", "1e999", "\\ud83d", "\ud83d", ",", "]", " "]
)


def by_python(text: str) -> Any:
    """What the standard library reads, or the kind of failure."""
    try:
        return json.JSONDecoder(strict=False, parse_constant=lambda _: None).decode(text.removeprefix("\ufeff"))
    except ValueError:
        return ValueError


def read(text: bytes | str) -> Any:
    try:
        return read_json(text)
    except ValueError:
        return ValueError


@pytest.fixture(params=[json_values._LARGE, 1, 20], ids=["whole", "in pieces", "in larger pieces"])
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """From which size on values are taken apart."""
    monkeypatch.setattr(json_values, "_LARGE", request.param)


@pytest.mark.usefixtures("sizes")
@given(value=VALUES, ascii_only=st.booleans(), indent=st.none() | st.just(2))
def test_json_is_read_as_python_reads_it(value: Any, ascii_only: bool, indent: int | None) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only, indent=indent)

    assert repr(read_json(text)) == repr(by_python(text))
    assert repr(read(text.encode("utf-8", "replace"))) == repr(by_python(text.encode("utf-8", "replace").decode()))


@pytest.mark.usefixtures("sizes")
@given(value=VALUES, damage=DAMAGE, at=st.integers(0, 200))
def test_damaged_json_is_read_or_refused_as_before(value: Any, damage: str, at: int) -> None:
    text = json.dumps(value)
    damaged = text[:at] + damage + text[at:]

    assert repr(read(damaged)) == repr(by_python(damaged))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'{"a": "\xff"}', {"a": "\ufffd"}),
        (b'{"a": "one\ttwo"}', {"a": "one\ttwo"}),
        (b"[NaN, -Infinity, 1]", [None, None, 1]),
        (b'"' + b"\\ud83d" + b'"', "\ud83d"),
        (b"9" * 5000, "9" * 5000),
        (b"[" + b"9" * 5000 + b"]", ["9" * 5000]),
        (b"123456789012345678901234567890", 123456789012345678901234567890),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b" [1] \r\n", [1]),
    ],
)
def test_what_json_does_not_allow_is_read_where_its_meaning_is_plain(text: bytes, value: object) -> None:
    assert read_json(text) == value


@pytest.mark.parametrize(
    "text", ["", " ", "{", "[1,]", "01", "tru", "[1] 2", '{"a"}', "[" * 100_000, '{"a":' * 100_000]
)
def test_what_is_no_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_json(text)
    with pytest.raises(ValueError, match=r"\w"):
        read_json(text.encode())


def noted_sizes(monkeypatch: pytest.MonkeyPatch, reader: str) -> list[int]:
    """The sizes of what ``reader`` reads from now on."""
    sizes: list[int] = []
    read_it = getattr(json_values, reader)

    def noted(value: bytes | Raw) -> Any:
        sizes.append(len(value))
        return read_it(value)

    monkeypatch.setattr(json_values, reader, noted)
    return sizes


@pytest.mark.parametrize("nested", [False, True], ids=["rows", "rows in an answer"])
def test_a_large_value_is_read_in_small_wholes(monkeypatch: pytest.MonkeyPatch, *, nested: bool) -> None:
    pieces = noted_sizes(monkeypatch, "_whole")
    rows = [{"id": f"T-{number}", "title": "word " * 20} for number in range(10_000)]
    value = {"id": 1, "result": {"structuredContent": {"tickets": rows}, "content": []}} if nested else rows

    assert read_json(json.dumps(value)) == value
    assert sum(pieces) > json_values._LARGE
    assert max(pieces) < json_values._LARGE


def test_a_long_text_is_read_in_small_wholes(monkeypatch: pytest.MonkeyPatch) -> None:
    pieces = noted_sizes(monkeypatch, "_whole")
    told = json.dumps([{"title": f'ticket: the "{number}"th \U0001f600'} for number in range(json_values._LARGE // 10)])

    answer = read_json(json.dumps({"result": {"content": [{"type": "text", "text": told}]}}))

    assert answer["result"]["content"][0]["text"] == told
    assert max(pieces) < 2 * json_values._LARGE < len(told)


@pytest.mark.parametrize("sign", ["\N{GRINNING FACE}", "漢", "ü", '"', "\n", "\x01", "\\n漢"])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_a_long_text_of_other_than_plain_letters_is_read_in_small_wholes_too(
    monkeypatch: pytest.MonkeyPatch, sign: str, *, ascii_only: bool
) -> None:
    pieces = noted_sizes(monkeypatch, "_whole")
    told = json.dumps(sign * (2 * json_values._LARGE // len(sign)), ensure_ascii=ascii_only)
    answer = json.dumps({"result": [{"text": told}]}, ensure_ascii=ascii_only)

    assert read_json(answer)["result"][0]["text"] == told
    assert max(pieces) < 2 * json_values._LARGE < len(answer.encode())


def test_a_long_text_without_a_place_to_cut_is_read_whole() -> None:
    told = "\\" * (2 * json_values._LARGE)

    assert read_json(json.dumps({"result": [{"text": told}]}))["result"][0]["text"] == told


def test_values_that_are_large_and_deep_are_looked_through_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = noted_sizes(monkeypatch, "_elements")
    filler = json.dumps("x" * json_values._LARGE)

    read_json("[" * 300 + filler + "]" * 300)

    assert len(looks) == json_values._MOST_LOOKS


def test_every_text_of_a_value_is_changed_and_keys_where_asked_for() -> None:
    value = {"a": ["b", {"c": "d"}], "e": 1, "f": None, "g": True}

    assert with_texts(value, str.upper) == {"a": ["B", {"c": "D"}], "e": 1, "f": None, "g": True}
    assert with_texts(value, str.upper, keys=True) == {"A": ["B", {"C": "D"}], "E": 1, "F": None, "G": True}
