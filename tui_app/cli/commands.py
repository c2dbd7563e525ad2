"""The commands by name and short help; each module is imported when its command is run.

``ticketdeck --help`` and shell completion are as fast as the interpreter because of this.
"""

from __future__ import annotations

import importlib
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

import click
from click.shell_completion import CompletionItem

from tui_app import __version__
from tui_app.cli.options import global_options, options_of
from tui_app.tickets.errors import UsageError

PROGRAM = "ticketdeck"
_DEFAULT = "browse"
"""The command whose name may be left away."""

_COMMANDS = {
    "browse": ("tui_app.cli.query_commands:browse", "Open the browser, on a search, a view or a ticket."),
    "search": ("tui_app.cli.query_commands:search", "Search tickets and print them."),
    "show": ("tui_app.cli.query_commands:show", "Print one ticket with its comments."),
    "open": ("tui_app.cli.query_commands:open_", "Open a ticket in the web browser, and print its address."),
    "comment": ("tui_app.cli.change_commands:comment", "Comment on a ticket."),
    "move": ("tui_app.cli.change_commands:move", "Change the status of tickets."),
    "close": ("tui_app.cli.change_commands:close", "Close tickets."),
    "reopen": ("tui_app.cli.change_commands:reopen", "Open closed tickets again."),
    "assign": (
        "tui_app.cli.change_commands:assign",
        "Assign tickets to somebody, to yourself (me) or to nobody (none).",
    ),
    "edit": ("tui_app.cli.change_commands:edit", "Change title, description, priority or labels."),
    "create": ("tui_app.cli.change_commands:create", "Create a ticket and print its id."),
    "link": ("tui_app.cli.change_commands:link", "Link a ticket to another one."),
    "log": ("tui_app.cli.change_commands:log", "Log work on a ticket, such as 30m or 1h30m."),
    "do": ("tui_app.cli.change_commands:do", "Call a tool of the server by its name."),
    "actions": ("tui_app.cli.change_commands:actions", "List what can be changed, and what cannot and why."),
    "writes": ("tui_app.cli.change_commands:writes", "List what was changed from this machine."),
    "undo": ("tui_app.cli.change_commands:undo", "Take back the last change of the profile, or the Nth last."),
    "login": ("tui_app.cli.query_commands:login", "Log in to a tracker."),
    "logout": ("tui_app.cli.query_commands:logout", "Log out of a tracker: revoke and delete its login."),
    "doctor": ("tui_app.cli.doctor:doctor", "Check the setup and explain each fault."),
    "profiles": ("tui_app.cli.configuration:profiles", "List the configured servers."),
    "views": ("tui_app.cli.configuration:views", "List the views and saved searches, and what they search for."),
    "init": ("tui_app.cli.init:init", "Write a profile for a tracker, by a few questions."),
    "import": ("tui_app.cli.import_servers:import_", "Add servers from another program's mcp.json."),
    "local": ("tui_app.cli.local:local", "Manage the embedded tracker."),
    "config": ("tui_app.cli.configuration:config", "Find, edit and describe the configuration."),
    "cache": ("tui_app.cli.configuration:cache", "Manage the rows that are kept for the next start."),
    "completion": ("tui_app.cli.configuration:completion", "Print the completion script for a shell."),
}


class LazyGroup(click.Group):
    """A group that imports a command only when it is run. ``lazy``: name to (``module:attribute``, short help)."""

    def __init__(self, *args: Any, lazy: Mapping[str, tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lazy = lazy

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(self.lazy)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in self.lazy:
            return None
        module, _, attribute = self.lazy[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), attribute)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, [*args])
        except click.NoSuchOption as error:
            browse = self.get_command(ctx, _DEFAULT)
            if browse is None or not any(error.option_name in parameter.opts for parameter in browse.params):
                raise
            return super().parse_args(ctx, [_DEFAULT, *args])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from tui_app.tickets.vocabulary import nearest  # late: `--help` does not need it

            close = nearest(args[0], self.lazy)
            meant = f"Did you mean {close[0]}?" if close else f"See {PROGRAM} --help."
            search = f"To search for it: {PROGRAM} browse {shlex.join(args)}"
            raise UsageError(error.format_message(), hint=f"{meant} {search}") from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, short_help) for name, (_, short_help) in self.lazy.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        own = [
            CompletionItem(name, help=short_help)
            for name, (_, short_help) in self.lazy.items()
            if name.startswith(incomplete)
        ]
        return own + click.Command.shell_complete(self, ctx, incomplete)


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

    Without a command, the browser opens.
    """
    if context.invoked_subcommand is not None:
        context.call_on_close(_sweep)
        return 0
    from tui_app.cli.browse import browse  # late: `--help` does not need it

    return browse(options_of(context))


def run(argv: Sequence[str]) -> int:
    """Parse ``argv`` and run its command; returns the exit code.

    Raises:
        UsageError: the arguments are wrong.
        ExplainedError: the command failed.
        KeyboardInterrupt: the user pressed Ctrl-C.
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


def _sweep() -> None:
    """Delete what killed programs have left, once the command has done its work."""
    from tui_app.processes.lent_text import sweep  # late: the command does not need it

    sweep()
