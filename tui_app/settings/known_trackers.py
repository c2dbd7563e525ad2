"""The trackers whose servers are known: where they are, and what a profile of each needs.

`ticketdeck init` asks by this table, and README's tables of trackers are written from it. Nothing is decided by it when
a server is used, except where its tickets are on the web: all else goes by what the server itself answers.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.settings.profiles import OAuthSettings, Profile
from tui_app.settings.references import ENVIRONMENT, parsed
from tui_app.tickets.urls import site_named, site_of

TRACKER_WORDS = frozenset(
    """
    issue issues ticket tickets tracker trackers task tasks helpdesk kanban backlog beads
    jira atlassian github gitlab gitea forgejo linear redmine youtrack bugzilla devops mantis mantisbt trac trello asana
    clickup monday shortcut pivotal servicenow zendesk freshdesk freshservice taskwarrior openproject taiga phabricator
    zammad otrs plane todoist wrike basecamp vikunja kanboard
    """.split()  # noqa: SIM905 (a list of words reads better as words)
)
"""Words in the names of trackers' servers. They decide which server is offered first, and nothing else."""

_IN_NAME = re.compile(r"[\w ]+")


class Blank(Struct, frozen=True):
    """A part of a profile that differs from user to user, written ``{NAME}``; never a secret."""

    asks: str
    default: str = ""
    also: str = ""
    """What README says beside the default, in Markdown."""


class Entrance(Struct, frozen=True):
    """One way to log in to a server at an address."""

    says: str
    headers: Mapping[str, str] = field(default_factory=dict)
    oauth: OAuthSettings = OAuthSettings()


class KnownTracker(Struct, frozen=True):
    """A server of a tracker, at an address (``url``) or a program (``command``); secrets are ``${env:NAME}``."""

    caption: str
    url: str = ""
    command: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = ""
    entrances: tuple[Entrance, ...] = (Entrance("a login in the web browser"),)
    blanks: Mapping[str, Blank] = field(default_factory=dict)
    sites: tuple[str, ...] = ()
    """Where people open its tickets, where that does not follow from the address; as `tickets.urls.is_at` takes it."""
    secrets: Mapping[str, str] = field(default_factory=dict)
    """What the value of each variable has to be, as the end of a sentence."""

    @property
    def profile_name(self) -> str:
        """What its profile is called unless the user says otherwise: ``azure-devops``."""
        found = _IN_NAME.match(self.caption)
        return found[0].strip().lower().replace(" ", "-") if found else "tracker"

    def profile(self, name: str, entrance: Entrance, fill: Callable[[str], str]) -> Profile:
        """The profile called ``name``; ``fill`` gives each text with its blanks and references as they are wanted."""
        url = fill(self.url)  # first: what is filled in may be asked for, in this order
        login = entrance.oauth
        oauth = replace(login, client_id=fill(login.client_id), client_secret=fill(login.client_secret))
        return Profile(
            name=name,
            command=self.command,
            url=url,
            headers={key: fill(value) for key, value in entrance.headers.items()} if self.url else {},
            oauth=oauth,
            env={key: fill(value) for key, value in self.env.items()},
            cwd=fill(self.cwd) or None,
        )


_BROWSER = Entrance("a login in the web browser")
_CLIENT = "{CLIENT_ID}"
_CLIENT_ID = Blank("The client id of the application that was registered for ticketdeck")


def _token(variable: str, scheme: str = "Bearer ") -> Entrance:
    return Entrance("a token in a header", headers={"Authorization": f"{scheme}${{env:{variable}}}"})


