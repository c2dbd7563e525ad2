"""What results can be sorted by. A module of its own, because shell completion must not load anything else."""

from __future__ import annotations

SORT_FIELDS = (
    "id",
    "title",
    "status",
    "assignee",
    "reporter",
    "priority",
    "type",
    "project",
    "created_at",
    "updated_at",
)
"""A leading ``-`` turns the order round."""
