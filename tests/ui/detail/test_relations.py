"""A ticket's relations: listed, followed, and come back from; and every link of a ticket, to open or copy."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from tests.ui.fakes import FakeService, make_ticket
from tests.ui.support import Deck, opened
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import Failed, FetchAttachment, OpenTicket, Request, TicketOpened
from tui_app.tickets.ticket import Attachment, Change, Comment, Relation, Ticket

MOMENT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
RELATIONS = (
    Relation("parent", "PAY-100", "Tills survive a Friday", "In Progress"),
    Relation("blocks", "OPS-149", "Load balancer", "Open", lookup={"db": 7}),
)
TICKET = replace(
    make_ticket(0),
    id="PAY-142",
    title="Printer driver leaks",
    description="See [the rules](https://rules.example/x) and https://other.example/y.\n\n- [x] one\n- [ ] two",
    relations=RELATIONS,
    comments=(Comment("Jonas", MOMENT, "Like https://third.example/z"),),
    attachments=(Attachment("handles.png", "https://files.example/1", 86_016, "image/png"),),
    history=(Change("Mei", MOMENT, "status", "Open", "In Progress"),),
    extra={"story_points": 5},
)


class Related(FakeService):
    """Answers with the whole ticket: `TICKET`, or one whose relations lead on."""

    def __init__(self) -> None:
        super().__init__([TICKET, make_ticket(1)])
        self.unreadable = False

    def submit(self, request: Request) -> None:
        if isinstance(request, FetchAttachment) and self.unreadable:
            why = "This server has no tool that reads attachments."
            kind = ErrorKind.NO_SEARCH_TOOL
            self.reply(Failed(request.request_id, request.profile, kind, "No", why, "Copy it.", retryable=False))
            return
        if not isinstance(request, OpenTicket):
            super().submit(request)
            return
        self.submitted.append(request)
        ticket = TICKET if request.ticket_id == "PAY-142" else further(request.ticket_id)
        self.reply(TicketOpened(request.request_id, request.profile, replace(ticket, source=request.profile)))


def further(identity: str) -> Ticket:
    """A ticket that is only reached by a relation."""
    child = Relation("child", "PAY-142", "Printer driver leaks", "Open")
    return replace(make_ticket(2), id=identity, title=f"Title of {identity}", relations=(child,))


async def at_the_ticket(deck: Deck) -> None:
    await deck.press("enter")
    await deck.sees("Relations (2)")
    await deck.until(lambda: deck.browser.detail.view.has_focus)


async def test_relations_stand_below_the_description_in_lines_of_their_own() -> None:
    async with opened(Related()) as deck:
        await at_the_ticket(deck)
        text = deck.text
        assert "parent  PAY-100  ◐ In Progress  Tills survive a Friday" in text
        assert "blocks  OPS-149  ○ Open         Load balancer" in text
        assert text.index("Description (1/2)") < text.index("Relations (2)") < text.index("Comments (1)")


async def test_enter_follows_a_relation_and_escape_returns_to_where_one_was() -> None:
    service = Related()
    async with opened(service) as deck:
        await at_the_ticket(deck)
        await deck.press("right_square_bracket", "right_square_bracket", "j", "enter")
        await deck.sees("OPS-149  Title of OPS-149")
        assert "PAY-142 › OPS-149" in deck.text
        assert [r.lookup for r in service.requests(OpenTicket) if r.ticket_id == "OPS-149"] == [{"db": 7}]
        await deck.press("right_square_bracket", "enter")
        await deck.sees("PAY-142 › OPS-149 › PAY-142")
        await deck.press("backspace")
        await deck.sees("OPS-149  Title of OPS-149")
        await deck.press("escape")
        await deck.until(lambda: deck.browser.detail.view.chosen == RELATIONS[1])
        assert "›" not in deck.lines[1]
        await deck.press("escape")
        assert deck.app.focused is deck.browser.table


async def test_a_ticket_of_another_project_that_is_in_the_table_is_a_mention() -> None:
    other = replace(make_ticket(1), id="HELP-122", title="Kitchen printer stops")
    first = replace(make_ticket(0), id="PAY-142", description="The same as HELP-122, in UTF-8.")
    async with opened(FakeService([first, other]), size=(120, 40)) as deck:
        await deck.sees("mentions  HELP-122")
        await deck.sees("Kitchen printer stops")
        assert "mentions  UTF-8" not in deck.text


async def test_enter_chooses_the_first_line_that_leads_somewhere() -> None:
    async with opened(Related()) as deck:
        await at_the_ticket(deck)
        await deck.press("enter")
        assert deck.browser.detail.view.chosen == RELATIONS[0]
        await deck.press("enter")
        await deck.sees("Title of PAY-100")


async def test_a_refresh_does_not_take_the_reader_back() -> None:
    async with opened(Related(), size=(160, 40)) as deck:
        await deck.sees("Relations (2)")
        await deck.press("enter", "enter", "enter")
        await deck.sees("Title of PAY-100")
        await deck.press("r")
        await deck.until(lambda: deck.browser.shown.is_settled)
        await deck.sees("Title of PAY-100")
        await deck.press("tab", "j")
        await deck.sees("OPS-101")
        await deck.until(lambda: "›" not in deck.text)


async def test_actions_are_for_the_ticket_that_is_shown() -> None:
    async with opened(Related()) as deck:
        await at_the_ticket(deck)
        await deck.press("enter", "enter")
        await deck.sees("Title of PAY-100")
        await deck.press("y")
        await deck.sees("Copy PAY-100")


async def test_history_and_further_fields_are_folded_until_they_are_opened() -> None:
    async with opened(Related(), size=(80, 60)) as deck:
        await at_the_ticket(deck)
        await deck.sees("▸ History (1)")
        assert "status: Open" not in deck.text
        await deck.press("G", *["right_square_bracket"] * 5)
        await deck.sees("▾ History (1)")
        await deck.sees("status: Open → In Progress")
        await deck.press("right_square_bracket")
        await deck.sees("Story points  5")
        await deck.press("enter")
        await deck.sees("▸ Further fields")


async def test_the_tool_calls_are_not_in_the_ticket() -> None:
    async with opened(Related(), size=(80, 60)) as deck:
        await at_the_ticket(deck)
        assert "Tool calls" not in deck.text


async def test_every_link_is_listed_to_open_or_copy() -> None:
    async with opened(Related(), size=(100, 40)) as deck:
        await deck.sees("Relations (2)")
        await deck.press("U")
        for words in ("PAY-100  Tills survive", "https://rules.example/x", "the rules", "https://third.example/z",
                      "comment of Jonas", "https://files.example/1"):  # fmt: skip
            await deck.sees(words)
        await deck.type("rules")
        await deck.press("ctrl+y")
        await deck.until(lambda: deck.app._clipboard == "https://rules.example/x")
        await deck.press("U", "down", "enter")
        await deck.sees("Title of OPS-149")


async def test_a_click_follows_a_relation() -> None:
    async with opened(Related(), size=(100, 40)) as deck:
        await deck.sees("Comments (1)")
        line = next(y for y, text in enumerate(deck.lines) if "Tills survive a Friday" in text)
        await deck.pilot.click(offset=(10, line))
        await deck.sees("Title of PAY-100")


async def to_the_attachment(deck: Deck) -> None:
    """Open the menu of the ticket's only attachment."""
    await deck.press("enter")
    while deck.browser.detail.view.chosen != TICKET.attachments[0]:
        await deck.press("right_square_bracket")
    await deck.press("enter")
    await deck.sees("Open in the web browser")


