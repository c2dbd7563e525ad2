"""``ticketdeck doctor``: checks files, programs, the server and a trial search, and explains each fault.

Everything printed is sanitised and masked here once more, except the command as it is written in the file: whoever
looks at it has to see what runs.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click
from msgspec import Struct, field

from tui_app import __version__
from tui_app.cli.config_check import false_settings
from tui_app.cli.consent import NOT_CONFIRMED, judged_command, visible
from tui_app.cli.global_options import GlobalOptions
from tui_app.cli.options import format_option, global_options, options_of
from tui_app.cli.output import EXIT_OK, echo, error_document, error_lines, exit_code, kind_of
from tui_app.cli.requests import RequestClient, check_usable
from tui_app.cli.selection import Selection, select
from tui_app.processes.family import Family, start
from tui_app.settings import paths
from tui_app.settings.config_faults import config_faults
from tui_app.settings.expansion import known_secrets, shown_environment, shown_headers
from tui_app.settings.model import LOCAL_PROFILE, UiSettings
from tui_app.settings.profiles import Profile
from tui_app.settings.secrets import holds_secret, mask_text
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ConfigError, ExplainedError
from tui_app.tickets.export import json_text
from tui_app.tickets.fields import further_fields
from tui_app.tickets.json_values import with_texts
from tui_app.tickets.messages import Inspect, Search, ServerInspected, TicketsFound, new_request_id
from tui_app.tickets.server_report import plain_line, report_sections
from tui_app.tickets.servers import ServerReport
from tui_app.tickets.text import clean, clean_line
from tui_app.tickets.ticket import JsonValue, Ticket

if TYPE_CHECKING:
    from tui_app.cli.remote_doctor import ConnectionReport

_PROGRAMS = ("node", "npx", "uvx")
"""What most MCP servers are started with."""

_VERSION_SECONDS = 10.0  # npx takes a second even when warm
_TRIAL_TICKETS = 5
_INDENT = "  "
_PROFILE = "Profile "
_HOW_TO_CONNECT = (
    "Nothing is configured, so the embedded tracker is used. To connect yours:",
    "ticketdeck init                           asks which tracker, and what it needs",
    "ticketdeck import                         takes over the servers of Claude, Cursor and VS Code",
    "ticketdeck --command 'npx -y SOME-SERVER' tries a server without configuring it",
    "ticketdeck --url https://SOME/mcp         tries one at an address",
    "ticketdeck local import FILE              loads an export into the embedded tracker",
)


class Diagnosis(Struct):
    """The findings so far. ``faults`` decide the exit code; ``notices`` do not."""

    files: dict[str, tuple[Path, bool]] = field(default_factory=dict)
    """Kind of file to its path and whether it exists."""
    programs: dict[str, str | None] = field(default_factory=dict)
    """Program to its version; None: not found."""
    selection: Selection | None = None
    connection: ConnectionReport | None = None
    """For a server at an address: how far the connection gets."""
    server: ServerReport | None = None
    found: int | None = None
    """Number of tickets that the trial search found."""
    found_seconds: float = 0.0
    tickets: list[Ticket] = field(default_factory=list)
    """Those tickets, which tell what further fields there are."""
    notices: list[str] = field(default_factory=list)
    faults: list[ExplainedError] = field(default_factory=list)


@click.command()
@format_option("text", "json")
@global_options
@click.pass_context
def doctor(context: click.Context, form: str) -> int:
    """Check the setup and explain each fault.

    Starts the selected server, logs in if needed, and makes a small trial search. Nothing in the tracker is changed.
    """
    diagnosis = _diagnose(options_of(context))
    echo(json_text(_as_json(diagnosis), indent=2) if form == "json" else _as_text(diagnosis))
    return exit_code(kind_of(diagnosis.faults[0])) if diagnosis.faults else EXIT_OK


def _diagnose(options: GlobalOptions) -> Diagnosis:
    """Check everything; a fault ends only the checks that depend on it."""
    diagnosis = Diagnosis(files=_files(options.config))
    versions = _asked_versions()
    try:
        selection = diagnosis.selection = _selection(diagnosis, options)
        diagnosis.notices += selection.settings.notices
        diagnosis.notices += _plain_secrets(selection.profile)
        try:
            _try_server(diagnosis, selection, options)
        finally:
            diagnosis.notices += false_settings(selection.settings, diagnosis.tickets, options.clock)
    except ExplainedError as error:
        diagnosis.faults.append(error)
    diagnosis.programs = {program: version() for program, version in versions.items()}
    return diagnosis


def _selection(diagnosis: Diagnosis, options: GlobalOptions) -> Selection:
    """The selection; where the config is false, with every mistake in it among the findings."""
    try:
        return select(options)
    except ConfigError:
        path = diagnosis.files["config"][0]
        if path.suffix != ".json" and path.is_file():
            with suppress(OSError, UnicodeDecodeError):
                findings = config_faults(path, path.read_text(encoding="utf-8"))
                diagnosis.faults += findings.mistakes[1:]  # the first one is raised
                diagnosis.notices += findings.unknown
                diagnosis.notices += false_settings(findings.rest, (), options.clock) if findings.rest else ()
        raise


def _configured_columns(ui: UiSettings) -> tuple[str, ...]:
    """The columns that the config has, its views' too: what is asked for decides which fields a tracker sends."""
    return (*ui.columns, *(column for view in ui.views for column in view.columns))


