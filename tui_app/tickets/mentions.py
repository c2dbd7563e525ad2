"""Ids of tickets in texts: which a ticket's description and comments mention, and which ticket a typed text names.

Invariants: takes time linear in the texts; only what is certainly an id of this tracker counts as one, so that
``UTF-8`` and ``SHA-256`` are none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.tickets.fields import FIELDS_BY_NAME, TICKET_FIELDS, FieldKind
from tui_app.tickets.ticket import Comment, JsonValue, Relation, Ticket
from tui_app.tickets.urls import safe_url

_MOST_MENTIONS = 50  # of one ticket
_MOST_ADDRESSES = 200  # of one ticket
_LONGEST_TEXT = 200_000  # characters of one text that is looked through
_MENTION = "mentions"
_OWN_LOOKUPS = frozenset(
    (
        *FIELDS_BY_NAME["id"].words, "kind",
        *(f"{noun}{end}" for noun in ("issue", "ticket", "task") for end in ("id", "key", "number")),
    )
)  # fmt: skip
"""Lookups that name one ticket, not where it is kept; plain names."""

_KEY = re.compile(r"(?<![\w/.#-])([A-Za-z][A-Za-z0-9_]{0,30})-(\d{1,9})(?![\w-]|\.\d)")
_NUMBER = re.compile(r"(?:(?<![\w/])|(?<=\s))(?:([\w.-]{1,60}/[\w.-]{1,60}))?#(\d{1,9})(?![\w-])")
_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'`]{1,500}")
_NAMED_ADDRESS = re.compile(r"\[([^\[\]\n]{1,200})\]\((https?://[^\s()]{1,500})\)")
_TICKET_PATH = re.compile(
    r"/(?P<place>[\w.-]+/[\w.-]+)/(?:-/)?(?:issues|pull|pulls|merge_requests)/(?P<number>\d+)|/browse/(?P<key>[A-Za-z]\w*-\d+)"
    r"|/(?:issues?|tickets?|work_?items?/edit|_workitems/edit)/(?P<id>[A-Za-z]\w*-\d+|\d+)(?=[/?#]|$)"
)  # fmt: skip


_REFERENCES = tuple(field for field in TICKET_FIELDS if field.kind is FieldKind.ID and field.name != "id")
"""Fields that hold the id of another ticket."""


def with_mentions(ticket: Ticket, projects: Iterable[str] = ()) -> Ticket:
    """``ticket`` with every other ticket that it names among its relations: in a field, its description, a comment.

    ``projects`` are those that its tracker is known to have, besides its own and those of its relations.
    """
    texts = [ticket.description or "", *(comment.body for comment in ticket.comments)]
    known = {ticket.id.casefold(), *(relation.id.casefold() for relation in ticket.relations)}
    found: dict[str, Relation] = {
        identity.casefold(): Relation(field.name, identity, lookup=_place(ticket))
        for field in _REFERENCES
        if (identity := getattr(ticket, field.name)) and identity.casefold() not in known
    }
    prefixes = (*projects, *(one.rpartition("-")[0] for one in (ticket.id, *(r.id for r in ticket.relations))))
    known_projects = {prefix.casefold() for prefix in prefixes}
    for text in texts:
        for relation in _mentions(text[:_LONGEST_TEXT], ticket, known_projects):
            if relation.id.casefold() not in known:
                found.setdefault(relation.id.casefold(), relation)
            if len(found) >= _MOST_MENTIONS:
                break
    if not found:
        return ticket
    named = [relation for relation in found.values() if relation.kind != _MENTION]
    mentioned = [relation for relation in found.values() if relation.kind == _MENTION]
    return replace(ticket, relations=(*named, *ticket.relations, *mentioned))


def _mentions(text: str, ticket: Ticket, projects: Collection[str]) -> Iterator[Relation]:
    """Ids of the shape of the ticket's own; of a key with letters only those of ``projects``, which are casefolded."""
    yield from _mentions_by_address(text, ticket)
    words = _ADDRESS.sub(" ", text)
    key = re.fullmatch(r"([A-Za-z]\w*)-\d+", ticket.id)
    if key:
        for match in _KEY.finditer(words):
            if match[1].casefold() in projects and match[1].isupper() == key[1].isupper():
                yield Relation(_MENTION, match[0], lookup=_place(ticket))
        return
    place, sign, number = ticket.id.rpartition("#")
    if ticket.id.isdecimal() or (sign and number.isdecimal()):
        for match in _NUMBER.finditer(words):
            where = match[1] or place
            if match[1] and not place:
                continue  # another repository, of which this tracker's ids say nothing
            yield Relation(_MENTION, f"{where}{sign}{match[2]}" if where else match[2], lookup=_place(ticket, where))


