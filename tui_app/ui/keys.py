"""Every key of the program, in one place.

Invariant: no other module writes a `Binding`. The footer, the help screen, the command palette, the README's table of
keys and remapping by id in ``config.toml`` all read `KEYS`.
"""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace
from textual.binding import Binding, BindingType

PLACES = {
    "table": "In the table",
    "detail": "In the ticket",
    "find": "While finding in the ticket",
    "form": "In the search form",
    "filter": "In the filter line",
    "error": "In an error",
    "picker": "In lists and dialogs",
    "server": "In the server pane",
    "browser": "In the browser",
    "anywhere": "Anywhere",
}
"""Where a key is in force, and what that place is called in the help."""
_WITH_INPUT = frozenset({"find", "form", "filter", "picker"})


class Key(Struct, frozen=True):
    """One action and its keys."""

    id: str
    """What ``[keys]`` in the config calls it."""
    keys: str
    """Key names as Textual knows them, separated by commas; the first one is shown in the footer."""
    action: str
    description: str
    """One or two words, for the footer."""
    tooltip: str
    """What it does, for the help and the palette."""
    footer: int = 0
    """Rank in the footer, 1 first; 0 stays out of it."""
    over_dialogs: bool = False
    """Whether it works while a dialog or an input has the focus, too."""
    where: str = ""
    """One of `PLACES`."""

    @property
    def names(self) -> tuple[str, ...]:
        """The key names, one by one."""
        return tuple(name.strip() for name in self.keys.split(","))

    def place_of(self, name: str) -> int:
        """Which of its keys ``name`` is; a key of the user's own choice comes first."""
        return self.names.index(name) if name in self.names else -1

    def binding(self) -> Binding:
        """The key as Textual takes it. Where there is an input, the key comes before the input's own."""
        return Binding(
            self.keys,
            self.action,
            self.description,
            show=bool(self.footer),
            priority=self.over_dialogs or self.where in _WITH_INPUT,
            tooltip=self.tooltip,
            id=self.id,
        )


def _at(where: str, *keys: Key) -> tuple[Key, ...]:
    """``keys``, in force at ``where``."""
    return tuple(replace(key, where=where) for key in keys)


_BROWSER = _at(
    "browser",
    Key("search.edit", "s,i", "edit_search", "Search", "Say what to search for", footer=2),
    Key("search.filter", "slash", "filter", "Filter", "Narrow the rows shown, as you type", footer=3),
    Key("search.facets", "f", "facets", "Facets", "Count a column's values and narrow to some of them", footer=7),
    Key("search.refresh", "r,f5", "refresh", "Refresh", "Search again; new and changed rows are marked", footer=8),
    Key("search.recents", "ctrl+r", "recents", "Recents", "Pick one of the latest searches"),
    Key("search.saved", "S", "saved", "Saved", "Pick a saved search, or save this one under a name"),
    Key("search.clear", "x", "clear_search", "Clear", "Drop every criterion and search for everything"),
    Key("search.more", "m", "load_more", "Load more", "Fetch further tickets of this search"),
    *(
        Key(f"view.{n}", str(n), f"quick_view({n})", f"View {n}", f"Quick view {n}, as configured")
        for n in range(1, 10)
    ),
    Key("view.pick", "0", "quick_views", "Views", "Pick a quick view: mine, unassigned, changed today .."),
    Key("ticket.browse", "o", "open_in_browser", "Web", "Open the ticket in the web browser", footer=5),
    Key("ticket.copy", "y", "copy_menu", "Copy", "Copy id, link, branch name, or the whole ticket", footer=6),
    Key("ticket.copy_id", "Y", "copy('id')", "Copy id", "Copy the ticket's id"),
    Key("ticket.pager", "vertical_line", "page_ticket", "Pager", "Read the ticket in $PAGER"),
    Key("ticket.editor", "E", "edit_ticket", "Editor", "Open a copy of the ticket in $EDITOR"),
    Key("ticket.raw", "w", "raw", "Raw", "Switch between the ticket and the server's own answer"),
    Key("ticket.down", "J,shift+down", "detail_scroll(1)", "Scroll", "Scroll the ticket down"),
    Key("ticket.up", "K,shift+up", "detail_scroll(-1)", "Scroll", "Scroll the ticket up"),
    Key(
        "ticket.next_section",
        "right_square_bracket",
        "detail_section(1)",
        "Section",
        "Next section of the ticket",
        footer=4,
    ),
    Key(
        "ticket.previous_section",
        "left_square_bracket",
        "detail_section(-1)",
        "Section",
        "Previous section of the ticket",
    ),
    Key("pane.detail", "d", "toggle_detail", "Detail", "Show or hide the ticket beside or below the table"),
    Key("pane.zoom", "z", "zoom", "Zoom", "Give the focused pane the whole screen, or give it back"),
    Key("pane.larger", "plus", "resize_detail(5)", "Larger", "Give the ticket more room; the mouse drags the line"),
    Key("pane.smaller", "minus", "resize_detail(-5)", "Smaller", "Give the table more room"),
    Key("pane.server", "P", "server_pane", "Server", "Show the server: command, tools, calls, standard error"),
    Key("pane.error", "e", "show_error", "Error", "Show the last error again"),
    Key("table.columns", "c", "columns", "Columns", "Choose, order and size the columns"),
    Key("table.sort", "comma", "sort_menu", "Sort", "Sort by a column"),
    Key("table.export", "X", "export", "Export", "Write marked, shown or all rows to a file"),
    Key("program.profiles", "p", "profiles", "Profile", "Switch to another tracker, or search several at once"),
    Key("focus.next", "tab", "focus_pane(1)", "Next pane", "Go to the next pane"),
    Key("focus.previous", "shift+tab", "focus_pane(-1)", "Previous pane", "Go to the pane before"),
    Key("back", "escape", "back", "Back", "Go back one step: cancel, close, clear", footer=1),
)

