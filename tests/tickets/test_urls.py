"""Only addresses that show where they lead may be opened."""

from __future__ import annotations

import pytest

from tui_app.tickets.urls import safe_url


@pytest.mark.parametrize(
    "url", ["https://tracker.example/PAY-1", "http://127.0.0.1:8080/x?a=b#c", "https://例え.example/日本"]
)
def test_ordinary_addresses_pass_unchanged(url: str) -> None:
    assert safe_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "vscode://x",
        "-flag",
        "https://",
        "https:///path",
        "https://user:pw@host/",
        "https://bank.example@evil.example/",
        "https://host/a b",
        "https://host/\x1b[2J",
        "https://host/\u202egpj",
        "https://host:99999/",
        "https://host/" + "a" * 3000,
        "https://[broken/",
    ],
)
def test_what_hides_or_acts_is_refused(url: str | None) -> None:
    assert safe_url(url) is None
