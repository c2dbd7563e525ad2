"""JSON-RPC 2.0 messages: ours to frames, lines to typed messages. Pure; what cannot be read is a value as well.

Servers are taken as they are: a missing ``jsonrpc``, ids that come back as strings or floats, a null beside the other
of ``result`` and ``error``, and batches are accepted. An answer whose envelope allows no reading is `Unreadable`, so
that the request it names fails at once; a line that is no message is `Noise`.

`UntidyReader` reads servers that do not write each message on a line of its own: several on a line, text before or
behind them, a message over several lines. A message between two texts is not read: it is one that a log quotes. A text
before a message cannot make it a request of the server's. A line that is one message costs no more than `messages`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from json import JSONDecoder
from typing import Any, TypeAlias

from msgspec import Struct

from tui_app.tickets.json_values import read_json

METHOD_NOT_FOUND = -32601
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022

_encode = json.JSONEncoder(separators=(",", ":")).encode
_ENVELOPE = frozenset(("jsonrpc", "result", "error"))
_NAMED_BYTES = 256  # of a broken line's start and end, where its id is looked for
_ID = re.compile(rb'"id"\s*:\s*"?(\d{1,15})\b')
_START = re.compile(r'\{\s*"(?:jsonrpc|id|method|result|error|params)"\s*:')
_FURTHEST_START = 4096  # characters of text before a message
_MOST_STARTS = 4
_STRING = re.compile(rb'"(?:[^"\\]|\\.)*"')
_TOKENS = re.compile(rb"[\s{}\[\]:,\-+.\dEaeflnrstu]*")
"""What is left of JSON without its strings."""
_read_from = JSONDecoder(strict=False).raw_decode


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
    is_json: bool = True
    """False: it may be the beginning of a message that goes on, or have others behind it."""


class ServerRequest(Struct, frozen=True):
    """A request of the server's. Its id is sent back as it came."""

    id: int | float | str
    method: str


class Notification(Struct, frozen=True):
    """A notification of the server's."""

    method: str
    params: Mapping[str, Any]


class Noise(Struct, frozen=True):
    """A line that is no message: log output that should have gone to standard error."""

    line: bytes


Message: TypeAlias = Answer | Refusal | Unreadable | ServerRequest | Notification | Noise


class Frame(Struct, frozen=True):
    """One message of ours, and what a transport may have to know of it."""

    data: bytes
    """A line of JSON, newline included."""
    method: str | None = None
    """None: an answer to a `ServerRequest`."""
    request_id: int | None = None
    """None: nothing is answered to it."""
    params: Mapping[str, Any] | None = None
    """The parameters within ``data``, for transports that repeat some of them beside it."""
    once: bool = False
    """It changes something: a transport delivers it once, and repeats it after no refusal."""


def request(number: int, method: str, params: Mapping[str, Any], *, once: bool = False) -> Frame:
    """A request."""
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    return Frame(_line(message), method, number, params, once)


def notification(method: str, params: Mapping[str, Any] | None = None) -> Frame:
    """A notification."""
    message = {"jsonrpc": "2.0", "method": method} | ({"params": params} if params else {})
    return Frame(_line(message), method, params=params)


def answer(number: int | float | str, result: Mapping[str, Any]) -> Frame:
    """Our answer to a `ServerRequest`."""
    return Frame(_line({"jsonrpc": "2.0", "id": number, "result": result}))


def refusal(number: int | float | str, code: int, message: str) -> Frame:
    """An error in answer to a `ServerRequest`."""
    return Frame(_line({"jsonrpc": "2.0", "id": number, "error": {"code": code, "message": message}}))


