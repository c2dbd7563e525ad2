"""Writes the Markdown of a text whose blocks, lists, quotes and looks come one after another.

Invariants: what is within a quote or an item of a list stays within it; nothing that came as text is read as markup;
time and memory are linear in what comes, however deep it nests and whatever is never closed.
"""

from __future__ import annotations

from tui_app.adapters.reading.commonmark import fence
from tui_app.adapters.reading.markdown_inline import Inline

_MOST_CONTAINERS = 30  # quotes, lists and items one within another; what is deeper is written at that depth
_GREATEST_NUMBER = 999_999_999  # of an item; Markdown reads no list in more digits


class _Container:
    """A quote, a list or an item of one: what its lines begin with."""

    __slots__ = ("first", "kind", "last_list", "marker", "number", "rest", "used")

    def __init__(self, kind: str, first: str = "", rest: str = "") -> None:
        self.kind = kind
        self.first = first
        self.rest = rest
        self.used = False
        self.marker = ""
        self.number: int | None = None
        self.last_list = ""
        """The marker of the list that ended just before; another of it would be read as the same list."""


class MarkdownWriter:
    """Takes text, looks and the beginnings and ends of blocks; ends that fit nothing are ignored."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._stack = [_Container("root")]
        self._prefix = ""
        self._common = 1
        self._too_deep = 0
        self._inline = Inline()
        self._heading = 0
        self._styles: dict[str, int] = {}
        self._active: tuple[str, ...] = ()
        self._address = ""
        self._code: list[str] | None = None
        self._rows: list[list[str]] = []
        self._tables = 0
        self._in_cell = False

    def finished(self) -> str:
        """All of it."""
        self.end_block()
        if self._tables:
            self._tables = 1
            self.end_table()
        return "\n".join(self._lines)

    # Text and its look

    def text(self, text: str) -> None:
        """Add text, which is escaped as it needs."""
        if self._code is not None:
            self._code.append(text)
        else:
            self._inline.add(text, self._active, self._address)

    def line_break(self) -> None:
        """Begin a new line in the same block."""
        if self._code is not None:
            self._code.append("\n")
        elif self._tables:
            self._inline.add(" ")
        else:
            self._inline.add_break()

    def begin_style(self, sign: str) -> None:
        """Let what follows be strong, emphasised or struck out, until as many ends have come."""
        self._styles[sign] = self._styles.get(sign, 0) + 1
        if self._styles[sign] == 1:
            self._active = (*self._active, sign)

    def end_style(self, sign: str) -> None:
        depth = self._styles.get(sign, 0)
        self._styles[sign] = max(depth - 1, 0)
        if depth == 1:
            self._active = tuple(other for other in self._active if other != sign)

    def link(self, address: str) -> None:
        """Let what follows lead to ``address``; to nowhere where that is ""."""
        self._address = address

    def begin_code(self) -> None:
        """Take what follows as code, letter for letter, until `end_code` or `end_code_block`."""
        self._code = []

    def end_code(self) -> None:
        """Write the code that came as a part of the line."""
        if self._code is not None:
            code, self._code = "".join(self._code), None
            head, tail = code[:1].isspace(), code[-1:].isspace()
            self._inline.add(" " * head)
            self._inline.add_code(code, self._active, self._address)
            self._inline.add(" " * tail)

    def end_code_block(self, language: str = "") -> None:
        """Write the code that came as a block of its own."""
        if self._tables:
            self.end_code()
            return
        if self._code is not None:
            code, self._code = "".join(self._code), None
            marks = fence(code)
            body = code.removeprefix("\n").rstrip("\n").split("\n")
            self._emit([marks + language, *body, marks])

    # Blocks

    def end_block(self) -> None:
        """End the paragraph or heading, if there is one."""
        if self._code is not None:
            self.end_code()
        if self._tables and self._in_cell:
            self._inline.add(" ")
            return
        if self._inline.is_empty:
            self._heading = 0
            return
        text = self._inline.take(one_line=bool(self._heading))
        if text:
            text = f"{'#' * self._heading} {text}" if self._heading else text
            self._emit(text.split("\n"))
        self._heading = 0

    def heading(self, level: int) -> None:
        """Let the block that begins here be a heading, of level 1 to 6."""
        self.end_block()
        self._heading = 0 if self._tables else level

    def rule(self) -> None:
        """Draw a line from side to side."""
        self.end_block()
        if not self._tables:
            self._emit(["---" if len(self._stack) == 1 else "___"])  # "- ---" would be a rule without an item

    def begin_quote(self) -> None:
        self.end_block()
        self._push(_Container("quote", "> ", "> "))

    def end_quote(self) -> None:
        self._end("quote")

    def begin_list(self, first_number: int | None = None) -> None:
        """Begin a list, numbered from ``first_number``, or of bullets where that is None."""
        self.end_block()
        container = _Container("list")
        container.number = first_number
        markers = ("-", "*") if first_number is None else (".", ")")
        container.marker = markers[self._stack[-1].last_list == markers[0]]
        self._push(container)

    def end_list(self) -> None:
        self.end_item()
        self._end("list")

    def begin_item(self, number: int | None = None) -> None:
        """Begin an item, numbered ``number`` or the next one; it ends the item before it."""
        self.end_item()
        if self._tables:
            return
        if not any(container.kind == "list" for container in self._stack):
            self.begin_list()
        parent = next(container for container in reversed(self._stack) if container.kind == "list")
        mark = f"{parent.marker} "
        if parent.number is not None:
            number = parent.number if number is None else number
            number = number if 0 <= number <= _GREATEST_NUMBER else 1
            mark = f"{number}{mark}"
            parent.number = number + 1
        self._push(_Container("item", mark, " " * len(mark)))

    def end_item(self) -> None:
        self.end_block()
        if self._tables or self._too_deep:
            return
        for container in reversed(self._stack):
            if container.kind == "item":
                if not container.used and container.first[0].isdigit():
                    self._emit([""])
                self._end("item")
            if container.kind in ("item", "list"):
                return

    # Tables

    def begin_table(self) -> None:
        """Begin a table; one within a cell of another is text of that cell."""
        self.end_block()
        self._tables += 1

    def begin_row(self) -> None:
        if self._tables == 1:
            self._end_cell()
            self._rows.append([])

    def begin_cell(self) -> None:
        if self._tables != 1:
            self._inline.add(" ")
            return
        self._end_cell()
        if not self._rows:
            self._rows.append([])
        self._in_cell = True

    def end_table(self) -> None:
        if self._tables > 1:
            self._tables -= 1
        elif self._tables:
            self._end_cell()
            self._tables = 0
            rows, self._rows = [row for row in self._rows if row], []
            if rows:
                width = max(map(len, rows))
                head = rows[0] + [""] * (width - len(rows[0]))
                lines = (f"| {' | '.join(row)} |" for row in rows[1:])
                self._emit([f"| {' | '.join(head)} |", "|" + " --- |" * width, *lines])

    def _end_cell(self) -> None:
        if self._code is not None:
            self.end_code()
        text = self._inline.take(one_line=True)
        if self._in_cell:
            self._rows[-1].append(text.replace("|", "\\|"))
        elif text:
            self._emit([text])
        self._in_cell = False

    # Lines

    def _push(self, container: _Container) -> None:
        if self._tables or len(self._stack) > _MOST_CONTAINERS:
            self._too_deep += 1
            return
        self._stack.append(container)
        self._prefix += container.rest

    def _end(self, kind: str) -> None:
        self.end_block()
        if self._too_deep:
            self._too_deep -= 1
            return
        for depth in range(len(self._stack) - 1, 0, -1):
            if self._stack[depth].kind == kind:
                if kind == "list" and self._stack[depth].used:
                    self._stack[depth - 1].last_list = self._stack[depth].marker
                del self._stack[depth:]
                self._prefix = "".join(container.rest for container in self._stack)
                self._common = min(self._common, depth)
                return

    def _emit(self, lines: list[str]) -> None:
        if self._lines and not self._joins_the_list(lines[0]):
            self._lines.append("".join(container.rest for container in self._stack[: self._common]).rstrip())
        first = self._prefix
        if not self._stack[-1].used:
            first = "".join(container.rest if container.used else container.first for container in self._stack)
            for container in self._stack:
                container.used = True
        self._stack[-1].last_list = ""
        self._common = len(self._stack)
        prefix = self._prefix
        self._lines.append((first + lines[0]).rstrip() if first else lines[0])
        self._lines.extend((prefix + line if line else prefix.rstrip()) for line in lines[1:])

    def _joins_the_list(self, first_line: str) -> bool:
        """Whether the next line, which begins an item, needs no blank line above it."""
        if self._stack[-1].used or self._stack[self._common - 1].kind not in ("list", "item"):
            return False
        newer = self._stack[self._common :]
        beginning = next((c for c in newer if c.kind == "item" and not c.used), None)
        if beginning is None or any(c.kind == "quote" for c in newer[: newer.index(beginning)]):
            return False  # without a blank line a quote would go on with the one above it
        if self._stack[self._common - 1].kind == "list":
            return True
        return bool(first_line) and (beginning.first[0] in "-*" or beginning.first[:-2] == "1")
