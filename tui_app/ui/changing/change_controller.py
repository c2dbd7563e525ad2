"""Changes by key: what can be changed, of which tickets, and the form that each kind is made with.

Invariants: a key opens its form at once, so that what is typed next goes into it; text that was typed is kept until it
is known to be there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from textual.screen import Screen

from tui_app.tickets.changes import ChangeKind, Choice, FormField, WantedChange
from tui_app.tickets.messages import (
    ActionsListed,
    Failed,
    FormReady,
    ListActions,
    PrepareForm,
    new_request_id,
)
from tui_app.tickets.ticket import JsonValue, Ticket
from tui_app.ui import late
from tui_app.ui.browse.chosen_tickets import ChosenTickets
from tui_app.ui.browse.shown_ticket import ShownTicket
from tui_app.ui.changing.sending import ChangeSender, Job, failure_words
from tui_app.ui.needs import offered, refuse
from tui_app.ui.reply_routing import ReplyRouter
from tui_app.ui.status_line import StatusLine
from tui_app.ui.table.results_table import ResultsTable
from tui_app.ui.user_files import KeptDraft, UserFiles

if TYPE_CHECKING:
    from tui_app.ui.changing.forms import ChangeForm
    from tui_app.ui.changing.pickers import AskingPicker, FormInput

_PICKED = {ChangeKind.STATUS: "status", ChangeKind.ASSIGN: "assignee", ChangeKind.PRIORITY: "priority"}
"""Kinds of one value that is picked from a list, to the name of the value and of the ticket's field."""
_WITHOUT_FORM = frozenset((ChangeKind.CLOSE, ChangeKind.REOPEN, ChangeKind.DELETE))
_FOR_ONE = frozenset((ChangeKind.TITLE, ChangeKind.DESCRIPTION, ChangeKind.LINK, ChangeKind.DELETE))
"""Kinds that would make several tickets alike, or destroy them: one at a time."""
_FIRST_FIELDS = {
    ChangeKind.COMMENT: (FormField("text", "Comment", "text", required=True),),
    ChangeKind.TITLE: (FormField("title", "Title", required=True),),
    ChangeKind.DESCRIPTION: (FormField("description", "Description", "text", required=True),),
    ChangeKind.CREATE: (FormField("title", "Title", required=True), FormField("description", "Description", "text")),
}
"""What a form asks before the tracker has said what it takes."""
_READERS = FormField(
    "visibility", "Readers", "choice", required=True,
    choices=(Choice("internal", "internal: colleagues only"), Choice("public", "public: the customer too")),
)  # fmt: skip
"""Asked where a server tells internal comments from public ones."""


