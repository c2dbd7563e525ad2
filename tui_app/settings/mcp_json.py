"""Servers from other programs' files: Claude Desktop, Claude Code, Cursor, Windsurf (``mcpServers``), VS Code
(``servers``), Codex (``mcp_servers``, in TOML), opencode (``mcp``), Zed (``context_servers`` among its settings), and
others that call the section like one of these.

Invariant: a server may refer to variables, with defaults, to the folders of its file and to the file's inputs; one with
any other reference (``${command:..}``, ``${keyring:..}``), however deeply nested, is skipped.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from tui_app.settings.model import LOCAL_PROFILE, Settings, local_profile
from tui_app.settings.paths import here
from tui_app.settings.profiles import Profile
from tui_app.settings.references import ENVIRONMENT, INPUT, Part, Reference, literal, parsed, references, written
from tui_app.settings.remote import unencrypted
from tui_app.settings.remote_entries import address_of, remote_profile
from tui_app.tickets.errors import ConfigError
from tui_app.tickets.text import clean_line

PROGRAMS = "Claude Desktop, Claude Code, Cursor, VS Code, Windsurf, Zed, Codex or opencode"
"""Whose files are read, for messages."""

_SECTIONS = ("mcpServers", "servers", "mcp_servers", "context_servers")
_MOST_BYTES = 5_000_000  # Claude Code keeps its history in the same file
_PROJECT_DIRECTORIES = (".vscode", ".cursor")
_PROJECT_FILE = ".mcp.json"

_STRING_OR_COMMENT = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_STRING_OR_LAST_COMMA = re.compile(r'"(?:\\.|[^"\\])*"|,(?=\s*[}\]])', re.DOTALL)
_NO_ARGUMENT = re.compile("[\0\ud800-\udfff]")
_NAME = re.compile(r"[\w.-]+")
_BRACED = re.compile(r"(?<!\$)\{(env|file):([^{}]+)\}")  # opencode's notation


class Input(Struct, frozen=True):
    """A value that VS Code asks for when the server starts. ``default`` and ``options`` are no notation."""

    id: str
    description: str
    password: bool = False
    default: str = ""
    options: tuple[str, ...] = ()


class FoundServer(Struct, frozen=True):
    """A server as a profile. ``inputs`` are still to be asked for: ``${input:id}`` in its values."""

    profile: Profile
    inputs: tuple[Input, ...] = ()
    notes: tuple[str, ...] = ()
    """Settings of the file that have no counterpart in a profile."""


class FoundServers(Struct):
    """The content of a file, or of several. ``skipped`` is server name to reason; no two servers have one name."""

    servers: list[FoundServer] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)

    def add(self, server: FoundServer, folder: str = "") -> None:
        """Add a server; one of a name that is taken gets its folder's name, or a number, behind its own."""
        profile = server.profile
        taken = {other.profile.name: other.profile for other in self.servers}
        former = taken.get(profile.name)
        if former is not None and replace(former, source=profile.source, cwd=profile.cwd) == profile:
            return  # the same server, named by several files or added for several folders
        begin = "-".join((profile.name, *_NAME.findall(Path(folder).name)))
        names = (profile.name, begin, *(f"{begin}-{number}" for number in range(2, len(taken) + 3)))
        name = next(name for name in names if name not in taken)
        self.servers.append(replace(server, profile=replace(profile, name=name)))


def known_files() -> list[Path]:
    """The existing files of other programs, those of the current directory last."""
    home = Path.home()
    support = home / "Library" / "Application Support"
    config = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    folder = here()
    places = (
        config / "Claude" / "claude_desktop_config.json",
        support / "Claude" / "claude_desktop_config.json",
        home / ".claude.json",
        home / ".cursor" / "mcp.json",
        config / "Code" / "User" / "mcp.json",
        support / "Code" / "User" / "mcp.json",
        folder / ".vscode" / "mcp.json",
        folder / ".cursor" / "mcp.json",
        folder / _PROJECT_FILE,
        home / ".codeium" / "windsurf" / "mcp_config.json",
        home / ".codex" / "config.toml",
        config / "opencode" / "opencode.json",
        config / "zed" / "settings.json",
    )
    return [place for place in dict.fromkeys(places) if place.is_file()]


