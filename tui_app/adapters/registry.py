"""Which adapter fits a server: by the profile's word, else by the server's name and its tools.

Invariant: a server gets an adapter only if it has a tool that searches tickets; an adapter's module is imported only
when it is chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol, cast

from msgspec import Struct

from tui_app.adapters.base import Adapter, ServerDescription
from tui_app.mcp_client.types import Tool
from tui_app.tickets.errors import NoSearchToolError, UsageError
from tui_app.tickets.servers import UndecidedTool
from tui_app.tickets.ticket import JsonValue

AUTO = "auto"
"""The profile's word for: look at the tools and find out."""

_MOST_TOOLS_NAMED = 12  # tools that a message names; servers have up to two hundred


class Entry(Struct, frozen=True):
    """One shipped adapter. Its module has ``make(description, map) -> Adapter`` and the name of its class is its own.

    It fits a server when the server's name contains one of ``servers`` (lower case; none: any name will do), and the
    server has all tools of one of the sets in ``tools``, one of which declares all of ``arguments``.
    """

    name: str
    module: str
    servers: tuple[str, ...] = ()
    tools: tuple[frozenset[str], ...] = ()
    arguments: frozenset[str] = frozenset()

    def fits(self, description: ServerDescription) -> bool:
        name = description.name.lower()
        if self.servers and not any(part in name for part in self.servers):
            return False
        offered = {tool.name: tool for tool in description.tools}
        for needed in self.tools:
            if needed <= offered.keys() and any(self.arguments <= _declared(offered[name]) for name in needed):
                return True
        return False


def _declared(tool: Tool) -> frozenset[str]:
    properties = tool.input_schema.get("properties")
    return frozenset(properties) if isinstance(properties, Mapping) else frozenset()


class AdapterModule(Protocol):
    """What the module of an `Entry` offers."""

    def make(self, description: ServerDescription, map: Mapping[str, Any]) -> Adapter:  # noqa: A002
        """The adapter for this server.

        Raises:
            NoSearchToolError: the server lacks the tools that the adapter needs.
        """


ENTRIES: tuple[Entry, ...] = (
    Entry("builder", "builder", tools=(frozenset({"search_tickets"}),), arguments=frozenset({"status", "assignee"})),
    Entry(
        "jira",
        "jira",
        tools=(
            frozenset({"jira_search", "jira_get_issue"}),
            frozenset({"jira_searchIssues", "jira_getIssue"}),
            frozenset({"jira_search_issues", "jira_get_issue"}),
            frozenset({"manage_jira_filter", "manage_jira_issue"}),
        ),
        arguments=frozenset({"jql"}),
    ),
    Entry("jira", "jira", tools=(frozenset({"jira_get"}),), arguments=frozenset({"path", "queryParams", "jq"})),
    Entry("github", "github", servers=("github",), tools=(frozenset({"search_issues"}), frozenset({"list_issues"}))),
    Entry("gitlab", "gitlab", servers=("gitlab",), tools=(frozenset({"list_issues", "get_issue"}),)),
    Entry(
        "linear",
        "linear",
        tools=(
            frozenset({"linear_searchIssues", "linear_getIssueById"}),
            frozenset({"linear_search_issues", "linear_search_issues_by_identifier"}),
        ),
    ),
    Entry("redmine", "redmine", tools=(frozenset({"list_redmine_issues", "get_redmine_issue"}),)),
    Entry("redmine", "redmine", tools=(frozenset({"redmine_request"}),), arguments=frozenset({"path", "method"})),
    Entry("backlog-md", "backlog_md", servers=("backlog",), tools=(frozenset({"task_list", "task_view"}),)),
    Entry("beads", "beads", servers=("beads",), tools=(frozenset({"list", "show"}),)),
)
"""The shipped adapters; the first that fits is taken, so the specific ones come before the general ones."""


def adapter_names() -> tuple[str, ...]:
    """The words that a profile's ``adapter`` takes."""
    return (AUTO, *dict.fromkeys(entry.name for entry in ENTRIES))