class ChangeController:
    """Lets the user change the ticket that is shown, or those that are marked.

    Args:
        screen: the host of dialogs.
        router: takes the requests.
        shown: which ticket that is.
        chosen: the tickets that are changed.
        table: where changed rows are shown.
        status: says whether nothing can be changed.
        files: drafts and the log of changes.
        sender: previews and sends.
        profiles: gives the trackers that are searched.
        known: gives the values that a tracker's fields are known to have.
    """

    def __init__(
        self,
        screen: Screen[Any],
        router: ReplyRouter,
        shown: ShownTicket,
        chosen: ChosenTickets,
        table: ResultsTable,
        status: StatusLine,
        files: UserFiles,
        sender: ChangeSender,
        *,
        profiles: Callable[[], Sequence[str]],
        known: Callable[[str], Mapping[str, Sequence[str]]],
    ) -> None:
        self.screen = screen
        self._router = router
        self._shown = shown
        self._chosen = chosen
        self._table = table
        self._status = status
        self._files = files
        self._sender = sender
        self._profiles = profiles
        self._known = known
        self._listed: dict[str, ActionsListed] = {}
        self._asked: set[str] = set()

    # ---------------------------------------------- what can be changed at all

    def take_profiles(self) -> None:
        """Learn, once for each tracker that is searched, what can be changed in it."""
        for profile in self._profiles():
            if profile not in self._asked:
                self._asked.add(profile)
                self._router.submit(ListActions(new_request_id(), profile), self._take_actions)
        self._show_read_only()

    def _take_actions(self, reply: ActionsListed | Failed) -> None:
        if isinstance(reply, Failed):
            self._asked.discard(reply.profile)
            return
        self._listed[reply.profile] = reply
        self._show_read_only()
        self.screen.refresh_bindings()

    def _show_read_only(self) -> None:
        listed = [self._listed.get(profile) for profile in self._profiles()]
        self._status.show_read_only(all(one is not None and one.off for one in listed))

    @property
    def is_changing(self) -> bool:
        """Whether a change was sent and is not known to be done."""
        return self._sender.is_changing

    def not_offered(self) -> str:
        """Why the footer offers no change."""
        ticket = self._shown.current
        if ticket is None:
            return "There is no ticket under the cursor."
        listed = self._listed.get(self._shown.profile_of(ticket))
        return listed.off if listed else "It is not known yet what can be changed."

    def _target(self, kind: ChangeKind | None) -> tuple[str, tuple[Ticket, ...]] | str:
        """The tracker and the tickets that a key acts on; or why it cannot."""
        current = self._shown.current
        if kind is ChangeKind.CREATE:
            return (self._shown.profile_of(current) if current else self._profiles()[0]), ()
        tickets = self._chosen.marked or ((current,) if current else ())
        if not tickets:
            return self._chosen.why_none()
        if any(not ticket.id for ticket in tickets):
            return "This ticket has no id, so nothing of it can be changed."
        profiles = {self._shown.profile_of(ticket) for ticket in tickets}
        if len(profiles) > 1:
            return f"Tickets of {' and '.join(sorted(profiles))} are marked: change those of one tracker at a time."
        if len(tickets) > 1 and kind in _FOR_ONE:
            return "That is changed one ticket at a time; take the marks away first."
        busy = self._sender.busy(tickets)
        return f"{busy} is being changed: wait for what comes of it." if busy else (profiles.pop(), tickets)

    def _why_not(self, profile: str, kind: ChangeKind) -> str:
        listed = self._listed.get(profile)
        if listed is None:
            return ""  # the server says so when it is asked
        action = next((action for action in listed.actions if action.kind is kind), None)
        return listed.off or (action.unavailable if action else f"{profile} does not offer that.")

    def _job(self, kind: ChangeKind) -> Job | None:
        """What a key begins; None after the user was told why not."""
        target = self._target(kind)
        why_not = target if isinstance(target, str) else self._why_not(target[0], kind)
        if why_not or isinstance(target, str):
            refuse(self, why_not)
            return None
        return Job.of(kind, *target)

    # ----------------------------------------------------------------- actions

    @offered(not_offered)
    def change(self, what: str) -> None:
        """Open what this kind of change is made with; or the menu of all of them, or what was changed."""
        others = {"menu": self._show_menu, "take": self._take, "undo": self._sender.undo, "log": self._show_log}
        others.get(what, lambda: self._begin(ChangeKind(what)))()

    def _begin(self, kind: ChangeKind) -> None:
        job = self._job(kind)
        if job is None:
            return
        if job.kind in _WITHOUT_FORM:
            self._prepare(job, late.FormInput({}))
        elif job.kind in _PICKED:
            self._pick_value(job)
        elif job.kind is ChangeKind.LABELS:
            self._pick_labels(job)
        else:
            self._write(job)

    def _take(self) -> None:
        """Assign to the user."""
        job = self._job(ChangeKind.ASSIGN)
        if job is not None:
            self._prepare(job, late.FormInput({"assignee": "me"}))

    def _show_menu(self) -> None:
        """List what can be changed, and why the rest cannot."""
        target = self._target(None)
        profile, tickets = (self._profiles()[0], ()) if isinstance(target, str) else target
        what = tickets[0].id if len(tickets) == 1 else f"{len(tickets)} marked" if tickets else "a new ticket"
        menu = late.ChangeMenu(f"Change {what} in {profile}")

        def listed(reply: ActionsListed | Failed) -> None:
            self._take_actions(reply)
            if isinstance(reply, Failed) or reply.off:
                menu.call_later(menu.refuse, failure_words(reply) if isinstance(reply, Failed) else reply.off)
            else:
                menu.call_later(menu.load, reply.actions)

        self.screen.app.push_screen(menu, lambda kind: self._begin(ChangeKind(kind)) if kind else None)
        self._router.submit(ListActions(new_request_id(), profile), listed)

    def _show_log(self) -> None:
        """List what was changed from this machine."""

        def show(entries: Sequence[Mapping[str, Any]]) -> None:
            pane = late.NoticesPane(late.log_content(entries), title="Changes made from this machine")
            self.screen.app.push_screen(pane)

        self._files.jobs.run(self._files.changes.changes, show)

    # ------------------------------------------------------------------- forms

    def _ask(self, job: Job, then: Callable[[FormReady], object], failed: Callable[[str], object]) -> None:
        lookup = job.tickets[0].lookup if job.tickets else {}

        def take(reply: FormReady | Failed) -> None:
            if isinstance(reply, FormReady) and not reply.action.unavailable:
                then(reply)
            else:
                failed(reply.action.unavailable if isinstance(reply, FormReady) else failure_words(reply))

        self._router.submit(PrepareForm(new_request_id(), job.profile, job.kind, job.ticket_id, lookup), take)

    def _picked(self, job: Job, given: FormInput | None) -> None:
        if given is not None:
            self._prepare(job, given)

    def _pick(self, job: Job, picker: AskingPicker[FormInput], load: Callable[[FormReady], object]) -> None:
        self.screen.app.push_screen(picker, partial(self._picked, job))
        self._ask(
            job, lambda ready: picker.call_later(load, ready), lambda words: picker.call_later(picker.refuse, words)
        )

    def _pick_value(self, job: Job) -> None:
        name = _PICKED[job.kind]
        present = str(getattr(job.tickets[0], name) or "") if len(job.tickets) == 1 else ""
        picker = late.ValuePicker(job.title, name, present, people=job.kind is ChangeKind.ASSIGN)

        def load(ready: FormReady) -> None:
            listed = next((one.choices for one in ready.action.fields if one.name == name), ())
            known = self._known(job.profile).get(name, ())
            picker.load(listed or tuple(Choice(value, value) for value in known), takes_any=not listed)

        self._pick(job, picker, load)

    def _pick_labels(self, job: Job) -> None:
        known = self._known(job.profile).get("labels", ())
        picker = late.LabelPicker(job.title, [ticket.labels for ticket in job.tickets], known)
        self._pick(job, picker, lambda ready: picker.load(ready.action.fields))

    def _write(self, job: Job) -> None:
        """Open a form, with what is kept of an earlier attempt; a description goes on to the editor."""
        listed = self._listed.get(job.profile)
        action = next((one for one in listed.actions if one.kind is job.kind), None) if listed else None
        fields = (action.fields if action else ()) or _FIRST_FIELDS.get(job.kind, ())
        form = job.form = late.ChangeForm(
            job.title, fields, {}, submit=partial(self._prepare, job), keep=partial(self._keep, job)
        )
        self.screen.app.push_screen(form)
        latest = partial(self._files.drafts.latest, job.profile, job.ticket_id, job.kind)
        self._files.jobs.run(latest, partial(self._write_on, job, form))

    def _write_on(self, job: Job, form: ChangeForm, draft: KeptDraft | None) -> None:
        """Go on with the text of before, once the tracker has said what it takes."""
        if draft is not None:
            job.draft = draft.path
            again = "This was sent before and may be there already." if draft.sent else "This is what you wrote before."
            form.call_later(form.show_note, again)

        async def ready(reply: FormReady) -> None:
            fields = _with_readers(reply)
            values = {**_present(job, reply), **(draft.values if draft else {})}
            await form.take_fields(fields, values)
            if job.kind is ChangeKind.DESCRIPTION and draft is None:
                form.action_edit()

        if draft is not None:
            form.call_later(form.fill_in, draft.values)
        self._ask(
            job,
            lambda reply: form.call_later(ready, reply),
            lambda words: form.call_later(form.show_note, words, is_error=True),
        )

    def _keep(self, job: Job, given: FormInput) -> None:
        """Write what was typed to the disk, or take away what is empty now."""
        drafts = self._files.drafts

        def write() -> None:
            if not given.is_empty:
                job.draft = drafts.save(
                    job.profile, job.ticket_id, job.kind, given.values, given.answers, instead_of=job.draft
                )
            elif job.draft is not None:
                drafts.discard(job.draft)
                job.draft = None

        self._files.jobs.run(write)

    def _prepare(self, job: Job, given: FormInput) -> None:
        several = len(job.tickets) > 1
        values, picked = dict(given.values), given.picked
        if several and job.kind is ChangeKind.STATUS:  # another ticket may come to the same status by another way
            values, picked = {**values, **given.labels}, ()
        wanted = [
            WantedChange(
                job.kind,
                ticket.id if ticket else "",
                ticket.lookup if ticket else {},
                values,
                given.answers,
                picked=picked,
            )
            for ticket in job.tickets or (None,)
        ]
        self._sender.prepare(job, wanted, given, self._prepare)


def _present(job: Job, ready: FormReady) -> dict[str, JsonValue]:
    """What a field holds now, where the form changes that: the text itself, not as it is shown."""
    if job.kind is ChangeKind.COMMENT:
        return {"visibility": ready.action.visibility}
    name = {ChangeKind.TITLE: "title", ChangeKind.DESCRIPTION: "description"}.get(job.kind)
    if name is None or ready.ticket is None:
        return {}
    return {name: ready.ticket.originals.get(name) or getattr(ready.ticket, name)}


def _with_readers(ready: FormReady) -> tuple[FormField, ...]:
    """The fields, and who is to read a comment where there are two kinds of them."""
    action = ready.action
    if action.visibility not in ("internal", "public") or any(one.name == "visibility" for one in action.fields):
        return action.fields
    return (*action.fields, _READERS)
