"""The listener that a login comes back to: a web server on 127.0.0.1 that answers one redirect and is closed.

Invariant: a request that is not the redirect of this login (an old tab's, another program's) is answered and changes
nothing.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tui_app.mcp_client.oauth.grants import answers_request, completes_request
from tui_app.tickets.errors import MCPAuthenticationError

if TYPE_CHECKING:
    from tui_app.mcp_client.oauth.grants import AuthorizationRequest

_HOST = "127.0.0.1"
_PATH = "/callback"
_SHORT_PATH = "/login"
_READ_SECONDS = 10.0  # a browser sends its request at once; what opens a connection ahead of time must not be held
_MOST_BYTES = 65_536  # of a request's head: long scope lists and cookies of other programs on this host

_PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>ticketdeck</title>'
    '<body style="font: 1.2em sans-serif; margin: 4em"><p>{}</p></body></html>'
)
_DONE = "ticketdeck has the answer of your login. Go back to the terminal; this page can be closed."
_STALE = "This is not the login that ticketdeck waits for. Use the newest page, or start the login again."
_NOTHING = "There is nothing here."


class RedirectListener:
    """Belongs to the running event loop; `open` it first."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._request: AuthorizationRequest | None = None
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._serving: set[asyncio.Task[None]] = set()
        self.port = 0

    @property
    def redirect_uri(self) -> str:
        """What is registered and sent as ``redirect_uri``."""
        return f"http://{_HOST}:{self.port}{_PATH}"

    @property
    def short_url(self) -> str:
        """An address short enough to type, on this machine; it leads to the login."""
        return f"http://{_HOST}:{self.port}{_SHORT_PATH}"

    async def open(self, port: int | None, former: str = "") -> None:
        """Listen on ``port`` of 127.0.0.1, or on any free one, then rather on that of a ``former`` redirect address,
        since that one is registered.

        Raises:
            MCPAuthenticationError: the port is another program's.
        """
        if port is None and former:
            with suppress(OSError, ValueError):
                await self._listen(urlsplit(former).port or 0)
                return
        try:
            await self._listen(port or 0)
        except OSError as error:
            raise MCPAuthenticationError(
                f"The login would come back to port {port} of this machine, which cannot be used: {error.strerror}.",
                hint="End the program that uses the port, or change oauth.redirect_port of the profile.",
                title="The login cannot come back",
            ) from None

    async def _listen(self, port: int) -> None:
        self._server = await asyncio.start_server(self._connected, _HOST, port, limit=_MOST_BYTES)
        self.port = self._server.sockets[0].getsockname()[1]

    def expect(self, request: AuthorizationRequest) -> None:
        """Answer the redirect of ``request`` from now on."""
        self._request = request

    def take(self, address: str) -> bool:
        """Take a redirect that the user pasted: an address, or the part after its question mark.

        Returns whether it belongs to the login that is waited for; if not, nothing changes.
        """
        return self.belongs(address) and self._accept(_query(address))

    def belongs(self, address: str) -> bool:
        """Whether `take` would take ``address``; may be asked from any thread."""
        return self._request is not None and completes_request(_query(address), self._request)

    async def answer(self) -> str:
        """The query of the redirect, once it came from the browser or was pasted."""
        return await self._answer

    async def close(self) -> None:
        """Stop listening. May be repeated."""
        if self._server is not None:
            self._server.close()
            for task in self._serving:  # a browser may hold a connection open on which it sends nothing
                task.cancel()
            await asyncio.gather(*self._serving, return_exceptions=True)
            await self._server.wait_closed()
        self._answer.cancel()

    def _accept(self, query: str) -> bool:
        if self._request is None or not answers_request(query, self._request):
            return False
        if not self._answer.done():
            self._answer.set_result(query)
        return True

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(Exception):  # whatever connects here can harm this login in no way
                async with asyncio.timeout(_READ_SECONDS):
                    head = await reader.readuntil(b"\r\n\r\n")
                    writer.write(self._response(head.split(b"\r\n", 1)[0].decode("latin-1")))
                    await writer.drain()
        finally:
            writer.close()

    def _response(self, request_line: str) -> bytes:
        method, _, rest = request_line.partition(" ")
        target = urlsplit(rest.rpartition(" ")[0])
        if method == "GET" and target.path == _SHORT_PATH and self._request is not None:
            return _head("302 Found", f"Location: {self._request.url}\r\n") + b"\r\n"
        if method != "GET" or target.path != _PATH:
            return _page("404 Not Found", _NOTHING)
        return _page("200 OK", _DONE) if self._accept(target.query) else _page("400 Bad Request", _STALE)


def _query(address: str) -> str:
    """The query of an address that may have been pasted in quotes, in lines, or only from its question mark on."""
    text = "".join(address.split()).strip("\"'")
    return text.partition("?")[2].partition("#")[0] if "?" in text else text


def _page(status: str, words: str) -> bytes:
    body = _PAGE.format(words).encode()
    head = _head(status, f"Content-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n")
    return head + b"\r\n" + body


def _head(status: str, headers: str) -> bytes:
    common = "Connection: close\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer\r\n"
    return f"HTTP/1.1 {status}\r\n{common}{headers}".encode("latin-1", "replace")
