"""Every key of the program, in one place.

Invariant: no other module writes a `Binding`. The footer, the help screen, the command palette, the README's table of
keys and remapping by id in ``config.toml`` all read `KEYS`.
"""

from __future__ import annotations

from textual.binding import BindingType

from tui_app.ui.key import Key, at

_BROWSER = at(
    "browser",
    Key("search.edit", "s,i", "edit_search", "Search", "Edit the search", footer=2),
    Key("search.filter", "slash", "filter", "Filter", "Narrow the rows shown, as you type", footer=3),
    Key("search.facets", "f", "facets", "Facets", "Count a column's values and narrow to some of them", footer=7),
    Key(
        "search.refresh",
        "r,f5",
        "refresh",
        "Refresh",
        "Search again; new and changed rows are marked",
        footer=8,
        words="reload update",
    ),
    Key("search.recents", "ctrl+r", "recents", "Recents", "Pick one of the latest searches"),
    Key("search.saved", "S", "saved", "Saved", "Pick a saved search, or save this one under a name", footer=10),
    Key("search.clear", "x", "clear_search", "Clear", "Drop every criterion and search for everything"),
    Key("search.always", "Q", "toggle_queries", "Own query", "Drop the profile's own query, or apply it again"),
    Key(
        "search.news",
        "n",
        "toggle_news",
        "News",
        "Show only what is new or changed since the last visit",
        footer=4,
        words="changes unread",
    ),
    Key("search.seen", "N", "mark_seen", "Seen", "Count all that is new, changed or gone as seen"),
    Key("search.more", "m", "load_more", "Load more", "Load more tickets of this search"),
    *(
        Key(f"view.{n}", str(n), f"show_tab({n})", f"View {n}", f"View {n}, as in the line of tabs")
        for n in range(1, 10)
    ),
    Key("view.pick", "0", "pick_view", "Views", "Pick a view: mine, unassigned, new this week ..", footer=9),
    Key("view.next", "greater_than_sign,ctrl+pagedown", "step_tab(1)", "Next view", "Show the next tab", words="tab"),
    Key(
        "view.previous",
        "less_than_sign,ctrl+pageup",
        "step_tab(-1)",
        "Former view",
        "Show the tab before",
        words="tab",
    ),
    Key("ticket.browse", "o", "open_in_browser", "Web", "Open the ticket in the web browser", footer=5),
    Key("ticket.links", "U", "links", "Links", "Links and relations: what the ticket names, to open or copy"),
    Key(
        "ticket.go", "number_sign", "go_to", "Go to", "Go to a ticket, by its id or address, of any tracker", footer=14
    ),
    Key("ticket.back", "backspace", "ticket_back", "Former", "Go back to the ticket from which a link led here"),
    Key("ticket.copy", "y", "copy_menu", "Copy", "Copy id, link, branch name, or the whole ticket", footer=6),
    Key("ticket.copy_id", "Y", "copy_id", "Copy id", "Copy the ticket's id"),
    Key("ticket.copy_address", "ctrl+y", "copy_address", "Copy address", "Copy the ticket's web address", words="url"),
    Key("ticket.pager", "vertical_line", "page_ticket", "Pager", "Read the ticket in $PAGER"),
    Key("ticket.editor", "E", "edit_ticket", "Editor", "Open a copy of the ticket in $EDITOR"),
    Key("ticket.commands", "dollar_sign", "own_commands", "Own", "Run one of your own commands ([[commands]])"),
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
        words="description comments history attachments",
    ),
    Key(
        "ticket.previous_section",
        "left_square_bracket",
        "detail_section(-1)",
        "Section",
        "Previous section of the ticket",
    ),
    Key("pane.detail", "d", "toggle_detail", "Detail", "Show or hide the ticket beside or below the table"),
    Key(
        "pane.place",
        "Z",
        "next_place",
        "Place",
        "The ticket beside the table, below it, over it, or as fits",
        words="preview",
    ),
    Key("pane.zoom", "z", "zoom", "Zoom", "Give the focused pane the whole screen, or give it back"),
    Key("pane.larger", "plus", "resize_detail(5)", "Larger", "Give the ticket more room; the mouse drags the line"),
    Key("pane.smaller", "minus", "resize_detail(-5)", "Smaller", "Give the table more room"),
    Key("pane.server", "P", "server_pane", "Server", "Show the server: command, tools, calls, standard error"),
    Key(
        "pane.error",
        "e",
        "show_error",
        "Notices",
        "Notices: what went wrong, every warning and message in full",
        words="errors log",
    ),
    Key("table.columns", "c", "columns", "Columns", "Choose, order and size the columns", footer=12),
    Key("table.sort", "comma", "sort_menu", "Sort", "Sort by a column", footer=13, words="order"),
    Key("table.group", "B", "group_menu", "Group", "Group the rows by a column, by parent as a tree", words="tree by"),
    Key("table.export", "X", "export", "Export", "Write marked, shown or all rows to a file"),
    Key(
        "program.profiles",
        "p",
        "profiles",
        "Trackers",
        "Switch to another tracker, or search several at once",
        footer=11,
        words="profile server config",
    ),
    Key("focus.next", "tab", "focus_pane(1)", "Next pane", "Go to the next pane"),
    Key("focus.previous", "shift+tab", "focus_pane(-1)", "Previous pane", "Go to the pane before"),
    Key("back", "escape", "back", "Back", "Go back one step: cancel, close, clear", footer=1),
)

