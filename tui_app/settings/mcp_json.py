"""Servers from other programs' files: Claude Desktop, Claude Code, Cursor (``mcpServers``), VS Code (``servers``).

Invariants: a secret that stands in such a file in plain text is never part of the profile that is made of it, only its
name is; ``${command:..}`` and ``${keyring:..}``, which would reach beyond the file, are refused.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from tui_app.settings.config import LOCAL_PROFILE, Settings, local_profile
from tui_app.settings.profiles import Profile
from tui_app.tickets.errors import ConfigError

_MOST_BYTES = 5_000_000  # Claude Code keeps its history in the same file
_PROJECT_DIRECTORIES = (".vscode", ".cursor")
_PROJECT_FILE = ".mcp.json"

_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_STRING_OR_LAST_COMMA = re.compile(r'"(?:\\.|[^"\\])*"|,(?=\s*[}\]])', re.DOTALL)
_INPUT = re.compile(r"\$\{input:([^}]*)\}")
_PLACEHOLDER = re.compile(r"\$\{([^}]*)\}")
_OURS_ALONE = ("command:", "keyring:")
_NAME = re.compile(r"[\w.-]+")


class Input(Struct, frozen=True):
    """Something that VS Code asks for when the server starts."""

    id: str
    description: str
    password: bool = False
    default: str = ""
    options: tuple[str, ...] = ()


class FoundServer(Struct, frozen=True):
    """A server of such a file, as a profile. ``inputs`` are still to be asked for: ``${input:id}`` in its values."""

    profile: Profile
    inputs: tuple[Input, ...] = ()
    notes: tuple[str, ...] = ()
    """What the file says that does not carry over."""


class FoundServers(Struct):
    """What a file holds. ``skipped`` is server name to reason."""

    servers: list[FoundServer] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)


def known_files() -> list[Path]:
    """Where other programs keep such files, those that exist; the current directory's last."""
    home = Path.home()
    support = home / "Library" / "Application Support"
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    here = Path.cwd()
    places = (
        config / "Claude" / "claude_desktop_config.json",
        support / "Claude" / "claude_desktop_config.json",
        home / ".claude.json",
        home / ".cursor" / "mcp.json",
        config / "Code" / "User" / "mcp.json",
        support / "Code" / "User" / "mcp.json",
        here / ".vscode" / "mcp.json",
        here / ".cursor" / "mcp.json",
        here / _PROJECT_FILE,
    )
    return [place for place in dict.fromkeys(places) if place.is_file()]


def read_settings(path: Path) -> Settings:
    """Such a file in place of ``config.toml``.

    Raises:
        ConfigError: it cannot be read, or holds no server that can be used.
    """
    found = read_servers(path)
    if not found.servers:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in found.skipped.items())
        raise ConfigError(f"{path} holds no server that can be used.{f' {reasons}.' if reasons else ''}")
    profiles = {server.profile.name: server.profile for server in found.servers}
    notices = [f"{path}: {name} was left out: {reason}." for name, reason in found.skipped.items()]
    notices += [f"{path}: {server.profile.name}: {note}" for server in found.servers for note in server.notes]
    return Settings(
        profiles={LOCAL_PROFILE: local_profile(), **profiles},
        default=next(iter(profiles)),
        notices=tuple(notices),
        source=path,
    )


def read_servers(path: Path) -> FoundServers:
    """The servers of such a file; those that cannot be used are named with the reason.

    Raises:
        ConfigError: it cannot be read, or is no such file.
    """
    content = _parsed(path)
    section = content["mcp"] if isinstance(content.get("mcp"), dict) else content
    servers = section.get("mcpServers") or section.get("servers")
    if not isinstance(servers, dict):
        raise ConfigError(
            f"{path} holds neither mcpServers nor servers.",
            hint="Give the file in which Claude Desktop, Claude Code, Cursor or VS Code keep their MCP servers.",
        )
    inputs = _inputs(section.get("inputs"))
    found = FoundServers()
    for name, entry in servers.items():
        try:
            found.servers.append(_server(str(name), entry, inputs, path))
        except ValueError as error:
            found.skipped[str(name)] = str(error)
    return found


