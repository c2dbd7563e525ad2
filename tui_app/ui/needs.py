"""Why an action cannot run now: one reason for the key that does nothing and for the footer that leaves it out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from textual.screen import Screen

_REFUSAL_SECONDS = 3.0


class OnScreen(Protocol):
    """A widget, or what works for a screen."""

    @property
    def screen(self) -> Screen[Any]: ...


P = ParamSpec("P")
OwnerT = TypeVar("OwnerT", bound=OnScreen)


def refuse(owner: OnScreen, why: str) -> None:
    """Show the user why a key did nothing."""
    owner.screen.app.notify(why, timeout=_REFUSAL_SECONDS, markup=False)


def needs(
    reason: Callable[[OwnerT], str], *, quiet: bool = False
) -> Callable[[Callable[Concatenate[OwnerT, P], None]], Callable[Concatenate[OwnerT, P], None]]:
    """Let a method run only while ``reason`` of its owner is empty; otherwise show the user the reason.

    With ``quiet`` nothing is shown: for keys that are pressed out of habit.
    """

    def decorate(method: Callable[Concatenate[OwnerT, P], None]) -> Callable[Concatenate[OwnerT, P], None]:
        @wraps(method)
        def guarded(owner: OwnerT, /, *args: P.args, **kwargs: P.kwargs) -> None:
            why = reason(owner)
            if why:
                if not quiet:
                    refuse(owner, why)
                owner.screen.refresh_bindings()  # the footer may have offered it
            else:
                method(owner, *args, **kwargs)

        guarded.reason = reason  # type: ignore[attr-defined]
        return guarded

    return decorate


def offered(reason: Callable[[OwnerT], str]) -> Callable[[Callable[Concatenate[OwnerT, P], None]], Callable[..., None]]:
    """Let the footer leave a method out while ``reason`` of its owner is not empty; the method says itself why not."""

    def decorate(method: Callable[Concatenate[OwnerT, P], None]) -> Callable[..., None]:
        method.reason = reason  # type: ignore[attr-defined]
        return method

    return decorate


def why_not(method: Callable[..., object] | None) -> str:
    """Why a bound method cannot run now; empty: it can."""
    reason = getattr(method, "reason", None)
    return str(reason(getattr(method, "__self__", None))) if reason else ""
