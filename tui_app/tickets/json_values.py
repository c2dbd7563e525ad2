"""JSON to values, as forgiving as reading can be without guessing at meaning.

Read as follows: a byte-order mark is skipped; invalid UTF-8 becomes U+FFFD; control characters in strings, which JSON
wants escaped, stay; NaN and infinities become None, as JavaScript writes them; an integer too long for Python stays as
its digits. Half a surrogate pair (``"\\ud83d"``, from servers that cut a string inside an emoji) stays in the string:
looking for it would cost a third of the parsing, and `tickets.text` replaces it before anything is shown. What cannot
be read is a `ValueError`; so is nesting too deep.

JSON without such faults is read by msgspec, in less time. No other thread runs while it reads, so a large value is
taken apart first and read piece by piece: the screen gets its turn in between.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any, TypeAlias

from msgspec import DecodeError, Raw
from msgspec.json import Decoder

from tui_app.tickets.turns import give_way, in_slices

_LARGE = 1 << 20  # bytes; read in about two milliseconds
_ELEMENTS_AT_ONCE = 500
_CONTAINERS_AT_ONCE = 250
_BETWEEN_CHARACTERS = re.compile(rb"[^\\\x80-\xff]{6}|[^\\](?=\\(?!u[dD][c-fC-F]))|[\x80-\xbf](?=[\xc0-\xff])")
"""What a character ends with: more plain bytes than an escape goes on for; what is before the next escape, unless that
is the second half of a pair; the last byte of one character before the first of another."""
_FURTHEST_CUT = 1 << 16  # bytes that are looked through for it
_MOST_LOOKS = 4  # at what is below a value, to find where its parts end; hostile nesting stays linear
_MOST_FAILED_SCANS = 200  # braces in prose that begin no JSON; a bound, so that hostile text stays linear
_LONGEST_INTEGER = 4300  # digits: Python's own limit, which guards against quadratic time

_whole: Callable[[bytes | Raw], Any] = Decoder().decode
_elements: Callable[[bytes | Raw], list[Raw]] = Decoder(list[Raw]).decode
_Scalar: TypeAlias = str | int | float | bool | None
_Parts: TypeAlias = dict[str, Raw] | list[Raw] | _Scalar
_Nested: TypeAlias = dict[str, dict[str, dict[str, _Parts] | list[Raw] | _Scalar] | list[Raw] | _Scalar]
_outer_members: Callable[[bytes | Raw], dict[str, Any]] = Decoder(_Nested).decode
"""Four levels at once: the rows of a structured answer are found by one look at it."""
_members: Callable[[bytes | Raw], dict[str, Raw]] = Decoder(dict[str, Raw]).decode


Bulk: TypeAlias = Sequence[tuple[set[str], str]]
"""What `in_bulk` gives of a value, kept."""


def read_json(text: bytes | str) -> Any:
    """The JSON value that ``text`` is. Every line of every server passes here, and all JSON that is carried as text.

    Raises:
        ValueError: it is not JSON, or nested deeper than Python reads.
    """
    try:
        return _in_pieces((text.encode() if isinstance(text, str) else text).strip())
    except (DecodeError, UnicodeError, RecursionError):
        return _forgiving(text if isinstance(text, str) else text.decode("utf-8", "replace"))


def json_or_none(text: bytes | str) -> Any:
    """The JSON value that ``text`` is; None where it is none."""
    try:
        return read_json(text)
    except ValueError:
        return None


def altered_members(then: Any, now: Any) -> Iterator[str]:
    """The keys whose text or list is another ``now`` than ``then``; empty: a text that no key names.

    JSON that is carried as text counts as data. A key that is gone is none of them.
    """
    waiting = [("", then, now)]
    while waiting:
        key, one, other = waiting.pop()
        if one == other:
            continue
        before, after = as_data(one), as_data(other)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            waiting += [(str(name), before[name], after[name]) for name in after.keys() & before.keys()]
        elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
            waiting += [(key, *pair) for pair in zip(before, after, strict=True)]
        elif type(before) is not type(after) or isinstance(before, list) or before != after:
            yield key


def as_data(value: Any) -> Any:
    """``value``, or what it carries as JSON."""
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        with suppress(ValueError):
            inner = read_json(value)
            return inner if isinstance(inner, (dict, list)) else value
    return value


def texts_in(value: Any) -> Iterator[str]:
    """The texts of a JSON value, also those in JSON that is carried as text."""
    return (leaf for leaf in leaves_in(value) if isinstance(leaf, str))


def leaves_in(value: Any) -> Iterator[_Scalar]:
    """The values of a JSON value that hold no others, also those in JSON that is carried as text."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            inner: Any = None
            if one.lstrip()[:1] in ("{", "["):
                with suppress(ValueError):
                    inner = read_json(one)
            if isinstance(inner, (dict, list)):
                waiting.append(inner)
            else:
                yield one
        elif isinstance(one, Mapping):
            waiting.extend(one.values())
        elif isinstance(one, (list, tuple)):
            waiting.extend(one)
        else:
            yield one


