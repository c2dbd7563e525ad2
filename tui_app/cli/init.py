"""``ticketdeck init``: asks which tracker and what it needs, shows the profile, and writes it into config.toml."""

from __future__ import annotations

import re
import shlex
import sys
from collections.abc import Callable
from functools import partial
from itertools import zip_longest

import click

from tui_app.cli.import_servers import secret_reference, without_secrets
from tui_app.cli.options import global_options, options_of
from tui_app.cli.output import EXIT_OK, echo, to_terminal, warn
from tui_app.cli.results import aligned_columns
from tui_app.settings.config_edit import add_profiles, has_default, profile_text
from tui_app.settings.expansion import shown_command
from tui_app.settings.known_trackers import LOCAL_TRACKERS, REMOTE_TRACKERS, Entrance, KnownTracker
from tui_app.settings.load import load_settings
from tui_app.settings.model import LOCAL_PROFILE, Settings
from tui_app.settings.paths import config_file
from tui_app.settings.profiles import Profile
from tui_app.settings.remote import check_header, check_url
from tui_app.settings.secrets import is_secret_name
from tui_app.tickets.clock import Clock
from tui_app.tickets.errors import UsageError
from tui_app.tickets.text import clean_line

_OTHERS = ("another command", "another address")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_VARIABLE = re.compile(r"[A-Za-z_]\w*")


@click.command()
@global_options
@click.pass_context
def init(context: click.Context) -> int:
    """Write a profile for a tracker, by a few questions.

    The profile is shown before it is added to config.toml. Nothing is connected to, and no secret is written: doctor
    checks the profile afterwards.
    """
    if not (to_terminal(sys.stdin) and to_terminal()):
        raise UsageError(
            "There is no terminal to ask at.",
            hint=f"Take a server over with `ticketdeck import FILE --yes`, or write the profile into {config_file()}.",
        )
    return add_asked_profile(options_of(context).clock)


def add_asked_profile(clock: Clock) -> int:
    """Ask, show, and write a profile; returns the exit code.

    Raises:
        ConfigError: config.toml holds a mistake, or cannot be written.
        click.Abort: the user went away; nothing is written.
    """
    settings = load_settings()
    tracker = _asked_tracker()
    profile = without_secrets(_asked_profile(tracker, settings), {}, ask=True)
    default = "" if has_default(config_file()) else _default(settings, profile.name)
    echo(f"\n{clean_lines(profile_text(profile))}\n")
    if not click.confirm(f"Write it to {config_file()}?", default=True, err=True):
        warn("Nothing was written.")
        return EXIT_OK
    add_profiles(config_file(), [profile], clock, default=default)
    echo(f"Written to {config_file()}.")
    if default:
        echo(f"Used where no profile is named: {default}.")
    echo(f"Check it: ticketdeck -p {profile.name} doctor")
    return EXIT_OK


def clean_lines(text: str) -> str:
    """``text`` line by line, without anything that acts on a terminal."""
    return "\n".join(map(clean_line, text.split("\n")))


def _default(settings: Settings, name: str) -> str:
    """The profile that is to be used where none is named: that in force, else the new one."""
    configured = any(profile.source == str(settings.source) for profile in settings.profiles.values())
    return settings.default if configured else name


def _asked_tracker() -> KnownTracker | str:
    """A known tracker, or one of `_OTHERS`."""
    trackers = (*REMOTE_TRACKERS, *LOCAL_TRACKERS)
    names = [f"{number:>2}  {name}" for number, name in enumerate((*(t.caption for t in trackers), *_OTHERS), 1)]
    half = (len(names) + 1) // 2  # two columns: the whole list and the question fit into 24 rows
    warn(aligned_columns([*zip_longest(names[:half], names[half:], fillvalue="")]).rstrip())
    answers: dict[str, KnownTracker | str] = {}
    for number, tracker in enumerate(trackers, 1):
        for word in (str(number), tracker.caption.casefold(), tracker.profile_name):
            answers.setdefault(word, tracker)
    for number, other in enumerate(_OTHERS, len(trackers) + 1):
        answers |= {str(number): other, other: other}

    def tracker_of(text: str) -> KnownTracker | str:
        if text.strip().casefold() not in answers:
            raise click.BadParameter(f"{text!r} is not one of these: give a number from 1 to {len(names)}.")
        return answers[text.strip().casefold()]

    found: KnownTracker | str = click.prompt("Which tracker (its number or name)", value_proc=tracker_of, err=True)
    return found


def _asked_profile(tracker: KnownTracker | str, settings: Settings) -> Profile:
    if isinstance(tracker, KnownTracker):
        warn(f"  {tracker.caption}: {tracker.url or shlex.join(tracker.command)}")
        name = _asked_name(tracker.profile_name, settings)
        return tracker.profile(name, _asked_entrance(tracker), partial(_filled, tracker, name, {}))
    name = _asked_name("work", settings)
    return _asked_command(name) if tracker == _OTHERS[0] else _asked_address(name)


