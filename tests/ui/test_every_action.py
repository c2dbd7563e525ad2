"""Every action of the browser on tickets that lack something: none ends the program, and none takes another ticket."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import fields as struct_fields
from msgspec.structs import replace

from tests.cases import one_quick
from tests.ui.changing.tracker import ChangingService
from tests.ui.fakes import FakeService, failed, make_ticket, whole_ticket
from tests.ui.support import Deck, opened
from tui_app.tickets.export import ticket_to_json, ticket_to_markdown, to_csv, to_json_document, to_jsonl, to_markdown
from tui_app.tickets.messages import OpenTicket
from tui_app.tickets.ticket import Attachment, Change, Comment, Ticket
from tui_app.ui.dialogs.sharing_dialogs import CopyMenu, copy_choices
from tui_app.ui.keys import KEYS
from tui_app.ui.needs import why_not

EMPTY: dict[str, Any] = {
    field.name: "" if field.required else field.default if field.default_factory is not dict else {}
    for field in struct_fields(Ticket)
    if field.name != "source"
}
LACKING: dict[str, Ticket] = {
    **{name: replace(whole_ticket(make_ticket(1)), **{name: nothing}) for name, nothing in EMPTY.items()},
    "everything": replace(make_ticket(1), **EMPTY),
    "everything but the parts": replace(
        make_ticket(1),
        **{
            **EMPTY,
            "comments": (Comment(None, None, ""),),
            "history": (Change(None, None, "", None, None),),
            "attachments": (Attachment(""),),
        },
    ),
}
_TOGETHER = 5  # fields that are lacking at once where every action is tried: each is lacking in one of the tickets
DRIVEN: dict[str, Ticket] = {
    "everything": LACKING["everything"],
    "everything but the parts": LACKING["everything but the parts"],
    **{
        ", ".join(names): replace(whole_ticket(make_ticket(1)), **{name: EMPTY[name] for name in names})
        for names in (list(EMPTY)[at : at + _TOGETHER] for at in range(0, len(EMPTY), _TOGETHER))
    },
}
LEAVES = {"quit", "interrupt", "suspend_process"}
QUICK = ("everything",)
WAYS = {
    "table": (),
    "browser": (),
    "anywhere": (),
    "detail": ("enter",),
    "find": ("enter", "slash"),
    "form": ("s",),
    "filter": ("slash",),
    "server": ("P",),
    "change": ("C",),
    "preview": ("I",),
}
DIALOGS = (
    "y",
    "o",
    "dollar_sign",
    "X",
    "c",
    "comma",
    "f",
    "0",
    "S",
    "ctrl+r",
    "p",
    "full_stop",
    "t",
    "at",
    "exclamation_mark",
    "L",
)


async def back_to_the_table(deck: Deck) -> None:
    while deck.screen is not deck.browser:
        await deck.app.pop_screen()
    for _ in range(6):
        if deck.screen is deck.browser and deck.app.focused is deck.browser.table:
            return
        await deck.press("escape")
    raise AssertionError(f"no way back to the table:\n{deck.text}")


async def run_all(deck: Deck, where: str, way: tuple[str, ...]) -> None:
    """Every action that is in force at ``where``, each from where the keys ``way`` lead."""
    at: tuple[Any, Any] | None = None
    for key in KEYS:
        if key.where != where or key.action in LEAVES:
            continue
        if at != (deck.screen, deck.app.focused):
            await back_to_the_table(deck)
            await deck.press(*way)
            at = (deck.screen, deck.app.focused)
        active = deck.screen.active_bindings.get(key.names[0])
        if active is None or active.binding.id != key.id:
            continue  # this dialog has no such action
        await deck.app.run_action(active.binding.action, active.node)
        await (deck.settle() if at != (deck.screen, deck.app.focused) else asyncio.sleep(0))
        assert deck.app._exception is None, key.id
    await back_to_the_table(deck)


@pytest.fixture(autouse=True)
def nothing_else_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files go to a folder of the test's; no browser, pager, editor or clipboard of the developer's is started."""
    monkeypatch.chdir(tmp_path)
    for name in ("PAGER", "EDITOR", "VISUAL", "BROWSER"):
        monkeypatch.setenv(name, "true")
    monkeypatch.setenv("SSH_TTY", "/dev/null")


