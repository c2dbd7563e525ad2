"""Writes README.md's tables, and the manual page, from the program: ``python -m tests.cli.readme``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from tui_app.cli.commands import ticketdeck
from tui_app.settings.known_trackers import LOCAL_TRACKERS, REMOTE_TRACKERS, Entrance, KnownTracker
from tui_app.settings.profiles import OAuthSettings
from tui_app.tickets.criterion import CRITERIA, Criterion, Match
from tui_app.tickets.fields import TICKET_FIELDS
from tui_app.ui.keymap import keys_markdown

README = Path(__file__).parents[2] / "README.md"
_MARKS = {Match.BEFORE: "<", Match.SINCE: ">"}
"""What stands before the date where one word sets both ends."""


def with_tables(text: str) -> str:
    """``text`` with each table as the program has it."""
    for name, table in TABLES.items():
        begin, end = f"<!-- {name}: written by `python -m tests.cli.readme` -->\n", f"<!-- end of {name} -->\n"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not (found and closed):
            raise ValueError(f"README.md has no place for the table of {name}")
        text = f"{before}{begin}\n{table()}\n{end}{after}"
    return text


def query_words() -> str:
    """A row for each word of the query language."""
    lines = ["| Word | Field | Takes |", "|---|---|---|"]
    words = [criterion.word for criterion in CRITERIA]
    for criterion in CRITERIA:
        if criterion.word:
            mark = _MARKS.get(criterion.match or Match.ANY, "") if words.count(criterion.word) > 1 else ""
            also = " ".join(f"`{word}:`" for word in criterion.synonyms)
            lines.append(f"| `{criterion.word}:{mark}` {also} | {_caption(criterion)} | {_plain(criterion.help)} |")
    return "\n".join(line.replace("  |", " |").replace("` |", "` |") for line in lines) + "\n"


def options() -> str:
    """A row for each option, with the commands that take it."""
    lines = ["| Option | For | Meaning |", "|---|---|---|"]
    takers: dict[str, list[str]] = {}
    for path, command in commands(ticketdeck):
        for parameter in command.get_params(click.Context(command)):
            if isinstance(parameter, click.Option) and not parameter.hidden and "--help" not in parameter.opts:
                takers.setdefault(_option_cells(parameter), []).append(path)
    for cells, paths in takers.items():
        names, meaning = cells.split("\0")
        taken_by = "all" if "" in paths else ", ".join(paths)
        lines.append(f"| {names} | {taken_by} | {meaning} |")
    return "\n".join([*lines, "| `-h`, `--help` | all | Show what there is, and exit. |"]) + "\n"


def fields() -> str:
    """A row for each field of a ticket."""
    lines = ["| Field | Name in JSON, columns and `[map.fields]` | Column | Facet | Sort |", "|---|---|---|---|---|"]
    for field in TICKET_FIELDS:
        marks = " | ".join("yes" if has else "" for has in (field.column, field.facet, field.sortable))
        lines.append(f"| {field.caption} | `{field.name}` | {marks} |".replace("|  |", "| |"))
    return "\n".join(lines).replace("|  |", "| |") + "\n"


def remote_trackers() -> str:
    """A row for each tracker with a server at an address: the lines of its profile."""
    lines = ['| Tracker | `url = ".."` | Third line, or the other way in |', "|---|---|---|"]
    for tracker in REMOTE_TRACKERS:
        ways = [way for way in map(partial(_third_line, tracker), tracker.entrances) if way]
        without = "or " if ways and len(ways) < len(tracker.entrances) else ""
        lines.append(
            f"| {tracker.caption} | {_address(tracker)} | {without}{', or '.join(ways)} |".replace("|  |", "| |")
        )
    return "\n".join(lines) + "\n"


def local_trackers() -> str:
    """A row for each tracker with a server that is a program."""
    lines = ["| Tracker | `command = [..]` | What else |", "|---|---|---|"]
    for tracker in LOCAL_TRACKERS:
        named = {name: _filled(tracker, value) for name, value in tracker.env.items()}
        also = [f"`env = {_inline(named)}`"] if named else []
        also += [f'`cwd = "{_filled(tracker, tracker.cwd)}"`'] if tracker.cwd else []
        also += _meanings(tracker, str(tracker.env))
        lines.append(f"| {tracker.caption} | `{json.dumps(tracker.command)}` | {': '.join(also)} |")
    return "\n".join(lines) + "\n"


def _address(tracker: KnownTracker) -> str:
    if tracker.url.startswith("{"):
        return next(blank.also for key, blank in tracker.blanks.items() if f"{{{key}}}" in tracker.url)
    also = [blank.also for key, blank in tracker.blanks.items() if blank.also and f"{{{key}}}" in tracker.url]
    return ", ".join([f"`{_filled(tracker, tracker.url)}`", *also])


def _third_line(tracker: KnownTracker, entrance: Entrance) -> str:
    """What a profile needs besides the address to log in in this way; empty: nothing."""
    default = OAuthSettings()
    oauth = {key: getattr(entrance.oauth, key) for key in OAuthSettings.__struct_fields__}
    oauth = {key: value for key, value in oauth.items() if value != getattr(default, key)}
    for name, values in (("headers", entrance.headers), ("oauth", oauth)):
        if values:
            filled = {k: _filled(tracker, v) if isinstance(v, str) else v for k, v in values.items()}
            return ": ".join([f"`{name} = {_inline(filled)}`", *_meanings(tracker, str(filled))])
    return ""


def _meanings(tracker: KnownTracker, text: str) -> list[str]:
    found = [says for name, says in tracker.secrets.items() if f"${{env:{name}}}" in text]
    return [", ".join(found)] if found else []


def _filled(tracker: KnownTracker, text: str) -> str:
    for key, blank in tracker.blanks.items():
        text = text.replace(f"{{{key}}}", blank.default or key)
    return text


def _inline(values: Mapping[str, Any]) -> str:
    return "{ " + ", ".join(f"{key} = {json.dumps(value)}" for key, value in values.items()) + " }"


def commands(group: click.Group, path: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command with its path (``local import``), the group itself included."""
    yield path.strip(), group
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}".strip(), command


def _option_cells(option: click.Option) -> str:
    choices = option.type.choices if isinstance(option.type, click.Choice) else ()
    value = "" if option.is_flag or option.count else option.metavar or ("F" if choices else option.human_readable_name)
    names = ", ".join(f"`{name}`" for name in option.opts)
    shown = f"{names[:-1]} {value}`" if value else names
    meaning = re.sub(r"(\$\{[^}]*\})", r"`\1`", " ".join((option.help or "").split()))
    return f"{shown}\0{meaning} {', '.join(f'`{choice}`' for choice in choices)}".rstrip().replace("|", r"\|")


def _caption(criterion: Criterion) -> str:
    return criterion.caption or criterion.name


def _plain(words: str) -> str:
    return words.replace(" May be repeated.", "").partition("  [default")[0]


TABLES: dict[str, Callable[[], str]] = {
    "words": query_words,
    "options": options,
    "fields": fields,
    "keys": keys_markdown,
    "remote trackers": remote_trackers,
    "local trackers": local_trackers,
}
"""The tables by the name in their marks."""


if __name__ == "__main__":
    from tests.cli.manual import MANUAL, manual  # late: it is written from these tables

    README.write_text(with_tables(README.read_text(encoding="utf-8")), encoding="utf-8")
    MANUAL.write_text(manual(README.read_text(encoding="utf-8")), encoding="ascii")
