"""Where a value in a command of the user's own would be read as code, or name a program.

Invariant: what is not seen to be data counts as code. Behind a pipe, in a here-document and in a file that is written,
a value is data for programs that are known to run nothing of what they read, and code for all others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}|\{([a-z_]+)\}")
_CODE = re.compile(r"""[;|`\n]|&&|\$\(|['"]\{[a-z_]+\}|\{[a-z_]+\}['"]""")
"""In an argument: it is a script, or has a place for a value between quotation marks of its own."""
_CODE_OPTION = re.compile(r"-[a-z]*[ce]|--?(?:eval|exec|command|cmd|ex)", re.IGNORECASE)
"""An option before a script: ``sh -c``, ``bash -euxc``, ``perl -ne``, ``node --eval``, ``vim --cmd``, ``gdb -ex``."""
_READS_A_SCRIPT = frozenset(
    "eval trap source ssh tmux screen watch su xterm parallel entr hyperfine awk gawk mawk sed gsed make gmake "  # noqa: SIM905
    "sqlite3 bc dc m4 expect let declare typeset local readonly read unset alias".split()
)
"""Programs that read their arguments, or all of them as one line, as a script or as its arithmetic."""
_READS_TEXT = frozenset(
    "cat less more wc tr cut head tail sort uniq grep egrep fgrep rg nl rev tac fold fmt column tee jq base64 md5sum "  # noqa: SIM905
    "sha256sum shasum pbcopy xclip xsel wl-copy clip.exe".split()
)
"""Programs that run nothing of what they read."""
INTERPRETER = re.compile(
    r"(?:ba|z|da|fi|k|a|c|tc)?sh|(?:python|pypy|ruby|perl|php|node|lua|tclsh|guile)[\d.]*|deno|bun|tsx|ts-node|osascript"
    r"|pwsh|powershell|julia|Rscript"
)
"""Programs that run the file which their first operand names."""
_RUNS = frozenset(("run", "exec", "execute", "start", "spawn", "launch", "shell"))
_RUNS_ITS_OPERAND = frozenset(
    "env sudo doas nohup nice ionice time timeout setsid stdbuf xargs chroot npx uvx pipx".split()  # noqa: SIM905
)
_SHELL_WORDS = frozenset(". exec command builtin ! { if elif then else while until do".split())  # noqa: SIM905
"""After these a shell reads the name of a program."""
_NO_OPERAND = re.compile(r"-.*|\w+=.*|[\d.]+[smhd]?", re.DOTALL)
_COMMAND_OF_AN_EDITOR = re.compile(r"""(?<!\S)\+["']?\{""")
"""As in ``vim +{title}``."""
_INTO_A_FILE = re.compile(r">{1,2}\|?\s*([^\s>&|;]+)")
_PLAIN = re.compile(r"[\w.,:/%+=-]+", re.ASCII)
"""A word that is no script, whoever reads it."""


def word_before(script: str, quote: str) -> str:
    """What a beginning of a line for a shell holds of the word that goes on after it, without quotation marks."""
    if quote:
        outside, _, inside = script.rpartition(quote)
        return inside or word_before(outside, "")
    return re.split(r"[\s;|&(`]", script.rstrip("\"'"))[-1]


def words_before(script: str) -> list[str]:
    """The words of the last command that a beginning of a line for a shell begins."""
    return re.split(r"[;|&\n()`]", script)[-1].replace('"', " ").split()


def names_a_program(words: Sequence[str], stem: str = "", *, shell: bool = False) -> bool:
    """Whether a value would be a program, or the file that one runs, by the words before it in its command.

    ``stem`` is what its own word begins with.
    """
    if "=" in stem or stem[:1] in ("-", "+") or (words and _CODE_OPTION.fullmatch(words[-1])):
        return False
    for word in reversed(words):
        name = Path(word).name
        if name in _RUNS_ITS_OPERAND or INTERPRETER.fullmatch(name) or (shell and word in _SHELL_WORDS):
            return True
        if not _NO_OPERAND.fullmatch(word):
            return False
    return True


def may_be_run(words: Sequence[str], stem: str, named: frozenset[str]) -> bool:
    """Whether a value may name what is run, by what is before it in its command: the value of an option that does not
    say that it is a text (``-I``, ``--pager=``), or an operand of what runs others (``docker run x``).

    ``named``: names of options and variables that hold texts.
    """
    option = stem.partition("=")[0] if stem[:1] == "-" or "=" in stem else "" if stem else (words or [""])[-1]
    if option[:1] == "-" or "=" in stem:
        if option.strip("-"):
            return named.isdisjoint((option, *re.split(r"[\W_]+", option.casefold())))
    elif stem:
        return False
    return any(not _RUNS.isdisjoint(re.split(r"\W+", Path(word).name.casefold())) for word in words)


