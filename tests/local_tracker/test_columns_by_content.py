"""What no heading tells: dates by their order, tags by their company. What stays open is kept by its name."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from tests.cases import one_quick
from tests.local_tracker.conftest import tracker_at
from tui_app.local_tracker.cell_values import are_parted_by_blanks
from tui_app.local_tracker.file_columns import FileReading, ReadingOptions, learn_file
from tui_app.local_tracker.file_import import import_file

FINNISH = """\
Tunnus,Otsikko,Tila,Luotu,Muokattu,Määräpäivä,Suljettu
HD-11,Tulostin ei vastaa,Avoin,1.10.2026 9:12,5.10.2026 17:20,20.12.2026,
HD-12,Ostoskori kadottaa rivejä,Työn alla,3.10.2026 10:40,1.11.2026 8:00,,
HD-13,Kirjautuminen kestää kauan,Suljettu,9.10.2026 14:02,20.10.2026 12:31,30.10.2026,20.10.2026 12:31
HD-14,Väärä vero kuitissa,Avoin,19.10.2026 11:55,12.11.2026 16:45,1.12.2026,
HD-15,Lasku tulee kahdesti,Suljettu,25.10.2026 11:55,13.11.2026 16:45,,13.11.2026 16:45
"""
NORWEGIAN = """\
Saksnr,Emne,Status,Sist oppdatert,Opprettet
41,Skriveren svarer ikke,Åpen,2026-11-05 17:20,2026-10-01 09:12
44,Handlekurven mister varer,Åpen,2026-11-01 08:00,2026-10-03 10:40
39,Innlogging tar lang tid,Lukket,2026-10-20 12:31,2026-09-30 14:02
47,Feil avgift på kvittering,Åpen,2026-11-12 16:45,2026-10-19 11:55
"""
HUNGARIAN = """\
Azonosító,Cím,Állapot,Létrehozva,Módosítva
IT-5,Nem nyomtat a gép,Nyitott,2026. okt. 1. 9:12,2026. nov. 5. 17:20
IT-6,Eltűnnek a tételek,Folyamatban,2026. okt. 3. 10:40,2026. nov. 1. 8:00
IT-7,Lassú a bejelentkezés,Lezárt,2026. okt. 9. 14:02,2026. okt. 20. 12:31
IT-8,Rossz adó a nyugtán,Nyitott,2026. okt. 12. 8:05,2026. okt. 12. 8:05
IT-9,Kétszer jön a számla,Nyitott,2026. okt. 19. 11:55,2026. nov. 12. 16:45
"""
A_DAY_TO_ANSWER = {
    "5.10.2026 17:20": "2.10.2026 9:12",
    "20.10.2026 12:31": "10.10.2026 14:02",
    "1.11.2026 8:00": "4.10.2026 10:40",
    "12.11.2026 16:45": "20.10.2026 11:55",
}


def learnt(text: str, **changes: str) -> FileReading:
    for old, new in changes.items():
        text = text.replace(old, new)
    rows = [*csv.DictReader(text.splitlines())]
    return learn_file(lambda: iter(rows), ReadingOptions(), [*rows[0]])


@pytest.mark.parametrize(
    ("text", "dates"),
    one_quick(
        (FINNISH, {"Luotu": "created_at", "Muokattu": "updated_at", "Määräpäivä": "due_at"}),
        (NORWEGIAN, {"Opprettet": "created_at", "Sist oppdatert": "updated_at"}),
        (HUNGARIAN, {"Létrehozva": "created_at", "Módosítva": "updated_at"}),
    ),
)
def test_dates_whose_headings_tell_nothing_are_known_by_their_order(text: str, dates: dict[str, str]) -> None:
    reading = learnt(text)
    assert {name: field for name, field in reading.fields.items() if field.endswith("_at")} == dates
    assert set(dates) <= set(reading.guessed)


@pytest.mark.parametrize(
    "text",
    one_quick(
        FINNISH.replace("9.10.2026 14:02,", "21.10.2026 14:02,"),  # changed before it was created
        FINNISH.replace("HD-11", "HD-20"),  # created before those with lower numbers
        re.sub(r" \d\d:\d\d", "", NORWEGIAN).replace("2026-10-03", "2026-09-03"),  # days alone, in no order
        "Avain,Otsikko,Tila,Alku,Loppu\nA-3,Yksi asia,Auki,2026-10-01 09:00,2026-10-01 10:00\n"
        "A-1,Toinen asia,Auki,2026-10-02 09:00,2026-10-02 10:00\n"
        "A-2,Kolmas asia,Kesken,2026-10-04 09:00,2026-10-05 10:00",  # planned, whatever the number
        "Avain,Otsikko,Tila,Alku\nA-1,Yksi asia,Auki,2026-10-01 09:00\nA-2,Toinen asia,Auki,2026-10-02 09:00\n"
        "A-3,Kolmas asia,Kesken,2026-10-04 09:00",  # a single column of three dates
    ),
)  # fmt: skip
def test_dates_in_no_certain_order_are_kept_by_name(text: str) -> None:
    assert not any(field.endswith("_at") for field in learnt(text).fields.values())


@pytest.mark.parametrize(
    ("changes", "lost"),
    one_quick(
        ({"Avoin": "Closed", "Työn alla": "Done", ",Suljettu,": ",Rejected,"}, {"updated_at", "due_at"}),
        ({"20.12.2026": "10.11.2026", "1.12.2026": "5.11.2026"}, {"due_at"}),  # none lies behind what happened
        ({"Luotu": "Created"}, {"updated_at", "due_at"}),  # its other headings are understood, so these are none
        (A_DAY_TO_ANSWER, {"updated_at", "due_at"}),
    ),
)  # fmt: skip
def test_what_may_be_another_date_is_kept_by_name(changes: dict[str, str], lost: set[str]) -> None:
    assert {"created_at", "updated_at", "due_at"} - set(learnt(FINNISH, **changes).fields.values()) == lost


@pytest.mark.parametrize(
    "tags",
    one_quick(
        ["printer urgent", "printer network vip", "urgent", ""],
        ["billing refund vip", "login mobile", "billing invoice", "mobile crash", "login"],
        ["sklep pilne", "sieć drukarka", "sieć pilne sklep", "sklep"],
        ["#ui #bug", "#ui", "#bug #api #ui", "#api #bug"],
    ),
)
def test_tags_with_blanks_between_are_told_by_their_company(tags: list[str]) -> None:
    assert are_parted_by_blanks(tags)


@pytest.mark.parametrize(
    "tags",
    one_quick(
        ["good first issue", "help wanted", "good first issue", "bug"],
        ["needs review", "needs info", "needs test", "wontfix"],
        ["front end", "back end", "front desk", "back office"],
        ["printer urgent", "printer"],
        ["a, b c", "b c", "c a, b", "a"],
        ["The printer is down.", "Is the printer down?", "printer", "down"],
        [],
    ),
)
def test_a_tag_of_several_words_stays_one(tags: list[str]) -> None:
    assert not are_parted_by_blanks(tags)


def test_tags_with_blanks_between_are_labels_each(tmp_path: Path) -> None:
    file, database = tmp_path / "zendesk.csv", tmp_path / "t.db"
    tags = ["printer urgent", "printer network vip", "urgent"]
    lines = [f"{number},Ticket {number} fails,open,{one}" for number, one in enumerate(tags, 1)]
    file.write_text("\n".join(["id,subject,status,tags", *lines]))
    assert import_file(file, database).added == 3
    with tracker_at(database) as tracker:
        found = {ticket["id"]: ticket["labels"] for ticket in tracker.search()["tickets"]}
    assert found == {"#1": ["printer", "urgent"], "#2": ["network", "printer", "vip"], "#3": ["urgent"]}


@pytest.mark.parametrize(
    ("known", "created"),
    one_quick(("Muokattu", "Luotu"), ("Muokattu Määräpäivä", "Luotu")),
)
def test_the_first_date_is_found_beside_others_that_are_named(known: str, created: str) -> None:
    english = dict(zip(("Muokattu", "Määräpäivä"), ("Updated", "Due date"), strict=True))
    reading = learnt(FINNISH, **{name: english[name] for name in known.split()})
    assert reading.fields.get(created) == "created_at"
    assert created in reading.guessed


def test_a_column_that_is_named_for_its_field_stays_though_a_value_is_no_date() -> None:
    reading = learnt(FINNISH, **{"Suljettu": "Updated", ",,13.11.2026 16:45": ",,eilen"})
    assert (reading.fields.get("Updated"), reading.fields.get("Luotu")) == ("updated_at", "created_at")
    assert "Muokattu" not in reading.fields
