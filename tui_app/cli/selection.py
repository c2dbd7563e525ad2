"""Profile selection and consent: which server this run uses, whether it may be run, and the start of its process.

Invariant: a command from a file that the user did not write is run only after the user was shown it and agreed.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui_app.cli.global_options import GlobalOptions
from tui_app.cli.output import error_lines
from tui_app.settings.load import last_trackers, load_settings, load_usable_settings
from tui_app.settings.model import Settings, default_settings
from tui_app.settings.paths import config_file, config_is_own
from tui_app.settings.profiles import Profile
from tui_app.tickets.clock import Clock
from tui_app.tickets.errors import ConfigError, UsageError
from tui_app.worker.backend import real_backend
from tui_app.worker.prestart import Prestarts

COMMAND_PROFILE = "command"
"""Name of the profile that ``--command`` makes."""
URL_PROFILE = "url"
"""Name of the profile that ``--url`` makes."""

READ_ONLY_VARIABLE = "TICKETDECK_READ_ONLY"
"""Set to anything but 0: nothing is changed on any tracker."""

_VARIABLE = re.compile(r"[A-Za-z_]\w*")


class Selection(Struct, frozen=True):
    """All settings, and the profile that this run uses."""

    settings: Settings
    profile: Profile
    also: tuple[str, ...] = ()
    """What the browser and a search look into as well, into one table; in the order of all, with ``profile``."""

    @property
    def names(self) -> tuple[str, ...]:
        """All profiles that are searched."""
        return self.also or (self.profile.name,)


def select(options: GlobalOptions) -> Selection:
    """Read the config and apply the command line's options. Nothing of it may be run before `with_consent`.

    Raises:
        ConfigError: the config is broken.
        UsageError: the options are wrong, or there is no such profile.
    """
    return _with_options(load_settings(Path(options.config) if options.config else None), options)


def select_for_browser(options: GlobalOptions) -> Selection:
    """Like `select`, with the trackers of the last time where none is named.

    Where the user's own config holds a mistake: without what it is in, else the embedded tracker; it is a notice.
    """
    try:
        settings = load_settings(Path(options.config) if options.config else None)
    except ConfigError as error:
        if options.config:
            raise
        settings = _in_spite_of(error, options)
    selection = _with_options(settings, options)
    names = () if names_a_server(options) else last_trackers(settings)
    if not names:
        return selection
    first = selection.settings.profiles[names[0]]
    return Selection(selection.settings.with_profile(first), first, names if len(names) > 1 else ())


def usable_settings(options: GlobalOptions) -> Settings:
    """What can be used of the config, whatever is broken in it."""
    try:
        return load_settings(Path(options.config) if options.config else None)
    except ConfigError as error:
        try:
            return load_usable_settings()
        except ConfigError:
            return default_settings((" ".join(error_lines(error)),))


def _in_spite_of(error: ConfigError, options: GlobalOptions) -> Settings:
    """What can be used of the user's own config, which is broken.

    Raises:
        ConfigError: a profile is named that it does not give.
    """
    settings = usable_settings(options)
    named = options.profile or tuple(filter(None, [os.environ.get("TICKETDECK_PROFILE")]))
    is_of_the_config = options.command is None and options.url is None
    if is_of_the_config and not {*named} <= {*settings.profiles}:
        raise error
    return settings


def names_a_server(options: GlobalOptions) -> bool:
    """Whether the command line, or the environment, says which server is meant or how to reach it."""
    said = (options.profile, options.command, options.url, options.adapter, options.env, options.header)
    return any(said) or "TICKETDECK_PROFILE" in os.environ


def only_tracker(selection: Selection) -> Selection:
    """``selection``, which must be of one tracker: an id of another one might be a ticket here, too.

    Raises:
        UsageError: it is of several.
    """
    if len(selection.names) > 1:
        raise UsageError(
            f"Several trackers are selected ({', '.join(selection.names)}), and a change is made in one.",
            hint="Name it: -p PROFILE.",
            field="profile",
        )
    return selection


def with_consent(selection: Selection, clock: Clock) -> Selection:
    """``selection`` without the profiles that may not be run; asks the user about the selected one if need be.

    Raises:
        ConfigError: the user refused, or there is no terminal to ask at.
    """
    source = selection.settings.source
    if source is None or (source == config_file() and config_is_own()):
        return selection
    from tui_app.cli.consent import allowed_settings  # late: only for files that are not the user's own

    allowed = allowed_settings(selection.settings, selection.profile, clock)
    return Selection(allowed, selection.profile, tuple(name for name in selection.also if name in allowed.profiles))


def start_server(selection: Selection, clock: Clock, *, with_others: bool = False) -> Prestarts:
    """Start the selected profile's server, so that it gets ready while the rest of the program is imported.

    ``with_others``: also those that are searched together with it.
    """
    prestarts, spawn = Prestarts(), real_backend(clock).spawn
    for name in selection.names if with_others else (selection.profile.name,):
        prestarts.start(selection.settings.profiles[name], spawn)
    return prestarts


def _with_options(settings: Settings, options: GlobalOptions) -> Selection:
    """``settings`` with what the command line adds."""
    given = {"profile": options.profile or None, "command": options.command, "url": options.url}
    chosen = [name for name, value in given.items() if value is not None]
    if len(chosen) > 1:
        pair = f"--{chosen[0]} and --{chosen[1]}"
        raise UsageError(f"{pair} exclude each other.", hint="Give one of them.", field=chosen[1])
    also: tuple[str, ...] = ()
    if options.command is not None:
        profile = Profile(name=COMMAND_PROFILE, command=_command_words(options.command))
    elif options.url is not None:
        profile, notices = _url_profile(options.url)
        settings = replace(settings, notices=(*settings.notices, *notices))
    else:
        named = [settings.profile(name) for name in options.profile] or [settings.profile()]
        profile = named[-1]
        also = _together(settings, options, named)
    if options.adapter:
        profile = replace(profile, adapter=options.adapter)
    if options.env:
        profile = _with_variables(profile, options.env)
    if options.header:
        profile = _with_headers(profile, options.header)
    if options.write:
        if options.command is None and options.url is None:
            raise UsageError(
                "--write is for --command and --url.",
                hint=f'Write mode = "ask" below [profiles.{profile.name}.write] in {config_file()} instead.',
                field="write",
            )
        profile = replace(profile, write=replace(profile.write, mode="ask"))
    reason = _why_read_only(settings, options)
    if not reason:
        return Selection(settings.with_profile(profile), profile, also)
    guarded = {name: replace(other, read_only=reason) for name, other in settings.profiles.items()}
    profile = replace(profile, read_only=reason)
    return Selection(replace(settings, profiles=guarded).with_profile(profile), profile, also)


def _together(settings: Settings, options: GlobalOptions, named: Sequence[Profile]) -> tuple[str, ...]:
    """The profiles to search into one table: all that are named, else the default ones; empty: one alone."""
    if options.profile:
        names = tuple(dict.fromkeys(profile.name for profile in named))
    else:
        names = settings.together if named[0].name == settings.default else ()
    return names if len(names) > 1 else ()


def _why_read_only(settings: Settings, options: GlobalOptions) -> str:
    """What makes this run read-only; any one of three does."""
    if options.read_only:
        return "--read-only"
    if os.environ.get(READ_ONLY_VARIABLE, "") not in ("", "0"):
        return READ_ONLY_VARIABLE
    return f"[ui] read_only in {settings.source}" if settings.ui.read_only else ""


def _url_profile(url: str) -> tuple[Profile, tuple[str, ...]]:
    """The profile of ``--url``, and what is to be said about the address."""
    from tui_app.settings import remote  # late: most servers are programs

    try:
        remote.check_url(url)
    except ValueError as error:
        raise UsageError(
            f"--url: {error}.", hint="For example: --url https://mcp.example.com/mcp", field="url"
        ) from None
    sentence = remote.unencrypted(url)
    return Profile(name=URL_PROFILE, url=url), (f"--url: {sentence}",) if sentence else ()


def _with_headers(profile: Profile, headers: tuple[str, ...]) -> Profile:
    """``profile`` with the headers of ``--header``, which replace its own of the same names."""
    from tui_app.settings.remote import header_of  # late: most servers are programs

    if not profile.url:
        raise UsageError(
            f"--header is for a server at an address, and {profile.name} is a program.",
            hint="Give --url, or a profile with a url.",
            field="header",
        )
    try:
        added = dict(map(header_of, headers))
    except ValueError as error:
        raise UsageError(
            f"--header: {error}.", hint="For example: --header 'Authorization: Bearer ${env:TOKEN}'", field="header"
        ) from None
    replaced = {name.lower() for name in added}
    kept = {name: value for name, value in profile.headers.items() if name.lower() not in replaced}
    return replace(profile, headers={**kept, **added})


def _with_variables(profile: Profile, variables: tuple[str, ...]) -> Profile:
    if profile.url:
        raise UsageError(
            f"--env is for a server that is a program, and {profile.name} is an address.", hint="", field="env"
        )
    return replace(profile, env={**profile.env, **dict(map(_variable, variables))})


def _command_words(command: str) -> tuple[str, ...]:
    """``--command`` split as a shell would split it; no shell is involved."""
    import shlex

    example = "For example: --command 'npx -y @modelcontextprotocol/server-github'."
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"--command cannot be split into words: {error}.", hint=example, field="command") from None
    if not words:
        raise UsageError("--command is empty.", hint=example, field="command")
    return words


def _variable(assignment: str) -> tuple[str, str]:
    """Name and value of one ``--env`` as a profile holds them; ``NAME`` alone refers to the user's own variable."""
    name, equals, value = assignment.partition("=")
    if not _VARIABLE.fullmatch(name):
        raise UsageError(
            f"--env: {name!r} is not a valid variable name.", hint="Give NAME=VALUE, or NAME.", field="env"
        )
    return name, value.replace("${", "$${") if equals else f"${{env:{name}}}"
