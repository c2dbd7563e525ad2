"""Reading ``config.toml``; every mistake names file, line and key. Of unknown keys it warns."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from tui_app.settings.config_hints import hint_for, strangers
from tui_app.settings.model import LOCAL_PROFILE, ConfiguredCommand, Settings, UiSettings, local_profile
from tui_app.settings.permissions import refuse_if_others_can_write
from tui_app.settings.profiles import (
    AUTH_PRESETS,
    AuthCommands,
    OAuthSettings,
    PoolLimits,
    Profile,
    RetryPolicy,
    Timeouts,
    TlsSettings,
    WriteSettings,
)
from tui_app.settings.remote import check_header, check_url, unencrypted
from tui_app.settings.toml_places import dotted, line_of
from tui_app.settings.views import read_command, read_view
from tui_app.tickets.criteria import criteria_of
from tui_app.tickets.errors import ConfigError, UsageError
from tui_app.tickets.fields import ChangeKind
from tui_app.tickets.urls import site_named
from tui_app.tickets.validation import InvalidValueError, validated

_Model = TypeVar("_Model")
_Value = TypeVar("_Value")

_TOP_LEVEL = ("default", "profiles", "ui", "keys", "views", "quick_views", "commands")
OTHER_TABLES = ("keys", "views", "commands")  # fields of `UiSettings` that have a table of their own
_UI_KEYS = tuple(name for name in UiSettings.__struct_fields__ if name not in OTHER_TABLES)
TABLES: Mapping[str, type[Struct]] = {
    "auth": AuthCommands,
    "oauth": OAuthSettings,
    "tls": TlsSettings,
    "timeouts": Timeouts,
    "pool": PoolLimits,
    "retry": RetryPolicy,
    "write": WriteSettings,
}
BELONGS_TO = {"env": "command", "cwd": "command", "headers": "url", "oauth": "url", "tls": "url"}
"""Keys of a profile that have a meaning only beside another one."""
_MAY_HOLD_SECRETS = frozenset(("env", "headers", "oauth", "url"))
LISTS: Mapping[str, Callable[[Any, Collection[str]], object]] = {
    "views": read_view,
    "quick_views": read_view,
    "commands": read_command,
}
_CHANGES = tuple(str(kind) for kind in ChangeKind if kind is not ChangeKind.TOOL)
_NOT_WRITTEN = ("name", "source", "read_only")  # fields of a profile that are no keys of its table
PROFILE_KEYS = tuple(name for name in Profile.__struct_fields__ if name not in _NOT_WRITTEN)
_HOMES = {"above all tables": _TOP_LEVEL, "below [ui]": _UI_KEYS, "below [profiles.NAME]": PROFILE_KEYS}
"""Where in the file keys go."""


def read_config(path: Path) -> Settings:
    """Read and check a config file that exists.

    Raises:
        ConfigError: names file, line and key, and what is allowed there.
    """
    return parse_config(path, config_text(path))


def config_text(path: Path) -> str:
    """What a config file holds.

    Raises:
        ConfigError: it cannot be read, is no text, or others can write it.
    """
    try:
        refuse_if_others_can_write(path)
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}).", hint="Save it as UTF-8.") from None


def parse_config(path: Path, text: str) -> Settings:
    """Like `read_config`, with ``text`` for what ``path`` holds."""
    return ConfigReader(path, text).settings()


class ConfigReader:
    """Reads one file; every mistake is raised with its file, line and key, and `mistaken` is where the last one is."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self.content = self._parsed()
        self.mistaken: tuple[str | int, ...] = ()
        self.passed_over: set[tuple[str | int, ...]] = set()
        """Tables of lists that are not to be read; the others keep their places."""

    def settings(self) -> Settings:
        profiles = {name: self._profile(name, table) for name, table in self._table("profiles").items()}
        default = self._default(profiles)
        ui = self._ui()
        return Settings(
            profiles=profiles if LOCAL_PROFILE in profiles else {**profiles, LOCAL_PROFILE: local_profile()},
            default=default[0],
            together=default,
            ui=ui,
            notices=(*self.unknown_keys(), *self._unencrypted(profiles)),
            source=self._path,
            places={
                "views": (*self._places("views"), *self._places("quick_views")),
                "commands": self._places("commands"),
            },
        )

    def checks(self) -> Iterator[Callable[[], object]]:
        """What `settings` checks, part by part: each raises the first mistake of its part."""
        profiles = self._table("profiles")
        yield from (partial(self._named_profile, name) for name in profiles)
        yield from (partial(self._default, profiles), self._ui_table, self._keys)
        for key, read in LISTS.items():
            yield from (partial(self._listed, key, number, read) for number in range(self._length(key)))

    def _parsed(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text)
        except (ValueError, RecursionError) as error:  # also a number of too many digits, and nesting too deep
            reason = str(error)
            raise ConfigError(f"{self._path} is not valid TOML: {reason[:1].lower()}{reason[1:]}.") from None

    def _default(self, profiles: Mapping[str, object]) -> tuple[str, ...]:
        """The profiles to use where none is named: one, or several that are searched together."""
        written = self.content.get("default", next(iter(profiles), LOCAL_PROFILE))
        names = ", ".join((*profiles, LOCAL_PROFILE))
        default = written if isinstance(written, list) else [written]
        if not default:
            raise self._mistake(("default",), "it is empty", f"It can be: {names}, or a list of these.")
        for name in default:
            if name not in (*profiles, LOCAL_PROFILE):
                raise self._mistake(("default",), f"there is no profile {name!r}", f"It can be: {names}.")
        return tuple(dict.fromkeys(map(str, default)))

    def _named_profile(self, name: str) -> Profile:
        return self._profile(name, self._table("profiles")[name])

    def _profile(self, name: str, table: Any) -> Profile:
        place = ("profiles", name)
        if not isinstance(table, dict):
            raise self._mistake(place, "it is not a table", f"Write [profiles.{name}], and its keys below.")
        written = {key: value for key, value in table.items() if key not in _NOT_WRITTEN}
        self._check_kind(place, written)
        if "command" in written:
            written["command"] = self._argv((*place, "command"), written["command"])
            if not written["command"]:
                raise self._mistake((*place, "command"), "it is empty", 'For example: command = ["node", "server.js"].')
        if "auth" in written:
            written["auth"] = self._auth((*place, "auth"), written["auth"])
        if isinstance(written.get("oauth"), dict) and isinstance(scopes := written["oauth"].get("scopes"), str):
            written["oauth"] = {**written["oauth"], "scopes": scopes.split()}
        profile = self._checked(Profile, {**written, "name": name, "source": str(self._path)}, place)
        self._check_remote(place, profile)
        self._check_write((*place, "write"), profile)
        self._read((*place, "query"), lambda: criteria_of(profile.query), whole=True)
        return profile

    def _check_write(self, place: tuple[str, ...], profile: Profile) -> None:
        """What may be changed is named by words that there are: a misspelt one would allow or forbid nothing."""
        for key, words in (("allow", profile.write.allow), ("deny", profile.write.deny)):
            for word in words:
                if word not in _CHANGES and not word.startswith("tool:"):
                    raise self._mistake(
                        (*place, key),
                        f"{word!r} is not a kind of change",
                        f"It can be: {', '.join(_CHANGES)}, tool:NAME.",
                    )

    def _check_kind(self, place: tuple[str, ...], written: Mapping[str, Any]) -> None:
        """A profile is a program or an address, and has the keys of one of them."""
        if "command" in written and "url" in written:
            raise self._mistake(
                (*place, "url"),
                "url and command exclude each other: a server is an address or a program",
                "Keep the one that is meant.",
            )
        if "command" not in written and "url" not in written:
            raise self._mistake(
                place,
                f"it has no command and no url{strangers(written, PROFILE_KEYS)}",
                'For example: command = ["npx", "-y", "some-mcp-server"], or url = "https://mcp.example.com/mcp".',
            )
        for key, other in BELONGS_TO.items():
            if key in written and other not in written:
                raise self._mistake((*place, key), f"{key} belongs to {other}, which this profile does not have", "")

    def _check_remote(self, place: tuple[str, ...], profile: Profile) -> None:
        key = "url"
        try:
            if profile.url and "${" not in profile.url:
                check_url(profile.url)
            for name, value in profile.headers.items():
                key = f"headers.{name}"
                check_header(name, value)
            key = "sites"
            for site in profile.sites:
                site_named(site)
        except ValueError as error:
            raise self._mistake((*place, *key.split(".", 1)), str(error), "") from None
        if not profile.url and not profile.command:
            raise self._mistake((*place, "url"), "it is empty", 'For example: url = "https://mcp.example.com/mcp".')

    def _auth(self, place: tuple[str, ...], written: Any) -> Any:
        if isinstance(written, str):
            if written not in AUTH_PRESETS:
                raise self._mistake(
                    place, f"{written!r} is not a preset", f"It can be: {', '.join(AUTH_PRESETS)}, or a table."
                )
            return AUTH_PRESETS[written]
        if isinstance(written, dict):
            commands = {key: self._argv((*place, key), written[key]) for key in ("check", "login") if key in written}
            return {**written, **commands}
        return written

    def _argv(self, place: tuple[str, ...], written: Any) -> Any:
        """A command written as one line, split as a shell would split it; no shell is involved."""
        if not isinstance(written, str):
            return written
        try:
            return shlex.split(written)
        except ValueError as error:
            raise self._mistake(place, f"it cannot be split into words ({error})", "Write it as a list.") from None

    def _ui(self) -> UiSettings:
        ui, keys = self._ui_table(), self._keys()
        views = (view for key in ("views", "quick_views") for view in self._list(key, read_view))
        return replace(ui, keys=keys, views=tuple(views), commands=tuple(self._list("commands", read_command)))

    def _ui_table(self) -> UiSettings:
        table = {key: value for key, value in self._table("ui").items() if key in _UI_KEYS}
        ui = self._checked(UiSettings, table, ("ui",))
        self._read(("ui", "notify"), lambda: criteria_of(ui.notify), whole=True)
        if ui.branch:
            from tui_app.tickets.branch_names import check_template  # late: few configs have one

            self._read(("ui", "branch"), partial(check_template, ui.branch), whole=True)
        return ui

    def _keys(self) -> dict[str, str]:
        return self._checked(dict[str, str], self._table("keys"), ("keys",))

    def _list(self, key: str, read: Callable[[Any, Collection[str]], _Value]) -> Iterator[_Value]:
        """What ``read`` makes of each table of a list of them. 0.1.0 called ``views`` ``quick_views``."""
        return (self._listed(key, number, read) for _, number in self._places(key))

    def _places(self, key: str) -> tuple[tuple[str, int], ...]:
        """Where the tables of a list of them are."""
        places = ((key, number) for number in range(self._length(key)))
        return tuple(place for place in places if place not in self.passed_over)

    def _length(self, key: str) -> int:
        tables = self.content.get(key, [])
        return len(tables) if isinstance(tables, list) else 1

    def _listed(self, key: str, number: int, read: Callable[[Any, Collection[str]], _Value]) -> _Value:
        tables = self.content[key]
        if not isinstance(tables, list):
            raise self._mistake((key,), "it is not a list", f"Write [[{key}]] for each one.")
        profiles = tuple(dict.fromkeys((*self._table("profiles"), LOCAL_PROFILE)))
        return self._read((key, number), partial(read, tables[number], profiles))

    def _read(self, place: tuple[str | int, ...], read: Callable[[], _Value], *, whole: bool = False) -> _Value:
        """What ``read`` returns; what it finds wrong is a mistake at ``place``, or below unless that is a ``whole``."""
        try:
            return read()
        except UsageError as error:
            below = [error.field] if error.field and not whole else []
            raise self._mistake((*place, *below), error.cause.rstrip("."), error.hint) from None

    def _table(self, key: str) -> dict[str, Any]:
        table = self.content.get(key, {})
        if not isinstance(table, dict):
            raise self._mistake((key,), "it is not a table", f"Write [{key}] and its keys below.")
        return table

    def _checked(self, kind: type[_Model], raw: Any, place: tuple[str, ...]) -> _Model:
        try:
            return validated(kind, raw)
        except InvalidValueError as error:
            shown = not _MAY_HOLD_SECRETS & set(error.path) and not isinstance(
                error.value, dict
            )  # a secret is not repeated
            found = f"{str(error.value)!r:.80} does not fit: " if shown else ""
            reason = f"{found}{error.reason[:1].lower()}{error.reason[1:]}"
            raise self._mistake((*place, *error.path), reason, "") from None

    def _mistake(self, place: tuple[str | int, ...], reason: str, hint: str) -> ConfigError:
        self.mistaken = place
        line = line_of(self._text, place)
        where = f"{self._path}, line {line}" if line else str(self._path)
        stop = "" if reason.endswith("?") else "."
        return ConfigError(f"{where}: {dotted(place)}: {reason}{stop}", hint=hint or f"Change it in {self._path}.")

    def unknown_keys(self) -> Iterator[str]:
        """A sentence for each key that nobody reads."""
        content = self.content
        yield from self._unknown((), content, _TOP_LEVEL)
        yield from self._unknown(("ui",), content.get("ui", {}), _UI_KEYS)
        commands = content.get("commands", [])
        for number, table in enumerate(commands if isinstance(commands, list) else ()):
            yield from self._unknown(("commands", number), table, ConfiguredCommand.__struct_fields__)
        for name, profile in self._table("profiles").items():
            yield from self._unknown(("profiles", name), profile, PROFILE_KEYS)
            for key, kind in TABLES.items():
                if isinstance(profile, dict):
                    yield from self._unknown(("profiles", name, key), profile.get(key), kind.__struct_fields__)

    def _unencrypted(self, profiles: Mapping[str, Profile]) -> Iterator[str]:
        for name, profile in profiles.items():
            if sentence := unencrypted(profile.url):
                line = line_of(self._text, ("profiles", name, "url"))
                yield f"{self._path}, line {line}: profiles.{name}.url: {sentence}"

    def _unknown(self, place: tuple[str | int, ...], table: Any, known: Collection[str]) -> Iterator[str]:
        for key in table if isinstance(table, dict) else ():
            if key not in known:
                path = (*place, key)
                hint = hint_for(key, known, _HOMES)
                where = f"{self._path}, line {line_of(self._text, path)}"
                yield f"{where}: {dotted(path)} is not known and has no effect. {hint}".rstrip()
