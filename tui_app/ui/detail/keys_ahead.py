"""Keys that are pressed before what they are for is on the screen: they act in their order, once it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator


class KeysAhead:
    """What keys ask for, in their order, from the first that has to wait."""

    def __init__(self) -> None:
        self._waiting: list[Callable[[], None]] = []

    def __bool__(self) -> bool:
        return bool(self._waiting)

    def wait(self, act: Callable[[], None]) -> None:
        """Keep it for later."""
        self._waiting.append(act)

    def drop(self) -> None:
        """Forget all: they were for something else."""
        self._waiting.clear()

    def take(self) -> Iterator[Callable[[], None]]:
        """All that waited, the oldest first; what has to wait again is not among them."""
        waited, self._waiting = self._waiting, []
        yield from waited
