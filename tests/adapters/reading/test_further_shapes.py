"""Shapes of answers that name nothing in a known language, or hold their tickets in documents of their own."""

from __future__ import annotations

import json
from html import escape
from typing import Any

import pytest

from tui_app.adapters.reading import learn
from tui_app.adapters.reading.learned import LearnedReading
from tui_app.mcp_client.types import CallToolResult, ContentBlock


def learnt(*blocks: str, structured: Any = None) -> LearnedReading:
    found = learn(CallToolResult(tuple(ContentBlock("text", block) for block in blocks), structured))
    assert found is not None
    return found


def values(reading: LearnedReading, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(getattr(ticket, name) for name in names) for ticket in reading.tickets]


HEAD, ROWS = ("Nr.", "Betreff", "Zustand"), [("V-1", "Tür klemmt & quietscht", "offen"), ("V-2", "Schild fehlt", "zu")]


@pytest.mark.parametrize(
    ("cell", "between"),
    [("th", ""), ("td", "\n"), ("th", "</tbody><tbody>")],
    ids=["headings", "first row", "several bodies"],
)
def test_a_table_in_html_is_read(cell: str, between: str) -> None:
    lines = [(cell, HEAD), *(("td", row) for row in ROWS)]
    drawn = ["".join(f"<{kind}>{escape(text)}</{kind}>" for text in row) for kind, row in lines]
    body = between.join(f"<tr>{cells}</tr>" for cells in drawn)
    assert values(learnt(f"<table>{body}</table>"), "id", "title", "status") == ROWS


def test_links_in_a_table_in_html_are_addresses() -> None:
    rows = "".join(f'<tr><td><a href="https://t.example/{i}">{i}</a></td><td>{t}</td></tr>' for i, t, _ in ROWS)
    read = learnt(f"<p>All of them</p><table><tr><th>ID</th><th>Title</th></tr>{rows}</table>")
    assert values(read, "id", "url") == [(i, f"https://t.example/{i}") for i, _, _ in ROWS]


@pytest.mark.parametrize("behind", ["Some words\nof it.", "", "## Part\n\n- a list"])
def test_documents_behind_front_matter_are_tickets(behind: str) -> None:
    blocks = [
        f"---\nid: T-{n}\nstatus: {s}\n---\n# Ticket {n}: it fails\n\n{behind}" for n, s in ((1, "open"), (2, "done"))
    ]
    expected = [("T-1", "Ticket 1: it fails", "open"), ("T-2", "Ticket 2: it fails", "done")]
    assert values(learnt(*blocks), "id", "title", "status") == expected
    assert values(learnt("\n".join(blocks)), "id", "title", "status") == expected


@pytest.mark.parametrize("before", ["", "- ", "Story: "])
def test_objects_one_a_line_among_other_lines_are_all_read(before: str) -> None:
    rows = [{"no": n, "headline": f"Window {n} will not shut", "lane": "open"} for n in (4, 5, 6)]
    text = "\n".join(["# 3 stories, newest first", *(f"{before}{json.dumps(row)}" for row in rows), "That is all."])
    assert values(learnt(text), "id") == [("4",), ("5",), ("6",)]


def test_an_object_over_several_lines_is_no_list_of_its_lines() -> None:
    text = (
        'Found:\n{"total": 9, "issues": [\n{"id": "A-1", "title": "One is broken"},\n{"id": "A-2", "title": "Two"}\n]}'
    )
    read = learnt(text)
    assert values(read, "id") == [("A-1",), ("A-2",)]
    assert read.paging.total == 9


@pytest.mark.parametrize("name", ["issue_ids", "refs", "列"])
def test_ids_in_data_beside_titles_in_text_belong_to_them(name: str) -> None:
    text = "1. Fix the login [open]\n2. Slow report [open]\n3. Export fails [closed]"
    read = learnt(text, structured={name: [88, 91, 92], "count": 3})
    assert values(read, "id", "title") == [("88", "Fix the login"), ("91", "Slow report"), ("92", "Export fails")]


def test_a_list_of_another_length_says_nothing_of_the_text_beside_it() -> None:
    read = learnt("1. Fix the login [open]\n2. Slow report [open]", structured={"ids": [88, 91, 92]})
    assert values(read, "id") == [("",), ("",)]


@pytest.mark.parametrize(
    ("separator", "label"), [("; ", "status: {}"), (" | ", "state: {}"), (", ", "Status: {}")]
)  # fmt: skip
def test_the_description_of_a_link_may_be_columns(separator: str, label: str) -> None:
    blocks = [
        ContentBlock(
            "resource_link", "",
            {"type": "resource_link", "uri": f"ops://{n}", "name": f"ops-{n}", "title": f"Fan {n} is loud",
             "description": separator.join((label.format(state), "owner: Ana"))},
        )
        for n, state in ((1, "open"), (2, "closed"), (3, "open"))
    ]  # fmt: skip
    found = learn(CallToolResult(tuple(blocks)))
    assert found is not None
    assert values(found, "id", "status", "assignee")[:2] == [("ops-1", "open", "Ana"), ("ops-2", "closed", "Ana")]


@pytest.mark.parametrize(
    "moments", [[f"2026-08-1{n} 09:00" for n in range(4)], [1790000000 + n * 86400 for n in range(4)]]
)
def test_dates_in_the_order_of_the_ids_are_those_of_creation(moments: list[Any]) -> None:
    rows = [{"id": 40 + n, "title": f"Lift {n} hangs", "qqq": moment} for n, moment in enumerate(moments)]
    assert all(when for (when,) in values(learnt(json.dumps(rows)), "created_at"))
    rows[0]["qqq"], rows[2]["qqq"] = rows[2]["qqq"], rows[0]["qqq"]
    assert not any(when for (when,) in values(learnt(json.dumps(rows)), "created_at"))


def test_the_only_words_of_few_rows_are_their_states() -> None:
    words = ["Pågående", "Ny", "Löst", "Ny"]
    rows = [{"id": n, "title": f"Skärm {n} flimrar", "läge": word} for n, word in enumerate(words, 1)]
    assert [status for (status,) in values(learnt(json.dumps(rows)), "status")] == words


def test_known_states_are_the_status_and_not_a_column_that_is_only_called_alike() -> None:
    states, people = ["offen", "erledigt", "offen", "wartet"], ["Krause", "Wolf", "Krause", "Wolf"]
    rows = [
        {"Nummer": n, "Kurztext": f"Monitor {n} flackert", "Stand": state, "Zuständig": person}
        for n, state, person in zip(range(4), states, people, strict=True)
    ]
    assert [status for (status,) in values(learnt(json.dumps(rows)), "status")] == states


@pytest.mark.parametrize(
    ("last", "cursor", "page"),
    [('More results. Call again with cursor="c1".', "c1", None), ("Weiter mit cursor='x'", "x", None),
     ("For more use page=2", None, 2)],
)  # fmt: skip
def test_the_last_line_tells_how_to_ask_for_more(last: str, cursor: str | None, page: int | None) -> None:
    read = learnt(f"- A-1: It fails [open]\n- A-2: It hangs [closed]\n\n{last}")
    assert (read.paging.next_cursor, read.paging.next_page) == (cursor, page)


def test_yaml_is_read_as_data_and_not_line_by_line() -> None:
    lines = "".join(f'  - tunnus: TK-{n}\n    otsikko: "Raportti {n}: väärin"\n' for n in (1, 2, 3))
    assert values(learnt(f"tiketit:\n{lines}"), "title")[0] == ("Raportti 1: väärin",)
