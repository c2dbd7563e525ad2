"""A service that changes its tickets, as far as the user interface sees: forms, previews, outcomes, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from tests.ui.fakes import FakeService
from tui_app.tickets.changes import (
    ChangeAction,
    ChangeFault,
    ChangeKind,
    ChangeOutcome,
    ChangePreview,
    ChangeState,
    Choice,
    FormField,
    WantedChange,
)
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import (
    ActionsListed,
    ChangeMade,
    ChangePrepared,
    CommitChanges,
    FormReady,
    ListActions,
    PrepareChanges,
    PrepareForm,
    Request,
)
from tui_app.tickets.ticket import Comment, Ticket

STATUSES = ("Open", "In Progress", "In Review", "Blocked", "Done")
PEOPLE = ("Ada Moreno", "Jun Park", "Lena Vogt", "Sam Okafor")
_FIELDS: Mapping[ChangeKind, tuple[FormField, ...]] = {
    ChangeKind.COMMENT: (FormField("text", "Comment", "text", required=True),),
    ChangeKind.STATUS: (
        FormField("status", "Status", "choice", required=True, choices=tuple(Choice(s.lower(), s) for s in STATUSES)),
    ),
    ChangeKind.ASSIGN: (
        FormField("assignee", "Assignee", "person", required=True, choices=tuple(Choice(p, p) for p in PEOPLE)),
    ),
    ChangeKind.PRIORITY: (FormField("priority", "Priority", required=True),),
    ChangeKind.LABELS: (FormField("add", "Add", "labels"), FormField("remove", "Remove", "labels")),
    ChangeKind.TITLE: (FormField("title", "Title", required=True),),
    ChangeKind.DESCRIPTION: (FormField("description", "Description", "text", required=True),),
    ChangeKind.CREATE: (
        FormField("title", "Title", required=True),
        FormField("project", "Project", required=True),
        FormField("type", "Type", "choice", choices=(Choice("1", "Bug"), Choice("2", "Task"))),
        FormField("description", "Description", "text"),
    ),
    ChangeKind.CLOSE: (),
    ChangeKind.LOG_WORK: (FormField("time", "Time", required=True, help="30m, 2h"),),
}


class ChangingService(FakeService):
    """Makes each change that is committed, once for its token. Attributes say what goes otherwise."""

    def __init__(self, tickets: Sequence[Ticket], **changes: Any) -> None:
        super().__init__(list(tickets))
        self.off = ""
        self.visibility = ""
        self.consent = ""
        self.harmless = False
        self.silent: set[type[Any]] = set()
        """Kinds of requests that are not answered."""
        self.faults: dict[str, ChangeFault] = {}
        """Ticket id to what a preview of it comes to."""
        self.outcomes: dict[str, ChangeState] = {}
        """Ticket id to what a change of it comes to, in place of done."""
        self.calls: list[tuple[str, Mapping[str, Any]]] = []
        self._shown: dict[str, ChangePreview] = {}
        for name, value in changes.items():
            setattr(self, name, value)

    def submit(self, request: Request) -> None:
        if type(request) in self.silent:
            self.submitted.append(request)
        else:
            super().submit(request)

    def _answer(self, request: Request, tickets: Sequence[Ticket]) -> None:
        match request:
            case ListActions():
                self.reply(ActionsListed(request.request_id, request.profile, self.actions(), self.off))
            case PrepareForm():
                ticket = next((t for t in tickets if t.id == request.ticket_id), None)
                action = next(a for a in self.actions() if a.kind is request.kind)
                self.reply(FormReady(request.request_id, request.profile, action, ticket))
            case PrepareChanges():
                for number, wanted in enumerate(request.wanted):
                    fault = self.faults.get(wanted.ticket_id)
                    preview = None if fault else self._preview(wanted)
                    last = number == len(request.wanted) - 1
                    self.reply(ChangePrepared(request.request_id, request.profile, number, preview, fault, last))
            case CommitChanges():
                self._commit(request)
            case _:
                super()._answer(request, tickets)

    def actions(self) -> tuple[ChangeAction, ...]:
        """What this tracker can change, and one thing that it cannot."""
        offered = tuple(
            ChangeAction(
                kind,
                str(kind).replace("_", " ").capitalize(),
                f"{kind}_tool",
                fields,
                self.visibility if kind is ChangeKind.COMMENT else "",  # type: ignore[arg-type]
                undoable=True,
            )
            for kind, fields in _FIELDS.items()
        )
        return (
            *offered,
            ChangeAction(ChangeKind.DELETE, "Delete", unavailable="None of the server's tools does this."),
        )

    def _preview(self, wanted: WantedChange) -> ChangePreview:
        before, after = self._difference(wanted)
        token = f"token-{len(self._shown)}" if before != after or wanted.kind is ChangeKind.COMMENT else ""
        ticket = self._ticket(wanted.ticket_id)
        preview = ChangePreview(
            f"{wanted.kind}_tool",
            {"id": wanted.ticket_id, **wanted.values},
            before,
            after,
            token=token,
            wanted=wanted,
            title=ticket.title if ticket else str(wanted.values.get("title")),
            server="fake",
            defaults={"notify": True},
            visibility=wanted.values.get("visibility", "unknown") if wanted.kind is ChangeKind.COMMENT else "",  # type: ignore[arg-type]
            undoable=wanted.kind is not ChangeKind.COMMENT,
            consent=self.consent,
            harmless=self.harmless,
        )
        self._shown[token] = preview
        return preview

    def _difference(self, wanted: WantedChange) -> tuple[dict[str, Any], dict[str, Any]]:
        ticket = self._ticket(wanted.ticket_id)
        values: dict[str, Any] = dict(wanted.values)
        if ticket is None:
            return {}, values
        match wanted.kind:
            case ChangeKind.COMMENT:
                return {"comments": len(ticket.comments)}, {"comments": len(ticket.comments) + 1}
            case ChangeKind.STATUS:
                by_value = {status.lower(): status for status in STATUSES}
                return {"status": ticket.status}, {"status": by_value.get(values["status"], values["status"])}
            case ChangeKind.CLOSE:
                return {"status": ticket.status}, {"status": "Done"}
            case ChangeKind.LABELS:
                kept = [label for label in ticket.labels if label not in values["remove"]]
                return {"labels": list(ticket.labels)}, {"labels": [*kept, *values["add"]]}
            case ChangeKind.ASSIGN:
                assignee = "Jun Park" if values["assignee"] == "me" else values["assignee"]
                return {"assignee": ticket.assignee}, {"assignee": assignee}
            case _:
                return {name: getattr(ticket, name, None) for name in values}, values

    def _ticket(self, ticket_id: str) -> Ticket | None:
        return next((ticket for ticket in self.tickets or () if ticket.id == ticket_id), None)

    def _commit(self, request: CommitChanges) -> None:
        stopped = False
        for number, token in enumerate(request.tokens):
            preview = self._shown.pop(token)
            assert request.consent or not preview.consent
            outcome = (
                ChangeOutcome(ChangeState.NOT_SENT, preview.wanted, "It was not tried.")
                if stopped
                else self._changed(preview)
            )
            stopped = stopped or outcome.state not in (ChangeState.DONE, ChangeState.UNCHANGED)
            last = number == len(request.tokens) - 1
            self.reply(ChangeMade(request.request_id, request.profile, number, outcome, last))

    def _changed(self, preview: ChangePreview) -> ChangeOutcome:
        wanted = preview.wanted
        self.calls.append((preview.tool, preview.arguments))
        name = wanted.ticket_id or "PAY-999"
        state = self.outcomes.get(wanted.ticket_id, ChangeState.DONE)
        if state is not ChangeState.DONE:
            fault = ChangeFault(ErrorKind.TOOL_ERROR, "Refused", "The tracker says no.", "Ask somebody.")
            return ChangeOutcome(state, wanted, f"{name}: {state}", fault=fault)
        ticket = self._after(preview)
        undo = None
        if preview.undoable and wanted.ticket_id:
            field, old = next(iter(preview.before.items()))
            kind = {"status": ChangeKind.STATUS, "assignee": ChangeKind.ASSIGN}.get(field)
            undo = WantedChange(kind, name, values={field: old}, undo_of=f"{len(self.calls)}") if kind else None
        return ChangeOutcome(
            ChangeState.DONE,
            wanted,
            "Done.",
            preview.tool,
            preview.arguments,
            preview.before,
            preview.after,
            created="" if wanted.ticket_id else name,
            ticket=ticket,
            undo=undo,
        )

    def _after(self, preview: ChangePreview) -> Ticket:
        wanted = preview.wanted
        old = self._ticket(wanted.ticket_id)
        if old is None:
            new = Ticket("PAY-999", str(wanted.values["title"]), "Open")
            self.tickets = [new, *(self.tickets or ())]
            return new
        if wanted.kind is ChangeKind.COMMENT:
            new = replace(old, comments=(*old.comments, Comment("me", None, str(wanted.values["text"]))))
        else:
            changes: dict[str, Any] = dict(preview.after)
            if "labels" in changes:
                changes["labels"] = tuple(changes["labels"])
            new = replace(old, **changes)
        self.tickets = [new if ticket.id == old.id else ticket for ticket in self.tickets or ()]
        return new