def read_settings(path: Path) -> Settings:
    """Read such a file instead of ``config.toml``.

    Raises:
        ConfigError: it cannot be read, or holds no server that can be used.
    """
    found = read_servers(path)
    for server in [server for server in found.servers if unencrypted(server.profile.url)]:
        found.servers.remove(server)
        found.skipped[server.profile.name] = (
            "its address is not encrypted (http://), which only your own config may use"
        )
    if not found.servers:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in found.skipped.items())
        raise ConfigError(f"{path} has no server that can be used.{f' {reasons}.' if reasons else ''}")
    profiles = {server.profile.name: server.profile for server in found.servers}
    notices = [f"{path}: {name} is skipped: {reason}." for name, reason in found.skipped.items()]
    notices += [f"{path}: {server.profile.name}: {note}" for server in found.servers for note in server.notes]
    return Settings(
        profiles={LOCAL_PROFILE: local_profile(), **profiles},
        default=next(iter(profiles)),
        notices=tuple(notices),
        source=path,
    )


def read_servers(path: Path) -> FoundServers:
    """Read the servers of such a file; those that cannot be used get a reason.

    Raises:
        ConfigError: it cannot be read, or is not a file of that kind.
    """
    content = _parsed(path)
    section = content["mcp"] if isinstance(content.get("mcp"), dict) else content
    inputs = _inputs(section.get("inputs"))
    found = FoundServers()
    sections = [*_sections(section, content, path)]
    if not sections:
        raise ConfigError(
            f"{path} names no server under mcpServers or servers.",
            hint=f"Give the file with the MCP servers of {PROGRAMS}.",
        )
    for servers, places, folder in sections:
        for name, entry in servers.items():
            try:
                server = _server(str(name), entry, inputs, path, places)
            except ValueError as error:
                found.skipped[clean_line(str(name))] = clean_line(str(error))
            else:
                found.add(server, folder)
    return found


def _sections(
    section: Mapping[str, Any], content: Mapping[str, Any], path: Path
) -> Iterator[tuple[Mapping[str, Any], Mapping[str, str], str]]:
    """Servers, predefined variables and, for those that Claude Code keeps for one folder alone, that folder."""
    places = _places(path)
    named = {str(key).rpartition(".")[2]: value for key, value in section.items() if value}  # as in amp.mcpServers
    servers = next((named[key] for key in _SECTIONS if key in named), section if section is not content else None)
    if isinstance(servers, list):  # each says its own name
        servers = {str(entry["name"]): entry for entry in servers if isinstance(entry, dict) and entry.get("name")}
    if isinstance(servers, dict) and servers:
        yield servers, places, ""
    projects = content.get("projects")
    for folder, project in projects.items() if isinstance(projects, dict) else ():
        servers = project.get("mcpServers") if isinstance(project, dict) else None
        if isinstance(servers, dict) and servers:
            yield servers, {**places, **_workspace(Path(folder))}, folder


