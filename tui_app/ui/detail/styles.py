"""The pane's styles, taken from the theme, under the names that rich's Markdown asks for."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.widget import Widget

STYLE_NAMES = (
    "title",
    "caption",
    "value",
    "link",
    "heading",
    "rule",
    "byline",
    "muted",
    "bad",
    "code",
    "quote",
    "strong",
    "emphasis",
    "struck",
    "status-open",
    "status-active",
    "status-blocked",
    "status-done",
    "priority-highest",
    "priority-high",
)
"""Component classes of the pane, without their prefix."""

DEFAULT_CSS = """
TicketDetail {
    layout: vertical;
    & > Input { height: 1; border: none; padding: 0 1; display: none; background: $panel; }
    & > Input.-open { display: block; }
    & > Input.-nothing { color: $text-error; }
    & > .ticket-detail--title { text-style: bold; color: $foreground; }
    & > .ticket-detail--caption { color: $text-muted; }
    & > .ticket-detail--value { color: $foreground; }
    & > .ticket-detail--link { color: $text-primary; text-style: underline; }
    & > .ticket-detail--heading { color: $text-accent; text-style: bold; }
    & > .ticket-detail--rule { color: $text-disabled; }
    & > .ticket-detail--byline { color: $text-secondary; text-style: bold; }
    & > .ticket-detail--muted { color: $text-muted; }
    & > .ticket-detail--bad { color: $text-error; }
    & > .ticket-detail--code { color: $text-success; }
    & > .ticket-detail--quote { color: $text-muted; text-style: italic; }
    & > .ticket-detail--strong { text-style: bold; }
    & > .ticket-detail--emphasis { text-style: italic; }
    & > .ticket-detail--struck { color: $text-muted; text-style: strike; }
    & > .ticket-detail--status-open { color: $text-primary; }
    & > .ticket-detail--status-active { color: $text-warning; }
    & > .ticket-detail--status-blocked { color: $text-error; text-style: bold; }
    & > .ticket-detail--status-done { color: $text-success; }
    & > .ticket-detail--priority-highest { color: $text-error; text-style: bold; }
    & > .ticket-detail--priority-high { color: $text-warning; }
}
"""
"""The pane's look in any theme."""

_FROM_PANE = {
    "markdown.paragraph": "base",
    "markdown.text": "base",
    "markdown.em": "emphasis",
    "markdown.emph": "emphasis",
    "markdown.strong": "strong",
    "markdown.code": "code",
    "markdown.code_block": "code",
    "markdown.block_quote": "quote",
    "markdown.list": "base",
    "markdown.item": "base",
    "markdown.item.bullet": "caption",
    "markdown.item.number": "caption",
    "markdown.hr": "rule",
    "markdown.h1": "title",
    "markdown.h1.border": "rule",
    "markdown.h2": "title",
    "markdown.h3": "strong",
    "markdown.h4": "strong",
    "markdown.h5": "strong",
    "markdown.h6": "strong",
    "markdown.h7": "strong",
    "markdown.link": "value",
    "markdown.link_url": "link",
    "markdown.s": "struck",
    "markdown.table.border": "rule",
    "markdown.table.header": "strong",
}


def pane_styles(pane: Widget) -> dict[str, Style]:
    """The styles in force by name, and ``base``, which changes nothing; each names only what its rule names.

    Some themes write colours as a contrast to their background; only the whole style knows what that comes to.
    """
    styles = {"base": Style()}
    for name in STYLE_NAMES:
        style = pane.get_component_rich_style(f"ticket-detail--{name}", partial=True)
        if style.color is not None:
            whole = pane.get_component_rich_style(f"ticket-detail--{name}")
            style += Style.from_color(whole.color)
        styles[name] = style
    return styles


def markdown_styles(styles: Mapping[str, Style]) -> dict[str, Style]:
    """Rich's names to the pane's styles."""
    return {name: styles[ours] for name, ours in _FROM_PANE.items()}


def code_theme(*, dark: bool) -> str:
    """The Pygments theme for code blocks: the terminal's own sixteen colours, so that every theme works."""
    return "ansi_dark" if dark else "ansi_light"