async def test_an_attachment_is_saved_where_the_user_says(tmp_path: Path) -> None:
    service = Related()
    async with opened(service, size=(100, 40)) as deck:
        await deck.sees("Comments (1)")
        await to_the_attachment(deck)
        await deck.sees("Show here")
        await deck.type("save")
        await deck.press("enter")
        await deck.sees("Save as")
        await deck.type(str(tmp_path / "kept.png"))
        await deck.press("enter")
        await deck.sees("Saved")
        assert (tmp_path / "kept.png").read_bytes() == b"content of handles.png"
        [request] = service.requests(FetchAttachment)
        assert (request.ticket_id, request.attachment) == ("PAY-142", TICKET.attachments[0])


async def test_an_attachment_that_no_tool_reads_says_so() -> None:
    service = Related()
    service.unreadable = True
    async with opened(service, size=(100, 40)) as deck:
        await deck.sees("Comments (1)")
        await to_the_attachment(deck)
        await deck.type("save")
        await deck.press("enter")
        await deck.sees("no tool that reads attachments")


async def test_the_description_begins_within_eight_lines_however_much_a_ticket_has() -> None:
    full = replace(
        TICKET,
        title="A title of more than eighty characters, which takes a second line in a terminal of eighty columns",
        labels=tuple(f"label-{number}" for number in range(30)),
        due_at=MOMENT,
        extra={
            "assignees": [{"login": "alice", "id": 1}],
            "reactions": {"url": "https://x.example/1", "+1": 0},
            "customfield_10016": {"name": "Story points", "value": 5},
            "text": '[{"a": 1}]',
        },
    )
    async with opened(FakeService([full]), size=(80, 24)) as deck:
        await deck.press("enter")
        await deck.sees("Description")
        pane = deck.lines[2:]
        assert next(number for number, line in enumerate(pane, 1) if "Description" in line) <= 8
        assert not any(sign in deck.text for sign in ('{"', "[{"))
