"""Run by tests: a program that no request ends, with a child of the same kind that has left its session.

``stubborn.py STARTED [--become COMMAND..]``: creates the file STARTED once both are there, and then waits, or becomes
COMMAND and leaves the child behind. Other words are ignored, as an editor is handed a file.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
    signal.signal(number, signal.SIG_IGN)
if len(sys.argv) > 1:
    subprocess.Popen(
        [sys.executable, "-S", __file__],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    Path(sys.argv[1]).touch()
    if sys.argv[2:3] == ["--become"]:
        os.execv(sys.argv[3], sys.argv[3:])
time.sleep(600)