def _parsed(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise ConfigError(f"{path} is larger than {_MOST_BYTES // 1_000_000} MB, so it is not an mcp.json.")
        text = raw.decode("utf-8-sig")
        content = _toml(text) if path.suffix == ".toml" else json.loads(_plain_json(text))
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.", hint="Check the path.") from None
    except json.JSONDecodeError as error:
        raise ConfigError(f"{path}, line {error.lineno}: not valid JSON: {error.msg}.") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{path} is not valid {'TOML' if path.suffix == '.toml' else 'JSON'}.") from None
    if not isinstance(content, dict):
        raise ConfigError(f"{path} is not a JSON object.")
    return content


def _toml(text: str) -> Any:
    import tomllib  # late: only Codex's file

    return tomllib.loads(text)


def _plain_json(text: str) -> str:
    """``text`` without the comments and trailing commas that these programs allow; line numbers are kept."""

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


def _server(name: str, entry: Any, inputs: Mapping[str, Input], path: Path, places: Mapping[str, str]) -> FoundServer:
    if not isinstance(entry, dict):
        raise ValueError("it is not an object")
    if entry.get("disabled") is True or entry.get("enabled") is False:
        raise ValueError("it is disabled")
    own_name = "-".join(_NAME.findall(name)) or "server"
    if address_of(entry):
        profile, notes = remote_profile(own_name, entry, str(path), partial(_value, places=places))
        return FoundServer(profile, _wanted_inputs(profile, inputs), notes)
    if str(entry.get("type", "stdio")).lower() not in ("stdio", "local", ""):
        raise ValueError("it is reached over the network, and has no url")
    if isinstance(entry.get("command"), dict):  # Zed's older way
        entry = {**entry, **entry["command"], "command": entry["command"].get("path")}
    command, arguments = entry.get("command"), entry.get("args") or []
    if isinstance(command, list) and command:  # opencode's way
        command, arguments = command[0], [*command[1:], *arguments]
    if command is None and entry.get("source") == "extension":
        raise ValueError("it comes with an extension, which alone knows how to start it")
    if not isinstance(command, str) or not command.strip():
        raise ValueError("it has no command")
    if not isinstance(arguments, list):
        raise ValueError("its args are not a list")
    workspace = places.get("workspaceFolder")
    cwd = entry.get("cwd")
    profile = Profile(
        name=own_name,
        command=tuple(_value(word, places) for word in (command, *arguments)),
        env=_variables(entry.get("env") or entry.get("environment"), places),
        cwd=_value(cwd, places) if cwd else literal(workspace) if workspace and Path(workspace).is_dir() else None,
        source=str(path),
    )
    notes = ("its envFile is not read: put the variables under env.",) if entry.get("envFile") else ()
    return FoundServer(profile, _wanted_inputs(profile, inputs), notes)


def _variables(env: Any, places: Mapping[str, str]) -> dict[str, str]:
    variables = {str(key): value for key, value in env.items() if value is not None} if isinstance(env, dict) else {}
    for name in variables:
        if not name or "=" in name or "\0" in name:
            raise ValueError(f"{name!r:.80} is not a variable's name")
    return {name: _value(value, places) for name, value in variables.items()}


def _places(path: Path) -> dict[str, str]:
    """VS Code's predefined variables; those of the workspace only for a file in one."""
    places = {"userHome": str(Path.home()), "pathSeparator": os.sep, "/": os.sep}
    file = path.resolve()
    if file.parent.name in _PROJECT_DIRECTORIES and file.parent.parent != Path.home():
        workspace = file.parent.parent
    elif file.name == _PROJECT_FILE:
        workspace = file.parent
    else:
        return places
    return {**places, **_workspace(workspace)}


def _workspace(folder: Path) -> dict[str, str]:
    return {"workspaceFolder": str(folder), "workspaceFolderBasename": folder.name}


def _value(value: Any, places: Mapping[str, str]) -> str:
    """A value of the file as a profile has it.

    Raises:
        ValueError: it refers to what a file of another program may not refer to.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    try:
        if _NO_ARGUMENT.search(text):
            raise ValueError("there is a zero byte or half a character, which no program can be given")
        return _filled_in(_BRACED.sub(_as_reference, text), places)
    except ValueError as error:
        raise ValueError(f"in {text!r:.80}, {error}") from None


def _as_reference(braced: re.Match[str]) -> str:
    if braced[1] == "file":
        raise ValueError(f"it uses {braced[0]}, which only its own program can resolve")
    return f"${braced[0]}"


def _filled_in(text: str, places: Mapping[str, str]) -> str:
    return written(_allowed(part, places) for part in parsed(text))


def _allowed(part: Part, places: Mapping[str, str]) -> Part:
    if isinstance(part, str) or part.kind == INPUT:
        return part
    if part.body in places:
        return places[part.body]
    if part.body.startswith("workspaceFolder"):
        raise ValueError(f"it uses {part.written}, but its file is not in a workspace")
    if part.kind != ENVIRONMENT:
        raise ValueError(f"it uses {part.written}, which only its own program can resolve")
    return part if part.default is None else part.with_default(_filled_in(part.default, places))


def _wanted_inputs(profile: Profile, inputs: Mapping[str, Input]) -> tuple[Input, ...]:
    values = (*profile.command, *profile.env.values(), profile.cwd or "", profile.url, *profile.headers.values())
    wanted = (reference.name for value in values for reference in references(value) if reference.kind == INPUT)
    return tuple(inputs.get(id_, Input(id_, id_)) for id_ in dict.fromkeys(wanted))


def with_answers(value: str, answers: Mapping[str, str]) -> str:
    """``value`` with its inputs replaced by ``answers``, which are written in the notation of references.

    Raises:
        ValueError: an answer cannot be written where it belongs; a clause for a message.
    """
    parts: list[Part] = []
    for part in parsed(value):
        if isinstance(part, Reference) and part.kind == INPUT and part.name in answers:
            parts += parsed(answers[part.name])
        elif isinstance(part, Reference) and part.default is not None:
            parts.append(part.with_default(with_answers(part.default, answers)))
        else:
            parts.append(part)
    return written(parts)
