"""The text of one Markdown block: emphasis, code, links, and every other sign escaped where Markdown would read it.

Invariant: time linear in the text. What was plain text renders as it was written; a sign that Markdown reads as text
(``snake_case``, ``a * b``, ``#17``) is not escaped. An emphasis that Markdown cannot express beside its neighbours
(``a**"b"**c``) loses its marks, never its text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations, groupby, pairwise
from operator import itemgetter
from typing import NamedTuple

from tui_app.adapters.reading.commonmark import (
    MAY_HOLD_SIGNS,
    all_flank,
    code_span,
    escaped,
    flanks,
    link_target,
    would_pair,
)

STRONG, EMPHASIS, STRUCK = "**", "*", "~~"

_SPACE = re.compile(r"[ \t\n\f\r]+")
_AROUND_BREAK = re.compile(r"[ \t]*\n[ \t]*")
_LINE_START = re.compile(
    r"^(?:(#{1,6})(?=[ \t]|$)|([-+*])(?=[ \t]|$)|(>)|(\d{1,9})(?=[.)](?:[ \t]|$))|(~{3}|`{3,}(?=[^`\n]*$))"
    r"|([-*_])(?=(?:\6|[ \t])*$)|(?<=\n)([-=|:])(?=[-=|: \t]*$)|(\[)(?=[^\]\n]{1,999}\]:))",
    re.MULTILINE,
)
_HEADING_END = re.compile(r"(?:(?<=[ \t])|^)#(?=#*$)")


class _Run(NamedTuple):
    """A stretch of text of one look."""

    text: str
    styles: tuple[str, ...] = ()
    address: str = ""
    is_code: bool = False


class Inline:
    """Collects the runs of one block."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []
        self._at_space = True

    @property
    def is_empty(self) -> bool:
        """Whether nothing was added since the last block."""
        return not self._runs

    def add(self, text: str, styles: tuple[str, ...] = (), address: str = "") -> None:
        """Add text; white space in it counts as one space."""
        text = _SPACE.sub(" ", text)
        if self._at_space and text[:1] == " ":
            text = text[1:]
        if text:
            self._runs.append(_Run(text, styles, address))
            self._at_space = text[-1] == " "

    def add_code(self, text: str, styles: tuple[str, ...] = (), address: str = "") -> None:
        """Add a piece of code."""
        core = _SPACE.sub(" ", text).strip(" ")
        if not core:
            return
        last = self._runs[-1] if self._runs else None
        if last and last[1:] == (styles, address, True):
            self._runs[-1] = last._replace(text=last.text + core)  # two spans side by side would be read as one
        else:
            self._runs.append(_Run(core, styles, address, is_code=True))
        self._at_space = False

    def add_break(self) -> None:
        """Start a new line within the block."""
        if self._runs and not self._runs[-1].is_code:  # without a space at its end: a backslash before it would be read
            last = self._runs.pop()
            if text := last.text.rstrip(" "):
                self._runs.append(last._replace(text=text))
        self._runs.append(_Run("\n"))
        self._at_space = True

    def take(self, *, one_line: bool = False) -> str:
        """The Markdown of what was added, which is forgotten here; "" where there is no text."""
        runs, self._runs, self._at_space = self._runs, [], True
        if not runs:
            return ""
        if len(runs) == 1 and not runs[0].styles and not runs[0].address:
            text = runs[0].text.strip(" \n")
            if runs[0].is_code:
                text = code_span(text)
            elif MAY_HOLD_SIGNS.search(text):
                text = escaped([text], [True])
        else:
            text = _AROUND_BREAK.sub("\n", _Composer(runs).composed()).strip(" \n")
        if one_line:
            return _HEADING_END.sub(r"\\#", text.replace("\n", " "))
        return _LINE_START.sub(_escape_line_start, text)


class _Mark(NamedTuple):
    """A mark of emphasis that has begun."""

    end: int
    """The index of the run that it ends behind."""
    character: str
    length: int
    """Of all marks that began beside it with the same character, which Markdown reads as one."""


