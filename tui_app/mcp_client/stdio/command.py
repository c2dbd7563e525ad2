"""A server's program: the target of a session over a subprocess's pipes."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from msgspec import Struct, field

from tui_app.mcp_client.peer import digest, mask
from tui_app.tickets.text import clean_line


class ServerCommand(Struct, frozen=True):
    """A `Target` with everything filled in: nothing here is expanded again, and no shell sees it."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the allowlisted part of our own environment."""
    cwd: str | None = None
    configured_in: str = "the command line"
    """Where the user can change it: a file's path, ``the command line`` or ``built in``."""
    shown: str = ""
    """The command as it may be shown, where the argv itself holds secrets."""
    secrets: tuple[str, ...] = ()
    """Values that are masked wherever the server repeats them."""

    def __str__(self) -> str:
        return clean_line(self.shown or mask(shlex.join(self.argv), self.secrets))

    @property
    def named(self) -> str:
        """For error messages: the command and where the user can change it."""
        return f"{self} (configured in {self.configured_in})"

    @property
    def key(self) -> str:
        """Identifies this command; a digest, so that it can be stored."""
        return digest(*self.argv, "", self.cwd or "")
