"""What counts as a secret, and how it is kept out of everything that is shown or written.

Invariant: a value that came from ``${env:..}``, a keyring or a command into a field whose name speaks of secrets, and
whatever looks like a token, never leaves in clear text.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Mapping, Sequence

MASK = "****"

_SHORTEST_SECRET = 6  # characters; masking shorter values would eat ordinary words and give away nothing less

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
_OPTION = re.compile(r"(?P<option>--?[\w-]+)=(?P<value>.+)", re.DOTALL)
_REFERENCE = re.compile(r"\$\{[^}]*\}")


def is_secret_name(name: str) -> bool:
    """Whether a variable or option called ``name`` holds a secret: ``JIRA_API_TOKEN``, ``--password``."""
    return bool(_SECRET_NAME.search(name))


def is_reference(value: str) -> bool:
    """Whether ``value`` only says where the secret is: ``${env:NAME}``, ``Bearer ${keyring:jira/me}``."""
    return bool(_REFERENCE.search(value))


def mask_text(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` with the given secrets, known token shapes and passwords in addresses masked."""
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SHORTEST_SECRET:
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
    shown: list[str] = []
    option = ""
    for word in argv:
        match = _OPTION.fullmatch(word)
        if match:
            shown.append(f"{match['option']}={mask_value(match['option'], match['value'])}")
        else:
            shown.append(mask_value(option, word) if option else mask_text(word))
        option = word if word.startswith("-") and not match else ""
    return shlex.join(shown)


def secret_values(raw: Mapping[str, str], expanded: Mapping[str, str]) -> tuple[str, ...]:
    """The values in ``expanded`` that must never be shown: of secret names, or put together from references."""
    return tuple(
        value
        for name, value in expanded.items()
        if len(value) >= _SHORTEST_SECRET
        and (is_secret_name(name) or "${keyring:" in raw.get(name, "") or "${command:" in raw.get(name, ""))
    )
