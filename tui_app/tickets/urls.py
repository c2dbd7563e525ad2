"""Addresses that may be shown as links and opened: http and https, and nothing that hides where it leads."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

_SITE = r"(?:https?://)?(?:(?:\*\.)?(?:[a-z0-9-]+\.)+[a-z0-9-]+|[a-z0-9-]+)"
_LONGEST = 8192  # characters; browsers take no longer ones, and logins with many scopes have thousands


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


def site_of(address: str | None) -> str:
    """The site of an address that may be opened, as `is_at` takes it: ``https://tracker.example``; empty: none."""
    if safe_url(address) is None or address is None:
        return ""
    parts = urlsplit(address)
    return f"{parts.scheme.lower()}://{parts.hostname}"


def site_named(written: str) -> str:
    """The site that a person means by ``tracker.example``, ``*.example.com`` or ``http://tracker.example``.

    Raises:
        ValueError: it is none; a clause for a message.
    """
    if not re.fullmatch(_SITE, written.lower()):
        raise ValueError(f"{written!r} is not a host, such as tracker.example.com or *.example.com")
    return written.lower() if "://" in written else f"https://{written.lower()}"


def is_at(address: str | None, sites: Iterable[str]) -> bool:
    """Whether ``address`` may be opened and is on one of ``sites``, whatever its port.

    A site is ``https://host``; ``https://*.host`` is every host below one, and ``http://host`` also takes in https.
    """
    scheme, _, host = site_of(address).partition("://")
    for site in sites:
        wanted, _, name = site.partition("://")
        if scheme in ("https", wanted) and (host == name or (name[:2] == "*." and host.endswith(name[1:]))):
            return True
    return False
