"""HTML as Markdown: the tags that trackers' editors write; every other tag is dropped and its text kept."""

from __future__ import annotations

import html
import re

_STARTS = re.compile(
    r"\s*<(?:p|div|span|h[1-6]|ul|ol|table|br|strong|em|b|i|pre|blockquote|body|html|section|article)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"</(?:p|div|span|h[1-6]|ul|ol|li|table|strong|em|pre|blockquote|a)>", re.IGNORECASE)
_TOKEN = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})((?:\s[^<>]{0,2000})?)/?>")
_ADDRESS = re.compile(r"""(?:href|src)\s*=\s*(?:"([^"]{1,2000})"|'([^']{1,2000})'|([^\s"'>]{1,2000}))""", re.IGNORECASE)
_ALT = re.compile(r"""alt\s*=\s*(?:"([^"]{1,300})"|'([^']{1,300})')""", re.IGNORECASE)
_SPACE = re.compile(r"[ \t\n\f]+")
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+\n")
_SIMPLE = {
    "strong": "**", "b": "**", "em": "*", "i": "*", "del": "~~", "s": "~~", "strike": "~~",
    "code": "`", "tt": "`", "kbd": "`",
}  # fmt: skip
_BLOCKS = frozenset(
    ("p", "div", "ul", "ol", "table", "section", "article", "dl", "figure", "header", "footer", "form", "details")
)
_OPENING = {
    **{f"h{level}": f"\n\n{'#' * level} " for level in range(1, 7)},
    "br": "\n", "hr": "\n\n---\n\n", "pre": "\n\n```\n", "blockquote": "\n\n> ", "tr": "\n", "td": "| ", "th": "| ",
}  # fmt: skip
"""What the beginning of an element becomes; of others it takes more than that."""
_HIDDEN = frozenset(("script", "style", "head", "template", "noscript"))


def looks_like_html(text: str) -> bool:
    """Whether ``text`` is HTML as a whole, not Markdown with a tag in it."""
    if "<" not in text:
        return False
    return bool(_STARTS.match(text)) and (_CLOSING.search(text) is not None or "<br" in text.lower())


def html_to_markdown(text: str) -> str:
    """``text`` as Markdown; scripts and styles are left out."""
    text = _without_comments(text)
    writer = _Writer()
    position = 0
    for token in _TOKEN.finditer(text):
        writer.text(text[position : token.start()])
        writer.tag(token[2].lower(), token[3] or "", closing=bool(token[1]))
        position = token.end()
    writer.text(text[position:])
    return writer.finished()


def _without_comments(text: str) -> str:
    first, *rest = text.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in rest)


class _Writer:
    """Writes Markdown while tags come by, and knows which lists, links and code it is within."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._lists: list[int | None] = []
        self._links: list[str] = []
        self._in_code = False
        self._hidden: str | None = None
        self._cells = 0
        self._header_done = False

    def finished(self) -> str:
        return _BLANK_LINES.sub("\n\n", "".join(self._parts)).strip()

    def text(self, text: str) -> None:
        if not text or self._hidden:
            return
        plain = html.unescape(text)
        if not self._in_code:
            plain = _SPACE.sub(" ", plain)
            if self._at_line_start():
                plain = plain.lstrip(" ")
        if plain:
            self._parts.append(plain)

    def tag(self, name: str, attributes: str, *, closing: bool) -> None:
        if self._hidden:
            self._hidden = None if closing and name == self._hidden else self._hidden
        elif name in _HIDDEN:
            self._hidden = None if closing else name
        elif name in _SIMPLE and not self._in_code:
            self._parts.append(_SIMPLE[name])
        elif name in _BLOCKS:
            self._block(name, closing=closing)
        elif closing:
            self._close(name)
        else:
            self._open(name, attributes)

    def _block(self, name: str, *, closing: bool) -> None:
        if name in ("ul", "ol"):
            if not closing:
                self._lists.append(0 if name == "ol" else None)
            elif self._lists:
                self._lists.pop()
        if name == "table":
            self._header_done = False
        nested = bool(self._lists) and (closing or len(self._lists) > 1 or name not in ("ul", "ol"))
        self._parts.append("" if nested else "\n\n")

    def _open(self, name: str, attributes: str) -> None:
        self._parts.append(_OPENING.get(name, ""))
        self._in_code = self._in_code or name == "pre"
        if name == "li":
            self._item()
        elif name == "a":
            self._links.append(_attribute(_ADDRESS, attributes))
            self._parts.append("[" if self._links[-1] else "")
        elif name == "img":
            label = _attribute(_ALT, attributes) or _attribute(_ADDRESS, attributes).rsplit("/", 1)[-1]
            self._parts.append(f"[image: {label}]" if label else "")
        elif name == "tr":
            self._cells = 0
        elif name in ("td", "th"):
            self._cells += 1

    def _item(self) -> None:
        depth = max(len(self._lists) - 1, 0)
        number = self._lists[-1] if self._lists else None
        if number is not None:
            self._lists[-1] = number + 1
        mark = "- " if number is None else f"{number + 1}. "
        self._parts.append("\n" + "  " * min(depth, 10) + mark)

    def _close(self, name: str) -> None:
        if name in ("h1", "h2", "h3", "h4", "h5", "h6", "blockquote"):
            self._parts.append("\n\n")
        elif name == "pre":
            self._in_code = False
            self._parts.append("\n```\n\n")
        elif name == "a" and self._links:
            address = self._links.pop()
            self._parts.append(f"]({address})" if address else "")
        elif name in ("td", "th"):
            self._parts.append(" ")
        elif name == "tr" and self._cells:
            self._parts.append("|" if self._header_done else "|\n|" + " --- |" * min(self._cells, 100))
            self._header_done = True

    def _at_line_start(self) -> bool:
        return not self._parts or not self._parts[-1] or self._parts[-1][-1] in " \n"


def _attribute(pattern: re.Pattern[str], attributes: str) -> str:
    match = pattern.search(attributes)
    return html.unescape(next((group for group in match.groups() if group), "")) if match else ""
