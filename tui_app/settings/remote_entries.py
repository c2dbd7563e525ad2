"""Servers at an address in other programs' files, and those that such a program reaches through ``mcp-remote``. Pure.

Claude Code, Cursor, VS Code, Windsurf, Codex and opencode write the same few facts under different names; every value
is read by the caller's rule for references.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tui_app.settings.profiles import OAuthSettings, Profile
from tui_app.settings.references import ENVIRONMENT, parsed
from tui_app.settings.remote import check_header, check_url, unencrypted

_ADDRESS_KEYS = ("url", "serverUrl", "httpUrl", "uri")
_OLD_PATH, _NEW_PATH = "/sse", "/mcp"
_WRAPPER = "mcp-remote"
_WRAPPER_FLAGS = frozenset(("--allow-http", "--enable-proxy", "--debug", "--silent"))
"""Options of ``mcp-remote`` without a value; all others have one."""

Read = Callable[[Any], str]
"""A value of the file as a profile has it; raises ValueError where it may not be used."""


def address_of(entry: Mapping[str, Any]) -> str:
    """The address in an entry; empty: it is a program's."""
    return next((str(entry[key]) for key in _ADDRESS_KEYS if entry.get(key)), "")


def remote_profile(name: str, entry: Mapping[str, Any], source: str, read: Read) -> tuple[Profile, tuple[str, ...]]:
    """The profile of an entry with an address, and notes about what it does not take over.

    Raises:
        ValueError: it cannot be used; a clause for a message.
    """
    notes: list[str] = []
    old = "sse" in (str(entry.get("type")).lower(), str(entry.get("transport")).lower())
    url = _current(read(address_of(entry)), notes, old=old)
    _check(url)
    if sentence := unencrypted(url):
        notes.append(sentence.rstrip("."))
    if entry.get("headersHelper"):
        notes.append("its headersHelper is not run: write what it prints into headers, as ${command:..}")
    headers = {key: read(value) for key, value in _headers(entry)}
    for key, value in headers.items():
        if "${" not in value:
            check_header(key, value)
    profile = Profile(name=name, url=url, headers=headers, oauth=_oauth(entry, read), source=source)
    return profile, tuple(notes)


def without_wrapper(profile: Profile) -> tuple[Profile, tuple[str, ...]] | None:
    """A profile that runs ``mcp-remote``, as one of the address that this leads to; None if it does not run it.

    Notes say which of its options have no counterpart.
    """
    words = list(profile.command)
    places = [place for place, word in enumerate(words) if word.rpartition("/")[2].partition("@")[0] == _WRAPPER]
    if not places:
        return None
    options, plain = _options(words[places[0] + 1 :])
    if not plain:
        return None
    notes: list[str] = []
    url = _current(plain[0], notes, old="sse-only" in options.get("--transport", []))
    headers = dict(_header(text, profile.env) for text in options.get("--header", []))
    try:
        _check(url)
        oauth = _static_oauth(options, plain[1:])
    except ValueError:
        return None
    lost = [option for option in ("--header-file", "--host", "--ignore-tool") if option in options]
    notes += [f"its {option} has no counterpart here and is left out" for option in lost]
    direct = Profile(
        name=profile.name,
        url=url,
        headers={key: value for key, value in headers.items() if key},
        oauth=oauth,
        source=profile.source,
    )
    return direct, tuple(notes)


def _check(url: str) -> None:
    if "${" not in url:
        check_url(url)


def _current(url: str, notes: list[str], *, old: bool) -> str:
    """``url``, or the address at which servers of the transport of 2024 usually offer the present one."""
    parts = urlsplit(url)
    if parts.path.rstrip("/").endswith(_OLD_PATH):
        path = parts.path.rstrip("/").removesuffix(_OLD_PATH) + _NEW_PATH
        current = urlunsplit(parts._replace(path=path))
        notes.append(f"{url} is of the transport of 2024, which is not supported here; {current} is used instead")
        return current
    if old:
        notes.append("its file calls it a server of the SSE transport, which is not supported here; `doctor` shows")
    return url


def _headers(entry: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for key in ("headers", "http_headers", "requestInit"):
        named = entry.get(key)
        if key == "requestInit" and isinstance(named, dict):
            named = named.get("headers")
        if isinstance(named, dict):
            yield from ((str(name), value) for name, value in named.items() if value is not None)
    variables = entry.get("env_http_headers")
    if isinstance(variables, dict):
        yield from ((str(name), f"${{env:{variable}}}") for name, variable in variables.items())
    if entry.get("bearer_token_env_var"):
        yield "Authorization", f"Bearer ${{env:{entry['bearer_token_env_var']}}}"


def _oauth(entry: Mapping[str, Any], read: Read) -> OAuthSettings:
    """What the file knows of the login; every program has its own names for it."""
    found: dict[str, Any] = {}
    for table in (entry.get("oauth"), entry.get("auth")):
        if isinstance(table, dict):
            found |= {re.sub(r"[\W_]", "", str(key)).lower(): value for key, value in table.items()}

    def text(*names: str) -> str:
        return next((read(found[name]) for name in names if found.get(name)), "")

    scopes = found.get("scopes") or found.get("scope") or ()
    port = found.get("callbackport")
    return OAuthSettings(
        client_id=text("clientid"),
        client_secret=text("clientsecret"),
        scopes=tuple(scopes.split() if isinstance(scopes, str) else map(str, scopes)),
        redirect_port=port if isinstance(port, int) and 0 < port < 65536 else None,
        metadata_url=text("authservermetadataurl", "metadataurl"),
    )


def _options(words: list[str]) -> tuple[dict[str, list[str]], list[str]]:
    """The options of ``mcp-remote`` with their values, and the words that are none."""
    options: dict[str, list[str]] = {}
    plain: list[str] = []
    rest = iter(words)
    for word in rest:
        name, equals, value = word.partition("=")
        if not word.startswith("--"):
            plain.append(word)
        elif equals:
            options.setdefault(name, []).append(value)
        else:
            options.setdefault(word, []).append("" if word in _WRAPPER_FLAGS else next(rest, ""))
    return options, plain


def _header(text: str, env: Mapping[str, str]) -> tuple[str, str]:
    """Name and value of ``--header``, with the variables that the wrapper itself was given filled in."""
    name, _, value = text.partition(":")
    filled = (
        env[part.name] if part.kind == ENVIRONMENT and part.name in env else part.written
        for part in parsed(value.strip())
        if not isinstance(part, str)
    )
    literal = "".join(part if isinstance(part, str) else next(filled) for part in parsed(value.strip()))
    return name.strip(), literal


def _static_oauth(options: Mapping[str, list[str]], plain: list[str]) -> OAuthSettings:
    client: Any = {}
    written = options.get("--static-oauth-client-info", [""])[0]
    if written.startswith("{"):
        client = json.loads(written)
    resource = options.get("--resource")
    return OAuthSettings(
        client_id=str(client.get("client_id") or ""),
        client_secret=str(client.get("client_secret") or ""),
        redirect_port=int(plain[0]) if plain and plain[0].isdigit() and 0 < int(plain[0]) < 65536 else None,
        resource=resource[0] if resource else None,
    )