def messages(line: bytes) -> Iterable[Message]:
    """The messages in ``line``: one, several for a batch, none for a blank line."""
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
    """Encode as ASCII only, so that no string can fail to be encoded."""
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
        return Unreadable(number, f"its error is not an object: {str(error)[:200]}")
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

    The id is looked for at both ends only: within the result, ``"id"`` means something else.
    """
    start, end = line[:_NAMED_BYTES], line[-_NAMED_BYTES:]
    if b'"method"' in start or not (b'"result"' in start + end or b'"error"' in start + end):
        return Noise(line)
    found = _ID.search(start.partition(b'"result"')[0]) or next(reversed(_ID.findall(end.rpartition(b"}")[0])), None)
    if found is None:
        return Noise(line)
    number = found if isinstance(found, bytes) else found[1]
    return Unreadable(int(number), f"it cannot be read as JSON: {error}"[:300], is_json=False)


def _kind(value: Any) -> str:
    names = {type(None): "missing or null", list: "an array", str: "a string", bool: "true or false"}
    return names.get(type(value), "a number")


# --------------------------------------------------------- messages that share lines


class UntidyReader:
    """Lines to messages. ``most`` is how many bytes of an unfinished message are held."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lines: list[bytes] = []
        self._held = 0
        self._depth = 0

    @property
    def held(self) -> int:
        """Bytes of a message that goes on, if it is one, on the next line."""
        return self._held

    def messages(self, line: bytes) -> Iterable[Message]:
        """The messages that ``line`` holds or ends."""
        if not self._lines and b"{" not in line and b"[" not in line:
            return () if not line.strip() else (Noise(line),)  # in a tenth of the time: there may be millions
        found = tuple(messages(line))
        if all(_is_clear(message) for message in found):
            return (*self.let_go(), *found) if self._lines and found else found
        if self._lines:
            return self._continued(line)
        beside = tuple(_beside_each_other(line))
        if beside:
            return beside
        start = _start_of_the_rest(line)
        if start < 0:
            return found
        self._hold(line[start:], _depth(line[start:]) or 0)
        return (Noise(line[:start]),) if line[:start].strip() else ()

    def let_go(self) -> tuple[Message, ...]:
        """What is held, line by line: it does not go on."""
        lines, self._lines, self._held = self._lines, [], 0
        return tuple(message for line in lines for message in messages(line))

    def _hold(self, line: bytes, depth: int) -> None:
        self._lines.append(line)
        self._held += len(line)
        self._depth = depth if len(self._lines) == 1 else self._depth + depth

    def _continued(self, line: bytes) -> Iterable[Message]:
        depth = _depth(line)
        if depth is None:  # a log line in between
            return (Noise(line),)
        if self._lines[-1].rstrip().endswith(b"{") and line.lstrip()[:1] not in b'"}':  # the held is no JSON
            return (*self.let_go(), *self.messages(line))
        self._hold(line, depth)
        if self._held > self._most:
            return self.let_go()
        if self._depth > 0:
            return ()
        whole = b"\n".join(self._lines)
        self._lines, self._held = [], 0
        return tuple(messages(whole))


def _depth(line: bytes) -> int | None:
    """How many brackets ``line`` opens more than it closes; None if no message is cut like that."""
    rest = _STRING.sub(b"", line)
    if not _TOKENS.fullmatch(rest):
        return None
    opened, closed = (sum(map(rest.count, brackets)) for brackets in ((b"{", b"["), (b"}", b"]")))
    return opened - closed


def _start_of_the_rest(line: bytes) -> int:
    """Where in ``line``, perhaps behind a text, a message begins that goes on on the next line; -1: nowhere."""
    braces = zip(re.finditer(rb'\{\s*(?:"|$)', line[:_FURTHEST_START]), range(_MOST_STARTS), strict=False)
    starts = [0] * (line.lstrip()[:1] == b"[") + [match.start() for match, _ in braces]
    return next((start for start in starts if (_depth(line[start:]) or 0) > 0), -1)


def _beside_each_other(line: bytes) -> Iterator[Message]:
    """The messages on a line that is not one message; none if they cannot be told from what a log quotes."""
    text = line.decode("utf-8", "replace")
    start, end = _first_message(text)
    if end < 0:
        return
    before, pieces = text[:start].strip(), [text[start:end]]
    while (following := _START.match(text, len(text) - len(text[end:].lstrip()))) is not None:
        start, end = following.start(), _end_of_message(text, following.start())
        if end < 0:
            return
        pieces.append(text[start:end])
    behind = text[end:].strip()
    if before and behind:
        return
    for noise in filter(None, (before, behind)):
        yield Noise(noise.encode())
    for piece in pieces:
        for message in messages(piece.encode(errors="surrogatepass")):
            yield Noise(piece.encode(errors="replace")) if before and _asks(message) else message


def _first_message(text: str) -> tuple[int, int]:
    """Where the first message begins and ends; its end is -1 if there is none."""
    starts = _START.finditer(text, 0, _FURTHEST_START)
    for start, _ in zip(starts, range(_MOST_STARTS), strict=False):
        end = _end_of_message(text, start.start())
        if end >= 0:
            return start.start(), end
    return 0, -1


def _end_of_message(text: str, start: int) -> int:
    """Where the message that begins at ``start`` ends; -1 if there is none."""
    try:
        value, end = _read_from(text, start)
    except (ValueError, RecursionError):
        return -1
    return end if isinstance(value, dict) and value.get("jsonrpc") == "2.0" else -1


def _is_clear(message: Message) -> bool:
    return not isinstance(message, Noise) and (not isinstance(message, Unreadable) or message.is_json)


def _asks(message: Message) -> bool:
    return isinstance(message, ServerRequest)
