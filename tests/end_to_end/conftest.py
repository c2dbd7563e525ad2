"""Which of the whole-program tests run by themselves, and which by hand (``pytest -m terminal``).

The latter wait for screens of a program under faults, and are not steady enough yet on a busy machine.
"""

from __future__ import annotations

import pytest

BY_HAND = ("test_faults", "test_home", "test_hostile", "test_huge", "test_endings", "test_chaos")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that run by hand."""
    for item in items:
        if item.path.stem in BY_HAND and item.path.parent.name == "end_to_end":
            item.add_marker(pytest.mark.terminal)