_CHANGES = at(
    "browser",
    Key("change.status", "t", "change('status')", "Status", "Change the status", footer=4, words="move transition"),
    Key("change.comment", "C", "change('comment')", "Comment", "Write a comment", footer=4, words="answer reply"),
    Key(
        "change.menu",
        "full_stop",
        "change('menu')",
        "Change",
        "Change the ticket, or those that are marked: all that can be done, and why the rest cannot",
        footer=15,
        words="edit write update close reopen link log work",
    ),
    Key("change.assign", "at", "change('assign')", "Assign", "Assign to somebody, to me, or to nobody"),
    Key("change.take", "I", "change('take')", "To me", "Assign to me"),
    Key("change.priority", "exclamation_mark", "change('priority')", "Priority", "Change the priority"),
    Key("change.labels", "L", "change('labels')", "Labels", "Add labels and take labels away"),
    Key("change.title", "R", "change('title')", "Rename", "Change the title"),
    Key(
        "change.description",
        "D",
        "change('description')",
        "Description",
        "Edit the description in $EDITOR; what differs is shown before it is sent",
    ),
    Key("change.create", "O", "change('create')", "New", "Create a ticket"),
    Key("change.log", "W", "change('log')", "Changes", "What was changed from this machine, and what came of it"),
)

_TABLE = at(
    "table",
    Key("table.open", "enter", "open", "Open", "Show the whole ticket", footer=1),
    Key("table.down", "j,down", "lines(1)", "Down", "Next ticket"),
    Key("table.up", "k,up", "lines(-1)", "Up", "Previous ticket"),
    Key("table.top", "g,home", "first", "First", "First ticket"),
    Key("table.bottom", "G,end", "last", "Last", "Last ticket"),
    Key("table.page_down", "ctrl+f,pagedown", "pages(1)", "Page down", "One page down"),
    Key("table.page_up", "ctrl+b,pageup", "pages(-1)", "Page up", "One page up"),
    Key("table.half_down", "ctrl+d", "half_pages(1)", "Half page down", "Half a page down"),
    Key("table.half_up", "ctrl+u", "half_pages(-1)", "Half page up", "Half a page up"),
    Key("table.left", "h,left", "scroll_aside(-1)", "Left", "Columns further left"),
    Key("table.right", "l,right", "scroll_aside(1)", "Right", "Columns further right"),
    Key("table.fold", "semicolon", "fold", "Fold", "Close or open the group, or what is below a ticket in the tree"),
    Key("table.mark", "space", "toggle_mark", "Mark", "Mark the ticket, or take its mark away", footer=4),
    Key("table.mark_range", "v", "mark_range", "Mark range", "Mark from the last mark to the cursor"),
    Key("table.mark_all", "a", "mark_all", "Mark all", "Mark every row shown"),
    Key("table.mark_invert", "asterisk", "mark_invert", "Invert", "Mark what is not marked, and the reverse"),
    Key("table.mark_none", "A", "clear_marks", "Unmark", "Take all marks away"),
    Key("change.undo", "u", "screen.change('undo')", "Undo", "Take the latest change back; first it is shown"),
)

