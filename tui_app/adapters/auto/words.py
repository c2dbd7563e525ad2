"""The words that the names of tools which read tickets are made of, and how sure each makes it: data."""

from __future__ import annotations

from collections.abc import Mapping

from tui_app.adapters.reading.field_names import FUNCTION_WORDS, names, plural
from tui_app.tickets.fields import FIELDS_BY_NAME


def _weights(table: str) -> Mapping[str, int]:
    """``"10: search find; 9: query"`` as words to weights."""
    parts = (part.split(":") for part in table.split(";"))
    return {word: int(weight) for weight, words in parts for word in words.split()}


SEARCH_VERBS = _weights(
    "30: search; 28: find query lookup; 26: list; 25: filter; 22: browse; 20: get fetch retrieve read load show view"
)
"""Verbs of tools that answer with several things, and how sure each makes it."""
GET_VERBS = {
    **{verb: 28 for verb, weight in SEARCH_VERBS.items() if weight <= SEARCH_VERBS["get"]},
    **_weights("28: describe inspect detail details info; 22: find lookup"),
}
"""Verbs of tools that answer with one thing."""
COMMENT_NOUNS = frozenset((*FIELDS_BY_NAME["comments"].words, *map(plural, FIELDS_BY_NAME["comments"].words)))
VALUE_NOUNS: Mapping[str, str] = {
    plural(noun): field
    for field, nouns in {
        "status": "status state",
        "priority": "priority",
        "assignee": "assignee user member",
        "project": "project repository queue",
        "labels": "label tag",
    }.items()
    for noun in names(nouns)
} | {"status": "status"}
"""What a tool lists whose values a criterion can take."""

PLAIN_FILLERS = FUNCTION_WORDS.union(names("tool tools api mcp data manage unified single simple existing my"))
"""Words that change nothing in the name of any tool."""
FILLERS = PLAIN_FILLERS.union(
    names("full basic advanced function execute run info jql query text keyword criteria filtered list using")
)
"""Words that change nothing in the name of a tool that reads."""
