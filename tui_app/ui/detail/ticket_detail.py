"""The ticket pane: head, description, relations, comments, attachments, history, further fields; or the raw answer.

Invariants: the first frame of a ticket is plain text and waits for nothing; the rendered form follows from a thread,
and is dropped if the pane has gone on to another ticket by then; the reader's place is kept while one ticket's form
changes.
"""

from __future__ import annotations

from collections.abc import Callable

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget
from textual.worker import get_current_worker

from tui_app.tickets.clock import Clock
from tui_app.tickets.messages import Failed, TicketOpened
from tui_app.tickets.ticket import Attachment, Relation, Ticket
from tui_app.ui.detail.document import Document, Moment, opened_document, raw_document, row_document
from tui_app.ui.detail.document_layout import DEFAULT_CSS, STYLE_NAMES, DocumentLayout, pane_styles
from tui_app.ui.detail.find_line import FindLine
from tui_app.ui.detail.inline_picture import InlinePicture, ShownPictures
from tui_app.ui.detail.line_view import FoldTarget, LineView, ReadingPlace
from tui_app.ui.detail.markdown_strips import MarkdownRenderer
from tui_app.ui.keys import bindings_for
from tui_app.ui.needs import refuse

_LONGEST_RAW = 400_000  # characters of a raw answer; what follows is for the editor
_LEAST_PLAIN_LINES = 40


