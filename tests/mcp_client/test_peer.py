"""What is shown of a server's log: the reason why it ended, and no complaint of our own first request."""

from __future__ import annotations

import pytest

from tui_app.mcp_client.peer import Peer

COMPLAINT = "".join(
    f"{kind}Request.{field}\n  {problem}, input_type=str]\n    For more see https://errors.example/v/{kind.lower()}\n"
    for kind in ("Ping", "Initialize", "Complete", "ListTools")
    for field, problem in (
        ("method", f"Should be '{kind}' [type=literal_error, input_value='server/discover'"),
        ("params.name", "Field required [type=missing, input_value={'_meta': {'io.modelconte...lities': {}}}"),
    )
)


class ATarget:
    named = "desk"
    key = "desk"
    secrets = ()


def peer_with(log: str) -> Peer:
    peer = Peer(ATarget(), "standard error")
    peer.keep_log(log.encode())
    return peer


@pytest.mark.parametrize(
    "complaint",
    [
        f"Failed to validate request: 8 validation errors for ClientRequest\n{COMPLAINT}",
        "[11/29/26 10:00:00] WARNING  Failed to validate request: 8 validation\n"
        + "".join(f"                             {line}\n" for line in COMPLAINT.splitlines()),
        "Error: Method not found: server/discover\n    at Server.answer (/srv/index.js:1:2)\n    at Server.read\n",
        "Traceback (most recent call last):\n  File 'desk.py', line 3\n    answer()\nKeyError: 'server/discover'\n",
    ],
    ids=["a validator's", "a validator's, wrapped", "with a stack", "with a traceback"],
)
def test_what_a_server_writes_of_the_probe_is_not_shown(complaint: str) -> None:
    peer = peer_with(f"no token: nothing private is shown\n{complaint}listening to you\n")
    assert peer.log_tail == "no token: nothing private is shown\nlistening to you\n"
    assert peer_with(complaint).log_tail == ""


@pytest.mark.parametrize(
    ("log", "reason"),
    [
        ("one\ntwo\n", "two"),
        (
            "/srv/a.js:3\nconst a = ;\n          ^\n\nSyntaxError: Unexpected token\n    at wrap\n\nNode.js v20.1.1\n",
            "SyntaxError: Unexpected token",
        ),
        (
            "Error: Cannot find module './x'\nRequire stack:\n- a.js\n    at X {\n  code: 'M'\n}\n\nNode.js v22.0\n",
            "Error: Cannot find module './x'",
        ),
        (
            "TypeError: fetch failed\n    at a {\n  [cause]: Error: connect refused\n      at b {\n  }\n}\n",
            "[cause]: Error: connect refused",
        ),
        (
            "panic: runtime error: no token\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:5 +0x1d\nexit status 2\n",
            "panic: runtime error: no token",
        ),
        (
            'Exception in thread "main" desk.StateException: no token\n\tat Main.main(Main.java:3)\n',
            'Exception in thread "main" desk.StateException: no token',
        ),
        ("thread 'main' panicked at main.rs:2:5:\nno token\nnote: run with `RUST_BACKTRACE=1`\n", "no token"),
        ("a.rb:1:in `x': no token (RuntimeError)\n\tfrom a.rb:3:in `y'\n", "a.rb:1:in `x': no token (RuntimeError)"),
        (
            "Traceback:\n  File 'x'\nKeyError: 'T'\n\nMore:\n  File 'x'\ndesk.NotSet: no token\n",
            "desk.NotSet: no token",
        ),
        ("  nothing\n  but indented\n", "but indented"),
        ("", ""),
    ],
)
def test_the_reason_is_the_last_line_that_belongs_to_no_stack(log: str, reason: str) -> None:
    assert peer_with(log).reason_line == reason
