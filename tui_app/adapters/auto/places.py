"""Fills the arguments that name a place (a board, a project, a repository) from the tools that list such places.

Everything here is a conversation: a generator that yields calls, is sent their answers, and returns what it found. It
does no input or output by itself. Invariant: at most `MOST_PLACES` places, at most `_DEEPEST` lists within lists.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import product
from typing import TypeAlias, TypeVar

from msgspec import Struct, field

from tui_app.adapters.auto.flat_arguments import Argument, about
from tui_app.adapters.auto.tool_variants import ToolVariant
from tui_app.adapters.base import ToolCall
from tui_app.adapters.failures import failure_in
from tui_app.adapters.reading import payloads, word_of
from tui_app.adapters.reading.field_names import CERTAIN_NAME, ID_WORDS, PLACES, hints, names, plain_name, singular
from tui_app.adapters.reading.field_values import Row, indexed
from tui_app.adapters.reading.learned import tables
from tui_app.adapters.safety.gate import name_may_write
from tui_app.adapters.safety.verbs import means_reading, split_words
from tui_app.mcp_client.types import CallToolResult
from tui_app.tickets.errors import MCPError
from tui_app.tickets.fields import CALLED
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import JsonValue

T = TypeVar("T")
Conversation: TypeAlias = Generator[ToolCall, CallToolResult, T]
"""Yields calls, is sent their answers, and returns what it found."""

MOST_PLACES = 25  # asked for one search; a tracker may have thousands of projects
_DEEPEST = 3  # boards of workspaces of organisations
_MOST_SOURCES = 3  # tools tried for one argument
_MOST_VALUES = 8  # of an enum that has no word for all of them
_SHORTEST_PREFIX = 4  # letters that ``repo`` and ``repository`` share
_PATH = re.compile(r"[\w.-]{1,100}(?:/[\w.-]{1,100}){1,2}")
_ADDRESSES = names("key slug identifier gid id uuid name title")
_FOLDERS = frozenset(names("root cwd dir directory folder"))
_PLACED = frozenset(names("path workspace project repo"))
_SAYS_FOLDER = re.compile(rf"\b(?:{'|'.join(_FOLDERS)}|absolute path|file ?system)\b", re.IGNORECASE)
_NO_NOUN = frozenset((*ID_WORDS, "name", "slug", "gid", "path", "current", "target", "default"))


class Place(Struct, frozen=True):
    """One value for each argument that names a place, by path; ``label`` is what people call it."""

    values: Mapping[str, JsonValue] = field(default_factory=dict)
    label: str = ""
    words: frozenset[str] = frozenset()
    """Everything that its row says in one word or name, folded: what a user may type for it."""
    names: Mapping[str, str] = field(default_factory=dict)
    """What people call what is addressed by a value: the place itself, last, and what it lies in."""

    def is_called(self, wanted: str) -> bool:
        """Whether the user may mean this place."""
        return wanted.strip().casefold() in self.words


def qualified(place: Place, identity: str) -> str:
    """The id of a ticket whose number counts within its place: ``acme/web#7``."""
    return f"{'/'.join(map(str, place.values.values()))}#{identity}"


