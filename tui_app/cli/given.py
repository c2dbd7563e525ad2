"""What was given on the command line for every command alike."""

from __future__ import annotations


class GlobalOptions:
    """The options that stand before or after a command's name, both sides taken together."""

    def __init__(self) -> None:
        self.profile: str | None = None
        self.command: str | None = None
        self.adapter: str | None = None
        self.env: tuple[str, ...] = ()
        self.config: str | None = None
        self.log: str | None = None
