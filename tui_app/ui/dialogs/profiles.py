"""The configured trackers: take one, or tick several to search them into one table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

from tui_app.tickets.messages import ProfileSummary, StateChanged
from tui_app.ui.dialogs.pick_list import PickItem
from tui_app.ui.dialogs.picker import Picker


class ProfilePicker(Picker[tuple[str, ...]]):
    """Gives the names of the profiles to search."""

    ABILITIES: ClassVar[frozenset[str]] = frozenset({"pick"})

    def __init__(
        self,
        profiles: Sequence[ProfileSummary],
        present: Sequence[str],
        states: Mapping[str, StateChanged],
        config_file: str,
    ) -> None:
        super().__init__("Trackers", cursor_id=present[0])
        self._profiles = profiles
        self._ticked = set(present) if len(present) > 1 else set()
        self._ticked_here = False
        """Whether the ticks are of this dialog's making, and no longer just those trackers that are searched now."""
        self._states = states
        self._config_file = config_file

    def items(self) -> Sequence[PickItem]:
        return [
            PickItem(
                profile.name, profile.name, self._hint(profile), profile.command, picked=profile.name in self._ticked
            )
            for profile in self._profiles
        ]

    def _hint(self, profile: ProfileSummary) -> str:
        state = self._states.get(profile.name)
        return f"{state.state if state else 'not started'} · {profile.command}"

    def explanation(self) -> str:
        names = self._wanted()
        if len(names) > 1:
            return f"Enter searches {len(names)} trackers into one table."
        return f"Ticking several searches them together. More go into {self._config_file}."

    def highlighted(self, item: PickItem | None) -> None:
        if item is not None:
            self.show_note(self.explanation())

    def _wanted(self) -> tuple[str, ...]:
        """What enter takes: the ticked ones, or else the one under the cursor."""
        here = self.current.id if self.current else ""
        ticked = tuple(profile.name for profile in self._profiles if profile.name in self._ticked)
        return ticked if ticked and (self._ticked_here or here in ticked) else (here,)

    def action_pick(self) -> None:
        if self.current is not None:
            self._ticked ^= {self.current.id}
            self._ticked_here = True
            self.reload()

    def taken(self, item: PickItem) -> None:  # noqa: ARG002  the item is the current one
        self.dismiss(self._wanted())
