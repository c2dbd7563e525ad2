"""What a key of a config file that nobody reads was probably to be, and where it goes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from tui_app.tickets.vocabulary import nearest


def hint_for(key: str, known: Iterable[str], homes: Mapping[str, Collection[str]]) -> str:
    """What to do about ``key``, which is none of ``known``; empty: nothing is like it.

    Args:
        homes: where in the file keys go, to the keys that go there.
    """
    close = closest(key, known)
    is_alike = bool(close) and (close in key or key in close)  # ``keys`` for ``key``: a slip, though it goes elsewhere
    if not is_alike and (place := next((place for place, keys in homes.items() if key in keys), "")):
        return f"It goes {place}."
    return f"Did you mean {close}?" if close else ""


def strangers(written: Iterable[str], known: Collection[str]) -> str:
    """A clause that names the keys of a profile that are none of ``known``, one of which was probably another."""
    unknown = [key for key in written if key not in known]
    if not unknown:
        return ""
    close = closest(unknown[0], ("command", "url"))
    meant = f"; did you mean {close}?" if close else ""
    return f" ({', '.join(unknown)} {'is' if len(unknown) == 1 else 'are'} not known{meant})"


def closest(word: str, known: Iterable[str]) -> str:
    """The one of ``known`` that ``word`` was probably to be; empty if none is close."""
    return next(iter(nearest(word, known)), "")
