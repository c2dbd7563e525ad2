"""Which values a field can have, as far as the server tells: its schemas, its other tools, and its tickets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui_app.adapters.auto.flat_arguments import Argument, about, arguments_of
from tui_app.adapters.changing import lookups
from tui_app.adapters.changing.asking import SEEN, Case, Conversation, Ground, ask_raw, listing
from tui_app.adapters.changing.meanings import meaning_of, parts_of, rank_of, wants_id
from tui_app.adapters.changing.spelling import is_numeric, numbers_told, takes_text, told_in
from tui_app.adapters.changing.uses import WritingUse
from tui_app.adapters.reading.field_names import PLURALS, TICKET_NOUNS, plain_name
from tui_app.adapters.safety.verbs import split_words
from tui_app.mcp_client.types import CallToolResult, Tool
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import MCPError
from tui_app.tickets.ticket import Ticket

_SENTENCES = re.compile(r"\.\s|\n\s*\n|\n\s*[-*]?\s*(?=\w+:)")


def vocabulary_of(ground: Ground, concept: str) -> tuple[str, ...]:
    """The words for ``concept`` that the schemas of all tools for tickets, and the adapter, know."""
    found: list[str] = list(ground.adapter.values(()).get(concept, ()))
    for tool in _tools_for_tickets(ground):
        for argument in arguments_of(tool):
            if meaning_of(argument, concept) is None or wants_id(argument):
                continue
            found += [value for value in argument.values if isinstance(value, str)]
            if not argument.values and takes_text(argument):
                found += told_in(about(argument, tool)).values
    return tuple(dict.fromkeys(value for value in found if value.casefold() not in ("all", "any", "*", "none")))


def numbered(ground: Ground, concept: str) -> dict[str, str]:
    """What the numbers mean that tools take for ``concept``: ``high`` to ``2``; nothing where two tools differ."""
    found: dict[str, str] = {}
    for tool in _tools_for_tickets(ground):
        for argument in arguments_of(tool):
            if rank_of(parts_of(argument.path).words, concept) is None or not is_numeric(argument):
                continue
            said = [said for said in _SENTENCES.split(tool.description) if argument.name in split_words(said)]
            for text in (about(argument, tool), *said):
                for word, number in numbers_told(text).items():
                    if found.setdefault(word, number) != number:
                        return {}
    return found


def _tools_for_tickets(ground: Ground) -> Iterator[Tool]:
    """Tools that search, open or change tickets, or whose name speaks of them: the statuses of a release are others."""
    known = {*ground.adapter.roles(), *(use.tool.name for use in ground.uses)}
    nouns = ground.nouns or frozenset(TICKET_NOUNS)
    for tool in ground.server.tools:
        if tool.name in known or any(PLURALS.get(word, word) in nouns for word in split_words(tool.name)):
            yield tool


def listed_values(case: Case, concept: str) -> Conversation[list[str]]:
    """What the adapter's own way to list values tells."""
    results: list[CallToolResult] = []
    for call in case.ground.adapter.value_calls():
        results.append((yield call))  # noqa: PERF401 (a comprehension cannot yield)
    return list(case.ground.adapter.values(results).get(concept, ())) if results else []


def words_referred_to(case: Case, use: WritingUse, argument: Argument) -> Conversation[list[str]]:
    """The values that a tool lists to which a description refers, where it has them under what they are called."""
    found: list[str] = []
    for variant in lookups.referred_to(case.ground.readers, f"{about(argument, use.tool)} {use.about}"):
        result = yield from ask_raw(case, variant, {})
        rows = [*lookups.payload_rows(result)] if result else []
        listed = [*lookups.under(rows, {plain_name(word) for word in lookups.status_nouns(argument)})]
        found += [name for entry in lookups.entries(listed) for name in entry.called[:1]]
        found += lookups.bare_words(listed)
    return found


def words_described(case: Case, argument: Argument, concept: str) -> Conversation[list[str]]:
    """The statuses that a tool lists which tells of a ticket's type."""
    subject = case.subject if concept == "status" else None
    has, kind = subject.raw("type") if subject else (False, None)
    for variant in case.ground.readers if has and isinstance(kind, str) else ():
        needed = [one for one in variant.arguments if one.required]
        if len(needed) == 1 and meaning_of(needed[0], "type") is not None:
            result = yield from ask_raw(case, variant, {needed[0].path: kind})
            lists = lookups.under([*lookups.payload_rows(result)] if result else [], lookups.status_nouns(argument), 0)
            words = [*lookups.bare_words(lists)]
            if words:
                return words
    return []


def seen_words(case: Case, concept: str) -> Conversation[list[str]]:
    """The values of ``concept`` that the tracker's tickets have."""
    tickets = yield from seen_tickets(case)
    return [word for ticket in tickets if (word := getattr(ticket, concept, None))]


def seen_tickets(case: Case) -> Conversation[tuple[Ticket, ...]]:
    """The tickets that a search for everything finds first; none where it fails."""
    result = yield from listing(case)
    if result is None:
        return ()
    plan = case.ground.adapter.plan(TicketSearchCriteria(max_results=SEEN))
    try:
        return tuple(case.ground.adapter.page(plan, plan.call, result).tickets)
    except MCPError:
        return ()
