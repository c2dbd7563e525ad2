"""Private fields are taken out of text for people: lines, tables, sections, records and elements that a name labels.

Invariant: one pass over the lines for each form, so that hostile text stays linear; what no private name labels stays
to the letter. Of what is unclear more is taken out, never less.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from tui_app.tickets.private_names import DECORATION, PrivateNames, bare_label, heading_of, without_signs
from tui_app.tickets.private_tables import (
    GAP,
    TITLES,
    VALUES,
    ends_in_amount,
    is_amount,
    without_amounts,
    without_columns,
)

_ARROWS = r"[-=~]+>|>>+|[\u2190-\u21ff\u25b6\u25ba\u2794-\u27be\u27f0-\u27ff\u2900-\u297f\u2b05-\u2b11\u203a\u00bb]"
_LABEL_ENDS = re.compile(rf"{_ARROWS}|[:=|,;\u00b7\uff1a\t]|\*\*|__|\s[-\u2013\u2014>|]\s|\s{{2,}}")
_LABEL_SIGNS = frozenset((":", "=", "|", "\u00b7", "\uff1a", "**", "__", "\t"))
"""What ends a label also in a text of one line; a dash in a title, as in `Salary - once more`, does not."""
_ARROW = re.compile(_ARROWS)  # ends one there, too, and may as well stand before one
_UNDERLINE = re.compile(r"\s*(?:={3,}|-{3,}|~{3,})\s*$")
_CELL_ENDS = frozenset(("td", "th", "tr", "table", "tbody", "thead"))
_ALONE = re.compile(r"\s*(?:\*\*|__|\*|==+\s|\[).+(?:\*\*|__|\*|\s==+|\])\s*:?\s*$")
"""A line of its own that stands out, as a heading in bold does."""
_NAMING = re.compile(
    r"(?i)^(?P<dash>\s*-\s+)?\s*[\"']?(?:\w*(?:name|key|field|label|property|attribute|column|id))[\"']?\s*[:=]"
)
_DEFINITION = re.compile(r"\s*:\s+\S")
"""The second line of a definition, below what it defines."""
_LABELLED = re.compile(r"[^\w\n]{0,20}\w[^:=|\n]{0,60}(?:[:=|\uff1a]|\s[-\u2013\u2014\u2192>]\s)")
_DASHES = ("- ", "* ", "+ ", "\u2022")
_LONGEST_TAG = 500  # characters; longer ones are no tag
_TAG = re.compile(rf"<(?P<close>/?)(?P<name>[\w:.\-]+)(?P<rest>[^<>]{{0,{_LONGEST_TAG}}})>")
_ATTRIBUTE = re.compile(r"\s(?P<name>[\w:.\-]+)\s*=\s*(?P<quote>[\"'])(?P<value>[^\"'<>]*)(?P=quote)")
_VALUE_TAGS = frozenset(("span", "div", "b", "strong", "em", "i", "code", "li", "font"))
"""Elements that hold a value behind the one of its name, besides those that are called so."""
_BLANK = re.compile(r"\s*")
_MOST_WITHIN = 100  # tags of a value, lines of a record: a bound, so that hostile text stays linear
_LONGEST_LABEL = 120  # characters
_MOST_WORDS = 5
_BRACKETED = re.compile(r"\([^()]{0,40}\)\s*$")
_NEXT_LABEL = re.compile(
    r"[|\u00b7;\n\t<]|&(?=[\w.%-]+=)|\s{2,}|,\s*[\"'*_`]*[A-Za-z][\w .-]{0,40}[\"'*_`]*\s*[:=]|[)\]}](?=\s|$)"
)


def without_labelled(text: str, names: PrivateNames) -> str:
    """``text`` without what one of ``names`` labels."""
    for form in (_without_elements, without_columns, _without_records, _without_lines, without_amounts):
        text = form(text, names)
    return text


# ------------------------------------------------------------------ elements


def _without_elements(text: str, names: PrivateNames) -> str:
    """Without XML and HTML elements that a name labels; one that is never closed goes up to the end of its line."""
    if "<" not in text:
        return text
    tags = [tag for tag in _TAG.finditer(text)]  # noqa: C416 (``list`` could not be broken off)
    cuts = list(_cells_of_columns(text, tags, names))
    depth, opened = 0, 0
    private = ""
    for place, tag in enumerate(tags):
        is_empty = tag["rest"].endswith("/")
        if depth and tag["name"] == private and not is_empty:
            depth += -1 if tag["close"] else 1
            if depth == 0:
                cuts.append((opened, tag.end()))
        elif not depth and not tag["close"] and _is_private_tag(tag, names):
            if is_empty:
                cuts.append((tag.start(), tag.end()))
            else:
                private, depth, opened = tag["name"], 1, tag.start()
        elif not depth and not tag["close"]:
            cuts += _parts_of_element(text, tags, place, names)
    if depth:
        line_end = text.find("\n", opened)
        cuts.append((opened, len(text) if line_end < 0 else line_end))
    return _without(text, cuts)


def _cells_of_columns(text: str, tags: list[re.Match[str]], names: PrivateNames) -> Iterator[tuple[int, int]]:
    """The cells below a head, in the first row of an HTML table, that is a private name."""
    private: set[int] = set()
    row, column = 0, 0
    for place, tag in enumerate(tags):
        kind = tag["name"].lower()
        if kind == "table":
            private, row = set(), 0
        elif kind == "tr":
            row, column = row + (not tag["close"]), 0
        elif kind in ("td", "th") and not tag["close"]:
            end = next(
                (t.start() for t in tags[place + 1 : place + _MOST_WITHIN] if t["name"].lower() in _CELL_ENDS), 0
            )
            words = text[tag.end() : end or tag.end()]
            if row == 1 and len(words) <= _LONGEST_TAG and names.labels(bare_label(_TAG.sub("", words))):
                private.add(column)
            elif column in private and row > 1:
                yield tag.end(), end or len(text)
            column += 1


def _parts_of_element(
    text: str, tags: list[re.Match[str]], place: int, names: PrivateNames
) -> Iterator[tuple[int, int]]:
    if end := _end_of_pair(text, tags, place, names):
        yield tags[place].start(), end
    else:
        yield from _attributes(tags[place], names)


def _is_private_tag(tag: re.Match[str], names: PrivateNames) -> bool:
    """By its own name, or by an attribute that names the field."""
    if tag["name"].partition(":")[2] in names or tag["name"] in names:
        return True
    return any(names.labels(a["value"]) and not TITLES.match(a["name"] + "x") for a in _ATTRIBUTE.finditer(tag["rest"]))


def _attributes(tag: re.Match[str], names: PrivateNames) -> Iterator[tuple[int, int]]:
    begin = tag.start("rest")
    return ((begin + a.start(), begin + a.end()) for a in _ATTRIBUTE.finditer(tag["rest"]) if a["name"] in names)


def _end_of_pair(text: str, tags: list[re.Match[str]], place: int, names: PrivateNames) -> int:
    """Where the value ends that follows an element whose text is a private name; 0: this is no such element."""
    if place + 1 >= len(tags):
        return 0
    closing = tags[place + 1]
    words = text[tags[place].end() : closing.start()]
    if _is_break(closing) and names.labels(bare_label(words)):
        return _start_of(tags, place + 2, text)
    if not closing["close"] or len(words) > _LONGEST_LABEL or not names.labels(words):
        return 0
    following = tags[place + 2] if place + 2 < len(tags) else None
    gap = text[closing.end() : following.start() if following else len(text)]
    if gap.strip(" \t\r\n:|"):
        return len(text) if following is None else following.start()
    if following is not None and _is_break(following):
        return _start_of(tags, place + 3, text)
    if following is None or following["close"] or not _holds_value(following["name"]):
        return 0
    closings = (
        tag for tag in tags[place + 3 : place + _MOST_WITHIN] if tag["close"] and tag["name"] == following["name"]
    )
    return next((tag.end() for tag in closings), len(text))


def _is_break(tag: re.Match[str]) -> bool:
    return tag["name"].casefold() == "br"


def _start_of(tags: list[re.Match[str]], place: int, text: str) -> int:
    return tags[place].start() if place < len(tags) else len(text)


def _holds_value(tag: str) -> bool:
    return bool(VALUES.match(tag)) or tag.casefold() in _VALUE_TAGS


# ------------------------------------------------------------------- records


def _without_records(text: str, names: PrivateNames) -> str:
    """Without the values of records in lines: ``name: Salary`` and beside it ``value: 1``."""
    lines = text.split("\n")
    gone: set[int] = set()
    done = (0, -1)
    for place, line in enumerate(lines):
        head = _NAMING.match(line) if names.mentioned(line) else None
        label = bare_label(line[head.end() :].split(" #")[0].rstrip(",")) if head else ""
        is_named = names.labels(label)
        if not is_named and not names.told_by(label):
            continue
        if place < done[0] and done[1] == _indent(line):
            continue  # in the record that was looked through just now
        record = list(_record(lines, place))
        done = (record[-1] + 1, _indent(line))
        for number in record:
            key, *rest = re.split(r"[:=]", lines[number], maxsplit=1)
            if number != place and VALUES.match(bare_label(key)) and (is_named or any(map(is_amount, rest))):
                gone.update(_with_deeper(lines, number))
    return "\n".join(line for place, line in enumerate(lines) if place not in gone)


def _record(lines: list[str], place: int) -> Iterator[int]:
    """The lines of the record that the line at ``place`` belongs to."""
    indent = _indent(lines[place])
    begin = place
    while (
        begin > place - _MOST_WITHIN
        and begin
        and not lines[begin].lstrip().startswith("- ")
        and lines[begin - 1].strip()
    ):
        if _indent(lines[begin - 1]) < indent:
            break
        begin -= 1
    yield from range(begin, place)
    for number in range(place, min(place + _MOST_WITHIN, len(lines))):
        starts_next = number > place and lines[number].lstrip().startswith("- ") and _indent(lines[number]) <= indent
        if starts_next or not lines[number].strip() or _indent(lines[number]) < indent:
            return
        yield number


def _with_deeper(lines: list[str], place: int) -> Iterator[int]:
    yield place
    depth = _indent(lines[place])
    for number in range(place + 1, len(lines)):
        if lines[number].strip() and _depth(lines[number]) <= depth:
            return
        yield number


def _indent(line: str) -> int:
    """The column of a line's first word; a dash before it counts as blank."""
    return len(line) - len(line.lstrip(" \t-"))


