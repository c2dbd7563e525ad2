"""The part of ``ticketdeck doctor`` for a server at an address: how far a connection gets, and what a login takes."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import Struct

from tui_app.mcp_client.http.examination import ConfiguredLogin, Finding, examine
from tui_app.settings.expansion import http_endpoint, oauth_settings
from tui_app.settings.token_store import StoredLogin, TokenStore
from tui_app.tickets.text import clean_line
from tui_app.worker.oauth_failures import login_command

if TYPE_CHECKING:
    from tui_app.settings.profiles import Profile
    from tui_app.tickets.clock import Clock
    from tui_app.tickets.ticket import JsonValue

_REDIRECT_HOST = "http://127.0.0.1"
_REDIRECT_PATH = "/callback"


class ConnectionReport(Struct, frozen=True):
    """One line a step, with what to do where it failed; for people and for programs."""

    lines: list[str]
    as_json: JsonValue


def examined(profile: Profile, clock: Clock) -> ConnectionReport:
    """What is found for a profile of an address; blocks for some seconds per step at most.

    Raises:
        ConfigError: a reference of the profile has no value.
    """
    endpoint, oauth = http_endpoint(profile, os.environ), oauth_settings(profile, os.environ)
    configured = ConfiguredLogin(oauth.client_id, oauth.client_metadata_url, oauth.metadata_url, tuple(oauth.scopes))

    async def collected() -> list[Finding]:
        return [finding async for finding in examine(endpoint, clock, configured, os.environ)]

    findings = asyncio.run(collected())
    if any(finding.step == "registration" for finding in findings):
        findings.append(Finding("redirect address", _redirect_address(profile)))
    store = TokenStore(clock)
    login = store.load(profile.name, profile.url or "") if profile.logs_in_by_browser else None
    if store.out_of_reach:
        hint = f"Unlock the keyring, or log in again with {login_command(profile)}."
        findings.append(
            Finding("stored login", f"in the system's keyring, and {store.out_of_reach}", hint, failed=True)
        )
    elif login is not None or any(finding.step == "registration" for finding in findings):
        findings.append(Finding("stored login", _stored(login, clock.now().timestamp())))
    as_json: list[JsonValue] = [
        {"step": finding.step, "ok": not finding.failed, "text": finding.text, "hint": finding.hint}
        for finding in findings
    ]
    return ConnectionReport([line for finding in findings for line in _lines(finding)], as_json)


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{'✗ ' if finding.failed else ''}{finding.step}: {finding.text}"
    if finding.failed and finding.hint:
        yield f"→ {finding.hint}"


def _stored(login: StoredLogin | None, now: float) -> str:
    """How old a stored login is and how long its token lasts; nothing of the token itself."""
    if login is None:
        return "none"
    age = f"{_span(now - login.obtained_at)} old, " if login.obtained_at else ""
    renewed = "renewed by itself" if login.refresh_token else "then a new login is needed"
    if login.expires_at is None:
        end = f"its end is not known, {renewed}"
    elif login.expires_at <= now:
        end = f"ended {_span(now - login.expires_at)} ago, {renewed}"
    else:
        end = f"ends in {_span(login.expires_at - now)}, {renewed}"
    scopes = f", with the scopes {clean_line(login.scope)}" if login.scope else ""
    return f"of {clean_line(login.issuer)}: {age}{end}{scopes}"


def _span(seconds: float) -> str:
    """Seconds in the largest unit of which there are two, as people say it."""
    for size, unit in ((86_400, "days"), (3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit}"
    return f"{max(0.0, seconds):.0f} seconds"


def _redirect_address(profile: Profile) -> str:
    port = profile.oauth.redirect_port
    if port is not None:
        return f"{_REDIRECT_HOST}:{port}{_REDIRECT_PATH}"
    return f"{_REDIRECT_HOST}:PORT{_REDIRECT_PATH} with any free port; oauth.redirect_port fixes it"