class Planner:
    """Knows which tools list places. ``call`` makes a call of a variant with values by path, None where it cannot;
    ``folder`` is where the server's program runs.
    """

    def __init__(
        self,
        variants: Sequence[ToolVariant],
        call: Callable[[ToolVariant, Mapping[str, JsonValue]], ToolCall | None],
        lacking: Callable[[ToolVariant], list[Argument]],
        folder: str = "",
    ) -> None:
        self._folder = folder
        self._variants = variants
        self._call = call
        self._lacking = lacking

    def places(self, variant: ToolVariant, lacking: Sequence[Argument], depth: int = 0) -> Conversation[list[Place]]:
        """What to call ``variant`` with, for its ``lacking`` arguments; empty where they cannot be filled."""
        found = [Place()]
        for argument in lacking:
            if all(argument.path in place.values for place in found):
                continue
            own = yield from self._of_argument(variant, argument, lacking, depth)
            found = [_joined(one, other) for one, other in product(found, own)][: MOST_PLACES * 4]
        return found

    def _of_argument(
        self, variant: ToolVariant, argument: Argument, lacking: Sequence[Argument], depth: int
    ) -> Conversation[list[Place]]:
        if argument.values:
            reading = [value for value in argument.values if not _orders_to_write(value)]
            return [Place({argument.path: value}, str(value)) for value in reading[:_MOST_VALUES]]
        own = self.sources(variant, argument)
        others = [] if own else [source for one in lacking for source in self.sources(variant, one)]
        for source in (own or others)[:_MOST_SOURCES] if depth < _DEEPEST else ():
            needed = self._lacking(source)
            above = (yield from self.places(source, needed, depth + 1)) if needed else [Place()]
            found: list[Place] = []
            for outer in above[:MOST_PLACES]:
                for at, result in (yield from self._listed(source, outer, depth)):
                    rows = _rows_with(result, argument, lacking) or (rows_of(result) if own else [])
                    found += _places_in(rows, argument, lacking, at, about(argument, variant.tool))
            if found:
                return found
        return [Place({argument.path: self._folder})] if self._folder and names_a_folder(argument) else []

    def _listed(
        self, source: ToolVariant, outer: Place, depth: int
    ) -> Conversation[list[tuple[Place, CallToolResult]]]:
        """What ``source`` lists at ``outer``; within each place that its error asks for, where it does."""
        call = self._call(source, outer.values)
        if call is None:
            return []
        result = yield call
        failure = failure_in(result)
        if failure is None:
            return [(outer, result)]
        asked = [
            argument for argument in places_asked_for(source.arguments, failure) if argument.path not in outer.values
        ]
        within = (yield from self.places(source, asked, depth + 1)) if asked else []
        found: list[tuple[Place, CallToolResult]] = []
        for place in within[:MOST_PLACES]:
            at = _joined(outer, place)
            again = self._call(source, at.values)
            result = (yield again) if again else result
            if again and failure_in(result) is None:
                found.append((at, result))
        return found

    def sources(self, variant: ToolVariant, argument: Argument) -> list[ToolVariant]:
        """The variants that list what ``argument`` names, those that need least first."""
        nouns = [word for word in argument.words if word not in _NO_NOUN]
        ranked: list[tuple[int, int, ToolVariant]] = []
        for number, source in enumerate(self._variants):
            needed = self._lacking(source)
            is_own = source.tool.name == variant.tool.name or any(a.name == argument.name for a in needed)
            told = _is_told_of(source, variant, argument)
            if not is_own and (told or (nouns and _lists(source, nouns[-1]))):
                extra = len(_object_words(source)) - 1
                ranked.append((len(needed) * 4 + extra - told, number, source))
        return [source for _, _, source in sorted(ranked, key=lambda entry: entry[:2])]


def _orders_to_write(value: JsonValue) -> bool:
    return isinstance(value, str) and name_may_write(split_words(value), strong_only=True)


def _object_words(variant: ToolVariant) -> list[str]:
    words = list(variant.words)
    begin = next((at for at, word in enumerate(words) if means_reading(word)), None)
    return words[:begin] + words[begin + 1 :] if begin is not None else words


def _lists(variant: ToolVariant, noun: str) -> bool:
    """Whether the last thing that the name of ``variant`` names is a ``noun``: ``list_my_boards`` for ``board``."""
    things = [word for word in _object_words(variant) if word not in ID_WORDS]
    return any(_same_noun(word, noun) for word in things[-1:] + things[:1])


def _is_told_of(source: ToolVariant, variant: ToolVariant, argument: Argument) -> bool:
    """Whether ``variant`` says of ``argument`` that ``source`` has its values: ``See my_projects for the key.``"""
    is_named = re.search(rf"(?<!\w){re.escape(source.tool.name)}(?!\w)", about(argument, variant.tool))
    return is_named is not None and not source.constants


def _same_noun(word: str, noun: str) -> bool:
    """Whether two words name one thing: by their beginning, or as the same field of a ticket in two languages."""
    one, other = singular(word), singular(noun)
    shorter, longer = sorted((one, other), key=len)
    if one == other or (len(shorter) >= _SHORTEST_PREFIX and longer.startswith(shorter)):
        return True
    return any(
        hint > CERTAIN_NAME and word not in PLACES and hints(noun).get(field, 0) > CERTAIN_NAME
        for field, hint in hints(word).items()
    )


def _rows_with(result: CallToolResult, argument: Argument, lacking: Sequence[Argument]) -> list[Row]:
    """The rows of a table that has a column called like ``argument``, or one of paths that holds its value, whatever
    the tool is said to list."""
    name, parted = plain_name(argument.name), partial(_parted, lacking=lacking)
    found = ([row for row in map(parted, table.rows) if name in indexed(row)] for table in tables(result))
    return next(filter(None, found), [])


