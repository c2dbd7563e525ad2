"""Jira's wiki markup (Jira Data Center, old Redmine) as Markdown, line by line."""

from __future__ import annotations

import re

_HEADING = re.compile(r"h([1-6])\.[ \t]+(.*)")
_LIST_ITEM = re.compile(r"([*#-]{1,8})[ \t]+(.*)")
_FENCE = re.compile(r"(?<!\{)\{(code|noformat)(?::([^}\n]{0,200}))?\}(?!\})")
_LANGUAGE = re.compile(r"(?:language=|lang=)?([A-Za-z+#]{1,20})")
_QUOTE = re.compile(r"\{quote\}")
_PANEL = re.compile(r"\{panel(?::(?:[^{}\n]{0,300}\|)?title=([^|{}\n]{0,200})[^{}\n]{0,300}|:[^{}\n]{0,300})?\}")
_INLINE = (
    (re.compile(r"\{\{([^{}\n]{1,500})\}\}"), r"`\1`"),
    (re.compile(r"\{color(?::[^}\n]{0,40})?\}"), ""),
    (
        re.compile(r"\[([^\[\]|\n]{1,300})\|((?:https?://|mailto:)[^\[\]|\n]{1,1000})(?:\|[^\[\]\n]{0,100})?\]"),
        r"[\1](\2)",
    ),
    (re.compile(r"\[((?:https?://|mailto:)[^\[\]|\n]{1,1000})\]"), r"<\1>"),
    (re.compile(r"\[~(?:accountid:)?([^\[\]\n]{1,100})\]"), r"@\1"),
    (re.compile(r"(?<![\w*\\])\*(?=\S)([^*\n]{1,500}?)(?<=\S)\*(?![\w*])"), r"**\1**"),
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


class _Writer:
    """Goes through the lines, and knows whether it is within code or a quotation."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._code: str | None = None
        self._quoted = False
        self._in_table = False

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
                self._quoted ^= number > 0
                if part.strip():
                    self._add_markup(part)
            return
        line = _PANEL.sub(lambda panel: f"**{panel[1]}**" if panel[1] else "", line)
        is_row = line.lstrip().startswith("|")
        if is_row:
            self._table_row(line.strip())
        else:
            self._put(_block(line))
        self._in_table = is_row

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

    def _put(self, line: str) -> None:
        self._lines.append(f"> {line}".rstrip() if self._quoted else line)


def _block(line: str) -> str:
    if heading := _HEADING.match(line):
        return f"{'#' * int(heading[1])} {_inline(heading[2])}"
    if line.startswith("bq. "):
        return f"> {_inline(line[4:])}"
    if (item := _LIST_ITEM.match(line)) and not line.startswith("---"):
        marks = item[1]
        return f"{'  ' * (len(marks) - 1)}{'1.' if marks[-1] == '#' else '-'} {_inline(item[2])}"
    return _inline(line)


def _inline(text: str) -> str:
    for pattern, replacement in _INLINE:
        text = pattern.sub(replacement, text)
    return text
