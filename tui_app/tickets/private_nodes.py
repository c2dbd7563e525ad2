"""Private fields in trees of nodes, as rich text is kept in data: nodes that a private name labels.

A node is an object with a ``type`` and text, or further nodes, as in the documents of Jira, Notion and most editors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeGuard

from tui_app.tickets.private_names import bare_label
from tui_app.tickets.ticket import JsonValue

_TEXT = ("text", "plain_text")
_WITHIN = ("content", "children")
_DEEPEST = 20  # nodes within nodes
_LONGEST = 300  # characters of a node that may be a label
_ENDS_LABEL = (":", "=", "\uff1a", "\u2013", "\u2014", "-")
_CELLS = ("cell", "header", "term")
_BREAKS = "break"
_HEADING = "heading"
_ROW = "row"

Labels = Callable[[str], bool]
"""Whether a text is a private name and nothing else."""


def without_labelled_nodes(nodes: list[JsonValue], labels: Labels) -> list[JsonValue]:
    """``nodes`` without those that a private name labels, and without table columns that have one as head."""
    if not nodes or not all(map(_is_node, nodes)):
        return nodes
    rows: Any = nodes
    if all(_ROW in _kind(row) for row in rows):
        return _without_columns(rows, labels)
    return [*_kept(rows, labels)]


def _is_node(value: JsonValue) -> TypeGuard[dict[str, Any]]:
    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
        return False
    return (
        any(isinstance(value.get(key), str) for key in _TEXT)
        or any(isinstance(value.get(key), list) for key in _WITHIN)
        or len(value) <= len(_TEXT)
    )


def _kind(node: Mapping[str, Any]) -> str:
    return str(node["type"]).casefold()


def _kept(nodes: list[dict[str, Any]], labels: Labels) -> Iterator[JsonValue]:
    place = 0
    while place < len(nodes):
        end = _end_of_labelled(nodes, place, labels)
        if end == place:
            yield nodes[place]
            end += 1
        place = end


def _end_of_labelled(nodes: list[dict[str, Any]], place: int, labels: Labels) -> int:
    """Behind the last node that goes with a label at ``place``; ``place`` where there is none."""
    text, kind = _text_of(nodes[place]), _kind(nodes[place])
    if not text or not labels(bare_label(text)):
        return place
    following = _text_of(nodes[place + 1]).lstrip() if place + 1 < len(nodes) else ""
    if _HEADING in kind:
        return next((at for at in range(place + 1, len(nodes)) if _HEADING in _kind(nodes[at])), len(nodes))
    if any(word in kind for word in _CELLS):
        return min(place + 2, len(nodes))
    if not (text.rstrip().endswith(_ENDS_LABEL) or following.startswith(_ENDS_LABEL)):
        return place
    if any(isinstance(nodes[place].get(key), str) for key in _TEXT):
        return next((at for at in range(place + 1, len(nodes)) if _BREAKS in _kind(nodes[at])), len(nodes))
    return min(place + 2, len(nodes))


def _without_columns(rows: list[dict[str, Any]], labels: Labels) -> list[JsonValue]:
    """Without the cells below a private head, and without those beside one."""
    key = next((key for key in _WITHIN if isinstance(rows[0].get(key), list)), "")
    cells: list[Any] = rows[0].get(key) or []
    gone = {place for place, cell in enumerate(cells) if _is_node(cell) and labels(bare_label(_text_of(cell)))}
    if not gone or len(rows) == 1 or gone == {0} == set(range(len(cells) - 1)):
        return [*rows]  # heads at the side are those of each row
    kept: list[JsonValue] = []
    for row in rows:
        inner = row.get(key)
        kept.append(
            {**row, key: [cell for place, cell in enumerate(inner) if place not in gone]}
            if isinstance(inner, list)
            else row
        )
    return kept


def _text_of(node: JsonValue, depth: int = 0) -> str:
    """All the text in a node, up to a little more than a label may have."""
    if depth > _DEEPEST or not isinstance(node, dict):
        return ""
    text = "".join(str(node[key]) for key in _TEXT[:1] if isinstance(node.get(key), str))
    text = text or "".join(str(node[key]) for key in _TEXT[1:] if isinstance(node.get(key), str))
    for key in _WITHIN:
        inner = node.get(key)
        for part in inner if isinstance(inner, list) else ():
            if len(text) > _LONGEST:
                return text
            text += _text_of(part, depth + 1)
    return text
