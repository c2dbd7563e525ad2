"""A head start for the server of ``--command``: its words need neither the config nor what reads it.

Invariant: what is started here is what would be started later; whoever starts servers checks it, and takes this one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui_app.cli.given import GlobalOptions, command_words, variable

if TYPE_CHECKING:
    from tui_app.mcp_client.launch import Launched


def head_start(options: GlobalOptions) -> Launched | None:
    """The server of ``--command``, started; None where there is none, or its words do not stand for themselves.

    None also where it cannot be started: trying once more, with everything loaded, says why.

    Raises:
        UsageError: the options are wrong.
    """
    if options.command is None or options.profile is not None:
        return None
    argv = command_words(options.command)
    own = dict(map(variable, options.env))
    if any("$" in word or word.startswith("~") for word in (*argv, *own.values())):
        return None
    from tui_app.mcp_client.environment import server_environment
    from tui_app.mcp_client.launch import launch

    try:
        return launch(argv, server_environment(argv, own))
    except (OSError, ValueError):
        return None