_TABLE = _at(
    "table",
    Key("table.open", "enter", "open", "Open", "Show the whole ticket", footer=1),
    Key("table.down", "j,down", "cursor_down", "Down", "Next ticket"),
    Key("table.up", "k,up", "cursor_up", "Up", "Previous ticket"),
    Key("table.top", "g,home", "top", "First", "First ticket"),
    Key("table.bottom", "G,end", "bottom", "Last", "Last ticket"),
    Key("table.page_down", "ctrl+f,pagedown", "page_down", "Page down", "One page down"),
    Key("table.page_up", "ctrl+b,pageup", "page_up", "Page up", "One page up"),
    Key("table.half_down", "ctrl+d", "half_page_down", "Half page down", "Half a page down"),
    Key("table.half_up", "ctrl+u", "half_page_up", "Half page up", "Half a page up"),
    Key("table.left", "h,left", "scroll_left", "Left", "Columns further left"),
    Key("table.right", "l,right", "scroll_right", "Right", "Columns further right"),
    Key("table.mark", "space", "toggle_mark", "Mark", "Mark the ticket, or take its mark away", footer=4),
    Key("table.mark_range", "v", "mark_range", "Mark range", "Mark from the last mark to the cursor"),
    Key("table.mark_all", "a", "mark_all", "Mark all", "Mark every row shown"),
    Key("table.mark_invert", "asterisk", "mark_invert", "Invert", "Mark what is not marked, and the reverse"),
    Key("table.mark_none", "A", "clear_marks", "Unmark", "Take all marks away"),
)

_DETAIL = _at(
    "detail",
    Key("detail.down", "j,down", "scroll_lines(1)", "Down", "One line down"),
    Key("detail.up", "k,up", "scroll_lines(-1)", "Up", "One line up"),
    Key("detail.page_down", "space,ctrl+f,pagedown", "scroll_pages(1)", "Page down", "One page down", footer=3),
    Key("detail.page_up", "b,ctrl+b,pageup", "scroll_pages(-1)", "Page up", "One page up"),
    Key("detail.half_down", "ctrl+d", "scroll_half(1)", "Half page down", "Half a page down"),
    Key("detail.half_up", "ctrl+u", "scroll_half(-1)", "Half page up", "Half a page up"),
    Key("detail.top", "g,home", "scroll_top", "Top", "Start of the ticket"),
    Key("detail.bottom", "G,end", "scroll_bottom", "End", "End of the ticket"),
    Key("detail.search", "slash", "search", "Find", "Find words in the ticket", footer=2),
    Key("detail.next", "n", "next_match(1)", "Next match", "Next place found"),
    Key("detail.previous", "N", "next_match(-1)", "Previous match", "Previous place found"),
)

_FIND = _at(
    "find",
    Key("find.keep", "enter,down", "keep", "Keep", "Keep the words marked and go to the ticket", footer=1),
    Key("find.close", "escape", "drop", "Drop", "Find nothing any more", footer=2),
)

_FORM = _at(
    "form",
    Key("form.submit", "enter,ctrl+s", "submit", "Search", "Search with these criteria", footer=1),
    Key("form.complete", "tab", "complete", "Complete", "Take the completion, or go to the next field", footer=2),
    Key("form.offer", "ctrl+n", "offer", "Values", "List the values that this field can take", footer=4),
    Key("form.correct", "ctrl+y", "correct", "Correct", "Write what was probably meant"),
    Key("form.clear", "ctrl+l", "clear", "Clear all", "Empty every field", footer=5),
    Key("form.close", "escape", "close", "Back", "Close the list, then the form; what was typed stays", footer=3),
    Key("form.next", "down", "move(1)", "Next", "Next completion, or next field"),
    Key("form.previous", "up", "move(-1)", "Previous", "Previous completion, or previous field"),
)