_DETAIL = at(
    "detail",
    Key("detail.down", "j,down", "scroll_lines(1)", "Down", "One line down"),
    Key("detail.up", "k,up", "scroll_lines(-1)", "Up", "One line up"),
    Key("detail.page_down", "space,ctrl+f,pagedown", "scroll_pages(1)", "Page down", "One page down", footer=4),
    Key("detail.page_up", "b,ctrl+b,pageup", "scroll_pages(-1)", "Page up", "One page up"),
    Key("detail.half_down", "ctrl+d", "scroll_half(1)", "Half page down", "Half a page down"),
    Key("detail.half_up", "ctrl+u", "scroll_half(-1)", "Half page up", "Half a page up"),
    Key("detail.top", "g,home", "scroll_top", "Top", "Start of the ticket"),
    Key("detail.bottom", "G,end", "scroll_bottom", "End", "End of the ticket"),
    Key("detail.follow", "enter", "follow", "Follow", "Open the related ticket, file or folded part", footer=1),
    Key(
        "detail.links",
        "u",
        "screen.links",
        "Links",
        "Links and relations: what the ticket names, to open or copy",
        footer=3,
    ),
    Key("detail.search", "slash", "search", "Find", "Find words in the ticket", footer=2),
    Key("detail.next", "n", "next_match(1)", "Next match", "Next place found"),
    Key("detail.previous", "N", "next_match(-1)", "Previous match", "Previous place found"),
)

_FIND = at(
    "find",
    Key("find.keep", "enter,down", "keep", "Keep", "Keep the words marked and go to the ticket", footer=1),
    Key("find.close", "escape", "drop", "Drop", "Find nothing any more", footer=2),
)

_FORM = at(
    "form",
    Key("form.submit", "enter,ctrl+s", "submit", "Search", "Search with these criteria", footer=1),
    Key("form.complete", "tab", "complete", "Complete", "Take the completion, or go to the next field", footer=2),
    Key("form.offer", "ctrl+n", "offer", "Values", "List the values that this field can take", footer=4),
    Key("form.correct", "ctrl+y", "correct", "Correct", "Replace the word by the suggested one"),
    Key("form.clear", "ctrl+l", "clear", "Clear all", "Empty every field", footer=5),
    Key("form.close", "escape", "close", "Back", "Close the list, then the form; what was typed stays", footer=3),
    Key("form.next", "down", "move(1)", "Next", "Next completion, or next field"),
    Key("form.previous", "up", "move(-1)", "Previous", "Previous completion, or previous field"),
)

_FILTER = at(
    "filter",
    Key("filter.keep", "enter,down", "keep", "Keep", "Keep the filter and go to the rows", footer=1),
    Key("filter.close", "escape", "close", "Drop", "Drop the filter", footer=2),
    Key("filter.fuzzy", "ctrl+t", "toggle_fuzzy", "Fuzzy", "Match letters in order instead of words", footer=3),
)

_ERROR = at(
    "error",
    Key("error.retry", "r", "retry", "Try again", "Send the failed request again", footer=1),
    Key("error.copy", "y", "copy", "Copy", "Copy the error with the server's last words", footer=2),
    Key("error.close", "escape,enter", "close", "Close", "Close the error; it can be shown again", footer=3),
)

_PICKER = at(
    "picker",
    Key("picker.take", "enter", "take", "Take", "Choose the line under the cursor", footer=1),
    Key("picker.close", "escape", "close", "Back", "Close without a change", footer=2),
    Key("picker.down", "down,ctrl+n,ctrl+j", "move(1)", "Down", "Next line"),
    Key("picker.up", "up,ctrl+p,ctrl+k", "move(-1)", "Up", "Previous line"),
    Key("picker.page_down", "pagedown", "move_page(1)", "Page down", "One page down"),
    Key("picker.page_up", "pageup", "move_page(-1)", "Page up", "One page up"),
    Key("picker.pick", "ctrl+t,ctrl+space", "pick", "Tick", "Tick the line (space too, at first), or pin it", footer=3),
    Key("picker.delete", "ctrl+x", "delete", "Remove", "Take the line away, or what was chosen", footer=4),
    Key("picker.copy", "ctrl+y", "copy", "Copy", "Copy the line instead of opening it", footer=3),
    Key("picker.earlier", "ctrl+up,alt+up", "shift(-1)", "Earlier", "Move the line up", footer=5),
    Key("picker.later", "ctrl+down,alt+down", "shift(1)", "Later", "Move the line down", footer=6),
    Key("picker.left", "ctrl+left,alt+left", "adjust(-1)", "Narrower", "A narrower column", footer=7),
    Key("picker.right", "ctrl+right,alt+right", "adjust(1)", "Wider", "A wider column", footer=8),
)

_CHANGE = at(
    "change",
    Key("write.next", "ctrl+s", "submit", "Preview", "Show what would be sent; nothing is sent yet", footer=1),
    Key("write.close", "escape", "close", "Back", "Go back; what was written is kept", footer=2),
    Key("write.editor", "ctrl+g", "edit", "Editor", "Write the text in $EDITOR", footer=3),
    Key("write.values", "ctrl+n", "offer", "Values", "List the values that this field can take", footer=4),
)

