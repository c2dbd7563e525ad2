"""Tickets in a text for people that are set off by lines: lists, headings, and blocks of labelled lines.

The text is gone through once. A line that begins a ticket (`text_heads`) opens a record; labelled lines, sections and
indented lines fill it. Invariant: a line opens a record only if it looks like the lines that opened those before, so
that a list within a description is not taken for tickets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from tui_app.adapters.reading.text_heads import Head, Shape, check_item, classify, head_of, undecorated
from tui_app.adapters.reading.text_labels import LONG_FIELDS, comment_rows, label_field, labelled_line, section_heading
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.vocabulary import is_status

_MOST_LINES = 50_000
_RULE = re.compile(r"[-=_*~─━]{3,}")
_HEADING = re.compile(r"[ \t]*(#{1,6})[ \t]+(\S.*)")
_GROUP = re.compile(
    r"(?:#{1,6}[ \t]+)?[^\w\n]{0,4}(?P<name>[^\W\d_][\w '-]{1,38}?)[ \t]*"
    r"(?:[(\[]\d{1,6}[^)\]]{0,20}[)\]])?[ \t]*:?[ \t]*[^\w\n]{0,4}"
)
_DATED_PART = re.compile(
    r"(?P<label>created|updated|opened|modified|due|closed)(?: (?:at|on))?:? (?P<value>.{4,60})", re.IGNORECASE
)
_LABEL_ALONE = re.compile(r"([^\W\d_][\w /()'-]{0,38}?)(?: \(\d{1,6}\))?:")
_PART_SEPARATOR = re.compile(r"\s+[|·•]\s+")
_MARK = re.compile(r"^\[[^\]]{1,3}\]\s*")
_MOST_LABEL_WORDS = 3  # of a label that is no field of ours; more words are a sentence
_SNIPPET = 2000  # characters of loose text under a ticket that are taken for its description

_Row = dict[str, JsonValue]


def record_rows(text: str) -> list[JsonValue]:
    """The tickets in ``text`` that have an id, each as a row."""
    reader = _Reader()
    lines = text.split("\n", _MOST_LINES)[:_MOST_LINES]
    for line in lines:
        reader.add(line.rstrip()[:_LONGEST_LINE])
    return list(reader.rows())


_LONGEST_LINE = 20_000  # characters; the rest of a longer one is not worth the time


def check_rows(text: str) -> list[JsonValue]:
    """The items of a check list without ids."""
    heads = filter(None, map(check_item, text.split("\n", _MOST_LINES)[:_MOST_LINES]))
    return [dict(head.fields) for head in heads]


class _Section(Struct):
    """A part of a ticket that goes over several lines. ``prefix`` is what stood before its label: ``- **``."""

    field: str
    lines: list[str]
    prefix: str = ""

    @property
    def is_long(self) -> bool:
        return self.field in LONG_FIELDS


class _Reader:
    """Goes through the lines; knows the record and the section that it is within."""

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._row: _Row | None = None
        self._shape: Shape | None = None
        self._section: _Section | None = None
        self._loose: list[str] = []
        self._group: str | None = None
        self._heading_level = 0
        self._after_first_line = False
        self._title_is_heading = False

    def rows(self) -> Iterator[_Row]:
        self._close()
        for row in self._rows:
            if row.get("id") or row.get("key"):
                yield row

    def add(self, line: str) -> None:
        text = line.strip()
        if not text:
            self._add_loose(line)
        elif _RULE.fullmatch(text):
            self._add_rule(text)
        elif not (self._opens(line) or self._is_group(text) or self._begins_section(line) or self._fills(line)):
            self._add_loose(line)
        self._after_first_line = bool(text) and (self._row is not None and self._section is None)

    # ------------------------------------------------------------ what a line can be

    def _opens(self, line: str) -> bool:
        """A line that begins a ticket, or a heading that may: its id can be in a labelled line below."""
        head = head_of(line)
        if head is not None and self._fits(head.shape):
            self._open(head)
            return True
        heading = _HEADING.fullmatch(line)
        if heading is None or self._is_part(line, len(heading[1])):
            return False
        self._open(Head(Shape("heading" + heading[1], 0), {"title": undecorated(heading[2])}), certain=False)
        self._heading_level = len(heading[1])
        group = _group_name(heading[2])
        self._group = group or self._group
        return True

    def _fits(self, shape: Shape) -> bool:
        if self._shape is None or shape == self._shape:
            return True
        if self._shape.kind == "check" and shape.kind in ("check", "bullet"):
            return (shape.indent, shape.identity) == (self._shape.indent, self._shape.identity)
        return shape.kind.startswith("heading") and not self._rows_have_shape(shape)

    def _rows_have_shape(self, shape: Shape) -> bool:
        return (
            bool(self._rows)
            and self._shape is not None
            and self._shape.kind.startswith("heading")
            and (len(shape.kind) > len(self._shape.kind))
        )

    def _is_part(self, line: str, level: int) -> bool:
        """Whether a heading is one of a ticket's parts rather than a ticket."""
        named = section_heading(line)
        known = named is not None and bool(named[0])
        return self._row is not None and (known or (level > self._heading_level > 0 and bool(self._row.get("id"))))

    def _begins_section(self, line: str) -> bool:
        if self._row is None:
            return False
        named = section_heading(line)
        if named is None:
            return False
        self._end_section()
        self._section = _Section(named[0] or named[1], [])
        return True

    def _fills(self, line: str) -> bool:
        labelled = labelled_line(line)
        if labelled is None:
            return False
        field, label, value = labelled
        prefix = line[: line.find(label)]
        if not field and (len(label.split()) > _MOST_LABEL_WORDS or self._row is None):
            return False
        if self._section is not None and self._section.is_long and not self._ends_section(self._section, field, prefix):
            return False
        self._end_section()
        self._set(field or label, value, prefix)
        return True

    def _ends_section(self, section: _Section, field: str, prefix: str) -> bool:
        """Whether a labelled line within a long text is the ticket's next field, not a line of the text itself.

        It is where it is set off as the text's own label was (``- **Status**`` after ``- **Description**``), or,
        without any such sign, where it is a field that the ticket still lacks.
        """
        if field in ("id", "key", "title") and not any(map(str.strip, section.lines)):
            return True  # ``Details:`` over the ticket's fields is a heading
        if section.prefix or prefix:
            return prefix == section.prefix
        return field != "" and self._row is not None and field not in self._row

    def _is_group(self, text: str) -> bool:
        """``In Progress (3):`` over a list says the status of what follows."""
        if self._section is not None and self._section.is_long:
            return False
        name = _group_name(text)
        if name is None:
            return False
        self._group = name
        return True

    def _add_loose(self, line: str) -> None:
        if self._section is not None:
            self._section.lines.append(line)
        elif (
            line.strip()
            and self._row is not None
            and not _read_parts(line.strip(), self._row)
            and (line[:1] in " \t>" or self._row.get("id"))
        ):
            self._loose.append(line.strip())

    def _add_rule(self, text: str) -> None:
        """A rule underlines the label of a section, or a ticket's first line; else it ends what stood above it."""
        section = self._section
        if section is None:
            if not self._after_first_line:
                self._close()
        elif section.lines and (label := _LABEL_ALONE.fullmatch(section.lines[-1])):
            section.lines.pop()
            self._end_section()
            self._section = _Section(label_field(label[1]) or label[1], [])
        elif section.lines:
            section.lines.append(text)

    # ------------------------------------------------------------ records

    def _open(self, head: Head, *, certain: bool = True) -> _Row:
        self._close()
        self._row = row = dict(head.fields)
        self._title_is_heading = not certain
        if certain:
            self._shape = self._shape or head.shape
            self._heading_level = head.shape.kind.count("#")
        if self._group and "status" not in row and certain:
            row["status"] = self._group
        return row

    def _set(self, field: str, value: str, prefix: str) -> None:
        is_identity = field in ("id", "key")
        row = self._row
        if row is None or (is_identity and (row.get(field) or row.get("id"))):
            row = self._open(Head(Shape("label", 0), {}), certain=False)
        if is_identity:
            row[field] = undecorated(value).split(" ")[0]
        elif field in LONG_FIELDS:
            self._section = _Section(field, [value] if value else [], prefix)
        elif value and (row.get(field) is None or (field == "title" and self._title_is_heading)):
            row[field] = _value(field, value)
            self._title_is_heading = self._title_is_heading and field != "title"
        elif value:
            return
        else:
            self._section = _Section(field, [], prefix)

    def _end_section(self) -> None:
        if self._section is None or self._row is None:
            self._section = None
            return
        section, self._section = self._section, None
        text = "\n".join(section.lines).strip("\n ")
        if section.field == "comments":
            self._row.setdefault("comments", list(comment_rows(section.lines)))
        elif text:
            self._row.setdefault(section.field, text)

    def _close(self) -> None:
        self._end_section()
        if self._row is None:
            return
        if self._loose and "description" not in self._row:
            self._row["description"] = "\n".join(self._loose)[:_SNIPPET]
        self._loose = []
        if "key" in self._row and "id" not in self._row:
            self._row["id"] = self._row.pop("key")
        self._rows.append(self._row)
        self._row = None


