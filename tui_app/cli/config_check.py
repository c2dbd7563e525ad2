"""What a config that can be read names although it does not exist: programs, folders, adapters, columns, colours, keys.

Invariant: nothing is started, and nothing of a secret is said.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from tui_app.adapters.mapping import parse_map
from tui_app.adapters.registry import adapter_names
from tui_app.settings.model import LOCAL_PROFILE, Settings
from tui_app.settings.profiles import Profile
from tui_app.settings.recents import RecentSearches
from tui_app.settings.toml_places import dotted, line_of
from tui_app.tickets.clock import Clock
from tui_app.tickets.criteria import View
from tui_app.tickets.errors import ConfigError
from tui_app.tickets.ticket import Ticket

_Fault = tuple[tuple[str | int, ...], str]
"""Where it is in the config, and a sentence."""


def false_settings(settings: Settings, tickets: Sequence[Ticket], clock: Clock) -> Iterator[str]:
    """A sentence with its line for each setting that names what there is not; ``tickets`` tell the tracker's fields."""
    if settings.source is None or settings.source.suffix == ".json":
        return
    from tui_app.ui import keymap  # late: loads Textual, which nothing else here needs

    text, names = settings.source.read_text(encoding="utf-8"), adapter_names()
    configured = [profile for profile in settings.profiles.values() if profile.name != LOCAL_PROFILE]
    faults: list[_Fault] = []
    for profile in configured:
        place: tuple[str | int, ...] = ("profiles", profile.name)
        if profile.adapter not in names:
            faults.append(((*place, "adapter"), keymap.unknown_value(profile.adapter, names)))
        faults += (((*place, *below), sentence) for below, sentence in _faults_of(profile))
    faults += _names_used_twice(settings.ui.views)
    saved = RecentSearches(clock).saved() if settings.ui.start else ()
    for found, sentence in (*keymap.unknown_settings(settings.ui, tickets, saved), *faults):
        place = _written_at(settings, found)
        yield f"{settings.source}, line {line_of(text, place)}: {dotted(place)}: {sentence}"


def _written_at(settings: Settings, place: tuple[str | int, ...]) -> tuple[str | int, ...]:
    """The place in the file of one in the settings, whose lists may have come from several tables."""
    match place:
        case (str(key), int(number), *below) if key in settings.places:
            return (*settings.places[key][number], *below)
    return place


def _faults_of(profile: Profile) -> Iterator[_Fault]:
    try:
        parse_map(profile.map)
    except ConfigError as error:
        place = tuple((error.field or "map").split("."))
        yield place, f"{error.cause} {error.hint}".replace("NAME", profile.name).partition("] has ")[2] or error.cause
    folder = _plain_path(profile.cwd or "")
    if folder and not folder.is_dir():
        yield ("cwd",), f"there is no folder {profile.cwd!r}."
    commands: dict[tuple[str | int, ...], Sequence[str]] = {("command",): profile.command}
    if profile.auth and profile.auth.name == "custom":
        commands |= {("auth", "check"): profile.auth.check, ("auth", "login"): profile.auth.login}
    for key, command in commands.items():
        if command and not _is_there(command[0], profile.env, folder):
            yield key, f"there is no program {command[0]!r} on this machine's $PATH."


def _plain_path(written: str) -> Path | None:
    """A path that is written out; None where it is filled in later, or there is none."""
    return None if not written or "${" in written else Path(written).expanduser()


def _is_there(program: str, env: Mapping[str, str], folder: Path | None) -> bool:
    """Whether a program can be started, as far as that can be told before its variables are filled in."""
    path = _plain_path(program)
    if path is None or "PATH" in env:
        return True
    if path.parent != Path() and not path.is_absolute():
        return folder is None or (folder / path).exists() or shutil.which(path) is not None
    return shutil.which(path) is not None


def _names_used_twice(views: Iterable[View]) -> Iterator[_Fault]:
    names: set[str] = set()
    for number, view in enumerate(views):
        if view.name.casefold() in names:
            yield ("views", number, "name"), f"another view is called {view.name} too; --view and start find the first."
        names.add(view.name.casefold())
