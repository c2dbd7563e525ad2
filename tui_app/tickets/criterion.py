"""The table of criteria: what a search can ask for, and all that is known of each.

One row here makes the word of the query language, the option, the form's row, the completion and README's table.
To add a criterion, write a row in `CRITERIA` and an attribute in `tui_app.tickets.criteria.TicketSearchCriteria`.

Invariant: as `tui_app.tickets.fields`, this module builds nothing but tuples: every start loads it.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from tui_app.tickets.fields import FIELDS_BY_NAME, FieldKind, names


class CriterionKind(StrEnum):
    """What a criterion takes."""

    TEXT = "text"
    """Words to look for."""
    LIST = "list"
    """One or several values."""
    PERSON = "person"
    """One or several names, ``me`` or, where nobody may hold the field, ``unassigned``."""
    OPENNESS = "openness"
    """``open`` or ``closed``."""
    DATE = "date"
    """An absolute or a relative date."""
    SORT = "sort"
    NUMBER = "number"
    NATIVE = "native"
    """A query in the tracker's own language."""


class Match(StrEnum):
    """How a criterion is compared with the ticket's field when the server has not done it."""

    WORDS = "words"
    """All words occur in id, title, description or labels."""
    ANY = "any"
    """The field is one of the values."""
    ALL = "all"
    """The field holds all of the values."""
    PERSON = "person"
    """The person's name holds one of the values."""
    ID = "id"
    """The field is one of the ids, in full or behind its ``#``."""
    OPENNESS = "openness"
    """The status is of a kind that is closed, or is not."""
    SINCE = "since"
    """The moment or later."""
    BEFORE = "before"
    """Earlier than the moment."""


class Criterion(NamedTuple):
    """One thing that a search can ask for."""

    name: str
    """The attribute of `TicketSearchCriteria`, and the key in saved searches."""
    kind: CriterionKind
    caption: str
    """What the form calls it; empty: it has no row of its own there."""
    example: str = ""
    """Shown in the form while nothing is typed."""
    word: str = ""
    """What the query language writes before the colon."""
    synonyms: tuple[str, ...] = ()
    """Further words that it reads."""
    field: str = ""
    """The ticket's field that it filters."""
    match: Match | None = None
    """None: only the tracker can apply it, or it does not narrow the search."""
    option: str = ""
    """The option of ``ticketdeck search``."""
    metavar: str = ""
    help: str = ""

    @property
    def narrows(self) -> bool:
        """Whether fewer tickets match because of it."""
        return self.kind not in (CriterionKind.SORT, CriterionKind.NUMBER)

    @property
    def is_list(self) -> bool:
        """Whether it takes several values, divided by commas or as an option that is given several times."""
        return self.kind in (CriterionKind.LIST, CriterionKind.PERSON)


