"""Every mistake in a config file, where reading it stops at the first; and what can be used of it all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from msgspec.structs import replace

from tui_app.settings.config_file import LISTS, ConfigReader, config_text
from tui_app.settings.model import Settings
from tui_app.tickets.errors import ConfigError

_MOST_MISTAKES = 50  # of one table, that are told


class ConfigFindings(NamedTuple):
    """What is wrong in a config, and what is left of it."""

    mistakes: list[ConfigError]
    unknown: tuple[str, ...]
    """A sentence for each key that nobody reads."""
    rest: Settings | None
    """All but the mistakes and what depends on them, to look further; None: the text is no config."""


def config_faults(path: Path, text: str) -> ConfigFindings:
    """Every mistake in ``text``, of which `parse_config` raises the first, and what is not known there.

    What depends on a mistaken key is looked at as if that key were not there.
    """
    try:
        reader = ConfigReader(path, text)
        unknown = tuple(reader.unknown_keys())
        mistakes = [fault for check in list(reader.checks()) for fault in _faults_of(reader, check)]
    except ConfigError as error:
        return ConfigFindings([error], (), None)
    return ConfigFindings(mistakes, unknown, _rest(reader))


def _rest(reader: ConfigReader) -> Settings:
    while True:
        try:
            return reader.settings()
        except ConfigError:
            _leave_out(reader)


def usable_settings(path: Path) -> Settings:
    """What a config holds besides mistaken profiles, views and commands; each of these is told in the notices.

    Raises:
        ConfigError: a mistake in something else, or in a profile that is used where none is named.
    """
    reader, told = ConfigReader(path, config_text(path)), []
    while True:
        try:
            settings = reader.settings()
        except ConfigError as error:
            if not _pass_over(reader):
                raise
            told.append(f"Left out: {error.cause} {error.hint}".rstrip())
        else:
            return replace(settings, notices=(*told, *settings.notices))


def _pass_over(reader: ConfigReader) -> bool:
    """Read no more the profile, view or command that the last mistake is in; False: it is in something else."""
    place, profiles = reader.mistaken[:2], reader.content.get("profiles")
    match place:
        case ("profiles", str(name)) if isinstance(profiles, dict):
            default = reader.content.get("default", next(iter(profiles)))
            if name in (default if isinstance(default, list) else [default]):
                return False
        case (str(key), int()) if key in LISTS:
            pass
        case _:
            return False
    _leave_out(reader)
    return True


def _leave_out(reader: ConfigReader) -> None:
    """Read no more the profile, view, command or table that the last mistake is in."""
    content = reader.content
    match reader.mistaken:
        case ("profiles", str(name), *_) if isinstance(content["profiles"], dict):
            del content["profiles"][name]
        case (str(key), int(number), *_) if key in LISTS:
            reader.passed_over.add((key, number))
        case place:
            del content[str(place[0])]


def _faults_of(reader: ConfigReader, check: Callable[[], object]) -> Iterator[ConfigError]:
    """The mistakes that a check finds, each without the keys of those before."""
    taken_out: list[Sequence[str | int]] = []
    for _ in range(_MOST_MISTAKES):
        try:
            check()
        except ConfigError as error:
            place = reader.mistaken
            if any(before[: len(place)] == place for before in taken_out):
                return  # that it lacks what was taken out
            yield error
            taken_out.append(place)
            if not _take_out(reader.content, place):
                return
        else:
            return


def _take_out(content: Any, place: Sequence[str | int]) -> bool:
    """Go on without the key at ``place``, or the one that holds it; False: it is a whole profile, view or table."""
    *parents, key = place
    if len(parents) < (2 if place[0] in ("profiles", *LISTS) else 1):
        return False
    table = content
    try:
        for step in parents:
            table = table[step]
        del table[key]
    except (LookupError, TypeError):
        return _take_out(content, parents)
    return True
