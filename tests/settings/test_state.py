"""What the browser remembers by itself."""

from __future__ import annotations

from tui_app.mcp_client.types import Era
from tui_app.settings.paths import era_file, state_file
from tui_app.settings.state import EraFile, UiState
from tui_app.tickets.clock import SYSTEM_CLOCK


def test_nothing_is_remembered_at_first() -> None:
    state = UiState(SYSTEM_CLOCK)
    assert state.theme is None
    assert state.columns("work") == ()
    assert state.panes() == {}
    assert not state.first_run_card_seen
    assert not state_file().exists()


def test_everything_is_there_next_time() -> None:
    state = UiState(SYSTEM_CLOCK)
    state.set_theme("nord")
    state.set_columns("work", ({"name": "id", "width": 9}, {"name": "title"}))
    state.set_columns("home", ({"name": "title"},))
    state.set_panes({"detail": "right", "size": 40})
    state.set_first_run_card_seen()
    for site in ("https://a.example", "https://b.example", "https://a.example"):
        state.add_site("work", site)
    again = UiState(SYSTEM_CLOCK)
    assert again.theme == "nord"
    assert again.columns("work") == ({"name": "id", "width": 9}, {"name": "title"})
    assert again.columns("home") == ({"name": "title"},)
    assert again.panes() == {"detail": "right", "size": 40}
    assert again.first_run_card_seen
    assert again.sites("work") == ("https://b.example", "https://a.example")
    assert again.sites("home") == ()


def test_values_of_the_wrong_type_count_as_not_there() -> None:
    UiState(SYSTEM_CLOCK).set_theme("nord")
    state_file().write_text('{"version": 1, "theme": 1, "columns": [], "panes": 0, "first_run_card_seen": "yes"}')
    state = UiState(SYSTEM_CLOCK)
    assert state.theme is None
    assert state.columns("work") == ()
    assert state.panes() == {}
    assert not state.first_run_card_seen
    state.set_columns("work", ({"name": "id"},))
    assert UiState(SYSTEM_CLOCK).columns("work") == ({"name": "id"},)


def test_the_era_of_a_command_is_known_next_time() -> None:
    EraFile(SYSTEM_CLOCK).put("a", Era.MODERN)
    EraFile(SYSTEM_CLOCK).put("b", Era.LEGACY)
    assert EraFile(SYSTEM_CLOCK).get("a") is Era.MODERN
    assert EraFile(SYSTEM_CLOCK).get("b") is Era.LEGACY
    assert EraFile(SYSTEM_CLOCK).get("c") is None


def test_an_era_that_is_known_already_is_not_written_again() -> None:
    eras = EraFile(SYSTEM_CLOCK)
    eras.put("a", Era.MODERN)
    era_file().unlink()
    eras.put("a", Era.MODERN)
    assert not era_file().exists()


def test_the_era_file_does_not_grow_without_end() -> None:
    eras = EraFile(SYSTEM_CLOCK)
    for number in range(205):
        eras.put(str(number), Era.LEGACY)
    assert eras.get("4") is None
    assert eras.get("5") is Era.LEGACY
