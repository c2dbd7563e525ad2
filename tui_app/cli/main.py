"""The command ``ticketdeck``: the one place where faults become exit codes.

Exit codes: 0 success, 1 the request failed, 2 usage or configuration, 3 authentication, 130 interrupted; 128 + n after
signal n.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections.abc import Sequence

from tui_app.cli.given import plainly_given
from tui_app.cli.output import ReaderLeftError, report
from tui_app.tickets.errors import ExplainedError, RequestCancelledError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code and lets no exception out."""
    argv = list(sys.argv[1:] if arguments is None else arguments)
    wants_json = _wants_json(argv)
    try:
        code = _run(argv)
        sys.stdout.flush()
    except (ReaderLeftError, BrokenPipeError):
        _silence_stdout()
        return 0
    except ExplainedError as error:
        return report(error, as_json=wants_json)
    except KeyboardInterrupt:
        return report(RequestCancelledError("You interrupted it."), as_json=wants_json)
    except Exception as error:  # noqa: BLE001 (whatever it is, the user gets a report and not a traceback)
        from tui_app.cli.crash import report_crash

        return report_crash(error)
    return code


def _run(argv: list[str]) -> int:
    options = plainly_given(argv)
    if options is not None and "_TICKETDECK_COMPLETE" not in os.environ:
        from tui_app.cli.browse import browse

        return browse(options)
    from tui_app.cli.commands import run

    return run(argv)


def _wants_json(argv: Sequence[str]) -> bool:
    """Whether ``--format json`` was given; asked before the arguments are parsed, as parsing itself may fail."""
    return "--format=json" in argv or ("--format", "json") in itertools.pairwise(argv)


def _silence_stdout() -> None:
    """Whatever is still in a buffer goes nowhere, so that the interpreter's own last flush does not complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
