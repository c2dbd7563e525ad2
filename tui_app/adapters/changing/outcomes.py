"""What a server says of a change, and whether a fresh read shows it. An answer without an error is no proof."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from operator import itemgetter

from msgspec.structs import replace

from tui_app.adapters.changing.protocol import WriteCall, WriteVerdict
from tui_app.adapters.changing.spelling import plain
from tui_app.adapters.changing.vocabulary import TITLE_NOUNS
from tui_app.adapters.failures import failure_in
from tui_app.adapters.reading import payloads, plain_text, read_record, ticket_from
from tui_app.adapters.reading.field_names import PLACES, PLURALS, TICKET_NOUNS, names, plain_name
from tui_app.adapters.reading.field_values import Row, indexed, is_nothing
from tui_app.adapters.safety.asked_for import own_ids
from tui_app.adapters.safety.rehearsals import rehearsal_in
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.errors import InvalidResponseError, MCPToolError
from tui_app.tickets.json_values import leaves_in, texts_in
from tui_app.tickets.ticket import JsonValue

_REFUSED = "refused|rejected|denied|failed|failure|error|forbidden|unauthori[sz]ed|invalid|conflict"
_REFUSING = re.compile(
    r"\bnot (?:found|permitted|allowed|authori[sz]ed|valid|possible|supported|updated|created|changed|assigned)\b"
    r"|\bno (?:permission|access|rights?|such)\b|\bdoes(?: not|n't) exist\b|\b(?:permission|access) denied\b"
    rf"|\b(?:{_REFUSED}|unknown)\b"
    r"|\b(?:cannot|can't|could not|couldn't|unable to|must be|is required|are required|missing)\b",
    re.IGNORECASE,
)
_CONFLICT = re.compile(
    r"\b409\b|\bconflict|version mismatch|\bstale\b|changed meanwhile|out of date|expected version"
    r"|modified (?:by|since)"
    r"|does not match the (?:expected|current)|\bprecondition",
    re.IGNORECASE,
)
_REFUSING_STATUS = re.compile(rf"(?:.*_)?(?:{_REFUSED}|not_?found|blocked_by_policy)")
_STATUS_LINE = re.compile(
    r"^\s*(?:status_code|statuscode|http_status|status)\s*[:=]\s*[\"']?([45]\d\d)\b", re.MULTILINE | re.IGNORECASE
)
_PENDING = re.compile(
    r"\b(?:queued|pending approval|in the background|task ?id|job ?id|scheduled|will be processed)\b", re.IGNORECASE
)
_PARTS = names("failed errors failures rejected skipped invalid notfound unprocessed")
_DID_NOT = names("success ok succeeded updated created changed modified")
_OPERATION = names("status result outcome code statuscode")
_UNCERTAIN = re.compile(
    r"\btimed[ -]?out\b|\btime-?out (?:of|after|while|waiting|exceeded|error)\b|\btime-?out\W*$"
    r"|\w(?:Timeout|TimedOut)\b|\bdeadline exceeded\b|\bgateway time-?out\b|\bbad gateway\b"
    r"|\binternal (?:server )?error\b|\bHTTP\W{0,3}50[024]\b"
    r"|\b50[024] (?:error|internal|bad|gateway|server)|\bE(?:CONNRESET|CONNABORTED|PIPE|TIMEDOUT)\b|\bsocket hang up\b"
    r"|\bconnection (?:was |has been |is )?(?:reset|closed|lost|aborted|broken|terminated|dropped)\b|\bbroken pipe\b"
    r"|\b(?:fetch failed|network error|server disconnected|remote end closed|incomplete read|premature (?:close|end))"
    r"|\b(?:may|might|could) have been (?:\w+ )?(?:done|made|sent|saved|created|processed|applied|updated|received)"
    r"|\b(?:request|operation|call) (?:was |has been )?(?:cancell?ed|aborted|interrupted)\b",
    re.IGNORECASE,
)
"""Words of somebody who lost the answer of the one that makes the change: a server's library, a gateway, a bridge."""
_CREATED = re.compile(r"(?:#\d+|\b[A-Z][A-Z0-9]*-\d+\b|\b[a-z]+-\d+\b)")
_LIMITED = re.compile(r"\b(?:429|503)\b|rate.?limit|too many requests|throttl|quota", re.IGNORECASE)
_PAUSE = re.compile(
    r"(?:retry[- _]?after|again (?:in|after)|wait(?:ing)?(?: for)?|resets? (?:in|after))\W{0,4}(?:about )?"
    r"(\d{1,6}(?:\.\d{1,3})?)\s*(milliseconds?|ms|minutes?|mins?|m|hours?|h|seconds?|secs?|s)?\b",
    re.IGNORECASE,
)
_SECONDS_IN = {"ms": 0.001, "milli": 0.001, "m": 60.0, "h": 3600.0}
"""Beginning of a unit, the longer ones first, to its seconds."""
_DEEPEST = 3  # levels of an answer that are looked at for an id
_SHORT = 600  # characters; a longer answer is the ticket
_LONGEST_ERROR = 4000  # characters that are looked at
_FIRST_ERROR = 400


