"""Atlassian document format (Jira Cloud's own text format, JSON) as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import TypeGuard

from tui_app.adapters.reading.dates import parse_moment
from tui_app.tickets.ticket import JsonValue

Node = Mapping[str, JsonValue]

_DEEPEST = 40  # levels; Jira's editor makes some ten, and each costs a stack frame
_MOST_NODES = 20_000
_MARKS = {"strong": "**", "em": "*", "code": "`", "strike": "~~"}
_PANELS = {"info": "ℹ", "note": "📝", "warning": "⚠", "error": "⛔", "success": "✔"}
_CHECKED = "DONE"


def is_document(value: object) -> TypeGuard[Node]:
    """Whether ``value`` is such a document."""
    return isinstance(value, Mapping) and value.get("type") == "doc" and isinstance(value.get("content"), list)


def document_to_markdown(document: Node) -> str:
    """The document's text as Markdown; what has no text (media, unknown nodes) is named or left out."""
    return _Writer().blocks(document, 0).strip("\n")


class _Writer:
    """Writes one document, and counts its nodes so that a hostile one ends somewhere."""

    def __init__(self) -> None:
        self._left = _MOST_NODES

    def blocks(self, node: Node, depth: int) -> str:
        return "\n\n".join(filter(None, (self._block(child, depth + 1) for child in self._children(node))))

    def _children(self, node: Node) -> Iterable[Node]:
        content = node.get("content")
        for child in islice(content if isinstance(content, list) else (), self._left):
            self._left -= 1
            if isinstance(child, Mapping) and self._left > 0:
                yield child

    def _block(self, node: Node, depth: int) -> str:
        if depth > _DEEPEST:
            return ""
        kind = node.get("type")
        if kind == "rule":
            return "---"
        write = self._writers().get(kind if isinstance(kind, str) else "")
        if write is not None:
            return write(node, depth)
        return self.inline(node, depth) if _has_inline(node) else self.blocks(node, depth)

    def _writers(self) -> Mapping[str, Callable[[Node, int], str]]:
        return {
            "text": self.inline_node,
            "heading": self._heading,
            "bulletList": lambda node, depth: self._list(node, depth, "- "),
            "taskList": lambda node, depth: self._list(node, depth, "- "),
            "decisionList": lambda node, depth: self._list(node, depth, "- "),
            "orderedList": self._numbered,
            "codeBlock": self._code,
            "blockquote": lambda node, depth: _prefixed(self.blocks(node, depth), "> "),
            "panel": self._panel,
            "table": self._table,
            "expand": self._expand,
            "nestedExpand": self._expand,
            "mediaSingle": self._media,
            "mediaGroup": self._media,
            "blockCard": self.inline_node,
            "embedCard": self.inline_node,
        }

    def _heading(self, node: Node, depth: int) -> str:
        level = _attribute(node, "level")
        marks = "#" * (level if isinstance(level, int) and 1 <= level <= 6 else 2)
        return f"{marks} {self.inline(node, depth)}"

    def _numbered(self, node: Node, depth: int) -> str:
        start = _attribute(node, "order")
        first = start if isinstance(start, int) and not isinstance(start, bool) else 1
        items = (self._item(child, depth, f"{first + i}. ") for i, child in enumerate(self._children(node)))
        return "\n".join(filter(None, items))

    def _list(self, node: Node, depth: int, mark: str) -> str:
        items = []
        for child in self._children(node):
            task = child.get("type") == "taskItem"
            box = f"{mark}[{'x' if _attribute(child, 'state') == _CHECKED else ' '}] " if task else mark
            items.append(self._item(child, depth, box))
        return "\n".join(filter(None, items))

    def _item(self, node: Node, depth: int, mark: str) -> str:
        if depth > _DEEPEST:
            return ""
        if _has_inline(node):
            text = self.inline(node, depth)
        else:
            text = "\n".join(filter(None, (self._block(child, depth + 2) for child in self._children(node))))
        return mark + text.replace("\n", "\n" + " " * min(len(mark), 4))

    def _code(self, node: Node, depth: int) -> str:  # noqa: ARG002
        language = _attribute(node, "language")
        text = "".join(str(child.get("text", "")) for child in self._children(node))
        return f"```{language if isinstance(language, str) else ''}\n{text}\n```"

    def _panel(self, node: Node, depth: int) -> str:
        sign = _PANELS.get(str(_attribute(node, "panelType")), "")
        return _prefixed(f"{sign} {self.blocks(node, depth)}".strip(), "> ")

    def _expand(self, node: Node, depth: int) -> str:
        title = _attribute(node, "title")
        return (
            f"**{title}**\n\n{self.blocks(node, depth)}"
            if isinstance(title, str) and title
            else self.blocks(node, depth)
        )

    def _table(self, node: Node, depth: int) -> str:
        rows = [[self._cell(cell, depth) for cell in self._children(row)] for row in self._children(node)]
        if not rows:
            return ""
        width = max(len(row) for row in rows)
        lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in rows]
        return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])

    def _cell(self, node: Node, depth: int) -> str:
        return self._block({**node, "type": ""}, depth + 2).replace("\n", " ").replace("|", "\\|")

    def _media(self, node: Node, depth: int) -> str:  # noqa: ARG002  # all writers are called alike
        names = (_attribute(child, "alt") or _attribute(child, "id") for child in self._children(node))
        return " ".join(f"[attachment: {name}]" for name in names if isinstance(name, str))

    def inline(self, node: Node, depth: int) -> str:
        return "".join(self.inline_node(child, depth + 1) for child in self._children(node))

    def inline_node(self, node: Node, depth: int) -> str:
        kind = node.get("type")
        if kind == "text":
            return _marked(node)
        if kind == "hardBreak":
            return "\n"
        if kind == "date":
            moment = parse_moment(_attribute(node, "timestamp"))
            return moment.date().isoformat() if moment else ""
        for name in ("text", "shortName", "url", "title"):
            value = _attribute(node, name)
            if isinstance(value, str) and value:
                return value
        return self.inline(node, depth + 1) if depth < _DEEPEST else ""


def _marked(node: Node) -> str:
    text = node.get("text")
    if not isinstance(text, str):
        return ""
    marks = node.get("marks")
    for mark in marks if isinstance(marks, list) else ():
        if not isinstance(mark, Mapping):
            continue
        kind = mark.get("type")
        sign = _MARKS.get(kind, "") if isinstance(kind, str) else ""
        address = _attribute(mark, "href")
        core = text.strip()
        if core and sign:
            text = text.replace(core, f"{sign}{core}{sign}", 1)
        elif kind == "link" and isinstance(address, str):
            text = address if text == address else f"[{text}]({address})"
    return text


def _has_inline(node: Node) -> bool:
    content = node.get("content")
    first = content[0] if isinstance(content, list) and content else None
    inline = ("text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status")
    return isinstance(first, Mapping) and first.get("type") in inline


def _attribute(node: Node, name: str) -> JsonValue:
    attributes = node.get("attrs")
    return attributes.get(name) if isinstance(attributes, Mapping) else None


def _prefixed(text: str, prefix: str) -> str:
    return "\n".join((prefix + line).rstrip() for line in text.split("\n"))
