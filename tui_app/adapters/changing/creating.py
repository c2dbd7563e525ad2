"""New things: a ticket, a piece of work that was done.

Invariant: everything that was wished for is in the call; what a tool has no place for refuses it.
"""

from __future__ import annotations

import re

from tui_app.adapters.auto.concepts import stands_by_repository
from tui_app.adapters.auto.flat_arguments import Argument, about
from tui_app.adapters.changing import lookups, vocabulary
from tui_app.adapters.changing.asking import Case, Conversation, ask, ask_raw, callable_ones
from tui_app.adapters.changing.choosing import choose, pick
from tui_app.adapters.changing.free_fields import holder_of, with_fields
from tui_app.adapters.changing.making import Way, finished, first_possible, ways_to
from tui_app.adapters.changing.meanings import meaning_of, parts_of, takes_only_uuids, wants_id
from tui_app.adapters.changing.people import person
from tui_app.adapters.changing.protocol import WriteCall
from tui_app.adapters.changing.spelling import exactly, is_numeric, marked_up, misfit, spelt, takes_text, told_in
from tui_app.adapters.changing.uses import WritingUse, is_dedicated
from tui_app.adapters.reading import payloads
from tui_app.tickets.changes import ChangeKind, MissingInputError
from tui_app.tickets.errors import NotOfferedError
from tui_app.tickets.ticket import JsonValue

_NAMED = re.compile(r"\bkeys?\b|\bpath|\bslug|\bnames?\b|\bidentifier|\bprefix", re.IGNORECASE)
_TIME = re.compile(r"(?:(\d+(?:\.\d+)?)\s*h(?:ours?)?)?\s*(?:(\d+)\s*m(?:in(?:utes)?)?)?", re.IGNORECASE)
_ID_LIKE = re.compile(r"\d+|[0-9a-fA-F]{8}-[0-9a-fA-F-]{27}|[0-9a-fA-F]{16,}")


# ------------------------------------------------------------------------------ a ticket


def create(case: Case) -> Conversation[WriteCall]:
    """A new ticket."""
    ways = [way for way in ways_to(case, ChangeKind.CREATE, "title") if parts_of(way[1].path).mode == ""]
    ways = ways or _named_by_text(case)
    if not ways:
        ways = yield from _described(case)
    if not ways:
        empty = [use for use in case.uses if is_dedicated(ChangeKind.CREATE, use) and not use.arguments]
        if empty:
            raise NotOfferedError(
                f"The tool {empty[0].tool.name!r} does not say which arguments it takes.",
                hint=f"`ticketdeck do {empty[0].tool.name} --arg NAME=VALUE` sends them as they are.",
            )

    def make(use: WritingUse, argument: Argument) -> Conversation[WriteCall]:
        return (yield from _created(case, use, argument))

    return (yield from first_possible(ways, make, "creates a ticket"))


def _described(case: Case) -> Conversation[list[Way]]:
    """A tool that takes the fields of a new ticket as one object, where another tells which those of its type are."""
    kind = case.wanted.values.get("type")
    for use in case.uses:
        holder = holder_of(use) if is_dedicated(ChangeKind.CREATE, use) else None
        typed = use.taking("type")
        if holder is None or typed is None:
            continue
        if not isinstance(kind, str) or not kind:
            raise MissingInputError(
                f"The tool {use.tool.name!r} needs the type of the new ticket.", hint="Say it: --type .."
            )
        for variant in case.ground.readers:
            needed = [one for one in variant.arguments if one.required]
            if len(needed) == 1 and meaning_of(needed[0], "type") is not None:
                result = yield from ask_raw(case, variant, {needed[0].path: kind})
                names = [name for payload in (payloads(result) if result else ()) for name in _field_names(payload)]
                told = {f"{holder.path}.{name}": {"type": "string"} for name in names}
                whole = with_fields(use, None, told)
                title = whole.taking("title")
                if title is not None:
                    return [(whole, title)]
    return []


def _named_by_text(case: Case) -> list[Way]:
    """Where a new ticket is one required text, that is its title."""
    found: list[Way] = []
    for use in case.uses:
        texts = [argument for _, argument in use.all_taking("description") if argument.required or argument.required_in]
        if is_dedicated(ChangeKind.CREATE, use) and not use.is_many and len(texts) == 1 and texts[0].required:
            found.append((use, texts[0]))
    return found


def _field_names(payload: JsonValue) -> list[str]:
    """The names of the fields that a description of a type lists."""
    fields = payload.get("fields") if isinstance(payload, dict) else None
    names = fields if isinstance(fields, (dict, list)) else []
    return [name for name in names if isinstance(name, str)]


def _created(case: Case, use: WritingUse, title: Argument) -> Conversation[WriteCall]:
    wished = {name: value for name, value in case.wanted.values.items() if value not in (None, "", [])}
    values: dict[str, JsonValue] = {title.path: exactly(title, wished.pop("title", ""))}
    after: dict[str, JsonValue] = dict(case.wanted.values)
    project = wished.pop("project", None)
    if project is not None:
        values |= yield from _project(case, use, str(project))
    for name, value in wished.items():
        argument = _place_of(use, name, title)
        if argument is None:
            raise MissingInputError(
                f"The tool {use.tool.name!r} has no place for {name!r}.",
                title="Part of the wish cannot be sent",
                hint=f"Leave it out, or look at what it takes: {', '.join(a.path for a in use.arguments[:20])}.",
            )
        written = marked_up(argument, value) if name == "description" and isinstance(value, str) else value
        values[argument.path] = yield from _field(case, use, argument, name, written)
    return finished(case, use, values, dict.fromkeys(after), after)


