"""The words of statuses, of urgency and of people: which mean the same, and what they mean.

Invariant: every complete word in a table is judged to be of the kind that it is listed under.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from tui_app.tickets.fields import names

ME = "me"
"""As assignee: whoever the tracker says that the user is."""
UNASSIGNED = "unassigned"
"""As assignee: nobody."""
OPEN, CLOSED = "open", "closed"
"""What ``is:`` takes: statuses of a kind that is not done, and those that are."""

_DIFFERENT_VALUES = 1024  # more statuses than any tracker has
_CLOSE_ENOUGH = 0.7  # difflib's ratio; below it the guesses are more often wrong than right
_MOST_NAMED = 4  # statuses in a warning
_LONGEST = 80  # characters that are looked at


def folded_words(value: str) -> str:
    """One spelling for ``In Progress``, ``in_progress`` and ``in-progress``: lower case, blanks between words."""
    return value.casefold().replace("_", " ").replace("-", " ").strip()


def nearest(word: str, known: Iterable[str], most: int = 1) -> list[str]:
    """Up to ``most`` of ``known`` that ``word`` was probably meant to be, the likeliest first."""
    from difflib import get_close_matches  # late: only mistakes need it

    return get_close_matches(word, list(known), n=most, cutoff=_CLOSE_ENOUGH)


class StatusKind(StrEnum):
    """What a status means for whoever looks for work, in the order of a board. The value names its style."""

    BLOCKED = "blocked"
    ACTIVE = "active"
    OPEN = "open"
    DONE = "done"
    OTHER = "other"


class PriorityLevel(StrEnum):
    """How urgent, most urgent first. The value names its style."""

    HIGHEST = "highest"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    LOWEST = "lowest"
    OTHER = "other"


class _Meaning(NamedTuple):
    """Words of one kind. The same kind may have several rows: the first row that fits counts."""

    kind: str
    words: tuple[str, ...] = ()
    """Complete values without blanks and signs: a text that holds nothing else is a status, or a priority."""
    parts: tuple[str, ...] = ()
    """What a value of this kind holds, in the form of `_spaced`."""


_STATUS_MEANINGS = (
    _Meaning(
        StatusKind.BLOCKED,
        names("blocked onhold waiting pending deferred"),
        ("block", "hold", "wait", "imped", "stuck", "pause", "pending", "deferred", "suspend", "wartet", "attente",
         "espera", "ожида", "待ち"),
    ),
    _Meaning(
        StatusKind.OPEN,
        names("unconfirmed unstarted reopened"),
        ("^ un", "^ not ", "reopen", "incomplete", "^ nicht ", "^ non ", "^ no ", "^ не ", "未", "^ 미"),
    ),
    _Meaning(
        StatusKind.DONE,
        names(
            "resolved done closed completed complete cancelled canceled rejected wontfix duplicate merged finished "
            "invalid verified"
        ),
        ("done", "clos", "resolv", "complet", "fixed", "merged", "cancel", "wont", "won t", "reject", "releas",
         "verif", "duplicate", "deploye", "shippe", "finish", "archiv", "invalid",
         "erledigt", "geschlossen", "fertig", "gelost", "abgelehnt", "ferme", " termine", "cerrad", "resuelt",
         " terminad", " terminat", "fechad", "concluid", "concluso", "chius", "risolt", "gesloten", "afgerond", "zamkn",
         "rozwiaz", "zakonczon", " resolu ", "закрыт", "решен", "выполнен", "завершен", "готово", "отменен",
         "完成", "完了", "关闭", "關閉", "解决", "解決", "取消", "완료", "해결"),
    ),
    _Meaning(
        StatusKind.ACTIVE,
        names(
            "inprogress progress doing started active review inreview codereview testing qa assigned investigating "
            "selectedfordevelopment readyfortest readyforreview"
        ),
        ("progress", "doing", "active", "review", "test", "start", "develop", "implement", "work", "investigat",
         "ongoing", "qa ", "current", "running", "assigned", "indetermin",
         "arbeit", "en cours", "en curso", "in corso", "andamento", "w toku", "работ", "进行", "進行", "진행"),
    ),
    _Meaning(
        StatusKind.OPEN,
        names("open opened new todo backlog ready triage accepted draft planned icebox"),
        ("open", "new", "todo", "to do", "backlog", "triage", "ready", "created", "icebox", "idea", "draft",
         "proposed", "inbox", "queue", "select", "accept", "plan", "next", "feedback", "acknowledg", "confirm", "need",
         "offen", " neu ", "ouvert", "nouveau", "abiert", "nuevo", "aberto", "apert", "otwart", "откры", " нов", "新",
         "待", "신규"),
    ),
    _Meaning(StatusKind.OTHER, names("feedback acknowledged confirmed needsinfo")),
)  # fmt: skip
"""Parts in other languages than English are those of the words that trackers themselves begin with there."""

_PRIORITY_MEANINGS = (
    _Meaning(
        PriorityLevel.HIGHEST,
        names("highest critical blocker urgent immediate p0"),
        ("highest", "critical", "urgent", "blocker", "immediate", "emergency", "showstopper", "very high",
         " p0 ", " 0 ", " sev1 ", " sev 1 "),
    ),
    _Meaning(
        PriorityLevel.LOWEST,
        names("lowest trivial p4 p5"),
        ("lowest", "trivial", "very low", " p4 ", " 4 ", " p5 ", " 5 ", "wish"),
    ),
    _Meaning(
        PriorityLevel.HIGH,
        names("high major p1"),
        ("high", "major", "important", " p1 ", " 1 ", " sev2 ", " sev 2 "),
    ),
    _Meaning(PriorityLevel.LOW, names("low minor p3"), ("low", "minor", " p3 ", " 3 ", " sev4 ", " sev 4 ")),
    _Meaning(
        PriorityLevel.MEDIUM,
        names("medium normal p2"),
        ("medium", "normal", "moderate", "default", "average", " p2 ", " 2 ", " sev3 ", " sev 3 "),
    ),
)  # fmt: skip

STATUS_WORDS = frozenset(word for meaning in _STATUS_MEANINGS for word in meaning.words)
"""Complete values that are statuses wherever they occur, as `plain_name` spells them."""
PRIORITY_WORDS = frozenset(word for meaning in _PRIORITY_MEANINGS for word in meaning.words)
"""Complete values that are priorities wherever they occur, as `plain_name` spells them."""

STATUS_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (StatusKind.OPEN, StatusKind.ACTIVE, StatusKind.BLOCKED, StatusKind.DONE, StatusKind.OTHER)
    )
}
PRIORITY_RANK = {level: rank for rank, level in enumerate(PriorityLevel)}
"""0 the most urgent; words without a meaning come after those that have one."""


@lru_cache(_DIFFERENT_VALUES)
def status_kind(status: str) -> StatusKind:
    """What kind of status ``status`` is, judged by its words; OTHER if they have no known meaning."""
    return StatusKind(_kind_of(status, _STATUS_MEANINGS) or StatusKind.OTHER)


def closed_by_words(status: str) -> bool | None:
    """Whether ``status`` means that nothing is left to do; None: its words have no known meaning."""
    kind = status_kind(status)
    return None if kind is StatusKind.OTHER else kind is StatusKind.DONE


def openness_warning(statuses: Iterable[str], asked: str) -> list[str]:
    """What to tell of tickets with ``statuses``, of which it is not known whether they are closed; nothing: of none.

    Args:
        statuses: in words; empty: no status at all.
        asked: `OPEN` or `CLOSED`.
    """
    names = [f"'{status}'" if status else "no status" for status in dict.fromkeys(statuses)]
    if not names:
        return []
    listed = ", ".join(names[:_MOST_NAMED])
    if len(names) > _MOST_NAMED:
        listed += f" or any of {len(names) - _MOST_NAMED} others"
    then = "are shown as open" if asked == OPEN else "were left out; status: finds them"
    return [f"Nothing says whether {listed} means done, so such tickets {then}."]


@lru_cache(_DIFFERENT_VALUES)
def priority_level(priority: str) -> PriorityLevel:
    """How urgent ``priority`` is by its words (``P0`` the most urgent); OTHER if that is not known.

    A bare number tells nothing: 1 is the most urgent of one tracker and the least urgent of another.
    """
    if priority.strip().isdecimal():
        return PriorityLevel.OTHER
    return PriorityLevel(_kind_of(priority, _PRIORITY_MEANINGS) or PriorityLevel.OTHER)


def urgency(priority: str) -> int:
    """The rank of a priority, 0 the most urgent; unknown words come after the known ones, none at all last."""
    return PRIORITY_RANK[priority_level(priority)] if priority else len(PRIORITY_RANK)


def by_urgency(priorities: Iterable[str]) -> list[str]:
    """Priorities, the most urgent first."""
    return sorted(priorities, key=lambda priority: (urgency(priority), priority))


def _kind_of(value: str, meanings: Iterable[_Meaning]) -> str | None:
    words = _spaced(value)
    return next((meaning.kind for meaning in meanings if any(part in words for part in meaning.parts)), None)


def _spaced(value: str) -> str:
    """The words of ``value`` in lower case, a space before and after each, and ``^`` at the start."""
    folded = value[:_LONGEST].casefold()
    if not folded.isascii():
        folded = _without_accents(folded)
    letters = (character if character.isalnum() else " " for character in folded)
    return " ".join(["^", *"".join(letters).split(), ""])


def _without_accents(text: str) -> str:
    from unicodedata import combining, normalize  # late: most statuses are English

    return normalize("NFC", "".join(one for one in normalize("NFKD", text) if not combining(one)))
