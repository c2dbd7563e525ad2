"""Where the browser begins: what was asked for, configured, searched last, or what the checkout says."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tui_app.cli.global_options import GlobalOptions
from tui_app.cli.selection import select_for_browser
from tui_app.cli.start import beginning
from tui_app.settings.model import Settings
from tui_app.settings.paths import config_file
from tui_app.settings.recents import RecentSearches
from tui_app.settings.state import UiState
from tui_app.settings.views import Checkout, read_checkout, tracker_of
from tui_app.tickets.clock import SYSTEM_CLOCK
from tui_app.tickets.criteria import TicketSearchCriteria, check_criteria
from tui_app.tickets.errors import ConfigError, UsageError
from tui_app.tickets.query import parse_query
from tui_app.ui.quick_views import OPEN_WORK, Beginning, all_views

CONFIG = """
default = ["jira", "gh"]
[profiles.jira]
command = ["uvx", "mcp-atlassian"]
query = "project:PAY"
env = { JIRA_URL = "https://tickets.acme.example" }
[profiles.gh]
command = ["npx", "-y", "@modelcontextprotocol/server-github"]
[profiles.other]
command = ["other"]
[[views]]
name = "Bugs"
query = "label:bug"
trackers = ["gh"]
[ui]
theme = "nord"
"""
DEFAULT = ("jira", "gh")


@pytest.fixture(autouse=True)
def a_home(isolated_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    here = isolated_home / "here"
    here.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.delenv("TICKETDECK_PROFILE", raising=False)
    return here


def begun(config: str = CONFIG, **options: object) -> tuple[Settings, Beginning]:
    config_file().parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    config_file().write_text(config)
    config_file().chmod(0o600)
    given = GlobalOptions()
    for name, value in options.items():
        setattr(given, name, value)
    return beginning(select_for_browser(given), given)


def searched(trackers: tuple[str, ...], query: str) -> None:
    UiState(SYSTEM_CLOCK).set_last_search(trackers, check_criteria(parse_query(query)).to_json())


def of(query: str) -> TicketSearchCriteria:
    return check_criteria(parse_query(query))


def test_several_default_profiles_begin_as_one_table_each_with_its_own_query() -> None:
    _, begin = begun()
    assert begin.profiles == DEFAULT
    assert [search.criteria.project for search in begin.searches] == [of("project:PAY").project, of("").project]
    assert begin.criteria.project == of("").project


def test_the_last_search_of_these_trackers_is_made_again() -> None:
    searched(DEFAULT, "label:ui sort:-updated")
    searched(("other",), "label:x")
    assert begun()[1].criteria == of("label:ui sort:-updated")
    assert begun(profile=("other",))[1].criteria == of("label:x")
    assert begun(profile=("gh",))[1].criteria == of(OPEN_WORK)


def test_the_trackers_of_last_time_are_searched_as_they_were() -> None:
    UiState(SYSTEM_CLOCK, default=DEFAULT).set_trackers(("gh", "other"))
    searched(("gh", "other"), "label:ui")
    _, begin = begun()
    assert (begin.profiles, begin.criteria) == (("gh", "other"), of("label:ui"))


def test_start_names_a_view_with_its_trackers_or_a_saved_search() -> None:
    searched(DEFAULT, "label:ui")
    _, begin = begun(CONFIG + 'start = "bugs"')
    assert [search.profile for search in begin.searches] == ["gh"]
    assert (begin.view and begin.view.name, begin.criteria) == ("Bugs", of("label:bug"))
    assert begin.profiles == DEFAULT  # what the other tabs ask
    RecentSearches(SYSTEM_CLOCK).save("Jams", of("paper jam"))
    assert begun(CONFIG + 'start = "Jams"')[1].criteria == of("paper jam")
    settings, begin = begun(CONFIG + 'start = "Nothing"')
    assert begin.criteria == of("label:ui")
    assert "no view or saved search 'Nothing'" in settings.notices[-1]


def test_the_view_that_the_last_run_ended_on_is_shown_again_as_it_is_configured_by_now() -> None:
    state = UiState(SYSTEM_CLOCK)
    state.set_last_search(DEFAULT, of("label:old").to_json(), "Bugs")
    _, begin = begun()
    assert (begin.view and begin.view.name, begin.criteria) == ("Bugs", of("label:bug"))
    assert [search.profile for search in begin.searches] == ["gh"]
    state.set_last_search(DEFAULT, of("label:old").to_json(), "A view that is gone")
    assert (begun()[1].view, begun()[1].criteria) == (None, of(OPEN_WORK))
    state.set_last_search(DEFAULT, of("label:bug").to_json())
    assert begun()[1].view is None


@pytest.mark.parametrize("last", ["x", [], {"nonsense": 1}, {"max_results": "many"}, {"status": 3}])
def test_a_damaged_memory_is_none(last: object) -> None:
    UiState(SYSTEM_CLOCK)._set("last_searches", {"jira+gh": last})
    assert begun()[1].criteria == of(OPEN_WORK)
    UiState(SYSTEM_CLOCK)._set("last_searches", last)
    assert begun()[1].criteria == of(OPEN_WORK)


# ------------------------------------------------------------------- checkouts


def checkout(here: Path, *, url: str = "", branch: str = "main", file: str = "") -> None:
    (here / ".git").mkdir(exist_ok=True)
    (here / ".git" / "HEAD").write_text(f"ref: refs/heads/{branch}\n")
    (here / ".git" / "config").write_text(f'[core]\n\tbare = false\n[remote "origin"]\n\turl = {url}\n' if url else "")
    if file:
        (here / ".ticketdeck.toml").write_text(file)


@pytest.mark.parametrize(
    ("url", "host", "project"),
    [
        ("git@github.com:acme/widgets.git", "github.com", "acme/widgets"),
        ("https://github.com/acme/widgets", "github.com", "acme/widgets"),
        ("https://user:secret@git.acme.example:8443/group/sub/widgets.git", "git.acme.example", "group/sub/widgets"),
        ("ssh://git@gitlab.acme.example:2222/group/widgets.git", "gitlab.acme.example", "group/widgets"),
        ("/srv/git/widgets.git", "", ""),
        ("../widgets", "", ""),
    ],
)
def test_where_a_checkout_comes_from(a_home: Path, url: str, host: str, project: str) -> None:
    checkout(a_home, url=url)
    found = read_checkout(a_home, ())
    assert (found.host, found.project) == (host, project)


@pytest.mark.parametrize(
    ("branch", "ticket"),
    [
        ("ABC-12-printer", "ABC-12"),
        ("feature/abc-12_printer", "ABC-12"),
        ("123-fix-it", "123"),
        ("mara/45", "45"),
        ("main", ""),
        ("release-2.1", ""),
        ("fix-utf-8", ""),
    ],
)
def test_the_ticket_that_a_branch_is_for(a_home: Path, branch: str, ticket: str) -> None:
    checkout(a_home, branch=branch)
    assert read_checkout(a_home, ()).ticket == ticket


def test_a_checkout_of_a_configured_tracker_has_a_view_and_its_branch_offers_the_ticket(a_home: Path) -> None:
    checkout(a_home, url="git@github.com:acme/widgets.git", branch="17-fix")
    (a_home / "below").mkdir()
    settings, begin = begun()
    view = all_views(settings.ui)[1]
    assert (view.name, view.trackers) == ("acme/widgets", ("gh",))
    assert view.criteria.project == of("project:acme/widgets").project
    assert begin.offered == "17"


def test_a_tracker_is_known_by_its_host_or_by_a_word_that_only_it_says() -> None:
    settings, _ = begun()
    profiles = settings.profiles.values()
    assert tracker_of("tickets.acme.example", profiles) == "jira"
    assert tracker_of("github.com", profiles) == "gh"
    assert tracker_of("gitlab.com", profiles) == ""


def test_a_worktree_is_a_checkout(a_home: Path, tmp_path: Path) -> None:
    checkout(a_home, url="git@github.com:acme/widgets.git")
    git = a_home / ".git" / "worktrees" / "w"
    git.mkdir(parents=True)
    (git / "HEAD").write_text("ref: refs/heads/OPS-9-x\n")
    (git / "commondir").write_text("../..\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {git}\n")
    found = read_checkout(tree, ())
    assert (found.project, found.ticket) == ("acme/widgets", "OPS-9")


def test_a_repositorys_file_holds_views_and_a_query_and_nothing_that_runs(a_home: Path) -> None:
    file = 'query = "label:widgets"\ncommand = ["rm"]\n[[views]]\nname = "Ours"\nquery = "label:ours"\n'
    checkout(a_home, file=file)
    searched(DEFAULT, "label:ui")
    settings, begin = begun()
    assert begin.criteria == of("label:widgets")
    assert [view.name for view in all_views(settings.ui)][:2] == ["Bugs", "Ours"]
    assert "command has no effect there" in settings.notices[-1]
    assert set(settings.profiles) == {"jira", "gh", "other", "local"}


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("query = 1", "query is a text"),
        ("[[views]]\nquery = 'x'", "it has no name"),
        ("[[views]]\nname = 'x'\ntrackers = ['nowhere']", "no profile 'nowhere'"),
        ("not toml", "not valid TOML"),
        ("query = 'max:0'", "max_results"),
    ],
)
def test_a_repositorys_file_that_is_wrong_is_told_and_not_used(a_home: Path, file: str, words: str) -> None:
    checkout(a_home, file=file)
    settings, begin = begun()
    assert words in settings.notices[-1]
    assert begin.profiles == DEFAULT


def test_a_home_that_is_a_checkout_says_nothing(isolated_home: Path, a_home: Path) -> None:
    checkout(isolated_home, file='query = "label:widgets"')
    assert read_checkout(a_home, ()) == read_checkout(Path("/"), ())


def test_the_command_line_says_what_is_begun_with() -> None:
    searched(DEFAULT, "label:last")
    assert begun(opening="is:open printer")[1].criteria.query() == "printer is:open"
    _, bugs = begun(view="bugs", opening="is:closed")
    assert ([search.profile for search in bugs.searches], bugs.view) == (["gh"], None)
    assert bugs.criteria.query() == "is:closed label:bug"
    with pytest.raises(UsageError, match="no view 'Bgs'"):
        begun(view="Bgs")
    with pytest.raises(UsageError, match="Did you mean status:"):
        begun(opening="statsu:open")


@pytest.mark.parametrize("opening", ["PAY-142", "#17", "acme/tills#17", "https://t.example/browse/PAY-142", "17"])
def test_an_id_or_an_address_is_opened_beside_the_usual_search(opening: str) -> None:
    _, begin = begun(opening=opening)
    assert begin.wanted == opening
    assert begin.criteria == begun()[1].criteria


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "[" * 40_000,
        "x = " + "{a=" * 20_000,
        "x = " + "1" * 5000,
        "views = 3",
        "views = [1]",
        "query = 1",
        "= ",
        """query = 'native:"project = X"'""",
        """[[views]]\nname = "a"\nquery = 'jql:"project = X"'""",
        """[[views]]\nname = "a"\nnative = "project = X\"""",
    ],
    ids=["lists", "tables", "digits", "number", "no table", "no text", "no key", "native", "jql", "native key"],
)
def test_no_file_of_a_repository_keeps_the_program_from_starting(tmp_path: Path, text: str) -> None:
    root = tmp_path / "root"
    (root / ".git").mkdir(parents=True)
    (root / ".ticketdeck.toml").write_text(text)
    checkout = read_checkout(root, ["work"])
    assert (checkout.views, checkout.query) == ((), "")
    assert "is not used" in checkout.notices[0]


