"""Completion: the values that are known to exist, and the list of them below the field being typed into."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from operator import attrgetter
from typing import Any

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from tui_app.tickets.criterion import CRITERIA_BY_NAME, SEEN_CRITERIA
from tui_app.tickets.fields import FIELDS_BY_NAME, FieldKind
from tui_app.tickets.mentions import NamedTicket
from tui_app.tickets.messages import ValuesListed
from tui_app.tickets.ticket import Ticket
from tui_app.ui.rendering.at_a_glance import age_words

_MOST_SHOWN = 6
_MOST_PER_FIELD = 2000  # people in a large company; more would slow each keystroke for nothing


class CompletionList(Widget):
    """A few lines, one of them under the cursor. It never has the focus: the field keeps it."""

    class Picked(Message):
        """A line was clicked."""

        def __init__(self, option: str) -> None:
            super().__init__()
            self.option = option

    def __init__(self) -> None:
        super().__init__()
        self._options: tuple[str, ...] = ()
        self._cursor = -1
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether there is anything to complete with."""
        return bool(self._options)

    @property
    def chosen(self) -> str | None:
        """The line that the user moved to; None: not moved yet."""
        return self._options[self._cursor] if 0 <= self._cursor < len(self._options) else None

    @property
    def first(self) -> str | None:
        """The line that tab inserts."""
        return self.chosen or (self._options[0] if self._options else None)

    def open_at(self, x: int, y: int, options: Sequence[str]) -> None:
        """Show ``options`` with the list's corner at ``x``, ``y`` of the parent; no options: close."""
        self._options = tuple(options)
        self._cursor = -1
        self.display = bool(options)
        if options:
            self.styles.offset = (x, y)
            self.styles.width = min(60, max(Content(option).cell_length for option in options) + 2)
            self.styles.height = min(_MOST_SHOWN, len(options))
        self.refresh()

    def close(self) -> None:
        """Show nothing."""
        self.open_at(0, 0, ())

    def move(self, step: int) -> None:
        """Move the cursor; it goes round."""
        start = -1 if self._cursor < 0 and step > 0 else max(self._cursor, 0)
        self._cursor = (start + step) % len(self._options)
        self.refresh()

    def _top(self) -> int:
        return max(0, min(self._cursor - _MOST_SHOWN + 2, len(self._options) - _MOST_SHOWN))

    def render(self) -> Content:
        width = self.size.width - 2
        lines = []
        top = self._top()
        for position, option in enumerate(self._options[top : top + _MOST_SHOWN], top):
            line = Content(option).truncate(width, ellipsis=True)
            line = Content.assemble(" ", line, " " * (width - line.cell_length + 1))
            look = "$block-cursor-foreground on $block-cursor-background" if position == self._cursor else ""
            lines.append(line.stylize(look) if look else line)
        return Content("\n").join(lines)

    def on_click(self, event: events.Click) -> None:
        position = self._top() + event.y
        if position < len(self._options):
            self.post_message(self.Picked(self._options[position]))


class KnownValues:
    """Field to values, by profile. What the server listed comes first, in its order."""

    def __init__(self) -> None:
        self._listed: dict[str, Mapping[str, tuple[str, ...]]] = {}
        self._seen: dict[str, dict[str, dict[str, None]]] = {}
        self._native: dict[str, str | None] = {}

    def add_listed(self, reply: ValuesListed) -> None:
        """Add the values that the server lists."""
        self._listed[reply.profile] = reply.values
        self._native[reply.profile] = reply.native_language

    def add_seen(self, profile: str, tickets: Iterable[Ticket]) -> None:
        """Add the values of ``tickets``."""
        rows = tuple(tickets)
        seen = self._seen.setdefault(profile, {name: {} for name in SEEN_CRITERIA})
        for name in SEEN_CRITERIA:
            values: Iterable[Any] = map(attrgetter(CRITERIA_BY_NAME[name].field), rows)
            if FIELDS_BY_NAME[CRITERIA_BY_NAME[name].field].kind is FieldKind.LABELS:
                values = chain.from_iterable(values)
            seen[name].update(dict.fromkeys(value or "" for value in values))

    def of(self, profiles: Sequence[str]) -> dict[str, tuple[str, ...]]:
        """Field to the values that exist in any of ``profiles``."""
        merged: dict[str, dict[str, None]] = {name: {} for name in SEEN_CRITERIA}
        for profile in profiles:
            for name, values in self._listed.get(profile, {}).items():
                merged.setdefault(name, {}).update(dict.fromkeys(values))
        for profile in profiles:
            for name, seen in self._seen.get(profile, {}).items():
                merged[name].update(dict.fromkeys(sorted(seen, key=str.casefold)))
        return {name: tuple(value for value in values if value)[:_MOST_PER_FIELD] for name, values in merged.items()}

    def native_language(self, profiles: Sequence[str]) -> str | None:
        """What native queries are written in; None unless there is one tracker, and it has a language."""
        return self._native.get(profiles[0]) if len(profiles) == 1 else None


def opening_line(named: NamedTicket, now: datetime) -> str:
    """``open PAY-7 (work, as of 09:12) Printer on fire``."""
    about = ", ".join(filter(None, (named.profile, age_words(named.seen_at, now))))
    return f"open {named.id} ({about})" + (f" {named.row.title}" if named.row else "")
