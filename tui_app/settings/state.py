"""What the program remembers from one run to the next: theme, columns, panes, and the servers' protocol eras."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tui_app.mcp_client.types import Era
from tui_app.settings.paths import era_file, learned_file, state_file
from tui_app.settings.storage import JsonFile, table_in
from tui_app.tickets.clock import Clock

_VERSION = 1
_ERAS_VERSION = 1
_LEARNED_VERSION = 1
_MAX_SERVERS = 100  # whose tools were tried; a list of tools that changes with each start must not fill the file
_MAX_SITES = 20  # of one tracker; most have one
_VIEW = "view"  # the key beside the criteria of a last search; no criterion is called so
_MAX_COMMANDS = 200  # `--command` with changing arguments must not fill the file


class UiState:
    """The remembered theme, columns and panes. Read once; every change is on disk when the method returns.

    Values of the wrong type count as missing, so that no hand-edited file can stop the browser.
    """

    def __init__(self, clock: Clock, path: Path | None = None, *, default: Sequence[str] = ()) -> None:
        self._default = tuple(default)
        self._file = JsonFile(path or state_file(), version=_VERSION, what="The remembered layout", clock=clock)
        self._content = self._file.read()

    @property
    def notices(self) -> tuple[str, ...]:
        """Faults of the file, in words for the user; each once."""
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

    def order(self, name: str) -> Mapping[str, Any]:
        """How the rows of that view were sorted, as `set_order` got it."""
        return _mapping(_mapping(self._content.get("orders")).get(name))

    def set_order(self, name: str, order: Mapping[str, Any]) -> None:
        """Remember how the rows of a view are sorted, as plain values by name."""
        self._set("orders", dict(order), inner=name)

    def set_trackers(self, names: Sequence[str]) -> None:
        """Remember which profiles the user chose, for as long as the config has the same default."""
        self._set("trackers", {"names": list(names), "default": list(self._default)})

    def sites(self, profile: str) -> tuple[str, ...]:
        """Where the user lets this tracker's tickets be opened without a question: ``https://host``."""
        sites = _mapping(self._content.get("sites")).get(profile)
        return tuple(site for site in sites if isinstance(site, str)) if isinstance(sites, list) else ()

    def add_site(self, profile: str, site: str) -> None:
        """Remember one more such site."""
        kept = [other for other in self.sites(profile) if other != site]
        self._set("sites", [*kept, site][-_MAX_SITES:], inner=profile)

    def panes(self) -> Mapping[str, Any]:
        """Which panes are open and how large, as `set_panes` got it."""
        return _mapping(self._content.get("panes"))

    def set_panes(self, panes: Mapping[str, Any]) -> None:
        """Remember the panes, as plain values by name."""
        self._set("panes", dict(panes))

    def last_search(self, trackers: Sequence[str]) -> Mapping[str, Any] | None:
        """The criteria that were searched last in these trackers, as `set_last_search` got them; None: never yet."""
        last = _mapping(self._content.get("last_searches")).get("+".join(trackers))
        return {key: value for key, value in last.items() if key != _VIEW} if isinstance(last, dict) else None

    def last_view(self, trackers: Sequence[str]) -> str:
        """The view that was shown last while these trackers were chosen; empty: it was another search."""
        name = _mapping(_mapping(self._content.get("last_searches")).get("+".join(trackers))).get(_VIEW)
        return name if isinstance(name, str) else ""

    def set_last_search(self, trackers: Sequence[str], criteria: Mapping[str, Any], view: str = "") -> None:
        """Remember what was searched last while these trackers were chosen: plain values by name, and the view."""
        name, former = "+".join(trackers), _mapping(self._content.get("last_searches"))
        others = [(other, kept) for other, kept in former.items() if other != name]
        last = {**criteria, **({_VIEW: view} if view else {})}
        self._set("last_searches", dict([*others, (name, last)][-_MAX_COMMANDS:]))

    def _set(self, key: str, value: object, *, inner: str | None = None) -> None:
        def change(content: dict[str, Any]) -> None:
            if inner is None:
                content[key] = value
            else:
                content[key] = {**_mapping(content.get(key)), inner: value}

        self._content = self._file.update(change)


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class EraFile:
    """The protocol era of each server command on disk: saves a probe at every start. A wrong entry costs one probe."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        what = "The servers' protocol eras"
        self._file = JsonFile(path or era_file(), version=_ERAS_VERSION, what=what, clock=clock)
        self._eras: dict[str, Any] | None = None

    def get(self, key: str) -> Era | None:
        """The era that was stored last, None if there is none."""
        if self._eras is None:
            self._eras = table_in(self._file.read(), "eras")
        try:
            return Era(str(self._eras.get(key)))
        except ValueError:
            return None

    def put(self, key: str, era: Era) -> None:
        """Store the era. Never raises."""
        if self.get(key) is era:
            return

        def change(content: dict[str, Any]) -> None:
            eras = table_in(content, "eras")
            eras.pop(key, None)
            newest = [*eras.items(), (key, str(era))][-_MAX_COMMANDS:]
            content["eras"] = dict(newest)

        self._eras = table_in(self._file.update(change), "eras")


class LearnedFile:
    """What was found out of servers by trial, by the digest of their tools; losing it costs a trial."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        what = "What was found out of servers"
        self._file = JsonFile(path or learned_file(), version=_LEARNED_VERSION, what=what, clock=clock)
        self._servers: dict[str, Any] | None = None

    def get(self, digest: str) -> Any:
        """What was stored last for these tools, None if nothing was."""
        if self._servers is None:
            self._servers = _mapping(self._file.read().get("servers"))
        return self._servers.get(digest)

    def put(self, digest: str, memory: Any) -> None:
        """Store what was learnt, a JSON value. Never raises."""
        if self.get(digest) == memory:
            return

        def change(content: dict[str, Any]) -> None:
            servers = _mapping(content.get("servers"))
            servers.pop(digest, None)
            content["servers"] = dict([*servers.items(), (digest, memory)][-_MAX_SERVERS:])

        self._servers = _mapping(self._file.update(change).get("servers"))
