"""``ticketdeck import``: servers that other programs have become profiles, after a look at what they run."""

from __future__ import annotations

import click

from tui_app.cli.options import global_options


@click.command("import")
@click.argument("files", metavar="[FILE]..", nargs=-1)
@click.option("--yes", is_flag=True, help="Add every server without asking; secrets become ${env:NAME}.")
@global_options
def import_(files: tuple[str, ...], yes: bool) -> int:
    """Add servers from another program's mcp.json.

    FILE is that of Claude Desktop, Claude Code, Cursor or VS Code; without one, those that exist are looked through.
    Shows each command and asks before it is added to config.toml. Secrets in plain text are not copied.
    """
    from pathlib import Path

    from tui_app.cli.adopting import adopt
    from tui_app.settings.mcp_json import known_files
    from tui_app.tickets.errors import UsageError

    chosen = [Path(file) for file in files] or known_files()
    if not chosen:
        raise UsageError(
            "No file of Claude Desktop, Claude Code, Cursor or VS Code was found.", hint="Give one as FILE."
        )
    return adopt(chosen, ask=not yes)
