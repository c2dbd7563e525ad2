"""The words of statuses, of urgency and of people: which mean the same, and what they mean.

Invariant: every word in a table is judged to be of the kind that it is listed under.
"""

from __future__ import annotations

import re
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
    """Beginnings of words: a text that holds nothing else is a status, or a priority, wherever it stands."""
    parts: tuple[str, ...] = ()
    """What else a value of this kind holds, in the form of `_spaced`."""


_STATUS_MEANINGS = (
    _Meaning(
        StatusKind.BLOCKED,
        names("block hold wait pending defer"),
        names("imped stuck pause suspend wartet attente espera ожида"),
    ),
    _Meaning(
        StatusKind.OPEN,
        names("unconfirm unstart reopen"),
        ("^ un", "^ not ", "incomplete", "^ nicht ", "^ non ", "^ no ", "^ не ", "未", "^ 미"),
    ),
    _Meaning(
        StatusKind.DONE,
        names("done clos resol complet cancel reject wont fix fixed merged finish duplicat invalid verif"),
        ("won t", "final", "releas", "deploye", "shippe", "archiv", "erledigt", "schlossen", "fertig", "gelost",
         "ferme", " termin", "cerrad", "resuelt", "fechad", "conclu", "chius", "risolt", "geslot", "zamkn", "rozw",
         "закры", "реше", "выполн", "заверш", "готов", "отмен", "完", "关闭", "關閉", "解决",
         "解決", "取消", "완료", "해결"),
    ),
    _Meaning(
        StatusKind.ACTIVE,
        names("progress doing start activ review testing qa assign investigat"),
        ("develop", "implement", "work", "test", "ongoing", "indetermin", "arbeit", "en cours", "en curso", "andamento",
         "работ", "进行", "進行", "진행"),
    ),
    _Meaning(
        StatusKind.OPEN,
        names("open new todo backlog ready triage accept draft planned feedback acknowledg confirm"),
        ("to do", "created", "idea", "proposed", "inbox", "queue", "select", "plan", "next", "need", "offen", " neu ",
         "ouvert", "nouv", "abiert", "nuev", "abert", "apert", "otwart", "откры", " нов", "新", "待", "신규"),
    ),
)  # fmt: skip
"""Parts in other languages than English are those of the words that trackers themselves begin with there."""

_PRIORITY_MEANINGS = (
    _Meaning(PriorityLevel.HIGHEST, names("highest critical urgent blocker immediate"), ("very high",)),
    _Meaning(PriorityLevel.LOWEST, names("lowest trivial"), ("very low",)),
    _Meaning(PriorityLevel.HIGH, names("high major important")),
    _Meaning(PriorityLevel.LOW, names("low minor")),
    _Meaning(PriorityLevel.MEDIUM, names("medium normal moderate")),
)
_NUMBERED = re.compile(r" (sev)? ?p?([0-5]) ")
"""``P1`` and ``1 - ..`` are high, so is ``sev 2``: severities are counted from one."""
_LEVELS = tuple(PriorityLevel)[:-1]
_LONGEST_WORD = 40  # characters of what stands for nothing but a status
_ENDING = re.compile(r"(?:[a-z]?(?:ed|ing|e|d|ve))?")
_SHORTEST_STEM = 4  # letters; a shorter word takes no endings
_BETWEEN = frozenset(("^", "in", "on", "for", "to", "priority"))

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


def missing_value_warning(field: str, there: Iterable[str], asked: Iterable[str]) -> list[str]:
    """What to tell where tickets have the values ``there`` in ``field`` and none of those ``asked`` for: the nearest
    first; nothing where they have no value at all."""
    known = {folded_words(value): value for value in there if value}
    if not known:
        return []
    close = [known[word] for value in asked for word in nearest(folded_words(value), known, _MOST_NAMED)]
    named = list(dict.fromkeys((*close, *known.values())))[:_MOST_NAMED]
    names, values = (", ".join(map(repr, some)) for some in (asked, named))
    return [f"None of these tickets has the {field} {names}; there are: {values}."]


@lru_cache(_DIFFERENT_VALUES)
def priority_level(priority: str) -> PriorityLevel:
    """How urgent ``priority`` is by its words (``P0`` the most urgent); OTHER if that is not known.

    A bare number tells nothing: 1 is the most urgent of one tracker and the least urgent of another.
    """
    if priority.strip().isdecimal():
        return PriorityLevel.OTHER
    kind = _kind_of(priority, _PRIORITY_MEANINGS)
    if kind is None and (numbered := _NUMBERED.search(_spaced(priority))):
        return _LEVELS[min(max(int(numbered[2]) - bool(numbered[1]), 0), len(_LEVELS) - 1)]
    return PriorityLevel(kind or PriorityLevel.OTHER)


def urgency(priority: str) -> int:
    """The rank of a priority, 0 the most urgent; unknown words come after the known ones, none at all last."""
    return PRIORITY_RANK[priority_level(priority)] if priority else len(PRIORITY_RANK)


def by_urgency(priorities: Iterable[str]) -> list[str]:
    """Priorities, the most urgent first."""
    return sorted(priorities, key=lambda priority: (urgency(priority), priority))


@lru_cache(_DIFFERENT_VALUES)
def is_status(text: str) -> bool:
    """Whether ``text`` is a status wherever it stands: ``Done``, ``in progress``."""
    return _is_nothing_but(text, _STATUS_MEANINGS)


@lru_cache(_DIFFERENT_VALUES)
def is_priority(text: str) -> bool:
    """Whether ``text`` is a priority wherever it stands: ``high``, ``P1``, ``low priority``."""
    return _is_nothing_but(text, _PRIORITY_MEANINGS) or re.fullmatch(r"\W*[pP][0-5]\W*", text) is not None


def _is_nothing_but(text: str, meanings: Iterable[_Meaning]) -> bool:
    if len(text) > _LONGEST_WORD:
        return False
    stems = [stem for meaning in meanings for stem in meaning.words]

    def is_one(word: str) -> bool:
        return any(_is_form(word, stem) for stem in stems)

    words = _spaced(text).split()
    told = [word for word in words if word not in _BETWEEN]
    return bool(told) and (
        is_one("".join(words[1:])) or all(is_one(word) or is_one(word.removeprefix("in")) for word in told)
    )


def _is_form(word: str, stem: str) -> bool:
    """Whether ``word`` is ``stem`` with an ending."""
    if not word.startswith(stem) or len(stem) < _SHORTEST_STEM:
        return word == stem
    return _ENDING.fullmatch(word, len(stem)) is not None


def _kind_of(value: str, meanings: Iterable[_Meaning]) -> str | None:
    words = _spaced(value)
    return next(
        (one.kind for one in meanings if any(part in words for part in (*one.words, *one.parts))),
        None,
    )


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
