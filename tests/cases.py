"""Which cases of a parametrised test are in every run, and how many examples a property is tried on."""

from __future__ import annotations

from typing import Any

import pytest
from _pytest.mark import ParameterSet
from hypothesis import settings

_USUAL = 100  # what hypothesis tries by itself


def one_quick(*cases: Any) -> list[ParameterSet]:
    """The first case of a kind is in every run; the others, more of the same, are slow. A tuple: several arguments."""
    return [
        pytest.param(*(case if isinstance(case, tuple) else (case,)), marks=[pytest.mark.slow] if number else [])
        for number, case in enumerate(cases)
    ]


def examples(count: int) -> int:
    """``count``, or as few as the profile in force asks for where that is below hypothesis' own number."""
    asked = settings().max_examples
    return min(count, asked) if asked < _USUAL else count
