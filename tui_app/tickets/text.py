"""The sanitiser: foreign text becomes text that cannot act on a terminal. Used at the one boundary where it enters."""

from __future__ import annotations


def clean(text: str) -> str:
    """``text`` with every control, bidi control and invisible character made visible; newline and tab stay."""
    raise NotImplementedError


def clean_line(text: str) -> str:
    """Like `clean`, on one line: newlines and tabs become spaces."""
    raise NotImplementedError
