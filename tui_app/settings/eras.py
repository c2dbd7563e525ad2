"""Which protocol era each server command spoke last, kept from one run to the next: saves a probe at every start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tui_app.mcp_client.types import Era
from tui_app.settings.paths import era_file
from tui_app.settings.storage import JsonFile

_VERSION = 1
_MOST_COMMANDS = 200  # nobody has more servers; `--command` with changing arguments must not fill the file


class EraFile:
    """A `tui_app.mcp_client.era.EraCache` on disk. Wrong or lost entries cost a probe, nothing more."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = JsonFile(path or era_file(), version=_VERSION, what="The servers' protocol eras")
        self._eras: dict[str, Any] | None = None

    def get(self, key: str) -> Era | None:
        """The era that was put last, None where nothing is known."""
        if self._eras is None:
            self._eras = _eras(self._file.read())
        try:
            return Era(str(self._eras.get(key)))
        except ValueError:
            return None

    def put(self, key: str, era: Era) -> None:
        """Remember it. Never raises."""
        if self.get(key) is era:
            return

        def change(content: dict[str, Any]) -> None:
            eras = _eras(content)
            eras.pop(key, None)
            newest = [*eras.items(), (key, str(era))][-_MOST_COMMANDS:]
            content["eras"] = dict(newest)

        self._eras = _eras(self._file.update(change))


def _eras(content: dict[str, Any]) -> dict[str, Any]:
    eras = content.get("eras")
    return eras if isinstance(eras, dict) else {}
