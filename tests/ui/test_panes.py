"""Table and ticket share the screen as the user wants it: by keys, by mouse, and again after the next start."""

from __future__ import annotations

import pytest
from textual.geometry import Offset

from tests.ui.fakes import FakeLookMemory, FakeService, make_ticket
from tests.ui.support import Deck, opened, tickets
from tui_app.settings.model import UiSettings
from tui_app.ui.browse.divider import Arrangement, Divider, Shares, arrangement

BESIDE, BELOW, OVER = (160, 45), (100, 40), (80, 24)


def ticket_size(deck: Deck) -> int:
    """Cells that the ticket takes of the direction in which it shares the screen."""
    region = deck.browser.detail.region
    return region.width if deck.browser.has_class(Arrangement.BESIDE) else region.height


@pytest.mark.parametrize(
    ("size", "arranged"),
    [
        ((120, 40), Arrangement.BESIDE),
        ((120, 24), Arrangement.BESIDE),
        ((300, 80), Arrangement.BESIDE),
        ((119, 40), Arrangement.BELOW),
        ((80, 34), Arrangement.BELOW),
        ((119, 33), Arrangement.OVER),
        ((80, 24), Arrangement.OVER),
    ],
)
def test_the_ticket_is_beside_the_table_where_both_fit_and_below_on_tall_screens(
    size: tuple[int, int], arranged: Arrangement
) -> None:
    assert arrangement(*size) is arranged


@pytest.mark.parametrize("size", [BESIDE, BELOW])
async def test_keys_give_the_ticket_more_room_and_take_it_back(size: tuple[int, int]) -> None:
    async with opened(size=size) as deck:
        before = ticket_size(deck)
        await deck.press("plus")
        assert ticket_size(deck) > before
        await deck.press("minus")
        assert ticket_size(deck) == before


@pytest.mark.parametrize("size", [BESIDE, BELOW])
async def test_no_pane_is_pressed_to_nothing(size: tuple[int, int]) -> None:
    async with opened(size=size) as deck:
        for key in ("plus", "minus"):
            await deck.press(*[key] * 13)
            table = deck.browser.table.region
            assert min(table.width, table.height, ticket_size(deck)) >= 5


@pytest.mark.parametrize(("size", "to"), [(BESIDE, Offset(60, 10)), (BELOW, Offset(20, 12))])
async def test_the_line_between_them_is_dragged_by_the_mouse_and_stays_where_it_was_let_go(
    size: tuple[int, int], to: Offset
) -> None:
    looks = FakeLookMemory()
    async with opened(size=size, looks=looks) as deck:
        line = deck.browser.query_one(Divider).region.offset
        await deck.pilot.mouse_down(offset=line)
        await deck.pilot.hover(offset=to)
        await deck.pilot.mouse_up(offset=to)
        await deck.settle()
        dropped = deck.browser.query_one(Divider).region
        assert abs(dropped.x - to.x) <= 1 if size == BESIDE else abs(dropped.y - to.y) <= 1
        await deck.pilot.hover(offset=to + Offset(9, 9))
        assert deck.browser.query_one(Divider).region == dropped
        await deck.until(looks.panes)
    async with opened(size=size, looks=looks) as deck:
        assert deck.browser.query_one(Divider).region == dropped


async def test_the_line_tells_which_pane_has_the_focus() -> None:
    async with opened(size=BESIDE) as deck:
        line = deck.browser.query_one(Divider)
        quiet = line.styles.border_left
        await deck.press("tab")
        assert deck.browser.detail.has_focus_within
        assert line.styles.border_left != quiet
        await deck.press("tab")
        assert line.styles.border_left == quiet


async def test_a_zoomed_pane_has_everything_whatever_its_share() -> None:
    async with opened(size=BESIDE) as deck:
        await deck.press("minus", "enter", "z")
        assert ticket_size(deck) == BESIDE[0]
        await deck.press("z")
        assert ticket_size(deck) < BESIDE[0]


async def test_where_the_ticket_lies_over_the_table_there_is_nothing_to_divide() -> None:
    async with opened(size=OVER) as deck:
        assert not deck.browser.query_one(Divider).display
        await deck.press("plus")
        await deck.sees("There is one pane only")
        await deck.press("enter")
        assert deck.browser.detail.region.width == OVER[0]


@pytest.mark.parametrize("saved", [{}, {"beside": "half"}, {"beside": True}, {"below": None}])
def test_what_was_not_saved_as_a_share_counts_for_nothing(saved: dict[str, object]) -> None:
    assert Shares.from_panes(saved) == Shares()


def test_a_saved_share_is_read_back_within_its_bounds() -> None:
    assert Shares.from_panes(Shares(33, 44).to_panes()) == Shares(33, 44)
    assert Shares.from_panes({"beside": 0, "below": 100}) == Shares(20, 80)


async def test_a_facet_in_force_is_told_in_the_status_line() -> None:
    async with opened(size=OVER) as deck:
        deck.browser.table.set_facet("status", frozenset({"Open"}))
        await deck.sees("status: Open")
        await deck.press("escape")
        await deck.until(lambda: "status: Open" not in deck.text)


