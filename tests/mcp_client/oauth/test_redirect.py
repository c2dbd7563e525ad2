"""The listener takes the redirect of its own login, from the browser or pasted, and is moved by nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest

from tests.mcp_client.oauth.test_grants import CLIENT, SERVER
from tui_app.mcp_client.oauth.grants import AuthorizationRequest, authorization_request
from tui_app.mcp_client.oauth.redirect import RedirectListener
from tui_app.tickets.errors import MCPAuthenticationError


@pytest.fixture
async def listener() -> AsyncIterator[RedirectListener]:
    listening = RedirectListener()
    await listening.open(None)
    yield listening
    await listening.close()


@pytest.fixture
def request_sent(listener: RedirectListener) -> AuthorizationRequest:
    sent = authorization_request(SERVER, CLIENT, listener.redirect_uri, "", "")
    listener.expect(sent)
    return sent


async def get(listener: RedirectListener, target: str, method: str = "GET") -> str:
    """The whole response to one request."""
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    writer.write(f"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    response = await asyncio.wait_for(reader.read(), 5)
    writer.close()
    return response.decode()


async def test_the_redirect_is_answered_with_a_page_and_taken(
    listener: RedirectListener, request_sent: AuthorizationRequest
) -> None:
    page = await get(listener, f"/callback?code=c&state={request_sent.state}")
    assert page.startswith("HTTP/1.1 200")
    assert "Go back to the terminal" in page
    assert await asyncio.wait_for(listener.answer(), 5) == f"code=c&state={request_sent.state}"


@pytest.mark.parametrize(
    ("target", "method", "status"),
    [
        ("/callback?code=c&state=old", "GET", "400"),
        ("/callback", "GET", "400"),
        ("/favicon.ico", "GET", "404"),
        ("/callback?code=c", "POST", "404"),
    ],
)
async def test_what_is_not_this_logins_redirect_changes_nothing(
    listener: RedirectListener, request_sent: AuthorizationRequest, target: str, method: str, status: str
) -> None:
    assert (await get(listener, target, method)).startswith(f"HTTP/1.1 {status}")
    waiting = asyncio.ensure_future(listener.answer())
    await get(listener, f"/callback?code=good&state={request_sent.state}")
    assert (await asyncio.wait_for(waiting, 5)).startswith("code=good")


async def test_a_short_address_leads_to_the_long_one(
    listener: RedirectListener, request_sent: AuthorizationRequest
) -> None:
    assert listener.short_url == f"http://127.0.0.1:{listener.port}/login"
    assert f"Location: {request_sent.url}\r\n" in await get(listener, "/login")


@pytest.mark.parametrize(
    "form", ["http://127.0.0.1:1/callback?{}", " '{}' ", "http://127.0.0.1:1/ca\n  llback?{}\n", "?{}", "{}"]
)
async def test_a_pasted_redirect_is_taken_whole_or_in_part(
    listener: RedirectListener, request_sent: AuthorizationRequest, form: str
) -> None:
    assert listener.take(form.format(f"code=c&state={request_sent.state}"))
    assert (await asyncio.wait_for(listener.answer(), 5)).startswith("code=c")


@pytest.mark.parametrize(
    "text", ["", "hello", "http://127.0.0.1:1/callback?code=c&state=old", "code=c", "de=c&state={}"]
)
async def test_anything_else_that_is_pasted_changes_nothing(
    listener: RedirectListener, request_sent: AuthorizationRequest, text: str
) -> None:
    assert not listener.take(text.format(request_sent.state))


async def test_connections_that_send_nothing_or_too_much_leave_it_listening(
    listener: RedirectListener, request_sent: AuthorizationRequest
) -> None:
    _, silent = await asyncio.open_connection("127.0.0.1", listener.port)
    reader, loud = await asyncio.open_connection("127.0.0.1", listener.port)
    loud.write(b"x" * 200_000)
    with suppress(ConnectionError):  # closed with bytes unread
        await asyncio.wait_for(reader.read(), 5)
    await get(listener, f"/callback?code=c&state={request_sent.state}")
    assert await asyncio.wait_for(listener.answer(), 5)
    for writer in (silent, loud):
        writer.close()


async def test_a_port_in_use_is_told_with_what_to_do(listener: RedirectListener) -> None:
    with pytest.raises(MCPAuthenticationError, match="cannot be used") as refused:
        await RedirectListener().open(listener.port)
    assert "oauth.redirect_port" in refused.value.hint
