"""Names of branches by a template: git takes each of them, and no shell acts on one."""

from __future__ import annotations

import re
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets.branch_names import branch_name, check_template
from tui_app.tickets.errors import UsageError
from tui_app.tickets.ticket import Ticket

TICKET = Ticket("PAY-142", "Printer [2nd floor] is on fire!", "open", type="Bug", assignee="Ada Moreno")


@pytest.mark.parametrize(
    ("template", "name"),
    [
        ("{id}-{title}", "PAY-142-printer-2nd-floor-is-on-fire"),
        ("feature/{id}", "feature/PAY-142"),
        ("{type}/{id}-{title}", "bug/PAY-142-printer-2nd-floor-is-on-fire"),
        ("{assignee}/{id}_{title}", "ada-moreno/PAY-142_printer-2nd-floor-is-on-fire"),
        ("{priority}/{id}-{parent}-x", "PAY-142-x"),
    ],
)
def test_a_template_says_what_a_branch_is_called(template: str, name: str) -> None:
    check_template(template)
    assert branch_name(TICKET, template) == name


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{key}-{title}", "there is no {key}"),
        ("{titel}-{id}", "Did you mean {title}?"),
        ("feature/{title}", "it has no {id}"),
        ("a b/{id}", "git takes no such name"),
        ("-{id}", "git takes no such name"),
        ("{id}/", "git takes no such name"),
        ("{id}..x", "git takes no such name"),
        ("{id}.lock", "git takes no such name"),
        ("{id}$(rm)", "git takes no such name"),
        (".x/{id}", "git takes no such name"),
    ],
)
def test_a_template_that_makes_no_names_is_refused(template: str, words: str) -> None:
    with pytest.raises(UsageError) as caught:
        check_template(template)
    assert words in f"{caught.value.cause} {caught.value.hint}"


@given(st.text(), st.text(), st.sampled_from(["{id}-{title}", "f/{type}/{id}.{title}", "{id}/{title}", "{title}_{id}"]))
def test_whatever_the_ticket_says_the_name_is_a_safe_one(ticket_id: str, title: str, template: str) -> None:
    name = branch_name(Ticket(ticket_id, title, "open", type=title), template)
    assert re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?", name)
    assert not re.search(r"\.\.|//|/[.-]|\.lock(/|$)|[.]/", name)


def test_git_takes_the_names() -> None:
    for title in ("lock", "a.lock", "--force", "..", "日本", "x" * 300):
        name = branch_name(Ticket("#7", title, "open"), "fix/{id}.{title}")
        assert len(name) <= 60
        assert subprocess.run(["git", "check-ref-format", "--branch", name], capture_output=True).returncode == 0, name