def test_a_repository_has_views_and_a_query_and_nothing_that_runs_or_allows(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / ".git").mkdir(parents=True)
    written = "[profiles.x]\ncommand = ['touch', 'PWNED']\n[profiles.x.write]\nmode = 'ask'\n[keys]\nquit = 'x'\n"
    views = "".join(f'[[views]]\nname = "v{number}"\nquery = "x"\n' for number in range(30))
    (root / ".ticketdeck.toml").write_text(f'query = "is:open"\n{views}{written}[[commands]]\nrun = ["touch"]\n')
    checkout = read_checkout(root, ["work"])
    assert (len(checkout.views), checkout.query) == (20, "is:open")
    assert "profiles, keys, commands have no effect there" in checkout.notices[0]
    assert "only its first 20 views are used, of 30" in checkout.notices[1]


@pytest.mark.parametrize("name", [".ticketdeck.toml", ".git", ".git/HEAD", ".git/config"])
@pytest.mark.parametrize("link", [False, True])
def test_no_pipe_in_a_repository_is_waited_for(tmp_path: Path, name: str, link: bool) -> None:
    root = tmp_path / "root"
    root.mkdir()
    if name != ".git":
        (root / ".git").mkdir()
    os.mkfifo(tmp_path / "pipe")
    if link:
        (root / name).symlink_to(tmp_path / "pipe")
    else:
        os.mkfifo(root / name)
    assert read_checkout(root, ["work"]) == Checkout()


