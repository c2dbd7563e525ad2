"""What a change is picked from: the menu of all changes, the values of a field, labels.

Invariants: nothing here asks the tracker or sends anything; what is typed is handed on as it is. A list shows itself at
once and takes its lines when the tracker has told them, so that no key that is typed meanwhile acts elsewhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from msgspec import Struct

from tui_app.tickets.changes import ChangeAction, Choice, FormField
from tui_app.tickets.ticket import JsonValue
from tui_app.ui.dialogs.picker import Picker, PickItem, PickList
from tui_app.ui.keymap import shown_key
from tui_app.ui.keys import KEYS

ResultT = TypeVar("ResultT")

_ME, _NOBODY, _TYPED = "me", "nobody", "typed"
_ASKING = "Asking the tracker .."


class FormInput(Struct, frozen=True):
    """What a form or a list was filled in with: the three parts of `WantedChange` that people supply."""

    values: Mapping[str, JsonValue]
    answers: Mapping[str, JsonValue] = {}
    picked: tuple[str, ...] = ()
    labels: Mapping[str, str] = {}
    """What the picked values are called, by key."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return not any(self.values.values()) and not any(self.answers.values())


def picked_input(key: str, choice: Choice) -> FormInput:
    """One value that was picked; where it is called as it is sent, it is as good as typed."""
    picked = (key,) if choice.value != choice.label else ()
    return FormInput({key: choice.value}, picked=picked, labels={key: choice.label})


class AskingPicker(Picker[ResultT]):
    """A list whose lines come from the tracker, some time after it was opened.

    What is typed and taken before they are there is taken once they are, where it means one of them alone.
    """

    NOTHING = _ASKING

    def __init__(self, title: str, *, placeholder: str = "type to narrow") -> None:
        super().__init__(title, placeholder=placeholder)
        self._is_asking = True
        self._taken_ahead = ""

    def refuse(self, words: str) -> None:
        """Show why there is nothing to pick."""
        self._is_asking = False
        self.NOTHING = words  # type: ignore[misc]  # this dialog's own from now on
        self.show_note(words)

    def action_take(self) -> None:
        if self._is_asking and self.typed:
            self._taken_ahead = self.typed
            self.show_note(_ASKING)
        else:
            super().action_take()

    def _loaded(self) -> None:
        self._is_asking = False
        self.NOTHING = "Nothing here matches."  # type: ignore[misc]
        self.reload()
        if self._taken_ahead and self._taken_ahead == self.typed:
            self._take_the_one()

    def _take_the_one(self) -> None:
        lines = self.query_one(PickList).lines
        called = [line for line in lines if line.label.casefold() == self.typed.casefold()]
        if len(called or lines) == 1:
            self.taken((called or lines)[0])
        elif lines:
            self.show_note("More than one of these matches: choose one.")


class ChangeMenu(AskingPicker[str]):
    """Everything that a server could change; gives the kind that is picked. What cannot be done says why."""

    def __init__(self, title: str) -> None:
        super().__init__(title)
        self._actions: dict[str, ChangeAction] = {}

    def load(self, actions: Sequence[ChangeAction]) -> None:
        """Show what can be changed."""
        self._actions = {str(action.kind): action for action in actions}
        self._loaded()

    def items(self) -> Sequence[PickItem]:
        possible = [action for action in self._actions.values() if not action.unavailable]
        others = [action for action in self._actions.values() if action.unavailable]
        lines = [PickItem(action.kind, action.title, self._key_of(action.kind)) for action in possible]
        if others:
            lines.append(PickItem("", "Cannot be done here", heading=True))
            lines += [PickItem(action.kind, action.title, action.unavailable) for action in others]
        return lines

    def _key_of(self, kind: str) -> str:
        """The key in force for this very change: by what it does, as names of keys and changes may coincide."""
        key = next((key for key in KEYS if key.action == f"change('{kind}')"), None)
        return shown_key(self.app, key.id) if key else ""

    def explanation(self) -> str:
        action = self._actions.get(self.current.id) if self.current else None
        return (
            (action.unavailable or f"by the tool {action.tool}" if action.tool else action.unavailable)
            if action
            else ""
        )

    def taken(self, item: PickItem) -> None:
        if not self._actions[item.id].unavailable:
            self.dismiss(item.id)


