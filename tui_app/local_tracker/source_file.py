"""What lies in a file that is to be imported: its bytes unpacked, its kind, and its encoding by content.

Invariants: everything that reads a file twice gets one that can be read twice, so pipes and packed files are copied to
an unnamed temporary file first; a file that is no table is refused with what it is; where the encoding is a guess, the
notes say so.
"""

from __future__ import annotations

import codecs
import gzip
import io
import re
import shutil
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, BinaryIO, TextIO, cast

from msgspec import Struct, field

from tui_app.tickets.clock import Clock
from tui_app.tickets.errors import UsageError

STANDARD_INPUT = "-"
"""The name of standard input, as everywhere."""

BLOCK = 1 << 20
"""Bytes read at a time."""
_LARGEST_UNPACKED = 4 << 30  # bytes; a packed file can claim any size
_SAMPLE = 1 << 16  # bytes that the encoding is guessed from
_MANY_NULS = 0.2  # share of bytes that are zero in UTF-16; in no text of eight bits
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WINDOWS_CODE_PAGES = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp1255", "cp1256", "cp1258", "cp874",
    "cp932", "gb18030", "cp949", "big5", "koi8_r", "euc_jp",
)  # fmt: skip
"""What spreadsheets write that do not write Unicode: the code page of the computer. The most usual first."""
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
_ROUNDING = 0.2  # differences of disorder below this say nothing in a short text
_WESTERN_BONUS = 0.16  # of disorder: French has more accents than the measure expects
_ACCENTED = 0.6  # share of a word's letters with accents that no language reaches


_NUMBERED_BY_PROGRAMS = ("utf-16", "utf-32")


class SourceFile(Struct):
    """A file that can be read several times. ``notes`` say what the user should know of how it is read."""

    name: str
    """As the user called it."""
    suffix: str
    """The end of its name, inside of a package, in lower case: ``.csv``."""
    content: BinaryIO
    is_workbook: bool = False
    folder: Path | None = None
    """A folder of Markdown files, instead of ``content``."""
    monotonic: Callable[[], float] | None = None
    """The clock that bounds the look through ``folder``, in seconds."""
    encoding: str = "utf-8"
    notes: list[str] = field(default_factory=list)

    def text(self) -> TextIO:
        """The text from the beginning; ends of lines are left as they are."""
        self.content.seek(0)
        buffer = io.BufferedReader(_Unclosed(self.content), BLOCK)
        return io.TextIOWrapper(buffer, self.encoding, errors="replace", newline="")

    def line_count(self, *, quoted: bool) -> int | None:
        """How many rows there are, without the CSV heading; a quoted cell may hold line ends."""
        if self.encoding.startswith(_NUMBERED_BY_PROGRAMS):
            return None
        rows = quotes = 0
        self.content.seek(0)
        for line in self.content:
            quotes += line.count(b'"') if quoted else 0
            rows += quotes % 2 == 0 and not line.isspace()
        return max(rows - 1, 0) if quoted else rows

    def unusable(self, reason: str, hint: str = "") -> UsageError:
        """The error for a file that holds no tickets."""
        return unusable(self.name, reason, hint)


def unusable(name: str, reason: str, hint: str = "") -> UsageError:
    """The error for a file that cannot be imported."""
    return UsageError(
        f"{name}: {reason}.",
        title="The file cannot be imported",
        hint=hint
        or "It takes CSV, JSON, JSON Lines or a workbook, with a heading or key for id, title and status; todo.txt; or "
        "a folder of Markdown files with front matter.",
        field="FILE",
    )


