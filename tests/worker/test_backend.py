"""What an adapter learns of a server before it asks that anything."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from tests.worker.fakes import FAKE_IDENTITY, profile
from tui_app.settings.expansion import server_command
from tui_app.worker.backend import described

_SESSION: Any = SimpleNamespace(identity=FAKE_IDENTITY)


@pytest.mark.parametrize(
    "cwd", ["${env:WORK_ROOT}/tickets", "${OWN}", "${MISSING:-sub}/x", "~nosuch/x", "~/x", "sub/../x", "/srv", "", None]
)
def test_a_server_runs_where_its_command_is_started(
    cwd: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    environ = {"WORK_ROOT": "/srv/work", "HOME": str(tmp_path)}
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    work = replace(profile(), cwd=cwd, env={"OWN": "/srv/own"})
    started = server_command(work, environ).cwd
    assert described(_SESSION, (), work).folder == str((tmp_path / (started or "")).resolve())


def test_a_server_at_an_address_runs_in_no_folder_of_this_machine() -> None:
    assert described(_SESSION, (), replace(profile(), command=(), url="https://mcp.example/mcp")).folder == ""
