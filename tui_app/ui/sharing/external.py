"""Other programs: a ticket's address in the browser, its text in the user's pager or editor.

Invariants: an address is http or https, goes by argv and through no shell, and is its caller's to show before.
Pager and editor have the terminal meanwhile, a pager its text through a pipe where it reads one, and both end with this
program. Of a copy of a ticket, which is sanitised, what an editor saves is dropped; only `edit_text` hands it back. A
browser is the user's, and stays.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

from tui_app.processes.family import run
from tui_app.processes.lent_text import lent
from tui_app.tickets.export import tickets_to_markdown
from tui_app.tickets.ticket import Ticket
from tui_app.tickets.urls import safe_url

if TYPE_CHECKING:
    from textual.app import App

_PAGERS = ("less", "more")
_PIPE_READERS = frozenset(("less", "more", "most", "bat", "batcat", "moar", "moor", "ov", "lv", "pg"))
"""Pagers that read their standard input and take keys from the terminal itself; any other program gets a file."""
_EDITORS = ("editor", "nano", "vim", "vi")


def page_tickets(app: App[Any], tickets: Sequence[Ticket]) -> str | None:
    """Show whole tickets in ``$PAGER``, one below the other; returns why not, or None."""
    argv = _program(("PAGER",), _PAGERS)
    if not argv:
        return "There is no pager; set $PAGER to one."
    return _read_with(app, argv, tickets)


def edit_tickets(app: App[Any], tickets: Sequence[Ticket]) -> str | None:
    """Show whole tickets in ``$VISUAL`` or ``$EDITOR``; returns why not, or None."""
    argv = editor_argv()
    if not argv:
        return "There is no editor; set $EDITOR to one."
    return _read_with(app, argv, tickets)


def editor_argv() -> list[str]:
    """The user's editor as a command; empty where there is none."""
    return _program(("VISUAL", "EDITOR"), _EDITORS)


class Edited(NamedTuple):
    """What came of editing a text: the text as it was saved, or else why it could not be edited."""

    text: str | None
    why_not: str = ""


def edit_text(app: App[Any], text: str) -> Edited:
    """Let the user change a text in ``$VISUAL`` or ``$EDITOR``."""
    argv = editor_argv()
    if not argv:
        return Edited(None, "There is no editor; set $EDITOR to one. The text can be written here.")
    saved = ""

    def keep(file: Path) -> None:
        nonlocal saved
        saved = file.read_text(encoding="utf-8", errors="replace")

    why_not = _with_file(app, argv, text, keep)
    if why_not:
        return Edited(None, why_not)
    added_end = saved.endswith("\n") and not text.endswith("\n")  # editors end the last line
    return Edited(saved.removesuffix("\n") if added_end else saved)


def _program(variables: tuple[str, ...], usual: tuple[str, ...]) -> list[str]:
    for name in variables:
        try:
            words = shlex.split(os.environ.get(name, ""))
        except ValueError:
            words = []
        if words:
            return words
    return next(([name] for name in usual if shutil.which(name)), [])


def _read_with(app: App[Any], argv: list[str], tickets: Sequence[Ticket]) -> str | None:
    """Run the program on a copy of the tickets, with the terminal as it was before ours."""
    return _with_file(app, argv, tickets_to_markdown(tickets), lambda _: None, pipes=_PIPE_READERS)


def _with_file(
    app: App[Any], argv: list[str], text: str, then: Callable[[Path], object], pipes: Collection[str] = ()
) -> str | None:
    """Run the program on a file with ``text``, or a pipe where it is one of ``pipes``; ``then`` gets the file."""
    try:
        if Path(argv[0]).name in pipes:
            _run_in_terminal(app, argv, text)
        else:
            with lent(text) as file:
                _run_in_terminal(app, [*argv, str(file)])
                then(file)
    except NotLentError:
        return "This terminal cannot be lent to another program."
    except OSError as error:
        return f"{argv[0]} cannot be run: {error.strerror}."
    return None


def _run_in_terminal(app: App[Any], argv: list[str], text: str | None = None) -> None:
    """Run the program with our terminal until it ends, with ``text`` on its standard input if there is one."""
    with lent_terminal(app):
        run_in_terminal(argv, text)


def run_in_terminal(argv: Sequence[str], text: str | None = None, variables: Mapping[str, str] | None = None) -> int:
    """Run a program with our terminal until it ends; returns its exit code. Within a screen: inside `lent_terminal`.

    Args:
        argv: the command.
        text: what it reads from its standard input; None: our own.
        variables: those of its environment besides ours.

    Raises:
        OSError, ValueError: it cannot be started.
    """
    environment = {**os.environ, **variables} if variables else None
    code, _ = run(argv, given=None if text is None else text.encode(errors="replace"), environment=environment)
    return code


class NotLentError(Exception):
    """This terminal cannot be lent to another program."""


@contextmanager
def lent_terminal(app: App[Any]) -> Iterator[None]:
    """Let other programs have the terminal meanwhile.

    Raises:
        NotLentError: it cannot be lent.
    """
    from textual.app import SuspendNotSupported  # late: the command line takes browser and editor from this module

    with ExitStack() as stack:
        try:
            stack.enter_context(app.suspend())
        except SuspendNotSupported:
            raise NotLentError from None
        stack.enter_context(_interrupts_are_theirs())
        yield
    app.refresh()


@contextmanager
def _interrupts_are_theirs() -> Iterator[None]:
    """Ctrl-C reaches the whole process group; it is meant for the program in the foreground, not for us."""

    def leave_alone(_number: int, _frame: FrameType | None) -> None:
        return

    before = signal.signal(signal.SIGINT, leave_alone)  # not SIG_IGN, which the program would inherit
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


Find = Callable[[str], str | None]


def open_address(url: str | None, *, start: Callable[[list[str]], None] | None = None) -> str | None:
    """Open ``url`` in the user's browser; returns why not, or None when it was started."""
    address = safe_url(url)
    if address is None:
        return "That address cannot be opened safely: only http and https addresses without a password can."
    opener = browser_command(os.environ)
    if not opener:
        return "No web browser was found here (over SSH?). Copy the address with y instead, or set $BROWSER."
    try:
        (start or start_apart)([*opener, address])
    except OSError as error:
        return f"{opener[0]} cannot be run: {error.strerror}."
    return None


def has_browser() -> bool:
    """Whether there is a web browser that can be started from here."""
    return bool(browser_command(os.environ))


def browser_command(environment: Mapping[str, str], find: Find = shutil.which) -> list[str]:
    """The argv that opens an address given as its last word; [] where there is none."""
    try:
        chosen = shlex.split(environment.get("BROWSER", "").split(os.pathsep)[0].replace("%s", ""))
    except ValueError:
        chosen = []
    if chosen and find(chosen[0]):
        return chosen
    return file_command(environment, find)


def file_command(environment: Mapping[str, str], find: Find = shutil.which) -> list[str]:
    """The argv that opens a file given as its last word; [] where there is none."""
    is_far = "SSH_CONNECTION" in environment or "SSH_TTY" in environment
    if sys.platform == "darwin":
        return [] if is_far else ["open"]  # it would open on the far machine's own screen
    has_display = environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")
    candidates = ["xdg-open"] if has_display else []
    if environment.get("WSL_DISTRO_NAME") and not is_far:
        candidates.append("wslview")
    return next(([name] for name in candidates if find(name)), [])


def start_apart(argv: list[str]) -> None:
    """Start it apart from our terminal and wait for it in a thread, so that it leaves no zombie."""
    process = subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    threading.Thread(target=process.wait, name="browser", daemon=True).start()
