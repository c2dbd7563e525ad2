"""Writes the table of keys into README.md: ``python -m tests.cli.readme``."""

from __future__ import annotations

from pathlib import Path

from tui_app.ui.keymap import keys_markdown

README = Path(__file__).parents[2] / "README.md"
_BEGIN = "<!-- keys: written by `python -m tests.cli.readme` -->\n"
_END = "<!-- end of keys -->\n"


def with_keys(text: str) -> str:
    """``text`` with the table of keys as the program has it."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return f"{before}{_BEGIN}\n{keys_markdown()}\n{_END}{after}"


if __name__ == "__main__":
    README.write_text(with_keys(README.read_text(encoding="utf-8")), encoding="utf-8")
