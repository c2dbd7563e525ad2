"""Changing tickets in the browser: forms, the preview that alone sends, marks, undo, and what came of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from textual.widgets import Input

from tests.ui.changing.tracker import ChangingService
from tests.ui.fakes import FakeChangeHistory, FakeDraftMemory, failed, make_ticket
from tests.ui.support import Deck, opened, tickets
from tui_app.settings.model import UiSettings
from tui_app.tickets.changes import (
    ChangeFault,
    ChangeKind,
    ChangePreview,
    ChangeState,
    Choice,
    FormField,
    WantedChange,
)
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import (
    CommitChanges,
    ListActions,
    PrepareChanges,
    PrepareForm,
    TicketsFound,
)
from tui_app.ui.changing.forms import ChangeForm
from tui_app.ui.changing.pickers import ChangeMenu, ValuePicker
from tui_app.ui.changing.preview import PreviewScreen
from tui_app.ui.changing.preview_text import preview_lines
from tui_app.ui.table.marks import RowChange

FIRST = "PAY-100"


@asynccontextmanager
async def changing(size: tuple[int, int] = (100, 30), **changes: Any) -> AsyncIterator[tuple[Deck, ChangingService]]:
    """The browser over a tracker that can be changed."""
    app = {name: changes.pop(name) for name in ("drafts", "history", "ui") if name in changes}
    service = ChangingService(changes.pop("rows", tickets(6)), **changes)
    async with opened(service, size=size, **app) as deck:
        await deck.until(lambda: service.requests(ListActions))
        await deck.settle()
        yield deck, service


def of(service: ChangingService, ticket_id: str = FIRST) -> Any:
    return next(ticket for ticket in service.tickets or () if ticket.id == ticket_id)


def mark(deck: Deck) -> RowChange | None:
    """That of the first row."""
    return deck.browser.table.model.changes.of(deck.browser.table.tickets[0])


async def preview(deck: Deck) -> None:
    await deck.until(lambda: isinstance(deck.screen, PreviewScreen) and deck.screen._is_ready)
    await deck.settle()


async def send(deck: Deck) -> None:
    await preview(deck)
    await deck.press("ctrl+s")
    await deck.until(lambda: deck.screen is deck.browser)


# ---------------------------------------------------------------------- one ticket


async def test_a_status_is_picked_previewed_sent_once_and_shown() -> None:
    async with changing() as (deck, service):
        await deck.press("t")
        await deck.sees(f"Move {FIRST} in local")
        await deck.sees("In Review")
        await deck.type("review")
        await deck.press("enter")
        await preview(deck)
        for words in ("Open  →  In Review", 'status_tool {"id": "PAY-100", "status": "in review"}', "Can be undone."):
            await deck.sees(words)
        await deck.sees("Left out; the server's own takes effect: notify = true.")
        assert service.calls == []
        await send(deck)
        await deck.sees("PAY-100: status Open → In Review. Done. (u in the table undoes it)")
        assert service.calls == [("status_tool", {"id": FIRST, "status": "in review"})]
        assert deck.browser.table.current is not None
        assert deck.browser.table.current.status == "In Review"


@pytest.mark.parametrize(("typed", "picked"), [("rev", "in review"), ("OPEN", "open"), ("in", ""), ("nothing", "")])
async def test_enter_typed_before_the_tracker_has_listed_takes_the_one_line_that_is_meant(
    typed: str, picked: str
) -> None:
    async with changing(silent={PrepareForm}, rows=[make_ticket(0, status="Done")]) as (deck, service):
        await deck.press("t", *typed, "enter")
        await deck.sees("Asking the tracker")
        service.silent = set()
        service.submit(service.requests(PrepareForm)[0])
        await deck.settle()
        sent = [request.wanted[0].values["status"] for request in service.requests(PrepareChanges)]
        assert sent == ([picked] if picked else [])
        if not picked:
            await deck.sees("More than one of these matches" if typed == "in" else "Nothing here matches.")


async def test_a_line_called_as_it_is_typed_comes_before_longer_ones_even_if_the_key_overtakes_the_list() -> None:
    async with changing() as (deck, service):
        await deck.press("t")
        await deck.sees("In Review")
        picker = deck.screen
        assert isinstance(picker, ValuePicker)
        picker.load([Choice("done-1", "Done, not deployed"), Choice("done-2", "Done")], takes_any=False)
        picker.query_one(Input).value = "done"
        picker.action_take()
        await deck.settle()
        assert service.requests(PrepareChanges)[0].wanted[0].values == {"status": "done-2"}


@pytest.mark.parametrize("keys", [("enter",), ("space",), ("y",), ("escape",), ("q", "escape")])
async def test_no_other_key_than_the_sending_one_sends(keys: tuple[str, ...]) -> None:
    async with changing() as (deck, service):
        await deck.press("I")
        await preview(deck)
        await deck.press(*keys)
        assert service.requests(CommitChanges) == []


async def test_a_comment_is_written_on_several_lines_and_sent_as_it_is() -> None:
    async with changing() as (deck, service):
        await deck.press("C")
        await deck.sees(f"Comment on {FIRST} in local")
        await deck.type("Here too.")
        await deck.press("enter", "enter")
        await deck.type("Since monday.")
        await deck.press("ctrl+s")
        await preview(deck)
        await deck.sees("│ Since monday.")
        await deck.sees("Seen by everybody who can see the ticket. Cannot be undone.")
        await send(deck)
        assert service.calls == [("comment_tool", {"id": FIRST, "text": "Here too.\n\nSince monday."})]


async def test_what_is_typed_right_after_the_key_goes_into_the_form_however_slow_the_tracker_is() -> None:
    async with changing(silent={PrepareForm}) as (deck, service):
        await deck.press(*"Cxq")
        assert isinstance(deck.screen, ChangeForm)
        assert deck.screen.filled_in().values == {"text": "xq"}
        await deck.press("ctrl+s")
        await preview(deck)
        assert service.requests(PrepareChanges)[0].wanted[0].values == {"text": "xq"}


async def test_an_empty_comment_is_not_prepared() -> None:
    async with changing() as (deck, service):
        await deck.press("C", "ctrl+s")
        await deck.sees("Comment: it is missing.")
        assert service.requests(PrepareChanges) == []


async def test_to_me_needs_no_form() -> None:
    async with changing(rows=[make_ticket(0)]) as (deck, service):
        await deck.press("I")
        await deck.until(lambda: "Ada Moreno  →  Jun Park" in deck.text)
        await send(deck)
        assert service.calls == [("assign_tool", {"id": FIRST, "assignee": "me"})]


@pytest.mark.parametrize(
    ("typed", "value"), [("nobody", None), ("lena", "Lena Vogt"), ("zoe@example.com", "zoe@example.com"), ("me", "me")]
)
async def test_somebody_nobody_me_and_whoever_is_typed_can_be_assigned(typed: str, value: str | None) -> None:
    async with changing() as (deck, service):
        await deck.press("at")
        await deck.sees("Lena Vogt")
        await deck.type(typed)
        await deck.press("enter")
        await preview(deck)
        assert service.requests(PrepareChanges)[0].wanted[0].values == {"assignee": value}


async def test_values_that_the_tracker_does_not_list_are_offered_from_its_tickets() -> None:
    async with changing() as (deck, service):
        await deck.press("exclamation_mark")
        await deck.sees("Highest")
        await deck.type("lowest")
        await deck.sees("“lowest”")
        await deck.press("enter")
        await preview(deck)
        assert service.requests(PrepareChanges)[0].wanted[0].values == {"priority": "lowest"}


async def test_labels_are_a_difference() -> None:
    async with changing() as (deck, service):
        await deck.press("L")
        await deck.sees("security")
        for word in ("printing", "security", "brand new"):
            await deck.type(word)
            await deck.press("ctrl+t")
        await deck.sees("+ security   + brand new   - printing")
        await deck.press("enter")
        await preview(deck)
        await deck.sees("printing, hardware  →  hardware, security, brand new")
        await send(deck)
        assert of(service).labels == ("hardware", "security", "brand new")


async def test_a_title_is_changed_where_it_stands() -> None:
    async with changing() as (deck, service):
        await deck.press("R")
        await deck.until(lambda: isinstance(deck.screen, ChangeForm) and deck.screen.filled_in().values)
        await deck.press("end")
        await deck.type(" again")
        await deck.press("ctrl+s")
        await send(deck)
        assert of(service).title.endswith("firmware update again")


async def test_a_new_ticket_is_asked_for_and_shown_on_top() -> None:
    async with changing() as (deck, service):
        await deck.press("O")
        await deck.until(lambda: "Type (optional)" in deck.text)
        await deck.type("Brand new")
        await deck.press("ctrl+s")
        await deck.sees("Project: it is missing.")
        await deck.type("PAY")
        await deck.press("tab", "ctrl+n")
        await deck.sees("Task")
        await deck.type("task")
        await deck.press("enter", "ctrl+s")
        await preview(deck)
        values = {"title": "Brand new", "project": "PAY", "type": "2"}
        assert service.requests(PrepareChanges)[0].wanted[0].values == values
        await send(deck)
        await deck.until(lambda: deck.browser.table.tickets[0].id == "PAY-999")
        assert mark(deck) is None


async def test_what_a_ticket_is_already_is_not_sent() -> None:
    async with changing() as (deck, service):
        await deck.press("t")
        await deck.sees("In Review")
        await deck.type("open")
        await deck.press("enter")
        await deck.sees("Nothing has to be sent: the ticket is already so.")
        await deck.press("ctrl+s")
        assert (deck.screen, service.calls) == (deck.browser, [])


async def test_the_description_goes_through_the_editor_and_shows_what_differs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from tui_app.ui.changing import forms
    from tui_app.ui.sharing.external import Edited

    monkeypatch.setattr(forms, "edit_text", lambda _app, text: Edited(text.replace("every time", "sometimes")))
    async with changing() as (deck, service):
        await deck.press("D")
        await preview(deck)
        await deck.sees("-- every time")
        await deck.sees("+- sometimes")
        await send(deck)
        assert "- sometimes" in of(service).description


async def test_an_editor_that_changes_nothing_sends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from tui_app.ui.changing import forms
    from tui_app.ui.sharing.external import Edited

    monkeypatch.setattr(forms, "edit_text", lambda _app, text: Edited(text))
    async with changing() as (deck, service):
        await deck.press("D")
        await deck.until(lambda: isinstance(deck.screen, ChangeForm) and deck.screen.filled_in().values)
        await deck.settle()
        assert service.requests(PrepareChanges) == []


# ---------------------------------------------------------------------- readers and consent


async def test_a_comment_is_internal_unless_the_user_says_twice_that_it_is_not() -> None:
    async with changing(visibility="internal") as (deck, service):
        await deck.press("C")
        await deck.sees("Readers")
        await deck.type("Hello")
        await deck.press("ctrl+s")
        await preview(deck)
        await deck.sees("Read by colleagues only")
        assert service.requests(PrepareChanges)[0].wanted[0].values == {"text": "Hello", "visibility": "internal"}
        await deck.press("escape")
        await deck.press("tab", "ctrl+n")
        await deck.type("public")
        await deck.press("enter", "ctrl+s")
        await preview(deck)
        await deck.sees("PUBLIC: the customer reads it.")
        await deck.press("ctrl+s")
        assert service.calls == []
        await deck.press("ctrl+y")
        await deck.sees("Agreed.")
        await send(deck)
        assert service.calls[0][1]["visibility"] == "public"


async def test_a_tool_that_is_not_what_it_was_has_to_be_agreed_to() -> None:
    async with changing(consent="The tool is not what it was when you agreed to it.") as (deck, service):
        await deck.press("I")
        await deck.sees("The tool is not what it was")
        await deck.press("ctrl+s")
        assert service.requests(CommitChanges) == []
        await deck.press("ctrl+y")
        await send(deck)
        assert service.requests(CommitChanges)[0].consent is True


# ---------------------------------------------------------------------- what cannot be done


async def test_where_changes_are_off_the_key_says_why_and_the_status_line_too() -> None:
    async with changing(off="Changes are off for the profile local.") as (deck, service):
        await deck.sees("read-only")
        for key in ("t", "C", "O", "I", "L"):
            await deck.press(key)
            await deck.sees("Changes are off for the profile local.")
            deck.app.clear_notifications()
        assert not service.requests(PrepareForm)
        await deck.press("full_stop")
        await deck.sees("Changes are off for the profile local.")
        assert "t Status" not in deck.lines[-1]


async def test_the_menu_names_the_key_in_force_beside_each_change_and_no_other_key() -> None:
    async with changing(ui=UiSettings(keys={"change.status": "ctrl+e"})) as (deck, _):
        await deck.press("full_stop")
        await deck.sees("Cannot be done here")
        (menu,) = deck.app.screen_stack[-1:]
        assert isinstance(menu, ChangeMenu)
        hints = {item.id: item.hint for item in menu.items() if not item.heading}
        assert (hints["status"], hints["comment"], hints["close"]) == ("^e", "C", "")


async def test_the_menu_lists_what_can_be_done_and_why_the_rest_cannot() -> None:
    async with changing() as (deck, service):
        await deck.press("full_stop")
        await deck.sees("Cannot be done here")
        await deck.sees("None of the server's tools does this.")
        await deck.type("delete")
        await deck.press("enter")
        await deck.sees(f"Change {FIRST} in local")
        await deck.press(*["backspace"] * 6)
        await deck.type("close")
        await deck.press("enter")
        await preview(deck)
        await send(deck)
        assert of(service).status == "Done"


async def test_a_tracker_that_fails_is_told_in_the_form_and_the_text_stays() -> None:
    async with changing(faults={FIRST: ChangeFault(ErrorKind.TOOL_ERROR, "It failed", "No room.", "Wait.")}) as (
        deck,
        service,
    ):
        await deck.press("C")
        await deck.type("Hello")
        await deck.press("ctrl+s")
        await deck.sees("No room.")
        await deck.press("ctrl+s")
        assert isinstance(deck.screen, ChangeForm)
        assert deck.screen.filled_in().values == {"text": "Hello"}
        assert service.calls == []


async def test_what_is_missing_or_ambiguous_is_asked() -> None:
    choices = (Choice("31", "Start work", "to In Progress"), Choice("32", "Resume", "to In Progress"))
    fields = (FormField("status", "Status", "choice", required=True, choices=choices),)
    fault = ChangeFault(ErrorKind.USAGE, "Which transition is meant?", "Two lead there.", fields=fields)
    async with changing(faults={FIRST: fault}) as (deck, service):
        await deck.press("t")
        await deck.sees("In Progress")
        await deck.type("progress")
        await deck.press("enter")
        await deck.sees("Which transition is meant?")
        await deck.sees("Two lead there.")
        service.faults.clear()
        await deck.press("ctrl+n")
        await deck.sees("to In Progress")
        await deck.press("enter", "ctrl+s")
        await preview(deck)
        wanted = service.requests(PrepareChanges)[-1].wanted[0]
        assert (wanted.values, wanted.picked) == ({"status": "31"}, ("status",))


async def test_the_search_that_fails_meanwhile_takes_no_form_away() -> None:
    async with changing() as (deck, service):
        await deck.press("C")
        await deck.type("Hello")
        service.reply(failed(request_id=1))
        await deck.settle()
        assert isinstance(deck.screen, ChangeForm)


# ---------------------------------------------------------------------- drafts


async def test_what_was_typed_survives_the_form_and_comes_back() -> None:
    drafts = FakeDraftMemory()
    async with changing(drafts=drafts) as (deck, _):
        await deck.press("C")
        await deck.type("Half a thought")
        await deck.press("escape")
        await deck.sees("What you wrote is kept")
        await deck.until(lambda: drafts.texts == [{"text": "Half a thought"}])
        deck.app.clear_notifications()
        await deck.press("C")
        await deck.sees("This is what you wrote before.")
        await deck.sees("Half a thought")


async def test_text_is_on_the_disk_while_it_is_typed_and_gone_once_it_is_there() -> None:
    drafts = FakeDraftMemory()
    async with changing(drafts=drafts) as (deck, _):
        await deck.press("C")
        await deck.type("Hello")
        await deck.until(lambda: drafts.texts == [{"text": "Hello"}])
        await deck.press("ctrl+s")
        await preview(deck)
        assert drafts.texts == [{"text": "Hello"}]
        await send(deck)
        await deck.until(lambda: drafts.texts == [])


@pytest.mark.parametrize("state", [ChangeState.REFUSED, ChangeState.UNKNOWN, ChangeState.SENT])
async def test_text_that_is_not_known_to_be_there_is_kept(state: ChangeState) -> None:
    drafts = FakeDraftMemory()
    async with changing(drafts=drafts, outcomes={FIRST: state}) as (deck, _):
        await deck.press("C")
        await deck.type("Hello")
        await deck.press("ctrl+s")
        await send(deck)
        await deck.until(lambda: str(state) in deck.text)
        assert drafts.texts == [{"text": "Hello"}]


async def test_a_text_that_was_emptied_is_not_kept() -> None:
    drafts = FakeDraftMemory()
    async with changing(drafts=drafts) as (deck, _):
        await deck.press("C")
        await deck.type("ab")
        await deck.until(lambda: drafts.texts)
        await deck.press("backspace", "backspace")
        await deck.until(lambda: not drafts.texts)


# ---------------------------------------------------------------------- outcomes and undo


async def test_a_change_that_is_under_way_marks_its_row_and_locks_it() -> None:
    async with changing(silent={CommitChanges}) as (deck, _service):
        await deck.press("I")
        await send(deck)
        await deck.sees("sending ..")
        assert mark(deck) is RowChange.PENDING
        assert "▌… " in deck.text
        await deck.press("t")
        await deck.sees("PAY-100 is being changed: wait for what comes of it.")


async def test_a_change_that_may_have_been_done_is_marked_until_the_row_is_read_again() -> None:
    async with changing(outcomes={FIRST: ChangeState.UNKNOWN}) as (deck, service):
        await deck.press("I")
        await send(deck)
        await deck.until(lambda: mark(deck) is RowChange.UNKNOWN)
        await deck.sees("Ask somebody.")
        await deck.press("r")
        await deck.until(lambda: len(service.requests(CommitChanges)) == 1)
        await deck.until(lambda: mark(deck) is None)


async def test_what_the_user_changed_is_no_news_in_any_tab_before_and_after_a_refresh() -> None:
    async with changing() as (deck, service):
        await deck.press("5")
        await deck.until(lambda: "5 All open 5" in deck.text)
        await deck.press("t")
        await deck.sees("Done")
        await deck.type("done")
        await deck.press("enter")
        await send(deck)
        await deck.until(lambda: of(service).status == "Done")
        await deck.press("r")
        await deck.until(lambda: "5 All open 4" in deck.text)
        await deck.press("less_than_sign", "greater_than_sign", "greater_than_sign")
        await deck.settle()
        assert [len(tab.model.changes) for tab in deck.browser.search.tabs.all] == [0] * 6


async def test_the_latest_change_is_taken_back_after_the_same_preview() -> None:
    async with changing() as (deck, service):
        await deck.press("u")
        await deck.sees("Nothing was changed here yet that can be undone.")
        await deck.press("t")
        await deck.sees("In Review")
        await deck.type("review")
        await deck.press("enter")
        await send(deck)
        await deck.press("u")
        await preview(deck)
        await deck.sees("In Review  →  Open")
        await send(deck)
        await deck.until(lambda: of(service).status == "Open")
        await deck.press("u")
        await deck.until(lambda: deck.screen is deck.browser)
        assert len(service.calls) == 2


async def test_what_is_being_taken_back_is_not_taken_back_a_second_time() -> None:
    async with changing() as (deck, service):
        await deck.press("I")
        await send(deck)
        await deck.sees("u in the table undoes it")
        await deck.press("u")
        service.silent = {CommitChanges}
        await send(deck)
        await deck.press("u")
        await deck.sees("PAY-100 is being changed: wait for what comes of it.")
        assert deck.screen is deck.browser


async def test_a_change_that_is_made_while_another_is_taken_back_can_be_undone_afterwards() -> None:
    async with changing() as (deck, service):
        await deck.press("I")
        await send(deck)
        await deck.sees("u in the table undoes it")
        await deck.press("u")
        service.silent = {CommitChanges}
        await send(deck)
        service.silent = set()
        await deck.press("j", "j", "I")
        await send(deck)
        await deck.sees("WEB-102: assignee")
        await deck.until(lambda: len(service.calls) == 2)
        held = service.requests(CommitChanges)[1]
        service._commit(held)
        await deck.until(lambda: len(service.calls) == 3)
        await deck.settle()
        await deck.press("u")
        await deck.sees("Undo: Assign WEB-102 in local")


async def test_the_names_of_a_tools_arguments_cannot_act_on_the_terminal_or_the_layout() -> None:
    name = "x\x1b]0;title\x07\u202e[b]y"
    shown = ChangePreview(
        name, {name: f"{name}\n{name}"}, {name: name}, {name: name, f"{name}2": f"{name}\n"}, {name: name},
        {name: name}, (name,), token="1", wanted=WantedChange(ChangeKind.TITLE, "1"), title="t", server="s",
    )  # fmt: skip
    for line in preview_lines(shown, 0.0):
        assert line.plain.replace("\n", "").isprintable()


async def test_inside_a_ticket_u_lists_its_links() -> None:
    async with changing() as (deck, _):
        await deck.press("enter")
        await deck.until(lambda: deck.browser.detail in (deck.app.focused or deck.browser).ancestors_with_self)
        await deck.press("u")
        await deck.sees("Links and relations of")


async def test_a_change_from_within_the_ticket_is_of_that_ticket_whatever_is_marked() -> None:
    async with changing() as (deck, _service):
        await deck.press("space", "space", "enter", "C")
        await deck.sees("Comment on WEB-102 in local")


async def test_the_log_is_listed_latest_first() -> None:
    history = FakeChangeHistory()
    for number, state in enumerate(("done", "unknown")):
        entry = {"at": f"2026-11-22T10:0{number}:00Z", "ticket": f"PAY-{number}", "action": "status", "state": state}
        history.entries.append({**entry, "profile": "local", "tool": "set\u202estatus"})
    async with changing(history=history) as (deck, _):
        await deck.press("W")
        await deck.sees("PAY-1")
        assert deck.text.index("PAY-1") < deck.text.index("PAY-0")
        await deck.sees("⟨right-to-left")


# ---------------------------------------------------------------------- several


async def marked(deck: Deck, count: int) -> None:
    await deck.press(*["space"] * count)


async def pick_done(deck: Deck) -> None:
    await deck.press("t")
    await deck.sees("In Review")
    await deck.type("done")
    await deck.press("enter")
    await preview(deck)


async def test_several_are_changed_one_after_the_other_after_one_list() -> None:
    async with changing() as (deck, service):
        await marked(deck, 3)
        await pick_done(deck)
        await deck.sees("3 of 3 tickets, one after the other")
        for words in ("PAY-100      Open → Done", "OPS-101      In Progress → Done", "WEB-102      In Review → Done"):
            await deck.sees(words)
        await deck.press("ctrl+s")
        await deck.sees("What came of it")
        await deck.sees("3 done")
        assert [call[1]["id"] for call in service.calls] == ["PAY-100", "OPS-101", "WEB-102"]
        await deck.press("escape")
        assert deck.browser.table.marked == ()


async def test_what_is_so_already_or_cannot_be_is_left_out_and_said() -> None:
    rows = [make_ticket(0), make_ticket(1, status="Done"), make_ticket(2)]
    fault = ChangeFault(ErrorKind.NOT_OFFERED, "No", "The ticket is locked.")
    async with changing(rows=rows, faults={"WEB-102": fault}) as (deck, service):
        await deck.press("a")
        await pick_done(deck)
        await deck.sees("1 of 3 tickets")
        await deck.sees("is already so, left out")
        await deck.sees("not possible: The ticket is locked.")
        await deck.press("ctrl+s")
        await deck.until(lambda: len(service.calls) == 1)


async def test_it_stops_at_the_first_failure_and_the_rest_goes_on_when_the_user_says_so() -> None:
    async with changing(outcomes={"OPS-101": ChangeState.UNKNOWN}) as (deck, service):
        await marked(deck, 4)
        await pick_done(deck)
        await deck.press("ctrl+s")
        await deck.sees("1 done, 1 may have been done, 2 not tried")
        assert [ticket.id for ticket in deck.browser.table.marked] == ["OPS-101", "WEB-102", "PAY-103"]
        await deck.press("r")
        await preview(deck)
        await deck.sees("2 of 2 tickets")
        await deck.press("ctrl+s")
        await deck.sees("2 done")
        assert [call[1]["id"] for call in service.calls] == ["PAY-100", "OPS-101", "WEB-102", "PAY-103"]


async def test_more_than_ten_are_agreed_to_by_their_number() -> None:
    async with changing(rows=tickets(16)) as (deck, service):
        await deck.press("a")
        await pick_done(deck)
        count = sum(ticket.status != "Done" for ticket in service.tickets or ())
        assert count > 10
        await deck.press("ctrl+s")
        await deck.sees(f"Type {count}, the number of tickets, to agree.")
        await deck.type(str(count))
        await deck.press("ctrl+s")
        await deck.sees(f"{count} done")


async def test_tickets_are_not_made_alike_by_accident() -> None:
    async with changing() as (deck, service):
        await marked(deck, 2)
        for key in ("R", "D"):
            await deck.press(key)
            await deck.sees("That is changed one ticket at a time")
            deck.app.clear_notifications()
        assert not service.requests(PrepareForm)


async def test_labels_of_several_are_changed_by_difference_on_each() -> None:
    async with changing() as (deck, service):
        await marked(deck, 2)
        await deck.press("L")
        await deck.sees("on some")
        await deck.type("security")
        await deck.press("ctrl+t", "enter")
        await preview(deck)
        await deck.press("ctrl+s")
        await deck.sees("2 done")
        assert of(service).labels == ("printing", "hardware", "security")
        assert of(service, "OPS-101").labels == ("checkout", "security")


# ---------------------------------------------------------------------- small screens


@pytest.mark.parametrize("size", [(80, 24), (40, 15)])
async def test_everything_fits_a_small_screen(size: tuple[int, int]) -> None:
    async with changing(size=size) as (deck, _):
        for key in ("t", "at", "L", "C", "O", "full_stop"):
            await deck.press(key)
            await deck.settle()
            dialog = deck.screen.query_one("#dialog")
            assert dialog.region.right <= size[0], key
            assert dialog.region.bottom <= size[1], key
            await deck.press("escape")
        await deck.press("I")
        await preview(deck)
        assert deck.screen.query_one("#dialog").region.right <= size[0]


async def test_rows_that_come_meanwhile_do_not_take_the_mark_away() -> None:
    async with changing(silent={CommitChanges}) as (deck, service):
        await deck.press("I")
        await send(deck)
        search = service.last_search
        rows = tuple(service.tickets or ())
        service.reply(TicketsFound(search.request_id, "local", rows, 0, complete=True, total=6))
        await deck.settle()
        assert mark(deck) is RowChange.PENDING


# ---------------------------------------------------------------------- leaving, and what needs no preview


@pytest.mark.parametrize("key", ["q", "ctrl+q", "ctrl+c"])
async def test_quitting_asks_while_a_change_is_under_way(key: str) -> None:
    async with changing(silent={CommitChanges}) as (deck, _):
        await deck.press("I")
        await send(deck)
        await deck.press(key)
        await deck.sees("A change is under way")
        await deck.press("escape")
        assert deck.app.is_running
        await deck.press(key, key if key != "q" else "ctrl+q")
        await deck.until(lambda: not deck.app.is_running or deck.app._exit)


async def test_whoever_waits_leaves_once_it_is_known_what_came_of_it() -> None:
    async with changing(silent={CommitChanges}) as (deck, service):
        await deck.press("I")
        await send(deck)
        await deck.press("q")
        await deck.sees("Leave as soon as it is known what came of it")
        await deck.press("enter")
        await deck.settle()
        assert not deck.app._exit
        service.silent.clear()
        request = service.requests(CommitChanges)[-1]
        await deck.until(lambda: deck.browser is deck.screen)
        service.submit(request)
        await deck.until(lambda: deck.app._exit)


async def test_what_is_harmless_is_sent_without_a_preview_where_the_profile_says_so() -> None:
    async with changing() as (deck, service):
        service.harmless = True
        await deck.press("I")
        await deck.sees("PAY-100: assignee ")
        assert len(service.calls) == 1
        await deck.press("u")
        await preview(deck)  # what takes something back is always shown
        assert len(service.calls) == 1
