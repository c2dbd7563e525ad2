"""The fields of a ticket: everything that lists them derives its list from here.

Invariant: this module imports the standard library alone and builds nothing but tuples, because shell completion and
every start load it.

To add a ticket field, write a row in `TICKET_FIELDS` and an attribute in `tui_app.tickets.ticket.Ticket`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import NamedTuple


def names(words: str) -> tuple[str, ...]:
    """The words of ``words``: a list of names reads better without quotation marks."""
    return tuple(words.split())


class FieldKind(StrEnum):
    """What a ticket's field holds; it decides how a value is read, shown, sorted and compared."""

    ID = "id"
    LINE = "line"
    """Text of one line that is the ticket's own, as its title."""
    WORD = "word"
    """A short value that many tickets share, as their type or project."""
    STATUS = "status"
    PRIORITY = "priority"
    PERSON = "person"
    LABELS = "labels"
    MOMENT = "moment"
    """When something happened, in UTC."""
    DUE = "due"
    """By when something is to happen: a day (its midnight in UTC) or a moment; it may be in the future."""
    URL = "url"
    TEXT = "text"
    """Markdown of any length."""
    LIST = "list"
    """Comments, history or attachments."""


class TicketField(NamedTuple):
    """One field of a ticket."""

    name: str
    """The attribute of `Ticket`, and the key in JSON, CSV, columns and ``[map.fields]``."""
    caption: str
    kind: FieldKind
    sortable: bool = False
    """Whether a search can be sorted by it."""
    column: bool = True
    """Whether the table can show it."""
    facet: bool = False
    """Whether the table can be narrowed to some of its values."""
    exported: bool = True
    """Whether it is a key of JSON rows and a column of CSV."""
    change: str = ""
    """How a person changes it: ``line``, ``text``, ``choice``, ``person``, ``labels``, ``day`` or ``id``; empty: only
    the tracker does. A change marks the row, except in texts, which may only have been loaded since."""
    words: tuple[str, ...] = ()
    """Words that name it in answers and files, without accents, the preferred ones first. A hint only: what a column
    holds counts for more."""
    beginnings: tuple[str, ...] = ()
    """What words for it begin with in the languages that trackers are used in, without accents. They count where no
    field has the whole word."""


TICKET_FIELDS = (
    TicketField(
        "id", "ID", FieldKind.ID, sortable=True,
        words=names("key identifier iid reference number num id ref no nr code gid uid uuid"),
        beginnings=names("schlussel sleutel clave num номер 编号 番号"),
    ),
    TicketField(
        "title", "Title", FieldKind.LINE, sortable=True, change="line",
        words=names("title summary subject name headline"),
        beginnings=names("tit betreff asunto resume samenvat тема назван 标题 件名 要約 제목"),
    ),
    TicketField(
        "status", "Status", FieldKind.STATUS, sortable=True, facet=True, change="choice",
        words=names("status state stage column phase list"),
        beginnings=names("statu estad etat zustand статус 状态 状態 ステータス 상태"),
    ),
    TicketField(
        "assignee", "Assignee", FieldKind.PERSON, sortable=True, facet=True, change="person",
        words=names("assignee assigned handler owner member agent"),
        beginnings=names("assign asign respons bearbeit toegewez zugewies исполнител 担当 负责 담당"),
    ),
    TicketField(
        "reporter", "Reporter", FieldKind.PERSON, sortable=True, facet=True,
        words=names("reporter author creator requester requestor submitter caller user customer"),
        beginnings=names("autor auteur inform relator rapport автор 報告 作者 보고"),
    ),
    TicketField(
        "priority", "Priority", FieldKind.PRIORITY, sortable=True, facet=True, change="choice",
        words=names("priority urgency severity importance"),
        beginnings=names("prio приорит 优先 優先 우선"),
    ),
    TicketField(
        "type", "Type", FieldKind.WORD, sortable=True, facet=True, change="choice",
        words=names("type tracker kind category"),
        beginnings=names("typ tipo vorgangstyp тип 类型 種別 タイプ 유형"),
    ),
    TicketField(
        "project", "Project", FieldKind.WORD, sortable=True, facet=True, change="choice",
        words=names("project repository repo queue board team product workspace space"),
        beginnings=names("proje proye проект 项目 プロジェクト"),
    ),
    TicketField(
        "parent", "Parent", FieldKind.ID, sortable=True, facet=True, change="id",
        words=names("parent epic"),
        beginnings=names("ubergeordn 親"),
    ),
    TicketField(
        "labels", "Labels", FieldKind.LABELS, facet=True, change="labels",
        words=names("label tag keyword"),
        beginnings=names("etiq schlagw stichw метк 标签 ラベル"),
    ),
    TicketField(
        "created_at", "Created", FieldKind.MOMENT, sortable=True, facet=True,
        words=names("created opened reported submitted inserted added"),
        beginnings=names("cree crea cria erstell aangemaa созда 创建 作成 생성"),
    ),
    TicketField(
        "updated_at", "Updated", FieldKind.MOMENT, sortable=True, facet=True,
        words=names("updated modified edited changed activity"),
        beginnings=names("updat modif actuali atuali aktuali geander bijgew miseajour измен обновл 更新 업데이트"),
    ),
    TicketField(
        "due_at", "Due", FieldKind.DUE, sortable=True, facet=True, change="day",
        words=names("due deadline target"),
        beginnings=names("fallig venci echean vervald termin срок 期限 기한"),
    ),
    TicketField(
        "url", "URL", FieldKind.URL,
        words=names("permalink url link href web self"),
    ),
    TicketField(
        "description", "Description", FieldKind.TEXT, column=False, change="text",
        words=names("description body detail desc text content message note snippet excerpt"),
        beginnings=names("descri beschr описан 描述 説明"),
    ),
    TicketField(
        "comments", "Comments", FieldKind.LIST, exported=False,
        words=names("comment note journal discussion thread reply conversation message"),
        beginnings=names("komment coment comment"),
    ),
    TicketField(
        "history", "History", FieldKind.LIST, column=False, exported=False,
        words=names("history changelog change journal event activity"),
    ),
    TicketField(
        "attachments", "Attachments", FieldKind.LIST, column=False, exported=False,
        words=names("attachment file upload"),
    ),
    TicketField("source", "Source", FieldKind.WORD, facet=True, exported=False),
)  # fmt: skip
"""In the order of JSON and CSV. ``exported`` ones are a row's values; lists follow when a ticket is opened."""

