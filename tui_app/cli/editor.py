"""A file in the user's editor, for the commands that have one written."""

from __future__ import annotations

from pathlib import Path

from tui_app.settings.storage import write_atomically
from tui_app.tickets.errors import UsageError
from tui_app.ui.sharing.external import editor_argv, run_in_terminal


def edited(path: Path, field: str, instead: str = "", *, begin: str | None = None) -> str:
    """Let the user write a file in ``$VISUAL`` or ``$EDITOR``; nothing is written where there is no editor.

    Args:
        path: the file; its folder is made if it is not there.
        field: what an error is about.
        instead: the end of a sentence on what can be done without an editor; empty: nothing.
        begin: what the file is to hold before; None: what it holds.

    Returns:
        How the editor ended, as the beginning of a sentence; empty: well.

    Raises:
        UsageError: there is no editor, or it cannot be run.
    """
    argv = editor_argv()
    if not argv:
        raise UsageError("There is no editor.", hint=f"Set $EDITOR to one{instead}.", field=field)
    if begin is None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    else:
        write_atomically(path, begin.encode(errors="replace"))
    try:
        code = run_in_terminal([*argv, str(path)])
    except OSError as error:
        why = f"{argv[0]} cannot be run: {error.strerror}."
        raise UsageError(why, hint=f"Set $EDITOR to your editor{instead}.", field=field) from None
    return f"{argv[0]} ended with {code}" if code else ""
