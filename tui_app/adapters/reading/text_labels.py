"""Labelled lines in a text for people: ``Status: open``, ``- **Assignee**: Bob``, ``## Description``."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui_app.adapters.reading.names import (
    ATTACHMENT_NAMES,
    COMMENT_NAMES,
    DATABASE_IDS,
    FIELD_NAMES,
    HUMAN_IDS,
    URL_NAMES,
    names,
    plain_name,
)

_LONGEST_LABEL = 40  # characters
_LINE = re.compile(
    r"[ \t>]*(?:[-*+•][ \t]+)?(?P<mark>\*\*|__|\*|`)?(?P<label>[^\W\d_][\w /()'-]{0,38}?)(?:\(\d+\))?[ \t]*"
    r"(?:(?P=mark)[ \t]*[:：=]|[:：=][ \t]*(?P=mark)|(?(mark)(?!)|[:：]))[ \t]*(?P<value>.*)"
)
_SECTION = re.compile(
    r"[ \t]*(?P<heading>#{1,6})[ \t]+(?P<label>[^\W\d_][\w /'-]{0,38}?)(?:[ \t]*\(\d{1,6}\))?[ \t]*:?[ \t]*"
)

_FIELDS: Mapping[str, str] = {
    **{name: field for field, every in reversed(tuple(FIELD_NAMES.items())) for name in every},
    **dict.fromkeys(URL_NAMES, "url"),
    **dict.fromkeys(DATABASE_IDS, "id"),
    **dict.fromkeys(HUMAN_IDS, "key"),
    **dict.fromkeys(COMMENT_NAMES, "comments"),
    **dict.fromkeys(names("notes detail details"), "notes"),
    **dict.fromkeys(ATTACHMENT_NAMES, "attachments"),
    "webaddress": "url",
    "assignedto": "assignee",
    "titel": "title",
}
"""Plain label to the name under which a row holds its value."""

LONG_FIELDS = frozenset(("description", "comments", "notes"))
"""Fields whose value goes on over several lines."""


def label_field(label: str) -> str | None:
    """The field that ``label`` names, None where it names none."""
    return _FIELDS.get(plain_name(label)) if len(label) <= _LONGEST_LABEL else None


def labelled_line(line: str) -> tuple[str, str, str] | None:
    """Field (empty for a label that is no field of ours), label and value of a line with a label."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    value = match["value"].strip()
    return label_field(match["label"]) or "", match["label"].strip(), value.strip("*").strip()


def section_heading(line: str) -> tuple[str, str] | None:
    """Field (or empty) and label of a heading that may begin a part of a ticket: ``## Description``."""
    match = _SECTION.fullmatch(line)
    return (label_field(match["label"]) or "", match["label"].strip()) if match else None
