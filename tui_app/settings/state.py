"""What the program remembers by itself: looks, columns, panes, and what has been shown once."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui_app.settings.paths import state_file
from tui_app.settings.storage import JsonFile

_VERSION = 1


class UiState:
    """The file of remembered looks. Read once; every change is on disk when the method returns.

    Values of the wrong type count as not there, so that no hand-edited file can stop the browser.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._file = JsonFile(path or state_file(), version=_VERSION, what="The remembered layout")
        self._content = self._file.read()

    @property
    def notices(self) -> tuple[str, ...]:
        """What went wrong with the file, in words for the user; each once."""
        return tuple(self._file.notices)

    @property
    def theme(self) -> str | None:
        theme = self._content.get("theme")
        return theme if isinstance(theme, str) else None

    def set_theme(self, theme: str) -> None:
        """Remember the theme."""
        self._set("theme", theme)

    @property
    def first_run_card_seen(self) -> bool:
        return self._content.get("first_run_card_seen") is True

    def set_first_run_card_seen(self) -> None:
        """Never show the first-run card again."""
        self._set("first_run_card_seen", value=True)

    def columns(self, profile: str) -> tuple[Mapping[str, Any], ...]:
        """The table's columns in order, as `set_columns` got them; empty: never chosen."""
        chosen = _mapping(self._content.get("columns")).get(profile)
        return tuple(column for column in chosen if isinstance(column, dict)) if isinstance(chosen, list) else ()

    def set_columns(self, profile: str, columns: tuple[Mapping[str, Any], ...]) -> None:
        """Remember a profile's columns: one mapping of plain values (name, width, sort ..) for each."""
        self._set("columns", [dict(column) for column in columns], inner=profile)

    def panes(self) -> Mapping[str, Any]:
        """Which panes are open and how large, as `set_panes` got it."""
        return _mapping(self._content.get("panes"))

    def set_panes(self, panes: Mapping[str, Any]) -> None:
        """Remember the panes, as plain values by name."""
        self._set("panes", dict(panes))

    def _set(self, key: str, value: object, *, inner: str | None = None) -> None:
        def change(content: dict[str, Any]) -> None:
            if inner is None:
                content[key] = value
            else:
                content[key] = {**_mapping(content.get(key)), inner: value}

        self._content = self._file.update(change)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
