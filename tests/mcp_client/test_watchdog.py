"""The watchdog is one process, quick to start, and survives its own death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.processes import wait_until
from tui_app.processes.watchdog import Watchdog

MARK = "0123456789abcdef"


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"], start_new_session=True)


SHELLS = [shell for shell in ("/bin/sh", "/bin/bash", "/bin/dash", "/bin/zsh", "/bin/ksh") if Path(shell).exists()]


@pytest.mark.parametrize("shell", SHELLS)
def test_what_is_guarded_ends_with_the_watchdogs_owner_and_what_was_released_lives(shell: str) -> None:
    watchdog = Watchdog(shell)
    guarded, released = sleeper(), sleeper()
    watchdog.guard(guarded.pid, MARK)
    watchdog.guard(released.pid, MARK)
    watchdog.release(released.pid)
    watchdog.stop()
    assert guarded.wait(20) == -signal.SIGTERM
    assert released.poll() is None
    released.kill()
    released.wait()


@pytest.mark.parametrize("shell", SHELLS)
def test_what_does_not_end_when_asked_to_is_killed(shell: str) -> None:
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(600)"
    stubborn = subprocess.Popen(
        [sys.executable, "-S", "-c", deaf], start_new_session=True, stdout=subprocess.PIPE, bufsize=0
    )
    with stubborn:
        assert stubborn.stdout
        stubborn.stdout.readline()
        watchdog = Watchdog(shell)
        watchdog.guard(stubborn.pid, MARK)
        watchdog.stop()
        assert stubborn.wait(20) == -signal.SIGKILL


def test_a_group_that_was_released_twice_or_never_guarded_changes_nothing() -> None:
    watchdog = Watchdog()
    first, last = sleeper(), sleeper()
    watchdog.guard(first.pid, MARK)
    watchdog.release(1)
    watchdog.guard(last.pid, MARK)
    watchdog.release(1)
    watchdog.stop()
    assert (first.wait(20), last.wait(20)) == (-signal.SIGTERM, -signal.SIGTERM)


def test_a_watchdog_that_was_killed_is_replaced_and_knows_what_the_first_one_guarded() -> None:
    watchdog = Watchdog()
    first, second = sleeper(), sleeper()
    watchdog.guard(first.pid, MARK)
    killed = watchdog.pid
    assert killed
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not watchdog.running)
    watchdog.guard(second.pid, MARK)
    assert watchdog.pid != killed
    watchdog.stop()
    assert (first.wait(20), second.wait(20)) == (-signal.SIGTERM, -signal.SIGTERM)


def test_without_a_shell_servers_run_unguarded() -> None:
    watchdog = Watchdog(shell="/no/such/shell")
    watchdog.guard(os.getpid(), MARK)
    watchdog.release(os.getpid())
    watchdog.stop()
    assert watchdog.pid is None
