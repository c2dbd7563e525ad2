"""Whatever markup a tracker keeps its texts in, as Markdown.

Invariants: never raises; takes time linear in the text; what is not understood stays as it was written. HTML and wiki
markup are loaded with the first text that may be either.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from operator import eq
from types import ModuleType
from typing import TypeGuard

from tui_app.adapters.reading.markdown_inline import EMPHASIS, STRONG, STRUCK
from tui_app.adapters.reading.markdown_writer import MarkdownWriter
from tui_app.tickets.json_values import read_json
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.timestamps import parse_moment

_LONGEST_CONVERTED = 1_000_000  # characters; beyond, a text is shown as it is: nobody reads it to the end
_MOST_PARTS = 1000
_DEEPEST = 4
_OPENING_TAG = re.compile(r"\s*<([A-Za-z][\w]*-[\w-]{1,100})>")
_WIKI_SIGNS = re.compile(
    r"\A\s*h[1-6]\.[ \t]|\{(?:code|noformat|quote|panel|color)(?:[:}])|^\|\||\[[^\[\]\n|]{1,200}\|(?:https?://|mailto:)",
    re.MULTILINE,
)
"""Signs of wiki markup that Markdown has not."""
_TEXT_PARTS = ("markdown", "raw", "plain", "text", "body", "html", "content", "value", "rendered", "wiki", "storage")


def are_plain_texts(texts: Sequence[str], joined: str) -> bool:
    """Whether `to_markdown` certainly leaves each of ``texts`` as it is. Fast; may say no too often.

    ``joined`` is all of them in one, which is looked at in one go.
    """
    return (
        not ("<" in joined or "{" in joined or "|" in joined or "\r" in joined)
        and not any(text[:1] in ("h", "") for text in texts)
        and all(map(eq, texts, map(str.strip, texts)))
    )


def to_markdown(value: JsonValue, *, wiki: bool = False) -> str | None:
    """The text in ``value`` as Markdown; None where it holds none.

    Takes Markdown, Jira's wiki markup, HTML, Atlassian document JSON (as an object or as text) and objects such as
    ``{"raw": .., "html": ..}``. With ``wiki`` every text without other signs is wiki markup; without it, only one that
    has signs of it which Markdown has not.
    """
    return _markdown(value, wiki, 0)


def _markdown(value: JsonValue, wiki: bool, depth: int) -> str | None:
    if isinstance(value, str):
        return _from_text(value, wiki) or None
    if depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return document_to_markdown(value) if is_document(value) else _from_object(value, wiki, depth)
    if isinstance(value, list):
        parts = (_markdown(part, wiki, depth + 1) for part in islice(value, _MOST_PARTS))
        return "\n\n".join(part for part in parts if part) or None
    return None


def _from_object(value: Mapping[str, JsonValue], wiki: bool, depth: int) -> str | None:
    for part in _TEXT_PARTS:
        text = _markdown(value.get(part), wiki, depth + 1)
        if text:
            return text
    return None


def _from_text(text: str, wiki: bool) -> str:
    if not wiki and are_plain_texts([text], text):
        return text
    text = without_wrapper(text.replace("\r\n", "\n")).strip()
    if len(text) > _LONGEST_CONVERTED:
        return text
    if text.startswith("{") and '"doc"' in text[:200]:
        return _from_document_text(text)
    if is_html(text):
        return str(_html_markup().html_to_markdown(text))
    if not (wiki or _WIKI_SIGNS.search(text)):
        return text
    from tui_app.adapters.reading.wiki_markup import wiki_to_markdown

    return wiki_to_markdown(text)


def is_html(text: str) -> bool:
    """Whether ``text`` is HTML as a whole."""
    return text[:1] == "<" and bool(_html_markup().looks_like_html(text))


@lru_cache(1)
def _html_markup() -> ModuleType:
    from tui_app.adapters.reading import html_markup  # late: most trackers write none

    return html_markup


def without_wrapper(text: str) -> str:
    """``text`` without one pair of tags round all of it whose name has a hyphen, as servers mark what is not theirs."""
    opening = _OPENING_TAG.match(text)
    if opening is None:
        return text
    body = text[opening.end() :].rstrip()
    closing = f"</{opening[1]}>"
    return body.removesuffix(closing).strip("\n") if body.endswith(closing) else text


def _from_document_text(text: str) -> str:
    try:
        document = read_json(text)
    except ValueError:
        return text
    return document_to_markdown(document) if is_document(document) else text


# ------------------------------------------------------------ Atlassian's documents

Node = Mapping[str, JsonValue]

_DEEPEST_DOCUMENT = 40  # levels; Jira's editor makes some ten, and each costs a stack frame
_MOST_NODES = 20_000
_STYLES = {"strong": STRONG, "em": EMPHASIS, "strike": STRUCK}
_INLINE_NODES = ("text", "hardBreak", "mention", "emoji", "inlineCard", "date", "status")
_HOLDS_TEXT = ("paragraph", "heading", "taskItem", "decisionItem")
_PANELS = {"info": "ℹ", "note": "📝", "warning": "⚠", "error": "⛔", "success": "✔"}
_CHECKED = "DONE"


def is_document(value: object) -> TypeGuard[Node]:
    """Whether ``value`` is such a document."""
    return isinstance(value, Mapping) and value.get("type") == "doc" and isinstance(value.get("content"), list)


def document_to_markdown(document: Node) -> str:
    """The document's text as Markdown; what has no text (media, unknown nodes) is named or left out."""
    reader = _Reader()
    reader.blocks(document, 0)
    return reader.out.finished().strip("\n")


