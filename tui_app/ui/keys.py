"""Every key of the program, in one place.

Invariant: no other module writes a `Binding`. The footer, the help screen, the command palette, the README's table of
keys and remapping by id in ``config.toml`` all read `KEYS`.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding, BindingType

PLACES = {
    "table": "In the table",
    "detail": "In the ticket",
    "form": "In the search form",
    "filter": "In the filter line",
    "error": "In an error",
    "picker": "In lists and dialogs",
    "server": "In the server pane",
    "browser": "In the browser",
    "anywhere": "Anywhere",
}
"""Where a key is in force, and what that place is called in the help."""


@dataclass(frozen=True, slots=True)
class Key:
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
    where: str = "browser"
    footer: int = 0
    """Rank in the footer, 1 first; 0 stays out of it."""
    priority: bool = False
    palette: bool = True
    """Whether the command palette lists it; cursor movement would only be noise there."""

    @property
    def names(self) -> tuple[str, ...]:
        """The key names, one by one."""
        return tuple(name.strip() for name in self.keys.split(","))

    def place_of(self, name: str) -> int:
        """Which of its keys ``name`` is; a key of the user's own choice comes first."""
        return self.names.index(name) if name in self.names else -1

    def binding(self) -> Binding:
        """The key as Textual takes it."""
        return Binding(
            self.keys,
            self.action,
            self.description,
            show=bool(self.footer),
            priority=self.priority,
            tooltip=self.tooltip,
            id=self.id,
        )


def _quiet(key_id: str, keys: str, action: str, description: str, tooltip: str, where: str, footer: int = 0) -> Key:
    """A key that the command palette does not list. Where there is an input, the key comes before the input's own."""
    priority = where in ("picker", "filter", "form")
    return Key(key_id, keys, action, description, tooltip, where, footer, priority, palette=False)


def _over_dialogs(key_id: str, keys: str, action: str, description: str, tooltip: str) -> Key:
    """A key that works while a dialog or an input has the focus, too."""
    return Key(key_id, keys, action, description, tooltip, "anywhere", priority=True, palette=False)


_BROWSER = (
    Key("search.edit", "s,i", "edit_search", "Search", "Say what to search for", footer=2),
    Key("search.filter", "slash", "filter", "Filter", "Narrow the rows shown, as you type", footer=3),
    Key("search.facets", "f", "facets", "Facets", "Count a column's values and narrow to some of them", footer=7),
    Key("search.refresh", "r,f5", "refresh", "Refresh", "Search again; new and changed rows are marked", footer=8),
    Key("search.recents", "ctrl+r", "recents", "Recents", "Pick one of the latest searches"),
    Key("search.saved", "S", "saved", "Saved", "Pick a saved search, or save this one under a name"),
    Key("search.clear", "x", "clear_search", "Clear", "Drop every criterion and search for everything"),
    Key("search.more", "m", "load_more", "Load more", "Fetch further tickets of this search"),
    *(
        _quiet(f"view.{n}", str(n), f"quick_view({n})", f"View {n}", f"Quick view {n}, as configured", "browser")
        for n in range(1, 10)
    ),
    Key("view.pick", "0", "quick_views", "Views", "Pick a quick view: mine, unassigned, changed today .."),
    Key("ticket.browse", "o", "open_in_browser", "Web", "Open the ticket in the web browser", footer=5),
    Key("ticket.copy", "y", "copy_menu", "Copy", "Copy id, link, branch name, or the whole ticket", footer=6),
    Key("ticket.copy_id", "Y", "copy('id')", "Copy id", "Copy the ticket's id"),
    Key("ticket.pager", "vertical_line", "page_ticket", "Pager", "Read the ticket in $PAGER"),
    Key("ticket.editor", "E", "edit_ticket", "Editor", "Open a copy of the ticket in $EDITOR"),
    Key("ticket.raw", "w", "raw", "Raw", "Switch between the ticket and the server's own answer"),
    _quiet("ticket.down", "J,shift+down", "detail_scroll(1)", "Scroll", "Scroll the ticket down", "browser"),
    _quiet("ticket.up", "K,shift+up", "detail_scroll(-1)", "Scroll", "Scroll the ticket up", "browser"),
    Key("pane.detail", "d", "toggle_detail", "Detail", "Show or hide the ticket beside or below the table"),
    Key("pane.zoom", "z", "zoom", "Zoom", "Give the focused pane the whole screen, or give it back"),
    Key("pane.server", "P", "server_pane", "Server", "Show the server: command, tools, calls, standard error"),
    Key("pane.error", "e", "show_error", "Error", "Show the last error again"),
    Key("table.columns", "c", "columns", "Columns", "Choose, order and size the columns"),
    Key("table.sort", "comma", "sort_menu", "Sort", "Sort by a column"),
    Key("table.export", "X", "export", "Export", "Write marked, shown or all rows to a file"),
    Key("program.profiles", "p", "profiles", "Profile", "Switch to another tracker, or search several at once"),
    _quiet("focus.next", "tab", "app.focus_next", "Next pane", "Go to the next pane or field", "browser"),
    _quiet("focus.previous", "shift+tab", "app.focus_previous", "Previous pane", "Go to the previous one", "browser"),
    _quiet("back", "escape", "back", "Back", "Go back one step: cancel, close, clear", "browser", footer=10),
)

