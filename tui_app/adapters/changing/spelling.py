"""From what a person typed to what an argument takes: the same value in the argument's own spelling, or a refusal.

Invariants: nothing is clamped, shortened, left out or guessed. A value that a schema or a description lists is taken
from there; one that is in no list that exists is refused, with the list.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct, field

from tui_app.adapters.auto.flat_arguments import Argument
from tui_app.adapters.tool_arguments import options
from tui_app.tickets.changes import Choice, FormField, MissingInputError
from tui_app.tickets.ticket import JsonValue

_EXAMPLE = re.compile(r"(?<![\w-])(?:e\.?\s?g|such as|for example|for instance|examples?|like)(?![\w-])", re.IGNORECASE)
_QUOTED = re.compile(r"['\"`‘“]([^'\"`’”\n]{1,40})['\"`’”]")
_CANDIDATE = re.compile(r"\(([^()]+)\)|(?:one of|either|values?|:|[–—]|\s-\s)\s*:?\s*(.+)", re.IGNORECASE)
_SEPARATOR = re.compile(r"\s*(?:,\s*(?:or|and)\s+|,|\s+or\s+|\s+and\s+|·|•|\||/)\s*")
_GLOSS = re.compile(r"^(.+?)\s*(?:\(([^()]+)\)|\s*[=:]\s*(.+)|\s[-–—]\s(.+))$")
_VALUE = re.compile(r"[\w@#+.&-]+(?: [\w-]+){0,2}")
_FORM_WORDS = re.compile(
    r"\b(?:id|ids|name|names|key|keys|uuid|value|null|new|slug|path|number|string|list|the|an?)\b", re.IGNORECASE
)
_RANGE = re.compile(r"\b(\d{1,3})(?:\s*\([^()\n]{1,30}\))?\s*(?:-|–|to|\.\.)\s*(\d{1,3})\b")
_DEFAULT = re.compile(
    r"(?:\bdefaults? to\b|\bdefault(?:\s+is\b|\s*[:=])|\(default\b)\s*['\"`]?(?!(?:un|no|current|keep)\w*)(\w[\w-]*)",
    re.IGNORECASE,
)
"""What a description says is taken for what is left out; not where it says that it stays."""
_NUMBERED = re.compile(r"(?<![\w.])(\d{1,2})\s*[=:(–-]+\s*['\"`]?([^\W\d_][^\W\d]*)")
_FEWEST_NUMBERED = 3
_SENTENCE = re.compile(r"(?<=[\w)'\"`\]])[.;](?=\s|$)|\n\s*\n")
_LONGEST = 1500  # characters of a description
_MOST_SHOWN = 12  # values named in a message


_HTML = re.compile(r"\bHTML\b", re.IGNORECASE)
_NOT_HTML = re.compile(r"\b(?:or|no|not|stripped|escaped)\b|/", re.IGNORECASE)
_FEW_WORDS = 6  # of a description that says no more of HTML than that it is taken


class Told(Struct, frozen=True):
    """The values that a text lists."""

    values: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    """What a value is called, folded, to the value: ``critical`` to ``P0``."""
    whole: bool = False
    """Whether they are all that there are, not examples."""


def told_in(text: str) -> Told:
    """The values that a description lists; none where it lists none."""
    for sentence in _SENTENCE.split(text[:_LONGEST]):
        sentence = " ".join(sentence.replace("(default)", "").split())
        quoted = list(_QUOTED.finditer(sentence))
        if len(quoted) > 1:
            values = [match[1].strip() for match in quoted]
            whole = not _EXAMPLE.search(sentence[: quoted[0].start()])
            return Told(tuple(dict.fromkeys(values)), _glosses(_SEPARATOR.split(sentence)), whole)
        for candidate in (*_candidates(sentence), sentence):
            found = _listed(candidate)
            if found:
                at = sentence.find(candidate[:20])
                whole = not _EXAMPLE.search(sentence[: max(at, 0)] + candidate[:6])
                return Told(found, _glosses(_SEPARATOR.split(candidate)), whole)
    return Told()


def _candidates(sentence: str) -> Iterable[str]:
    outer = re.sub(r"\([^()]*\)", "", sentence)
    for match in _CANDIDATE.finditer(sentence):
        yield (match[1] or match[2]).strip()
    for match in _CANDIDATE.finditer(outer):
        yield (match[1] or match[2]).strip()


def _listed(text: str) -> tuple[str, ...]:
    """The members of a list in prose; empty where it is none."""
    parts = [part.strip(" .'\"`") for part in _SEPARATOR.split(_EXAMPLE.sub("", text).strip(" .,:")) if part.strip()]
    values = [match[1].strip() if (match := _GLOSS.match(part)) else part for part in parts]
    values = [value.strip("'\"` ") for value in values]
    if len(values) < 2 or any(not _VALUE.fullmatch(value) or _FORM_WORDS.search(value) for value in values):
        return ()
    if any(" " in value and not value.istitle() for value in values):
        return ()
    return tuple(dict.fromkeys(values))


def _glosses(parts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in parts:
        match = _GLOSS.match(part.strip(" .'\"`("))
        if match:
            value = match[1].strip("'\"` ").rsplit("(", 1)[-1]
            label = next(filter(None, match.groups()[1:])).strip(" '\"`)")
            found.setdefault(plain(label), value)
    return found


def numbers_told(text: str) -> dict[str, str]:
    """What a text says that numbers mean (``0=none, 1=urgent, 2=high``), by the folded word; of three at least."""
    pairs = _NUMBERED.findall(text[:_LONGEST])
    return {plain(word): number for number, word in pairs} if len(pairs) >= _FEWEST_NUMBERED else {}


def default_told(text: str) -> str | None:
    """The word that a description names as default; None: it names none."""
    match = _DEFAULT.search(text[:_LONGEST])
    return match[1] if match else None


def plain(word: object) -> str:
    """A value without case, spaces and signs: ``In Progress`` and ``in_progress`` are one."""
    return "".join(character for character in str(word).casefold() if character.isalnum())


def spelt(wanted: str, values: Iterable[JsonValue], labels: Mapping[str, str] | None = None) -> JsonValue:
    """The one of ``values`` that ``wanted`` names; None where none does, or more than one."""
    offered = list(values)
    for form in (str, _folded, plain):
        same = [value for value in offered if form(wanted) and form(value) == form(wanted)]
        if same:
            return same[0] if len(same) == 1 else None
    label = (labels or {}).get(plain(wanted))
    if label is not None:
        return next((value for value in offered if str(value) == label), label if not offered else None)
    numbered = [value for value in offered if re.fullmatch(rf"\d+\W+{re.escape(wanted)}", str(value), re.IGNORECASE)]
    return numbered[0] if len(numbered) == 1 else None


def _folded(word: object) -> str:
    return str(word).casefold()


def in_style(wanted: str, seen: Iterable[str]) -> bool:
    """Whether ``wanted`` is written as all of ``seen`` are: in small letters, with capitals, with underscores."""
    styles = {_style(word) for word in seen if word}
    return len(styles) == 1 and _style(wanted) in styles


def _style(word: str) -> tuple[bool, bool, str]:
    signs = "".join(sorted({character for character in word if not character.isalnum()}))
    return word[:1].isupper(), word.isupper() and len(word) > 1, signs


def event_of(wanted: str, values: Iterable[JsonValue]) -> JsonValue:
    """The event that leads to the state ``wanted``: ``close`` for ``closed``, ``reopen`` for ``open``."""
    offered = {plain(value): value for value in values}
    if "reopen" not in offered:
        return None
    word = plain(wanted)
    if word in ("open", "opened", "reopened"):
        return offered["reopen"]
    return next((value for name, value in offered.items() if word in (name, f"{name}d", f"{name}ed")), None)


def misfit(
    argument: Argument,
    wanted: JsonValue,
    why: str,
    values: Sequence[JsonValue] = (),
    names: Mapping[str, str] | None = None,
) -> MissingInputError:
    """The refusal of a value that an argument does not take. ``names``: what the values are called, to each."""
    called = {value: name for name, value in (names or {}).items() if plain(name) != plain(value)}
    told = [f"{value} ({called[str(value)]})" if str(value) in called else str(value) for value in values]
    shown = ", ".join(told[:_MOST_SHOWN])
    more = f" and {len(values) - _MOST_SHOWN} more" if len(values) > _MOST_SHOWN else ""
    hint = f"It can be: {shown}{more}." if shown else f"`--field {argument.path}=VALUE` sends a value as it is."
    choices = tuple(Choice(value, str(value), called.get(str(value), "")) for value in values)
    return MissingInputError(
        f"The server's {argument.path!r} does not take {wanted!r}: {why}.",
        title="The value does not fit",
        hint=hint,
        fields=(form_field(argument, required=True, choices=choices),),
    )


def form_field(argument: Argument, *, required: bool, choices: tuple[Choice, ...] = ()) -> FormField:
    """An argument of a tool's own as a line of a form."""
    own = choices or tuple(Choice(value, str(value)) for value in argument.values)
    return FormField(
        argument.path,
        argument.path.replace("_", " "),
        "choice" if own else "flag" if argument.kinds == {"boolean"} else "line",
        required,
        own,
        argument.default,
        help=argument.description[:200],
        answer=True,
    )


