"""Asks the user whether a tool only reads, where a search needs one of which nothing says so.

Invariant: a question that was closed without an answer is not asked again while the program runs.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from textual.screen import Screen

from tui_app.tickets.messages import AccessChanged, Failed, new_request_id
from tui_app.tickets.servers import AllowTool, UndecidedTool
from tui_app.ui import late
from tui_app.ui.reply_routing import FailureHandler, ReplyRouter


class ToolQuestions:
    """Takes failed searches on their way to ``on_failed``.

    Args:
        screen: the host of the dialog.
        router: takes the answer.
        on_failed: gets every failure.
        search_again: called when a tool may be called.
    """

    def __init__(
        self,
        screen: Screen[Any],
        router: ReplyRouter,
        *,
        on_failed: FailureHandler,
        search_again: Callable[[], object],
    ) -> None:
        self._screen = screen
        self._router = router
        self._on_failed = on_failed
        self._search_again = search_again
        self._asked: set[tuple[str, str]] = set()

    def take_failures(self, failures: tuple[Failed, ...], *, is_shown: bool) -> None:
        """Pass them on, and ask what the user has to answer before that search can succeed."""
        self._on_failed(failures, is_shown=is_shown)
        for failure in failures if is_shown else ():
            tool = failure.undecided
            if tool is not None and (failure.profile, tool.digest) not in self._asked:
                self._asked.add((failure.profile, tool.digest))
                question = late.ToolQuestion(failure.profile, tool)
                self._screen.app.push_screen(question, partial(self._answer, failure.profile, tool))

    def _answer(self, profile: str, tool: UndecidedTool, allowed: bool | None) -> None:
        if allowed is None:
            return

        def take(reply: AccessChanged | Failed) -> None:
            if isinstance(reply, Failed):
                self._on_failed((reply,), is_shown=True)
                return
            self._screen.app.notify(reply.line, markup=False)
            if allowed:
                self._search_again()

        self._router.submit(AllowTool(new_request_id(), profile, tool, allowed), take)
