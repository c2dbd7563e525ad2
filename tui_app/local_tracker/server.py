"""The embedded tracker's MCP server: JSON-RPC lines on standard input and output, in both eras of the protocol.

Invariants: the client's first request decides the era, as in the official SDK: a handshake (2024-11-05 to 2025-11-25),
or an envelope in every request's ``_meta`` (2026-07-28). Every request gets exactly one response, whatever it holds; a
wrong tool argument is a result with ``isError``. Nothing but responses goes to standard output.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any

from tui_app import __version__
from tui_app.local_tracker.checked_arguments import ArgumentError, ToolError
from tui_app.local_tracker.tool_schemas import INPUT_SCHEMAS, TOOLS

if TYPE_CHECKING:
    from typing import BinaryIO

    from tui_app.local_tracker.tools import Tools

LEGACY_VERSIONS = ("2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25")
MODERN_VERSIONS = ("2026-07-28",)
LONGEST_LINE = 4 * 1024 * 1024
"""Bytes; every request is small, and an endless one must not fill the memory."""
_BATCH_VERSION = "2025-03-26"  # the one version with JSON-RPC batches

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
INTERNAL_ERROR = -32603
UNSUPPORTED_VERSION = -32022

_VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
_CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
_SERVER_KEY = "io.modelcontextprotocol/serverInfo"

SERVER_INFO = {"name": "ticketdeck-local", "title": "ticketdeck's own tracker", "version": __version__}
INSTRUCTIONS = (
    "The tickets of ticketdeck's own tracker. Find them with search_tickets, open one with get_ticket; list_values "
    "tells which statuses, people, projects, labels and priorities there are. add_comment, update_ticket and "
    "create_ticket change them, for the person who asks."
)
_CAPABILITIES: dict[str, Any] = {"tools": {"listChanged": False}}
_MODERN_RESULT: dict[str, Any] = {"resultType": "complete", "_meta": {_SERVER_KEY: SERVER_INFO}}
_UNCHANGING: dict[str, Any] = {"ttlMs": 3_600_000, "cacheScope": "public"}
"""What a client may keep for an hour: neither the tools nor the versions change while the program is installed."""


class _RpcError(Exception):
    def __init__(self, code: int, message: str, data: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.data = data


class Server:
    """Answers one client."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._modern: bool | None = None
        self._version = ""

    def serve(self, requests: BinaryIO, responses: BinaryIO) -> None:
        """Answer every line of ``requests`` until it ends."""
        while line := requests.readline(LONGEST_LINE):
            if not line.endswith(b"\n") and len(line) == LONGEST_LINE:
                response: str | None = _failure(None, _RpcError(PARSE_ERROR, "The line is too long"))
                while line and not line.endswith(b"\n"):
                    line = requests.readline(LONGEST_LINE)
            else:
                response = self.response_to(line) if line.strip() else None
            if response is not None:
                responses.write(response.encode() + b"\n")
                responses.flush()

    def response_to(self, line: bytes) -> str | None:
        """The response line to a request line; None where there is nothing to answer."""
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            return _failure(None, _RpcError(PARSE_ERROR, "Parse error: the line is not JSON"))
        if isinstance(message, list) and message and self._version == _BATCH_VERSION:
            answers = [answer for answer in map(self._response, message) if answer is not None]
            return f"[{','.join(answers)}]" if answers else None
        return self._response(message)

    def _response(self, message: Any) -> str | None:
        if not isinstance(message, dict) or not isinstance(message.get("method", ""), str):
            return _failure(None, _RpcError(INVALID_REQUEST, "Invalid request"))
        if "method" not in message:
            return None if "result" in message or "error" in message else _failure(message.get("id"), _NO_METHOD)
        if "id" not in message:
            return None  # a notification: nothing here runs long enough to be cancelled
        request_id, params = message["id"], message.get("params")
        try:
            if not isinstance(params, dict | None):
                raise _RpcError(INVALID_PARAMS, "params must be an object")
            result = self._result(message["method"], params or {})
        except _RpcError as error:
            return _failure(request_id, error)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong, the client gets its response
            return _failure(request_id, _RpcError(INTERNAL_ERROR, f"Internal error: {error!r}"))
        return f'{{"jsonrpc":"2.0","id":{json.dumps(request_id)},"result":{result}}}'

    def _result(self, method: str, params: dict[str, Any]) -> str:
        self._decide_era(method, params)
        if self._modern:
            _check_envelope(params)
        elif method == "initialize":
            return self._initialize(params)
        elif method == "ping":
            return "{}"
        elif not self._version:
            raise _RpcError(INVALID_PARAMS, f"{method}: initialize first, or send {_VERSION_KEY} in params._meta")
        if method == "tools/call":
            return self._call(params)
        if method == "tools/list":
            return self._complete({"tools": TOOLS}, **_UNCHANGING)
        if method == "server/discover" and self._modern:
            return self._complete(
                {
                    "supportedVersions": list(MODERN_VERSIONS),
                    "capabilities": _CAPABILITIES,
                    "instructions": INSTRUCTIONS,
                },
                **_UNCHANGING,
            )
        raise _RpcError(METHOD_NOT_FOUND, f"Method not found: {method}")

    def _decide_era(self, method: str, params: dict[str, Any]) -> None:
        meta = params.get("_meta")
        enveloped = isinstance(meta, dict) and _VERSION_KEY in meta
        if self._modern is None and (enveloped or method == "initialize"):
            self._modern = enveloped and method != "initialize"
        if self._modern and method == "initialize":
            raise _unsupported(params.get("protocolVersion"), "This connection speaks 2026-07-28, without a handshake")
        if self._modern is False and enveloped and method != "initialize":
            raise _RpcError(INVALID_REQUEST, "This connection was begun with a handshake: send no envelope on it")

    def _initialize(self, params: dict[str, Any]) -> str:
        wanted = params.get("protocolVersion")
        if not isinstance(wanted, str):
            raise _RpcError(INVALID_PARAMS, "protocolVersion: it is missing, or no text")
        self._version = wanted if wanted in LEGACY_VERSIONS else LEGACY_VERSIONS[-1]
        return json.dumps(
            {
                "protocolVersion": self._version,
                "capabilities": _CAPABILITIES,
                "serverInfo": SERVER_INFO,
                "instructions": INSTRUCTIONS,
            }
        )

    def _call(self, params: dict[str, Any]) -> str:
        name, arguments = params.get("name"), params.get("arguments") or {}
        if not isinstance(name, str) or name not in INPUT_SCHEMAS:
            raise _RpcError(INVALID_PARAMS, f"Unknown tool: {name}")
        if not isinstance(arguments, dict):
            raise _RpcError(INVALID_PARAMS, "arguments must be an object")
        try:
            document = self._tools.call(name, arguments)
        except (ArgumentError, ToolError) as error:
            return self._complete({"content": [{"type": "text", "text": str(error)}], "isError": True})
        end = self._complete({"isError": False})[1:]
        text = encode_basestring(document)
        return f'{{"content":[{{"type":"text","text":{text}}}],"structuredContent":{document},{end}'

    def _complete(self, result: dict[str, Any], **cache: Any) -> str:
        return json.dumps({**result, **_MODERN_RESULT, **cache} if self._modern else result)


