"""Changes: which of a server's tools changes what, the exact call for a wish, and what a form shows of each kind.

Derived from what the tools say of themselves. Of a kind that is the tool, the fields, and the choices that a ticket
has now.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.base import Adapter, ServerDescription, ToolCall
from tui_app.adapters.changing import kinds, lookups, statuses, vocabulary
from tui_app.adapters.changing.asking import Case, Conversation, Ground, T, ask
from tui_app.adapters.changing.choosing import choices_of, entries_as_choices
from tui_app.adapters.changing.comments import by_readers, visibility_of
from tui_app.adapters.changing.free_fields import holder_of
from tui_app.adapters.changing.known_values import listed_values
from tui_app.adapters.changing.linking import may_link
from tui_app.adapters.changing.making import merged, refuse_altered, told_of_markup, ways_to, with_undo
from tui_app.adapters.changing.meanings import is_transition, wants_id
from tui_app.adapters.changing.outcomes import verdict_of
from tui_app.adapters.changing.people import forms_of
from tui_app.adapters.changing.protocol import ChangeAdapter, ChangeFacts, FreshTicket, WriteCall, WriteVerdict
from tui_app.adapters.changing.spelling import form_field
from tui_app.adapters.changing.statuses import closers, offered_transitions, verb_ways_known
from tui_app.adapters.changing.subject import Subject
from tui_app.adapters.changing.uses import WritingUse, is_dedicated, uses_of
from tui_app.adapters.changing.verifying import verified_by
from tui_app.adapters.mapping import changes_in
from tui_app.adapters.reading import read_record
from tui_app.adapters.safety.gate import contradiction, is_request_tool, speaks_for
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.changes import ChangeAction, ChangeKind, Choice, FormField, WantedChange
from tui_app.tickets.errors import InvalidResponseError, MCPError, NotOfferedError

TITLES = {
    ChangeKind.COMMENT: "Comment",
    ChangeKind.STATUS: "Change the status",
    ChangeKind.ASSIGN: "Assign",
    ChangeKind.PRIORITY: "Change the priority",
    ChangeKind.LABELS: "Change labels",
    ChangeKind.TITLE: "Rename",
    ChangeKind.DESCRIPTION: "Edit the description",
    ChangeKind.CREATE: "Create a ticket",
    ChangeKind.CLOSE: "Close",
    ChangeKind.REOPEN: "Reopen",
    ChangeKind.LINK: "Link to another ticket",
    ChangeKind.LOG_WORK: "Log work",
    ChangeKind.DELETE: "Delete",
}
_NO_TOOL = "None of the server's tools does this."
_MOST_NAMED = 4  # tools in a reason
_UNDOABLE = frozenset(
    (
        ChangeKind.STATUS,
        ChangeKind.ASSIGN,
        ChangeKind.PRIORITY,
        ChangeKind.LABELS,
        ChangeKind.TITLE,
        ChangeKind.DESCRIPTION,
    )
)
_NO_FIELD = frozenset((ChangeKind.COMMENT, ChangeKind.CREATE, ChangeKind.LINK, ChangeKind.LOG_WORK))
"""Kinds that set no field of a ticket."""
_FIELDS = {
    ChangeKind.COMMENT: (FormField("text", "Comment", "text", required=True),),
    ChangeKind.STATUS: (FormField("status", "Status", required=True),),
    ChangeKind.ASSIGN: (FormField("assignee", "Assignee", "person", required=True),),
    ChangeKind.PRIORITY: (FormField("priority", "Priority", required=True),),
    ChangeKind.LABELS: (FormField("add", "Add", "labels"), FormField("remove", "Remove", "labels")),
    ChangeKind.TITLE: (FormField("title", "Title", required=True),),
    ChangeKind.DESCRIPTION: (FormField("description", "Description", "text", required=True),),
    ChangeKind.LINK: (FormField("type", "How", required=True), FormField("to", "Ticket", "id", required=True)),
    ChangeKind.LOG_WORK: (FormField("time", "Time", required=True, help="30m, 2h, 1h30m"),),
}


def actions_of(ground: Ground) -> tuple[ChangeAction, ...]:
    """One for each kind: how it is done, or why it cannot be."""
    return tuple(_action(ground, kind) for kind in TITLES)


def _action(ground: Ground, kind: ChangeKind) -> ChangeAction:
    found = _tool_of(ground, kind)
    if kind is ChangeKind.DELETE:
        return ChangeAction(
            kind, TITLES[kind], unavailable="Deleting is not derived; `ticketdeck do TOOL` calls a tool."
        )
    if found is None:
        is_usable = any(use.id_argument is not None or use.taking("title") is not None for use in ground.uses)
        return ChangeAction(kind, TITLES[kind], unavailable=_NO_TOOL if is_usable else _no_way(ground))
    use, _ = found
    visibility = visibility_of(use) if kind is ChangeKind.COMMENT else ""
    risks = {"destructive"} if use.is_destructive else set()
    fields = _create_fields(use) if kind is ChangeKind.CREATE else _FIELDS.get(kind, ())
    return ChangeAction(kind, TITLES[kind], use.tool.name, fields, visibility, kind in _UNDOABLE, frozenset(risks))


def _no_way(ground: Ground) -> str:
    """Why none of the server's tools changes tickets."""
    tools = ground.server.tools
    writing = [tool for tool in tools if contradiction(tool, {}) is not None or not speaks_for(tool, {})]
    if not writing:
        return "The server has no tool that writes."
    requests = [tool.name for tool in writing if is_request_tool(tool)]
    if requests:
        return (
            f"The server's tool {requests[0]!r} passes on any request, so nothing says which one does this. "
            f"`ticketdeck do {requests[0]} --arg NAME=JSON` sends one."
        )
    named = ", ".join(tool.name for tool in writing[:_MOST_NAMED])
    return (
        f"Nothing says which of the server's tools does this ({named}). `ticketdeck do TOOL --arg NAME=JSON` calls one."
    )


