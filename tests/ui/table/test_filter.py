"""The filter line: words, exclusions, inversion, fuzzy letters, highlights, and slices of time."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ui.table.board import Board, Opening, ticket
from tui_app.tickets.ticket import Comment, Ticket
from tui_app.ui.table.filtering import TextFilter, folded, fuzzy_letters, highlights, keeps, read_filter, snippet
from tui_app.ui.table.loaded_rows import LoadedRows
from tui_app.ui.table.results_table import ResultsTable


def row(number: int, **changes: Any) -> Ticket:
    """A ticket that holds no other words than those given."""
    bare: dict[str, Any] = {"reporter": None, "description": None, "labels": (), "assignee": None}
    return ticket(number, **bare | changes)


ROWS = [
    row(1, title="Printer on fire", assignee="Ada", labels=("hardware",)),
    row(2, title="Straße gesperrt", assignee="Bo"),
    row(3, title="Login page", assignee="Ada", description="The printer is fine.", labels=("web",)),
    row(4, title="注文の一覧", extra={"team": {"name": "Ledger"}}),
]


@pytest.mark.parametrize(
    ("line", "ids"),
    [
        ("", "1 2 3 4"),
        ("printer", "1 3"),
        ("PRINTER ada", "1 3"),
        ("printer hardware", "1"),
        ("ada !printer", ""),
        ("!ada", "2 4"),
        ("!ada !bo", "4"),
        ("! ada", "2 4"),
        ("! ada printer", "2 4"),
        ("strasse", "2"),
        ("一覧", "4"),
        ("ledger", "4"),
        ("~pfire", "1"),
        ("~zzz", ""),
        ("!", "1 2 3 4"),
        ("~", "1 2 3 4"),
        ("   ", "1 2 3 4"),
    ],
)
async def test_the_filter_line_keeps_what_it_says(board: Opening, line: str, ids: str) -> None:
    async with board([*ROWS]) as shown:
        shown.table.set_filter(line)
        assert shown.ids == [f"T-{number}" for number in ids.split()]
        assert shown.is_square()


@pytest.mark.parametrize(
    ("line", "read"),
    [
        ("a B", TextFilter(("a", "b"))),
        ("a !b", TextFilter(("a",), ("b",))),
        ("! a", TextFilter(("a",), inverted=True)),
        ("~ab", TextFilter(("ab",), fuzzy=True)),
        ("~! ab", TextFilter(("ab",), inverted=True, fuzzy=True)),
        ("\\!a \\~b", TextFilter(("!a", "~b"))),
    ],
)
def test_a_line_is_read_by_its_signs(line: str, read: TextFilter) -> None:
    assert read_filter(line) == read


async def test_matches_are_highlighted_in_every_column(board: Opening) -> None:
    async with board([*ROWS], size=(140, 10)) as shown:
        shown.table.set_filter("print")
        style = shown.style_of("Print")
        assert style.underline
        assert style.bold


async def test_a_hit_that_no_column_shows_is_shown_behind_the_title(board: Opening) -> None:
    async with board([*ROWS]) as shown:
        shown.table.set_filter("is fine")
        assert "Login page" in shown.line_of("T-3")
        assert "printer is fine" in shown.line_of("T-3")
        assert shown.is_square()


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize(
    ("line", "field", "shown_as"),
    [
        ("lena", {"reporter": "Lena Vogt"}, "Reporter: Lena"),
        ("fisc", {"labels": ("fiscal",)}, "fisc"),
        ("ledger", {"extra": {"team": {"name": "Ledger"}}}, "Team: Ledger"),
        ("end", {"title": "a long title " * 15 + "and its end"}, "its end"),
        ("2026-11-1", {}, "2026-11-1"),
        ("~vgt", {"reporter": "Vogt"}, "Reporter: Vogt"),
        ("title lena", {"reporter": "Lena Vogt"}, "Reporter: Lena"),
        ("/browse/7", {"url": "https://x.example/browse/7"}, "/browse/7"),
    ],
)
async def test_every_hit_is_in_sight_and_highlighted(
    board: Opening, width: int, line: str, field: dict[str, Any], shown_as: str
) -> None:
    bare: dict[str, Any] = {"title": "a long title " * 15}
    async with board([row(1, **bare | field)], size=(width, 6)) as shown:
        shown.table.set_filter(line)
        assert shown_as in shown.lines[1]
        assert shown.is_square()
        words = [segment.text for segment in shown.strips[1] if segment.style and segment.style.underline]
        assert line.lstrip("~")[0] in "".join(words).casefold()


def test_a_snippet_begins_shortly_before_the_hit() -> None:
    found = row(1, description="x " * 100 + "the needle " + "y " * 100)
    piece = snippet(read_filter("needle"), ["needle"], found, 30)
    assert piece.startswith("…")
    assert "needle" in piece


def test_comments_and_their_authors_are_looked_through() -> None:
    found = row(1, comments=(Comment("Mei", None, "seen it too"),))
    for line in ("seen", "mei"):
        assert keeps(read_filter(line), folded(found), found)


def test_no_word_matches_over_the_end_of_a_field() -> None:
    found = row(1, title="ab", status="cd")
    assert not keeps(read_filter("abcd"), folded(found), found)
    assert not keeps(read_filter("~abcd"), folded(found), found)


def test_fuzzy_letters_are_in_order_and_near_to_each_other() -> None:
    assert fuzzy_letters("printer on fire", "pfr") == ()
    assert fuzzy_letters("printer", "ptr") == (0, 4, 6)
    assert fuzzy_letters("a" + "x" * 100 + "b", "ab") == ()


@given(st.text(st.sampled_from("abß İ日!~\\\n"), max_size=40), st.text(st.sampled_from("abß İ日!~\\"), max_size=8))
def test_highlights_are_sorted_spans_within_the_line(line: str, typed: str) -> None:
    spans = highlights(read_filter(typed), line)
    assert spans == sorted(spans)
    assert all(0 <= start < end for start, end in spans)
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


@given(st.lists(st.text(st.sampled_from("ab ~!"), max_size=6), min_size=1, max_size=6))
def test_narrowing_the_former_hits_finds_what_looking_at_everything_finds(lines: list[str]) -> None:
    tickets = [ticket(n, title=title) for n, title in enumerate(("ab", "ba", "aab b", "c", "bbb a", "", "a!b"))]
    rows = LoadedRows(time.monotonic)
    rows.replace(tickets)
    for line in lines:
        rows.set_filter(read_filter(line))
        rows.advance(float("inf"))
        wanted = read_filter(line)
        assert [found.id for found in rows.shown_tickets()] == [
            found.id for found in tickets if not wanted or keeps(wanted, folded(found), found)
        ]


async def test_a_narrower_filter_looks_only_at_the_former_hits(board: Opening, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[int] = []
    looks = LoadedRows.keeps

    def counted(rows: LoadedRows, index: int) -> bool:
        looked.append(index)
        return looks(rows, index)

    async with board([ticket(n, title="odd" if n % 2 else "even") for n in range(500)]) as shown:
        shown.table.set_filter("od")
        assert len(shown.ids) == 250
        monkeypatch.setattr(LoadedRows, "keeps", counted)
        shown.table.set_filter("odd")
        assert len(shown.ids) == 250
        assert len(looked) == 250


async def test_counts_are_honest_while_and_after_a_filter_is_at_work(board: Opening) -> None:
    async with board([row(n) for n in range(20_000)]) as shown:
        shown.app.heard.clear()
        shown.table.set_filter("title 1")
        await shown.until(lambda: shown.heard(ResultsTable.CountsChanged)[-1:] and not _last(shown).counting)
        last = _last(shown)
        assert last.shown == sum("1" in str(n) for n in range(20_000)) == len(shown.ids)
        assert last.loaded == 20_000


def _last(shown: Board) -> ResultsTable.CountsChanged:
    message: ResultsTable.CountsChanged = shown.heard(ResultsTable.CountsChanged)[-1]
    return message


async def test_the_cursor_stays_on_its_ticket_where_the_filter_keeps_it_and_comes_back_to_it(board: Opening) -> None:
    async with board([*ROWS]) as shown:
        shown.table.move_to(2)
        shown.table.set_filter("ada")
        assert shown.current == "T-3"
        shown.table.set_filter("bo")
        assert shown.current == "T-2"
        shown.table.set_filter("")
        assert shown.current == "T-3"


async def test_nothing_found_says_so_and_what_to_press(board: Opening) -> None:
    async with board([*ROWS]) as shown:
        shown.table.set_filter("nowhere")
        await shown.settle()
        assert shown.current is None
        assert "No loaded ticket passes the filter." in shown.text
        assert "Esc" in shown.text
        assert shown.is_square()


async def test_facets_count_values_and_narrow_to_the_chosen_ones(board: Opening) -> None:
    async with board([*ROWS]) as shown:
        assert shown.table.model.rows.facet_counts("assignee") == [("Ada", 2), ("", 1), ("Bo", 1)]
        shown.table.set_facet("assignee", frozenset({"Ada", ""}))
        assert shown.ids == ["T-1", "T-3", "T-4"]
        assert shown.table.model.rows.facet_counts("labels") == [("", 1), ("hardware", 1), ("web", 1)]
        assert dict(shown.table.model.rows.facet_counts("assignee"))["Bo"] == 1
        shown.table.set_filter("printer")
        shown.table.set_facet("labels", frozenset({"web"}))
        assert shown.ids == ["T-3"]
        assert shown.table.facets == {"assignee": frozenset({"Ada", ""}), "labels": frozenset({"web"})}
        shown.table.clear_facets()
        assert shown.ids == ["T-1", "T-3"]
