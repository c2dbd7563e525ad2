"""``python -m tui_app`` is the command ``ticketdeck``."""

from tui_app.cli import main

if __name__ == "__main__":
    raise SystemExit(main())
