"""What a tool's description says that it does: whether some sentence says that a call changes something, or reads.

Invariant: a word of change counts only where it is what this call does: not where it names another tool or action, a
date, or what already happened.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, pairwise

from tui_app.adapters.safety.verbs import (
    READING_UNSPACED,
    STRONG_WRITING,
    WRITING,
    WRITING_UNSPACED,
    first_of,
    folded,
    is_unspaced,
    means_reading,
    word_set,
    writes_elsewhere,
)
from tui_app.tickets.private_names import folded as plain_letters

QUERY_WORDS = frozenset(("jql", "query", "search", "filter", "wiql"))
RUNNING = frozenset(("execute", "run", "exec"))
_LONGEST_DESCRIPTION = 40_000  # characters
_MOST_WORDS = 5000  # of a description; hostile ones stay quick
_MOST_REMEMBERED = 1024  # descriptions; each is asked about before each call
_SENTENCE = re.compile(r"[.!?;:](?=\s|$)|[\n。！？；]+|\s[-–—]\s")
_SECTION = re.compile(
    r"^\W*(?:args|arguments?|parameters?|params|inputs?|returns?|examples?|raises|output|usage|actions?|operations?)\b"
    r"[^\n]{0,20}(?::|$)",
    re.IGNORECASE | re.MULTILINE,
)
_BEHIND_SECTION = re.compile(r"^(?=\w+ (?:all|every|each|them|everything)\b)[^\n:]+$", re.MULTILINE | re.IGNORECASE)
"""A line that is none of a section's, as it has neither a colon nor a blank before it: ``Deletes all tickets``."""
_TOKEN = re.compile(r"[^\s,()\[\]{}\"“”]+|,")
_PASSED_OVER = word_set(
    """
    this the a an tool function command action operation method endpoint api call it will can may also then and
    permanently automatically safely tool's used use to that which for you allows allow lets helps used-to be able used
    immediately silently optionally irreversibly warning caution danger note important bulk mass please ⚠️ ⚠ -
    """
)
"""What may stand before the verb that says what a tool does."""
_NEGATIONS = word_set("not never no don't doesn't won't without cannot can't isn't nothing neither rather")
OBJECTS = word_set(
    "a an the all every each them it its their your any one some these those this matching as from up everything "
    "tickets issues tasks items cards bugs todos stories records"
)
"""What follows a verb, and hardly ever a noun that only looks like one."""
_DETERMINERS = word_set("a an the all every each it them its their your any one some these those this everything")
_ENGLISH = word_set("the a an of to in and for by with from on at is are or that this its their your as not no")
"""What three words of English hardly go without."""
_BEFORE_DETERMINERS = word_set("given with without from by of on at as about into over per using via only here")
"""What may stand before a determiner at the beginning of a description, and is no verb: ``Given a key, ..``."""
_BECOMES = frozenset(("will", "get", "gets"))
_IS = frozenset(("is", "are", "be"))
_AFTERWARDS = frozenset(("afterwards", "then", "thereby", "thereafter"))
_WHO = frozenset(("that", "which", "who"))
_QUANTIFIERS = word_set("all alle tous toutes todos todas tutti tutte wszystkie все tum semua")
"""Words of reading that say nothing alone."""
_SIDE_EFFECT = re.compile(r"\bside[- ]effects?\b", re.IGNORECASE)
_PAIR = 2
_FURTHEST_NEGATION = 12  # words
_SHORT = 3  # letters of a pronoun between `and` and its verb: ``et les ferme``, ``y los cierra``
_ALL_OF_THEM = frozenset(("them", "it", "all", "every", "everything", "each"))
_POINTING = frozenset(("use", "call", "see", "prefer", "try"))
_WHEN = frozenset(("to", "when", "if", "before", "after", "for", "in"))
AND = frozenset(("and", "or", "then", "y", "e", "et", "puis", "und", "en", "i", "ve", "и", "ou", "oder"))
"""What joins two actions, in several languages."""
_THEN = AND | {",", "while", "also", "afterwards", "but", "&", "plus"}
_BY = frozenset(("by", ",", "and", "while", "thereby", "thus"))
"""After these a verb with -ing may be what the call does besides: ``Returns a ticket, removing it``."""
_IN_TURN = frozenset(("then", "afterwards", "thereafter"))
"""Behind these a word of writing is what the call goes on to do, whatever follows: ``.., then closes stale ones``."""
_THEY = _ALL_OF_THEM | {"they"}
_PARTICIPLE = re.compile(r".*(?:[aiu]d[oa]s?|[aiu]t[oaie]|ees?|es|te[nmrs]?|нн\w+|ны\w*)")
"""What happened, in other languages than English: ``actualizados``, ``gelöschte``."""
_OF_THIS = frozenset(("this", "tool", "call", "function", "command"))
_LETTERS_APART = re.compile(r"\b(?:[^\W\d_] ){3,}[^\W\d_]\b")  # ``d e l e t e s``
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,40}>")
_AHEAD = 6  # words before the verb of a sentence


