"""An MCP server that misbehaves on request: ``python fault_server.py FAULT [--era legacy|modern|both] [--number N]``.

The tool ``work`` always answers properly with its arguments, ``heard`` with every message received so far; the tool
``fault`` does what FAULT says, so that a test can show that the session lives on. Faults of the start happen by
themselves. Standard library only; a fault is a function named after it, found in `FAULTS`.
"""

from __future__ import annotations

import argparse
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

Message = dict[str, Any]

FAULTS: dict[str, Callable[[Server, Message], None]] = {}
"""What ``tools/call fault`` does, by name."""

NESTING = 100_000
LONG_INTEGER = 10_000
CHUNK = b"x" * 65536


def fault(function: Callable[[Server, Message], None]) -> Callable[[Server, Message], None]:
    """Register a fault under its function's name, with dashes."""
    FAULTS[function.__name__.replace("_", "-")] = function
    return function


class Server:
    """Speaks properly, except where told otherwise."""

    def __init__(self, name: str, era: str, number: int) -> None:
        self.fault = name
        self.era = era
        self.number = number
        self.modern: bool | None = None
        self.held: list[Message] = []
        self.heard: list[Message] = []

    # ---------------------------------------------------------------- in and out

    def lines(self) -> Iterator[Message]:
        while line := sys.stdin.buffer.readline():
            message = json.loads(line)
            self.heard.append(message)
            yield message

    def write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(1, view) :]

    def send(self, message: Any) -> None:
        self.write(json.dumps(message).encode() + b"\n")

    def result(self, request: Message, result: Message) -> None:
        if self.modern:
            result = {"resultType": "complete", **result}
        self.send({"jsonrpc": "2.0", "id": request["id"], "result": result})

    def text(self, request: Message, text: str, **more: Any) -> None:
        self.result(request, {"content": [{"type": "text", "text": text}], **more})

    def error(self, request: Message, code: int, message: str, data: Any = None) -> None:
        error = {"code": code, "message": message} | ({"data": data} if data is not None else {})
        self.send({"jsonrpc": "2.0", "id": request["id"], "error": error})

    # -------------------------------------------------------------------- methods

    def serve(self) -> None:
        for message in self.lines():
            if "method" in message and "id" in message:
                self.answer(message)

    def answer(self, request: Message) -> None:
        method = request["method"]
        if method == "server/discover":
            self.discover(request)
        elif method == "initialize":
            self.initialize(request)
        elif method == "tools/list":
            self.list_tools(request)
        elif method == "tools/call" and request["params"]["name"] == "fault":
            FAULTS[self.fault](self, request)
        elif method == "tools/call" and request["params"]["name"] == "heard":
            self.text(request, json.dumps(self.heard))
        elif method == "tools/call":
            self.text(request, json.dumps(request["params"]["arguments"]))
        else:
            self.error(request, -32601, f"Method not found: {method}")

    def discover(self, request: Message) -> None:
        if self.fault == "dies-slowly-of-the-probe":
            select.select([sys.stdin], [], [], 20)  # until the handshake is tried as well
        if self.fault in ("dies-of-the-probe", "dies-slowly-of-the-probe"):
            sys.exit(1)
        if self.fault == "silent-probe":
            return
        if self.fault == "refuses-the-first-probe" and not self.held:
            self.held.append(request)
            supported = {"supported": ["2026-07-28"], "requested": "2026-07-28"}
            self.error(request, -32022, "Unsupported protocol version", supported)
            return
        if self.fault == "probe-overtaken":
            self.held.append(request)
            return
        if self.fault == "late-probe":
            self.held.append(request)
            return
        if self.era == "legacy":
            self.error(request, -32601, "Method not found: server/discover")
            return
        if self.fault == "future-version":
            self.error(request, -32022, "Unsupported protocol version", {"supported": ["2031-01-01"], "requested": "?"})
            return
        self.modern = True
        self.result(
            request,
            {
                "supportedVersions": ["2026-07-28"],
                "capabilities": {"tools": {}},
                "_meta": {"io.modelcontextprotocol/serverInfo": {"name": "fault-server", "version": "1"}},
                "ttlMs": 0,
                "cacheScope": "private",
            },
        )

    def initialize(self, request: Message) -> None:
        if self.fault == "probe-overtaken":  # a server that works on several requests at a time
            self.error(request, -32601, "Method not found: initialize")
            self.fault = ""
            self.discover(self.held.pop())
            return
        if self.fault == "strict-version" and request["params"]["protocolVersion"] != "2024-11-05":
            self.error(request, -32602, "Unsupported protocol version", {"supported": ["2024-11-05"]})
            return
        if self.held:  # the probe was taken: its late answer first, then the handshake is refused
            self.fault = ""
            self.discover(self.held.pop())
        if self.modern or self.era == "modern":
            self.error(request, -32022, "Unsupported protocol version", {"supported": ["2026-07-28"], "requested": "?"})
            return
        self.modern = False
        version = {"ancient-version": "1999-01-01", "old-version": "2024-11-05", "strict-version": "2024-11-05"}.get(
            self.fault, "2025-11-25"
        )
        info = {"name": "fault-server", "version": "1"}
        self.result(request, {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": info})

    def list_tools(self, request: Message) -> None:
        cursor = request["params"].get("cursor")
        tools: list[Any] = [{"name": "work", "inputSchema": {"type": "object"}}, {"name": "fault", "inputSchema": {}}]
        if self.fault == "repeated-cursor":
            self.result(request, {"tools": tools, "nextCursor": "again"})
        elif self.fault == "endless-pages":
            page = int(cursor or 0)
            self.result(request, {"tools": [{"name": f"tool-{page}"}], "nextCursor": str(page + 1)})
        elif self.fault == "malformed-tools":
            broken: list[Any] = [
                None,
                7,
                {},
                {"name": 3},
                {"name": ""},
                {"name": "bare", "inputSchema": [], "description": None},
            ]
            self.result(request, {"tools": broken + tools})
        elif self.fault == "no-tools-method":
            self.error(request, -32601, "Method not found")
        else:
            self.result(request, {"tools": tools})


# ------------------------------------------------------------------- the encoding


@fault
def noise(server: Server, request: Message) -> None:
    server.write(b"[info] starting up \x1b[31m\n" * server.number)
    server.text(request, "done")


@fault
def byte_order_mark(server: Server, request: Message) -> None:
    server.write(b"\xef\xbb\xbf")
    server.text(request, "done")


@fault
def crlf_and_blank_lines(server: Server, request: Message) -> None:
    body = {"jsonrpc": "2.0", "id": request["id"], "result": {"content": [{"type": "text", "text": "done"}]}}
    server.write(b"\r\n\n  \r\n" + json.dumps(body).encode() + b"\r\n\r\n")


def framed(server: Server, request: Message, frame: Callable[[Server, str], None]) -> None:
    """An answer whose text is not what a careless reader of brackets and quotes expects, written by ``frame``."""
    content = [{"type": "text", "text": "done"}, {"type": "text", "text": '} "] {\\'}]
    frame(server, json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": {"content": content}}))


LOG_MESSAGE = json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": {"data": "halfway"}})
FRAMES: dict[str, Callable[[Server, str], None]] = {
    "two-on-a-line": lambda server, line: server.write(f"{LOG_MESSAGE}{line}\n".encode()),
    "three-on-a-line": lambda server, line: server.write(f"{LOG_MESSAGE} {line}\t{LOG_MESSAGE}\n".encode()),
    "text-before": lambda server, line: server.write(f"page 1 {{of 3}} ... {line}\n".encode()),
    "spinner-before": lambda server, line: server.write(f"\r\x1b[K- page 1\r\x1b[K| page 2 {line}\n".encode()),
    "text-behind": lambda server, line: server.write(f"{line} sent in 3 ms\n".encode()),
    "indented": lambda server, line: server.write(f"{json.dumps(json.loads(line), indent=4)}\n".encode()),
    "indented-without-an-end": lambda server, line: server.write(json.dumps(json.loads(line), indent=1).encode()),
    "indented-beside-logs": lambda server, line: server.write(
        json.dumps(json.loads(line), indent=2).replace("\n", "\n[info] still there\n").encode() + b"\n"
    ),
    "without-a-newline": lambda server, line: server.write(line.encode()),
    "content-length": lambda server, line: server.write(f"Content-Length: {len(line)}\r\n\r\n{line}".encode()),
    "behind-a-lone-bracket": lambda server, line: server.write(f"{{\n{line}\n".encode()),
    "blank-lines": lambda server, line: server.write(b"\n" * 30_000_000 + f"{line}\n".encode()),
    "blank-lines-of-windows": lambda server, line: server.write(b"\r\n" * 3_000_000 + f"{line}\n".encode()),
    "blank-lines-behind-a-word": lambda server, line: server.write(b"hm" + b"\n" * 9_000_000 + f"{line}\n".encode()),
}
FAULTS.update((name, partial(framed, frame=frame)) for name, frame in FRAMES.items())


@fault
def quoted_by_a_log(server: Server, request: Message) -> None:
    forged = {"jsonrpc": "2.0", "id": request["id"], "result": {"content": [{"type": "text", "text": "forged"}]}}
    server.write(f"got {json.dumps(forged)} from a ticket\n".encode())
    server.write(f"got {json.dumps(request)}\n".encode())
    server.text(request, "done")


@fault
def string_id(server: Server, request: Message) -> None:
    server.text(request | {"id": str(request["id"])}, "done")


@fault
def float_id(server: Server, request: Message) -> None:
    server.text(request | {"id": float(request["id"])}, "done")


@fault
def missing_jsonrpc(server: Server, request: Message) -> None:
    server.send({"id": request["id"], "result": {"content": [{"type": "text", "text": "done"}]}})


@fault
def batch(server: Server, request: Message) -> None:
    body = {"jsonrpc": "2.0", "id": request["id"], "result": {"content": [{"type": "text", "text": "done"}]}}
    server.send([{"jsonrpc": "2.0", "method": "notifications/message", "params": {}}, body])


def raw_text(server: Server, request: Message, literal: bytes) -> None:
    """A result whose text or structured content holds ``literal`` as it is."""
    server.write(b'{"jsonrpc":"2.0","id":%d,"result":{%s}}\n' % (request["id"], literal))


@fault
def invalid_utf8(server: Server, request: Message) -> None:
    raw_text(server, request, b'"content":[{"type":"text","text":"caf\xe9 \xff\xfe"}]')


@fault
def raw_control_characters(server: Server, request: Message) -> None:
    raw_text(server, request, b'"content":[{"type":"text","text":"a\tb\x1b[1m"}]')


@fault
def lone_surrogate(server: Server, request: Message) -> None:
    raw_text(server, request, b'"content":[{"type":"text","text":"cut \\ud83d"}]')


@fault
def not_a_number(server: Server, request: Message) -> None:
    raw_text(server, request, b'"content":[],"structuredContent":{"rank":[NaN,Infinity,-Infinity]}')


@fault
def long_integer(server: Server, request: Message) -> None:
    raw_text(server, request, b'"content":[],"structuredContent":{"n":%s}' % (b"9" * LONG_INTEGER))


@fault
def deep_nesting(server: Server, request: Message) -> None:
    raw_text(server, request, b'"content":[],"structuredContent":' + b"[" * NESTING + b"]" * NESTING)


@fault
def cut_json(server: Server, request: Message) -> None:
    server.write(b'{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"te\n' % request["id"])


# ------------------------------------------------------------------- the envelope


def envelope(server: Server, request: Message, **members: Any) -> None:
    server.send({"jsonrpc": "2.0", "id": request["id"], **members})


@fault
def null_result(server: Server, request: Message) -> None:
    envelope(server, request, result=None)


@fault
def list_result(server: Server, request: Message) -> None:
    envelope(server, request, result=["done"])


@fault
def neither_result_nor_error(server: Server, request: Message) -> None:
    envelope(server, request)


@fault
def both_result_and_error(server: Server, request: Message) -> None:
    envelope(server, request, result={"content": []}, error={"code": 1, "message": "broken"})


@fault
def error_that_is_text(server: Server, request: Message) -> None:
    envelope(server, request, error="broken")


@fault
def null_beside_the_error(server: Server, request: Message) -> None:
    envelope(server, request, result=None, error={"code": -32001, "message": "token expired", "data": {"status": 401}})


@fault
def error_without_an_id(server: Server, request: Message) -> None:
    server.send({"jsonrpc": "2.0", "id": None, "error": {"code": -32700, "message": "Parse error"}})


@fault
def only_an_error_without_an_id(server: Server, request: Message) -> None:
    server.send({"jsonrpc": "2.0", "id": None, "error": {"code": -32602, "message": "no such project"}})


@fault
def errors_without_an_id_before_the_answer(server: Server, request: Message) -> None:
    for code in (-32601, -32603, -32600, -32700):
        server.send({"jsonrpc": "2.0", "id": None, "error": {"code": code, "message": "not you"}})
    time.sleep(0.05)
    server.text(request, "done")


@fault
def refused(server: Server, request: Message) -> None:
    server.error(request, -32001, "token expired", {"status": 401})


@fault
def is_error(server: Server, request: Message) -> None:
    server.text(request, "no such project", isError=True)


@fault
def unknown_result_type(server: Server, request: Message) -> None:
    server.text(request, "half", resultType="partial")


@fault
def input_required(server: Server, request: Message) -> None:
    server.text(request, "which one?", resultType="input_required")


@fault
def unknown_content(server: Server, request: Message) -> None:
    content = [
        {"type": "hologram", "data": "AAAA"},
        {"type": "resource", "resource": {"uri": "x:1", "text": "embedded"}},
        {"type": "text", "text": "done"},
        "bare",
    ]
    server.result(request, {"content": content})


# -------------------------------------------------------------- order and amounts


@fault
def wrong_ids(server: Server, request: Message) -> None:
    for number in (request["id"] + 1000, -1, "x", None):
        server.text(request | {"id": number}, "not for you")
    server.text(request, "done")
    server.text(request, "twice")


@fault
def out_of_order(server: Server, request: Message) -> None:
    """Hold ``--number`` requests, then answer them from the last to the first."""
    server.held.append(request)
    if len(server.held) == server.number:
        while server.held:
            held = server.held.pop()
            server.text(held, str(held["params"]["arguments"]["n"]))


@fault
def notifications(server: Server, request: Message) -> None:
    line = json.dumps({"jsonrpc": "2.0", "method": "notifications/message", "params": {"level": "info", "data": "x"}})
    server.write((line + "\n").encode() * server.number)
    server.text(request, "done")


@fault
def large_line(server: Server, request: Message) -> None:
    """A result of ``--number`` bytes."""
    server.text(request, "x" * server.number)


@fault
def endless_line(server: Server, request: Message) -> None:
    server.write(b'{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"' % request["id"])
    while True:
        server.write(CHUNK)


@fault
def silent(server: Server, request: Message) -> None:
    """Never answers this one."""


@fault
def late(server: Server, request: Message) -> None:
    """Answers only when told to stop, which is too late."""
    for message in server.lines():
        if message.get("method") == "notifications/cancelled":
            server.text(request, "late")
            return


@fault
def progress_for_ever(server: Server, request: Message) -> None:
    token = request["params"]["_meta"]["progressToken"]
    for step in range(10**6):
        params = {"progressToken": token, "progress": step}
        server.send({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})
        time.sleep(0.02)


@fault
def progress_then_done(server: Server, request: Message) -> None:
    """Works for ``--number`` hundredths of a second, and says so."""
    token = request["params"]["_meta"]["progressToken"]
    for step in range(server.number):
        params = {"progressToken": token, "progress": step}
        server.send({"jsonrpc": "2.0", "method": "notifications/progress", "params": params})
        time.sleep(0.01)
    server.text(request, "done")


@fault
def asks_back(server: Server, request: Message) -> None:
    """Sends requests of its own, then answers: whoever has read the answer has read the requests."""
    for number, method in enumerate(("ping", "roots/list", "sampling/createMessage", "elicitation/create")):
        server.send({"jsonrpc": "2.0", "id": f"ask-{number}", "method": method, "params": {}})
    server.text(request, "asked")


# ---------------------------------------------------------------------- the process


@fault
def exits(server: Server, request: Message) -> NoReturn:
    sys.stderr.write("loading\nfatal: \x1b[2Jno disk\n\n")
    sys.exit(server.number)


@fault
def killed(server: Server, request: Message) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


@fault
def dies_within_a_line(server: Server, request: Message) -> NoReturn:
    server.write(b'{"jsonrpc":"2.0","id":%d,"res' % request["id"])
    os._exit(9)


@fault
def answers_and_exits(server: Server, request: Message) -> NoReturn:
    body = {"jsonrpc": "2.0", "id": request["id"], "result": {"content": [{"type": "text", "text": "done"}]}}
    server.write(json.dumps(body).encode())  # not even a newline
    os._exit(0)


@fault
def dies_and_leaves_a_child(server: Server, request: Message) -> NoReturn:
    """The child keeps all three pipes open, so no end of file ever comes."""
    subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"])
    os._exit(5)


@fault
def closes_its_output(server: Server, request: Message) -> None:
    os.close(1)
    time.sleep(600)


@fault
def closes_its_input(server: Server, request: Message) -> None:
    os.close(0)
    server.text(request, "deaf")
    time.sleep(600)


@fault
def floods_standard_error(server: Server, request: Message) -> None:
    """``--number`` bytes, then a last line."""
    for _ in range(server.number // len(CHUNK)):
        os.write(2, CHUNK[:-1] + b"\n")
    os.write(2, b"the \x1b]0;last\x07 line\n")
    server.text(request, "done")


@fault
def environment(server: Server, request: Message) -> None:
    server.text(request, json.dumps({"environ": dict(os.environ), "cwd": str(Path.cwd()), "sid": os.getsid(0)}))


@fault
def reads_nothing(server: Server, request: Message) -> None:
    server.text(request, "now deaf")
    time.sleep(600)


# ----------------------------------------------------------------------- the start


def before_serving(name: str, number: int) -> None:
    """Faults of the start."""
    if name == "dies-at-the-start":
        sys.stderr.write("Traceback\nModuleNotFoundError: No module named 'jira'\n")
        sys.exit(3)
    if name == "never-ready":
        sys.stderr.write("connecting to tracker.example\n")
        sys.stderr.flush()
        time.sleep(600)
    if name in {"stubborn", "stubborn-family"}:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if name == "stubborn-family":  # a grandchild, as npx and sh have them
        inner = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(600)"
        child = subprocess.Popen([sys.executable, "-S", "-c", inner], stdin=0, stdout=subprocess.PIPE)
        assert child.stdout
        child.stdout.readline()
        sys.stderr.write(f"child {child.pid}\n")
        sys.stderr.flush()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("fault")
    parser.add_argument("--era", choices=("legacy", "modern", "both"), default="legacy")
    parser.add_argument("--number", type=int, default=0)
    chosen = parser.parse_args()
    before_serving(chosen.fault, chosen.number)
    Server(chosen.fault, chosen.era, chosen.number).serve()
    if chosen.fault.startswith("stubborn"):
        time.sleep(600)  # the end of input changes nothing


if __name__ == "__main__":
    main()