def choose_adapter(
    description: ServerDescription,
    wanted: str = AUTO,
    map: Mapping[str, Any] | None = None,  # noqa: A002
    memory: JsonValue = None,
) -> Adapter:
    """The adapter for a server.

    Args:
        description: the server, with its tools.
        wanted: one of `adapter_names`; ``auto`` looks for one that fits.
        map: the profile's ``map`` table. With one, ``auto`` leaves the shipped adapters out, since it describes the
            server itself; ``arguments`` to send along describe nothing.
        memory: what an adapter for the same tools wanted to be remembered (`Adapter.memory`).

    Raises:
        UsageError: there is no adapter called ``wanted``.
        ConfigError: ``map`` is wrong.
        NoSearchToolError: the server has no tools, or none that searches tickets.
    """
    if wanted not in adapter_names():
        raise UsageError(
            f"There is no adapter {wanted!r}.", hint=f"It can be: {', '.join(adapter_names())}.", field="adapter"
        )
    if not description.tools:
        raise NoSearchToolError(
            "The server lists no tools: not configured?",
            hint="Check the addresses, tokens and paths in the profile's env and command; many servers hide their "
            "tools until they are set.",
        )
    entry = _entry(description, wanted, bool((map or {}).keys() - {"arguments", "change"}))
    if entry is not None:
        try:
            return _module(entry).make(description, map or {})
        except NoSearchToolError:
            if wanted != AUTO:
                raise
    from tui_app.adapters.auto import make

    return make(description, map or {}, memory)


def load_adapter(wanted: str) -> None:
    """Import what `choose_adapter` will most likely need, while the server is still starting."""
    if wanted in adapter_names():
        _module(next((entry for entry in ENTRIES if entry.name == wanted), None))


def _module(entry: Entry | None) -> AdapterModule:
    return cast(AdapterModule, import_module(f"tui_app.adapters.{entry.module if entry else AUTO}"))


def _entry(description: ServerDescription, wanted: str, has_map: bool) -> Entry | None:
    if wanted != AUTO:
        return next(entry for entry in ENTRIES if entry.name == wanted)
    if has_map:
        return None
    return next((entry for entry in ENTRIES if entry.fits(description)), None)


def no_search_tool(
    description: ServerDescription, wanted: str = "", undecided: Tool | None = None, declined: str = ""
) -> NoSearchToolError:
    """The error for a server without a tool that ``wanted`` (an adapter's name) could search with.

    ``undecided``: the likeliest of those of which nothing says that they only read.
    """
    names = [tool.name for tool in description.tools]
    shown = ", ".join(names[:_MOST_TOOLS_NAMED])
    more = f" and {len(names) - _MOST_TOOLS_NAMED} more" if len(names) > _MOST_TOOLS_NAMED else ""
    lacks = (
        f"what the adapter {wanted!r} needs" if wanted else "one that searches or lists tickets without changing any"
    )
    hint = (
        allowing(undecided.name)
        if undecided
        else 'If one of them does, name it in the profile: [profiles.NAME.map.search] tool = "..."; '
        "`ticketdeck doctor` lists all tools."
    )
    error = NoSearchToolError(
        f"The server {description.name!r} offers these tools: {shown}{more}; none of them is {lacks}.",
        hint=hint,
    )
    error.undecided = question_about(description, undecided, declined)
    return error


def allowing(tool: str) -> str:
    """How the user allows a tool of which nothing says that it only reads."""
    return (
        f"Nothing says that {tool!r} only reads, so it was not called. If it does, allow it in the profile: "
        f'[profiles.NAME.map.search] tool = "{tool}".'
    )


def question_about(description: ServerDescription, tool: Tool | None, declined: str) -> UndecidedTool | None:
    """What to ask the user about ``tool``."""
    return (
        UndecidedTool(tool.name, tool.description, description.tools_digest) if tool and tool.name != declined else None
    )
