"""What holds on every screen: sizes, focus, mouse, footer, themes."""

from __future__ import annotations

import pytest

from tests.ui.fakes import FakeService, make_ticket
from tests.ui.support import opened, tickets
from tui_app.tickets.messages import TicketsFound
from tui_app.ui.form.search_form import SearchForm
from tui_app.ui.key_bar import KeyBar
from tui_app.ui.themes import default_theme


@pytest.mark.parametrize("size", [(60, 15), (80, 24), (100, 34), (139, 33), (140, 24), (200, 60), (300, 80)])
async def test_nothing_is_cut_off_or_squeezed_to_nothing(size: tuple[int, int]) -> None:
    async with opened(FakeService(tickets(100)), size=size) as deck:
        await deck.sees("PAY-100")
        _, height = size
        assert len(deck.lines) == height
        assert "Every ticket" in deck.lines[0] + deck.lines[1]
        assert "local" in deck.lines[-2]
        assert "100 tickets" in deck.lines[-2]
        assert "Help" in deck.lines[-1]
        assert "Quit" in deck.lines[-1]
        table, detail = deck.browser.table, deck.browser.detail
        assert table.size.height >= min(height - 3, 10)
        if deck.browser.panes.is_detail_in_sight():
            assert detail.size.width >= 50
            assert detail.size.height >= 10


async def test_growing_and_shrinking_keeps_the_ticket_and_the_cursor() -> None:
    async with opened(size=(160, 40)) as deck:
        await deck.press("j", "j")
        before = deck.browser.table.current
        for width, height in ((60, 15), (120, 40), (300, 80), (80, 24)):
            await deck.pilot.resize_terminal(width, height)
            await deck.settle()
        assert deck.browser.table.current is before


async def test_tab_goes_round_the_panes() -> None:
    async with opened(size=(160, 40)) as deck:
        assert deck.app.focused is deck.browser.table
        await deck.press("tab")
        assert deck.browser.detail.has_focus_within
        await deck.press("tab")
        assert deck.app.focused is deck.browser.table


async def test_the_ticket_scrolls_without_leaving_the_table() -> None:
    long = make_ticket(0, description="\n\n".join(f"Paragraph {number}." for number in range(200)))
    async with opened(FakeService([long]), size=(160, 30)) as deck:
        await deck.sees("Paragraph 1.")
        for _ in range(8):
            await deck.press("J")
        await deck.until(lambda: "Paragraph 1.\n" not in deck.text and "Paragraph 15." in deck.text)
        assert deck.app.focused is deck.browser.table


async def test_the_sections_of_the_ticket_are_gone_through_from_the_table_and_from_the_ticket() -> None:
    long = make_ticket(0, description="\n\n".join(f"Paragraph {number}." for number in range(100)))
    async with opened(FakeService([long]), size=(160, 30)) as deck:
        view = deck.browser.detail.view

        def at_top(words: str) -> bool:
            return view.lines[view.scroll_offset.y].text.strip().startswith(words)

        await deck.until(lambda: "History (1)" in "".join(line.text for line in view.lines))
        await deck.press("right_square_bracket")
        assert at_top("Description")
        await deck.press("right_square_bracket")
        await deck.sees("Attachments (1)")
        await deck.press(*["right_square_bracket"] * 4)
        await deck.sees("This is the last section.")
        assert deck.app.focused is deck.browser.table
        await deck.press("enter", *["left_square_bracket"] * 3)
        assert at_top("Description")
        await deck.press("left_square_bracket")
        assert view.scroll_offset.y == 0
        await deck.press("left_square_bracket")
        await deck.sees("This is the first section.")


async def test_what_scrolls_the_ticket_says_so_where_none_is_shown() -> None:
    async with opened(size=(80, 24)) as deck:
        for key in ("J", "right_square_bracket"):
            await deck.press(key)
            await deck.sees("No ticket is shown; ⏎ opens it.")
        assert "Section" not in deck.lines[-1]


async def test_vim_and_arrow_keys_move_alike() -> None:
    async with opened() as deck:
        table = deck.browser.table
        for pair, expected in ((("j", "down"), 2), (("k", "up"), 0), (("G",), 29), (("g",), 0), (("end",), 29)):
            await deck.press(*pair)
            assert table.cursor_row == expected


# ---------------------------------------------------------------------- footer


async def test_the_footer_shows_what_works_here_and_nothing_else() -> None:
    async with opened() as deck:
        assert all(words in deck.lines[-1] for words in ("Open", "Search", "Filter", "? Help", "q Quit"))
        assert "Back" not in deck.lines[-1]
        await deck.press("s")
        assert "Search" in deck.lines[-1]
        assert "q Quit" not in deck.lines[-1]
        await deck.press("escape", "slash")
        assert "Keep" in deck.lines[-1]
        assert "/ Filter" not in deck.lines[-1]