def _read_parts(text: str, row: _Row) -> bool:
    """``Bug | [>] In Progress | Medium | created Nov 2, 2026`` below a ticket's first line; whether it is clear."""
    parts = [part.strip() for part in _PART_SEPARATOR.split(text)]
    if len(parts) == 1:
        return False
    read = [_part(_MARK.sub("", part)) for part in parts]
    for field, value in filter(None, read):
        row.setdefault(field, value)
    return any(read)


def _part(part: str) -> tuple[str, str] | None:
    """Field and value of one part of a line."""
    dated = _DATED_PART.fullmatch(part)
    if dated:
        return dated["label"].lower(), dated["value"]
    labelled = labelled_line(part)
    if labelled and labelled[0]:
        return labelled[0], labelled[2]
    field = classify(part)
    return (field, part) if field else None


def _group_name(text: str) -> str | None:
    match = _GROUP.fullmatch(text.strip("*_ "))
    return match["name"].strip() if match and is_status(match["name"]) else None


def _value(field: str, value: str) -> JsonValue:
    plain = undecorated(value)
    if field == "status":
        plain = re.sub(r"^(?:\[[^\]]{1,3}\]|[^\w\s\[(]+)\s*", "", plain) or plain
    return None if plain.casefold() in ("none", "n/a", "-", "unassigned", "null", "not set") else plain
