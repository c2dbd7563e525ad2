"""Tickets in answers that are text for people: YAML, tables, lists, headings, labelled lines, or a sentence."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tui_app.adapters.reading.paging import Paging
from tui_app.adapters.reading.rows import RowPage, find_record, find_rows, looks_like_ticket
from tui_app.adapters.reading.text_records import check_rows, record_rows
from tui_app.adapters.reading.text_tables import table_rows
from tui_app.adapters.reading.toon import parse_toon
from tui_app.adapters.reading.values import Row
from tui_app.adapters.reading.yaml_text import parse_yaml
from tui_app.tickets.ticket import JsonValue

_NOTHING_FOUND = re.compile(
    r"\b(?:no|0|zero)\b[^.\n]{0,80}\b(?:found|match\w*|results?|issues?|tickets?|tasks?|items?|bugs?|stories)\b"
    r"|\b(?:nothing|none) (?:was )?found\b|\bfound (?:0|no)\b|\b(?:did|does) not match\b|^\s*\[\s*\]\s*$"
    r"|\bempty (?:list|result)|\bno data\b|\bis empty\b",
    re.IGNORECASE,
)
_LONGEST_SENTENCE = 1000  # characters; a longer answer says more than that there is nothing
_LONGEST_TEXT = 8_000_000  # characters; a longer text for people is no answer to a search

_NOUNS = r"(?:issues?|tickets?|tasks?|results?|items?|bugs?|stories|records?|matches|total)"
_TOTALS = (
    re.compile(
        r"\b(?:showing|displaying|results?|items?)?\s*\d{1,9}\s*(?:-|–|to)\s*\d{1,9} of (\d{1,9})\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\btotal(?: {_NOUNS}| count| matches| number)?\**\s*[:=]\**\s*(\d{{1,9}})\b", re.IGNORECASE),
    re.compile(rf"\bshowing \d{{1,9}} of (\d{{1,9}})\b|\bof (\d{{1,9}}) (?:total )?{_NOUNS}\b", re.IGNORECASE),
    re.compile(rf"\bfound (\d{{1,9}}) {_NOUNS}|\b(\d{{1,9}}) {_NOUNS} (?:found|match)", re.IGNORECASE),
)
_PAGE_OF = re.compile(r"\bpage\**:?\**\s*(\d{1,6})\s*(?:of|/)\s*(\d{1,6})\b", re.IGNORECASE)
_NEXT_OFFSET = re.compile(r"\b(?:start_?at|offset|skip)\s*[=:]\s*`?(\d{1,9})", re.IGNORECASE)
_NEXT_CURSOR = re.compile(
    r"\b(?:next[_ ]?(?:page[_ ]?)?(?:cursor|token)|cursor|page_?token|after)\**\s*[=:]\**\s*[`\"']?([\w+/=.:-]{4,500})",
    re.IGNORECASE,
)
_HEAD_AND_FOOT = 3000  # characters at either end of a text in which it tells of pages


def says_nothing_found(text: str) -> bool:
    """Whether ``text`` is a sentence that says that nothing matches."""
    return len(text) <= _LONGEST_SENTENCE and bool(_NOTHING_FOUND.search(text))


def text_rows(text: str) -> RowPage | None:
    """The rows that ``text`` shows, or None where it shows none."""
    if not text.strip() or len(text) > _LONGEST_TEXT:
        return None
    data = _data(text)
    page = find_rows(data) if data is not None else None
    if page is not None and page.rows:
        return page
    rows = max(table_rows(text), record_rows(text), key=len)
    rows = rows or ([data] if looks_like_ticket(data) else []) or check_rows(text)
    return RowPage(rows, paging_in(text)) if rows else None


def text_record(text: str, identity: str) -> Row | None:
    """The one ticket that ``text`` shows; of several the one called ``identity``; None where it shows none."""
    data = _data(text)
    record = find_record(data, identity) if data is not None else None
    if record is None:
        rows = record_rows(text)
        record = find_record(rows, identity) if rows else None
    if record is None:
        rows = record_rows(f"id: {identity}\n{text}") if identity else []
        record = next((row for row in rows if isinstance(row, Mapping) and len(row) > 2), None)
    return record


def _data(text: str) -> JsonValue:
    """What ``text`` holds as TOON or YAML, within tags too."""
    plain = _without_tags(text.strip())
    return parse_toon(plain) or parse_yaml(plain)


def _without_tags(text: str) -> str:
    opening = re.match(r"<([A-Za-z][\w.-]{0,100})>\s*", text)
    closing = f"</{opening[1]}>" if opening else ""
    return text[opening.end() : -len(closing)].strip("\n") if opening and text.endswith(closing) else text


def paging_in(text: str) -> Paging:
    """What a text for people says of its total and the next page, above and below the rows."""
    ends = f"{text[:_HEAD_AND_FOOT]}\n{text[-_HEAD_AND_FOOT:]}" if len(text) > 2 * _HEAD_AND_FOOT else text
    total = next(
        (int(next(filter(None, match.groups()))) for pattern in _TOTALS if (match := pattern.search(ends))), None
    )
    page = _PAGE_OF.search(ends)
    more = int(page[1]) < int(page[2]) if page else None
    next_line = next((line for line in ends.split("\n") if "next" in line.lower() or "more" in line.lower()), "")
    offset = _NEXT_OFFSET.search(next_line)
    cursor = _NEXT_CURSOR.search(next_line)
    return Paging(
        total=total,
        next_cursor=cursor[1] if cursor and not offset else None,
        next_page=int(page[1]) + 1 if page and more else None,
        next_offset=int(offset[1]) if offset else None,
        has_more=True if offset or cursor else more,
    )
