"""The server at the other end of a session, as messages and ``doctor`` may show it.

Invariant: every text that a `Peer` returns is sanitised, with the target's secrets masked.
"""

from __future__ import annotations

import html
import json
import re
from base64 import b64encode
from collections import deque
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, Protocol
from urllib import parse

from msgspec import Struct

from tui_app.tickets.json_values import Bulk, in_bulk, with_texts
from tui_app.tickets.text import INVISIBLE, clean

LOG_KEPT = 64 * 1024
"""Bytes of the log that are remembered; the last lines are what explains a failure."""
_SHORTEST_TOKEN = 6  # characters; masking shorter ones would eat ordinary words
_TOKENS_KEPT = 8
"""Access tokens that are masked; an answer comes long before as many have been refreshed."""
SKIPPED_KEPT = 200
"""Received lines without a message that are remembered."""
SKIPPED_LINE_KEPT = 500
"""Characters of each of them."""

_LONGEST_SECRET = 4096  # bytes; longer ones may be cut by the end of a skipped line
_MASK = "****"
_LAST_LINE = 300  # characters of the log, or of other output, that go into an error message


_ESCAPE_SIGNS = ("&", "%", "\\", "\x1b")
_UNSEEN = re.compile(f"[{INVISIBLE}]+")
_SHORTEST_ENCODED = 6  # characters of base64; shorter ones would be met by chance
_FOR_ADDRESSES = str.maketrans("+/", "-_")
_MOST_LAYERS = 4  # escapes of escapes, as of JSON within HTML
_PROBE = re.compile(r"server/discover|io\.model")
"""The first request's name, or the beginning of its members', which validators cut."""
_REASON_LINES = 80
"""The last lines of a log, among which the reason for a crash is looked for."""
_BEHIND_THE_REASON = re.compile(
    r"""\s | [^\w"'(<\[/]*$ | [-*\u2022]\s | .*:$  # a frame of the stack, brackets, an item of a list, its heading
    | [\w.]+\ v\d[\w.]*(\ \(.*\))?$ | exit\ status\ \d+$  # the runtime's name and version, how it ended
    | (note|hint|help):\s | .*\S\.log$  # advice, and where there is more""",
    re.VERBOSE,
)
_ERROR = re.compile(r"\b[\w.$]*(?:Error|Exception|[Pp]anic)\b(?: \[\w+\])?: \S")


class Target(Protocol):
    """What a session is opened with, with every reference filled in; a `ServerCommand` is one."""

    @property
    def named(self) -> str:
        """For error messages: the target without its secrets, and where the user can change it."""

    @property
    def key(self) -> str:
        """Identifies this target; a digest, so that it can be stored."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Values that are masked wherever the server repeats them."""


class ConfiguredTarget(Struct, frozen=True, kw_only=True):
    """What every kind of `Target` has; nothing of it is expanded again."""

    configured_in: str = "the command line"
    """Where the user can change it: a file's path, ``the command line`` or ``built in``."""
    shown: str = ""
    """How it may be shown, where it holds secrets."""
    secrets: tuple[str, ...] = ()
    """Values that are masked wherever the server repeats them."""

    @property
    def named(self) -> str:
        """For error messages: the target and where the user can change it."""
        return f"{self} (configured in {self.configured_in})"