def addresses_in(ticket: Ticket) -> dict[str, str]:
    """Every address that the ticket names, its own first, to the words that say what it is; each once."""
    found: dict[str, str] = {ticket.url: "this ticket"} if ticket.url else {}
    texts = (("description", ticket.description or ""), *((_comment_of(c), c.body) for c in ticket.comments))
    for where, text in texts:
        named = {match[2]: match[1] for match in _NAMED_ADDRESS.finditer(text[:_LONGEST_TEXT])}
        for match in _ADDRESS.finditer(text[:_LONGEST_TEXT]):
            address = safe_url(match[0].rstrip(".,;:!?*_"))
            if address and len(found) < _MOST_ADDRESSES:
                found.setdefault(address, named.get(address, where))
    for attachment in ticket.attachments:
        if attachment.url and safe_url(attachment.url):
            found.setdefault(attachment.url, attachment.name)
    return found


def _comment_of(comment: Comment) -> str:
    return f"comment of {comment.author}" if comment.author else "comment"


def _mentions_by_address(text: str, ticket: Ticket) -> Iterator[Relation]:
    """Addresses on the ticket's own site that are a ticket's."""
    host = _host(ticket.url)
    for match in _ADDRESS.finditer(text):
        address = safe_url(match[0].rstrip(".,;:!?"))
        path = _TICKET_PATH.search(address) if address and host and _host(address) == host else None
        if path is None or address is None:
            continue
        found = _id_in_address(address, with_place="#" in ticket.id)
        if same_shape(found, ticket.id):
            yield Relation(_MENTION, found, url=address, lookup=_place(ticket, path["place"] or ""))


def _place(ticket: Ticket, where: str = "") -> dict[str, JsonValue]:
    """What leads to another ticket of the same place: the ticket's own lookup without what is its alone."""
    place, _, number = ticket.id.rpartition("#")
    if where and where.casefold() != place.casefold():
        return {}
    return {
        name: value
        for name, value in ticket.lookup.items()
        if _plain(name) not in _OWN_LOOKUPS and str(value) not in (ticket.id, number, ticket.url)
    }


def _plain(name: str) -> str:
    return "".join(character for character in name if character.isalnum()).casefold()


def place_in(address: str | None) -> str:
    """``owner/name`` of the ticket at ``address``; empty where the address names none."""
    path = _TICKET_PATH.search(address or "")
    return path["place"] or "" if path else ""


def _host(address: str | None) -> str:
    match = re.match(r"https?://([^/?#]+)", address or "", re.IGNORECASE)
    return match[1].casefold() if match else ""


def same_shape(identity: str, other: str) -> bool:
    """Whether two ids are built alike: numbers, ``PAY-142`` and ``OPS-1``, ``bd-a1f`` and ``bd-77``, UUIDs."""
    if _shape(identity) == _shape(other):
        return True
    prefixes = {re.split(r"(?<=[^A-Za-z0-9])", one)[0] for one in (identity, other)}
    return len(prefixes) == 1 and identity[-1:].isalnum() and not prefixes.pop().isalnum()


def _shape(identity: str) -> str:
    if identity.isdecimal():
        return "0"
    parts = re.split(r"([^A-Za-z0-9])", identity)
    if len(parts) == 3 and parts[2].isdecimal() and parts[0][:1].isalpha():
        return f"a{parts[1]}0"
    if len(parts) == 3 and parts[0].isalpha():
        return f"a{parts[1]}x"
    return "".join(
        part if len(part) == 1 and not part.isalnum() else f"x{len(part)}" if len(parts) == 9 else "x" for part in parts
    )


_LONGEST_ID = 100  # characters
_MOST_PLACES = 500  # of one tracker, of which a ticket is kept
_PLACE_AND_NUMBER = re.compile(r"(.*?)([#-]?)(\d+)")
_AROUND_NAME = " \r\n\t<>\"'`()[],;."
"""What surrounds an id or an address where it was copied from."""


class NamedTicket(Struct, frozen=True):
    """A ticket that a text names, before anybody has asked its tracker whether it exists."""

    profile: str
    id: str
    url: str | None = None
    lookup: Mapping[str, JsonValue] = field(default_factory=dict)
    is_certain: bool = False
    """Whether a ticket of the same project or address was seen in this tracker."""
    fits: bool = True
    """Whether it is built like this tracker's ids; False: none of them was seen."""
    row: Ticket | None = None
    """The ticket as it was seen before, if it was."""
    seen_at: datetime | None = None