_FILTER = _at(
    "filter",
    Key("filter.keep", "enter,down", "keep", "Keep", "Keep the filter and go to the rows", footer=1),
    Key("filter.close", "escape", "close", "Drop", "Drop the filter", footer=2),
    Key("filter.fuzzy", "ctrl+t", "toggle_fuzzy", "Fuzzy", "Match letters in order instead of words", footer=3),
)

_ERROR = _at(
    "error",
    Key("error.retry", "r", "retry", "Try again", "Make the request that failed again", footer=1),
    Key("error.copy", "y", "copy", "Copy", "Copy the error with the server's last words", footer=2),
    Key("error.close", "escape,enter", "close", "Close", "Close the error; e shows it again", footer=3),
)

_PICKER = _at(
    "picker",
    Key("picker.take", "enter", "take", "Take", "Take the line under the cursor", footer=1),
    Key("picker.close", "escape", "close", "Back", "Close without a change", footer=2),
    Key("picker.down", "down,ctrl+n,ctrl+j", "move(1)", "Down", "Next line"),
    Key("picker.up", "up,ctrl+p,ctrl+k", "move(-1)", "Up", "Previous line"),
    Key("picker.page_down", "pagedown", "move_page(1)", "Page down", "One page down"),
    Key("picker.page_up", "pageup", "move_page(-1)", "Page up", "One page up"),
    Key("picker.pick", "ctrl+t,ctrl+space", "pick", "Tick", "Tick the line; in recent searches: pin it", footer=3),
    Key("picker.delete", "ctrl+x", "delete", "Delete", "Delete the line, or what was chosen", footer=4),
    Key("picker.earlier", "ctrl+up,alt+up", "shift(-1)", "Earlier", "Move the line up", footer=5),
    Key("picker.later", "ctrl+down,alt+down", "shift(1)", "Later", "Move the line down", footer=6),
    Key("picker.left", "ctrl+left,alt+left", "adjust(-1)", "Narrower", "A narrower column", footer=7),
    Key("picker.right", "ctrl+right,alt+right", "adjust(1)", "Wider", "A wider column", footer=8),
)

_SERVER = _at(
    "server",
    Key("server.reconnect", "r", "reconnect", "Start anew", "End the server and start it anew", footer=1),
    Key("server.copy", "y", "copy", "Copy", "Copy all that is shown", footer=2),
    Key("server.down", "j,down", "scroll_by(1)", "Down", "Scroll down"),
    Key("server.up", "k,up", "scroll_by(-1)", "Up", "Scroll up"),
    Key("server.page_down", "space,pagedown,ctrl+d", "scroll_by(10)", "Page down", "Scroll further down"),
    Key("server.page_up", "b,pageup,ctrl+u", "scroll_by(-10)", "Page up", "Scroll further up"),
    Key("server.next", "tab", "next_profile", "Next tracker", "Show the next tracker's server", footer=3),
    Key("server.close", "escape,P", "close", "Back", "Close the pane", footer=4),
)

_ANYWHERE = _at(
    "anywhere",
    Key("program.help", "question_mark", "help", "Help", "Every key in force here, searchable", footer=9),
    Key("program.help_too", "f1", "help", "Help", "Every key in force here, searchable", over_dialogs=True),
    Key("program.palette", "colon,ctrl+p", "palette", "Commands", "Find an action by name"),
    Key("program.theme", "T", "themes", "Theme", "Pick colours; the screen shows them as you move"),
    Key("program.welcome", "f2", "welcome", "Welcome", "What this is, and the first four keys"),
    Key("program.quit", "q", "quit", "Quit", "End the program and its servers", footer=11),
    Key("program.quit_too", "ctrl+q", "quit", "Quit", "End the program, also out of a dialog", over_dialogs=True),
    Key("program.interrupt", "ctrl+c", "interrupt", "Quit", "Copy the selected text, or else quit", over_dialogs=True),
    Key(
        "program.suspend",
        "ctrl+z",
        "suspend_process",
        "Suspend",
        "Stop the program; fg brings it back",
        over_dialogs=True,
    ),
)

KEYS: tuple[Key, ...] = (
    *_BROWSER,
    *_TABLE,
    *_DETAIL,
    *_FIND,
    *_FORM,
    *_FILTER,
    *_ERROR,
    *_PICKER,
    *_SERVER,
    *_ANYWHERE,
)


def bindings_for(where: str) -> list[BindingType]:
    """The bindings in force at ``where``: what a screen or widget sets as its ``BINDINGS``."""
    return [key.binding() for key in KEYS if key.where == where]


def find_key(key_id: str) -> Key | None:
    """The key called ``key_id``."""
    return next((key for key in KEYS if key.id == key_id), None)
