"""Why a request that needs a login to a remote tracker ended without one, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui_app.mcp_client.oauth.metadata import quoted
from tui_app.settings.profiles import COMMAND_LINE
from tui_app.tickets.errors import MCPAuthenticationError
from tui_app.tickets.text import clean_line

if TYPE_CHECKING:
    from tui_app.mcp_client.auth_challenge import AuthChallenge
    from tui_app.settings.profiles import Profile


def named(profile: Profile) -> str:
    """A profile as a sentence names it: that of the command line by its server's host."""
    return profile.name if profile.source != COMMAND_LINE else clean_line(urlsplit(profile.url or "").netloc)


def login_command(profile: Profile) -> str:
    """What to type to log in to a profile."""
    which = f"-p {profile.name}" if profile.source != COMMAND_LINE else f"--url {profile.url}"
    return f"`ticketdeck login {which}`"


def not_logged_in(
    profile: Profile, challenge: AuthChallenge | None, reason: str, out_of_reach: str = ""
) -> MCPAuthenticationError:
    """The failure where nobody logged in.

    Args:
        profile: what was to be logged in to.
        challenge: its refusal, if there was one.
        reason: as a clause.
        out_of_reach: why a login that there is could not be read, as a clause.
    """
    answered = f" (it answered {challenge.status})" if challenge else ""
    title = "You are not logged in"
    if challenge is not None and challenge.insufficient_scope:
        title = "Your login is not enough"
        answered += f": its login has to allow {quoted(challenge.scope) or 'more'}"
    also = f"; {out_of_reach}" if out_of_reach else ""
    return MCPAuthenticationError(
        f"{named(profile)} wants you to log in{answered}, and {reason}{also}.",
        hint=f"Log in with {login_command(profile)}.",
        title=title,
    )
