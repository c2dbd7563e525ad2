"""Login tools that are known by name: a profile says ``auth = "midway"``, and these are its commands.

Every check answers without asking anything; every login may talk to the user on the terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from tui_app.settings.profiles import AuthCommands

_TOKEN_SECONDS = 10.0  # a check that also asks a server needs a network round trip or two
_PIN_SECONDS = 60.0  # typing a PIN and touching a key
_BROWSER_SECONDS = 300.0  # logins that open a browser page and wait for a person there

AUTH_PRESETS: Mapping[str, AuthCommands] = MappingProxyType(
    {
        "midway": AuthCommands(
            name="midway",
            check=("mwinit", "-s"),
            login=("mwinit", "-o"),
            check_timeout=_TOKEN_SECONDS,
            login_timeout=_PIN_SECONDS,
        ),
        "gh": AuthCommands(
            name="gh",
            check=("gh", "auth", "status"),
            login=("gh", "auth", "login"),
            check_timeout=_TOKEN_SECONDS,
            login_timeout=_BROWSER_SECONDS,
        ),
        "aws-sso": AuthCommands(
            name="aws-sso",
            check=("aws", "sts", "get-caller-identity"),
            login=("aws", "sso", "login"),
            check_timeout=_TOKEN_SECONDS,
            login_timeout=_BROWSER_SECONDS,
        ),
        "kerberos": AuthCommands(
            name="kerberos",
            check=("klist", "-s"),
            login=("kinit",),
            check_timeout=_TOKEN_SECONDS,
            login_timeout=_PIN_SECONDS,
        ),
    }
)
"""Preset name to its commands."""
