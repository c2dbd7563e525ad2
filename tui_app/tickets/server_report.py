"""The layout of a `ServerReport`, drawn by ``ticketdeck doctor`` as text and by the server pane in colours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import TypeAlias

from msgspec import Struct

from tui_app.tickets.servers import STANDARD_ERROR, CallRecord, ServerReport, ToolSummary

_MOST_CALLS = 30
_CAPTION_WIDTH = 10
_ROLE_WIDTH = 9


class Tone(StrEnum):
    """How a part of a line is emphasised."""

    NORMAL = "normal"
    MUTED = "muted"
    STRONG = "strong"
    ACCENT = "accent"
    FAILED = "failed"


ReportLine: TypeAlias = tuple[tuple[str, Tone], ...]
"""The parts of one line, each with its tone."""


class ReportSection(Struct, frozen=True):
    """Lines under a title."""

    title: str
    lines: tuple[ReportLine, ...]


def plain_line(line: ReportLine) -> str:
    """The text of a line, without emphasis."""
    return "".join(text for text, _ in line).rstrip()


def caption_line(caption: str, text: str) -> ReportLine:
    """A fact with its caption, aligned with the others."""
    return ((f"{caption:<{_CAPTION_WIDTH}}", Tone.MUTED), (text, Tone.NORMAL))


def report_sections(report: ServerReport) -> Iterator[ReportSection]:
    """The sections of a report in order; only the first, the server itself, is always there."""
    yield ReportSection("Server", tuple(_facts(report)))
    yield from _section("Tools", map(_tool_line, report.tools))
    yield from _section("Mapping", _text_lines(report.mapping))
    yield from _section("Calls", map(_call_line, report.calls[-_MOST_CALLS:]))
    program = report.log_name == STANDARD_ERROR
    where = "lines on standard output" if program else "lines of answers"
    skipped = f"{report.skipped_lines} {where} were not JSON:\n" if report.skipped_lines else ""
    title = "Standard output that was skipped" if program else "Answers that were skipped"
    yield from _section(title, _text_lines(skipped + report.skipped_tail))
    yield from _section(report.log_name.capitalize(), _text_lines(report.stderr_tail))


def _section(title: str, lines: Iterable[ReportLine]) -> Iterator[ReportSection]:
    section = ReportSection(title, tuple(lines))
    if section.lines:
        yield section


def _facts(report: ServerReport) -> Iterator[ReportLine]:
    started = f"{report.start_seconds:.1f} s to start, " if report.start_seconds is not None else ""
    for caption, text in (
        ("Server", f"{report.server_name} {report.server_version}".strip() or "not started"),
        ("Protocol", f"{report.protocol_version} ({report.era})" if report.era else ""),
        ("Adapter", f"{report.adapter}: {report.adapter_reason}" if report.adapter else ""),
        ("Login", report.authentication),
        ("Sessions", f"{started}{report.live_sessions} live"),
    ):
        if text:
            yield caption_line(caption, text)


def _tool_line(tool: ToolSummary) -> ReportLine:
    access = {True: "  only reads", False: "  for changes", None: ""}[None if tool.role else tool.read_only]
    return (
        (f"{tool.role or '·':<{_ROLE_WIDTH}}", Tone.ACCENT),
        (tool.name, Tone.STRONG if tool.role else Tone.NORMAL),
        (f"{access}  {_first_sentence(tool.description)}", Tone.MUTED),
    )


def _call_line(call: CallRecord) -> ReportLine:
    return (
        (f"{call.elapsed * 1000:>7.0f} ms  ", Tone.FAILED if call.failed else Tone.MUTED),
        (call.tool, Tone.STRONG),
        (f" {call.arguments}", Tone.NORMAL),
    )


def _text_lines(text: str) -> Iterator[ReportLine]:
    for line in text.splitlines():
        yield ((line, Tone.NORMAL),)


def _first_sentence(text: str) -> str:
    """What a tool is for; the rest of a description is about calling it."""
    line = text.strip().partition("\n")[0]
    sentence, stop, _ = line.partition(". ")
    return sentence + stop.rstrip()
