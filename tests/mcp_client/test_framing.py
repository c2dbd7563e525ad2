"""Chunks to lines."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tui_app.mcp_client.stdio.pipes import LineReader, LineTooLongError


@settings(deadline=None)
@given(st.binary(max_size=300).map(lambda b: b.replace(b"x", b"\n")), st.lists(st.integers(0, 300), max_size=8))
def test_lines_do_not_depend_on_how_the_bytes_are_cut(data: bytes, cuts: list[int]) -> None:
    reader = LineReader(cap=1000)
    edges = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[start:end] for start, end in itertools.pairwise(edges)]
    lines = [line for piece in pieces for line in reader.feed(piece)]
    assert [*lines, reader.rest()] == data.split(b"\n")


@pytest.mark.parametrize(
    "chunks", [[b"x" * 11], [b"x" * 6, b"x" * 6], [b"x" * 6, b"x" * 5 + b"\n"], [b"a\n" + b"x" * 11 + b"\n"]]
)
def test_a_line_beyond_the_cap_is_refused_whether_it_has_ended_or_not(chunks: list[bytes]) -> None:
    reader = LineReader(cap=10)
    with pytest.raises(LineTooLongError):
        [reader.feed(chunk) for chunk in chunks]


def test_a_line_of_exactly_the_cap_is_a_line() -> None:
    reader = LineReader(cap=10)
    assert reader.feed(b"x" * 6) == []
    assert reader.feed(b"x" * 4 + b"\n") == [b"x" * 10]