class SeenTickets:
    """One ticket of each project of each tracker: what its ids and addresses look like."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, Ticket]] = {}

    def add(self, profile: str, tickets: Iterable[Ticket]) -> None:
        """Learn from ``tickets``."""
        places = self._seen.setdefault(profile, {})
        for ticket in tickets:
            match = _PLACE_AND_NUMBER.fullmatch(ticket.id)
            place = match[1] if match else ""
            if ticket.id and place not in places and len(places) < _MOST_PLACES:
                places[place] = ticket

    def example(self, profiles: Sequence[str]) -> str:
        """An id as these trackers have them; empty: none was seen."""
        return next((ticket.id for name in profiles for ticket in self._seen.get(name, {}).values()), "")

    def mentioned_in(self, ticket: Ticket) -> Ticket:
        """``ticket`` with all that it mentions of the projects that were seen in its tracker among its relations."""
        return with_mentions(ticket, self._seen.get(ticket.source or "", ()))

    def named(self, text: str, profiles: Sequence[str]) -> tuple[NamedTicket, ...]:
        """The tickets of ``profiles`` that ``text``, an id or an address, may name; what is certain comes first."""
        text = text.strip(_AROUND_NAME)
        address = safe_url(text) if "://" in text else None
        if not address and (len(text) > _LONGEST_ID or not re.search(r"\d", text) or re.search(r"\s|://", text)):
            return ()
        found = [named for profile in profiles for named in self._named_in(profile, text, address)]
        if any(named.is_certain for named in found) and address:
            found = [named for named in found if named.is_certain]
        return tuple(sorted(found, key=lambda named: (not named.is_certain, not named.fits)))

    def _named_in(self, profile: str, text: str, address: str | None) -> list[NamedTicket]:
        siblings = list(self._seen.get(profile, {}).values())
        if not siblings:
            identity = _id_in_address(address) if address else text.lstrip("#")
            return [NamedTicket(profile, identity, address, fits=False)] if identity else []
        found: dict[str, NamedTicket] = {}
        for sibling in siblings:
            named = _by_address(profile, address, sibling) if address else _by_id(profile, text, sibling)
            if named and (named.id not in found or named.is_certain):
                found[named.id] = named
        certain = [named for named in found.values() if named.is_certain]
        return certain or list(found.values())


def _by_id(profile: str, text: str, sibling: Ticket) -> NamedTicket | None:
    """The ticket of ``sibling``'s tracker that is called ``text``, which may lack the place: ``#88``."""
    wanted, known = _PLACE_AND_NUMBER.fullmatch(text), _PLACE_AND_NUMBER.fullmatch(sibling.id)
    if wanted and known and (wanted[1] or known[2] != "-"):
        place, sign, number = known[1], known[2], wanted[3]
        is_short = not wanted[1] or (wanted[2] == sign == "#" and wanted[1].casefold() == _last(place))
        if is_short or (wanted[2] == sign and wanted[1].casefold() == place.casefold()):
            identity = f"{place}{sign}{number}"
            return NamedTicket(profile, identity, lookup=_place(sibling, place), is_certain=True)
    if same_shape(text, sibling.id) and (not text.isalnum() or text.isdecimal() or len(text) == len(sibling.id)):
        key = _KEY.fullmatch(text)
        identity = text.upper() if key and sibling.id.isupper() else text
        prefix = identity.rpartition("-")[0]
        is_certain = bool(prefix) and prefix == sibling.id.rpartition("-")[0]
        return NamedTicket(profile, identity, None, _place(sibling, identity.rpartition("#")[0]), is_certain)
    return None


def _last(place: str) -> str:
    return place.rpartition("/")[2].casefold()


def _by_address(profile: str, address: str, sibling: Ticket) -> NamedTicket | None:
    """The ticket at ``address``, if that is where ``sibling``'s tracker has its tickets."""
    if not sibling.url or _host(sibling.url) != _host(address):
        return None
    before, _, number = sibling.id.rpartition("#")
    start, found, _ = sibling.url.partition(number)
    match = re.match(re.escape(start) + r"([\w.-]+)(?=[/?#&]|$)", address, re.IGNORECASE) if found else None
    identity = f"{before}#{match[1]}" if match and before else match[1] if match else ""
    if not identity or not same_shape(identity, sibling.id):
        identity = _id_in_address(address, with_place="#" in sibling.id)
    if not identity or not same_shape(identity, sibling.id):
        return None
    return NamedTicket(profile, identity, address, _place(sibling, identity.rpartition("#")[0]), is_certain=True)


def _id_in_address(address: str, *, with_place: bool = True) -> str:
    """The id in an address of a usual form; empty: it has none."""
    path = _TICKET_PATH.search(address)
    if path is None:
        return ""
    if path["place"] and with_place:
        return f"{path['place']}#{path['number']}"
    return path["key"] or path["id"] or path["number"]
