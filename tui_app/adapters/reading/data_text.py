"""Data in a text: JSON as the whole of it, in fences, behind a sentence, or line by line; XML; or a TOON document.

Invariant: never raises; time linear in the text, since every failed attempt is counted against a bound.
"""

from __future__ import annotations

import ast
import json
import re
from xml.parsers.expat import ExpatError, ParserCreate

from tui_app.adapters.reading.marked_documents import html_tables, with_front_matter
from tui_app.tickets.json_values import json_or_none, read_json
from tui_app.tickets.ticket import JsonValue

_FENCE = r"(?is)```(?:json[c5]?|javascript)?[ \t]*\r?\n(.*?)```"
_START = r"(?:^|(?<=[\s>:=]))[\[{]"
_MOST_ATTEMPTS = 20  # places at which JSON could begin and does not; a text has braces of its own
_MOST_LINES = 20_000
_TOON_ARRAY = re.compile(
    r'((?m:^) *+(?:- )*+(?:"(?:[^"\\\n]|\\.)*+"|[^\s":,\[\]{}][^":\[\]{}\n]*+)?\[)#?'
    r"(?=\d{1,9}[|\t]?\](?:\{[^}\n]*\})?:)"
)
"""The header of an array up to its length: ``issues[2]{id,title}:``, ``- tags[3]:``."""
_LONGEST_PYTHON = 500_000  # characters
_PYTHON_START = re.compile(r"[\[{(\s]*'")
_LONGEST_XML = 8_000_000  # characters
_DEEPEST_XML = 60  # elements within elements
_XML_DECLARATIONS = re.compile(r"<!(?:DOCTYPE[^>]*\[|ENTITY)", re.IGNORECASE)
_DECODER = json.JSONDecoder()
_OBJECT_LINE = re.compile(r"[^{\[]{0,12}\{.*\}$")
_MATTER = "---\n"


def json_of(text: str) -> JsonValue:
    """The JSON value that ``text`` is or holds: a list or an object; None where there is none."""
    stripped = text.strip().removeprefix("\ufeff")
    if stripped[:1] == '"' and stripped[-1:] == '"':
        return _encoded_again(stripped)
    if stripped[:1] in ("{", "["):
        whole = _loads(stripped)
        if whole is not None:
            return whole
        lines = _json_lines(stripped)
        if lines is not None:
            return lines
        written = _python_value(stripped)
        if written is not None:
            return written
    if stripped[:1] == "<" and (marked := html_tables(stripped) or xml_of(stripped)) is not None:
        return marked
    if stripped.startswith(_MATTER) and (documents := with_front_matter(stripped)):
        return documents
    return _fenced(stripped) or _among_lines(stripped, _embedded(stripped))


def _among_lines(text: str, embedded: JsonValue) -> JsonValue:
    """One object a line, each behind the same few characters, among lines of other words; else ``embedded``."""
    if isinstance(embedded, list) or text.count("{") < 2:
        return embedded
    lines = [line.strip().rstrip(",") for line in text.split("\n", _MOST_LINES)[:_MOST_LINES]]
    found = [_loads(line[line.index("{") :]) for line in lines if _OBJECT_LINE.match(line)]
    rows: list[JsonValue] = [row for row in found if isinstance(row, dict)]
    return rows if len(rows) > 1 and len(rows) == len(found) and embedded in (None, *rows) else embedded


def _encoded_again(text: str) -> JsonValue:
    """JSON in a JSON string, as servers answer that encode twice."""
    inner = json_or_none(text)
    return json_of(inner) if isinstance(inner, str) and len(inner) < len(text) else None


def _python_value(text: str) -> JsonValue:
    """What Python prints for a list or a dict, as servers answer that forget to encode: ``[{'id': 1}]``."""
    if len(text) > _LONGEST_PYTHON or not _PYTHON_START.match(text):
        return None
    try:
        value = ast.literal_eval(text)
        plain: JsonValue = read_json(json.dumps(value, default=str))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None
    return plain if isinstance(plain, (list, dict)) else None