# --------------------------------------------------------------------- lines


def _without_lines(text: str, names: PrivateNames) -> str:
    """Without labelled lines (with what is indented below them), labelled parts of lines, and headed sections."""
    lines = text.split("\n")
    kept: list[str] = []
    is_gone: Callable[[str], bool] | None = None
    for place, line in enumerate(lines):
        if is_gone is not None and is_gone(line):
            continue
        following = lines[place + 1] if place + 1 < len(lines) else ""
        is_gone = _what_follows(line, following, names, alone=len(lines) == 1) if names.mentioned(line) else None
        if is_gone is None:
            kept.append(_without_parts(line, names) if names.mentioned(line) else line)
    return "\n".join(kept)


def _what_follows(line: str, following: str, names: PrivateNames, *, alone: bool) -> Callable[[str], bool] | None:
    """What goes with a line that a name labels; None: it is no such line."""
    kind, level, title = heading_of(line)
    if names.labels(bare_label(title)) and (kind != "*" or following.strip()):
        return lambda later: heading_of(later)[0] != kind or heading_of(later)[1] > level
    is_name = names.labels(bare_label(line))
    if is_name and (_UNDERLINE.match(following) or _ALONE.match(line)) and following:
        return _until_next_section()
    if _is_labelled(line, names, alone=alone) or (is_name and _depth(following) > _depth(line)):
        return _value_below(line, following)
    if _DEFINITION.match(following) and names.labels(bare_label(line.lstrip(" \t?"))):
        return _value_below(line, following)
    return None


