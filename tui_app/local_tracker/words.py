"""What the full-text index holds, and how a search text asks it.

Invariant: `searchable` depends on nothing but its argument (no Unicode tables of the running Python), because the index
keeps no text of its own and an entry is taken out by giving the very words that were put in.

The tokenizer is SQLite's unicode61: any word is found by its beginning, with or without accents. Two things are added.
Scripts that are written without spaces are indexed character by character, so any part of a phrase is found; names like
``ConnectionTimeoutError`` are found by each of their parts. (A trigram index finds every substring, but took five times
the space and four times as long to search, and misses words of two characters, which are most Chinese ones.)
"""

from __future__ import annotations

import re

_UNSPACED = re.compile(
    "(["
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"  # kana, Han
    "\U00020000-\U0003ffff"  # rare Han
    "])"
)
_NAME = re.compile(r"(?<![A-Za-z])[A-Za-z]{3,64}(?![A-Za-z])")  # longer runs of letters are data, not names
_HUMP = re.compile(r"(?<=[a-z])[A-Z]")
_TERM = re.compile(r'"([^"]*)"|(\S+)')


def searchable(*texts: str) -> str:
    """The words under which a ticket with these texts is found."""
    text = "\n".join(texts)
    names = _NAME.findall(text) if _HUMP.search(text) else ()
    humps = " ".join(name[hump.start() :] for name in names for hump in _HUMP.finditer(name))
    spaced = text if text.isascii() else _UNSPACED.sub(r" \1 ", text)
    return f"{spaced}\n{humps}" if humps else spaced


def match_expression(text: str) -> str | None:
    """The FTS5 query for a search text: every word by its beginning, ``"quoted words"`` as they stand.

    None where the text holds something that is no word (``->``, an emoji): the index cannot answer that.
    """
    terms = []
    for match in _TERM.finditer(text):
        quoted, word = match[1], match[2]
        wanted = (quoted if quoted is not None else word).replace('"', " ").strip()
        if not any(character.isalnum() for character in wanted):
            if wanted:
                return None
            continue
        spaced = _UNSPACED.sub(r" \1 ", wanted)
        terms.append(f'"{spaced}"' if quoted is not None else f'"{spaced}" *')
    return " AND ".join(terms)


def plain_terms(text: str) -> list[str]:
    """The words and quoted phrases of a search text, as they are looked for inside titles."""
    return [match[1] or match[2] for match in _TERM.finditer(text) if match[1] or match[2]]
