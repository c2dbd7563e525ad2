"""The words of a login that is missing."""

from __future__ import annotations

import pytest

from tui_app.settings.profiles import COMMAND_LINE, Profile
from tui_app.worker.oauth_failures import login_command

ADDRESS = "https://tracker.example/mcp"


@pytest.mark.parametrize(
    ("profile", "command"),
    [
        (Profile(name="work", url=ADDRESS, source="config.toml"), "`ticketdeck login -p work`"),
        (Profile(name="url", url=ADDRESS, source=COMMAND_LINE), f"`ticketdeck login --url {ADDRESS}`"),
    ],
)
def test_what_to_type_to_log_in_names_a_profile_that_there_is(profile: Profile, command: str) -> None:
    assert login_command(profile) == command
