"""``python -m tests.benchmarks [NAME ..] [--runs N] [--all] [--json | --readme]``: the program against its references.

Names may be the beginnings of names up to a dot: ``start`` measures ``start.screen``, ``start.rows`` and so on. Without
names all that take seconds are measured; ``--all`` adds those that take minutes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import traceback

from tests.benchmarks.harness import Case, Compare, Figure, run

MODULES = ("start", "calls", "remote", "text", "reading", "table", "detail", "stall", "memory", "tracker", "soak")
"""Files of cases beside this one, in the order in which they are measured."""

HEAD = "| case | measured | reference | median | spread | goal | |\n|---|---|---|---|---|---|---|"
"""Of the Markdown table."""


def main() -> int:
    """Measure what is asked for and print the table; the exit code tells whether every case could be measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="names of cases, or their beginnings")
    parser.add_argument("--runs", type=int, default=None, help="counted runs of each case")
    parser.add_argument("--all", action="store_true", help="also the cases that take minutes")
    parser.add_argument("--json", action="store_true", help="figures as JSON on standard output")
    parser.add_argument("--readme", action="store_true", help="rows for the table in assets/speed.md")
    arguments = parser.parse_args()
    cases = [case for case in all_cases() if _chosen(case, arguments.names, arguments.all)]
    if not cases:
        parser.error(f"no such case; there are: {', '.join(case.name for case in all_cases())}")
    row = None if arguments.json else _readme_row if arguments.readme else _row
    if row is _row:
        print(HEAD, flush=True)
    figures: list[Figure] = []
    for case in cases:
        print(f"measuring {case.name} ..", file=sys.stderr, flush=True)
        try:
            figure = run(case, arguments.runs)
        except Exception:  # noqa: BLE001 (one case that cannot be measured must not hide the others)
            print(f"{case.name} could not be measured:\n{traceback.format_exc()}", file=sys.stderr)
            continue
        figures.append(figure)
        if row is not None:  # at once: who ends a long measurement early keeps what is known by then
            print(row(figure), flush=True)
    if row is None:
        print(as_json(figures))
    return 1 if len(figures) < len(cases) else 0


def all_cases() -> list[Case]:
    """Every case of every file."""
    cases: list[Case] = []
    for name in MODULES:
        cases += importlib.import_module(f"tests.benchmarks.{name}").CASES
    return cases


def _chosen(case: Case, names: list[str], everything: bool) -> bool:
    if names:
        return any(case.name == name or case.name.startswith(f"{name}.") for name in names)
    return everything or not case.slow


def _row(figure: Figure) -> str:
    """A row below `HEAD`."""
    case = figure.case
    values = figure.values
    measured = f"{case.what}: {figure.subject:.4g} {case.unit}"
    reference = f"{case.reference}: {figure.reference:.4g} {case.unit}"
    sign = "+" if case.compare is Compare.DIFFERENCE else ""
    unit = f" {case.unit}" if case.compare is Compare.DIFFERENCE else ""
    spread = f"{values[0]:.2f} to {values[-1]:.2f}"
    verdict = "met" if figure.met else "OVER"
    median, goal = f"{sign}{figure.value:.2f}{unit}", f"{sign}{case.goal:g}{unit}"
    return f"| {case.name} | {measured} | {reference} | {median} | {spread} | {goal} | {verdict} |"


def _readme_row(figure: Figure) -> str:
    """A row of the table in assets/speed.md."""
    case = figure.case
    difference = case.compare is Compare.DIFFERENCE
    goal, median = (
        f"{value:+.0f} {case.unit}" if difference else f"{value:.3g}" for value in (case.goal, figure.value)
    )
    shown = median if figure.met else f"**{median}**"
    return f"| {case.what} | {case.reference} | {goal} | {shown} | `{case.name}` |"


def as_json(figures: list[Figure]) -> str:
    """The figures as a JSON list."""
    rows = [
        {
            "name": figure.case.name,
            "what": figure.case.what,
            "reference": figure.case.reference,
            "unit": figure.case.unit,
            "compare": figure.case.compare,
            "goal": figure.case.goal,
            "median": figure.value,
            "lowest": figure.values[0],
            "highest": figure.values[-1],
            "subject_median": figure.subject,
            "reference_median": figure.reference,
            "runs": len(figure.pairs),
            "met": figure.met,
        }
        for figure in figures
    ]
    return json.dumps(rows, indent=2)


if __name__ == "__main__":
    raise SystemExit(main())
