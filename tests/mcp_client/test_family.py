"""A process that was started here ends with everything that it started, wherever that has gone."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.processes import MARK, marked_processes, new_mark, wait_until, wait_until_gone
from tui_app.processes.family import Family, run, start
from tui_app.processes.watchdog import watchdog

_THIRTY = " ".join(str(number) for number in range(30))
_TIRELESS = 'trap "" TERM HUP; while :; do'
APART = {
    "in its group": "sleep 600 &",
    "in a session of its own": "setsid sleep 600 &",
    "deaf, in a session of its own": "setsid sh -c 'trap \"\" TERM HUP; sleep 600; sleep 600' &",
    "deaf and tireless": f"for _ in {_THIRTY}; do setsid sh -c '{_TIRELESS} sleep 600; done' & done",
    "deaf and tireless, without our environment": (
        f"for _ in {_THIRTY}; do setsid sh -c '{_TIRELESS} env -i {MARK}=${MARK} sleep 600; done' & done"
    ),
    "as a daemon": "(setsid sleep 600 &)",
    "as the daemon of a daemon": "(setsid sh -c '(setsid sleep 600 &)' &)",
    "without our environment": f"env -i {MARK}=${MARK} setsid sleep 600 &",
    "without our environment, below another": f"sh -c 'env -i {MARK}=${MARK} setsid sleep 600; :' &",
}


def family_of(tmp_path: Path, mark: dict[str, str], apart: str) -> Family:
    there = tmp_path / "there"
    family = start(
        ["sh", "-c", f"{apart}\nsleep 0.2; touch {there}; sleep 600"],
        environment={"PATH": "/usr/bin:/bin", **mark},
        start_new_session=True,
    )
    wait_until(there.exists)
    wait_until(lambda: any(" 600" in process for process in marked_processes(mark)))
    return family


@pytest.mark.parametrize("apart", APART.values(), ids=APART.keys())
def test_a_family_ends_as_a_whole(tmp_path: Path, apart: str) -> None:
    mark = new_mark()
    family = family_of(tmp_path, mark, apart)

    family.end()

    wait_until_gone(mark, 1.0)


@pytest.mark.parametrize("apart", APART.values(), ids=APART.keys())
def test_the_watchdog_ends_a_family_as_a_whole(tmp_path: Path, apart: str) -> None:
    mark = new_mark()
    family = family_of(tmp_path, mark, apart)

    watchdog.stop()

    wait_until_gone(mark, 1.0)
    family.process.wait()


AGAIN = (
    '[ "$1" -gt 0 ] || exit; trap "" TERM HUP; sleep 0.03; '
    'setsid sh -c "$AGAIN" sh $(($1 - 1)) </dev/null >/dev/null 2>&1 &'
)
"""Starts itself anew in a session of its own, and goes; bounded, and in a namespace that ends with the test."""


def end_what_starts_itself_anew(ways: Sequence[str]) -> None:
    """The body of the test below, as the first process of a namespace."""
    for way in ways:
        mark = new_mark()
        variables = {"PATH": "/usr/bin:/bin", "AGAIN": AGAIN, **mark}
        family = start(["sh", "-c", f"{AGAIN}\nsleep 600", "sh", "200"], environment=variables, start_new_session=True)
        wait_until(lambda: any("sh 19" in process for process in marked_processes(mark)))  # noqa: B023
        if way == "family":
            family.end()
        else:
            watchdog.stop()
            family.process.wait()
        wait_until_gone(mark, 1.0)


def test_what_starts_itself_anew_over_and_over_is_caught() -> None:
    apart = ["unshare", "-Urpf", "--mount-proc"]
    if shutil.which("unshare") is None or subprocess.run([*apart, "true"], check=False, capture_output=True).returncode:
        pytest.skip("it is let loose in a namespace of its own only")
    ways = f"from {__name__} import *; end_what_starts_itself_anew(['family', 'watchdog'])"
    subprocess.run([*apart, sys.executable, "-c", ways], check=True)


def test_what_a_command_left_behind_by_intent_stays() -> None:
    mark = new_mark()
    assert run(["sh", "-c", "(setsid sleep 3 >/dev/null &)"], environment=mark | {"PATH": "/usr/bin:/bin"}) == (0, "")
    watchdog.stop()
    assert marked_processes(mark)


def test_a_command_that_takes_too_long_is_ended_with_what_it_started() -> None:
    mark = new_mark()
    with pytest.raises(subprocess.TimeoutExpired):
        run(
            [sys.executable, "-c", "import subprocess; subprocess.run(['sleep', '600'], start_new_session=True)"],
            environment=mark,
            seconds=0.5,
        )
    wait_until_gone(mark, 1.0)


@pytest.mark.parametrize("given", [b"", b"\xc3\xa4\n", b"x" * 200_000], ids=len)
def test_a_command_reads_what_it_is_given(given: bytes) -> None:
    assert run(["cat"], given=given, stdout=subprocess.PIPE) == (0, given.decode())


def test_a_command_may_leave_unread_what_it_is_given() -> None:
    assert run(["true"], given=b"x" * 200_000) == (0, "")


def test_text_is_handed_back() -> None:
    assert run(["printf", "ä"], stdout=subprocess.PIPE) == (0, "ä")
