"""Where the tickets are in documents: in JSON found by structure, whatever the lists are called; in todo.txt a ticket a
line; in a folder of Markdown files (Backlog.md's, notes) one a file with front matter.

Invariant: every item of the list that is chosen, every line and every file with front matter becomes a row.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO, cast

from msgspec import Struct

from tui_app.adapters.reading.data_text import xml_of
from tui_app.adapters.reading.field_columns import certainly_tickets, fields_of_names
from tui_app.adapters.reading.row_pages import pages_of
from tui_app.adapters.reading.yaml_text import parse_yaml
from tui_app.local_tracker.joined_lists import joined, ticket_with_parts

DELIMITERS = (",", ";", "\t", "|")
"""Signs between the cells of a table."""
LARGEST_CELL = 16 << 20
"""Characters; a cell longer than this is a file that lost a quote, and a Markdown file no ticket."""
_LONGEST_XML = 256 << 20  # characters
NO_FRONT_MATTER = "its front matter is not readable YAML"
_BETWEEN = re.compile(r"[\s,\x1e]*")
"""What may be between documents: ends of lines, the sign of a JSON text sequence, or nothing."""
_FRONT_MATTER = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^(?:---|\.\.\.)[ \t]*\r?$(.*)", re.DOTALL | re.MULTILINE)
_HEADING = re.compile(r"#[ \t]+(\S.*)")
_MARKED_SECTION = re.compile(r"^[ \t]*<!--[ \t]*[\w:-]+[ \t]*-->[ \t]*\n?", re.MULTILINE)
_DESCRIPTION_HEADING = re.compile(r"#{1,6}[ \t]*Description[ \t]*(?:\n|$)", re.IGNORECASE)
_NO_TASKS = frozenset(("docs", "decisions"))  # of a folder that has one called tasks
_MOST_ENTRIES = 10_000  # files and folders; a folder of tickets holds some thousand, a disk a million
_DEEPEST_FOLDER = 16  # levels
_LONGEST_WALK = 0.5  # seconds; what takes longer is no folder of notes, or nobody would wait for it
_ENTRIES_UNTIMED = 1000  # a small folder is looked through, however busy the machine
_TODO_DATE = r"\d{4}-\d\d-\d\d"
_TODO_HEAD = re.compile(
    rf"(?P<done>x[ ]+)?(?:\((?P<priority>[A-Z])\)[ ]+)?(?P<dates>(?:{_TODO_DATE}[ ]+){{0,2}})(?P<text>.*)", re.DOTALL
)
_TODO_MARK = re.compile(rf"(?:x|\([A-Z]\)|{_TODO_DATE}) \S|(?:.*\s)?[+@]\w")
_TODO_BEGINNING = re.compile(rf"(?:x )?(?:\([A-Z]\)|{_TODO_DATE}) ")
"""How no heading of a table begins."""
_TODO_TAG = re.compile(r"(?<!\S)([+@])(\S+)")
_TODO_PAIR = re.compile(r"(?<!\S)([^\W\d][\w-]*):(?!//)([^\s:]\S*)")


class BadRow(Struct, frozen=True):
    """A row that cannot be read, and why."""

    reason: str


def rows_of_documents(text: str) -> list[Any]:
    """The rows of all documents in ``text``.

    Raises:
        ValueError: one of them is not JSON.
    """
    return [row for document in _documents(text) for row in _rows_of(document)]


def rows_of_xml(text: str) -> list[Any]:
    """The rows of an XML document.

    Raises:
        ValueError: it is none that can be read.
    """
    document = xml_of(text, _LONGEST_XML)
    if document is None:
        raise ValueError("it is not well-formed, declares entities, or holds nothing but text")
    return _rows_of(document)


def _documents(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    place = _end(text, 0)
    while place < len(text):
        document, place = decoder.raw_decode(text, place)
        yield document
        place = _end(text, place)


def _end(text: str, place: int) -> int:
    match = _BETWEEN.match(text, place)
    return match.end() if match else place


def _rows_of(document: Any) -> list[Any]:
    """The rows of the place in a document that is most like tickets; of a list all its items, if they may be some."""
    if isinstance(document, list):
        if document and all(isinstance(item, list) for item in document):  # pages
            return [row for page in document for row in _rows_of(page)]
        objects = [item for item in document if isinstance(item, dict)]
        if certainly_tickets(objects):
            return document
    best = max(pages_of(document), key=lambda page: page.ticketness, default=None)
    if best is None or not best.path or best.ticketness <= 0:
        return document if isinstance(document, list) else [document]
    if isinstance(document, list) and len(best.path) == 1:
        return document
    if not isinstance(document, dict):
        return list(best.rows)
    return ticket_with_parts(document, best.rows, best.path) or joined(list(best.rows), document, best.path)


def json_lines(text: TextIO) -> Iterator[tuple[int, Mapping[str, Any] | BadRow]]:
    """Line numbers and rows of JSON Lines; ``text`` is closed behind the last one."""
    with text:
        for number, line in enumerate(text, 1):
            if line.isspace():
                continue
            try:
                item = json.loads(line.strip())  # a JSON text sequence has a sign before each
            except (ValueError, RecursionError):
                yield number, BadRow("it is not JSON")
                continue
            yield number, fields_of(item)


def fields_of(item: Any) -> Mapping[str, Any] | BadRow:
    """An item of JSON as a row."""
    return item if isinstance(item, dict) else BadRow("it is not an object with fields")


def is_json(text: str) -> bool:
    """Whether a text is one JSON document."""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


# ------------------------------------------------------------ todo.txt


def is_todo_txt(lines: Sequence[str], name: str) -> bool:
    """Whether lines are todo.txt (https://github.com/todotxt/todo.txt): by most lines, or by some and its name."""
    if not _TODO_BEGINNING.match(lines[0]) and _is_table(lines):
        return False
    marked = [bool(_TODO_MARK.match(line)) for line in lines if line.strip()]
    if not any(marked):
        return False
    return 2 * sum(marked) >= len(marked) or name.casefold().endswith(("todo.txt", "done.txt"))


def _is_table(lines: Sequence[str]) -> bool:
    """Whether the sign between the cells of the first line is in most of the others as often."""
    delimiter = max(DELIMITERS, key=lines[0].count)
    many = lines[0].count(delimiter)
    others = [line.count(delimiter) for line in lines[1:] if line.strip()]
    return many > 0 and 2 * sum(count >= many for count in others) >= len(others)


def todo_rows(lines: Iterable[str]) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line numbers and rows of todo.txt.

    Its tickets have no id. One is made of what stays when a ticket is done or gets another priority: its text and its
    day of creation.
    """
    known: Counter[str] = Counter()
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield number, _todo_row(line.strip(), known)


def made_id(prefix: str, text: str, known: Counter[str]) -> str:
    """An id for a ticket that has none, of what stays of it; ``known`` counts those of the file: what recurs is
    another ticket."""
    digest = hashlib.sha256(text.encode(errors="replace")).hexdigest()[:8]
    known[digest] += 1
    return f"{prefix}-{digest}-{known[digest]}" if known[digest] > 1 else f"{prefix}-{digest}"


def _todo_row(line: str, known: Counter[str]) -> dict[str, Any]:
    head = cast("re.Match[str]", _TODO_HEAD.fullmatch(line))  # its last part takes any text
    pairs: dict[str, Any] = {}
    for name, value in _TODO_PAIR.findall(head["text"]):
        pairs[name] = f"{pairs[name]}, {value}" if name in pairs else value
    title = " ".join(_TODO_PAIR.sub("", head["text"]).split())
    tags = _TODO_TAG.findall(title)
    dates = head["dates"].split()
    completed, created = (dates[0], dates[-1] if len(dates) > 1 else "") if head["done"] and dates else ("", "")
    created = created or ("" if head["done"] else next(iter(dates), ""))
    projects = [name for mark, name in tags if mark == "+"]
    own = {
        "id": made_id("todo", f"{created} {title}", known),
        "title": title,
        "status": "done" if head["done"] else "open",
        "priority": head["priority"] or pairs.pop("pri", ""),
        "project": projects[0] if projects else "",
        "labels": [name for mark, name in tags if mark == "@"] + projects[1:],
        "created_at": created,
        "completed": completed,
    }
    return {**pairs, **{name: value for name, value in own.items() if value or name not in pairs}}


# ------------------------------------------------------------ Markdown files


def markdown_row(text: str, name: str) -> dict[str, Any] | None:
    """The front matter of a Markdown file, with what is below it as the description; None for one without.

    What a ticket must have and the front matter does not name is taken from the first heading and the file's name.
    """
    match = _FRONT_MATTER.match(text)
    fields = parse_yaml(match[1].replace("\r\n", "\n")) if match else None
    if match is None or not isinstance(fields, dict):
        return None
    body = _MARKED_SECTION.sub("", match[2].replace("\r\n", "\n")).strip()
    row: dict[str, Any] = dict(fields)
    named = fields_of_names(tuple(row))
    heading = _HEADING.match(body)
    if "title" not in named:
        row["title"] = heading[1].strip() if heading else Path(name).stem
        body = body[heading.end() :].strip() if heading else body
    if "id" not in named:
        row["id"] = Path(name).stem
    if body and "description" not in named:
        row["description"] = _DESCRIPTION_HEADING.sub("", body, count=1).strip() if body.startswith("#") else body
    return row


def markdown_file(file: Path, encoding: str) -> Mapping[str, Any] | BadRow | None:
    """The row of a Markdown file; None where it does not begin with front matter."""
    try:
        with file.open(encoding=encoding, errors="replace") as content:
            beginning = content.read(4)
            if not beginning.startswith(("---", "\ufeff---")):
                return None
            text = beginning + content.read(LARGEST_CELL)
    except OSError as error:
        return BadRow(f"it cannot be read: {error.strerror}")
    if len(text) > LARGEST_CELL:
        return BadRow(f"it holds more than {LARGEST_CELL:,} characters")
    return markdown_row(text, file.name) or BadRow(NO_FRONT_MATTER)


class TooManyFilesError(Exception):
    """A folder holds more than an import looks through; the message says of what, as the end of a sentence."""


class MarkdownFolder(Struct, frozen=True):
    """What a folder holds that may be tickets."""

    files: tuple[Path, ...]
    """The Markdown files in it and in the folders within, relative to it, in order; hidden ones are left out."""
    passed_over: tuple[str, ...]
    """Folders and Markdown files that were not looked into, each with the reason."""


def markdown_folder(folder: Path, monotonic: Callable[[], float] | None = None) -> MarkdownFolder:
    """Look through a folder, level by level; neither links nor other file systems are entered.

    Of a folder with one for tasks, those for documents and decisions are no tickets.

    Args:
        folder: where to begin; it may be a link itself.
        monotonic: seconds; without it, only the number of entries bounds the time.

    Raises:
        TooManyFilesError: it holds more than can be a folder of tickets.
        OSError: the folder itself cannot be read.
    """
    walk = _Walk(folder, monotonic)
    walk.run()
    has_tasks = any("tasks" in path.parts[:-1] for path in walk.files)
    files = (path for path in walk.files if not (has_tasks and _NO_TASKS & set(path.parts[:-1])))
    return MarkdownFolder(tuple(sorted(files)), tuple(walk.passed_over))


class _Walk:
    def __init__(self, folder: Path, monotonic: Callable[[], float] | None) -> None:
        self._folder = folder
        self._monotonic = monotonic or (lambda: 0.0)
        self._started = self._monotonic()
        self._device = folder.stat().st_dev
        self._looked_at = 0
        self.files: list[Path] = []
        self.passed_over: list[str] = []

    def run(self) -> None:
        level = [Path()]
        for _ in range(_DEEPEST_FOLDER):
            level = [inner for path in level for inner in self._folders_in(path)]
        if level:
            raise TooManyFilesError(f"folders within one another, more than {_DEEPEST_FOLDER} deep")

    def _folders_in(self, path: Path) -> list[Path]:
        """The folders to enter next; the Markdown files beside them are noted."""
        folders: list[Path] = []
        try:
            with os.scandir(self._folder / path) as entries:
                for entry in entries:
                    self._count()
                    if not entry.name.startswith("."):
                        self._try(entry, path / entry.name, folders)
        except OSError as error:
            if path == Path():
                raise
            self.passed_over.append(f"{path} ({error.strerror})")
        return sorted(folders)

    def _try(self, entry: os.DirEntry[str], path: Path, folders: list[Path]) -> None:
        try:
            self._look_at(entry, path, folders)
        except OSError as error:  # a link to itself, or to where nobody may look
            self.passed_over.append(f"{path} ({error.strerror})")

    def _look_at(self, entry: os.DirEntry[str], path: Path, folders: list[Path]) -> None:
        is_markdown = path.suffix.lower() in (".md", ".markdown")
        if entry.is_symlink():
            if is_markdown or entry.is_dir():
                self.passed_over.append(f"{path} (a link)")
        elif entry.is_dir(follow_symlinks=False):
            if entry.stat(follow_symlinks=False).st_dev == self._device:
                folders.append(path)
            else:
                self.passed_over.append(f"{path} (another file system)")
        elif is_markdown and entry.is_file(follow_symlinks=False):
            self.files.append(path)

    def _count(self) -> None:
        self._looked_at += 1
        if self._looked_at > _MOST_ENTRIES:
            raise TooManyFilesError(f"more than {_MOST_ENTRIES:,} files and folders")
        if self._looked_at % _ENTRIES_UNTIMED == 0 and self._monotonic() - self._started > _LONGEST_WALK:
            raise TooManyFilesError("more files and folders than can be looked through in a moment")
