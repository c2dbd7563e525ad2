"""Whatever markup a tracker keeps its texts in, as Markdown.

Invariants: never raises; takes time linear in the text; what is not understood stays as it was written. HTML and wiki
markup are loaded with the first text that may be either.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import islice
from operator import eq

from tui_app.adapters.reading.atlassian_document import document_to_markdown, is_document
from tui_app.tickets.json_values import read_json
from tui_app.tickets.ticket import JsonValue

_LONGEST_CONVERTED = 1_000_000  # characters; beyond, a text is shown as it is: nobody reads it to the end
_MOST_PARTS = 1000
_DEEPEST = 4
_OPENING_TAG = re.compile(r"\s*<([A-Za-z][\w]*-[\w-]{1,100})>")
_WIKI_SIGNS = re.compile(
    r"\A\s*h[1-6]\.[ \t]|\{(?:code|noformat|quote|panel|color)(?:[:}])|^\|\||\[[^\[\]\n|]{1,200}\|(?:https?://|mailto:)",
    re.MULTILINE,
)
"""Signs of wiki markup that Markdown has not."""
_TEXT_PARTS = ("markdown", "raw", "plain", "text", "body", "html", "content", "value", "rendered", "wiki", "storage")


def are_plain_texts(texts: Sequence[str], joined: str) -> bool:
    """Whether `to_markdown` certainly leaves each of ``texts`` as it is. Fast; may say no too often.

    ``joined`` is all of them in one, which is looked at in one go.
    """
    return (
        not ("<" in joined or "{" in joined or "|" in joined or "\r" in joined)
        and not any(text[:1] in ("h", "") for text in texts)
        and all(map(eq, texts, map(str.strip, texts)))
    )


def to_markdown(value: JsonValue, *, wiki: bool = False) -> str | None:
    """The text that ``value`` stands for, as Markdown; None where it holds none.

    Takes Markdown, Jira's wiki markup, HTML, Atlassian document JSON (as an object or as text) and objects such as
    ``{"raw": .., "html": ..}``. With ``wiki`` every text without other signs is wiki markup; without it, only one that
    has signs of it which Markdown has not.
    """
    return _markdown(value, wiki, 0)


def _markdown(value: JsonValue, wiki: bool, depth: int) -> str | None:
    if isinstance(value, str):
        return _from_text(value, wiki) or None
    if depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return document_to_markdown(value) if is_document(value) else _from_object(value, wiki, depth)
    if isinstance(value, list):
        parts = (_markdown(part, wiki, depth + 1) for part in islice(value, _MOST_PARTS))
        return "\n\n".join(part for part in parts if part) or None
    return None


def _from_object(value: Mapping[str, JsonValue], wiki: bool, depth: int) -> str | None:
    for part in _TEXT_PARTS:
        text = _markdown(value.get(part), wiki, depth + 1)
        if text:
            return text
    return None


def _from_text(text: str, wiki: bool) -> str:
    if not wiki and are_plain_texts([text], text):
        return text
    text = without_wrapper(text.replace("\r\n", "\n")).strip()
    if len(text) > _LONGEST_CONVERTED:
        return text
    if text.startswith("{") and '"doc"' in text[:200]:
        return _from_document_text(text)
    if text.startswith("<"):
        from tui_app.adapters.reading.html_markup import html_to_markdown, looks_like_html

        if looks_like_html(text):
            return html_to_markdown(text)
    if not (wiki or _WIKI_SIGNS.search(text)):
        return text
    from tui_app.adapters.reading.wiki_markup import wiki_to_markdown

    return wiki_to_markdown(text)


def without_wrapper(text: str) -> str:
    """``text`` without one pair of tags round all of it whose name has a hyphen, as servers mark what is not theirs."""
    opening = _OPENING_TAG.match(text)
    if opening is None:
        return text
    body = text[opening.end() :].rstrip()
    closing = f"</{opening[1]}>"
    return body.removesuffix(closing).strip("\n") if body.endswith(closing) else text


def _from_document_text(text: str) -> str:
    try:
        document = read_json(text)
    except ValueError:
        return text
    return document_to_markdown(document) if is_document(document) else text
