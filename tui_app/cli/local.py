"""``ticketdeck local``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from tui_app.cli.options import format_option

if TYPE_CHECKING:
    from tui_app.local_tracker.importing import ImportReport
    from tui_app.tickets.ticket import JsonValue

_MOST_REFUSED = 20  # rows named one by one; a file with the wrong columns has a reason for every row


@click.group()
def local() -> None:
    """Work with the embedded tracker."""


@local.command("import")
@click.argument("file", metavar="FILE")
@click.option("--project", metavar="P", help="For rows that name no project.")
@format_option("text", "json")
def import_(file: str, project: str | None, form: str) -> int:
    """Load tickets from a CSV, JSON or JSON Lines file.

    A CSV export from Jira and what `gh issue list --json ..` prints are understood. Importing again updates.
    """
    from pathlib import Path

    from tui_app.cli.output import echo
    from tui_app.local_tracker.importing import import_file
    from tui_app.settings.paths import database_path
    from tui_app.settings.storage import make_private_directory
    from tui_app.tickets.errors import ConfigError
    from tui_app.tickets.export import json_text

    database = database_path()
    try:
        make_private_directory(database.parent)
    except OSError as error:
        raise ConfigError(f"{database.parent} cannot be created: {error.strerror}.") from None
    with _progress() as advance:
        report = import_file(Path(file), database, project=project, on_progress=advance)
    if form == "json":
        echo(json_text(_as_json(report), indent=2))
    else:
        _print(report)
    return 1 if report.refused and not (report.added or report.updated or report.unchanged) else 0


@contextmanager
def _progress() -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error; nothing where that is no terminal."""
    from tui_app.cli.output import to_terminal

    if not to_terminal():
        yield lambda _done, _total: None
        return
    with click.progressbar(length=1, label="Importing", file=sys.stderr, show_pos=True) as bar:

        def advance(done: int, total: int | None) -> None:
            bar.length = total or done + 1
            bar.update(done - bar.pos)

        yield advance


def _print(report: ImportReport) -> None:
    from tui_app.cli.output import echo, warn

    echo(
        f"{report.added} added, {report.updated} updated, {report.unchanged} unchanged, {len(report.refused)} refused."
    )
    if report.sample_removed:
        echo("The sample made room for them.")
    for refusal in report.refused[:_MOST_REFUSED]:
        warn(f"Row {refusal.row} was refused: {refusal.reason}.")
    if len(report.refused) > _MOST_REFUSED:
        warn(f"And {len(report.refused) - _MOST_REFUSED} more; --format json names them all.")


def _as_json(report: ImportReport) -> dict[str, JsonValue]:
    return {
        "added": report.added,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "refused": [{"row": refusal.row, "reason": refusal.reason} for refusal in report.refused],
        "sample_removed": report.sample_removed,
    }
