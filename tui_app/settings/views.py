"""Views as files write them, the user's own file and a repository's; and what a checkout says of its tickets."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui_app.settings.model import ConfiguredCommand
from tui_app.settings.paths import home_and_above
from tui_app.settings.profiles import Profile
from tui_app.tickets.criteria import TicketSearchCriteria, View, check_criteria, criteria_of
from tui_app.tickets.errors import UsageError
from tui_app.tickets.query import parse_query
from tui_app.tickets.validation import InvalidValueError, validated
from tui_app.tickets.vocabulary import nearest

_LONGEST_NAME = 60  # characters
_OF_A_VIEW = frozenset(View.__struct_fields__) - {"criteria"} | {"query"}
"""Keys of a view's table that are no criterion."""


def read_view(table: Any, profiles: Collection[str]) -> View:
    """Read one view: ``name``, ``query`` or criteria by name or both, ``trackers``, ``columns``, ``group``.

    Raises:
        UsageError: what is wrong; ``field`` names the key.
    """
    if not isinstance(table, Mapping) or not isinstance(name := table.get("name"), str) or not name.strip():
        raise UsageError("it has no name.", hint='For example: name = "Mine".')
    if len(name) > _LONGEST_NAME:
        raise UsageError(f"it is longer than {_LONGEST_NAME} characters.", hint="", field="name")
    trackers = _names(table, "trackers")
    for tracker in trackers:
        if tracker not in profiles:
            raise UsageError(
                f"there is no profile {tracker!r}.", hint=f"It can be: {', '.join(profiles)}.", field="trackers"
            )
    group = table.get("group", "")
    if not isinstance(group, str):
        raise UsageError("it is not text.", hint='For example: group = "status".', field="group")
    return View(name, _criteria(table), trackers, _names(table, "columns"), group)


def _criteria(table: Mapping[str, Any]) -> Any:
    query = table.get("query", "")
    if not isinstance(query, str):
        raise UsageError("it is not text.", hint='For example: query = "assignee:me".', field="query")
    written = {key: value for key, value in table.items() if key not in _OF_A_VIEW}
    known = (*_OF_A_VIEW, *TicketSearchCriteria.__struct_fields__)
    for key in written:
        if key.removeprefix("-") not in known and (close := nearest(key, known)):
            raise UsageError("it is not known.", hint=f"Did you mean {close[0]}?", field=key)
    try:
        asked = parse_query(query)
        check_criteria(asked)
    except UsageError as error:
        raise UsageError(error.cause, hint=error.hint, field="query") from None
    return check_criteria({**asked, **written})


def _names(table: Mapping[str, Any], key: str) -> tuple[str, ...]:
    names = table.get(key, ())
    if isinstance(names, str):
        names = [names]
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise UsageError("it is not a list of names.", hint=f'For example: {key} = ["one", "two"].', field=key)
    return tuple(names)


# ------------------------------------------------------------------ the checkout that one works in

REPOSITORY_FILE = ".ticketdeck.toml"
_MOST_BYTES = 100_000  # of a repository's file, of git's config
_MOST_VIEWS = 20  # of a repository; each may be asked for
_MOST_LEVELS = 40  # folders above the working one
_REMOTE = re.compile(r"^\s*url\s*=\s*(\S+)\s*$")
_ADDRESS = re.compile(
    r"(?:[\w+.-]+://)?(?:[^/@\s]+@)?(?P<host>[\w.-]+\w)(?::\d+/|[:/])(?P<path>[\w./~-]+?)(?:\.git)?/?$"
)
_BRANCH_TICKET = re.compile(r"(?:^|/)(?P<key>[A-Za-z][A-Za-z0-9_]*-\d+|\d+)(?=$|[-_/])")


class Checkout(Struct, frozen=True):
    """What a git checkout says of the tickets that belong to it. Nothing of it runs anything."""

    views: tuple[View, ...] = ()
    query: str = ""
    """What to begin with there."""
    host: str = ""
    """Where ``origin`` is; empty: nowhere."""
    project: str = ""
    """What it is called there: ``acme/widgets``."""
    ticket: str = ""
    """The id that the branch's name begins with."""
    notices: tuple[str, ...] = ()


def read_checkout(folder: Path, profiles: Collection[str]) -> Checkout:
    """Read the checkout that ``folder`` is in; an empty one where it is in none. Never raises; faults are notices."""
    root = _root_of(folder)
    if root is None:
        return Checkout()
    git = _git_folder(root)
    head = _text(git / "HEAD") if git else ""
    branch = head.partition("ref: refs/heads/")[2].strip()
    named = _BRANCH_TICKET.search(branch)
    host, project = _origin(git) if git else ("", "")
    ticket = named["key"].upper() if named else ""
    views, query, notices = _repository_file(root / REPOSITORY_FILE, profiles)
    return Checkout(views, query, host, project, ticket, notices)


def _root_of(folder: Path) -> Path | None:
    homes = home_and_above()
    for place in (folder, *folder.parents)[:_MOST_LEVELS]:
        if place not in homes and (place / ".git").exists():
            return place
    return None


def _git_folder(root: Path) -> Path | None:
    """Where git keeps what belongs to ``root``: a folder, or for a worktree what a file names."""
    git = root / ".git"
    if git.is_dir():
        return git
    named = _text(git).partition("gitdir:")[2].strip()
    return root / named if named else None


