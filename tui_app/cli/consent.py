"""Showing a command so that a person can judge it, and asking about it.

Invariants: every byte that will run is shown, as it is written in the file; one argument takes one line, or several of
which each begins with a bar that no argument can forge; nothing in one acts on the terminal; the question comes last.
"""

from __future__ import annotations

import os
import shlex
import sys
import termios
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import click
from msgspec.structs import asdict, replace

from tui_app.cli.output import to_terminal, warn
from tui_app.settings.mcp_json import Input
from tui_app.settings.model import Settings
from tui_app.settings.profiles import Profile
from tui_app.settings.trust import TrustedTarget, TrustStore, forbidden_reference, needs_trust, program_path, target_of
from tui_app.tickets.clock import Clock
from tui_app.tickets.errors import ConfigError
from tui_app.tickets.text import clean
from tui_app.ui.rendering.cells import ELLIPSIS, cut, width_of

_MOST_CHARACTERS = 4000
"""Of one value: what is longer than a screen is not read, and so not judged."""
_MOST_ROWS = 400
_LABEL = 14  # cells
_BAR = "│ "
_NO_TERMINAL = os.terminal_size((10_000, 10_000))  # nothing is parted where nobody could mistake a line for another
_MOST_OF_A_NAME = 60  # cells of a program or profile, and
_MOST_OF_A_PATH = 120  # of a path, in the question
_NARROWEST = 40
_QUESTION_ROWS = 5
_RIGHT_TO_LEFT = ("R", "AL", "AN")
_BLANK_YET_PRINTABLE = "\u2800\u3164\uffa0"
_COMBINING = ("Mn", "Me", "Mc")
NOT_CONFIRMED = "This command was not confirmed"
"""Title of the error; its cause shows the whole command, and is not masked."""