class _Composer:
    """Puts the marks of emphasis and links round runs; spaces are kept outside of them."""

    def __init__(self, runs: Sequence[_Run]) -> None:
        self._runs = runs
        self._parts: list[str] = []
        self._is_text: list[bool] = []
        self._open: dict[str, _Mark] = {}
        """The marks that have begun, by their sign, outermost first."""
        self._address = ""
        self._space = ""
        self._dropped_until: dict[str, int] = {}
        self._codes: dict[int, list[str]] = {}
        """What each part that is code consists of, by its index; its place is kept by one backtick."""

    def composed(self) -> str:
        for index, run in enumerate(self._runs):
            core = run.text.strip(" \n")
            if not core:
                self._space += run.text
                continue
            if run.is_code:
                self._change_to(index, run, "", "`")
                self._put_code(core)
                continue
            head = run.text[: len(run.text) - len(run.text.lstrip(" \n"))]
            self._change_to(index, run, head, core)
            self._put(core, is_text=True)
            self._space = run.text[len(head) + len(core) :]
        self._close_all()
        for index, pieces in self._codes.items():
            self._parts[index] = code_span("".join(pieces))
        return escaped(self._parts, self._is_text)

    def _put(self, text: str, *, is_text: bool = False) -> None:
        if text:
            self._parts.append(text)
            self._is_text.append(is_text)

    def _put_code(self, code: str) -> None:
        if pieces := self._codes.get(len(self._parts) - 1):
            pieces.append(code)  # two spans side by side would be read as one
        else:
            self._codes[len(self._parts)] = [code]
            self._put("`")

    def _change_to(self, index: int, run: _Run, head: str, core: str) -> None:
        wanted = [sign for sign in run.styles if self._dropped_until.get(sign, -1) < index]
        if run.address != self._address:
            self._close_all()
        while self._open and not set(self._open) <= set(wanted):
            self._put(self._open.popitem()[0])
        self._put(self._space + head)
        self._space = ""
        if run.address and run.address != self._address:
            self._put("[")
        self._address = run.address
        if new := [sign for sign in wanted if sign not in self._open]:
            self._begin(new, index, core)

    def _begin(self, signs: Sequence[str], index: int, core: str) -> None:
        """Open as many of ``signs`` as Markdown can express here, outermost first."""
        ends: dict[str, int] = {}
        end = min((mark.end for mark in self._open.values()), default=len(self._runs))
        for sign in signs:
            ends[sign] = end = min(end, self._last_of(sign, index))  # none outlasts what it is within
        chosen = self._expressible(signs, ends, core[0])
        self._dropped_until.update((sign, ends[sign]) for sign in signs if sign not in chosen)
        for characters, together in groupby(chosen, itemgetter(0)):
            joined = tuple(together)
            length = sum(map(len, joined))
            for sign in joined:
                self._open[sign] = _Mark(ends[sign], characters, length)
                self._put(sign)

    def _expressible(self, signs: Sequence[str], ends: Mapping[str, int], inside: str) -> tuple[str, ...]:
        before = self._parts[-1][-1] if self._parts else " "
        after_mark = self._is_text[-1:] == [False] and before in "*~"
        for count in range(len(signs), 0, -1):
            for chosen in combinations(signs, count):
                joined = after_mark and chosen[0][0] == before  # read as one with a mark that has ended
                if not joined and self._can_begin(before, chosen, inside) and self._can_end(chosen, ends):
                    return chosen
        return ()

    def _can_begin(self, before: str, chosen: Sequence[str], inside: str) -> bool:
        """Whether Markdown reads ``chosen`` as beginnings between the two characters, not as ends of what is open."""
        runs = [(character, sum(map(len, signs))) for character, signs in groupby(chosen, itemgetter(0))]
        if not all_flank(before, chosen, inside):
            return False
        lengths = {mark.length for mark in self._open.values() if mark.character == "*"}
        outer = before
        for (character, length), (inner, _) in pairwise([*runs, (inside, 0)]):
            ends_too = not outer.isspace() and flanks(inner, outer)
            if character == "*" and ends_too and any(would_pair(opened, length) for opened in lengths):
                return False
            lengths |= {length} if character == "*" else set()
            outer = character
        return True

    def _can_end(self, chosen: Iterable[str], ends: Mapping[str, int]) -> bool:
        """Whether Markdown reads the ends of ``chosen``, and of what is open and ends at the same places."""
        ending = {sign: mark.end for sign, mark in self._open.items()} | {sign: ends[sign] for sign in chosen}
        for last in {ends[sign] for sign in chosen}:
            closing = [sign for sign, end in ending.items() if end == last]  # outermost first
            if not all_flank(self._after(last), closing, self._last_sign(last)):
                return False
        return True

    def _last_of(self, sign: str, index: int) -> int:
        last, address = index, self._runs[index].address
        for later in range(index + 1, len(self._runs)):
            run = self._runs[later]
            if run.text.isspace():
                continue
            if sign not in run.styles or run.address != address:
                break
            last = later
        return last

    def _last_sign(self, last: int) -> str:
        return "`" if self._runs[last].is_code else self._runs[last].text.rstrip(" \n")[-1]

    def _after(self, last: int) -> str:
        text = self._runs[last].text
        if text[-1] in " \n" or last + 1 == len(self._runs):
            return " "
        following = self._runs[last + 1]
        return "[" if following.is_code or following.address != self._runs[last].address else following.text[0]

    def _close_all(self) -> None:
        while self._open:
            self._put(self._open.popitem()[0])
        if self._address:
            self._put(f"]({link_target(self._address)})")
            self._address = ""


def _escape_line_start(match: re.Match[str]) -> str:
    text = match[0]
    return f"{text}\\" if match[4] else f"\\{text}"
