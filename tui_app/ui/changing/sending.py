"""What is done with a wish: the preview, what is sent, and what came of it, in rows, status line and report.

Invariants: a change goes through `PrepareChanges` and the preview's `Consent` before it is committed, each time; of a
ticket that is being changed nothing else is changed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec import Struct, field
from msgspec.structs import replace
from textual.screen import Screen

from tui_app.tickets.changes import ChangeFault, ChangeKind, ChangeOutcome, ChangePreview, ChangeState, WantedChange
from tui_app.tickets.messages import (
    ChangeMade,
    ChangePrepared,
    CommitChanges,
    Failed,
    PrepareChanges,
    new_request_id,
)
from tui_app.tickets.ticket import Ticket, TicketKey
from tui_app.ui import late
from tui_app.ui.browse.shown_ticket import ShownTicket
from tui_app.ui.browse.tabs import Tabs
from tui_app.ui.keymap import shown_key
from tui_app.ui.needs import refuse
from tui_app.ui.reply_routing import ReplyRouter
from tui_app.ui.status_line import StatusLine
from tui_app.ui.table.marks import RowChange
from tui_app.ui.table.table_model import TableModel
from tui_app.ui.user_files import UserFiles

if TYPE_CHECKING:
    from tui_app.ui.changing.forms import ChangeForm
    from tui_app.ui.changing.pickers import FormInput
    from tui_app.ui.changing.preview import Consent, PreviewScreen
    from tui_app.ui.changing.preview_text import Prepared

_MOST_UNDONE = 20  # changes that can be taken back, the latest first
_BAD, _UNSURE, _GOOD = "$text-error", "$text-warning", "$text-success"
_TITLES = {
    ChangeKind.COMMENT: "Comment on",
    ChangeKind.STATUS: "Move",
    ChangeKind.ASSIGN: "Assign",
    ChangeKind.PRIORITY: "Change the priority of",
    ChangeKind.LABELS: "Change labels of",
    ChangeKind.TITLE: "Rename",
    ChangeKind.DESCRIPTION: "Edit the description of",
    ChangeKind.CREATE: "Create a ticket",
    ChangeKind.CLOSE: "Close",
    ChangeKind.REOPEN: "Reopen",
    ChangeKind.LINK: "Link",
    ChangeKind.LOG_WORK: "Log work on",
    ChangeKind.DELETE: "Delete",
}


class Job(Struct, eq=False):
    """One change under way, of one ticket or several, up to what came of it."""

    profile: str
    kind: ChangeKind
    tickets: tuple[Ticket, ...]
    """Empty: a new one is created."""
    title: str
    form: ChangeForm | None = None
    """It stays open below the preview."""
    draft: Path | None = None
    """Where the text is kept; only the thread of files writes it."""
    is_undo: bool = False
    model: TableModel | None = None
    """Of the tab in which the change was sent: its rows carry the marks."""
    prepared: list[Prepared] = field(default_factory=list)
    made: list[ChangeOutcome] = field(default_factory=list)

    @classmethod
    def of(cls, kind: ChangeKind, profile: str, tickets: tuple[Ticket, ...]) -> Job:
        """A change of this kind that begins."""
        named = tickets[0].id if len(tickets) == 1 else f"{len(tickets)} marked" if tickets else ""
        return cls(profile, kind, tickets, f"{' '.join(filter(None, (_TITLES[kind], named)))} in {profile}")

    @property
    def ticket_id(self) -> str:
        """The ticket that the form is about; of several the first."""
        return self.tickets[0].id if self.tickets else ""


class ChangeSender:
    """Shows what would be sent, sends it when the user says so, and shows what came of it.

    Args:
        screen: the host of dialogs.
        router: takes the requests.
        shown: the ticket that is fetched again afterwards.
        tabs: where changed rows are shown.
        status: says what becomes of a change.
        files: where drafts are.
        now: the clock's.
        keep_message: keeps words among the notices.
        on_ended: called when a request has come to its end.
    """

    def __init__(
        self,
        screen: Screen[Any],
        router: ReplyRouter,
        shown: ShownTicket,
        tabs: Tabs,
        status: StatusLine,
        files: UserFiles,
        now: Callable[[], datetime],
        keep_message: Callable[[str], object],
        on_ended: Callable[[], object],
    ) -> None:
        self.screen = screen
        self._router = router
        self._shown = shown
        self._tabs, self._table = tabs, tabs.table
        self._status = status
        self._files = files
        self._now = now
        self._keep_message = keep_message
        self._being_changed: set[TicketKey] = set()
        self._on_ended = on_ended
        self._under_way = 0
        """Requests that were sent and have not come to an end."""
        self._undoable: deque[tuple[str, WantedChange, tuple[Ticket, ...]]] = deque(maxlen=_MOST_UNDONE)

    def busy(self, tickets: Sequence[Ticket]) -> str:
        """The first of ``tickets`` of which a change is under way; empty: there is none."""
        return next((ticket.id for ticket in tickets if ticket.key in self._being_changed), "")

    @property
    def is_changing(self) -> bool:
        """Whether something was sent and has not come to an end."""
        return self._under_way > 0

    def _ended(self, tickets: Sequence[Ticket]) -> None:
        """One request has come to its end."""
        self._being_changed -= {ticket.key for ticket in tickets}
        self._under_way -= 1
        self._on_ended()

    def undo(self) -> None:
        """Take the latest change back that can be, by the same preview."""
        if not self._undoable:
            refuse(self, "Nothing was changed here yet that can be undone.")
            return
        profile, wanted, tickets = self._undoable[-1]
        busy = self.busy(tickets)
        if busy:
            refuse(self, f"{busy} is being changed: wait for what comes of it.")
            return
        job = Job.of(wanted.kind, profile, tickets)
        self.prepare(replace(job, title=f"Undo: {job.title}", is_undo=True), (wanted,))

    # ----------------------------------------------------------------- preview

    def prepare(
        self,
        job: Job,
        wanted: Sequence[WantedChange],
        given: FormInput | None = None,
        again: Callable[[Job, FormInput], object] | None = None,
    ) -> None:
        """Open the preview, and fill it with what the worker would send.

        ``again`` prepares the wish anew with what the user supplies besides ``given``.
        """
        preview = late.PreviewScreen(job.title, self._now)
        job.prepared.clear()
        request = PrepareChanges(new_request_id(), job.profile, tuple(wanted))

        def take(reply: ChangePrepared | Failed) -> None:
            if isinstance(reply, Failed):
                job.prepared[:] = [late.Prepared(wanted[0], fault=_fault_of(reply))]
            else:
                preview_of = _with_labels(reply.preview, given) if reply.preview else None
                job.prepared.append(late.Prepared(wanted[reply.number], preview_of, reply.fault))
                if not reply.complete:
                    preview.call_later(preview.show_progress, len(job.prepared), len(wanted))
                    return
            self._show_preview(job, preview, given, again)

        def closed(consent: Consent | None) -> None:
            if consent is None:
                self._router.drop(request.request_id)
            else:
                self._commit(job, consent)

        self.screen.app.push_screen(preview, closed)
        self._router.submit(request, take)

    def _show_preview(
        self,
        job: Job,
        preview: PreviewScreen,
        given: FormInput | None,
        again: Callable[[Job, FormInput], object] | None,
    ) -> None:
        fault = job.prepared[0].fault
        if len(job.prepared) == 1 and fault and fault.fields and given is not None and again is not None:
            preview.dismiss(None)
            self._ask_more(fault, given, partial(again, job))
        elif len(job.prepared) == 1 and job.prepared[0].token and _is_harmless(job):
            preview.dismiss(late.Consent((job.prepared[0].token,)))
        else:
            preview.call_later(preview.show, tuple(job.prepared))

    def _ask_more(self, fault: ChangeFault, given: FormInput, again: Callable[[FormInput], object]) -> None:
        """Ask for what is missing, ambiguous or does not fit, and prepare the change with it."""

        def answered(more: FormInput) -> None:
            form.dismiss(None)
            again(late.FormInput(
                {**given.values, **more.values}, {**given.answers, **more.answers},
                tuple(dict.fromkeys((*given.picked, *more.picked))), {**given.labels, **more.labels},
            ))  # fmt: skip

        form = late.ChangeForm(
            fault.title, fault.fields, {**given.values, **given.answers}, submit=answered, keep=lambda _: None
        )
        self.screen.app.push_screen(form)
        form.call_later(form.show_note, " ".join(filter(None, (fault.cause, fault.hint))), is_error=True)

    # ----------------------------------------------------------------- sending

    def _commit(self, job: Job, consent: Consent) -> None:
        if job.form is not None:
            job.form.dismiss(None)
        sent = [prepared for prepared in job.prepared if prepared.token]
        tickets = self._tickets_of(job, [prepared.wanted for prepared in sent])
        self._being_changed |= {ticket.key for ticket in tickets}
        self._under_way += 1
        job.model = self._table.show_sent(tickets, RowChange.PENDING)
        self._status.say(f"{job.title}: sending ..", lasting=True)
        job.made.clear()

        def take(reply: ChangeMade | Failed) -> None:
            if isinstance(reply, Failed):
                self._table.show_sent(tickets, None, job.model)
                self._say(f"Nothing was sent. {failure_words(reply)}", _BAD)
                self._ended(tickets)
                return
            job.made.append(reply.outcome)
            self._take_outcome(job, reply.outcome)
            fault = reply.outcome.fault
            if fault is not None and fault.hint and not reply.complete:
                self._status.say(f"{reply.outcome.wanted.ticket_id}: {fault.hint}", _UNSURE, lasting=True)
            if reply.complete:
                self._finish(job)
                self._ended(tickets)

        request = CommitChanges(new_request_id(), job.profile, consent.tokens, consent.agreed)
        self._router.submit(request, take)

    def _tickets_of(self, job: Job, wanted: Sequence[WantedChange]) -> list[Ticket]:
        ids = {one.ticket_id for one in wanted}
        return [ticket for ticket in job.tickets if ticket.id in ids]

    def _take_outcome(self, job: Job, outcome: ChangeOutcome) -> None:
        """Take what came of one change into the rows and the list of what can be undone."""
        tickets = self._tickets_of(job, [outcome.wanted])
        is_unknown = outcome.state is ChangeState.UNKNOWN
        self._table.show_sent(tickets, RowChange.UNKNOWN if is_unknown else None, job.model)
        if job.is_undo and outcome.state in (ChangeState.DONE, ChangeState.SENT, ChangeState.UNCHANGED):
            undone = outcome.wanted.undo_of  # others may have come behind it meanwhile
            kept = [one for one in self._undoable if one[1].undo_of != undone or not undone]
            self._undoable = deque(kept, maxlen=_MOST_UNDONE)
        elif outcome.undo is not None:
            self._undoable.append((job.profile, outcome.undo, tuple(tickets)))
        if outcome.state is ChangeState.DONE and job.draft is not None:
            path, job.draft = job.draft, None
            self._files.jobs.run(partial(self._files.drafts.discard, path))

    def _finish(self, job: Job) -> None:
        changed = {outcome.ticket.id: outcome.ticket for outcome in job.made if outcome.ticket}
        rows = [replace(changed[t.id], source=t.source) for t in job.tickets if t.id in changed]
        new = [replace(o.ticket, source=job.profile) for o in job.made if o.ticket and o.created]
        unknown = [one.wanted for one in job.made if one.state is ChangeState.UNKNOWN]
        if rows or new:
            self._tabs.take_changed(rows, new)
            self._table.show_sent(self._tickets_of(job, unknown), RowChange.UNKNOWN, job.model)
        self._shown.look_again()
        if len(job.made) == 1:
            self._say_outcome(job.made[0], is_undo=job.is_undo)
        else:
            self._report(job)

    def _say_outcome(self, outcome: ChangeOutcome, *, is_undo: bool) -> None:
        sure = outcome.state in (ChangeState.DONE, ChangeState.UNCHANGED)
        style = _GOOD if sure else _UNSURE if outcome.state is ChangeState.SENT else _BAD
        key = f" ({shown_key(self.screen.app, 'change.undo')} in the table undoes it)"
        undo = key if outcome.undo and not is_undo else ""
        hint = f" {outcome.fault.hint}" if outcome.fault and outcome.fault.hint else ""
        self._say(f"{late.what_changed(outcome)} {outcome.words}{hint}{undo}", style)

    def _report(self, job: Job) -> None:
        done = sum(outcome.state is ChangeState.DONE for outcome in job.made)
        self._say(f"{job.title}: {done} of {len(job.made)} done", _GOOD if done == len(job.made) else _BAD)
        rest = [outcome.wanted for outcome in job.made if outcome.state is ChangeState.NOT_SENT]
        left = [o.wanted for o in job.made if o.state not in (ChangeState.DONE, ChangeState.UNCHANGED)]
        self._table.mark_only(self._tickets_of(job, left))
        go_on = replace(job, prepared=[], made=[], form=None, tickets=tuple(self._tickets_of(job, rest)))
        self.screen.app.push_screen(late.BulkReport(tuple(job.made), partial(self.prepare, go_on, rest)))

    def _say(self, words: str, style: str) -> None:
        """Show what came of a change, and keep it among the notices."""
        self._status.say(words, style)
        if style == _BAD:
            self.screen.app.notify(words, severity="error", markup=False)
        else:
            self._keep_message(words)


def _is_harmless(job: Job) -> bool:
    """Whether it may be sent without being shown: the profile says so of what is small and can be undone."""
    preview = job.prepared[0].preview
    return preview is not None and preview.harmless and not job.is_undo


def _with_labels(preview: ChangePreview, given: FormInput | None) -> ChangePreview:
    """The preview with what picked values are called, where the tracker's own identifiers say nothing."""
    labels = given.labels if given else {}
    after = {name: labels.get(name) if value is None else value for name, value in preview.after.items()}
    return replace(preview, after=after)


def failure_words(failure: Failed) -> str:
    """A failure in one line."""
    return " ".join(filter(None, (f"{failure.title}:", failure.cause, failure.hint)))


def _fault_of(failure: Failed) -> ChangeFault:
    return ChangeFault(failure.kind, failure.title, failure.cause, failure.hint, failure.retryable)
