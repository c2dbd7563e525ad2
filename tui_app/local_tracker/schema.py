"""The database's tables, and how an older database becomes a newer one.

Invariants: ``PRAGMA user_version`` counts the migrations that a database went through; every text column is NOT NULL
and empty where there is nothing, and every time is ``2026-11-02T08:00:00Z``, so that plain comparison orders them and a
page can be taken up after any row.

What a list shows is in narrow rows of ``tickets``, long text apart in ``texts``: sorting a million tickets then
reads a tenth of the pages.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui_app.tickets.vocabulary import urgency

if TYPE_CHECKING:
    from sqlite3 import Connection

_MOMENT_FORM = "%Y-%m-%dT%H:%M:%SZ"


def stored_form(moment: datetime) -> str:
    """A moment (one without a zone is taken as UTC) as the database keeps it."""
    aware = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return aware.astimezone(UTC).strftime(_MOMENT_FORM).rjust(20, "0")  # not every C library pads the year


_FIRST = (
    """
    CREATE TABLE tickets (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        id_order TEXT NOT NULL,      -- the id with its number padded: PAY-9 comes before PAY-142
        title TEXT NOT NULL,
        status TEXT NOT NULL,
        assignee TEXT NOT NULL,
        reporter TEXT NOT NULL,
        priority TEXT NOT NULL,
        urgency INTEGER NOT NULL,    -- the priority's rank, 0 the most urgent
        type TEXT NOT NULL,
        project TEXT NOT NULL,
        url TEXT NOT NULL,
        created_at TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
    "CREATE INDEX tickets_by_id ON tickets (id_order)",
    "CREATE INDEX tickets_by_creation ON tickets (created_at)",
    "CREATE INDEX tickets_by_update ON tickets (updated_at)",
    "CREATE INDEX tickets_by_status ON tickets (status, updated_at)",
    "CREATE INDEX tickets_by_assignee ON tickets (assignee, updated_at)",
    "CREATE INDEX tickets_by_priority ON tickets (priority, updated_at)",
    "CREATE INDEX tickets_by_project ON tickets (project, updated_at)",
    "CREATE TABLE texts (number INTEGER PRIMARY KEY, description TEXT NOT NULL)",
    "CREATE TABLE labels (number INTEGER NOT NULL, label TEXT NOT NULL, PRIMARY KEY (number, label)) WITHOUT ROWID",
    "CREATE INDEX labels_by_name ON labels (label, number)",
    """
    CREATE TABLE comments (
        number INTEGER NOT NULL,
        position INTEGER NOT NULL,
        author TEXT NOT NULL,
        created_at TEXT NOT NULL,
        body TEXT NOT NULL,
        PRIMARY KEY (number, position)
    )
    """,
    """
    CREATE TABLE history (
        number INTEGER NOT NULL,
        position INTEGER NOT NULL,
        author TEXT NOT NULL,
        created_at TEXT NOT NULL,
        field TEXT NOT NULL,
        before TEXT NOT NULL,
        after TEXT NOT NULL,
        PRIMARY KEY (number, position)
    )
    """,
    """
    CREATE TABLE attachments (
        number INTEGER NOT NULL,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        url TEXT NOT NULL,
        size INTEGER,
        PRIMARY KEY (number, position)
    )
    """,
    "CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # Without content and column sizes of its own: the words are made from other tables (words.py), and nothing ranks.
    "CREATE VIRTUAL TABLE search USING fts5(words, content='', columnsize=0, tokenize='unicode61 remove_diacritics 2')",
)

_ONE_VOCABULARY = ("UPDATE tickets SET urgency = urgency(priority) WHERE urgency <> urgency(priority)",)
"""0.1.0 ranked fewer words of urgency, and numbers differently."""

_DUE_AND_PARENT = (
    "ALTER TABLE tickets ADD COLUMN due_at TEXT NOT NULL DEFAULT ''",
    "ALTER TABLE tickets ADD COLUMN parent TEXT NOT NULL DEFAULT ''",
    "CREATE INDEX tickets_by_due ON tickets (due_at)",
    "CREATE INDEX tickets_by_next_due ON tickets (CASE due_at WHEN '' THEN '~' ELSE due_at END)",
    "CREATE INDEX tickets_by_parent ON tickets (parent, updated_at)",
)

_EXTRA_FIELDS = ("CREATE TABLE extras (number INTEGER PRIMARY KEY, fields TEXT NOT NULL)",)
"""What an imported file says of a ticket besides its fields, as a JSON object."""

_VERSIONS = (
    "ALTER TABLE tickets ADD COLUMN version INTEGER NOT NULL DEFAULT 1",  # raised by every change
    """
    CREATE TABLE revisions (
        number INTEGER NOT NULL,
        version INTEGER NOT NULL,    -- the ticket's version after this change
        author TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        fields TEXT NOT NULL,        -- what changed, as a person reads it
        PRIMARY KEY (number, version)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE requests (
        request_id TEXT PRIMARY KEY,
        number INTEGER NOT NULL,
        arguments TEXT NOT NULL,     -- a digest: another ticket under the same name is told
        created_at TEXT NOT NULL
    ) WITHOUT ROWID
    """,
)
"""A ticket's version tells that somebody else was first, its revisions what they changed."""

MIGRATIONS: tuple[tuple[str, ...], ...] = (_FIRST, _ONE_VOCABULARY, _DUE_AND_PARENT, _EXTRA_FIELDS, _VERSIONS)
"""The statements that lead from each version to the next, from an empty database on. They may call ``urgency()``.

Released ones never change: a database that went through them does not go through them again.
"""

VERSION = len(MIGRATIONS)


def version_of(connection: Connection) -> int:
    """How many migrations the database went through.

    Raises:
        sqlite3.DatabaseError: the file is not a database.
    """
    return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: Connection) -> None:
    """Bring the database to `VERSION`, in one transaction; of several processes at once, the first one does it."""
    connection.create_function("urgency", 1, urgency, deterministic=True)
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statements in MIGRATIONS[version_of(connection) :]:
            for statement in statements:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise
