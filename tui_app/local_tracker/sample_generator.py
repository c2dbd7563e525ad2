"""Writes the sample: ``python -m tui_app.local_tracker.sample_generator`` makes ``data/sample.jsonl`` of ``stories/``.

Invariant: the same stories give the same file, byte for byte, on every machine: chance comes from one seeded generator,
and only through `_Chance.share`, whose numbers Python promises never to change.

What people said is written by hand in the stories; when they said it, who works on what, how a ticket moved, what
is due and what belongs to which epic is made up here.

A story begins with ``== title`` and a line ``type priority [status] | labels``; then comes its description, and
comments as ``@name text``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from tui_app.local_tracker.sample import SAMPLE_FILE
from tui_app.local_tracker.schema import stored_form

STORIES = Path(__file__).parent / "stories"
NOW = datetime(2026, 1, 15, 9, 30, tzinfo=UTC)
"""The moment at which the sample ends; it is moved to the first start's."""
SPAN = timedelta(days=730)
SEED = 192

PEOPLE = {
    "amina": "Amina Diallo",
    "chloe": "Chloé Martin",
    "dmytro": "Dmytro Shevchenko",
    "grace": "Grace O'Connor",
    "haewon": "김해원",
    "kenji": "渡辺 健二",
    "lina": "李娜",
    "lukasz": "Łukasz Wójcik",
    "mara": "Mara Lindqvist",
    "omar": "Omar Haddad",
    "priya": "Priya Raghunathan",
    "rafael": "Rafael Souza",
    "sigrun": "Sigrún Jónsdóttir",
    "tomas": "Tomás Herrera",
    "wanjiru": "Wanjiru Kamau",
    "yael": "יעל בן־עמי",
}
USER = PEOPLE["mara"]

TEAMS = {
    "PAY": ("mara", "mara", "kenji", "priya", "dmytro"),
    "WEB": ("lukasz", "chloe", "mara", "haewon", "yael"),
    "MOB": ("tomas", "sigrun", "kenji", "haewon", "omar"),
    "OPS": ("lukasz", "dmytro", "haewon", "lina", "wanjiru"),
    "DATA": ("priya", "haewon", "chloe", "lukasz"),
    "HELP": ("grace", "amina", "rafael", "wanjiru", "omar"),
}
"""Who works in which project; who is listed twice works there more."""

_WAYS = {
    "open": ("open",),
    "in progress": ("open", "in progress"),
    "in review": ("open", "in progress", "in review"),
    "blocked": ("open", "in progress", "blocked"),
    "done": ("open", "in progress", "in review", "done"),
    "cancelled": ("open", "cancelled"),
}
_FINISHED = ("done", "cancelled")
_SHOWN_FIRST = "Receipt printer driver leaks a handle per job"
"""The ticket that changed last, and so heads the first screen: it has all that a ticket can have."""
_PLANNED = ("story", "task")
"""Types of work that is planned ahead: it can be below an epic and due on a day."""
_META = re.compile(r"(?P<type>\w+) (?P<priority>\w+) \[(?P<status>[\w ]+)\](?: \| (?P<labels>.+))?")
_REMARK = re.compile(r"@(\w+) (.+)")

_LAST_WORDS = (
    "Live since this morning. I will watch the graphs until Friday.",
    "Merged. Thanks for the quick review.",
    "Checked on staging with real data, looks right.",
    "Rolled out to everybody; nothing unusual in the logs.",
    "Done, and the page in the handbook is up to date.",
    "Works for the shop that reported it. Closing.",
    "Went out with Tuesday's release.",
    "I have added a test that fails without the change.",
    "Closing this. Please open it again if it comes back.",
    "Took an hour in the end, after a day of looking in the wrong place.",
    "Verified together with the customer on the phone.",
    "Behind a flag for a week, now on for all.",
    "No complaints since the release, so I call it done.",
    "Turned out to be two lines. The description above is longer.",
    "Done. I left a note for the next person who looks at this.",
    "Released. The old behaviour can be had back with a setting, until summer.",
    "Both follow-ups have tickets of their own.",
    "Confirmed by support: not one new case in two weeks.",
)
_CANCEL_WORDS = (
    "We agreed not to do this; the reasons are above.",
    "Closing, see above. Good to have it written down.",
)

T = TypeVar("T")


