"""``profiles``, ``views``, ``config``, ``cache`` and ``completion``: what is configured and kept, and where."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import click
from click.shell_completion import get_completion_class
from msgspec.json import schema_components

from tui_app.adapters.mapping import CHANGE_KEYS, MAPPED_CHANGES, MAPPED_CRITERIA, MAPPED_FIELDS, TOOL_KEYS
from tui_app.adapters.registry import adapter_names
from tui_app.cli.config_check import false_settings
from tui_app.cli.editor import edited
from tui_app.cli.options import format_option, global_options, options_of
from tui_app.cli.output import echo, exit_code, warn
from tui_app.cli.queries import print_views
from tui_app.cli.results import aligned_columns
from tui_app.cli.selection import select
from tui_app.settings.cached_rows import RowCache
from tui_app.settings.config_faults import config_faults
from tui_app.settings.config_file import BELONGS_TO, OTHER_TABLES, PROFILE_KEYS, TABLES
from tui_app.settings.model import ConfiguredCommand, UiSettings
from tui_app.settings.paths import cached_rows_dir, config_file
from tui_app.settings.profiles import AUTH_PRESETS, Profile
from tui_app.tickets.criterion import CRITERIA, VALUE_CRITERIA
from tui_app.tickets.errors import UsageError
from tui_app.tickets.export import json_text
from tui_app.tickets.ticket import JsonValue


@click.command()
@format_option("table", "json")
@global_options
@click.pass_context
def profiles(context: click.Context, form: str) -> int:
    """List the configured servers.

    The default is marked with *. Secrets are masked.
    """
    selection = select(options_of(context))
    summaries = selection.settings.summaries()
    if form == "json":
        rows: list[JsonValue] = [
            {
                "name": summary.name,
                "default": summary.name == selection.profile.name,
                "adapter": summary.adapter,
                "command": summary.command,
                "source": summary.source,
            }
            for summary in summaries
        ]
        echo(json_text({"profiles": rows}, indent=2))
    else:
        lines = [
            ("*" if name == selection.profile.name else "", name, summary.adapter, summary.source, summary.command)
            for name, summary in ((summary.name, summary) for summary in summaries)
        ]
        echo(aligned_columns([("", "NAME", "ADAPTER", "SOURCE", "COMMAND"), *lines]))
    for notice in selection.settings.notices:
        warn(notice)
    return 0


@click.command()
@format_option("table", "json")
@global_options
@click.pass_context
def views(context: click.Context, form: str) -> int:
    """List the views and saved searches, and what they search for."""
    print_views(options_of(context), form)
    return 0


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@global_options
@click.pass_context
def completion(context: click.Context, shell: str) -> int:
    """Print the completion script for a shell.

    For example: eval "$(ticketdeck completion bash)" in ~/.bashrc.
    """
    root = context.find_root()
    name = root.command.name or ""
    kind = get_completion_class(shell)
    if kind is None:
        raise UsageError(f"There is no completion for {shell}.", field="shell")
    echo(kind(root.command, {}, name, f"_{name.upper()}_COMPLETE").source())
    return 0


@click.group()
def config() -> None:
    """Find, edit and describe the configuration."""


@config.command()
@global_options
@click.pass_context
def path(context: click.Context) -> int:
    """Print the path of the config file, whether it exists or not."""
    echo(options_of(context).config or str(config_file()))
    return 0


@config.command()
@global_options
@click.pass_context
def edit(context: click.Context) -> int:
    """Open the config file in $VISUAL or $EDITOR, and tell each fault in it afterwards with its line."""
    path = Path(options_of(context).config or config_file())
    if ended := edited(path, "EDITOR"):
        warn(f"{ended}.")
    if not path.exists():
        warn(f"{path} was not written.")
        return 0
    text = path.read_text(encoding="utf-8", errors="replace")
    faults, notices, rest = config_faults(path, text)
    if rest:
        notices = (*notices, *false_settings(rest, (), options_of(context).clock))
    for line in (*notices, *(f"{fault.cause} {fault.hint}" for fault in faults)):
        warn(line)
    if not faults and not notices:
        echo(f"{path}: no mistake was found.")
    return exit_code(faults[0].kind) if faults else 0


@config.command()
@global_options
@click.pass_context
def schema(context: click.Context) -> int:  # noqa: ARG001 (every command takes the options)
    """Print the JSON Schema of config.toml, by which editors complete and check it."""
    echo(json_text(config_schema(), indent=2))
    return 0


@click.group()
def cache() -> None:
    """Manage the rows that are kept for the next start."""


@cache.command()
@global_options
@click.pass_context
def clear(context: click.Context) -> int:  # noqa: ARG001 (every command takes the options)
    """Delete every kept row and opened ticket, of all trackers."""
    files = RowCache(()).clear()
    echo(f"{files} {'file' if files == 1 else 'files'} deleted from {cached_rows_dir()}.")
    return 0


_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": _TEXT}
_COMMAND = {"anyOf": [_TEXT, _TEXTS]}


def config_schema() -> dict[str, Any]:
    """The schema, by which editors complete and check the file (JSON Schema 2020-12)."""
    _, components = schema_components(
        [Profile, UiSettings, ConfiguredCommand, *TABLES.values()], ref_template="#/$defs/{name}"
    )
    ui, keys = _interface(_only(components["UiSettings"], set(UiSettings.__struct_fields__) - set(OTHER_TABLES)))
    profile = _only(components["Profile"], PROFILE_KEYS)
    profile["properties"] |= {
        "adapter": {"enum": list(adapter_names())},
        "map": _map(),
        "command": _COMMAND,
        "auth": {"anyOf": [{"enum": list(AUTH_PRESETS)}, {"$ref": "#/$defs/AuthCommands"}]},
    }
    profile["oneOf"] = [{"required": ["command"]}, {"required": ["url"]}]
    profile["dependentRequired"] = {key: [other] for key, other in BELONGS_TO.items()}
    tables = {kind.__name__: _only(components[kind.__name__], kind.__struct_fields__) for kind in TABLES.values()}
    tables["AuthCommands"]["properties"] |= {"check": _COMMAND, "login": _COMMAND}
    tables["OAuthSettings"]["properties"]["scopes"] = _COMMAND
    view = _view()
    command = _only(components["ConfiguredCommand"], ConfiguredCommand.__struct_fields__)
    command["properties"] |= {"run": _COMMAND}
    command["required"] = ["run"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ticketdeck's config.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "default": {"anyOf": [_TEXT, {**_TEXTS, "minItems": 1}]},
            "profiles": {"type": "object", "additionalProperties": {"$ref": "#/$defs/Profile"}},
            "ui": ui,
            "keys": keys,
            "views": {"type": "array", "items": view},
            "quick_views": {"type": "array", "items": view},
            "commands": {"type": "array", "items": command},
        },
        "$defs": {"Profile": profile, **tables},
    }


def _interface(ui: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """``[ui]``, with what takes one of a few words, and ``[keys]``."""
    from tui_app.ui import keymap, keys, themes  # late: load Textual, which no other command here needs

    words = {"theme": themes.theme_names(), "preview": keymap.PREVIEW_PLACES}
    ui["properties"] |= {name: {"enum": list(known)} for name, known in words.items()}
    ui["properties"]["tell"] = {"type": "array", "items": {"enum": list(keymap.TELLING)}}
    return ui, _closed({key.id: _TEXT for key in keys.KEYS})


def _only(table: dict[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    """A table with ``keys`` alone, none of which has to be there."""
    kept = set(keys)
    properties = {name: schema for name, schema in table["properties"].items() if name in kept}
    described: dict[str, Any] = {key: table[key] for key in ("title", "description") if key in table}
    return {**described, **_closed(properties)}


def _view() -> dict[str, Any]:
    values = {"anyOf": [_TEXT, _TEXTS, {"type": "integer"}]}
    own = {"name": _TEXT, "query": _TEXT, "trackers": _TEXTS, "columns": _TEXTS, "group": _TEXT}
    criteria = {criterion.name: values for criterion in CRITERIA}
    properties = {**criteria, **own}
    return {"required": ["name"], **_closed(properties)}


def _map() -> dict[str, Any]:
    """The table that says how a server's tools map."""
    words = {
        "criteria": _closed({name: {"anyOf": [_TEXT, {"const": False}]} for name in MAPPED_CRITERIA}),
        "arguments": {"type": "object"},
    }

    def tool(keys: Iterable[str]) -> dict[str, Any]:
        return _closed({key: words.get(key, _TEXT) for key in keys})

    properties = {name: tool(keys) for name, keys in TOOL_KEYS.items()}
    properties |= {
        "rows": _TEXT,
        "arguments": words["arguments"],
        "reads": _TEXTS,
        "fields": _closed(dict.fromkeys(MAPPED_FIELDS, _TEXT)),
        "values": _closed(dict.fromkeys(VALUE_CRITERIA, _TEXT)),
        "change": _closed({kind: tool(CHANGE_KEYS) for kind in MAPPED_CHANGES}),
    }
    return _closed(properties)


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    """A table with no other keys."""
    return {"type": "object", "properties": properties, "additionalProperties": False}
