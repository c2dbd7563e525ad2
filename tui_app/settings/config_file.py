"""Reading ``config.toml``: imported only where there is one. pydantic is loaded only for one that takes a closer look.

Unknown keys are a warning, not an error: an older version may read what a newer one wrote.
"""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from tui_app.settings.auth_presets import AUTH_PRESETS
from tui_app.settings.config import LOCAL_PROFILE, QuickView, Settings, UiSettings, local_profile
from tui_app.settings.permissions import refuse_if_others_can_write
from tui_app.settings.profiles import AuthCommands, PoolLimits, Profile, RetryPolicy, Timeouts
from tui_app.settings.toml_lines import line_of
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import ConfigError, UsageError
from tui_app.tickets.plain_values import NotPlainError, plain_value

_Model = TypeVar("_Model")

_TOP_LEVEL = ("default", "profiles", "ui", "keys", "quick_views")
_UI_KEYS = ("theme", "columns", "refresh_seconds")
_TABLES: Mapping[str, type[Struct]] = {
    "auth": AuthCommands,
    "timeouts": Timeouts,
    "pool": PoolLimits,
    "retry": RetryPolicy,
}
_NOT_WRITTEN = ("name", "source")  # fields of a profile that say where it stands, not what it is


def read_config(path: Path) -> Settings:
    """Read and check a config file that exists.

    Raises:
        ConfigError: names file, line and key, and what is allowed there.
    """
    refuse_if_others_can_write(path)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path} is not UTF-8 text (byte {error.start}).", hint="Save it as UTF-8.") from None
    return parse_config(path, text)


def parse_config(path: Path, text: str) -> Settings:
    """Check ``text`` as what ``path`` holds.

    Raises:
        ConfigError: names file, line and key, and what is allowed there.
    """
    return _ConfigReader(path, text).settings()


