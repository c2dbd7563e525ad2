"""Tables in a text for people, whatever they are drawn with: bars, separators, fixed widths, labels, or lines alike.

Each reader yields candidate tables with whatever columns it finds; which of them holds tickets is judged by what the
columns hold (`field_columns.ticketness`). Invariants: nothing here raises; the time taken is linear in the text.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tui_app.adapters.reading.field_names import CERTAIN_NAME, hints
from tui_app.adapters.reading.text_heads import undecorated
from tui_app.adapters.reading.text_labels import Rows, labelled_line, paragraphs, with_ids, with_tails
from tui_app.tickets.ticket import JsonValue

_MOST_LINES = 20_000
_LONGEST_LINE = 2_000  # characters; a longer one is a text
_LONGEST_ALIKE = 400  # characters of a line that a pattern is tried on
_MOST_PIECES, _MOST_TEXTS = 8, 3  # of one such line; more would take too long to match
_LONGEST_SIGN = 3  # characters; a picture may consist of several
_LONGEST_NAME = 40  # characters of a column's name
_RULE = re.compile(r"[\s|:+=\-─━┼│┌┐└┘├┤┬┴╔╗╚╝═║╠╣╦╩╬]+")
_LINK = re.compile(r"\[([^\[\]]{1,500})\]\((https?://[^\s()]{1,2000})\)")
_ESCAPED_BAR = "\\|"
_STAND_IN = "\x00"


def line_tables(text: str) -> Iterator[Rows]:
    """The candidate tables in ``text``."""
    lines = [_untied(line.rstrip()[:_LONGEST_LINE]) for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]]
    filled = [line for line in lines if line.strip()]
    yield _without_signs(_drawn(lines))
    for delimiter in (",", "\t", ";"):
        yield _without_signs(_separated(filled, delimiter))
    yield _without_signs(_fixed_width(lines))
    yield _key_values(filled)
    yield paragraphs([*map(undecorated, lines)])
    for rows in (_labelled(lines), *_headless(filled), *_alike_lines(lines)):
        yield with_tails(with_ids(rows))


_BRANCH = re.compile(r"(?P<above>[│| ]*)(?:[├└]─{1,3}|[|`+]--)[─ ]*(?=\S)")


def _untied(line: str) -> str:
    """A line of a tree as the item of a list that it is: ``│   ├── T2`` as ``- T2``."""
    branch = _BRANCH.match(line)
    return f"- {line[branch.end() :]}" if branch else line


def _without_signs(rows: Rows) -> Rows:
    """``rows`` without the signs before words that repeat, each with a sign of its own: ``🔴 high`` is ``high``."""
    for name in rows[0] if rows else ():
        cells = [cell for row in rows if isinstance(cell := row.get(name), str)]
        signs = {cell: cell.split(maxsplit=1) for cell in cells}
        words = {parts[1] for parts in signs.values() if len(parts) > 1 and parts[1][0].isalpha()}
        if len(signs) == len(words) < len(cells) and all(map(is_sign, (parts[0] for parts in signs.values()))):
            for row in rows:
                row[name] = signs[cell][1] if isinstance(cell := row.get(name), str) else cell
    return rows


def is_sign(text: str) -> bool:
    """Whether it is a picture: ``🔴``, ``⏳``."""
    return len(text) <= _LONGEST_SIGN and unicodedata.category(text[0]) == "So"


# ------------------------------------------------------------ with a header


def _drawn(lines: Sequence[str]) -> Rows:
    """Tables with bars: ``| Key | Title |``, with or without bars at the ends."""
    rows: Rows = []
    header: list[str] | None = None
    for line in lines:
        if not any(bar in line for bar in "|│║"):
            header = header if line.strip() and _RULE.fullmatch(line) else None
        elif not _RULE.fullmatch(line):
            cells = _cells(line)
            if header is None:
                header = cells
            elif len(cells) > 1:
                rows.append(_row(header, cells))
    return rows


def _cells(line: str) -> list[str]:
    plain = line.strip().replace(_ESCAPED_BAR, _STAND_IN).replace("│", "|").replace("║", "|")
    return [cell.strip().replace(_STAND_IN, "|") for cell in plain.strip("|").split("|")]


def _separated(lines: Sequence[str], delimiter: str) -> Rows:
    """Lines under a header that are separated by commas, semicolons or tabs."""
    for number, line in enumerate(lines[:20]):
        names = [name.strip().strip('"') for name in line.split(delimiter)]
        if len(names) > 1 and all(0 < len(name) <= _LONGEST_NAME for name in names) and len(set(names)) == len(names):
            try:
                header, *others = csv.reader(lines[number:], delimiter=delimiter)
            except (csv.Error, ValueError):
                return []
            fitting = [cells for cells in others if len(cells) == len(header)]
            if fitting and len(fitting) >= 0.9 * len(others):
                return [_row(header, cells) for cells in fitting]
    return []


def _row(header: Sequence[str], cells: Sequence[str]) -> dict[str, JsonValue]:
    row: dict[str, JsonValue] = {}
    for name, cell in zip(header, cells, strict=False):
        link = _LINK.search(cell)
        name = undecorated(name).strip() or "id"
        known = hints(name)
        row["id" if name == "#" else name] = undecorated(_LINK.sub(r"\1", cell)) or None
        if link and "url" not in row and max(known.get("id", 0), known.get("title", 0)) >= 0.5:
            row["url"] = link[2]
    return row


def _fixed_width(lines: Sequence[str]) -> Rows:
    """Columns that begin where the words of the header do; two spaces or more set them apart."""
    for number, header in enumerate(lines[:20]):
        starts = [match.start() for match in re.finditer(r"(?:(?<=\s\s)|^)\S", header)]
        if len(starts) < 2:
            continue
        below = [line for line in lines[number + 1 :] if line.strip() and not _RULE.fullmatch(line)]
        fitting = [
            line for line in below if all(line[start - 1 : start].isspace() or not line[start:] for start in starts[1:])
        ]
        if fitting and len(fitting) >= 0.8 * len(below):
            ends = [*starts[1:], _LONGEST_LINE]
            names = [header[start:end].strip() for start, end in zip(starts, ends, strict=True)]
            return [
                {name: line[a:b].strip() or None for name, a, b in zip(names, starts, ends, strict=True)}
                for line in fitting
            ]
    return []


# ------------------------------------------------------------ with names in each line

_PAIR = re.compile(r"([^\W\d][\w.-]{0,39})=(\"[^\"]*\"|'[^']*'|\S*)")


def _key_values(lines: Sequence[str]) -> Rows:
    """``id=7 title="Printer broken" status=open``."""
    found = [{name: value.strip("\"'") for name, value in _PAIR.findall(line)} for line in lines]
    rows: Rows = [dict(pairs) for pairs in found if len(pairs) > 1]
    return rows if len(rows) >= 0.6 * len(lines) else []


_HEADING = re.compile(r"(#{1,6})[ \t]+(\S.*)")


def _labelled(lines: Sequence[str]) -> Rows:
    """Records of labelled lines; one begins where the first label comes again, at a rule, or at a heading."""
    rows: Rows = []
    row: dict[str, JsonValue] = {}
    for line in lines:
        heading = _HEADING.fullmatch(line.strip())
        labelled = None if heading else labelled_line(line)
        ends = heading is not None or (bool(line.strip()) and bool(_RULE.fullmatch(line)))
        if row and (ends or (labelled is not None and labelled[1] == next(iter(row)))):
            rows.append(row)
            row = {}
        if heading is not None:
            row["heading"] = undecorated(heading[2])
        elif labelled is not None and labelled[2]:
            row.setdefault(labelled[1], undecorated(labelled[2]))
    rows.append(row)
    return [row for row in rows if len(row) > 1]


# ------------------------------------------------------------ lines that are alike

_SEPARATORS = (" | ", " - ", " — ", " – ", " · ", "\t", " ; ", " :: ")


def _headless(lines: Sequence[str]) -> Iterator[Rows]:
    """Lines of equally many cells without a header."""
    for separator in _SEPARATORS:
        split = [[cell.strip() for cell in line.strip().split(separator)] for line in lines if separator in line]
        count, often = Counter(map(len, split)).most_common(1)[0] if split else (0, 0)
        if count >= 3 and often >= 0.6 * len(lines) and not _is_header(split[0]):
            yield [
                {f"cell{place}": undecorated(cell) for place, cell in enumerate(cells)}
                for cells in split
                if len(cells) == count
            ]


def _is_header(cells: Sequence[str]) -> bool:
    """Whether cells are names of columns, which tell more than their places."""
    return sum(max(hints(cell).values(), default=0) > CERTAIN_NAME for cell in cells) > 1


class _Piece(NamedTuple):
    """A part of a line: plain text, or text between marks, and the label that it begins with."""

    mark: str
    label: str = ""


_MARKED = re.compile(
    r"\*\*(?P<bold>[^*]+)\*\*|`(?P<code>[^`]+)`|\[(?P<square>[^\[\]]*)\]|\((?P<round>[^()]*)\)|\{(?P<curly>[^{}]*)\}"
    r"|<(?P<angle>[^<>]+)>"
)
_ENDS = {"bold": ("**", "**"), "code": ("`", "`"), "square": ("[", "]"), "round": ("(", ")"), "curly": ("{", "}"),
         "angle": ("<", ">")}  # fmt: skip
_LABEL = re.compile(r"([^\W\d_][\w ]{0,24}?)[:=]\s*|#")
_MARKER = re.compile(r"(\s*)((?:[-*+•▪◦‣→.>]|\d{1,5}[.)]|#{1,6}|[^\w\s\[\](){}<>*`\"'#@]{1,3})\s+)?(\[[ xX✓✔]\]\s+)?")


def _alike_lines(lines: Sequence[str]) -> Iterator[Rows]:
    """Lines with the same indent, bullet and sequence of marks: ``- **T1** Printer broken (open)``."""
    classes: dict[tuple[int, str, bool], list[tuple[int, str, str]]] = {}
    for number, line in enumerate(lines):
        match = _MARKER.match(line)
        if match is None or not line.strip():
            continue
        bullet = re.sub(r"\d+", "1", (match[2] or "").strip())
        key = (len(match[1].expandtabs(4)), bullet, bool(match[3]))
        body = _LINK.sub(r"\1 (url: \2)", line[match.end() :])
        classes.setdefault(key, []).append((number, body, (match[3] or "").strip()))
    for members in classes.values():
        rows = _templated(members, lines)
        if rows:
            yield rows


def _templated(members: Sequence[tuple[int, str, str]], lines: Sequence[str]) -> Rows:
    shapes = Counter(_shape(body) for _, body, _ in members)
    shape, _ = shapes.most_common(1)[0]
    if len(shape) > _MOST_PIECES or sum(piece.mark == "text" for piece in shape) > _MOST_TEXTS:
        return []
    patterns = [_pattern(shape, strict=True), _pattern(shape, strict=False)]
    found: list[tuple[int, dict[str, JsonValue]]] = []
    for number, body, box in members:
        match = _first_match(patterns, body.strip())
        if match is not None:
            names = _column_names(shape)
            cells: dict[str, JsonValue] = {
                name: undecorated(cell.strip(" -–—:|·,\t")) or None
                for name, cell in zip(names, match.groups(), strict=True)
                if cell is not None
            }
            found.append((number, {**cells, **({"done": box[1:2] not in (" ", "")} if box else {})}))
    if len(found) < 0.5 * len(members) or all(len(cells) < 2 and shape == () for _, cells in found):
        return []
    return _with_lines_between(found, lines)


def _first_match(patterns: Sequence[re.Pattern[str]], body: str) -> re.Match[str] | None:
    if len(body) > _LONGEST_ALIKE:
        return None
    return next((match for pattern in patterns if (match := pattern.fullmatch(body))), None)


def _shape(body: str) -> tuple[_Piece, ...]:
    pieces: list[_Piece] = []
    position = 0
    for match in _MARKED.finditer(body[:_LONGEST_LINE]):
        if body[position : match.start()].strip(" -–—:|·,\t"):
            pieces.append(_Piece("text"))
        mark = str(match.lastgroup)
        label = _LABEL.match(match[mark])
        pieces.append(_Piece(mark, label[0].strip() if label else ""))
        position = match.end()
    if body[position:].strip(" -–—:|·,\t"):
        pieces.append(_Piece("text"))
    return tuple(pieces)


def _pattern(shape: Sequence[_Piece], *, strict: bool) -> re.Pattern[str]:
    """What lines of a shape match; marks within a text make it longer, since the labels and the end are fixed."""
    parts: list[str] = []
    for place, piece in enumerate(shape):
        if piece.mark == "text":
            parts.append(r"(.+?)")
            continue
        start, end = map(re.escape, _ENDS[piece.mark])
        inner = f"[^{start}{end}]*?" if len(_ENDS[piece.mark][0]) == 1 else ".*?"
        marked = rf"[\s\-–—:|·,]*{start}{re.escape(piece.label)}\s*({inner})\s*{end}"
        parts.append(marked if strict or place == 0 else f"(?:{marked})?")
    return re.compile(r"[\s\-–—:|·,]*".join(parts) + r"[\s\-–—:|·,]*")


def _column_names(shape: Sequence[_Piece]) -> list[str]:
    """A label names its column, ``#`` marks a number; others go by their place."""
    names: list[str] = []
    for place, piece in enumerate(shape):
        label = piece.label.rstrip(":= ")
        name = "number" if label == "#" else label or f"{'text' if piece.mark == 'text' else 'part'}{place}"
        names.append(name if name not in names else f"{name}{place}")
    return names


def _with_lines_between(found: Sequence[tuple[int, dict[str, JsonValue]]], lines: Sequence[str]) -> Rows:
    """Labelled lines below a row belong to it; a heading or a short line with a colon above rows is their section."""
    rows: Rows = []
    section: str | None = None
    starts = [number for number, _ in found]
    for place, (number, cells) in enumerate(found):
        above = lines[starts[place - 1] + 1 if place else 0 : number]
        section = next((name for line in reversed(above) if (name := _section_name(line))), section)
        end = starts[place + 1] if place + 1 < len(starts) else len(lines)
        row = dict(cells)
        for line in lines[number + 1 : end]:
            labelled = labelled_line(line)
            if labelled is not None and labelled[2]:
                row.setdefault(labelled[1], undecorated(labelled[2]))
        rows.append(row if section is None else {**row, "^section": section})
    return rows


def _section_name(line: str) -> str | None:
    text = line.strip()
    heading = _HEADING.fullmatch(text)
    name = heading[2] if heading else text[:-1] if text.endswith(":") and len(text) < _LONGEST_NAME else ""
    name = re.sub(r"^[^\w(\[]+|\s*[(\[]\d{1,6}[^)\]]{0,20}[)\]]$", "", undecorated(name))
    return name or None
