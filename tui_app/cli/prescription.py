"""A `Diagnosis` in words and as JSON. Everything in it is sanitised and masked here once more."""

from __future__ import annotations

import os
from collections.abc import Iterator

from tui_app import __version__
from tui_app.cli.diagnosis import Diagnosis
from tui_app.cli.output import error_document, error_lines
from tui_app.settings.expansion import known_secrets, shown_command, shown_environment
from tui_app.settings.profiles import Profile
from tui_app.settings.secrets import mask_text
from tui_app.tickets.json_values import with_texts
from tui_app.tickets.messages import ServerReport
from tui_app.tickets.text import clean
from tui_app.tickets.ticket import JsonValue

_INDENT = "  "


def as_text(diagnosis: Diagnosis) -> str:
    """For people: one section for each thing looked at, faults last."""
    sections = [("ticketdeck", [__version__]), ("Files", [*_file_lines(diagnosis)])]
    sections.append(("Programs", [f"{name}: {version or 'not found'}" for name, version in diagnosis.programs.items()]))
    if diagnosis.choice:
        sections.append((f"Profile {diagnosis.choice.profile.name}", [*_profile_lines(diagnosis.choice.profile)]))
    if diagnosis.server:
        sections += _server_sections(diagnosis.server)
    if diagnosis.found is not None:
        sections.append(("Trial search", [f"{diagnosis.found} tickets in {diagnosis.found_seconds:.2f} s"]))
    if diagnosis.notices:
        sections.append(("Notices", diagnosis.notices))
    for fault in diagnosis.faults:
        sections.append(("What fails", error_lines(fault)))
    text = "\n\n".join("\n".join((title, *_indented(lines))) for title, lines in sections)
    verdict = "Something has to be done, see above." if diagnosis.faults else "All is well."
    return clean(mask_text(f"{text}\n\n{verdict}\n", _secrets(diagnosis)))


def as_json(diagnosis: Diagnosis) -> JsonValue:
    """For programs: the same, and nothing else."""
    secrets = _secrets(diagnosis)
    masked: JsonValue = with_texts(
        {
            "ok": not diagnosis.faults,
            "version": __version__,
            "files": {what: {"path": str(path), "exists": there} for what, (path, there) in diagnosis.files.items()},
            "programs": {**diagnosis.programs},
            "profile": _profile_json(diagnosis.choice.profile) if diagnosis.choice else None,
            "server": _server_json(diagnosis.server) if diagnosis.server else None,
            "trial_search": None
            if diagnosis.found is None
            else {"tickets": diagnosis.found, "seconds": round(diagnosis.found_seconds, 3)},
            "notices": [*diagnosis.notices],
            "errors": [error_document(fault) for fault in diagnosis.faults],
        },
        lambda text: clean(mask_text(text, secrets)),
    )
    return masked


def _file_lines(diagnosis: Diagnosis) -> Iterator[str]:
    for what, (path, there) in diagnosis.files.items():
        yield f"{what}: {path}{'' if there else ' (not there)'}"


def _profile_lines(profile: Profile) -> Iterator[str]:
    yield f"command: {shown_command(profile)}"
    yield f"configured in: {profile.source}"
    yield f"adapter: {profile.adapter}"
    if profile.cwd:
        yield f"directory: {profile.cwd}"
    if profile.auth:
        yield f"authentication: {profile.auth.name}"
    for name, value in shown_environment(profile).items():
        yield f"env {name}={value}"


def _server_sections(report: ServerReport) -> list[tuple[str, list[str]]]:
    sections = [("Server", [*_server_lines(report)])]
    if report.mapping:
        sections.append(("Mapping (as config)", report.mapping.splitlines()))
    if report.calls:
        calls = [
            f"{call.tool} {call.arguments} ({call.elapsed:.2f} s{', failed' if call.failed else ''})"
            for call in report.calls
        ]
        sections.append(("Calls", calls))
    if report.stderr_tail.strip():
        sections.append(("Standard error", report.stderr_tail.strip().splitlines()))
    return sections


def _server_lines(report: ServerReport) -> Iterator[str]:
    if report.server_name or report.server_version:
        yield f"name: {report.server_name} {report.server_version}".rstrip()
    if report.protocol_version:
        yield f"protocol: {report.protocol_version} ({report.era})"
    if report.start_seconds is not None:
        yield f"started in: {report.start_seconds:.2f} s"
    if report.authentication:
        yield f"authentication: {report.authentication}"
    if report.adapter:
        yield f"adapter: {report.adapter}{f' ({report.adapter_reason})' if report.adapter_reason else ''}"
    if report.skipped_lines:
        yield f"lines on standard output that are no protocol: {report.skipped_lines}"
    yield f"tools: {len(report.tools)}"
    for tool in report.tools:
        yield f"{_INDENT}{tool.name}{f': {tool.role}' if tool.role else ''}"


def _profile_json(profile: Profile) -> JsonValue:
    return {
        "name": profile.name,
        "command": shown_command(profile),
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
    return known_secrets(diagnosis.choice.profile, os.environ) if diagnosis.choice else ()


def _indented(lines: list[str]) -> list[str]:
    return [_INDENT + line for line in lines]
