"""For every test of the browser: a terminal with all colours, no waiting for time to pass, styles parsed once."""

from __future__ import annotations

from functools import cache

import pytest
import textual.app
import textual.pilot
from textual.cache import LRUCache
from textual.css.stylesheet import Stylesheet

from tests.ui.waiting import idle


@pytest.fixture(autouse=True)
def every_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """The terminal that the tests are started in decides about no theme."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)


@pytest.fixture(autouse=True)
def exact_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that a pilot has pressed is followed by what the app does about it, and by no sleep."""
    monkeypatch.setattr(textual.app, "wait_for_idle", idle)
    monkeypatch.setattr(textual.pilot, "wait_for_idle", idle)


@cache
def parsed_with(variables: frozenset[tuple[str, str]]) -> LRUCache[tuple[object, ...], list[object]]:
    """The rules that were parsed with a theme's variables, by any app before."""
    return LRUCache(4096)


class SharedStylesheet(Stylesheet):
    """Takes what another app has parsed: Textual parses a theme's styles anew for each app and each dialog."""

    def __init__(self, *, variables: dict[str, str] | None = None) -> None:
        super().__init__(variables=variables)
        self._share()

    def set_variables(self, variables: dict[str, str]) -> None:
        self._parse_cache = LRUCache(1)  # is cleared
        super().set_variables(variables)
        self._share()

    def _share(self) -> None:
        self._parse_cache = parsed_with(frozenset(self._variables.items()))  # type: ignore[assignment]


@pytest.fixture(autouse=True)
def styles_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Most of what a new app computes is the same for each."""
    monkeypatch.setattr(textual.app, "Stylesheet", SharedStylesheet)
    monkeypatch.setattr("textual.css.stylesheet.Stylesheet", SharedStylesheet)
