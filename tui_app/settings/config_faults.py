"""Every mistake in a config file, where reading it stops at the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tui_app.settings.config_file import LISTS, ConfigReader
from tui_app.tickets.errors import ConfigError

_MOST_MISTAKES = 50  # of one table, that are told


def config_faults(path: Path, text: str) -> tuple[list[ConfigError], tuple[str, ...]]:
    """Every mistake in ``text``, of which `parse_config` raises the first, and what is not known there.

    What depends on a mistaken key is looked at as if that key were not there.
    """
    try:
        reader = ConfigReader(path, text)
        unknown = tuple(reader.unknown_keys())
        return [fault for check in list(reader.checks()) for fault in _faults_of(reader, check)], unknown
    except ConfigError as error:
        return [error], ()


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
