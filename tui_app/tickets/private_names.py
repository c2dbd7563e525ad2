"""Which names are private: one name in every spelling, and nothing else; and the columns and rows of tables under them.

Invariant: case, style (``internal_notes``, ``internalNotes``, ``Internal Notes``), width, look-alike letters, plural
and singular, a path in front (``fields.internal_notes``) and a word of machinery around (``u_salary``, ``salary_raw``)
make no difference; any other word does (``salary`` is not ``salary review``). Where a table in text (with pipes, with
commas, semicolons or tabs, with gaps) can be read in two ways, what either of them calls private is taken out.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator
from io import StringIO

from tui_app.tickets.fields import names

_WORD = re.compile(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+(?![^\W\d_A-Z])|\d+")
_RUN = re.compile(r"[^\W\d_]+|\d+")
_ODD = (
    "\uff10-\uff19\uff21-\uff3a\uff41-\uff5a"  # full width
    "\xad\u0300-\u036f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff"  # combining, invisible
    "\u2070-\u209f\u2100-\u214f\u2160-\u2188\u2460-\u24ff\ufb00-\ufb06\U0001d400-\U0001d7ff\U0001f100-\U0001f189"
)
_OTHER_LETTERS = "\u0131\u0251\u0261\u0370-\u058f"
_SUSPECT = re.compile(f"[{_ODD}{_OTHER_LETTERS}]")
_TO_FOLD = re.compile(f"[{_ODD}]|[A-Za-z][{_OTHER_LETTERS}]|[{_OTHER_LETTERS}][A-Za-z]")
"""What is read as other letters: alone, or within a word of Latin ones."""
_BRACKETED = re.compile(r"\s*[(\[{<\uff08][^()\[\]{}<>\uff08\uff09]*[)\]}>\uff09][\s:]*$")
_NAME = re.compile(r"[\w\s.\-/\\\[\]'\"&+]*")
_SEGMENTS = re.compile(r"[./:\\\[\](){}<>|\u2192]+")
_AROUND = frozenset(
    names(
        "custom customfield field attribute property extra meta value raw html text rendered display formatted "
        "markdown plain json string name"
    )
)
"""Words that machines put before or behind a field's name."""
_SHORT = 2  # characters: prefixes and suffixes as in u_salary, x_salary, Salary__c
_MOST_REMEMBERED = 10_000  # labels; a server that makes some up must not fill the memory
_LONGEST = 300  # characters of a name, after folding

_LOOKALIKES = dict(
    zip(
        map(ord, "аеорсухіѕјԁһոԛԝвнкмтАЕОРСУХІЅЈВНКМТΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχıɑɡℓ"),
        "aeopcyxisjdhnqwbhkmtAEOPCYXISJBHKMTABEZHIKMNOPTYXaeiknoptuxiagl",
        strict=True,
    )
)


class _Plain(dict[int, str | None]):
    """Code point to plain letter, worked out when first met."""

    def __missing__(self, point: int) -> str | None:
        character = chr(point)
        self[point] = None if unicodedata.category(character) == "Cf" else _LOOKALIKES.get(point, character)
        return self[point]


_PLAIN = _Plain()


def folded(text: str) -> str:
    """``text`` in plain letters: no full width, no look-alikes among Latin ones, nothing invisible. Case stays."""
    if text.isascii() or not _SUSPECT.search(text) or not _TO_FOLD.search(text):
        return text
    return unicodedata.normalize("NFKC", text).translate(_PLAIN)


def stem(word: str) -> str:
    """``word`` in small letters without its plural."""
    word = word.casefold()
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


class PrivateNames:
    """A set of private names. ``name in names`` asks whether a key, a label or a header is one of them."""

    def __init__(self, wanted: Iterable[str]) -> None:
        words = [found for name in wanted if (found := _words(_WORD, folded(name)))]
        self._forms = frozenset(form for found in words for form in _forms(found))
        self.hints = tuple({_beginning(found[0]) for found in words})
        """What a text in small letters holds that holds one of the names."""
        self._labels: dict[str, bool] = {}
        self.pattern = "|".join(r"[\W_]*".join(map(_any_number, found)) for found in words) or "(?!)"
        """A regular expression for the names in text that is `folded`."""

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        plain = folded(name)
        segments = [plain, *_SEGMENTS.split(plain)] if _SEGMENTS.search(plain) else [plain]
        return any(self._is_private(segment) for segment in segments)

    def mentioned(self, text: str) -> bool:
        """Whether ``text`` can hold one of the names: a quick look."""
        lower = folded(text).lower()
        return any(hint in lower for hint in self.hints)

    def labels(self, text: str) -> bool:
        """Whether ``text`` is one of the names and nothing else, save what is in brackets: ``Salary (EUR):``."""
        known = self._labels.get(text)
        if known is None:
            if len(self._labels) > _MOST_REMEMBERED:
                self._labels.clear()
            known = self._labels[text] = self.mentioned(text) and self._is_label(text)
        return known

    def _is_label(self, text: str) -> bool:
        plain = _BRACKETED.sub("", folded(text)).strip(" \t\r\n:\uff1a")
        if not _NAME.fullmatch(plain):
            return False
        segments = [segment for segment in _SEGMENTS.split(plain) if segment.strip(" '\"")]
        return self._is_private(plain) or bool(segments and self._is_private(segments[-1]))

    def _is_private(self, segment: str) -> bool:
        """``segment`` is a name by itself, without a path."""
        for split in (_WORD, _RUN):
            words = _words(split, segment)
            if sum(map(len, words)) <= _LONGEST and any(
                not self._forms.isdisjoint(_forms(part)) for part in _without_machinery(words)
            ):
                return True
        return False