def _place_of(use: WritingUse, name: str, title: Argument) -> Argument | None:
    meaning = {"assignee": "person"}.get(name, name)
    if meaning in vocabulary.MEANINGS:
        found = [argument for _, argument in use.all_taking(meaning) if argument.path != title.path]
        if found:
            return found[0]
    named = use.named(name)
    return named if named is None or named.path != title.path else None


def _field(case: Case, use: WritingUse, argument: Argument, name: str, value: JsonValue) -> Conversation[JsonValue]:
    if name in ("priority", "type", "status") and isinstance(value, str):
        if name == "type" and wants_id(argument) and _ID_LIKE.fullmatch(value):
            return exactly(argument, value)
        return (yield from choose(case, use, argument, name, value)).value
    if name == "assignee":
        return (yield from person(case, use, argument, str(value))).value
    if name == "labels" and isinstance(value, list) and not argument.takes_list:
        return exactly(argument, ",".join(map(str, value)))
    return exactly(argument, value)


def _project(case: Case, use: WritingUse, project: str) -> Conversation[dict[str, JsonValue]]:
    """Where the new ticket goes: a repository and its owner, a project by key, path or id."""
    owner = next(
        (a for a in use.arguments if a.words and a.words[-1] in ("owner", "org", "organization", "namespace")), None
    )
    places = [argument for _, argument in use.all_taking("project")]
    places = [argument for argument in places if argument.required] or places
    if not places:
        places = [a for a in use.arguments if a.name in ("key", "prefix") and a.required]
    if not places:
        raise MissingInputError(
            f"The tool {use.tool.name!r} does not take a project.",
            title="Part of the wish cannot be sent",
            hint="Leave --project out: the server knows one place only.",
        )
    argument = places[0]
    if owner is not None and "/" in project and stands_by_repository((argument,)):
        before, _, name = project.rpartition("/")
        return {owner.path: exactly(owner, before), argument.path: exactly(argument, name)}
    text = about(argument, use.tool)
    is_plain = takes_text(argument) and not is_numeric(argument) and (not wants_id(argument) or _NAMED.search(text))
    is_plain = is_plain and not takes_only_uuids(argument)
    if argument.values:
        found = spelt(project, argument.values)
        if found is None:
            raise misfit(argument, project, "it is not one of its values", argument.values)
        return {argument.path: found}
    told = told_in(text)
    if told.whole and told.values and spelt(project, told.values) is None and not wants_id(argument):
        raise misfit(argument, project, "it is not one of its values", told.values)
    if is_plain or argument.words[-1:] == ("key",) or _ID_LIKE.fullmatch(project):
        return {argument.path: exactly(argument, project)}
    return {argument.path: (yield from _project_id(case, argument, project))}


def _project_id(case: Case, argument: Argument, project: str) -> Conversation[JsonValue]:
    """The id of the project that is called so, by the tools that list them."""
    seen: list[str] = []
    for variant in callable_ones(case, lookups.listing_tools(case.ground.readers, lookups.status_nouns(argument))):
        found = yield from ask(case, variant)
        hit = pick(argument, lookups.called(project, found), project)
        if hit is not None:
            return hit.value
        seen += [name for entry in found for name in entry.called[:1]]
    raise misfit(argument, project, "it takes an id, and no tool shows one called that", tuple(dict.fromkeys(seen)))


# ------------------------------------------------------------------------------ work


def log_work(case: Case) -> Conversation[WriteCall]:
    """Time that was spent."""
    time = str(case.wanted.values.get("time") or "")
    minutes = minutes_of(time)
    if minutes is None:
        raise MissingInputError(f"{time!r} is not a length of time.", hint="Write it like 30m, 2h or 1h30m.")

    def make(use: WritingUse, argument: Argument) -> Conversation[WriteCall]:
        yield from ()
        value = _spent(argument, use, time, minutes)
        return finished(case, use, {argument.path: value}, {"work": None}, {"work": time})

    ways = ways_to(case, ChangeKind.LOG_WORK, "time")
    return (yield from first_possible(ways, make, "logs work"))


def minutes_of(time: str) -> int | None:
    """``1h30m`` in minutes; None where it is not a length of time."""
    match = _TIME.fullmatch(time.strip())
    if match is None or not any(match.groups()):
        return None
    return round(float(match[1] or 0) * 60) + int(match[2] or 0)


def _written_time(said: str, time: str, minutes: int) -> str:
    """A time in the notation of which a text speaks, else as it was typed."""
    hours, rest = divmod(minutes, 60)
    if re.search(r"\biso.?8601|\bpt\d", said):
        return "PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest or not hours else "")
    if re.search(r"\bhh?:mm\b", said):
        return f"{hours}:{rest:02}" if "hh:" not in said else f"{hours:02}:{rest:02}"
    if re.search(r"\d+ ?h \d+ ?m\b", said) and hours and rest:
        return f"{hours}h {rest}m"
    return time


def _spent(argument: Argument, use: WritingUse, time: str, minutes: int) -> JsonValue:
    said = f"{' '.join(argument.words)} {about(argument, use.tool)}".casefold()
    if not is_numeric(argument):
        return exactly(argument, _written_time(said, time, minutes))
    if "second" in said:
        return exactly(argument, minutes * 60)
    if "minute" in said:
        return exactly(argument, minutes)
    if "hour" in said:
        return exactly(argument, minutes / 60 if minutes % 60 else minutes // 60)
    raise misfit(argument, time, "nothing says in which unit it takes a time")