_TABLE = (
    _quiet("table.open", "enter", "open", "Open", "Show the whole ticket", "table", footer=1),
    _quiet("table.down", "j,down", "cursor_down", "Down", "Next ticket", "table"),
    _quiet("table.up", "k,up", "cursor_up", "Up", "Previous ticket", "table"),
    _quiet("table.top", "g,home", "top", "First", "First ticket", "table"),
    _quiet("table.bottom", "G,end", "bottom", "Last", "Last ticket", "table"),
    _quiet("table.page_down", "ctrl+f,pagedown", "page_down", "Page down", "One page down", "table"),
    _quiet("table.page_up", "ctrl+b,pageup", "page_up", "Page up", "One page up", "table"),
    _quiet("table.half_down", "ctrl+d", "half_page_down", "Half page down", "Half a page down", "table"),
    _quiet("table.half_up", "ctrl+u", "half_page_up", "Half page up", "Half a page up", "table"),
    _quiet("table.left", "h,left", "scroll_left", "Left", "Columns further left", "table"),
    _quiet("table.right", "l,right", "scroll_right", "Right", "Columns further right", "table"),
    Key("table.mark", "space", "toggle_mark", "Mark", "Mark the ticket, or take its mark away", "table", footer=4),
    Key("table.mark_range", "v", "mark_range", "Mark range", "Mark from the last mark to the cursor", "table"),
    Key("table.mark_all", "a", "mark_all", "Mark all", "Mark every row shown", "table"),
    Key("table.mark_invert", "asterisk", "mark_invert", "Invert", "Mark what is not marked, and the reverse", "table"),
    Key("table.mark_none", "A", "clear_marks", "Unmark", "Take all marks away", "table"),
)

_DETAIL = (
    _quiet("detail.down", "j,down", "scroll_lines(1)", "Down", "One line down", "detail"),
    _quiet("detail.up", "k,up", "scroll_lines(-1)", "Up", "One line up", "detail"),
    _quiet("detail.page_down", "space,ctrl+f,pagedown", "scroll_pages(1)", "Page down", "One page down", "detail", 1),
    _quiet("detail.page_up", "b,ctrl+b,pageup", "scroll_pages(-1)", "Page up", "One page up", "detail"),
    _quiet("detail.half_down", "ctrl+d", "scroll_half(1)", "Half page down", "Half a page down", "detail"),
    _quiet("detail.half_up", "ctrl+u", "scroll_half(-1)", "Half page up", "Half a page up", "detail"),
    _quiet("detail.top", "g,home", "scroll_top", "Top", "Start of the ticket", "detail"),
    _quiet("detail.bottom", "G,end", "scroll_bottom", "End", "End of the ticket", "detail"),
    _quiet("detail.search", "slash", "search", "Find", "Find words in the ticket", "detail", footer=2),
    _quiet("detail.next", "n", "next_match(1)", "Next match", "Next place found", "detail"),
    _quiet("detail.previous", "N", "next_match(-1)", "Previous match", "Previous place found", "detail"),
)