def _asked_name(wish: str, settings: Settings) -> str:
    """A name for the profile; that of a present one only if the user agrees to replacing it."""
    former = {name: one for name, one in settings.profiles.items() if name != LOCAL_PROFILE}
    number = 2
    free = wish
    while free in former:
        free, number = f"{wish}-{number}", number + 1
    while True:
        name = _asked("What to call it", _is_name, default=free)
        if name not in former:
            return name
        warn(f"  {name} is in your config already: {clean_line(shown_command(former[name]))}")
        if click.confirm(f"  Replace {name}?", default=False, err=True):
            return name


def _asked_entrance(tracker: KnownTracker) -> Entrance:
    if len(tracker.entrances) == 1:
        return tracker.entrances[0]
    for number, entrance in enumerate(tracker.entrances, 1):
        warn(f"  {number}  {entrance.says}")
    choice = click.IntRange(1, len(tracker.entrances))
    return tracker.entrances[int(click.prompt("How to log in", type=choice, default=1, err=True)) - 1]


def _filled(tracker: KnownTracker, name: str, known: dict[str, str], text: str) -> str:
    """``text`` with its blanks as the user says, and each secret as a reference; each is asked about once."""
    for key, blank in tracker.blanks.items():
        mark = f"{{{key}}}"
        if mark in text:
            if key not in known:
                check = partial(_check_filled, text, mark)
                known[key] = _asked(blank.asks, check, default=blank.default or None)
            text = text.replace(mark, known[key])
    for variable, sentence in tracker.secrets.items():
        reference = f"${{env:{variable}}}"
        if reference in text:
            if variable not in known:
                why = f"{variable} has to be {sentence}"
                known[variable] = secret_reference(variable, name, why, ask=True)
            text = text.replace(reference, known[variable])
    return text


def _check_filled(text: str, mark: str, value: str) -> None:
    """An answer that stands within an address must be a part of one, and an address must be one."""
    _is_text(value)
    if "${" in value:
        return
    if text != mark and re.search(r"[\s/:@?#]", value):
        raise ValueError(f"only what stands for {mark[1:-1]} in {text} is wanted")
    if text.startswith(("https://", "{ADDRESS}")):
        check_url(text.replace(mark, value))


def _asked_command(name: str) -> Profile:
    command = shlex.split(_asked("The command that starts the server, as in a shell", _check_command))
    says = "The variables that it needs, by name and with spaces between (none: enter)"
    names = _asked(says, _check_variables, default="").split()
    return Profile(
        name=name, command=tuple(command), env={variable: _asked_value(variable, name) for variable in names}
    )


def _asked_value(variable: str, name: str) -> str:
    if is_secret_name(variable):
        why = f"{variable} has to be what the server's documentation says of it"
        return secret_reference(variable, name, why, ask=True)
    return _asked(f"The value of {variable}", _is_text)


def _asked_address(name: str) -> Profile:
    url = _asked("The server's address", check_url)
    says = "The header that takes a token, such as Authorization (a login in the web browser: enter)"
    header = _asked(says, _check_header_name, default="")
    if not header:
        return Profile(name=name, url=url)
    bearer = header.casefold() == "authorization"
    variable = re.sub(r"\W+", "_", f"{name}_{'token' if bearer else header}").upper()
    why = f"{variable} has to be the token{', without the word Bearer' if bearer else ''}"
    reference = secret_reference(variable, name, why, ask=True)
    return Profile(name=name, url=url, headers={header: f"Bearer {reference}" if bearer else reference})


def _asked(question: str, check: Callable[[str], None], *, default: str | None = None) -> str:
    """What the user types, once ``check`` does not raise a ValueError for it."""

    def checked(text: str) -> str:
        text = text.strip()
        try:
            check(text)
        except ValueError as error:
            raise click.BadParameter(f"{text!r} does not do: {error}.") from None
        return text

    return str(click.prompt(question, default=default, value_proc=checked, show_default=bool(default), err=True))


def _is_text(text: str) -> None:
    if not text or not text.isprintable():
        raise ValueError("at least one visible character is needed")


def _is_name(text: str) -> None:
    if not _NAME.fullmatch(text):
        raise ValueError("a name is letters, digits, dots and dashes")
    if text == LOCAL_PROFILE:
        raise ValueError("that is the embedded tracker's name")


def _check_command(text: str) -> None:
    _is_text(text)
    if not shlex.split(text):
        raise ValueError("a program is needed")


def _check_variables(text: str) -> None:
    for name in text.split():
        if not _VARIABLE.fullmatch(name):
            raise ValueError(f"{name} is not a variable's name")


def _check_header_name(text: str) -> None:
    if text:
        check_header(text, "x")
