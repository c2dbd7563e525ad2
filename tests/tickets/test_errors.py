"""The error tree: which faults are worth another try, and that each has a kind of the command line's contract."""

from __future__ import annotations

import inspect

from tui_app.tickets import errors
from tui_app.tickets.errors import ErrorKind, ExplainedError, MCPConnectionError, MCPError, MCPTimeoutError

TREE = [cls for _, cls in inspect.getmembers(errors, inspect.isclass) if issubclass(cls, ExplainedError)]


def test_only_connection_and_timeout_errors_are_retried() -> None:
    retried = {cls for cls in TREE if cls.retryable}
    assert retried
    assert all(issubclass(cls, MCPConnectionError | MCPTimeoutError) for cls in retried)
    assert errors.CommandNotFoundError not in retried


def test_every_kind_of_the_contract_has_an_error_and_every_error_a_title() -> None:
    assert {cls.kind for cls in TREE} == set(ErrorKind)
    assert all(cls("why").title and cls("why", title="mine").title == "mine" for cls in TREE)


def test_everything_that_a_server_can_do_wrong_stands_under_one_root() -> None:
    servers = [cls for cls in TREE if cls.__name__.startswith("MCP")]
    assert all(issubclass(cls, MCPError) for cls in servers)
