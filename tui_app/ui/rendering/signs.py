"""Status and priority at a glance: each kind has a sign besides its colour, so colour is never the only one."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

_DIFFERENT_VALUES = 1024  # more statuses than any tracker has
_LONGEST = 80  # characters that are looked at


class StatusKind(StrEnum):
    """What a status means for whoever looks for work, in the order of a board. The value names its style."""

    BLOCKED = "blocked"
    ACTIVE = "active"
    OPEN = "open"
    DONE = "done"
    OTHER = "other"


STATUS_SIGNS = {
    StatusKind.BLOCKED: "■",
    StatusKind.ACTIVE: "◐",
    StatusKind.OPEN: "○",
    StatusKind.DONE: "✓",
    StatusKind.OTHER: "·",
}

_STATUS_PARTS = (
    (StatusKind.BLOCKED, ("block", "hold", "wait", "imped", "stuck", "pause", "pending", "deferred", "suspend")),
    (StatusKind.OPEN, ("^ un", "^ not ", "reopen", "incomplete")),
    (
        StatusKind.DONE,
        ("done", "clos", "resolv", "complet", "fixed", "merged", "cancel", "wont", "won t", "reject", "releas",
         "verif", "duplicate", "deploye", "shippe", "finish", "archiv", "invalid"),
    ),
    (
        StatusKind.ACTIVE,
        ("progress", "doing", "active", "review", "test", "start", "develop", "implement", "work", "investigat",
         "ongoing", "qa ", "current", "running", "assigned"),
    ),
    (
        StatusKind.OPEN,
        ("open", "new", "todo", "to do", "backlog", "triage", "ready", "created", "icebox", "idea", "draft",
         "proposed", "inbox", "queue", "select", "accept", "plan", "next"),
    ),
)  # fmt: skip
"""Parts of words, as `_words` gives them; the first that is found counts."""


@lru_cache(_DIFFERENT_VALUES)
def status_kind(status: str) -> StatusKind:
    """What kind of status ``status`` is, judged by its words in English; OTHER where they say nothing."""
    words = _words(status)
    return next((kind for kind, parts in _STATUS_PARTS if _any_in(parts, words)), StatusKind.OTHER)


class PriorityLevel(StrEnum):
    """How urgent, most urgent first. The value names its style."""

    HIGHEST = "highest"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    LOWEST = "lowest"
    OTHER = "other"


PRIORITY_SIGNS = {
    PriorityLevel.HIGHEST: "⇈",
    PriorityLevel.HIGH: "↑",
    PriorityLevel.MEDIUM: "–",
    PriorityLevel.LOW: "↓",
    PriorityLevel.LOWEST: "⇊",
    PriorityLevel.OTHER: "·",
}

_PRIORITY_PARTS = (
    (
        PriorityLevel.HIGHEST,
        ("highest", "critical", "urgent", "blocker", "immediate", "emergency", "showstopper", "very high",
         " p0 ", " 0 ", " sev1 ", " sev 1 "),
    ),
    (PriorityLevel.LOWEST, ("lowest", "trivial", "very low", " p4 ", " 4 ", " p5 ", " 5 ", "wish")),
    (PriorityLevel.HIGH, ("high", "major", "important", " p1 ", " 1 ", " sev2 ", " sev 2 ")),
    (PriorityLevel.LOW, ("low", "minor", " p3 ", " 3 ", " sev4 ", " sev 4 ")),
    (
        PriorityLevel.MEDIUM,
        ("medium", "normal", "moderate", "default", "average", " p2 ", " 2 ", " sev3 ", " sev 3 "),
    ),
)  # fmt: skip


@lru_cache(_DIFFERENT_VALUES)
def priority_level(priority: str) -> PriorityLevel:
    """How urgent ``priority`` is by its words or its number (``P0`` the most urgent); OTHER where they say nothing."""
    words = _words(priority)
    return next((level for level, parts in _PRIORITY_PARTS if _any_in(parts, words)), PriorityLevel.OTHER)


def _words(value: str) -> str:
    """The words of ``value`` in lower case, a space before and after each, and ``^`` at the start."""
    letters = (character if character.isalnum() else " " for character in value[:_LONGEST].casefold())
    return " ".join(["^", *"".join(letters).split(), ""])


def _any_in(parts: Iterable[str], words: str) -> bool:
    return any(part in words for part in parts)


STATUS_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (StatusKind.OPEN, StatusKind.ACTIVE, StatusKind.BLOCKED, StatusKind.DONE, StatusKind.OTHER)
    )
}
PRIORITY_RANK = {level: rank for rank, level in enumerate(PriorityLevel)}