def verdict_of(call: WriteCall, result: CallToolResult) -> WriteVerdict:
    """What ``result`` says of ``call``; more is taken for a refusal than in an answer to a question."""
    verdict = _verdict(call, result)
    if verdict.refusal is not None or verdict.unknown:
        return verdict
    said = plain_text(result).strip()
    shows = () if _makes_one(call) else _another_ticket(call, result)
    return replace(verdict, shows=shows, words=said if len(said) < _SHORT else "")


def _verdict(call: WriteCall, result: CallToolResult) -> WriteVerdict:
    failure = failure_in(result)
    text = plain_text(result)
    own = _without_ours(text, call)
    if failure is not None:
        if may_have_been_done(own):
            return WriteVerdict(unknown=failure.cause)
        return WriteVerdict(refusal=failure, conflict=bool(_CONFLICT.search(f"{failure}")))
    answers = [payload for payload in payloads(result) if isinstance(payload, Mapping)]
    tried = rehearsal_in(call.arguments) or next(filter(None, map(rehearsal_in, answers)), "")
    if tried:
        return WriteVerdict(refusal=_refusal(f"It was only tried: {tried} is on. {text[:_SHORT].strip()}"))
    told = next(filter(None, (_of_data(payload, call) for payload in answers)), None)
    if told is not None:
        refused, words = told
        if not refused or may_have_been_done(words):
            return WriteVerdict(unknown=words)
        return WriteVerdict(refusal=_refusal(words), conflict=bool(_CONFLICT.search(words)))
    status = _STATUS_LINE.search(text[:_SHORT])
    if status is not None:
        return WriteVerdict(refusal=_refusal(text[:_SHORT].strip()), conflict=status[1] == "409")
    first = next((line for line in own.splitlines() if line.strip()), "")
    is_data = any(isinstance(payload, (dict, list)) for payload in payloads(result))
    if not is_data and len(own) < _SHORT and may_have_been_done(first):
        return WriteVerdict(unknown=first.strip())
    if not is_data and len(own) < _SHORT and _REFUSING.search(first):
        return WriteVerdict(refusal=_refusal(text.strip()), conflict=bool(_CONFLICT.search(first)))
    if not is_data and len(own) < _SHORT and _PENDING.search(first):
        return WriteVerdict(unknown=first.strip())
    return WriteVerdict(created=created_in(result, call) if _makes_one(call) else "")


def may_have_been_done(words: str) -> bool:
    """Whether the words of an error leave open if the change was made: they tell of a lost answer, not of a refusal."""
    return bool(_UNCERTAIN.search(words[:_LONGEST_ERROR]))


def _makes_one(call: WriteCall) -> bool:
    """Whether a call may have made a ticket: it is to have a title that it had not, or nothing is known of the call."""
    return not call.before or ("title" in call.after and call.before.get("title") is None)


def pause_asked(words: str) -> float | None:
    """The seconds for which a refusal asks to be left alone, because too much was asked; None: it asks for none."""
    match = _PAUSE.search(words[:_SHORT])
    if match is None or not _LIMITED.search(words[:_SHORT]):
        return None
    unit = (match[2] or "s").casefold()
    factor = next((factor for beginning, factor in _SECONDS_IN.items() if unit.startswith(beginning)), 1.0)
    return float(match[1]) * factor


def _refusal(words: str) -> MCPToolError:
    return MCPToolError(words, title="The tracker refused the change", hint="Nothing says that it was done.")


def _without_ours(text: str, call: WriteCall) -> str:
    """``text`` without the words that were sent: a title may speak of an error."""
    sent = sorted((value for value in texts_in(dict(call.arguments)) if len(value) > 3), key=len, reverse=True)
    for value in (*sent, *(value for value in texts_in(dict(call.before)) if len(value) > 3)):
        text = text.replace(value, "")
    return text


