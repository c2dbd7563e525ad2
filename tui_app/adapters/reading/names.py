"""What trackers call the parts of a ticket. Data, and the one function that makes two spellings of a name equal.

The order within a list is the order of preference: what people know a ticket by before the database's id, the name of
a priority before its number.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_MOST_REMEMBERED = 20_000  # names; a server that makes up keys must not fill the memory

_plain_names: dict[str, str] = {}


def plain_name(name: str) -> str:
    """``createdAt``, ``created_at``, ``Created At`` and ``System.CreatedAt`` are one name: ``createdat``."""
    plain = _plain_names.get(name)
    if plain is None:
        last = name.strip().rsplit(".", 1)[-1]
        plain = "".join(character for character in last if character.isalnum()).casefold()
        if len(_plain_names) > _MOST_REMEMBERED:
            _plain_names.clear()
        _plain_names[name] = plain
    return plain


def names(words: str) -> tuple[str, ...]:
    """The words of ``words``: lists of names read better without quotation marks."""
    return tuple(words.split())


HUMAN_IDS = names(
    "key issuekey ticketkey identifier humanid humanreadableid idreadable displayid shortid customid issueidentifier "
    "ticketnumber issuenumber incidentnumber casenumber number iid reference"
)
"""Names under which a ticket's human id stands; `DATABASE_IDS` count only where none of these is there."""

DATABASE_IDS = names(
    "id ticketid issueid taskid bugid storyid itemid caseid incidentid workitemid cardid ref uuid gid sysid nodeid"
)

FIELD_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "title": names(
            "title summary subject name headline shortdescription issuetitle tickettitle tasktitle issuesummary "
            "caption content task issue ticket"
        ),
        "status": names(
            "status state statusname statename currentstate currentstatus workflowstate workflowstatename stage column "
            "listname list issuestatus ticketstatus taskstatus statusextrainfo lifecycle phase statuscategory"
        ),
        "assignee": names(
            "assignee assignedto assigneename assignedtoname assignees assigned assigneeusername assigneduser "
            "assignments assignedtoextrainfo handler responsible owner ownedby ownername members"
        ),
        "reporter": names(
            "reporter author creator createdby reportername authorname creatorname openedby raisedby reportedby "
            "requester requestor requestedby submitter submittedby creatordetail user caller customer"
        ),
        "priority": names("prioritylabel priorityname priority issuepriority prio urgency severity importance impact"),
        "type": names(
            "issuetype tickettype tasktype storytype worktype workitemtype requesttype tracker type typename kind "
            "category issuetypename"
        ),
        "project": names(
            "project projectkey projectname repository repo repositoryname projectpath queue board boardname team "
            "teamname product workspace space component"
        ),
        "labels": names("labels tags label labelnames tagnames labellist taglist keywords tag"),
        "created_at": names(
            "createdat created createdon createddate creationdate creationtime createdtime datecreated createtime "
            "datecreatedutc opened openedat openedon reportedat reporteddate addedat createdts createddatetime "
            "syscreatedon createdate firstseen submitdate submittedat inserteddate insertedat timestampcreated"
        ),
        "updated_at": names(
            "updatedat updated updatedon modifiedat modified lastmodified lastupdated lastupdatedat updateddate "
            "modifieddate lastmodifieddate updatetime updatedtime dateupdated datemodified lastmodifiedat modifiedon "
            "lastchangetime changed changedat changeddate lastupdate sysupdatedon datelastactivity lastactivity "
            "lastactivityat lastseen updatedts lastchanged lastupdateddate lastmodifiedtime"
        ),
        "description": names(
            "description body details descriptiontext descriptionmarkdown desc fulldescription longdescription text "
            "content message notes bodytext descriptionhtml excerpt snippet detail"
        ),
    }
)
"""Field of a ticket to the names that trackers give it."""

URL_NAMES = names(
    "htmlurl browseurl weburl webviewlink permalink permalinkurl publicurl appurl shorturl issueurl ticketurl taskurl "
    "humanurl externalurl url link href links self apiurl"
)
COMMENT_NAMES = names("comments comment notes journals discussions discussion thread replies conversation activity")
HISTORY_NAMES = names("history changelog changes journals audittrail activities transitionshistory events")
ATTACHMENT_NAMES = names("attachments attachment files uploads")
DONE_FLAGS = names("completed done closed isclosed resolved iscompleted isdone complete finished isresolved checked")
"""Flags that say how far a ticket is, in trackers of to-do lists that have no status."""

WRAPPERS = names(
    "fields attributes properties node issue ticket task story bug item card incident defect workitem data"
)
"""Names of a mapping inside a row that holds the row's fields."""

LOOKUP_NAMES = frozenset(
    (
        *HUMAN_IDS, *DATABASE_IDS,
        *names(
            "projectid projectkey project repositoryurl repository repo owner workspace workspaceid teamid boardid "
            "fullname namespace organization org spaceid listid htmlurl"
        ),
    )
)  # fmt: skip
"""Names whose plain values a get tool may ask for besides the id."""

PERSON_PARTS = names(
    "displayname fullname fullnamedisplay realname name login username nickname handle email emailaddress summary "
    "title value id"
)
VALUE_PARTS = names("name displayvalue displayname label title value key text login username summary")
"""What stands for an object where a ticket's field holds one instead of a word."""

STATUS_WORDS = frozenset(
    names(
        "open opened new todo backlog inprogress progress doing started active blocked onhold waiting pending "
        "review inreview "
        "codereview testing qa verified ready resolved done closed completed complete cancelled canceled "
        "rejected wontfix "
        "duplicate deferred feedback triage accepted assigned reopened merged draft selectedfordevelopment "
        "readyfortest "
        "readyforreview acknowledged investigating unconfirmed confirmed invalid planned finished unstarted "
        "icebox needsinfo"
    )
)
PRIORITY_WORDS = frozenset(
    names(
        "highest high medium low lowest critical blocker major minor trivial urgent normal immediate p0 p1 p2 p3 p4 p5"
    )
)
TYPE_WORDS = frozenset(
    names(
        "bug task story epic feature improvement incident subtask spike chore enhancement defect issue request question"
    )
)
