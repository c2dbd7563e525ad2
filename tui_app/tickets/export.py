"""Tickets as JSON, JSON Lines, CSV and Markdown, for the command line and for exports to files.

Invariants: JSON holds what the tracker said, and yet no character of it can act on a terminal (controls, bidi controls
and invisible characters are escapes). CSV never holds a cell that a spreadsheet takes for a formula.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from types import SimpleNamespace

from tui_app.tickets.dates import iso_utc
from tui_app.tickets.extra_fields import readable
from tui_app.tickets.fields import ROW_FIELDS, TICKET_FIELDS, FieldKind
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import Comment, JsonValue, Ticket

_IN_DOCUMENT_TITLE = ("id", "title")
_DOCUMENT_FIELDS = tuple(
    field
    for field in TICKET_FIELDS
    if field.exported and field.kind is not FieldKind.TEXT and field.name not in _IN_DOCUMENT_TITLE
)
_LINE_END = "\r\n"
_FORMULA_STARTS = ("=", "+", "-", "\u2212", "@")  # U+2212: the minus sign
_INVISIBLE_YET_PRINTABLE = (
    "\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef"
)
_NOT_ASCII = re.compile(r"[^\x20-\x7e\n]+")
_INVISIBLE = re.compile(f"[{_INVISIBLE_YET_PRINTABLE}]")


def to_json_document(
    tickets: Iterable[Ticket], *, total: int | None = None, truncated: bool = False, warnings: Sequence[str] = ()
) -> str:
    """The whole answer to a search: ``{"tickets": [...], "total": n|null, "truncated": bool, "warnings": [...]}``."""
    return json_text(
        {
            "tickets": [ticket_json(ticket) for ticket in tickets],
            "total": total,
            "truncated": truncated,
            "warnings": list(warnings),
        },
        indent=2,
    )


def to_jsonl(tickets: Iterable[Ticket]) -> str:
    """One ticket a line, each line ended."""
    return "".join(json_text(ticket_json(ticket)) + "\n" for ticket in tickets)


def to_csv(tickets: Iterable[Ticket], *, header: bool = True, original: bool = False) -> str:
    """Comma-separated values (RFC 4180, lines ended by LF); ``original`` is for files, never for a terminal.

    A cell that a spreadsheet would run (it begins with ``=``, ``+``, ``-`` or ``@``, perhaps after blanks) gets a
    ``'`` in front.
    """
    rows: list[Sequence[JsonValue]] = [ROW_FIELDS] if header else []
    for ticket in tickets:
        fields = ticket_json(ticket) if original else ticket.to_json()
        rows.append([fields[name] for name in ROW_FIELDS])
    return csv_lines(rows)


def csv_lines(rows: Iterable[Sequence[JsonValue]]) -> str:
    """Rows of cells as lines of CSV, as `to_csv` writes them."""
    import csv

    lines: list[str] = []
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator=_LINE_END)  # quotes every CR and LF
    for row in rows:
        writer.writerow(list(map(_csv_cell, row)))
    return "".join(line.removesuffix(_LINE_END) + "\n" for line in lines)


def markdown_table(rows: Sequence[Sequence[str]]) -> str:
    """Rows of cells, the first of which are the captions, as a table in Markdown."""
    lines = ["| " + " | ".join(map(_markdown_cell, row)) + " |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]) + "\n"


def to_markdown(tickets: Iterable[Ticket]) -> str:
    """A table with one row a ticket; ids are links where the ticket has an address."""
    rows = ["| ID | Status | Priority | Assignee | Updated | Title |", "|---|---|---|---|---|---|"]
    rows += ("| " + " | ".join((_markdown_id(t), *map(_markdown_cell, _summary(t)))) + " |" for t in tickets)
    return "\n".join(rows) + "\n"


def ticket_to_json(ticket: Ticket) -> str:
    """One ticket, indented."""
    return json_text(ticket_json(ticket), indent=2)


def tickets_to_markdown(tickets: Sequence[Ticket]) -> str:
    """Whole tickets, one below the other with a rule between."""
    return "\n---\n\n".join(map(ticket_to_markdown, tickets))


def ticket_to_markdown(ticket: Ticket) -> str:
    """One whole ticket as a document: title, fields, description, comments, history, attachments."""
    parts = [f"# {clean_line(ticket.id)} {clean_line(ticket.title)}".rstrip(), "\n".join(_field_lines(ticket))]
    if ticket.description:
        parts.append(ticket.description.strip("\n"))
    if ticket.comments:
        parts.append(f"## Comments ({len(ticket.comments)})")
        parts += (_comment(comment) for comment in ticket.comments)
    if ticket.history:
        parts += ["## History", "\n".join(_history_lines(ticket))]
    if ticket.attachments:
        parts += ["## Attachments", "\n".join(_attachment_lines(ticket))]
    return "\n\n".join(parts) + "\n"


def ticket_json(ticket: Ticket) -> dict[str, JsonValue]:
    """`Ticket.to_json` with the original words where sanitising changed them (``comments.0.body`` and the like too)."""
    fields = ticket.to_json()
    for path, words in ticket.originals.items():
        _put_back(fields, path.split("."), words)
    return fields


def json_text(value: JsonValue, *, indent: int | None = None) -> str:
    """``value`` as JSON in which every character that could act on a terminal, or hide, is an escape."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return _NOT_ASCII.sub(lambda run: _escaped_run(run[0]), text)


