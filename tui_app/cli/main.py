"""The command ``ticketdeck``: its group of commands, and the one place where faults become exit codes.

Exit codes: 0 success, 1 the request failed, 2 usage or configuration, 3 authentication, 130 interrupted; 128 + n after
signal n.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Sequence

import click

from tui_app import __version__
from tui_app.cli.lazy import LazyGroup
from tui_app.cli.options import given, global_options
from tui_app.tickets.errors import ExplainedError, RequestCancelledError, UsageError

PROGRAM = "ticketdeck"

_COMMANDS = {
    "search": ("tui_app.cli.search:search", "Search tickets and print them."),
    "show": ("tui_app.cli.show:show", "Print one ticket with its comments."),
    "doctor": ("tui_app.cli.doctor:doctor", "Check the setup, and say what to do where it fails."),
    "profiles": ("tui_app.cli.profiles:profiles", "List the configured servers."),
    "import": ("tui_app.cli.importing:import_", "Add servers from another program's mcp.json."),
    "local": ("tui_app.cli.local:local", "Work with the embedded tracker."),
    "config": ("tui_app.cli.config:config", "Where the configuration is."),
}


@click.group(
    PROGRAM,
    cls=LazyGroup,
    lazy=_COMMANDS,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@global_options
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def ticketdeck(context: click.Context) -> int:
    """Browse the tickets of any tracker that has an MCP server.

    Without a command it opens the browser.
    """
    if context.invoked_subcommand is not None:
        return 0
    from tui_app.cli.browse import browse

    return browse(given(context))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code and lets no exception out."""
    from tui_app.cli.output import ReaderLeftError

    argv = list(sys.argv[1:] if arguments is None else arguments)
    try:
        return _run(argv)
    except (ReaderLeftError, BrokenPipeError):
        _silence_stdout()
        return 0


def _run(argv: list[str]) -> int:
    from tui_app.cli.output import ReaderLeftError, report

    wants_json = _wants_json(argv)
    try:
        result = ticketdeck.main(argv, prog_name=PROGRAM, standalone_mode=False)
        sys.stdout.flush()
        return result if isinstance(result, int) else 0
    except click.ClickException as error:
        return report(_as_usage_error(error), as_json=wants_json)
    except ExplainedError as error:
        return report(error, as_json=wants_json)
    except (KeyboardInterrupt, click.Abort):
        return report(RequestCancelledError("You interrupted it."), as_json=wants_json)
    except (ReaderLeftError, BrokenPipeError):
        raise
    except Exception as error:  # noqa: BLE001 (whatever it is, the user gets a report and not a traceback)
        from tui_app.cli.crash import report_crash

        return report_crash(error)


def _wants_json(argv: Sequence[str]) -> bool:
    """Whether ``--format json`` was given; asked before the arguments are parsed, as parsing itself may fail."""
    return "--format=json" in argv or ("--format", "json") in itertools.pairwise(argv)


def _as_usage_error(error: click.ClickException) -> UsageError:
    field, hint = "", f"See {PROGRAM} --help."
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"See {error.ctx.command_path} --help."
    if isinstance(error, click.BadParameter) and error.param is not None:
        field = str(error.param.name)
    return UsageError(error.format_message(), hint=hint, field=field)


def _silence_stdout() -> None:
    """Whatever is still in a buffer goes nowhere, so that the interpreter's own last flush does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
