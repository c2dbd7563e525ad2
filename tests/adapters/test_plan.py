"""The plan of a search: who applies which criterion, and what the user is warned of."""

from __future__ import annotations

from tests.adapters.known_servers import looking_for
from tui_app.adapters.base import ToolCall, plan_search

CALL = ToolCall("find", {})


def test_what_the_server_does_not_apply_is_filtered_here() -> None:
    criteria = looking_for(text="printer", status=["open"], priority="high", sort="-created_at")

    plan = plan_search(CALL, criteria, {"text"}, ["a warning of the adapter"])

    assert (plan.call, plan.criteria) == (CALL, criteria)
    assert plan.pushed_down == {"text"}
    assert plan.filtered_here == {"status", "priority"}
    assert plan.warnings == ("a warning of the adapter",)


def test_what_only_the_tracker_could_apply_is_left_out_with_a_warning_each() -> None:
    plan = plan_search(CALL, looking_for(native="project = X", assignee="me"), ())

    assert plan.filtered_here == frozenset()
    assert ["native" in warning for warning in plan.warnings] == [True, False]
    assert "`me`" in plan.warnings[1]


def test_nobody_is_warned_of_what_the_server_applies() -> None:
    criteria = looking_for(native="project = X", assignee="me")

    assert plan_search(CALL, criteria, criteria.used_fields()).warnings == ()