class _Reader:
    """Hands one document to the writer, and counts its nodes so that a hostile one ends somewhere."""

    def __init__(self) -> None:
        self.out = MarkdownWriter()
        self._left = _MOST_NODES

    def blocks(self, node: Node, depth: int) -> None:
        for child in self._children(node):
            self._block(child, depth + 1)

    def _children(self, node: Node) -> Iterable[Node]:
        content = node.get("content")
        for child in islice(content if isinstance(content, list) else (), self._left):
            self._left -= 1
            if isinstance(child, Mapping) and self._left > 0:
                yield child

    def _block(self, node: Node, depth: int) -> None:
        kind = node.get("type")
        if depth > _DEEPEST_DOCUMENT or not isinstance(kind, str):
            return
        if kind in _INLINE_NODES:
            self._inline_node(node, depth)
            return
        self.out.end_block()
        read = _BLOCKS.get(kind)
        if read is not None:
            read(self, node, depth)
        else:
            self.inside(node, depth)
        self.out.end_block()

    def inside(self, node: Node, depth: int) -> None:
        """What is in a block, text or blocks."""
        if node.get("type") in _HOLDS_TEXT or _has_inline(node):
            for child in self._children(node):
                self._inline_node(child, depth + 1)
        else:
            self.blocks(node, depth)

    def heading(self, node: Node, depth: int) -> None:
        level = _attribute(node, "level")
        self.out.heading(level if isinstance(level, int) and 1 <= level <= 6 else 2)
        self.inside(node, depth)

    def bullets(self, node: Node, depth: int) -> None:
        self.out.begin_list()
        self._items(node, depth)

    def numbers(self, node: Node, depth: int) -> None:
        first = _attribute(node, "order")
        self.out.begin_list(first if isinstance(first, int) and not isinstance(first, bool) else 1)
        self._items(node, depth)

    def _items(self, node: Node, depth: int) -> None:
        for child in self._children(node):
            kind = child.get("type")
            if isinstance(kind, str) and kind in _BLOCKS:  # a list among the items: it belongs to the one above it
                self._block(child, depth + 1)
                continue
            self.out.begin_item()
            if kind == "taskItem":
                self.out.text(f"[{'x' if _attribute(child, 'state') == _CHECKED else ' '}] ")
            if depth < _DEEPEST_DOCUMENT:
                self.inside(child, depth + 1)
        self.out.end_list()

    def code(self, node: Node, depth: int) -> None:  # noqa: ARG002  # all of `_BLOCKS` are called alike
        language = _attribute(node, "language")
        self.out.begin_code()
        self.out.text("".join(str(child.get("text", "")) for child in self._children(node)))
        self.out.end_code_block("".join(language.split()) if isinstance(language, str) else "")

    def quote(self, node: Node, depth: int) -> None:
        self.out.begin_quote()
        self.inside(node, depth)
        self.out.end_quote()

    def panel(self, node: Node, depth: int) -> None:
        self.out.begin_quote()
        if sign := _PANELS.get(str(_attribute(node, "panelType"))):
            self.out.text(f"{sign} ")
        for child in self._children(node):
            if child.get("type") == "paragraph":
                self.inside(child, depth + 1)
                self.out.end_block()
            else:
                self._block(child, depth + 1)
        self.out.end_quote()

    def expand(self, node: Node, depth: int) -> None:
        title = _attribute(node, "title")
        if isinstance(title, str) and title:
            self.out.begin_style(STRONG)
            self.out.text(title)
            self.out.end_style(STRONG)
            self.out.end_block()
        self.blocks(node, depth)

    def table(self, node: Node, depth: int) -> None:
        self.out.begin_table()
        for row in self._children(node):
            self.out.begin_row()
            for cell in self._children(row):
                self.out.begin_cell()
                if depth < _DEEPEST_DOCUMENT:
                    self.inside(cell, depth + 2)
        self.out.end_table()

    def media(self, node: Node, depth: int) -> None:  # noqa: ARG002
        names = (_attribute(child, "alt") or _attribute(child, "id") for child in self._children(node))
        self.out.text(" ".join(f"[attachment: {name}]" for name in names if isinstance(name, str)))

    def _inline_node(self, node: Node, depth: int) -> None:
        kind = node.get("type")
        if kind == "text":
            self._text(node)
        elif kind == "hardBreak":
            self.out.line_break()
        elif kind == "date":
            moment = parse_moment(_attribute(node, "timestamp"))
            self.out.text(moment.date().isoformat() if moment else "")
        else:
            values = (_attribute(node, name) for name in ("text", "shortName", "url", "title"))
            text = next((value for value in values if isinstance(value, str) and value), "")
            if text:
                self.out.text(text)
            elif depth < _DEEPEST_DOCUMENT:
                self.inside(node, depth + 1)

    def _text(self, node: Node) -> None:
        text = node.get("text")
        if not isinstance(text, str):
            return
        marks = node.get("marks")
        found = [mark for mark in (marks if isinstance(marks, list) else ()) if isinstance(mark, Mapping)]
        kinds = {kind for mark in found if isinstance(kind := mark.get("type"), str)}
        address = next((_attribute(mark, "href") for mark in found if mark.get("type") == "link"), None)
        styles = [sign for kind, sign in _STYLES.items() if kind in kinds]
        for sign in styles:
            self.out.begin_style(sign)
        self.out.link(address if isinstance(address, str) and address != text else "")
        if "code" in kinds:
            self.out.begin_code()
        self._lines(text)
        self.out.end_code()
        self.out.link("")
        for sign in styles:
            self.out.end_style(sign)

    def _lines(self, text: str) -> None:
        first, *rest = text.split("\n")
        self.out.text(first)
        for line in rest:
            self.out.line_break()
            self.out.text(line)


_BLOCKS: Mapping[str, Callable[[_Reader, Node, int], None]] = {
    "heading": _Reader.heading,
    "bulletList": _Reader.bullets,
    "taskList": _Reader.bullets,
    "decisionList": _Reader.bullets,
    "orderedList": _Reader.numbers,
    "codeBlock": _Reader.code,
    "blockquote": _Reader.quote,
    "panel": _Reader.panel,
    "table": _Reader.table,
    "expand": _Reader.expand,
    "nestedExpand": _Reader.expand,
    "mediaSingle": _Reader.media,
    "mediaGroup": _Reader.media,
    "blockCard": _Reader._inline_node,
    "embedCard": _Reader._inline_node,
    "rule": lambda reader, _node, _depth: reader.out.rule(),
}


def _has_inline(node: Node) -> bool:
    content = node.get("content")
    first = content[0] if isinstance(content, list) and content else None
    return isinstance(first, Mapping) and first.get("type") in _INLINE_NODES


def _attribute(node: Node, name: str) -> JsonValue:
    attributes = node.get("attrs")
    return attributes.get(name) if isinstance(attributes, Mapping) else None
