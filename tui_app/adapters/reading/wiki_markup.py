"""Jira's wiki markup (Jira Data Center, old Redmine) as Markdown, line by line.

Invariant: code, addresses and what is within them come through letter for letter; time is linear in the text.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tui_app.adapters.reading.commonmark import code_span, link_target

_HEADING = re.compile(r"h([1-6])\.[ \t]+(.*)")
_LIST_ITEM = re.compile(r"([*#-]{1,8})[ \t]+(.*)")
_FENCE = re.compile(r"(?<!\{)\{(code|noformat)(?::([^}\n]{0,200}))?\}(?!\})")
_LANGUAGE = re.compile(r"(?:language=|lang=)?([A-Za-z+#]{1,20})")
_QUOTE = re.compile(r"\{quote\}")
_PANEL = re.compile(r"\{panel(?::(?:[^{}\n]{0,300}\|)?title=([^|{}\n]{0,200})[^{}\n]{0,300}|:[^{}\n]{0,300})?\}")
_CODE = re.compile(r"\{\{([^{}\n]{1,500})\}\}")
_LINK = re.compile(r"\[([^\[\]|\n]{1,300})\|((?:https?://|mailto:)[^\[\]|\n]{1,1000})(?:\|[^\[\]\n]{0,100})?\]")
_BARE_LINK = re.compile(r"\[((?:https?://|mailto:)[^\[\]|\n]{1,1000})\]")
_ADDRESS = re.compile(r"https?://[^\s|\[\]{}<>\"]{1,1000}")
_KEPT = re.compile("\x00(\\d{1,9})\x00")
_INLINE = (
    (re.compile(r"\{color(?::[^}\n]{0,40})?\}"), ""),
    (re.compile(r"\[~(?:accountid:)?([^\[\]\n]{1,100})\]"), r"@\1"),
    (re.compile(r"(?<![^\W_])(?<![*\\])\*(?=\S)([^*\n]{1,500}?)(?<=\S)\*(?![^\W_]|\*)"), r"**\1**"),
    (re.compile(r"(?<![\w_\\])_(?=\S)([^_\n]{1,500}?)(?<=\S)_(?![\w_])"), r"*\1*"),
    (re.compile(r"(?<![\w\-\\])-(?=[^\s-])([^-\n]{1,500}?)(?<=[^\s-])-(?![\w-])"), r"~~\1~~"),
    (re.compile(r"(?<!\w)\+(?=\S)([^+\n]{1,500}?)(?<=\S)\+(?!\w)"), r"\1"),
    (re.compile(r"!([\w .()-]{1,200}\.\w{2,5})(?:\|[^!\n]{0,100})?!"), r"[attachment: \1]"),
)


def wiki_to_markdown(text: str) -> str:
    """``text`` as Markdown: headings, lists, tables, code, quotes, panels, links, emphasis."""
    writer = _Writer()
    for line in text.split("\n"):
        writer.add(line)
    return writer.finished()


class _Level(NamedTuple):
    """A list that is open: the mark of its items, how far they are indented, and the number of the last."""

    mark: str
    depth: int
    indent: str
    number: int

    @property
    def bullet(self) -> str:
        return f"{self.number}. " if self.mark == "#" else "- "

    @property
    def inner_indent(self) -> str:
        return self.indent + " " * len(self.bullet)


class _Writer:
    """Goes through the lines, and knows whether it is within code, a quotation, a table or lists."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._code: str | None = None
        self._in_table = False
        self._levels: list[_Level] = []
        self._quoted: tuple[str, list[_Level]] | None = None
        """Within a quotation: the prefix of its lines, and the lists that it is within."""
        self._needs_blank = False

    def finished(self) -> str:
        if self._code is not None:
            self._put("```")
        return "\n".join(self._lines).strip("\n")

    def add(self, line: str) -> None:
        while True:
            fence = _FENCE.search(line)
            if fence is None or (self._code is not None and fence[1] != self._code):
                break
            self._add_text(line[: fence.start()], whole_line=False)
            self._toggle_code(fence)
            line = line[fence.end() :]
            if not line.strip():
                return
        self._add_text(line, whole_line=True)

    def _toggle_code(self, fence: re.Match[str]) -> None:
        if self._code is not None:
            self._code = None
            self._put("```")
            return
        language = _LANGUAGE.match(fence[2] or "")
        is_language = language and "=" not in (fence[2] or "")[: language.end() + 1]
        self._code = fence[1]
        self._put(f"```{language[1].lower()}" if language and is_language else "```")

    def _add_text(self, line: str, *, whole_line: bool) -> None:
        if self._code is not None:
            if whole_line or line:
                self._put(line)
        elif whole_line or line.strip():
            self._add_markup(line)

    def _add_markup(self, line: str) -> None:
        if "{quote}" in line:
            for number, part in enumerate(_QUOTE.split(line)):
                if number:
                    self._toggle_quote()
                if part.strip():
                    self._add_markup(part)
            return
        line = _PANEL.sub(lambda panel: f"**{panel[1]}**" if panel[1] else "", line)
        is_row = line.lstrip().startswith("|")
        if is_row:
            self._table_row(line.strip())
        else:
            self._needs_blank = self._needs_blank or self._in_table
            self._block(line)
        self._in_table = is_row

    def _toggle_quote(self) -> None:
        if self._quoted is None:
            indent = self._levels[-1].inner_indent if self._levels else ""
            self._quoted = (f"{indent}> ", self._levels)
            self._levels = []
        else:
            self._levels = self._quoted[1]
            self._quoted = None
            self._needs_blank = True
        self._in_table = False

    def _table_row(self, line: str) -> None:
        is_header = line.startswith("||")
        cells = [_inline(cell.strip()) for cell in line.strip("|").split("||" if is_header else "|")]
        if not self._in_table and not is_header:
            self._put("|" + "  |" * len(cells))
        row = "| " + " | ".join(cells) + " |"
        if is_header or not self._in_table:
            separator = "|" + " --- |" * len(cells)
            for out in (row, separator) if is_header else (separator, row):
                self._put(out)
        else:
            self._put(row)

    def _block(self, line: str) -> None:
        item = _LIST_ITEM.match(line)
        if item and not item[1].startswith("---"):
            self._item(item[1], _inline(item[2]))
        elif heading := _HEADING.match(line):
            self._levels.clear()
            self._put(f"{'#' * int(heading[1])} {_inline(heading[2])}")
        elif line.startswith("bq. "):
            self._levels.clear()
            self._put(f"> {_inline(line[4:])}")
            self._needs_blank = True
        else:
            if not line.strip():
                self._levels.clear()
            self._put(_inline(line))

    def _item(self, marks: str, text: str) -> None:
        levels, depth = self._levels, len(marks)
        while levels and (levels[-1].depth > depth or (levels[-1].depth == depth and levels[-1].mark != marks[-1])):
            levels.pop()
        if levels and levels[-1].depth == depth:
            levels[-1] = levels[-1]._replace(number=levels[-1].number + 1)
        else:
            levels.append(_Level(marks[-1], depth, levels[-1].inner_indent if levels else "", 1))
        self._put_at(levels[-1].indent, levels[-1].bullet + text)

    def _put(self, line: str) -> None:
        is_indented = self._code is None and line[:1] in (
            " ",
            "\t",
        )  # Markdown among the wiki markup: it stays as it is
        self._put_at(self._levels[-1].inner_indent if self._levels and not is_indented else "", line)

    def _put_at(self, indent: str, line: str) -> None:
        if self._needs_blank and line.strip() and self._lines and self._lines[-1]:
            self._lines.append("")
        self._needs_blank = False
        line = indent + line
        self._lines.append(f"{self._quoted[0]}{line}".rstrip() if self._quoted else line if line.strip() else "")


def _inline(text: str) -> str:
    kept: list[str] = []

    def keep(markdown: str) -> str:
        kept.append(markdown)
        return f"\x00{len(kept) - 1}\x00"

    text = text.replace("\x00", "")
    if "{{" in text:
        text = _CODE.sub(lambda code: keep(code_span(code[1])), text)
    if "[" in text:
        text = _LINK.sub(lambda link: f"[{link[1]}" + keep(f"]({link_target(link[2])})"), text)
        text = _BARE_LINK.sub(lambda link: keep(f"<{link[1]}>"), text)
    if "://" in text:
        text = _ADDRESS.sub(lambda address: keep(address[0]), text)
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return _KEPT.sub(lambda number: kept[int(number[1])], text) if kept else text