def _value_below(line: str, following: str) -> Callable[[str], bool]:
    """What is indented below a label; where the label is alone on its line, also the text or list below it."""

    def deeper(later: str) -> bool:
        return not later.strip() or _depth(later) > _depth(line)

    if _DEFINITION.match(following):
        return lambda later: deeper(later) or bool(_DEFINITION.match(later))
    if not line.rstrip(" \t*_`").endswith((":", "\uff1a")) or not following.strip() or deeper(following):
        return deeper
    if following.lstrip().startswith(_DASHES):
        return lambda later: deeper(later) or later.lstrip().startswith(_DASHES)
    in_text = True

    def of_text(later: str) -> bool:
        nonlocal in_text
        in_text = in_text and bool(later.strip()) and not _LABELLED.match(later) and heading_of(later)[0] != "#"
        return in_text

    return of_text


def _depth(line: str) -> int:
    """The column at which a line begins; 0 for a blank one."""
    return len(line.rstrip()) - len(line.strip())


def _until_next_section() -> Callable[[str], bool]:
    seen = False

    def below(line: str) -> bool:
        nonlocal seen
        if not line.strip():
            return not seen
        if heading_of(line)[0] == "#" or (seen and _ALONE.match(line)):
            return False
        seen = seen or not _UNDERLINE.match(line)
        return True

    return below


