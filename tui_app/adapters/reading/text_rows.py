"""Tickets in answers that are text for people: TOON, YAML, tables, lists, headings, labelled lines, or a sentence.

Tables are Markdown's, drawn ones, and comma- or tab-separated lines under a header.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice

from tui_app.adapters.reading.data_text import parse_toon
from tui_app.adapters.reading.field_columns import SAMPLE, Columns, certainly_tickets, inferred_columns, ticketness
from tui_app.adapters.reading.field_names import PLURALS, TICKET_NOUNS
from tui_app.adapters.reading.field_values import Row, value_at_path
from tui_app.adapters.reading.row_pages import (
    ALONE,
    CLEAR,
    Paging,
    RowPage,
    best_page,
    find_record,
    is_address,
    is_named,
    next_in,
)
from tui_app.adapters.reading.text_records import check_rows, record_rows
from tui_app.adapters.reading.text_tables import is_sign, line_tables
from tui_app.adapters.reading.yaml_text import parse_yaml
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.vocabulary import is_priority, is_status

_NOTHING_FOUND = re.compile(
    rf"\b(?:no|0|zero)\b[^.\n]{{0,80}}\b(?:found|match\w*|results?|{'|'.join((*PLURALS, *TICKET_NOUNS))})\b"
    r"|\b(?:nothing|none) (?:was )?found\b|\bfound (?:0|no)\b|\b(?:did|does) not match\b|^\s*\[\s*\]\s*$"
    r"|\bempty (?:list|result)|\bno data\b|\bis empty\b",
    re.IGNORECASE,
)
_BY_WORDS = 0.6  # weight of rows whose columns come from their place behind an id, and nothing else
_AS_BEFORE = 10.0  # ticketness of what is read like an earlier text
_LONGEST_SENTENCE = 1000  # characters; a longer answer says more than that there is nothing
_LONGEST_LEGEND = 400  # characters
_MOST_LINES = 20_000
_LONGEST_TEXT = 8_000_000  # characters; a longer text for people is no answer to a search

_NOUNS = rf"(?:{'|'.join((*PLURALS, *TICKET_NOUNS))}|results?|matches|total)"
_TOTALS = (
    re.compile(
        r"\b\d{1,9}\s*(?:-|–|to)\s*\d{1,9} of (\d{1,9})\b",
        re.IGNORECASE,
    ),
    re.compile(rf"\btotal(?: {_NOUNS}| count| matches| number)?\**\s*[:=]\**\s*(\d{{1,9}})\b", re.IGNORECASE),
    re.compile(rf"\bshowing \d{{1,9}} of (\d{{1,9}})\b|\bof (\d{{1,9}}) (?:total )?{_NOUNS}\b", re.IGNORECASE),
    re.compile(rf"\bfound (\d{{1,9}}) {_NOUNS}|\b(\d{{1,9}}) {_NOUNS} (?:found|match)", re.IGNORECASE),
)
_PAGE_OF = re.compile(r"\bpage\**:?\**\s*(\d{1,6})\s*(?:of|/)\s*(\d{1,6})\b", re.IGNORECASE)
_NEXT_OFFSET = re.compile(r"\b(?:start_?at|offset|skip)\s*[=:]\s*`?(\d{1,9})", re.IGNORECASE)
_NEXT_CURSOR = re.compile(
    r"\b(?:next(?:[_ ]?\w+){0,2}|cursor|page_?token|after)\**\s*[=:]\**\s*"
    r"(?:[`\"']([^\s`\"']{1,500})[`\"']|([\w+/=.:-]{4,500}))",
    re.IGNORECASE,
)
_NEXT_PAGE = re.compile(r"\bpage\s*[=:]\s*[`\"']?(\d{1,6})\b", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"\b[a-z_]{3,20}=[`\"']?\w")
"""An argument with its value, as the last line of an answer names it in any language: ``.. cursor="c10"``."""
_ADDRESS_IN = re.compile(r"(?:\w+:/)?/[^\s<>()\"']+")
_HEAD_AND_FOOT = 3000  # characters at either end of a text that may name a total or a next page


def says_nothing_found(text: str) -> bool:
    """Whether ``text`` is a sentence that says that nothing matches."""
    return len(text) <= _LONGEST_SENTENCE and bool(_NOTHING_FOUND.search(text))


def text_page(text: str, known: Columns | None = None) -> RowPage | None:
    """The table in ``text`` that is most like tickets, or None where it shows none; ``known`` are the columns of an
    earlier text."""
    if not text.strip() or len(text) > _LONGEST_TEXT:
        return None
    data = data_in(text)
    of_data = best_page(data) if data is not None else None
    if of_data is not None and (_is_a_list_of_tickets(of_data) or certainly_tickets(_first_objects(of_data))):
        return of_data
    pages = [of_data] if of_data is not None else []  # first: of two that tell the same, the one without quotes
    pages += [_page(rows, text, weight, known) for rows, weight in _readings(text) if rows]
    return max(pages, key=lambda page: page.ticketness, default=None)


def _first_objects(page: RowPage) -> list[Row]:
    return [*islice((row for row in page.rows if isinstance(row, Mapping)), SAMPLE)]


def _is_a_list_of_tickets(page: RowPage) -> bool:
    """Whether data is a list whose columns show ids and titles: its lines tell nothing that it does not."""
    columns = page.columns.paths if page.columns else {}
    return len(page.rows) > 1 and {"id", "title"} <= columns.keys() and page.ticketness > CLEAR


def _readings(text: str) -> Iterator[tuple[list[JsonValue], float]]:
    """Candidate rows, and what their ticketness counts: less where nothing but an id was told from the rest."""
    text = with_legend(text)
    records = record_rows(text) if not is_drawn(text) else []
    is_whole = any(isinstance(row, dict) and row.get("title") and len(row) > len(("id", "title")) for row in records)
    yield records, 1 if is_whole else _BY_WORDS
    yield check_rows(text), 1
    for rows in line_tables(text):
        yield list(rows), 1


def _page(rows: list[JsonValue], text: str, weight: float, known: Columns | None = None) -> RowPage:
    objects = [with_tags(row) for row in rows if isinstance(row, dict)]
    columns = inferred_columns(objects[:SAMPLE])
    score = weight * ticketness(columns, objects) * (1 if len(objects) > 1 or is_named(columns) else ALONE)
    if known is not None and _have(objects, known):
        columns, score = known, score + _AS_BEFORE
    return RowPage(objects, paging_in(text), (), columns, (), score)


def _have(rows: list[dict[str, JsonValue]], known: Columns) -> bool:
    """Whether each row has an id, a title and a status in ``known`` columns."""
    needed = [known.paths[name] for name in ("id", "title", "status") if name in known.paths]
    return len(needed) > 1 and all(any(value_at_path(row, path) for path in paths) for row in rows for paths in needed)


def text_record(text: str, identity: str) -> Row | None:
    """The one ticket that ``text`` shows; of several the one called ``identity``; None where it shows none."""
    data = data_in(text)
    record = find_record(data, identity) if data is not None else None
    if record is None:
        rows = record_rows(text)
        record = find_record(rows, identity) if rows else None
    if record is None:
        rows = record_rows(f"id: {identity}\n{text}") if identity else []
        record = next((row for row in rows if isinstance(row, Mapping) and len(row) > 2), None)
    return with_tags(dict(record)) if record is not None else None


_TAGS = re.compile(r"(?P<text>\S.*?)(?P<tags>(?:\s+`?#[^\W\d_][\w/-]{0,40}`?)+)\s*")


def with_tags(row: dict[str, JsonValue]) -> dict[str, JsonValue]:
    """``row`` with the tags that its texts end with as labels: ``Printer offline #hardware``."""
    if "labels" in row:
        return row
    found: dict[str, JsonValue] = {}
    labels: list[JsonValue] = []
    for name, value in row.items():
        match = _TAGS.fullmatch(value) if isinstance(value, str) and "#" in value and "\n" not in value else None
        if match is not None:
            labels += match["tags"].replace("`", "").replace("#", "").split()
            found[name] = match["text"]
    return {**row, **found, "labels": labels} if labels else row