def _parsed(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise ConfigError(f"{path} is larger than {_MOST_BYTES // 1_000_000} MB; that is no such file.")
        content = json.loads(_plain_json(raw.decode("utf-8-sig")))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", hint="Check the path.") from None
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}, line {error.lineno}: it is not JSON: {error.msg}.") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{path} is not JSON.") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path} holds no JSON object.")
    return content


def _plain_json(text: str) -> str:
    """Without the comments and last commas that these programs allow; every line stays on its line."""

    def blank(match: re.Match[str]) -> str:
        return match[0] if match[0].startswith('"') else "".join("\n" if c == "\n" else " " for c in match[0])

    return _STRING_OR_LAST_COMMA.sub(blank, _STRING_OR_COMMENT.sub(blank, text))


def _inputs(raw: Any) -> dict[str, Input]:
    entries = [entry for entry in raw if isinstance(entry, dict) and entry.get("id")] if isinstance(raw, list) else []
    return {str(entry["id"]): _input(entry) for entry in entries}


def _input(entry: Mapping[str, Any]) -> Input:
    options = entry.get("options")
    values = [option.get("value") if isinstance(option, dict) else option for option in options or ()]
    return Input(
        id=str(entry["id"]),
        description=str(entry.get("description") or entry["id"]),
        password=bool(entry.get("password")),
        default=str(entry.get("default") or ""),
        options=tuple(str(value) for value in values if value is not None),
    )


def _server(name: str, entry: Any, inputs: Mapping[str, Input], path: Path) -> FoundServer:
    if not isinstance(entry, dict):
        raise ValueError("it is no object")
    if entry.get("disabled") is True:
        raise ValueError("it is disabled there")
    if entry.get("url") or str(entry.get("type", "stdio")).lower() not in ("stdio", ""):
        raise ValueError("it is reached over the network; ticketdeck runs servers that are programs")
    command, arguments = entry.get("command"), entry.get("args") or []
    if not isinstance(command, str) or not command.strip():
        raise ValueError("it has no command")
    if not isinstance(arguments, list):
        raise ValueError("its args are no list")
    places = _places(path)
    env = entry.get("env")
    cwd = entry.get("cwd") or places.get("workspaceFolder")
    profile = Profile(
        name="-".join(_NAME.findall(name)) or "server",
        command=tuple(_value(word, places) for word in (command, *arguments)),
        env={str(key): _value(value, places) for key, value in env.items() if value is not None}
        if isinstance(env, dict)
        else {},
        cwd=_value(cwd, places) if cwd else None,
        source=str(path),
    )
    notes = ("its envFile is not read: name the variables under env.",) if entry.get("envFile") else ()
    return FoundServer(profile, _wanted_inputs(profile, inputs), notes)


def _places(path: Path) -> dict[str, str]:
    """VS Code's names of places; the workspace only where the file lies in one."""
    places = {"userHome": str(Path.home()), "pathSeparator": os.sep, "/": os.sep}
    file = path.resolve()
    if file.parent.name in _PROJECT_DIRECTORIES and file.parent.parent != Path.home():
        workspace = file.parent.parent
    elif file.name == _PROJECT_FILE:
        workspace = file.parent
    else:
        return places
    return {**places, "workspaceFolder": str(workspace), "workspaceFolderBasename": workspace.name}


def _value(value: Any, places: Mapping[str, str]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"

    def fill(match: re.Match[str]) -> str:
        body = match[1]
        if body.startswith(_OURS_ALONE):
            raise ValueError(f"it uses ${{{body}}}, which only its own program can fill in")
        if body.startswith("workspaceFolder") and body not in places:
            raise ValueError(f"it uses ${{{body}}}, but its file lies in no workspace")
        return places.get(body, match[0])

    return _PLACEHOLDER.sub(fill, str(value))


def _wanted_inputs(profile: Profile, inputs: Mapping[str, Input]) -> tuple[Input, ...]:
    text = "\0".join((*profile.command, *profile.env.values(), profile.cwd or ""))
    wanted = dict.fromkeys(_INPUT.findall(text))
    return tuple(inputs.get(id_, Input(id_, id_)) for id_ in wanted)