_PREVIEW = at(
    "preview",
    Key("preview.send", "ctrl+s", "send", "Send", "Send what is shown, once", footer=1),
    Key("preview.close", "escape", "close", "Back", "Go back; nothing is sent", footer=2),
    Key(
        "preview.agree", "ctrl+y", "agree", "Agree", "Agree to what the preview asks about, before it is sent", footer=3
    ),
    Key("preview.whole", "ctrl+o", "whole_call", "Whole call", "Show the whole call, every text in full", footer=4),
    Key("preview.down", "down", "scroll_by(1)", "Down", "Scroll down"),
    Key("preview.up", "up", "scroll_by(-1)", "Up", "Scroll up"),
    Key("preview.page_down", "pagedown,space", "scroll_by(10)", "Page down", "Scroll down ten lines"),
    Key("preview.page_up", "pageup", "scroll_by(-10)", "Page up", "Scroll up ten lines"),
)

_REPORT = at(
    "report",
    Key("report.rest", "r", "go_on", "Go on", "Prepare those that were not tried yet", footer=1),
    Key("report.copy", "y", "copy", "Copy", "Copy all that is shown", footer=2),
    Key("report.down", "j,down", "scroll_by(1)", "Down", "Scroll down"),
    Key("report.up", "k,up", "scroll_by(-1)", "Up", "Scroll up"),
    Key("report.page_down", "space,pagedown,ctrl+d", "scroll_by(10)", "Page down", "Scroll down ten lines"),
    Key("report.page_up", "b,pageup,ctrl+u", "scroll_by(-10)", "Page up", "Scroll up ten lines"),
    Key("report.close", "escape,enter", "close", "Back", "Close the report", footer=3),
)

_SERVER = at(
    "server",
    Key("server.reconnect", "r", "reconnect", "Restart", "Stop the server and start it again", footer=1),
    Key("server.copy", "y", "copy", "Copy", "Copy all that is shown", footer=2),
    Key("server.down", "j,down", "scroll_by(1)", "Down", "Scroll down"),
    Key("server.up", "k,up", "scroll_by(-1)", "Up", "Scroll up"),
    Key("server.page_down", "space,pagedown,ctrl+d", "scroll_by(10)", "Page down", "Scroll down ten lines"),
    Key("server.page_up", "b,pageup,ctrl+u", "scroll_by(-10)", "Page up", "Scroll up ten lines"),
    Key("server.next", "tab", "next_profile", "Next tracker", "Show the next tracker's server", footer=3),
    Key("server.close", "escape,P", "close", "Back", "Close the pane", footer=4),
)

_NOTICES = at(
    "notices",
    Key("notices.copy", "y", "copy", "Copy", "Copy all that is shown", footer=1),
    Key("notices.down", "j,down", "scroll_by(1)", "Down", "Scroll down"),
    Key("notices.up", "k,up", "scroll_by(-1)", "Up", "Scroll up"),
    Key("notices.page_down", "space,pagedown,ctrl+d", "scroll_by(10)", "Page down", "Scroll down ten lines", footer=2),
    Key("notices.page_up", "b,pageup,ctrl+u", "scroll_by(-10)", "Page up", "Scroll up ten lines"),
    Key("notices.close", "escape,e", "close", "Back", "Close the notices", footer=3),
)

_ANYWHERE = at(
    "anywhere",
    Key("program.help", "question_mark", "help", "Help", "Every key that works here, searchable", footer=9),
    Key("program.help_too", "f1", "help", "Help", "Every key that works here, searchable", over_dialogs=True),
    Key("program.palette", "colon,ctrl+p", "palette", "Commands", "Find an action by name"),
    Key(
        "program.theme",
        "T",
        "themes",
        "Theme",
        "Pick colours; the screen shows them as you move",
        words="dark light colors",
    ),
    Key("program.welcome", "f2", "welcome", "Welcome", "What this is, and the first four keys"),
    Key("program.quit", "q", "quit", "Quit", "End the program and its servers", footer=11, words="exit leave"),
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
    *_BROWSER, *_CHANGES, *_TABLE, *_DETAIL, *_FIND, *_FORM, *_FILTER, *_ERROR, *_PICKER, *_CHANGE, *_PREVIEW,
    *_REPORT, *_SERVER, *_NOTICES, *_ANYWHERE,
)  # fmt: skip


def bindings_for(where: str) -> list[BindingType]:
    """The bindings in force at ``where``: what a screen or widget sets as its ``BINDINGS``."""
    return [key.binding() for key in KEYS if key.where == where]


def find_key(key_id: str) -> Key | None:
    """The key called ``key_id``."""
    return next((key for key in KEYS if key.id == key_id), None)
