"""Documents in a text that mark their parts: tables and definition lists in HTML, and Markdown behind front matter.

Invariants: never raises; the time taken is linear in the text; what is no such document is None.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser

from tui_app.adapters.reading.yaml_text import parse_yaml
from tui_app.tickets.ticket import JsonValue

_LONGEST = 8_000_000  # characters
_MARKUP = re.compile(r"<(?:table|dl)\b", re.IGNORECASE)
_CELLS = frozenset(("td", "th", "dt", "dd"))
_BREAKS = frozenset(("br", "p", "div", "li"))
_DOCUMENT = re.compile(r"(?:^|\n)---\n(?=[^\W\d_][\w -]*:)")
_HEADING = re.compile(r"\s*#{1,6}[ \t]+(\S[^\n]*)\n?")


def html_tables(text: str) -> JsonValue:
    """The rows of the tables in HTML under their headings, or the pairs of its definition lists."""
    if len(text) > _LONGEST or not _MARKUP.search(text[:_LONGEST]):
        return None
    reader = _TableReader()
    try:
        reader.feed(text)
        reader.close()
    except (AssertionError, ValueError):  # of declarations that are none
        return None
    reader.end_row()
    return reader.rows or ([dict(reader.pairs)] if len(reader.pairs) > 1 else None)


class _TableReader(HTMLParser):
    """Collects cells; a row of headings names the cells of those below, until the next one."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.rows: list[JsonValue] = []
        self.pairs: list[tuple[str, JsonValue]] = []
        self._header: list[str] = []
        self._cells: list[str] = []
        self._kinds: list[str] = []
        self._link = ""
        self._open = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.end_row()
            self._header = []
        elif tag == "tr":
            self.end_row()
        elif tag in _CELLS:
            self._open = tag
            self._kinds.append(tag)
            self._cells.append("")
        elif tag in _BREAKS and self._open:
            self._cells[-1] += "\n"
        elif tag == "a" and self._open and not self._link:
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in ("tr", "table", "dl"):
            self.end_row()
        elif tag in _CELLS:
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self._cells[-1] += data

    def end_row(self) -> None:
        """Take the cells since the last row as the headings, as a row below them, or as pairs."""
        cells = [" ".join(cell.split()) for cell in self._cells]
        kinds, link = set(self._kinds), self._link
        if kinds and kinds <= {"dt", "dd"}:
            pairs = zip(cells, self._kinds, cells[1:], self._kinds[1:], strict=False)
            self.pairs += [(name, value) for name, kind, value, beside in pairs if (kind, beside) == ("dt", "dd")]
        elif kinds == {"th", "td"} and len(cells) == 2 and not self._header:  # a record: a heading before each value
            self.pairs.append((cells[0], cells[1]))
        elif kinds and not self._header:
            self._header = cells
        elif kinds and len(cells) == len(self._header):
            row: dict[str, JsonValue] = {**dict(zip(self._header, cells, strict=True))}
            self.rows.append({**row, "url": link} if link and "url" not in row else row)
        self._cells, self._kinds, self._link, self._open = [], [], "", ""


def with_front_matter(text: str) -> JsonValue:
    """Each document of ``text`` as an object: what stands between its rules, the heading behind them as the title,
    and the rest as the description."""
    found: list[JsonValue] = []
    for part in _DOCUMENT.split(text)[1:]:
        head, rule, body = part.partition("\n---")
        matter = parse_yaml(head)
        if not rule or not isinstance(matter, dict):
            return None
        body = body.lstrip("-")
        heading = _HEADING.match(body)
        document = {"title": heading[1].strip()} if heading and "title" not in matter else {}
        rest = (body[heading.end() :] if heading else body).strip()
        found.append({**document, **({"description": rest} if rest else {}), **matter})
    return found[0] if len(found) == 1 else found or None
