"""``ticketdeck local``: the embedded tracker's own commands."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import tzinfo
from pathlib import Path

import click

from tui_app.cli.options import format_option, options_of
from tui_app.cli.output import echo, to_terminal, warn
from tui_app.local_tracker.file_import import ImportReport, RefusedRow, import_file
from tui_app.settings.paths import database_path
from tui_app.settings.storage import make_private_directory
from tui_app.tickets.calendar_words import zone_in
from tui_app.tickets.errors import ConfigError, UsageError
from tui_app.tickets.export import json_text
from tui_app.tickets.fields import BY_CAPTION, FIELDS_BY_NAME
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import JsonValue

_MOST_NAMED = 20  # rows printed one by one; a file with the wrong columns has a reason for every row
_ORDERS = ("dmy", "mdy", "ymd")


@click.group()
def local() -> None:
    """Manage the embedded tracker."""


@local.command("import")
@click.argument("file", metavar="FILE")
@click.option("--project", metavar="P", help="The project of rows that name none.")
@click.option("--map", "mapped", metavar="HEADING=FIELD", multiple=True, help="Which field a column is. Repeatable.")
@click.option("--dates", type=click.Choice(_ORDERS), help="The order of day, month and year in numbers.")
@click.option(
    "--timezone", metavar="Z", help="The zone of times that name none, such as Europe/Berlin. [default: yours]"
)
@click.option("--encoding", metavar="E", help="The file's encoding, where its content does not tell.")
@click.option("--dry-run", is_flag=True, help="Change nothing; show the first rows as they would be.")
@format_option("text", "json")
@click.pass_context
def import_(
    context: click.Context,
    file: str,
    project: str | None,
    mapped: Sequence[str],
    dates: str | None,
    timezone: str | None,
    encoding: str | None,
    dry_run: bool,
    form: str,
) -> int:
    """Load tickets from a file, or from standard input if FILE is -.

    Reads CSV, JSON, JSON Lines, todo.txt and Excel workbooks as trackers export them, also packed by gzip or zip, and
    folders of Markdown files with front matter, such as Backlog.md's. Importing again updates the tickets.
    """
    database = database_path()
    zone = _zone(timezone) if timezone else None
    try:
        make_private_directory(database.parent)
    except OSError as error:
        raise ConfigError(f"{database.parent} cannot be created: {error.strerror}.") from None
    with _progress() as advance:
        report = import_file(
            Path(file),
            database,
            project=project,
            mapping=dict(map(_heading_and_field, mapped)),
            order=dates or "",
            zone=zone,
            encoding=encoding,
            dry_run=dry_run,
            on_progress=advance,
            clock=options_of(context).clock,
        )
    if form == "json":
        echo(json_text(_as_json(report), indent=2))
    else:
        _print(report, dry_run=dry_run)
    return 1 if report.refused and not (report.added or report.updated or report.unchanged) else 0


def _zone(name: str) -> tzinfo:
    zone = zone_in(name)
    if zone is None:
        raise _wrong_option("--timezone", f"{name!r} is not a time zone.", "Examples: Europe/Berlin, UTC, +02:00.")
    return zone


def _heading_and_field(text: str) -> tuple[str, str]:
    heading, _, name = text.rpartition("=")
    name = BY_CAPTION.get(name.strip().casefold(), name.strip().lower())
    known = [field for field in FIELDS_BY_NAME if field != "source"]
    if not heading.strip() or name not in known:
        raise _wrong_option("--map", f"{text!r} is not HEADING=FIELD.", f"The fields: {', '.join(known)}.")
    return heading.strip(), name


def _wrong_option(option: str, cause: str, hint: str) -> UsageError:
    return UsageError(cause, title="Nothing was imported", hint=hint, field=option)


@contextmanager
def _progress() -> Iterator[Callable[[int, int | None], None]]:
    """A progress bar on standard error, if that is a terminal; the value takes rows done and rows in total."""
    if not to_terminal():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label="Importing", file=sys.stderr, show_pos=True) as bar:

        def advance(done: int, total: int | None) -> None:
            bar.length = total or done + 1
            bar.update(done - bar.pos)

        yield advance


def _print(report: ImportReport, *, dry_run: bool) -> None:
    if dry_run:
        _print_preview(report)
    counts = f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged"
    would = "Nothing was changed. It would be: " if dry_run else ""
    echo(f"{would}{counts}, {len(report.refused)} refused.")
    if report.sample_removed and not dry_run:
        echo("The sample tickets were removed.")
    if report.fields:
        guess = dict.fromkeys(report.guessed, " (a guess)")
        named = ", ".join(f"{name} = {one}{guess.get(name, '')}" for name, one in report.fields.items())
        echo(clean_line(f"Read as: {named}."))
    if report.kept:
        echo(clean_line(f"Kept by name: {', '.join(report.kept)}."))
    for note in report.notes:
        warn(note)
    _name_rows("was refused", report.refused, len(report.refused))
    _name_rows("has a value that was not read", report.unread, report.unread_count)


def _name_rows(what: str, rows: Sequence[RefusedRow], count: int) -> None:
    for row in rows[:_MOST_NAMED]:
        warn(f"Row {row.row} {what}: {row.reason}.")
    if count > _MOST_NAMED:
        warn(f"And {count - _MOST_NAMED} more; --format json names them.")


def _print_preview(report: ImportReport) -> None:
    """The first tickets, a field on a line."""
    for record in report.preview:
        for name, value in record.items():
            if value and name != "extra":
                text = ", ".join(map(str, value)) if name == "labels" else value
                shown = f"{len(value)}" if isinstance(text, list) else str(text)
                echo(clean_line(f"{name}: {shown}"))
        for name, value in record.get("extra", {}).items():
            echo(clean_line(f"  {name}: {value}"))
        echo("")


def _as_json(report: ImportReport) -> dict[str, JsonValue]:
    return {
        "rows": report.rows,
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": _rows_as_json(report.refused),
        "sample_removed": report.sample_removed,
        "unread": _rows_as_json(report.unread),
        "unread_count": report.unread_count,
        "fields": dict(report.fields),
        "guessed": list(report.guessed),
        "kept": list(report.kept),
        "notes": list(report.notes),
        "preview": [dict(record) for record in report.preview],
    }


def _rows_as_json(rows: Sequence[RefusedRow]) -> list[JsonValue]:
    return [{"row": row.row, "reason": row.reason} for row in rows]
