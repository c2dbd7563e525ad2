"""Columns and rows of tables under private names; and amounts that a private name is near.

Where a table in text (with pipes, with commas, semicolons or tabs, with gaps) can be read in two ways, what either of
them calls private is taken out. An amount goes also where a key or head says more than the name, and where a sentence
tells it: ``The salary is 5000 EUR``. There the amount alone goes. Grammar differs by language and is not looked at: the
length of words tells which of them only connect.
"""

from __future__ import annotations

import csv
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from io import StringIO
from itertools import pairwise
from typing import Any, TypeGuard

from tui_app.tickets.private_names import PrivateNames, bare_label, folded, stem
from tui_app.tickets.private_structure import VALUE_WORDS

MASK = "[private]"
"""What stands in the place of an amount."""

_SMALLEST = 100
_MOST_WITHIN = 50  # members of a value that is looked into
_LONGEST_UNIT = 3  # characters of what goes with an amount, as a currency does
_LONGEST_LINE = 300  # characters in which a label is looked for before an amount
_LONGEST_CONNECTING = 3  # letters of a word such as `is`, `von`, `est`
_MOST_CONNECTING = 3  # of such words between a name and its amount, besides
_MOST_OTHERS = 1  # that is longer
_FARTHEST = 80  # characters
_CURRENCY = r"[$\u00a2-\u00a5\u20a0-\u20cf]|(?<![^\W_])[A-Z]{3}(?![^\W\d_])"
_AFTER = _CURRENCY.replace(r"(?<![^\W_])", "")
_PROSE_AMOUNT = re.compile(
    rf"(?<![\w#/:.@-])(?P<before>(?:{_CURRENCY})\s?)?(?<![#/:.@-])"
    r"(?P<figure>(?:\d{1,3}(?:[.,'\u00a0\u202f ]\d{3})+|\d{3,})(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?(?=k\b))(?P<kilo>k)?"
    rf"(?:(?P<after>(?:,-+)?\s?(?:{_AFTER}))|(?![^\W_]|[-:/.]\d|[-_][^\W_]))"
)
"""A number of three digits or more that is no part of a word, a date, a time, an address or a version."""
_MARKED = re.compile(r"(?<!\S)(\*\*|``?|[\"'*_])(?P<value>(?!\s)[^\n]{1,200}?)\1(?![^\W_])")
"""A value that is marked as one, as in ``changed from **low** to **high**``."""
_SENTENCE_ENDS = re.compile(r"(\s(?:(?<=[!?;\u3002]\s)\s*|(?<=[^\W\d_]{2}\.\s)\s*|(?<=\d\.\s)\s*(?=[A-Z])|(?<=\n)))")
"""The blank comes first: it is found several times as fast as what is before it."""
_WORD = re.compile(r"[^\W\d_]+")
_AMOUNT = re.compile(
    r"(?:[^\W\d]{1,4} ?|[$\u00a2-\u00a5\u20a0-\u20cf] ?)?\d(?:[.,'\u00a0 ]?\d){2,}(?: ?[^\W\d]{1,4})?\W*$"
)
"""A number of three digits or more, perhaps with a currency, at the end of a line: the value of what is before it."""
_OPENED = " \t([{'\""
_SIGNS = " \t:=/|>\u2192\u21d2\u279c\u2013\u2014-~]})"
GAP = re.compile(r"\s{2,}")
TITLES = re.compile(r"(?i)\W*(?:title|summary|subject|headline|name)\W*$")
VALUES = re.compile(r"(?i)(?:.*[\W_])?(?:\w*values?|content|text|amount|old|new|data|dd|td|p)$")
_SEPARATOR_CELLS = re.compile(r"[\s|:+=\u2500-\u257f-]+")
_BARS = str.maketrans("\u2502\u2503\u2551\u00a6", "||||")
"""What is drawn as a bar."""
_DELIMITERS = (",", ";", "\t")
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
    columns = (
        _labels_in(rows[0], names) | amount_columns(rows[0], rows[1 + ruled :], names) if is_table else frozenset()
    )
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
    first = next(csv.reader(lines[place + 1 : place + 2], delimiter=delimiter), [])
    columns = _labels_in(heads, names) | amount_columns(heads, [first], names)
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
    heads, *first = (GAP.split(line.strip()) for line in lines[place : place + 2])
    columns = _labels_in(heads, names) | amount_columns(heads, first, names)
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


