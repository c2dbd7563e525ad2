"""Calls that change something can be sent from one place alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import tui_app

ROOT = Path(tui_app.__file__).parent


def callers(name: str, kind: type[ast.Attribute] | type[ast.Name]) -> Iterator[str]:
    """The modules in which a method ``name``, or what has this name itself, is called."""
    for path in sorted(ROOT.rglob("*.py")):
        if f"{name}(" not in (text := path.read_text("utf-8")):
            continue  # reading all of the program as syntax takes seconds
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Call) and isinstance(node.func, kind) and _name_of(node.func) == name:
                yield path.relative_to(ROOT).as_posix()


def _name_of(called: ast.Attribute | ast.Name) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id


def test_only_a_live_server_calls_tools_and_only_the_path_of_changes_has_it_change_something() -> None:
    assert set(callers("call_tool", ast.Attribute)) == {"worker/live_server.py"}
    changing = {path for path in callers("change", ast.Attribute) if path.startswith("worker/")}
    assert changing == {"worker/changing.py"}


def test_a_call_that_changes_something_is_made_by_what_derives_changes_and_by_its_name_alone() -> None:
    made = set(callers("WriteCall", ast.Name))
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
