"""What the browser remembers by itself."""

from __future__ import annotations

from tui_app.mcp_client.types import Era
from tui_app.settings.eras import EraFile
from tui_app.settings.paths import era_file, state_file
from tui_app.settings.state import UiState


def test_nothing_is_remembered_at_first() -> None:
    state = UiState()
    assert state.theme is None
    assert state.columns("work") == ()
    assert state.panes() == {}
    assert not state.first_run_card_seen
    assert not state_file().exists()


def test_everything_is_there_next_time() -> None:
    state = UiState()
    state.set_theme("nord")
    state.set_columns("work", ({"name": "id", "width": 9}, {"name": "title"}))
    state.set_columns("home", ({"name": "title"},))
    state.set_panes({"detail": "right", "size": 40})
    state.set_first_run_card_seen()
    again = UiState()
    assert again.theme == "nord"
    assert again.columns("work") == ({"name": "id", "width": 9}, {"name": "title"})
    assert again.columns("home") == ({"name": "title"},)
    assert again.panes() == {"detail": "right", "size": 40}
    assert again.first_run_card_seen


def test_values_of_the_wrong_type_count_as_not_there() -> None:
    UiState().set_theme("nord")
    state_file().write_text('{"version": 1, "theme": 1, "columns": [], "panes": 0, "first_run_card_seen": "yes"}')
    state = UiState()
    assert state.theme is None
    assert state.columns("work") == ()
    assert state.panes() == {}
    assert not state.first_run_card_seen
    state.set_columns("work", ({"name": "id"},))
    assert UiState().columns("work") == ({"name": "id"},)


def test_the_era_of_a_command_is_known_next_time() -> None:
    EraFile().put("a", Era.MODERN)
    EraFile().put("b", Era.LEGACY)
    assert EraFile().get("a") is Era.MODERN
    assert EraFile().get("b") is Era.LEGACY
    assert EraFile().get("c") is None


def test_an_era_that_is_known_already_is_not_written_again() -> None:
    eras = EraFile()
    eras.put("a", Era.MODERN)
    era_file().unlink()
    eras.put("a", Era.MODERN)
    assert not era_file().exists()


def test_the_era_file_does_not_grow_without_end() -> None:
    eras = EraFile()
    for number in range(205):
        eras.put(str(number), Era.LEGACY)
    assert eras.get("4") is None
    assert eras.get("5") is Era.LEGACY
