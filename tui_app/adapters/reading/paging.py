"""What an answer says of its total and of the page after it. Totals are often absent, and sometimes wrong."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from tui_app.adapters.reading.names import names, plain_name
from tui_app.adapters.reading.values import Row
from tui_app.tickets.ticket import JsonValue

_INFO_NAMES = frozenset(names("pagination paging meta metadata pageinfo page links cursor paginationinfo"))
_TOTALS = names(
    "total totalcount totalresults totalitems totalissues totaltickets totaltasks totalhits totalrecords totalelements "
    "totalmatches found xtotal matches hits"
)
_CURSORS = names("nextcursor nextpagetoken endcursor nexttoken continuationtoken aftercursor nextlink cursor")
_NEXT_PAGES = names("nextpage xnextpage nextpagenumber")
_NEXT_OFFSETS = names("nextoffset nextstartat nextstart nextskip")
_MORE = names("hasmore hasnextpage hasnext more truncated ismore")
_LAST = names("islast islastpage lastpage end done")
_SIZES = names("limit perpage pagesize maxresults count size first")


_LONGEST_COUNT = 9  # digits; no tracker holds a thousand million tickets


class Paging(Struct, frozen=True):
    """None everywhere: the answer does not say."""

    total: int | None = None
    next_cursor: str | None = None
    next_page: int | None = None
    next_offset: int | None = None
    has_more: bool | None = None
    page_size: int | None = None
    """How many rows the server says that a page has at most."""

    def or_else(self, other: Paging) -> Paging:
        """What this one does not say, as ``other`` says it."""
        names = self.__struct_fields__
        return Paging(*(getattr(other if getattr(self, name) is None else self, name) for name in names))


def paging_of(payload: Row) -> Paging:
    """What ``payload``, the object that holds the rows, says of paging: on top or in ``pagination``, ``meta`` .."""
    own = _from_names({plain_name(name): value for name, value in payload.items()})
    for name, value in payload.items():
        if isinstance(value, Mapping) and plain_name(name) in _INFO_NAMES:
            own = own.or_else(_from_names({plain_name(inner): inside for inner, inside in value.items()}))
    return own


def _from_names(index: Row) -> Paging:
    more = _first_flag(index, _MORE)
    last = _first_flag(index, _LAST)
    return Paging(
        total=_first_number(index, _TOTALS),
        next_cursor=_first_text(index, _CURSORS),
        next_page=_first_number(index, _NEXT_PAGES),
        next_offset=_first_number(index, _NEXT_OFFSETS),
        has_more=more if more is not None else None if last is None else not last,
        page_size=_first_number(index, _SIZES),
    )


def _first_number(index: Row, names: tuple[str, ...]) -> int | None:
    """A number, or digits; ``{"value": 3}`` is how search engines write it. Below zero means unknown."""
    for name in names:
        number = _number(index.get(name))
        if number is not None:
            return number
    return None


def _number(value: JsonValue) -> int | None:
    if isinstance(value, Mapping):
        value = value.get("value")
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _LONGEST_COUNT:
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _first_text(index: Row, names: tuple[str, ...]) -> str | None:
    for name in names:
        value = index.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value:
            return value
    return None


def _first_flag(index: Row, names: tuple[str, ...]) -> bool | None:
    return next((value for name in names if isinstance(value := index.get(name), bool)), None)
