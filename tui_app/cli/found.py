"""Printing what a search found: as it comes where a line stands for a ticket, as a whole where it does not."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from tui_app.cli.output import echo, to_terminal, warn
from tui_app.cli.table import table
from tui_app.tickets.export import to_csv, to_json_document, to_jsonl, to_markdown
from tui_app.tickets.messages import TicketsFound
from tui_app.tickets.ticket import Ticket


class Summary(Struct):
    """What is said about all pages together. ``total`` is None as soon as one search does not know its own."""

    shown: int = 0
    incomplete: int = 0
    total: int | None = 0
    truncated: bool = False
    warnings: dict[str, None] = field(default_factory=dict)
    """In the order in which they came, each once."""

    def add(self, page: TicketsFound, tickets: tuple[Ticket, ...]) -> None:
        """Count a page, of which ``tickets`` are shown."""
        self.shown += len(tickets)
        self.incomplete += sum(bool(ticket.problems) for ticket in tickets)
        self.truncated |= len(tickets) < len(page.tickets) or (page.complete and page.truncated)
        self.warnings.update(dict.fromkeys(page.warnings))
        if page.applied_here:
            names = ", ".join(page.applied_here)
            self.warnings[f"The server cannot filter by {names}: that was done after the fetch."] = None
        if page.complete:
            self.total = None if self.total is None or page.total is None else self.total + page.total

    def all_warnings(self) -> list[str]:
        """What the reader should know, once all pages have come."""
        if not self.incomplete:
            return list(self.warnings)
        return [
            *self.warnings,
            f"{self.incomplete} of these tickets could not be read in full; they show what there is.",
        ]


def print_found(form: str, pages: Iterable[TicketsFound], most: int) -> None:
    """Print at most ``most`` tickets of ``pages`` in the given form, and beside it what the reader should know."""
    summary = Summary()
    groups = _within(pages, most, summary)
    if form in ("csv", "jsonl"):
        _print_streamed(form, groups)
    else:
        _print_whole(form, [ticket for group in groups for ticket in group], summary)
    if form != "json":
        for warning in summary.all_warnings():
            warn(warning)
    if form == "table":
        warn(_counts(summary))


def _within(pages: Iterable[TicketsFound], most: int, summary: Summary) -> Iterator[tuple[Ticket, ...]]:
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


def _print_whole(form: str, tickets: list[Ticket], summary: Summary) -> None:
    if form == "json":
        warnings = summary.all_warnings()
        echo(to_json_document(tickets, total=summary.total, truncated=summary.truncated, warnings=warnings))
    elif form == "markdown":
        echo(to_markdown(tickets))
    elif tickets:
        echo(table(tickets, shutil.get_terminal_size().columns if to_terminal(sys.stdout) else None))


def _counts(summary: Summary) -> str:
    if not summary.shown:
        return "No tickets match."
    total = "" if summary.total is None else f" of {summary.total}"
    more = "; more match, see --max-results" if summary.truncated else ""
    return f"{summary.shown}{total} {'ticket' if summary.shown == 1 and not total else 'tickets'}{more}."
