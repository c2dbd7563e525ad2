"""The line that begins a ticket in a text for people: what in it is the id, the title, the status and the rest.

``- [x] #12: Printer offline (closed)``, ``### PAY-1: Login fails``, ``KEY-1 | title | [>] In Progress | Alice | High``,
``[HIGH] TASK-1 - Login fails``, ``1. Login fails (ID: 7f3c..)``. A line without an id is no such line.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from msgspec import Struct

from tui_app.adapters.reading.field_names import TICKET_NOUNS, plain_name
from tui_app.adapters.reading.text_labels import label_field
from tui_app.tickets.ticket import JsonValue
from tui_app.tickets.vocabulary import is_priority, is_status

LONGEST_HEAD = 1000  # characters; a longer line is a text

_KEY = r"[A-Za-z][A-Za-z0-9_]{0,19}-\d{1,9}"
_UUID = r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_ID = rf"{_UUID}|{_KEY}|(?:[\w.-]{{1,60}}/[\w.-]{{1,60}})?#\d{{1,9}}"
_ANY_ID = rf"{_ID}|[A-Za-z0-9][\w-]{{0,40}}"
_NOUN = rf"(?:{'|'.join(TICKET_NOUNS)}|work item|pr)"

_BULLET = re.compile(
    r"(?P<indent>[ \t]*)(?:(?P<heading>#{1,6})[ \t]+|(?P<bullet>[-*+•▪◦‣→])[ \t]+|(?P<number>\d{1,5})[.)][ \t]+)?"
)
_CHECK = re.compile(r"\[(?P<mark>[ xX✓✔~>\-/])\][ \t]+")
_SYMBOLS = re.compile(r"^[^\w\[\](#*`<\"'@]+\s*")
_TAG = re.compile(r"[\[(]([^\[\]()]{1,40})[\])]\s*")
_LINKED = re.compile(r"\[([^\[\]]{1,500})\]\((https?://[^\s()]{1,2000})\)")
_LEADING_ID = re.compile(
    rf"(?:{_NOUN}\s+)?(?:(?P<open>\*\*|`|\[|<|__|\()\s*)?(?:{_NOUN}\s+)?(?P<id>{_ID})(?:\s*(?P<close>\*\*|`|\]|>|__|\)))?"
    rf"(?P<separator>\s*[:|\-–—·]+\s+|\s*\t\s*|\s{{2,}}|\s+(?=[\[(*\"“])|\s+|:?$)(?P<rest>.*)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(rf"{_NOUN}\s+#?(?P<id>\d{{1,9}})\s*[:\-–—|]\s*(?P<rest>.+)", re.IGNORECASE)
_TRAILING_ID = re.compile(
    rf"(?P<title>.{{1,500}}?)\s*[\[(]\s*(?:(?:issue|ticket|task)?\s*(?:id|key|number|no\.?|#)\s*[:=#]?\s*`?(?P<named>{_ANY_ID})"
    rf"|`?(?P<bare>{_ID}))`?\s*[\])](?P<rest>.*)",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(r"\s+[|·•—–]\s+|\s*\t\s*|\s+\|\s*$|\s{2,}")
_TAIL_GROUP = re.compile(r"\s*[\[(（［]([^\[\]()（）［］]{1,120})[\])）］]\s*$")
_SIGNS_BEHIND = re.compile(r"(?<=[)\]])\s*[^\w\s\[\](){}<>*`\"'#@.,;:!?|-]{1,3}$")
_COMMAS = re.compile(r"[,，、]")
_PLACED_ID = re.compile(r"(\*\*|`|)([\w.-]{1,60}/[\w.-]{1,60})\1 (#\d{1,9}\b)")
"""A number that stands apart from the repository that it is one of: ``**acme/shop** #7``."""
_HANDLE = re.compile(r"\s(@[\w.-]{1,60})\s*$")
_LABELLED_TAIL = re.compile(r"\s+(?:-\s+)?(?=(?:status|state|priority|assignee|assigned to)\s*[:=])", re.IGNORECASE)
_NAME = re.compile(r"@[\w.-]{1,60}|[^\W\d_][\w.'’-]{0,30}(?:\s[^\W\d_][\w.'’-]{0,30}){1,3}")
_DONE_MARKS = "xX✓✔"
_TYPES = frozenset((*TICKET_NOUNS, "epic", "improvement", "subtask", "chore", "enhancement", "question"))