class Peer:
    """Names the server, masks its secrets, and remembers what it wrote beside the protocol.

    Args:
        target: what the session was opened with; ``str(target)`` may be shown.
        log_name: what error messages call the server's log, such as ``standard error``.
        output_name: what they call the way of its messages.
    """

    def __init__(self, target: Target, log_name: str, output_name: str = "the connection") -> None:
        self.target = target
        self.log_name = log_name
        self.output_name = output_name
        self.skipped_lines = 0
        self._tokens: deque[str] = deque(maxlen=_TOKENS_KEPT)
        self._log = b""
        self._skipped: deque[bytes] = deque(maxlen=SKIPPED_KEPT)

    @property
    def named(self) -> str:
        """For error messages: the target and where the user can change it."""
        return self.target.named

    @property
    def secrets(self) -> tuple[str, ...]:
        """What the server was given and nobody may see."""
        return (*self.target.secrets, *self._tokens)

    def keep_token(self, token: str) -> None:
        """Mask an access token from now on, too; the latest few are remembered."""
        if len(token) >= _SHORTEST_TOKEN and token not in self._tokens:
            self._tokens.append(token)

    def masked(self, text: str) -> str:
        """``text`` without the secrets, otherwise as it was."""
        return mask(text, self.secrets)

    def masked_in(self, value: Any, bulk: Bulk | None = None) -> Any:
        """A JSON value without the secrets in its texts and keys; the same one where it holds none.

        ``bulk``: the value as `in_bulk` gives it, where that is at hand.

        Raises:
            RecursionError: it is nested deeper than Python reads.
        """
        secrets = tuple(self.secrets)
        for keys, texts in (in_bulk(value) if bulk is None else bulk) if any(secrets) else ():
            if _holds_one("\n".join((*keys, texts)), secrets):
                return with_texts(value, self.masked, keys=True)
        return value

    def foreign(self, text: str) -> str:
        """``text`` of the server's as it may be shown: sanitised, without the secrets."""
        return clean(self.masked(text))

    @property
    def log_tail(self) -> str:
        """The end of the log so far."""
        tail = self._log[-LOG_KEPT:]
        if len(self._log) > LOG_KEPT:
            tail = tail.partition(b"\n")[2] or tail  # begin with a whole line
        text = tail.decode("utf-8", "replace").replace("\r\n", "\n")
        return self.foreign(_without_probe(text) if _PROBE.search(text) else text)

    @property
    def reason_line(self) -> str:
        """The line of the log that tells why the server ended or waits: its last, unless that belongs to a crash."""
        return _reason(self.log_tail.splitlines())[:_LAST_LINE]

    @property
    def last_log_line(self) -> str:
        """The last line of the log that is not blank, shortened."""
        lines = (line.strip() for line in reversed(self.log_tail.splitlines()))
        return next((line[:_LAST_LINE] for line in lines if line), "")

    @property
    def skipped_tail(self) -> str:
        """The latest received lines that were no messages."""
        texts = (self.masked(line.decode("utf-8", "replace")) for line in self._skipped)
        return clean("\n".join(text[:SKIPPED_LINE_KEPT].rstrip() for text in texts))

    @property
    def last_skipped_line(self) -> str:
        """The latest of them that is not blank, shortened."""
        lines = (line.strip() for line in reversed(self.skipped_tail.splitlines()))
        return next((line[:_LAST_LINE] for line in lines if line), "")

    def keep_log(self, chunk: bytes) -> None:
        """Append to the log."""
        self._log += chunk
        if len(self._log) > 4 * LOG_KEPT:
            self._log = self._log[-LOG_KEPT - 1 :]

    def keep_skipped(self, line: bytes) -> None:
        """Count and remember a line that is no message; at little cost, as a server may write them by the million."""
        self.skipped_lines += 1
        self._skipped.append(line[: SKIPPED_LINE_KEPT + _LONGEST_SECRET])  # half a secret would not be found later


def digest(*parts: str) -> str:
    """32 hexadecimal digits that identify a target by its ``parts``."""
    import hashlib  # loads OpenSSL, after the server's start

    return hashlib.sha256("\0".join(parts).encode(errors="replace")).hexdigest()[:32]


def mask(text: str, secrets: Sequence[str]) -> str:
    """``text`` with every secret replaced by asterisks, also where it is written for JSON, HTML or an address, in whole
    or in single characters, or parted by what nobody sees."""
    for form in _written_forms(tuple(secrets)):
        text = text.replace(form, _MASK)
    for depth, plain in enumerate(_undisguised(text), start=1):
        for secret in secrets:
            if secret and secret in plain:
                return mask(_without_disguised(text, secret, depth), secrets)
    return text


def _holds_one(text: str, secrets: tuple[str, ...]) -> bool:
    if any(form in text for form in _written_forms(secrets)):
        return True
    return any(secret in plain for plain in _undisguised(text) for secret in secrets if secret)


def _undisguised(text: str) -> Iterator[str]:
    """``text`` with its escapes read and what nobody sees left out; again, where that makes further ones."""
    for _ in range(_MOST_LAYERS):
        before = text
        if not text.isascii() or any(sign in text for sign in _ESCAPE_SIGNS):
            text = _disguise(text.isascii()).sub(_read, text)
        if text == before:
            return
        yield text


@lru_cache(maxsize=2)
def _disguise(is_ascii: bool) -> re.Pattern[str]:
    """What a character may be written as, or what may part two of them unseen, in texts of ASCII alone or in all.

    It begins with a set of signs, not with a choice, and the set for ASCII is small: what lies between is passed over
    twenty times as fast.
    """
    unseen = "".join(filter(_UNSEEN.match, map(chr, range(128)))) if is_ascii else INVISIBLE
    return re.compile(
        rf"[&%\\\x1b{unseen}](?:"
        r"(?<=&)(?:amp;)*(?P<entity>\#\d{1,7}(?=;|\D)|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,31}(?=;));?"
        r"|(?<=\\)\\*(?:u(?:(?P<code>[0-9a-fA-F]{4})|\{(?P<point>[0-9a-fA-F]{1,5})\})|(?P<octal>[01][0-7]{2})|(?P<sign>[^\w\s\\]))|(?:(?<=%)|(?<=\\)\\*x)(?P<byte>[0-7][0-9a-fA-F])"
        rf"|(?<=\x1b)\[[0-9;]*m|(?<=[{unseen}]))"
    )


