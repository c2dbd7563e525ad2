"""Breaking off what a thread computes, wherever it is in Python; a single call into C is waited for.

This module loads no asyncio: it is needed where a thread may not have come to that.
"""

from __future__ import annotations

import sys
import threading
from functools import lru_cache


class BrokenOff(BaseException):
    """Raised within what nobody waits for any more; no fault."""


def break_off(thread: threading.Thread) -> bool:
    """Raise `BrokenOff` in ``thread``, at its next step of Python; False where it has ended or not begun."""
    import ctypes  # late: seldom needed

    if thread.ident is None or not thread.is_alive():
        return False
    _say_nothing_of_it()
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(BrokenOff))
    return True


@lru_cache(maxsize=1)
def _say_nothing_of_it() -> None:
    """Have Python print no traceback where it ignores that a computation is broken off."""
    report = sys.unraisablehook

    def unless_broken_off(ignored: sys.UnraisableHookArgs) -> None:
        if not issubclass(ignored.exc_type, BrokenOff):
            report(ignored)

    sys.unraisablehook = unless_broken_off
