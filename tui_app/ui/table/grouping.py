"""Rows under headings: by the values of a column, or by parent, which makes a tree; headings and branches fold.

Invariant: a heading is a negative number among the indexes of tickets; every ticket that is kept counts once, folded or
not.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from tui_app.tickets.ticket import Ticket
from tui_app.ui.table.row_values import facet_values, sort_keys, value_key

PARENT = "parent"
_STEP = 1024  # tickets that are looked at between two looks at the clock


class Group(Struct):
    """A heading. ``count`` is how many tickets it has so far, ``name`` is empty for those without a value."""

    name: str
    count: int = 0
    folded: bool = False


class Grouping:
    """Groups of rows by ``column``; those of `folded` are closed."""

    def __init__(self, column: str) -> None:
        self.column = column
        self.folded: set[str] = set()
        """Names of closed groups; closed branches of the tree by tracker and id."""
        self.groups: list[Group] = []
        self.taken = 0
        self.order: list[int] = []
        self.depths: dict[int, int] = {}
        """Index of a ticket to how deep in the tree it is; 0 is left out."""
        self.below: dict[int, int] = {}
        """Index of a ticket to how many are loaded below it in the tree."""
        self._names: dict[int, str | None] = {}
        self._parents: dict[int, int] = {}
        self._hidden: set[int] = set()
        self._tickets: Sequence[Ticket] = ()

    def arranging(self, tickets: Sequence[Ticket], order: Sequence[int]) -> Iterator[None]:
        """Work out `order` from that of all tickets, in steps; each group keeps it."""
        self._tickets = tickets
        by_name: dict[str, list[int]] = {}
        spelt: dict[str, str] = {}
        for number, index in enumerate(order):
            name = ", ".join(facet_values(tickets[index], self.column))
            by_name.setdefault(spelt.setdefault(value_key(name), name), []).append(index)
            if number % _STEP == 0:
                yield
        if self.column == PARENT:
            self._arrange_tree(tickets, order)
            return
        firsts = [tickets[indexes[0]] for indexes in by_name.values()]
        keys = dict(zip(by_name, sort_keys(self.column)(firsts), strict=True))
        names = sorted((name for name in by_name if keys[name] is not None), key=lambda name: keys[name])
        names += [name for name in by_name if keys[name] is None]
        self.order = [index for name in names for index in by_name[name]]
        self._names = {index: name for name in names for index in by_name[name]}

    def _arrange_tree(self, tickets: Sequence[Ticket], order: Sequence[int]) -> None:
        """Children after their parents; those whose parent is not loaded under a heading with its id."""
        places = {tickets[index].key: index for index in order}
        found = {index: places.get((tickets[index].source, tickets[index].parent or "")) for index in order}
        self._parents = {index: parent for index, parent in found.items() if parent is not None and parent != index}
        children: dict[int | str, list[int]] = {}
        tops: list[int | str] = []
        for index in order:
            parent = self._parents.get(index)
            above = parent if parent is not None else tickets[index].parent
            if above is None or above == tickets[index].id:
                tops.append(index)
                continue
            if isinstance(above, str) and above not in children:
                tops.append(above)
            children.setdefault(above, []).append(index)
        self.order, self.depths, self.below, self._names = [], {}, {}, {}
        for top in tops:
            if isinstance(top, str):
                for index in children[top]:
                    self._grow(index, 1, top, children)
            else:
                self._grow(top, 0, None, children)
        for index in order:  # tickets that are each other's parents hang on none
            if index not in self._names:
                self._grow(index, 0, None, children)

    def _grow(self, root: int, depth: int, name: str | None, children: dict[int | str, list[int]]) -> None:
        """Add a branch in the order of the tree; however deep it is."""
        begin = len(self.order)
        waiting = [(root, depth)]
        while waiting:
            index, deep = waiting.pop()
            if index in self._names:
                continue
            self._names[index] = name
            self.order.append(index)
            if deep:
                self.depths[index] = deep
            waiting += [(child, deep + 1) for child in reversed(children.get(index, []))]
        for index in reversed(self.order[begin:]):
            parent = self._parents.get(index)
            if parent is not None and index != root:
                self.below[parent] = self.below.get(parent, 0) + self.below.get(index, 0) + 1

    def begin(self) -> None:
        """Count anew."""
        self.groups, self.taken, self._hidden = [], 0, set()

    def take(self, index: int) -> list[int]:
        """The lines that the next kept ticket adds: its heading if it is the first of a group, and its own."""
        self.taken += 1
        lines: list[int] = []
        name = self._names.get(index)
        if name is not None:
            if not self.groups or self.groups[-1].name != name:
                self.groups.append(Group(name, folded=name in self.folded))
                lines.append(-len(self.groups))
            self.groups[-1].count += 1
            if self.groups[-1].folded:
                return lines
        above = self._parents.get(index)
        if above is not None and (above in self._hidden or branch_name(self._tickets[above]) in self.folded):
            self._hidden.add(index)
            return lines
        return [*lines, index]


def branch_name(ticket: Ticket) -> str:
    """What a closed branch is called in `Grouping.folded`; no group has such a name."""
    return f"\n{ticket.source}\n{ticket.id}"
