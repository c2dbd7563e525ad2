"""Status and priority at a glance: each kind has a sign besides its colour, so colour is never the only one."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache

_DIFFERENT_VALUES = 1024  # more statuses than any tracker has


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

_STATUS_WORDS = (
    (StatusKind.BLOCKED, "block|hold|wait|imped|stuck|pause|pending|deferred|suspend"),
    (StatusKind.OPEN, r"^un|^not |reopen|incomplete"),
    (
        StatusKind.DONE,
        "done|clos|resolv|complet|fixed|merged|cancel|won.?t|reject|releas|verif|duplicate|deploye|shippe|finish|archiv|invalid",
    ),
    (
        StatusKind.ACTIVE,
        r"progress|doing|active|review|test|start|develop|implement|work|investigat|ongoing|qa\b|current|running|assigned",
    ),
    (
        StatusKind.OPEN,
        r"open|new|to.?do|backlog|triage|ready|todo|created|icebox|idea|draft|proposed|inbox|queue|select|accept|plan|next",
    ),
)
_SPACES = re.compile(r"[\s_-]+")


@lru_cache(_DIFFERENT_VALUES)
def status_kind(status: str) -> StatusKind:
    """What kind of status ``status`` is, judged by its words in English; OTHER where they say nothing."""
    words = _SPACES.sub(" ", status[:80].casefold()).strip()
    for kind, pattern in _STATUS_WORDS:
        if re.search(pattern, words):
            return kind
    return StatusKind.OTHER


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

_PRIORITY_WORDS = (
    (
        PriorityLevel.HIGHEST,
        r"highest|critical|urgent|blocker|immediate|emergency|showstopper|very high|\bp?0\b|\bsev ?1\b",
    ),
    (PriorityLevel.LOWEST, r"lowest|trivial|very low|\bp?[45]\b|wish"),
    (PriorityLevel.HIGH, r"high|major|important|\bp?1\b|\bsev ?2\b"),
    (PriorityLevel.LOW, r"low|minor|\bp?3\b|\bsev ?4\b"),
    (PriorityLevel.MEDIUM, r"medium|normal|moderate|default|\bp?2\b|\bsev ?3\b|average"),
)


@lru_cache(_DIFFERENT_VALUES)
def priority_level(priority: str) -> PriorityLevel:
    """How urgent ``priority`` is by its words or its number (``P0`` the most urgent); OTHER where they say nothing."""
    words = _SPACES.sub(" ", priority[:80].casefold()).strip()
    for level, pattern in _PRIORITY_WORDS:
        if re.search(pattern, words):
            return level
    return PriorityLevel.OTHER


STATUS_RANK = {
    kind: rank
    for rank, kind in enumerate(
        (StatusKind.OPEN, StatusKind.ACTIVE, StatusKind.BLOCKED, StatusKind.DONE, StatusKind.OTHER)
    )
}
PRIORITY_RANK = {level: rank for rank, level in enumerate(PriorityLevel)}
