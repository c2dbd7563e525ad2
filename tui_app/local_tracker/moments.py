"""Dates in tool arguments, in the form that the database keeps: ``2026-11-02T08:00:00Z``."""

from __future__ import annotations

from datetime import UTC, datetime

from tui_app.local_tracker.arguments import ArgumentError

DATE_FORMS = "an ISO 8601 date or date-time, such as 2026-11-01 or 2026-11-01T09:30:00Z"
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def stored_form(moment: datetime) -> str:
    """A moment (one without a zone is taken as UTC) as the database keeps it."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return aware.astimezone(UTC).strftime(_FORM).rjust(20, "0")  # not every C library pads the year


def utc_text(name: str, text: str) -> str:
    """The argument called ``name`` as the database keeps times; a day means its midnight in UTC.

    Raises:
        ArgumentError: the text is no date, or names a day that does not exist.
    """
    try:
        return stored_form(datetime.fromisoformat(text.strip()))
    except (ValueError, OverflowError):
        raise ArgumentError(f"{name}: {text[:40]!r} is not a date that exists. It takes {DATE_FORMS}.") from None