def exactly(argument: Argument, value: JsonValue) -> JsonValue:
    """``value`` in the JSON type that ``argument`` declares; a list of one, a number in digits.

    Raises:
        MissingInputError: it takes no form of it.
    """
    if value is None:
        if takes_null(argument):
            return None
        raise misfit(argument, value, "it cannot be empty")
    if isinstance(value, str) and argument.values and not argument.takes_list:
        found = spelt(value, argument.values)
        if found is None:
            raise misfit(argument, value, "it is not one of its values", argument.values)
        return found
    candidates: list[JsonValue] = [value]
    if isinstance(value, str):
        candidates += list(_as_declared(value, argument))
    for candidate in candidates:
        fit = argument.fit(candidate)
        if fit is not None and _says_the_same(candidate, fit):
            _check_pattern(argument, fit)
            return fit
    raise misfit(argument, value, _why(argument, value))


def _as_declared(text: str, argument: Argument) -> Iterable[JsonValue]:
    """Typed text as the types other than text that an argument may take."""
    kinds = argument.kinds
    if "boolean" in kinds and text.casefold() in ("true", "false", "yes", "no"):
        yield text.casefold() in ("true", "yes")
    if kinds & {"object", "array"} and text.lstrip()[:1] in ("{", "["):
        try:
            yield json.loads(text)
        except ValueError:
            return
    if "number" in kinds:
        try:
            yield float(text)
        except ValueError:
            return


