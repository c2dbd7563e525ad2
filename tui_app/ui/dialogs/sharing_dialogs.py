"""Taking tickets elsewhere: what to copy, which address to open, which rows to export and into which file."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from tui_app.tickets.branch_names import branch_name
from tui_app.tickets.errors import UsageError
from tui_app.tickets.export import ticket_to_markdown, tickets_to_markdown, to_markdown
from tui_app.tickets.mentions import addresses_in
from tui_app.tickets.ticket import Attachment, Relation, Ticket
from tui_app.tickets.urls import safe_url, site_of
from tui_app.ui.dialogs.picker import Picker, PickItem
from tui_app.ui.rendering.at_a_glance import size_of_file
from tui_app.ui.sharing.clipboard import markdown_link
from tui_app.ui.sharing.files import export_tickets, file_name, may_be_opened, save_content
from tui_app.ui.sharing.pictures import is_picture
from tui_app.ui.user_files import FileJobs

_CAPTIONS = {
    "id": "Id",
    "url": "Web address",
    "title": "Title",
    "link": "Markdown link",
    "branch": "Branch name",
    "ticket": "Whole ticket as Markdown",
}
_CAPTIONS_OF_SEVERAL = {
    "id": "Ids",
    "url": "Web addresses",
    "title": "Titles",
    "link": "Markdown list of links",
    "table": "Markdown table",
    "ticket": "Whole tickets as Markdown",
}


def copy_choices(ticket: Ticket, branch: str = "") -> Mapping[str, str]:
    """What can be copied of a ticket; what it does not have is left out. ``branch``: a template for its name."""
    choices = {
        "id": ticket.id,
        "url": ticket.url or "",
        "title": ticket.title,
        "link": markdown_link(ticket),
        "branch": branch_name(ticket, branch),
        "ticket": ticket_to_markdown(ticket),
    }
    return {name: text for name, text in choices.items() if text}


def copy_choices_of(tickets: Sequence[Ticket]) -> Mapping[str, str]:
    """What can be copied of several tickets, one a line; those that do not have it are left out of it."""
    choices = {
        "id": (ticket.id for ticket in tickets),
        "url": (ticket.url or "" for ticket in tickets),
        "title": (ticket.title for ticket in tickets),
        "link": (f"- {link}" for ticket in tickets if (link := markdown_link(ticket))),
    }
    lines = {name: "\n".join(filter(None, values)) for name, values in choices.items()}
    documents = {"table": to_markdown(tickets), "ticket": tickets_to_markdown(tickets)}
    return {name: text for name, text in (lines | documents).items() if text}


class CopyMenu(Picker[str]):
    """Returns the text to copy; its first letter and enter are enough."""

    def __init__(self, tickets: Sequence[Ticket], branch: str = "") -> None:
        several = len(tickets) > 1
        super().__init__(f"Copy of {len(tickets):,} tickets" if several else f"Copy {tickets[0].id or 'this ticket'}")
        self._choices = copy_choices_of(tickets) if several else copy_choices(tickets[0], branch)
        self._captions = _CAPTIONS_OF_SEVERAL if several else _CAPTIONS

    def items(self) -> Sequence[PickItem]:
        return [PickItem(name, self._captions[name], self._hint(name)) for name in self._choices]

    def _hint(self, name: str) -> str:
        """What is copied, where that is a line or a number of them."""
        text = self._choices[name]
        if name in ("ticket", "table"):
            return ""
        return text if "\n" not in text else f"{text.count(chr(10)) + 1:,} lines"

    def taken(self, item: PickItem) -> None:
        self.dismiss(self._choices[item.id])


class Link(Struct, frozen=True):
    """What was picked: a ticket, or else an address. ``copied``: it is to be copied, not opened."""

    text: str
    """The id or the address."""
    relation: Relation | None = None
    copied: bool = False


class LinkPicker(Picker[Link]):
    """Lists the tickets and addresses that a ticket names; the address under the cursor is shown in full."""

    ABILITIES = frozenset({"copy"})
    NOTHING = "This ticket names no other ticket and no address."

    def __init__(self, ticket: Ticket, marked: int = 0) -> None:
        alone = f" alone, not of all {marked} that are marked" if marked > 1 else ""
        super().__init__(f"Links and relations of {ticket.id}{alone}")
        self._links = {f"ticket {relation.id}": Link(relation.id, relation) for relation in ticket.relations}
        self._items = [
            PickItem(f"ticket {relation.id}", f"{relation.id}  {relation.title}", relation.kind)
            for relation in ticket.relations
        ]
        for address, words in addresses_in(ticket).items():
            self._links[address] = Link(address)
            self._items.append(PickItem(address, address, words))

    def items(self) -> Sequence[PickItem]:
        return self._items

    def explanation(self) -> str:
        return self.current.id if self.current and not self._links[self.current.id].relation else ""

    def taken(self, item: PickItem) -> None:
        self.dismiss(self._links[item.id])

    def action_copy(self) -> None:
        if self.current is not None:
            self.dismiss(replace(self._links[self.current.id], copied=True))


class OpenAddress(Picker[str]):
    """Shows an address in full before it is opened; gives ``once`` or ``always`` when it is confirmed."""

    def __init__(self, ticket: Ticket) -> None:
        super().__init__(
            f"Open {ticket.id or 'this ticket'} in the web browser?", placeholder="enter opens it, esc does not"
        )
        self._url = ticket.url or ""
        self._site = site_of(ticket.url)

    def items(self) -> Sequence[PickItem]:
        once = [PickItem("once", "Yes, open it", search=self.typed)]
        if not self._site:
            return once
        host = self._site.partition("://")[2]
        return [*once, PickItem("always", f"Yes, always at {host}", "without asking")]

    def explanation(self) -> str:
        return self._url

    def taken(self, item: PickItem) -> None:
        self.dismiss(item.id)


class OpenSeveral(Picker[Sequence[str]]):
    """Lists the addresses of several tickets before they are opened; gives them when that is confirmed.

    Args:
        addresses: each address to the ticket's id.
        without: a sentence on tickets that have no address; empty: all have one.
    """

    def __init__(self, addresses: Mapping[str, str], without: str) -> None:
        super().__init__(
            f"Open {len(addresses)} tickets in the web browser?", placeholder="enter opens them, esc does not"
        )
        self._addresses = addresses
        self._without = without

    def items(self) -> Sequence[PickItem]:
        lines = [PickItem(address, address, identity) for address, identity in self._addresses.items()]
        return [PickItem("all", "Yes, open all of them", search=self.typed), *lines]

    def explanation(self) -> str:
        at = self.current.id if self.current else ""
        return "\n".join(filter(None, (self._without, at if at in self._addresses else "")))

    def taken(self, item: PickItem) -> None:
        self.dismiss(list(self._addresses) if item.id == "all" else [item.id])


class CopyInstead(Picker[str]):
    """Offers to copy addresses where there is no web browser to open them; gives the text to copy."""

    def __init__(self, addresses: Mapping[str, str], without: str) -> None:
        super().__init__("There is no web browser here", placeholder="enter copies, esc does not")
        self._addresses = addresses
        self._without = without

    def items(self) -> Sequence[PickItem]:
        what = "the address" if len(self._addresses) == 1 else f"{len(self._addresses)} addresses"
        return [PickItem("copy", f"Copy {what}", "to open on your own machine", search=self.typed)]

    def explanation(self) -> str:
        only = next(iter(self._addresses)) if len(self._addresses) == 1 else ""
        return "\n".join(filter(None, (only, self._without, "$BROWSER names one, if there is one after all.")))

    def taken(self, item: PickItem) -> None:  # noqa: ARG002  there is only one
        self.dismiss("\n".join(self._addresses))


class AttachmentMenu(Picker[str]):
    """What can be done with an attachment: ``show``, ``hide``, ``large``, ``open``, ``save``, ``web``, ``copy``.

    ``is_shown``: its picture is within the ticket.
    """

    def __init__(self, attachment: Attachment, *, is_shown: bool = False) -> None:
        super().__init__(attachment.name, placeholder="enter does it, esc does not")
        self._attachment = attachment
        self._is_shown = is_shown

    def items(self) -> Sequence[PickItem]:
        shown = may_be_opened(self._attachment.name)
        items = [PickItem("open", "Open", "in the system's program for it")] if shown else []
        if is_picture(self._attachment.name):
            here = PickItem("show", "Show here", "in the ticket, where the terminal can show pictures")
            items.insert(0, PickItem("hide", "Hide the picture") if self._is_shown else here)
            items.insert(1, PickItem("large", "Show large", "on the whole screen"))
        items.append(PickItem("save", "Save", "under a name that you choose"))
        if safe_url(self._attachment.url):
            items += [PickItem("web", "Open in the web browser"), PickItem("copy", "Copy address")]
        return items

    def explanation(self) -> str:
        about = ", ".join(filter(None, (self._attachment.type, size_of_file(self._attachment))))
        return "\n".join(filter(None, (about, self._attachment.url)))

    def taken(self, item: PickItem) -> None:
        self.dismiss(item.id)


class FileDialog(Picker[str]):
    """Writes a file off the UI thread; returns a line on what was written. Enter again replaces one that is there.

    Args:
        title: what is done.
        placeholder: what is to be typed.
        suggested: the file's name where none is typed.
        jobs: runs the writing.
    """

    def __init__(self, title: str, placeholder: str, suggested: str, jobs: FileJobs) -> None:
        super().__init__(title, placeholder=placeholder)
        self._suggested = suggested
        self._jobs = jobs
        self._to_replace: Path | None = None

    def write(self, write: Callable[[Path, bool], str]) -> None:
        """Have ``write`` make the file; it is told the path, and whether to replace what is there.

        It returns what is said of it, or raises `UsageError`: why not.
        """
        path = Path(self.typed or self._suggested).expanduser().absolute()
        replacing, self._to_replace = path == self._to_replace, path

        def written() -> str | UsageError:
            try:
                return write(path, replacing)
            except UsageError as error:
                return error

        self._jobs.run(written, self._done)

    def _done(self, outcome: str | UsageError) -> None:
        if not self.is_current:
            return
        if isinstance(outcome, UsageError):
            self.show_note(f"{outcome.cause} {outcome.hint}")
        else:
            self.dismiss(outcome)


class SaveDialog(FileDialog):
    """Writes what was fetched to a file."""

    def __init__(self, name: str, content: bytes, jobs: FileJobs) -> None:
        suggested = file_name(name)
        super().__init__("Save as", f"a file; without a name {suggested}, here", suggested, jobs)
        self._content = content

    def items(self) -> Sequence[PickItem]:
        return [PickItem("save", "Save", f"{len(self._content):,} bytes", search=self.typed)]

    def taken(self, item: PickItem) -> None:  # noqa: ARG002  there is only one
        self.write(lambda path, replacing: save_content(self._content, path, replace=replacing))


_ROW_CAPTIONS = {"marked": "Marked rows", "shown": "Rows shown", "all": "All loaded rows"}
_SUGGESTED = "tickets.csv"
_FORMATS = "The ending says the format: .csv, .json, .jsonl or .md."


class ExportDialog(FileDialog):
    """Writes rows to a file."""

    NOTHING = "There are no rows."

    def __init__(self, choices: Mapping[str, Sequence[Ticket]], jobs: FileJobs) -> None:
        super().__init__("Export to", f"a file, for example {_SUGGESTED}", _SUGGESTED, jobs)
        self._choices = {name: tickets for name, tickets in choices.items() if tickets}

    def items(self) -> Sequence[PickItem]:
        return [
            PickItem(name, _ROW_CAPTIONS[name], f"{len(tickets):,}", search=self.typed)
            for name, tickets in self._choices.items()
        ]

    def explanation(self) -> str:
        return _FORMATS if self.typed else f"{_FORMATS} Without a name it is {_SUGGESTED}, here."

    def taken(self, item: PickItem) -> None:
        self.write(lambda path, replacing: export_tickets(self._choices[item.id], path, replace=replacing))