def data_in(text: str) -> JsonValue:
    """What ``text`` holds as TOON or YAML, within tags too."""
    plain = _without_tags(text.strip())
    found = parse_toon(plain) or parse_yaml(plain)
    if isinstance(found, list) and all(isinstance(item, str) for item in found):
        return None  # a list for people, whose lines have parts of their own
    return found


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
    telling = [line for line in ends.split("\n") if "next" in line.lower() or "more" in line.lower()]
    if address := next((match for line in telling for match in _ADDRESS_IN.findall(line) if is_address(match)), ""):
        return next_in(address).or_else(Paging(total=total))
    last = next((line for line in reversed(ends.split("\n")) if line.strip()), "")
    next_line = telling[0] if telling else last if _ASSIGNMENT.search(last) else ""
    offset = _NEXT_OFFSET.search(next_line)
    cursor, next_page = _NEXT_CURSOR.search(next_line), _NEXT_PAGE.search(next_line)
    return Paging(
        total=total,
        next_cursor=(cursor[1] or cursor[2]) if cursor and not offset else None,
        next_page=int(page[1]) + 1 if page and more else int(next_page[1]) if next_page else None,
        next_offset=int(offset[1]) if offset else None,
        has_more=True if offset or cursor else more,
    )


def is_drawn(text: str) -> bool:
    """Whether ``text`` holds a table drawn with box characters."""
    rows = [line.count("│") + line.count("║") for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]]
    counts = Counter(count for count in rows if count > 1)
    return max(counts.values(), default=0) > 1


_LEGEND = re.compile(r"([^\w\s.,;:|/=()\[\]*-]{1,3})\s*[=:–-]?\s*([^\W\d_][\w -]{1,30})(?:[,;|/·]\s*|$)")


def with_legend(text: str) -> str:
    """``text`` with the words for the signs that lines begin with, where a line says what they mean: ``🟢 open, ✅
    done``."""
    lines = text.split("\n", _MOST_LINES)
    for number, line in enumerate(lines):
        pairs = [match for match in _LEGEND.finditer(line[:_LONGEST_LEGEND]) if is_sign(match[1])]
        label = line[: pairs[0].start()].strip() if pairs else line
        if sum(len(match[0]) for match in pairs) < len(line[len(label) :].strip()) or label[-1:] not in ("", ":", "："):
            continue
        known = {match[1]: match[2].strip() for match in pairs}
        words = list(known.values())
        field = "status" if any(map(is_status, words)) else "priority" if any(map(is_priority, words)) else ""
        if len(known) > 1 and len(set(words)) == len(words) and field:
            others = [*map(partial(_explained, known=known, field=field), lines[:number]), "", *lines[number + 1 :]]
            return "\n".join(others)
    return text


def _explained(line: str, known: Mapping[str, str], field: str) -> str:
    start = line.lstrip(" -*•\t")
    sign = next((sign for sign in known if start.startswith(sign)), "")
    return f"{start[len(sign) :].strip()} [{field}: {known[sign]}]" if sign else line
