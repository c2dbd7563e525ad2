"""The keys: all in one table, remapped by id, conflicts named."""

from __future__ import annotations

import pytest

from tests.ui.support import opened, tickets
from tui_app.settings.model import UiSettings
from tui_app.tickets.criteria import View, criteria_of
from tui_app.ui.key import PLACES
from tui_app.ui.keymap import checked_keymap, display_key, effective_keys, keys_markdown, name_of
from tui_app.ui.keys import KEYS, bindings_for


def test_every_key_has_an_id_of_its_own_a_place_and_words() -> None:
    assert len({key.id for key in KEYS}) == len(KEYS)
    assert {key.where for key in KEYS} == set(PLACES)
    assert all(key.description and key.tooltip for key in KEYS)


def test_no_two_actions_want_the_same_key_in_the_same_place() -> None:
    taken = [(key.where, name) for key in KEYS for name in key.names]
    assert len(set(taken)) == len(taken)
    together = [name for key in KEYS for name in key.names if key.where in ("table", "browser", "anywhere")]
    assert len(set(together)) == len(together)
    assert checked_keymap({}) == ({}, ())


@pytest.mark.parametrize(
    ("wanted", "winner", "loser"),
    [
        ({"search.facets": "/"}, "search.facets", "search.filter"),
        ({"search.edit": "j"}, "table.down", "search.edit"),
        ({"search.edit": "b"}, "detail.page_up", "search.edit"),
        ({"program.theme": "s"}, "search.edit", "program.theme"),
        ({"table.mark": "q"}, "table.mark", "program.quit"),
        ({"search.facets": "F", "search.filter": "F"}, "search.filter", "search.facets"),
    ],
)
async def test_of_two_actions_on_one_key_the_one_that_is_said_to_win_wins(
    wanted: dict[str, str], winner: str, loser: str
) -> None:
    async with opened(ui=UiSettings(keys=wanted)) as deck:
        _, complaints = checked_keymap(wanted)
        assert f"is both {loser} and {winner}; {winner} wins" in complaints[0]
        if winner.startswith("detail"):
            await deck.press("enter")
        name = name_of(next(iter(wanted.values())))
        assert deck.screen.active_bindings[name].binding.id == winner


@pytest.mark.parametrize(
    ("views", "keys"),
    [
        ((), ("1", "f", "b", "enter")),  # Mine; the values that begin so, the most frequent first
        ((View("My bugs", criteria_of("is:open assignee:me type:bug")),), ("1",)),
    ],
)
async def test_my_open_bugs_are_four_keys_away_and_one_where_a_view_is_configured(
    views: tuple[View, ...], keys: tuple[str, ...]
) -> None:
    wanted = [one.id for one in tickets() if one.type == "Bug" and one.status != "Done"]
    async with opened(ui=UiSettings(views=views)) as deck:
        await deck.press(*keys)
        await deck.until(lambda: {ticket.id for ticket in deck.browser.table.shown} == set(wanted), "my open bugs")
        assert 0 < len(wanted) < 10
        assert deck.service.last_search.criteria.assignee == ("me",)


@pytest.mark.parametrize("name", ["strg+f", "ctrl+foo", "", "F5"])
def test_what_is_no_key_is_named_and_the_actions_own_keys_stay(name: str) -> None:
    keymap, complaints = checked_keymap({"search.edit": name})
    assert keymap == {}
    assert f"{name!r} for search.edit is not a key" in complaints[0]


@pytest.mark.parametrize(
    "name", ["é", "{", "ctrl+f", "alt+up", "f5", "shift+tab", "space", ",", "ctrl+right_square_bracket"]
)
def test_what_terminals_send_is_a_key(name: str) -> None:
    keymap, complaints = checked_keymap({"table.export": name})
    assert list(keymap) == ["table.export"]
    assert not [words for words in complaints if "is not a key" in words]


def test_a_key_can_be_remapped_by_its_id_in_characters_or_names() -> None:
    keymap, complaints = checked_keymap({"search.filter": "F, ctrl+f", "program.help": "="})
    assert keymap["program.help"] == "equals_sign"
    assert keymap["search.filter"] == "F,ctrl+f"
    assert [words.partition("; ")[0] for words in complaints] == [
        "[keys]: ^f is both search.filter and table.page_down",
        "[keys]: ^f is both search.filter and detail.page_down",
    ]


def test_an_unknown_id_is_named_with_the_nearest_one() -> None:
    keymap, complaints = checked_keymap({"search.filtre": "F"})
    assert keymap == {}
    assert "'search.filtre'" in complaints[0]
    assert "'search.filter'" in complaints[0]


def test_the_readme_table_holds_every_key() -> None:
    table = keys_markdown()
    assert all(key.id in table for key in effective_keys({}))
    assert table.count("\n") == len(KEYS) + 2
    assert "`\\|`" in table


@pytest.mark.parametrize(("name", "shown"), [("ctrl+r", "^r"), ("slash", "/"), ("shift+down", "⇧↓"), ("j", "j")])
def test_keys_are_shown_as_people_write_them(name: str, shown: str) -> None:
    assert display_key(name) == shown


def test_every_place_gives_its_bindings_with_ids() -> None:
    for place in PLACES:
        assert all(getattr(binding, "id", None) for binding in bindings_for(place))


async def test_words_that_tell_what_to_press_name_the_keys_in_force() -> None:
    async with opened(ui=UiSettings(keys={"program.quit": "Q", "table.open": "L", "form.correct": "ctrl+e"})) as deck:
        await deck.press("J")
        await deck.sees("No ticket is shown; L opens it.")
        await deck.press("s")
        await deck.type("statsu:open")
        await deck.sees("^e: A search has no word statsu: Did you mean status:?")