def _tool_of(ground: Ground, kind: ChangeKind) -> tuple[WritingUse, Argument | None] | None:
    """The tool that does ``kind``, and the argument that takes the value where one does and it is known."""
    case = Case(ground, WantedChange(kind))
    if kind in (ChangeKind.CLOSE, ChangeKind.REOPEN) and str(kind) not in ground.mapped:
        own = closers(ground, vocabulary.CLOSING if kind is ChangeKind.CLOSE else statuses.OPENING)
        if own and not own[0].is_destructive:
            return own[0], None
    if kind is ChangeKind.LINK:
        return next(((use, None) for use in case.uses if is_dedicated(kind, use) and may_link(use)), None)
    by_status = kind in (ChangeKind.CLOSE, ChangeKind.REOPEN) and str(kind) not in ground.mapped
    meant = vocabulary.MEANT.get(kind)
    ways = ways_to(case, ChangeKind.STATUS if by_status else kind, meant) if meant else []
    if ways:
        return (by_readers(ways, public=False) if kind is ChangeKind.COMMENT else ways)[0]
    if by_status and statuses.flags(case.uses):
        return statuses.flags(case.uses)[0]
    if kind is ChangeKind.STATUS and verb_ways_known(ground):
        return verb_ways_known(ground)[0], None
    return next(((use, None) for use in case.uses if _may(kind, use)), None)


def _may(kind: ChangeKind, use: WritingUse) -> bool:
    """Whether a tool may turn out to do ``kind`` once the ticket is read, or a type's description is."""
    if kind is ChangeKind.CREATE:
        return is_dedicated(kind, use) and (bool(use.all_taking("description")) or holder_of(use) is not None)
    updates = bool(use.verbs & vocabulary.UPDATING) and not use.nouns and use.id_argument is not None
    return updates and kind not in _NO_FIELD and (kind is ChangeKind.TITLE or holder_of(use) is not None)


def _create_fields(use: WritingUse) -> tuple[FormField, ...]:
    """Title, description, and whatever else the tool takes: what it requires first."""
    known = {
        argument.path: name
        for name in ("title", "description", "project", "type", "priority", "labels")
        for _, argument in use.all_taking(name)[:1]
    }
    fields: list[FormField] = []
    for argument in use.arguments:
        name = known.get(argument.path)
        field = form_field(argument, required=argument.required)
        if name:
            kind = "text" if name == "description" else "labels" if name == "labels" else field.kind
            field = replace(field, name=name, label=name.capitalize(), kind=kind, answer=False)
        fields.append(field)
    order = ("title", "description", "project", "type")
    return tuple(sorted(fields, key=lambda f: (not f.required, order.index(f.name) if f.name in order else len(order))))


def action_of(case: Case) -> Conversation[ChangeAction]:
    """The action with the choices that this ticket has now."""
    ground, kind = case.ground, case.wanted.kind
    action = _action(ground, kind)
    found = _tool_of(ground, kind)
    use, argument = found or (None, None)
    if action.unavailable or use is None or argument is None:
        if kind is ChangeKind.STATUS and not action.unavailable:
            choices = tuple(Choice(" ".join(sorted(use.verbs)), use.tool.name) for use in verb_ways_known(ground))
            return replace(action, fields=(replace(action.fields[0], kind="choice", choices=choices),))
        return action
    picks: dict[ChangeKind, str] = {
        ChangeKind.STATUS: "status",
        ChangeKind.PRIORITY: "priority",
        ChangeKind.ASSIGN: "assignee",
    }
    name = picks.get(kind)
    if name is None:
        return action
    choices = yield from _choices(case, use, argument, name)
    if not choices:
        return action
    shown = "person" if kind is ChangeKind.ASSIGN else "choice"
    fields = tuple(replace(f, choices=choices, kind=shown) if f.name == name else f for f in action.fields)
    return replace(action, fields=fields)


def _choices(case: Case, use: WritingUse, argument: Argument, name: str) -> Conversation[tuple[Choice, ...]]:
    if name == "status" and is_transition(argument):
        offered = (yield from offered_transitions(case)) or ()
        return tuple(Choice(one.id, one.name, f"to {one.to}" if one.to else "") for one in offered)
    if name == "assignee" and not argument.values:
        return (yield from _people(case, use, argument))
    choices = yield from choices_of(case, use, argument, name)
    if choices or wants_id(argument):
        return choices
    return tuple(Choice(value, value) for value in (yield from listed_values(case, name)))


