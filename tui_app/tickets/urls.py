"""Addresses that may be shown as links and opened: http and https, and nothing that hides where it leads."""

from __future__ import annotations

from urllib.parse import urlsplit

_LONGEST = 2048  # characters; browsers and trackers take no longer ones, and a longer one cannot be shown in full


def safe_url(text: str | None) -> str | None:
    """``text`` if it is an address that may be opened, else None.

    Refused are: other schemes, white space, control or non-ASCII invisible characters, a leading dash (an option to the
    program that opens it), user names or passwords, a missing host.
    """
    if not text or len(text) > _LONGEST or text.startswith("-"):
        return None
    if not text.isprintable() or any(character.isspace() or character in '\\"<>`' for character in text):
        return None
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018 (reading it checks it)
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname or "@" in parts.netloc:
        return None
    return text
