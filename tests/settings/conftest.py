"""Fixtures of the settings' tests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tui_app.settings.paths import config_file


@pytest.fixture
def write_config(isolated_home: Path) -> Callable[[str], Path]:
    """Writes the user's config file and returns its path."""

    def write(text: str) -> Path:
        path = config_file()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o600)
        return path

    return write
