"""Cleaning foreign text: ten times the size takes ten times as long, whatever the text is made of."""

from __future__ import annotations

from tests.benchmarks.harness import Case, in_turn, milliseconds
from tui_app.tickets.text import clean

PIECES = {
    "sequences": "\x1b[31m",
    "overrides": "\u202e",
    "joiners": "\u200d",
    "emoji": "👨\u200d",
    "plain": "plain text ",
}
SIZE = 1_000_000
"""Bytes of the smaller text."""


def cleaning(text: str, times: int = 1) -> float:
    """Milliseconds for cleaning ``text`` so many times."""
    return milliseconds(lambda: [clean(text) for _ in range(times)])


def growth(name: str, piece: str) -> Case:
    """One text of ten megabytes against ten of one."""
    one = piece * (SIZE // len(piece.encode()))
    measure = in_turn(lambda: cleaning(one * 10), lambda: cleaning(one, times=10))
    return Case(f"text.{name}", f"10 MB of {name} cleaned", "10 times 1 MB", 1.3, measure)


CASES = [growth(name, piece) for name, piece in PIECES.items()]
