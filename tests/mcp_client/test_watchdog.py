"""The watchdog is one process, quick to start, and survives its own death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from tests.processes import wait_until
from tui_app.mcp_client.watchdog import Watchdog


def sleeper() -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-S", "-c", "import time; time.sleep(600)"], start_new_session=True)


def test_what_is_guarded_ends_with_the_watchdogs_owner_and_what_was_released_lives() -> None:
    watchdog = Watchdog()
    guarded, released = sleeper(), sleeper()
    watchdog.guard(guarded.pid)
    watchdog.guard(released.pid)
    watchdog.release(released.pid)
    watchdog.stop()
    assert guarded.wait(5) == -signal.SIGTERM
    assert released.poll() is None
    released.kill()
    released.wait()


def test_a_watchdog_that_was_killed_is_replaced_and_knows_what_the_first_one_guarded() -> None:
    watchdog = Watchdog()
    first, second = sleeper(), sleeper()
    watchdog.guard(first.pid)
    killed = watchdog.pid
    assert killed
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not watchdog.running)
    watchdog.guard(second.pid)
    assert watchdog.pid != killed
    watchdog.stop()
    assert (first.wait(5), second.wait(5)) == (-signal.SIGTERM, -signal.SIGTERM)


def test_without_an_interpreter_servers_run_unguarded() -> None:
    watchdog = Watchdog(interpreter="/no/such/python")
    watchdog.guard(os.getpid())
    watchdog.release(os.getpid())
    watchdog.stop()
    assert watchdog.pid is None
