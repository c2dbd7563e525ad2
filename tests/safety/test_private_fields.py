"""Shapes of private fields times spellings times places: the canary is nowhere, and what is ordinary stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.cases import examples
from tui_app.tickets.redaction import redact, redact_text, redact_ticket
from tui_app.tickets.ticket import Comment, Ticket

CANARY = "canary-4711"
PRIVATE = ("salary", "day rate")
SPELLINGS = (
    *("salary", "Salary", "SALARY", "Salaries", "\uff33\uff41\uff4c\uff41\uff52\uff59", "s\u0430lary", "sal\u200bary"),
    *(
        "u_salary",
        "Salary__c",
        "x-salary",
        "salary_value",
        "fields.salary",
        "custom/salary",
        "Salary (EUR)",
    ),
    *("internal_notes", "internalNotes", "Internal Notes", "INTERNAL-NOTES", "internal note", "x_internal_notes"),
    *("fields.internal_notes", "InternalNotes", "Private Data", "privateData", "day_rate", "dayRate", "Day rates"),
)
SPOKEN = tuple(name for name in SPELLINGS if "." not in name and "/" not in name)
FEW_SPELLINGS = ("Salary", "internal notes")
KEPT = "kept-0815"

DATA: dict[str, Callable[[str], Any]] = {
    "key": lambda name: {"id": 1, name: CANARY, "kept": KEPT},
    "list below a key": lambda name: {name: [{"deep": [CANARY]}], "kept": KEPT},
    "name and value": lambda name: [{"name": name, "value": CANARY}, {"name": "Team", "value": KEPT}],
    "key and value": lambda name: [{"key": name, "value": [CANARY]}, {"key": "team", "value": KEPT}],
    "field and value": lambda name: [{"field": name, "val": {"x": CANARY}}, {"field": "team", "val": KEPT}],
    "id, label, type and value": lambda name: [
        {"id": "customfield_1", "label": name, "type": "text", "content": CANARY},
        {"id": "customfield_2", "label": "Team", "type": "text", "content": KEPT},
    ],
    "title and text value": lambda name: [{"title": name, "textValue": CANARY}, {"title": "x", "textValue": KEPT}],
    "any other pair": lambda name: [{"term": name, "definition": CANARY}, {"term": "x", "definition": KEPT}],
    "pair with moments": lambda name: [
        {"name": name, "value": CANARY, "updated_at": "2026-01-01", "author": "me"},
        KEPT,
    ],
    "change": lambda name: [{"field": name, "fromString": CANARY, "toString": CANARY, "author": "me"}, KEPT],
    "entries": lambda name: [[name, CANARY], ["team", KEPT]],
    "entry among others": lambda name: [{"x": KEPT}, [name, CANARY], "x"],
    "heads of two columns": lambda name: [[name, "Team"], [CANARY, KEPT], [CANARY, KEPT]],
    "columns and rows": lambda name: {"columns": ["id", name], "rows": [[1, CANARY], [KEPT, CANARY]]},
    "heads and cells": lambda name: {
        "fields": [{"id": 1, "name": "x"}, {"id": 2, "name": name}],
        "items": [{"values": [KEPT, CANARY]}],
    },
    "table of lists": lambda name: [["id", "team", name], [1, KEPT, CANARY], [2, KEPT, CANARY]],
    "name, kind and value": lambda name: [[name, "text", CANARY], ["Team", "text", KEPT]],
    "name, kind and value of one": lambda name: {"x": KEPT, "custom": [[name, "text", CANARY]]},
    "names and values": lambda name: {"names": ["team", name], "values": [KEPT, CANARY]},
    "labelled keys": lambda name: {
        "names": {"customfield_7": name, "summary": "Summary"},
        "issues": [{"summary": KEPT, "customfield_7": CANARY, "fields": {"customfield_7": {"x": CANARY}}}],
    },
    "schema and row": lambda name: {"schema": [{"id": "f7", "title": name}], "rows": [{"f7": CANARY, "f8": KEPT}]},
}
TEXT: dict[str, Callable[[str], str]] = {
    "line": lambda name: f"Team: {KEPT}\n{name}: {CANARY}\nStatus: open",
    "bold line": lambda name: f"- **{name}**: {CANARY}\n- **Team:** {KEPT}",
    "bold before the colon": lambda name: f"* __{name}:__ {CANARY}\n* {KEPT}",
    "bold and a pipe": lambda name: f"**{name}** | {CANARY}\n**Team** | {KEPT}",
    "dash": lambda name: f"{name} - {CANARY}\nTeam - {KEPT}",
    "equals": lambda name: f"{name} = {CANARY}\nteam = {KEPT}",
    "arrow": lambda name: f"{name} \u2192 {CANARY}\nTeam \u2192 {KEPT}",
    "full-width colon": lambda name: f"{name}\uff1a{CANARY}\nTeam\uff1a{KEPT}",
    "tab": lambda name: f"{name}\t{CANARY}\nTeam\t{KEPT}",
    "gap": lambda name: f"{name}      {CANARY}\nTeam      {KEPT}",
    "between pipes": lambda name: f"ID: 1 | {name}: {CANARY} | Team: {KEPT}",
    "between commas": lambda name: f"id=1, {name}={CANARY}, team={KEPT}",
    "between middle dots": lambda name: f"A-1 \u00b7 {name}: {CANARY} \u00b7 Team: {KEPT}",
    "in brackets": lambda name: f"{KEPT} ({name}: {CANARY})",
    "below a line": lambda name: f"Team: {KEPT}\n{name}:\n  {CANARY}\n  more {CANARY}\nStatus: open",
    "block of YAML": lambda name: f"- id: 1\n  {name}: |\n    {CANARY}\n\n    {CANARY}\n  team: {KEPT}",
    "pair of YAML": lambda name: f"fields:\n  - name: {name}\n    value: {CANARY}\n  - name: team\n    value: {KEPT}",
    "pair of YAML, value first": lambda name: f"- value: {CANARY}\n  label: {name}\n- value: {KEPT}\n  label: team",
    "section": lambda name: f"# A-1\n## {name}\n{CANARY}\n### more\n{CANARY}\n## Team\n{KEPT}",
    "underlined section": lambda name: f"{name}\n------\n\n{CANARY}\n\n## Team\n{KEPT}",
    "bold section": lambda name: f"**{name}**\n{CANARY}\n\n**Team**\n{KEPT}",
    "column": lambda name: f"| id | {name} | team |\n|---|---|---|\n| 1 | {CANARY} | {KEPT} |\n| 2 | {CANARY} | x |",
    "column without a rule": lambda name: f"id | {name} | team\n1 | {CANARY} | {KEPT}\n2 | {CANARY} | x",
    "row": lambda name: f"| Field | Value |\n|---|---|\n| {name} | {CANARY} |\n| Team | {KEPT} |",
    "row of several": lambda name: f"| Team | {KEPT} | {name} | {CANARY} |",
    "CSV": lambda name: f'id,"{name}",team\n1,"{CANARY}, and\n{CANARY}",{KEPT}\n2,{CANARY},x',
    "CSV with semicolons": lambda name: f"id;{name};team\n1;{CANARY};{KEPT}",
    "TSV": lambda name: f"id\t{name}\tteam\n1\t{CANARY}\t{KEPT}",
    "columns with gaps": lambda name: f"ID   {name}    Team\n1    {CANARY}   {KEPT}\n2    {CANARY}  x",
    "JSON in a fence": lambda name: f"Here:\n```json\n{json.dumps({name: CANARY, 'team': KEPT})}\n```",
    "pairs of JSON in prose": lambda name: f"Found {json.dumps([{'name': name, 'value': CANARY}, KEPT])} today.",
    "element with a name": lambda name: f'<t><field name="{name}">{CANARY}</field><team>{KEPT}</team></t>',
    "empty element": lambda name: f'<t><field name="{name}" value="{CANARY}"/><team>{KEPT}</team></t>',
    "pair of elements": lambda name: f"<f><key>{name}</key><value>{CANARY}</value></f><f><team>{KEPT}</team></f>",
    "custom field of a feed": lambda name: (
        f"<customfield><customfieldname>{name}</customfieldname><customfieldvalues><customfieldvalue>{CANARY}"
        f"</customfieldvalue></customfieldvalues></customfield><x>{KEPT}</x>"
    ),
    "definition": lambda name: f"<dl><dt>{name}</dt><dd>{CANARY}</dd><dt>Team</dt><dd>{KEPT}</dd></dl>",
    "table row": lambda name: f"<tr><th>{name}</th><td>{CANARY}</td></tr><tr><th>Team</th><td>{KEPT}</td></tr>",
    "bold in a list": lambda name: f"<li><b>{name}:</b> {CANARY}</li><li><b>Team:</b> {KEPT}</li>",
}


NESTED: dict[str, Callable[[str], Any]] = {
    "field in an object": lambda name: [{"field": {"name": name}, "value": CANARY}, KEPT],
    "field in two objects": lambda name: {
        "customFields": [{"projectCustomField": {"field": {"name": name}}, "value": {"name": CANARY}}, KEPT]
    },
    "column in an object": lambda name: [
        {"column": {"title": name}, "text": CANARY},
        {"column": {"title": "x"}, "text": KEPT},
    ],
    "definition in an object": lambda name: [{"node": {"definition": {"name": name}, "number": CANARY}}, KEPT],
    "selected options": lambda name: [
        {"customField": {"name": name}, "selectedOptions": [{"value": CANARY}]},
        {"customField": {"name": "x"}, "selectedOptions": [{"value": KEPT}]},
    ],
    "reference by a text": lambda name: {
        "customFields": [{"id": "5f1a", "name": name}, {"id": "6f", "name": "Team"}],
        "cards": [{"values": [{"idCustomField": "5f1a", "x": {"text": CANARY}}, {"idCustomField": "6f", "x": KEPT}]}],
    },
    "reference by a number": lambda name: {
        "ticket_fields": [{"id": 360001, "title": name}, {"id": 360002, "title": "Team"}],
        "tickets": [{"custom_fields": [{"id": 360001, "value": CANARY}, {"id": 360002, "value": KEPT}]}],
    },
    "words as keys of rows": lambda name: {
        "columns": [{"key": "alpha", "label": name}, {"key": "beta", "label": "Team"}],
        "rows": [{"alpha": CANARY, "beta": KEPT}],
    },
    "numbers as keys of rows": lambda name: {"heads": {"0": "x", "1": name}, "rows": [{"0": KEPT, "1": CANARY}]},
    "added and removed": lambda name: [{"what": name, "removed": CANARY, "added": CANARY}, KEPT],
    "label and data": lambda name: [{"label": name, "data": {"v": CANARY}}, KEPT],
    "nodes of a table": lambda name: {"type": "table", "content": [_row(name, CANARY), _row("Team", KEPT)]},
    "nodes of a column": lambda name: {
        "type": "table",
        "content": [_row("id", name, "Team"), _row("1", CANARY, KEPT), _row("2", CANARY, "x")],
    },
    "name in languages": lambda name: [{"name": {"en": name}, "value": CANARY}, KEPT],
    "name of a field's display": lambda name: [{"field": {"display": {"name": name}}, "value": CANARY}, KEPT],
    "nodes of a line": lambda name: {
        "type": "paragraph",
        "content": [_text("Team: "), _text(KEPT), {"type": "hardBreak"}, _text(f"{name}: "), _text(CANARY)],
    },
    "nodes below a heading": lambda name: {
        "type": "doc",
        "content": [_node("paragraph", KEPT), _node("heading", name), _node("paragraph", CANARY)],
    },
}
MARKED_UP: dict[str, Callable[[str], str]] = {
    "explicit key of YAML": lambda name: f"? {name}\n: {CANARY}\n? team\n: {KEPT}",
    "list of YAML": lambda name: f"{name}:\n- {CANARY}\n- {CANARY}\nteam: {KEPT}",
    "definition": lambda name: f"{name}\n:   {CANARY}\n\nTeam\n:   {KEPT}",
    "heads in wiki markup": lambda name: f"||id||{name}||team||\n|1|{CANARY}|{KEPT}|",
    "head at the side in wiki markup": lambda name: f"||{name}||{CANARY}||\n|team|{KEPT}|",
    "thin arrow": lambda name: f"{name} -> {CANARY}\nteam -> {KEPT}",
    "query of an address": lambda name: f"{KEPT} https://x.example/?{name}={CANARY}&x=1",
    "heads in HTML": lambda name: (
        f"<table><tr><th>Team</th><th><b>{name}</b></th></tr><tr><td>{KEPT}</td><td>{CANARY}</td></tr>"
        f"<tr><td>x</td><td>more {CANARY}</td></tr></table>"
    ),
    "line break": lambda name: f"<p>{name}:<br>{CANARY}</p><p>{KEPT}</p>",
    "line within line breaks": lambda name: f"<p>Team: {KEPT}<br>{name}: {CANARY}<br>x</p>",
    "elements beside each other": lambda name: f"<div class='k'>{name}</div><div class='v'>{CANARY}</div><p>{KEPT}</p>",
    "line below": lambda name: f"**{name}:**\n{CANARY}\n{CANARY}\n\nTeam:\n{KEPT}",
    "drawn row": lambda name: f"\u2502 {name} \u2502 {CANARY} \u2502\n\u2502 Team \u2502 {KEPT} \u2502",
    "drawn table": lambda name: (
        f"+----+--------+\n| id | {name} |\n+----+--------+\n| {KEPT} | {CANARY} |\n+----+--------+"
    ),
    "heading of Textile": lambda name: f"h2. {name}\n\n{CANARY}\n\nh3. {CANARY}\n\nh2. Team\n\n{KEPT}",
    "heading of AsciiDoc": lambda name: f"== {name}\n{CANARY}\n\n* {CANARY}\n\n== Team\n{KEPT}",
    "heading of Org": lambda name: f"* {name}\n{CANARY}\n** {CANARY}\n* Team\n{KEPT}",
    "heading of LaTeX": lambda name: f"\\section{{{name}}}\n{CANARY}\n\\section{{Team}}\n{KEPT}",
    "below an item of a list": lambda name: f"- {name}\n  {CANARY}\n- Team\n  {KEPT}",
    "pairs of a log": lambda name: f"team={KEPT}, id=1 {name}={CANARY} by=me",
    "picture in front": lambda name: f"\U0001f4b0 {name}: {CANARY}\n\U0001f465 Team: {KEPT}",
    "entities": lambda name: "".join(f"&#{ord(c)};" if c.isalpha() else c for c in name) + f": {CANARY}\n{KEPT}",
    "JSON in HTML": lambda name: f"<pre>{{&quot;{name}&quot;: &quot;{CANARY}&quot;}}</pre> {KEPT}",
}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def _node(kind: str, text: str) -> dict[str, Any]:
    return {"type": kind, "content": [_text(text)]}


def _row(*cells: str) -> dict[str, Any]:
    return {"type": "tableRow", "content": [{"type": "tableCell", "content": [_node("paragraph", c)]} for c in cells]}


def packed(value: Any, how: str) -> Any:
    """``value`` in one of the ways in which servers send it."""
    packings: dict[str, Callable[[], Any]] = {
        "as data": lambda: {"tickets": [{"id": "A-1", "custom": value}]},
        "as text": lambda: {"content": [{"type": "text", "text": json.dumps(value)}]},
        "as escaped text": lambda: json.dumps({"result": json.dumps(value)}),
        "in a list": lambda: [[value], "x"],
    }
    return packings[how]()


def told(value: Any) -> str:
    redacted = redact_text(value, PRIVATE) if isinstance(value, str) else redact(value, PRIVATE)
    return json.dumps(redacted, ensure_ascii=False)


def unsafe(answers: dict[str, str]) -> dict[str, str]:
    """Those of ``answers`` that show the canary or have lost what is ordinary."""
    return {name: answer for name, answer in answers.items() if CANARY in answer or KEPT not in answer}


@pytest.mark.parametrize("shape", DATA)
def test_data_however_its_field_is_spelled(shape: str) -> None:
    assert not unsafe({name: told(packed(DATA[shape](name), "as data")) for name in SPELLINGS})


@pytest.mark.parametrize("shape", TEXT)
def test_text_however_its_field_is_spelled(shape: str) -> None:
    assert not unsafe({name: told(TEXT[shape](name)) for name in SPOKEN})


@pytest.mark.parametrize("shape", NESTED)
def test_a_name_that_stands_elsewhere(shape: str) -> None:
    assert not unsafe({name: told(packed(NESTED[shape](name), "as text")) for name in FEW_SPELLINGS})


@pytest.mark.parametrize("shape", MARKED_UP)
def test_a_name_that_is_marked_up(shape: str) -> None:
    assert not unsafe({name: told(MARKED_UP[shape](name)) for name in FEW_SPELLINGS})


@pytest.mark.parametrize("markup", ["<p><b>Salary</b><br>{}</p>", "## Salary\n{}", "Salary:\n{}\n\nMore."])
def test_what_only_reading_has_made_a_label_is_taken_out_of_a_ticket(markup: str) -> None:
    text = markup.format(CANARY)
    ticket = Ticket(id="A-1", title=KEPT, status="open", description=text, comments=(Comment("Ada", None, text),))
    kept = redact_ticket(ticket, PRIVATE)
    assert CANARY not in repr(kept)
    assert kept.title == KEPT


@pytest.mark.parametrize(
    "value",
    [
        ["Salary", "text", 98765],
        {"custom": [["cf_1", "Salary", "number", 98765], ["cf_2", "Team", "number", 7]]},
        {"columns": ["name", "type", "value"], "rows": [["Day rate", "n", 98765], ["Team", "t", 1]]},
        *(
            "Salary - 98765",
            "[Salary] 98,765 EUR",
            "Salary/98765",
            "Salary \u2192 \u20ac 98765",
            "('Salary', 'text', 98765)",
        ),
        *("Salary of Ann: 98765", "Current salary (EUR, yearly): 98765", "field,type,value\nsalary,number,98765"),
        *(
            "The salary is 98765 EUR",
            "Ann gets 98,765.00 as salary.",
            "[98765] Salary",
            "Salary\n\n98765",
            "98765EUR salary",
        ),
        *(
            "Salary changed from 98765 to 98.765",
            "La day rate est de 98765 \u20ac",
            "Jahressalary wurde auf 98765 erh\u00f6ht",
        ),
        *(
            "The salary, as we said, is in fact now about EUR 98'765 for her",
            "changed Salary from **98765 a** to **98765 b**",
        ),
        *({"annualSalaryEur": 98765}, {"base_salary": "98,765 EUR"}, {"salaryRange": {"from": 98765, "unit": "EUR"}}),
        *([98765, "Salary"], ["Salary", "98765"], {"name": "Annual salary", "value": "98765"}),
        *(
            {"field": {"name": "Base salary"}, "value": 98765},
            {"field": "Base salary", "from": "98765", "author": "me"},
        ),
        {"names": {"customfield_7": "Annual salary"}, "fields": {"customfield_7": 98765}},
        {"columns": ["id", "Annual salary"], "rows": [[1, 98765], [2, ""]]},
        *(
            "id,annual salary\n1,98765",
            "| id | Annual salary |\n|---|---|\n| 1 | 98765 |",
            "Id   Annual salary\n1    98765",
        ),
        *("- name: Annual salary\n  value: 98765", '<field name="Annual salary">98765</field>'),
    ],
    ids=repr,
)
def test_an_amount_is_taken_out_where_the_name_is_only_near(value: Any) -> None:
    for way in (value, {"tickets": [{"id": "A-1", "description": value}]}, json.dumps(value)):
        assert not re.search("98[^0-9]?765", told(way)), way


def test_a_ticket_in_a_row_keeps_its_title_that_is_a_private_name_and_loses_the_number_behind_it() -> None:
    rows: Any = [[7, "Salary", "open", 5], [8, "Other", "open", 3]]
    kept: Any = [[7, "Salary", "open", None], [8, "Other", "open", 3]]
    assert redact(rows, PRIVATE) == kept
    assert redact({"columns": ["id", "title", "status", "x"], "rows": rows}, PRIVATE)["rows"] == kept  # type: ignore[index,call-overload]
    texts: Any = [["A-1", "Salary", "open"], ["A-2", "Other", "closed"]]
    assert redact(texts, PRIVATE) == texts
    assert redact({"id": 7, "title": "Salary: 98765"}, PRIVATE) == {"id": 7, "title": "[private]"}


@pytest.mark.parametrize(
    "value",
    [
        {"columns": ["id", "Salary", "Q3 2026"], "rows": [[1, KEPT, 5], [2, KEPT, 6]]},
        [["id", "Salary", "Q3 2026"], [1, KEPT, 5], [2, KEPT, 6]],
    ],
)
def test_heads_with_numbers_still_name_their_columns(value: Any) -> None:
    assert KEPT not in told(value)


@pytest.mark.parametrize(
    "value",
    [
        [[7, "Why salary is late", "open"], [8, "Other", "open"]],
        {"title": "Salary page answers 500 since 2026"},
        {"title": "Salary - once more"},
        {"id": 12345, "title": "Salary review", "value": 500, "status": "open"},
        {"issues": [{"number": 500, "title": "Salary slip is broken", "state": "open"}]},
        {"salary_review_id": 12345, "salary_review": KEPT, "iterates": 500},
        {"text": "Salary slip of PAY-1234 from 2026-11-30 (#4711) is lost"},
        {"labels": ["salary", "urgent", "x"]},
        {"tickets": [{"id": 7, "title": "Salary", "status": "open"}, {"id": 8, "value": KEPT}]},
        {"column": {"name": "Salary", "status": "open"}, "id": 1, "title": KEPT},
        {"issues": [{"id": 1, "field": {"name": "Team"}, "value": KEPT}], "tags": [{"id": 9, "name": "salary"}]},
        [_text("Salary"), _text(" is what we spoke about")],
        [_node("listItem", "Salary"), _node("listItem", KEPT)],
        {"text": "Salary\n\nis what we spoke about"},
        {"text": "We -> they -> salary and so on"},
    ],
)
def test_what_is_called_like_a_private_field_but_is_none_stays(value: Any) -> None:
    assert redact(value, PRIVATE) == value


@settings(max_examples=examples(300), deadline=None)
@given(
    shape=st.sampled_from([*DATA, *TEXT, *NESTED]),
    name=st.sampled_from(SPOKEN),
    how=st.lists(st.sampled_from(["as data", "as text", "as escaped text", "in a list"]), min_size=1, max_size=3),
)
def test_however_it_is_packed(shape: str, name: str, how: list[str]) -> None:
    value = {**DATA, **NESTED, **TEXT}[shape](name)
    for way in how:
        value = packed(value, way)
    assert CANARY not in told(value)


@pytest.mark.parametrize("arrow", ["->", "=>", "-->", "~>", ">>", "→", "⇒", "➜", "⟶", "▶", "⇢", "»", ":", "="])
@pytest.mark.parametrize("name", ["Salary", "internal notes", "Private-Data"])
def test_a_text_of_one_line_is_taken_for_a_label_where_a_sign_or_an_arrow_ends_it(name: str, arrow: str) -> None:
    assert "agreed" not in redact_text(f"{name} {arrow} as agreed", PRIVATE)
    assert redact_text(f"Raise {arrow} as agreed", PRIVATE) == f"Raise {arrow} as agreed"


@pytest.mark.parametrize("title", ["Salary", "salary", "Internal Notes", "Why salary is late", "Salary, once more"])
@pytest.mark.parametrize(
    "ticket",
    [
        {"id": "A-1", "status": "open", "description": KEPT},
        {"id": "A-1", "updated_at": "2026-01-01T00:00:00Z", "labels": ["salary", KEPT], "value": 3},
        {"key": "A-1", "url": "https://x.example/A-1"},
        {"id": 7, "assignee": {"name": "Ada"}, "body": KEPT, "fields": {"status": {"name": "Open"}}},
    ],
)
@pytest.mark.parametrize("called", ["title", "summary", "subject"])
def test_a_ticket_keeps_its_title_and_its_ordinary_fields(title: str, called: str, ticket: dict[str, Any]) -> None:
    answer: Any = {"tickets": [{**ticket, called: title}, {"id": "A-2", called: "Other", "status": "open"}]}
    assert redact(answer, PRIVATE) == answer
    assert redact({"text": json.dumps(answer)}, PRIVATE) == {"text": json.dumps(answer)}


@pytest.mark.parametrize(
    "value",
    [
        {"id": 1, "name": "Salary", "status": "open", "custom_fields": [{"name": "Team", "value": KEPT}]},
        {
            "labels": [{"id": 3, "name": "salary", "color": "ff0000"}],
            "project": {"id": 3, "key": "SAL", "name": "Salary"},
        },
        {"labels": ["salary", "urgent"], "watchers": ["a", "b"]},
        {"salary_review": KEPT, "release_notes": KEPT, "data": KEPT, "notes": KEPT, "internal": True, "rate": 3},
        {"description": "We spoke about salary and internal notes.\n\n- salary\n- bonus\n\nThat is all."},
        {"text": f"| ID | Title | Status |\n|---|---|---|\n| A-1 | Salary | open |\n| A-2 | {KEPT} | open |"},
        {"text": "<ticket><title>Salary</title><status>open</status></ticket>"},
        {"type": "Salary", "id": 4, "title": "x", "status": "open"},
    ],
    ids=repr,
)
def test_what_only_mentions_a_name_stays(value: Any) -> None:
    assert redact(value, PRIVATE) == value


@settings(max_examples=examples(200), deadline=None)
@given(
    shapes=st.lists(st.sampled_from([*DATA, *TEXT]), min_size=2, max_size=5, unique=True),
    name=st.sampled_from(SPOKEN),
)
def test_shapes_beside_each_other_hide_nothing_of_one_another(shapes: list[str], name: str) -> None:
    values = {f"part {place}": (DATA.get(shape) or TEXT[shape])(name) for place, shape in enumerate(shapes)}
    assert CANARY not in told({"tickets": [{"id": "A-1", **values}]})
    assert CANARY not in told({"tickets": [list(values.values())]})