class TicketDetail(Widget):
    """Shows one ticket: the one that its owner passes to the ``show_`` methods."""

    BINDINGS = bindings_for("detail")

    COMPONENT_CLASSES = {f"ticket-detail--{name}" for name in STYLE_NAMES}  # noqa: RUF012 (Textual's own way)

    DEFAULT_CSS = DEFAULT_CSS

    class TicketFollowed(Message):
        """A related ticket is to be shown."""

        def __init__(self, relation: Relation) -> None:
            super().__init__()
            self.relation = relation

    class AttachmentChosen(Message):
        """Something is to be done with an attachment."""

        def __init__(self, attachment: Attachment) -> None:
            super().__init__()
            self.attachment = attachment

    def __init__(
        self,
        clock: Clock,
        *,
        date_format: str = "",
        id: str | None = None,  # noqa: A002 (Textual's own name)
    ) -> None:
        super().__init__(id=id)
        self._now = clock.now
        self._date_format = date_format
        self._unfolded: set[str] = set()
        self.pictures = ShownPictures()
        self._return_to: ReadingPlace | None = None
        self._keys_ahead: list[Callable[[], None]] = []
        """What keys ask for, in their order, from the first that has to wait for the lines."""
        self.is_rendered = False
        """Whether all lines are there in their last form."""
        self._is_fetching = False
        """Whether only what the row holds is there as yet."""
        self._document: Document | None = None
        self._raw = ""
        self._shows_raw = False
        self._layout: tuple[int, DocumentLayout] | None = None
        self._generation = 0

    def compose(self) -> ComposeResult:
        view = LineView()
        yield view
        yield FindLine(view)

    def on_mount(self) -> None:
        self.watch(self.view, "show_vertical_scrollbar", self._fit, init=False)  # it takes a cell of every line

    @property
    def view(self) -> LineView:
        """The lines."""
        return self.query_one(LineView)

    def focus(self, scroll_visible: bool = True) -> TicketDetail:
        self.view.focus(scroll_visible)
        return self

    # ------------------------------------------------------------ what to show

    def show_ticket(self, ticket: Ticket, trail: str = "") -> None:
        """What the row holds, while the rest is on its way; ``trail`` names the tickets through which one came."""
        self._is_fetching = True
        self._show(row_document(ticket, self._moment(), trail=trail), raw="")

    def show_opened(self, opened: TicketOpened, trail: str = "") -> None:
        """The whole ticket."""
        self._is_fetching = False
        self._show(opened_document(opened, self._moment(), trail), raw=opened.raw)

    def show_failure(self, failure: Failed) -> None:
        """Why the rest cannot be had, above what the row holds."""
        self._is_fetching = False
        if self._document is not None:
            shown = self._document
            self._show(row_document(shown.ticket, self._moment(), failure, shown.trail), raw="")

    @property
    def place(self) -> ReadingPlace:
        """Where the reader is in the ticket."""
        return self.view.place

    def return_to(self, place: ReadingPlace) -> None:
        """Go there as soon as the ticket that is shown now has its lines."""
        self._return_to = place

    def show_picture(self, attachment: Attachment, picture: InlinePicture | None) -> None:
        """Show a picture below the line of the attachment, until another ticket is shown; None: no longer."""
        self.pictures.put(attachment, picture)
        self._return_to = self.view.place
        self._paint(from_top=False)

    def _moment(self) -> Moment:
        return Moment(self._now(), self._date_format)

    def show_nothing(self) -> None:
        """No ticket is under the cursor."""
        self._document = None
        self._generation += 1
        self.is_rendered = True
        self._keys_ahead.clear()
        self.view.show([], from_top=True)

    def _show(self, document: Document, raw: str) -> None:
        before = self._document
        self._document = document
        self._raw = raw
        same = before is not None and before.ticket.key == document.ticket.key
        if not same:
            self._shows_raw = False
            self._return_to = None
            self._keys_ahead.clear()
            self.pictures.clear()
        self._paint(from_top=not same)

    # ---------------------------------------------------------------- painting

    def _paint(self, *, from_top: bool) -> None:
        """Plain lines now, rendered ones from a thread."""
        self._generation += 1
        document, width = self._document, self.view.scrollable_content_region.width
        if document is None or width <= 0:
            return
        layout = self._layout_for(width)
        self.is_rendered = self._shows_raw
        if self._shows_raw:
            self.view.show(
                layout.plain(raw_document(document, self._raw[:_LONGEST_RAW]), _LONGEST_RAW), from_top=from_top
            )
            return
        header = layout.header(document)
        if from_top or not self.view.lines:
            room = max(_LEAST_PLAIN_LINES, self.view.size.height)
            self.view.show([*header, *layout.plain(document, room)], from_top=True)
        self.call_after_refresh(self._render_aside, layout, document, header, self._generation)

    def _render_aside(self, layout: DocumentLayout, document: Document, header: list[Strip], generation: int) -> None:
        """Started after the first frame, which would otherwise wait for its turn with the thread."""
        if generation != self._generation:
            return
        first_screen = self.view.scroll_offset.y + max(_LEAST_PLAIN_LINES, self.view.size.height)

        def render() -> None:
            lines = list(header)
            shown = False
            worker = get_current_worker()
            for strips in layout.rendered(document):
                if generation != self._generation or worker.is_cancelled:  # as when the program ends
                    return
                lines += strips
                if not shown and len(lines) >= first_screen:
                    shown = True
                    self._hand_over(generation, list(lines))
            self._hand_over(generation, lines, is_whole=True)

        self.run_worker(render, thread=True, exclusive=True, group="render", exit_on_error=False)

    def _hand_over(self, generation: int, lines: list[Strip], *, is_whole: bool = False) -> None:
        """From the thread to the event loop; whoever closes the program meanwhile does not wait for it."""
        loop = self.app._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._take, generation, lines, is_whole)

    def _take(self, generation: int, lines: list[Strip], is_whole: bool) -> None:
        if generation != self._generation or not self.is_attached:
            return
        self.view.show(lines, from_top=False)
        if is_whole:
            self.call_after_refresh(self._settle, generation)  # the scroll bar comes with the layout

    def _settle(self, generation: int) -> None:
        """Bring the reader to where they were or asked to be, now that all lines are there."""
        if generation != self._generation:
            return
        self.is_rendered = True
        if self._return_to is not None:
            self.view.return_to(self._return_to)
            self._return_to = None
        waited, self._keys_ahead = self._keys_ahead, []
        for act in waited:
            self._in_turn(act)

    def _in_turn(self, act: Callable[[], None]) -> None:
        """Do it now, or after what waits for the lines: steps to sections, and going back to a place."""
        if self._keys_ahead or (self._return_to is not None and not self.is_rendered):
            self._keys_ahead.append(act)
        else:
            act()

    def _layout_for(self, width: int) -> DocumentLayout:
        if self._layout is None or self._layout[0] != width:
            styles = pane_styles(self)
            renderer = MarkdownRenderer(styles, dark=self.app.current_theme.dark, colours=not self.app.no_color)
            self._layout = (width, DocumentLayout(width, styles, renderer, self._unfolded, self.pictures))
        return self._layout[1]

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._layout = None
        if self.is_mounted:
            self.call_later(self._paint, from_top=False)

    @on(events.Resize)
    def _fit(self) -> None:
        self.call_after_refresh(self._paint, from_top=False)

    def on_unmount(self) -> None:
        self._generation += 1  # a thread that still renders stops at its next piece

    # ----------------------------------------------------------------- actions

    def action_raw(self) -> None:
        """The server's own answer instead of the form, or back."""
        self._shows_raw = not self._shows_raw
        self._paint(from_top=True)

    def action_scroll_lines(self, lines: int) -> None:
        """By lines, or from one line that leads somewhere to the next once one is chosen."""
        self._in_turn(lambda: self._scroll(lines))

    def _scroll(self, lines: int) -> None:
        if abs(lines) != 1 or not self.view.choose_next(lines):
            self.view.move(lines)

    def action_follow(self) -> None:
        """Open what the chosen line leads to; choose one first where none is."""
        self._in_turn(self._follow)

    def _follow(self) -> None:
        if not self.view.open_chosen() and not self.view.choose_first():
            refuse(self, "This ticket names no other ticket, and nothing is attached to it.")

    @on(LineView.TargetOpened)
    def _open_target(self, event: LineView.TargetOpened) -> None:
        event.stop()
        if isinstance(event.target, FoldTarget):
            self._fold(event.target, is_open=event.target.name not in self._unfolded)
        elif isinstance(event.target, Relation):
            self.post_message(self.TicketFollowed(event.target))
        elif isinstance(event.target, Attachment):
            self.post_message(self.AttachmentChosen(event.target))

    def action_scroll_pages(self, pages: int) -> None:
        self._in_turn(lambda: self.view.move(pages * self.view.page))

    def action_scroll_half(self, halves: int) -> None:
        self._in_turn(lambda: self.view.move(halves * max(1, self.view.page // 2)))

    def action_scroll_top(self) -> None:
        self._in_turn(lambda: self.view.scroll_to(y=0, animate=False))

    def action_scroll_bottom(self) -> None:
        self._in_turn(lambda: self.view.scroll_to(y=len(self.view.lines), animate=False))

    def to_section(self, step: int) -> None:
        """Go to the next section (``step`` 1) or to the one before (-1), as soon as its line is there."""
        self._in_turn(lambda: self._to_section(step))

    def _to_section(self, step: int) -> None:
        if not self.is_rendered:
            self._keys_ahead.append(lambda: self._to_section(step))
        elif not self.view.to_section(step):
            last = "The rest of the ticket is being fetched." if self._is_fetching else "This is the last section."
            refuse(self, last if step > 0 else "This is the first section.")
        elif isinstance(self.view.chosen, FoldTarget) and self.view.chosen.name not in self._unfolded:
            self._fold(self.view.chosen, is_open=True)

    def _fold(self, part: FoldTarget, *, is_open: bool) -> None:
        """Open or close a part; one that is opened comes to the top, as far as it goes."""
        if is_open:
            self._unfolded.add(part.name)
            self._return_to = self.view.place_of_chosen
        else:
            self._unfolded.discard(part.name)
        self._paint(from_top=False)

    def action_search(self) -> None:
        """Open the line to type in what to find."""
        self.query_one(FindLine).open()

    def action_next_match(self, step: int) -> None:
        self.query_one(FindLine).next_match(step)

    @on(events.Key)
    def _take_marks_away(self, event: events.Key) -> None:
        if event.key == "escape" and self.view.is_marked:
            event.stop()
            event.prevent_default()
            self.query_one(FindLine).action_drop()
