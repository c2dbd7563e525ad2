"""What other languages say in one part of a query and this one in several, or with another word.

Invariant: what a shorthand stands for holds no shorthand, so that it is read, written and explained like any query.
"""

from __future__ import annotations

from tui_app.tickets.criterion import CRITERIA_BY_NAME, DUE_CRITERIA, Criterion, CriterionKind
from tui_app.tickets.dates import day_after
from tui_app.tickets.query_syntax import CRITERION_OF
from tui_app.tickets.quoting import quoted, split_values, unquoted
from tui_app.tickets.vocabulary import OPEN, UNASSIGNED

NO = "no"
"""Before a field that nobody holds: ``no:assignee``."""
OVERDUE = "overdue"
"""Of what is due: earlier than today, and not done."""
HOLDABLE = tuple(criterion.word for criterion in CRITERIA_BY_NAME.values() if criterion.kind is CriterionKind.PERSON)
"""What ``no:`` takes."""
_TO = ".."
_ANY_END = ("", "*")


def written_out(word: str, rest: str, criterion: Criterion | None) -> str:
    """The query that ``word:rest`` stands for; empty: it is no shorthand, or a wrong one.

    Args:
        word: as typed; the ends of a span keep it.
        rest: what follows the colon, with the sign.
        criterion: what ``word`` sets by itself; None: it is none of the language's words.
    """
    if criterion is None:
        names = split_values(rest) if word.casefold() == NO else []
        return " ".join(f"{name}:{UNASSIGNED}" for name in names) if all(map(_is_holdable, names)) else ""
    if criterion.kind is not CriterionKind.DATE:
        return ""
    if rest.startswith("<="):
        last = day_after(unquoted(rest[2:]))
        return last and f"{word}:<{quoted(last)}"
    value = unquoted(rest)
    if value.casefold() == OVERDUE and criterion.name in DUE_CRITERIA:
        return f"is:{OPEN} {word}:<today"
    return _span(word, value) if _TO in value else ""


def _is_holdable(word: str) -> bool:
    criterion = CRITERIA_BY_NAME.get(CRITERION_OF.get(word.casefold(), ""))
    return criterion is not None and criterion.kind is CriterionKind.PERSON


def _span(word: str, value: str) -> str:
    """Both ends of ``7d..3d``; a day that ends it belongs to it."""
    first, _, last = (end.strip() for end in value.partition(_TO))
    ends = ((">=", first), ("<", day_after(last)))
    return " ".join(f"{word}:{sign}{quoted(end)}" for sign, end in ends if end not in _ANY_END)
