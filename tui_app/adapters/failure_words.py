"""The words with which trackers, HTTP libraries and login tools report failure. Data only; matched case-insensitively.

Collected from the answers of some sixty servers. Everything here is matched against text that is known to be an error,
except for `PROSE_FAILURE`, which is what makes a short answer in prose an error.
"""

from __future__ import annotations

import re


def _any_of(*phrases: str) -> re.Pattern[str]:
    """One pattern out of several; a space matches any white space."""
    return re.compile("|".join(phrase.replace(" ", r"\s+") for phrase in phrases), re.IGNORECASE)


_KNOWN_BY = r"(?:credentials?|password|api[\s_-]?key|session[\s_-]cookie)"
_ENTRY = r"(?<!page[\s_])(?<!next_)(?<!cursor[\s_])(?<!pagination\s)token"  # paging has tokens of its own
_GONE = r"(?:expired|invalid|revoked|missing|required|needed|stale|no longer valid)"
_BETWEEN = r"(?: (?:has|have|is|are|was|were|been|be|may|might|not|already|either|associated|with|this|profile))*"

AUTHENTICATION = _any_of(
    r"\b(?:https?(?:/\d(?:\.\d)?)?|status|code|error|response|returned|got|received|failed)"
    r"(?:[\s:=(\"'\[]|status|code|error|with|is|was|of)*401\b(?! not found)",
    r"\b401\b[\s:\-\"'(]*(?:client error|unauthori[sz]ed|authori[sz]ation|authentication)",
    r"\A\W*401\W*\Z",
    r"\bunauthori[sz]ed\b",
    r"\bunauthenticated\b",
    r"\bnot (?:yet )?(?:authenticated|logged in|signed in)\b",
    r"\bauthenti(?:cation|cate|cated)\b.{0,40}?\b(?:required|needed|fail(?:ed|ure|s)?|error|expired|first|again)\b",
    r"\b(?:requires?|requiring|must be|needs?|failed to|could not|cannot|unable to|please) (?:re-?)?authenticat\w+",
    r"\b(?:authentication|auth)_(?:error|failed|required)\b",
    r"\binvalid_(?:grant|token|client|api_?key|auth)\b",
    r"\b(?:not_authed|token_expired|token_revoked)\b",
    rf"\b(?:invalid|incorrect|bad|wrong|expired|revoked|missing|no)(?: or \w+)?(?: \w+)? {_KNOWN_BY}\b",
    rf"\b(?:invalid|incorrect|bad|expired|revoked)(?: or \w+)?(?: \w+)? {_ENTRY}\b",
    rf"\b(?:{_KNOWN_BY}|{_ENTRY}|(?:access|auth|api|bearer|oauth|refresh|private)[\s_-]?token"
    rf"|(?:sso )?session|cookie|login|kerberos ticket){_BETWEEN} {_GONE}\b",
    r"\b(?:please|must|need to|have to|first) (?:re-?)?(?:log|sign)[\s-]?in\b",
    r"\blog[\s-]?in (?:again|first|required|is required)\b",
    r"\b(?:run|use|try)\b.{0,20}?\b(?:mwinit|kinit|(?:gh auth|aws sso|az|gcloud auth|glab auth) login)\b",
    r"\bno (?:kerberos )?credentials (?:cache|available|were supplied|found)\b",
    r"\bhttp basic: access denied\b",
)
"""The user is not known to the tracker."""

PROSE_FAILURE = _any_of(
    r"(?:an )?(?:unexpected |internal |fatal )?(?:error|exception)\b(?=[^\n]*[:.(]| \w+ing\b|\s*$)",
    r"(?:failed|unable|could not|cannot) (?:to )?\w+",
    r"mcp error\b",
    r"(?:unauthori[sz]ed|unauthenticated|forbidden|access denied|permission denied)\b",
    r"(?:request|authentication|authori[sz]ation|login) (?:failed|required|error)\b",
    r"(?:http\s*)?(?:401|403|404|429|5\d\d)\b\s*[:\-]?\s*"
    r"(?:unauthori[sz]ed|forbidden|not found|too many|internal|bad gateway|service)",
    r"(?:you are |you're )?not (?:logged in|authenticated|signed in|authori[sz]ed)\b",
    r"please (?:log|sign)\s?in\b",
    r"(?:invalid|expired|bad|missing) (?:\w+ )?(?:credentials?|token|api\s?key)\b",
)
"""How an answer in prose begins that reports a failure, not tickets; matched behind `LEADING_MARKS`."""

LEADING_MARKS = re.compile(r"[\W_]{0,8}")

TICKET_LINE = re.compile(r"^[ \W]{0,8}(?:status|state)\b\W{1,6}[A-Za-z]", re.IGNORECASE | re.MULTILINE)
"""A ticket in prose has a status, whatever its title is."""

STATUS_LINE = re.compile(r"^\s*status_code:\s*[\"']?[45]\d\d\b", re.MULTILINE)
"""Answers that read like YAML carry the HTTP status as a line of their own."""

EXPLANATIONS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        _any_of(
            r"connection\s*(?:error|refused|failed|reset)",
            r"(?:cannot|could not|failed to) connect",
            r"ECONN|ENOTFOUND|EAI_AGAIN|getaddrinfo",
            r"max retries exceeded",
            r"name resolution|network is unreachable|certificate verify",
        ),
        "The server cannot reach the tracker",
        "Check the network, the VPN and the tracker's address in the profile's env; then try again.",
    ),
    (
        _any_of(r"rate[\s_-]?limit", r"too many requests", r"\b429\b", r"quota exceeded"),
        "The tracker asks to slow down",
        "Wait a minute, then try again.",
    ),
    (
        _any_of(r"\b403\b", r"\bforbidden\b", r"permission denied", r"access denied"),
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
            r"(?:validation|parameter validation) (?:error|failed)",
            r"invalid (?:argument|input|value|param|option|type)",
            r"missing required|is a required property",
            r"(?:unexpected|unknown) (?:keyword )?(?:argument|field)",
            r"field \S+ does not exist",
            r"-32602",
        ),
        "The tool refused its arguments",
        "Look at the criteria first; `ticketdeck doctor` shows the mapping, which the profile's map can correct.",
    ),
    (
        _any_of(
            r"not[\s_-]found",
            r"\b404\b",
            r"does not exist",
            r"no such",
            r"no (?:issue|ticket|task)s? found",
            r"there is no (?:issue|ticket|task)",
        ),
        "The tracker has no such thing",
        "Check the id, the project and whether you may see it.",
    ),
)
"""Words in an error to its title and hint; the first that fits counts."""
