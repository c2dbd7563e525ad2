"""What the words of a status mean, in the languages in which trackers begin."""

from __future__ import annotations

import pytest

from tui_app.tickets.vocabulary import CLOSED, OPEN, closed_by_words, openness_warning

CLOSED_WORDS = (
    "Done|Erledigt|Geschlossen|Abgeschlossen|Gelöst|Fermé|Résolu|Terminée|Cerrado|Resuelto|Terminado|Fechado|Concluído|"
    "Chiuso|Risolto|Gesloten|Opgelost|Zamknięte|Rozwiązane|Закрыт|Решён|Выполнено|已完成|已关闭|完了|解決済み|완료"
)
OPEN_WORDS = (
    "To Do|Offen|Neu|In Arbeit|Nicht erledigt|Unerledigt|Ouvert|Nouveau|En cours|Non résolu|Abierto|No resuelto|Aberto|"
    "Aperto|Otwarte|Открыт|Новый|В работе|Не решён|未完成|未解決|待处理|进行中|미완료|진행 중|indeterminate|Needs info"
)


@pytest.mark.parametrize("status", CLOSED_WORDS.split("|"))
def test_words_for_what_is_done(status: str) -> None:
    assert closed_by_words(status) is True


@pytest.mark.parametrize("status", OPEN_WORDS.split("|"))
def test_words_for_what_is_not_done(status: str) -> None:
    assert closed_by_words(status) is False


@pytest.mark.parametrize("status", ["", "3", "Zzyzx", "To be determined", "Stage 2"])
def test_of_other_words_nothing_is_claimed(status: str) -> None:
    assert closed_by_words(status) is None


def test_what_is_not_known_is_said_once() -> None:
    assert openness_warning([], OPEN) == []
    assert openness_warning(["3", "3", ""], OPEN) == [
        "Nothing says whether '3', no status means done, so such tickets are shown as open."
    ]
    assert openness_warning("abcdef", CLOSED)[0].startswith(
        "Nothing says whether 'a', 'b', 'c', 'd' or any of 2 others"
    )
