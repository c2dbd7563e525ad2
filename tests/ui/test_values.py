"""The pure parts of the interface: sentences, notes beside fields, counts, states, progress."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.ui.fakes import failed, make_ticket
from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria
from tui_app.tickets.messages import Search, TicketsFound, ValuesListed
from tui_app.tickets.servers import ServerState, StateChanged
from tui_app.ui.browse.current_search import SearchProgress
from tui_app.ui.browse.divider import Arrangement, arrangement
from tui_app.ui.form.form_fields import KnownValues, check_fields, note_for
from tui_app.ui.form.sentence import sentence_text
from tui_app.ui.status_line import Counts, Room, describe_counts, describe_facets, describe_search, describe_state
from tui_app.ui.themes import with_plain_greys

NOW = datetime(2026, 11, 22, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("criteria", "sentence"),
    [
        ({}, "Every ticket"),
        ({"text": "printer"}, "Tickets with “printer”"),
        ({"status": ["open", "in progress"], "assignee": "me"}, "open or in progress tickets assigned to me"),
        ({"project": "PAY", "labels": ["bug", "ui"]}, "Tickets in PAY labelled bug and ui"),
        ({"created_after": "7d"}, "Tickets, created since 7d ago"),
        ({"updated_after": "2026-11-01"}, "Tickets, updated since 2026-11-01"),
        ({"sort": "-updated_at", "max_results": 500}, "Every ticket, by updated, newest first, at most 500"),
        ({"openness": "open"}, "All open tickets"),
        ({"openness": "open", "assignee": "me"}, "Open tickets assigned to me"),
        ({"openness": "open", "status": ["open"]}, "Open tickets with status open"),
        ({"openness": "closed", "status": ["done", "rejected"]}, "Closed tickets with status done or rejected"),
        ({"status": "open"}, "open tickets"),
        ({"native": "project = PAY"}, "Tickets where project = PAY"),
    ],
)
def test_criteria_read_as_a_sentence(criteria: dict[str, object], sentence: str) -> None:
    assert sentence_text(check_criteria(criteria)) == sentence


@pytest.mark.parametrize(
    ("name", "text", "words", "is_error"),
    [
        ("created_after", "7d", "Sun 15 Nov 2026, 15:00", False),
        ("created_after", "2026-11-01", "Sun 1 Nov 2026", False),
        ("created_after", "2027-01-01", "Fri 1 Jan 2027, in the future", False),
        ("created_before", "2026-02-30", "no such day; try 2026-11-01, 7d, yesterday", True),
        ("updated_after", "soon", "not a date; try 2026-11-01, 7d, yesterday", True),
        ("max_results", "0", "takes a whole number from 1 to 1000", True),
        ("max_results", "1001", "takes a whole number from 1 to 1000", True),
        ("max_results", "x", "takes a whole number from 1 to 1000", True),
        ("sort", "colour", "not a field; try -updated_at, priority", True),
        ("status", "opne", "did you mean open? opne is not known", False),
        ("status", "open", "", False),
        ("status", "", "", False),
    ],
)
def test_a_field_says_what_its_value_means_or_what_is_wrong(name: str, text: str, words: str, is_error: bool) -> None:
    note = note_for(name, text, {"status": ("open", "done")}, NOW)
    assert (note.words, note.is_error) == (words, is_error)


def test_dates_in_the_wrong_order_are_told_at_the_field() -> None:
    name, words = check_fields({"created_after": "2026-11-01", "created_before": "2026-10-01"}, NOW)
    assert name == "created_after"
    assert "later than created_before" in words


def test_values_come_from_the_server_first_and_then_from_tickets_seen() -> None:
    known = KnownValues()
    known.add_seen("work", [make_ticket(0, status="Waiting"), make_ticket(1, assignee=None)])
    known.add_listed(ValuesListed(1, "work", {"status": ("Open", "Done")}, native_language="JQL"))
    assert known.of(["work"])["status"][:2] == ("Open", "Done")
    assert "Waiting" in known.of(["work"])["status"]
    assert "" not in known.of(["work"])["assignee"]
    assert known.of(["other"])["status"] == ()
    assert known.native_language(["work"]) == "JQL"
    assert known.native_language(["work", "other"]) is None


@pytest.mark.parametrize(
    ("size", "wanted"),
    [
        ((60, 15), Arrangement.OVER),
        ((80, 24), Arrangement.OVER),
        ((100, 40), Arrangement.BELOW),
        ((120, 40), Arrangement.BESIDE),
        ((140, 24), Arrangement.BESIDE),
        ((120, 30), Arrangement.BESIDE),
        ((300, 80), Arrangement.BESIDE),
    ],
)
def test_the_ticket_goes_where_there_is_room(size: tuple[int, int], wanted: Arrangement) -> None:
    assert arrangement(*size) is wanted


# ---------------------------------------------------------------------- status


def words(pieces: tuple[tuple[str, str], ...]) -> str:
    return "".join(piece for piece, _ in pieces)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (StateChanged("work", ServerState.STARTING, since=100.0, limit=30), "starting 12 of 30 s"),
        (
            StateChanged("work", ServerState.STARTING, "loading 3 of 9", since=100.0, limit=30),
            "starting 12 of 30 s · loading 3 of 9",
        ),
        (StateChanged("work", ServerState.READY, detail="jira 2.1", latency=0.12), "jira 2.1 · 120 ms"),
        (StateChanged("work", ServerState.WORKING, since=108.0), "working 4 s"),
        (StateChanged("work", ServerState.WORKING, detail="jira 2.1", since=111.5), "jira 2.1 · working"),
        (StateChanged("work", ServerState.LOGGING_IN, since=100.0, limit=60), "logging in 12 of 60 s"),
        (StateChanged("work", ServerState.IDLE), "idle"),
        (
            StateChanged("work", ServerState.RETRYING, detail="timed out", attempt=2, attempts=3, until=115.0),
            "attempt 2 of 3 in 3 s: timed out",
        ),
        (StateChanged("work", ServerState.LOGIN_NEEDED), "login needed, r logs in"),
        (StateChanged("work", ServerState.LOGIN_NEEDED, "no login command"), "login needed: no login command"),
        (StateChanged("work", ServerState.DOWN, detail="exit code 1"), "down: exit code 1"),
        (StateChanged("work", ServerState.CHECKING_LOGIN, since=110.0), "checking login 2 s"),
        (None, "not started"),
    ],
)
def test_each_state_says_how_it_is_in_words(state: StateChanged | None, said: str) -> None:
    assert words(describe_state(state, "work", now=112.0)).endswith(f"work {said}")


@pytest.mark.parametrize("state", [ServerState.DOWN, ServerState.LOGIN_NEEDED])
def test_why_a_tracker_is_down_is_left_to_the_failure_where_that_says_it(state: ServerState) -> None:
    said = words(describe_state(StateChanged("work", state, "exit code 1"), "work", 0, cause=False))
    assert said.endswith(("work down", "work login needed"))


def test_each_state_has_a_sign_of_its_own_kind() -> None:
    calm = describe_state(StateChanged("w", ServerState.READY), "w", 0)[0]
    down = describe_state(StateChanged("w", ServerState.DOWN), "w", 0)[0]
    busy = describe_state(StateChanged("w", ServerState.RETRYING), "w", 0)[0]
    assert len({calm[0], down[0], busy[0]}) == 3


def progress(*, total: int | None, truncated: bool, complete: bool = True, count: int = 2) -> SearchProgress:
    made = SearchProgress.of([Search(1, "work", TicketSearchCriteria())])
    found = tuple(make_ticket(number) for number in range(count))
    made.take(TicketsFound(1, "work", found, 0, complete, total, truncated, filtered_here=("labels",)))
    return made


@pytest.mark.parametrize(
    ("counts", "made", "said"),
    [
        (Counts(2, 2), progress(total=2, truncated=False), "2 tickets"),
        (Counts(1, 1), progress(total=1, truncated=False, count=1), "1 ticket"),
        (Counts(1, 2), progress(total=2, truncated=False), "1 shown of 2 tickets"),
        (Counts(2, 2), progress(total=2317, truncated=True), "2 loaded of 2,317 (m for more)"),
        (Counts(2, 2), progress(total=None, truncated=True), "2 tickets loaded, more exist (m)"),
        (Counts(2, 2), progress(total=None, truncated=False, complete=False), "2 so far"),
        (Counts(60, 60), progress(total=None, truncated=False, complete=False, count=0), "searching"),
        (Counts(60, 60), progress(total=None, truncated=False, complete=False), "2 so far"),
        (Counts(2, 2, 1), progress(total=2, truncated=False), "1 marked  2 tickets"),
        (Counts(2, 2, 0, 2), progress(total=2, truncated=False), "2/2 tickets"),
        (
            Counts(1, 2, 1, 1),
            progress(total=2317, truncated=True),
            "1 marked  1/1 shown of 2 loaded of 2,317 (m for more)",
        ),
        (Counts(60, 60, 0, 7), progress(total=None, truncated=False, complete=False), "2 so far"),
    ],
)
def test_counts_are_honest(counts: Counts, made: SearchProgress, said: str) -> None:
    assert words(describe_counts(counts, made)) == said


def test_where_there_is_little_room_the_key_that_loads_more_is_left_out() -> None:
    made = progress(total=2317, truncated=True)
    assert words(describe_counts(Counts(2, 2, 0, 1), made, brief=True)) == "1/2 loaded of 2,317"
    made = progress(total=None, truncated=True)
    assert words(describe_counts(Counts(2, 2, 0, 1), made, brief=True)) == "1/2+ tickets"


def test_a_search_that_failed_does_not_claim_that_there_are_no_tickets() -> None:
    made = SearchProgress.of([Search(1, "work", TicketSearchCriteria())])
    assert words(describe_counts(Counts(), SearchProgress())) == "no tickets"
    made.fail(failed(request_id=1))
    assert words(describe_counts(Counts(), made)) == "nothing loaded"


@pytest.mark.parametrize(
    ("values", "said"),
    [({"Open"}, "status: Open"), ({"Open", ""}, "status: (none), Open"), ({"a", "b", "c"}, "status: 3 values")],
)
def test_what_the_rows_are_narrowed_to_is_said(values: set[str], said: str) -> None:
    assert words(describe_facets({"status": values})) == said


def test_the_only_tracker_is_not_named_again_where_it_failed() -> None:
    made = SearchProgress.of([Search(1, "work", TicketSearchCriteria())])
    made.fail(failed(request_id=1))
    assert words(describe_search(made, stale=False)) == "failed (e)"


def test_that_the_openness_is_filtered_here_is_said_in_words() -> None:
    found = TicketsFound(1, "work", (), 0, complete=True, filtered_here=("openness", "labels"))
    made = SearchProgress.of([Search(1, "work", TicketSearchCriteria())])
    made.take(found)
    assert "filtered here: open/closed, labels" in words(describe_search(made, stale=False))


def test_criteria_applied_here_are_named() -> None:
    assert "filtered here: labels" in words(describe_search(progress(total=None, truncated=False), stale=False))


# -------------------------------------------------------------------- progress


def test_a_reply_to_another_search_changes_nothing() -> None:
    made = progress(total=2, truncated=False, complete=False)
    assert not made.take(TicketsFound(7, "work", (make_ticket(1),), 0, complete=True))
    assert not made.fail(failed(request_id=7))
    assert (made.loaded, made.running) == (2, True)


def test_the_total_is_unknown_as_soon_as_one_tracker_does_not_say() -> None:
    made = SearchProgress.of([Search(1, "a", TicketSearchCriteria()), Search(2, "b", TicketSearchCriteria())])
    made.take(TicketsFound(1, "a", (), 0, complete=True, total=10))
    still_running = made.running
    made.take(TicketsFound(2, "b", (), 0, complete=True, total=None))
    assert (still_running, made.running) == (True, False)
    assert made.total is None


def test_only_parts_that_have_more_are_asked_for_more() -> None:
    made = SearchProgress.of([Search(1, "a", TicketSearchCriteria()), Search(2, "b", TicketSearchCriteria())])
    made.take(TicketsFound(1, "a", (make_ticket(1),), 0, complete=True, truncated=True))
    made.take(TicketsFound(2, "b", (make_ticket(2),), 0, complete=True))
    requests = made.more_requests(50, [90, 91])
    assert [(request.request_id, request.profile, request.search_id) for request in requests] == [(90, "a", 1)]
    assert made.request_ids == (90,)


def test_greys_with_a_tint_are_plain_where_the_nearest_of_256_colours_would_be_blue() -> None:
    plain = with_plain_greys({"panel": "#222636", "error": "#f7768e", "text": "auto 87%", "background": "#14161f"})
    assert plain == {"panel": "#262626", "error": "#f7768e", "text": "auto 87%", "background": "#121212"}


@pytest.mark.parametrize("room", Room)
def test_the_less_room_the_fewer_words_tell_what_the_list_of_notices_has(room: Room) -> None:
    made = SearchProgress.of([Search(1, "work", TicketSearchCriteria())])
    made.take(TicketsFound(1, "work", (), 0, complete=True, filtered_here=("labels",), warnings=("One.", "Two.")))
    said = words(describe_search(made, stale=True, room=room, key=lambda _: "f8"))
    assert (
        said
        == {
            Room.WORDS: "old rowsfiltered here: labelsOne. (+1)",
            Room.NAMES: "old rowsfiltered here (f8)! 2 notices (f8)",
            Room.COUNT: "old rows! 2 (f8)",
        }[room]
    )
