"""What is started, and how long it may take: a server's command and the limits of the conversation with it."""

from __future__ import annotations

import shlex
from collections.abc import Mapping

from msgspec import Struct, field

from tui_app.tickets.text import clean, clean_line

MASK = "****"


class ServerCommand(Struct, frozen=True):
    """A server's program with everything filled in: nothing here is expanded again, and no shell sees it."""

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
        return clean_line(self.shown or self.masked(shlex.join(self.argv)))

    @property
    def named(self) -> str:
        """For messages: the command and where the user can change it."""
        return f"{self} (configured in {self.configured_in})"

    @property
    def key(self) -> str:
        """Tells this command from others; a digest, so that it can be stored."""
        import hashlib

        return hashlib.sha256("\0".join((*self.argv, "", self.cwd or "")).encode(errors="replace")).hexdigest()[:32]

    def masked(self, text: str) -> str:
        """``text`` without the secrets, otherwise as it was."""
        for secret in sorted(filter(None, self.secrets), key=len, reverse=True):  # one may be a part of another
            text = text.replace(secret, MASK)
        return text

    def foreign(self, text: str) -> str:
        """The server's own words as they may be shown: sanitised, without the secrets."""
        return clean(self.masked(text))


class ClientLimits(Struct, frozen=True):
    """Seconds, bytes and counts beyond which a server is no longer waited for or listened to."""

    start: float = 30.0
    """From the first request to its proper answer. Real servers need up to 13 s when cold."""
    request: float = 30.0
    """Silence on one request; progress that the server reports starts it anew."""
    hard_maximum: float = 300.0
    """One request in all, whatever progress is reported."""
    probe: float = 2.0
    """Silence after ``server/discover`` that means: a server which knows only ``initialize``."""
    line_bytes: int = 32 * 1024 * 1024
    """One message. The largest answers of real trackers are a few MB."""
    tool_pages: int = 100
    """Pages of tools/list; no real server needs more than a few."""