def _says_the_same(value: JsonValue, fit: JsonValue) -> bool:
    """Whether fitting changed nothing but the type."""
    if isinstance(fit, list) and not isinstance(value, list):
        return len(fit) == 1 and _says_the_same(value, fit[0])
    if isinstance(fit, list) and isinstance(value, list):
        return len(fit) == len(value) and all(map(_says_the_same, value, fit))
    if isinstance(fit, bool) or isinstance(value, bool):
        return fit is value
    if isinstance(fit, (int, float)) and isinstance(value, (str, int, float)):
        try:
            return math.isclose(float(value), float(fit))
        except ValueError:
            return False
    return fit == value or (isinstance(fit, str) and not isinstance(value, (list, dict)) and str(value) == fit)


def _check_pattern(argument: Argument, fit: JsonValue) -> None:
    """Raise unless a text has the form that the schema wants."""
    for option in options(argument.schema, argument.root):
        pattern = option.get("pattern")
        if isinstance(fit, str) and isinstance(pattern, str) and len(pattern) < 200:
            try:
                found = re.search(pattern, fit[:500])
            except re.error:
                continue
            if found is None:
                raise misfit(argument, fit, f"it must look like {pattern}")


def _why(argument: Argument, value: JsonValue) -> str:
    for option in options(argument.schema, argument.root):
        longest = option.get("maxLength")
        if isinstance(value, str) and isinstance(longest, int) and len(value) > longest:
            return f"it takes at most {longest} characters, and this has {len(value)}"
        low, high = option.get("minimum"), option.get("maximum")
        if isinstance(value, str) and value.lstrip("-").isdecimal() and (low is not None or high is not None):
            return f"it takes numbers from {low if low is not None else '..'} to {high if high is not None else '..'}"
    kinds = sorted(argument.kinds)
    return f"it takes {' or '.join(kinds)}" if kinds else "it takes something else"


def marked_up(argument: Argument, text: str) -> str:
    """``text`` in the markup that an argument names: HTML is escaped, everything else takes plain text."""
    said = next(filter(_HTML.search, _SENTENCE.split(argument.description)), "")
    is_told = _HTML.search(said) and not _NOT_HTML.search(said) and len(said.split()) <= _FEW_WORDS
    if "html" not in argument.words and not is_told:
        return text
    paragraphs = (html.escape(part, quote=False).replace("\n", "<br/>") for part in text.split("\n\n"))
    return "".join(f"<p>{part}</p>" for part in paragraphs)


def takes_null(argument: Argument) -> bool:
    """Whether its schema allows null."""
    schema = argument.schema
    every = [schema, *(o for key in ("anyOf", "oneOf") for o in schema.get(key) or () if isinstance(o, Mapping))]
    return any(o.get("type") == "null" or (isinstance(o.get("type"), list) and "null" in o["type"]) for o in every)


def takes_text(argument: Argument) -> bool:
    """Whether its schema allows text."""
    return not argument.kinds or "string" in argument.kinds


def is_numeric(argument: Argument) -> bool:
    """Whether it takes numbers and no text, alone or in a list."""
    kinds = (argument.item_kinds if argument.takes_list else argument.kinds) or frozenset()
    return bool(kinds) and kinds <= {"integer", "number"}


def in_range(number: str, text: str) -> bool:
    """Whether a description that names a range (``0-4``) allows ``number``."""
    match = _RANGE.search(text)
    return match is None or int(match[1]) <= int(number) <= int(match[2])