class Shape(NamedTuple):
    """How a line is set off, and what kind of id it has: lines of one list have one shape."""

    kind: str
    indent: int
    identity: str = ""


class Head(Struct):
    """What a line that begins a ticket says."""

    shape: Shape
    fields: dict[str, JsonValue]


def head_of(line: str) -> Head | None:
    """What ``line`` says of a ticket that begins there; None where it names no id."""
    if len(line) > LONGEST_HEAD:
        return None
    shape, text, fields = _stripped(line)
    text = _without_tags(text, fields)
    linked = _LINKED.search(text)
    if linked:
        fields["url"] = linked[2]
        text = f"{text[: linked.start()]}{linked[1]}{text[linked.end() :]}"
    placed = _PLACED_ID.match(text)
    match = _leading(f"{placed[2]}{placed[3]}{text[placed.end() :]}" if placed else text, shape)
    if match is not None:
        identity, rest = match
        fields["id"] = identity.removeprefix("#")
        rest = _without_tags(rest, fields)
    else:
        trailing = _TRAILING_ID.fullmatch(text)
        if trailing is None or (trailing["named"] is None and shape.kind == "plain"):
            return None
        fields["id"] = (trailing["named"] or trailing["bare"]).removeprefix("#")
        rest = f"{trailing['title']} {trailing['rest'].strip()}".rstrip()
    _read_tail(rest, fields)
    return Head(shape._replace(identity=_kind_of_id(str(fields["id"]))), fields)


def _kind_of_id(identity: str) -> str:
    return "number" if identity.isdecimal() else "path" if "#" in identity else "word"


def check_item(line: str) -> Head | None:
    """What a check list's line says: a title and whether it is done, for lists without ids."""
    match = _BULLET.match(line)
    if len(line) > LONGEST_HEAD or match is None or not _CHECK.match(line[match.end() :]):
        return None
    shape, text, fields = _stripped(line)
    _read_tail(text, fields)
    return Head(shape, fields) if fields.get("title") else None


def classify(part: str) -> str | None:
    """The field that a part of a line is by its words: ``high`` is a priority, ``in progress`` a status."""
    if is_status(part):
        return "status"
    if is_priority(part):
        return "priority"
    return "type" if plain_name(part[:60].replace(".", " ")) in _TYPES else None


def undecorated(text: str) -> str:
    """``text`` without Markdown's marks round the whole of it."""
    text = text.strip()
    for mark in ("**", "__", "`", "*", "_", "~~"):
        while len(text) > 2 * len(mark) and text.startswith(mark) and text.endswith(mark):
            text = text[len(mark) : -len(mark)].strip()
    return text


def _stripped(line: str) -> tuple[Shape, str, dict[str, JsonValue]]:
    """The line without bullet, number, heading marks, check box and symbols; a ticked box is a status."""
    match = _BULLET.match(line)
    groups = match.groupdict() if match else {}
    kinds = (("heading", f"heading{groups.get('heading')}"), ("bullet", "bullet"), ("number", "number"))
    kind = next((kind for group, kind in kinds if groups.get(group)), "plain")
    fields: dict[str, JsonValue] = {}
    text = line[match.end() if match else 0 :].strip()
    box = _CHECK.match(text)
    if box:
        text = text[box.end() :]
        fields["done"] = box["mark"] in _DONE_MARKS
        kind = "check"
    return Shape(kind, len((groups.get("indent") or "").expandtabs(4))), _SYMBOLS.sub("", text, count=1), fields


