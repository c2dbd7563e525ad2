"""The files that a command names, and what is remembered of them: where they are and, of code, what is in it.

Invariant: nothing is run and nothing is asked; what would have to be waited for, such as a pipe, is not read.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

_MOST_DIGESTED_BYTES = 64 * 1024 * 1024  # larger ones are known by size and time
_SNIFFED_BYTES = 8192
"""A file without a zero byte in as many bytes is text."""
_DATA = frozenset((".log", ".txt", ".md", ".csv", ".tsv", ".jsonl", ".ndjson"))
"""Suffixes of texts that a server writes or reads as data; to ask again for each change would teach to say yes."""

_PIECE = re.compile(r"[^\s;&|()<>'\"`,:=@]+")
"""What may be a path within a script, a list of folders or an option: ``sh -c 'cd srv && exec ./run.py'``."""
_MOST_PIECES = 200  # of one word
_MODULE_OPTION = "-m"
_MANIFESTS = (
    "package.json", "pyproject.toml", "Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", "Cargo.toml",
    "go.mod", "deno.json",
)  # fmt: skip
"""What says which program is run for a project."""
_ENTRIES = (*_MANIFESTS, "__main__.py", "__init__.py", "index.js", "index.mjs", "index.ts")
"""What is run where a folder is."""


def named_within(words: Sequence[str], folder: Path) -> Iterator[Path]:
    """The files that are run although no word is the path of one: among others in it, as a module, in a folder."""
    for before, word in pairwise(("", *words)):
        pieces = [match[0] for match in _PIECE.finditer(word)][:_MOST_PIECES]
        if before == _MODULE_OPTION:
            pieces += [f"{word.replace('.', '/')}.py", word.replace(".", "/")]
        for path in filter(None, (named_path(piece, folder) for piece in pieces)):
            yield from entries_of(path) if path.is_dir() else (path,)


def entries_of(folder: Path) -> Iterator[Path]:
    """The files in a folder that say what is run for it."""
    return (folder / name for name in _ENTRIES)


def named_path(word: str, folder: Path) -> Path | None:
    """The existing file or folder that a word names: itself, or behind the ``=`` of an option."""
    for name in (word, word.partition("=")[2]):
        try:
            if name and (folder / name).exists():
                return folder / name
        except (OSError, ValueError):  # longer than a path may be, or with a zero byte
            continue
    return None


def identity(path: Path, places: tuple[Path, ...], *, with_content: bool) -> str:
    """The path with links followed, and the digest of the content if it is asked for and lies in one of ``places``."""
    path = path.resolve()
    if not with_content or not any(path.is_relative_to(place) for place in places):
        return str(path)
    try:
        status = path.stat()
        if status.st_size > _MOST_DIGESTED_BYTES:
            return f"{path} {status.st_size} {status.st_mtime_ns}"
        with path.open("rb") as file:
            return f"{path} {hashlib.file_digest(file, 'sha256').hexdigest()}"
    except OSError:
        return str(path)


def may_be_code(path: Path) -> bool:
    """Whether a file is text, as scripts and their settings are, and not one that is written to at every run."""
    if path.suffix.lower() in _DATA or not path.is_file():  # a pipe would be waited for
        return False
    try:
        with path.open("rb") as file:
            return b"\0" not in file.read(_SNIFFED_BYTES)
    except OSError:
        return False