class _Chance:
    """Chance that can be repeated."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - nothing secret

    def share(self) -> float:
        """A number from 0 to 1."""
        return self._random.random()

    def pick(self, values: Sequence[T]) -> T:
        """One of ``values``."""
        return values[int(self.share() * len(values))]

    def between(self, least: timedelta, most: timedelta) -> timedelta:
        """A duration, more often a short one."""
        return least + (most - least) * self.share() ** 2


@dataclass
class Story:
    """One ticket as it is written in ``stories/``."""

    title: str
    type: str = ""
    priority: str = ""
    status: str = ""
    labels: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    remarks: list[tuple[str, str]] = field(default_factory=list)

    @property
    def description(self) -> str:
        """The Markdown between the heading and the comments."""
        return "\n".join(self.lines).strip()


def read_stories(text: str) -> Iterator[Story]:
    """The stories of one file, the oldest first."""
    story: Story | None = None
    for line in text.splitlines():
        if line.startswith("== "):
            if story:
                yield story
            story = Story(line.removeprefix("== "))
        elif story is None:
            raise ValueError(f"text before the first story: {line!r}")
        elif not story.type:
            _read_meta(story, line)
        elif (remark := _REMARK.fullmatch(line)) and remark[1] in PEOPLE:
            story.remarks.append((remark[1], remark[2]))
        else:
            story.lines.append(line)
    if story:
        yield story


def _read_meta(story: Story, line: str) -> None:
    meta = _META.fullmatch(line)
    if meta is None or meta["status"] not in _WAYS:
        raise ValueError(f"{story.title}: {line!r} is not 'type priority [status] | labels'")
    story.type, story.priority, story.status = meta["type"], meta["priority"], meta["status"]
    story.labels = sorted(meta["labels"].split(", ")) if meta["labels"] else []


def generate() -> list[dict[str, Any]]:
    """All tickets of the sample, in the order in which they were created."""
    tickets = []
    for position, project in enumerate(TEAMS):
        chance, gaps = _Chance(SEED + position), _Chance(SEED - 1 - position)
        text = (STORIES / f"{project.lower()}.md").read_text(encoding="utf-8")
        stories = list(read_stories(text))
        number = 0
        for index, story in enumerate(stories):
            number += 1 + int(gaps.share() * 3.2)  # the numbers between belong to tickets that were deleted or moved
            age = SPAN * ((len(stories) - index - chance.share()) / len(stories)) ** 2
            tickets.append(_ticket(chance, project, number, story, NOW - age))
        _plan(_Chance(SEED + 100 + position), [ticket for ticket in tickets if ticket["project"] == project])
    return sorted(tickets, key=lambda ticket: (ticket["created_at"], ticket["id"]))


def _plan(chance: _Chance, tickets: list[dict[str, Any]]) -> None:
    """Put work below the latest epic before it, and give some of it a day when it is due."""
    epic: dict[str, Any] | None = None
    for ticket in tickets:
        if ticket["type"] == "epic":
            epic = ticket
        elif epic and ((ticket["type"] in _PLANNED and chance.share() < 0.5) or ticket["title"] == _SHOWN_FIRST):
            ticket["parent"] = epic["id"]
        if ticket["type"] in (*_PLANNED, "epic") and chance.share() < 0.4:
            ticket["due_at"] = stored_form(_due(chance, ticket))


def _due(chance: _Chance, ticket: dict[str, Any]) -> datetime:
    """Finished work was due about when it was done; of the rest, some is late and most is still to come."""
    if ticket["status"] in _FINISHED:
        about = datetime.fromisoformat(ticket["updated_at"]) + timedelta(days=chance.share() * 10 - 4)
    else:
        about = NOW + timedelta(days=chance.share() * 40 - 8)
    return about.replace(hour=0, minute=0, second=0, microsecond=0)


def _ticket(chance: _Chance, project: str, number: int, story: Story, created: datetime) -> dict[str, Any]:
    reporter = chance.pick(tuple(PEOPLE))
    assignee = _assignee(chance, project, story)
    last = _last_moment(chance, story, created)
    comments = _comments(chance, story, assignee or reporter, created, last)
    history = _history(chance, story, assignee, created, last)
    moments = [entry["created_at"] for entry in (*comments, *history)]
    ticket_id = f"{project}-{number}"
    return {
        "id": ticket_id,
        "title": story.title,
        "status": story.status,
        "assignee": PEOPLE[assignee] if assignee else "",
        "reporter": PEOPLE[reporter],
        "priority": story.priority,
        "type": story.type,
        "project": project,
        "labels": story.labels,
        "created_at": stored_form(created),
        "updated_at": max(moments, default=stored_form(created)),
        "url": f"https://tracker.example/browse/{ticket_id}",
        "description": story.description,
        "comments": comments,
        "history": history,
        "attachments": _attachments(chance, story),
    }


def _assignee(chance: _Chance, project: str, story: Story) -> str | None:
    """Who closed or last answered it, where that is somebody of the team; new tickets may still lie about."""
    team = TEAMS[project]
    drawn = chance.pick(team)
    if story.status == "open" and chance.share() < 0.45:
        return None
    speakers = [name for name, _ in story.remarks if name in team]
    return speakers[-1] if speakers and chance.share() < 0.92 else drawn


def _last_moment(chance: _Chance, story: Story, created: datetime) -> datetime:
    """When something last happened to it: finished tickets rest, the others are never left alone for long."""
    age = NOW - created
    if story.title == _SHOWN_FIRST:
        return NOW
    if story.status in _FINISHED:
        return created + min(age * 0.95, chance.between(timedelta(hours=3), timedelta(days=45)))
    return NOW - min(age * 0.8, chance.between(timedelta(minutes=4), timedelta(days=16)))


def _moments(chance: _Chance, count: int, first: datetime, last: datetime) -> list[datetime]:
    return sorted(first + (last - first) * (0.05 + 0.95 * chance.share()) for _ in range(count))


def _talk(chance: _Chance, count: int, first: datetime, last: datetime) -> list[datetime]:
    """Moments of comments that answer one another: minutes to a day apart, the last one at ``last``."""
    moments: list[datetime] = []
    moment = last
    for _ in range(count):
        moments.insert(0, moment)
        moment -= min((moment - first) * 0.7, chance.between(timedelta(minutes=6), timedelta(hours=30)))
    return moments


def _comments(chance: _Chance, story: Story, worker: str, created: datetime, last: datetime) -> list[dict[str, str]]:
    remarks = list(story.remarks)
    if story.status == "done" and (not remarks or remarks[-1][0] != worker) and chance.share() < 0.55:
        remarks.append((worker, chance.pick(_LAST_WORDS)))
    elif story.status == "cancelled":
        remarks.append((worker, chance.pick(_CANCEL_WORDS)))
    return [
        {"author": PEOPLE[name], "created_at": stored_form(moment), "body": body}
        for (name, body), moment in zip(remarks, _talk(chance, len(remarks), created, last), strict=True)
    ]


def _history(
    chance: _Chance, story: Story, assignee: str | None, created: datetime, last: datetime
) -> list[dict[str, str]]:
    changes: list[tuple[str, str, str]] = []
    if assignee:
        changes.append(("assignee", "", PEOPLE[assignee]))
    if story.priority in ("high", "urgent") and chance.share() < 0.3:
        changes.append(("priority", "medium" if story.priority == "high" else "high", story.priority))
    way = _WAYS[story.status]
    changes += [("status", before, after) for before, after in pairwise(way)]
    talked_last = bool(story.remarks) and story.status not in _FINISHED
    moments = _moments(chance, len(changes), created, created + (last - created) * (0.4 if talked_last else 1.0))
    if len(way) > 1 and not talked_last:
        moments[-1] = last
    worker = PEOPLE[assignee] if assignee else PEOPLE[chance.pick(tuple(PEOPLE))]
    return [
        {"author": worker, "created_at": stored_form(moment), "field": name, "before": before, "after": after}
        for (name, before, after), moment in zip(changes, moments, strict=True)
    ]


def _attachments(chance: _Chance, story: Story) -> list[dict[str, Any]]:
    words = " ".join([story.description, *(body for _, body in story.remarks)]).casefold()
    found = []
    for sign, name, size in (("photo", "IMG_{}.jpg", 2_400_000), ("log of", "till-{}.log", 90_000)):
        if sign in words:
            serial = 1000 + int(chance.share() * 9000)
            found.append({"name": name.format(serial), "url": "", "size": int(size * (0.5 + chance.share()))})
    return found


def written() -> str:
    """The sample file's text."""
    lines = [{"now": stored_form(NOW), "user": USER}, *generate()]
    return "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)


if __name__ == "__main__":
    SAMPLE_FILE.write_text(written(), encoding="utf-8")
