"""Reads the rows of a file: CSV, JSON, JSON Lines, todo.txt or a workbook, whatever its extension says; or of a folder.

Invariants: CSV and JSON Lines are read row by row, in bounded memory; a row that cannot be read is a value (`BadRow`),
not the end of the import, and never swallows the rows after it. Rows are counted as a spreadsheet or an editor counts
them: the first line is 1.
"""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice, pairwise
from pathlib import Path
from statistics import median
from typing import Any

from msgspec import Struct

from tui_app.local_tracker import documents
from tui_app.local_tracker.documents import LARGEST_CELL, BadRow
from tui_app.local_tracker.source_file import BLOCK, SourceFile

_MOST_NAMED = 20  # files
_MOST_LINES_ABOVE = 20  # a heading; also blank ones
_LONGEST_TITLE = 80
_DASHES = re.compile(r"\|?(?:\s*:?-+:?\s*\|?)+")
_REPEATED = re.compile(r"(.+?)[._ ]?\d+")


Row = tuple[int, "Mapping[str, Any] | BadRow"]


class Rows(Struct, frozen=True):
    """A file's rows, which can be read several times: row number and fields.

    A column that occurs several times in a table is one field with the list of its cells. ``total`` is how many rows
    there are, None where only reading them all would tell.
    """

    read: Callable[[], Iterator[Row]]
    total: int | None
    headings: tuple[str, ...] = ()
    """Those of a table; rows of JSON may each have keys of their own."""
    files: tuple[str, ...] = ()
    """The file of each row, where each has its own."""


def rows_in(source: SourceFile) -> Rows:
    """The rows of a file.

    Raises:
        UsageError: the file is empty, or holds none of the formats.
    """
    csv.field_size_limit(LARGEST_CELL)
    if source.folder:
        return _of_files(source, source.folder)
    if source.is_workbook:
        return _table(source, _workbook_rows(source))
    beginning = _beginning(source)
    kind = _kind(source, beginning)
    if kind == "csv":
        return _csv(source)
    if kind == "todo":
        return Rows(lambda: documents.todo_rows(source.text()), source.line_count(quoted=False))
    if kind == "markdown":
        row = documents.markdown_row(source.text().read(), source.name)
        return Rows(lambda: iter([(1, row or BadRow(documents.NO_FRONT_MATTER))]), 1)
    if kind == "lines":
        return Rows(lambda: documents.json_lines(source.text()), source.line_count(quoted=False))
    try:
        items = (documents.rows_of_xml if kind == "xml" else documents.rows_of_documents)(source.text().read())
    except (ValueError, RecursionError) as error:
        raise source.unusable(f"it is not {kind.upper()}: {error}") from error
    return Rows(lambda: ((number, documents.fields_of(item)) for number, item in enumerate(items, 1)), len(items))


def _of_files(source: SourceFile, folder: Path) -> Rows:
    """The rows of a folder, one a Markdown file; files without front matter are no tickets, and are told."""
    found: list[Mapping[str, Any] | BadRow] = []
    names: list[str] = []
    others: list[str] = []
    held = _markdown_folder(source, folder)
    for path in held.files:
        row = documents.markdown_file(folder / path, source.encoding)
        if row is None:
            others.append(str(path))
        else:
            found.append(row)
            names.append(str(path))
    if not found:
        raise source.unusable("this folder holds no Markdown file that begins with front matter")
    if others:
        source.notes.append(f"Without front matter, so no tickets: {', '.join(others[:_MOST_NAMED])}.")
    if held.passed_over:
        source.notes.append(f"Not looked into: {', '.join(held.passed_over[:_MOST_NAMED])}.")
    return Rows(lambda: iter(list(enumerate(found, 1))), len(found), files=tuple(names))


def _markdown_folder(source: SourceFile, folder: Path) -> documents.MarkdownFolder:
    try:
        return documents.markdown_folder(folder, source.monotonic)
    except documents.TooManyFilesError as error:
        hint = "Name the folder that holds nothing but tickets, such as the backlog folder of a project."
        raise source.unusable(f"this folder holds {error}, so it was not looked through for tickets", hint) from None


def _beginning(source: SourceFile) -> str:
    with source.text() as file:
        while block := file.read(BLOCK):
            if block := block.lstrip():
                return block
    raise source.unusable("it is empty")


