"""Labelled lines (``Status: open``, ``- **Assignee**: Bob``, ``## Description``), comment headers, blocks of lines, and
what the parts of alike lines are, in texts for people."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, takewhile

from tui_app.adapters.reading.column_scores import is_person
from tui_app.adapters.reading.field_names import TICKET_NOUNS, hints, words_in
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.timestamps import parse_moment
from tui_app.tickets.vocabulary import is_priority, is_status

Rows = list[dict[str, JsonValue]]
_LONGEST_LABEL = 40  # characters
_LEAST_HINT = 0.8
_LINE = re.compile(
    r"[ \t>]*(?:[-*+•][ \t]+)?(?P<mark>\*\*|__|\*|`)?(?P<label>[^\W\d_][\w /()'-]{0,38}?)(?:\(\d+\))?[ \t]*"
    r"(?:(?P=mark)[ \t]*[:：=]|[:：=][ \t]*(?P=mark)|(?(mark)(?!)|[:：]))[ \t]*(?P<value>.*)"
)
_SECTION = re.compile(
    r"[ \t]*(?P<heading>#{1,6})[ \t]+(?P<label>[^\W\d_][\w /'-]{0,38}?)(?:[ \t]*\(\d{1,6}\))?[ \t]*:?[ \t]*"
)

_BRACKETED = re.compile(r"^\s*[【〔［]([^【】〔〕［］]{1,38})[】〕］]\s*[:：]?\s*")
"""A label in brackets, as in Chinese and Japanese texts: ``【标题】Printer``."""

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
    match = _LINE.fullmatch(_BRACKETED.sub(r"\1: ", line))
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


# ------------------------------------------------------------ blocks of lines

_MOST_LINES_OF_A_BLOCK = 8
_LEADING_WORDS = re.compile(r"(?:[^\W\d_]+ )+")


def paragraphs(lines: Sequence[str]) -> Rows:
    """Blocks of equally many lines, set apart by blank ones: in each the first is the same thing, the second .."""
    blocks = groupby((line.strip() for line in lines), key=bool)
    found = [list(block) for filled, block in blocks if filled]
    count, often = Counter(map(len, found)).most_common(1)[0] if found else (0, 0)
    if not 1 < count <= _MOST_LINES_OF_A_BLOCK or often < 2 or often < 0.6 * len(found):
        return []
    rows: Rows = [{f"line{at}": line for at, line in enumerate(one)} for one in found if len(one) == count]
    for name in list(rows[0]):
        _take_apart(rows, name)
    return rows


def _take_apart(rows: Rows, name: str) -> None:
    """Cells of equally many parts as columns of their own: ``open, assigned to Amy``."""
    parts = [str(row[name]).split(", ") for row in rows]
    if len(parts[0]) > 1 and len(set(map(len, parts))) == 1:
        for row, cells in zip(rows, parts, strict=True):
            del row[name]
            row.update({f"{name}.{at}": cell for at, cell in enumerate(cells)})
        for at in range(len(parts[0])):
            _take_label(rows, f"{name}.{at}")


def _take_label(rows: Rows, name: str) -> None:
    """Words that all cells of a column begin with are its label: ``assigned to Amy``, ``assigned to Bob``."""
    cells = [str(row[name]) for row in rows]
    same = takewhile(lambda letters: len(set(letters)) == 1, zip(*cells, strict=False))
    words = _LEADING_WORDS.match("".join(letters[0] for letters in same))
    if words and hints(words[0].strip()):
        for row in rows:
            row[words[0].strip()] = str(row.pop(name))[words.end() :]


# ------------------------------------------------------------ ids within texts

_TAIL = re.compile(r"(?P<text>\S.*\S)\s+[-–—·|:]\s+(?P<tail>\S.{0,30})")


def with_tails(rows: Rows) -> Rows:
    """Where every text of a column ends with a word for a status, a priority or a person, set off by a dash, that is a
    column of its own."""
    for name in rows[0] if rows else ():
        matches = [_TAIL.fullmatch(str(row.get(name) or "")) for row in rows]
        tails = [match["tail"] for match in matches if match is not None]
        if len(tails) == len(rows) and any(all(map(holds, tails)) for holds in (is_status, is_priority, is_person)):
            found = [match for match in matches if match is not None]
            return [{**row, name: m["text"], f"{name}.tail": m["tail"]} for row, m in zip(rows, found, strict=True)]
    return rows


_LEADING_ID = re.compile(
    r"(?:(?P<word>[^\W\d_]{2,20})\s+)?#?(?P<id>[\w./-]*\d[\w./#-]*)(?:\s*[:.)|–—-]\s+|\s+|:)(?P<rest>\S.*)"
)


def with_ids(rows: Rows) -> Rows:
    """Where the first text of every row begins with another token that holds a digit, that is the rows' id."""
    names = dict.fromkeys(name for row in rows for name in row)
    name = next((name for name in names if any(" " in str(row.get(name) or "") for row in rows)), None)
    if name is None or not rows:
        return rows
    found = [_LEADING_ID.fullmatch(str(row.get(name) or "")) for row in rows]
    matches = [match for match in found if match is not None]
    ids = {match["id"] for match in matches}
    words = {match["word"] for match in matches}
    if len(matches) < len(rows) or len(ids) < len(rows) or len(words) > 1:
        return rows
    if len(rows) == 1 and not _is_surely_an_id(matches[0]):
        return rows
    called = "id" if len(rows) == 1 else "token"  # what the columns hold decides where there are several
    return [{called: match["id"], **row, name: match["rest"]} for match, row in zip(matches, rows, strict=True)]


def _is_surely_an_id(match: re.Match[str]) -> bool:
    """In a line alone: ``Task 7: ..`` and ``s01 ..`` begin with an id, ``Found 7 ..`` and ``7 results`` do not."""
    if match["word"] is not None:
        return match["word"].casefold() in TICKET_NOUNS
    return not match["id"].isdecimal() or not match.string[match.end("id") : match.start("rest")].isspace()