class ValuePicker(AskingPicker[FormInput]):
    """One value of one field. What is typed can be taken as it stands where the field takes anything.

    Args:
        title: what is changed, of which tickets.
        key: of the value.
        present: the field's value now, which the cursor is not put on.
        people: whether the field is a person, so that me and nobody can be picked too.
    """

    def __init__(self, title: str, key: str, present: str, *, people: bool = False) -> None:
        super().__init__(title)
        self._key = key
        self._present = present
        self._people = people
        self._choices: Sequence[Choice] = ()
        self._is_open = people

    def load(self, choices: Sequence[Choice], *, takes_any: bool) -> None:
        """Show these values; ``takes_any``: others can be typed."""
        self._choices = choices
        self._is_open = self._people or takes_any
        self._loaded()

    def items(self) -> Sequence[PickItem]:
        lines: list[PickItem] = []
        if self._people and self._choices:
            lines += [PickItem(_ME, "me", "assign to yourself"), PickItem(_NOBODY, "nobody", "take the assignee away")]
        lines += [
            PickItem(f"={number}", choice.label, "now" if choice.label == self._present else choice.detail)
            for number, choice in enumerate(self._choices)
        ]
        typed = self.typed
        if typed and self._is_open and typed not in (choice.label for choice in self._choices):
            lines.append(PickItem(_TYPED, f"“{typed}”", "as it is typed", search=typed))
        return lines

    def explanation(self) -> str:
        if not self._choices:
            return "The tracker lists no values: type one."
        return f"Now: {self._present}" if self._present else ""

    def taken(self, item: PickItem) -> None:
        if item.id.startswith("="):
            choice = self._choices[int(item.id[1:])]
            self.dismiss(picked_input(self._key, choice))
        else:
            value = {_ME: "me", _NOBODY: None}.get(item.id, self.typed)
            self.dismiss(FormInput({self._key: value}))


class LeaveDialog(Picker[bool]):
    """Asked by whoever quits while something is under way; gives True: once it is done, False: at once, None: stay.

    Args:
        commands: names of the user's own commands that are running.
        is_changing: whether a change was sent and is not known to be done.
    """

    def __init__(self, commands: Sequence[str], *, is_changing: bool) -> None:
        what = [*(["A change"] if is_changing else []), *dict.fromkeys(commands)]
        title = f"{' and '.join(what)} {'is' if len(what) == 1 else 'are'} under way"
        super().__init__(title, placeholder="enter takes the line, esc stays")
        self._runs_commands, self._is_changing = bool(commands), is_changing

    def items(self) -> Sequence[PickItem]:
        cut_off = ["it may have been done, or not"] if self._is_changing else []
        cut_off += ["what is running is ended, too"] if self._runs_commands else []
        return [
            PickItem("wait", "Leave as soon as it is known what came of it", search=self.typed),
            PickItem("now", "Leave at once", "; ".join(cut_off)),
        ]

    def explanation(self) -> str:
        if not self._is_changing:
            return "A command in the background ends with the program, wherever it has come to."
        return "What was sent cannot be called back. The log of changes keeps what becomes known of it."

    def taken(self, item: PickItem) -> None:
        self.dismiss(item.id == "wait")


class LabelPicker(AskingPicker[FormInput]):
    """Labels to add and to take away, as a difference to those that the tickets have."""

    ABILITIES = frozenset({"pick"})

    def __init__(self, title: str, tickets: Sequence[Sequence[str]], known: Sequence[str]) -> None:
        super().__init__(title, placeholder="type to narrow, or a new label")
        every = [set(labels) for labels in tickets]
        self._on_all = set.intersection(*every) if every else set()
        self._on_some = set.union(*every) - self._on_all if every else set()
        self._known = list(dict.fromkeys((*sorted(self._on_all | self._on_some), *known)))
        self._add: dict[str, None] = {}
        self._remove: dict[str, None] = {}

    def load(self, fields: Sequence[FormField]) -> None:
        """Show what the tracker lists besides, and what the tickets have now."""
        listed = [choice.label for field in fields for choice in field.choices]
        self._known = list(dict.fromkeys((*self._known, *listed)))
        self._loaded()

    def items(self) -> Sequence[PickItem]:
        typed = self.typed
        names = [*self._known, *(name for name in self._add if name not in self._known)]
        lines = [PickItem(name, name, self._hint(name), picked=self._is_on(name)) for name in names]
        if typed and typed not in names:
            lines.append(PickItem(typed, f"“{typed}”", "new", search=typed, picked=False))
        return lines

    def explanation(self) -> str:
        changes = [f"+ {name}" for name in self._add] + [f"- {name}" for name in self._remove]
        tick = shown_key(self.app, "picker.pick")
        return "   ".join(changes) or f"{tick} adds a label, or takes it away; enter goes on."

    def _hint(self, name: str) -> str:
        if name in self._add:
            return "is added"
        if name in self._remove:
            return "is taken away"
        return "on some" if name in self._on_some else ""

    def _is_on(self, name: str) -> bool:
        return name in self._add or (name in self._on_all and name not in self._remove)

    def action_pick(self) -> None:
        if self.current is not None:
            self._toggle(self.current.id)
            self.clear_typed()
            self.reload(self.current.id)

    def _toggle(self, name: str) -> None:
        """Untouched, added, taken away, untouched: without what would change nothing."""
        if name in self._remove:
            del self._remove[name]
        elif name in self._add:
            del self._add[name]
            if name in self._on_some:
                self._remove[name] = None
        elif name in self._on_all:
            self._remove[name] = None
        else:
            self._add[name] = None

    def taken(self, item: PickItem) -> None:
        if not self._add and not self._remove:
            self._toggle(item.id)
        self.dismiss(FormInput({"add": list(self._add), "remove": list(self._remove)}))
