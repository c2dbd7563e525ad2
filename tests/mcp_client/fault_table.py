"""Run the fault suite and print one row for each fault: ``python -m tests.mcp_client.fault_table [pytest options]``.

A row holds the fault, what is expected, what was seen, in which words, the seconds it took, and by how many MB the
memory grew meanwhile, that of a faulty server in the same process included. With ``FAULT_MEBIBYTES=32`` faults of size
meet the limit that the program has. The exit code is not 0 if any differ, or took more than 150 MB.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

SUITE = (
    "test_protocol_faults.py",
    "test_process_faults.py",
    "test_eras.py",
    "test_node.py",
    "http/test_http_faults.py",
    "../worker/test_oauth_faults.py",
)
HEADINGS = {"fault": 78, "expected": 28, "seen": 28, "words": 120}
MOST_MEGABYTES = 150


@dataclass(frozen=True, slots=True)
class Row:
    """One fault."""

    fault: str
    expected: str
    seen: str
    words: str
    seconds: float
    megabytes: float
    passed: bool

    @property
    def differs(self) -> bool:
        return not self.passed or self.megabytes > MOST_MEGABYTES

    def __str__(self) -> str:
        texts = (self.fault, self.expected, self.seen, self.words)
        cells = (_cut(text, width) for text, width in zip(texts, HEADINGS.values(), strict=True))
        last = " DIFFERS" if self.differs else ""
        return f"{' '.join(cells)} {self.seconds:7.2f} {self.megabytes:5.0f} {last}".rstrip()


class Collector:
    """A pytest plugin that turns reports into rows. Only tests that give a verdict are faults."""

    def __init__(self) -> None:
        self.rows: list[Row] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Iterator[None]:
        before = _memory("VmRSS", anew=True)
        yield
        item.user_properties.append(("megabytes", _memory("VmHWM") - before))

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
                words=said.get("words", ""),
                seconds=report.duration,
                megabytes=float(said.get("megabytes", 0)),
                passed=report.passed,
            )
        )


def _memory(kind: str, *, anew: bool = False) -> float:
    """MB that this process has, or had at most since it was last asked ``anew``; 0 where the system does not say."""
    gc.collect()
    try:
        if anew:
            Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(kind))


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
    print(f"{' '.join(name.ljust(width) for name, width in HEADINGS.items())} seconds    MB")
    for row in collector.rows:
        print(row)
    differing = sum(row.differs for row in collector.rows)
    most = max((row.megabytes for row in collector.rows), default=0.0)
    print(f"{len(collector.rows)} faults, {differing} differ; at most {most:.0f} MB")
    return int(code) or int(differing > 0) or int(not collector.rows)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
