"""The roof: the command line, the only place that knows every floor."""

from tui_app.cli.main import main

__all__ = ["main"]
