"""How many words the reading of unknown servers knows beforehand: what an answer tells needs no word.

Counted are the words in the constants of the modules that read answers and choose tools: in tables, and in patterns
each alternative. Not counted are what decides on safety (`adapters/safety`), what the program itself offers, says or
calls a meaning, the formats of markup, calendars and JSON Schema, and a known tracker's own adapter.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import tui_app
from tui_app.tickets.fields import names

MOST_ENTRIES = 2_610
"""The figure may only fall."""

ROOT = Path(tui_app.__file__).parent
FOLDERS = ("adapters/auto", "adapters/reading", "adapters/changing")
FILES = (
    "adapters/attachments.py", "adapters/failures.py", "adapters/failure_words.py", "tickets/fields.py",
    "tickets/vocabulary.py", "tickets/extra_fields.py", "local_tracker/cell_values.py", "local_tracker/joined_lists.py",
    "local_tracker/exported_rows.py",
)  # fmt: skip
FORMATS = names(
    "html_markup markup markdown_inline markdown_writer commonmark wiki_markup yaml_text plain data_text "
    "marked_documents __init__"
)
"""Modules of `adapters/reading` that know a format, not what a tracker calls things."""
OWN = names(
    "TITLES _MEANT MEANT _NO_TOOL _FIELDS _OTHER_MARKUP WHAT_IT_CAN _BY_FIELD LOGIN_HINT SCORES _THRESHOLDS FURTHER "
    "BY_CAPTION _SHOWN_BY_ROWS _BY_PLACE "
    "KEPT _NEVER_IDS _RANKED _TOGETHER _PAGING _STATE_CONCEPTS _LISTED _REVERSED _FAMILY __all__ REQUIRED_FIELDS"
)
"""Constants that hold names of the program's own, or texts that it shows."""
MEANINGS_FIRST = names("_CORES _MEANINGS BESIDE VALUE_NOUNS DEDICATED")
MEANINGS_LAST = names("_KINDS")
"""Tables from what the program calls a meaning to the words for it, and the other way round."""
WORD = re.compile(r"[^\W\d_]{2,}")
SYNTAX = re.compile(r"\\[a-zA-Z]|\(\?[P<!=:imsx]+(?:[a-z_]+>)?|\[[^\]]*\]|\{[^{}]*\}")


def _words(text: str, *, is_pattern: bool) -> list[str]:
    return WORD.findall(SYNTAX.sub(" ", text) if is_pattern else text)


def _texts(node: ast.AST, own: set[int]) -> Iterator[str]:
    constants = (part for part in ast.walk(node) if isinstance(part, ast.Constant) and id(part) not in own)
    return (part.value for part in constants if isinstance(part.value, str))


def _entries(path: Path) -> dict[str, int]:
    """Constant to how many words it holds."""
    found: dict[str, int] = {}
    for node in ast.parse(path.read_text()).body:
        if not isinstance(node, (ast.Assign, ast.AnnAssign)) or node.value is None:
            continue
        name = ast.unparse(node.targets[0] if isinstance(node, ast.Assign) else node.target)
        if name in OWN:
            continue
        source = ast.unparse(node.value)
        is_pattern = "compile(" in source or "_any_of(" in source or "\\b" in source or "(?:" in source
        value: ast.AST = node.value
        if name == "TICKET_FIELDS":
            named = [part for part in ast.walk(value) if isinstance(part, ast.keyword)]
            value = ast.Module([ast.Expr(one.value) for one in named if one.arg in ("words", "beginnings")], [])
        if name == "EXPLANATIONS":
            calls = [part for part in ast.walk(value) if isinstance(part, ast.Call)]
            value = ast.Module([ast.Expr(one) for one in calls], [])
        own: set[int] = set()
        for part in ast.walk(value):
            if isinstance(part, ast.Dict) and name in (*MEANINGS_FIRST, *MEANINGS_LAST):
                own |= {id(one) for one in (part.keys if name in MEANINGS_FIRST else part.values)}
        words = [word for text in _texts(value, own) for word in _words(text, is_pattern=is_pattern)]
        if words:
            found[name] = len(words)
    return found


def _modules() -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).glob("*.py")):
            if folder != "adapters/reading" or path.stem not in FORMATS:
                yield path
    yield from (ROOT / name for name in FILES)


def test_the_words_known_beforehand_do_not_become_more() -> None:
    entries = {path.relative_to(ROOT).as_posix(): _entries(path) for path in _modules()}
    total = sum(count for tables in entries.values() for count in tables.values())

    assert 0 < total <= MOST_ENTRIES, entries