def reading_described(description: str) -> str:
    """The word of reading that a sentence of ``description`` begins with; empty where none does."""
    for sentence in _sentences(description):
        if is_unspaced(sentence):
            if any(part in sentence for part in READING_UNSPACED):
                return sentence[:40]
            continue
        for word in _words(sentence)[:_AHEAD]:
            if means_reading(word) or means_reading(_base(word)):
                return word
    return ""


@lru_cache(maxsize=_MOST_REMEMBERED)
def unknown_deed(description: str) -> str:
    """The verb that ``description`` begins with, where nobody knows whether it reads: ``Flarbs the ticket``.

    What such a call answers with, however it is told, does not say what it does. Of another language than English in
    which no word of reading is known, it is the beginning of the sentence.
    """
    sentence = next(_sentences(description), "")
    words = _words(sentence)
    is_foreign = is_unspaced(sentence) or (len(words) > _PAIR and _ENGLISH.isdisjoint(words))
    if is_foreign and not reading_described(description):
        return sentence.strip()[:40]
    at = next((at for at, word in enumerate(words[:_AHEAD]) if not _is_passed_over(word)), len(words))
    verb, follower = (*words[at : at + 2], "", "")[:2]
    if not verb or verb in OBJECTS | _WHEN | _BEFORE_DETERMINERS or _is_name(verb):
        return ""
    is_verb = follower in _DETERMINERS or (verb.endswith("s") and follower in OBJECTS)
    is_known = any(map(means_reading, (verb, _base(verb)))) or _base(verb) in WRITING or verb in WRITING
    return verb if is_verb and not is_known else ""


@lru_cache(maxsize=_MOST_REMEMBERED)
def changes_described(description: str, *, strong_only: bool = False) -> str:
    """The sentence of ``description`` that says that the tool changes something; empty where none does."""
    before = ""
    for number, sentence in enumerate(_sentences(description)):
        if is_unspaced(sentence):
            changes = _unspaced_changes(sentence)
        else:
            changes = _sentence_changes(sentence, strong_only, later=number > 0)
            changes = changes or (_SIDE_EFFECT.search(f"{before} {sentence}") is not None and _has_effect(sentence))
        before = sentence
        if changes:
            return sentence.strip()[:200]
    return ""


def _sentences(description: str) -> Iterator[str]:
    description = _TAG.sub("", plain_letters(description[:_LONGEST_DESCRIPTION]))
    description = _LETTERS_APART.sub(lambda letters: letters[0].replace(" ", ""), description)
    section = _SECTION.search(description)
    end = section.start() if section and section.start() > 0 else len(description)
    words = 0
    for sentence in chain(_SENTENCE.split(description[:end]), _BEHIND_SECTION.findall(description[end:])):
        words += sentence.count(" ") + 1
        if words > _MOST_WORDS:
            return
        if sentence.strip():
            yield sentence


