"""Tickets in answers that are text for people: Markdown, YAML, lists and tables."""

from __future__ import annotations

import re

from tui_app.adapters.reading.rows import RowPage
from tui_app.adapters.reading.values import Row

_NOTHING_FOUND = re.compile(
    r"\b(?:no|0|zero)\b[^.\n]{0,60}\b(?:found|match\w*|results?|issues|tickets|tasks|items)\b"
    r"|\b(?:nothing|none) (?:was )?found\b|\bfound (?:0|no)\b|\bdid not match\b|^\s*\[\s*\]\s*$"
    r"|\bempty (?:list|result)",
    re.IGNORECASE,
)
_LONGEST_SENTENCE = 1000  # characters; a longer answer says more than that there is nothing


def says_nothing_found(text: str) -> bool:
    """Whether ``text`` is a sentence that says that nothing matches."""
    return len(text) <= _LONGEST_SENTENCE and bool(_NOTHING_FOUND.search(text))


def text_rows(text: str) -> RowPage | None:
    """The rows that ``text`` shows, or None."""
    return None


def text_record(text: str, identity: str) -> Row | None:
    """The one ticket that ``text`` shows, or None."""
    return None
