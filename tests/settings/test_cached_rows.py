"""The last rows: kept whole or not at all, for this user alone, and only what may be shown."""

from __future__ import annotations

import os
import signal
import stat
import sys
from collections.abc import Callable
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.ui.fakes import NOW, make_ticket, whole_ticket
from tui_app.settings.cached_rows import MOST_OPENED, MOST_ROWS, MOST_SEARCHES, RowCache
from tui_app.settings.profiles import Profile
from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria
from tui_app.tickets.ticket import Relation, Ticket

WORK = Profile(name="work", command=("node", "x.js"))
HOME = Profile(name="home", command=("other",), cache=False)
OPEN = check_criteria({"status": ["open"]})
ALL = TicketSearchCriteria()


def cache(folder: Path, *profiles: Profile, enabled: bool = True) -> RowCache:
    return RowCache(profiles or (WORK,), enabled=enabled, folder=folder / "rows")


def rows(count: int = 5, source: str = "work") -> list[Ticket]:
    return [make_ticket(number, source=source) for number in range(count)]


def as_kept(ticket: Ticket) -> Ticket:
    return replace(ticket, description=None)


def test_rows_come_back_as_they_were_without_their_texts(tmp_path: Path) -> None:
    extra = {"story_points": 5, "sprint": [{"id": 42, "name": "Sprint 42"}], "none": None, "yes": True}
    tickets = [*rows(3), make_ticket(9, source="work", extra=extra, lookup={"id": 7}, problems=("no title",))]
    cache(tmp_path).store(["work"], ALL, tickets, NOW, seen=tickets[:1], seen_at=NOW - timedelta(days=1))
    kept = cache(tmp_path).load(["work"], ALL)
    assert kept is not None
    assert list(kept.tickets) == [as_kept(ticket) for ticket in tickets]
    assert (kept.at, kept.seen_at) == (NOW, NOW - timedelta(days=1))
    assert kept.seen[0].status == tickets[0].status
    assert cache(tmp_path).load(["work"], OPEN) is None
    assert cache(tmp_path).load(["work", "home"], ALL) is None


def test_how_many_matched_is_kept_unless_some_of_them_are_of_a_profile_without_a_cache(tmp_path: Path) -> None:
    both = cache(tmp_path, WORK, HOME)
    for profiles, known in ((["work"], 12), (["work", "home"], None)):
        both.store(profiles, ALL, rows(3), NOW, matching=12, more=True)
        kept = both.load(profiles, ALL)
        assert kept is not None
        assert (kept.matching, kept.more) == (known, True)


@given(st.data())
def test_any_row_comes_back(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    maybe = st.one_of(st.none(), words.filter(bool))
    moments = st.one_of(st.none(), st.datetimes(timezones=st.just(UTC)))
    ticket = Ticket(
        data.draw(words),
        data.draw(words),
        data.draw(words),
        assignee=data.draw(maybe),
        labels=tuple(data.draw(st.lists(words, max_size=3))),
        created_at=data.draw(moments),
        due_at=data.draw(moments),
        extra=data.draw(st.dictionaries(words, st.one_of(words, st.integers(-9, 9), st.booleans()), max_size=3)),
        source="work",
    )
    folder = tmp_path_factory.mktemp("any")
    cache(folder).store(["work"], ALL, [ticket], NOW)
    kept = cache(folder).load(["work"], ALL)
    assert kept is not None
    assert kept.tickets == (ticket,)


def test_an_opened_ticket_comes_back_whole(tmp_path: Path) -> None:
    relation = Relation("parent", "PAY-1", "Title", "Open", lookup={"id": 3})
    ticket = whole_ticket(make_ticket(1, source="work", relations=(relation,)))
    cache(tmp_path).store_ticket(ticket, NOW)
    assert cache(tmp_path).load_ticket(ticket.key) == (ticket, NOW)
    assert cache(tmp_path).load_ticket(("work", "PAY-999")) is None


def test_everything_is_for_this_user_alone(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    kept.store(["work"], ALL, rows(), NOW)
    kept.store_ticket(rows()[0], NOW)
    files = list((tmp_path / "rows").iterdir())
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "rows").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "changed",
    [
        replace(WORK, private_fields=("salary",)),
        replace(WORK, command=("node", "y.js")),
        replace(WORK, env={"JIRA_URL": "https://other"}),
        replace(WORK, cache=False),
    ],
    ids=["private field", "server", "environment", "off"],
)
def test_what_a_changed_profile_may_not_show_is_neither_shown_nor_left_on_the_disk(
    tmp_path: Path, changed: Profile
) -> None:
    before = cache(tmp_path)
    before.store(["work"], ALL, rows(), NOW)
    before.store_ticket(rows()[0], NOW)
    after = cache(tmp_path, changed)
    assert after.load(["work"], ALL) is None
    assert after.load_ticket(rows()[0].key) is None
    assert after.seen() == ()
    after.sweep()
    assert list((tmp_path / "rows").iterdir()) == []


def test_a_profile_without_a_cache_keeps_nothing_beside_one_with_it(tmp_path: Path) -> None:
    both = cache(tmp_path, WORK, HOME)
    both.store(["work", "home"], ALL, [*rows(2), *rows(2, "home")], NOW, seen=rows(2, "home"))
    both.store_ticket(make_ticket(1, source="home"), NOW)
    kept = both.load(["work", "home"], ALL)
    assert kept is not None
    assert [ticket.source for ticket in kept.tickets] == ["work"] * 2
    assert kept.seen == ()
    assert b"home" not in b"".join(file.read_bytes() for file in (tmp_path / "rows").iterdir())