_NO_METHOD = _RpcError(INVALID_REQUEST, "Invalid request: it has no method")


def _check_envelope(params: dict[str, Any]) -> None:
    """2026-07-28, basic: what every request's ``_meta`` must carry."""
    meta = params.get("_meta")
    found = meta if isinstance(meta, dict) else {}
    missing = [key for key in (_VERSION_KEY, _CAPABILITIES_KEY) if key not in found]
    if missing:
        raise _RpcError(INVALID_PARAMS, f"params._meta lacks {' and '.join(missing)}")
    version = found[_VERSION_KEY]
    if not isinstance(version, str):
        raise _RpcError(INVALID_PARAMS, f"{_VERSION_KEY} must be text")
    if version not in MODERN_VERSIONS:
        raise _unsupported(version, "Unsupported protocol version")


def _unsupported(requested: Any, message: str) -> _RpcError:
    data: dict[str, Any] = {"supported": list(MODERN_VERSIONS)}
    if isinstance(requested, str):
        data["requested"] = requested
    return _RpcError(UNSUPPORTED_VERSION, message, data)


def _failure(request_id: Any, error: _RpcError) -> str:
    body: dict[str, Any] = {"code": error.code, "message": str(error)}
    if error.data is not None:
        body["data"] = error.data
    return json.dumps({"jsonrpc": "2.0", "id": request_id, "error": body})
