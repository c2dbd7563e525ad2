"""What a column's name says of what the column holds: a hint between 0 and 1 for each field of a ticket.

Names come in every spelling (``createdAt``, ``created_at``, ``DateCreated``, ``Erstellt am``) and language, so they are
taken apart into words, and few words do. Invariant: a hint depends on the name alone; what a column holds counts for
more wherever there is enough of it (`columns`).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import lru_cache
from types import MappingProxyType

from tui_app.tickets.fields import FIELDS_BY_NAME, TICKET_FIELDS, TIME_KINDS, FieldKind
from tui_app.tickets.fields import names as names

_MOST_REMEMBERED = 20_000  # names; a server that makes up keys must not fill the memory
_LONGEST_NAME = 80  # characters; a longer one is a sentence

_plain_names: dict[str, str] = {}


def plain_name(name: str) -> str:
    """``createdAt``, ``created_at``, ``Created At`` and ``System.CreatedAt`` are one name: ``createdat``."""
    plain = _plain_names.get(name)
    if plain is None:
        last = name.strip().rsplit(".", 1)[-1]
        plain = "".join(character for character in last if character.isalnum()).casefold()
        if len(_plain_names) > _MOST_REMEMBERED:
            _plain_names.clear()
        _plain_names[name] = plain
    return plain


def _folded(name: str) -> str:
    """Letters without their accents, as in Korean and Japanese the parts of letters."""
    return without_marks(unicodedata.normalize("NFKD", name))


def without_marks(text: str) -> str:
    """``text`` without signs that belong to the letter before them: accents, and the vowels of Indian scripts, which
    are no letters to patterns."""
    return text if text.isascii() else "".join(one for one in text if unicodedata.category(one)[0] != "M")


TICKET_NOUNS = names(
    "issue ticket task bug story workitem userstory incident defect workpackage case card todo problem "
    "request item feature record"
)
"""What trackers call a ticket, the surest first."""


def plural(word: str) -> str:
    """``issues``, ``stories``, ``statuses``."""
    if word.endswith("y"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.endswith("s") else f"{word}s"


def singular(word: str) -> str:
    """``word`` without its plural; a guess for words that are no English."""
    if word.endswith("ies") and len(word) > len("ties"):
        return f"{word[:-3]}y"
    if word.endswith(("ss", "us", "is")) or len(word) < len("ids"):
        return word
    return word[:-2] if word.endswith("uses") else word.removesuffix("s")


PLURALS: Mapping[str, str] = {plural(noun): noun for noun in TICKET_NOUNS}
FUNCTION_WORDS = frozenset(names("the a an all any to of on for by with in from via at as and or it is between one"))
"""Words that only join others."""
_ID_NAMES = [word for word in FIELDS_BY_NAME["id"].words if word not in ("no", "nr", "code")]  # common as other words
ID_WORDS = frozenset((*_ID_NAMES, *map(plural, _ID_NAMES)))
"""What names an identifier."""
_PLACES = (
    *FIELDS_BY_NAME["project"].words,
    *names("owner org organization namespace root path dir directory folder file group site cloud instance database"),
    *names("tenant account"),
)
PLACES = frozenset((*_PLACES, *map(plural, _PLACES)))
"""What tickets lie in, on any level."""
NOUN_PARTS = frozenset((*TICKET_NOUNS, "work", "package"))
_ID_ENDS = frozenset(names("id ids uid uuid gid"))
_KEY_ENDS = ("key", "identifier", "path")
FOR_PEOPLE = frozenset(names("human readable display public short custom external"))
"""Said of the identifier that people use."""
ID_ADJECTIVES = FOR_PEOPLE | {"or", "unique", "internal"}
"""Words that say how an id is written."""
_PAGES = frozenset(names("html web browse public app short human external view api"))
_VALUE_ENDS = frozenset(names("name label text value title markdown html plain rendered username display list string"))
DATE_PARTS = frozenset(names("at on am date time datetime ts timestamp utc last first le el в fecha datum"))
_SHORT = frozenset(names("short brief kurz"))
_OPENERS = frozenset(names("raised requested"))
_FILLERS = FUNCTION_WORDS | {"current"}

_WORDS: Mapping[str, Mapping[str, float]] = MappingProxyType(
    {field.name: {_folded(word): 1 - 0.004 * rank for rank, word in enumerate(field.words)} for field in TICKET_FIELDS}
)
_TOGETHER = {field.name: {**_WORDS[field.name], **dict.fromkeys(field.beginnings, 0.95)} for field in TICKET_FIELDS}
_SHORTEST_BEGINNINGS = {begin for field in TICKET_FIELDS for begin in field.beginnings if len(begin) < len("prio")}
"""These begin words that are made of others by chance: ``titel`` is not ``tit`` and the article ``el``."""
_KINDS = {field.name: field.kind for field in TICKET_FIELDS}
_VOCABULARY = frozenset(
    {word for words in _TOGETHER.values() for word in words if word not in _SHORTEST_BEGINNINGS}.union(
        NOUN_PARTS, _ID_ENDS, FOR_PEOPLE, _PAGES, _VALUE_ENDS, DATE_PARTS, _SHORT, _OPENERS, _FILLERS, ("by",)
    )
)
CERTAIN_NAME = 0.8
"""A hint from which on a name is taken to name a field."""
_BEGINNINGS = tuple((_folded(begin), field.name) for field in TICKET_FIELDS for begin in field.beginnings)
_BEGUN, _HELD = 0.95, 0.85  # what a beginning is worth, and one within a word of a script that writes words together
_NUMBER_SIGNS = ("#", "№")
_LEAST_OF_SIGNS = 0.5
_PLACE_AMONG_ALIKE = re.compile(r"(?<=\w)[\s_-]\d+\s*$")  # ``Title 2``
_REMARK = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")
_PIECES = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")


@lru_cache(_MOST_REMEMBERED)
def hints(name: str) -> Mapping[str, float]:
    """Field to how much ``name`` speaks for it; fields that it says nothing of are left out."""
    words = words_in(_PLACE_AMONG_ALIKE.sub("", name))
    if name.strip().endswith(_NUMBER_SIGNS):  # also alone
        return {"id": max(_LEAST_OF_SIGNS, _hint("id", (*words, "number")) if words else 0)}
    found = {field: hint for field in _WORDS if (hint := _hint(field, words)) > 0} if words else {}
    if not found and (remark := _REMARK.search(name)) and remark.start():
        return hints(name[: remark.start()])
    best = max(found.values(), default=0)
    return MappingProxyType({f: p if p > best - 0.35 else p * 0.3 for f, p in found.items()})


def hints_beside(texts: Iterable[str], name: str) -> Mapping[str, float]:
    """`hints` of the name of a column with these texts: words in the place of ids say what an id is that of."""
    found = hints(name)
    if found or not is_reference(name) or any(" " not in text or any(map(str.isdigit, text)) for text in texts):
        return found
    return hints("_".join(words_in(name)[:-1]))  # ``caller_id: Omar Haddad``


def names_of_things(names: Iterable[str]) -> frozenset[str]:
    """Those of ``names`` that name something else than a ticket: ``service_name`` beside ``service_id``."""
    known = {words_in(name): name for name in names}
    own = [words for words in known if words[1:] and words[-1] == "name" and (*words[:-1], "id") in known]
    return frozenset(known[words] for words in own if not all(word in TICKET_NOUNS for word in words[:-1]))


def is_of_another_thing(path: tuple[str, ...], titles: set[str]) -> bool:
    """Whether something else than the ticket is called so, as its milestone, where the ticket has such a title."""
    return len(path) > 1 and plain_name(path[-1]) in titles and not NOUN_PARTS.intersection(words_in(path[0]))


def is_reference(name: str) -> bool:
    """Whether a column refers to something else by its id: ``section_id``, ``idList``."""
    words = words_in(name)
    return len(words) > 1 and (words[-1] in _ID_ENDS or words[0] == "id")


@lru_cache(_MOST_REMEMBERED)
def words_in(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, without accents: ``DateCreated`` and ``datecreated`` are date, created."""
    plain = _folded(name.strip()[:_LONGEST_NAME].rsplit(".", 1)[-1])
    pieces = [piece.casefold() for piece in _PIECES.findall(plain)]
    return tuple(word for piece in pieces for word in taken_apart(piece, _VOCABULARY))