# ------------------------------------------------------- where the ticket is shown, and what its pane is called


@pytest.mark.parametrize("size", [(120, 30), OVER])
@pytest.mark.parametrize(("place", "arranged"), [("right", Arrangement.BESIDE), ("below", Arrangement.BELOW)])
async def test_the_ticket_is_shown_where_the_config_wants_it_on_any_screen(
    size: tuple[int, int], place: str, arranged: Arrangement
) -> None:
    async with opened(size=size, ui=UiSettings(preview=place)) as deck:
        assert deck.browser.has_class(arranged)
        await deck.sees("The page stays blank")
        assert deck.browser.table.region.area
        assert deck.browser.detail.region.area


async def test_without_a_preview_the_ticket_opens_over_the_table() -> None:
    async with opened(size=BESIDE, ui=UiSettings(preview="off")) as deck:
        assert not deck.browser.detail.region.area
        await deck.press("enter")
        assert deck.browser.detail.region.width == BESIDE[0]


async def test_a_key_moves_the_ticket_to_its_next_place_and_the_next_start_finds_it_there() -> None:
    looks = FakeLookMemory()
    async with opened(size=OVER, looks=looks) as deck:
        await deck.press("Z")
        await deck.sees("The ticket is shown beside the table.")
        assert deck.browser.has_class(Arrangement.BESIDE)
        await deck.until(looks.panes)
    async with opened(size=OVER, looks=looks) as deck:
        assert deck.browser.has_class(Arrangement.BESIDE)


@pytest.mark.parametrize("size", [BESIDE, BELOW])
async def test_the_line_above_the_ticket_names_the_pane_and_what_it_shows(size: tuple[int, int]) -> None:
    async with opened(size=size) as deck:
        await deck.sees("Ticket PAY-100")
        await deck.press("j")
        await deck.sees("Ticket OPS-101")
        named = next(at for at, line in enumerate(deck.lines) if "Ticket OPS-101" in line)
        assert named + 1 == deck.browser.detail.region.y


async def test_the_top_line_names_tracker_and_view() -> None:
    async with opened(size=(80, 17)) as deck:
        await deck.press("1")
        await deck.sees("local · Mine  ⌕ Open tickets assigned to me")
        assert deck.app.sub_title == "local · Mine"
        await deck.press("s")
        await deck.type(" printer")
        await deck.press("enter")
        await deck.until(lambda: deck.app.sub_title == "local")


async def test_the_status_line_counts_the_rows_up_to_the_cursor() -> None:
    async with opened() as deck:
        await deck.sees("1/30 tickets")
        await deck.press("j", "j")
        await deck.sees("3/30 tickets")
        await deck.press("slash")
        await deck.type("printer")
        await deck.sees("1/3 shown of 30 tickets")


@pytest.mark.parametrize("key", ["f", "c", "comma", "question_mark", "T", "0", "number_sign", "P", "e", "colon"])
async def test_a_dialog_fits_a_screen_of_forty_columns(key: str) -> None:
    async with opened(size=(40, 20)) as deck:
        await deck.press(key)
        frame = deck.screen.query("#dialog, #reading").first().region
        assert frame.x >= 0
        assert frame.right <= 40


async def test_beside_narrow_rows_the_ticket_has_all_that_they_leave_until_its_share_is_chosen() -> None:
    service = FakeService([make_ticket(number, title="Short") for number in range(4)])
    async with opened(service, size=(200, 40)) as deck:
        await deck.until(lambda: deck.browser.table.region.width < 110)
        assert "Assignee" in deck.text
        wide = deck.browser.detail.region.width
        await deck.press("minus")
        assert wide - 15 < deck.browser.detail.region.width < wide
        await deck.press("plus")
        assert deck.browser.detail.region.width > wide - 5


async def test_below_a_few_rows_the_ticket_has_all_that_they_leave() -> None:
    service = FakeService(tickets(4))
    async with opened(service, size=BELOW) as deck:
        await deck.until(lambda: deck.browser.table.region.height <= 6)
        few = ticket_size(deck)
        service.tickets = tickets(30)
        await deck.press("r")
        await deck.until(lambda: deck.browser.table.region.height > 10)
        assert ticket_size(deck) < few


@pytest.mark.parametrize(("query", "shows"), [("printer", "Printer on floor 3"), ("zeppelin", "No ticket matches")])
async def test_another_search_brings_the_table_back_into_sight(query: str, shows: str) -> None:
    service = FakeService(tickets())
    async with opened(service, size=(80, 24)) as deck:
        await deck.press("enter")
        await deck.sees("Ticket PAY-100")
        service.tickets = [row for row in tickets() if query in row.title.casefold()]
        await deck.press("s")
        await deck.type(query)
        await deck.press("enter")
        await deck.sees(shows)
        assert deck.app.focused is deck.browser.table
        assert "Ticket PAY-100" not in deck.text