def _kind(source: SourceFile, beginning: str) -> str:
    """``csv``, ``lines``, ``json``, ``xml``, ``todo`` or ``markdown``."""
    if source.suffix in (".jsonl", ".ndjson"):
        return "lines"
    if beginning[0] == "<":
        if not re.match(r"<(?:!doctype html|html|table|head|meta|body)\b", beginning, re.IGNORECASE):
            return "xml"
        raise source.unusable(
            "it is an HTML page and no table",
            "Export it as CSV, JSON or a workbook; a spreadsheet program can open an HTML page and save it so.",
        )
    if beginning[0] not in "[{\x1e":
        if source.suffix == ".json":
            raise source.unusable("it is called .json and holds something else")
        if re.match(r"---[ \t]*\r?\n", beginning):
            return "markdown"
        return "todo" if documents.is_todo_txt(beginning.splitlines()[:200], source.name) else "csv"
    first_line, *rest = beginning.split("\n", 1)
    if beginning[0] == "{" and rest and rest[0].lstrip().startswith("{"):
        return "lines" if documents.is_json(first_line) else "json"
    return "json"


# ------------------------------------------------------------ tables


def _heading_place(counts: Sequence[int]) -> int:
    """Which row is the heading, by how many cells of each hold something: what is above it fills few of them."""
    for place, count in enumerate(counts[:_MOST_LINES_ABOVE]):
        if count > 1 and 2 * count > median(counts[place + 1 :][:_MOST_LINES_ABOVE] or (0,)):
            return place
    return 0


def _table(source: SourceFile, numbered: Iterable[tuple[int, list[str]]]) -> Rows:
    """The rows of a table in memory. A title between two tables under the same headings is no row, and is told."""
    held = [(number, cells) for number, cells in numbered if any(cells)]
    first = _heading_place([sum(map(bool, cells)) for _, cells in held])
    heading = held[first][1] if held else []
    names = _headings(heading)
    below = held[first + 1 :]
    titles = {
        number: "".join(cells)
        for (number, cells), (_, after) in pairwise(below)
        if after == heading and sum(map(bool, cells)) == 1
    }
    above = [cell for _, cells in held[:first] for cell in cells if cell]
    for told in (above, titles.values()):
        if told:
            source.notes.append(f"Above a heading, so not read: {', '.join(told)[:_LONGEST_TITLE]}")
    rows = [(number, cells) for number, cells in below if cells != heading and number not in titles]
    return Rows(
        lambda: ((number, _under_headings(names, cells)) for number, cells in rows),
        len(rows),
        tuple(filter(None, dict.fromkeys(names))),
    )


def _csv(source: SourceFile) -> Rows:
    delimiter, lines_before = _delimiter(source)
    is_markdown = _is_markdown(source, delimiter, lines_before)
    with source.text() as file:
        for _ in range(lines_before):
            file.readline()
        names = _headings(next(_reader(file, delimiter, is_markdown=is_markdown), []))
    return Rows(
        lambda: _csv_rows(source, names, delimiter, lines_before, is_markdown=is_markdown),
        source.line_count(quoted=True),
        tuple(filter(None, dict.fromkeys(names))),
    )


def _headings(cells: list[str]) -> list[str]:
    """The headings; ``Labels.1`` beside ``Labels`` is a column that a program numbered because it occurs twice."""
    names = [name.strip() for name in cells]
    known = set(names)
    matches = [_REPEATED.fullmatch(name) for name in names]
    return [match[1] if match and match[1] in known else name for name, match in zip(names, matches, strict=True)]


class _Lines:
    """The lines of a file, of which those that a reader took for one row can be given back."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._waiting: deque[str] = deque()
        self.taken: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._waiting.popleft() if self._waiting else next(self._lines).removeprefix("\ufeff")
        self.taken.append(line)
        return line

    def give_back_all_but_the_first(self) -> None:
        self._waiting.extendleft(reversed(self.taken[1:]))


def _is_markdown(source: SourceFile, delimiter: str, lines_before: int) -> bool:
    """Whether a table is Markdown's: a line of dashes is below its heading."""
    with source.text() as file:
        below = next(islice(file, lines_before + 1, None), "")
    return delimiter == "|" and bool(_DASHES.fullmatch(below.strip()))


def _reader(lines: Iterable[str], delimiter: str, *, is_markdown: bool) -> Iterator[list[str]]:
    if is_markdown:
        return csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE, escapechar="\\")
    return csv.reader(lines, delimiter=delimiter, strict=True)