def visible(text: str) -> str:
    """``text`` on one line, with a mark for whatever acts on a terminal, hides, overlays or changes the order."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(map(_visible_character, text))


def _visible_character(character: str) -> str:
    if character < " ":
        return chr(0x2400 + ord(character))  # the control's picture
    marked = clean(character)
    if marked not in (character, "\n"):
        return marked
    if (
        not character.isprintable()
        or character in _BLANK_YET_PRINTABLE
        or unicodedata.category(character) in _COMBINING
        or unicodedata.bidirectional(character) in _RIGHT_TO_LEFT
    ):
        return f"<U+{ord(character):04X}>"
    return character


def judged_command(profile: Profile) -> str:
    """The whole command, or the address, on one line, as it is written."""
    if profile.url:
        return visible(profile.url)
    return " ".join(shlex.quote(visible(word)) for word in profile.command)


def listing(profile: Profile) -> Iterator[tuple[str, str]]:
    """Everything that using a profile means, as label and value; nothing of it is masked."""
    target = target_of(profile)
    yield from _address(profile) if profile.url else _command(profile, Path(target.folder))
    for name, value in profile.env.items():
        yield "variable", f"{visible(name)}={shlex.quote(visible(value)) if value else ''}"
    for what, argv in zip(("login check", "login"), target.logins, strict=False):
        if argv:
            yield what, " ".join(shlex.quote(visible(word)) for word in argv)


def _command(profile: Profile, folder: Path) -> Iterator[tuple[str, str]]:
    program, *arguments = profile.command
    yield "program", shlex.quote(visible(program))
    path = program_path(profile, folder)
    if path is not None and str(path) != program:
        yield "  found as", visible(str(path))
    for number, argument in enumerate(arguments, 1):
        yield f"argument {number}", shlex.quote(visible(argument))
    yield "folder", visible(str(folder))


def _address(profile: Profile) -> Iterator[tuple[str, str]]:
    yield "address", visible(profile.url)
    for name, value in profile.headers.items():
        yield "header", f"{visible(name)}: {visible(value)}"
    for table, settings in (("tls", profile.tls), ("oauth", profile.oauth)):
        for key, value in asdict(settings).items():
            if value:
                yield table, f"{key}={visible(' '.join(value) if isinstance(value, tuple) else str(value))}"


def answers_of(inputs: Sequence[Input]) -> Iterator[tuple[str, str]]:
    """What a file itself has to fill into a command, as label and value."""
    for wanted in inputs:
        label = f"input {visible(wanted.id)}"
        for value in dict.fromkeys((wanted.default, *wanted.options)):
            if value:
                yield cut(label, _LABEL - 1), shlex.quote(visible(value))


def too_long(profile: Profile, inputs: Sequence[Input] = ()) -> str:
    """Why the profile cannot be judged by reading; empty if it can."""
    rows = [*listing(profile), *answers_of(inputs)]
    for label, value in rows:
        if len(value) > _MOST_CHARACTERS:
            return (
                f"its {label.strip()} has {len(value):,} characters, more than the {_MOST_CHARACTERS:,} that are shown"
            )
    if len(rows) > _MOST_ROWS:
        return f"it has {len(rows):,} arguments and variables, more than the {_MOST_ROWS} that are shown"
    return ""


def listed(profile: Profile, width: int | None = None, inputs: Sequence[Input] = ()) -> list[str]:
    """`listing` as rows of at most ``width`` cells (default: the terminal's); each row of a value begins with a bar."""
    room = max(width or _terminal_size().columns, _NARROWEST) - _LABEL - len(_BAR) - 1
    rows: list[str] = []
    for label, value in (*listing(profile), *answers_of(inputs)):
        pieces = [*_pieces(value, room)] or [""]
        rows.append(f"{label:<{_LABEL}}{_BAR}{pieces[0]}")
        rows += (f"{'':<{_LABEL}}{_BAR}{piece}" for piece in pieces[1:])
    return rows


def allowed_settings(settings: Settings, selected: Profile, clock: Clock) -> Settings:
    """``settings`` without the profiles that may not be run; asks the user about the selected one if need be.

    Raises:
        ConfigError: the user refused, or cannot be asked.
    """
    if not needs_trust(settings.source):
        return settings
    store, foreign = TrustStore(clock), str(settings.source)
    if selected.source == foreign and not store.is_trusted(selected):
        target = target_of(selected)
        ask(selected, target)
        store.trust(selected, target)
    allowed = {
        name: profile
        for name, profile in settings.profiles.items()
        if profile.source != foreign or store.is_trusted(profile)
    }
    left_out = (visible(name) for name in settings.profiles if name not in allowed)
    notices = (
        f"Profile {name} of {visible(foreign)} is not confirmed yet. "
        f"To confirm it: ticketdeck --config {visible(shlex.quote(foreign))} -p {name}"
        for name in left_out
    )
    return replace(settings, profiles=allowed, notices=(*settings.notices, *store.notices, *notices))


def ask(profile: Profile, target: TrustedTarget) -> None:
    """Show what ``profile`` runs, which is ``target``, and ask whether it may.

    Raises:
        ConfigError: the user did not say yes, nobody can be asked, it is too long to be judged, or it refers to what
            only the user's own config may.
    """
    forbidden, reason = forbidden_reference(profile), too_long(profile)
    if forbidden:
        raise ConfigError(
            f"Profile {profile.name} of {profile.source} uses {visible(forbidden)}, which only your own config may.",
            hint="Nothing was run. If you trust it, copy the profile to the file that `ticketdeck config path` prints.",
            title=NOT_CONFIRMED,
        )
    if reason:
        raise ConfigError(
            f"Profile {profile.name} of {profile.source} cannot be judged by reading it: {reason}.",
            hint="Nothing was run. Put what it does into a file of its own, and name that in the command.",
            title=NOT_CONFIRMED,
        )
    if not (to_terminal(sys.stdin) and to_terminal()):
        raise ConfigError(
            f"{visible(profile.source)} wants to {'connect with' if profile.url else 'run:'} {judged_command(profile)}",
            hint="Run the same command once in a terminal, where you can confirm it.",
            title=NOT_CONFIRMED,
        )
    name = _begin(visible(profile.name))
    head = f"{_end(visible(target.source))} is not your own ticketdeck config. Its profile {name} "
    head += f"{sends_token_to(profile)}:" if profile.url else "runs:"
    if not (show([head, *listed(profile)]) and answered_yes(_question(profile, target))):
        raise ConfigError(
            f"You did not allow the {'address' if profile.url else 'command'} of profile {profile.name}.",
            hint="Nothing was run or sent. To use another server, give -p PROFILE.",
            title=NOT_CONFIRMED,
        )


def _question(profile: Profile, target: TrustedTarget) -> str:
    if profile.url:
        what = sends_token_to(profile).replace("sends", "Send", 1)
        return f"{what}, as {_end(visible(target.source))} wants, now and in future? [y/n] "
    return f"Run {_start_of(profile, target)}, now and in future? [y/n] "


def question_of_adding(profile: Profile, verb: str) -> str:
    """Whether a profile is to be one of the user's own config, which runs unasked; ``verb`` is Add or Replace."""
    target = target_of(profile)
    name = _begin(visible(profile.name))
    if profile.url:
        return f"{verb} {name}, which {sends_token_to(profile)}, as {_end(visible(target.source))} wants? [y/n] "
    return f"{verb} {name}, which runs {_start_of(profile, target)}? [y/n] "


def _start_of(profile: Profile, target: TrustedTarget) -> str:
    count = len(profile.command) - 1
    return (
        f"{_begin(shlex.quote(visible(profile.command[0])))} with {count} argument{'' if count == 1 else 's'} "
        f"in {_end(visible(target.folder))}, as {_end(visible(target.source))} wants"
    )


def sends_token_to(profile: Profile) -> str:
    """What a profile does with the token it has or will get; follows the profile's name."""
    parts = urlsplit(profile.url)
    return f"sends your token to {visible(parts.scheme)}://{_end(visible(parts.netloc))}"


def _begin(name: str) -> str:
    return name if width_of(name) <= _MOST_OF_A_NAME else cut(name, _MOST_OF_A_NAME) + ELLIPSIS


def _end(path: str) -> str:
    """The last part of a path, which tells most; a longer one would push the question out of sight."""
    return path if len(path) <= _MOST_OF_A_PATH else ELLIPSIS + path[-_MOST_OF_A_PATH:]


def show(rows: list[str], *, paged: bool = True) -> bool:
    """Print the rows on the terminal, a screen at a time if ``paged``; False if the user stops."""
    page = max(_terminal_size().lines - _QUESTION_ROWS, _QUESTION_ROWS) if paged else max(len(rows), 1)
    for start in range(0, len(rows), page):
        if start and not answered_yes(f"{start} of {len(rows)} lines. Go on? [y/n] "):
            return False
        for row in rows[start : start + page]:
            warn(row)
    return True


def answered_yes(question: str) -> bool:
    """Ask on the terminal; only ``y`` or ``yes``, typed after the question was shown, is a yes."""
    return answered(question).lower() in ("y", "yes")


def answered(question: str) -> str:
    """What was typed on the terminal after ``question`` was shown."""
    termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)
    sys.stderr.write("\n".join(_pieces(question, max(_terminal_size().columns, _NARROWEST) - 1)))
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def chosen(wanted: Input) -> str:
    """What the user answers to an input; nothing that the file says about it acts on the terminal."""
    question = cut(visible(" ".join(wanted.description.split())), _MOST_OF_A_NAME)
    if not wanted.options:
        shown = f"{question} [{visible(wanted.default)}]" if wanted.default else question
        return str(click.prompt(shown, default=wanted.default, show_default=False, err=True))
    options = {visible(option): option for option in wanted.options}
    default = visible(wanted.default or wanted.options[0])
    return options[str(click.prompt(question, type=click.Choice([*options]), default=default, err=True))]


def _terminal_size() -> os.terminal_size:
    try:
        return os.get_terminal_size(sys.stderr.fileno())
    except (OSError, ValueError):
        return _NO_TERMINAL


def _pieces(value: str, room: int) -> Iterator[str]:
    """``value`` in pieces of at most ``room`` cells, parted at a blank where one is near."""
    while width_of(value) > room:
        piece = cut(value, room)
        blank = piece.rfind(" ") + 1
        if blank > len(piece) // 2:
            piece = piece[:blank]
        yield piece
        value = value[len(piece) :]
    if value:
        yield value
