"""Which commands of files that the user did not write may be run.

Invariant: what was allowed is exactly one command with its variables, directory and login commands, from one file; if
any of them changes, it is a new command.
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from msgspec.structs import asdict

from tui_app.settings.expansion import shown_command
from tui_app.settings.paths import config_file, trust_file
from tui_app.settings.profiles import Profile
from tui_app.settings.storage import JsonFile

_VERSION = 1
_JSON_SUFFIX = ".json"


def needs_trust(file: Path | None) -> bool:
    """Whether commands from ``file`` must be allowed first: another program's file, or one in the current directory.

    The user's own config file is never asked about.
    """
    if file is None or file.resolve() == config_file().resolve():
        return False
    return file.suffix == _JSON_SUFFIX or file.resolve().is_relative_to(Path.cwd().resolve())


class TrustStore:
    """Remembers what was allowed, by a digest of all that would be run."""

    def __init__(self, path: Path | None = None) -> None:
        self._file = JsonFile(path or trust_file(), version=_VERSION, what="The list of allowed commands")

    @property
    def notices(self) -> tuple[str, ...]:
        """What went wrong with the file, in words for the user; each once."""
        return tuple(self._file.notices)

    def is_trusted(self, profile: Profile) -> bool:
        """Whether exactly this was allowed before."""
        return fingerprint(profile) in _allowed(self._file.read())

    def trust(self, profile: Profile) -> None:
        """Allow it from now on."""
        entry = {
            "command": shown_command(profile),
            "source": profile.source,
            "allowed_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }

        def change(content: dict[str, Any]) -> None:
            content["allowed"] = {**_allowed(content), fingerprint(profile): entry}

        self._file.update(change)


def fingerprint(profile: Profile) -> str:
    """A digest of everything about a profile that decides what is run."""
    what = {
        "command": profile.command,
        "env": dict(profile.env),
        "cwd": profile.cwd,
        "auth": asdict(profile.auth) if profile.auth else None,
        "source": profile.source,
    }
    return hashlib.sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()


def _allowed(content: dict[str, Any]) -> dict[str, Any]:
    allowed = content.get("allowed")
    return allowed if isinstance(allowed, dict) else {}
