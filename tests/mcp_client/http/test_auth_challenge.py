"""What a server's WWW-Authenticate headers ask for."""

from __future__ import annotations

import pytest

from tui_app.mcp_client.auth_challenge import AuthChallenge, challenge_of, read_challenge
from tui_app.tickets.errors import MCPAuthenticationError

URL = "https://tracker.example/mcp"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ([], AuthChallenge(URL, 401)),
        (["Bearer"], AuthChallenge(URL, 401, "bearer")),
        (
            ['Bearer resource_metadata="https://tracker.example/.well-known/x", scope="a b"'],
            AuthChallenge(URL, 401, "bearer", "https://tracker.example/.well-known/x", "a b"),
        ),
        (
            ['bearer error=invalid_token,error_description="The \\"token\\", it expired"'],
            AuthChallenge(URL, 401, "bearer", error="invalid_token", error_description='The "token", it expired'),
        ),
        (
            ['Basic realm="x, y", Bearer realm="z", scope="only"'],
            AuthChallenge(URL, 401, "bearer", scope="only"),
        ),
        (["Negotiate YII==", "Bearer scope=one"], AuthChallenge(URL, 401, "bearer", scope="one")),
        (
            ['Bearer scope=one, Bearer resource_metadata="https://m", scope=two'],
            AuthChallenge(URL, 401, "bearer", "https://m", "two"),
        ),
        (['Basic realm="x"'], AuthChallenge(URL, 401, "basic")),
        (['Bearer scope="never closed'], AuthChallenge(URL, 401, "bearer", scope="never closed")),
        (["Bearer scope=first, scope=second"], AuthChallenge(URL, 401, "bearer", scope="first")),
        (["=,=,,;;"], AuthChallenge(URL, 401)),
    ],
)
def test_the_challenge_for_bearer_tokens_is_read(headers: list[str], expected: AuthChallenge) -> None:
    assert read_challenge(URL, 401, headers) == expected


def test_hostile_headers_take_no_long_time() -> None:
    for header in ('"' * 100_000, "a=" * 50_000, 'Bearer x="' + "\\" * 100_000, "," * 100_000, "a " * 50_000):
        read_challenge(URL, 401, [header])


def test_an_error_carries_its_challenge() -> None:
    error = MCPAuthenticationError("401")
    assert challenge_of(error) is None
    error.data = AuthChallenge(URL, 403, "bearer", error="insufficient_scope")
    challenge = challenge_of(error)
    assert challenge is not None
    assert challenge.insufficient_scope
