"""What may be written as the address and headers of a server that is reached over the network. Pure.

Invariant: an address that passes holds no password and leads to one host by http or https; a header that passes can
neither end the header nor replace one that the protocol needs.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_OURS = frozenset(
    """
    accept accept-encoding connection content-encoding content-length content-type expect host keep-alive
    last-event-id proxy-authorization te trailer transfer-encoding upgrade
    """.split()  # noqa: SIM905 (a list of words reads better as words)
)
_OUR_PREFIX = "mcp-"


def check_url(url: str) -> None:
    """Check that ``url`` can be the address of a server; references in it must be filled in.

    Raises:
        ValueError: it cannot, as a sentence.
    """
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (reading it checks it)
    except ValueError:
        raise ValueError("it is not an address") from None
    if any(character.isspace() or not character.isprintable() for character in url):
        raise ValueError("an address holds no spaces or control characters")
    if parts.scheme.lower() not in ("http", "https") or not parts.hostname:
        raise ValueError("it has to begin with https:// (or http://) and name a host")
    if "@" in parts.netloc:
        raise ValueError("a user name or password cannot be part of the address; send it in headers.Authorization")
    if parts.fragment:
        raise ValueError("the part behind # is never sent; leave it out")


def unencrypted(url: str) -> str:
    """A sentence about an address whose traffic others can read; empty where there is none to be said."""
    if not url.lower().startswith("http://") or "${" in url:
        return ""
    from tui_app.mcp_client.http.endpoint import may_carry_tokens  # late: hardly any address needs a closer look

    if may_carry_tokens(url):
        return ""
    return "http:// is not encrypted: whoever is on the way can read and change everything, so no token is sent."


def check_header(name: str, value: str) -> None:
    """Check that a header can be sent with every request.

    Raises:
        ValueError: it cannot, as a sentence without the value.
    """
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"{name[:80]!r} is not a header name")
    lower = name.lower()
    if lower in _OURS or lower.startswith(_OUR_PREFIX):
        raise ValueError(f"the header {name} is set by ticketdeck itself")
    if not value.isprintable() or not value.isascii():
        raise ValueError(f"the value of the header {name} has to be one line of plain ASCII")


def header_of(text: str) -> tuple[str, str]:
    """Name and value of a header written as ``Name: value``.

    Raises:
        ValueError: it is not written so, or cannot be sent.
    """
    name, colon, value = text.partition(":")
    if not colon:
        raise ValueError("it has no colon between name and value")
    name, value = name.strip(), value.strip()
    check_header(name, value)
    return name, value