def _words(sentence: str) -> list[str]:
    tokens = (token.strip("'`*’-•") or token for token in _TOKEN.findall(sentence))
    return [token if _is_name(token) else folded(token) for token in tokens]


def _is_name(token: str) -> bool:
    """Whether a word is the name of a tool or an argument."""
    return "_" in token or any(before.islower() and here.isupper() for before, here in pairwise(token))


def _sentence_changes(sentence: str, strong_only: bool, later: bool) -> bool:
    words = _words(sentence)
    if _is_denied(words) or _is_about_another(words):
        return False
    if RUNNING & set(map(_base, words[:_AHEAD])) and QUERY_WORDS & set(words):
        return False
    if _is_phrase(words) or _ends_in_change(words):
        return True
    begin = next((at for at, word in enumerate(words[:_AHEAD]) if not _is_passed_over(word)), None)
    if begin is None or (begin > 0 and words[begin - 1] in ("a", "an", "the")):
        return False  # somebody else does it
    follower = words[begin + 1] if begin + 1 < len(words) else ""
    if (_changes(words[begin], follower, strong_only) or (begin > 0 and _is_purpose(words, begin))) and not (
        later and words[begin] in WRITING and begin == 0 and follower not in _ALL_OF_THEM
    ):
        return True
    return any(
        _goes_on_to_change(words, at, strong_only) or _changes_besides(words, at) for at in range(begin + 1, len(words))
    )


def _has_effect(sentence: str) -> bool:
    """Whether a sentence that tells of a side effect names a change."""
    words = _words(sentence)
    return not _NEGATIONS & set(words) and any(_base(word) in WRITING for word in words)


def _is_denied(words: Sequence[str]) -> bool:
    """``Never deletes tickets``, ``changes nothing``; not ``Deletes tickets without asking``."""
    change = next((at for at, word in enumerate(words) if _base(word) in WRITING or writes_elsewhere(word)), len(words))
    return not _NEGATIONS.isdisjoint(words[: min(change + 2, _FURTHEST_NEGATION)])


def _is_phrase(words: Sequence[str]) -> bool:
    """``Gets rid of tickets``, ``does away with them``, ``They are deleted afterwards``, ``the tickets are gone``."""
    for at, (word, follower) in enumerate(pairwise(words)):
        if (word, follower) in (("rid", "of"), ("away", "with")) and at:
            return True
        if word in _IS and not _is_restricted(words, at):
            participle = next((later for later in words[at + 1 : at + 4] if later.endswith("ed")), "")
            is_theirs = at > 0 and words[at - 1] in _THEY and _base(participle) in STRONG_WRITING
            if follower == "gone" or is_theirs or (_base(participle) in WRITING and _AFTERWARDS & set(words)):
                return True
    return False


def _ends_in_change(words: Sequence[str]) -> bool:
    """Where the verb stands last and nothing says that it reads: ``Tüm kayıtları siler``."""
    if len(words) <= _PAIR or any(means_reading(word) and word not in _QUANTIFIERS for word in words):
        return False
    foreign = (word for word in words[-2:] if not _is_name(word) and _base(word) not in WRITING)
    return any(map(writes_elsewhere, foreign))


def _is_restricted(words: Sequence[str], at: int) -> bool:
    """Whether the verb at ``at`` says which tickets are meant, and not what becomes of them.

    ``tickets that get deleted each night``; not ``tickets, which get deleted``, nor ``that are deleted once listed``.
    """
    who = next((place for place in range(at - 1, max(0, at - 4), -1) if words[place] in _WHO), 0)
    if not who or words[who - 1] == ",":
        return False
    cause = next((place for place in range(at, len(words)) if words[place] in ("once", "when", "upon")), len(words))
    return not any(means_reading(_base(word)) for word in words[cause : cause + 4])