class _Unclosed(io.RawIOBase):
    """Bytes of a file that stays open when the text over it is closed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(cast("bytearray", buffer))
        data = self._file.read(len(view))
        view[: len(data)] = data
        return len(data)


@contextmanager
def opened_source(path: Path, encoding: str | None = None, clock: Clock | None = None) -> Iterator[SourceFile]:
    """The file or the folder at ``path``; ``-`` is standard input.

    Raises:
        UsageError: it cannot be read, is empty, or is no table.
    """
    with ExitStack() as stack:
        try:
            is_folder = path.is_dir()
            raw = cast("BinaryIO", io.BytesIO()) if is_folder else _opened(path, stack)
            source = SourceFile(str(path), path.suffix.lower(), raw, folder=path if is_folder else None)
            source.monotonic = clock.monotonic if clock else None
            source = source if is_folder else _unpacked(source, stack)
            if is_folder:
                source.encoding = _checked(encoding or source.encoding)
            elif not source.is_workbook:
                source.encoding = _checked(encoding) if encoding else _encoding(source)
                if encoding or source.encoding != "utf-8":  # that one was found by all of the bytes
                    _tell_of_other_bytes(source)
        except OSError as error:
            raise unusable(str(path), error.strerror or str(error)) from error
        yield source


def _opened(path: Path, stack: ExitStack) -> BinaryIO:
    if str(path) == STANDARD_INPUT:
        return _copied(sys.stdin.buffer, stack)
    file = stack.enter_context(path.open("rb"))
    return cast("BinaryIO", file) if path.is_file() and file.seekable() else _copied(file, stack)


def _copied(file: IO[bytes], stack: ExitStack) -> BinaryIO:
    copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 (the caller's stack closes it)
    shutil.copyfileobj(file, copy, BLOCK)
    copy.seek(0)
    return cast("BinaryIO", copy)


def _unpacked(source: SourceFile, stack: ExitStack) -> SourceFile:
    """The file in a package of one file; the file itself where it is no package."""
    beginning = source.content.read(4)
    source.content.seek(0)
    if beginning[:2] == b"\x1f\x8b":
        inner = cast("IO[bytes]", gzip.open(source.content))  # noqa: SIM115 (the copy is what is kept open)
        return _unpacked(_taken_out(source, inner, Path(source.name).stem, stack), stack)
    if beginning == _OLD_WORKBOOK:
        source.is_workbook = True
    elif beginning == b"PK\x03\x04" and zipfile.is_zipfile(source.content):
        return _from_archive(source, stack)
    return source


def _from_archive(source: SourceFile, stack: ExitStack) -> SourceFile:
    try:
        archive = stack.enter_context(zipfile.ZipFile(source.content))
        names = [name for name in archive.namelist() if not name.endswith("/") and not name.startswith("__MACOSX/")]
        if any(name.startswith("xl/") or name == "content.xml" for name in names):
            source.is_workbook = True
            return source
        if len(names) != 1:
            raise source.unusable(
                f"it is a zip archive of {len(names)} files", "Unpack it, and import the file that holds the tickets."
            )
        return _unpacked(_taken_out(source, archive.open(names[0]), names[0], stack), stack)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise source.unusable(f"it is a zip archive that cannot be unpacked: {error}") from error


def _taken_out(source: SourceFile, packed: IO[bytes], name: str, stack: ExitStack) -> SourceFile:
    copy = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 (the caller's stack closes it)
    try:
        while block := packed.read(BLOCK):
            copy.write(block)
            if copy.tell() > _LARGEST_UNPACKED:
                raise source.unusable(f"it holds more than {_LARGEST_UNPACKED >> 30} GiB when it is unpacked")
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise source.unusable(f"it is packed and damaged: {error}") from error
    copy.seek(0)
    return SourceFile(source.name, Path(name).suffix.lower(), cast("BinaryIO", copy), notes=source.notes)


# ------------------------------------------------------------ encodings


def _checked(encoding: str) -> str:
    try:
        return codecs.lookup(encoding).name
    except LookupError:
        raise UsageError(
            f"{encoding!r} is not a known encoding.",
            title="The file cannot be imported",
            hint="Examples: utf-8, utf-16, cp1252, cp1251, shift_jis, gb18030.",
            field="--encoding",
        ) from None


def _tell_of_other_bytes(source: SourceFile) -> None:
    """Note that not all of the file is of its encoding, where the user or a mark named it."""
    decoder = codecs.getincrementaldecoder(source.encoding)()
    source.content.seek(0)
    try:
        while block := source.content.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        source.notes.append(f"A byte that is not {source.encoding} is shown as \ufffd; --encoding names another one.")
    finally:
        source.content.seek(0)


def _encoding(source: SourceFile) -> str:
    """By its mark, UTF-8 where the whole file is that, else what makes the most orderly text."""
    file = source.content
    beginning = file.read(BLOCK)
    file.seek(0)
    for mark, encoding in _BYTE_ORDER_MARKS:
        if beginning.startswith(mark):
            return encoding
    if not beginning:
        raise source.unusable("it is empty")
    if unmarked := _utf16_without_mark(beginning):
        source.notes.append(f"Read as {unmarked}, which the file does not say; --encoding names another one.")
        return unmarked
    decoder = codecs.getincrementaldecoder("utf-8")()
    sample = b""
    try:
        while block := file.read(BLOCK):
            sample = block
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        if beginning.count(0):
            raise source.unusable("it holds binary data (a picture, a program, a database?) and no text") from None
        return _guessed(source, sample)
    finally:
        file.seek(0)
    return "utf-8"


def _utf16_without_mark(beginning: bytes) -> str | None:
    """UTF-16 by where its zeros are: every other byte of most letters."""
    even, odd = beginning[::2].count(0), beginning[1::2].count(0)
    for encoding, zeros, others in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if zeros > _MANY_NULS * len(beginning) / 2 and not others:
            try:
                beginning[: len(beginning) // 2 * 2].decode(encoding)
            except UnicodeDecodeError:
                continue
            return encoding
    return None


def _guessed(source: SourceFile, block: bytes) -> str:
    """The code page in which the words are the most like words."""
    import charset_normalizer  # here: only a file that is not Unicode needs it

    sample = _foreign_lines(block)
    found = charset_normalizer.from_bytes(sample, cp_isolation=list(_WINDOWS_CODE_PAGES), threshold=1.0)
    ranked = sorted(found, key=lambda match: _rank(match.encoding, match.chaos, match.coherence, str(match)))
    encoding = ranked[0].encoding if ranked else "cp1252"
    others = [match.encoding for match in ranked[1:] if str(match) != str(ranked[0])][:2]
    aside = f" ({' or '.join(others)}?)" if others else ""
    source.notes.append(f"Read as {encoding}, by its words{aside}; it is not UTF-8. --encoding names another one.")
    return encoding


def _foreign_lines(block: bytes) -> bytes:
    """The lines that hold more than ASCII, several times over: in a few words the measures find nothing."""
    lines = [line for line in block.splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE]
    return b"\n".join([sample] * max(1, _SAMPLE // 16 // (len(sample) or 1)))


def _rank(encoding: str, chaos: float, coherence: float, text: str) -> tuple[int, float, int]:
    disorder = chaos + _strangeness(text) - (_WESTERN_BONUS if encoding == "cp1252" else 0)
    order = _WINDOWS_CODE_PAGES.index(encoding) if encoding in _WINDOWS_CODE_PAGES else len(_WINDOWS_CODE_PAGES)
    return int(max(disorder, 0) / _ROUNDING), -coherence, round(max(disorder, 0) * 100) * 100 + order


_WORD = re.compile(r"[^\s,;|\"]*[^\x00-\x7f][^\s,;|\"]*")
_SIGN_IN_WORD = re.compile(
    r"[^\W\d_][^\w\x00-\x7f\u3001\u3002\u300c-\u300f\u30fb\uff01-\uff1f][^\W\d_]|[²³¹º]\w|\w[²³¹]"
)
"""Signs that stand between letters by mistake; Chinese and Japanese have no blanks beside their points."""


def _strangeness(text: str) -> float:
    """The share of words with foreign letters that no language writes so: nearly all accents, signs between letters,
    capitals behind a small letter, as Cyrillic becomes in another code page for it."""
    words = _WORD.findall(text)[:500]
    strange = 0
    for word in words:
        latin = [character for character in word if character.isalpha() and character < "\u0250"]
        accented = sum(character > "\x7f" for character in latin)
        is_turned = word[0].islower() and len(word) > 2 and word[1:].isupper()
        too_many = len(latin) > 3 and accented > _ACCENTED * len(latin)
        strange += bool(_SIGN_IN_WORD.search(word)) or is_turned or too_many
    return strange / len(words) if words else 0
