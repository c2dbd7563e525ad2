"""The manual page, assets/ticketdeck.1, from README's tables and the commands; ``tests.cli.readme`` writes it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from tests.cli.readme import commands, options, query_words
from tui_app import __version__
from tui_app.cli.commands import ticketdeck
from tui_app.tickets.own_commands import PLACEHOLDERS

MANUAL: Path = Path(__file__).parents[2] / "assets" / "ticketdeck.1"
_CODE = re.compile(r"`((?:[^`\\]|\\.)*)`")
_ESCAPES = str.maketrans({"\\": r"\e", "-": r"\-", "'": r"\(aq", "^": r"\(ha", "~": r"\(ti"})
_CELL_END = re.compile(r"(?<!\\)\|")


def manual(readme: str) -> str:
    """The page as groff source; ``readme`` is README's text, for what no program knows."""
    summary = readme.split("\n\n", 2)[1]
    lines = [
        f'.TH TICKETDECK 1 "" "ticketdeck {__version__}" "User Commands"',
        *_section("NAME"),
        f"ticketdeck \\- {_text(summary[0].lower() + summary[1:].rstrip('.'))}",
        *_section("SYNOPSIS"),
        ".B ticketdeck",
        r"[\fIOPTION\fR].. [\fICOMMAND\fR [\fIARGUMENT\fR]..]",
        *_section("DESCRIPTION"),
        *(_text(part) for part in (ticketdeck.help or "").strip().replace("\n\n", "\n.PP\n").split("\n")),
        *_section("COMMANDS"),
        *_commands(),
        *_section("OPTIONS"),
        *_options(),
        *_section("QUERY WORDS"),
        *(line for word, _, takes in _rows(query_words()) for line in _entry(word, takes)),
        *_section("OWN COMMANDS"),
        _text("Keys of each [[commands]] in the configuration file:"),
        *(line for key, says in _own_commands(readme) for line in _entry(f"`{key}`", says)),
        ".PP",
        _text(f"In the arguments: {', '.join(f'{{{name}}}' for name in PLACEHOLDERS)}."),
        *_section("EXIT STATUS"),
        *(line for code, says in _table(readme, "Exit code") for line in _entry(f"`{code}`", says)),
        *_section("FILES"),
        *(line for what, where in _table(readme, "What") for line in _entry(where, what)),
        *_section("SEE ALSO"),
        _text(
            "`ticketdeck config path` prints where the configuration is, `ticketdeck config schema` what it may hold."
        ),
    ]
    return "\n".join(lines) + "\n"


def _commands() -> Iterator[str]:
    for path, command in commands(ticketdeck):
        if not isinstance(command, click.Group):
            context = click.Context(command)
            arguments = [piece for piece in command.collect_usage_pieces(context) if piece != "[OPTIONS]"]
            yield from _entry(f"`{path}` {' '.join(arguments)}", command.get_short_help_str(200))


def _own_commands(readme: str) -> Iterator[tuple[str, str]]:
    """The keys of ``[[commands]]`` and what README's example of the whole config says of each."""
    table = readme.partition("\n[[commands]] ")[2].partition("\n\n")[0]
    for match in re.finditer(r"^(\w+) = (.*?)(?:\s+# (.*))?$", table, re.MULTILINE):
        value, says = match[2], match[3] or "what it is called"
        yield match[1], f"{says} ({value.strip()})"


def _options() -> Iterator[str]:
    rows = _rows(options())
    for taken_by in dict.fromkeys(takers for _, takers, _ in rows):
        yield ".SS Of all commands" if taken_by == "all" else f".SS {_escaped(f'Of {taken_by}')}"
        for names, takers, says in rows:
            if takers == taken_by:
                yield from _entry(names, says)


def _section(title: str) -> tuple[str, ...]:
    return (f".SH {title}",)


def _entry(head: str, *body: str) -> Iterator[str]:
    yield from (".TP", _text(head))
    yield from map(_text, body)


def _table(readme: str, first: str) -> list[list[str]]:
    """The rows of README's table whose first heading is ``first``."""
    (table,) = re.findall(rf"^\| {re.escape(first)} \|.*\n(?:\|.*\n)+", readme, re.MULTILINE)
    return _rows(table)


def _rows(table: str) -> list[list[str]]:
    """The cells of a Markdown table without its headings."""
    return [[cell.strip() for cell in _CELL_END.split(line)[1:-1]] for line in table.splitlines()[2:]]


def _text(markdown: str) -> str:
    """A line of text; what is code there is bold here."""
    pieces = _CODE.split(" ".join(markdown.split()).replace(r"\|", "|"))
    line = "".join(rf"\fB{_escaped(piece)}\fR" if at % 2 else _escaped(piece) for at, piece in enumerate(pieces))
    return line if line == ".PP" else re.sub(r"^(?=[.'])", r"\\&", line)


def _escaped(text: str) -> str:
    text = (
        text.replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("^", r"\(ha").replace("~", r"\(ti")
    )
    return re.sub(r"[^\x00-\x7f]", lambda found: rf"\[u{ord(found[0]):04X}]", text)
