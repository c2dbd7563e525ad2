"""Labelled lines (``Status: open``, ``- **Assignee**: Bob``, ``## Description``) and comment headers in texts for
people."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tui_app.adapters.reading.field_names import hints, words_in
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.timestamps import parse_moment

_LONGEST_LABEL = 40  # characters
_LEAST_HINT = 0.8
_LINE = re.compile(
    r"[ \t>]*(?:[-*+•][ \t]+)?(?P<mark>\*\*|__|\*|`)?(?P<label>[^\W\d_][\w /()'-]{0,38}?)(?:\(\d+\))?[ \t]*"
    r"(?:(?P=mark)[ \t]*[:：=]|[:：=][ \t]*(?P=mark)|(?(mark)(?!)|[:：]))[ \t]*(?P<value>.*)"
)
_SECTION = re.compile(
    r"[ \t]*(?P<heading>#{1,6})[ \t]+(?P<label>[^\W\d_][\w /'-]{0,38}?)(?:[ \t]*\(\d{1,6}\))?[ \t]*:?[ \t]*"
)

LONG_FIELDS = frozenset(("description", "comments", "notes"))
"""Fields whose value goes on over several lines."""


def label_field(label: str) -> str | None:
    """The name under which a row holds what ``label`` labels: a ticket's field, ``key`` for the id that people use, or
    ``notes``; None where it names nothing of a ticket."""
    if len(label) > _LONGEST_LABEL or not (known := hints(label)):
        return None
    best = max(known, key=lambda one: known[one])
    words = words_in(label)
    if known[best] < _LEAST_HINT:
        return None
    if best == "id":
        return "id" if words[-1] in ("id", "uuid", "gid") else "key"
    return "notes" if best in ("description", "comments") and words[-1] in ("notes", "detail", "details") else best


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


_LONGEST_HEADER = 200  # characters
_DATE = re.compile(
    r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,? )?(?:\d{4}-\d{2}-\d{2}[T ]?[\d:.]*(?:Z"
    r"|[+-]\d{2}:?\d{2})?(?: ?\(?UTC\)?)?"
    r"|[A-Z][a-z]{2,8}\.? \d{1,2},? \d{4}(?:,? (?:at )?\d{1,2}:\d{2}(?::\d{2})?(?: ?[AP]M)?)?"
    r"|\d{1,2} [A-Z][a-z]{2,8}\.? \d{4}(?: \d{1,2}:\d{2})?|\d{1,2}/\d{1,2}/\d{4},? \d{1,2}:\d{2}(?::\d{2})? [AP]M)",
    re.IGNORECASE,
)
_MARKS = re.compile(r"^(?:[\s>*_#•-]|\[?\d{1,5}(?:/\d{1,5})?[\].)]?\s)+")
_WORDS_AROUND = re.compile(r"\b(?:comment(?:ed)?|by|on|at|from|wrote|said|posted)\b|—?\s*id:? \S+", re.IGNORECASE)
_AUTHOR = re.compile(r"[@\w][\w .@'’-]{0,60}")


def comment_rows(lines: Iterable[str]) -> Iterator[JsonValue]:
    """The comments in the lines of a section, each with author, date and body as far as they are there."""
    header: dict[str, JsonValue] | None = None
    body: list[str] = []
    for line in lines:
        found = _header(line)
        if found is None:
            body.append(line)
            continue
        yield from _comment(header, body)
        header, body = found, [str(found.pop("rest"))]
    yield from _comment(header, body)


def _comment(header: dict[str, JsonValue] | None, body: list[str]) -> Iterator[JsonValue]:
    text = "\n".join(body).strip("\n -")
    if header is not None and text:
        yield {**header, "body": text}


def _header(line: str) -> dict[str, JsonValue] | None:
    if len(line) > _LONGEST_HEADER:
        head, separator, rest = line[:_LONGEST_HEADER].partition(": ")
        if not separator:
            return None
        rest = line[len(head) + 2 :]
    else:
        head, rest = line, ""
    date = _DATE.search(head)
    if date is None or parse_moment(date[0].strip()) is None:
        return None
    after = head[date.end() :].lstrip(" )]*_")
    if after.startswith(":"):
        rest, after = after[1:].strip() + rest, ""
    before = _MARKS.sub("", head[: date.start()] + " ")
    author = _AUTHOR.search(_WORDS_AROUND.sub(" ", before).strip(" ([-–—:*_#|,")) or (
        _AUTHOR.search(_WORDS_AROUND.sub(" ", after).strip(" ([-–—:*_#|,"))
        if not before.strip(" ([-–—:*_#|,")
        else None
    )
    if len(before) > 80 or (author is None and len(after) > 40):
        return None
    return {"author": author[0].strip(" -") if author else None, "created_at": date[0].strip(), "rest": rest}