def _without_tags(text: str, fields: dict[str, JsonValue]) -> str:
    """The text behind tags such as ``[HIGH]`` and ``(open)``; what they say goes into ``fields``."""
    while tag := _TAG.match(text):
        field = classify(tag[1])
        if field is None:
            break
        fields.setdefault(field, tag[1].strip())
        text = text[tag.end() :]
    return text


def _leading(text: str, shape: Shape) -> tuple[str, str] | None:
    match = _LEADING_ID.fullmatch(text)
    if match is not None:
        bare = match["open"] is None and "#" not in match["id"]
        only_space = not match["separator"].strip() and len(match["separator"]) == 1 and "\t" not in match["separator"]
        spaced_word = bare and only_space and not (match["id"].isupper() and shape.kind != "plain")
        if not spaced_word or not match["rest"]:
            return match["id"], match["rest"].strip()
    numbered = _NUMBERED.fullmatch(text)
    return (numbered["id"], numbered["rest"]) if numbered else None


def _read_tail(text: str, fields: dict[str, JsonValue]) -> None:
    """Divide what follows the id into the title and what is said besides."""
    first, *parts = _SEPARATORS.split(_SIGNS_BEHIND.sub("", text))
    first, groups = _without_groups(first)
    labelled = _LABELLED_TAIL.split(first, maxsplit=1)
    if len(labelled) > 1:
        first, parts = labelled[0], [*labelled[1].split(","), *parts]
    if parts and classify(first):
        first, parts = _longest_first([first, *parts])
    fields["title"] = undecorated(first.rstrip(" :-–—|")) or None
    unknown = [part for part in (*groups, *(part.strip() for part in parts)) if part and not _understood(part, fields)]
    if len(unknown) == 1 and (parts or groups) and "assignee" not in fields and _NAME.fullmatch(unknown[0]):
        fields["assignee"] = unknown[0].removeprefix("@")


def _without_groups(text: str) -> tuple[str, list[str]]:
    """The text without the brackets at its end whose words are fields, and those words."""
    groups: list[str] = []
    handle = _HANDLE.search(text)
    if handle:
        groups, text = [handle[1]], text[: handle.start()]
    while group := _TAIL_GROUP.search(text):
        parts = [part.strip() for part in _COMMAS.split(group[1])]
        known = sum(bool(classify(part) or _labelled(part) or part.startswith("@")) for part in parts)
        if known < len(parts) and not (known and text[: group.start()].endswith("**")):
            break
        groups = [*parts, *groups]
        text = _SIGNS_BEHIND.sub("", text[: group.start()])
    return text, groups


def _longest_first(parts: list[str]) -> tuple[str, list[str]]:
    """The best title among ``parts``, where the first is none: the longest of no known kind; and the others."""
    title = max((part for part in parts if not classify(part)), key=len, default=parts[0])
    rest = list(parts)
    rest.remove(title)
    return title, rest


def _understood(part: str, fields: dict[str, JsonValue]) -> bool:
    """Whether ``part`` is a field's value; then it is put into ``fields``."""
    marked = _CHECK.match(part)
    if marked:
        fields.setdefault("status", part[marked.end() :].strip())
        return True
    labelled = _labelled(part)
    if labelled:
        fields.setdefault(*labelled)
        return True
    field = classify(part)
    if field:
        fields.setdefault(field, undecorated(part))
    elif part.casefold() == "unassigned":
        fields.setdefault("assignee", None)
    return field is not None or part.casefold() == "unassigned" or part.casefold().startswith("due ")


def _labelled(part: str) -> tuple[str, str] | None:
    name, separator, value = part.partition(":")
    if not separator:
        name, separator, value = part.partition("=")
    field = label_field(undecorated(name)) if separator and len(name) < 40 else None
    return (field, undecorated(value.strip().strip("*"))) if field and value.strip() else None
