"""``ticketdeck import``: shows each server of another program's file, asks, keeps secrets out, writes config.toml."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from urllib.parse import urlsplit

import click
from msgspec.structs import replace

from tui_app.cli.consent import answered_yes, chosen, listed, question_of_adding, show, too_long, visible
from tui_app.cli.options import global_options, options_of
from tui_app.cli.output import EXIT_OK, echo, to_terminal, warn
from tui_app.processes.family import run
from tui_app.settings.config_edit import add_profiles, has_default
from tui_app.settings.expansion import shown_command
from tui_app.settings.keyring import keyring_command
from tui_app.settings.known_trackers import TRACKER_WORDS
from tui_app.settings.load import load_settings
from tui_app.settings.mcp_json import (
    PROGRAMS,
    FoundServer,
    FoundServers,
    Input,
    known_files,
    read_servers,
    with_answers,
)
from tui_app.settings.model import LOCAL_PROFILE, Settings
from tui_app.settings.paths import config_file
from tui_app.settings.profiles import Profile
from tui_app.settings.references import INPUT, literal, references
from tui_app.settings.remote_entries import without_wrapper
from tui_app.settings.secrets import QUERY_VALUE, holds_secret, named_arguments
from tui_app.settings.trust import folder_that_counts
from tui_app.tickets.errors import ConfigError, UsageError
from tui_app.tickets.text import clean_line

_KEYRING_SERVICE = "ticketdeck"
_SCHEME = re.compile(r"[A-Za-z][\w-]*[ ]+(?:[A-Za-z_]{1,20}=(?=[^\s=]))?(?=\S)")  # `=` at a token's end belongs to it
"""What stands before the token in an Authorization header: ``Bearer``, ``Token token=``."""
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_FOLDERS_OF_SCRIPT = 3
_CODE_OPTION = re.compile(r"-\w{0,3}[ce]|--eval")
"""What stands before an argument that a shell or an interpreter runs."""
_CODE = re.compile(r"[\s;&|`]|\$\(")
_HEADER_OPTION = "--header"
_HEADER = re.compile(r"(?P<name>[\w-]+):\s*(?:(?:Bearer|Basic|Token)\s+)?(?P<value>\S+)", re.IGNORECASE)
"""A header whose name a program such as mcp-remote has to see, and whose value it fills in itself."""


@click.command("import")
@click.argument("files", metavar="[FILE]..", nargs=-1)
@click.option("--yes", is_flag=True, help="Add every server without asking; secrets become ${env:NAME}.")
@click.option("--replace", "overwrite", is_flag=True, help="Replace profiles that differ from the file's servers.")
@global_options
@click.pass_context
def import_(context: click.Context, files: tuple[str, ...], yes: bool, overwrite: bool) -> int:
    """Add servers from another program's mcp.json.

    FILE is that of Claude Desktop, Claude Code, Cursor, VS Code, Windsurf, Zed, Codex or opencode; without FILE, those
    that exist are read.
    Each command is shown, and you are asked before it is added to config.toml. Secrets in plain text are not copied.
    A second import of the same file changes nothing.
    """
    found = _found(files)
    if not yes and not (to_terminal(sys.stdin) and to_terminal()):
        raise UsageError("There is no terminal to ask at.", hint="Give --yes to add every server in the file.")
    settings = load_settings()
    accepted: dict[str, Profile] = {}
    taken: dict[str, str] = {}
    for server in sorted(found.servers, key=lambda server: not _is_tracker(server.profile)):
        profile = _accepted(server, settings, taken, ask=not yes, overwrite=overwrite)
        if profile is not None:
            accepted[profile.name] = profile
    if not accepted:
        warn("Nothing was added.")
        return EXIT_OK
    default = "" if has_default(config_file()) else _default(settings, accepted, ask=not yes)
    add_profiles(config_file(), accepted.values(), options_of(context).clock, default=default)
    _report(accepted, default)
    return EXIT_OK


def _found(files: Sequence[str]) -> FoundServers:
    """The servers of ``files``, or of the other programs' files that exist; prints what each file has.

    Raises:
        ConfigError: one of ``files`` cannot be read.
        UsageError: there is no file.
    """
    paths = [Path(file) for file in files] or known_files()
    if not paths:
        raise UsageError(f"No file of {PROGRAMS} was found.", hint="Give one as FILE.")
    found = FoundServers()
    for path in paths:
        try:
            servers = read_servers(path)
        except ConfigError as error:
            if files:
                raise
            warn(error.cause)  # Claude Code's file, for example, is there before any server is
            continue
        _announce(path, servers)
        for server in servers.servers:
            found.add(server)
    return found


def _report(accepted: Mapping[str, Profile], default: str) -> None:
    echo(f"Added to {config_file()}: {', '.join(accepted)}.")
    if default:
        echo(f"Used where no profile is named: {default}.")
    trackers = [name for name, profile in accepted.items() if name == default or _is_tracker(profile)]
    if trackers:
        echo(f"Try it: ticketdeck -p {trackers[0]} doctor")
    else:
        echo("Whether one of them is a tracker: ticketdeck -p PROFILE doctor")


def _announce(file: Path, found: FoundServers) -> None:
    count = len(found.servers)
    warn(f"{visible(str(file))}: {count} {'server' if count == 1 else 'servers'} that ticketdeck can use.")
    for name, reason in found.skipped.items():
        warn(f"  {visible(name)} is skipped: {visible(reason)}.")


def _is_tracker(profile: Profile) -> bool:
    """Whether the names in a profile are those of a tracker. Only a guess: no server is started by importing."""
    places = [profile.name, *profile.env, *(piece for word in profile.command for piece in _names_in(word))]
    parts = urlsplit(profile.url)
    words = " ".join((*places, parts.netloc, parts.path))
    return not TRACKER_WORDS.isdisjoint(word.lower() for word in _WORD.findall(words))


def _names_in(word: str) -> Sequence[str]:
    """What of a word of a command names a program: a package without its scope, an image, a file and its folders."""
    if word.startswith(("/", "~", ".")):  # a folder that the server is to read says nothing about the server
        return word.split("/")[-_FOLDERS_OF_SCRIPT:] if PurePath(word).suffix else ()
    return word.split("/")[-1:]


def _accepted(
    server: FoundServer, settings: Settings, taken: dict[str, str], *, ask: bool, overwrite: bool
) -> Profile | None:
    """The profile to write, with inputs answered and secrets replaced by references; None: nothing is to be written."""
    profile = _in_its_folder(server.profile)
    former = settings.profiles.get(profile.name)
    if former is not None and any(_is_same(found, former) for found in (profile, *_directly(profile))):
        warn(f"\n{profile.name} is in your config already, and is left as it is.")
        return None
    rows = ["", f"{profile.name} ({visible(profile.source)}):"]
    if former is not None:
        rows.append(f"  now:       {visible(shown_command(former))}")
    reason = too_long(profile, server.inputs)
    if reason:
        warn(f"{profile.name} is left out: {reason}.")
        return None
    rows += [f"  {row}" for row in listed(profile, inputs=server.inputs)]
    rows += [f"  note: {note}" for note in server.notes]
    if not show(rows, paged=ask):
        return None
    if reason := _secret_in_code(profile):
        warn(f"{profile.name} is left out: {reason}.")
        return None
    if not _is_wanted(profile, former, ask=ask, overwrite=overwrite):
        return None
    profile = _direct(profile, ask=ask)
    answers = {input_.id: _answer(input_, profile, ask=ask) for input_ in server.inputs}
    return without_secrets(_filled(profile, answers), taken, ask=ask)


def _in_its_folder(profile: Profile) -> Profile:
    """``profile`` with the folder that it is shown with, where that decides what is run: it will run unasked."""
    folder = folder_that_counts(profile)
    return profile if folder is None else replace(profile, cwd=literal(str(folder)))


def _secret_in_code(profile: Profile) -> str:
    """Why a secret in plain text cannot be taken out of the command; empty: there is none, or it can be."""
    former = ""
    for number, ((name, value), word) in enumerate(zip(named_arguments(profile.command), profile.command, strict=True)):
        named = _CODE_OPTION.fullmatch(former) or (word != value and not word.startswith("-"))
        if named and _CODE.search(word) and holds_secret(name, value):
            return (
                f"its argument {number} is code with a secret in plain text; put the secret under env, and refer to it"
            )
        former = word
    return ""


def _direct(profile: Profile, *, ask: bool) -> Profile:
    """``profile``; as one of an address where its program only leads to that, and the user agrees."""
    found = without_wrapper(profile)
    if found is None:
        return profile
    direct, notes = found
    warn(f"  note: it is only reached through mcp-remote; ticketdeck can connect with {clean_line(direct.url)} itself.")
    warn("  note: then no Node.js is needed, and its login is that of `ticketdeck login`, not mcp-remote's.")
    for note in notes:
        warn(f"  note: {clean_line(note)}")
    return direct if not ask or click.confirm("  Connect directly?", default=True, err=True) else profile


def _directly(profile: Profile) -> Sequence[Profile]:
    found = without_wrapper(profile)
    return () if found is None else (found[0],)


def _is_wanted(profile: Profile, former: Profile | None, *, ask: bool, overwrite: bool) -> bool:
    if ask:
        return answered_yes(question_of_adding(profile, "Replace" if former else "Add"))
    if former is not None and not overwrite:
        warn("  Your profile of that name differs, and is left as it is. --replace replaces it.")
        return False
    return True


def _is_same(found: Profile, former: Profile) -> bool:
    """Whether ``former`` is what importing ``found`` once wrote: equal but for answers and secrets."""
    if (len(found.command), found.env.keys(), found.headers.keys()) != (
        len(former.command),
        former.env.keys(),
        former.headers.keys(),
    ):
        return False
    named = named_arguments(found.command)
    values = [(name, new, old) for (name, _), new, old in zip(named, found.command, former.command, strict=True)]
    for new, old in ((found.env, former.env), (found.headers, former.headers)):
        values += [(name, value, old[name]) for name, value in new.items()]
    values += [("", found.cwd or "", former.cwd or ""), ("", found.url, former.url)]
    return all(_is_same_value(name, new, old) for name, new, old in values)


def _is_same_value(name: str, found: str, former: str) -> bool:
    if any(reference.kind == INPUT for reference in references(found)):
        return True  # whatever was answered
    return found == former or (holds_secret(name, found.removeprefix(f"{name}=")) and any(references(former)))


def _default(settings: Settings, accepted: Mapping[str, Profile], *, ask: bool) -> str:
    """The profile to use where none is named: the present one, else a tracker, else the embedded one."""
    configured = [name for name, profile in settings.profiles.items() if profile.source == str(settings.source)]
    trackers = [name for name, profile in accepted.items() if _is_tracker(profile)]
    likeliest = settings.default if configured else next(iter(trackers), LOCAL_PROFILE)
    if not ask:
        return likeliest
    choices = click.Choice([*dict.fromkeys((likeliest, *accepted, *settings.profiles, LOCAL_PROFILE))])
    return str(click.prompt("Which one to use where none is named", type=choices, default=likeliest, err=True))


def _answer(wanted: Input, profile: Profile, *, ask: bool) -> str:
    """The value of an input in the config; a secret only as a reference."""
    variable = _variable_of(f"${{input:{wanted.id}}}", profile) or _as_variable(wanted.id)
    if wanted.password:
        return secret_reference(variable, profile.name, clean_line(wanted.description), ask=ask)
    if not ask:
        return literal(wanted.default) or f"${{env:{variable}}}"
    answer = chosen(wanted)
    from_the_file = wanted.options or answer == wanted.default
    return literal(answer) if from_the_file else answer  # what the user typed may be a reference


def _filled(profile: Profile, answers: Mapping[str, str]) -> Profile:
    def fill(value: str) -> str:
        return with_answers(value, answers)

    try:
        filled = _changed(profile, lambda _, __, whole: fill(whole))
        return replace(filled, url=fill(profile.url), cwd=fill(profile.cwd) if profile.cwd else None)
    except ValueError as error:
        raise UsageError(f"An answer for {profile.name} cannot be used: {error}.") from None


def without_secrets(profile: Profile, taken: dict[str, str], *, ask: bool) -> Profile:
    """``profile`` with plain-text secrets replaced by references; prints where to put each secret.

    ``taken`` holds the variables named so far, with the values that they stand for: none stands for two.
    """

    def safe(name: str, value: str, whole: str) -> str:
        if not holds_secret(name, value):
            return whole
        scheme = _SCHEME.match(value) if name in profile.headers else None
        if scheme:  # only the token behind it is secret
            value = value[scheme.end() :]
        header = _HEADER.fullmatch(value) if name == _HEADER_OPTION else None
        if header:
            name, value = header["name"], header["value"]
        is_own = name.isidentifier() and not header and name not in profile.headers
        variable = name if is_own and value != profile.oauth.client_secret else ""
        other = f"{profile.name}_{name or 'secret'}"
        while not variable or taken.setdefault(_as_variable(variable), value) != value:
            variable, other = other, f"{other}_2"
        why = f"{name or 'A word of the command'} is in plain text"
        means = f" to what follows {scheme[0].strip()!r} in it" if scheme else ""
        reference = secret_reference(_as_variable(variable), profile.name, why, ask=ask, means=means)
        return whole.removesuffix(value) + reference

    return _changed(profile, safe)


def _changed(profile: Profile, change: Callable[[str, str, str], str]) -> Profile:
    """``profile`` with every text that may hold a secret or an input as ``change(name, value, whole)`` makes it."""
    named = zip(named_arguments(profile.command), profile.command, strict=True)
    secret = profile.oauth.client_secret
    return replace(
        profile,
        command=tuple(change(name, value, whole) for (name, value), whole in named),
        env={name: change(name, value, value) for name, value in profile.env.items()},
        headers={name: change(name, value, value) for name, value in profile.headers.items()},
        url=QUERY_VALUE.sub(lambda part: change(part["name"], part["value"], part[0]), profile.url),
        oauth=replace(profile.oauth, client_secret=change("client_secret", secret, secret)),
    )


def secret_reference(variable: str, profile: str, why: str, *, ask: bool, means: str = "") -> str:
    """A reference for a secret: to the keyring, if there is one and the user agrees, else to a variable.

    ``means`` follows the variable's name where its value is only a part of the text in the file.
    """
    argv = keyring_command("set", _KEYRING_SERVICE, f"{profile}-{variable}")
    if ask and argv is not None:
        warn(f"  {why}. Secrets are not copied to the config.")
        if means:
            warn(f"  Set it{means}.")
        if click.confirm(f"  Store {variable} in the keyring ({argv[0]} asks for it)?", default=True, err=True):
            if run(argv)[0] == 0:
                return f"${{keyring:{_KEYRING_SERVICE}/{profile}-{variable}}}"
            warn(f"  {argv[0]} did not store it.")
    warn(f"  {why}: set the environment variable {variable}{means} before you start ticketdeck.")
    return f"${{env:{variable}}}"


def _variable_of(placeholder: str, profile: Profile) -> str:
    """The variable whose whole value is ``placeholder``; empty if there is none."""
    return next((name for name, value in profile.env.items() if value == placeholder), "")


def _as_variable(name: str) -> str:
    return re.sub(r"[\W_]+", "_", name).strip("_").upper() or "SECRET"
