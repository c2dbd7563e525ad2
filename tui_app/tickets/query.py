"""The query language: ``printer is:open status:todo,"in review" -label:wontfix assignee:me after:7d "exact words"``.

``assets/query-language.md`` has the grammar. Invariants: `parse_query` of what `format_query` wrote gives the same
criteria, so the text and the form's fields are two views of one thing; a quotation mark that is not closed ends with
the query; `parse_query` raises nothing but `UsageError`, whatever it is given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

from msgspec import Struct
from msgspec.structs import replace

from tui_app.tickets.criterion import (
    CRITERIA_BY_NAME,
    EXCLUDABLE_CRITERIA,
    LEFT_OUT,
    LIST_CRITERIA,
    Criterion,
    CriterionKind,
    Match,
    criterion_of,
)
from tui_app.tickets.errors import UsageError
from tui_app.tickets.fields import FIELDS_BY_NAME, SORT_FIELDS
from tui_app.tickets.query_shorthands import HOLDABLE, NO, written_out
from tui_app.tickets.query_syntax import (
    CRITERION_OF,
    DATE_SIGNS,
    QUERY_CRITERIA,
    QUERY_WORDS,
    QueryPart,
    query_parts,
    same_date,
)
from tui_app.tickets.quoting import (
    NOT_MARK,
    OTHER_MARKS,
    in_quotes,
    other_marks,
    outside_quotes,
    quoted,
    unquoted,
)
from tui_app.tickets.vocabulary import CLOSED, OPEN, nearest

RawCriteria = dict[str, "str | tuple[str, ...]"]
"""Criterion to what was typed for it: what `tui_app.tickets.criteria.check_criteria` takes. What must not be so stands
under ``-`` and the criterion's name: ``{"-labels": ("wontfix",)}``."""

UNREAD = "unread"
"""In what `read_query` gives: the parts that it did not understand, as they were typed."""

_PLAIN_TERM = re.compile(r"\w[\w.]*")
_JOINERS = {
    "AND": "All parts of a search hold together: leave it out.",
    "OR": "Several values of one word are divided by commas: status:open,blocked.",
    "NOT": "A sign leaves out what follows: -word, -status:done.",
}
"""What other languages join parts with, and what to do instead."""
_OPPOSITES = {OPEN: CLOSED, CLOSED: OPEN}


class QueryProblem(Struct, frozen=True):
    """A part that is not understood: why, what to do, and what to write in its place where that can be guessed."""

    start: int
    end: int
    message: str
    hint: str
    replacement: str = ""


# ------------------------------------------------------------ reading


def parse_query(text: str) -> RawCriteria:
    """The criteria that a query holds, as typed.

    Raises:
        UsageError: a part is not understood; the message names it and the nearest word, the hint how to search for it
            as text.
    """
    criteria, problems = read_query(text)
    for problem in problems:
        raise UsageError(problem.message, hint=problem.hint, field="text")
    return criteria


def read_query(text: str) -> tuple[RawCriteria, tuple[QueryProblem, ...]]:
    """The criteria of what is understood, and what is not: this also stands under `UNREAD`, so that it can be kept."""
    values: dict[str, list[str]] = {}
    plain: list[str] = []
    unread: list[str] = []
    problems: list[QueryProblem] = []
    for part in query_parts(text):
        parts = _in_full(part) or (part,)
        problem = _problem_of_all(part, parts, values)
        if problem:
            problems.append(problem)
            unread.append(text[part.start : part.end])
        elif parts[0].criterion:
            for name, typed in map(_meant, parts):
                values.setdefault(name, []).extend(typed)
        elif part.leaves_out:
            values.setdefault(f"{LEFT_OUT}text", []).append(unquoted(text[part.start + 1 : part.end]))
        else:
            plain.append(text[part.start : part.end].removeprefix("\\"))
    criteria: RawCriteria = {"text": " ".join(plain)} if plain else {}
    for name, typed in values.items():
        is_list = name.startswith(LEFT_OUT) or name in LIST_CRITERIA
        criteria[name] = tuple(dict.fromkeys(typed)) if is_list else _last_value(name, typed)
    return {**criteria, UNREAD: " ".join(unread)} if unread else criteria, tuple(problems)


def _in_full(part: QueryPart) -> tuple[QueryPart, ...]:
    """What a shorthand stands for, in its place; nothing: it is none."""
    rest = f"{part.sign}{part.rest}"
    text = written_out(part.word, rest, CRITERIA_BY_NAME.get(part.criterion)) if part.word else ""
    return tuple(replace(one, start=part.start, end=part.end, leaves_out=part.leaves_out) for one in query_parts(text))


