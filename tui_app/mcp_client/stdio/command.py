"""A server's program, the target of a session over a subprocess's pipes, and the environment that it is started with:
what any program needs to run and to reach the network, and what its profile sets.

Invariant: no variable of ours reaches a server that is neither on this list nor in the server's own configuration, so
a token exported for one tracker is not handed to the server of another.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping, Sequence

from msgspec import field

from tui_app.mcp_client.peer import ConfiguredTarget, digest, mask
from tui_app.mcp_client.stdio.node import node_defaults
from tui_app.tickets.text import clean_line


class ServerCommand(ConfiguredTarget, frozen=True):
    """The command of a server; no shell sees it."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the allowlisted part of our own environment."""
    cwd: str | None = None

    def __str__(self) -> str:
        return clean_line(self.shown or mask(shlex.join(self.argv), self.secrets))

    @property
    def key(self) -> str:
        """Identifies this command; a digest, so that it can be stored."""
        return digest(*self.argv, "", self.cwd or "")


_PASSED_ON = frozenset(
    """
    HOME LOGNAME PATH SHELL TERM USER TMPDIR TZ LANG LANGUAGE COLORTERM
    XDG_CACHE_HOME XDG_CONFIG_HOME XDG_CONFIG_DIRS XDG_DATA_HOME XDG_DATA_DIRS XDG_RUNTIME_DIR XDG_STATE_HOME
    DBUS_SESSION_BUS_ADDRESS KRB5CCNAME KRB5_CONFIG SSH_AUTH_SOCK
    HTTP_PROXY HTTPS_PROXY NO_PROXY ALL_PROXY http_proxy https_proxy no_proxy all_proxy
    SSL_CERT_FILE SSL_CERT_DIR NODE_EXTRA_CA_CERTS REQUESTS_CA_BUNDLE CURL_CA_BUNDLE
    NVM_DIR NVM_BIN VOLTA_HOME FNM_DIR FNM_MULTISHELL_PATH ASDF_DIR ASDF_DATA_DIR MISE_DATA_DIR PYENV_ROOT
    UV_CACHE_DIR UV_TOOL_DIR NPM_CONFIG_CACHE NPM_CONFIG_PREFIX npm_config_cache npm_config_prefix
    NPM_CONFIG_REGISTRY NPM_CONFIG_USERCONFIG npm_config_registry npm_config_userconfig
    NIX_PROFILES NIX_SSL_CERT_FILE LD_LIBRARY_PATH DYLD_LIBRARY_PATH
    """.split()  # noqa: SIM905 (a list of words reads better as words)
)
_PASSED_ON_PREFIXES = ("LC_",)


def server_environment(
    argv: Sequence[str], own: Mapping[str, str], ours: Mapping[str, str] | None = None
) -> dict[str, str]:
    """All variables to start ``argv`` with: its ``own``, and the allowlisted ones of this program (``ours``)."""
    ours = os.environ if ours is None else ours
    environment = {name: value for name, value in ours.items() if _passed_on(name, value)}
    environment |= node_defaults(argv, ours)
    environment |= own
    return environment


def _passed_on(name: str, value: str) -> bool:
    listed = name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)
    return listed and not value.startswith("()")  # a function that bash exported
