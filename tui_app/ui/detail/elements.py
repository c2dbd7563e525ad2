"""Rich's Markdown as the pane shows it: calm code blocks and tables, tasks without bullets, addresses in full.

Importing this costs half of Textual's own import, so it is imported where the first piece is rendered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
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
    Markdown,
    MarkdownElement,
    TableElement,
)
from rich.rule import Rule
from rich.segment import Segment
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text

from tui_app.ui.detail.markdown import DONE_TASK, OPEN_TASK

_CODE_BAR = "│ "
"""Before each line of code, so that a block is told from its surroundings without colour too."""
_ADDRESS = "link_url"
"""Tag of an address that stands by itself; with ``markdown.`` before it, its style."""


class PlainHeading(Heading):
    """A heading at the left, whatever its level."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        text: Text = self.text
        text.justify = "left"
        yield text


class BarredCode(CodeBlock):
    """Code behind a bar, in the terminal's own colours."""

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        syntax = Syntax(str(self.text).rstrip(), self.lexer_name, theme=self.theme, word_wrap=True)
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
        if lines and "".join(part.text for part in lines[0][1:]).startswith((OPEN_TASK, DONE_TASK)):
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


class TicketMarkdown(Markdown):
    """Markdown with links that show their target and HTML as the text that it is."""

    elements: ClassVar[dict[str, type[MarkdownElement]]] = {
        **Markdown.elements,
        "heading_open": PlainHeading,
        "fence": BarredCode,
        "code_block": BarredCode,
        "hr": PlainRule,
        "table_open": EdgelessTable,
        "list_item_open": Item,
        "image": ImageAddress,
    }
    inlines = {*Markdown.inlines, _ADDRESS}  # noqa: RUF012 (rich's own way)

    def __init__(self, text: str, code_theme: str) -> None:
        super().__init__("", code_theme=code_theme, hyperlinks=False)
        parser = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").enable("table")
        self.markup = text
        self.parsed = parser.parse(text)
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