def _problem_of_all(
    part: QueryPart, parts: Sequence[QueryPart], before: Mapping[str, list[str]]
) -> QueryProblem | None:
    """The first problem of ``parts``, which ``part`` stands for: a sign leaves out one thing, not one of several."""
    if part.leaves_out and len(parts) > 1:
        means = " ".join(f"{one.word}:{one.sign}{one.rest[:40]}" for one in parts)
        return _told(
            part, f"{part.word}:{part.rest[:40]} cannot be left out.", f"It means {means}: leave out one of these."
        )
    return next(filter(None, (_problem(one) or _contradiction(one, before) for one in parts)), None)


def _meant(part: QueryPart) -> tuple[str, list[str]]:
    """The name of the criterion that a part sets, and its values: what leaves out an end of time sets the other end."""
    name, values = part.criterion, part.values
    if not part.leaves_out:
        return name, values
    match CRITERIA_BY_NAME[name]:
        case Criterion(kind=CriterionKind.DATE, match=Match.SINCE):
            return same_date(name, Match.BEFORE), values
        case Criterion(kind=CriterionKind.DATE):
            return same_date(name, Match.SINCE), values
        case Criterion(kind=CriterionKind.OPENNESS):
            return name, [_OPPOSITES.get(value.casefold(), value) for value in values]
        case _:
            return f"{LEFT_OUT}{name}", values


def _problem(part: QueryPart) -> QueryProblem | None:
    if not part.word:
        return _problem_of_text(part)
    shown = f"{part.word}:"
    as_text = f'To search for it as text, quote it: "{shown}{part.rest[:40].replace(chr(34), "")}".'
    if not part.criterion:
        return _problem_of_word(part, shown, as_text)
    if part.word.casefold() == _IN and part.rest.casefold() in (*_WORDS_OF_TEXT, "comments"):
        hint = (
            f"Leave it out: words are looked for wherever the tracker looks. As a project, write project:{part.rest}."
        )
        return _told(part, f"{shown}{part.rest} asks for nothing in a search.", hint)
    if not any(part.values):
        example = _ONE_VALUE.search(CRITERIA_BY_NAME[part.criterion].example)
        such_as = f", such as {shown}{example[0]}" if example else ""
        return _told(part, f"{shown} is followed by nothing.", f"Write a value right after it{such_as}. {as_text}")
    criterion = CRITERIA_BY_NAME[part.criterion]
    can_be_left_out = part.criterion in EXCLUDABLE_CRITERIA or criterion.kind in _WITH_OPPOSITE
    mark = other_marks(part.rest)
    if mark == NOT_MARK and can_be_left_out and not part.leaves_out:
        fixed = f"{LEFT_OUT}{shown}{','.join(quoted(value.removeprefix(mark)) for value in part.values)}"
        return _told(part, f"{mark} leaves nothing out in a search.", f"Write {fixed}. {as_text}", fixed)
    if mark and mark != NOT_MARK:
        hint = f'Write {shown}"{part.rest.strip(OTHER_MARKS)[:40]}" with plain quotation marks.'
        return _told(part, f"{mark} is not a quotation mark in a search.", hint)
    if part.leaves_out and not can_be_left_out:
        return _told(part, f"{shown} cannot be left out.", f"Write it without the sign before it. {as_text}")
    return None


def _problem_of_word(part: QueryPart, shown: str, as_text: str) -> QueryProblem | None:
    """What is wrong with a word that sets no criterion."""
    if part.word.casefold() in _WORDS_OF_TEXT:
        words = f"{LEFT_OUT if part.leaves_out else ''}{part.rest}"
        return _told(part, f"Words to look for need no {shown} before them.", f"Write {words or 'them'} alone.", words)
    if part.word.casefold() == NO:
        return _told(part, f"{shown} takes {' or '.join(HOLDABLE)}.", as_text)
    close = _nearest_words(part.word.lower())
    if not part.rest and not close:
        return None  # ``Error:`` in a title: a colon that nothing follows is punctuation
    meant = f" Did you mean {close[0]}:?" if close else f" It can be {', '.join(QUERY_WORDS)}."
    fixed = f"{LEFT_OUT if part.leaves_out else ''}{close[0]}:{part.rest}" if close else ""
    return _told(part, f"A search has no word {shown}{meant}", as_text, fixed)


@lru_cache(maxsize=1000)  # each key asks again for every word of a line, which may be a pasted log
def _nearest_words(word: str) -> tuple[str, ...]:
    return tuple(nearest(word, CRITERION_OF))


def _problem_of_text(part: QueryPart) -> QueryProblem | None:
    if part.leaves_out and not unquoted(part.rest):
        return _told(part, 'There is nothing between the quotation marks of -"".', "Write a word.")
    if part.rest in _JOINERS and not part.leaves_out:
        hint = f'{_JOINERS[part.rest]} As text, quote it: "{part.rest}". A query of the tracker goes behind native:'
        return _told(part, f"A search has no {part.rest}.", hint)
    return None


