"""Reads the rows of a file: CSV, JSON or JSON Lines, whatever its extension says.

Invariants: CSV and JSON Lines are read row by row, in bounded memory; a row that cannot be read is a value (`BadRow`),
not the end of the import. Rows are counted as a spreadsheet or an editor counts them: the first line is 1.
"""

from __future__ import annotations

import codecs
import csv
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from msgspec import Struct

from tui_app.tickets.errors import UsageError

_BLOCK = 1 << 20  # bytes read at a time
_LARGEST_CELL = 16 << 20  # characters; a cell longer than this is a file that lost a quote
_DELIMITERS = (",", ";", "\t", "|")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ROW_NAMES = ("tickets", "issues", "items", "results", "records", "data", "nodes")


class BadRow(Struct, frozen=True):
    """A row that cannot be read, and why."""

    reason: str


Row = tuple[int, "Mapping[str, Any] | BadRow"]


class Rows(Struct, frozen=True):
    """A file's rows: row number and fields. In CSV, a field holds the list of all cells under that heading.

    ``total`` is how many there are, None where only reading them all would tell.
    """

    rows: Iterator[Row]
    total: int | None


def read_rows(path: Path) -> Rows:
    """The rows of ``path``.

    Raises:
        UsageError: the file cannot be read, is empty, or is none of the formats.
    """
    try:
        encoding = _encoding(path)
        beginning = _beginning(path, encoding)
        kind = _kind(path, beginning)
        if kind == "csv":
            rows = _csv_rows(path, encoding, *_delimiter(path, encoding))
            return Rows(rows, _line_count(path, encoding, quoted=True))
        if kind == "lines":
            return Rows(_json_lines(path, encoding), _line_count(path, encoding, quoted=False))
        tickets = _json_tickets(path, encoding)
    except OSError as error:
        raise _unusable(path, error.strerror or str(error)) from error
    return Rows(((number, _fields(item)) for number, item in enumerate(tickets, 1)), len(tickets))


def _unusable(path: Path, reason: str) -> UsageError:
    return UsageError(
        f"{path}: {reason}.",
        title="The file cannot be imported",
        hint="It takes CSV (a Jira export works), JSON, or JSON Lines, with a heading or key for id, title and status.",
        field="FILE",
    )


def _encoding(path: Path) -> str:
    """UTF-8 or UTF-16 by its mark, UTF-8 where the whole file is that, else what spreadsheets write in Europe."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        block = file.read(_BLOCK)
        for mark, encoding in _BYTE_ORDER_MARKS:
            if block.startswith(mark):
                return encoding
        try:
            while block:
                decoder.decode(block)
                block = file.read(_BLOCK)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252"
    return "utf-8"


def _opened(path: Path, encoding: str) -> TextIO:
    return path.open(encoding=encoding, errors="replace", newline="")


def _beginning(path: Path, encoding: str) -> str:
    with _opened(path, encoding) as file:
        while block := file.read(_BLOCK):
            if block := block.lstrip():
                return block
    raise _unusable(path, "it is empty")


def _kind(path: Path, beginning: str) -> str:
    """``csv``, ``lines`` or ``json``."""
    suffix = path.suffix.lower()
    if suffix in (".jsonl", ".ndjson"):
        return "lines"
    if beginning[0] not in "[{":
        if suffix == ".json":
            raise _unusable(path, "it is called .json and holds something else")
        return "csv"
    first_line, *rest = beginning.split("\n", 1)
    if beginning[0] == "{" and rest and rest[0].lstrip().startswith("{"):
        return "lines" if _is_json(first_line) else "json"
    return "json"


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _line_count(path: Path, encoding: str, *, quoted: bool) -> int | None:
    """How many rows there are, without the CSV heading; a quoted cell may hold line ends."""
    if encoding == "utf-16":
        return None
    rows = quotes = 0
    with path.open("rb") as file:
        for line in file:
            quotes += line.count(b'"') if quoted else 0
            rows += quotes % 2 == 0 and not line.isspace()
    return max(rows - 1, 0) if quoted else rows


def _csv_rows(path: Path, encoding: str, delimiter: str, lines_before: int) -> Iterator[Row]:
    csv.field_size_limit(_LARGEST_CELL)
    with _opened(path, encoding) as file:
        for _ in range(lines_before):
            file.readline()
        reader = csv.reader(file, delimiter=delimiter)
        names = [name.strip() for name in next(reader, [])]
        number = 1 + lines_before
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield number, BadRow(f"it cannot be read: {error}")
                continue
            if any(cell.strip() for cell in cells):
                yield number, _under_headings(names, cells)


def _delimiter(path: Path, encoding: str) -> tuple[str, int]:
    """The sign between cells, and how many lines stand before the heading."""
    lines_before = 0
    with _opened(path, encoding) as file:
        heading = file.readline(_LARGEST_CELL)
        while heading.isspace():
            lines_before += 1
            heading = file.readline(_LARGEST_CELL)
    if heading.lower().startswith("sep=") and len(heading.strip()) == len("sep=,"):
        return heading.strip()[-1], lines_before + 1  # a line of Excel's own
    bare = "".join(heading.split('"')[::2])
    delimiter = max(_DELIMITERS, key=bare.count)
    if not bare.count(delimiter):
        raise _unusable(path, "it has one column at most")
    return delimiter, lines_before


def _under_headings(names: list[str], cells: list[str]) -> Mapping[str, Any] | BadRow:
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        return BadRow(f"it has {len(cells)} cells under {len(names)} headings")
    fields: dict[str, list[str]] = {}
    for name, cell in zip(names, cells, strict=False):
        if name:
            fields.setdefault(name, []).append(cell)
    return fields


def _json_lines(path: Path, encoding: str) -> Iterator[Row]:
    with _opened(path, encoding) as file:
        for number, line in enumerate(file, 1):
            if line.isspace():
                continue
            try:
                item = json.loads(line)
            except (ValueError, RecursionError):
                yield number, BadRow("it is not JSON")
                continue
            yield number, _fields(item)


def _json_tickets(path: Path, encoding: str) -> list[Any]:
    with _opened(path, encoding) as file:
        try:
            value = json.load(file)
        except (ValueError, RecursionError) as error:
            raise _unusable(path, f"it is not JSON: {error}") from error
    if isinstance(value, list):
        return value
    for name in _ROW_NAMES:
        if isinstance(value.get(name), list):
            return list(value[name])
    return [value]


def _fields(item: Any) -> Mapping[str, Any] | BadRow:
    return item if isinstance(item, dict) else BadRow("it is not an object with fields")