async def test_while_finding_in_a_ticket_the_footer_shows_what_works_there() -> None:
    async with opened() as deck:
        await deck.press("enter")
        assert "esc Back" in deck.lines[-1]
        await deck.press("slash")
        assert deck.lines[-1].startswith(" ⏎ Keep  esc Drop")
        await deck.type("page")
        await deck.press("escape", "j")
        assert deck.browser.detail.view.has_focus


async def test_the_footer_offers_the_way_back_from_a_search_as_long_as_it_runs() -> None:
    service = FakeService(tickets())
    async with opened(service, size=(120, 30)) as deck:
        service.tickets = None
        await deck.press("2")
        await deck.until(lambda: "esc Back" in deck.lines[-1])
        found = tuple(tickets())
        service.reply(TicketsFound(service.last_search.request_id, "local", found, 0, complete=True))
        await deck.until(lambda: "esc Back" not in deck.lines[-1])


async def test_a_way_back_that_was_offered_too_long_is_gone_once_it_was_tried() -> None:
    async with opened(FakeService(tickets()), size=(120, 30)) as deck:
        deck.browser.step_back = lambda: print  # type: ignore[method-assign]
        deck.browser.refresh_bindings()
        await deck.until(lambda: "esc Back" in deck.lines[-1])
        del deck.browser.step_back  # and nobody says that the footer is out of date
        await deck.press("escape")
        await deck.until(lambda: "esc Back" not in deck.lines[-1])


async def test_without_rows_the_footer_offers_nothing_that_needs_one() -> None:
    async with opened(FakeService([]), wait=False) as deck:
        await deck.sees("no tickets")
        assert not any(words in deck.lines[-1] for words in ("Open", "Mark", "Copy", "Web"))
        await deck.press("enter")
        await deck.sees("There is no ticket under the cursor.")


# ----------------------------------------------------------------------- mouse


async def test_a_click_on_the_search_line_opens_the_form() -> None:
    async with opened() as deck:
        await deck.pilot.click("#search-line")
        await deck.until(lambda: deck.screen.query(SearchForm))


async def test_a_click_on_a_key_of_the_footer_presses_it() -> None:
    async with opened() as deck:
        at = deck.lines[-1].index("Search")
        await deck.pilot.click(KeyBar, offset=(at, 0))
        await deck.until(lambda: deck.screen.query(SearchForm))


@pytest.mark.parametrize("keys", [("enter",), ("P",), ("f",)])
async def test_however_narrow_the_footer_names_the_way_out(keys: tuple[str, ...]) -> None:
    async with opened(size=(30, 20)) as deck:
        await deck.press(*keys)
        await deck.until(lambda: "esc" in deck.lines[-1], "the way out in the footer")


async def test_a_click_moves_the_cursor_and_a_second_one_opens() -> None:
    async with opened() as deck:
        await deck.pilot.click("#table", offset=(10, 4))
        await deck.until(lambda: deck.browser.table.cursor_row == 3)
        await deck.pilot.click("#table", offset=(10, 4), times=2)
        await deck.until(deck.browser.panes.is_detail_in_sight)


async def test_a_click_takes_a_line_of_a_list() -> None:
    async with opened() as deck:
        await deck.press("0")
        await deck.pilot.click("PickList", offset=(5, 0))
        await deck.until(lambda: deck.service.last_search.criteria.assignee == ("me",))


# ---------------------------------------------------------------------- themes


async def test_every_theme_draws_every_part() -> None:
    async with opened(size=(160, 40)) as deck:
        await deck.press("enter")
        for name in sorted(deck.app.available_themes):
            deck.app.theme = name
            await deck.settle()
            assert "PAY-100" in deck.text, name


@pytest.mark.parametrize(
    ("colours", "theme"),
    [
        ("standard", "ticketdeck-contrast"),
        ("256", "ticketdeck-dark"),
        ("truecolor", "ticketdeck-dark"),
        (None, "ticketdeck-dark"),
    ],
)
def test_a_terminal_of_sixteen_colours_gets_a_theme_that_they_can_show(colours: str | None, theme: str) -> None:
    assert default_theme(colours) == theme


async def test_high_contrast_is_one_of_the_themes() -> None:
    async with opened() as deck:
        theme = deck.app.available_themes["ticketdeck-contrast"]
        assert (theme.foreground, theme.background) == ("#ffffff", "#000000")
