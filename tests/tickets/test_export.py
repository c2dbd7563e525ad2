"""Tickets as JSON, CSV and Markdown."""

from __future__ import annotations

import csv
import json
import unicodedata
from datetime import UTC, datetime
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets.export import (
    csv_lines,
    json_text,
    ticket_to_json,
    ticket_to_markdown,
    to_csv,
    to_json_document,
    to_jsonl,
    to_markdown,
)
from tui_app.tickets.fields import ROW_FIELDS
from tui_app.tickets.text import clean
from tui_app.tickets.ticket import Attachment, Change, Comment, Ticket

MOMENT = datetime(2026, 11, 2, 8, tzinfo=UTC)
WHOLE = Ticket(
    id="PAY-1",
    title="Receipt | lost",
    status="open",
    assignee="渡辺 健二",
    labels=("a", "b"),
    created_at=MOMENT,
    url="https://x/PAY-1",
    description="First line\n\n- item",
    comments=(Comment("Mara", MOMENT, "Seen.\n"), Comment(None, None, "Me too")),
    history=(Change("Mara", MOMENT, "status", None, "open"),),
    attachments=(Attachment("log.txt", "https://x/log.txt", 12),),
    extra={"points": 3, "sprint": "7"},
    problems=("created is no date",),
)
ESCAPES = "\x1b]0;title\x07\x9b2J\u202egpj\u200b\ufeff\U000e0041 \ud83d"


def test_the_json_document_has_every_key_and_null_for_what_is_absent() -> None:
    document = json.loads(to_json_document([Ticket("A-1", "t", "open")], total=None, truncated=True, warnings=["w"]))
    assert document == {
        "tickets": [
            {
                "id": "A-1",
                "title": "t",
                "status": "open",
                "assignee": None,
                "reporter": None,
                "priority": None,
                "type": None,
                "project": None,
                "parent": None,
                "labels": [],
                "created_at": None,
                "updated_at": None,
                "due_at": None,
                "url": None,
                "description": None,
                "comments": [],
                "extra": {},
            }
        ],
        "total": None,
        "truncated": True,
        "warnings": ["w"],
    }


def test_times_are_iso_8601_utc_and_comments_are_whole() -> None:
    ticket = json.loads(ticket_to_json(WHOLE))
    assert ticket["created_at"] == "2026-11-02T08:00:00Z"
    assert ticket["comments"][0] == {"author": "Mara", "created_at": "2026-11-02T08:00:00Z", "body": "Seen.\n"}
    assert ticket["comments"][1] == {"author": None, "created_at": None, "body": "Me too"}
    assert ticket["extra"]["points"] == 3
    assert ticket["extra"]["history"][0]["after"] == "open"


def test_json_keeps_the_original_words_with_every_dangerous_character_escaped() -> None:
    ticket = Ticket(
        "A-1",
        clean(ESCAPES),
        "open",
        comments=(Comment("x", None, clean(ESCAPES)),),
        originals={"title": ESCAPES, "comments.0.body": ESCAPES, "comments.7.body": "no such", "unknown": "x"},
    )
    text = ticket_to_json(ticket)
    assert text.isascii()
    assert all(character.isprintable() or character == "\n" for character in text)
    assert json.loads(text)["title"] == ESCAPES
    assert json.loads(text)["comments"][0]["body"] == ESCAPES


@given(st.text(st.characters()))
def test_json_text_reads_back_and_holds_nothing_that_acts_or_hides(text: str) -> None:
    written = json_text({text: [text]})
    assert json.loads(written) == {text: [text]}
    assert not {unicodedata.category(character) for character in written} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


def test_readable_scripts_are_not_escaped() -> None:
    assert "渡辺 健二 😀 שלום é" in json_text("渡辺 健二 😀 שלום é")


def test_json_lines_hold_one_ticket_each() -> None:
    lines = to_jsonl([WHOLE, Ticket("A-2", "two\nlines", "done")]).splitlines()
    assert [json.loads(line)["id"] for line in lines] == ["PAY-1", "A-2"]


