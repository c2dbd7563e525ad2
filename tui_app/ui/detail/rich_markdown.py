"""Rich's Markdown as the pane shows it: calm code blocks and tables, tasks without bullets, addresses in full.

Invariant: what is drawn are tokens of Markdown and text: no tag of HTML acts, and styles are opened and closed in
pairs. Importing this costs half of Textual's own import; `tui_app.ui.detail.markdown_strips` does so with the first
piece.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from markdown_it import MarkdownIt
from markdown_it.token import Token
from rich.console import Console, ConsoleOptions, RenderResult
from rich.markdown import (
    CodeBlock,
    Heading,
    HorizontalRule,
    ImageItem,
    ListItem,
    MarkdownElement,
    TableElement,
)
from rich.markdown import Markdown as RichMarkdown
from rich.rule import Rule
from rich.segment import Segment
from rich.syntax import ANSISyntaxTheme, Syntax
from rich.table import Table
from rich.text import Text

from tui_app.tickets.fields import names

_OPEN_TASK, _DONE_TASK = "☐", "☑"
_TASK = re.compile(r"^(\s*(?:[-*+]|\d+[.)])\s+)\[([ xX]?)\](?=\s)", re.MULTILINE)
_CODE_BAR = "│ "
"""Before each line of code, so that a block differs from its surroundings without colour too."""
_ADDRESS = "link_url"
"""Tag of an address without other words; with ``markdown.`` before it, its style."""


class PlainHeading(Heading):
    """A heading at the left, whatever its level."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text: Text = self.text
        text.justify = "left"
        yield text


class BarredCode(CodeBlock):
    """Code behind a bar, in the terminal's own colours."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        syntax = Syntax(
            str(self.text).rstrip(), self.lexer_name, theme=self.theme or ANSISyntaxTheme({}), word_wrap=True
        )
        bar = Segment(_CODE_BAR, console.get_style("markdown.hr"))
        for line in console.render_lines(syntax, options.update(width=max(1, options.max_width - len(_CODE_BAR)))):
            yield bar
            yield from line
            yield Segment.line()


class PlainRule(HorizontalRule):
    """A line across."""

    new_line = True

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Rule(style=console.get_style("markdown.hr"), characters="─")


class EdgelessTable(TableElement):
    """A table without blank lines above and below."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for table in super().__rich_console__(console, options):
            if isinstance(table, Table):
                table.show_edge = False
            yield table


class Item(ListItem):
    """An item of a list; one that begins with a task's sign needs no bullet."""

    def render_bullet(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = list(Segment.split_lines(super().render_bullet(console, options)))  # type: ignore[arg-type]
        if lines and "".join(part.text for part in lines[0][1:]).startswith((_OPEN_TASK, _DONE_TASK)):
            lines[0][0] = Segment(" ")
        for line in lines:
            yield from line
            yield Segment.line()


class ImageAddress(ImageItem):
    """What an image shows, in words, and where it is."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        words = self.text.plain if self.text else ""
        address = Text(self.destination, console.get_style("markdown.link_url"))
        if not words:
            yield Text.assemble("image: ", address, end="")
        else:
            yield Text.assemble(f"image: {words} (", address, ")", end="")


class TicketMarkdown(RichMarkdown):
    """Markdown with signs for tasks, links that show their target, and HTML that is read and never acts."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **RichMarkdown.elements,
        "heading_open": PlainHeading,
        "fence": BarredCode,
        "code_block": BarredCode,
        "hr": PlainRule,
        "table_open": EdgelessTable,
        "list_item_open": Item,
        "image": ImageAddress,
    }
    inlines = {*RichMarkdown.inlines, _ADDRESS}  # noqa: RUF012 (rich's own way)

    def __init__(self, text: str, code_theme: str) -> None:
        super().__init__("", code_theme=code_theme, hyperlinks=False)
        with_html = "<" in text
        parser = MarkdownIt("commonmark", {"html": with_html}).enable("strikethrough").enable("table")
        self.markup = _TASK.sub(lambda task: f"{task[1]}{_DONE_TASK if task[2] in ('x', 'X') else _OPEN_TASK}", text)
        self.parsed = parser.parse(self.markup)
        if with_html:
            self.parsed = list(_without_html(self.parsed))
        for token in self.parsed:
            if token.children:
                token.children = list(_addresses_once(token.children))


def _addresses_once(tokens: list[Token]) -> Iterator[Token]:
    """The tokens, with a link whose words are its address as that address alone."""
    waiting = iter(range(len(tokens)))
    for at in waiting:
        address = _bare_address(tokens[at : at + 3])
        if address is None:
            yield tokens[at]
            continue
        yield address
        _skip(waiting, 2)


def _bare_address(link: list[Token]) -> Token | None:
    if [token.type for token in link] != ["link_open", "text", "link_close"]:
        return None
    words, target = link[1].content, str(link[0].attrs.get("href", ""))
    if target.removeprefix("mailto:") != words:
        return None
    return Token("address", _ADDRESS, 0, content=words)


