"""What counts as a secret, and masking it in everything that is shown or written.

A value that was filled in from elsewhere is a secret by whatever name, unless it is plainly something else
(`is_secret_value`); words of a configuration file are secret by their name or shape (`holds_secret`).

Invariant: `mask_value`, `mask_argv` and `mask_text` leave no value of a field whose name is that of a secret, nothing
that looks like a token, and no password in an address.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence

from tui_app.settings.references import parsed, references

MASK = "****"

SHORTEST_SECRET = 6
"""Characters; masking shorter values would eat ordinary words."""

_SECRET_NAME = re.compile(
    r"(?:^|[_\W])(?:token|secret|passw(?:or)?d|passphrase|pwd|pat|credentials?|cookie|session|bearer|pass|pin"
    r"|passcode|creds?|jwt|auth(?:ori[sz]ation)?)s?(?:$|[_\W])"
    r"|(?:api|access|private|secret|auth)[_\W]?key|token$|secret$|password$",
    re.IGNORECASE,
)
_SECRET_SHAPE = re.compile(
    r"\b(?:gh[pousr]_\w{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{16,}|lin_api_\w{16,}"
    r"|ATATT[\w=-]{16,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)"
)
_URL_PASSWORD = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
_HEADER = re.compile(r"(?i)\b(authorization\s*[:=]\s*(?:bearer|basic|token)?\s*|bearer\s+)[^\s,;'\"]+")
QUERY_VALUE = re.compile(r"(?<=[?&])(?P<name>[^=&#\s]+)=(?P<value>[^&#\s]+)")
"""A parameter of an address."""
_PLAIN_WORD = re.compile(r"(?:[^\W\d_]?(?:(?![A-Z])[^\W\d_]){5,19}|[A-Z]{6,20})")
"""A word in small letters, with a capital, or in capitals; what mixes them within, or goes on for longer, is none."""
_NUMBER = re.compile(r"[+-]?\d[\d.,]*|\d{4}-\d\d-\d\d")
_ADDRESS = re.compile(r"(?i)(?:https?|wss?)://[^\s@?#]+")
_PATH = re.compile(r"(?:~|\.{1,2})?/[\w .@+/-]*|[A-Za-z]:\\[\w .@+\\-]*")
_SHORTEST_TOKEN = 16
_DIGITS_OF_TOKEN = 4
_NAMED_SHAPES = (
    (
        re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*|[a-z]+(?:[._-][a-z]+)*\d{0,4}"),
        re.compile(r"(?i)(?:^|[_\W])(?:user(?:_?name)?|e?mail|login|account|owner|me)(?:$|[_\W])"),
    ),
    (
        re.compile(r"(?:[a-z\d-]+\.)*[a-z\d-]+(?::\d+)?"),
        re.compile(r"(?i)(?:^|[_\W])(?:host(?:name)?|url|domain|site|server|instance|endpoint|region)(?:$|[_\W])"),
    ),
)
"""A person's or a host's name, and the names of variables that hold such."""
_OPTION = re.compile(r"(?P<option>--?[\w-]+|[A-Za-z_]\w*)=(?P<value>.+)", re.DOTALL)


def is_secret_name(name: str) -> bool:
    """Whether a variable or option called ``name`` holds a secret: ``JIRA_API_TOKEN``, ``--password``."""
    return bool(_SECRET_NAME.search(name))


def is_secret_value(value: str, *names: str) -> bool:
    """Whether ``value``, filled in from elsewhere under ``names``, must not be shown.

    It is unless it is short, a plain word, a number or a date, an address or a path without anything that looks like a
    token; or a person's or host's name in a variable that is named so.
    """
    if len(value) < SHORTEST_SECRET:
        return False
    if any(map(is_secret_name, names)) or mask_text(value) != value:
        return True
    if _PLAIN_WORD.fullmatch(value) or _NUMBER.fullmatch(value):
        return False
    if _ADDRESS.fullmatch(value) or _PATH.fullmatch(value):
        return any(map(_is_token, re.split(r"[/\\]", value)))
    return not any(shape.fullmatch(value) and any(map(named.search, names)) for shape, named in _NAMED_SHAPES)


def _is_token(part: str) -> bool:
    """Whether a part of an address or path looks drawn at random: long, with digits among its letters, or with several
    beside both small ones and capitals."""
    is_mixed = part.lower() != part != part.upper() and len(re.findall(r"\d", part)) >= _DIGITS_OF_TOKEN
    return len(part) >= _SHORTEST_TOKEN and (is_mixed or bool(re.search(r"\d[^\W\d]+\d", part)))


def is_reference(value: str) -> bool:
    """Whether ``value`` only refers to the secret: ``${env:NAME}``, ``Bearer ${keyring:jira/me}``, ``${NAME:-none}``.

    A default that is long enough for a secret may be one in plain text, and so may what is beside a reference and no
    plain word.
    """
    found = tuple(references(value))
    if not found or any(len(_literal_text(reference.default or "")) >= SHORTEST_SECRET for reference in found):
        return False
    beside = (word for part in parsed(value) if isinstance(part, str) for word in part.split())
    words = (part for word in beside for part in word.rstrip("=:").split("-", 1))  # Sentry-Bearer
    return all(len(word) < SHORTEST_SECRET or _PLAIN_WORD.fullmatch(word) for word in words)


def holds_secret(name: str, value: str) -> bool:
    """Whether ``value`` is or holds a secret in plain text, by its name or its shape; also as a reference's default."""
    if not value:
        return False
    if not is_reference(value):
        return is_secret_name(name) or mask_text(_literal_text(value)) != _literal_text(value)
    return any(shape.search(_literal_text(value)) for shape in (_SECRET_SHAPE, _URL_PASSWORD))


