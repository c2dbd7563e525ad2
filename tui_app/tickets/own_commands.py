"""Commands of the user's own over tickets: what a ticket says becomes arguments, and never code.

Tickets are text of strangers, and a program may take a word for an option, a file or a script. Invariants: a value is
one argument or a part of one, on one line and without controls; it begins no argument with a sign that programs act on;
where it can be seen that a program reads its arguments as a script, it holds nothing but harmless characters. A shell
gets values in variables, so that it never reads them as its own language. What is not known, or not harmless, is
refused: nothing is left out, cut or escaped.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from tui_app.tickets.errors import UsageError
from tui_app.tickets.fields import TICKET_FIELDS, FieldKind
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import Ticket
from tui_app.tickets.urls import safe_url
from tui_app.tickets.vocabulary import nearest

TRACKER, BRANCH, URL = "tracker", "branch", "url"
_ONE_LINE = frozenset((
    FieldKind.ID, FieldKind.LINE, FieldKind.WORD, FieldKind.STATUS, FieldKind.PRIORITY, FieldKind.PERSON, FieldKind.URL,
))  # fmt: skip
FIELDS = tuple(field.name for field in TICKET_FIELDS if field.kind in _ONE_LINE and field.exported)
"""Fields of a ticket that can be an argument."""
PLACEHOLDERS = (*FIELDS, BRANCH, TRACKER)
_CAPTIONS = {field.name: field.caption.lower() for field in TICKET_FIELDS} | {"id": "id", URL: "web address"}

SHELL = ("/bin/sh", "-c")
_PLACEHOLDER = re.compile(r"\{\{(\w+)\}\}|\{([a-z_]+)\}")
_LONGEST = 4_000  # characters of one value
_HARMLESS = re.compile(r"[\w@%+=:,./-]*", re.ASCII)
"""Characters that neither a shell nor any other language that a program may read acts on."""
_TAKEN_FOR = {
    "-": "which programs take for an option",
    "+": "which some programs take for a command",
    "@": "which some programs take for the name of a file",
}
_CODE = re.compile(r"""[;|`\n]|&&|\$\(|['"]\{[a-z_]+\}|\{[a-z_]+\}['"]""")
"""In an argument: it is a script, or has a place for a value between quotation marks of its own."""
_CODE_OPTION = re.compile(r"-[ilx]*[ce]|--?(?:eval|exec|command)", re.IGNORECASE)
"""An option before a script: ``sh -c``, ``bash -lc``, ``perl -e``, ``node --eval``."""
_READS_A_SCRIPT = frozenset(
    "eval trap source ssh tmux screen watch su xterm parallel entr hyperfine awk gawk mawk sed gsed".split()  # noqa: SIM905
)
"""Programs that read their arguments, or all of them as one line, as a script."""
_PLAIN = re.compile(r"[\w.,:/%+=-]+", re.ASCII)
"""A word that is no script, whoever reads it."""
_END_OF_OPTIONS = "--"

Values = Mapping[str, str]
"""What a ticket has, by placeholder; what is not known is empty."""


class CommandLine(Protocol):
    """What is run, as it is configured."""

    @property
    def run(self) -> tuple[str, ...]:
        """The arguments; with ``shell`` the one line for it."""

    @property
    def shell(self) -> bool: ...


class Call(Struct, frozen=True):
    """One start of a program."""

    argv: tuple[str, ...]
    ids: tuple[str, ...] = ()
    """The tickets that it is for."""
    variables: Mapping[str, str] = {}
    """What is put into its environment besides."""

    @property
    def shown(self) -> str:
        """As a shell would take it, on one line."""
        words = clean_line(shlex.join(self.argv) if self.argv[:2] != SHELL else self.argv[2])
        return "  ".join([words, *(f"{name}={shlex.quote(value)}" for name, value in self.variables.items())])


def placeholders(command: CommandLine) -> tuple[str, ...]:
    """The names of the values that a command takes, in the order of their first use."""
    found = (name for argument in command.run for part, name in _parts(argument) if name)
    return tuple(dict.fromkeys(found))


def check_command(command: CommandLine) -> None:
    """Check what is known before there is a ticket.

    Raises:
        UsageError: there is nothing to run, no such placeholder, or a shell would not fill one in.
    """
    if not command.run or not command.run[0].strip():
        raise UsageError("it is empty.", hint='For example: run = "git switch -c {branch}".')
    for name in placeholders(command):
        if name not in PLACEHOLDERS:
            close = nearest(name, PLACEHOLDERS)
            meant = f"Did you mean {{{close[0]}}}? " if close else ""
            known = ", ".join(f"{{{one}}}" for one in PLACEHOLDERS)
            itself = f"{{{{{name}}}}} stands for {{{name}}} itself"
            raise UsageError(f"there is no {{{name}}}.", hint=f"{meant}There are {known}; {itself}.")
    if command.shell:
        for quote, name in _quoted(command.run[0]):
            is_nested = "$(" in command.run[0] or "`" in command.run[0]  # quotation marks have marks within there
            if quote == "'" or (quote and is_nested):
                raise UsageError(
                    f"{{{name}}} is between quotation marks, where a shell does not fill it in as one word.",
                    hint="Take them away: a value is quoted by itself.",
                )
    _check_programs(command)


def _check_programs(command: CommandLine) -> None:
    """What is run is written in the config: no ticket names a program."""
    for at, argument in enumerate(command.run):
        before = ""
        for text, name in _parts(argument):
            if name and before.endswith("$"):
                raise UsageError(f"${{{name}}} is no variable.", hint=f"Write {{{name}}} without the dollar sign.")
            command_begins = not _words_before(before) if command.shell else at == 0
            if name and command_begins:
                raise UsageError("what a ticket says cannot be the program.", hint='For example: run = "less {title}".')
            before += text or name


def values_of(ticket: Ticket | None, tracker: str, branch: str = "") -> Values:
    """What ``ticket`` has for a command, or what there is without one; ``branch`` is the name of its branch."""
    values = {name: clean_line(str(getattr(ticket, name, None) or "")).strip() for name in FIELDS}
    return {**values, BRANCH: branch if values["id"] else "", TRACKER: tracker}


def calls_for_each(command: CommandLine, tickets: Sequence[Values]) -> list[Call]:
    """One call for each ticket.

    Raises:
        UsageError: one of them cannot be made; says why, and nothing is to be run.
    """
    return [call_for_all(command, [values]) for values in tickets]


def call_for_all(command: CommandLine, tickets: Sequence[Values]) -> Call:
    """One call for all tickets: each argument with a placeholder is there once for each different value.

    Raises:
        UsageError: it cannot be made; says why.
    """
    for values in tickets:
        _check_values(command, values)
    ids = tuple(values["id"] for values in tickets if values.get("id"))
    if command.shell:
        return _shell_call(command.run[0], tickets, ids)
    argv: list[str] = []
    for argument in command.run:
        parts = list(_parts(argument))
        if any(name for _, name in parts):
            texts = ["".join(text if not name else values[name] for text, name in parts) for values in tickets]
            argv += dict.fromkeys(texts)
        else:
            text = "".join(text for text, _ in parts)
            argv.append(str(Path(text).expanduser()) if text[:2] == "~/" else text)
    return Call(tuple(argv), ids)


def _check_values(command: CommandLine, values: Values) -> None:
    whose = values.get("id") or "this ticket"
    for at, argument in enumerate(command.run):
        is_code = _script_is_code(argument) if command.shell else _is_code(command.run, at)
        before = ""
        for quote, text, name in _scanned(argument):
            if name:
                value = values.get(name, "")
                _check_value(name, value, whose, harmless_only=is_code)
                ends = _options_have_ended(command, at, before)
                stem = _word_before(before, quote) if command.shell else before
                _check_start(name, value, whose, stem, options_have_ended=ends)
            before += text or name


def _word_before(script: str, quote: str) -> str:
    """What a beginning of a line for a shell holds of the word that goes on after it, without quotation marks."""
    if quote:
        outside, _, inside = script.rpartition(quote)
        return inside or _word_before(outside, "")
    return re.split(r"[\s;|&(`]", script.rstrip("\"'"))[-1]


def _check_value(name: str, value: str, whose: str, *, harmless_only: bool) -> None:
    caption = _CAPTIONS.get(name, name)
    if not value:
        why = "it takes an id" if name == BRANCH else f"{{{name}}} cannot be filled in"
        raise UsageError(f"{whose} has no {caption}: {why}." if name != BRANCH else f"{whose} has no branch: {why}.")
    if len(value) > _LONGEST:
        raise UsageError(f"The {caption} of {whose} is longer than {_LONGEST:,} characters.")
    if name == URL and safe_url(value) is None:
        raise UsageError(f"The web address of {whose} is none that can be opened safely.")
    if harmless_only and not _HARMLESS.fullmatch(value):
        sign = next(character for character in value if not _HARMLESS.fullmatch(character))
        raise UsageError(
            f"The {caption} of {whose} holds {sign!r}, and would be run as a part of a script there.",
            hint="Hand it on as an argument of its own, or by a script that takes it as one.",
        )


def _check_start(name: str, value: str, whose: str, before: str, *, options_have_ended: bool) -> None:
    """No argument begins with a sign that programs act on because a ticket does; ``before`` is the argument so far."""
    sign = value[:1]
    is_acted_on = sign in _TAKEN_FOR and (not before or (sign == "@" and before[-1] == "="))
    if is_acted_on and not (options_have_ended and sign != "@"):
        other = f", or {_END_OF_OPTIONS} as the argument before it" if sign != "@" else ""
        raise UsageError(
            f"The {_CAPTIONS.get(name, name)} of {whose} begins with {sign}, {_TAKEN_FOR[sign]}.",
            hint=f"Write text before {{{name}}}{other}.",
        )


def _options_have_ended(command: CommandLine, at: int, before: str) -> bool:
    """Whether an argument ``--`` stands before, with nothing but other values between."""
    words = _words_before(before) if command.shell else list(command.run[:at])
    while words and _PLACEHOLDER.fullmatch(words[-1]):
        words.pop()
    return words[-1:] == [_END_OF_OPTIONS]


def _words_before(script: str) -> list[str]:
    """The words of the last command that a beginning of a line for a shell begins."""
    return re.split(r"[;|&\n()`]", script)[-1].replace('"', " ").split()


def _is_code(run: Sequence[str], at: int) -> bool:
    """Whether the argument at ``at`` may be read as a script: by what it holds, what is before it, and the program."""
    is_named = any(Path(word).name in _READS_A_SCRIPT for word in run[:at])
    option = run[at].partition("=")[0] if "=" in run[at] else run[at - 1] if at else ""
    return is_named or bool(_CODE.search(run[at])) or _CODE_OPTION.fullmatch(option) is not None


def _script_is_code(script: str) -> bool:
    """Whether a line for a shell hands words to yet another reader, or reckons with them, which runs what they hold.

    An option counts for its own program: ``-c`` of a ``wc`` behind a pipe makes no script of what is printed to it.
    """
    if any(sign in script for sign in "()`"):  # what is within may become a word of any program around it
        return "((" in script or any(map(_is_reader, re.split(r"[\s;|&()`]+", script)))
    return any(
        any(map(_is_reader, words)) if _PLACEHOLDER.search(" ".join(words)) else _reads_a_script(words)
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


def _parts(argument: str) -> Iterator[tuple[str, str]]:
    """The literal texts and the placeholders of an argument: text and no name, or no text and a name. At least one."""
    at = 0
    for match in _PLACEHOLDER.finditer(argument):
        literal = argument[at : match.start()] + (f"{{{match[1]}}}" if match[1] else "")
        if literal:
            yield literal, ""
        if match[2]:
            yield "", match[2]
        at = match.end()
    if at < len(argument) or not argument:
        yield argument[at:], ""


def _quoted(script: str) -> Iterator[tuple[str, str]]:
    """Each placeholder of a line for a shell, and the quotation mark that it is between; empty: none."""
    for quote, text, name in _scanned(script):
        if name and not text:
            yield quote, name


def _scanned(script: str) -> Iterator[tuple[str, str, str]]:
    """The parts of a line for a shell, each with the quotation mark in which it begins."""
    quote = ""
    for text, name in _parts(script):
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


def _shell_call(script: str, tickets: Sequence[Values], ids: tuple[str, ...]) -> Call:
    """A shell's call, with each value in a variable and the variable in its place."""
    variables: dict[str, str] = {}
    line = ""
    for quote, text, name in _scanned(script):
        line += text
        if not name:
            continue
        named = []
        for number, value in enumerate(dict.fromkeys(values[name] for values in tickets), start=1):
            variable = f"ticketdeck_{name}" + (f"_{number}" if len(tickets) > 1 else "")
            variables[variable] = value
            named.append(f"${{{variable}}}")
        line += " ".join(named) if quote else " ".join(f'"{one}"' for one in named)
    return Call((*SHELL, line), ids, variables)
