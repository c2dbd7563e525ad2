"""A head start for the server that is meant: it starts before anything is loaded that it does not need.

Its words come from the command line, or at a glance from the user's own config file; what is not plain there is left to
what reads the config properly. Invariants: whoever starts servers takes this one only if it is what would be started
then, and ends it otherwise; nothing is started from a file that others could have written.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tui_app.cli.given import GlobalOptions, command_words, variable
from tui_app.tickets.errors import ConfigError

if TYPE_CHECKING:
    from tui_app.mcp_client.launch import Launched


def head_start(options: GlobalOptions) -> Launched | None:
    """The server that is meant, started; None where that takes a closer look, or its words refer to something.

    None also where it cannot be started: trying once more, with everything loaded, says why.

    Raises:
        UsageError: the options are wrong.
    """
    meant = _given(options) if options.command is not None else _configured(options)
    if "auth" in meant or "cwd" in meant:
        return None
    argv, env = meant.get("command"), meant.get("env", {})
    if not (isinstance(argv, list) and argv and isinstance(env, dict)):
        return None
    own = {**env, **dict(map(variable, options.env))}
    if not all(isinstance(word, str) and "$" not in word and word[:1] != "~" for word in (*argv, *own.values())):
        return None
    from tui_app.mcp_client.environment import server_environment
    from tui_app.mcp_client.launch import launch

    try:
        return launch(argv, server_environment(argv, own))
    except (OSError, ValueError):
        return None


def _given(options: GlobalOptions) -> Mapping[str, Any]:
    """``--command`` as a profile would have it; empty where ``--profile`` contradicts it."""
    return {} if options.profile else {"command": list(command_words(options.command or ""))}


def _configured(options: GlobalOptions) -> Mapping[str, Any]:
    """The profile that is meant, as it stands in the user's config file; empty where it cannot be seen at a glance."""
    if options.config:
        return {}
    from tui_app.settings.paths import config_file
    from tui_app.settings.permissions import refuse_if_others_can_write

    path = config_file()
    try:
        refuse_if_others_can_write(path)
        import tomllib

        content = tomllib.loads(path.read_text(encoding="utf-8"))
        profiles = content["profiles"]
        wanted = options.profile or os.environ.get("TICKETDECK_PROFILE")
        found = profiles[wanted or content.get("default") or next(iter(profiles))]
    except (ConfigError, OSError, ValueError, LookupError, TypeError, StopIteration, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
