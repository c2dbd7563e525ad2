"""What a search finds, in which order, page by page; held against the sample read as plain JSON."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from tests.cases import one_quick
from tests.local_tracker.conftest import Tracker, tracker_at
from tui_app.adapters.reading import ticket_from
from tui_app.local_tracker import store, ticket_search, writing
from tui_app.local_tracker.filters import searchable
from tui_app.local_tracker.sample import SAMPLE_FILE
from tui_app.local_tracker.writing import TicketRecord, put_ticket
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.fields import SORT_FIELDS
from tui_app.tickets.matching import matches
from tui_app.tickets.query import parse_query

SAMPLE: list[dict[str, Any]] = [json.loads(line) for line in SAMPLE_FILE.read_text("utf-8").splitlines()[1:]]


def made_of(path: Path, *tickets: dict[str, Any]) -> Path:
    """A database that holds exactly these tickets; id, title and status are filled in where they are not given."""
    connection = store.open_for_writing(path)
    connection.execute("BEGIN")
    for number, ticket in enumerate(tickets, 1):
        record: TicketRecord = {"id": f"T-{number}", "title": f"Ticket {number}", "status": "open", **ticket}
        put_ticket(connection, record)
    connection.execute("COMMIT")
    connection.close()
    return path


def found_in(tmp_path: Path, text: str, **fields: Any) -> bool:
    """Whether a ticket with these fields is found by ``text``."""
    with tracker_at(made_of(tmp_path / "one.db", fields)) as tracker:
        return bool(tracker.search(text=text)["total"])


def all_ids(tracker: Tracker, **arguments: Any) -> list[str]:
    """The ids of all pages."""
    found: list[str] = []
    page = tracker.search(**arguments)
    while page["next_cursor"]:
        found += [ticket["id"] for ticket in page["tickets"]]
        page = tracker.search(**arguments, cursor=page["next_cursor"])
    return found + [ticket["id"] for ticket in page["tickets"]]


def expected(condition: Any) -> set[str]:
    return {ticket["id"] for ticket in SAMPLE if condition(ticket)}


def test_without_arguments_the_latest_changed_come_first(tracker: Tracker) -> None:
    page = tracker.search()
    assert len(page["tickets"]) == 100
    assert page["total"] == len(SAMPLE)
    moments = [ticket["updated_at"] for ticket in page["tickets"]]
    assert moments == sorted(moments, reverse=True)


@pytest.mark.parametrize(
    ("arguments", "condition"),
    [
        ({"status": ["open"]}, lambda t: t["status"] == "open"),
        ({"status": ["In_Progress", "BLOCKED"]}, lambda t: t["status"] in ("in progress", "blocked")),
        ({"assignee": "mara lindqvist"}, lambda t: t["assignee"] == "Mara Lindqvist"),
        ({"assignee": "mara"}, lambda t: t["assignee"] == "Mara Lindqvist"),
        ({"assignee": "me"}, lambda t: t["assignee"] == "Mara Lindqvist"),
        ({"assignee": "渡辺"}, lambda t: t["assignee"] == "渡辺 健二"),
        ({"assignee": "unassigned"}, lambda t: not t["assignee"]),
        ({"project": "pay"}, lambda t: t["project"] == "PAY"),
        ({"labels": ["printing"]}, lambda t: "printing" in t["labels"]),
        ({"labels": ["printing", "Receipts"]}, lambda t: {"printing", "receipts"} <= set(t["labels"])),
        ({"priority": "URGENT"}, lambda t: t["priority"] == "urgent"),
        (
            {"project": "OPS", "status": ["done"], "priority": "high", "labels": ["security"]},
            lambda t: (
                (t["project"], t["status"], t["priority"]) == ("OPS", "done", "high") and "security" in t["labels"]
            ),
        ),
    ],
)
def test_every_filter_finds_what_it_says(tracker: Tracker, arguments: dict[str, Any], condition: Any) -> None:
    wanted = expected(condition)
    assert wanted
    assert set(all_ids(tracker, **arguments)) == wanted
    assert tracker.search(**arguments, max_results=1)["total"] == len(wanted)


def test_me_can_be_somebody_else(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TICKETDECK_LOCAL_USER", "Omar Haddad")
    with tracker_at(database) as tracker:
        assert {t["assignee"] for t in tracker.search(assignee="me")["tickets"]} == {"Omar Haddad"}
        assert tracker.call("list_values")["me"] == "Omar Haddad"


def test_me_is_nobody_where_nobody_said_who(tmp_path: Path) -> None:
    with tracker_at(made_of(tmp_path / "t.db", {"assignee": "Ana"})) as tracker:
        page = tracker.search(assignee="me")
    assert page["total"] == 0
    assert "TICKETDECK_LOCAL_USER" in page["warnings"][0]


def test_a_full_name_is_not_taken_for_a_part_of_another(tmp_path: Path) -> None:
    path = made_of(tmp_path / "t.db", {"assignee": "Ana"}, {"assignee": "Diana"})
    with tracker_at(path) as tracker:
        assert tracker.ids(assignee="ana") == ["T-1"]
        assert sorted(tracker.ids(assignee="an")) == ["T-1", "T-2"]


def test_a_value_that_no_ticket_has_is_said_with_what_is_near(tracker: Tracker) -> None:
    page = tracker.search(status=["opne"])
    assert page["total"] == 0
    assert page["warnings"][0].startswith("No ticket has status 'opne'. Did you mean open")
    assert tracker.search(labels=["qqq"])["warnings"] == ["No ticket has labels 'qqq'."]


def test_dates_bound_from_the_first_moment_to_before_the_last(tmp_path: Path) -> None:
    days = [f"2026-03-0{day}T00:00:00Z" for day in range(1, 6)]
    path = made_of(tmp_path / "t.db", *({"created_at": day, "updated_at": day} for day in days), {})
    with tracker_at(path) as tracker:
        assert sorted(tracker.ids(created_after="2026-03-04")) == ["T-4", "T-5"]
        assert sorted(tracker.ids(created_before="2026-03-03")) == ["T-1", "T-2"]
        assert tracker.ids(created_after="2026-03-02", created_before="2026-03-03") == ["T-2"]
        assert tracker.ids(updated_after="2026-03-05T01:00:00+02:00") == ["T-5"]
        assert tracker.ids(updated_after="2026-03-05T00:00:01Z") == []
        assert len(tracker.ids()) == 6


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "The printer is on fire"},
        {"description": "It was the **printer** again"},
        {"labels": ["printer"]},
        {"comments": [{"author": "A", "created_at": "", "body": "Have you tried another printer?"}]},
        {"title": "PRINTERS"},
        {"title": "Networkprinter and printer"},
    ],
)
def test_text_is_looked_for_everywhere(tmp_path: Path, fields: dict[str, Any]) -> None:
    assert found_in(tmp_path, "printer", **fields)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("print", "The printer"),
        ("resume", "Résumé upload"),
        ("RÉSUMÉ", "resume upload"),
        ("打印", "厨房打印机不出纸"),
        ("印机不", "厨房打印机不出纸"),
        ("プリンター", "レシートプリンターの文字化け"),
        ("프린터", "주방 프린터가 멈춤"),
        ("مدفوعات", "مدفوعات معلقة"),
        ("מדפסת", "מדפסת המטבח"),
        ("ร้าน", "ร้านอาหารปิด"),
        ("timeout", "ConnectionTimeoutError in the pool"),
        ("TimeoutError", "ConnectionTimeoutError in the pool"),
        ("connectiontimeout", "ConnectionTimeoutError in the pool"),
        ("pool_size", "pool_size is ignored"),
        ("size", "pool_size is ignored"),
        ("T-1", "whatever"),
        ("pool ignored", "pool_size is ignored"),
        ('"size is"', "pool_size is ignored"),
        ("drucker", "Netzwerkdrucker ist weg"),
        ("->", "a -> b"),
        ("🔥", "Printer 🔥"),
        ("100%", "Disk at 100% again"),
        ("c++", "Port to C++"),
        ('"unfinished', "an unfinished quote"),
        ("( OR *", "odd ( or * signs"),
        ("NEAR AND NOT", "near and not far"),
        ("a" * 2000, "a" * 2000),
    ],
)
def test_text_is_found_as_people_type_it(tmp_path: Path, text: str, title: str) -> None:
    assert found_in(tmp_path, text, title=title)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("printer scanner", "The printer"),
        ('"is size"', "pool_size is ignored"),
        ("机打", "厨房打印机不出纸"),
        ("_", "no underline"),
        ("🔥", "Printer"),
        ("zzz", "Printer"),
    ],
)
def test_text_finds_no_more_than_it_says(tmp_path: Path, text: str, title: str) -> None:
    assert not found_in(tmp_path, text, title=title)


@pytest.mark.parametrize("text", ["", "   ", '""'])
def test_empty_text_means_everything(tracker: Tracker, text: str) -> None:
    assert tracker.search(text=text)["total"] == len(SAMPLE)


@pytest.mark.parametrize("field", sorted(SORT_FIELDS))
@pytest.mark.parametrize("sign", ["", "-"])
def test_pages_in_any_order_hold_every_ticket_once(tracker: Tracker, field: str, sign: str) -> None:
    in_pages = all_ids(tracker, sort=sign + field, max_results=37)
    assert len(in_pages) == len(set(in_pages)) == len(SAMPLE)
    assert in_pages == tracker.ids(sort=sign + field, max_results=1000)


def test_orders_are_those_that_people_mean(tmp_path: Path) -> None:
    priorities = ["low", "urgent", "", "medium", "odd", "high"]
    path = made_of(tmp_path / "t.db", *({"id": f"A-{10 - n}", "priority": p} for n, p in enumerate(priorities)))
    with tracker_at(path) as tracker:
        assert tracker.ids(sort="id") == ["A-5", "A-6", "A-7", "A-8", "A-9", "A-10"]
        by_priority = [ticket["priority"] for ticket in tracker.search(sort="priority")["tickets"]]
        assert by_priority == ["urgent", "high", "medium", "low", "odd", None]


def test_both_ways_to_a_page_lead_to_the_same_tickets(tmp_path: Path) -> None:
    """Few matches are collected and sorted, many are read in order: more than 100 of 2,000 is many."""
    chance = random.Random(3)
    tickets = []
    for _ in range(2000):
        moment = f"2026-01-{chance.randrange(1, 29):02}T00:00:00Z"
        tickets.append({
            "status": chance.choice(["open", "done", "done"]),
            "assignee": chance.choice(["Ana", "Bo", ""]),
            "description": chance.choice(["printer", "printer scanner", "scanner"]),
            "labels": chance.choice([[], ["x"], ["x", "y"]]),
            "created_at": moment,
            "updated_at": moment,
        })  # fmt: skip
    path = made_of(tmp_path / "t.db", *tickets)
    with tracker_at(path) as tracker:
        for arguments in (
            {"text": "printer"},
            {"text": "scanner", "status": ["open"], "labels": ["x"]},
            {"status": ["open", "done"], "assignee": "bo", "created_after": "2026-01-10"},
            {"created_before": "2026-01-03", "labels": ["y", "x"], "text": "printer"},
            {"assignee": "unassigned", "created_after": "2026-01-20", "sort": "created_at"},
        ):
            wanted = all_ids(tracker, **arguments, max_results=1000)
            assert len(wanted) == tracker.search(**arguments, max_results=1)["total"]
            assert all_ids(tracker, **arguments, max_results=7) == wanted


def test_a_ticket_that_comes_in_between_pages_moves_no_other(tmp_path: Path) -> None:
    stamps = [{"updated_at": f"2026-01-{day:02}T00:00:00Z"} for day in range(1, 10)]
    path = made_of(tmp_path / "t.db", *stamps)
    with tracker_at(path) as tracker:
        first = tracker.search(max_results=4)
        made_of(path, *stamps, {"updated_at": "2026-02-01T00:00:00Z"})
        second = tracker.search(max_results=100, cursor=first["next_cursor"])
        ids = [ticket["id"] for page in (first, second) for ticket in page["tickets"]]
        assert ids == [f"T-{number}" for number in range(9, 0, -1)]
        assert second["total"] == 9


def test_a_cursor_works_only_in_its_own_search(tracker: Tracker) -> None:
    cursor = tracker.search(status=["done"], max_results=5)["next_cursor"]
    assert "cursor" in tracker.refusal("search_tickets", status=["open"], cursor=cursor)
    assert len(tracker.ids(status=["done"], max_results=7, cursor=cursor)) == 7


@pytest.mark.parametrize(
    "cursor", ["", "x", "bm9wZQ==", "WzEsMiwzXQ==", "W10=", "bnVsbA==", "WzEsWzJdLDMsNCw1XQ==", "ü"]
)
def test_an_invented_cursor_is_refused(tracker: Tracker, cursor: str) -> None:
    assert tracker.refusal("search_tickets", cursor=cursor).startswith("cursor: ")


def test_a_page_of_huge_tickets_ends_early(tmp_path: Path) -> None:
    huge = {"description": "x" * (ticket_search.PAGE_CHARACTERS // 3)}
    path = made_of(tmp_path / "t.db", *([huge] * 7))
    with tracker_at(path) as tracker:
        page = tracker.search()
        assert (len(page["tickets"]), page["total"]) == (2, 7)
        assert len(all_ids(tracker)) == 7


def test_words_inside_titles_are_paged_as_well(tmp_path: Path) -> None:
    path = made_of(tmp_path / "t.db", *({"title": f"Netzwerkdrucker {n}"} for n in range(9)))
    with tracker_at(path) as tracker:
        assert tracker.search(text="drucker", max_results=4)["total"] == 9
        assert len(set(all_ids(tracker, text="drucker", max_results=4))) == 9


def test_a_changed_ticket_is_found_by_its_new_words_only(tmp_path: Path) -> None:
    path = made_of(tmp_path / "t.db", {"title": "Old 打印机 words", "labels": ["a"]}, {"title": "Other"})
    made_of(path, {"title": "New words", "labels": ["b"], "description": "FreshSpelling"})
    with tracker_at(path) as tracker:
        assert [tracker.search(text=text)["total"] for text in ("old", "打印", "new", "spelling")] == [0, 0, 1, 1]
        assert (tracker.search(labels=["a"])["total"], tracker.search(labels=["b"])["total"]) == (0, 1)


def test_half_a_character_in_the_text_is_harmless(tracker: Tracker) -> None:
    assert tracker.search(text="\ud83d")["total"] == 0


@pytest.mark.parametrize("text", one_quick("aB", "x", "打", "a_", "aaaaB "))
def test_the_words_of_a_text_take_linear_time_and_space(text: str) -> None:
    assert len(searchable(text * 1_000_000)) < 5 * len(text) * 1_000_000


def test_numbers_in_ids_are_padded_wherever_they_stand() -> None:
    ids = ["a/b#10", "a/b#9", "PAY-2", "PAY-10", "x"]
    assert sorted(ids, key=writing.id_order) == ["PAY-2", "PAY-10", "a/b#9", "a/b#10", "x"]


def test_what_is_due_comes_in_order_and_what_is_never_due_comes_last(tmp_path: Path) -> None:
    days = ["2026-11-20", "", "2026-11-02", "2026-12-24", ""]
    tickets = ({"id": f"A-{n}", "due_at": f"{day}T00:00:00Z" if day else ""} for n, day in enumerate(days))
    path = made_of(tmp_path / "t.db", *tickets)
    with tracker_at(path) as tracker:
        assert all_ids(tracker, sort="due_at", max_results=2) == ["A-2", "A-0", "A-3", "A-1", "A-4"]
        assert all_ids(tracker, sort="-due_at", max_results=2) == ["A-3", "A-0", "A-2", "A-4", "A-1"]
        assert tracker.ids(due_before="2026-11-21", sort="due_at") == ["A-2", "A-0"]
        assert tracker.ids(due_after="2026-11-20", due_before="2026-12-01") == ["A-0"]
        assert tracker.search(sort="due_at")["tickets"][0]["due_at"] == "2026-11-02T00:00:00Z"
        text = tracker.refusal("search_tickets", due_after="2026-12-01", due_before="2026-11-01")
    assert text == "due_after: it is later than due_before, so nothing can match."


def test_tickets_are_found_by_their_parent(tmp_path: Path) -> None:
    path = made_of(tmp_path / "t.db", {"id": "A-1"}, {"id": "A-2", "parent": "A-1"}, {"id": "A-3", "parent": "A-1"})
    with tracker_at(path) as tracker:
        assert sorted(tracker.ids(parent="a-1")) == ["A-2", "A-3"]
        assert tracker.ids(parent="A-9") == []
        assert tracker.search(parent="A-1", sort="id")["tickets"][0]["parent"] == "A-1"


@pytest.mark.parametrize(
    "query",
    [
        "is:open", "is:closed", "-status:done,open", "-label:hardware", "-label:hardware,billing is:open",
        "reporter:omar", "-reporter:omar", "type:bug", "type:BUG,incident -type:story", "assignee:unassigned",
        "-assignee:unassigned", "assignee:unassigned,omar", "-assignee:omar is:open", "-priority:high,low",
        "project:PAY,WEB -project:WEB", "id:PAY-142,web-120", "-id:PAY-142", "-project:nowhere",
    ],
)  # fmt: skip
def test_the_index_finds_what_filtering_here_would_keep(tracker: Tracker, query: str) -> None:
    criteria = check_criteria(parse_query(query))
    names = criteria.used_fields()
    arguments = {name: criteria.value(name) for name in names if not name.startswith("-")}
    exclude = {name[1:]: list(criteria.value(name)) for name in names if name.startswith("-")}
    found = all_ids(
        tracker,
        **{name: value if isinstance(value, str) else list(value) for name, value in arguments.items()},
        exclude=exclude,
    )
    tickets = [ticket_from(row) for row in SAMPLE]
    assert set(found) == {ticket.id for ticket in tickets if matches(ticket, criteria, names)}
    assert len(found) < len(SAMPLE) or query == "-project:nowhere"


def test_words_that_must_not_occur_are_looked_for_in_the_index(tracker: Tracker) -> None:
    every, some = set(all_ids(tracker)), set(all_ids(tracker, text="printer"))
    assert some
    assert set(all_ids(tracker, exclude={"text": ["printer"]})) == every - some
    assert set(all_ids(tracker, exclude={"text": ["->"]})) <= every


def test_one_value_is_taken_where_a_list_is_meant(tracker: Tracker) -> None:
    assert tracker.search(assignee="me", max_results=1)["total"] == tracker.search(assignee=["me"])["total"]
    assert "exclude: " in tracker.refusal("search_tickets", exclude="x")
    assert "colour" in tracker.refusal("search_tickets", exclude={"colour": ["red"]})
