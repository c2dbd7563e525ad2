"""What a reader sees of HTML and of Markdown: the blocks, what is within what, and the look of every word.

Markdown is rendered by markdown-it first, so that a converter is compared with what it was given, as another's
well-kept reader understands the result, and not with letters that the converter's own author expected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from markdown_it import MarkdownIt

Block = tuple[object, ...]
Runs = tuple[tuple[str, tuple[str, ...]], ...]

_MARKS = {"b": "strong", "strong": "strong", "em": "em", "i": "em", "s": "s", "del": "s", "code": "code"}
_HOLDERS = ("body", "div", "html", "li", "td", "th", "article", "p", "h1", "h2", "h3")
_BLOCKS = (*_HOLDERS, "blockquote", "ul", "ol", "pre", "hr", "table")
_LOOKS_OF_SPACE = re.compile(r"[ \t\n\f\r]+")


def of_markdown(text: str) -> tuple[Block, ...]:
    """The blocks of Markdown, as the program's own detail view has it parsed."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").enable("table")
    return of_html(parser.render(text))


def of_html(text: str) -> tuple[Block, ...]:
    """The blocks of HTML; elements without any text are left out."""
    tree = _Tree()
    tree.feed(text)
    tree.close()
    assert len(tree.open) == 1, "tests write whole HTML"
    return tuple(_Blocks().of(tree.open[0]))


class _Node:
    def __init__(self, tag: str, attributes: dict[str, str | None], text: str = "") -> None:
        self.tag = tag
        self.attributes = attributes
        self.own_text = text
        self.children: list[_Node] = []

    def text(self) -> str:
        return self.own_text + "".join(child.text() for child in self.children)

    def find(self, *tags: str) -> Iterator[_Node]:
        for child in self.children:
            if child.tag in tags:
                yield child
            else:
                yield from child.find(*tags)


class _Tree(HTMLParser):
    """Well-formed HTML as nodes."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [_Node("body", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in ("br", "hr", "img"):
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        if tag in ("br", "hr", "img"):
            return
        assert self.open.pop().tag == tag, "tests write whole HTML"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(_Node("", {}, data))


class _Blocks:
    def __init__(self) -> None:
        self._line: list[tuple[str, tuple[str, ...]]] = []

    def of(self, node: _Node, kind: str = "text") -> Iterator[Block]:
        yield from self._children(node, (), kind)
        yield from self._ended(kind)

    def _ended(self, kind: str) -> Iterator[Block]:
        runs = _tidy(self._line)
        self._line = []
        if runs:
            yield (kind, runs)

    def _children(self, node: _Node, marks: tuple[str, ...], kind: str) -> Iterator[Block]:
        for child in node.children:
            tag = child.tag
            if not tag:
                self._line.append((child.own_text, marks))
            elif tag == "br":
                self._line.append((" ", marks))
            elif tag in _BLOCKS:
                yield from self._ended(kind)
                yield from _block(child, tag)
            else:
                yield from self._children(child, tuple(sorted({*marks, *_mark(child, tag)})), kind)


def _block(node: _Node, tag: str) -> Iterator[Block]:
    if tag == "hr":
        yield ("rule",)
    elif tag == "pre":
        if text := node.text().strip("\n"):
            yield ("pre", text)
    elif tag in ("ul", "ol"):
        items = tuple(tuple(_Blocks().of(item)) for item in node.children if item.tag == "li")
        if any(items):
            first = int(node.attributes.get("start") or 1) if tag == "ol" else None
            yield (tag, first, items if tag == "ol" else tuple(filter(None, items)))
    elif tag == "blockquote":
        if blocks := tuple(_Blocks().of(node)):
            yield ("quote", blocks)
    elif tag == "table":
        rows = [tuple(_cell(cell) for cell in row.find("td", "th")) for row in node.find("tr")]
        yield ("table", tuple(filter(None, rows)))
    else:
        yield from _Blocks().of(node, tag if tag.startswith("h") and tag[1:].isdigit() else "text")


def _cell(node: _Node) -> Runs:
    blocks = tuple(_Blocks().of(node))
    assert all(block[0] == "text" for block in blocks), "tests put nothing but text into cells"
    return tuple(run for block in blocks for run in block[1])  # type: ignore[attr-defined]


def _mark(node: _Node, tag: str) -> tuple[str, ...]:
    if tag == "a":
        return (f"to {node.attributes.get('href')}",)
    return (_MARKS[tag],) if tag in _MARKS else ()


def _tidy(line: list[tuple[str, tuple[str, ...]]]) -> Runs:
    """Runs with white space as one space, which has no look of its own; neighbours of one look in one."""
    words: list[tuple[str, tuple[str, ...]]] = []
    for text, marks in line:
        for piece in re.split(r"([ \t\n\f\r]+)", text):
            if not piece:
                continue
            space = _LOOKS_OF_SPACE.fullmatch(piece)
            if space and (not words or words[-1][0] == " "):
                continue
            if not space and words and words[-1][1] == marks and words[-1][0] != " ":
                words[-1] = (words[-1][0] + piece, marks)
            else:
                words.append((" ", ()) if space else (piece, marks))
    if words and words[-1][0] == " ":
        words.pop()
    return tuple(words)