def is_amount(value: Any) -> bool:
    """Whether a value is a number of three digits or more, perhaps written with a currency."""
    if isinstance(value, str):
        return len(value) <= _LONGEST_LINE and _AMOUNT.fullmatch(value.strip()) is not None
    return is_number(value) and abs(value) >= _SMALLEST


def is_number(value: Any) -> TypeGuard[int | float]:
    """Whether a value of an answer is a number."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def holds_amounts(value: Any) -> bool:
    """Whether a value is an amount, or holds amounts and what goes with them, such as a currency, and nothing else."""
    if not isinstance(value, (dict, list)):
        return is_amount(value)
    leaves = list(_leaves(value))
    return any(map(is_amount, leaves)) and all(is_amount(leaf) or len(str(leaf)) <= _LONGEST_UNIT for leaf in leaves)


def _leaves(value: Any) -> Iterator[Any]:
    waiting = [value]
    for _ in range(_MOST_WITHIN):
        if not waiting:
            return
        item = waiting.pop()
        if isinstance(item, (dict, list)):
            waiting.extend(item.values() if isinstance(item, dict) else item)
        else:
            yield item


def amount_columns(heads: Sequence[Any], rows: Sequence[Sequence[Any]], names: PrivateNames) -> frozenset[int]:
    """The places of heads that say a private name among other words, with amounts in the first rows below."""
    telling = [place for place, head in enumerate(heads) if isinstance(head, str) and names.told_by(head)]
    return frozenset(
        place
        for place in telling
        if any(place < len(row) and is_amount(row[place]) for row in rows[:_MOST_WITHIN])
        and all(
            len(str(row[place]).strip()) <= _LONGEST_UNIT or is_amount(row[place])
            for row in rows[:_MOST_WITHIN]
            if place < len(row)
        )
    )


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
    return label.endswith((":", "=", "\uff1a")) and names.told_by(label)


def without_amounts(text: str, names: PrivateNames) -> str:
    """``text`` with a mark in the place of each amount, and each marked change, that a sentence tells of a name."""
    if not names.mentioned(text):
        return text
    parts = _SENTENCE_ENDS.split(text)
    named = False
    for place, part in enumerate(parts):
        is_mentioned = names.mentioned(part)
        if named and is_amount(part):
            parts[place] = MASK
        elif is_mentioned:
            parts[place] = _without_told(part, names)
        named = (is_mentioned and names.labels(bare_label(part))) if part.strip() else named
    return "".join(parts)


def _without_told(sentence: str, names: PrivateNames) -> str:
    plain = folded(sentence)
    named = [match.span() for match in names.mention.finditer(plain)]
    cuts = sorted({*_amounts_near(plain, named), *_changes_near(plain, named)}) if named else []
    if not cuts:
        return sentence
    parts, done = [], 0
    for begin, end in cuts:
        parts += [plain[done:begin], MASK] if begin >= done else []
        done = max(done, end)
    return "".join([*parts, plain[done:]])


def _amounts_near(text: str, named: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Amounts with a currency, those beside a name, and those that are connected with one of these."""
    ends, begins = [end for _, end in named], [begin for begin, _ in named]
    last = -1
    for amount in _PROSE_AMOUNT.finditer(text):
        begin, end = amount.span("figure")
        before, after = bisect_right(ends, begin), bisect_left(begins, end)
        place = max(ends[before - 1] if before else -1, last)
        if (
            amount["before"] or amount["after"] or amount["kilo"]
            or (place >= 0 and _connects(text[place:begin]))
            or (after < len(begins) and _connects(text[end : begins[after]]))
        ):  # fmt: skip
            last = end
            yield begin, end


def _changes_near(text: str, named: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Two marked values behind a name, as of a field that was changed from one to the other."""
    ends = [end for _, end in named]
    marked = list(_MARKED.finditer(text))
    for old, new in pairwise(marked):
        before = bisect_right(ends, old.start())
        if before and _connects(text[ends[before - 1] : old.start()]) and _connects(text[old.end() : new.start()]):
            yield old.span("value")
            yield new.span("value")


def _connects(between: str) -> bool:
    """Whether hardly a word is between a name and an amount but such as connect them."""
    if len(between) > _FARTHEST:
        return False
    words = _WORD.findall(between)
    others = [word for word in words if len(word) > _LONGEST_CONNECTING and stem(word) not in VALUE_WORDS]
    return len(others) <= _MOST_OTHERS and len(words) - len(others) <= _MOST_CONNECTING