def _origin(git: Path) -> tuple[str, str]:
    """Host and path of the remote ``origin``, or of the only one; two empty texts where there is none."""
    common = _text(git / "commondir").strip()
    config = _text((git / common if common else git) / "config")
    remotes: dict[str, str] = {}
    name = ""
    for line in config.splitlines():
        if line.lstrip().startswith("["):
            name = line.partition('"')[2].partition('"')[0] if line.lstrip().startswith("[remote ") else ""
        elif name and (match := _REMOTE.match(line)):
            remotes.setdefault(name, match[1])
    url = remotes.get("origin") or (next(iter(remotes.values())) if len(remotes) == 1 else "")
    address = _ADDRESS.match(url)
    return (address["host"].lower(), address["path"].strip("/")) if address else ("", "")


def _repository_file(path: Path, profiles: Collection[str]) -> tuple[tuple[View, ...], str, tuple[str, ...]]:
    """Views and query of a repository's own file, and what of it cannot be used."""
    text = _text(path)
    if not text:
        return (), "", ()
    try:
        content = tomllib.loads(text)
        unknown = [key for key in content if key not in ("views", "query")]
        query, tables = content.get("query", ""), content.get("views", [])
        if not isinstance(query, str) or not isinstance(tables, list):
            raise UsageError("query is a text, and each view a [[views]].")
        views = tuple(read_view(table, profiles) for table in tables[:_MOST_VIEWS])
        for criteria in (criteria_of(query), *(view.criteria for view in views)):
            _refuse_native(criteria)
    except UsageError as error:
        return (), "", (f"{path} is not used: {error.field and f'{error.field}: '}{error.cause} {error.hint}".rstrip(),)
    except (ValueError, RecursionError) as error:  # also a number of too many digits, and nesting too deep
        return (), "", (f"{path} is not used: it is not valid TOML: {error}.",)
    have = "has" if len(unknown) == 1 else "have"
    notices = [f"{path}: {', '.join(unknown)} {have} no effect there: it holds views and a query."] if unknown else []
    if len(tables) > _MOST_VIEWS:
        notices.append(f"{path}: only its first {_MOST_VIEWS} views are used, of {len(tables)}.")
    return views, query, tuple(notices)


def _refuse_native(criteria: TicketSearchCriteria) -> None:
    """Raises `UsageError` where a repository would have a query sent as it is: whoever starts there has not read it."""
    if criteria.native:
        raise UsageError(
            "a query in the tracker's own language is sent as it is.",
            hint="Only your own config can have one.",
            field="native",
        )


def _text(path: Path) -> str:
    try:
        if not path.is_file():  # a pipe or a terminal would be waited for
            return ""
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode(errors="replace")
    except (OSError, ValueError):
        return ""


def tracker_of(host: str, profiles: Iterable[Profile]) -> str:
    """The profile whose settings name ``host``, or what it is called, as a word; empty: none does, or several do."""
    labels = host.split(".")
    word = labels[-2] if len(labels) > 1 else host
    said = {profile.name: _settings_words(profile) for profile in profiles}
    for wanted in (host, word):
        named = [name for name, words in said.items() if re.search(rf"(?<![\w]){re.escape(wanted)}(?![\w])", words)]
        if len(named) == 1:
            return named[0]
    return ""


def _settings_words(profile: Profile) -> str:
    return " ".join([profile.adapter, *profile.command, profile.url, *profile.env.values()]).lower().replace("_", " ")


# ------------------------------------------------------------ own commands


def read_command(table: Any, profiles: Collection[str]) -> ConfiguredCommand:
    """Read one command.

    Raises:
        UsageError: what is wrong; ``field`` names the key.
    """
    if not isinstance(table, Mapping) or "run" not in table:
        raise UsageError("it has no run.", hint='For example: run = "git switch -c {branch}".')
    written = dict(table)
    if isinstance(run := written["run"], str):
        written["run"] = [run] if written.get("shell") is True else _words(run)
    try:
        command = validated(ConfiguredCommand, written)
    except InvalidValueError as error:
        reason = f"{str(error.value)!r:.80} does not fit: {error.reason[:1].lower()}{error.reason[1:]}"
        raise UsageError(reason, hint="", field=".".join(map(str, error.path[:1]))) from None
    name = " ".join(command.name.split()) or " ".join(" ".join(command.run).split())
    command = replace(command, name=name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 2]}..")
    _check(command, profiles)
    return command


def _words(run: str) -> list[str]:
    try:
        return shlex.split(run)
    except ValueError as error:
        raise UsageError(f"it cannot be split into words ({error}).", hint="Write it as a list.", field="run") from None


def _check(command: ConfiguredCommand, profiles: Collection[str]) -> None:
    from tui_app.tickets.own_commands import TRACKER, check_command, placeholders  # late: few configs have any

    for tracker in command.trackers:
        if tracker not in profiles:
            raise UsageError(
                f"there is no profile {tracker!r}.", hint=f"It can be: {', '.join(profiles)}.", field="trackers"
            )
    if command.shell and len(command.run) != 1:
        raise UsageError("a shell takes one line, and this is a list.", hint="Write it as one text.", field="run")
    try:
        check_command(command)
    except UsageError as error:
        raise UsageError(error.cause, hint=error.hint, field="run") from None
    of_a_ticket = [name for name in placeholders(command) if name != TRACKER]
    if command.where == "anywhere" and of_a_ticket:
        raise UsageError(
            f"{{{of_a_ticket[0]}}} is of a ticket, and this command needs none.", hint='Write where = "ticket".',
            field="where",
        )  # fmt: skip