def argument_is_code(run: Sequence[str], at: int) -> bool:
    """Whether the argument at ``at`` may be read as a script: by what it holds, what is before it, and the program."""
    is_named = any(Path(word).name in _READS_A_SCRIPT for word in run[:at])
    stem = run[at].partition("{")[0]
    if _COMMAND_OF_AN_EDITOR.match(run[at]) or _CODE_OPTION.fullmatch(stem):
        return True
    option = run[at].partition("=")[0] if "=" in run[at] else run[at - 1] if at else ""
    return is_named or bool(_CODE.search(run[at])) or _CODE_OPTION.fullmatch(option) is not None


def script_is_code(script: str) -> bool:
    """Whether a line for a shell hands words to yet another reader, or reckons with them, which runs what they hold.

    An option counts for its own program: ``-c`` of a ``wc`` behind a pipe makes no script of what is printed to it.
    """
    if _feeds_a_program(script) or _COMMAND_OF_AN_EDITOR.search(script):
        return True
    if any(sign in script for sign in "()`"):  # what is within may become a word of any program around it
        return "((" in script or any(map(_is_reader, re.split(r"[\s;|&()`]+", script)))
    return any(
        any(map(_is_reader, words)) if PLACEHOLDER.search(" ".join(words)) else _reads_a_script(words)
        for words in map(str.split, _commands_of(script))
    )


def _is_reader(word: str) -> bool:
    return Path(word).name in _READS_A_SCRIPT or _CODE_OPTION.fullmatch(word) is not None


def _reads_a_script(words: Sequence[str]) -> bool:
    """Whether a command that holds no value itself may run what it is handed: as a shell, or by a program behind it."""
    if not words:
        return False
    options = [at for at, word in enumerate(words) if _CODE_OPTION.fullmatch(word)]
    is_of_another = any(word[:1] != "-" for at in options for word in words[1:at])
    takes_a_script = any(not _PLAIN.fullmatch(word) for at in options for word in words[at + 1 : at + 2])
    names = {Path(word).name for word in words}
    return is_of_another or takes_a_script or not names.isdisjoint(_READS_A_SCRIPT) or words[0].endswith("sh")


def _feeds_a_program(script: str) -> bool:
    """Whether a line for a shell hands what it was given to a program that may run what it reads: by a pipe, by a
    here-document, or in a file that a later command names."""
    if "<(" in script or ">(" in script:
        return True
    written: set[str] = set()
    for piped, words in _piped_commands(script):
        program = next((word for word in words if not _NO_OPERAND.fullmatch(word) and word not in _SHELL_WORDS), "")
        reads_text = Path(program).name in _READS_TEXT
        line = " ".join(words)
        if not reads_text and (piped or "<<" in line or not written.isdisjoint(Path(word).name for word in words)):
            return True
        targets = _INTO_A_FILE.findall(line) + (words if Path(program).name == "tee" else [])
        written.update(Path(target).name for target in targets if target[:1] != "-")
    return False


def _piped_commands(script: str) -> Iterator[tuple[bool, list[str]]]:
    """The words of each command of a line for a shell, and whether it reads from a pipe."""
    command, piped, last = "", False, ""
    for quote, character in (*_with_quotes(script), ("", "\n")):
        ends = not quote and character in ";|&\n"
        if not ends:
            command += " " if not quote and character in "()`" else character
        elif command.strip():
            yield piped, command.split()
            command, piped = "", character == "|"
        else:
            piped = piped and last == "|" and character == "&"  # `|&` pipes, `||` does not
        last = character


def _commands_of(script: str) -> Iterator[str]:
    """The commands of a line for a shell: what is between quotation marks is never parted."""
    command = ""
    for quote, character in _with_quotes(script):
        if not quote and character in ";|&\n":
            yield command
            command = ""
        else:
            command += character
    yield command


def parts_of(argument: str) -> Iterator[tuple[str, str]]:
    """The literal texts and the placeholders of an argument: text and no name, or no text and a name. At least one."""
    at = 0
    for match in PLACEHOLDER.finditer(argument):
        literal = argument[at : match.start()] + (f"{{{match[1]}}}" if match[1] else "")
        if literal:
            yield literal, ""
        if match[2]:
            yield "", match[2]
        at = match.end()
    if at < len(argument) or not argument:
        yield argument[at:], ""


def quoted_places(script: str) -> Iterator[tuple[str, str]]:
    """Each placeholder of a line for a shell, and the quotation mark that it is between; empty: none."""
    for quote, text, name in scanned(script):
        if name and not text:
            yield quote, name


def scanned(script: str) -> Iterator[tuple[str, str, str]]:
    """The parts of a line for a shell, each with the quotation mark in which it begins."""
    quote = ""
    for text, name in parts_of(script):
        yield quote, text, name
        for before, character in _with_quotes(text, quote):
            quote = _quote_after(before, character)


def _with_quotes(text: str, quote: str = "") -> Iterator[tuple[str, str]]:
    """The characters of a line for a shell, each with the quotation mark before it; one with a backslash is as two."""
    at = 0
    while at < len(text):
        length = 2 if text[at] == "\\" and quote != "'" else 1
        character = text[at : at + length]
        yield quote, character
        quote = _quote_after(quote, character)
        at += length


def _quote_after(quote: str, character: str) -> str:
    if character not in ("'", '"') or quote not in ("", character):
        return quote
    return "" if quote else character
