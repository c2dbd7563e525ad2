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
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct
from msgspec.structs import replace

from tui_app.tickets.errors import UsageError
from tui_app.tickets.fields import TICKET_FIELDS, FieldKind, names
from tui_app.tickets.own_scripts import (
    PLACEHOLDER,
    argument_is_code,
    may_be_run,
    names_a_program,
    parts_of,
    quoted_places,
    scanned,
    script_is_code,
    word_before,
    words_before,
)
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
_LONGEST = 4_000  # characters of one value
_HARMLESS = re.compile(r"[\w@%+=:,./-]*", re.ASCII)
"""Characters that neither a shell nor any other language that a program may read acts on."""
_TAKEN_FOR = {
    "-": "which programs take for an option",
    "+": "which some programs take for a command",
    "@": "which some programs take for the name of a file",
}
_END_OF_OPTIONS = "--"
_OF_OUR_MAKING = frozenset((BRANCH, TRACKER, URL))
_HAS_NUMBER = re.compile(r"[\w#.-]*\d[\w#.-]*", re.ASCII)
"""An id that names no program."""
_TEXTS = frozenset(FIELDS).union(
    names(
        "m message summary subject body text description name query search grep comment note key issue ticket label "
        "user arg state"
    )
)
"""What options and variables are called that hold a text, and nothing that is run."""

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
    doubtful: bool = False
    """Whether something that a ticket says may be taken for what is to be run: to be asked about, whole."""

    @property
    def shown(self) -> str:
        """As a shell would take it, on one line."""
        words = clean_line(shlex.join(self.argv) if self.argv[:2] != SHELL else self.argv[2])
        return "  ".join([words, *(f"{name}={shlex.quote(value)}" for name, value in self.variables.items())])


def placeholders(command: CommandLine) -> tuple[str, ...]:
    """The names of the values that a command takes, in the order of their first use."""
    found = (name for argument in command.run for part, name in parts_of(argument) if name)
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
        for quote, name in quoted_places(command.run[0]):
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
        for text, name in parts_of(argument):
            if name and before.endswith("$"):
                raise UsageError(f"${{{name}}} is not a variable.", hint=f"Write {{{name}}} without the dollar sign.")
            words, stem = list(command.run[:at]), before
            if command.shell:
                words = words_before(before)
                stem = words.pop() if words and not before[-1:].isspace() else ""
            if name and ((not command.shell and at == 0) or names_a_program(words, stem, shell=command.shell)):
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
    doubtful = any(_is_doubtful(command, values) for values in tickets)
    if command.shell:
        return replace(_shell_call(command.run[0], tickets, ids), doubtful=doubtful)
    argv: list[str] = []
    for argument in command.run:
        parts = list(parts_of(argument))
        if any(name for _, name in parts):
            texts = ["".join(text if not name else values[name] for text, name in parts) for values in tickets]
            argv += dict.fromkeys(texts)
        else:
            text = "".join(text for text, _ in parts)
            argv.append(str(Path(text).expanduser()) if text[:2] == "~/" else text)
    return Call(tuple(argv), ids, doubtful=doubtful)


def _is_doubtful(command: CommandLine, values: Values) -> bool:
    """Whether a value that a stranger chose stands where a program may run it."""
    for at, argument in enumerate(command.run):
        before = ""
        for text, name in parts_of(argument):
            words, stem = list(command.run[:at]), before
            if command.shell:
                words = words_before(before)
                stem = words.pop() if words and not before[-1:].isspace() else ""
            is_strange = bool(name) and name not in _OF_OUR_MAKING
            is_number = name == "id" and _HAS_NUMBER.fullmatch(values.get(name, ""))
            if is_strange and not is_number and may_be_run(words, stem, _TEXTS):
                return True
            before += text or name
    return False


def _check_values(command: CommandLine, values: Values) -> None:
    whose = values.get("id") or "this ticket"
    for at, argument in enumerate(command.run):
        is_code = script_is_code(argument) if command.shell else argument_is_code(command.run, at)
        before = ""
        for quote, text, name in scanned(argument):
            if name:
                value = values.get(name, "")
                _check_value(name, value, whose, harmless_only=is_code)
                ends = _options_have_ended(command, at, before)
                stem = word_before(before, quote) if command.shell else before
                _check_start(name, value, whose, stem, options_have_ended=ends)
            before += text or name


def _check_value(name: str, value: str, whose: str, *, harmless_only: bool) -> None:
    caption = _CAPTIONS.get(name, name)
    if not value:
        why = "it takes an id" if name == BRANCH else f"{{{name}}} cannot be filled in"
        raise UsageError(f"{whose} has no {caption}: {why}." if name != BRANCH else f"{whose} has no branch: {why}.")
    if len(value) > _LONGEST:
        raise UsageError(f"The {caption} of {whose} is longer than {_LONGEST:,} characters.")
    if name == URL and safe_url(value) is None:
        raise UsageError(f"The web address of {whose} cannot be opened safely.")
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
    words = words_before(before) if command.shell else list(command.run[:at])
    while words and PLACEHOLDER.fullmatch(words[-1]):
        words.pop()
    return words[-1:] == [_END_OF_OPTIONS]


def _shell_call(script: str, tickets: Sequence[Values], ids: tuple[str, ...]) -> Call:
    """A shell's call, with each value in a variable and the variable in its place."""
    variables: dict[str, str] = {}
    line = ""
    for quote, text, name in scanned(script):
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
