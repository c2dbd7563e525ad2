"""However loading, sorting, filtering and facets interrupt each other, the rows come out as if done one by one."""

from __future__ import annotations

import time

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from tests.cases import examples
from tui_app.tickets.ticket import Ticket
from tui_app.ui.table import loaded_rows
from tui_app.ui.table.filtering import folded, keeps, read_filter
from tui_app.ui.table.loaded_rows import LoadedRows
from tui_app.ui.table.row_values import facet_values, sort_keys


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps so small that a dozen tickets take many of them."""
    for name, size in {"_STEP": 2, "_KEYS_STEP": 3, "_RUN": 4, "_MOST_KEYS": 20}.items():
        monkeypatch.setattr(loaded_rows, name, size)


_words = st.sampled_from(["", "a", "ab", "abc", "b", "!a", "! a", "~ac", "a !b", "zzz"])
_tickets = st.builds(
    Ticket,
    id=st.sampled_from([f"T-{number}" for number in range(40)]),
    title=st.text("abc ", max_size=6),
    status=st.sampled_from(["Open", "Done", ""]),
    priority=st.sampled_from([None, "High", "Low"]),
    description=st.none() | st.text("abc", max_size=4),
)
_pages = st.lists(_tickets, max_size=16)


class RowsAgainstPlainLists(RuleBasedStateMachine):
    """`LoadedRows`, given too little time at every step, beside lists that are sorted and filtered whole."""

    def __init__(self) -> None:
        super().__init__()
        self.rows = LoadedRows(time.monotonic)
        self.order: list[int] = []

    def sort_plainly(self) -> None:
        column = self.rows.sort_column
        if column is None:
            self.order = list(range(len(self.rows.tickets)))
            return
        keys_of = sort_keys(column)
        keys = {index: keys_of([self.rows.tickets[index]])[0] for index in self.order}
        present = [index for index in self.order if keys[index] is not None]
        absent = [index for index in self.order if keys[index] is None]
        self.order = sorted(present, key=lambda index: keys[index], reverse=self.rows.descending) + absent

    def kept(self, index: int) -> bool:
        ticket = self.rows.tickets[index]
        facets = self.rows.facets.items()
        in_facets = all(set(facet_values(ticket, column)) & values for column, values in facets)
        wanted = self.rows.filter
        return in_facets and (not wanted or keeps(wanted, folded(ticket), ticket))

    @rule(tickets=_pages)
    def replace(self, tickets: list[Ticket]) -> None:
        self.rows.replace(tickets)
        self.order = list(range(len(tickets)))
        self.sort_plainly()

    @rule(tickets=_pages)
    def add(self, tickets: list[Ticket]) -> None:
        first = len(self.rows.tickets)
        self.rows.add(tickets)
        self.order += range(first, len(self.rows.tickets))
        self.sort_plainly()

    @rule(column=st.sampled_from([None, "title", "status", "priority", "id"]), descending=st.booleans())
    def sort(self, column: str | None, descending: bool) -> None:
        if self.rows.sorting:
            self.rows.advance(float("inf"))  # an order that was never shown is none to be stable on
        self.rows.sort_by(column, descending=descending)
        self.sort_plainly()

    @rule(line=_words)
    def filter(self, line: str) -> None:
        self.rows.set_filter(read_filter(line))

    @rule(line=st.sampled_from(["ab", "a !b", "b a"]), tickets=_pages)
    def type_while_a_page_arrives(self, line: str, tickets: list[Ticket]) -> None:
        """Each letter narrows what the one before it has not found to the end."""
        for end in range(1, len(line) + 1):
            self.filter(line[:end])
            self.go_on_a_little(enough=None)
        self.add(tickets)

    @rule(column=st.sampled_from(["status", "priority"]), value=st.sampled_from(["Open", "Done", "High", ""]))
    def choose(self, column: str, value: str) -> None:
        self.rows.set_facet(column, frozenset({value}))

    @rule()
    def clear_facets(self) -> None:
        self.rows.clear_facets()

    @rule(enough=st.none() | st.integers(0, 20))
    def go_on_a_little(self, enough: int | None) -> None:
        self.rows.advance(0.0, enough)

    @rule()
    def finish(self) -> None:
        self.rows.advance(float("inf"))
        assert not self.rows.pending
        assert list(self.rows.shown) == [index for index in self.order if self.kept(index)]

    @invariant()
    def what_is_shown_passes_and_is_shown_once(self) -> None:
        shown = list(self.rows.shown)
        assert len(set(shown)) == len(shown)
        assert all(self.kept(index) for index in shown)

    def teardown(self) -> None:
        self.finish()


TestRows = RowsAgainstPlainLists.TestCase
TestRows.settings = settings(max_examples=examples(100), stateful_step_count=20, deadline=None)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("every", [1, 2, 5])
def test_runs_are_merged_stably_however_few_tickets_have_a_value(every: int, descending: bool) -> None:
    rows = LoadedRows(time.monotonic)
    rows.replace(
        [
            Ticket(f"T-{n}", "", "Open", priority=("Low", "High")[n // every % 2] if n % every == 0 else None)
            for n in range(17)
        ]
    )
    rows.sort_by("priority", descending=descending)
    rows.advance(float("inf"))
    found = [(rows.tickets[index].priority, index) for index in rows.shown]
    ranks = {None: 2, "High": 1 if descending else 0, "Low": 0 if descending else 1}
    assert found == sorted(found, key=lambda row: (ranks[row[0]], row[1]))


def test_spellings_of_one_value_are_one_in_facets_and_groups() -> None:
    spellings = ("In Progress", "in_progress", "in-progress", "In Progress", "Done", "done", "Done", "-1", "1", None)
    rows = LoadedRows(time.monotonic)
    rows.replace([Ticket(f"T-{n}", "t", str(n), assignee=word) for n, word in enumerate(spellings)])
    assert rows.facet_counts("assignee") == [("In Progress", 4), ("Done", 3), ("", 1), ("-1", 1), ("1", 1)]
    rows.set_facet("assignee", frozenset({"in progress"}))
    rows.advance(10)
    assert [ticket.id for ticket in rows.shown_tickets()] == ["T-0", "T-1", "T-2", "T-3"]
    rows.clear_facets()
    rows.group_by("assignee")
    rows.advance(10)
    assert rows.grouping is not None
    assert [(group.name, group.count) for group in rows.grouping.groups][2:] == [
        ("Done", 3),
        ("In Progress", 4),
        ("", 1),
    ]
