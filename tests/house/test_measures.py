"""The measures of the house: what is longer than a reader keeps in mind is parted before it is landed."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import tui_app

ROOT = Path(tui_app.__file__).parent
MOST_LINES = 350  # of a file
MOST_LINES_OF_A_FUNCTION = 40
MOST_LATE_IMPORTS = 120  # within functions; each says why it is late
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@cache
def sources() -> dict[str, str]:
    """The text of every module by its path."""
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py"))}


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Every function with the path of its module."""
    for path, text in sources().items():
        yield from ((path, node) for node in ast.walk(ast.parse(text)) if isinstance(node, FUNCTIONS))


def test_no_file_is_too_long() -> None:
    lines = {path: text.count("\n") for path, text in sources().items()}
    assert {path: count for path, count in lines.items() if count > MOST_LINES} == {}


def test_no_function_is_too_long() -> None:
    lengths = {f"{path}: {node.name}": (node.end_lineno or 0) - node.lineno + 1 for path, node in functions()}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES_OF_A_FUNCTION} == {}


def test_no_more_is_imported_late() -> None:
    late = {
        f"{path}:{inner.lineno}"
        for path, node in functions()
        for inner in ast.walk(node)
        if isinstance(inner, (ast.Import, ast.ImportFrom))
    }
    assert len(late) <= MOST_LATE_IMPORTS, sorted(late)
