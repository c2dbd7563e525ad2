"""``python -m tests.pictures``: take README's pictures from the running program, over the embedded tracker.

``assets/browser.svg`` is one screen; ``assets/tour.svg`` is a short recording: some screens shown one after the other
by CSS animation, which browsers play and which needs no script.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from tests.ui.fakes import FakeChangeHistory, FakeDraftMemory, FakeLookMemory, FakeRowMemory, FakeSearchMemory
from tui_app.settings.model import LOCAL_PROFILE, UiSettings, local_profile
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria
from tui_app.tickets.messages import Search, new_request_id
from tui_app.tickets.servers import ProfileSummary
from tui_app.ui.app import TicketdeckApp
from tui_app.ui.quick_views import Beginning
from tui_app.ui.themes import DEFAULT_THEME
from tui_app.ui.user_files import UserMemories
from tui_app.worker.service import Service

ASSETS = Path(__file__).parents[1] / "assets"
SIZE = (150, 38)
SECONDS_A_SCREEN = 2.5
_MOST_TURNS = 1000  # of 20 ms; a screen that has not come by then will not come

STEPS: tuple[tuple[tuple[str, ...], str], ...] = (
    ((), "loaded of"),
    (("enter",), "Relations"),
    (("escape", "slash", *"printer"), "shown of"),
    (("escape", "s", *"status:blocked after:1y"), "Created since"),
    (("enter",), "blocked"),
    (("question_mark",), "type a word or a key"),
)
"""Keys, and words by which it is seen that the screen has followed; one frame each."""


async def frames() -> list[str]:
    """The screens of `STEPS` as SVG documents."""
    profile = local_profile()
    service = Service({LOCAL_PROFILE: profile}, clock=SYSTEM_CLOCK)
    opening = Search(new_request_id(), LOCAL_PROFILE, TicketSearchCriteria())
    service.submit(opening)
    app = TicketdeckApp(
        service,
        settings=UiSettings(),
        profiles=(ProfileSummary(LOCAL_PROFILE, "ticketdeck's own tracker", profile.adapter, profile.source),),
        begin=Beginning((LOCAL_PROFILE,), opening.criteria, (opening,)),
        memories=UserMemories(
            recents=FakeSearchMemory(),
            looks=FakeLookMemory(theme=DEFAULT_THEME),
            rows=FakeRowMemory(),
            drafts=FakeDraftMemory(),
            changes=FakeChangeHistory(),
        ),
        clock=SYSTEM_CLOCK,
    )
    pictures = []
    try:
        async with app.run_test(size=SIZE) as pilot:
            for keys, words in STEPS:
                for key in keys:
                    await pilot.press("space" if key == " " else "colon" if key == ":" else key)
                await _until(pilot, lambda words=words: words.casefold() in _text(app).casefold())  # type: ignore[misc]
                await app.workers.wait_for_complete()
                await pilot.pause(0.3)
                pictures.append(app.export_screenshot(title="ticketdeck"))
    finally:
        service.close()
    return pictures


async def _until(pilot: Pilot[Any], condition: Callable[[], bool]) -> None:
    for _ in range(_MOST_TURNS):
        if condition():
            return
        await pilot.pause(0.02)
    raise SystemExit(f"a screen never came; this is there instead:\n{_text(pilot.app)}")


def _text(app: Any) -> str:
    return "\n".join(strip.text for strip in app.screen._compositor.render_strips())


def animated(pictures: list[str]) -> str:
    """One SVG that shows ``pictures`` in turn, each for `SECONDS_A_SCREEN`, for ever."""
    total = SECONDS_A_SCREEN * len(pictures)
    share = 100 / len(pictures)
    opening = re.match(r"<svg[^>]*>", pictures[0])
    assert opening is not None
    style = (
        f"<style>.frame {{ visibility: hidden; animation: show {total}s step-end infinite; }}"
        f"@keyframes show {{ 0% {{ visibility: visible; }} {share:.3f}% {{ visibility: hidden; }} }}</style>"
    )
    parts = [opening[0], style]
    for number, picture in enumerate(pictures):
        unique = re.sub(r"terminal-\d+", f"terminal-{number}", picture)
        parts.append(f'<g class="frame" style="animation-delay: {number * SECONDS_A_SCREEN}s">{unique}</g>')
    return "\n".join([*parts, "</svg>\n"])


def main() -> None:
    """Write the pictures."""
    with tempfile.TemporaryDirectory() as home:
        for name in ("CONFIG", "DATA", "STATE"):
            os.environ[f"TICKETDECK_{name}_DIR"] = str(Path(home, name.lower()))
        pictures = asyncio.run(frames())
    (ASSETS / "browser.svg").write_text(pictures[1], encoding="utf-8")
    (ASSETS / "tour.svg").write_text(animated(pictures), encoding="utf-8")
    sys.stdout.write(f"{len(pictures)} screens, in browser.svg and tour.svg\n")


if __name__ == "__main__":
    main()
