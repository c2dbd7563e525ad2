"""The protocol, in both eras."""

from __future__ import annotations

import io
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.local_tracker.conftest import CAPABILITIES, ENVELOPE, VERSION, Answer, Tracker, TrackerProcess
from tui_app.local_tracker.server import LEGACY_VERSIONS, LONGEST_LINE, Server
from tui_app.local_tracker.tool_schemas import TOOLS
from tui_app.local_tracker.tools import Tools
from tui_app.tickets.clock import SYSTEM_CLOCK


@pytest.fixture
def server(database: Path) -> Iterator[Server]:
    tools = Tools(database, SYSTEM_CLOCK)
    yield Server(tools)
    tools.close()


@pytest.fixture
def fresh(server: Server) -> Tracker:
    """A connection on which nothing was said yet."""

    def send(line: bytes) -> bytes | None:
        response = server.response_to(line)
        return None if response is None else response.encode()

    return Tracker(send)


@pytest.mark.parametrize("version", LEGACY_VERSIONS)
def test_every_legacy_version_is_agreed_to(fresh: Tracker, version: str) -> None:
    result = fresh.handshake(version)
    assert result["protocolVersion"] == version
    assert result["serverInfo"]["name"] == "ticketdeck-local"
    assert "tools" in result["capabilities"]
    assert "search_tickets" in result["instructions"]


@pytest.mark.parametrize("version", ["2023-01-01", "2099-01-01", ""])
def test_an_unknown_version_is_answered_with_the_newest_legacy_one(fresh: Tracker, version: str) -> None:
    assert fresh.handshake(version)["protocolVersion"] == "2025-11-25"


def test_a_probe_discovers_the_modern_era(fresh: Tracker) -> None:
    result = fresh.ask("server/discover", {"_meta": ENVELOPE})["result"]
    assert result["supportedVersions"] == ["2026-07-28"]
    assert result["resultType"] == "complete"
    assert result["_meta"]["io.modelcontextprotocol/serverInfo"]["name"] == "ticketdeck-local"
    assert (result["ttlMs"] >= 0, result["cacheScope"]) == (True, "public")


def test_modern_requests_need_no_handshake(fresh: Tracker) -> None:
    tools = fresh.ask("tools/list", {"_meta": ENVELOPE})["result"]
    called = fresh.ask("tools/call", {"_meta": ENVELOPE, "name": "list_values", "arguments": {}})["result"]
    assert [tool["name"] for tool in tools["tools"]] == [tool["name"] for tool in TOOLS]
    assert tools["resultType"] == called["resultType"] == "complete"


@pytest.mark.parametrize(
    ("meta", "code", "named"),
    [
        ({VERSION: "2026-07-28"}, -32602, CAPABILITIES),
        ({VERSION: 7, CAPABILITIES: {}}, -32602, VERSION),
        ({VERSION: "2027-01-01", CAPABILITIES: {}}, -32022, "Unsupported protocol version"),
        ({CAPABILITIES: {}}, -32602, VERSION),
        (None, -32602, VERSION),
    ],
)
def test_a_wrong_envelope_is_refused(fresh: Tracker, meta: Any, code: int, named: str) -> None:
    error = fresh.ask("server/discover", {"_meta": meta})["error"]
    assert error["code"] == code
    assert named in error["message"]


def test_an_unsupported_version_is_answered_with_the_supported_ones(fresh: Tracker) -> None:
    error = fresh.ask("tools/list", {"_meta": {**ENVELOPE, VERSION: "2027-01-01"}})["error"]
    assert error["data"] == {"supported": ["2026-07-28"], "requested": "2027-01-01"}


def test_a_handshake_after_a_modern_request_is_refused(fresh: Tracker) -> None:
    fresh.ask("server/discover", {"_meta": ENVELOPE})
    error = fresh.ask("initialize", {"protocolVersion": "2025-11-25", "capabilities": {}})["error"]
    assert error["code"] == -32022
    assert error["data"]["supported"] == ["2026-07-28"]


def test_an_envelope_after_a_handshake_is_refused(fresh: Tracker) -> None:
    fresh.handshake()
    assert fresh.ask("tools/list", {"_meta": ENVELOPE})["error"]["code"] == -32600


def test_a_bare_probe_does_not_spoil_the_handshake(fresh: Tracker) -> None:
    assert fresh.ask("server/discover")["error"]["code"] == -32602
    assert fresh.handshake()["protocolVersion"] == "2025-11-25"
    assert fresh.ask("server/discover")["error"]["code"] == -32601


def test_ping_is_a_legacy_method(fresh: Tracker) -> None:
    assert fresh.ask("ping")["result"] == {}
    fresh.handshake()
    assert fresh.ask("ping")["result"] == {}


def test_ping_is_gone_in_the_modern_era(fresh: Tracker) -> None:
    fresh.ask("server/discover", {"_meta": ENVELOPE})
    assert fresh.ask("ping", {"_meta": ENVELOPE})["error"]["code"] == -32601


def test_tools_before_the_handshake_are_refused(fresh: Tracker) -> None:
    assert "initialize" in fresh.ask("tools/list")["error"]["message"]


