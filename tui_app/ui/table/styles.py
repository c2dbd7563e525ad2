"""The table's look: one style for each thing that a row can say, all from the theme's variables."""

from __future__ import annotations

from collections.abc import Mapping

from rich.style import Style
from textual.widget import Widget

from tui_app.ui.rendering.signs import PriorityLevel, StatusKind

_PREFIX = "results-table--"
_CELLS = (
    *("row", "id", "title", "done-title", "secondary", "stale", "header", "header-sort", "message"),
    *(f"status-{kind}" for kind in StatusKind),
    *(f"priority-{level}" for level in PriorityLevel),
)
"""Whole styles, with the table's own background under them."""
_OVERLAYS = ("cursor-bar", "marked", "new", "changed", "match", "snippet")
"""Styles that lie over those of a cell or of the cursor, and change only what they name."""

COMPONENT_CLASSES = frozenset(_PREFIX + name for name in (*_CELLS, *_OVERLAYS, "cursor", "cursor-blurred"))

DEFAULT_CSS = """
ResultsTable {
    background: $surface;
    color: $foreground;
    overflow-x: hidden;
    overflow-y: auto;
    scrollbar-gutter: stable;
    scrollbar-size-vertical: 1;
    & > .results-table--row { color: $foreground; }
    & > .results-table--title { color: $foreground; }
    & > .results-table--done-title { color: $text-muted; }
    & > .results-table--id { color: $text-secondary; }
    & > .results-table--secondary { color: $text-muted; }
    & > .results-table--stale { color: $text-disabled; }
    & > .results-table--snippet { text-style: italic dim; }
    & > .results-table--match { text-style: bold underline; }
    & > .results-table--header { color: $text-muted; background: $panel; text-style: bold; }
    & > .results-table--header-sort { color: $foreground; background: $panel; text-style: bold; }
    & > .results-table--cursor { color: $block-cursor-foreground; background: $block-cursor-background; }
    & > .results-table--cursor-blurred { background: $block-cursor-blurred-background; }
    & > .results-table--cursor-bar { text-style: bold; }
    & > .results-table--marked { text-style: bold; }
    & > .results-table--new { color: $text-success; text-style: bold; }
    & > .results-table--changed { color: $text-warning; text-style: bold; }
    & > .results-table--message { color: $text-muted; }
    & > .results-table--status-open { color: $text-primary; }
    & > .results-table--status-active { color: $text-warning; }
    & > .results-table--status-blocked { color: $text-error; text-style: bold; }
    & > .results-table--status-done { color: $text-success; }
    & > .results-table--status-other { color: $text-muted; }
    & > .results-table--priority-highest { color: $text-error; text-style: bold; }
    & > .results-table--priority-high { color: $text-warning; }
    & > .results-table--priority-medium { color: $text-muted; }
    & > .results-table--priority-low { color: $text-muted; }
    & > .results-table--priority-lowest { color: $text-muted; }
    & > .results-table--priority-other { color: $text-muted; }
}
"""


def table_styles(table: Widget) -> Mapping[str, Style]:
    """The styles in force by name, without prefix; ``cursor`` is the one that goes with the table's focus.

    Without the focus the cursor's line is tinted only, and its cells keep their colours. Tints and contrast colours are
    known from whole styles alone.
    """
    styles = {name: table.get_component_rich_style(_PREFIX + name) for name in _CELLS}
    styles |= {name: table.get_component_rich_style(_PREFIX + name, partial=True) for name in _OVERLAYS}
    if table.has_focus:
        styles["cursor"] = table.get_component_rich_style(_PREFIX + "cursor")
    else:
        styles["cursor"] = table.get_component_rich_style(_PREFIX + "cursor-blurred").background_style
    return styles
