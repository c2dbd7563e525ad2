"""Starting a program with its pipes, in a session of its own, watched over from the first moment.

Loads next to nothing, so that a server can be getting ready while everything else is still being loaded.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence

from tui_app.mcp_client.watchdog import watchdog


class Launched:
    """A program that was started, and with what."""

    def __init__(
        self, popen: subprocess.Popen[bytes], argv: Sequence[str], environment: Mapping[str, str], cwd: str | None
    ) -> None:
        self.popen = popen
        self._started_with = tuple(argv), dict(environment), cwd

    def was_started_with(self, argv: Sequence[str], environment: Mapping[str, str], cwd: str | None) -> bool:
        """Whether starting the same again would make no difference."""
        return self._started_with == (tuple(argv), dict(environment), cwd)


def launch(argv: Sequence[str], environment: Mapping[str, str], cwd: str | None = None) -> Launched:
    """Start ``argv``; whoever launches it sees to its end, and the watchdog does should this program end first.

    Raises:
        OSError: the program, or the folder it is to run in, is missing or cannot be used.
        ValueError: a word of it cannot be handed over.
    """
    popen = subprocess.Popen(
        argv,
        env=environment,
        cwd=cwd,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )
    watchdog.guard(popen.pid)
    return Launched(popen, argv, environment, cwd)
