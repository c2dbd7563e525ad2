"""ticketdeck: a keyboard-driven terminal browser for the tickets of any tracker.

The floors import downwards only (``cli`` > ``ui | worker | local_tracker`` > ``adapters`` > ``settings`` >
``mcp_client`` > ``tickets``); a contract in ``pyproject.toml`` holds that.
"""

__version__ = "0.1.0"
