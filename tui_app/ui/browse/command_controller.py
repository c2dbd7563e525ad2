"""The user's own commands: which tickets they are for, what is asked before, and what is said afterwards; and leaving
the program, which a command or a change under way holds up.

Invariant: a command runs by its key or a pick alone, and over several tickets only after a question.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from textual.dom import DOMNode
from textual.screen import Screen

from tui_app.tickets.errors import UsageError
from tui_app.ui import late
from tui_app.ui.browse.chosen_tickets import ChosenTickets
from tui_app.ui.keymap import COMMAND, command_faults, command_keys, display_key
from tui_app.ui.needs import needs, refuse

if TYPE_CHECKING:
    from tui_app.settings.model import ConfiguredCommand
    from tui_app.tickets.own_commands import Call
    from tui_app.ui.sharing.running import BackgroundCommands, RowOutcome

_NOTICE_SECONDS = 2.0  # that it has begun; what came of it is told for longer


class CommandController:
    """Runs commands over the tickets that keys act on.

    Args:
        screen: the host of dialogs.
        chosen: those tickets.
        commands: as they are configured.
        config_file: where that is, for words that name it.
        branch: the template of a branch's name; empty: the default.
        profiles: gives the trackers that are searched.
        refresh: searches again.
        on_ended: called when a command in the background has ended.
    """

    def __init__(
        self,
        screen: Screen[Any],
        chosen: ChosenTickets,
        commands: Sequence[ConfiguredCommand],
        config_file: str,
        *,
        branch: str,
        profiles: Callable[[], Sequence[str]],
        refresh: Callable[[], object],
        on_ended: Callable[[], object],
    ) -> None:
        self.screen = screen
        self._chosen = chosen
        self._commands = commands
        self._config_file = config_file
        self._branch = branch
        self._profiles = profiles
        self._refresh = refresh
        self._on_ended = on_ended
        self.running: list[str] = []
        """The names of the commands that run in the background."""
        self.keys, _ = command_keys(commands)
        self._background: BackgroundCommands | None = None

    def bind(self, nodes: Mapping[str, DOMNode]) -> None:
        """Put the keys in force, each before all others of its place; ``nodes`` are the places by name."""
        for key in self.keys:
            for name in filter(None, key.names):
                nodes[key.where]._bindings.key_to_bindings[name] = [key.binding().with_key(name)]

    def complaints(self, keymap: Mapping[str, str]) -> tuple[str, ...]:
        """What of the commands cannot be used or hides keys of the program, which has those of ``keymap``."""
        faults = command_faults(self._commands, keymap)
        return tuple(f"[[commands]] {self._commands[number].name}: {why}" for number, _, why in faults)

    def no_commands(self) -> str:
        return "" if self._commands else f"There are no commands yet; [[commands]] in {self._config_file} adds one."

    @needs(no_commands)
    def pick(self) -> None:
        """List the commands with what each would run now."""

        def picked(number: int | None) -> None:
            if number is not None:
                self.run(number)

        offered = [
            late.OfferedCommand(command.name, self._key_of(number), self._preview(command))
            for number, command in enumerate(self._commands)
        ]
        self.screen.app.push_screen(late.CommandPicker(offered), picked)

    def _key_of(self, number: int) -> str:
        names = (key.names[0] for key in self.keys if key.id == f"{COMMAND}{number}" and key.keys)
        return display_key(next(names, ""))

    def _preview(self, command: ConfiguredCommand) -> str:
        """What it would run, or why it cannot."""
        try:
            calls = self._calls(command)
        except UsageError as error:
            return f"{error.cause} {error.hint}".strip()
        others = f"  (and {len(calls) - 1} more)" if len(calls) > 1 else ""
        return f"{calls[0].shown}{others}"

    def take(self, picked: str) -> bool:
        """Run the command whose id was picked; False: that is none."""
        number = picked.removeprefix(COMMAND)
        if number == picked:
            return False
        if self.screen.app.screen is self.screen:
            self.run(int(number))
        else:
            refuse(self, "A command runs over the table: close what lies over it first.")
        return True

    def run(self, number: int) -> None:
        """Run a command, after a question where it is for several tickets, is doubtful or wants one."""
        command = self._commands[number]
        try:
            calls = self._calls(command)
        except UsageError as error:
            refuse(self, f"{error.cause} {error.hint}".strip())
            return
        if self._is_busy(command):
            refuse(self, "Too many commands are running in the background; wait until one has ended.")
            return
        if len(calls) == 1 and len(calls[0].ids) < 2 and not command.confirm and not calls[0].doubtful:
            self._start(command, calls)
            return

        def confirmed(answer: bool | None) -> None:
            if answer:
                self._start(command, calls)

        self.screen.app.push_screen(late.ConfirmCommand(command.name, calls), confirmed)

    def _calls(self, command: ConfiguredCommand) -> list[Call]:
        """What is run for the tickets that keys act on.

        Raises:
            UsageError: why the command cannot be run for all of them; then it is for none.
        """
        from tui_app.tickets import branch_names, own_commands  # late: nothing of it is needed before the first command

        if command.where == "anywhere":
            names = self._profiles()
            if own_commands.TRACKER in own_commands.placeholders(command) and len(names) > 1:
                raise UsageError(f"{{tracker}} is one, and {', '.join(names)} are searched.", hint="")
            return [own_commands.call_for_all(command, [own_commands.values_of(None, names[0])])]
        tickets = self._chosen.all
        if not tickets:
            raise UsageError(self._chosen.why_none(), hint="")
        of = [self._chosen.profile_of(ticket) for ticket in tickets]
        for ticket, tracker in zip(tickets, of, strict=True):
            if command.trackers and tracker not in command.trackers:
                known = " and ".join(command.trackers)
                raise UsageError(f"It is for tickets of {known}; {ticket.id or 'this one'} is of {tracker}.", hint="")
        branches = [branch_names.branch_name(ticket, self._branch) for ticket in tickets]
        values = [own_commands.values_of(*each) for each in zip(tickets, of, branches, strict=True)]
        if command.marked == "list":
            return [own_commands.call_for_all(command, values)]
        return own_commands.calls_for_each(command, values)

    def _is_busy(self, command: ConfiguredCommand) -> bool:
        return command.background and self._background is not None and self._background.is_full

    def _start(self, command: ConfiguredCommand, calls: Sequence[Call]) -> None:
        def ended(outcome: RowOutcome) -> None:
            self.running.remove(command.name)
            self._tell(command, calls, outcome)
            self._on_ended()

        if not command.background:
            self._tell(command, calls, late.run_with_terminal(self.screen.app, calls, pause=command.pause))
            return
        self.running.append(command.name)
        self._background = self._background or late.BackgroundCommands(self.screen.app.call_later)
        self.screen.app.notify(f"{command.name} runs in the background ..", timeout=_NOTICE_SECONDS, markup=False)
        self._background.run(calls, ended)

    def _tell(self, command: ConfiguredCommand, calls: Sequence[Call], outcome: RowOutcome) -> None:
        failed = outcome.failed
        whose = f" for {failed.ids[0]}" if failed and len(calls) > 1 and failed.ids else ""
        of_several = f" for {outcome.done} tickets" if len(calls) > 1 else ""
        words = f"{command.name}{whose} {outcome.why}." if failed else f"{command.name}: done{of_several}."
        if failed and len(calls) > 1:
            left = len(calls) - outcome.done - 1
            words += f" Done before: {outcome.done}. Not tried: {left}."
        words = "\n".join(filter(None, (words, outcome.output)))
        self.screen.app.notify(words, severity="error" if failed else "information", markup=False)
        if outcome.done and command.refresh:
            self._refresh()


class Leaving:
    """Ends the program as the user says.

    Args:
        screen: the host of the dialog.
        is_changing: whether a change was sent and is not known to be done.
        commands: gives the names of the user's own commands that run in the background.
    """

    def __init__(
        self, screen: Screen[Any], *, is_changing: Callable[[], bool], commands: Callable[[], Sequence[str]]
    ) -> None:
        self.screen = screen
        self._is_changing = is_changing
        self._commands = commands
        self._leaves_after = False

    def leave(self) -> None:
        """End the program; while something is under way, as the user says once asked, or asking for it once more."""
        app = self.screen.app
        if not self._under_way or isinstance(app.screen, late.LeaveDialog):
            app.exit()
        else:
            app.push_screen(late.LeaveDialog(self._commands(), is_changing=self._is_changing()), self._leave_as)

    def _leave_as(self, wait: bool | None) -> None:
        self._leaves_after = bool(wait)
        if wait is False:
            self.screen.app.exit()
        self.something_ended()

    def something_ended(self) -> None:
        """Leave if that is what was waited for."""
        if self._leaves_after and not self._under_way:
            self.screen.app.exit()

    @property
    def _under_way(self) -> bool:
        return self._is_changing() or bool(self._commands())
