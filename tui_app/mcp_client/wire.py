"""JSON-RPC 2.0 messages: requests to lines, lines to typed messages. Pure; what cannot be read is a value as well.

Servers are taken as they are: a missing ``jsonrpc``, ids that come back as strings or floats, a null beside the other
of ``result`` and ``error``, and batches are accepted. An answer whose envelope allows no reading is `Unreadable`, so
that the request it names fails at once; a line that is no message is `Noise`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from msgspec import Struct

from tui_app.tickets.json_values import read_json

METHOD_NOT_FOUND = -32601
INVALID_REQUEST = -32600
PARSE_ERROR = -32700
MISSING_CAPABILITY = -32021
UNSUPPORTED_VERSION = -32022

_encode = json.JSONEncoder(separators=(",", ":")).encode
_ENVELOPE = frozenset(("jsonrpc", "result", "error"))
_NAMED_BYTES = 256  # of a broken line's start and end: where a message names its id
_ID = re.compile(rb'"id"\s*:\s*"?(\d{1,15})\b')


class Answer(Struct, frozen=True):
    """The result of one of our requests."""

    id: int
    result: Mapping[str, Any]


class Refusal(Struct, frozen=True):
    """A JSON-RPC error. ``id`` is None where the server could not tell which request it belongs to."""

    id: int | None
    code: int
    message: str
    data: Any = None


class Unreadable(Struct, frozen=True):
    """An answer to one of our requests that breaks the protocol."""

    id: int
    reason: str


class ServerRequest(Struct, frozen=True):
    """Something that the server asks of us. The id goes back as it came."""

    id: int | float | str
    method: str


class Notification(Struct, frozen=True):
    """Something that the server tells."""

    method: str
    params: Mapping[str, Any]


class Noise(Struct, frozen=True):
    """A line that is no message: log output that should have gone to standard error."""

    line: bytes


Message: TypeAlias = Answer | Refusal | Unreadable | ServerRequest | Notification | Noise


def request(number: int, method: str, params: Mapping[str, Any]) -> bytes:
    """The line of a request."""
    return _line({"jsonrpc": "2.0", "id": number, "method": method, "params": params})


def notification(method: str, params: Mapping[str, Any] | None = None) -> bytes:
    """The line of a notification."""
    return _line({"jsonrpc": "2.0", "method": method} | ({"params": params} if params else {}))


def answer(number: int | float | str, result: Mapping[str, Any]) -> bytes:
    """The line of our answer to a `ServerRequest`."""
    return _line({"jsonrpc": "2.0", "id": number, "result": result})


def refusal(number: int | float | str, code: int, message: str) -> bytes:
    """The line with which we decline a `ServerRequest`."""
    return _line({"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}})


def messages(line: bytes) -> Iterable[Message]:
    """What ``line`` says: one message, several for a batch, none for a blank line."""
    stripped = line.strip()
    if not stripped:
        return ()
    if stripped[:1] not in b"{[\xef":  # an object, a batch, a byte-order mark
        return (Noise(line),)
    try:
        value = read_json(line)
    except ValueError as error:
        return (_broken(stripped, error),)
    if isinstance(value, list) and value and all(isinstance(part, dict) for part in value):
        return [_message(part, line) for part in value]
    return (_message(value, line),)


def _line(message: Mapping[str, Any]) -> bytes:
    """ASCII only, so that no string of ours can fail to be encoded."""
    return _encode(message).encode("ascii") + b"\n"


def _message(value: Any, line: bytes) -> Message:
    if not isinstance(value, dict):
        return Noise(line)
    if "method" in value:
        return _from_server(value, line)
    if "id" not in value or not (_ENVELOPE & value.keys() or len(value) == 1):
        return Noise(line)
    number = _our_id(value["id"])
    if number is None and value["id"] is not None:
        return Noise(line)
    return _reply(number, value.get("result"), value.get("error"), line)


def _reply(number: int | None, result: Any, error: Any, line: bytes) -> Message:
    if isinstance(error, dict) and result is None:
        return _refusal(number, error)
    if number is None:
        return Noise(line)
    if isinstance(result, dict) and error is None:
        return Answer(number, result)
    if result is not None and error is not None:
        return Unreadable(number, "it holds both a result and an error")
    if error is not None:
        return Unreadable(number, f"its error is no object: {str(error)[:200]}")
    return Unreadable(number, f"its result is {_kind(result)}, not an object")


def _refusal(number: int | None, error: Mapping[str, Any]) -> Refusal:
    code, message = error.get("code"), error.get("message")
    return Refusal(
        number,
        code if isinstance(code, int) else 0,
        message if isinstance(message, str) and message else json.dumps(error)[:2000],
        error.get("data"),
    )


def _from_server(value: Mapping[str, Any], line: bytes) -> Message:
    method, number, params = value["method"], value.get("id"), value.get("params")
    if not isinstance(method, str):
        return Noise(line)
    if isinstance(number, (int, float, str)) and not isinstance(number, bool):
        return ServerRequest(number, method)
    return Notification(method, params if isinstance(params, dict) else {})


def _our_id(value: Any) -> int | None:
    """Our ids are integers; some servers return them as ``"7"`` or ``7.0``."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    return None


def _broken(line: bytes, error: ValueError) -> Message:
    """Unreadable where it is an answer that names its id, noise otherwise.

    The name is looked for at both ends only: within the result, ``"id"`` means something else.
    """
    start, end = line[:_NAMED_BYTES], line[-_NAMED_BYTES:]
    if b'"method"' in start or not (b'"result"' in start + end or b'"error"' in start + end):
        return Noise(line)
    found = _ID.search(start.partition(b'"result"')[0]) or _last(_ID.findall(end.rpartition(b"}")[0]))
    if found is None:
        return Noise(line)
    number = found if isinstance(found, bytes) else found[1]
    return Unreadable(int(number), f"it cannot be read as JSON: {error}"[:300])


def _last(found: Sequence[bytes]) -> bytes | None:
    return found[-1] if found else None


def _kind(value: Any) -> str:
    names = {type(None): "missing or null", list: "an array", str: "a string", bool: "true or false"}
    return names.get(type(value), "a number")