# ------------------------------------------------------------------ a config with mistakes

MISTAKEN = (
    '[[views]]\nname = "Bad"\nquery = "typ:bug"\n[[views]]\nname = "Mine too"\nquery = "assignee:me"\n'
    '[[views]]\nname = "Lost"\nquery = "x"\ntrackers = ["bad"]\n[[commands]]\nrun = "x {idd}"\n'
    '[[commands]]\nname = "ok"\nrun = "x {id}"\n[profiles.bad]\ncomand = ["x"]\n'
)


def test_a_mistaken_profile_view_or_command_is_left_out_and_told_and_the_rest_is_used() -> None:
    settings, begin = begun(CONFIG + "columns = ['id']\n" + MISTAKEN)
    assert begin.profiles == DEFAULT
    assert {*settings.profiles} == {"jira", "gh", "other", "local"}
    assert [view.name for view in settings.ui.views] == ["Bugs", "Mine too"]
    assert [command.name for command in settings.ui.commands] == ["ok"]
    said = [notice.removeprefix("Left out: ").partition(", line ")[2] for notice in settings.notices[:4]]
    assert [words.split(": ")[1] for words in said] == [
        "profiles.bad",
        "views[1].query",
        "views[3].trackers",
        "commands[0].run",
    ]
    first = len(CONFIG.splitlines()) + 1
    assert [int(words.split(":")[0]) - first for words in said] == [16, 3, 10, 12]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (CONFIG.replace("[profiles.gh]\ncommand", "[profiles.gh]\ncomand"), "profiles.gh: it has no command"),
        (CONFIG + 'read_only = "perhaps"\n', "ui.read_only"),
        ("[profiles.a]\ncomand = 1\n[profiles.b]\ncommand = ['x']\n", "profiles.a: it has no command"),
        ("broken =", "is not valid TOML"),
    ],
)
def test_a_mistake_in_what_the_rest_depends_on_leaves_the_embedded_tracker(config: str, words: str) -> None:
    settings, begin = begun(config)
    assert begin.profiles == ("local",)
    assert {*settings.profiles} == {"local"}
    assert words in settings.notices[0]


def test_a_profile_that_is_named_is_never_taken_for_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    config = CONFIG + MISTAKEN
    _, begin = begun(config, profile=("gh",))
    assert begin.profiles == ("gh",)
    with pytest.raises(ConfigError, match="comand"):
        begun(config, profile=("bad",))
    monkeypatch.setenv("TICKETDECK_PROFILE", "gh")
    with pytest.raises(ConfigError, match="TOML"):
        begun("broken =")
