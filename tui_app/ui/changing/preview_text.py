"""Changes in words: what would be sent, what came of it, what was changed from this machine.

Invariant: every text is shown as it is sent, with a mark for each character that cannot be seen.
"""

from __future__ import annotations

import difflib
import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct
from textual.content import Content

from tui_app.tickets.changes import ChangeFault, ChangeKind, ChangeOutcome, ChangePreview, ChangeState, WantedChange
from tui_app.tickets.ticket import JsonValue

_LONGEST_LINE = 60  # characters of a value that is shown on the line of its field
MOST_CALL = 400  # characters of the call that are shown; ^o shows all of it
_LONGEST_VALUE = 30  # characters of a value in the status line
_MOST_TEXT = 12  # lines of a text that are shown; likewise
_AROUND_DIFF = 1  # unchanged lines shown around a changed one
_NAME_WIDTH = 12  # cells
READERS = {
    "internal": "Read by colleagues only: it is an internal comment.",
    "public": "PUBLIC: the customer reads it.",
    "unknown": "Seen by everybody who can see the ticket.",
}
_RISKS = {
    "destructive": "The server says of this tool that it replaces what is there.",
    "unverifiable": "Nothing can be read again that would show it: it will be called sent, not done.",
}
STATE_WORDS = {
    ChangeState.DONE: ("done", "$text-success"),
    ChangeState.UNCHANGED: ("no change", "$text-muted"),
    ChangeState.SENT: ("sent, not seen yet", "$text-warning"),
    ChangeState.REFUSED: ("refused", "$text-error"),
    ChangeState.CONFLICT: ("changed meanwhile", "$text-error"),
    ChangeState.NOT_SENT: ("not tried", "$text-muted"),
    ChangeState.UNKNOWN: ("may have been done", "$text-error"),
    ChangeState.DRY_RUN: ("not sent", "$text-muted"),
}
_MADE = {ChangeKind.COMMENT: "commented.", ChangeKind.LINK: "linked.", ChangeKind.LOG_WORK: "work logged."}
"""What is said of a change that shows in no field: ``Done.`` alone might be a status."""
_STATES = frozenset(map(str, ChangeState))


class Prepared(Struct, frozen=True):
    """A wish with what would be sent for it, or why nothing can be."""

    wanted: WantedChange
    preview: ChangePreview | None = None
    fault: ChangeFault | None = None
    seen: str = ""
    """The ticket as the table shows it: for a line in a list."""

    @property
    def token(self) -> str:
        """What is handed back to have it sent; empty: nothing is to be sent."""
        return self.preview.token if self.preview else ""


def visible(text: str) -> str:
    """``text`` with a mark for each character that cannot be seen, or acts on a terminal; line breaks stay."""
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() or character == "\n" else "→   " if character == "\t" else _mark(character)
        for character in text
    )


def _mark(character: str) -> str:
    return f"⟨{unicodedata.name(character, f'U+{ord(character):04X}').lower()}⟩"


def _said(value: JsonValue) -> str:
    """A field's value on one line."""
    if value is None or value in ("", []):
        return "-"
    if isinstance(value, list):
        return ", ".join(visible(str(item)) for item in value)
    return visible(value) if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _is_long(value: JsonValue) -> bool:
    return isinstance(value, str) and ("\n" in value or len(value) > _LONGEST_LINE)


