"""Measuring as ratios: each figure is taken in turn with its reference in one run, so that a slow moment hits both.

A `Case` yields pairs (subject, reference). The median of the ratios is compared with the goal; the machine's own speed
cancels out. Nothing here asserts: the table is for people, and for whoever compares two tables.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

DEFAULT_RUNS = 9
"""Fewer give a median that a single busy moment moves."""


class Compare(StrEnum):
    """How a subject is held against its reference."""

    RATIO = "ratio"
    DIFFERENCE = "difference"


@dataclass(frozen=True, slots=True)
class Pair:
    """One measurement of the subject and one of its reference, in the case's unit."""

    subject: float
    reference: float


@dataclass(frozen=True, slots=True)
class Case:
    """Something worth measuring. ``measure`` yields pairs, as many as it is asked for; the first is a warm-up."""

    name: str
    what: str
    reference: str
    goal: float
    measure: Callable[[int], Iterator[Pair]]
    unit: str = "ms"
    compare: Compare = Compare.RATIO
    runs: int = DEFAULT_RUNS
    slow: bool = False
    """Takes minutes: measured only when it is named or with ``--all``."""


@dataclass(frozen=True, slots=True)
class Figure:
    """What came out of a case."""

    case: Case
    pairs: tuple[Pair, ...]

    @property
    def subject(self) -> float:
        """Median of the subject."""
        return statistics.median(pair.subject for pair in self.pairs)

    @property
    def reference(self) -> float:
        """Median of the reference."""
        return statistics.median(pair.reference for pair in self.pairs)

    @property
    def values(self) -> list[float]:
        """Each pair's ratio or difference, smallest first."""
        if self.case.compare is Compare.RATIO:
            return sorted(pair.subject / pair.reference for pair in self.pairs)
        return sorted(pair.subject - pair.reference for pair in self.pairs)

    @property
    def value(self) -> float:
        """The median of `values`: what is held against the goal."""
        return statistics.median(self.values)

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.value <= self.case.goal


def run(case: Case, runs: int | None = None) -> Figure:
    """Measure a case; the first pair warms caches up and is not counted."""
    wanted = runs or case.runs
    pairs = tuple(case.measure(wanted + 1))
    return Figure(case, pairs[1:])


def milliseconds(action: Callable[[], object]) -> float:
    """How long one call of ``action`` takes, with the garbage of earlier ones out of the way."""
    gc.collect()
    begin = time.perf_counter()
    action()
    return (time.perf_counter() - begin) * 1000


def in_turn(subject: Callable[[], float], reference: Callable[[], float]) -> Callable[[int], Iterator[Pair]]:
    """A measure that takes the reference and then the subject, again and again."""

    def measure(runs: int) -> Iterator[Pair]:
        for _ in range(runs):
            before = reference()
            yield Pair(subject(), before)

    return measure
