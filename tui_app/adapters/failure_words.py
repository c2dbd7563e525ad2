"""The words with which trackers, HTTP libraries and login tools report failure. Data only; matched case-insensitively.

Everything here is matched against text that is known to be an error, except for `PROSE_FAILURE`, which is what makes a
short answer in prose an error. What HTTP calls its own failures is taken from the standard library.
"""

from __future__ import annotations

import re
from http import HTTPStatus


def _any_of(*phrases: str) -> re.Pattern[str]:
    """One pattern out of several; a space matches any white space and an underscore, as in ``invalid_grant``."""
    return re.compile("|".join(phrase.replace(" ", r"[\s_]+") for phrase in phrases), re.IGNORECASE)


_PAGED = r"(?<!page[\s_])(?<!cursor[\s_])(?<!next[\s_])"  # paging has tokens of its own
_KNOWN_BY = rf"(?:credentials?|password|api[\s_-]?key|cookie|grant|{_PAGED}token)"
_GONE = r"(?:invalid|incorrect|bad|expired|revoked|missing)"
_ENTERING = r"(?:(?:re-?)?authenticat\w+|(?:log|sign)[\s-]?in|login)"

AUTHENTICATION = _any_of(
    r"(?:\A|\b(?:https?[\w/.]*|status|code|error|returned))(?:[^\w/]|is)*401\b(?!/| not found)",
    r"\b401\b\W*client error",
    r"\bunauth(?:ori[sz]ed|enticated)\b",
    r"\b(?:you are |you're )?not (?:yet )?(?:auth\w+|logged in|signed in)\b",
    r"\b(?:please|must|requires?|need to|have to|cannot|run)\W(?:\W?\w+\W+){0,3}?" + _ENTERING + r"\b",
    rf"\b{_ENTERING} (?:again|first|required)\b",
    r"\bauthenticat\w+\b(?:\W+\w+){0,4}?\W+(?:required|needed|failed|failure|error|expired)\b",
    rf"\b(?:{_GONE}|no)(?: \w+){{0,2}} {_KNOWN_BY}\b",
    rf"\b(?:{_KNOWN_BY}|session|login)(?: \w+){{0,6}}? (?:{_GONE}|required|needed)\b",
)
"""The user is not known to the tracker."""

_PHRASES = [rf"{status.value}\W{{1,3}}{status.phrase}" for status in HTTPStatus if status >= 400]
PROSE_FAILURE = _any_of(
    r"(?:\w+ ){0,2}(?:error|exception)\b(?=[^\n]*[:.(]| \w+ing\b|\s*$)",
    r"(?:failed|unable|could not|cannot) (?:to )?\w+",
    r"(?:unauthori[sz]ed|forbidden|access denied|permission denied|request failed)\b",
    rf"(?:http\W*)?(?:{'|'.join(_PHRASES)})\b",
)
"""How an answer in prose begins that reports a failure, not tickets; matched behind `LEADING_MARKS`. A sentence that
begins as `AUTHENTICATION` says is a failure too."""

LEADING_MARKS = re.compile(r"[\W_]{0,8}")

TICKET_LINE = re.compile(r"^[ \W]{0,8}(?:status|state)\b\W{1,6}[A-Za-z]", re.IGNORECASE | re.MULTILINE)
"""A ticket in prose has a status, whatever its title is."""

STATUS_LINE = re.compile(r"^\s*status_code:\s*[\"']?[45]\d\d\b", re.MULTILINE)
"""Answers that read like YAML carry the HTTP status as a line of their own."""

EXPLANATIONS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        _any_of(
            r"\bconnect(?:ion)?\b|ECONN|ENOTFOUND|EAI_AGAIN|getaddrinfo|retries exceeded|unreachable|certificate\b",
        ),
        "The server cannot reach the tracker",
        "Check the network, the VPN and the tracker's address in the profile's env; then try again.",
    ),
    (
        _any_of(r"rate.?limit|too many|\b429\b|quota"),
        "The tracker asks to slow down",
        "Wait a minute, then try again.",
    ),
    (
        _any_of(r"\b403\b|\bforbidden\b|(?:permission|access) denied"),
        "The tracker does not allow that",
        "You are logged in, but may not see this; ask for access, or search elsewhere.",
    ),
    (
        _any_of(r"unknown tool", r"tool (?:\S+ )?not found", r"-32601"),
        "The server has no such tool",
        "`ticketdeck doctor` lists the server's tools and the mapping; correct the tool's name in the profile's map.",
    ),
    (
        _any_of(
            r"\bvalidation\b|\binvalid\b|missing required|is a required|-32602",
            r"(?:unexpected|unknown) (?:keyword )?(?:argument|field)|field \S+ does not exist",
        ),
        "The tool refused its arguments",
        "Look at the criteria first; `ticketdeck doctor` shows the mapping, which the profile's map can correct.",
    ),
    (
        _any_of(
            r"not.found|\b404\b|does not exist|no such|no \w+ found|there is no",
        ),
        "The tracker has no such thing",
        "Check the id, the project and whether you may see it.",
    ),
)
"""Words in an error to its title and hint; the first that fits counts."""