CRITERIA = (
    Criterion("text", CriterionKind.TEXT, "", match=Match.WORDS),
    Criterion(
        "openness", CriterionKind.OPENNESS, "Is", "open or closed", "is", (), "status", Match.OPENNESS,
        "--is", "STATE", "open: not done, by the kind of status; or closed.",
    ),
    Criterion(
        "status", CriterionKind.LIST, "Status", "any (open, done)", "status", names("state"), "status", Match.ANY,
        "--status", "S", "Of any of these statuses.",
    ),
    Criterion(
        "assignee", CriterionKind.PERSON, "Assignee", "anyone (me)", "assignee", names("who owner assigned"),
        "assignee", Match.PERSON, "--assignee", "A", "Assigned to any of these people, me, or unassigned.",
    ),
    Criterion(
        "reporter", CriterionKind.PERSON, "Reporter", "anyone (me)", "reporter", names("author creator"),
        "reporter", Match.PERSON, "--reporter", "R", "Reported by any of these people, or me.",
    ),
    Criterion(
        "type", CriterionKind.LIST, "Type", "any (bug)", "type", names("kind"), "type", Match.ANY,
        "--type", "T", "Of any of these types.",
    ),
    Criterion(
        "project", CriterionKind.LIST, "Project", "any", "project", names("in repo"), "project", Match.ANY,
        "--project", "P", "In any of these projects.",
    ),
    Criterion(
        "parent", CriterionKind.LIST, "Parent", "any (PAY-7)", "parent", names("epic"), "parent", Match.ID,
        "--parent", "ID", "Below any of these tickets.",
    ),
    Criterion(
        "labels", CriterionKind.LIST, "Labels", "any (bug, ui)", "label", names("labels tag tags"), "labels",
        Match.ALL, "--label", "L", "With all of these labels.",
    ),
    Criterion(
        "priority", CriterionKind.LIST, "Priority", "any", "priority", names("prio"), "priority", Match.ANY,
        "--priority", "P", "Of any of these priorities.",
    ),
    Criterion(
        "ids", CriterionKind.LIST, "ID", "any (PAY-7, PAY-9)", "id", names("ids key"), "id", Match.ID,
        "--id", "ID", "Any of these tickets.",
    ),
    Criterion(
        "created_after", CriterionKind.DATE, "Created since", "any time (7d)", "after",
        names("created since created_after"), "created_at", Match.SINCE,
        "--created-after", "D", "Created at or after: 2026-11-01, an ISO date-time, 7d, 2w, 3m.",
    ),
    Criterion(
        "created_before", CriterionKind.DATE, "Created before", "any time (today)", "before",
        names("created_before until"), "created_at", Match.BEFORE, "--created-before", "D", "Created before this date.",
    ),
    Criterion(
        "updated_after", CriterionKind.DATE, "Updated since", "any time (2w)", "updated", names("updated_after"),
        "updated_at", Match.SINCE, "--updated-after", "D", "Changed at or after this date.",
    ),
    Criterion(
        "updated_before", CriterionKind.DATE, "Updated before", "any time (30d)", "updated", names("updated_before"),
        "updated_at", Match.BEFORE, "--updated-before", "D", "Not changed since before this date.",
    ),
    Criterion(
        "due_before", CriterionKind.DATE, "Due before", "any time (+7d)", "due", names("due_before deadline"),
        "due_at", Match.BEFORE, "--due-before", "D", "Due before this date: 2026-11-01, today, +7d.",
    ),
    Criterion(
        "due_after", CriterionKind.DATE, "Due from", "any time (today)", "due", names("due_after"),
        "due_at", Match.SINCE, "--due-after", "D", "Due at or after this date.",
    ),
    Criterion(
        "sort", CriterionKind.SORT, "Sort by", "tracker's order", "sort", names("order"),
        option="--sort", metavar="FIELD", help="Order by this field; -FIELD: descending.",
    ),
    Criterion(
        "max_results", CriterionKind.NUMBER, "At most", "100", "max", names("limit max_results"),
        option="--max-results", metavar="N", help="How many tickets at most, 1 to 1000.  [default: 100]",
    ),
    Criterion(
        "native", CriterionKind.NATIVE, "Native query", "", "native", names("jql"),
        option="--native", metavar="QUERY", help="A query in the tracker's own language, sent as it is.",
    ),
)  # fmt: skip
"""In the order of the form and of queries as they are written."""


CRITERIA_BY_NAME = {criterion.name: criterion for criterion in CRITERIA}


DATE_CRITERIA = tuple(criterion.name for criterion in CRITERIA if criterion.kind is CriterionKind.DATE)
DUE_CRITERIA = frozenset(
    criterion.name
    for criterion in CRITERIA
    if criterion.field and FIELDS_BY_NAME[criterion.field].kind is FieldKind.DUE
)
"""Criteria on days by which something is due: the user's today is a day there, not a moment."""


LIST_CRITERIA = frozenset(criterion.name for criterion in CRITERIA if criterion.is_list)


NARROWING_CRITERIA = frozenset(criterion.name for criterion in CRITERIA if criterion.narrows)


VALUE_CRITERIA = ("status", "assignee", "project", "labels", "priority")
"""Criteria whose existing values a tracker can list. Each is called like the ticket's field."""


SEEN_CRITERIA = (*VALUE_CRITERIA, "reporter", "type", "parent")
"""Criteria whose values are also collected from the tickets that were shown."""


LEFT_OUT = "-"
"""Before a criterion's name: its values are those that a ticket must not have."""


EXCLUDABLE_CRITERIA = frozenset({"text", *LIST_CRITERIA})


def criterion_of(name: str) -> Criterion:
    """The criterion that ``name`` is, or whose values ``-name`` leaves out."""
    return CRITERIA_BY_NAME[name.removeprefix(LEFT_OUT)]
