"""``ticketdeck login`` and ``ticketdeck logout``."""

from __future__ import annotations

import click

from tui_app.cli.options import global_options, options_of


@click.command()
@click.option("--no-browser", is_flag=True, help="Only print the address; do not open a browser.")
@global_options
@click.pass_context
def login(context: click.Context, no_browser: bool) -> int:
    """Log in to a tracker."""
    return _change_access(context, out=False, browser=not no_browser)


@click.command()
@global_options
@click.pass_context
def logout(context: click.Context) -> int:
    """Log out of a tracker: revoke and delete its login."""
    return _change_access(context, out=True, browser=False)


def _change_access(context: click.Context, *, out: bool, browser: bool) -> int:
    from tui_app.cli.queries import print_access  # late, as in `tui_app.cli.search`

    print_access(options_of(context), out=out, browser=browser)
    return 0