@pytest.mark.parametrize("lacking", one_quick(*DRIVEN))
@pytest.mark.timeout(150)
async def test_no_action_ends_the_program(lacking: str) -> None:
    ticket = DRIVEN[lacking]
    service = ChangingService([ticket, ticket])
    async with opened(service, size=(100, 30)) as deck:
        for where, way in WAYS.items():
            await run_all(deck, where, way)
        for opener in DIALOGS:
            await run_all(deck, "picker", (opener,))
        service.failure = failed()
        await run_all(deck, "error", ("r",))


@pytest.mark.parametrize("lacking", QUICK)
async def test_every_choice_of_what_to_copy_can_be_taken(lacking: str) -> None:
    async with opened(FakeService([LACKING[lacking]])) as deck:
        for name in copy_choices(LACKING[lacking]):
            deck.browser.action_copy_menu()
            await deck.settle()
            menu = deck.screen
            assert isinstance(menu, CopyMenu)
            menu.taken(next(item for item in menu.items() if item.id == name))
            await deck.until(lambda: deck.app.clipboard and deck.screen is deck.browser)
            deck.app._clipboard = ""


@pytest.mark.parametrize("lacking", LACKING)
def test_every_format_can_be_written(lacking: str) -> None:
    ticket = LACKING[lacking]
    for write in (to_json_document, to_jsonl, to_csv, to_markdown):
        assert write([ticket])
    assert ticket_to_json(ticket)
    assert ticket_to_markdown(ticket)
    assert to_csv([ticket], original=True)


@pytest.mark.parametrize(("key", "reason"), [("Y", "This ticket has no id."), ("o", "This ticket has no web address.")])
async def test_what_a_ticket_lacks_is_the_reason_that_is_shown(key: str, reason: str) -> None:
    async with opened(FakeService([LACKING["everything"]])) as deck:
        await deck.press(key)
        await deck.sees(reason)


async def test_a_copy_that_cannot_be_made_is_not_offered_in_the_palette() -> None:
    async with opened(FakeService([LACKING["id"]])) as deck:
        assert why_not(deck.browser.action_copy_id)


def shows_title(deck: Deck, title: str) -> bool:
    """Whether the pane has the ticket of this title; it has no lines until it is laid out."""
    return any(title in line.text for line in deck.browser.detail.view.lines[:1])


async def test_tickets_without_an_id_are_marked_and_shown_each_by_itself() -> None:
    rows = [make_ticket(number, id="", title=f"Number {number}", updated_at=None) for number in range(3)]
    service = FakeService(rows)
    async with opened(service, size=(140, 30)) as deck:
        await deck.press("space")
        assert [ticket.title for ticket in deck.browser.table.marked] == ["Number 0"]
        for number in (0, 1, 2, 1):
            await deck.press("g", *["j"] * number)
            await deck.until(lambda number=number: shows_title(deck, f"Number {number}"))  # type: ignore[misc]
        assert service.requests(OpenTicket) == []


async def test_a_ticket_without_an_id_that_can_be_looked_up_otherwise_is_fetched() -> None:
    service = FakeService([make_ticket(1, id="", lookup={"uuid": "4711"})])
    async with opened(service, size=(140, 30)) as deck:
        await deck.until(lambda: service.requests(OpenTicket))
        assert service.requests(OpenTicket)[0].lookup == {"uuid": "4711"}


@pytest.mark.slow
@pytest.mark.timeout(150)
async def test_whatever_a_row_lacks_it_can_be_taken_elsewhere() -> None:
    rows = list(LACKING.values())
    async with opened(FakeService(rows), size=(140, 30)) as deck:
        controller = deck.browser.tickets
        for number in range(len(rows)):
            deck.browser.table.action_first()
            for _ in range(number):
                deck.browser.table.action_lines(1)
            for act in (controller.copy_id, controller.page, controller.edit, controller.toggle_raw):
                act()
            for open_dialog in (controller.pick_copy, controller.open_in_browser, controller.export):
                open_dialog()
                await deck.settle()
                while deck.screen is not deck.browser:
                    await deck.app.pop_screen()
        assert deck.app._exception is None