def _put_back(container: JsonValue, path: list[str], words: str) -> None:
    for step, last in zip(path, [False] * (len(path) - 1) + [True], strict=True):
        key: str | int
        if isinstance(container, dict) and step in container:
            key = step
            inner = container[step]
        elif isinstance(container, list) and step.isdecimal() and int(step) < len(container):
            key = int(step)
            inner = container[key]
        else:
            return
        if last and isinstance(inner, str):
            container[key] = words  # type: ignore[index]
        container = inner


def _escaped_run(run: str) -> str:
    if run.isprintable() and not _INVISIBLE.search(run):
        return run
    return "".join(c if c.isprintable() and not _INVISIBLE.match(c) else json.dumps(c)[1:-1] for c in run)


def _cell_text(value: JsonValue) -> str:
    """A field's value in one text, lists with commas between; empty for null."""
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _csv_cell(value: JsonValue) -> str:
    text = _cell_text(value).encode(errors="replace").decode()  # half a surrogate pair fits in no file
    if ";" in text:  # where numbers have a comma, spreadsheets part the cells of any file by semicolons
        first, *others = text.split(";")
        text = ";".join((first, *(f"'{part}" if _begins_like_a_formula(part) else part for part in others)))
    return f"'{text}" if _begins_like_a_formula(text) else text


def _begins_like_a_formula(text: str) -> bool:
    """Whether a spreadsheet may run ``text``: also after blanks, after invisible characters, and in other widths.

    Spreadsheets read full-width, small, raised and lowered signs (``＝ ﹦ ⁼ ₌``) as the plain ones.
    """
    if text.startswith(("\t", "\r")):
        return True
    shown = next((character for character in text if not _is_blank_or_invisible(character)), "")
    return unicodedata.normalize("NFKC", shown).startswith(_FORMULA_STARTS)


def _is_blank_or_invisible(character: str) -> bool:
    return unicodedata.category(character)[0] in "CZ" or bool(_INVISIBLE.match(character))


def _summary(ticket: Ticket) -> tuple[str, ...]:
    return (
        ticket.status,
        ticket.priority or "",
        ticket.assignee or "",
        (iso_utc(ticket.updated_at) or "")[:10],
        ticket.title,
    )


def _markdown_id(ticket: Ticket) -> str:
    label = _markdown_cell(ticket.id)
    return f"[{label}]({_markdown_cell(ticket.url)})" if ticket.url else label


def _markdown_cell(text: str) -> str:
    return re.sub(r"([\\|\[\]<`])", r"\\\1", clean_line(text))


def _field_lines(ticket: Ticket) -> list[str]:
    fields = ticket.to_json()
    named = ((field.caption, _cell_text(fields[field.name])) for field in _DOCUMENT_FIELDS)
    lines = [f"- **{caption}:** {clean_line(value)}" for caption, value in named if value]
    lines += [
        f"- **{clean_line(name)}:** {clean_line(text)}"
        for name, value in ticket.extra.items()
        if (text := readable(value))
    ]
    return lines + [f"- **Note:** {clean_line(problem)}" for problem in ticket.problems]


def _comment(comment: Comment) -> str:
    heading = " · ".join(filter(None, (clean_line(comment.author or "Unknown"), iso_utc(comment.created_at))))
    return f"### {heading}\n\n{comment.body.strip(chr(10))}"


def _history_lines(ticket: Ticket) -> list[str]:
    return [
        f"- {iso_utc(change.created_at) or ''} {clean_line(change.author or 'Unknown')}: {clean_line(change.field)}: "
        f"{clean_line(change.before or '–')} → {clean_line(change.after or '–')}"
        for change in ticket.history
    ]


def _attachment_lines(ticket: Ticket) -> list[str]:
    return [
        f"- {clean_line(a.name)}"
        + (f", {a.size} bytes" if a.size is not None else "")
        + (f", {a.url}" if a.url else "")
        for a in ticket.attachments
    ]
