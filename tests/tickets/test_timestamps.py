"""Every form in which trackers print moments is read; what names no certain moment is None."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets import calendar_words
from tui_app.tickets.dates_in_words import DateRules, UnreadDateError
from tui_app.tickets.timestamps import DateEvidence, looks_like_moment, moments_of, parse_moment, read_moment

MORNING = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-02T08:00:00Z",
        "2026-11-02T08:00:00",
        "2026-11-02T08:00:00.000+0000",
        "2026-11-02T10:00:00+02:00",
        "2026-11-02 08:00:00 UTC",
        "2026-11-02 08:00 (UTC)",
        "2026-11-02 03:00:00 -0500",
        "Mon Nov  2 08:00:00 2026",
        "Mon Nov 2 2026 08:00:00 GMT+0000 (Coordinated Universal Time)",
        "Mon, 02 Nov 2026 09:00:00 +0100",
        "Mon, 02 Nov 2026 08:00:00 GMT",
        "Nov 2, 2026 8:00 AM",
        "2nd November 2026 08:00",
        "02/Nov/26 8:00 AM",
        "2026/11/02 上午8:00:00",
        "2026/11/02 08:00",
        "1793606400",
        1793606400,
        1793606400.0,
        1793606400000,
        "1793606400000",
        1793606400000000000,
    ],
)
def test_one_moment_is_read_from_all_its_forms(text: str | int | float) -> None:
    assert parse_moment(text) == MORNING


def test_a_day_is_its_midnight_in_utc() -> None:
    assert parse_moment("Nov 2, 2026") == parse_moment("2026-11-02") == datetime(2026, 11, 2, tzinfo=UTC)


def test_an_american_date_is_read_where_nothing_else_is_possible() -> None:
    assert parse_moment("11/22/2026, 10:35:44 AM") == datetime(2026, 11, 22, 10, 35, 44, tzinfo=UTC)
    assert parse_moment("22/11/2026") == parse_moment("22.11.2026") == datetime(2026, 11, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "nothing",
    [
        "02/03/2026",
        "",
        "soon",
        "5",
        "2026",
        "12345",
        5,
        0,
        True,
        None,
        [],
        {},
        float("nan"),
        float("inf"),
        10**400,
        "x" * 500,
    ],
)
def test_what_names_no_certain_moment_is_none(nothing: object) -> None:
    assert parse_moment(nothing) is None  # type: ignore[arg-type]


@given(
    st.one_of(
        st.text(max_size=120), st.integers(), st.floats(), st.from_regex(r"\d{1,4}[-/. ]\d{1,4}[-/. ]\d{1,4}.{0,20}")
    )
)
def test_no_value_makes_it_raise_and_every_moment_is_aware(value: str | int | float) -> None:
    moment = parse_moment(value)
    assert moment is None or moment.tzinfo is UTC


# ------------------------------------------------------------ words of languages, zones, and what a column tells

AFTERNOON = datetime(2026, 11, 21, 15, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "21/11/2026 3:14 p. m.",
        "21/11/2026 3:14 p.\u00a0m.",
        "21/Nov/26 3:14 odp.",
        "2026-11-21 오후 3:14",
        "2026. 11. 21. 오후 3:14",
        "2026/11/21 午後3:14",
        "2026年11月21日 下午3:14",
        "2026-11-21 3:14 chiều",
        "21.11.2026 3:14 em",
        "21.11.2026 15.14",
        "2026-11-21 15.14",
        "21/11/2026 15h14",
        "21. November 2026 um 15 Uhr 14",
        "21 nov. 2026 klo 15.14",
        "samedi 21 novembre 2026 à 15:14",
        "21 de noviembre de 2026 15:14",
        "21 ноября 2026 г. 15:14",
        "21 lis 2026, 3:14 odp.",
        "21/nov./26 15:14",
        "Saturday, November 21, 2026 at 3:14 PM",
        "21-Nov-2026 15:14:00",
        "21.11.26 15:14",
        "20261121T151400Z",
        "20261121151400",
    ],
)
def test_the_words_of_any_language_are_read(text: str) -> None:
    assert parse_moment(text) == AFTERNOON


@pytest.mark.parametrize(
    ("text", "hour"),
    [
        ("2026-11-21 15:14 EST", 20),
        ("2026-11-21 15:14 PST", 23),
        ("2026-11-21 15:14 GMT+2", 13),
        ("2026-11-21 15:14 UTC-3", 18),
        ("2026-11-21 15:14 America/Chicago", 21),
        ("2026-07-21 15:14 America/Chicago", 20),
        ("2026-11-21T15:14:00[Europe/Berlin]", 14),
        ("2026-11-21 15:14 CEST", 13),
        ("Sat Nov 21 15:14:00 EST 2026", 20),
        ("2026-11-21 15:14 JST", 6),
    ],
)
def test_a_named_zone_counts_with_its_rules(text: str, hour: int) -> None:
    moment = parse_moment(text)
    assert moment is not None
    assert (moment.hour, moment.minute) == (hour, 14)


@pytest.mark.parametrize(
    "text",
    [
        "05/06/2026 3:14 PM",
        "05-06-2026",
        "01/02/03",
        "2026-11-21 15:14 IST",
        "2026-11-21 15:14 XQZ",
        "2026-11-21 15:14 or later",
        "21/11/2026 3:14 q. m.",
        "21 listopad 2026",
        "2026-11-21 25:14",
        "2026-11-31 15:14",
        "31/02/2026",
        "21/11/2026 15:14 am",
        "2569-11-21 15:14 น.",
        "Server 2019 broken 12",
        "next spring",
    ],
)
def test_what_is_not_understood_to_the_last_part_is_unknown(text: str) -> None:
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "—",
        "N/A",
        "None",
        "null",
        "0000-00-00",
        "0000-00-00 00:00:00",
        "0",
        "٠",
        "0001-01-01T00:00:00",
        "9999-12-31",
    ],
)
def test_signs_for_no_date_are_no_unread_dates(text: str) -> None:
    assert read_moment(text) is None


@pytest.mark.parametrize(
    ("column", "days"),
    [
        (["21/11/2026 3:14 PM", "05/06/2026 3:14 PM"], [(11, 21), (6, 5)]),
        (["05/06/2026 3:14 PM", "11/21/2026 3:14 PM"], [(5, 6), (11, 21)]),
        (["04-07-2026", "04-27-2026"], [(4, 7), (4, 27)]),
        (["26-11-05", "26-11-21", "99-01-31"], [(11, 5), (11, 21), (1, 31)]),
        (["05/06/2026", "07/07/2026"], [None, (7, 7)]),
        (["13/06/2026", "06/13/2026", "05/06/2026"], [(6, 13), (6, 13), None]),
        (["21 listopad 2026", "3 srpen 2026"], [(11, 21), (8, 3)]),
        (["21 listopad 2026", "3 ožujak 2026"], [(10, 21), (3, 3)]),
    ],
)
def test_all_values_of_a_column_decide_what_one_means(column: list[str], days: list[tuple[int, int] | None]) -> None:
    found = moments_of(list(column))
    assert [(moment.month, moment.day) if moment else None for moment in found] == days


def test_an_order_that_somebody_says_holds_for_every_date() -> None:
    evidence = DateEvidence()
    rules = evidence.rules(order="dmy")
    assert parse_moment("05/06/2026", rules) == datetime(2026, 6, 5, tzinfo=UTC)
    assert parse_moment("12/31/2026", rules) is None
    assert parse_moment("2026-11-21", rules) == datetime(2026, 11, 21, tzinfo=UTC)


def test_a_time_without_a_zone_is_in_the_zone_of_its_column() -> None:
    rules = DateRules(zone=ZoneInfo("America/Chicago"))
    for text in ("2026-07-21 15:14", "21/Jul/26 3:14 PM", "21.07.2026 15.14"):
        assert parse_moment(text, rules) == datetime(2026, 7, 21, 20, 14, tzinfo=UTC)
    assert parse_moment("2026-07-21", rules) == datetime(2026, 7, 21, tzinfo=UTC)
    assert parse_moment("2026-07-21T15:14Z", rules) == datetime(2026, 7, 21, 15, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "title",
    ["Move 100 users to 2 teams", "Fix 3 bugs in 12 files of the parser", "Error 404 on page 3", "From 3 to 400"],
)
def test_numbers_in_a_title_load_no_words_of_other_languages(title: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_words, "calendar_words", lambda: pytest.fail("the tables were loaded"))
    assert not looks_like_moment(title)


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        (("13/02/26", "21/02/26", "28/03/26 9:00"), "dmy"),
        (("26/02/13", "26/03/21", "26/04/28"), "ymd"),
        (("21/02/26", "28/02/26"), ""),
        (("03/02/26", "04/02/26", "05/02/26"), ""),
        (("13/02/26", "21/02/25", "28/03/26"), ""),
    ],
)
def test_the_year_of_two_digits_is_the_number_that_stays(texts: tuple[str, ...], order: str) -> None:
    evidence = DateEvidence()
    for text in texts:
        evidence.add(text)
    assert evidence.order == order


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("٢١/١١/٢٠٢٦ ١٥:١٤", 21),
        ("２０２６／１１／２１　１５：１４", 21),
        ("۱۴۰۵/۰۸/۳۰ ۱۵:۱۴", None),
        ("1405-08-30", None),
    ],
)
def test_digits_of_other_scripts_are_numbers_and_years_of_other_calendars_are_not_understood(
    text: str, day: int | None
) -> None:
    if day is None:
        with pytest.raises(UnreadDateError):
            read_moment(text)
    else:
        assert read_moment(text) == datetime(2026, 11, day, 15, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    ["2026-11-21 → 2026-11-25", "2026-11-21/2026-11-25", "2026-11-21 - 25", "2026-11-21 15:14 +0100 or so", "2026-W47"],
)
def test_more_than_one_moment_is_none(text: str) -> None:
    with pytest.raises(UnreadDateError):
        read_moment(text)


@pytest.mark.parametrize("text", ["21/lis/26 3:14 PM", "5 lis 2026", "05/06/2026"])
def test_a_date_that_may_be_two_is_still_a_date(text: str) -> None:
    assert looks_like_moment(text)
    assert parse_moment(text) is None


@pytest.mark.parametrize(
    "text", ["/Date(1793606400000)/", "/Date(1793606400000+0100)/", "2026-11-02 09:00 +0100 CET", "2026-W45-1T08:00Z"]
)
def test_what_is_beside_a_moment_is_understood(text: str) -> None:
    assert parse_moment(text) == MORNING
