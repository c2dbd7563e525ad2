"""What the commands of `tui_app.cli.change_commands` do: prepare, show, ask, send, report.

Invariants: nothing is sent that was not shown or agreed to by ``--yes``; a text that somebody wrote is on the disk
before it is sent; the exit code tells apart what was done, what was not, and what may have been.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from tui_app.cli.change_report import ChangeResult, exit_code_of, preview_lines, report_changes
from tui_app.cli.consent import answered, answered_yes
from tui_app.cli.editor import edited
from tui_app.cli.global_options import GlobalOptions
from tui_app.cli.output import to_terminal, warn
from tui_app.cli.requests import RequestClient
from tui_app.cli.selection import only_tracker, select
from tui_app.settings.change_files import ChangeLog, Drafts
from tui_app.settings.paths import state_dir
from tui_app.tickets.changes import WITH_TEXT, ChangeFault, ChangeKind, ChangeState, WantedChange
from tui_app.tickets.dates import parse_date_bound
from tui_app.tickets.errors import ErrorKind, NotOfferedError, UsageError
from tui_app.tickets.messages import (
    ChangeMade,
    ChangePrepared,
    CommitChanges,
    PrepareChanges,
    new_request_id,
)
from tui_app.tickets.text import clean_line
from tui_app.worker.change_permissions import refuse_if_off

_COUNT_TYPED_ABOVE = 10  # changes at once; then the count is typed instead of a letter
_ANOTHER_CANNOT = "Another change of this command cannot be made; --keep-going makes those that can."
_NOT_TRIED = ChangeFault(ErrorKind.CANCELLED, "Not tried", "An earlier change stopped it; nothing was sent.")


# -------------------------------------------------------------------- wishes


def wanted_changes(
    options: GlobalOptions,
    ids: Sequence[str],
    kinds: Sequence[tuple[ChangeKind, Mapping[str, Any]]],
    *,
    fields: Sequence[str],
    if_updated: str | None,
) -> tuple[WantedChange, ...]:
    """Each change for each ticket; a ticket that is named twice is changed once.

    Raises:
        UsageError: an id is empty, a field is no NAME=VALUE, or the moment cannot be read.
    """
    answers: dict[str, Any] = {}
    for field in fields:
        name, equals, value = field.partition("=")
        if not (name and equals):
            raise UsageError(f"--field: {field!r} is not NAME=VALUE.", hint="For example: --field resolution=Fixed.")
        before = answers.get(name)
        answers[name] = value if before is None else [*(before if isinstance(before, list) else [before]), value]
    moment = None
    if if_updated is not None:
        try:
            moment = parse_date_bound(if_updated, options.clock.now()).moment
        except ValueError as error:
            raise UsageError(f"--if-updated: {error}.", hint="Give updated_at as `show` prints it.") from None
    names = list(dict.fromkeys(name.strip() for name in ids))
    if any(not name for name in names) and kinds[0][0] is not ChangeKind.CREATE:
        raise UsageError("ID is empty.", hint="Give a ticket's id, as `ticketdeck search` prints it.", field="id")
    return tuple(
        WantedChange(kind, name, values=dict(values), answers=answers, unchanged_since=moment)
        for name in names
        for kind, values in kinds
    )


def tool_change(tool: str, arguments: Mapping[str, Any]) -> WantedChange:
    """The wish to call a tool as it is given."""
    return WantedChange(ChangeKind.TOOL, values={"arguments": dict(arguments)}, tool=tool)


def undoing(options: GlobalOptions, number: int) -> WantedChange:
    """The wish that takes back the ``number``-th last change of the selected profile.

    Raises:
        NotOfferedError: there is none, or nothing takes it back.
    """
    profile = only_tracker(select(options)).profile.name
    entries = [entry for entry in ChangeLog(options.clock).changes() if entry.get("profile") == profile]
    made = (ChangeState.DONE, ChangeState.SENT)
    undone = {entry.get("undo_of") for entry in entries if entry.get("state") in made}
    mine = [e for e in entries if e.get("state") in made and e.get("id") not in undone and not e.get("undo_of")]
    if len(mine) < number:
        raise NotOfferedError(
            f"The log knows {len(mine)} changes of {profile} that were made and not taken back.",
            hint="`ticketdeck writes` lists what was changed; -p names another tracker.",
        )
    entry = mine[-number]
    if "undo" not in entry:
        raise NotOfferedError(
            f"Nothing takes back this {entry.get('action')} of {entry.get('ticket') or 'a new ticket'}.",
            hint="Change it on the tracker, if it can be.",
        )
    try:
        return _taken_back(entry, entry["undo"])
    except (LookupError, TypeError, ValueError):
        hint = "Change it on the tracker; `ticketdeck writes` lists what it was."
        raise NotOfferedError("The log does not say how this change is taken back.", hint=hint) from None


def _taken_back(entry: Mapping[str, Any], undo: Mapping[str, Any]) -> WantedChange:
    return WantedChange(
        ChangeKind(undo["kind"]),
        str(entry["ticket"]),
        dict(undo["lookup"]),
        dict(undo["values"]),
        dict(undo["answers"]),
        picked=tuple(undo["picked"]),
        expected=dict(undo["expected"]),
        undo_of=str(entry["id"]),
        also=tuple(
            WantedChange(ChangeKind(one["kind"]), values=dict(one["values"]), answers=dict(one["answers"]))
            for one in undo.get("also", ())
        ),
    )


def text_from(value: str, name: str) -> str:
    """``value``, what standard input holds for ``-``, or what a file holds for ``@FILE``.

    Raises:
        UsageError: it cannot be read.
    """
    if value != "-" and not value.startswith("@"):
        return value
    try:
        return sys.stdin.read() if value == "-" else Path(value[1:]).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{value} cannot be read: {error}.", hint="It has to be UTF-8 text.", field=name) from None


def text_of(
    options: GlobalOptions, text: str | None, ticket_id: str, kind: ChangeKind, name: str, *, editor: bool
) -> str:
    """A text from the command line, from standard input or from an editor.

    Raises:
        UsageError: it is empty, or there is nowhere to take it from.
    """
    if text is None and (editor or to_terminal(sys.stdin)):
        text = _edited(options, ticket_id, kind, name)
    words = text_from(text if text is not None else "-", name)
    if not words.strip():
        raise UsageError("The text is empty; nothing was sent.", hint="Write something.", field=name)
    return words


def _edited(options: GlobalOptions, ticket_id: str, kind: ChangeKind, name: str) -> str:
    """What somebody writes in their editor, beginning with a text that did not get through before."""
    profile = only_tracker(select(options)).profile.name
    draft = Drafts(options.clock).latest(profile, ticket_id, kind)
    begin = str(draft.values.get(name) or "") if draft and not draft.sent else ""
    path = state_dir() / "drafts" / f"editing-{os.getpid()}.md"
    if ended := edited(path, name, ", or give TEXT", begin=begin):
        raise UsageError(f"{ended}; nothing was sent.", hint=f"The text is in {path}.", field=name)
    try:
        words = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        why = f"{path} cannot be read any more: {error.strerror}; nothing was sent."
        raise UsageError(why, hint="Write it again, or give TEXT.", field=name) from None
    Drafts(options.clock).save(profile, ticket_id, kind, {name: words}, instead_of=draft.path if draft else None)
    path.unlink(missing_ok=True)
    return words


# --------------------------------------------------------------------- making


def make_changes(
    options: GlobalOptions,
    action: str,
    wanted: tuple[WantedChange, ...],
    *,
    form: str,
    dry_run: bool,
    yes: bool,
    keep_going: bool,
) -> int:
    """Prepare the changes, show them, ask, send them and report; returns the exit code.

    Raises:
        ExplainedError: nothing may be changed, nobody can be asked, or the server cannot be reached.
    """
    selection = only_tracker(select(options))
    refuse_if_off(selection.profile)
    asked = to_terminal(sys.stdin) and to_terminal()
    if not (dry_run or yes or asked):
        raise UsageError(
            "Nobody is here to confirm the change.", hint="Give --yes to send it, or --dry-run to see it.", field="yes"
        )
    run = _Run(selection.profile.name, dry_run=dry_run, yes=yes, keep_going=keep_going)
    with RequestClient(selection, options) as client:
        results = run.all_made(client, wanted)
    report_changes(action, results, form, dry_run=dry_run)
    return exit_code_of(results, dry_run=dry_run, keep_going=keep_going)


def _rows(wanted: tuple[WantedChange, ...]) -> list[tuple[WantedChange, ...]]:
    """One row for each kind: a second change of a ticket is prepared when the first one is there."""
    kinds = dict.fromkeys(one.kind for one in wanted)
    return [tuple(one for one in wanted if one.kind is kind) for kind in kinds]


def _in_one_call(wanted: tuple[WantedChange, ...]) -> tuple[WantedChange, ...]:
    """One wish for each ticket, with all of its fields: a tool that takes several is called once."""
    tickets = dict.fromkeys(one.ticket_id for one in wanted)
    each = [[one for one in wanted if one.ticket_id == ticket] for ticket in tickets]
    return tuple(replace(first, also=tuple(others)) for first, *others in each)


class _Run(Struct):
    """How the changes of one command are made."""

    profile: str
    dry_run: bool
    yes: bool
    keep_going: bool

    def all_made(self, client: RequestClient, wanted: tuple[WantedChange, ...]) -> list[ChangeResult]:
        """Make all changes of a command: in one call for each ticket where that goes, else one field after the other.

        Nothing is sent unless all of them can be made, or it is to go on without those that cannot.
        """
        rows = _rows(wanted)
        if len(rows) < 2:
            return self.made(client, wanted)
        at_once = self.made(client, _in_one_call(wanted), only_whole=True)
        if at_once:
            return at_once
        all_needed = not (self.dry_run or self.keep_going)
        tried = [_prepared(client, self.profile, row, keep_text=True) for row in rows] if all_needed else []
        if any(result.fault for row in tried for result in row):
            return self._finished(client, [result for row in tried for result in row])
        results: list[ChangeResult] = []
        for row in rows:
            if all_needed and any(result.fault for result in results):
                results += [ChangeResult(one, ChangeState.NOT_SENT, fault=_NOT_TRIED) for one in row]
            else:
                results += self.made(client, row)
        return results

    def made(
        self, client: RequestClient, wanted: tuple[WantedChange, ...], *, only_whole: bool = False
    ) -> list[ChangeResult]:
        """Prepare one row of changes, ask and send. ``only_whole``: nothing, and no results, unless all can be made."""
        results = _prepared(client, self.profile, wanted, keep_text=not self.dry_run)
        if only_whole and any(result.fault for result in results):
            return []
        return self._finished(client, results)

    def _finished(self, client: RequestClient, results: list[ChangeResult]) -> list[ChangeResult]:
        """Ask about changes that are prepared, and send them; ``results``, as they ended."""
        ready = [result for result in results if result.preview and result.preview.token and not result.fault]
        broken = any(result.fault for result in results) and not self.keep_going
        if self.dry_run:
            for result in ready:
                result.state = ChangeState.DRY_RUN
        elif ready and not broken and (self.yes or _agreed(self.profile, ready)):
            _send(client, self.profile, ready, consent=not self.yes, keep_going=self.keep_going)
        elif ready:
            _leave(ready, _ANOTHER_CANNOT if broken else "You did not confirm it.")
        return results


def _prepared(
    client: RequestClient, profile: str, wanted: tuple[WantedChange, ...], *, keep_text: bool
) -> list[ChangeResult]:
    results: list[ChangeResult] = []
    request = PrepareChanges(new_request_id(), profile, wanted, keep_text)
    for reply in client.ask(request):
        if not isinstance(reply, ChangePrepared):
            continue
        state = ChangeState.UNCHANGED
        if reply.fault is not None:
            state = ChangeState.CONFLICT if reply.fault.kind is ErrorKind.CONFLICT else ChangeState.NOT_SENT
        elif reply.preview is not None and reply.preview.token:
            state = ChangeState.NOT_SENT
        results.append(ChangeResult(wanted[reply.number], state, reply.preview, reply.fault))
    return results


def _send(client: RequestClient, profile: str, ready: list[ChangeResult], *, consent: bool, keep_going: bool) -> None:
    """Send what is ready, and put what came of it into the results. One Ctrl-C waits for the change under way."""
    tokens = tuple(result.preview.token for result in ready if result.preview)
    request = CommitChanges(new_request_id(), profile, tokens, consent, keep_going)
    replies, interrupted = client.ask(request), False
    while True:
        try:
            for reply in replies:
                if isinstance(reply, ChangeMade):
                    result = ready[reply.number]
                    result.outcome, result.state, result.fault = reply.outcome, reply.outcome.state, reply.outcome.fault
                    if result.fault and not reply.complete and result.state is ChangeState.REFUSED:
                        warn(clean_line(f"{result.wanted.ticket_id}: {result.fault.hint}"))
            return
        except KeyboardInterrupt:
            if interrupted:
                _unknown(ready)
                return
            interrupted = True
            client.cancel(request.request_id)
            warn("A change is under way; waiting for what comes of it. Ctrl-C again leaves at once.")
            replies = client.answers(request)


def _unknown(ready: list[ChangeResult]) -> None:
    """The user does not wait any longer: of what has no outcome yet, the first may have been done."""
    open_ones = [result for result in ready if result.outcome is None]
    for number, result in enumerate(open_ones):
        words = "You left before the answer came." if number == 0 else "You left before it was sent."
        result.state = ChangeState.NOT_SENT if number else ChangeState.UNKNOWN
        kind = ErrorKind.CANCELLED if number else ErrorKind.UNKNOWN_OUTCOME
        result.fault = ChangeFault(kind, "Interrupted", words, "Look at the ticket before you send it again.")


def _leave(ready: list[ChangeResult], why: str) -> None:
    for result in ready:
        hint = "A text that you wrote is kept." if any(one.kind in WITH_TEXT for one in result.wanted.each) else ""
        result.fault = ChangeFault(ErrorKind.CANCELLED, "Nothing was sent", why, hint)


def _agreed(profile: str, ready: list[ChangeResult]) -> bool:
    """Show what will be sent, and ask."""
    for result in ready:
        if result.preview:
            for line in preview_lines(profile, result.preview):
                warn(line)
    if len(ready) > _COUNT_TYPED_ABOVE:
        return answered(f"Type {len(ready)} to send these changes: ") == str(len(ready))
    return answered_yes("Send it? [y/N] " if len(ready) == 1 else f"Send these {len(ready)} changes? [y/N] ")
