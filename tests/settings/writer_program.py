"""Writes one of two long contents to a file again and again, until it is killed."""

import sys
from pathlib import Path

from tui_app.settings.storage import write_atomically

CONTENTS = (b"a" * 300_000, b"b" * 300_000)


def main() -> None:
    path = Path(sys.argv[1])
    print("ready", flush=True)
    while True:
        for content in CONTENTS:
            write_atomically(path, content)


if __name__ == "__main__":
    main()