def test_csv_reads_back() -> None:
    rows = list(csv.reader(StringIO(to_csv([WHOLE]))))
    assert tuple(rows[0]) == ROW_FIELDS
    cells = dict(zip(rows[0], rows[1], strict=True))
    assert cells["labels"] == "a, b"
    assert cells["description"] == "First line\n\n- item"
    assert cells["reporter"] == ""


OTHER_FORMS = [
    *("＝1+1", "＋1", "－1", "＠SUM(A1)"),  # full width
    *("﹦1", "﹢1", "﹣1", "﹫A1", "⁼1", "⁺1", "⁻1", "₌1", "₊1", "−1"),  # small, raised, lowered, a minus sign
    *(
        "\u3000＝1",
        *(f"{invisible}=1" for invisible in ("\u180e", "\x01", "\u061c", "\ufff9", "\U000e0001", "\u2028", "\x85")),
        "\xa0=1",
        " \u2003+1",
        "\ufeff=1",
        "\u200b\u200b@A1",
        "\u202e＝1",
        "\n=1",
        "\x0b=1",
    ),  # behind blanks
]


@pytest.mark.parametrize(
    "formula", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =cmd|' /C calc'!A0", "=\n", *OTHER_FORMS]
)
def test_no_cell_of_csv_is_a_formula(formula: str) -> None:
    row = list(csv.reader(StringIO(to_csv([Ticket(formula, formula, formula)], original=True), newline="")))[1]
    assert row[:3] == [f"'{formula}"] * 3


@pytest.mark.parametrize(("text", "cell"), [("a;=1", "a;'=1"), ("a; +1;b", "a;' +1;b"), ("a;b;1", "a;b;1")])
def test_nor_is_what_stands_behind_a_semicolon(text: str, cell: str) -> None:
    assert csv_lines([[text]]) == f"{cell}\n"


@pytest.mark.parametrize("harmless", ["", "a=1", "1+1", "’=", "日本 = 1", "\u3000日本", "①", "é-mail"])
def test_other_cells_of_csv_stay_as_they_are(harmless: str) -> None:
    row = list(csv.reader(StringIO(to_csv([Ticket("A-1", harmless, "open")], original=True), newline="")))[1]
    assert row[1] == harmless


def test_csv_for_a_file_keeps_the_original_words_and_csv_for_a_terminal_does_not() -> None:
    ticket = Ticket("A-1", clean("a\x1b[2J"), "open", originals={"title": "a\x1b[2J"})
    assert "\x1b" not in to_csv([ticket])
    assert "a\x1b[2J" in to_csv([ticket], original=True)


def test_half_a_character_does_not_stop_an_export() -> None:
    ticket = Ticket("A-1", "x", "open", originals={"title": "cut \ud83d"})
    to_csv([ticket], original=True).encode()
    to_json_document([ticket]).encode()


def test_the_markdown_table_cannot_be_broken_by_a_title() -> None:
    table = to_markdown([Ticket("A|1", "a | b\n| c [x](y) `d`", "open", url="https://x/1")])
    row = table.splitlines()[2]
    assert row == r"| [A\|1](https://x/1) | open |  |  |  | a \| b \| c \[x\](y) \`d\` |"


def test_a_whole_ticket_as_markdown() -> None:
    assert ticket_to_markdown(WHOLE) == (
        "# PAY-1 Receipt | lost\n\n"
        "- **Status:** open\n- **Assignee:** 渡辺 健二\n- **Labels:** a, b\n"
        "- **Created:** 2026-11-02T08:00:00Z\n- **URL:** https://x/PAY-1\n"
        "- **points:** 3\n- **sprint:** 7\n- **Note:** created is no date\n\n"
        "First line\n\n- item\n\n"
        "## Comments (2)\n\n### Mara · 2026-11-02T08:00:00Z\n\nSeen.\n\n### Unknown\n\nMe too\n\n"
        "## History\n\n- 2026-11-02T08:00:00Z Mara: status: – → open\n\n"
        "## Attachments\n\n- log.txt, 12 bytes, https://x/log.txt\n"
    )


def test_a_bare_ticket_as_markdown() -> None:
    assert ticket_to_markdown(Ticket("1", "", "open")) == "# 1\n\n- **Status:** open\n"