def _plain_secrets(profile: Profile) -> list[str]:
    """One notice for each secret that is in plain text in a config file."""
    return [
        f"Profile {profile.name}: {table}.{name} holds a secret in plain text. Write ${{env:NAME}}, "
        "${keyring:service/user} or ${command:..} instead."
        for table, values in (("env", profile.env), ("headers", profile.headers))
        for name, value in values.items()
        if holds_secret(name, value)
    ]


def _files(config: str | None) -> dict[str, tuple[Path, bool]]:
    places = {
        "config": Path(config) if config else paths.config_file(),
        "recents": paths.recents_file(),
        "state": paths.state_file(),
        "database": paths.database_path(),
    }
    return {what: (path, path.exists()) for what, path in places.items()}


def _try_server(diagnosis: Diagnosis, selection: Selection, options: GlobalOptions) -> None:
    name = selection.profile.name
    with RequestClient(selection, options) as client:
        if selection.profile.url:
            from tui_app.cli.remote_doctor import examined  # late: it loads what only addresses need

            diagnosis.connection = examined(selection.profile, options.clock)
        for reply in client.ask(Inspect(new_request_id(), name)):
            if isinstance(reply, ServerInspected):
                diagnosis.server = reply.report
        criteria = TicketSearchCriteria(max_results=_TRIAL_TICKETS)
        fields = further_fields(_configured_columns(selection.settings.ui))
        tickets = diagnosis.tickets
        try:
            for page in client.ask(Search(new_request_id(), name, criteria, fields)):
                if isinstance(page, TicketsFound):
                    tickets += page.tickets
                    diagnosis.found = (diagnosis.found or 0) + len(page.tickets)
                    diagnosis.found_seconds = page.elapsed
                    diagnosis.notices += [f"Trial search: {warning}" for warning in page.warnings]
            diagnosis.notices += check_usable(client, name, tickets)
        finally:
            for reply in client.ask(Inspect(new_request_id(), name, connect=False)):
                if isinstance(reply, ServerInspected):
                    diagnosis.server = reply.report


def _asked_versions() -> Mapping[str, Callable[[], str | None]]:
    """Start asking every program for its version; calling a value waits for the answer."""
    return {program: _asked_version(program) for program in _PROGRAMS}


