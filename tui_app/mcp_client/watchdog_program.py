"""The watchdog itself, run as a program of its own: ends server process groups when the pipe from its owner closes.

Reads lines ``+GROUP`` and ``-GROUP`` from standard input. It imports nothing that takes time to load, and nothing of
this package, because it is started next to the first server.
"""

import os
import time

TERMINATE, KILL = 15, 9  # POSIX; the signal module takes longer to import than this program to run
GRACE = 1.0  # seconds from the request to end until the order
STEP = 0.02


def watched_until_the_owner_is_gone() -> set[int]:
    """Read what the owner says; return the groups that were left when it went."""
    groups: set[int] = set()
    pending = b""
    while chunk := os.read(0, 4096):
        *lines, pending = (pending + chunk).split(b"\n")
        for line in lines:
            group = int(line[1:])
            if line[:1] == b"+":
                groups.add(group)
            else:
                groups.discard(group)
    return groups


def signalled(groups: set[int], number: int) -> set[int]:
    """Signal each group; return those that exist."""
    existing = set()
    for group in groups:
        try:
            os.killpg(group, number)
        except OSError:
            continue
        existing.add(group)
    return existing


def main() -> None:
    """Wait for the owner's end, then leave no server behind."""
    groups = signalled(watched_until_the_owner_is_gone(), TERMINATE)
    deadline = time.monotonic() + GRACE
    while groups and time.monotonic() < deadline:
        time.sleep(STEP)
        groups = signalled(groups, 0)
    signalled(groups, KILL)


if __name__ == "__main__":
    main()
