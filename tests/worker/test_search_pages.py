"""Searches: page after page, filtered here where the server cannot, honest about what is missing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from tests.worker.conftest import MakeBench
from tests.worker.fakes import Bench, FakeAdapter, error_result, json_result, rows
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria
from tui_app.tickets.errors import ErrorKind, MCPConnectionError
from tui_app.tickets.messages import Failed, LoadMore, Search, TicketsFound
from tui_app.worker import search_pages


class Store:
    """A tracker with numbered tickets that gives ``page`` of them at a time, with or without cursors."""

    def __init__(self, count: int, *, page: int = 1000, cursors: bool = True, total: bool = True) -> None:
        self.rows = [row | {"status": "done" if row["id"].endswith("0") else "open"} for row in rows(1, count)]
        self.page, self.cursors, self.total = page, cursors, total
        self.calls: list[Mapping[str, Any]] = []

    async def __call__(self, name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        self.calls.append(dict(arguments))
        first = arguments.get("cursor", 0)
        last = min(first + min(self.page, arguments.get("limit", self.page)), len(self.rows))
        answer: dict[str, Any] = {"rows": self.rows[first:last]}
        if self.cursors and last < len(self.rows):
            answer["next"] = last
        if self.total:
            answer["total"] = len(self.rows)
        return json_result(answer)


def run(bench: Bench, number: int = 1, **criteria: Any) -> list[TicketsFound]:
    bench.service.submit(Search(number, "work", check_criteria(criteria)))
    return bench.listener.pages(number)


def more(bench: Bench, number: int, search: int, count: int) -> list[TicketsFound]:
    bench.service.submit(LoadMore(number, "work", search, count))
    return bench.listener.pages(number)


def ids(pages: list[TicketsFound]) -> list[str]:
    return [ticket.id for page in pages for ticket in page.tickets]


def numbered(first: int, last: int) -> list[str]:
    return [f"T-{number}" for number in range(first, last + 1)]


def test_pages_are_fetched_until_enough_and_each_is_told_at_once(make_bench: MakeBench) -> None:
    store = Store(100, page=20)

    pages = run(make_bench(store), max_results=50)

    assert [(len(page.tickets), page.offset, page.complete) for page in pages] == [
        (20, 0, False),
        (20, 20, False),
        (10, 40, True),
    ]
    assert ids(pages) == numbered(1, 50)
    assert (pages[-1].total, pages[-1].truncated) == (100, True)
    assert len(pages[-1].calls) == 3


def test_loading_more_goes_on_where_the_search_stopped_without_fetching_twice(make_bench: MakeBench) -> None:
    store = Store(100, page=20)
    bench = make_bench(store)
    run(bench, 1, max_results=30)

    second = more(bench, 2, 1, 5)
    third = more(bench, 3, 1, 1000)

    assert ids(second) == numbered(31, 35)
    assert (second[0].offset, second[0].calls, second[-1].truncated) == (30, (), True)
    assert ids(third) == numbered(36, 100)
    assert (third[-1].complete, third[-1].truncated) == (True, False)
    assert len(store.calls) == 5


def test_two_requests_for_more_take_turns(make_bench: MakeBench) -> None:
    bench = make_bench(Store(100, page=20))
    bench.service.submit(Search(1, "work", TicketSearchCriteria(max_results=20)))
    bench.service.submit(LoadMore(2, "work", 1, 30))
    bench.service.submit(LoadMore(3, "work", 1, 30))
    bench.listener.final(3)

    pages = [reply for reply in bench.listener.replies if isinstance(reply, TicketsFound)]
    assert [page.request_id for page in pages] == [1, 2, 2, 3, 3]
    assert ids(pages) == numbered(1, 80)


def test_loading_more_of_a_search_that_had_everything_is_an_empty_page(make_bench: MakeBench) -> None:
    bench = make_bench(Store(3))
    run(bench)

    (page,) = more(bench, 2, 1, 50)

    assert (page.tickets, page.complete, page.truncated) == ((), True, False)


def test_a_search_can_be_continued_after_those_of_many_other_tabs(make_bench: MakeBench) -> None:
    bench = make_bench(Store(100, page=20))
    run(bench, 1, max_results=20)
    for number in range(2, 32):
        run(bench, number, max_results=20)

    assert ids(more(bench, 99, 1, 20)) == numbered(21, 40)


def test_loading_more_of_an_unknown_search_says_so(make_bench: MakeBench) -> None:
    failed = make_bench(Store(3)).ask(LoadMore(2, "work", 1, 50))

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.USAGE


def test_a_search_without_matches_is_one_complete_empty_page(make_bench: MakeBench) -> None:
    (page,) = run(make_bench(Store(0)))

    assert (page.tickets, page.complete, page.total, page.truncated) == ((), True, 0, False)


def test_what_the_server_cannot_apply_is_applied_here_over_all_pages(make_bench: MakeBench) -> None:
    pages = run(make_bench(Store(100, page=30)), status=["done"], max_results=5)

    assert ids(pages) == ["T-10", "T-20", "T-30", "T-40", "T-50"]
    assert pages[-1].filtered_here == ("status",)
    assert pages[-1].total is None, "the server's total counts before the filter"
    assert pages[-1].truncated


@pytest.mark.parametrize(
    ("name", "asked", "there"),
    [("status", "don", "'done', 'open'"), ("priority", "hgih", "'high', 'low'"), ("labels", "bugs", "'bug', 'ui'")],
)
def test_a_value_that_no_ticket_has_is_answered_with_those_that_there_are(
    make_bench: MakeBench, name: str, asked: str, there: str
) -> None:
    store = Store(20)
    store.rows[0] |= {"priority": "low", "labels": ["ui"]}
    store.rows[1] |= {"priority": "high", "labels": ["bug"]}
    asked_for: Any = {name: [asked]}
    (page,) = run(make_bench(store), **asked_for)
    word = {"labels": "label"}.get(name, name)
    assert (page.tickets, page.warnings) == (
        (), (f"None of these tickets has the {word} {asked!r}; there are: {there}.",),
    )  # fmt: skip
    assert run(make_bench(Store(20)), status=["done"], assignee=["nobody else"])[-1].warnings == ()


@pytest.mark.parametrize(("openness", "found"), [("open", ["T-1", "T-3"]), ("closed", ["T-2"])])
def test_a_status_of_no_known_kind_is_open_and_that_is_said(
    make_bench: MakeBench, openness: str, found: list[str]
) -> None:
    store = Store(3)
    for row, status in zip(store.rows, ("open", "closed", "Zzyzx"), strict=True):
        row["status"] = status

    pages = run(make_bench(store), openness=openness)

    assert ids(pages) == found
    assert [warning for warning in pages[-1].warnings if "'Zzyzx' means done" in warning]


def test_a_search_is_planned_once_for_all_its_pages(make_bench: MakeBench) -> None:
    adapter = FakeAdapter()

    pages = run(make_bench(Store(100, page=30), adapter=adapter), status=["done"], max_results=10)

    assert len(pages[-1].calls) == 10
    assert len(adapter.plans) == 1


def test_what_the_server_applies_is_not_applied_again(make_bench: MakeBench) -> None:
    bench = make_bench(Store(20), adapter=FakeAdapter(pushes_down=frozenset({"status"})))

    pages = run(bench, status=["done"])

    assert len(ids(pages)) == 20
    assert pages[-1].filtered_here == ()


def test_a_phrase_is_looked_for_in_what_a_server_of_single_words_answers(make_bench: MakeBench) -> None:
    store = Store(3)
    titles = ("Pages come out blank", "Blank pages", "Printer")
    store.rows = [{**row, "title": title} for row, title in zip(store.rows, titles, strict=True)]
    store.rows[2]["description"] = "It prints blank\npages."
    bench = make_bench(store, adapter=FakeAdapter(pushes_down=frozenset({"text"})))

    pages = run(bench, text='"blank pages"')

    assert ids(pages) == ["T-2", "T-3"]
    assert pages[-1].filtered_here == ()
    assert pages[-1].total is None, "the server's total counts before the check"


def test_a_phrase_that_a_row_may_hold_out_of_sight_is_believed(make_bench: MakeBench) -> None:
    store = Store(3)
    titles = ("Pages come out blank", "Blank pages", "Printer")
    store.rows = [{**row, "title": title} for row, title in zip(store.rows, titles, strict=True)]
    bench = make_bench(store, adapter=FakeAdapter(pushes_down=frozenset({"text"})))

    assert ids(run(bench, text='"blank pages"')) == ["T-2", "T-3"]


def test_a_server_with_a_limit_but_no_pages_is_asked_again_with_a_higher_limit(make_bench: MakeBench) -> None:
    store = Store(100, cursors=False, total=False)
    bench = make_bench(store)

    first = run(bench, 1, max_results=30)
    second = more(bench, 2, 1, 30)
    rest = more(bench, 3, 1, 500)

    assert ids(first) == numbered(1, 30)
    assert first[-1].truncated
    assert ids(second) == numbered(31, 60)
    assert ids(rest) == numbered(61, 100)
    assert not rest[-1].truncated


def test_filtering_here_without_pages_asks_for_all_there_is(make_bench: MakeBench) -> None:
    store = Store(500, cursors=False, total=False)

    pages = run(make_bench(store), status=["done"], max_results=20)

    assert len(ids(pages)) == 20
    assert [call["limit"] for call in store.calls] == [20, 1000]


def test_a_server_without_any_limit_gives_everything_at_once(make_bench: MakeBench) -> None:
    store = Store(100, cursors=False, total=False)
    bench = make_bench(store, adapter=FakeAdapter(takes_limit=False))

    first = run(bench, 1, max_results=100)
    assert (len(ids(first)), first[-1].truncated) == (100, False)

    second = run(bench, 2, max_results=30)
    assert (len(ids(second)), second[-1].truncated) == (30, True)
    assert ids(more(bench, 3, 2, 70)) == numbered(31, 100)
    assert len(store.calls) == 2


def test_a_total_that_is_larger_than_what_came_means_truncated(make_bench: MakeBench) -> None:
    async def stingy(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        return json_result({"rows": rows(1, 10), "total": 4000})

    (page,) = run(make_bench(stingy))

    assert (page.total, page.truncated) == (4000, True)


def test_no_ticket_comes_twice(make_bench: MakeBench) -> None:
    async def overlapping(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        first = arguments.get("cursor", 1)
        following = {"next": first + 5} if first < 20 else {}
        return json_result({"rows": rows(first, 8) + rows(first, 1), **following})

    pages = run(make_bench(overlapping))

    assert ids(pages) == numbered(1, 28)


@pytest.mark.parametrize("cursor", ["same", "new"])
def test_a_server_that_repeats_itself_ends_the_search_with_a_warning(make_bench: MakeBench, cursor: str) -> None:
    calls = 0

    async def repeating(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        nonlocal calls
        calls += 1
        return json_result({"rows": rows(1, 10), "next": 7 if cursor == "same" else calls})

    pages = run(make_bench(repeating), max_results=500)

    assert ids(pages) == numbered(1, 10)
    assert calls == 2
    assert "same tickets again" in pages[-1].warnings[0]


def test_pages_are_capped(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_pages, "MOST_PAGES", 4)
    store = Store(1000, page=10)
    bench = make_bench(store)

    pages = run(bench, 1, max_results=1000)

    assert ids(pages) == numbered(1, 40)
    assert (pages[-1].complete, pages[-1].truncated) == (True, True)
    assert "4 pages" in pages[-1].warnings[-1]
    assert ids(more(bench, 2, 1, 20)) == numbered(41, 60)


def test_a_later_page_that_fails_is_a_warning_and_can_be_asked_for_again(make_bench: MakeBench) -> None:
    store, broken = Store(100, page=20), True

    async def breaks(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        if broken and arguments.get("cursor", 0) >= 40:
            return error_result("the index is being rebuilt \x1b[1m")
        return await store(name, arguments)

    bench = make_bench(breaks)

    pages = run(bench, 1, max_results=100)
    assert ids(pages) == numbered(1, 40)
    assert (pages[-1].complete, pages[-1].truncated) == (True, True)
    assert "the index is being rebuilt" in pages[-1].warnings[-1]
    assert "\x1b" not in pages[-1].warnings[-1]

    broken = False
    rest = more(bench, 2, 1, 100)
    assert ids(rest) == numbered(41, 100)
    assert rest[-1].warnings == ()


def test_a_server_lost_between_two_pages_costs_no_page(make_bench: MakeBench) -> None:
    store, lost = Store(60, page=20), False

    async def dies_once(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        nonlocal lost
        if arguments.get("cursor") == 20 and not lost:
            lost = True
            bench.backend.sessions[-1].lost = True
            raise MCPConnectionError("gone")
        return await store(name, arguments)

    bench = make_bench(dies_once)

    assert ids(run(bench)) == numbered(1, 60)
    assert [call.get("cursor", 0) for call in store.calls] == [0, 20, 40]


def test_a_cancelled_search_keeps_its_pages_and_ends_as_cancelled(make_bench: MakeBench) -> None:
    store = Store(100, page=20)

    async def stalls(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        if arguments.get("cursor"):
            await asyncio.Event().wait()
        return await store(name, arguments)

    bench = make_bench(stalls)
    bench.service.submit(Search(1, "work", TicketSearchCriteria()))
    page = bench.listener.next_of(TicketsFound)
    bench.service.cancel(1)

    assert len(page.tickets) == 20
    assert bench.listener.failure(1).kind is ErrorKind.CANCELLED


def test_an_answer_that_holds_no_tickets_is_an_invalid_response(make_bench: MakeBench) -> None:
    async def nonsense(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        return json_result({"weather": "fine"})

    failed = make_bench(nonsense).ask(Search(1, "work", TicketSearchCriteria()))

    assert isinstance(failed, Failed)
    assert failed.kind is ErrorKind.INVALID_RESPONSE


def test_what_only_the_tracker_could_know_is_said_when_it_is_left_out(make_bench: MakeBench) -> None:
    pages = run(make_bench(Store(3)), native="project = X", assignee="me")

    assert len(ids(pages)) == 3
    assert pages[-1].filtered_here == ()
    assert len(pages[-1].warnings) == 2


def test_warnings_of_the_adapter_are_passed_on_once_and_cleaned(make_bench: MakeBench) -> None:
    async def warns(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        following = {} if arguments.get("cursor") else {"next": 1}
        return json_result({"rows": rows(arguments.get("cursor", 0) * 5, 5), "warnings": ["odd \x1b[5m"], **following})

    pages = run(make_bench(warns))

    assert len(pages[-1].warnings) == 1
    assert "\x1b" not in pages[-1].warnings[0]


def counted(bench: Bench, number: int = 1, **criteria: Any) -> int | None:
    bench.service.submit(Search(number, "work", check_criteria(criteria), count_only=True))
    (page,) = bench.listener.pages(number)
    assert page.tickets == ()
    return page.total


@pytest.mark.parametrize("count", [0, 1, 2, 3, 250])
@pytest.mark.parametrize("cursors", [True, False])
def test_tickets_are_counted_by_the_smallest_page(make_bench: MakeBench, count: int, cursors: bool) -> None:
    store = Store(count, cursors=cursors)
    assert counted(make_bench(store)) == count
    assert [call["limit"] for call in store.calls] == ([1, 2] if count == 1 else [1])


def test_what_is_not_certain_is_not_counted(make_bench: MakeBench) -> None:
    silent = Store(5, total=False)
    assert counted(make_bench(silent)) is None
    assert len(silent.calls) == 1
    filtered = Store(5)
    assert counted(make_bench(filtered), status=["open"]) is None
    assert filtered.calls == []  # nothing that would be filtered here is fetched

    async def counts_its_page(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        limit = arguments["limit"]
        return json_result({"rows": rows(1, limit), "total": limit})

    assert counted(make_bench(counts_its_page)) is None

    async def knows_no_limit(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        return json_result({"rows": rows(1, 50), "total": 50})

    assert counted(make_bench(knows_no_limit)) is None


def test_a_count_that_fails_is_tried_once_and_the_next_search_is_answered(make_bench: MakeBench) -> None:
    calls: list[str] = []

    async def lost(name: str, arguments: Mapping[str, Any]) -> CallToolResult:
        calls.append(name)
        if len(calls) == 1:
            raise MCPConnectionError("It is gone.")
        return json_result({"rows": rows(1, 3), "total": 3})

    bench = make_bench(lost)
    failure = bench.ask(Search(1, "work", TicketSearchCriteria(), count_only=True))
    assert isinstance(failure, Failed)
    assert calls == ["find"]
    assert ids(run(bench, 2)) == numbered(1, 3)
