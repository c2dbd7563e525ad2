"""Values that stand for words: 2 for ``high``. By the schema, by what is said of them, by a tool, or by the tickets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.changing import lookups
from tui_app.adapters.changing.asking import Case, Conversation, ask, callable_ones, listing
from tui_app.adapters.changing.lookups import Named
from tui_app.adapters.changing.spelling import plain, told_in
from tui_app.adapters.reading.field_names import plain_name
from tui_app.adapters.reading.field_values import indexed
from tui_app.adapters.tool_arguments import Schema, options
from tui_app.tickets.ticket import JsonValue

_LONGEST_NAME = 40  # characters of what a value is called
_DEEPEST = 6


def names_of_values(argument: Argument, text: str) -> dict[str, str]:
    """What the values of ``argument`` are called, plain, to each value as text. ``text`` is said of the argument."""
    found: dict[str, str] = {}
    known = {str(value) for value in argument.values}
    for name, told in told_in(text).labels.items():
        if name in known or (not known and name.isdecimal() and not told.isdecimal()):
            found.setdefault(plain(told), name)  # ``Urgent (1)``
        else:
            found.setdefault(name, told)
    for one in (argument, *argument.members):
        for option in options(one.schema, argument.root):
            for value, called in _named_beside(option):
                if isinstance(called, str) and called and len(called) <= _LONGEST_NAME and called != str(value):
                    found.setdefault(plain(called), str(value))
    return found


def _named_beside(option: Schema) -> Iterator[tuple[JsonValue, JsonValue]]:
    """Value and name, where a schema names its values: a titled ``const``, a list or a table beside an ``enum``."""
    if "const" in option:
        yield option["const"], option.get("title") or option.get("description")
    enum = option.get("enum")
    if not isinstance(enum, list):
        return
    for beside in option.values():
        if isinstance(beside, Mapping):
            yield from ((value, beside.get(str(value))) for value in enum)
        elif isinstance(beside, list) and beside is not enum and len(beside) == len(enum):
            yield from zip(enum, beside, strict=True)


def numbers_called(case: Case, argument: Argument, wish: str) -> Conversation[list[Named]]:
    """The numbers that are called ``wish``: by the tools that list them, else by tickets that have word and number."""
    for variant in callable_ones(case, lookups.listing_tools(case.ground.readers, lookups.status_nouns(argument))):
        found = _numbers((yield from ask(case, variant)), argument, wish)
        if found:
            return found
    result = yield from listing(case)
    rows: list[JsonValue] = [dict(case.subject.record)] if case.subject else []
    rows += [*lookups.payload_rows(result)] if result is not None else []
    core = plain_name(argument.name)
    named = [*lookups.entries(lookups.under(rows, {core})), *(pair for row in rows for pair in _pairs(row, core, 0))]
    return _numbers(named, argument, wish)


def _numbers(entries: list[Named], argument: Argument, wish: str) -> list[Named]:
    """Each number once."""
    found: dict[int, Named] = {}
    for entry in entries:
        number = _number_of(entry, argument)
        if number is not None and any(plain(name) == plain(wish) for name in entry.called):
            found.setdefault(number, Named({"name": entry.called[0], "id": number}))
    return [*found.values()]


def _number_of(entry: Named, argument: Argument) -> int | None:
    """The number of an entry that has one: as ``argument`` calls it, its id, or the only one that it has."""
    numbers = [number for value in entry.values.values() if (number := _number(value)) is not None]
    own = _number(entry.id_for(argument))
    return own if own is not None else numbers[0] if len(numbers) == 1 else None


def _number(value: JsonValue) -> int | None:
    if isinstance(value, bool):
        return None
    return int(value) if isinstance(value, int) or (isinstance(value, str) and value.isdecimal()) else None


def _pairs(row: JsonValue, core: str, depth: int) -> Iterator[Named]:
    """The numbers that stand in rows under ``core``, and the words beside them: ``priority``, ``priority_label``."""
    if depth > _DEEPEST:
        return
    if isinstance(row, Mapping):
        index = indexed(row)
        number = _number(index.get(core))
        for name, word in index.items() if number is not None else ():
            if name != core and name.startswith(core) and isinstance(word, str) and _number(word) is None:
                yield Named({"name": word, "id": number})
    for inner in row.values() if isinstance(row, Mapping) else row if isinstance(row, list) else ():
        if isinstance(inner, (Mapping, list)):
            yield from _pairs(inner, core, depth + 1)