@pytest.mark.parametrize("method", ["resources/list", "nonsense", ""])
def test_an_unknown_method_is_named(tracker: Tracker, method: str) -> None:
    error = tracker.ask(method)["error"]
    assert error["code"] == -32601
    assert method in error["message"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"not json", -32700),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "pi', -32700),
        (b"\xff\xfe", -32700),
        (b"[" * 100_000, -32700),
        (b"[]", -32600),
        (b'"text"', -32600),
        (b'{"jsonrpc": "2.0", "id": 1}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": 7}', -32600),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}', -32602),
        (b'{"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}}', -32602),
    ],
)
def test_what_is_no_request_gets_an_error(server: Server, line: bytes, code: int) -> None:
    response = server.response_to(line)
    assert response is not None
    assert json.loads(response)["error"]["code"] == code


@pytest.mark.parametrize(
    "line",
    [
        b'{"jsonrpc": "2.0", "method": "notifications/initialized"}',
        b'{"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 4}}',
        b'{"jsonrpc": "2.0", "id": 3, "result": {}}',
    ],
)
def test_notifications_and_responses_are_not_answered(server: Server, line: bytes) -> None:
    assert server.response_to(line) is None


@pytest.mark.parametrize("request_id", ["a", "\ud83d", 1.5, 0, -1])
def test_an_id_comes_back_as_it_was(server: Server, request_id: Any) -> None:
    line = json.dumps({"jsonrpc": "2.0", "id": request_id, "method": "ping"})
    response = server.response_to(line.encode())
    assert response is not None
    assert json.loads(response) == {"jsonrpc": "2.0", "id": request_id, "result": {}}


def test_a_batch_is_answered_in_the_version_that_has_batches(fresh: Tracker, server: Server) -> None:
    batch = json.dumps([{"jsonrpc": "2.0", "id": n, "method": "ping"} for n in (1, 2)]).encode()
    assert json.loads(server.response_to(batch) or "")["error"]["code"] == -32600
    fresh.handshake("2025-03-26")
    assert [answer["id"] for answer in json.loads(server.response_to(batch) or "")] == [1, 2]


@pytest.mark.parametrize("call", [{}, {"name": "drop_tables"}, {"name": ["search_tickets"]}])
def test_an_unknown_tool_is_an_error_of_the_request(tracker: Tracker, call: Answer) -> None:
    assert tracker.ask("tools/call", call)["error"]["code"] == -32602


def test_arguments_that_are_no_object_are_an_error_of_the_request(tracker: Tracker) -> None:
    assert tracker.ask("tools/call", {"name": "list_values", "arguments": [1]})["error"]["code"] == -32602


def test_an_endless_line_is_refused_and_the_next_one_answered(server: Server) -> None:
    requests = io.BytesIO(b"x" * (3 * LONGEST_LINE + 5) + b'\n\n{"jsonrpc":"2.0","id":2,"method":"ping"}\n')
    responses = io.BytesIO()
    server.serve(requests, responses)
    first, second = map(json.loads, responses.getvalue().splitlines())
    assert first["error"]["code"] == -32700
    assert second["result"] == {}


def test_a_fault_inside_is_an_answer_too(database: Path) -> None:
    class BrokenTools(Tools):
        def call(self, name: str, arguments: Any) -> str:
            raise RuntimeError(f"{name} is broken")

    server = Server(BrokenTools(database, SYSTEM_CLOCK))
    server.response_to(b'{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}')
    line = b'{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"list_values"}}'
    error = json.loads(server.response_to(line) or "")["error"]
    assert error["code"] == -32603
    assert "list_values is broken" in error["message"]


Start = Callable[[Path], TrackerProcess]


def test_the_process_ends_when_its_input_ends(start_tracker: Start, database: Path) -> None:
    tracker = start_tracker(database)
    tracker.handshake()
    assert tracker.search(text="printer")["total"] > 0
    assert tracker.process.stdin
    tracker.process.stdin.close()
    assert tracker.process.wait(10) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_process_ends_quietly_when_asked_to(start_tracker: Start, database: Path, number: int) -> None:
    tracker = start_tracker(database)
    tracker.handshake()
    tracker.process.send_signal(number)
    assert tracker.process.wait(10) == 0
    assert tracker.process.stderr
    assert tracker.process.stderr.read() == b""


def test_a_client_that_goes_first_leaves_no_traceback(start_tracker: Start, database: Path) -> None:
    tracker = start_tracker(database)
    tracker.handshake()
    assert tracker.process.stdout
    assert tracker.process.stdin
    tracker.process.stdout.close()
    tracker.process.stdin.write(b'{"jsonrpc":"2.0","id":2,"method":"tools/list"}\n')
    tracker.process.stdin.flush()
    assert tracker.process.wait(10) == 0
    assert tracker.process.stderr
    assert tracker.process.stderr.read() == b""


def test_the_first_rows_wait_for_no_heavy_import(database: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from tui_app.local_tracker.tools import Tools; "
        "from tui_app.tickets.clock import SYSTEM_CLOCK; "
        "import tui_app.local_tracker.server; Tools(Path(sys.argv[1]), SYSTEM_CLOCK).call('search_tickets', {}); "
        "heavy = 'pydantic msgspec platformdirs dataclasses asyncio csv click textual'; "
        "print([name for name in heavy.split() if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, str(database)], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