def _is_labelled(line: str, names: PrivateNames, *, alone: bool) -> bool:
    """Whether a line, which may be the only one, begins with a private name and what ends a label."""
    bare = without_signs(line)
    if bare.rstrip().endswith(":") and names.labels(bare_label(bare)):
        return True
    for end in _LABEL_ENDS.finditer(bare[:_LONGEST_LABEL]):
        is_plain = end[0] in _LABEL_SIGNS
        if (
            (is_plain or not alone or _ARROW.fullmatch(end[0]))
            and names.labels(bare_label(bare[: end.start()]))
            and bare[end.end() :].strip(DECORATION)
        ):
            return True
        if is_plain or end[0] in ",;":
            break
    return ends_in_amount(bare, names)


def _without_parts(line: str, names: PrivateNames) -> str:
    """Without parts such as ``Salary: 100`` between others."""
    cuts: list[tuple[int, int]] = []
    for sign in re.finditer(r"[:=]", line):
        bracket = _BRACKETED.search(line, max(0, sign.start() - _LONGEST_LABEL), sign.start())
        before = bracket.start() if bracket else sign.start()
        earliest = max(0, before - _LONGEST_LABEL)
        begin = max(earliest - 1, *(line.rfind(mark, earliest, before) for mark in "|;,([{\t\u00b7>?&")) + 1
        words = line[begin : sign.start()]
        label = GAP.split(words)[-1]
        if sign[0] == "=" and not names.labels(bare_label(label)):  # as in a log: ``id=1 salary=5000 by=me``
            tails = (" ".join(label.split(" ")[-count:]) for count in range(1, _MOST_WORDS))
            label = next((tail for tail in tails if names.labels(bare_label(tail))), label)
        if names.labels(bare_label(label)) and (not cuts or sign.start() > cuts[-1][1]):
            blank = _BLANK.match(line, sign.end())
            end = _NEXT_LABEL.search(line, blank.end() if blank else sign.end())
            cuts.append((sign.start() - len(label), end.start() if end else len(line)))
    return _without(line, cuts)


def _without(text: str, cuts: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    done = 0
    for begin, end in sorted(cuts):
        if begin >= done:
            parts.append(text[done:begin])
            done = end
    return "".join([*parts, text[done:]])
