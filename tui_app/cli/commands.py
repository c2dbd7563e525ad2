"""The group of commands, each imported when it is run."""

from __future__ import annotations

from collections.abc import Sequence

import click

from tui_app import __version__
from tui_app.cli.lazy import LazyGroup
from tui_app.cli.options import given, global_options
from tui_app.tickets.errors import UsageError

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


def run(argv: Sequence[str]) -> int:
    """Parse ``argv`` and run its command; returns the exit code.

    Raises:
        UsageError: the arguments are wrong.
        ExplainedError: the command failed.
        KeyboardInterrupt: the user gave up.
    """
    try:
        result = ticketdeck.main(list(argv), prog_name=PROGRAM, standalone_mode=False)
    except click.ClickException as error:
        raise _as_usage_error(error) from None
    except click.Abort:
        raise KeyboardInterrupt from None
    return result if isinstance(result, int) else 0


def _as_usage_error(error: click.ClickException) -> UsageError:
    field, hint = "", f"See {PROGRAM} --help."
    if isinstance(error, click.UsageError) and error.ctx is not None:
        hint = f"See {error.ctx.command_path} --help."
    if isinstance(error, click.BadParameter) and error.param is not None:
        field = str(error.param.name)
    return UsageError(error.format_message(), hint=hint, field=field)
