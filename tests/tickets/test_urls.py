"""Only addresses that show where they lead may be opened."""

from __future__ import annotations

import pytest

from tui_app.tickets.urls import is_at, safe_url, site_named, site_of


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
        "https://host/" + "a" * 9000,
        "https://[broken/",
    ],
)
def test_what_hides_or_acts_is_refused(url: str | None) -> None:
    assert safe_url(url) is None


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://tracker.example/a", "https://tracker.example"),
        ("https://tracker.example:8443/a?b#c", "https://tracker.example"),
        ("HTTPS://Tracker.Example/a", "https://tracker.example"),
        ("https://tracker.example/a", "http://tracker.example"),
        ("https://a.tracker.example/", "https://*.tracker.example"),
    ],
)
def test_an_address_is_at_its_site(address: str, site: str) -> None:
    assert is_at(address, ("https://other.example", site))


@pytest.mark.parametrize(
    "address",
    [
        None,
        "",
        "http://tracker.example/a",  # anybody on the way could answer
        "https://tracker.example.evil.example/",
        "https://eviltracker.example/",
        "https://a.tracker.example/",
        "https://tracker.example@evil.example/",
        "https://evil.example/tracker.example",
        "https://tracker.example%2f@evil.example/",
        "https://tracker.example\\@evil.example/",
        "https://tracker.example./",
        "https://tracker。example/",
        "javascript://tracker.example/%0aalert(1)",
        "file://tracker.example/etc/passwd",
    ],
)
def test_nothing_else_is_at_a_site(address: str | None) -> None:
    assert not is_at(address, ("https://tracker.example",))
    assert not is_at(address, ())


def test_all_hosts_below_one_are_not_that_one() -> None:
    assert not is_at("https://example.com/", ("https://*.example.com",))
    assert not is_at("https://badexample.com/", ("https://*.example.com",))


@pytest.mark.parametrize(
    "written", ["", "a b", "https://", "https://a.example/path", "*", "*.", "a@b.example", "ftp://x"]
)
def test_what_is_no_host_is_no_site(written: str) -> None:
    with pytest.raises(ValueError, match="is not a host"):
        site_named(written)


def test_a_site_is_written_by_its_host() -> None:
    assert site_named("Tracker.Example") == "https://tracker.example"
    assert site_named("http://redmine") == "http://redmine"
    assert site_of("https://u:p@tracker.example/") == ""