_FORM = (
    _quiet("form.submit", "enter,ctrl+s", "submit", "Search", "Search with these criteria", "form", footer=1),
    _quiet("form.complete", "tab", "complete", "Complete", "Take the completion, or go to the next field", "form", 2),
    _quiet("form.offer", "ctrl+n", "offer", "Values", "List the values that this field can take", "form", footer=3),
    _quiet("form.correct", "ctrl+y", "correct", "Correct", "Write what was probably meant", "form"),
    _quiet("form.clear", "ctrl+l", "clear", "Clear all", "Empty every field", "form", footer=4),
    _quiet("form.close", "escape", "close", "Back", "Close the list, then the form; what was typed stays", "form", 5),
    _quiet("form.next", "down", "move(1)", "Next", "Next completion, or next field", "form"),
    _quiet("form.previous", "up", "move(-1)", "Previous", "Previous completion, or previous field", "form"),
)

_FILTER = (
    _quiet("filter.keep", "enter,down", "keep", "Keep", "Keep the filter and go to the rows", "filter", footer=1),
    _quiet("filter.close", "escape", "close", "Drop", "Drop the filter", "filter", footer=2),
    _quiet("filter.fuzzy", "ctrl+t", "toggle_fuzzy", "Fuzzy", "Match letters in order instead of words", "filter", 3),
)

_ERROR = (
    Key("error.retry", "r", "retry", "Try again", "Make the request that failed again", "error", footer=1),
    Key("error.copy", "y", "copy", "Copy", "Copy the error with the server's last words", "error", footer=2),
    _quiet("error.close", "escape,enter", "close", "Close", "Close the error; e shows it again", "error", footer=3),
)

_PICKER = (
    _quiet("picker.take", "enter", "take", "Take", "Take the line under the cursor", "picker", 1),
    _quiet("picker.close", "escape", "close", "Back", "Close without a change", "picker", 2),
    _quiet("picker.down", "down,ctrl+n,ctrl+j", "move(1)", "Down", "Next line", "picker"),
    _quiet("picker.up", "up,ctrl+p,ctrl+k", "move(-1)", "Up", "Previous line", "picker"),
    _quiet("picker.page_down", "pagedown", "move_page(1)", "Page down", "One page down", "picker"),
    _quiet("picker.page_up", "pageup", "move_page(-1)", "Page up", "One page up", "picker"),
    _quiet("picker.pick", "ctrl+t,ctrl+space", "pick", "Pick", "Pick the line, or pin it", "picker", 3),
    _quiet("picker.delete", "ctrl+x", "delete", "Delete", "Delete the line, or what was chosen", "picker", 4),
    _quiet("picker.earlier", "ctrl+up,alt+up", "shift(-1)", "Earlier", "Move the line up", "picker", 5),
    _quiet("picker.later", "ctrl+down,alt+down", "shift(1)", "Later", "Move the line down", "picker", 6),
    _quiet("picker.left", "ctrl+left,alt+left", "adjust(-1)", "Narrower", "A narrower column", "picker", 7),
    _quiet("picker.right", "ctrl+right,alt+right", "adjust(1)", "Wider", "A wider column", "picker", 8),
)

