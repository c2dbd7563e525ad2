"""Opening a ticket in the detail pane: the first frame against the smallest change that the pane can paint."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

from msgspec.structs import replace
from textual.app import App, ComposeResult

from tests.benchmarks.harness import Case, Pair
from tests.benchmarks.painting import PaintDriver, Stage, pairs, staged
from tests.benchmarks.table import tickets
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.messages import TicketOpened
from tui_app.ui.detail.ticket_detail import TicketDetail

PARAGRAPH = """
## What happens

The **totals** differ by a cent when `round()` runs before the tax is added, see [the rules](https://tracker.example/r).

- step one, with *emphasis*
- step two

| amount | tax | total |
|---|---|---|
| 10.00 | 1.90 | 11.90 |

```python
def total(net: Decimal) -> Decimal:
    return net + tax(net)
```
"""


def markdown(size: int) -> str:
    """Ordinary Markdown of about ``size`` characters."""
    return PARAGRAPH * (size // len(PARAGRAPH) + 1)


HOSTILE = "[" * 50_000 + "\n\n" + "> " * 5_000 + "\n\n" + "*a **b " * 10_000
"""Markdown on which parsers take quadratic time."""


class DetailApp(App[object]):
    """One detail pane and nothing else."""

    def __init__(self) -> None:
        super().__init__(driver_class=PaintDriver)

    def compose(self) -> ComposeResult:
        """The pane."""
        yield TicketDetail(SYSTEM_CLOCK)


def opening(description: str) -> Callable[[int], AsyncIterator[Pair]]:
    """First frame of a ticket with this description, against one whose description is a single word."""

    async def measure(runs: int) -> AsyncIterator[Pair]:
        app = DetailApp()
        async with staged(app) as stage:
            pane = app.query_one(TicketDetail)
            for run in range(runs):
                reference = await first_frame(stage, pane, f"S-{run}", "word")
                yield Pair(await first_frame(stage, pane, f"L-{run}", description), reference)

    return measure


async def first_frame(stage: Stage, pane: TicketDetail, ticket_id: str, description: str) -> float:
    """Milliseconds from handing the ticket over to its id being on the screen; then waits for the rest."""
    ticket = replace(tickets(1, "D")[0], id=ticket_id, description=description)
    opened = TicketOpened(request_id=1, profile="bench", ticket=ticket)
    elapsed = await stage.painted(lambda: pane.show_opened(opened), ticket_id)
    await stage.settle()
    return elapsed


CASES = [
    Case(f"detail.{name}", f"ticket of {name}, first frame", "ticket of one word", 1.5, pairs(opening(description)))
    for name, description in (("10KB", markdown(10_000)), ("200KB", markdown(200_000)), ("hostile", HOSTILE))
]