def _people(case: Case, use: WritingUse, argument: Argument) -> Conversation[tuple[Choice, ...]]:
    forms = forms_of(argument, use)
    for variant in lookups.people_tools(case.ground.readers)[:2]:
        if any(a.required and a.name in ("query", "q", "search", "name", "usernames") for a in variant.arguments):
            continue
        found = yield from ask(case, variant)
        if forms and "id" not in forms:
            return tuple(Choice(value, entry.called[0]) for entry in found if (value := lookups.form_of(entry, forms)))
        if "id" in forms:
            return entries_as_choices(found, argument)
        return tuple(Choice(entry.called[0], entry.called[0]) for entry in found)
    return ()


def _if_possible(case: Case, call: WriteCall) -> WriteCall:
    """``call``, with what takes it back only where a tool of the server does that."""
    undo = call.undo
    if undo is not None and undo.kind is ChangeKind.ASSIGN and undo.values.get("assignee") is None:
        return call if kinds.can_unassign(case) else replace(call, undo=None)
    if undo is None or undo.kind is not ChangeKind.STATUS:
        return call
    kind = statuses.way_back(case, str(undo.values.get("status") or ""))
    return replace(call, undo=replace(undo, kind=kind) if kind else None)


_MOST_STEPS = 24  # lookups for one change


class DerivedChanges:
    """What changes the tickets of one server, by its tools."""

    def __init__(
        self,
        server: ServerDescription,
        adapter: Adapter,
        map: Mapping[str, Any],  # noqa: A002  # the config's word
        me: str = "",
    ) -> None:
        known = vocabulary.words_of_server(server, adapter.roles())
        constants = map.get("arguments") or {}
        self._ground = Ground(server, adapter, uses_of(server, known), known.nouns, constants, me, changes_in(map))

    def actions(self) -> tuple[ChangeAction, ...]:
        return actions_of(self._ground)

    def form(self, kind: ChangeKind, facts: ChangeFacts) -> ChangeAction | tuple[ToolCall, ...]:
        case = Case(self._ground, WantedChange(kind), self._subject(facts.ticket))
        return _replayed(action_of(case), facts)

    def write_call(self, wanted: WantedChange, facts: ChangeFacts) -> WriteCall | tuple[ToolCall, ...]:
        made = [self._write_call(one, facts) for one in wanted.each]
        calls = [one for one in made if isinstance(one, WriteCall)]
        if len(calls) < len(made):
            return tuple(call for one in made if isinstance(one, tuple) for call in one)[:1]
        return merged(calls) if len(calls) > 1 else calls[0]

    def _write_call(self, wanted: WantedChange, facts: ChangeFacts) -> WriteCall | tuple[ToolCall, ...]:
        make = kinds.KINDS.get(wanted.kind)
        if make is None:
            raise NotOfferedError(
                f"{wanted.kind} is not derived from a server's tools.", hint="`ticketdeck do TOOL` calls a tool."
            )
        case = Case(self._ground, wanted, self._subject(facts.ticket))
        if case.subject is None and wanted.kind is not ChangeKind.CREATE:
            raise NotOfferedError("The ticket was not read.")
        made = _replayed(make(case), facts)
        if isinstance(made, tuple):
            return made
        refuse_altered(case, made)
        return _if_possible(case, with_undo(case, told_of_markup(case, made)))

    def verdict(self, call: WriteCall, result: CallToolResult) -> WriteVerdict:
        return verdict_of(call, result)

    def verified(self, call: WriteCall, before: FreshTicket | None, after: FreshTicket) -> bool | None:
        return verified_by(call, before, after)

    def _subject(self, fresh: FreshTicket | None) -> Subject | None:
        if fresh is None:
            return None
        try:
            record = read_record(fresh.results[0], fresh.reference.id) if fresh.results else {}
        except InvalidResponseError:
            record = {}
        try:
            calls = self._ground.adapter.open_calls(fresh.reference)
        except MCPError:
            calls = ()
        return Subject(fresh.reference, fresh.ticket, record, calls, fresh.results)


def _replayed(conversation: Conversation[T], facts: ChangeFacts) -> T | tuple[ToolCall, ...]:
    """What a conversation ends with, where ``facts`` hold all its answers; else the lookup that it waits for."""
    asked: list[ToolCall] = []
    try:
        call = next(conversation)
        while len(asked) < _MOST_STEPS:
            answer = facts.answer(call)
            if answer is None:
                return (call,)
            if call not in asked:  # the same one again costs nothing
                asked.append(call)
            call = conversation.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result
    raise NotOfferedError("Too many lookups would be needed.")


def changes_for(
    server: ServerDescription,
    adapter: Adapter,
    map: Mapping[str, Any],  # noqa: A002
    me: str = "",
) -> ChangeAdapter:
    """What changes tickets of ``server``, whose tickets ``adapter`` reads. ``me`` is the user's own name there."""
    return DerivedChanges(server, adapter, map, me)