def _another_ticket(call: WriteCall, result: CallToolResult) -> tuple[str, ...]:
    """The identifiers of the ticket that an answer shows, where none of them was sent."""
    if not call.after.keys() - {"comments", "relations"}:
        return ()  # a comment, a link or a person has an id of its own
    try:
        record = read_record(result)
    except InvalidResponseError:
        return ()
    index = indexed(record)
    within = (value for name, value in index.items() if PLURALS.get(name, name) in TICKET_NOUNS)
    rows = (index, *(indexed(value) for value in within if isinstance(value, Mapping)))
    has_title = any(row.keys() & (TITLE_NOUNS - {"name"}) for row in rows)  # people have names, too
    if not has_title:
        return ()
    ticket = ticket_from(dict(record))
    ids = (ticket.id, *own_ids(ticket.lookup)) if ticket.id and ticket.title else ()
    sent = {plain(leaf) for leaf in leaves_in(dict(call.arguments))}
    return () if any(plain(one) in sent for one in ids) else tuple(dict.fromkeys(ids))


def _of_data(payload: Mapping[str, JsonValue], call: WriteCall) -> tuple[bool, str] | None:
    """Whether data refuses, and its words; None where it does not say so."""
    index = indexed(payload)
    is_ticket = any(name in index for name in ("title", "subject", "summary", "fields"))
    words = next((str(index[n]) for n in ("message", "error", "detail", "reason", "hint") if index.get(n)), "")
    for name in _DID_NOT:
        if index.get(name) is False:
            return True, words or f"{name}: false"
    for name in _OPERATION:
        value = index.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= _FIRST_ERROR and name != "status":
            return True, words or f"{name}: {value}"
        if isinstance(value, str) and not is_ticket and _REFUSING_STATUS.fullmatch(value.casefold()):
            return True, words or f"{name}: {value}"
        if isinstance(value, str) and not is_ticket and _PENDING.search(value):
            return False, words or f"{name}: {value}"
    for name in _PARTS:
        value = index.get(name)
        if isinstance(value, (list, dict)) and value and not is_ticket:
            return _only_one(call, index), f"The server says that a part failed: {str(value)[:200]}"
    if isinstance(index.get("error"), (str, dict)) and index["error"]:
        return True, words
    return None


def _only_one(call: WriteCall, index: Mapping[str, JsonValue]) -> bool:
    """Whether a call was about one ticket alone, and the answer names nothing that was done."""
    parts = [value for value in call.arguments.values() if isinstance(value, list) and len(value) == 1]
    return bool(parts) and all(is_nothing(index[name]) or index[name] == 0 for name in _DID_NOT if name in index)


def created_in(result: CallToolResult, call: WriteCall) -> str:
    """The id of the ticket that an answer says was made; empty where it says none."""
    title = call.after.get("title")
    sent = frozenset([title] if isinstance(title, str) else texts_in(dict(call.arguments)))
    objects = sorted((one for load in payloads(result) for one in _objects(load, sent)), key=itemgetter(0))
    surely = [row for rank, row in objects if not rank[0]]
    with suppress(InvalidResponseError):
        surely.append(read_record(result))
    text = _CREATED.search(plain_text(result)[:_SHORT])
    return next(filter(None, map(_id_in, (*surely, *(row for _, row in objects)))), text[0] if text else "")


def _objects(
    value: JsonValue, sent: frozenset[str], name: str = "", depth: int = 0
) -> Iterator[tuple[tuple[bool, bool, int], Row]]:
    """The objects of an answer, ranked: first those that hold what was sent, or are called a ticket."""
    if isinstance(value, Mapping) and depth <= _DEEPEST and name not in PLACES:
        holds = any(isinstance(one, str) and one in sent for one in value.values())
        yield (not (holds or PLURALS.get(name, name) in TICKET_NOUNS), not holds, depth), value
        for key, inner in value.items():
            yield from _objects(inner, sent, plain_name(key), depth + 1)


def _id_in(row: Row) -> str:
    """As a ticket's id is read; else by whatever name an id has."""
    own, index = ticket_from(dict(row)).id, indexed(row)
    ids = (index.get(name) for name in names("identifier key humanid issuekey taskid ticketid issueid iid number id"))
    return own or next((str(one) for one in ids if isinstance(one, (str, int)) and not isinstance(one, bool)), "")
