"""The notation of references is read by one parser, nested references too."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.settings.references import (
    COMMAND,
    ENVIRONMENT,
    INPUT,
    KEYRING,
    UNKNOWN,
    Reference,
    literal,
    parsed,
    references,
    written,
)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("plain $ {x} $x }", ("plain $ {x} $x }",)),
        ("${X}", (Reference(ENVIRONMENT, "X", "X"),)),
        ("a${env:X}b", ("a", Reference(ENVIRONMENT, "X", "env:X"), "b")),
        ("${X:-a}b}", (Reference(ENVIRONMENT, "X", "X:-a", "a"), "b}")),
        ("${X:-{}}", (Reference(ENVIRONMENT, "X", "X:-{}", "{}"),)),
        ("${X:-${Y}}", (Reference(ENVIRONMENT, "X", "X:-${Y}", "${Y}"),)),
        ("${command:awk '{print $1}'}", (Reference(COMMAND, "awk '{print $1}'", "command:awk '{print $1}'"),)),
        ("${keyring:a/b}", (Reference(KEYRING, "a/b", "keyring:a/b"),)),
        ("${input:t}", (Reference(INPUT, "t", "input:t"),)),
        ("${${X}}", (Reference(UNKNOWN, "${X}", "${X}"),)),
        ("$${X}", ("${X}",)),
        ("a$${command:x}", ("a${command:x}",)),
        ("$$${X}", ("$${X}",)),
    ],
)
def test_a_text_is_read_as_literal_texts_and_references(text: str, parts: tuple[object, ...]) -> None:
    assert parsed(text) == parts


@pytest.mark.parametrize(
    "text", ["${", "${X", "a${X:-${Y}", "${command:touch x", "${" * 10_000, "${a:-" * 30 + "}" * 30]
)
def test_what_has_no_end_or_no_bottom_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="reference"):
        parsed(text)
    assert list(references(text)) == []


def test_references_in_defaults_are_found_at_any_depth() -> None:
    text = "x${A:-${B:-y${command:touch x}}}${C:-$${D}}"
    assert [(reference.kind, reference.name) for reference in references(text)] == [
        (ENVIRONMENT, "A"),
        (ENVIRONMENT, "B"),
        (COMMAND, "touch x"),
        (ENVIRONMENT, "C"),
    ]


@given(st.text(st.sampled_from("${}:-aX")))
def test_a_literal_text_is_never_read_as_a_reference(text: str) -> None:
    assert parsed(literal(text)) == ((text,) if text else ())


@given(st.lists(st.text(st.sampled_from("${}a:")) | st.sampled_from([Reference(ENVIRONMENT, "X", "X")])))
def test_what_is_written_is_read_back_or_refused(parts: list[str | Reference]) -> None:
    try:
        text = written(parts)
    except ValueError:
        return
    found = list(references(text))
    assert found == [part for part in parts if isinstance(part, Reference)]
    assert "".join(part for part in parsed(text) if isinstance(part, str)) == "".join(
        part for part in parts if isinstance(part, str)
    )


def test_neighbours_never_become_a_reference_together() -> None:
    assert parsed(written(["$", "{command:x}"])) == ("${command:x}",)
    with pytest.raises(ValueError, match="beside a reference"):
        written(["cost $", Reference(ENVIRONMENT, "X", "X")])