def _parted(row: Row, lacking: Sequence[Argument]) -> Row:
    """``row`` with the parts of its path, ``acme/web``, under the names of the arguments, of which it has none."""
    index = indexed(row)
    absent = [one.name for one in lacking if plain_name(one.name) not in index]
    if len(absent) != len(lacking) or len(absent) < 2:
        return row
    paths = (value.split("/") for value in row.values() if isinstance(value, str) and _PATH.fullmatch(value))
    parts = next((parts for parts in paths if len(parts) == len(absent)), [])
    return {**row, **dict(zip(absent, parts, strict=False))}


def _places_in(
    rows: Sequence[Row],
    argument: Argument,
    lacking: Sequence[Argument],
    outer: Place,
    said: str,
) -> Iterator[Place]:
    """``said``: what the tool says of the argument."""
    above = {path.rsplit(".", 1)[-1]: value for path, value in outer.values.items()}
    for row in rows:
        value = _address(row, argument, said)
        if value is None:
            continue
        values = {argument.path: value}
        for other in lacking:
            if other.path != argument.path:
                own = above.get(other.name) if other.name in above else _beside(row, other)
                values |= {other.path: own} if own is not None else {}
        label = label_of(row) or str(value)
        yield Place(values, label, _words(row) | outer.words, {**outer.names, str(value): label})


def rows_of(result: CallToolResult) -> list[Row]:
    """The rows of a list of places: of its best table, else its names as rows."""
    found = next((table.rows for table in tables(result) if table.rows), None)
    if found:
        return list(found)
    for payload in payloads(result):
        lists = [payload] if isinstance(payload, list) else []
        if isinstance(payload, Mapping):
            lists = [value for value in payload.values() if isinstance(value, list)]
        for entries in lists:
            if entries:
                return [entry if isinstance(entry, Mapping) else {"name": entry} for entry in entries]
    return []


def _address(row: Row, argument: Argument, said: str) -> JsonValue:
    """By what ``argument`` takes the place that ``row`` is: the column called like it, or named where it is told of,
    else its key, id or name.
    """
    index = indexed(row)
    told = (plain_name(name) for name in row if len(name) > 2 and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", said))
    last = (argument.words or ("",))[-1]
    by_name = last == "name" or ("name" in said.lower() and last not in ID_WORDS)
    first = (plain_name(argument.name), last, *(("name", "title") if by_name else ()))
    for name in (*first, *told, *_ADDRESSES, *index):
        value = index.get(name)
        value = word_of(value) if isinstance(value, Mapping) and name == first[0] else value
        if isinstance(value, (str, int)) and not isinstance(value, bool) and value != "":
            fit = argument.fit(value)
            if fit is not None:
                return fit
    return None


def _beside(row: Row, argument: Argument) -> JsonValue:
    """What the same row says for another argument: the owner of a repository."""
    value = indexed(row).get(plain_name(argument.name))
    word = word_of(value) if isinstance(value, Mapping) else value
    return argument.fit(word) if isinstance(word, (str, int)) and not isinstance(word, bool) else None


def label_of(row: Row) -> str:
    """What people call the thing that ``row`` is."""
    index = indexed(row)
    words = (word_of(index[name]) for name in (*CALLED, *index) if name in index)
    return clean_line(next(filter(None, words), ""))


def _words(row: Row) -> frozenset[str]:
    scalars = (value for value in row.values() if isinstance(value, (str, int)) and not isinstance(value, bool))
    return frozenset(str(value).strip().casefold() for value in scalars if str(value).strip())


def _joined(one: Place, other: Place) -> Place:
    label = " / ".join(dict.fromkeys(filter(None, (one.label, other.label))))
    return Place({**one.values, **other.values}, label, one.words | other.words, {**one.names, **other.names})


def names_a_folder(argument: Argument) -> bool:
    """Whether an argument takes a folder on this machine: ``projectRoot``, ``cwd``, a ``path`` described as one."""
    words = set(argument.words)
    if argument.values or (argument.kinds and "string" not in argument.kinds):
        return False
    return bool(words & _FOLDERS) or (bool(words & _PLACED) and bool(_SAYS_FOLDER.search(argument.description)))


def named_by(arguments: Iterable[Argument], failure: MCPError) -> list[Argument]:
    """Those of ``arguments`` that an error names."""
    return [
        argument
        for argument in arguments
        if re.search(rf"(?<![\w.]){re.escape(argument.name)}(?![\w.]\w)", failure.cause)
    ]


def places_asked_for(arguments: Iterable[Argument], failure: MCPError) -> list[Argument]:
    """The places that may be left out, and that an error asks for all the same."""
    return [argument for argument in named_by(arguments, failure) if not argument.required and is_place(argument)]


def is_place(argument: Argument) -> bool:
    """Whether an argument names something by its noun: ``board_id``, not ``id``."""
    return any(word not in _NO_NOUN for word in split_words(argument.name))
