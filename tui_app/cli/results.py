"""Printing what a search found: CSV and JSON Lines page by page, the other formats once all pages are there."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime

from msgspec import Struct, field

from tui_app.cli.output import echo, to_terminal, warn
from tui_app.tickets.dates import iso_utc
from tui_app.tickets.export import csv_lines, markdown_table, to_csv, to_json_document, to_jsonl, to_markdown
from tui_app.tickets.messages import TicketsFound
from tui_app.tickets.query import word_of
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import Ticket
from tui_app.ui.rendering.cells import in_width, width_of
from tui_app.ui.table.columns import EXTRA, column_kind, unknown_columns
from tui_app.ui.table.row_values import text_of, value_of

_COLUMNS: tuple[tuple[str, Callable[[Ticket], str]], ...] = (
    ("ID", lambda ticket: ticket.id),
    ("STATUS", lambda ticket: ticket.status),
    ("PRIORITY", lambda ticket: ticket.priority or ""),
    ("ASSIGNEE", lambda ticket: ticket.assignee or ""),
    ("UPDATED", lambda ticket: ticket.updated_at.strftime("%Y-%m-%d") if ticket.updated_at else ""),
    ("TITLE", lambda ticket: ticket.title),
)
_ALWAYS = ("ID", "TITLE")  # any other column is left out if it has no value
_GAP = "  "
_WIDEST = 24  # terminal cells; a long name in one row must not push every title off the screen
_NARROWEST_TITLE = 20


class ResultSummary(Struct):
    """Counts and warnings of all pages together. ``total`` is None if the total of any search is unknown."""

    shown: int = 0
    incomplete: int = 0
    total: int | None = 0
    truncated: bool = False
    warnings: dict[str, None] = field(default_factory=dict)
    """Used as an ordered set."""

    def add(self, page: TicketsFound, tickets: tuple[Ticket, ...]) -> None:
        """Count a page of which ``tickets`` are printed."""
        self.shown += len(tickets)
        self.incomplete += sum(bool(ticket.problems) for ticket in tickets)
        self.truncated |= len(tickets) < len(page.tickets) or (page.complete and page.truncated)
        self.warnings.update(dict.fromkeys(page.warnings))
        if page.filtered_here:
            names = ", ".join(map(word_of, page.filtered_here))
            self.warnings[f"The server cannot filter by {names}: that was done after the fetch."] = None
        if page.complete:
            self.total = None if self.total is None or page.total is None else self.total + page.total

    def all_warnings(self) -> list[str]:
        """The warnings once every page is counted."""
        if not self.incomplete:
            return list(self.warnings)
        return [
            *self.warnings,
            f"{self.incomplete} of these tickets could not be read completely; the rest of them is shown.",
        ]


def print_found(form: str, pages: Iterable[TicketsFound], most: int, columns: Sequence[str] = ()) -> None:
    """Print at most ``most`` tickets of ``pages`` as ``form``, and counts and warnings on standard error.

    ``columns``: those of the table, CSV or Markdown; empty: the usual ones.
    """
    summary = ResultSummary()
    groups = _within(pages, most, summary)
    if columns:
        tickets = [ticket for group in groups for ticket in group]
        _print_columns(form, tickets, columns)
        unknown = unknown_columns([name.removeprefix(EXTRA) for name in columns], tickets)
        summary.warnings |= dict.fromkeys(f"--columns: {words}" for words in unknown.values())
    elif form in ("csv", "jsonl"):
        _print_streamed(form, groups)
    else:
        _print_whole(form, [ticket for group in groups for ticket in group], summary)
    if form != "json":
        for warning in summary.all_warnings():
            warn(warning)
    if form == "table":
        warn(_counts(summary))


def _within(pages: Iterable[TicketsFound], most: int, summary: ResultSummary) -> Iterator[tuple[Ticket, ...]]:
    for page in pages:
        tickets = page.tickets[: max(0, most - summary.shown)]
        summary.add(page, tickets)
        yield tickets


def _print_streamed(form: str, groups: Iterable[tuple[Ticket, ...]]) -> None:
    header = True
    for tickets in groups:
        text = to_csv(tickets, header=header) if form == "csv" else to_jsonl(tickets)
        header = False
        if text:
            echo(text)


def _print_whole(form: str, tickets: list[Ticket], summary: ResultSummary) -> None:
    if form == "json":
        warnings = summary.all_warnings()
        echo(to_json_document(tickets, total=summary.total, truncated=summary.truncated, warnings=warnings))
    elif form == "markdown":
        echo(to_markdown(tickets))
    elif tickets:
        echo(ticket_table(tickets, shutil.get_terminal_size().columns if to_terminal(sys.stdout) else None))


def _print_columns(form: str, tickets: list[Ticket], columns: Sequence[str]) -> None:
    """The columns that were asked for; times as ISO 8601, since a script may read them."""
    header = [column_kind(name).title for name in columns]
    rows = [[_plain(ticket, name) for name in columns] for ticket in tickets]
    if form == "csv":
        echo(csv_lines([header, *rows]))
    elif form == "markdown":
        echo(markdown_table([header, *rows]))
    else:
        width = shutil.get_terminal_size().columns if to_terminal(sys.stdout) else None
        echo(aligned_columns([[title.upper() for title in header], *rows], width))


def _plain(ticket: Ticket, column: str) -> str:
    value = value_of(ticket, column)
    return iso_utc(value) or "" if isinstance(value, datetime) else clean_line(text_of(ticket, column))


def _counts(summary: ResultSummary) -> str:
    if not summary.shown:
        return "No tickets match."
    total = "" if summary.total is None else f" of {summary.total}"
    more = "; more match, see --max-results" if summary.truncated else ""
    return f"{summary.shown}{total} {'ticket' if summary.shown == 1 and not total else 'tickets'}{more}."


def ticket_table(tickets: Sequence[Ticket], width: int | None) -> str:
    """A header and one line for each ticket, at most ``width`` cells wide; None: no limit."""
    rows = [[clean_line(value(ticket)) for _, value in _COLUMNS] for ticket in tickets]
    header = [name for name, _ in _COLUMNS]
    used = [index for index, name in enumerate(header) if name in _ALWAYS or any(row[index] for row in rows)]
    lines = [[row[index] for index in used] for row in [header, *rows]]
    return aligned_columns(lines, width)


def aligned_columns(lines: Sequence[Sequence[str]], width: int | None = None) -> str:
    """Cells as aligned columns; the last one gets what ``width`` leaves."""
    widths = _widths(lines, width)
    return "\n".join(_line(list(map(clean_line, cells)), widths) for cells in lines) + "\n"


def _widths(lines: Sequence[Sequence[str]], width: int | None) -> list[int]:
    widths = [max(map(width_of, column)) for column in zip(*lines, strict=True)]
    if width is None:
        return widths
    fixed = [min(cells, _WIDEST) for cells in widths[:-1]]
    room = width - sum(fixed) - len(_GAP) * len(fixed)
    return [*fixed, max(_NARROWEST_TITLE, min(room, widths[-1]))]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(map(in_width, cells, widths)).rstrip()
