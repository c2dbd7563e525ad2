"""Reading what servers answer: from a `CallToolResult` to tickets, in whatever shape the server chose.

Most adapters need `read_rows` and `iter_tickets` for a search, `read_record` and `ticket_from` for one ticket, and
`read_comments`. Invariant of the package: pure, and the only error that leaves it is `InvalidResponseError`.
"""

from tui_app.adapters.reading.answers import payloads, plain_text, read_comments, read_record, read_rows
from tui_app.adapters.reading.data_text import json_of
from tui_app.adapters.reading.discussion import attachments_of, changes_of, comments_of
from tui_app.adapters.reading.field_values import human_url, person_of, word_of, words_of
from tui_app.adapters.reading.learned import (
    LearnedColumn,
    LearnedReading,
    ReadTickets,
    Table,
    learn,
    learned_from_json,
    tables,
)
from tui_app.adapters.reading.markup import to_markdown, without_wrapper
from tui_app.adapters.reading.row_pages import Paging, RowPage, best_page, find_record, paging_of
from tui_app.adapters.reading.ticket_from_row import iter_tickets, ticket_from
from tui_app.tickets.timestamps import parse_moment

__all__ = [
    "LearnedColumn",
    "LearnedReading",
    "Paging",
    "ReadTickets",
    "RowPage",
    "Table",
    "attachments_of",
    "best_page",
    "changes_of",
    "comments_of",
    "find_record",
    "human_url",
    "iter_tickets",
    "json_of",
    "learn",
    "learned_from_json",
    "paging_of",
    "parse_moment",
    "payloads",
    "person_of",
    "plain_text",
    "read_comments",
    "read_record",
    "read_rows",
    "tables",
    "ticket_from",
    "to_markdown",
    "without_wrapper",
    "word_of",
    "words_of",
]
