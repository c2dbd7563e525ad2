"""Adds searches called ``NAME-0`` .. ``NAME-99`` to a file of recents, as one running browser among several."""

import sys
from pathlib import Path

from tui_app.settings.storage import JsonFile


def main() -> None:
    path, name = Path(sys.argv[1]), sys.argv[2]
    file = JsonFile(path, version=1, what="Test")
    for number in range(100):

        def add(content: dict[str, object], entry: str = f"{name}-{number}") -> None:
            entries = content.setdefault("entries", [])
            assert isinstance(entries, list)
            entries.append(entry)

        file.update(add)
    assert not file.notices, file.notices


if __name__ == "__main__":
    main()
