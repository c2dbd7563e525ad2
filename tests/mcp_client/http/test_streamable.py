"""What a client of the Streamable HTTP transport owes a server, in both eras (basic/transports of the protocol)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from tests.mcp_client.conftest import QUICK, eventually
from tests.mcp_client.http.conftest import remote_session
from tests.mcp_client.http.http_fault_server import (
    FaultServer,
    Request,
    Respond,
    answer,
    envelope,
    event,
    response,
    running,
    stream_head,
)
from tui_app.mcp_client import session as session_module
from tui_app.mcp_client.auth_challenge import AuthChallenge, challenge_of
from tui_app.mcp_client.session import EraMemory
from tui_app.mcp_client.types import Era
from tui_app.tickets.errors import (
    InputRequiredError,
    MCPAuthenticationError,
    MCPError,
    MCPProtocolError,
    TooManyRequestsError,
)

MODERN, LEGACY = "2026-07-28", "2025-11-25"


class Tokens:
    """A `TokenSource` with a list of tokens, each refused once it is challenged."""

    def __init__(self, *tokens: str) -> None:
        self.tokens = list(tokens)
        self.asked = 0
        self.challenges: list[tuple[AuthChallenge, str | None]] = []

    async def token(self) -> str | None:
        self.asked += 1
        return self.tokens[0] if self.tokens else None

    async def challenged(self, challenge: AuthChallenge, token: str | None) -> bool:
        self.challenges.append((challenge, token))
        self.tokens = self.tokens[1:]
        return bool(self.tokens)


def wants(token: str) -> Respond:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.headers.get("authorization") == f"Bearer {token}":
            writer.write(answer(request))
        else:
            challenge = 'Bearer resource_metadata="https://x/y", error="invalid_token", error_description="it is stale"'
            writer.write(response(401, headers={"WWW-Authenticate": challenge}))

    return respond


# ------------------------------------------------------------------- both eras


@pytest.mark.parametrize("era", ["modern", "legacy"])
async def test_each_message_is_a_post_of_its_own_that_takes_both_kinds_of_answer(era: str) -> None:
    async with running(FaultServer(era=era)) as server, remote_session(server.url) as session:
        await asyncio.gather(*(session.call_tool("work", {"n": n}) for n in range(5)))
        for request in server.requests:
            assert request.method == "POST"
            assert request.path == "/mcp"
            assert request.headers["content-type"] == "application/json"
            assert {"application/json", "text/event-stream"} <= set(request.headers["accept"].split(", "))
            assert request.headers["user-agent"].startswith("ticketdeck/")
            assert isinstance(request.message, dict)


async def test_the_profiles_headers_go_with_every_request_and_only_the_profiles() -> None:
    async with running(FaultServer(era="legacy")) as server:
        async with remote_session(server.url, headers={"Authorization": "Token token=abc", "X-Team": "one"}) as session:
            await session.call_tool("work", {})
        assert [r.headers["authorization"] for r in server.requests] == ["Token token=abc"] * len(server.requests)
        assert {r.headers["x-team"] for r in server.requests} == {"one"}
        assert all("cookie" not in r.headers for r in server.requests)


async def test_the_era_is_found_once_for_each_address() -> None:
    eras = EraMemory()
    async with running(FaultServer(era="legacy")) as server:
        for _ in range(2):
            async with remote_session(server.url, era_cache=eras) as session:
                assert session.identity.era is Era.LEGACY
        assert [r.asks for r in server.asked()].count("server/discover") == 1


async def test_an_era_that_holds_no_more_is_found_anew() -> None:
    for before, now in (("legacy", Era.MODERN), ("modern", Era.LEGACY)):
        eras = EraMemory()
        async with running(FaultServer(era=now)) as server:
            eras.put(target_key(server.url), Era(before))
            async with remote_session(server.url, era_cache=eras) as session:
                assert session.identity.era is now
            assert eras.get(target_key(server.url)) is now


def target_key(url: str) -> str:
    from tui_app.mcp_client.http.endpoint import HttpEndpoint

    return HttpEndpoint(url).key


@pytest.mark.parametrize("status", [400, 404, 405, 406, 415, 422, 500, 501])
async def test_a_server_that_knows_no_probe_is_asked_to_initialize(status: int) -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(response(status, "<html><title>Oops</title></html>", "text/html"))

    async with (
        running(FaultServer(respond, only="server/discover", era="legacy")) as server,
        remote_session(server.url) as session,
    ):
        assert session.identity.era is Era.LEGACY


@pytest.mark.parametrize("silence", ["hangs up", "says nothing"])
async def test_a_server_that_does_not_answer_the_probe_is_asked_to_initialize(silence: str) -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        if silence == "hangs up":
            writer.transport.abort()
        else:
            await asyncio.sleep(60)

    server = FaultServer(respond, only="server/discover", era="legacy")
    async with running(server), remote_session(server.url) as session:
        assert session.identity.era is Era.LEGACY
        assert (await session.call_tool("work", {"n": 1})).text == '{"n": 1}'


@pytest.mark.parametrize("status", [200, 204, 400, 404, 500])
async def test_whatever_is_answered_to_the_first_notification_the_session_goes_on(status: int) -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(response(status))

    server = FaultServer(respond, only="notifications/initialized", era="legacy")
    async with running(server), remote_session(server.url) as session:
        assert (await session.call_tool("work", {"n": 1})).text == '{"n": 1}'
        assert session.alive


async def test_a_redirect_is_remembered_for_the_session() -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(request) if request.path == "/mcp/" else response(307, headers={"Location": "/mcp/"}))

    async with running(FaultServer(respond, only="")) as server, remote_session(server.url) as session:
        await session.call_tool("work", {})
        assert [r.path for r in server.requests] == ["/mcp", "/mcp/", "/mcp/"]


async def test_the_log_has_a_line_for_each_exchange_without_secrets() -> None:
    async with (
        running(FaultServer()) as server,
        remote_session(server.url, headers={"Authorization": "Bearer hunter2hunter2"}) as session,
    ):
        await session.call_tool("work", {})
        log = session.peer.log_tail
    assert "probe: 200 application/json after 0." in log
    assert "tools/call work: 200" in log
    assert "hunter2" not in log


# --------------------------------------------------------------------- modern


async def test_modern_requests_repeat_version_method_and_name_in_headers() -> None:
    async with running(FaultServer()) as server, remote_session(server.url) as session:
        await session.list_tools()
        await session.call_tool("work", {})
        await session.call_tool("drücken\n", {})
        for request in server.requests:
            meta = request.message["params"]["_meta"]
            assert request.headers["mcp-protocol-version"] == meta["io.modelcontextprotocol/protocolVersion"] == MODERN
            assert request.headers["mcp-method"] == request.asks
            assert "mcp-session-id" not in request.headers
        assert [r.headers.get("mcp-name") for r in server.requests] == [
            None, None, "work", "=?base64?ZHLDvGNrZW4K?=",
        ]  # fmt: skip


async def test_closing_the_response_is_what_cancels_a_modern_request() -> None:
    closed = asyncio.Event()

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(stream_head())
        try:
            while not writer.transport.is_closing():
                writer.write(b": waiting\n\n")
                await writer.drain()
                await asyncio.sleep(0.01)
        finally:
            closed.set()

    async with running(FaultServer(respond)) as server, remote_session(server.url) as session:
        call = asyncio.ensure_future(session.call_tool("work", {}))
        await eventually(lambda: len(server.asked("tools/call")) == 1)
        call.cancel()
        await asyncio.wait_for(closed.wait(), 5)
        assert server.asked("notifications/cancelled") == []


async def test_a_server_that_is_slow_to_start_gets_one_greeting(monkeypatch: pytest.MonkeyPatch) -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        server.properly(request, writer)

    monkeypatch.setattr(session_module, "_PATIENCE", 1000)
    server = FaultServer(respond, only="server/discover", era="both")
    async with running(server), remote_session(server.url, replace(QUICK, probe=0.01)) as session:
        assert session.identity.era is Era.MODERN
    assert [request.asks for request in server.asked()] == ["server/discover"]


async def test_a_slow_server_that_answers_the_greetings_of_both_eras_is_spoken_to_in_one() -> None:
    marked = {"type": "object", "properties": {"n": {"type": "integer", "x-mcp-header": "Count"}}}
    answered = asyncio.Event()

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.asks == "server/discover":
            await eventually(lambda: bool(server.asked("initialize")))
        elif request.asks == "initialize":
            await asyncio.sleep(0.2)
            writer.write(answer(request, headers={"Mcp-Session-Id": "late"}))
            await writer.drain()
            answered.set()
            return
        tools = {"tools": [{"name": "work", "inputSchema": marked}]}
        writer.write(answer(request, tools if request.asks == "tools/list" else None))

    server = FaultServer(respond, only="*", era="both")
    async with running(server), remote_session(server.url) as session:
        assert session.identity.era is Era.MODERN
        await asyncio.wait_for(answered.wait(), 5)
        await session.list_tools()
        await session.call_tool("work", {"n": 3})
        (call,) = server.asked("tools/call")
        assert call.headers["mcp-param-count"] == "3"
        assert "mcp-session-id" not in call.headers


async def test_a_slow_server_that_names_a_version_is_asked_for_it() -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.asks == "initialize":
            await asyncio.sleep(0.5)
            writer.write(answer(request, {}))
        elif len(server.asked("server/discover")) == 1:
            await eventually(lambda: bool(server.asked("initialize")))
            data = {"supported": ["2026-07-28"]}
            writer.write(answer(request, error={"code": -32022, "message": "no", "data": data}, status=400))
        else:
            server.properly(request, writer)

    server = FaultServer(respond, only="*")
    async with running(server), remote_session(server.url) as session:
        assert session.identity.era is Era.MODERN


async def test_arguments_that_a_tool_marks_are_repeated_as_headers() -> None:
    schema = {
        "type": "object",
        "properties": {
            "region": {"type": "string", "x-mcp-header": "Region"},
            "n": {"type": "integer", "x-mcp-header": "Count"},
            "dry": {"type": "boolean", "x-mcp-header": "Dry"},
            "where": {"type": "object", "properties": {"room": {"type": "string", "x-mcp-header": "Room"}}},
        },
    }
    async with listing([{"name": "work", "inputSchema": schema}]) as (server, session):
        await session.call_tool("work", {"region": "eu", "n": 3, "dry": False, "where": {"room": " ü"}, "other": 1})
        await session.call_tool("work", {"region": None})
        sent = [{k: v for k, v in r.headers.items() if k.startswith("mcp-param-")} for r in server.asked("tools/call")]
        assert sent == [
            {
                "mcp-param-region": "eu",
                "mcp-param-count": "3",
                "mcp-param-dry": "false",
                "mcp-param-room": "=?base64?IMO8?=",
            },
            {},
        ]


@pytest.mark.parametrize(
    "properties",
    [
        {"a": {"type": "string", "x-mcp-header": ""}},
        {"a": {"type": "string", "x-mcp-header": "A B"}},
        {"a": {"type": "string", "x-mcp-header": "A\r\nB"}},
        {"a": {"type": "string", "x-mcp-header": 5}},
        {"a": {"type": "array", "x-mcp-header": "A"}},
        {"a": {"type": "number", "x-mcp-header": "A"}},
        {"a": {"type": "string", "x-mcp-header": "A"}, "b": {"type": "string", "x-mcp-header": "a"}},
        {"a": {"type": "array", "items": {"type": "string", "x-mcp-header": "A"}}},
        {"a": {"anyOf": [{"type": "string", "x-mcp-header": "A"}]}},
    ],
)
async def test_a_tool_with_a_wrong_mark_is_left_out_and_the_others_stay(properties: dict[str, Any]) -> None:
    wrong = {"name": "wrong", "inputSchema": {"type": "object", "properties": properties}}
    async with listing([wrong, {"name": "right", "inputSchema": {"type": "object"}}]) as (_, session):
        assert [tool.name for tool in await session.list_tools()] == ["right"]
        assert "the tool wrong is left out" in session.peer.log_tail


async def test_a_refusal_for_wrong_headers_lists_the_tools_anew_and_tries_once_more() -> None:
    schemas: list[dict[str, Any]] = [
        {},
        {"type": "object", "properties": {"n": {"type": "integer", "x-mcp-header": "N"}}},
    ]

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.asks == "tools/list":
            tools = [{"name": "work", "inputSchema": schemas.pop(0) if len(schemas) > 1 else schemas[0]}]
            writer.write(answer(request, {"tools": tools}))
        elif request.asks == "tools/call" and "mcp-param-n" not in request.headers:
            writer.write(answer(request, error={"code": -32020, "message": "HeaderMismatch"}, status=400))
        else:
            writer.write(answer(request))

    async with running(FaultServer(respond, only="")) as server, remote_session(server.url) as session:
        await session.list_tools()
        assert (await session.call_tool("work", {"n": 7})).text == '{"n": 7}'
        assert len(server.asked("tools/list")) == 2


ASKS_USER = {"method": "elicitation/create", "params": {"message": "Which\x1b[2J project?"}}
ASKS_FOLDERS = {"method": "roots/list"}
ASKS_MODEL = {"method": "sampling/createMessage", "params": {}}


@pytest.mark.parametrize(
    ("rounds", "sent"),
    [
        ([{"requestState": "s 1"}], [{"requestState": "s 1"}]),
        ([{"inputRequests": {"r": ASKS_FOLDERS}}], [{"inputResponses": {"r": {"roots": []}}}]),
        (
            [{"inputRequests": {"a": ASKS_USER, "b": ASKS_FOLDERS}, "requestState": "1"}, {"requestState": "2"}],
            [
                {"inputResponses": {"a": {"action": "cancel"}, "b": {"roots": []}}, "requestState": "1"},
                {"requestState": "2"},
            ],
        ),
    ],
)
async def test_a_call_is_made_again_with_what_the_server_still_needs(
    rounds: list[dict[str, Any]], sent: list[dict[str, Any]]
) -> None:
    left = [{"resultType": "input_required", **needed} for needed in rounds]

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(request, left.pop(0) if left else {"content": [{"type": "text", "text": "done"}]}))

    async with running(FaultServer(respond)) as server, remote_session(server.url) as session:
        assert (await session.call_tool("work", {"n": 1})).text == "done"
        first, *again = [request.message for request in server.asked("tools/call")]
        more = [{k: v for k, v in m["params"].items() if k in ("inputResponses", "requestState")} for m in again]
        assert more == sent
        assert all(m["params"]["arguments"] == first["params"]["arguments"] for m in again)
        assert len({message["id"] for message in (first, *again)}) == len(rounds) + 1


@pytest.mark.parametrize(
    ("needed", "then", "words", "calls"),
    [
        ({"inputRequests": {"q": ASKS_USER}}, {"isError": True, "content": []}, "further input: Which␛", 2),
        ({"inputRequests": {"q": ASKS_USER}}, None, "further input: Which␛", 9),
        ({"requestState": "for ever"}, None, "further input, which", 9),
        ({"inputRequests": {"q": ASKS_MODEL}, "requestState": "x"}, None, "further input, which", 1),
        ({"inputRequests": {"q": ASKS_MODEL, "u": ASKS_USER}}, None, "further input: Which␛", 1),
        ({"inputRequests": ["odd"]}, None, "further input, which", 1),
        ({"inputRequests": {"q": "odd"}, "requestState": 7}, None, "further input, which", 1),
        ({}, None, "further input, which", 1),
    ],
)
async def test_a_question_that_must_be_answered_is_told_as_such(
    needed: dict[str, Any], then: dict[str, Any] | None, words: str, calls: int
) -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        asked = len(server.asked("tools/call")) == 1 or then is None
        writer.write(answer(request, {"resultType": "input_required", **needed} if asked else then))

    async with running(FaultServer(respond)) as server, remote_session(server.url) as session:
        with pytest.raises(MCPProtocolError, match=words):
            await session.call_tool("work", {})
        assert len(server.asked("tools/call")) == calls


CHALLENGE = {"WWW-Authenticate": 'Bearer error="invalid_token"'}
REFUSALS: Mapping[str, tuple[Callable[[Request], bytes], type[MCPError]]] = {
    "a login": (lambda _: response(401, headers=CHALLENGE), MCPAuthenticationError),
    "a pause": (lambda _: response(429, headers={"Retry-After": "0"}), TooManyRequestsError),
    "a pause of a server": (lambda _: response(503, headers={"Retry-After": "0"}), TooManyRequestsError),
    "another address": (lambda _: response(307, headers={"Location": "/mcp/"}), MCPError),
    "other headers": (lambda r: answer(r, error={"code": -32020, "message": "HeaderMismatch"}, status=400), MCPError),
    "a second round": (lambda r: answer(r, {"resultType": "input_required", "requestState": "1"}), InputRequiredError),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_call_that_is_to_be_made_once_is_made_again_after_no_refusal(name: str) -> None:
    refuse, error = REFUSALS[name]

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        refused = request.asks == "tools/call" and len(server.asked("tools/call")) == 1
        writer.write(refuse(request) if refused else answer(request))

    tokens = Tokens("stale", "fresh")
    async with (
        running(FaultServer(respond, only="")) as server,
        remote_session(server.url, tokens=tokens) as session,
    ):
        with pytest.raises(error):
            await session.call_tool("work", {"n": 1}, once=True)
        assert len(server.asked("tools/call")) == 1
        assert (await session.call_tool("work", {"n": 2}, once=True)).text == '{"n": 2}'


# --------------------------------------------------------------------- legacy


async def test_a_legacy_session_id_and_version_are_sent_until_the_session_is_deleted() -> None:
    async with running(FaultServer(era="legacy")) as server:
        async with remote_session(server.url) as session:
            await session.call_tool("work", {})
        first, *rest = [r for r in server.requests if r.asks != "server/discover"]
        assert first.asks == "initialize"
        assert "mcp-session-id" not in first.headers
        assert [(r.headers["mcp-session-id"], r.headers["mcp-protocol-version"]) for r in rest] == [
            ("session-1", LEGACY)
        ] * len(rest)
        assert [r.method for r in rest] == ["POST", "POST", "DELETE"]
        assert "mcp-method" not in rest[0].headers


async def test_a_server_that_keeps_no_sessions_is_not_asked_to_delete_one() -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(request))

    async with running(FaultServer(respond, only="initialize", era="legacy")) as server:
        async with remote_session(server.url) as session:
            await session.call_tool("work", {})
        assert all(r.method == "POST" and "mcp-session-id" not in r.headers for r in server.requests)


async def test_a_deletion_that_is_refused_or_not_answered_holds_up_no_end() -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async with (
        running(FaultServer(respond, only="DELETE", era="legacy")) as server,
        asyncio.timeout(5),
        remote_session(server.url) as session,
    ):
        await session.call_tool("work", {})


async def test_requests_wait_until_the_server_knows_that_it_is_initialized() -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        assert server.asked("tools/list") == []
        writer.write(response(202))

    server = FaultServer(respond, only="notifications/initialized", era="legacy")
    async with running(server), remote_session(server.url) as session:
        assert len(await session.list_tools()) == 1


async def test_a_legacy_request_is_cancelled_by_a_notification() -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    async with (
        running(FaultServer(respond, era="legacy")) as server,
        remote_session(server.url, replace(QUICK, request=0.1)) as session,
    ):
        with pytest.raises(MCPError, match="no answer"):
            await session.call_tool("work", {})
        await eventually(lambda: len(server.asked("notifications/cancelled")) == 1)
        (cancelled,) = server.asked("notifications/cancelled")
        assert cancelled.message["params"]["requestId"] == server.asked("tools/call")[0].message["id"]


async def test_requests_of_a_legacy_server_are_answered_by_posts_of_their_own() -> None:
    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(stream_head())
        for number, method in enumerate(("ping", "roots/list", "sampling/createMessage")):
            writer.write(event({"jsonrpc": "2.0", "id": f"s{number}", "method": method, "params": {}}))
        await writer.drain()
        await eventually(lambda: len([r for r in server.asked() if not r.asks]) == 3)
        writer.write(event(envelope(request)))
        writer.close()

    server = FaultServer(respond, era="legacy")
    async with running(server), remote_session(server.url) as session:
        assert (await session.call_tool("work", {"n": 1})).text == '{"n": 1}'
        answers = {r.message["id"]: r.message for r in server.asked() if not r.asks}
        assert answers["s0"]["result"] == {}
        assert answers["s1"]["result"] == {"roots": []}
        assert answers["s2"]["error"]["code"] == -32601


@pytest.mark.parametrize("breaks", ["at once", "after a notification", "twice"])
async def test_a_legacy_stream_that_ends_early_is_resumed_where_it_ended(breaks: str) -> None:
    call: list[Request] = []

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(stream_head())
        if request.method == "POST" and request.asks == "tools/call":
            call.append(request)
            writer.write(b"retry: 10\nid: e1\ndata:\n\n")
            if breaks == "after a notification":
                writer.write(event({"jsonrpc": "2.0", "method": "notifications/message"}, id="e2"))
        elif breaks == "twice" and request.headers["last-event-id"] == "e1":
            writer.write(b"id: e2\ndata:\n\n")
        else:
            writer.write(event(envelope(call[0]), id="e3"))
        await writer.drain()
        writer.close()

    class Resumable(FaultServer):
        async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
            if request.method == "GET" or request.asks == "tools/call":
                await respond(request, writer)
            else:
                self.properly(request, writer)

    async with running(Resumable(era="legacy")) as server, remote_session(server.url) as session:
        assert (await session.call_tool("work", {"n": 1})).text == '{"n": 1}'
        resumed = [r for r in server.requests if r.method == "GET"]
        expected = {"at once": ["e1"], "after a notification": ["e2"], "twice": ["e1", "e2"]}[breaks]
        assert [r.headers["last-event-id"] for r in resumed] == expected
        assert {r.headers["accept"] for r in resumed} == {"text/event-stream"}
        assert {r.headers["mcp-session-id"] for r in resumed} == {"session-1"}


async def test_the_old_transport_of_2024_is_told_as_such() -> None:
    class Old(FaultServer):
        async def _answer(self, request: Request, writer: asyncio.StreamWriter) -> None:
            if request.method == "GET":
                writer.write(stream_head() + event("/messages?session=1", event="endpoint"))
            else:
                writer.write(response(405))

    async with running(Old()) as server:
        with pytest.raises(MCPError, match="HTTP\\+SSE transport of 2024"):
            async with remote_session(server.url):
                pass


# --------------------------------------------------------------------- tokens


async def test_the_token_of_each_moment_goes_with_each_request() -> None:
    tokens = Tokens("first")
    async with running(FaultServer()) as server, remote_session(server.url, tokens=tokens) as session:
        await session.call_tool("work", {})
        tokens.tokens = ["second"]
        await session.call_tool("work", {})
        sent = [r.headers["authorization"] for r in server.asked("tools/call")]
        assert sent == ["Bearer first", "Bearer second"]


async def test_a_token_that_a_server_repeats_is_masked() -> None:
    tokens = Tokens("hunter2hunter2")
    error = {"code": -32000, "message": "your token hunter2hunter2 is odd"}
    async with (
        running(FaultServer(lambda r, w: write(w, answer(r, error=error)))) as server,
        remote_session(server.url, tokens=tokens) as session,
    ):
        with pytest.raises(MCPError) as caught:
            await session.call_tool("work", {})
        assert caught.value.cause == "your token **** is odd"
        assert "hunter2hunter2" in session.peer.secrets


async def write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)


async def test_a_request_refused_with_401_is_repeated_once_with_a_new_token() -> None:
    tokens = Tokens("stale", "fresh")
    async with running(FaultServer(wants("fresh"), only="")) as server:
        async with remote_session(server.url, tokens=tokens) as session:
            assert (await session.call_tool("work", {"n": 1})).text == '{"n": 1}'
        ((challenge, token),) = tokens.challenges
        assert token == "stale"
        assert (challenge.status, challenge.error, challenge.resource_metadata) == (401, "invalid_token", "https://x/y")


async def test_a_request_that_stays_refused_carries_the_challenge() -> None:
    tokens = Tokens("stale", "stale too", "never tried")
    async with running(FaultServer(wants("fresh"))) as server, remote_session(server.url, tokens=tokens) as session:
        with pytest.raises(MCPAuthenticationError, match="401 Unauthorized: it is stale") as caught:
            await session.call_tool("work", {})
        challenge = challenge_of(caught.value)
        assert challenge is not None
        assert challenge.url == server.url
        assert len(server.asked("tools/call")) == 2
        assert "ticketdeck login" in caught.value.hint


async def test_a_token_goes_nowhere_but_to_its_servers_origin() -> None:
    async with running(FaultServer()) as other:

        async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(response(307, headers={"Location": other.url}))

        async with (
            running(FaultServer(respond)) as server,
            remote_session(server.url, tokens=Tokens("mine")) as session,
        ):
            with pytest.raises(MCPError, match="not followed"):
                await session.call_tool("work", {})
        assert other.requests == []


async def test_a_profiles_own_authorization_is_sent_in_place_of_a_token() -> None:
    tokens = Tokens("never")
    async with (
        running(FaultServer(wants("right"))) as server,
        remote_session(server.url, tokens=tokens, headers={"authorization": "Bearer wrong"}) as session,
    ):
        with pytest.raises(MCPAuthenticationError, match="does not accept the Authorization header") as caught:
            await session.call_tool("work", {})
        assert "config.toml" in caught.value.hint
    assert tokens.asked == 0
    assert tokens.challenges == []


async def test_what_a_source_of_tokens_raises_is_what_the_request_ends_with() -> None:
    class Broken(Tokens):
        async def token(self) -> str | None:
            raise MCPAuthenticationError("The refresh failed.")

    async with running(FaultServer()) as server:
        with pytest.raises(MCPAuthenticationError, match="refresh failed"):
            async with remote_session(server.url, tokens=Broken()):
                pass


async def test_a_fault_of_our_own_ends_every_request_at_once_with_the_reason() -> None:
    class Broken(Tokens):
        fault: Exception | None = None

        async def token(self) -> str | None:
            if self.fault is not None:
                raise self.fault
            return await super().token()

    async def silent(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(60)

    reported: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reported.append(context["exception"]))
    tokens = Broken("one")
    async with (
        running(FaultServer(silent, era="legacy")) as server,
        remote_session(server.url, tokens=tokens) as session,
    ):
        waiting = asyncio.ensure_future(session.call_tool("work", {"n": 1}))
        await eventually(lambda: bool(server.asked("tools/call")))
        tokens.fault = ZeroDivisionError("a ticket's text")
        for call in (session.call_tool("work", {"n": 2}), waiting, session.call_tool("work", {"n": 3})):
            with pytest.raises(MCPProtocolError, match="unexpected ZeroDivisionError inside ticketdeck") as caught:
                await asyncio.wait_for(call, 5)
            assert "ticket's text" not in caught.value.cause
    assert reported == [tokens.fault]


async def test_a_session_ends_without_a_word_where_its_token_can_no_more_be_had() -> None:
    class Ended(Tokens):
        async def token(self) -> str | None:
            if self.tokens == ["none"]:
                raise MCPAuthenticationError("The refresh failed.")
            return await super().token()

    tokens = Ended("one")
    async with running(FaultServer(era="legacy")) as server, remote_session(server.url, tokens=tokens):
        tokens.tokens = ["none"]


# ---------------------------------------------------------------------- helper


def listing(tools: list[dict[str, Any]]) -> Any:
    """A running server with these tools, and a session that has listed them."""
    from contextlib import asynccontextmanager

    async def respond(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(request, {"tools": json.loads(json.dumps(tools))}))

    @asynccontextmanager
    async def opened() -> Any:
        async with running(FaultServer(respond, only="tools/list")) as server, remote_session(server.url) as session:
            await session.list_tools()
            yield server, session

    return opened()