REMOTE_TRACKERS: tuple[KnownTracker, ...] = (
    KnownTracker(
        "Jira, JSM (Cloud)",
        "https://mcp.atlassian.com/v2/mcp",
        sites=("https://*.atlassian.net",),
        entrances=(_BROWSER, _token("JIRA_BASIC", "Basic ")),
        secrets={"JIRA_BASIC": "the base64 of email:token, with an API token of your Atlassian account"},
    ),
    KnownTracker(
        "Linear",
        "https://mcp.linear.app/mcp",
        entrances=(_BROWSER, _token("LINEAR_KEY")),
        secrets={"LINEAR_KEY": "an API key of your Linear account"},
    ),
    KnownTracker(
        "GitHub",
        "https://api.githubcopilot.com/mcp/",
        sites=("https://github.com",),
        entrances=(
            _token("GITHUB_TOKEN"),
            Entrance("a login in the web browser, with a client of your own", oauth=OAuthSettings(client_id=_CLIENT)),
        ),
        blanks={"CLIENT_ID": _CLIENT_ID},
        secrets={"GITHUB_TOKEN": "a personal access token that may read issues"},
    ),
    KnownTracker(
        "GitLab",
        "https://{HOST}/api/v4/mcp",
        blanks={"HOST": Blank("The host of your GitLab", "gitlab.com", "or your host")},
    ),
    KnownTracker(
        "Asana",
        "https://mcp.asana.com/v2/mcp",
        entrances=(
            Entrance(
                "a login in the web browser, with a client of your own",
                oauth=OAuthSettings(client_id=_CLIENT, client_secret="${env:ASANA_SECRET}"),  # noqa: S106 (a reference)
            ),
        ),
        blanks={"CLIENT_ID": _CLIENT_ID},
        secrets={"ASANA_SECRET": "the client secret of the application that was registered"},
    ),
    KnownTracker(
        "Sentry",
        "https://mcp.sentry.dev/mcp",
        sites=("https://sentry.io", "https://*.sentry.io"),
        entrances=(_BROWSER, _token("SENTRY_TOKEN", "Sentry-Bearer ")),
        secrets={"SENTRY_TOKEN": "an auth token of your Sentry account"},
    ),
    KnownTracker("Notion", "https://mcp.notion.com/mcp"),
    KnownTracker(
        "monday",
        "https://mcp.monday.com/mcp",
        sites=("https://*.monday.com",),
        entrances=(_BROWSER, _token("MONDAY_TOKEN")),
        secrets={"MONDAY_TOKEN": "an API token of your monday account"},
    ),
    KnownTracker("ClickUp", "https://mcp.clickup.com/mcp"),
    KnownTracker("Shortcut", "https://mcp.shortcut.com/mcp"),
    KnownTracker(
        "PagerDuty",
        "https://{HOST}/mcp",
        entrances=(_BROWSER, _token("PAGERDUTY_KEY", "Token token=")),
        blanks={"HOST": Blank("Its host (EU: mcp.eu.pagerduty.com)", "mcp.pagerduty.com", "EU `mcp.eu.`")},
        secrets={"PAGERDUTY_KEY": "a REST API key of your user"},
    ),
    KnownTracker(
        "Azure DevOps",
        "https://mcp.dev.azure.com/{ORG}",
        entrances=(
            Entrance(
                "a login in the web browser, with a client of your own",
                oauth=OAuthSettings(client_id=_CLIENT, resource=""),
            ),
        ),
        blanks={"ORG": Blank("The name of your organisation"), "CLIENT_ID": _CLIENT_ID},
    ),
    KnownTracker(
        "YouTrack",
        "https://{NAME}.youtrack.cloud/mcp",
        entrances=(_BROWSER, _token("YOUTRACK_TOKEN")),
        blanks={"NAME": Blank("What stands before .youtrack.cloud in its address")},
        secrets={"YOUTRACK_TOKEN": "a permanent token of your profile there"},
    ),
    KnownTracker(
        "Intercom",
        "https://{HOST}/mcp",
        entrances=(_BROWSER, _token("INTERCOM_TOKEN")),
        blanks={"HOST": Blank("Its host (EU: mcp.eu.intercom.com)", "mcp.intercom.com", "EU `mcp.eu.`")},
        secrets={"INTERCOM_TOKEN": "an access token of your Intercom application"},
    ),
    KnownTracker("Todoist", "https://ai.todoist.net/mcp", sites=("https://app.todoist.com",)),
    KnownTracker("Plane", "https://mcp.plane.so/http/mcp"),
    KnownTracker(
        "ServiceNow",
        "{ADDRESS}",
        entrances=(
            Entrance(
                "a login in the web browser, with a client of your own",
                oauth=OAuthSettings(client_id=_CLIENT, redirect_port=8765),
            ),
        ),
        blanks={
            "ADDRESS": Blank("The address that its MCP Server Console shows", also="as its MCP Server Console shows"),
            "CLIENT_ID": _CLIENT_ID,
        },
    ),
)
"""Servers at an address."""

_FOLDER = Blank("The whole path of the folder in which the tickets are kept")