class _ConfigReader:
    """One reading of one file; every mistake is raised with the place where it stands."""

    def __init__(self, path: Path, text: str) -> None:
        self._path = path
        self._text = text
        self._content = self._parsed()

    def settings(self) -> Settings:
        content = self._content
        profiles = {name: self._profile(name, table) for name, table in self._table("profiles").items()}
        default = self._default(profiles)
        ui = self._ui()
        return Settings(
            profiles=profiles if LOCAL_PROFILE in profiles else {**profiles, LOCAL_PROFILE: local_profile()},
            default=default,
            ui=ui,
            notices=tuple(self._unknown_keys(content)),
            source=self._path,
        )

    def _parsed(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._text)
        except tomllib.TOMLDecodeError as error:
            reason = str(error)
            raise ConfigError(f"{self._path} is not valid TOML: {reason[:1].lower()}{reason[1:]}.") from None

    def _default(self, profiles: Mapping[str, Profile]) -> str:
        default = self._content.get("default")
        if default is None:
            return next(iter(profiles), LOCAL_PROFILE)
        if default not in (*profiles, LOCAL_PROFILE):
            names = ", ".join((*profiles, LOCAL_PROFILE))
            raise self._mistake(("default",), f"there is no profile {default!r}", f"It can be: {names}.")
        return str(default)

    def _profile(self, name: str, table: Any) -> Profile:
        place = ("profiles", name)
        if not isinstance(table, dict):
            raise self._mistake(place, "it is not a table", f"Write [profiles.{name}] and its keys below.")
        if "command" not in table:
            raise self._mistake(place, "it has no command", 'For example: command = ["npx", "-y", "some-mcp-server"].')
        written = {key: value for key, value in table.items() if key not in _NOT_WRITTEN}
        written["command"] = self._argv((*place, "command"), written["command"])
        if not written["command"]:
            raise self._mistake((*place, "command"), "it is empty", 'For example: command = ["node", "server.js"].')
        if "auth" in written:
            written["auth"] = self._auth((*place, "auth"), written["auth"])
        return self._checked(Profile, {**written, "name": name, "source": str(self._path)}, place)

    def _auth(self, place: tuple[str, ...], written: Any) -> Any:
        if isinstance(written, str):
            if written not in AUTH_PRESETS:
                raise self._mistake(
                    place, f"{written!r} is no preset", f"It can be: {', '.join(AUTH_PRESETS)}, or a table."
                )
            return AUTH_PRESETS[written]
        if isinstance(written, dict):
            commands = {key: self._argv((*place, key), written[key]) for key in ("check", "login") if key in written}
            return {**written, **commands}
        return written

    def _argv(self, place: tuple[str, ...], written: Any) -> Any:
        """A command may be written as one line too; it is split as a shell would, and no shell ever sees it."""
        if not isinstance(written, str):
            return written
        try:
            return shlex.split(written)
        except ValueError as error:
            raise self._mistake(place, f"it cannot be split into words ({error})", "Write it as a list.") from None

    def _ui(self) -> UiSettings:
        table = {key: value for key, value in self._table("ui").items() if key in _UI_KEYS}
        ui = self._checked(UiSettings, table, ("ui",))
        keys = self._checked(dict[str, str], self._table("keys"), ("keys",))
        return UiSettings(ui.theme, ui.columns, ui.refresh_seconds, keys, tuple(self._quick_views()))

    def _quick_views(self) -> Iterator[QuickView]:
        views = self._content.get("quick_views", [])
        if not isinstance(views, list):
            raise self._mistake(("quick_views",), "it is not a list", "Write [[quick_views]] for each one.")
        for number, view in enumerate(views):
            if not isinstance(view, dict) or not isinstance(view.get("name"), str):
                raise self._mistake(("quick_views", number), "it has no name", 'For example: name = "mine".')
            criteria = {key: value for key, value in view.items() if key != "name"}
            try:
                yield QuickView(view["name"], check_criteria(criteria))
            except UsageError as error:
                raise self._mistake(("quick_views", number, error.field), error.cause.rstrip("."), error.hint) from None

    def _table(self, key: str) -> dict[str, Any]:
        table = self._content.get(key, {})
        if not isinstance(table, dict):
            raise self._mistake((key,), "it is not a table", f"Write [{key}] and its keys below.")
        return table

    def _checked(self, kind: type[_Model], raw: Any, place: tuple[str, ...]) -> _Model:
        try:
            value: _Model = plain_value(kind, raw)
        except NotPlainError:
            return self._converted(kind, raw, place)
        return value

    def _converted(self, kind: type[_Model], raw: Any, place: tuple[str, ...]) -> _Model:
        from pydantic import TypeAdapter, ValidationError

        try:
            return TypeAdapter(kind).validate_python(raw)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            inner = tuple(step for step in first["loc"] if step != "[key]")
            shown = "env" not in inner and not isinstance(first["input"], dict)  # env may hold a secret
            given = f"{str(first['input'])!r:.80} does not fit: " if shown else ""
            reason = f"{given}{first['msg'][:1].lower()}{first['msg'][1:]}"
            raise self._mistake((*place, *inner), reason, "") from None

    def _mistake(self, place: tuple[str | int, ...], reason: str, hint: str) -> ConfigError:
        line = line_of(self._text, place)
        where = f"{self._path}, line {line}" if line else str(self._path)
        return ConfigError(f"{where}: {_dotted(place)}: {reason}.", hint=hint or f"Change it in {self._path}.")

    def _unknown_keys(self, content: Mapping[str, Any]) -> Iterator[str]:
        yield from self._unknown((), content, _TOP_LEVEL)
        yield from self._unknown(("ui",), content.get("ui", {}), _UI_KEYS)
        for name, profile in content.get("profiles", {}).items():
            known = [field for field in Profile.__struct_fields__ if field not in _NOT_WRITTEN]
            yield from self._unknown(("profiles", name), profile, known)
            for key, kind in _TABLES.items():
                if isinstance(profile.get(key), dict):
                    yield from self._unknown(("profiles", name, key), profile[key], kind.__struct_fields__)

    def _unknown(self, place: tuple[str, ...], table: Mapping[str, Any], known: Collection[str]) -> Iterator[str]:
        for key in table:
            if key not in known:
                path = (*place, key)
                yield f"{self._path}, line {line_of(self._text, path)}: {_dotted(path)} is not known and has no effect."


def _dotted(place: tuple[str | int, ...]) -> str:
    """``profiles.work.command[1]``"""
    words = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return words.removeprefix(".")