def _words(split: re.Pattern[str], text: str) -> list[str]:
    return [word.casefold() for word in split.findall(text)]


def _forms(words: list[str]) -> tuple[str, str]:
    """A name as one word, with the plural taken from its end or from each of its words."""
    return stem("".join(words)), "".join(map(stem, words))


def _without_machinery(words: list[str]) -> Iterator[list[str]]:
    """``words``, and again without each word of machinery at either end."""
    begin, end = 0, len(words)
    yield words
    while begin < end and _is_machinery(words[begin]):
        begin += 1
        yield words[begin:end]
    while begin < end and _is_machinery(words[end - 1]):
        end -= 1
        yield words[begin:end]
        yield words[:end]


def _is_machinery(word: str) -> bool:
    return len(word) <= _SHORT or word.isdigit() or stem(word) in _AROUND


def _beginning(word: str) -> str:
    single = stem(word)
    return single.removesuffix("y")


def _any_number(word: str) -> str:
    """A pattern for ``word`` in plural and singular."""
    single = stem(word)
    ending = f"(?:{single[-1]}|ies)" if single.endswith("y") else f"{re.escape(single[-1])}s?"
    return re.escape(single[:-1]) + ending


_PICTURES = ("So", "Sk", "Mn", "Cf")
DECORATION = " \t>*_#+-`'\"\u2022\u00b7~=[]"
GAP = re.compile(r"\s{2,}")
TITLES = re.compile(r"(?i)\W*(?:title|summary|subject|headline|name)\W*$")
VALUES = re.compile(r"(?i)(?:.*[\W_])?(?:\w*values?|content|text|amount|old|new|data|dd|td|p)$")
_SEPARATOR_CELLS = re.compile(r"[\s|:+=\u2500-\u257f-]+")
_BARS = str.maketrans("\u2502\u2503\u2551\u00a6", "||||")
"""What is drawn as a bar."""
_DELIMITERS = (",", ";", "\t")
_LONGEST_LINE = 300  # characters in which a label is looked for before an amount
_PAIR = 2  # cells: heads of two columns, or a name and its value; the first row goes


def without_columns(text: str, names: PrivateNames) -> str:
    """Without the columns of tables: with pipes, with commas, semicolons or tabs, with gaps."""
    lines = text.split("\n")
    kept: list[str] = []
    place = 0
    while place < len(lines):
        taken, replacement = _table_at(lines, place, names)
        kept += replacement if taken else [lines[place]]
        place += max(1, taken)
    return "\n".join(kept)


def _table_at(lines: list[str], place: int, names: PrivateNames) -> tuple[int, list[str]]:
    """How many lines the table that begins at ``place`` has, and what stays of it; 0: none begins there."""
    line = lines[place]
    if "|" in line.translate(_BARS):
        end = next((number for number in range(place, len(lines)) if not _has_bars(lines, number)), len(lines))
        return end - place, _piped(lines[place:end], names)
    if not names.mentioned(line):
        return 0, []
    for delimiter in _DELIMITERS:
        if delimiter in line:
            taken, rows = _delimited(lines, place, delimiter, names)
            if taken:
                return taken, rows
    return _gapped(lines, place, names)


def _has_bars(lines: list[str], number: int) -> bool:
    """Whether a line is one of a table with bars, or a rule between two that are."""
    if "|" in lines[number].translate(_BARS):
        return True
    following = lines[number + 1] if number + 1 < len(lines) else ""
    return bool(_SEPARATOR_CELLS.fullmatch(lines[number])) and "|" in following.translate(_BARS)


def _cells(row: str) -> list[str]:
    """The cells of a row; ``||a||b||`` are heads in wiki markup."""
    row = row.translate(_BARS)
    return (row.replace("||", "|") if row.lstrip().startswith("||") else row).split("|")


