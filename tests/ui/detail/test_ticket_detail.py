"""The ticket pane: everything that is known, harmless, at once and then rendered."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.style import Style
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.strip import Strip
from textual.widgets import Input

from tests.ui.fakes import FIXED_CLOCK, failed, make_ticket
from tests.ui.waiting import until
from tui_app.tickets.errors import ErrorKind
from tui_app.tickets.messages import Failed, TicketOpened
from tui_app.tickets.servers import CallRecord
from tui_app.tickets.text import clean_line
from tui_app.tickets.ticket import Attachment, Change, Comment, Relation, Ticket
from tui_app.ui.detail.document import EXTRA_FIELDS, HISTORY, Moment, opened_document, row_document
from tui_app.ui.detail.document_layout import STYLE_NAMES, DocumentLayout
from tui_app.ui.detail.markdown_strips import MarkdownRenderer, pieces
from tui_app.ui.detail.ticket_detail import TicketDetail

MOMENT = datetime(2026, 11, 2, 8, 0, tzinfo=UTC)
DESCRIPTION = """# What happens

Totals **differ**, see [the rules](https://rules.example/x).

- [ ] first
- [x] second

| a | b |
|---|---|
| one | two |

```python
def total(): ...
```
"""
TICKET = Ticket(
    id="PAY-142",
    title="Printer on fire",
    status="in progress",
    assignee="Amina Diallo",
    priority="high",
    labels=("a", "b"),
    created_at=MOMENT,
    url="https://tracker.example/PAY-142",
    description=DESCRIPTION,
    extra={"story_points": 5},
    problems=("updated_at is no date",),
)
WHOLE = replace(
    TICKET,
    comments=(Comment("Jonas", MOMENT, "I **agree**."),),
    history=(Change("Mei", MOMENT, "status", "open", "in progress"),),
    attachments=(Attachment("photo.jpg", "https://files.example/1", 2048),),
)
OPENED = TicketOpened(
    1, "work", WHOLE, raw='{\n  "key": "PAY-142"\n}', calls=(CallRecord("get_ticket", '{"id": "PAY-142"}', 0.25),)
)
FAILED = Failed(
    1, "work", ErrorKind.TIMEOUT, "Too slow", "30 s passed", "Press r", retryable=True, stderr_tail="last words"
)


class Harness(App[None]):
    def compose(self) -> ComposeResult:
        yield TicketDetail(FIXED_CLOCK, id="detail")


class Pane:
    """The pane in a running application."""

    def __init__(self, pilot: Pilot[None]) -> None:
        self.pilot = pilot
        self.widget = pilot.app.query_one(TicketDetail)

    @property
    def text(self) -> str:
        return "\n".join(strip.text.rstrip() for strip in self.widget.view.lines)

    async def until(self, condition: Callable[[], bool]) -> None:
        await until(self.pilot.app, condition, lambda: f"it never came true; the pane shows:\n{self.text}")

    async def shows(self, words: str) -> None:
        await self.until(lambda: words in self.text)


@asynccontextmanager
async def pane(size: tuple[int, int] = (90, 40)) -> AsyncIterator[Pane]:
    async with Harness().run_test(size=size) as pilot:
        await pilot.pause()
        yield Pane(pilot)


async def test_the_row_is_shown_at_once_as_plain_text() -> None:
    async with pane() as shown:
        shown.widget.show_ticket(TICKET)
        assert "PAY-142  Printer on fire" in shown.text
        assert "# What happens" in shown.text
        assert "Fetching comments" in shown.text


@pytest.mark.parametrize("steps", [1, 2, 3])
async def test_sections_that_are_asked_for_before_a_ticket_is_rendered_are_gone_to_as_if_after(steps: int) -> None:
    seen = []
    for waits in (True, False):
        async with pane((90, 12)) as shown:
            shown.widget.show_opened(OPENED)
            for _ in range(steps):
                if waits:
                    await shown.until(lambda: shown.widget.is_rendered)
                shown.widget.to_section(1)
            await shown.until(lambda: shown.widget.is_rendered)
            await shown.pilot.pause()
            seen.append((shown.widget.place, shown.text))
    assert seen[0] == seen[1]
    assert seen[0][0].top > 0


async def test_what_is_typed_behind_a_section_that_is_not_there_yet_comes_after_it() -> None:
    seen = []
    for waits in (True, False):
        async with pane((90, 12)) as shown:
            shown.widget.show_opened(OPENED)
            for act, number in (("section", 1), ("lines", 3), ("section", 1), ("lines", -1)):
                if waits:
                    await shown.until(lambda: shown.widget.is_rendered)
                if act == "section":
                    shown.widget.to_section(number)
                else:
                    shown.widget.action_scroll_lines(number)
            await shown.until(lambda: shown.widget.is_rendered)
            await shown.pilot.pause()
            seen.append(shown.widget.place)
    assert seen[0] == seen[1]


@pytest.mark.parametrize("steps", [1, 2])
async def test_a_step_behind_going_back_begins_where_one_was(steps: int) -> None:
    seen = []
    for waits in (True, False):
        async with pane((90, 12)) as shown:
            shown.widget.show_opened(OPENED)
            shown.widget.to_section(steps + 1)
            await shown.until(lambda: shown.widget.is_rendered)
            place = shown.widget.place
            shown.widget.show_ticket(Ticket("PAY-9", "Another one", status="open"))
            shown.widget.show_opened(OPENED)
            shown.widget.return_to(place)
            if waits:
                await shown.until(lambda: shown.widget.is_rendered)
            for _ in range(steps):
                shown.widget.action_scroll_lines(1)
            await shown.until(lambda: shown.widget.is_rendered)
            await shown.pilot.pause()
            seen.append(shown.widget.place)
    assert seen[0] == seen[1]


async def test_a_section_that_is_still_being_fetched_is_told_as_such() -> None:
    async with pane((90, 12)) as shown:
        told: list[str] = []
        shown.pilot.app.notify = lambda words, **_: told.append(words)  # type: ignore[method-assign]
        shown.widget.show_ticket(Ticket(TICKET.id, TICKET.title, status="open"))
        await shown.until(lambda: shown.widget.is_rendered)
        shown.widget.to_section(1)
        shown.widget.show_failure(FAILED)
        await shown.until(lambda: shown.widget.is_rendered)
        shown.widget.to_section(1)
        assert told == ["The rest of the ticket is being fetched.", "This is the last section."]


async def test_a_whole_ticket_is_rendered_with_everything_that_is_known() -> None:
    async with pane() as shown:
        shown.widget.show_opened(OPENED)
        await shown.shows("☐ first")
        shown.widget.to_section(1)
        for _ in range(4):
            shown.widget.to_section(1)
        await shown.shows("status: open → in progress")
        await shown.shows("Story points")
        for words in (
            "◐ in progress · ↑ high · Amina Diallo",
            "created 2w ago (2 Nov 08:00) · a, b",
            "https://tracker.example/PAY-142",
            "Story points",
            "! updated_at is no date",
            "the rules (https://rules.example/x)",
            "☑ second",
            "def total()",
            "Comments (1)",
            "Jonas, 2w ago (2 Nov 08:00)",
            "I agree.",
            "status: open → in progress",
            "photo.jpg  JPG, 2 KB",
        ):
            assert words in shown.text
        assert "# What happens" not in shown.text


def head_of(ticket: Ticket) -> list[str]:
    document = opened_document(TicketOpened(1, "work", ticket), Moment(MOMENT))
    return [" · ".join(word.text for word in line) for line in document.head]


def test_a_number_that_is_no_known_status_or_priority_is_told_what_it_is_of() -> None:
    assert head_of(Ticket("1", "One", "3", priority="2"))[0] == "status 3 · priority 2 · nobody"
    unread = "aaaaaaaa-0000-4000-8000-000000000001"
    assert head_of(Ticket("1", "One", unread, assignee=unread))[0] == "status aaaaaaaa… · assignee aaaaaaaa…"
    assert head_of(Ticket("1", "One", "Quux", priority="P9"))[0] == "Quux · P9 · nobody"


def test_a_change_that_was_the_creation_is_not_told_twice() -> None:
    later = MOMENT.replace(second=MOMENT.second + 1)
    [words] = head_of(Ticket("1", "One", "open", created_at=MOMENT, updated_at=later))[1:]
    assert words.startswith("created ")
    assert "updated" not in words


async def test_a_failure_says_why_and_keeps_what_the_row_holds() -> None:
    async with pane() as shown:
        shown.widget.show_ticket(TICKET)
        shown.widget.show_failure(FAILED)
        await shown.shows("Too slow")
        for words in ("Too slow", "30 s passed", "Press r", "last words", "Printer on fire"):
            assert shown.text.count(words) == 1, words


async def test_the_raw_answer_comes_and_goes_by_one_action() -> None:
    async with pane() as shown:
        shown.widget.show_opened(OPENED)
        shown.widget.action_raw()
        assert '"key": "PAY-142"' in shown.text
        assert "Assignee" not in shown.text
        shown.widget.action_raw()
        await shown.shows("☐ first")
        assert '"key": "PAY-142"' not in shown.text


async def test_the_place_is_kept_when_the_rest_arrives_and_a_new_ticket_starts_at_its_top() -> None:
    long = replace(TICKET, description="\n\n".join(f"paragraph {n}" for n in range(200)))
    async with pane() as shown:
        shown.widget.show_ticket(long)
        await shown.shows("paragraph 199")
        shown.widget.action_scroll_pages(1)
        place = shown.widget.view.scroll_offset.y
        assert place > 0
        shown.widget.show_opened(replace(OPENED, ticket=replace(WHOLE, description=long.description)))
        await shown.shows("Comments (1)")
        assert shown.widget.view.scroll_offset.y == place
        shown.widget.show_ticket(replace(TICKET, id="PAY-143"))
        assert shown.widget.view.scroll_offset.y == 0


async def test_an_overtaken_ticket_never_appears() -> None:
    slow = replace(TICKET, id="SLOW-1", description=DESCRIPTION * 200)
    async with pane() as shown:
        for number in range(20):
            shown.widget.show_ticket(replace(slow, id=f"SLOW-{number}"))
        shown.widget.show_ticket(TICKET)
        await shown.shows("☐ first")
        assert "SLOW" not in shown.text


async def test_words_are_found_marked_and_gone_through() -> None:
    async with pane() as shown:
        shown.widget.show_opened(replace(OPENED, ticket=replace(WHOLE, description="Apple\n\npear\n\nAPPLE pie")))
        await shown.shows("Comments (1)")
        shown.widget.focus()
        await shown.pilot.press("slash", *"apple", "enter")
        assert shown.widget.view.next_match(1) == (2, 2)
        assert shown.widget.view.next_match(1) == (1, 2)
        await shown.pilot.press("escape")
        assert shown.widget.view.next_match(1) == (0, 0)


async def test_looking_for_nothing_and_finding_nothing_are_said() -> None:
    async with pane() as shown:
        shown.widget.show_opened(OPENED)
        await shown.shows("Comments (1)")
        said = shown.pilot.app._notifications
        shown.widget.action_next_match(1)
        await shown.until(lambda: len(said) == 1)
        assert [note.message for note in said] == ["Nothing is looked for in this ticket; / asks for words."]
        shown.widget.focus()
        await shown.pilot.press("slash", *"xyzzy")
        assert shown.widget.query_one(Input).has_class("-nothing")
        await shown.pilot.press("enter")
        await shown.until(lambda: len(said) == 2)
        assert [note.message for note in said][1:] == ["Not in this ticket: xyzzy"]


async def test_every_scrolling_key_moves_without_animation() -> None:
    long = replace(TICKET, description="\n\n".join(f"paragraph {n}" for n in range(300)))
    async with pane() as shown:
        shown.widget.show_ticket(long)
        await shown.shows("paragraph 299")
        shown.widget.focus()
        seen = [0]
        for key in (
            "j",
            "space",
            "ctrl+d",
            "G",
            "k",
            "b",
            "ctrl+u",
            "g",
            "down",
            "pagedown",
            "end",
            "up",
            "pageup",
            "home",
        ):
            await shown.pilot.press(key)
            await shown.until(lambda: shown.widget.view.scroll_offset.y != seen[-1])
            seen.append(shown.widget.view.scroll_offset.y)
        assert seen[1] == 1
        assert seen[8] == 0
        assert seen[9:] == [seen[at] for at in (1, 2, 4, 5, 6, 8)]


async def test_a_ticket_that_is_whole_at_once_has_its_lines_beside_the_scrollbar() -> None:
    async with pane() as shown:
        shown.widget.show_opened(replace(OPENED, ticket=replace(WHOLE, description="word " * 3000)))
        view = shown.widget.view
        await shown.until(lambda: view.show_vertical_scrollbar)
        await shown.until(lambda: max(line.cell_length for line in view.lines) == view.scrollable_content_region.width)


async def test_a_narrow_pane_loses_no_words() -> None:
    async with pane((30, 15)) as shown:
        shown.widget.show_opened(OPENED)
        await shown.shows("☐ first")
        assert all(strip.cell_length <= 30 for strip in shown.widget.view.lines)
        assert "Printer on fire" in shown.text


async def test_where_a_line_is_too_short_for_a_date_its_age_and_author_are_left() -> None:
    async with pane((34, 15)) as shown:
        ticket = replace(OPENED.ticket, reporter="Priya Raghunathan", created_at=FIXED_CLOCK.now() - timedelta(days=7))
        shown.widget.show_opened(replace(OPENED, ticket=ticket))
        await shown.shows("created 7d ago by Priya Raghun")
        assert "created 7d ago (" not in shown.text


@pytest.mark.parametrize("width", [38, 48, 62, 80, 118])
@pytest.mark.parametrize("trail", ["", "PAY-1 › PAY-2"])
@pytest.mark.parametrize("failure", [None, failed(title="The tracker has no such ticket any more")])
def test_the_description_begins_within_eight_lines_whatever_is_to_be_said_before(
    width: int, trail: str, failure: Failed | None
) -> None:
    styles = {name: Style() for name in ("base", *STYLE_NAMES)}
    long = make_ticket(
        0, title="word " * 90, labels=("some-label",) * 9, type="A type of many words", reporter="A name of many words"
    )
    for ticket in (long, make_ticket(1)):
        layout = DocumentLayout(width, styles, MarkdownRenderer(styles, dark=True))
        document = row_document(ticket, Moment(MOMENT), failure, trail)
        lines = [line.text for line in (*layout.header(document), *layout.plain(document, 30))]
        assert next(number for number, line in enumerate(lines, 1) if "Description" in line) <= 8


def test_a_text_is_cut_outside_of_fences_and_keeps_every_character_that_is_shown() -> None:
    text = ("para one\n\n```\ncode\n\nstill code\n```\n\npara two\n\n" * 200).strip()
    cut = list(pieces(text))
    assert len(cut) > 3
    assert all(piece.count("```") % 2 == 0 for piece, _ in cut)
    assert "\n\n".join(piece for piece, _ in cut) == text


@pytest.mark.parametrize(
    "hostile", ["[" * 50_000, "> " * 20_000 + "x", "*a **b " * 20_000, "- " * 20_000, "`" * 30_001]
)
def test_what_parsers_choke_on_is_shown_as_it_is(hostile: str) -> None:
    assert all(not is_markdown for _, is_markdown in pieces(hostile))


def test_a_huge_text_is_capped_and_says_so() -> None:
    *_, (last, is_markdown) = pieces("word " * 100_000)
    assert "300,000 more characters" in last
    assert not is_markdown


ANY_TEXT = st.text(
    alphabet=st.characters(categories=None)
    | st.sampled_from("\x1b\x9b\u202e\u200d\n|#>*_`[]()<>-1. \t")
    | st.sampled_from("👨❤️日")
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ANY_TEXT, st.integers(10, 120))
def test_any_text_becomes_lines_of_the_right_width_without_controls(text: str, width: int) -> None:
    styles = dict.fromkeys((*STYLE_NAMES, "base"), Style())
    layout = DocumentLayout(width, styles, MarkdownRenderer(styles, dark=True), {HISTORY, EXTRA_FIELDS})
    comment = Comment(text, MOMENT, text)
    related = (Relation(text, text, text, text, text),)
    files = (Attachment(text, text, 7, text),)
    ticket = replace(TICKET, id=text, title=text, description=text, comments=(comment,), extra={text: text})
    ticket = replace(ticket, relations=related, attachments=files, history=(Change(text, MOMENT, text, text, text),))
    document = opened_document(replace(OPENED, ticket=ticket, warnings=(text,)), Moment(MOMENT))
    lines = [*layout.header(document), *layout.plain(document, 100)]
    lines += [strip for strips in layout.rendered(document) for strip in strips]
    for strip in lines:
        assert Strip(list(strip)).cell_length == width
        assert clean_line(strip.text) == strip.text
        assert not any(segment.style and (segment.style.link or segment.style.meta) for segment in strip)


def rendered(text: str, width: int = 60) -> list[str]:
    """The lines that Markdown becomes."""
    styles = dict.fromkeys((*STYLE_NAMES, "base"), Style())
    renderer = MarkdownRenderer(styles, dark=True)
    return [strip.text.rstrip() for strip in renderer.strips(text, width)]


def test_code_stands_behind_a_bar_in_every_theme() -> None:
    assert rendered("```python\ndef a():\n    b()\n```\n\ntext") == ["│ def a():", "│     b()", "", "text"]


@pytest.mark.parametrize("colours", [True, False])
def test_code_has_colours_unless_there_are_to_be_none(colours: bool) -> None:
    styles = dict.fromkeys((*STYLE_NAMES, "base"), Style())
    renderer = MarkdownRenderer(styles, dark=True, colours=colours)
    segments = [segment for strip in renderer.strips("```python\nfor a in b: pass\n```", 60) for segment in strip]
    assert any(segment.style and segment.style.color for segment in segments) is colours


def test_a_task_has_its_sign_in_place_of_a_bullet_and_keeps_its_inner_lists() -> None:
    assert rendered("- [x] done\n- [ ] open\n  - inner\n- plain") == [" ☑ done", " ☐ open", "    • inner", " • plain"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("[rules](https://a.example/x)", "rules (https://a.example/x)"),
        ("<https://a.example/x>", "https://a.example/x"),
        ("<me@a.example>", "me@a.example"),
        ("[`code` rules](https://a.example)", "code rules (https://a.example)"),
        ("[https://good.example](https://bad.example)", "https://good.example (https://bad.example)"),
        ("![photo](https://a.example/1.png)", "image: photo (https://a.example/1.png)"),
        ("![](https://a.example/1.png)", "image: https://a.example/1.png"),
        ("<b>bold</b> &amp;", "bold &"),
        ("Some <b>html</b> &amp; <i>more</i>", "Some html & more"),
        ('<a href="https://a.example/x">rules</a>', "rules (https://a.example/x)"),
        ('see <img src="https://a.example/1.png" alt="photo">', "see image: photo (https://a.example/1.png)"),
        ("List<String> and <your-name>, a < b", "List<String> and <your-name>, a < b"),
        ("before <!-- hidden --> after", "before  after"),
        ("<b>never closed", "never closed"),
        ("closed</b> **never</b> opened**", "closed never opened"),
        ("`<b>code</b>`", "<b>code</b>"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ],
)
def test_a_link_shows_its_target_once(text: str, line: str) -> None:
    assert rendered(text) == [line]


def test_html_between_lines_of_markdown_is_read() -> None:
    text = "one<br>two\n\n<details>\n<summary>Logs</summary>\n\n- **a**\n\n</details>\n\n<!-- note -->"
    assert rendered(text) == ["one", "two", "", "Logs", "", " • a"]
    assert rendered("<div>\n<p>one</p><p>two</p>\n</div>") == ["one", "two"]
    lists = "<div>\n<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>\n</div>"
    assert rendered(lists) == ["• a", "• b", "• c"]
    assert rendered("<div>before<table><tr><td>1</td><td>2</td></tr></table>after</div>") == ["before", "1 2", "after"]


def test_a_table_a_quote_and_a_line_take_no_more_room_than_they_need() -> None:
    text = "> quoted\n\n| a | b |\n|---|---|\n| 日本 | x |\n\n---\n\nend"
    assert rendered(text, 12) == ["▌ quoted", "", "a     b", "───────", "日本  x", "", "─" * 12, "", "end"]


def test_a_long_change_is_told_in_short_and_a_wrapped_name_by_itself() -> None:
    change = Change("Mei", MOMENT, "description", "old " * 500, None)
    ticket = replace(WHOLE, history=(change,), extra={"sprint": {"name": "42"}, "teams": ["a", "b"]}, title="t" * 9000)
    document = opened_document(replace(OPENED, ticket=ticket), Moment(MOMENT))
    history = next(part.text for part in document.parts if part.heading.startswith("History"))
    assert "→ none" in history
    assert len(history) < 250
    further = next(part.entries for part in document.parts if part.heading.startswith("Further fields"))
    assert {("Sprint", "42"), ("Teams", "a, b")} <= {entry.cells for entry in further}
    assert len(document.title) < 2100


async def test_ten_thousand_comments_are_shown_in_part_and_counted_in_full() -> None:
    comments = tuple(Comment(f"Author {n}", MOMENT, "word " * 20) for n in range(10_000))
    async with pane() as shown:
        shown.widget.show_opened(replace(OPENED, ticket=replace(WHOLE, comments=comments)))
        await shown.shows("9700 more comments")
        assert "Comments (10000)" in shown.text


async def test_quitting_while_a_long_ticket_is_rendered_ends_the_rendering() -> None:
    async with pane() as shown:
        shown.widget.show_ticket(replace(TICKET, description=DESCRIPTION * 1000))
        await shown.until(lambda: any(not worker.is_finished for worker in shown.pilot.app.workers))
        generation = shown.widget._generation
    assert shown.widget._generation != generation


async def test_of_a_ticket_that_does_not_exist_nothing_is_said_but_that() -> None:
    async with pane() as shown:
        shown.widget.show_ticket(Ticket("PAY-999", "", ""))
        await shown.shows("Fetching it ..")
        shown.widget.show_failure(
            replace(FAILED, title="There is none", cause="No PAY-999.", hint="Check the id.", stderr_tail="")
        )
        await shown.shows("There is none: No PAY-999. Check the id.")
        for words in ("nobody", "None was written", "What went wrong", "Only what the list holds"):
            assert words not in shown.text


async def test_of_a_row_without_a_text_it_is_not_said_that_none_was_written() -> None:
    async with pane() as shown:
        shown.widget.show_ticket(replace(TICKET, description=None))
        await shown.shows("Fetching comments and the rest ..")
        assert "None was written" not in shown.text
        shown.widget.show_failure(FAILED)
        await shown.shows("Only what the list holds is shown")
        assert "None was written" not in shown.text
        shown.widget.show_opened(replace(OPENED, ticket=replace(WHOLE, description=None)))
        await shown.shows("None was written.")
