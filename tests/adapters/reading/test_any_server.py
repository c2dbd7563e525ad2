"""Answers drawn at random, in many shapes and languages: ids and titles are found in nearly all of them."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

from tui_app.adapters.reading import learn
from tui_app.mcp_client.types import CallToolResult, ContentBlock

_DRAWN = 300
_BOUND = 0.95
"""Share of the answers whose ids and titles are all found; it must not fall."""

_NAMES = {
    "id": ["id", "key", "Nummer", "numero", "номер", "编号", "ref", "task_id", "kode"],
    "title": ["title", "summary", "titre", "Betreff", "asunto", "тема", "标题", "synopsis", "onderwerp", "label"],
    "status": ["status", "state", "estado", "Zustand", "статус", "状态", "durum", "phase"],
    "person": ["assignee", "owner", "responsable", "Bearbeiter", "исполнитель", "担当", "who"],
    "when": ["created", "created_at", "erstellt", "creado", "создан", "opened", "datum"],
}
_STATES = [["open", "done", "in progress"], ["offen", "zu", "in Arbeit"], ["открыт", "закрыт"], ["abierto", "cerrado"]]
_PEOPLE = ["Anna Berg", "Bo Lund", "Mei Tanaka", "José Ruiz"]
_TITLES = [
    "Printer on floor 3 is offline", "Drucker druckt keine Rechnungen", "La exportación pierde una columna",
    "Страница входа не открывается", "Login fails after the update", "VPN drops every few minutes",
    "Rotate the certificates", "La facture ne part pas", "Totals differ by a cent", "Search is slow (very)",
]  # fmt: skip
_IDS: list[Callable[[int], Any]] = [lambda n: n, lambda n: f"PAY-{n}", lambda n: f"t{n:03}", lambda n: f"T{n}"]
_Row = dict[str, Any]


def _rows(chance: random.Random) -> tuple[list[_Row], dict[str, str]]:
    names = {part: chance.choice(every) for part, every in _NAMES.items()}
    states, identity = chance.choice(_STATES), chance.choice(_IDS)
    titles = chance.sample(_TITLES, chance.randint(3, 8))
    rows = [
        {
            names["id"]: identity(chance.randint(1, 9) * 100 + number),
            names["title"]: title,
            names["status"]: chance.choice(states),
            names["person"]: chance.choice(_PEOPLE),
            names["when"]: f"2026-11-{number + 1:02}T08:00:00Z",
        }
        for number, title in enumerate(titles)
    ]
    order = list(names.values())
    chance.shuffle(order)
    return [{name: row[name] for name in order} for row in rows], names


def _text(text: str) -> CallToolResult:
    return CallToolResult((ContentBlock("text", text),))


def _csv(rows: Sequence[_Row]) -> str:
    return "\n".join([",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)])


def _table(rows: Sequence[_Row]) -> str:
    lines = [list(rows[0]), ["---"] * len(rows[0]), *(list(map(str, row.values())) for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _xml(rows: Sequence[_Row]) -> str:
    items = ("".join(f"<{name}>{value}</{name}>" for name, value in row.items()) for row in rows)
    return "<list>" + "".join(f"<item>{item}</item>" for item in items) + "</list>"


def _shapes(rows: list[_Row], names: dict[str, str]) -> list[CallToolResult]:
    identity, title, status = names["id"], names["title"], names["status"]
    labelled = "\n\n".join("\n".join(f"{name}: {value}" for name, value in row.items()) for row in rows)
    header = list(rows[0])
    return [
        CallToolResult(structured_content={"result": rows}),
        CallToolResult(structured_content={"a": {"b": [{"entry": row} for row in rows]}}),
        CallToolResult(structured_content={"header": header, "lines": [list(row.values()) for row in rows]}),
        CallToolResult(structured_content={name: [row[name] for row in rows] for name in header}),
        _text(json.dumps(json.dumps(rows))),
        _text(repr(rows)),
        _text("Here you are:\n" + json.dumps({"deep": {"er": rows}})),
        _text("\n".join(map(json.dumps, rows))),
        _text(_csv(rows)),
        _text(_table(rows)),
        _text(_xml(rows)),
        _text(labelled),
        _text("\n".join(f"- [{row[identity]}] {row[title]} ({row[status]})" for row in rows)),
        _text("\n".join(f"* **{row[title]}** (ID: {row[identity]}) - {row[status]}" for row in rows)),
        _text("\n".join(f"{row[identity]}: {row[title]} [{row[status]}]" for row in rows)),
        _text("\n".join(f"{row[identity]} | {row[status]} | {row[title]}" for row in rows)),
    ]


def _is_found(result: CallToolResult, rows: list[_Row], names: dict[str, str]) -> bool:
    learned = learn(result)
    found = {(ticket.id, ticket.title) for ticket in learned.tickets} if learned else set()
    return {(str(row[names["id"]]), row[names["title"]]) for row in rows} <= found


def test_ids_and_titles_are_found_in_nearly_every_answer() -> None:
    chance = random.Random(15)  # the same answers in every run
    missed: dict[int, int] = {}
    for _ in range(_DRAWN):
        rows, names = _rows(chance)
        shapes = _shapes(rows, names)
        place = chance.randrange(len(shapes))
        if not _is_found(shapes[place], rows, names):
            missed[place] = missed.get(place, 0) + 1
    share = 1 - sum(missed.values()) / _DRAWN
    print(f"ids and titles found in {share:.2f} of {_DRAWN} answers; missed by shape: {missed}")
    assert share >= _BOUND, missed
