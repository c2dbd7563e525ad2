"""Whether a fresh read shows a change: a ticket that was read again is compared with what was sent."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping

from tui_app.adapters.auto.calls import by_path
from tui_app.adapters.changing.meanings import rank_of
from tui_app.adapters.changing.protocol import FreshTicket, WriteCall
from tui_app.adapters.changing.spelling import plain
from tui_app.adapters.reading import payloads, read_record
from tui_app.adapters.reading.alike_rows import flattened
from tui_app.adapters.reading.field_names import plain_name
from tui_app.adapters.reading.field_values import Row, indexed
from tui_app.tickets.errors import InvalidResponseError
from tui_app.tickets.json_values import leaves_in, texts_in
from tui_app.tickets.ticket import JsonValue, Ticket

_TAG = re.compile(r"<[^<>]{1,80}>")
_ROUND = 5  # pages have as many members, or a multiple
_OWN_WORDS = ("closed", "open")
"""What a ticket is called here that a tool without a status has closed or opened."""


def verified_by(call: WriteCall, before: FreshTicket | None, after: FreshTicket) -> bool | None:
    """Whether ``after`` shows what ``call.after`` says; None: it cannot tell."""
    told = [
        _shows(name, wanted, call, before, after)
        for name, wanted in call.after.items()
        if name not in ("project", "type")
    ]
    if any(one is False for one in told):
        return False
    return True if told and all(told) else None


def _shows(name: str, wanted: JsonValue, call: WriteCall, fresh: FreshTicket | None, after: FreshTicket) -> bool | None:
    ticket, before = after.ticket, fresh.ticket if fresh else None
    if name == "comments":
        return _shows_comment(call, before, after)
    if name == "relations":
        return _shows_relation(call, before, ticket)
    if not hasattr(ticket, name):
        return None
    now = getattr(ticket, name)
    was = getattr(before, name) if before is not None else None
    if name == "labels" and isinstance(wanted, list):
        same = {str(label).casefold() for label in wanted} == {label.casefold() for label in now}
        return True if same else False if now or was or _has_place(name, after) else None
    if not isinstance(now, (str, type(None))):
        return None
    if _same(name, wanted, now) or _shows_otherwise(name, wanted, call, fresh, after):
        return True
    if before is None:  # of a new one, whose text may stand below a heading of the tracker's own
        text = _bare(str(wanted)) if name == "description" else ""
        return True if text and text in _bare(now or "") else None
    if now == was:
        return False if now or _has_place(name, after) else None  # an answer without the field tells nothing of it
    return None if name in ("assignee", "priority", "status", "description") else False


def _shows_relation(call: WriteCall, before: Ticket | None, after: Ticket) -> bool | None:
    """By the other ticket's id beside the ticket's own; trackers do not tell all their relations."""
    was = {relation.words for relation in before.relations} if before else set()
    sent = {plain(leaf) for leaf in leaves_in(dict(call.arguments))} - {plain(after.id)}
    return True if any(one.words not in was and plain(one.id) in sent for one in after.relations) else None


def _has_place(name: str, after: FreshTicket) -> bool:
    """Whether the server's answer has a place for a field, though nothing may stand there."""
    meaning = "person" if name == "assignee" else name
    return any(rank_of((key,), meaning) is not None for key in _raw(after))


def _shows_otherwise(
    name: str, wanted: JsonValue, call: WriteCall, fresh: FreshTicket | None, after: FreshTicket
) -> bool:
    """Whether the ticket has something new that was sent, though not in the words of the wish."""
    now, was = getattr(after.ticket, name), getattr(fresh.ticket, name) if fresh is not None else None
    if name in ("status", "priority", "assignee") and _echoed(call, fresh, after):
        return True
    if name == "status" and wanted in _OWN_WORDS and now != was:
        return after.ticket.is_closed is (wanted == "closed")  # a tool of its own closed it: the tracker's word counts
    if name == "assignee" and plain(wanted) == "me" and now and now != was:
        return True  # the tracker knows who that is
    if name in ("title", "description"):
        return False  # the text of one is no proof of the other
    sent = {plain(leaf) for leaf in leaves_in(dict(call.arguments)) if not isinstance(leaf, bool | None)}
    return now is not None and plain(now) in sent and plain(now) != plain(was or "")


def _echoed(call: WriteCall, before: FreshTicket | None, after: FreshTicket) -> bool:
    """Whether an identifier that was sent stands in the ticket under the argument's own name, and did not before."""
    if before is None:
        return False
    was, now = _raw(before), _raw(after)
    sent = {plain_name(name): value for name, value in by_path(call.arguments).items()}
    sent |= {plain_name(name.rpartition(".")[2]): value for name, value in by_path(call.arguments).items()}
    return any(
        isinstance(value, (str, int)) and str(now.get(name)) == str(value) and name in was and was[name] != now[name]
        for name, value in sent.items()
    )


def _raw(fresh: FreshTicket) -> dict[str, JsonValue]:
    try:
        record = read_record(fresh.results[0], fresh.reference.id) if fresh.results else {}
    except InvalidResponseError:
        record = {}
    return {**indexed(flattened(dict(record))), **{plain_name(k): v for k, v in fresh.ticket.lookup.items()}}


def _same(name: str, wanted: JsonValue, now: str | None) -> bool:
    if wanted in (None, "") or now in (None, ""):
        return wanted in (None, "") and now in (None, "")
    if name in ("title", "description"):
        return " ".join(str(wanted).split()) == " ".join(str(now).split())
    if name == "assignee":
        return str(wanted).removeprefix("@").casefold() == str(now).removeprefix("@").casefold()
    return plain(wanted) == plain(now)


def _shows_comment(call: WriteCall, before: Ticket | None, after: FreshTicket) -> bool | None:
    """By its own text, among the comments or, where a tracker appends it, in the description."""
    ticket = after.ticket
    ids = after.ids
    sent = [_bare(text) for text in texts_in(dict(call.arguments)) if text not in ids]
    said, old = (
        [_bare(one.body) for one in ticket.comments],
        [_bare(one.body) for one in (before.comments if before else ())],
    )
    if any(sum(text in body for body in said) > sum(text in body for body in old) for text in sent if text):
        return True
    body, was = _bare(ticket.description or ""), _bare((before.description if before else "") or "")
    if any(text in body and text not in was for text in sent if text):
        return True
    return None if len(said) > len(old) or not (said or old) or _may_be_cut(after, len(said)) else False


def _may_be_cut(fresh: FreshTicket, count: int) -> bool:
    """Whether a list of ``count`` members may be one page of a longer one: it is round, or the answer says so."""
    if count and count % _ROUND == 0:
        return True
    rows = [row for result in fresh.results for load in payloads(result) for row in _objects(load)]
    around = [row for row in rows if any(isinstance(one, list) and len(one) == count for one in row.values())]
    return any(value is True or (type(value) is int and value > count) for row in around for value in row.values())


def _objects(value: JsonValue) -> Iterator[Row]:
    """An answer that is an object, and the objects within."""
    if isinstance(value, Mapping):
        yield value
        yield from (inner for inner in value.values() if isinstance(inner, Mapping))


def _bare(text: str) -> str:
    """A text as markup leaves it: its letters and digits."""
    return "".join(character for character in html.unescape(_TAG.sub("", text)).casefold() if character.isalnum())
