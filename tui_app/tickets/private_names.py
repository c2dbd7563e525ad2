"""Which names are private: one name in every spelling, and nothing else.

Invariant: case, style (``internal_notes``, ``internalNotes``, ``Internal Notes``), width, look-alike letters, plural
and singular, a path in front (``fields.internal_notes``) and a word of machinery around (``u_salary``, ``salary_raw``)
make no difference; any other word does (``salary`` is not ``salary review``).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from html import unescape

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
_HEADING = re.compile(r"(?P<sign>#{1,6}|\*{1,6}|={1,6})\s|h(?P<level>[1-6])\.\s|\\(?P<sub>(?:sub){0,2})section\*?\{")
_LONGEST = 300  # characters of a name, after folding
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|quot|apos|colon|lowbar);")
_SHORTEST_PART = 5  # characters of a name that counts within a longer word
_PICTURES = ("So", "Sk", "Mn", "Cf")
DECORATION = " \t>*_#+-`'\"\u2022\u00b7~=[]"
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")

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


def without_entities(text: str) -> str:
    """``text`` with letters, digits and quotation marks in place of the entities that stand for them."""
    return _ENTITY.sub(_character_of, text) if "&" in text else text


def _character_of(entity: re.Match[str]) -> str:
    character = unescape(entity[0])
    return character if character.isalnum() or character in ('"', "'", ":", "_") else entity[0]


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
        self.mention = re.compile("|".join(map(_among_words, words)) or "(?!)", re.IGNORECASE)
        """The names where other words may be around them, in text that is `folded`."""

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        plain = folded(name)
        segments = [plain, *_SEGMENTS.split(plain)] if _SEGMENTS.search(plain) else [plain]
        return any(self._is_private(segment) for segment in segments)

    def mentioned(self, text: str) -> bool:
        """Whether ``text`` can hold one of the names: a quick look."""
        lower = folded(text).lower()
        for hint in self.hints:  # noqa: SIM110 (a third of the time that `any` takes, for each line of each text)
            if hint in lower:
                return True
        return False

    def told_by(self, label: str) -> bool:
        """Whether a key, label or head says one of the names among other words: ``annualSalaryEur``."""
        if len(label) > _LONGEST or not self.mentioned(label):
            return False
        return self.mention.search(_HUMP.sub(" ", folded(label))) is not None

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
        if len("".join(plain.split())) > _LONGEST or not _NAME.fullmatch(plain):
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


def _among_words(words: list[str]) -> str:
    """A pattern for a name among other words; a long one within a longer word, too, as in ``Jahresgehalt``."""
    pattern = r"[\W_]*".join(map(_any_number, words))
    if sum(map(len, words)) >= _SHORTEST_PART:
        return pattern
    return rf"(?<![^\W_])(?:{pattern})(?![^\W_])"


def _any_number(word: str) -> str:
    """A pattern for ``word`` in plural and singular."""
    single = stem(word)
    ending = f"(?:{single[-1]}|ies)" if single.endswith("y") else f"{re.escape(single[-1])}s?"
    return re.escape(single[:-1]) + ending


def without_signs(text: str) -> str:
    """``text`` without blanks, list signs and pictures in front."""
    text = text.lstrip(DECORATION)
    while text and not text[0].isascii() and unicodedata.category(text[0]) in _PICTURES:
        text = text[1:].lstrip(DECORATION)
    return text


def bare_label(label: str) -> str:
    """A label without what surrounds it."""
    return without_signs(label).strip(DECORATION + ":|").strip()


def heading_of(line: str) -> tuple[str, int, str]:
    """The kind of heading that a line of Markdown, Org, AsciiDoc, Textile or LaTeX is, its level, and what it says; a
    bullet counts as one. Empty: it is none."""
    heading = _HEADING.match(line)
    if heading is None:
        return "", 0, ""
    title = line[heading.end() :].rstrip("} ")
    if heading["sign"]:
        return heading["sign"][0], len(heading["sign"]), title
    return ("h", int(heading["level"]), title) if heading["level"] else ("section", len(heading["sub"]), title)
