"""The command ``ticketdeck``: the one place where faults become exit codes.

Exit codes: 0 success, 1 the request failed, 2 usage or configuration, 3 authentication, 130 interrupted; 128 + n after
signal n.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Sequence

from tui_app.cli.global_options import GlobalOptions, plain_options
from tui_app.cli.output import EXIT_FAILED, OutputFailedError, ReaderLeftError, report
from tui_app.tickets.errors import ExplainedError, RequestCancelledError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code and lets no exception out."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    wants_json = _wants_json(argv)
    if sys.stderr is None:  # started with it closed, as by `2>&-`
        _replace_stderr()
    try:
        code = _run(argv)
        _flush()
    except (ReaderLeftError, BrokenPipeError):
        _silence_stdout()
        return 0
    except OutputFailedError as error:
        _silence_stdout()
        report(error, as_json=False)
        return EXIT_FAILED
    except ExplainedError as error:
        return _reported(error, as_json=wants_json)
    except KeyboardInterrupt:
        return report(RequestCancelledError("You interrupted it."), as_json=wants_json)
    except Exception as error:  # noqa: BLE001 (whatever it is, the user gets a report and not a traceback)
        from tui_app.cli.crash import report_crash  # late: nothing of it is needed unless there is a crash

        return report_crash(error, GlobalOptions().clock)
    return code


def _flush() -> None:
    """Write what is still in the buffer.

    Raises:
        OutputFailedError: it cannot be written.
    """
    try:
        if sys.stdout is not None:
            sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputFailedError(error) from error


def _reported(error: ExplainedError, *, as_json: bool) -> int:
    """Report a fault, also where standard output takes nothing."""
    try:
        return report(error, as_json=as_json)
    except (OutputFailedError, ReaderLeftError):
        _silence_stdout()
        return report(error, as_json=False)


def _run(argv: list[str]) -> int:
    options = plain_options(argv)
    # Late: the browser starts without click, and the commands without what the browser needs.
    if options is not None and "_TICKETDECK_COMPLETE" not in os.environ:
        from tui_app.cli.browse import browse

        return browse(options)
    from tui_app.cli.commands import run

    return run(argv)


def _wants_json(argv: Sequence[str]) -> bool:
    """Whether ``--format json`` is among the arguments; asked before they are parsed, as parsing itself may fail."""
    return "--format=json" in argv or ("--format", "json") in itertools.pairwise(argv)


def _silence_stdout() -> None:
    """Discard what is still in a buffer, so that the interpreter's own last flush does not complain."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _replace_stderr() -> None:
    """Let messages go nowhere, and keep its descriptor from being given to a file that they would damage."""
    while os.open(os.devnull, os.O_RDWR) < 2:
        pass
    sys.stderr = open(2, "w")  # noqa: SIM115 (open until the program ends)