def test_without_a_cache_nothing_is_written_or_read(tmp_path: Path) -> None:
    cache(tmp_path).store(["work"], ALL, rows(), NOW)
    off = cache(tmp_path, enabled=False)
    assert off.load(["work"], ALL) is None
    off.store(["work"], OPEN, rows(), NOW)
    assert len(list((tmp_path / "rows").iterdir())) == 1
    off.sweep()
    assert list((tmp_path / "rows").iterdir()) == []


def test_seen_tickets_are_found_over_all_searches_each_once_and_as_they_were_last(tmp_path: Path) -> None:
    kept = cache(tmp_path, WORK, replace(HOME, cache=True))
    kept.store(["work"], ALL, rows(3), NOW)
    os.utime(next((tmp_path / "rows").iterdir()), (1, 1))
    kept.store(["work"], OPEN, [make_ticket(1, source="work", status="Done")], NOW)
    kept.store(["home"], ALL, rows(1, "home"), NOW)
    found = [(ticket.source, ticket.status) for ticket, _ in kept.seen() if ticket.title == make_ticket(1).title]
    assert found == [("work", "Done")]
    assert len(kept.seen()) == 4
    assert len(kept.seen(most=2)) == 2
    later = NOW + timedelta(hours=1)
    kept.store_ticket(make_ticket(2, source="work", status="Blocked", description="Opened"), later)
    opened = next((ticket, at) for ticket, at in kept.seen() if ticket.status == "Blocked")
    assert (opened[0].description, opened[1]) == ("Opened", later)
    assert kept.clear() == 4
    assert kept.seen() == ()


def test_as_much_is_kept_as_is_of_use_and_no_more(tmp_path: Path) -> None:
    kept = cache(tmp_path)
    kept.store(["work"], ALL, rows(MOST_ROWS + 1), NOW)
    assert len(kept.load(["work"], ALL).tickets) == MOST_ROWS  # type: ignore[union-attr]
    long = make_ticket(1, source="work", extra={"log": "x" * 50_000})
    kept.store(["work"], ALL, [long], NOW)
    assert kept.load(["work"], ALL).tickets == (as_kept(replace(long, extra={})),)  # type: ignore[union-attr]
    for number in range(MOST_SEARCHES + 5):
        kept.store(["work"], check_criteria({"text": f"word {number}"}), rows(1), NOW)
    for number in range(MOST_OPENED + 5):
        kept.store_ticket(make_ticket(number, source="work"), NOW)
    assert len(list((tmp_path / "rows").glob("*.rows"))) == MOST_SEARCHES
    assert len(list((tmp_path / "rows").glob("*.ticket"))) == MOST_OPENED
    kept.store_ticket(make_ticket(200, source="work", description="x" * 600_000), NOW)
    assert kept.load_ticket(make_ticket(200, source="work").key)[0].description != "x" * 600_000  # type: ignore[index]


@pytest.mark.parametrize("content", [b"", b"\x93", b"not msgpack", b"\x91\x01", b"\xc1" * 40], ids=range(5))
def test_a_damaged_file_is_an_empty_one(tmp_path: Path, content: bytes) -> None:
    kept = cache(tmp_path)
    kept.store(["work"], ALL, rows(), NOW)
    file = next((tmp_path / "rows").iterdir())
    file.write_bytes(content)
    assert kept.load(["work"], ALL) is None
    assert kept.seen() == ()
    kept.store(["work"], ALL, rows(2), NOW)
    assert len(kept.load(["work"], ALL).tickets) == 2  # type: ignore[union-attr]


def test_a_disk_that_takes_nothing_is_no_obstacle(tmp_path: Path) -> None:
    nowhere = RowCache((WORK,), folder=Path("/dev/null/rows"))
    nowhere.store(["work"], ALL, rows(), NOW)
    nowhere.store_ticket(rows()[0], NOW)
    nowhere.sweep()
    assert nowhere.load(["work"], ALL) is None
    assert nowhere.clear() == 0


def killed_at(step: int, job: Callable[[], object]) -> None:
    """Run ``job`` in a process of its own that is killed at its ``step``-th line."""
    pid = os.fork()
    if not pid:
        left = [step]

        def count(*_: object) -> Any:
            left[0] -= 1
            if not left[0]:
                os.kill(os.getpid(), signal.SIGKILL)
            return count

        sys.settrace(count)
        job()
        os._exit(0)
    os.waitpid(pid, 0)


def lines_of(job: Callable[[], object]) -> int:
    """How many lines ``job`` runs through."""
    counted = [0]

    def count(*_: object) -> Any:
        counted[0] += 1
        return count

    former = sys.gettrace()
    sys.settrace(count)
    try:
        job()
    finally:
        sys.settrace(former)
    return counted[0]


@pytest.mark.parametrize("points", [12, pytest.param(100, marks=pytest.mark.slow)])
def test_a_writer_killed_at_any_point_leaves_the_former_rows_or_the_new_ones(points: int, tmp_path: Path) -> None:
    kept = cache(tmp_path)
    before, after = ([make_ticket(n, source="work", status=status) for n in range(40)] for status in ("Open", "Done"))

    def store() -> None:
        kept.store(["work"], ALL, after, NOW)

    lines = lines_of(store)
    seen = []
    for point in range(points):
        kept.store(["work"], ALL, before, NOW)
        killed_at(1 + point * (lines + 50) // points if point % 2 else max(1, lines - point), store)
        rows_now = kept.load(["work"], ALL)
        assert rows_now is not None
        assert len(rows_now.tickets) == 40
        (status,) = {ticket.status for ticket in rows_now.tickets}
        seen.append(status)
    assert set(seen) == {"Open", "Done"}
    assert not [file for file in (tmp_path / "rows").iterdir() if file.suffix not in (".rows", ".tmp")]
