"""What ``doctor`` finds out: files, programs, the server, a trial search; each fault with what to do about it."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

from msgspec import Struct, field

from tui_app.cli.asking import Asking
from tui_app.cli.choosing import Choice, choose
from tui_app.cli.given import GlobalOptions
from tui_app.settings import paths
from tui_app.settings.profiles import Profile
from tui_app.settings.secrets import holds_secret
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.errors import ExplainedError
from tui_app.tickets.messages import Inspect, Search, ServerInspected, ServerReport, TicketsFound, new_request_id
from tui_app.tickets.text import clean_line

PROGRAMS = ("node", "npx", "uvx")
"""What MCP servers are mostly started with."""

_VERSION_SECONDS = 10.0  # npx takes a second even when warm
_TRIAL_TICKETS = 5


class Diagnosis(Struct):
    """Everything found out so far. ``faults`` decide the exit code; ``notices`` do not."""

    files: dict[str, tuple[Path, bool]] = field(default_factory=dict)
    """What it is, to where it is and whether it exists."""
    programs: dict[str, str | None] = field(default_factory=dict)
    """Program to version; None: not found."""
    choice: Choice | None = None
    server: ServerReport | None = None
    found: int | None = None
    """Tickets that the trial search brought."""
    found_seconds: float = 0.0
    notices: list[str] = field(default_factory=list)
    faults: list[ExplainedError] = field(default_factory=list)


def diagnose(options: GlobalOptions) -> Diagnosis:
    """Look at everything; a fault ends only what depends on it."""
    diagnosis = Diagnosis(files=_files(options.config))
    versions = _asked_versions()
    try:
        diagnosis.choice = choose(options)
        diagnosis.notices += diagnosis.choice.settings.notices
        diagnosis.notices += plain_secrets(diagnosis.choice.profile)
        _try_server(diagnosis, diagnosis.choice, options.log)
    except ExplainedError as error:
        diagnosis.faults.append(error)
    diagnosis.programs = {program: version() for program, version in versions.items()}
    return diagnosis


def plain_secrets(profile: Profile) -> list[str]:
    """One notice for each secret that stands in clear text in a config file."""
    return [
        f"Profile {profile.name}: env.{name} holds a secret in plain text. Write ${{env:{name}}}, "
        "${keyring:service/user} or ${command:..} instead."
        for name, value in profile.env.items()
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


def _try_server(diagnosis: Diagnosis, choice: Choice, log: str | None) -> None:
    name = choice.profile.name
    with Asking(choice, log) as asking:
        for reply in asking.ask(Inspect(new_request_id(), name)):
            if isinstance(reply, ServerInspected):
                diagnosis.server = reply.report
        criteria = TicketSearchCriteria(max_results=_TRIAL_TICKETS)
        try:
            for page in asking.ask(Search(new_request_id(), name, criteria)):
                if isinstance(page, TicketsFound):
                    diagnosis.found = (diagnosis.found or 0) + len(page.tickets)
                    diagnosis.found_seconds = page.elapsed
                    diagnosis.notices += [f"Trial search: {warning}" for warning in page.warnings]
        finally:
            for reply in asking.ask(Inspect(new_request_id(), name, connect=False)):
                if isinstance(reply, ServerInspected):
                    diagnosis.server = reply.report


def _asked_versions() -> Mapping[str, Callable[[], str | None]]:
    """Ask every program for its version at once; calling a value waits for the answer."""
    return {program: _asked_version(program) for program in PROGRAMS}


def _asked_version(program: str) -> Callable[[], str | None]:
    path = shutil.which(program)
    if path is None:
        return lambda: None
    try:
        process = subprocess.Popen(
            [path, "--version"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
    except OSError:
        return lambda: None
    return lambda: _version(process)


def _version(process: subprocess.Popen[bytes]) -> str:
    with process:
        try:
            output, _ = process.communicate(timeout=_VERSION_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return "does not answer"
    return clean_line(output.decode(errors="replace").strip()) or "unknown"
