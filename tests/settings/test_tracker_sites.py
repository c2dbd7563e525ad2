"""Where a profile's tracker is on the web: told by what is configured alone."""

from __future__ import annotations

from typing import Any

import pytest

from tui_app.settings.known_trackers import sites_of
from tui_app.settings.profiles import Profile
from tui_app.tickets.urls import is_at

_UVX = ("uvx", "some-server")


def profile(**keys: Any) -> Profile:
    """A profile with these keys."""
    return Profile(**{"name": "work", "command": () if "url" in keys else _UVX, **keys})


@pytest.mark.parametrize(
    ("configured", "address"),
    [
        (profile(url="https://gitlab.example.com/api/v4/mcp"), "https://gitlab.example.com/a/b/-/issues/1"),
        (profile(url="https://mcp.linear.app/mcp"), "https://linear.app/team/issue/A-1"),
        (profile(url="https://mcp.asana.com/v2/mcp"), "https://app.asana.com/0/1/2"),
        (profile(url="https://mcp.atlassian.com/v2/mcp"), "https://team.atlassian.net/browse/A-1"),
        (profile(env={"JIRA_URL": "https://jira.example.com:8443/jira"}), "https://jira.example.com:8443/browse/A-1"),
        (profile(env={"REDMINE_URL": "http://redmine:3000"}), "http://redmine:3000/issues/7"),
        (profile(env={"JIRA_HOST": "jira.example.com"}), "https://jira.example.com/browse/A-1"),
        (profile(env={"TRACKER": "${env:SITES_TEST}"}), "https://tracker.example/1"),
        (profile(env={"TRACKER": "${SITES_TEST_NONE:-https://other.example}"}), "https://other.example/1"),
        (profile(command=("npx", "mcp-remote", "https://mcp.sentry.dev/mcp")), "https://acme.sentry.io/issues/1"),
        (profile(command=("npx", "-y", "@modelcontextprotocol/server-github@1.2")), "https://github.com/a/b/issues/1"),
        (profile(sites=("tickets.example.com", "*.example.org")), "https://a.example.org/1"),
    ],
)
def test_a_tracker_is_where_its_profile_says(
    configured: Profile, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITES_TEST", "https://tracker.example/api")
    assert is_at(address, sites_of(configured))


@pytest.mark.parametrize(
    "configured",
    [
        profile(),
        profile(env={"HTTPS_PROXY": "http://proxy.example", "NPM_CONFIG_REGISTRY": "https://proxy.example"}),
        profile(env={"TRACKER_URL": "${keyring:a/b}", "OTHER_URL": "${command:echo https://proxy.example}"}),
        profile(env={"USER_EMAIL": "me@proxy.example", "NAME": "proxy.example"}),
        profile(env={"BROKEN_URL": "https://${proxy.example"}),
        profile(url="https://api.proxy.example.com/mcp"),
    ],
)
def test_what_names_no_tracker_leads_nowhere(configured: Profile) -> None:
    assert not is_at("https://proxy.example/1", sites_of(configured))