LOCAL_TRACKERS: tuple[KnownTracker, ...] = (
    KnownTracker(
        "Jira (Cloud, by a program)",
        command=("uvx", "mcp-atlassian"),
        env={"JIRA_URL": "{ADDRESS}", "JIRA_USERNAME": "{EMAIL}", "JIRA_API_TOKEN": "${env:JIRA_API_TOKEN}"},
        blanks={
            "ADDRESS": Blank("The address of your Jira, such as https://example.atlassian.net"),
            "EMAIL": Blank("The email address of your Atlassian account"),
        },
        secrets={"JIRA_API_TOKEN": "an API token of your Atlassian account"},
    ),
    KnownTracker(
        "Jira (Data Center)",
        command=("uvx", "mcp-atlassian"),
        env={"JIRA_URL": "{ADDRESS}", "JIRA_PERSONAL_TOKEN": "${env:JIRA_PERSONAL_TOKEN}"},
        blanks={"ADDRESS": Blank("The address of your Jira, such as https://jira.example.com")},
        secrets={"JIRA_PERSONAL_TOKEN": "a personal access token of your Jira profile"},
    ),
    KnownTracker(
        "GitHub (by a program)",
        command=("npx", "-y", "@modelcontextprotocol/server-github"),
        sites=("https://github.com",),
        env={"GITHUB_PERSONAL_ACCESS_TOKEN": "${env:GITHUB_TOKEN}"},
        secrets={"GITHUB_TOKEN": "a personal access token that may read issues"},
    ),
    KnownTracker(
        "GitLab (by a program)",
        command=("npx", "-y", "@zereight/mcp-gitlab"),
        env={"GITLAB_API_URL": "https://{HOST}/api/v4", "GITLAB_PERSONAL_ACCESS_TOKEN": "${env:GITLAB_TOKEN}"},
        blanks={"HOST": Blank("The host of your GitLab", "gitlab.com")},
        secrets={"GITLAB_TOKEN": "a personal access token with the scope read_api"},
    ),
    KnownTracker(
        "Redmine",
        command=("uvx", "redmine-mcp-server"),
        env={
            "REDMINE_URL": "{ADDRESS}",
            "REDMINE_API_KEY": "${env:REDMINE_API_KEY}",
            "REDMINE_MCP_TRANSPORT": "stdio",
        },
        blanks={"ADDRESS": Blank("The address of your Redmine, such as https://redmine.example.com")},
        secrets={"REDMINE_API_KEY": "the API access key that your account page shows"},
    ),
    KnownTracker(
        "Backlog.md",
        command=("npx", "-y", "backlog.md", "mcp", "start"),
        cwd="{FOLDER}",
        blanks={"FOLDER": _FOLDER},
    ),
    KnownTracker("Beads", command=("uvx", "beads-mcp"), cwd="{FOLDER}", blanks={"FOLDER": _FOLDER}),
)
"""Servers that are programs on this machine."""


# ------------------------------------------------------------ where a profile's tickets are on the web


_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z][a-z-]*[a-z]", re.IGNORECASE)
_NAMES_A_HOST = re.compile(r"HOST|DOMAIN|SITE|SERVER|INSTANCE|URL|ADDRESS", re.IGNORECASE)
_LEADS_ELSEWHERE = re.compile(r"PROXY|REGISTRY|INDEX", re.IGNORECASE)
"""In the name of a variable: it is no tracker that is there."""
_FOR_PROGRAMS = ("mcp.", "api.")
"""What hosts begin with that programs reach; people reach the same name without it, or with one of `_FOR_PEOPLE`."""
_FOR_PEOPLE = ("", "www.", "app.")


def sites_of(profile: Profile) -> tuple[str, ...]:
    """The web sites that a profile itself says to be its tracker's, each once; never what a server answers."""
    return tuple(dict.fromkeys([*map(site_named, profile.sites), *_configured(profile)]))


def _configured(profile: Profile) -> Iterator[str]:
    for tracker in (*REMOTE_TRACKERS, *LOCAL_TRACKERS):
        if tracker.sites and _is_of(profile, tracker):
            yield from tracker.sites
    for word in (profile.url, *profile.command):
        yield from _for_people(site_of(word))
    for name, value in profile.env.items():
        if not _LEADS_ELSEWHERE.search(name):
            filled = _filled(value)
            is_host = _NAMES_A_HOST.search(name) and _HOST.fullmatch(filled)
            yield from _for_people(site_of(f"https://{filled}" if is_host else filled))


def _is_of(profile: Profile, tracker: KnownTracker) -> bool:
    """Whether the profile's server is this one, of whatever version."""
    if tracker.url:
        return site_of(tracker.url) in filter(None, map(site_of, (profile.url, *profile.command)))
    return all(any(word == one or word.startswith(f"{one}@") for word in profile.command) for one in tracker.command)


def _for_people(site: str) -> Iterator[str]:
    """The sites of a tracker that has ``site``, which perhaps is for programs alone."""
    scheme, _, host = site.partition("://")
    if host:
        yield site
    for prefix in _FOR_PROGRAMS:
        bare = host.removeprefix(prefix)
        if bare != host and _HOST.fullmatch(bare):
            yield from (f"{scheme}://{start}{bare}" for start in _FOR_PEOPLE)


def _filled(value: str) -> str:
    """``value`` with its variables; empty where it refers to anything else, which may ask or run something."""
    texts: list[str] = []
    try:
        for part in parsed(value):
            if isinstance(part, str):
                texts.append(part)
            elif part.kind == ENVIRONMENT:
                texts.append(os.environ.get(part.name) or part.default or "")
            else:
                return ""
    except ValueError:
        return ""
    return "".join(texts)
