"""Calls that change something can be sent from one place alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import tui_app

ROOT = Path(tui_app.__file__).parent


def uses(name: str) -> Iterator[str]:
    """The modules in which an attribute ``name`` is called."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                yield path.relative_to(ROOT).as_posix()


def test_only_a_live_server_calls_tools_and_only_the_path_of_changes_has_it_change_something() -> None:
    assert set(uses("call_tool")) == {"worker/live_server.py"}
    assert set(uses("change")) & {path for path in uses("change") if path.startswith("worker/")} == {
        "worker/changing.py"
    }


def test_a_call_that_changes_something_is_made_by_what_derives_changes_and_by_its_name_alone() -> None:
    made = set()
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "WriteCall":
                made.add(path.relative_to(ROOT).as_posix())
    assert {name for name in made if not name.startswith("adapters/changing/")} == {"worker/change_rules.py"}


def test_no_retry_is_near_the_path_of_changes() -> None:
    text = (ROOT / "worker" / "changing.py").read_text("utf-8")
    imported = {
        name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.ImportFrom)
        for name in [node.module or "", *(alias.name for alias in node.names)]
    }
    assert not {name for name in imported if "retry" in name.lower()} - {"tui_app.worker.retry", "RetryTiming"}
    assert "retrying(" not in text
    assert "runtime.use(" not in text