def _skip(indexes: Iterable[int], count: int) -> None:
    for _ in zip(range(count), indexes, strict=False):
        pass


# HTML within Markdown: the tags that mean something to a reader. A tag that HTML does not know stays as it was written.

_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,15})(\s[^<>]{0,2000})?/?>")
_COMMENT = re.compile(r"<!--.*?(?:-->|$)", re.DOTALL)
_STYLES = {
    "b": "strong", "strong": "strong", "i": "em", "em": "em", "s": "s", "del": "s", "strike": "s",
}  # fmt: skip
_KNOWN = frozenset(
    names(
        "a abbr article b big blockquote body br caption center cite code col colgroup dd del details dfn div dl dt em "
        "figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr html i img ins kbd li main mark nobr ol p picture "
        "pre q s samp section small source span strike strong sub summary sup table tbody td tfoot th thead tr tt u ul "
        "var wbr"
    )
)
_ENDS_LINE = frozenset(names("p div li tr h1 h2 h3 h4 h5 h6 summary blockquote dd dt table ul ol pre figcaption"))
_LONGEST_ALT = 200  # characters


def _without_html(tokens: Sequence[Token]) -> Iterator[Token]:
    """The block tokens of a document with every HTML block as a paragraph, and every tag within a line read."""
    for token in tokens:
        if token.type == "html_block":
            yield from _paragraph(token)
            continue
        if token.children:
            token.children = list(_inline(token.children))
        yield token


def _paragraph(block: Token) -> Iterator[Token]:
    text = _TAG.sub(_as_text, _COMMENT.sub("", block.content))
    lines = [" ".join(line.split()) for line in html.unescape(text).split("\n")]
    lines = [line for line in lines if line]
    if lines:
        inline = Token("inline", "", 0, content="\n".join(lines), children=[])
        for number, line in enumerate(lines):
            inline.children += [Token("hardbreak", "br", 0)] * bool(number) + [_text_token(line)]  # type: ignore[operator]
        yield Token("paragraph_open", "p", 1, block=True)
        yield inline
        yield Token("paragraph_close", "p", -1, block=True)


def _as_text(tag: re.Match[str]) -> str:
    """What a tag of a block comes to: the end of a line, an image's address, nothing; itself where it is no HTML."""
    name = tag[2].lower()
    if name not in _KNOWN:
        return tag[0]
    if name == "img":
        return _image(tag[3] or "")
    if name == "br" or name in _ENDS_LINE:
        return "\n• " if name == "li" and not tag[1] else "\n"
    return " " if name in ("td", "th") else ""


def _inline(tokens: Sequence[Token]) -> Iterator[Token]:
    pairs = _pairs(tokens)
    for at, token in enumerate(tokens):
        if token.type != "html_inline":
            yield token
            continue
        tag = _TAG.fullmatch(token.content)
        if tag is None:
            if not token.content.startswith("<!--"):
                yield _text_token(token.content)
        elif tag[2].lower() not in _KNOWN:
            yield _text_token(token.content)
        else:
            yield from _known_tag(tag, pairs.get(at))


def _known_tag(tag: re.Match[str], partner: str | None) -> Iterator[Token]:
    """The tokens for a tag; ``partner`` is what the tag at the other end of its pair holds, None without one."""
    name, closing = tag[2].lower(), bool(tag[1])
    if name == "br":
        yield Token("hardbreak", "br", 0)
    elif name == "img":
        yield _text_token(_image(tag[3] or ""))
    elif name in _STYLES and partner is not None:
        kind = _STYLES[name]
        yield Token(f"{kind}_close" if closing else f"{kind}_open", kind, -1 if closing else 1)
    elif name == "a" and closing and partner:
        address = _attribute("href", partner)
        if address:
            yield _text_token(f" ({address})")


def _pairs(tokens: Sequence[Token]) -> dict[int, str]:
    """Index of each tag that has a partner to the text of that partner; what overlaps other pairs has none."""
    pairs: dict[int, str] = {}
    waiting: list[tuple[str, int]] = []
    for at, token in enumerate(tokens):
        tag = _TAG.fullmatch(token.content) if token.type == "html_inline" else None
        if tag is None:
            continue
        name = tag[2].lower()
        if not tag[1]:
            waiting.append((name, at))
        elif waiting and waiting[-1][0] == name:
            _, begin = waiting.pop()
            if tokens[begin].level == token.level:
                pairs[begin], pairs[at] = token.content, tokens[begin].content
    return pairs


def _image(attributes: str) -> str:
    address, words = _attribute("src", attributes), _attribute("alt", attributes)[:_LONGEST_ALT]
    return f"image: {words} ({address})" if words and address else f"image: {words or address}"


def _attribute(name: str, attributes: str) -> str:
    found = re.search(rf"\b{name}\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", attributes, re.IGNORECASE)
    return html.unescape(next((group for group in found.groups() if group), "")) if found else ""


def _text_token(content: str) -> Token:
    return Token("text", "", 0, content=content)
