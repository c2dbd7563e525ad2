"""Whether a change may be sent: changes are on, the profile allows this one, its readers are those that were said.

Invariant: what is denied, read-only or private stays so, whatever else allows it. None of this asks a server.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from tui_app.adapters.changing.meanings import kinds_meant
from tui_app.adapters.changing.protocol import FreshTicket, WriteCall
from tui_app.settings.paths import config_file
from tui_app.settings.profiles import COMMAND_LINE
from tui_app.tickets.changes import (
    ChangeAction,
    ChangeKind,
    MissingInputError,
    WantedChange,
    action_name,
    field_values,
)
from tui_app.tickets.errors import ConflictError, NotAllowedError, NotOfferedError, ReadOnlyError
from tui_app.tickets.private_sending import holds_private_field
from tui_app.tickets.vocabulary import closed_by_words

if TYPE_CHECKING:
    from tui_app.settings.profiles import Profile

_BY_TOOL = f"{ChangeKind.TOOL}:"
_ANY_TOOL = f"{_BY_TOOL}*"
"""Every tool that is called by its name, and no other change."""
_ALSO = {ChangeKind.CLOSE: (ChangeKind.STATUS,), ChangeKind.REOPEN: (ChangeKind.STATUS,)}
"""What a change is besides, for ``allow`` and ``deny``."""


def why_off(profile: Profile) -> ReadOnlyError | None:
    """Why nothing may be changed with ``profile``; None: it may."""
    if profile.read_only:
        return ReadOnlyError(
            f"This run is read-only, because of {profile.read_only}.", hint=f"Start it without {profile.read_only}."
        )
    if profile.write.mode != "off":
        return None
    if profile.source == COMMAND_LINE:
        return ReadOnlyError(
            "Changes are off for a server of the command line.", hint="Start it with --write to allow them."
        )
    from tui_app.settings.trust import needs_trust  # late: hardly anybody is refused

    where = f"put two lines into {profile.source}"
    if profile.source != str(config_file()) and needs_trust(Path(profile.source)):
        where = (
            f"copy the profile to your own config, {config_file()}, since no other file can; with two lines below it"
        )
    return ReadOnlyError(
        f"Changes are off for the profile {profile.name}.",
        hint=f'To allow them, {where}: [profiles.{profile.name}.write] and, below it, mode = "ask".',
    )


def first_consent(profile: Profile, remembered: Path) -> str:
    """What is said before the first change through a profile: what is allowed, where that stands, what is kept."""
    write = profile.write
    allowed = ", ".join(word for word in write.allow if word not in write.deny) or "nothing"
    where = "--write" if profile.source == COMMAND_LINE else f"[profiles.{profile.name}.write] in {profile.source}"
    return (
        f"This is the first change in {profile.name}. Allowed by {where}: {allowed}. "
        f"That you agreed is kept in {remembered}."
    )


def refuse_if_off(profile: Profile) -> None:
    """Raises `ReadOnlyError` where nothing may be changed."""
    error = why_off(profile)
    if error is not None:
        raise error


def permitted(profile: Profile, action: ChangeAction) -> ChangeAction:
    """``action``, unavailable where the profile does not allow it."""
    if action.unavailable or not why_not_allowed(profile, action.kind, action.tool):
        return action
    return replace(action, unavailable=f"[profiles.{profile.name}.write] does not allow it.")


def why_not_allowed(profile: Profile, kind: ChangeKind, tool: str) -> str:
    """The word of ``deny`` that forbids a change, ``allow`` where that does not name it; empty: it may be made.

    What is denied stays so, whatever is allowed; closing and reopening are changes of the status, too.
    """
    write, is_tool = profile.write, kind is ChangeKind.TOOL
    by_tool = [word for word in write.deny if word.startswith(_BY_TOOL) and (word != _ANY_TOOL or is_tool)]
    denied = next((word for word in by_tool if tool and fnmatchcase(f"{_BY_TOOL}{tool}", word)), "")
    names = (f"{_BY_TOOL}{tool}",) if is_tool else (str(kind), *_ALSO.get(kind, ()))
    denied = denied or next((name for name in names if name in write.deny), "")
    allowed = any(fnmatchcase(name, word) for name in names for word in write.allow)
    return denied or ("" if allowed else "allow")


def refuse_not_allowed(profile: Profile, wanted: WantedChange, tool: str) -> None:
    """Raises `NotAllowedError` where the profile does not allow the change, or not with ``tool`` (empty: any)."""
    word = why_not_allowed(profile, wanted.kind, tool or wanted.tool)
    if word:
        name = action_name(wanted.kind, wanted.tool)
        raise NotAllowedError(
            f"The profile {profile.name} does not allow {name}{f' with the tool {tool}' if tool else ''}.",
            hint=_hint_to_allow(profile, word, name),
        )


def _hint_to_allow(profile: Profile, word: str, name: str) -> str:
    table = f"[profiles.{profile.name}.write]"
    if word == "allow":
        return f'Add "{name}" to allow below {table}, if it should.'
    return f'Take "{word}" out of deny below {table}, if it should.'


def refuse_denied_effect(
    profile: Profile, wanted: WantedChange, call: WriteCall, actions: Collection[ChangeAction]
) -> None:
    """Raises `NotAllowedError` where a change, or one of its fields, comes to what is denied under another name.

    That is a status by which the ticket is closed, where closing is denied; a tool called by its name that is the one
    of a denied change; and an argument given besides, whose name may mean a field that must not be changed.
    """
    word = next((effect for effect in _effects(wanted, call, actions) if effect in profile.write.deny), "")
    if word:
        raise NotAllowedError(
            f"The profile {profile.name} denies {word}, and this would be one.",
            hint=_hint_to_allow(profile, word, str(word)),
        )


def _effects(wanted: WantedChange, call: WriteCall, actions: Collection[ChangeAction]) -> Iterator[ChangeKind]:
    """What a change comes to besides what its wishes are called."""
    status = call.after.get("status")
    for one in wanted.each:
        if one.kind is ChangeKind.STATUS and isinstance(status, str) and closed_by_words(status):
            yield ChangeKind.CLOSE
        elif one.kind is ChangeKind.TOOL:
            for action in actions:
                if action.tool == call.tool:
                    yield from (action.kind, *_ALSO.get(action.kind, ()))
        if one.kind is not ChangeKind.CREATE:  # a new ticket's fields change no ticket
            yield from _effects_of_arguments(one)


def _effects_of_arguments(wanted: WantedChange) -> Iterator[ChangeKind]:
    """What the arguments that were given by their names come to, besides what the change is called."""
    given: Any = wanted.values.get("arguments") or {}
    for name, value in {**given, **wanted.answers}.items():
        kinds = kinds_meant(name) - {wanted.kind}
        yield from sorted(kinds)
        words = value if isinstance(value, list) else [value]
        if ChangeKind.STATUS in kinds and any(isinstance(word, str) and closed_by_words(word) for word in words):
            yield ChangeKind.CLOSE


_SMALL = frozenset((ChangeKind.STATUS, ChangeKind.ASSIGN, ChangeKind.PRIORITY, ChangeKind.LABELS))


def is_harmless(profile: Profile, wanted: WantedChange, call: WriteCall) -> bool:
    """Whether a change may be sent without being shown: one field, which can be taken back, and nothing beside it."""
    beside = call.risks or call.warnings or call.defaults or wanted.answers or wanted.undo_of or wanted.also
    return profile.write.confirm == "risky" and wanted.kind in _SMALL and call.undo is not None and not beside


def refuse_private(sent: Any, profile: Profile) -> None:
    """Raises `NotOfferedError` where a private field would be sent."""
    if holds_private_field(sent, profile.private_fields):
        raise NotOfferedError(
            "It would send a field that is private here.", hint=f"See private_fields of the profile {profile.name}."
        )


def refuse_readers(call: WriteCall, wanted: WantedChange, profile: Profile) -> None:
    """A comment goes to customers only if that was said, and to colleagues alone if that was."""
    said = wanted.values.get("visibility") or ""
    if call.visibility == "public" and profile.write.public_comments == "never":
        raise NotAllowedError(f"The profile {profile.name} allows no public comments (public_comments).")
    if call.visibility == "public" and said != "public":
        raise MissingInputError(
            "This comment would be public: the customer reads it.", hint="Say so with --public, if that is meant."
        )
    if said == "internal" and call.visibility not in ("internal", ""):
        raise NotOfferedError("The server cannot keep this comment internal.", hint="Leave out --internal.")
    if said == "public" and call.visibility == "internal":
        raise NotOfferedError("The server's tool writes internal comments only.", hint="Leave out --public.")


def refuse_conflict(wanted: WantedChange, fresh: FreshTicket) -> None:
    """Raises `ConflictError` where the ticket is not what the wish expects it to be."""
    now = field_values(fresh.ticket, wanted.expected)
    for name, expected in wanted.expected.items():
        if now[name] != expected:
            raise ConflictError(
                f"{name} is {_said(now[name])} now, and was {_said(expected)}.",
                hint="Look at the ticket, and change it from there.",
            )
    since, updated = wanted.unchanged_since, fresh.ticket.updated_at
    if since is not None and (updated is None or updated > since):
        when = f"at {updated.isoformat()}" if updated else "at a time that the tracker does not tell"
        raise ConflictError(f"The ticket was updated {when}.", hint="Look at it, and leave out --if-updated.")


def _said(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:200]
