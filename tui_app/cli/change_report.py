"""What is printed of changes: what will be sent, what came of it, what can be changed and what was.

Invariant: every text of a server, of a ticket or of the log is sanitised here, save in JSON, where it is escaped.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui_app.cli.global_options import GlobalOptions
from tui_app.cli.output import (
    EXIT_CONFLICT,
    EXIT_FAILED,
    EXIT_OK,
    EXIT_PARTLY,
    EXIT_UNKNOWN,
    RequestFailedError,
    echo,
    exit_code,
    kind_of,
    warn,
)
from tui_app.cli.requests import RequestClient
from tui_app.cli.results import aligned_columns
from tui_app.cli.selection import only_tracker, select
from tui_app.settings.change_files import ChangeLog
from tui_app.tickets.changes import (
    ChangeAction,
    ChangeFault,
    ChangeKind,
    ChangeOutcome,
    ChangePreview,
    ChangeState,
    WantedChange,
)
from tui_app.tickets.errors import ErrorKind, UsageError
from tui_app.tickets.export import json_text
from tui_app.tickets.messages import (
    ActionsListed,
    FormReady,
    ListActions,
    PrepareForm,
    new_request_id,
)
from tui_app.tickets.text import clean, clean_line

_SUCCEEDED = (ChangeState.DONE, ChangeState.SENT, ChangeState.DRY_RUN)
_READERS = {
    "internal": "Only colleagues read it.",
    "public": "PUBLIC: the customer reads it.",
    "unknown": "Everybody reads it who can see the ticket.",
}


class ChangeResult(Struct):
    """What the report says of one change."""

    wanted: WantedChange
    state: ChangeState
    preview: ChangePreview | None = None
    fault: ChangeFault | None = None
    outcome: ChangeOutcome | None = None

    def to_json(self) -> dict[str, Any]:
        preview, outcome = self.preview, self.outcome
        fault = self.fault
        return {
            "id": self.wanted.ticket_id or (outcome.created if outcome else ""),
            "state": str(self.state),
            "tool": preview.tool if preview else None,
            "arguments": dict(preview.arguments) if preview else None,
            "before": dict(outcome.before if outcome else preview.before) if preview else {},
            "after": dict(outcome.after if outcome else preview.after) if preview else {},
            "verified": outcome.verified if outcome else None,
            "created": (outcome.created or None) if outcome else None,
            "error": {
                "kind": str(fault.kind),
                "title": fault.title,
                "cause": fault.cause,
                "hint": fault.hint,
                "retryable": fault.retryable,
            }
            if fault
            else None,
        }


def preview_lines(profile: str, preview: ChangePreview) -> Iterator[str]:
    """The whole of what will be sent, and what is known of it before."""
    head = preview.wanted.ticket_id or "A new ticket"
    yield clean_line(f"{head}  {preview.title}")
    yield clean_line(f"  {profile}: {preview.server}")
    for name, after in preview.after.items():
        yield from _difference(name, preview.before.get(name), after)
    if preview.visibility:
        yield f"  {_READERS[preview.visibility]}"
    yield f"  {clean_line(preview.tool)}"
    arguments = json.dumps(dict(preview.arguments), indent=2, ensure_ascii=False, default=str)
    yield from (f"  {clean(line)}" for line in arguments.splitlines())
    for words, values in (
        ("the server's own value takes effect", preview.defaults),
        ("sent as it is, so that it stays", preview.kept),
    ):
        for name, value in values.items():
            yield clean_line(f"  {name}: {json.dumps(value, ensure_ascii=False, default=str)[:200]} ({words})")
    for line in (*preview.warnings, preview.consent):
        if line:
            yield clean_line(f"  Note: {line}")
    yield f"  {_taken_back(preview)}"


def _taken_back(preview: ChangePreview) -> str:
    if preview.undo_kept:
        return "It can be taken back with `ticketdeck undo`."
    if preview.undoable:
        return "`ticketdeck undo` cannot take it back: the log of changes will not hold what it was."
    return "It cannot be taken back."


def _difference(name: str, before: Any, after: Any) -> Iterator[str]:
    """Old and new of one field: a diff of texts with several lines."""
    old, new = _shown(before), _shown(after)
    if "\n" not in old + new:
        yield clean_line(f"  {name}: {old or '(nothing)'} → {new or '(nothing)'}")
        return
    yield clean_line(f"  {name}:")
    for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=2):
        if not line.startswith(("---", "+++", "@@")):
            yield f"    {clean(line)}"


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return "" if value is None else str(value)


def report_changes(action: str, results: list[ChangeResult], form: str, *, dry_run: bool) -> None:
    """Print what came of each change: answers on standard output, faults on standard error."""
    if form == "json":
        counts: dict[str, Any] = {}
        for result in results:
            counts[str(result.state)] = counts.get(str(result.state), 0) + 1
        rows: Any = [result.to_json() for result in results]
        echo(json_text({"action": action, "dry_run": dry_run, "results": rows, "counts": counts}, indent=2))
    for result in results:
        fault = result.fault
        if fault is not None:
            warn(f"{_name(result)}: {fault.title}: {fault.cause}")
            if fault.hint:
                warn(fault.hint)
        if form == "json":
            continue
        if result.state is ChangeState.DRY_RUN and result.preview:
            echo("\n".join(preview_lines("dry run", result.preview)))
        elif fault is None:
            words = result.outcome.words if result.outcome else "It is already so; nothing was sent."
            changed = result.outcome.after.items() if result.outcome else ()
            values = ", ".join(f"{name}: {_shown(value)[:60]}" for name, value in changed)
            echo(clean_line(f"{_name(result)}: {words}{f' {values}' if values else ''}"))


def _name(result: ChangeResult) -> str:
    created = result.outcome.created if result.outcome else ""
    return clean_line(result.wanted.ticket_id or created or result.wanted.tool or "the new ticket")


def exit_code_of(results: list[ChangeResult], *, dry_run: bool, keep_going: bool = False) -> int:
    """0 all done, 4 one may have been, 5 some were, else what kept them from being done; of a dry run: would be."""
    states = [result.state for result in results]
    if ChangeState.UNKNOWN in states:
        return EXIT_UNKNOWN
    done = [state in _SUCCEEDED or (dry_run and r.fault is None) for r, state in zip(results, states, strict=True)]
    if all(done):
        return EXIT_OK
    failed = [result for result in results if result.fault is not None]
    none_would_be = dry_run and not keep_going and bool(failed)
    if any(done) and not none_would_be:
        return EXIT_PARTLY if failed else EXIT_OK
    if ChangeState.CONFLICT in states:
        return EXIT_CONFLICT
    kinds = [result.fault.kind for result in failed if result.fault]
    first = next((kind for kind in kinds if kind is not ErrorKind.CANCELLED), None)
    return exit_code(first) if first else EXIT_FAILED


def print_actions(options: GlobalOptions, form: str, ticket_id: str) -> int:
    """Print what can be changed, with ``ticket_id`` also what is possible for that ticket."""
    selection = only_tracker(select(options))
    with RequestClient(selection, options) as client:
        listed = next(
            reply
            for reply in client.ask(ListActions(new_request_id(), selection.profile.name))
            if isinstance(reply, ActionsListed)
        )
        shown = list(listed.actions)
        if ticket_id and not listed.off:
            shown = [_with_choices(client, selection.profile.name, action, ticket_id) for action in shown]
    if form == "json":
        rows: Any = [_action_json(action) for action in shown]
        echo(json_text({"off": listed.off, "actions": rows}, indent=2))
        return EXIT_OK
    if listed.off:
        warn(listed.off)
    lines = [("ACTION", "TOOL", "TAKES")]
    lines += [(str(action.kind), action.tool or "-", action.unavailable or _takes(action)) for action in shown]
    echo(aligned_columns(lines))
    return EXIT_OK


def _with_choices(client: RequestClient, profile: str, action: ChangeAction, ticket_id: str) -> ChangeAction:
    if action.unavailable or action.kind is ChangeKind.CREATE:
        return action
    with suppress(UsageError):
        try:
            for reply in client.ask(PrepareForm(new_request_id(), profile, action.kind, ticket_id)):
                if isinstance(reply, FormReady):
                    return reply.action
        except RequestFailedError as error:
            if kind_of(error) is not ErrorKind.NOT_OFFERED:
                raise
            return replace(action, unavailable=error.cause)
    return action


def _takes(action: ChangeAction) -> str:
    """The fields of an action, with their choices where these are few."""
    words = []
    for field in action.fields:
        choices = "|".join(choice.label for choice in field.choices)
        words.append(f"{field.name}{'' if field.required else '?'}{f': {choices}' if choices else ''}")
    return ", ".join(words)


def _action_json(action: ChangeAction) -> dict[str, Any]:
    return {
        "action": str(action.kind),
        "title": action.title,
        "tool": action.tool or None,
        "available": not action.unavailable,
        "reason": action.unavailable or None,
        "visibility": action.visibility or None,
        "undoable": action.undoable,
        "risks": sorted(action.risks),
        "fields": [
            {
                "name": field.name,
                "label": field.label,
                "kind": field.kind,
                "required": field.required,
                "default": field.default,
                "choices": [{"value": c.value, "label": c.label, "detail": c.detail} for c in field.choices],
            }
            for field in action.fields
        ],
    }


def print_writes(options: GlobalOptions, form: str, last: int) -> int:
    """Print the youngest ``last`` changes of the log, the youngest at the end."""
    log = ChangeLog(options.clock)
    entries = log.changes()[-last:]
    if form == "json":
        rows: Any = entries
        echo(json_text({"writes": rows, "file": str(log.path)}, indent=2))
        return EXIT_OK
    columns = ("at", "profile", "action", "ticket", "state", "tool")
    lines = [tuple(name.upper() for name in columns)]
    lines += [tuple(str(entry.get(name) or entry.get("created") or "") for name in columns) for entry in entries]
    if entries:
        echo(aligned_columns(lines))
    warn(f"{len(entries)} changes; the log is {log.path}.")
    return EXIT_OK
