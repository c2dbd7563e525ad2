"""The address of a ticket for people; never the one of the tracker's interface for programs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.urls import safe_url

_API = re.compile(
    r"^https?://api\.|/rest/api/|/api/(?:v?\d|rest|graphql)|/_apis/|/api/?$|\.json(?:\?|$)", re.IGNORECASE
)
_JIRA_API = re.compile(r"^(https?://(?!api\.)[^?#]+?)/rest/api/")
_GITHUB_API = re.compile(r"^https://api\.github\.com/repos/([^/]+/[^/]+)/(issues|pulls)/(\d+)$")
_ISSUE_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]*-\d+")
_LINK_PARTS = ("html", "web", "self", "href", "url")
_DEEPEST = 3  # {"html": {"href": ..}} has two levels


def human_url(candidates: Iterable[JsonValue], identity: str = "") -> str | None:
    """The first of ``candidates`` that is made for people, else one derived from an interface's address.

    Derived are Jira's ``/browse/KEY`` (when ``identity`` is such a key) and GitHub's web address.
    """
    derived = None
    for text in (text for candidate in candidates for text in _texts(candidate)):
        address = safe_url(text)
        if address and not _API.search(address):
            return address
        derived = derived or (address and _derived(address, identity))
    return derived or None


def are_human(urls: Sequence[str]) -> bool:
    """Whether `human_url` returns each of ``urls``; asked once for each beginning where only a word follows it."""
    parts = [url.rpartition("/") for url in urls]
    words = [word for _, _, word in parts]
    joined = "".join(words)
    if "" in words or "/api" in "\n".join(urls).lower() or not (joined.isascii() and joined.replace("-", "").isalnum()):
        return all(human_url([url]) == url for url in urls)
    longest = max(words, key=len, default="")
    return all(human_url([f"{beginning}/{longest}"]) for beginning in {beginning for beginning, _, _ in parts})


def _texts(value: JsonValue, depth: int = 0) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping) and depth < _DEEPEST:
        for part in _LINK_PARTS:
            yield from _texts(value.get(part), depth + 1)


def _derived(address: str, identity: str) -> str | None:
    if match := _JIRA_API.match(address):
        return f"{match[1]}/browse/{identity}" if _ISSUE_KEY.fullmatch(identity) else None
    if match := _GITHUB_API.match(address):
        return f"https://github.com/{match[1]}/{match[2].replace('pulls', 'pull')}/{match[3]}"
    return None
