"""A login tool that asks for a PIN without showing it: 1234 is right. With ``--deaf`` it ignores SIGTERM."""

from __future__ import annotations

import getpass
import signal
import sys
import time

if "--deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
pin = getpass.getpass("PIN: ")
if "--slow" in sys.argv:
    print("touch the key", flush=True)
    time.sleep(1)
sys.exit(0 if pin == "1234" else 1)