CALLED = names(
    "displayname displayvalue display fullname realname name label login username nickname handle email emailaddress "
    "mail title value key text summary"
)
"""The parts that name a person or a thing where a field holds an object instead of a word, the best first."""
BY_CAPTION = {
    text.casefold(): field.name for field in TICKET_FIELDS if field.column for text in (field.caption, field.name)
}
"""What people may call a column of a ticket's field, folded, to the field."""
FURTHER = "extra."
"""What the name of a column begins with that shows a field of the tracker's own."""


def further_fields(columns: Iterable[str]) -> tuple[str, ...]:
    """Of columns as people write them (``Updated``, ``Story points:12``) the fields of the tracker's own."""
    names = []
    for text in columns:
        name, colon, width = text.strip().rpartition(":")
        name = name if colon and width.isdecimal() else text.strip()
        if name.casefold() not in BY_CAPTION:
            names.append(name.removeprefix(FURTHER))
    return tuple(dict.fromkeys(names))


FIELDS_BY_NAME = {field.name: field for field in TICKET_FIELDS}
SORT_FIELDS = tuple(field.name for field in TICKET_FIELDS if field.sortable)
"""What results can be sorted by; a leading ``-`` means descending."""
ROW_FIELDS = tuple(field.name for field in TICKET_FIELDS if field.exported)
"""The values of one row: the keys of JSON before comments, and the columns of CSV."""
TIME_KINDS = (FieldKind.MOMENT, FieldKind.DUE)
"""Kinds whose values are times."""
TIME_FIELDS = tuple(field.name for field in TICKET_FIELDS if field.kind in TIME_KINDS)
REQUIRED_FIELDS = ("id", "title", "status")
"""What every ticket has; a row without one is flawed."""


class ChangeKind(StrEnum):
    """What is changed. The values are the words of a profile's ``write.allow`` and ``write.deny``."""

    COMMENT = "comment"
    STATUS = "status"
    ASSIGN = "assign"
    PRIORITY = "priority"
    LABELS = "labels"
    TITLE = "title"
    DESCRIPTION = "description"
    CREATE = "create"
    CLOSE = "close"
    REOPEN = "reopen"
    LINK = "link"
    LOG_WORK = "log_work"
    DELETE = "delete"
    TOOL = "tool"
    """A tool called by its name, with arguments as they are given; nothing is derived."""