def _piped(block: list[str], names: PrivateNames) -> list[str]:
    rows = [_cells(row) for row in block]
    ruled = len(block) > 1 and bool(_SEPARATOR_CELLS.fullmatch(block[1]))
    is_table = ruled or (len(block) > 1 and len(set(map(len, rows))) == 1)
    columns = _labels_in(rows[0], names) if is_table else frozenset()
    kept = []
    for number, (row, line) in enumerate(zip(rows, block, strict=True)):
        named = frozenset() if ruled and number in (0, 1) else _labels_in(row, names)
        if ruled:
            named = frozenset(place for place in named if not _is_title(rows[0], place))
        gone = columns | {place + step for place in named for step in (0, 1) if _holds_more(row, place)}
        cells = [cell for place, cell in enumerate(row) if place not in gone]
        if not gone:
            kept.append(line)
        elif any(map(str.strip, cells)):
            kept.append("|".join(cells))
    return kept


def _labels_in(row: list[str], names: PrivateNames) -> frozenset[int]:
    return frozenset(place for place, cell in enumerate(row) if names.labels(bare_label(cell)))


def _holds_more(row: list[str], place: int) -> bool:
    return place + 1 < len(row) and bool(row[place + 1].strip())


def _is_title(heads: list[str], place: int) -> bool:
    """A column of titles holds what tickets are called; ``Name | Value`` holds names of fields."""
    following = heads[place + 1] if place + 1 < len(heads) else ""
    return bool(TITLES.match(heads[place])) and not VALUES.match(following.strip())


def _delimited(lines: list[str], place: int, delimiter: str, names: PrivateNames) -> tuple[int, list[str]]:
    heads = next(csv.reader([lines[place]], delimiter=delimiter), [])
    columns = {number for number, head in enumerate(heads) if names.labels(bare_label(head))}
    if not columns or len(heads) < 2 or place + 1 >= len(lines):
        return 0, []
    reader = csv.reader((f"{lines[number]}\n" for number in range(place, len(lines))), delimiter=delimiter)
    output = StringIO()
    writer = csv.writer(output, delimiter=delimiter, lineterminator="\n")
    taken = 0
    try:
        for row in reader:
            if not row or (len(row) != len(heads) and taken == 1):
                break
            taken = reader.line_num
            if len(row) == len(heads) and not (taken == 1 and len(heads) == _PAIR):
                writer.writerow([cell for number, cell in enumerate(row) if number not in columns])
    except csv.Error:
        return len(lines) - place, []
    return (taken, output.getvalue().rstrip("\n").split("\n")) if taken > 1 else (0, [])


def _gapped(lines: list[str], place: int, names: PrivateNames) -> tuple[int, list[str]]:
    heads = GAP.split(lines[place].strip())
    columns = {number for number, head in enumerate(heads) if names.labels(bare_label(head))}
    if not columns or len(heads) < 2:
        return 0, []
    block = [lines[place]]
    for number in range(place + 1, len(lines)):
        line = lines[number]
        if not line.strip() or (len(GAP.split(line.strip())) != len(heads) and not _SEPARATOR_CELLS.fullmatch(line)):
            break
        block.append(line)
    if len(block) < 2:
        return 0, []
    rows = (GAP.split(line.strip()) for line in block[len(heads) == _PAIR :])
    return len(block), ["  ".join(cell for n, cell in enumerate(row) if n not in columns) for row in rows]


def without_signs(text: str) -> str:
    """``text`` without blanks, list signs and pictures in front."""
    text = text.lstrip(DECORATION)
    while text and not text[0].isascii() and unicodedata.category(text[0]) in _PICTURES:
        text = text[1:].lstrip(DECORATION)
    return text


def bare_label(label: str) -> str:
    """A label without what surrounds it."""
    return without_signs(label).strip(DECORATION + ":|").strip()


_AMOUNT = re.compile(
    r"(?:[^\W\d]{1,4} ?|[$\u00a2-\u00a5\u20a0-\u20cf] ?)?\d(?:[.,'\u00a0 ]?\d){2,}(?: ?[^\W\d]{1,4})?\W*$"
)
"""A number of three digits or more, perhaps with a currency, at the end of a line: the value of what is before it."""
_OPENED = " \t([{'\""
_SIGNS = " \t:=/|>\u2192\u21d2\u279c\u2013\u2014-~]})"


def ends_in_amount(line: str, names: PrivateNames) -> bool:
    """Whether a line is a private name with an amount, as a part of a row too, or ends in one behind a label that
    mentions such a name."""
    amount = _AMOUNT.search(line) if len(line) <= _LONGEST_LINE else None
    if amount is None:
        return False
    label = line[: amount.start()].rstrip()
    first = re.split(r"[,;\t|]", label, maxsplit=1)[0].lstrip(_OPENED)
    if names.labels(bare_label(label.rstrip(_SIGNS))) or (first != label and names.labels(bare_label(first))):
        return True
    word = rf"(?<![^\W_])(?:{names.pattern})(?![^\W_])"
    return label.endswith((":", "=", "\uff1a")) and bool(re.search(word, folded(label), re.IGNORECASE))
