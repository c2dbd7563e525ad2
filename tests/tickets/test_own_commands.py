"""Own commands: what a ticket says becomes an argument, and never an option, a file or code."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Struct

from tui_app.tickets.errors import UsageError
from tui_app.tickets.own_commands import (
    PLACEHOLDERS,
    Values,
    call_for_all,
    calls_for_each,
    check_command,
    placeholders,
    values_of,
)
from tui_app.tickets.ticket import Ticket

HOSTILE = 'it\'s "$(touch owned)" `touch owned` ; touch owned | $HOME ${x} \\ > owned # {id}'


class Command(Struct, frozen=True):
    """What is run, as it is configured."""

    run: tuple[str, ...]
    shell: bool = False


def of(*run: str, shell: bool = False) -> Command:
    """A command that was checked."""
    command = Command(run, shell)
    check_command(command)
    return command


def values(**known: str) -> Values:
    """What a ticket has, unless something else is said."""
    usual = {"id": "PAY-1", "title": "Printer on fire", "status": "Open", "url": "https://tracker.example/1"}
    return {**dict.fromkeys(PLACEHOLDERS, ""), **usual, "branch": "PAY-1-printer", "tracker": "work", **known}


def refusal(command: Command, *tickets: Values) -> str:
    """Why it cannot be run for these tickets."""
    with pytest.raises(UsageError) as caught:
        call_for_all(command, tickets)
    return f"{caught.value.cause} {caught.value.hint}".strip()


def fault(*run: str, shell: bool = False) -> str:
    """What is wrong with a command before there is a ticket."""
    with pytest.raises(UsageError) as caught:
        check_command(Command(run, shell))
    return f"{caught.value.cause} {caught.value.hint}"


@pytest.mark.parametrize(
    ("run", "argv"),
    [
        (("git", "switch", "-c", "{branch}"), ("git", "switch", "-c", "PAY-1-printer")),
        (("git", "commit", "-m", "fix({id}): {title}"), ("git", "commit", "-m", "fix(PAY-1): Printer on fire")),
        (("tool", "--title={title}", "{status}"), ("tool", "--title=Printer on fire", "Open")),
        (("git", "show", "@{{u}}", "a{b}", "{{id}}"), ("git", "show", "@{u}", "a{b}", "{id}")),
    ],
)
def test_each_placeholder_is_one_argument_or_a_part_of_one(run: tuple[str, ...], argv: tuple[str, ...]) -> None:
    if "a{b}" in run:
        assert "there is no {b}" in fault(*run)
        return
    assert call_for_all(of(*run), [values()]).argv == argv


def test_the_home_folder_is_filled_in_where_an_argument_begins_with_it() -> None:
    assert call_for_all(of("git", "-C", "~/src", "log"), [values()]).argv[2] == str(Path("~/src").expanduser())


@given(st.text())
def test_whatever_a_title_holds_it_is_one_argument_on_one_line(title: str) -> None:
    given = values_of(Ticket("PAY-1", title, "open"), "work")
    if given["title"]:
        argv = call_for_all(of("echo", "title: {title}"), [given]).argv
        assert len(argv) == 2
        assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in argv[1])


def test_what_is_not_known_is_refused_with_the_reason() -> None:
    assert refusal(of("open", "{url}"), values(url="")) == "PAY-1 has no web address: {url} cannot be filled in."
    assert "has no branch" in refusal(of("git", "{branch}"), values_of(Ticket("", "x", "open"), "work", "x"))
    assert "PAY-1 has no assignee" in refusal(of("x", "{assignee}"), values())


@pytest.mark.parametrize("url", ["javascript:alert(1)", "file:///etc/passwd", "-x", "https://a:b@c.example/"])
def test_an_address_that_could_not_be_opened_safely_is_handed_to_no_program(url: str) -> None:
    assert "cannot be opened safely" in refusal(of("open", "{url}"), values(url=url))


@pytest.mark.parametrize(
    ("run", "title"),
    [
        (("git", "switch", "{title}"), "--force"),
        (("vim", "{title}"), "+!sh"),
        (("curl", "-d", "{title}"), "@/etc/passwd"),
        (("curl", "--data={title}"), "@/etc/passwd"),
        (("curl", "--", "{title}"), "@/etc/passwd"),
        (("sudo", "--", "git", "switch", "{title}"), "-f"),
        (("tool", "{title}{id}"), "-f"),
    ],
)
def test_no_ticket_begins_an_argument_with_a_sign_that_programs_act_on(run: tuple[str, ...], title: str) -> None:
    assert f"The title of PAY-1 begins with {title[0]}" in refusal(of(*run), values(title=title))


@pytest.mark.parametrize("run", [("git", "switch", "--", "{title}"), ("x", "title: {title}"), ("x", "--t={title}")])
def test_after_two_dashes_or_other_text_such_a_sign_is_harmless(run: tuple[str, ...]) -> None:
    assert call_for_all(of(*run), [values(title="-f")]).argv[-1].endswith("-f")


@pytest.mark.parametrize(
    "run",
    [
        ("sh", "-c", "echo {title}"),
        ("bash", "-lc", "echo {title}"),
        ("env", "zsh", "-c", "{title}"),
        ("python3", "-c", "print('{title}')"),
        ("node", "--eval={title}"),
        ("perl", "-e", "print {title}"),
        ("ssh", "host", "echo", "{title}"),
        ("tmux", "new-window", "less {title}"),
        ("awk", "/{title}/"),
        ("nohup", "x", "run; {title}"),
    ],
)
def test_where_a_program_reads_a_script_only_harmless_characters_are_filled_in(run: tuple[str, ...]) -> None:
    assert "would be run as a part of a script" in refusal(of(*run), values(title=HOSTILE))
    assert call_for_all(of(*run), [values(title="PAY-1")]).argv


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("printf %s {title}", HOSTILE),
        ('printf %s "{title}"', HOSTILE),
        ('printf %s "a {title} b"', f"a {HOSTILE} b"),
        ("printf %s x{title}x", f"x{HOSTILE}x"),
        ("printf %s $(printf %s {title})", None),
        ('x=`printf %s {title}`; printf %s "$x"', HOSTILE),
        ("cat <<END\nx {title}\nEND", None),
        ("printf %s {id} # {title}", "PAY-1"),
    ],
)
def test_a_shell_gets_values_in_variables_and_runs_none_of_them(line: str, written: str | None, tmp_path: Path) -> None:
    call = call_for_all(of(line, shell=True), [values(title=HOSTILE)])
    done = subprocess.run(call.argv, env=dict(call.variables), cwd=tmp_path, capture_output=True, text=True)
    assert not (tmp_path / "owned").exists()
    if written is not None:
        assert done.stdout == written


@pytest.mark.parametrize(
    "line",
    [
        "eval echo {title}", 'sh -c "echo {title}"', "ssh host {title}", "echo $((1 + {title}))", "watch {title}",
        "echo {title} | xargs sh -c", "echo {title} | sh -c 'read x; $x'", "echo {title} | bash",
        "x={title}; python3 -c $x", "echo {title} | while read x; do env -i sh -c x; done", "echo {title} | ssh host",
        'sh -c "date | echo {title}"', "sh -c $(echo {title} | wc -c)",
        "printf %s {title} | python3", "echo {title} | perl", "echo {title} | xargs -I% sh -c %",
        "echo {title} |& node",
        "(echo {title}) | sudo -u me ruby -", "{ echo {title}; } | cat | psql",
        "x=$(echo {title} | docker exec -i c php)",
        "python3 <<END\nx {title}\nEND", "python3 <(echo {title})", "echo {title} > t.py && python3 ./t.py",
        "echo {title} | tee -a t.x; some-tool t.x", "echo {title} | while read x; do $x; done", "bash -euxc {title}",
        "perl -ne {title}", "make T={title}", "vim +{title}", "let x={title}", "echo {title} | an-unknown-filter -x",
    ],
)  # fmt: skip
def test_what_a_shell_would_read_twice_has_to_be_harmless(line: str) -> None:
    command = of(line, shell=True)
    assert "would be run as a part of a script" in refusal(command, values(title="a[$(touch owned)]"))


@pytest.mark.parametrize(
    "line",
    [
        "echo {title} | wc -c",
        "printf %s {title} | cut -c 1-20 | tr a-z A-Z",
        "echo {title} | grep -c x; date",
        "echo {title} | pbcopy || date",
        "cat <<END >> notes\nx {title}\nEND",
        "echo {title} > x; less x",
        "date; tool {title}",
    ],
)
def test_an_option_of_another_program_makes_no_script_of_a_value(line: str) -> None:
    assert call_for_all(of(line, shell=True), [values(title=HOSTILE)]).variables == {"ticketdeck_title": HOSTILE}


@pytest.mark.parametrize(
    "line", ["git switch {title}", 'git switch "{title}"', 'git switch ""{title}', "a -- b; git switch {title}"]
)
def test_in_a_shell_no_ticket_begins_a_word_with_a_dash(line: str) -> None:
    assert "begins with -" in refusal(of(line, shell=True), values(title="-f"))
    for harmless in ("git switch -- {title}", 'say "title: {title}"', "say title:{title}"):
        assert call_for_all(of(harmless, shell=True), [values(title="-f")]).variables


@pytest.mark.parametrize(
    ("run", "shell", "words"),
    [
        ((), False, "it is empty"),
        (("git", "{titel}"), False, "there is no {titel}. Did you mean {title}?"),
        (("{title}", "x"), False, "cannot be the program"),
        (("{title} x",), True, "cannot be the program"),
        (("a | {title}",), True, "cannot be the program"),
        *(
            ((line,), True, "cannot be the program")
            for line in ("X=1 {title}", ". ./{title}", "env -i node -u {title}")
        ),
        *((run, False, "cannot be the program") for run in (("sudo", "-u", "{title}"), ("timeout", "5", "{title}"))),
        (("php", "-r", "{title}"), False, "cannot be the program"),
        (("echo '{title}'",), True, "between quotation marks"),
        (('echo "$(printf "%s" {title})"',), True, "between quotation marks"),
        (("echo ${id}",), True, "Write {id} without the dollar sign"),
    ],
)
def test_what_can_never_be_run_is_told_before_there_is_a_ticket(run: tuple[str, ...], shell: bool, words: str) -> None:
    assert words in fault(*run, shell=shell)


@pytest.mark.parametrize("shell", [False, True])
@pytest.mark.parametrize(
    ("line", "doubtful"),
    [
        ("tar -I {title} -cf x y", True),
        ("git -ccore.pager={title} log", True),
        ("sort --compress-program={status} f", True),
        ("docker run x {title}", True),
        ("kubectl exec pod -- {title}", True),
        ("env LESSOPEN={title} less x", True),
        ("git switch -c {branch}", False),
        ("git commit -m {title}", False),
        ("tool --title={title} --state {status}", False),
        ("gh issue view -i {id}", False),
        ("firefox -new-tab {url}", False),
        ("tool {title}", False),
    ],
)
def test_a_value_that_may_be_taken_for_what_is_run_is_asked_about(line: str, doubtful: bool, shell: bool) -> None:
    command = of(line, shell=True) if shell else of(*line.split())
    assert call_for_all(command, [values()]).doubtful is doubtful
    assert call_for_all(command, [values(title="reboot"), values(id="PAY-2")]).doubtful is doubtful


def test_an_id_that_may_name_a_program_is_asked_about() -> None:
    assert call_for_all(of("gh", "-x", "{id}"), [values(id="reboot")]).doubtful


def test_several_tickets_are_a_call_each_or_a_list_of_different_values() -> None:
    two = [values(), values(id="PAY-2", url="https://tracker.example/2")]
    command = of("gh", "close", "--in={tracker}", "{url}")
    assert [call.ids for call in calls_for_each(command, two)] == [("PAY-1",), ("PAY-2",)]
    call = call_for_all(command, two)
    assert call.argv == ("gh", "close", "--in=work", "https://tracker.example/1", "https://tracker.example/2")
    assert call.ids == ("PAY-1", "PAY-2")
    shell = call_for_all(of("printf '%s,' {id} \"{id}\"", shell=True), two)
    assert (
        subprocess.run(shell.argv, env=dict(shell.variables), capture_output=True).stdout == b"PAY-1,PAY-2,PAY-1 PAY-2,"
    )


def test_one_ticket_that_cannot_be_done_refuses_all() -> None:
    assert "PAY-2 has no web address" in refusal(of("open", "{url}"), values(), values(id="PAY-2", url=""))


def test_only_what_the_ticket_still_has_is_handed_out() -> None:
    known = values_of(
        Ticket("PAY-1", "x", "open", extra={"internal_notes": "canary"}, description="canary"), "work", "b"
    )
    assert set(known) == set(PLACEHOLDERS)
    assert "canary" not in str(known)
    assert placeholders(of("x", "{id}{title}", "{id}")) == ("id", "title")
