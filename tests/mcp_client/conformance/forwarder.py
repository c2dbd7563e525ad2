"""Standard input to HTTP and back: ``python forwarder.py URL``. Each line goes out as it is, as the body of a POST."""

from __future__ import annotations

import http.client
import json
import sys
from typing import Any
from urllib.parse import urlsplit

VERSION_KEY = "io.modelcontextprotocol/protocolVersion"


class Forwarder:
    """One HTTP connection for each line, as the runner's servers may close them."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url)
        self._negotiated: dict[str, str] = {}

    def forward(self, line: bytes) -> None:
        message = json.loads(line)
        connection = http.client.HTTPConnection(self._address.hostname or "", self._address.port, timeout=20)
        connection.request("POST", self._address.path or "/", line, self._headers(message))
        response = connection.getresponse()
        if session := response.getheader("mcp-session-id"):
            self._negotiated["mcp-session-id"] = session
        answers = _answers(response.getheader("content-type") or "", response.read())
        connection.close()
        if not answers and "id" in message:
            answers = [
                {"jsonrpc": "2.0", "id": message["id"], "error": {"code": -32000, "message": f"HTTP {response.status}"}}
            ]
        for answer in answers:
            self._notice(message, answer)
            sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()

    def _headers(self, message: dict[str, Any]) -> dict[str, str]:
        headers = {
            "Content-Type": "application/json",
            "Accept": "application/json, text/event-stream",
        } | self._negotiated
        params = message.get("params") or {}
        if version := (params.get("_meta") or {}).get(VERSION_KEY):
            headers |= {"MCP-Protocol-Version": version, "Mcp-Method": message["method"]}
            if name := params.get("name"):
                headers["Mcp-Name"] = name
        return headers

    def _notice(self, message: dict[str, Any], answer: dict[str, Any]) -> None:
        if message.get("method") == "initialize" and "result" in answer:
            self._negotiated["MCP-Protocol-Version"] = answer["result"].get("protocolVersion", "")


def _answers(kind: str, body: bytes) -> list[dict[str, Any]]:
    """The messages of a plain answer or of an event stream."""
    texts = [body]
    if kind.startswith("text/event-stream"):
        texts = [line.removeprefix(b"data:") for line in body.splitlines() if line.startswith(b"data:")]
    answers = []
    for text in texts:
        try:
            answers.append(json.loads(text))
        except ValueError:
            continue
    return answers


if __name__ == "__main__":
    forwarder = Forwarder(sys.argv[1])
    for received in sys.stdin.buffer:
        forwarder.forward(received.rstrip(b"\n"))