def _read(disguise: re.Match[str]) -> str:
    if disguise["entity"]:
        read = html.unescape(f"&{disguise['entity']};")
    elif number := disguise["code"] or disguise["byte"] or disguise["point"]:
        read = chr(int(number, 16))
    elif disguise["octal"]:
        read = chr(int(disguise["octal"], 8))
    else:
        return disguise["sign"] or ""
    return "" if _UNSEEN.fullmatch(read) else read


def _without_disguised(text: str, secret: str, depth: int) -> str:
    """``text`` with a secret that is there only once its escapes are read replaced, from its first sign to its last."""
    whole, places = text, list(range(len(text) + 1))
    for _ in range(depth):
        whole, inner = _read_with_places(whole)
        places = [places[place] for place in inner]
    kept, end = list[str](), 0
    for found in re.finditer(re.escape(secret), whole):
        kept += (text[end : places[found.start()]], _MASK)
        end = places[found.end()]
    return "".join((*kept, text[end:]))


def _read_with_places(text: str) -> tuple[str, list[int]]:
    """``text`` with its escapes read, and where each of its characters, and its end, is in ``text``."""
    places: list[int] = []
    plain: list[str] = []
    done = 0
    for disguise in _disguise(text.isascii()).finditer(text):
        read = _read(disguise)
        places += (*range(done, disguise.start()), *([disguise.start()] * len(read)))
        plain += (text[done : disguise.start()], read)
        done = disguise.end()
    return "".join((*plain, text[done:])), [*places, *range(done, len(text) + 1)]


@lru_cache(maxsize=64)
def _written_forms(secrets: tuple[str, ...]) -> tuple[str, ...]:
    """How texts may hold ``secrets``, longest first, since one may be a part of another."""
    forms: set[str] = set()
    for secret in filter(None, secrets):
        written = (json.dumps(secret), json.dumps(secret, ensure_ascii=False))
        forms |= {secret, parse.quote(secret, safe="", errors="replace"), parse.quote_plus(secret, errors="replace")}
        forms |= {text[1:-1] for text in written} | {json.dumps(text[1:-1])[1:-1] for text in written}  # JSON in JSON
        forms |= {html.escape(secret), html.escape(secret, quote=False), html.escape(secret).replace("&#x27;", "&#39;")}
        coded = secret.encode(errors="replace")
        forms |= {*_in_base64(coded), coded.hex(), coded.hex().upper()}
    return tuple(sorted(forms, key=len, reverse=True))


def _in_base64(secret: bytes) -> Iterator[str]:
    """What base64 of anything that holds ``secret``, as of ``user:secret``, has of it, wherever it begins there."""
    for before in range(3):
        digits = b64encode(bytes(before) + secret)
        whole = digits[-(-before * 4 // 3) : (before + len(secret)) * 8 // 6].decode()
        if len(whole) >= _SHORTEST_ENCODED:
            yield from {whole, whole.translate(_FOR_ADDRESSES)}


def _reason(lines: Sequence[str]) -> str:
    """The last line, or the error that a crash has written before its stack and whatever follows that."""
    filled = [line for line in lines[-_REASON_LINES:] if line.strip()]
    behind = 0
    while behind < len(filled) and _BEHIND_THE_REASON.match(filled[-1 - behind]):
        if _ERROR.search(filled[-1 - behind]):
            break
        behind += 1
    if not filled or behind in {0, len(filled)}:
        return filled[-1].strip() if filled else ""
    errors = (line for line in reversed(filled) if _ERROR.search(line))
    return next(errors, filled[-1 - behind]).strip()


def _without_probe(text: str) -> str:
    """A log without the records in which a server complains of our first request, which it need not know.

    What a validator writes of one request goes on over many lines, of which every third or so repeats its name.
    """
    lines = text.splitlines(keepends=True)
    kept: list[str] = []
    taken = 0
    for mention, line in enumerate(lines):
        if mention >= taken and _PROBE.search(line):
            kept += lines[taken : max(taken, _record_start(lines, mention))]
            taken = mention + 1
            while taken < len(lines) and lines[taken][:1].isspace():
                taken += 1
    return "".join([*kept, *lines[taken:]])


def _record_start(lines: Sequence[str], mention: int) -> int:
    """Where the record that mentions the probe begins: with a line of several words that is not indented."""
    start = mention
    while start and (lines[start][:1].isspace() or (start != mention and len(lines[start].split()) < 2)):
        start -= 1
    frames = start
    while frames and lines[frames - 1][:1].isspace():
        frames -= 1
    return frames - 1 if frames and lines[frames - 1].startswith("Traceback") else start
