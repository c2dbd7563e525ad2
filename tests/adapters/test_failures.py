"""What counts as a failure, and which failures a login can mend."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.adapters.failures import failure_in, failure_of_rpc_error, is_authentication_error
from tui_app.mcp_client.types import CallToolResult, ContentBlock
from tui_app.tickets.errors import ErrorKind, MCPAuthenticationError, MCPToolError


def text_result(text: str, *, is_error: bool = False) -> CallToolResult:
    return CallToolResult((ContentBlock("text", text),), None, is_error)


def json_result(value: Any, *, is_error: bool = False) -> CallToolResult:
    return text_result(json.dumps(value, indent=2), is_error=is_error)


REFUSED = "The tracker refused the request"
AUTHENTICATION_WORDS = [
    "401 Unauthorized",
    "Request failed with status code 401",
    "HTTP 401",
    "401",
    "HTTP/1.1 401 Unauthorized",
    "RT API error 401: Credentials required",
    "401 Client Error:  for url: https://jira.example.com/rest/api/2/search",
    "Error: 401",
    "[unauthorized] invalid or revoked token",
    "Bad credentials",
    "Authentication Failed: token is not valid any more",
    "You are not authenticated. Authentication required to perform this operation.",
    "Jira credentials are missing or invalid. If using OAuth, the token may have expired.",
    "HTTP Basic: Access denied. The provided password or token is incorrect",
    "invalid_grant",
    "Your session has expired",
    "The SSO session associated with this profile has expired or is otherwise invalid.",
    "Please log in first",
    "You must be authenticated to use this tool",
    "To get started with GitHub CLI, please run:  gh auth login",
    "No valid Midway cookie found, please run mwinit -o",
    "kinit: No credentials cache found",
    "Not logged in",
    "Invalid API key",
    "The access token expired",
]

OTHER_WORDS = [
    "Issue 401 not found",
    "PAY-401 does not exist",
    "Error: Issue PAY-401 not found",
    "GitLab API error: 404 Not Found",
    "connect ECONNREFUSED 127.0.0.1:401",
    "Max retries exceeded with url: /rest/api/2/issue/401",
    "Validation error: page token is invalid",
    "next_page_token expired",
    "Field 'bogus' does not exist or you do not have permission to view it.",
    "403 Forbidden",
    "Unknown tool: nosuch",
    "Login page returns 500 after deploy",
    "Rate limit exceeded for token budget",
    "Cannot read properties of undefined (reading 'map')",
    "1 validation error for call[search]\njql\n  Missing required argument",
]


@pytest.mark.parametrize("words", AUTHENTICATION_WORDS)
def test_words_that_ask_for_a_login_are_recognised(words: str) -> None:
    assert is_authentication_error(words)


@pytest.mark.parametrize("words", OTHER_WORDS)
def test_other_errors_do_not_ask_for_a_login(words: str) -> None:
    assert not is_authentication_error(words)


def test_code_and_data_of_a_json_rpc_error_count_as_well_as_its_words() -> None:
    assert is_authentication_error("nope", 401)
    assert is_authentication_error("nope", -32603, {"status": 401})
    assert is_authentication_error("nope", -32000, {"response": {"statusCode": "401"}})
    assert is_authentication_error("nope", None, {"errors": [{"message": "token expired"}]})
    assert not is_authentication_error("nope", -32603, {"status": 500, "id": 401})


@pytest.mark.parametrize(
    "result",
    [
        text_result("Unauthorized", is_error=True),
        json_result({"success": False, "error": "Error searching issues: 401 Unauthorized"}),
        json_result({"error": "unauthorized", "message": "credentials are missing"}),
        json_result({"message": "Bad credentials", "status": "401"}),
        CallToolResult((), {"result": json.dumps({"status": "error", "error": {"code": 401, "message": "no"}})}),
        CallToolResult((), {"result": "Error searching tickets: RT API error 401: Credentials required"}),
        text_result("Error: Access denied.\nJira API Error: 401 Unauthorized"),
        text_result("**Unauthorized**: please log in"),
        text_result("<wrapped-1a>\nstatus_code: 401\nerror: 'HTTPStatusError: Client error ''401 Unauthorized'''\n"),
    ],
)
def test_an_authentication_error_is_found_in_every_form_of_result(result: CallToolResult) -> None:
    assert isinstance(failure_in(result), MCPAuthenticationError)


def test_an_authentication_error_is_found_in_a_json_rpc_error() -> None:
    assert isinstance(failure_of_rpc_error(-32603, "Authentication Failed: 401 Unauthorized"), MCPAuthenticationError)
    assert isinstance(failure_of_rpc_error(-32603, "Validation Failed"), MCPToolError)


@pytest.mark.parametrize(
    ("result", "title"),
    [
        (json_result({"error": "not_found", "message": "does not exist"}), "The tracker has no such thing"),
        (json_result({"errorMessages": ["Field 'x' does not exist"], "errors": {}}), "The tool refused its arguments"),
        (text_result("Error: connect ECONNREFUSED 127.0.0.1:1"), "The server cannot reach the tracker"),
        (text_result("API rate limit exceeded", is_error=True), "The tracker asks to slow down"),
        (text_result("Unknown tool: nosuch", is_error=True), "The server has no such tool"),
        (json_result({"status": "error", "error": "project_id required"}), REFUSED),
        (json_result({"ok": False, "error": "boom"}), REFUSED),
        (json_result({"ok": False, "data": {"id": "T-1"}, "report": {"findings": [{"message": "boom"}]}}), REFUSED),
        (json_result({"data": None, "errors": [{"message": "boom"}]}), REFUSED),
    ],
)
def test_other_failures_say_what_kind_they_are_and_what_to_do(result: CallToolResult, title: str) -> None:
    error = failure_in(result)

    assert error is not None
    assert error.kind is ErrorKind.TOOL_ERROR
    assert error.title == title
    assert "without saying why" not in error.cause
    assert error.hint


@pytest.mark.parametrize(
    "result",
    [
        json_result({"tickets": [{"id": "1", "title": "Error: 401 Unauthorized"}]}),
        json_result({"tickets": [], "error": None, "success": True}),
        json_result({"id": 7, "title": "Upload fails", "status": "error", "error": "TypeError"}),
        json_result({"data": {"issues": [{"key": "A-1"}]}, "errors": [{"message": "one field left out"}]}),
        json_result([{"id": "1", "title": "401"}]),
        json_result({"success": True, "error": "", "count": 0}),
        CallToolResult((), {"result": []}),
        CallToolResult((), {"id": "OPS-401", "summary": "Unauthorized", "message": "401 Unauthorized"}),
        text_result("No tickets found"),
        text_result("# Error: 401 on the login page\n\n- Status: open\n- Assignee: mia"),
        text_result("| id | title |\n|---|---|\n| 1 | Error 401 |"),
        text_result("Error handling guide\n" + "words " * 1000),
        text_result(""),
        CallToolResult(),
    ],
)
def test_an_answer_with_tickets_or_without_any_is_no_failure(result: CallToolResult) -> None:
    assert failure_in(result) is None


def test_a_failure_without_words_still_has_a_cause() -> None:
    error = failure_in(CallToolResult((), None, is_error=True))

    assert error is not None
    assert error.cause


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)


@given(st.text(), json_values, st.booleans())
def test_no_answer_makes_the_reading_fail(text: str, structured: Any, is_error: bool) -> None:
    error = failure_in(CallToolResult((ContentBlock("text", text),), structured, is_error))

    assert (error is not None) or not is_error


@pytest.mark.parametrize(
    "piece", ["authentication ", "no ", "error (", "invalid or ", "not  ", "401 ", "token is ", "[" * 9]
)
def test_hostile_errors_are_read_in_linear_time(piece: str) -> None:
    started = time.process_time()
    for is_error in (True, False):
        failure_in(text_result(piece * 400_000, is_error=is_error))
        failure_in(text_result("Error: " + piece * 300, is_error=is_error))

    assert time.process_time() - started < 5
