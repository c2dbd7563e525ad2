"""``ticketdeck local``."""

from __future__ import annotations

import click


@click.group()
def local() -> None:
    """Work with the embedded tracker."""