def _csv_rows(
    source: SourceFile, names: list[str], delimiter: str, lines_before: int, *, is_markdown: bool
) -> Iterator[Row]:
    """The rows under the heading. Where quotes do not fit, the line in which the row begins is refused and reading goes
    on with the next line: so a quote that is never closed costs its own row."""
    with source.text() as file:
        for _ in range(lines_before):
            file.readline()
        lines = _Lines(file)
        reader = _reader(lines, delimiter, is_markdown=is_markdown)
        number = lines_before
        in_doubt = False
        heading: list[str] = []
        while True:
            lines.taken.clear()
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                lines.give_back_all_but_the_first()
                reader = _reader(lines, delimiter, is_markdown=is_markdown)
                in_doubt = True
                yield number, BadRow(f"a quotation mark in it does not fit ({error})")
                continue
            if number == lines_before + 1:
                heading = cells
            if cells == heading or not any(cell.strip() for cell in cells):
                continue  # a heading in between is where another file begins
            if is_markdown:
                if number == lines_before + 2:
                    continue  # the dashes
                cells = [cell.strip() for cell in cells]
            if in_doubt and len(cells) != len(names):
                yield number, BadRow(f"after a quotation mark that does not fit, it has {len(cells)} cells")
                continue
            in_doubt = False
            yield number, _under_headings(names, cells)


def _delimiter(source: SourceFile) -> tuple[str, int]:
    """The sign between cells, and how many lines stand before the heading: blank ones, and a title in a single cell."""
    above: list[str] = []
    with source.text() as file:
        while line := file.readline(LARGEST_CELL):
            if line.lower().startswith("sep=") and len(line.strip("\r\n")) == len("sep=,"):
                return line.strip("\r\n")[-1], len(above) + 1  # a line of Excel's own
            bare = re.sub(r'"[^"]*"', "x", line)
            delimiter = max(documents.DELIMITERS, key=bare.count)
            if sum(not cell.isspace() and cell != "" for cell in bare.split(delimiter)) > 1:
                if title := "".join(above).strip(f"{delimiter} \r\n"):
                    source.notes.append(f"Above the heading, so not read: {title[:_LONGEST_TITLE]}")
                return delimiter, len(above)
            above.append(line)
            if '"' in bare or len(above) > _MOST_LINES_ABOVE:
                break
    raise source.unusable("it has one column at most")


def _under_headings(names: list[str], cells: list[str]) -> Mapping[str, Any] | BadRow:
    if len(cells) > len(names) and any(cell.strip() for cell in cells[len(names) :]):
        return BadRow(f"it has {len(cells)} cells under {len(names)} headings")
    fields: dict[str, Any] = {}
    for name, cell in zip(names, cells, strict=False):
        if name in fields:
            former = fields[name]
            fields[name] = [*former, cell] if isinstance(former, list) else [former, cell]
        elif name:
            fields[name] = cell
    return fields


# ------------------------------------------------------------ workbooks


def _workbook_rows(source: SourceFile) -> Iterator[tuple[int, list[str]]]:
    """Row numbers and cells of the sheet of a workbook that holds the longest table.

    python-calamine reads it, which comes with the extra ``workbook``.

    Raises:
        UsageError: the library is missing, or the file is no workbook that it can read.
    """
    try:
        import python_calamine
    except ImportError:
        raise source.unusable(
            "it is an Excel workbook, for which a library is missing",
            "Install it with pip install 'ticketdeck[workbook]', or save the workbook as CSV.",
        ) from None
    try:
        source.content.seek(0)
        book = python_calamine.CalamineWorkbook.from_filelike(source.content)
        sheets = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise source.unusable(
            f"it is an Excel workbook that cannot be read: {error}", "Save it as CSV, and import that."
        ) from error
    tables = {
        name: rows for name, rows in sheets.items() if len([row for row in rows if any(map(_cell_text, row))]) > 1
    }
    if not tables:
        raise source.unusable("no sheet of this Excel workbook holds a table")
    name = max(tables, key=lambda name: len(tables[name]))
    if len(tables) > 1:
        left = ", ".join(other for other in tables if other != name)
        source.notes.append(f"Read from the sheet {name}; not read: {left}.")
    return ((number, [_cell_text(cell) for cell in row]) for number, row in enumerate(tables[name], 1))


def _cell_text(cell: Any) -> str:
    """A cell as CSV would have it."""
    if isinstance(cell, (datetime, date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)
