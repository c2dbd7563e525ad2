"""Reading what servers answer: from a `CallToolResult` to tickets, in whatever shape the server chose.

Most adapters need `read_rows` and `iter_tickets` for a search, `read_record` and `ticket_from` for one ticket, and
`read_comments`. Invariant of the package: pure, and the only error that leaves it is `InvalidResponseError`.
"""

from tui_app.adapters.reading.dates import parse_moment
from tui_app.adapters.reading.discussion import attachments_of, changes_of, comments_of
from tui_app.adapters.reading.fields import iter_tickets, ticket_from
from tui_app.adapters.reading.json_text import json_of
from tui_app.adapters.reading.links import human_url
from tui_app.adapters.reading.markup import to_markdown, without_wrapper
from tui_app.adapters.reading.paging import Paging, paging_of
from tui_app.adapters.reading.results import payloads, plain_text, read_comments, read_record, read_rows
from tui_app.adapters.reading.rows import RowPage, find_record, find_rows, looks_like_ticket
from tui_app.adapters.reading.values import person_of, word_of, words_of

__all__ = [
    "Paging",
    "RowPage",
    "attachments_of",
    "changes_of",
    "comments_of",
    "find_record",
    "find_rows",
    "human_url",
    "iter_tickets",
    "json_of",
    "looks_like_ticket",
    "paging_of",
    "parse_moment",
    "payloads",
    "person_of",
    "plain_text",
    "read_comments",
    "read_record",
    "read_rows",
    "ticket_from",
    "to_markdown",
    "without_wrapper",
    "word_of",
    "words_of",
]
