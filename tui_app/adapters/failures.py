"""Recognising failure in what a server answered, and whether logging in would mend it.

Servers report failure in four ways: a JSON-RPC error, ``isError`` with words, an error payload without ``isError``, and
prose. Invariant: an answer that holds tickets is never taken for a failure, whatever the tickets say; a ticket called
"Error: 401 on login" is a ticket. The words of failure are loaded with the first prose or failure: compiling their
patterns takes longer than reading a page of tickets.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from types import ModuleType
from typing import Any

from tui_app.adapters.reading.field_names import CERTAIN_NAME, hints
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.errors import MCPAuthenticationError, MCPError, MCPToolError
from tui_app.tickets.json_values import json_or_none

LOGIN_HINT = "Log in to the tracker, or check the token in the profile's env; then search again."
"""What to do after an authentication error, where the profile names no login command."""

_LONGEST_PAYLOAD = 64 * 1024  # characters; error payloads are short, and a page of tickets is not parsed twice
_LONGEST_PROSE = 4000  # characters; a longer answer that begins with "Error" is a document about errors
_LONGEST_CAUSE = 2000  # characters; enough for a validation message, not for a page of HTML
_DEEPEST = 6  # levels; words about an error are on the upper ones
_MOST_WORDS = 12  # parts; a validator may list hundreds
_UNAUTHORISED = 401  # HTTP; 403 is no authentication error: whoever is refused there is known already
_FIRST_ERROR_STATUS = 400

_STATUS_KEYS = ("status", "statusCode", "status_code", "code")
_WORD_KEYS = ("error", "message", "detail", "details", "error_description", "errorMessages", "errors", "hint", "help")
_FAILED_WORDS = frozenset({"error", "failed", "failure", "fail"})


def failure_in(result: CallToolResult) -> MCPError | None:
    """The failure that a tool's result reports, in whichever form; None where it is a proper answer."""
    if result.is_error:
        return _explained(_words_of_result(result), _payload(result))
    payload = _payload(result)
    if payload is not None:
        return _explained(_words_anywhere(payload), payload) if _tells_failure(payload) else None
    prose = _prose(result)
    return _explained(prose, None) if _is_prose_failure(prose) else None


def failure_of_rpc_error(code: int, message: str, data: object = None) -> MCPError:
    """The failure that a JSON-RPC error reports."""
    return _explained(message, data, code)


def is_authentication_error(text: str, code: int | None = None, data: object = None) -> bool:
    """Whether an error means that the user is not logged in, so that logging in and trying again can help.

    Args:
        text: the error's own words; must come from an error, since tickets may say anything.
        code: the JSON-RPC error's code, where there is one.
        data: the JSON-RPC error's data or the error payload: its HTTP status counts, and its words.
    """
    words = _failure_words()
    if code == _UNAUTHORISED or words.AUTHENTICATION.search(text[:_LONGEST_PROSE]):
        return True
    return any(status == _UNAUTHORISED for status in _statuses(data)) or bool(
        data is not None and words.AUTHENTICATION.search(_words_of(data)[:_LONGEST_PROSE])
    )


def _explained(words: str, data: object, code: int | None = None) -> MCPError:
    cause = words.strip()[:_LONGEST_CAUSE] or "The tool reported a failure without saying why."
    if is_authentication_error(words, code, data):
        return MCPAuthenticationError(cause, hint=LOGIN_HINT)
    for pattern, title, hint in _failure_words().EXPLANATIONS:
        if pattern.search(cause):
            return MCPToolError(cause, title=title, hint=hint)
    return MCPToolError(
        cause, hint="The words above are the tracker's; `ticketdeck doctor` shows the calls that were made."
    )


def _failure_words() -> ModuleType:
    from tui_app.adapters import failure_words

    return failure_words


def _payload(result: CallToolResult) -> Mapping[str, Any] | None:
    """The JSON object that the result is, whether structured, wrapped in ``result`` or written as text."""
    for candidate in (result.structured_content, _prose_source(result)):
        value = _unwrapped(candidate)
        if isinstance(value, Mapping):
            return value
    return None


def _unwrapped(value: Any) -> Any:
    for _ in range(_DEEPEST):
        if isinstance(value, str):
            value = _json_object(value)
        elif isinstance(value, Mapping) and len(value) == 1 and "result" in value:
            value = value["result"]
        else:
            break
    return value


def _json_object(text: str) -> Any:
    if len(text) > _LONGEST_PAYLOAD or not text.lstrip().startswith("{"):
        return None
    return json_or_none(text)