def _contradiction(part: QueryPart, before: Mapping[str, list[str]]) -> QueryProblem | None:
    """What takes one value and was given another one before."""
    name, typed = _meant(part) if part.criterion else ("", [])
    if not typed or name in LIST_CRITERIA or name.startswith(LEFT_OUT) or name not in before:
        return None
    one, other = _last_value(name, before[name]), _last_value(name, typed)
    if one == other:
        return None
    return _told(part, f"{part.word}: takes one value, and has {one} and {other}.", "Leave one of them out.")


_WORDS_OF_TEXT = frozenset(("text", *FIELDS_BY_NAME["title"].words, *FIELDS_BY_NAME["description"].words))
"""Names of what words are looked for in, which therefore need none."""
_IN = "in"
"""A word for the project, which others put before one of these, or before ``comments``."""
_ONE_VALUE = re.compile(r"(?<=\()[^,()]+(?=[,)])|^\w+(?= or )")
_WITH_OPPOSITE = (CriterionKind.DATE, CriterionKind.OPENNESS)


def _told(part: QueryPart, message: str, hint: str, replacement: str = "") -> QueryProblem:
    return QueryProblem(part.start, part.end, message, hint, replacement)


def _last_value(name: str, typed: Sequence[str]) -> str:
    value = typed[-1]
    if name == "openness":
        return value.casefold()
    return value if name != "sort" else whole_sort(value)


def whole_sort(value: str) -> str:
    """``-updated`` is ``-updated_at``, and so is ``updated-desc``."""
    field, _, direction = value.rpartition("-")
    if field and direction in ("asc", "desc"):
        value = f"{'-' * (direction == 'desc')}{field}"
    return f"{value}_at" if f"{value.removeprefix('-')}_at" in SORT_FIELDS else value


# ------------------------------------------------------------ writing


def format_query(criteria: Mapping[str, object]) -> str:
    """Write criteria (name to text, number or list; dates as typed) as a query; empty values are left out."""
    text = _escaped_text(str(criteria.get("text") or ""))
    written = [*_without(criteria), *_with(criteria), str(criteria.get(UNREAD) or "")]
    ordered = [*written, text] if _is_open(text) else [text, *written]  # what is not closed takes in all that follows
    return " ".join(part for part in ordered if part)


def _with(criteria: Mapping[str, object]) -> Iterator[str]:
    for criterion in QUERY_CRITERIA:
        values = _values(criteria.get(criterion.name))
        if values:
            yield prefix_of(criterion) + ",".join(map(quoted, values))


def _without(criteria: Mapping[str, object]) -> Iterator[str]:
    for term in _values(criteria.get(f"{LEFT_OUT}text")):
        yield LEFT_OUT + (term if _PLAIN_TERM.fullmatch(term) else in_quotes(term))
    for criterion in QUERY_CRITERIA:
        values = _values(criteria.get(f"{LEFT_OUT}{criterion.name}"))
        if values:
            yield LEFT_OUT + prefix_of(criterion) + ",".join(map(quoted, values))


def _values(value: object) -> list[str]:
    if value in (None, "", (), []):
        return []
    return [str(item) for item in value] if isinstance(value, list | tuple) else [str(value)]


def prefix_of(criterion: Criterion) -> str:
    """What is written before the criterion's value: ``status:``, or ``due:>`` if another criterion has the word."""
    first = CRITERION_OF[criterion.word] == criterion.name
    sign = "" if first else next((sign for sign, match in DATE_SIGNS.items() if match is criterion.match), "")
    return f"{criterion.word}:{sign}"


def word_of(name: str) -> str:
    """What a message calls one of ``used_fields()``, where the language's word and its own name say less."""
    criterion = criterion_of(name)
    if name.startswith(LEFT_OUT):
        return f"{LEFT_OUT}{criterion.word or 'words'}"
    return "open/closed" if criterion.kind is CriterionKind.OPENNESS else name.replace("_", " ")


def normal_text(text: str) -> str:
    """``text`` as a query holds it: one blank between words, phrases as they are."""
    return " ".join(text[part.start : part.end] for part in query_parts(text))


def _escaped_text(text: str) -> str:
    return " ".join(_escaped_part(text[part.start : part.end], part) for part in query_parts(text))


def _escaped_part(raw: str, part: QueryPart) -> str:
    means_more = part.criterion or part.leaves_out or _problem(part) or raw.startswith("\\")
    return f"\\{raw}" if means_more else raw


def _is_open(text: str) -> bool:
    """Whether a quotation mark is not closed."""
    return next((False for position, _ in outside_quotes(f"{text} ") if position == len(text)), True)
