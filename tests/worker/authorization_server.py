"""A remote MCP server with its authorization server: as small as OAuth allows, with faults on demand."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

_TOOL = {
    "name": "search_tickets",
    "inputSchema": {"type": "object", "properties": {"query": {"type": "string"}}},
    "annotations": {"readOnlyHint": True},
}


@dataclass
class RemoteTracker:
    """What it does, and what it has seen."""

    title: str = "A remote ticket"
    lifetime: float | None = 3600.0
    """Seconds that a token lasts, as it says; it forgets tokens only by `expire`."""
    open_to_all: bool = False
    open_but_for_calls: bool = False
    """Whether only tools/call wants a login."""
    registers: bool = True
    refreshes: bool = True
    needed_scope: str = ""
    """Scope without which tools/call is refused with 403."""
    never_granted: str = ""
    """A scope that no token gets, whoever asks."""
    issuer_in_redirect: str | None = None
    """Another issuer than its own in the redirect."""
    faults: dict[str, Callable[[tuple[int, dict[str, str], Any]], Any]] = field(default_factory=dict)
    """Path to what becomes of its proper answer: another one, or None, and nothing is ever sent."""
    device: list[str] = field(default_factory=list)
    """What asking for a device code's tokens is answered with, one after the other; then they are given. Empty: no
    device codes are given."""
    pause: float = 0.0
    """Seconds before each answer of the login server that gives tokens."""
    gives_tokens: asyncio.Event = field(default_factory=asyncio.Event)
    """Whether it was asked for tokens."""
    url: str = ""
    seen: list[str] = field(default_factory=list)
    """Every request, ``METHOD /path``."""
    asked_for_tokens: str = ""
    """The body of the last request for tokens."""
    registered: list[dict[str, Any]] = field(default_factory=list)
    refreshed: int = 0
    clients_seen: list[tuple[str, str]] = field(default_factory=list)
    """Who asked for tokens, by Basic: name and secret."""
    revoked: list[str] = field(default_factory=list)
    revocation_wants: str = ""
    """A field, as it is sent, without which nothing is revoked."""
    scopes: dict[str, str] = field(default_factory=dict)
    """Access token to its scopes: those that are good."""
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _refresh: dict[str, str] = field(default_factory=dict)
    _count: int = 0

    @property
    def origin(self) -> str:
        return self.url.removesuffix("/mcp")

    def expire(self) -> None:
        """No access token is good any more."""
        self.scopes.clear()

    def forget_refresh_tokens(self) -> None:
        self._refresh.clear()

    def consent(self, authorize_url: str, **changes: str) -> str:
        """What a browser comes back to when the user says yes at ``authorize_url``."""
        asked = dict(parse_qsl(urlsplit(authorize_url).query))
        assert asked["code_challenge_method"] == "S256"
        code = self._new("code")
        self._codes[code] = asked
        issuer = self.issuer_in_redirect or self.origin
        answer = {"code": code, "state": asked["state"], "iss": issuer, **changes}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Any:
        path = urlsplit(target).path
        self.seen.append(f"{method} {path}")
        if path == "/authorize":
            return 302, {"Location": self.consent(target)}, None
        proper = self._proper(path, headers, body)
        return self.faults[path](proper) if path in self.faults else proper

    def _proper(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], Any]:
        match path:
            case "/.well-known/oauth-protected-resource/mcp":
                return (
                    200,
                    {},
                    {"resource": self.url, "authorization_servers": [self.origin], "scopes_supported": ["read"]},
                )
            case "/.well-known/oauth-authorization-server":
                return 200, {}, self._metadata()
            case "/register" if self.registers:
                self.registered.append(json.loads(body))
                return 201, {}, {"client_id": self._new("client")}
            case "/token":
                pair = base64.b64decode(headers.get("authorization", "").removeprefix("Basic ")).decode()
                self.asked_for_tokens = body.decode()
                self.clients_seen.append((pair.partition(":")[0], pair.partition(":")[2]))
                return self._token(dict(parse_qsl(body.decode())))
            case "/device" if self.device:
                code = self._new("device")
                self._codes[code] = dict(parse_qsl(body.decode()))
                more = {"user_code": "WDJB-MJHT", "verification_uri": f"{self.origin}/activate", "interval": 2}
                return 200, {}, {"device_code": code, **more}
            case "/revoke" if self.revocation_wants not in body.decode():
                return 400, {}, {"error": "invalid_request"}
            case "/revoke":
                self.revoked.append(dict(parse_qsl(body.decode()))["token"])
                return 200, {}, {}
            case "/mcp":
                return self._mcp(headers, body)
            case _:
                return 404, {}, {}

    def _metadata(self) -> dict[str, Any]:
        ends = {"revocation_endpoint": f"{self.origin}/revoke"}
        if self.device:
            ends["device_authorization_endpoint"] = f"{self.origin}/device"
        if self.registers:
            ends["registration_endpoint"] = f"{self.origin}/register"
        return {
            "issuer": self.origin,
            "authorization_endpoint": f"{self.origin}/authorize",
            "token_endpoint": f"{self.origin}/token",
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none", "client_secret_basic"],
            **ends,
        }

    def _token(self, form: dict[str, str]) -> tuple[int, dict[str, str], Any]:
        if form["grant_type"] == "authorization_code":
            asked = self._codes.pop(form["code"], None)
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            good = asked is not None and challenge == asked["code_challenge"] and form["resource"] == self.url
            wanted = asked.get("scope", "") if asked else ""
            scope = " ".join(part for part in wanted.split() if part != self.never_granted)
        elif "device_code" in form:
            if self.device:
                return 400, {}, {"error": self.device.pop(0)}
            asked = self._codes.pop(form["device_code"], None)
            scope, good = (asked or {}).get("scope", ""), asked is not None
        else:
            scope = self._refresh.pop(form["refresh_token"], "")
            good = bool(scope)
            self.refreshed += 1
        if not good:
            return 400, {}, {"error": "invalid_grant"}
        access = self._new("access")
        self.scopes[access] = scope
        granted: dict[str, Any] = {
            "access_token": access,
            "token_type": "bearer",
            "scope": scope,
            "expires_in": self.lifetime,
        }
        if self.refreshes:
            granted["refresh_token"] = self._new("refresh")
            self._refresh[granted["refresh_token"]] = scope
        return 200, {}, granted

    def _mcp(self, headers: dict[str, str], body: bytes) -> tuple[int, dict[str, str], Any]:
        scope = self.scopes.get(headers.get("authorization", "").removeprefix("Bearer "))
        message = json.loads(body)
        if scope is None and (self.open_to_all or (self.open_but_for_calls and message["method"] != "tools/call")):
            scope = "read"
        if scope is None:
            return 401, {"WWW-Authenticate": 'Bearer error="invalid_token"'}, {}
        if message["method"] == "tools/call" and self.needed_scope not in scope:
            asked = f'Bearer error="insufficient_scope", scope="{self.needed_scope}"'
            return 403, {"WWW-Authenticate": asked}, {}
        if "id" not in message:
            return 202, {}, None
        return 200, {}, {"jsonrpc": "2.0", "id": message["id"], **self._result(message["method"])}

    def _result(self, method: str) -> dict[str, Any]:
        match method:
            case "initialize":
                info = {"name": "remote", "version": "1"}
                return {"result": {"protocolVersion": "2025-11-25", "capabilities": {"tools": {}}, "serverInfo": info}}
            case "tools/list":
                return {"result": {"tools": [_TOOL]}}
            case "tools/call":
                rows = [{"id": "R-1", "title": self.title, "status": "open"}]
                return {"result": {"content": [{"type": "text", "text": json.dumps({"tickets": rows})}]}}
            case _:
                return {"error": {"code": -32601, "message": "no such method"}}

    def _new(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{self._count}-canary"


@contextmanager
def serving_apart() -> Iterator[RemoteTracker]:
    """A tracker in a thread of its own, so that the worker's loop is the worker's alone."""
    remote, ready = RemoteTracker(), threading.Event()
    loop = asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with serving(remote):
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    yield remote
    loop.call_soon_threadsafe(stop.set)
    thread.join(10)
    loop.close()


@asynccontextmanager
async def serving(tracker: RemoteTracker) -> AsyncIterator[RemoteTracker]:
    """The tracker at an address of this machine."""

    serving: set[asyncio.Task[Any] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                first, *lines = head.decode().strip().split("\r\n")
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers.get("content-length", "0")))
                method, target, _ = first.split()
                answer = tracker.answer(method, target, headers, body)
                if target == "/token":
                    tracker.gives_tokens.set()
                    await asyncio.sleep(tracker.pause)
                if answer is None:
                    await asyncio.get_running_loop().create_future()
                status, more, value = answer
                content = value if isinstance(value, bytes) else b"" if value is None else json.dumps(value).encode()
                fields = {"Content-Type": "application/json", "Content-Length": str(len(content)), **more}
                lines = [f"HTTP/1.1 {status} X", *(f"{name}: {text}" for name, text in fields.items())]
                writer.write("\r\n".join([*lines, "", ""]).encode() + content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    tracker.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/mcp"
    async with server:
        yield tracker
        for task in filter(None, serving):
            task.cancel()