def _prose_source(result: CallToolResult) -> str:
    """The text of the result, or as much of it as shows that it is too long to be an error."""
    total = 0
    parts: list[str] = []
    for block in result.content:
        parts.append(block.text[: _LONGEST_PAYLOAD + 1])
        total += len(block.text)
        if total > _LONGEST_PAYLOAD:
            break
    return "\n".join(part for part in parts if part)


def _prose(result: CallToolResult) -> str:
    wrapped = result.structured_content
    if isinstance(wrapped, Mapping) and len(wrapped) == 1:
        wrapped = next(iter(wrapped.values()))
    return wrapped if isinstance(wrapped, str) else _prose_source(result)


def _words_of_result(result: CallToolResult) -> str:
    payload = _payload(result)
    words = _words_anywhere(payload) if payload is not None else ""
    return words or _prose_source(result)


def _tells_failure(payload: Mapping[str, Any]) -> bool:
    if _holds_tickets(payload):
        return False
    if payload.get("success") is False or payload.get("ok") is False or payload.get("isError") is True:
        return True
    status = payload.get("status")
    if isinstance(status, str) and status.casefold() in _FAILED_WORDS:
        return True
    if payload.get("success") is True or payload.get("ok") is True:
        return False
    if any(payload.get(key) for key in ("error", "errors", "errorMessages")):
        return True
    return bool(_words_of(payload)) and any(status >= _FIRST_ERROR_STATUS for status in _statuses(payload))


def _holds_tickets(payload: Mapping[str, Any]) -> bool:
    if _is_named(payload, "id") and _is_named(payload, "title"):
        return True
    return any(_holds_rows(value) for name, value in payload.items() if name not in _WORD_KEYS)


def _holds_rows(value: object) -> bool:
    """Whether ``value`` is a list of things that have an id or a title, or holds one."""
    if isinstance(value, Mapping):
        return any(map(_holds_rows, value.values()))
    rows = [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
    return any(_is_named(row, "id") or _is_named(row, "title") for row in rows[:1])


def _is_named(row: Mapping[str, Any], field: str) -> bool:
    """Whether a name in ``row`` speaks for ``field``; that of an error's code does not."""
    return any(
        hints(name).get(field, 0) > CERTAIN_NAME for name in islice(row, _MOST_WORDS) if name not in _STATUS_KEYS
    )


def _is_prose_failure(prose: str) -> bool:
    if not prose or len(prose) > _LONGEST_PROSE:
        return False
    known = _failure_words()
    if known.TICKET_LINE.search(prose):
        return False
    begin = known.LEADING_MARKS.match(prose.lstrip())
    words = prose.lstrip()[begin.end() if begin else 0 :]
    if known.PROSE_FAILURE.match(words) or known.STATUS_LINE.search(prose):
        return True
    is_listed = begin is not None and begin[0].endswith(" ")  # ``- Please log in``: a title
    return not is_listed and not words.strip().isdecimal() and known.AUTHENTICATION.match(words) is not None


def _statuses(data: object) -> Iterator[int]:
    """HTTP status codes that ``data`` names on its upper levels."""
    for mapping in islice(_mappings(data), _MOST_WORDS):
        for key in _STATUS_KEYS:
            value = mapping.get(key)
            if isinstance(value, str) and value.isdecimal() and len(value) == 3:
                yield int(value)
            elif isinstance(value, int) and not isinstance(value, bool):
                yield value


def _mappings(data: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    if depth > _DEEPEST:
        return
    if isinstance(data, Mapping):
        yield data
    children = data.values() if isinstance(data, Mapping) else data if isinstance(data, (list, tuple)) else ()
    for child in islice(children, _MOST_WORDS):
        yield from _mappings(child, depth + 1)


def _words_of(data: object) -> str:
    """The words of an error payload, the most specific part first, each once."""
    return "\n".join(dict.fromkeys(islice(_sentences(data), _MOST_WORDS)))


def _words_anywhere(data: object) -> str:
    """The words of a failure: those on its upper level, else those of whatever within has a place for them."""
    inner = (mapping for mapping in islice(_mappings(data), _MOST_WORDS) if any(key in mapping for key in _WORD_KEYS))
    return _words_of(data) or next(filter(None, map(_words_of, inner)), "")


def _sentences(data: object, depth: int = 0) -> Iterator[str]:
    if depth > _DEEPEST:
        return
    if isinstance(data, str) and data.strip():
        yield data.strip()
    elif isinstance(data, Mapping):
        named = [data[key] for key in _WORD_KEYS if key in data]
        for value in named if named or depth == 0 else data.values():
            yield from _sentences(value, depth + 1)
    elif isinstance(data, (list, tuple)):
        for value in data:
            yield from _sentences(value, depth + 1)