def _literal_text(value: str) -> str:
    """What of ``value`` is in plain text: without references, but with their defaults."""
    try:
        parts = parsed(value)
    except ValueError:
        return value
    return "".join(part if isinstance(part, str) else _literal_text(part.default or "") for part in parts)


def mask_text(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` with the given secrets, known token shapes and passwords in addresses masked."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            text = text.replace(secret, MASK)
    text = _SECRET_SHAPE.sub(MASK, text)
    text = _URL_PASSWORD.sub(MASK, text)
    return _HEADER.sub(lambda match: match[1] + MASK, text)


def mask_value(name: str, value: str) -> str:
    """``value`` as it may be shown beside its ``name``; references stay, so that they can be read."""
    if is_reference(value):
        return _URL_PASSWORD.sub(MASK, _SECRET_SHAPE.sub(MASK, value))
    return MASK if is_secret_name(name) else mask_text(value)


def mask_url(url: str) -> str:
    """An address as it may be shown: without a password, and without the values of secret parameters."""

    def masked(match: re.Match[str]) -> str:
        return f"{match['name']}={mask_value(match['name'], match['value'])}"

    return mask_text(QUERY_VALUE.sub(masked, url))


def mask_argv(argv: Sequence[str]) -> str:
    """A command as a shell would take it, with the values of secret options masked."""
    shown = []
    for (option, value), word in zip(named_arguments(argv), argv, strict=True):
        masked = mask_value(option, value)
        shown.append(word if masked == value else word.removesuffix(value) + masked)
    return shlex.join(shown)


def named_arguments(argv: Sequence[str]) -> list[tuple[str, str]]:
    """For each word of a command the option that it belongs to (empty: none) and its value.

    ``--token x`` and ``--token=x`` both give ``("--token", "x")`` for the word that holds the ``x``; ``TOKEN=x``, as
    ``docker run -e`` takes it, gives ``("TOKEN", "x")``.
    """
    named: list[tuple[str, str]] = []
    option = ""
    for word in argv:
        match = _OPTION.fullmatch(word)
        named.append((match["option"], match["value"]) if match else (option, word))
        option = word if word.startswith("-") and not match else ""
    return named