def taken_apart(piece: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    """``createdat`` as its words, where it is made of nothing but those of ``vocabulary``."""
    if piece in vocabulary or not piece.isascii():
        return (piece,)
    best: dict[int, tuple[str, ...]] = {0: ()}
    for end in range(1, len(piece) + 1):
        for start in range(end):
            if start in best and piece[start:end] in vocabulary and end - start > 1:
                words = (*best[start], piece[start:end])
                if end not in best or len(words) < len(best[end]):
                    best[end] = words
    return best.get(len(piece), (piece,))


def _hint(field: str, words: tuple[str, ...]) -> float:
    kind = _KINDS[field]
    if kind is FieldKind.ID:
        return _id_hint(field, words)
    if kind is FieldKind.URL:
        return _url_hint(words)
    if words[-1] in _ID_ENDS and len(words) > 1:
        return 0
    if "by" in words and kind is not FieldKind.DUE:
        return _by_hint(field, words)
    if field in ("title", "description") and len(words) > 1 and words[0] in _SHORT and _known("description", words[-1]):
        return 0.85 if field == "title" else 0
    return _word_hint(field, words)


def _word_hint(field: str, words: tuple[str, ...]) -> float:
    kind = _KINDS[field]
    if len(words) > 1 and (together := _TOGETHER[field].get("".join(words))):
        return together
    if len(words) > 1 and "".join(words) in TICKET_NOUNS:
        return 0  # a user story is no user
    core = [word for word in words if word not in _FILLERS] or list(words)
    bonus = 0.0
    if kind in TIME_KINDS:
        core = [word for word in core if word not in DATE_PARTS] or core
    if len(core) > 1 and core[0] in NOUN_PARTS:
        bonus, core = 0.003, [word for word in core if word not in NOUN_PARTS] or core  # less than between two words
    if len(core) > 1 and core[-1] in _KEY_ENDS and field in ("project", "type"):
        bonus, core = 0.03, core[:-1]
    if len(core) > 1 and core[-1] in _VALUE_ENDS and field != "title":
        bonus, core = 0.02, [word for word in core if word not in _VALUE_ENDS] or core[:1]
    if len(core) == 1:
        return _single_hint(field, core[0], bonus, whole=len(words) == 1)
    last, first = _known(field, core[-1]), _known(field, core[0])
    if last:
        return 0 if _is_part_of_a_person(field, core[0]) else 0.6
    return 0.5 if first and field not in ("title", "project") and kind is not FieldKind.LIST else 0


def _is_part_of_a_person(field: str, word: str) -> bool:
    """What begins with a word for somebody is a part of that person, no label and nobody who works on a ticket:
    ``author_type``, ``user_agent``."""
    if _KINDS[field] not in (FieldKind.LABELS, FieldKind.WORD, FieldKind.PERSON):
        return False
    if field == "reporter":
        return False  # ``memberCreator``
    people = (name for name, kind in _KINDS.items() if kind is FieldKind.PERSON and name != field)
    return any(_known(name, word) > CERTAIN_NAME for name in people)


def _single_hint(field: str, word: str, bonus: float, *, whole: bool) -> float:
    known = _known(field, word)
    if not known and not whole and _KINDS[field] in TIME_KINDS:  # ``last_change_time``, ``open date``
        known = max(_known(field, f"{word}{end}") for end in ("d", "ed"))
    if known:
        return known + bonus
    if field == "title" and whole and word in NOUN_PARTS:
        return 0.6
    return 0


def _id_hint(field: str, words: tuple[str, ...]) -> float:
    *others, last = words
    if field != "id":
        rest = [word for word in words if word not in NOUN_PARTS and word not in (*_ID_ENDS, *_KEY_ENDS)]
        bonus = 0.03 if last in _KEY_ENDS else -0.02 if last in _ID_ENDS else 0
        return _known(field, rest[0]) + bonus if len(rest) == 1 else 0
    if not others:
        return 0.9 if last in _ID_ENDS else _known(field, last) or _numbered_noun_hint(last)
    if last in FOR_PEOPLE and words[0] == "id":
        return 1.01
    if not _known(field, last):
        return 0
    if all(word in NOUN_PARTS or word in FOR_PEOPLE for word in others):
        return 1.01 if any(word in FOR_PEOPLE for word in others) or last not in _ID_ENDS else 0.85
    return 0.3 if last in _ID_ENDS and not any(_known(name, word) for name in _WORDS for word in others) else 0


def _numbered_noun_hint(word: str) -> float:
    """What languages write as one word: a ``Ticketnummer`` is an id, a ``Kundennummer`` another thing's."""
    rests = (word.removeprefix(noun) for noun in TICKET_NOUNS if word.startswith(noun))
    return max((_known("id", rest) for rest in rests if rest), default=0)


def _url_hint(words: tuple[str, ...]) -> float:
    known = [word for word in words if _known("url", word)]
    others = [word for word in words if word not in _PAGES and word not in NOUN_PARTS and not _known("url", word)]
    if not known or others:
        return 0.1 if known and len(words) > 1 else 0
    return max(_known("url", word) for word in known) + (0.02 if len(words) > 1 and "api" not in words else 0)


def _by_hint(field: str, words: tuple[str, ...]) -> float:
    if field == "reporter" and any(word in _OPENERS or _known("created_at", word) for word in words):
        return 0.9
    return 0.9 if field == "assignee" and any(word in ("assigned", "owned") for word in words[:1]) else 0


def _known(field: str, word: str) -> float:
    return _meanings(word).get(field, 0)


@lru_cache(_MOST_REMEMBERED)
def _meanings(word: str) -> Mapping[str, float]:
    """Field to how much one word says it: as it stands, without its plural, else by how it begins."""
    whole = {field: weight for field, words in _WORDS.items() if (weight := words.get(word))}
    if whole:
        return whole
    one = singular(word)
    single = {field: weight - 0.02 for field, words in _WORDS.items() if one != word and (weight := words.get(one))}
    if single:
        return single
    begun = [(len(begin), field) for begin, field in _BEGINNINGS if word.startswith(begin)]
    if begun:
        return dict.fromkeys((field for length, field in begun if length == max(begun)[0]), _BEGUN)
    within = [field for begin, field in _BEGINNINGS if not begin.isascii() and begin in word]
    return dict.fromkeys(within, _HELD)