def xml_of(text: str, longest: int = _LONGEST_XML) -> JsonValue:
    """An XML document of at most ``longest`` characters: an element is an object of its attributes and children, and
    children of one name are a list. None for what is no XML or declares entities."""
    if len(text) > longest or _XML_DECLARATIONS.search(text):
        return None  # entities could unfold to any size
    builder = _XmlReader()
    parser = ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = builder.start, builder.end
    parser.CharacterDataHandler = builder.text
    try:
        parser.Parse(text.encode(), True)  # noqa: FBT003  # expat takes it by position
    except (ExpatError, RecursionError):
        return None
    value = builder.value
    return value if isinstance(value, dict) and builder.has_structure else None


class _XmlReader:
    """Builds the value while the document is read."""

    def __init__(self) -> None:
        self.value: JsonValue = None
        self.has_structure = False
        self._open: list[tuple[dict[str, JsonValue], list[str]]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        del name
        if len(self._open) > _DEEPEST_XML:
            raise RecursionError
        self._open.append((dict(attributes), []))

    def text(self, text: str) -> None:
        self._open[-1][1].append(text)

    def end(self, name: str) -> None:
        members, texts = self._open.pop()
        words = "".join(texts).strip()
        value: JsonValue = {**({"text": words} if words else {}), **members} if members else words
        if not self._open:
            self.value = value
            return
        self.has_structure = self.has_structure or bool(members) or len(self._open) > 1
        parent = self._open[-1][0]
        known = parent.get(name)
        if name not in parent:
            parent[name] = value
        elif isinstance(known, list):
            known.append(value)
        else:
            parent[name] = [known, value]


def _loads(text: str) -> JsonValue:
    value = json_or_none(text)
    return value if isinstance(value, (list, dict)) else None


def _json_lines(text: str) -> JsonValue:
    """One object a line."""
    lines = text.split("\n")
    if not 1 < len(lines) <= _MOST_LINES:
        return None
    rows: list[JsonValue] = []
    for line in lines:
        if not line.strip():
            continue
        row = _loads(line.strip().rstrip(","))
        if row is None:
            return None
        rows.append(row)
    return rows


def _fenced(text: str) -> JsonValue:
    if "```" not in text:
        return None
    found: list[JsonValue] = [_loads(match[1].strip()) for match in re.finditer(_FENCE, text)]
    values = [value for value in found if value is not None]
    if len(values) == 1:
        return values[0]
    return list(values) or None


def _embedded(text: str) -> JsonValue:
    """The largest JSON value that begins somewhere in ``text``; a pair of brackets in a sentence is none."""
    best: JsonValue = None
    longest, position = 0, 0
    for _ in range(_MOST_ATTEMPTS):
        start = re.compile(_START).search(text, position)
        if start is None:
            break
        try:
            value, end = _DECODER.raw_decode(text, start.start())
        except (ValueError, RecursionError):
            position = start.end()
            continue
        if end - start.start() > longest and _is_data(value):
            best, longest = value, end - start.start()
        position = end
    return best


def _is_data(value: object) -> bool:
    """An object, or a list that holds one; ``[1]`` and ``[]`` are marks in a text."""
    return bool(value) and (isinstance(value, dict) or (isinstance(value, list) and isinstance(value[0], dict)))


def parse_toon(text: str) -> JsonValue:
    """The value of a TOON document (https://github.com/toon-format/spec), None for a text that holds no TOON array."""
    if text.lstrip().startswith("- ") or not _TOON_ARRAY.search(text):
        return None  # no document begins with an item; a list in Markdown does
    import toon_format  # takes longer to load than to read an answer; few servers use it

    for document in (text, _TOON_ARRAY.sub(r"\1", text)):  # without the "#" that older encoders put before a length
        try:
            value: JsonValue = toon_format.decode(document, strict=False)
        except (toon_format.ToonDecodeError, ValueError):
            continue
        return value
    return None
