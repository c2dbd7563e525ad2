"""What counts as a secret, and how it is kept out of everything that is shown or written.

Invariant: `mask_value`, `mask_argv` and `mask_text` leave no value of a field whose name speaks of secrets, nothing
that looks like a token, and no password in an address.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Sequence

MASK = "****"

SHORTEST_SECRET = 6
"""Characters; masking shorter values would eat ordinary words."""

_SECRET_NAME = re.compile(
    r"(?:^|[_\W])(?:token|secret|passw(?:or)?d|passphrase|pwd|pat|credentials?|cookie|session|bearer|auth)s?(?:$|[_\W])"
    r"|(?:api|access|private|secret|auth)[_\W]?key|token$|secret$|password$",
    re.IGNORECASE,
)
_SECRET_SHAPE = re.compile(
    r"\b(?:gh[pousr]_\w{16,}|github_pat_\w{20,}|glpat-[\w-]{16,}|xox[abprs]-[\w-]{10,}|sk-[\w-]{16,}|lin_api_\w{16,}"
    r"|ATATT[\w=-]{16,}|AKIA[0-9A-Z]{16}|eyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]+)"
)
_URL_PASSWORD = re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)")
_HEADER = re.compile(r"(?i)\b(authorization\s*[:=]\s*(?:bearer|basic|token)?\s*|bearer\s+)[^\s,;'\"]+")
_OPTION = re.compile(r"(?P<option>--?[\w-]+|[A-Za-z_]\w*)=(?P<value>.+)", re.DOTALL)
_REFERENCE = re.compile(r"\$\{[^}]*\}")


def is_secret_name(name: str) -> bool:
    """Whether a variable or option called ``name`` holds a secret: ``JIRA_API_TOKEN``, ``--password``."""
    return bool(_SECRET_NAME.search(name))


def is_reference(value: str) -> bool:
    """Whether ``value`` only says where the secret is: ``${env:NAME}``, ``Bearer ${keyring:jira/me}``."""
    return bool(_REFERENCE.search(value))


def holds_secret(name: str, value: str) -> bool:
    """Whether a secret stands in ``value`` in plain text, going by its name or by what it looks like."""
    return bool(value) and not is_reference(value) and (is_secret_name(name) or mask_text(value) != value)


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
    if is_secret_name(name) and not is_reference(value):
        return MASK
    return mask_text(value)


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
