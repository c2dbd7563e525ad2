"""HTML as Markdown: the tags that trackers' editors write; every other tag is dropped and its text kept."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping

from tui_app.adapters.reading.markdown_inline import EMPHASIS, STRONG, STRUCK
from tui_app.adapters.reading.markdown_writer import MarkdownWriter

_STARTS = re.compile(
    r"\s*<(?:p|div|span|h[1-6]|ul|ol|table|br|strong|em|b|i|pre|blockquote|body|html|section|article)\b[^<>]{0,500}>",
    re.IGNORECASE,
)
_CLOSING = re.compile(r"</(?:p|div|span|h[1-6]|ul|ol|li|table|strong|em|pre|blockquote|a)>", re.IGNORECASE)
_NAME = r"[A-Za-z][A-Za-z0-9]{0,20}(?::[A-Za-z][A-Za-z0-9-]{0,30})?"
"""Of a tag; with a prefix where an office program writes its own among them: ``o:p``."""
_TOKEN = re.compile(rf"""<(/?)({_NAME})(\s(?:(?>[^<>"']|"[^"<]*"|'[^'<]*')*+|[^<>]*))?/?>""")
_ADDRESS = re.compile(
    r"""(?<![\w-])(?:href|src)\s*=\s*(?:"([^"]{1,2000})"|'([^']{1,2000})'|([^\s"'>]{1,2000}))""", re.IGNORECASE
)
_ALT = re.compile(r"""(?<![\w-])alt\s*=\s*(?:"([^"]{1,300})"|'([^']{1,300})')""", re.IGNORECASE)
_NUMBER = re.compile(r"""(?<![\w-])(?:start|value)\s*=\s*["']?(\d{1,9})(?!\d)""", re.IGNORECASE)
_LANGUAGE = re.compile(
    r"""(?<![\w-])(?:lang|class)\s*=\s*["']?(?:[^"'>]{0,200}\s)?(?:language-|lang-)([\w+#-]{1,30})"""
)
_STYLES = {
    "strong": STRONG, "b": STRONG, "em": EMPHASIS, "i": EMPHASIS, "del": STRUCK, "s": STRUCK, "strike": STRUCK,
}  # fmt: skip
_CODE = frozenset(("code", "tt", "kbd", "samp"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_BLOCKS = frozenset(
    (
        "p", "div", "section", "article", "dl", "dt", "dd", "figure", "figcaption", "header", "footer", "form",
        "details", "summary", "address", "main", "nav", "aside", "caption", "center",
    )
)  # fmt: skip
_HIDDEN = frozenset(("script", "style", "head", "template", "noscript"))


def looks_like_html(text: str) -> bool:
    """Whether ``text`` is HTML as a whole, not Markdown with a tag in it."""
    if "<" not in text:
        return False
    return bool(_STARTS.match(text)) and (_CLOSING.search(text) is not None or "<br" in text.lower())


def html_to_markdown(text: str) -> str:
    """``text`` as Markdown; scripts and styles are left out."""
    text = _without_comments(text)
    reader = _Reader()
    position = 0
    for token in _TOKEN.finditer(text):
        if token.start() > position:
            reader.text(text[position : token.start()])
        reader.tag(token[2].lower(), token[3] or "", closing=bool(token[1]))
        position = token.end()
    reader.text(text[position:])
    return reader.out.finished().strip()


def _without_comments(text: str) -> str:
    first, *rest = text.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in rest)


class _Reader:
    """Hands tags and text to the writer, and knows whether it is within code or something hidden."""

    def __init__(self) -> None:
        self.out = MarkdownWriter()
        self._in_code = ""
        self._language = ""
        self._hidden: str | None = None

    def text(self, text: str) -> None:
        if text and not self._hidden:
            self.out.text(html.unescape(text) if "&" in text else text)

    def tag(self, name: str, attributes: str, *, closing: bool) -> None:
        if self._hidden:
            self._hidden = None if closing and name == self._hidden else self._hidden
        elif self._in_code and name not in _HIDDEN:
            self._within_code(name, attributes, closing=closing)
        elif action := (_END if closing else _BEGIN).get(name):
            action(self, name, attributes)

    def _within_code(self, name: str, attributes: str, *, closing: bool) -> None:
        if closing and name == self._in_code:
            self._in_code = ""
            if name == "pre":
                self.out.end_code_block(self._language)
            else:
                self.out.end_code()
        elif name == "br":
            self.out.line_break()
        elif name == "code" and not self._language:
            self._language = _attribute(_LANGUAGE, attributes)
        elif self._in_code != "pre" and (name in _BLOCKS or name in ("pre", "li", "tr", "td", "ul", "ol")):
            self._in_code = ""  # it was never closed: code within a line ends with its block
            self.out.end_code()
            self.tag(name, attributes, closing=closing)

    def hide(self, name: str, _attributes: str) -> None:
        self._hidden = name

    def begin_code(self, name: str, attributes: str) -> None:
        if name == "pre":
            self.out.end_block()
        self._in_code = name
        self._language = _attribute(_LANGUAGE, attributes)
        self.out.begin_code()

    def begin_numbers(self, _name: str, attributes: str) -> None:
        self.out.begin_list(int(_attribute(_NUMBER, attributes) or 1))

    def begin_item(self, _name: str, attributes: str) -> None:
        number = _attribute(_NUMBER, attributes)
        self.out.begin_item(int(number) if number else None)

    def begin_link(self, _name: str, attributes: str) -> None:
        self.out.link(_attribute(_ADDRESS, attributes))

    def image(self, _name: str, attributes: str) -> None:
        address = _attribute(_ADDRESS, attributes)
        label = _attribute(_ALT, attributes) or ("" if address.startswith("data:") else address.rsplit("/", 1)[-1])
        if label:
            self.out.text(f"[image: {label}]")


_Action = Callable[[_Reader, str, str], None]


def _end_block(reader: _Reader, _name: str, _attributes: str) -> None:
    reader.out.end_block()


_BEGIN: Mapping[str, _Action] = {
    **dict.fromkeys(_BLOCKS, _end_block),
    **dict.fromkeys(_HIDDEN, _Reader.hide),
    **dict.fromkeys(("pre", *_CODE), _Reader.begin_code),
    **dict.fromkeys(_STYLES, lambda reader, name, _: reader.out.begin_style(_STYLES[name])),
    **dict.fromkeys(_HEADINGS, lambda reader, name, _: reader.out.heading(_HEADINGS[name])),
    "ul": lambda reader, _, __: reader.out.begin_list(),
    "ol": _Reader.begin_numbers,
    "li": _Reader.begin_item,
    "a": _Reader.begin_link,
    "img": _Reader.image,
    "br": lambda reader, _, __: reader.out.line_break(),
    "hr": lambda reader, _, __: reader.out.rule(),
    "blockquote": lambda reader, _, __: reader.out.begin_quote(),
    "table": lambda reader, _, __: reader.out.begin_table(),
    "tr": lambda reader, _, __: reader.out.begin_row(),
    "td": lambda reader, _, __: reader.out.begin_cell(),
    "th": lambda reader, _, __: reader.out.begin_cell(),
}
_END: Mapping[str, _Action] = {
    **dict.fromkeys((*_BLOCKS, *_HEADINGS), _end_block),
    **dict.fromkeys(_STYLES, lambda reader, name, _: reader.out.end_style(_STYLES[name])),
    "ul": lambda reader, _, __: reader.out.end_list(),
    "ol": lambda reader, _, __: reader.out.end_list(),
    "li": lambda reader, _, __: reader.out.end_item(),
    "a": lambda reader, _, __: reader.out.link(""),
    "br": lambda reader, _, __: reader.out.line_break(),
    "blockquote": lambda reader, _, __: reader.out.end_quote(),
    "table": lambda reader, _, __: reader.out.end_table(),
}


def _attribute(pattern: re.Pattern[str], attributes: str) -> str:
    match = pattern.search(attributes) if attributes else None
    return html.unescape(next((group for group in match.groups() if group), "")) if match else ""
