"""Run the fault suite and print one row for each fault: ``python -m tests.mcp_client.fault_table [pytest options]``.

A row holds the fault, what is expected, what was seen and the seconds it took. The exit code is not 0 if any differ.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

SUITE = ("test_protocol_faults.py", "test_process_faults.py", "test_eras.py", "test_node.py")
WIDTHS = (78, 44, 44)


@dataclass(frozen=True, slots=True)
class Row:
    """One fault."""

    fault: str
    expected: str
    seen: str
    seconds: float
    passed: bool

    def __str__(self) -> str:
        cells = (_cut(text, width) for text, width in zip((self.fault, self.expected, self.seen), WIDTHS, strict=True))
        return f"{' '.join(cells)} {self.seconds:6.2f} {'' if self.passed else ' DIFFERS'}".rstrip()


class Collector:
    """A pytest plugin that turns reports into rows. Only tests that give a verdict are faults."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        said = {key: str(value) for key, value in report.user_properties}
        if (report.when != "call" and not report.failed) or (report.passed and "expected" not in said):
            return
        last_line = report.longreprtext.strip().rpartition("\n")[2]
        self.rows.append(
            Row(
                fault=_name(report.nodeid.rpartition("::")[2]),
                expected=said.get("expected", "no error"),
                seen=said.get("seen", last_line or report.outcome),
                seconds=report.duration,
                passed=report.passed,
            )
        )


def _name(test: str) -> str:
    """The sentence that a test's name is, behind its parameters, which tell faults of one kind apart."""
    sentence, _, parameters = test.removeprefix("test_").partition("[")
    words = sentence.replace("_", " ")
    return f"{parameters.removesuffix(']')}: {words}" if parameters else words


def _cut(text: str, width: int) -> str:
    """One line of exactly ``width`` printable columns."""
    shown = text.encode("ascii", "backslashreplace").decode().replace("\n", " ")
    return (shown if len(shown) <= width else shown[: width - 2] + "..").ljust(width)


def main(options: list[str]) -> int:
    """Run, print, and return the exit code."""
    collector = Collector()
    here = Path(__file__).parent
    suite = [str(here / name) for name in SUITE]
    without_terminal = ("-p", "no:terminal", "-o", "addopts=", "-m", "not slow")  # our addopts name a terminal's option
    code = pytest.main([*suite, *without_terminal, *options], [collector])
    heading = " ".join(name.ljust(width) for name, width in zip(("fault", "expected", "seen"), WIDTHS, strict=True))
    print(f"{heading} seconds")
    for row in collector.rows:
        print(row)
    differing = sum(not row.passed for row in collector.rows)
    print(f"{len(collector.rows)} faults, {differing} differ")
    return int(code) or int(differing > 0) or int(not collector.rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