def _rows(before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> Iterator[Content]:
    for name, new in after.items():
        old = before.get(name)
        caption = (f"{visible(name):<{_NAME_WIDTH}}", "$text-muted")
        if name == "comments":
            continue  # a number of comments says nothing that the text does not
        if _is_long(old) or _is_long(new):
            yield Content.assemble(caption, ("what differs", "$text-muted"))
            yield from _diff(str(old or ""), str(new or ""))
        else:
            yield Content.assemble(caption, (_said(old), "$text-muted"), "  →  ", (_said(new), "bold"))


def _diff(old: str, new: str) -> Iterator[Content]:
    """The lines that differ, with one around them."""
    styles = {"+": "$text-success", "-": "$text-error", "@": "$text-accent", " ": "$text-muted"}
    lines = difflib.unified_diff(visible(old).split("\n"), visible(new).split("\n"), lineterm="", n=_AROUND_DIFF)
    for line in list(lines)[3:]:  # without the names of files, and where the first difference is
        words = line if not line.startswith("@") else "…"
        yield Content.assemble((words, styles.get(line[:1], "")))


def _texts(arguments: Mapping[str, JsonValue], shown: Sequence[JsonValue]) -> Iterator[Content]:
    """Long texts among the arguments, as they will be sent, but for those that are shown by what differs."""
    for name, value in arguments.items():
        if isinstance(value, str) and _is_long(value) and value not in shown:
            yield Content.assemble((f"{visible(name)}:", "$text-muted"))
            lines = visible(value).split("\n")
            yield from (Content.assemble(("│ ", "$text-accent"), line) for line in lines[:_MOST_TEXT])
            if len(lines) > _MOST_TEXT:
                yield Content.assemble((f"│ … {len(lines) - _MOST_TEXT} lines more (^o)", "$text-accent"))


def call_words(tool: str, arguments: Mapping[str, JsonValue], *, indent: int | None = None) -> str:
    """The call as JSON, each text exactly as it is sent."""
    return f"{tool} {json.dumps(arguments, ensure_ascii=False, indent=indent)}"


def preview_lines(preview: ChangePreview, age: float) -> list[Content]:
    """All that there is to know of one change before it is sent. ``age``: seconds since the ticket was read."""
    lines = [Content.assemble((visible(preview.title), "bold"))] if preview.title else []
    if preview.visibility == "public":
        lines.append(Content.assemble((READERS["public"], "bold $text-error")))
    lines += _rows(preview.before, preview.after)
    shown = [*preview.after.values(), *preview.before.values()]
    texts = list(_texts(preview.arguments, [value for value in shown if _is_long(value)]))
    call = visible(call_words(preview.tool, preview.arguments))
    cut = call if len(call) <= MOST_CALL else f"{call[:MOST_CALL]}… (^o)"
    lines += [*texts, Content(""), Content.assemble((cut, "$text-accent"))]
    if preview.kept:
        lines.append(Content(f"Sent again so that it stays: {', '.join(map(visible, preview.kept))}."))
    if preview.defaults:
        own = ", ".join(f"{visible(name)} = {_said(value)}" for name, value in preview.defaults.items())
        lines.append(Content(f"Left out; the server's own takes effect: {own}."))
    lines += [Content.assemble((visible(warning), "$text-warning")) for warning in preview.warnings]
    lines += [Content.assemble((_RISKS[risk], "$text-warning")) for risk in sorted(preview.risks) if risk in _RISKS]
    undo = "Can be undone." if preview.undoable else "Cannot be undone."
    readers = READERS.get(preview.visibility, "") if preview.visibility != "public" else ""
    age_words = f"Read {age:.0f} s ago." if preview.wanted.ticket_id else ""
    lines.append(Content.assemble((" ".join(filter(None, (readers, undo, age_words))), "$text-muted")))
    return lines


def list_line(prepared: Prepared) -> Content:
    """One ticket of several: its id, and its old and new values or why nothing is sent."""
    name = (f"{prepared.wanted.ticket_id:<{_NAME_WIDTH}} ", "bold")
    if prepared.fault:
        return Content.assemble(name, (f"not possible: {visible(prepared.fault.cause)}", "$text-error"))
    if prepared.preview is None or not prepared.token:
        return Content.assemble(name, ("is already so, left out", "$text-muted"))
    preview = prepared.preview
    rows = [
        Content.assemble((_said(preview.before.get(field)), "$text-muted"), " → ", (_said(value), "bold"))
        for field, value in preview.after.items()
        if field != "comments"
    ]
    return Content.assemble(
        name, Content("; ").join(rows) if rows else "", (f"  {visible(preview.title)}", "$text-muted")
    )


def outcome_line(outcome: ChangeOutcome) -> Content:
    """One ticket of several, and what came of its change."""
    words, style = STATE_WORDS[outcome.state]
    return Content.assemble(
        (f"{outcome.created or outcome.wanted.ticket_id:<{_NAME_WIDTH}} ", "bold"),
        (f"{words:<20}", style),
        (visible(outcome.words), "$text-muted"),
    )


def log_content(entries: Sequence[Mapping[str, JsonValue]]) -> Content:
    """The log of changes, the latest first."""
    if not entries:
        return Content("Nothing was changed from this machine yet.")
    return Content("\n").join(map(_log_line, reversed(entries)))


def _log_line(entry: Mapping[str, JsonValue]) -> Content:
    state = str(entry.get("state") or "unknown")
    style = STATE_WORDS[ChangeState(state)][1] if state in _STATES else ""
    moment = visible(str(entry.get("at") or ""))[:16].replace("T", " ")
    ticket = visible(str(entry.get("created") or entry.get("ticket") or ""))
    what = visible(str(entry.get("action") or entry.get("kind") or ""))
    where = visible(str(entry.get("profile") or ""))
    return Content.assemble(
        (f"{moment}  ", "$text-muted"),
        (f"{ticket:<{_NAME_WIDTH}} ", "bold"),
        f"{what:<12} ",
        (f"{state:<10} ", style),
        (f"{where}  {visible(str(entry.get('tool') or ''))}", "$text-muted"),
    )


def what_changed(outcome: ChangeOutcome) -> str:
    """Which ticket was changed, and how: ``PAY-1: status open → done.``"""
    name = outcome.created or outcome.wanted.ticket_id
    if outcome.state not in (ChangeState.DONE, ChangeState.SENT):
        return f"{name}:"
    if outcome.created:
        return f"{name}: created."
    rows = [
        f"{field} {_short(outcome.before.get(field))} → {_short(value)}"
        for field, value in outcome.after.items()
        if field != "comments"
    ]
    return f"{name}: {', '.join(rows)}." if rows else f"{name}: {_MADE.get(outcome.wanted.kind, '')}".rstrip()


def _short(value: JsonValue) -> str:
    words = ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
    words = " ".join(words.split()) or "-"
    return words if len(words) <= _LONGEST_VALUE else f"{words[:_LONGEST_VALUE]}…"