def _changes_besides(words: Sequence[str], at: int) -> bool:
    """``.. by closing each of them``, ``.., removing it``, ``.. are deleted by this tool``."""
    word, follower = words[at], words[at + 1] if at + 1 < len(words) else ""
    if word.endswith("ing"):
        return words[at - 1] in _BY and follower in _ALL_OF_THEM and _base(word) in WRITING
    is_passive = word.endswith("ed") and _base(word) in STRONG_WRITING and follower == "by"
    return is_passive and not _OF_THIS.isdisjoint(words[at + 2 : at + 4])


def _is_purpose(words: Sequence[str], at: int) -> bool:
    """``A tool for deleting tickets``."""
    return words[at - 1] == "for" and words[at].endswith("ing") and _base(words[at]) in STRONG_WRITING


def _is_passed_over(word: str) -> bool:
    return (
        word in _PASSED_OVER or not any(map(str.isalnum, word)) or (word.endswith("ly") and len(word) > len("ly") + 2)
    )


def _is_about_another(words: Sequence[str]) -> bool:
    """``To delete a ticket, use delete_ticket``: what other tools are for."""
    if words and words[0] in _POINTING and any(map(_is_name, words[1:3])):
        return True
    return bool(words) and words[0] in _WHEN and bool(_POINTING & set(words[1:]))


def _changes(word: str, follower: str, strong_only: bool) -> bool:
    if word.isascii() and word.endswith(("ed", "ing")):
        return False  # what happened, or when
    base = _base(word)
    if base in STRONG_WRITING or word in STRONG_WRITING:
        return True
    if base in WRITING:
        return not strong_only and follower in OBJECTS
    return writes_elsewhere(word)


def _goes_on_to_change(words: Sequence[str], at: int, strong_only: bool) -> bool:
    """``.. and deletes them``, ``.. which will be removed``."""
    word, follower = words[at], words[at + 1] if at + 1 < len(words) else ""
    if word in _BECOMES:
        participle = next((later for later in words[at + 1 : at + 4] if later.endswith("ed")), "")
        return _base(participle) in STRONG_WRITING and not _is_restricted(words, at)
    before = at - 1
    if before > 0 and len(words[before]) <= _SHORT and words[before - 1] in _THEN and writes_elsewhere(word):
        before -= 1
    while before > 0 and _is_passed_over(words[before]) and words[before] not in _THEN:
        before -= 1
    if not strong_only and words[at - 1] in _IN_TURN and _base(word) in WRITING and word.endswith("s"):
        return True
    if words[before] not in _THEN or not _changes(word, follower, strong_only):
        return False
    if _base(word) not in WRITING and not _is_name(word) and not _PARTICIPLE.fullmatch(word):
        return True  # in another language
    adjacent = before > 0 and means_reading(_base(words[before - 1]))
    return adjacent or follower in OBJECTS


def _base(word: str) -> str:
    """The verb of ``deletes``, ``deleting``; ``word`` itself where it is none that is known."""
    for ending, instead in (("ies", "y"), ("es", ""), ("s", ""), ("ing", "e"), ("ing", ""), ("ed", "e"), ("ed", "")):
        base = word.removesuffix(ending) + instead
        if word.endswith(ending) and (base in WRITING or means_reading(base)):
            return base
    return word


def _unspaced_changes(sentence: str) -> bool:
    """Chinese begins with its verb, Japanese and Korean end with it; in between it may describe what is listed."""
    text = re.sub(r"\s+", "", sentence)
    begin = first_of(WRITING_UNSPACED, text)
    if begin > len(text):
        return False
    reads = first_of(READING_UNSPACED, text)
    if reads > len(text) or (begin <= 1 and text[begin + 2 : begin + 3] not in ("日", "的", "时", "者", "済", "さ")):
        return True
    written = [(word, at) for word in WRITING_UNSPACED if (at := text.rfind(word)) >= 0]
    return any(text[:at].endswith(_JOINING) or _ENDING.fullmatch(text[at + len(word) :]) for word, at in written)


_JOINING = ("并", "並", "然后", "然後", "て", "하고")
_ENDING = re.compile("[\u3041-\u3096\uac00-\ud7a3]{1,6}")
"""What Japanese and Korean append to the verb that ends a sentence."""