def in_bulk(value: Any) -> Iterator[tuple[set[str], str]]:
    """The keys of a JSON value, and its texts in lines, those of many objects and lists at a time.

    To look through them so takes a third of what one by one takes. Gives way to the screen in between.
    """
    waiting: list[list[Any]] = [[[value]]]
    while waiting:
        some = waiting.pop()
        objects = [one for one in some if type(one) is dict]
        lists = [one for one in some if type(one) is not dict] if len(objects) < len(some) else ()
        items = [*chain.from_iterable(map(dict.values, objects)), *chain.from_iterable(lists)]
        yield set().union(*objects), "\n".join([item for item in items if type(item) is str])
        others = [item for item in items if type(item) is not str]
        inner = [item for item in others if type(item) is dict or type(item) is list]
        waiting.extend(map(list, in_slices(inner, _CONTAINERS_AT_ONCE)))
        give_way()


def with_texts(value: Any, change: Callable[[str], str], *, keys: bool = False) -> Any:
    """A JSON value with ``change`` made to each of its texts, and to its objects' keys where ``keys`` says so.

    Raises:
        RecursionError: it is nested deeper than Python reads.
    """
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [with_texts(item, change, keys=keys) for item in value]
    if isinstance(value, Mapping):
        return {change(key) if keys else key: with_texts(item, change, keys=keys) for key, item in value.items()}
    return value


def _in_pieces(value: bytes | Raw, looks: int = 0) -> Any:
    if len(value) < _LARGE or looks == _MOST_LOOKS:
        return _whole(value)
    give_way()
    first = bytes(memoryview(value)[:1])
    if first == b"{":
        return _parts(_members(value) if looks else _outer_members(value), looks + 1)
    if first == b"[":
        return _parts(_elements(value), looks + 1)
    if first == b'"' and isinstance(value, Raw):  # which has been looked at: it ends with a quote
        return "".join(_text_pieces(bytes(value)))
    return _whole(value)


def _parts(value: Any, looks: int) -> Any:
    if isinstance(value, Raw):
        return _in_pieces(value, looks)
    if isinstance(value, dict):
        return {name: _parts(member, looks) for name, member in value.items()}
    if isinstance(value, list):
        return list(chain.from_iterable(_slice(some, looks) for some in in_slices(value, _ELEMENTS_AT_ONCE)))
    return value


def _slice(elements: Sequence[Raw], looks: int) -> list[Any]:
    """Small elements of a list are read together, in half the time that reading one by one takes."""
    if sum(map(len, elements)) < _LARGE:
        together: list[Any] = _whole(b"[%b]" % b",".join(elements))
        return together
    return [_in_pieces(element, looks) for element in elements]


def _text_pieces(quoted: bytes) -> Iterator[str]:
    """A long string, cut where neither an escape nor a character is cut in two."""
    begin, end = 1, len(quoted) - 1
    while end - begin > _LARGE:
        middle = begin + _LARGE // 2
        cut = _BETWEEN_CHARACTERS.search(quoted, middle, min(end, middle + _FURTHEST_CUT))
        if cut is None:
            break
        yield _whole(b'"%b"' % quoted[begin : cut.end()])
        begin = cut.end()
        give_way()
    yield _whole(b'"%b"' % quoted[begin:end])


def _constant(name: str) -> None:
    """NaN, Infinity and -Infinity are no JSON; what they would have been is not known."""


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


_read: Callable[[str], Any] = json.JSONDecoder(parse_constant=_constant, strict=False).decode
_read_long_integers: Callable[[str], Any] = json.JSONDecoder(
    parse_constant=_constant, parse_int=_integer, strict=False
).decode


def _forgiving(text: str) -> Any:
    plain = text.removeprefix("\ufeff")
    try:
        return _read(plain)
    except json.JSONDecodeError:
        raise
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    except ValueError:  # Python's guard against long integers
        return _read_long_integers(plain)


def json_within(text: str) -> Iterator[tuple[int, int, Any]]:
    """Where in a text each JSON object or list lies that is no part of another, and what it is."""
    decoder = json.JSONDecoder()
    done, failed = 0, 0
    for match in re.finditer(r"[\[{]", text):
        if match.start() < done or failed > _MOST_FAILED_SCANS:
            continue
        try:
            parsed, done = decoder.raw_decode(text, match.start())
        except (ValueError, RecursionError):
            failed += 1
            continue
        yield match.start(), done, parsed
