"""The browser over a fake service as a program of its own, for the tests that need a real terminal."""

from __future__ import annotations

import subprocess
import sys

from tests.ui.fakes import FakeService
from tests.ui.support import make_app, tickets
from tui_app.tickets.servers import TerminalNeeded


def main() -> int:
    """``login``: a login command asks for the terminal at once; ``crash``: the interface has a fault."""
    service = FakeService(tickets())
    if "login" in sys.argv:
        service.reply(TerminalNeeded("local", "Log in to work", "login --pin", ask_for_pin, lambda reason: None))
    app = make_app(service)
    if "crash" in sys.argv:
        app.browser.action_facets = lambda: 1 // 0  # type: ignore[method-assign, assignment]
    app.run()
    if app.fault is not None:
        print(f"fault: {type(app.fault).__name__}")
        return 1
    return app.return_code or 0


def ask_for_pin() -> str:
    """A login that wants a line from the terminal, and shows what it got."""
    script = 'import sys; pin = input("PIN: "); print("got", len(pin)); sys.exit(0)'
    outcome = subprocess.run([sys.executable, "-c", script], check=False)
    return f"Logged in, exit code {outcome.returncode}."


if __name__ == "__main__":
    raise SystemExit(main())