def _asked_version(program: str) -> Callable[[], str | None]:
    path = shutil.which(program)
    if path is None:
        return lambda: None
    try:
        family = start([path, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    except OSError:
        return lambda: None
    return lambda: _version(family)


def _version(family: Family) -> str:
    with family.process as process:
        try:
            output, _ = process.communicate(timeout=_VERSION_SECONDS)
        except subprocess.TimeoutExpired:
            family.end()
            return "does not answer"
    family.release()
    return clean_line(output.decode(errors="replace").strip()) or "unknown"


def _as_text(diagnosis: Diagnosis) -> str:
    """For people: one section for each check, faults last."""
    sections = [("ticketdeck", [__version__]), ("Files", [*_file_lines(diagnosis)])]
    sections.append(("Programs", [f"{name}: {version or 'not found'}" for name, version in diagnosis.programs.items()]))
    if diagnosis.selection:
        sections.append(
            (f"{_PROFILE}{diagnosis.selection.profile.name}", [*_profile_lines(diagnosis.selection.profile)])
        )
    if diagnosis.connection:
        sections.append(("Connection", diagnosis.connection.lines))
    if diagnosis.server:
        sections += [
            (section.title, list(map(plain_line, section.lines))) for section in report_sections(diagnosis.server)
        ]
    if diagnosis.found is not None:
        sections.append(("Trial search", [f"{diagnosis.found} tickets in {diagnosis.found_seconds:.2f} s"]))
    if diagnosis.notices:
        sections.append(("Notices", diagnosis.notices))
    if diagnosis.selection and [*diagnosis.selection.settings.profiles] == [LOCAL_PROFILE]:
        sections.append(("Your own tracker", list(_HOW_TO_CONNECT)))
    for fault in diagnosis.faults:
        sections.append(("What fails", error_lines(fault)))
    secrets = _secrets(diagnosis)
    texts = ["\n".join((title, *_indented(_masked(title, lines, secrets)))) for title, lines in sections]
    verdict = "Something does not work, see above." if diagnosis.faults else "Everything works."
    return clean("\n\n".join((*texts, verdict)) + "\n")


def _masked(title: str, lines: list[str], secrets: tuple[str, ...]) -> list[str]:
    """The lines of a section without secrets; those that show a command to be judged as they are."""
    if title.startswith(_PROFILE) or lines[0].startswith(NOT_CONFIRMED):
        return [*map(visible, lines)]
    return [mask_text(line, secrets) for line in lines]


def _as_json(diagnosis: Diagnosis) -> JsonValue:
    """The same for programs."""
    secrets = _secrets(diagnosis)

    def masked(value: JsonValue) -> JsonValue:
        without_secrets: JsonValue = with_texts(value, lambda text: clean(mask_text(text, secrets)))
        return without_secrets

    return {
        "ok": not diagnosis.faults,
        "version": __version__,
        "files": {what: {"path": str(path), "exists": there} for what, (path, there) in diagnosis.files.items()},
        "programs": {**diagnosis.programs},
        "profile": _profile_json(diagnosis.selection.profile) if diagnosis.selection else None,
        "connection": masked(diagnosis.connection.as_json) if diagnosis.connection else None,
        "server": masked(_server_json(diagnosis.server)) if diagnosis.server else None,
        "trial_search": None
        if diagnosis.found is None
        else {"tickets": diagnosis.found, "seconds": round(diagnosis.found_seconds, 3)},
        "notices": masked([*diagnosis.notices]),
        "errors": [
            error_document(fault) if fault.title == NOT_CONFIRMED else masked(error_document(fault))
            for fault in diagnosis.faults
        ],
    }


def _file_lines(diagnosis: Diagnosis) -> Iterator[str]:
    for what, (path, there) in diagnosis.files.items():
        yield f"{what}: {path}{'' if there else ' (missing)'}"


def _profile_lines(profile: Profile) -> Iterator[str]:
    yield f"{'address' if profile.url else 'command'}: {judged_command(profile)}"
    yield f"configured in: {profile.source}"
    yield f"adapter: {profile.adapter}"
    if profile.cwd:
        yield f"directory: {profile.cwd}"
    if profile.auth:
        yield f"authentication: {profile.auth.name}"
    for name, value in shown_environment(profile).items():
        yield f"env {name}={value}"
    for name, value in shown_headers(profile).items():
        yield f"header {name}: {value}"


def _profile_json(profile: Profile) -> JsonValue:
    return {
        "name": profile.name,
        "command": None if profile.url else judged_command(profile),
        "url": judged_command(profile) if profile.url else None,
        "headers": {**shown_headers(profile)},
        "source": profile.source,
        "adapter": profile.adapter,
        "auth": profile.auth.name if profile.auth else None,
        "cwd": profile.cwd,
        "env": {**shown_environment(profile)},
    }


def _server_json(report: ServerReport) -> JsonValue:
    return {
        "name": report.server_name,
        "version": report.server_version,
        "era": report.era,
        "protocol_version": report.protocol_version,
        "start_seconds": report.start_seconds,
        "authentication": report.authentication,
        "adapter": report.adapter,
        "adapter_reason": report.adapter_reason,
        "mapping": report.mapping,
        "tools": [
            {"name": tool.name, "role": tool.role, "read_only": tool.read_only, "description": tool.description}
            for tool in report.tools
        ],
        "calls": [
            {"tool": call.tool, "arguments": call.arguments, "seconds": round(call.elapsed, 3), "failed": call.failed}
            for call in report.calls
        ],
        "stderr_tail": report.stderr_tail,
        "skipped_lines": report.skipped_lines,
    }


def _secrets(diagnosis: Diagnosis) -> tuple[str, ...]:
    return known_secrets(diagnosis.selection.profile, os.environ) if diagnosis.selection else ()


def _indented(lines: list[str]) -> list[str]:
    return [_INDENT + line for line in lines]