_SERVER = (
    _quiet("server.reconnect", "r", "reconnect", "Start anew", "End the server and start it anew", "server", 1),
    _quiet("server.copy", "y", "copy", "Copy", "Copy all that is shown", "server", 2),
    _quiet("server.down", "j,down", "scroll_by(1)", "Down", "Scroll down", "server"),
    _quiet("server.up", "k,up", "scroll_by(-1)", "Up", "Scroll up", "server"),
    _quiet("server.page_down", "space,pagedown,ctrl+d", "scroll_by(10)", "Page down", "Scroll further down", "server"),
    _quiet("server.page_up", "b,pageup,ctrl+u", "scroll_by(-10)", "Page up", "Scroll further up", "server"),
    _quiet("server.next", "tab", "next_profile", "Next tracker", "Show the next tracker's server", "server", 3),
    _quiet("server.close", "escape,P", "close", "Back", "Close the pane", "server", 4),
)

_ANYWHERE = (
    Key("program.help", "question_mark", "help", "Help", "Every key in force here, searchable", "anywhere", 9),
    _over_dialogs("program.help_too", "f1", "help", "Help", "Every key in force here, searchable"),
    _quiet("program.palette", "colon,ctrl+p", "palette", "Commands", "Find an action by name", "anywhere"),
    Key("program.theme", "T", "themes", "Theme", "Pick colours; the screen shows them as you move", "anywhere"),
    Key("program.welcome", "f2", "welcome", "Welcome", "What this is, and the first four keys", "anywhere"),
    Key("program.quit", "q", "quit", "Quit", "End the program and its servers", "anywhere", 11),
    _over_dialogs("program.quit_too", "ctrl+q", "quit", "Quit", "End the program, also out of a dialog"),
    _over_dialogs("program.interrupt", "ctrl+c", "interrupt", "Quit", "Copy the selected text, or else quit"),
    _over_dialogs("program.suspend", "ctrl+z", "suspend_process", "Suspend", "Stop the program; fg brings it back"),
)

KEYS: tuple[Key, ...] = (*_BROWSER, *_TABLE, *_DETAIL, *_FORM, *_FILTER, *_ERROR, *_PICKER, *_SERVER, *_ANYWHERE)


def bindings_for(where: str) -> list[BindingType]:
    """The bindings in force at ``where``: what a screen or widget sets as its ``BINDINGS``."""
    return [key.binding() for key in KEYS if key.where == where]


def find_key(key_id: str) -> Key | None:
    """The key called ``key_id``."""
    return next((key for key in KEYS if key.id == key_id), None)


NAME_OF_CHARACTER = {
    " ": "space",
    "!": "exclamation_mark",
    "#": "number_sign",
    "$": "dollar_sign",
    "%": "percent_sign",
    "&": "ampersand",
    "*": "asterisk",
    "+": "plus",
    ",": "comma",
    "-": "minus",
    ".": "full_stop",
    "/": "slash",
    ":": "colon",
    ";": "semicolon",
    "<": "less_than_sign",
    "=": "equals_sign",
    ">": "greater_than_sign",
    "?": "question_mark",
    "@": "at",
    "[": "left_square_bracket",
    "\\": "backslash",
    "]": "right_square_bracket",
    "_": "underscore",
    "|": "vertical_line",
    "~": "tilde",
}
"""What Textual calls the keys that are neither letters nor digits."""
_CHARACTER_OF_NAME = {name: character for character, name in NAME_OF_CHARACTER.items()}
_PRINTED = {
    **_CHARACTER_OF_NAME,
    "space": "space",
    "escape": "esc",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "enter": "⏎",
}


def character_of(name: str) -> str | None:
    """The character that the key ``name`` types; None: it types none."""
    return name if len(name) == 1 else _CHARACTER_OF_NAME.get(name)


def display_key(name: str) -> str:
    """A key's name as people write it: ``ctrl+r`` is ``^r``, ``slash`` is ``/``."""
    *modifiers, last = name.split("+")
    short = {"ctrl": "^", "shift": "⇧", "alt": "alt-"}
    return "".join(short.get(modifier, f"{modifier}-") for modifier in modifiers) + _PRINTED.get(last, last)
