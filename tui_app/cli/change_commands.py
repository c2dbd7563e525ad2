"""The commands that change tickets, and those that tell what can be and what was changed: their names and options."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import click

from tui_app.cli.change import make_changes, text_from, text_of, tool_change, undoing, wanted_changes
from tui_app.cli.change_report import print_actions, print_writes
from tui_app.cli.options import format_option, global_options, options_of
from tui_app.tickets.errors import UsageError
from tui_app.tickets.fields import ChangeKind

Values = dict[str, Any]

_IDS = click.argument("ids", metavar="ID..", nargs=-1, required=True)


def _change_options(command: Callable[..., int]) -> Callable[..., int]:
    """What every command that changes something takes."""
    for option in (
        global_options,
        format_option("text", "json"),
        click.option("--keep-going", is_flag=True, help="Go on with the next change after one that failed."),
        click.option(
            "--if-updated", metavar="MOMENT", help="Only if nobody has updated the ticket since this ISO 8601 moment."
        ),
        click.option("--yes", is_flag=True, help="Send without asking."),
        click.option("--dry-run", is_flag=True, help="Send nothing; show the call as it would be sent."),
        click.option(
            "--field",
            "fields",
            metavar="NAME=VALUE",
            multiple=True,
            help="What else the server's tool asks for. May be repeated.",
        ),
    ):
        command = option(command)
    return click.pass_context(command)


def _changed(
    context: click.Context, action: str, ids: Sequence[str], kinds: Sequence[tuple[ChangeKind, Values]], given: Values
) -> int:
    """Make each change of ``kinds`` for each ticket; ``given`` holds the options of `_change_options`."""
    options = options_of(context)
    wanted = wanted_changes(options, ids, kinds, fields=given["fields"], if_updated=given["if_updated"])
    return make_changes(
        options,
        action,
        wanted,
        form=given["form"],
        dry_run=given["dry_run"],
        yes=given["yes"],
        keep_going=given["keep_going"],
    )


@click.command()
@click.argument("ticket_id", metavar="ID")
@click.argument("text", metavar="[TEXT|-]", required=False)
@click.option("--editor", is_flag=True, help="Write the text in $VISUAL or $EDITOR.")
@click.option("--internal", is_flag=True, help="Only colleagues may read it.")
@click.option("--public", is_flag=True, help="Customers may read it.")
@_change_options
def comment(
    context: click.Context,
    /,
    ticket_id: str,
    text: str | None,
    editor: bool,
    internal: bool,
    public: bool,
    **given: Any,
) -> int:
    """Comment on a ticket.

    Without TEXT, or with -, the text is read from standard input, or written in an editor at a terminal.
    """
    if internal and public:
        raise UsageError("--internal and --public exclude each other.", hint="Give one of them.", field="public")
    words = text_of(options_of(context), text, ticket_id, ChangeKind.COMMENT, "text", editor=editor)
    values: Values = {"text": words}
    if internal or public:
        values["visibility"] = "internal" if internal else "public"
    return _changed(context, "comment", [ticket_id], [(ChangeKind.COMMENT, values)], given)


@click.command()
@click.argument("words", metavar="ID.. STATUS", nargs=-1, required=True)
@_change_options
def move(context: click.Context, /, words: tuple[str, ...], **given: Any) -> int:
    """Change the status of tickets."""
    *ids, status = _ids_and(words, "STATUS", "move PAY-7 done")
    return _changed(context, "move", ids, [(ChangeKind.STATUS, {"status": status})], given)


@click.command()
@_IDS
@_change_options
def close(context: click.Context, /, ids: tuple[str, ...], **given: Any) -> int:
    """Close tickets."""
    return _changed(context, "close", ids, [(ChangeKind.CLOSE, {})], given)


@click.command()
@_IDS
@_change_options
def reopen(context: click.Context, /, ids: tuple[str, ...], **given: Any) -> int:
    """Open closed tickets again."""
    return _changed(context, "reopen", ids, [(ChangeKind.REOPEN, {})], given)


@click.command()
@click.argument("words", metavar="ID.. WHO|me|none", nargs=-1, required=True)
@_change_options
def assign(context: click.Context, /, words: tuple[str, ...], **given: Any) -> int:
    """Assign tickets to somebody, to yourself (me) or to nobody (none)."""
    *ids, who = _ids_and(words, "WHO", "assign PAY-7 me")
    return _changed(context, "assign", ids, [(ChangeKind.ASSIGN, {"assignee": None if who == "none" else who})], given)


@click.command()
@_IDS
@click.option("--title", metavar="T", help="The new title.")
@click.option("--description", metavar="T|-|@FILE", help="The new text; - reads it from standard input.")
@click.option("--priority", metavar="P", help="The new priority.")
@click.option("--add-label", "add", metavar="L", multiple=True, help="Add this label. May be repeated.")
@click.option("--remove-label", "remove", metavar="L", multiple=True, help="Remove this label. May be repeated.")
@_change_options
def edit(
    context: click.Context,
    /,
    ids: tuple[str, ...],
    title: str | None,
    description: str | None,
    priority: str | None,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    **given: Any,
) -> int:
    """Change title, description, priority or labels.

    Several of them are one call where the server's tool takes them together, else several changes in turn. Nothing is
    sent unless all can be made, but with --keep-going.
    """
    kinds: list[tuple[ChangeKind, Values]] = []
    if title is not None:
        kinds.append((ChangeKind.TITLE, {"title": title}))
    if description is not None:
        kinds.append((ChangeKind.DESCRIPTION, {"description": text_from(description, "description")}))
    if priority is not None:
        kinds.append((ChangeKind.PRIORITY, {"priority": priority}))
    if add or remove:
        kinds.append((ChangeKind.LABELS, {"add": list(add), "remove": list(remove)}))
    if not kinds:
        raise UsageError(
            "Nothing was given that could be changed.",
            hint="Give --title, --description, --priority, --add-label or --remove-label.",
        )
    return _changed(context, "edit", ids, kinds, given)


@click.command()
@click.option("--title", metavar="T", required=True, help="What it is called.")
@click.option("--description", metavar="T|-|@FILE", help="Its text; - reads it from standard input.")
@click.option("--project", metavar="P", help="The project that it belongs to.")
@click.option("--type", "type_", metavar="T", help="What kind of ticket it is.")
@_change_options
def create(
    context: click.Context,
    /,
    title: str,
    description: str | None,
    project: str | None,
    type_: str | None,
    **given: Any,
) -> int:
    """Create a ticket and print its id."""
    if not title.strip():
        raise UsageError("The title is empty.", hint="Give --title.", field="title")
    text = None if description is None else text_from(description, "description")
    values = {"title": title, "description": text, "project": project, "type": type_}
    kept = {name: value for name, value in values.items() if value is not None}
    _refuse_unused(given, "if_updated")
    return _changed(context, "create", [""], [(ChangeKind.CREATE, kept)], given)


@click.command()
@click.argument("ticket_id", metavar="ID")
@click.argument("type_", metavar="TYPE")
@click.argument("other", metavar="OTHER")
@_change_options
def link(context: click.Context, /, ticket_id: str, type_: str, other: str, **given: Any) -> int:
    """Link a ticket to another one."""
    return _changed(context, "link", [ticket_id], [(ChangeKind.LINK, {"type": type_, "to": other})], given)


@click.command()
@click.argument("ticket_id", metavar="ID")
@click.argument("time", metavar="TIME")
@_change_options
def log(context: click.Context, /, ticket_id: str, time: str, **given: Any) -> int:
    """Log work on a ticket, such as 30m or 1h30m."""
    return _changed(context, "log", [ticket_id], [(ChangeKind.LOG_WORK, {"time": time})], given)


@click.command("do")
@click.argument("tool", metavar="TOOL")
@click.option("--arg", "arguments", metavar="NAME=JSON", multiple=True, help="An argument. May be repeated.")
@click.option("--args", "whole", metavar="-|@FILE", help="All arguments as a JSON object.")
@_change_options
def do(context: click.Context, /, tool: str, arguments: tuple[str, ...], whole: str | None, **given: Any) -> int:
    """Call a tool of the server by its name.

    Nothing is derived: the arguments are sent as they are given.
    """
    found: Any = {}
    if whole is not None:
        found = _json(text_from(whole, "args"), "--args")
        if not isinstance(found, dict):
            raise UsageError("--args is not a JSON object.", hint='For example: {"id": "PAY-7"}.', field="args")
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not (name and equals):
            raise UsageError(f"--arg: {argument!r} is not NAME=JSON.", hint="For example: --arg id=7.", field="arg")
        found[name] = _json(value, f"--arg {name}")
    _refuse_unused(given, "fields", "if_updated")
    return make_changes(
        options_of(context),
        "do",
        (tool_change(tool, found),),
        form=given["form"],
        dry_run=given["dry_run"],
        yes=given["yes"],
        keep_going=given["keep_going"],
    )


@click.command()
@click.argument("ticket_id", metavar="[ID]", required=False)
@format_option("text", "json")
@global_options
@click.pass_context
def actions(context: click.Context, ticket_id: str | None, form: str) -> int:
    """List what can be changed, and what cannot and why.

    With ID, with the values that are possible for that ticket now.
    """
    return print_actions(options_of(context), form, ticket_id or "")


@click.command()
@click.option("--last", metavar="N", type=click.IntRange(1), default=20, show_default=True, help="How many.")
@format_option("text", "json")
@global_options
@click.pass_context
def writes(context: click.Context, last: int, form: str) -> int:
    """List what was changed from this machine."""
    return print_writes(options_of(context), form, last)


@click.command()
@click.argument("number", metavar="[N]", type=click.IntRange(1), default=1)
@_change_options
def undo(context: click.Context, /, number: int, **given: Any) -> int:
    """Take back the last change of the profile, or the Nth last."""
    _refuse_unused(given, "fields", "if_updated")
    options = options_of(context)
    return make_changes(
        options,
        "undo",
        (undoing(options, number),),
        form=given["form"],
        dry_run=given["dry_run"],
        yes=given["yes"],
        keep_going=given["keep_going"],
    )


def _refuse_unused(given: Values, *names: str) -> None:
    """An option that would have no effect is no wish that can be met."""
    for name in names:
        if given[name]:
            option = "--field" if name == "fields" else f"--{name.replace('_', '-')}"
            raise UsageError(f"{option} has no effect here.", hint="Leave it out.", field=name)


def _ids_and(words: tuple[str, ...], last: str, example: str) -> tuple[str, ...]:
    if len(words) < 2:
        raise UsageError(f"{last} is missing.", hint=f"For example: ticketdeck {example}.")
    return words


def _json(text: str, what: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        raise UsageError(
            f"{what}: {text[:80]!r} is not JSON.",
            hint="A text needs quotation marks: --arg id='\"PAY-7\"'.",
            field="arg",
        ) from None
