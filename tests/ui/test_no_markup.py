"""No plain text reaches a widget that reads markup, and no control character reaches the terminal."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import tui_app.ui
from tests.ui.fakes import FakeService, failed, make_ticket
from tests.ui.support import opened
from tui_app.tickets.servers import ServerState, StateChanged

SOURCES = sorted(Path(tui_app.ui.__file__).parent.rglob("*.py"))
PARSING_WIDGETS = {"Static", "Label", "Button", "Option", "OptionList", "Checkbox", "RadioButton", "Collapsible", "Tab"}
PARSING_ATTRIBUTES = {"border_title", "border_subtitle", "tooltip"}


def is_content(node: ast.expr, makers: set[str]) -> bool:
    """Whether an expression is `Content` or `Text`, as far as the source says."""
    if isinstance(node, ast.BinOp):
        return is_content(node.left, makers)
    if not isinstance(node, ast.Call):
        return isinstance(node, ast.Name) and node.id == "content"
    words = ast.unparse(node.func)
    return words.split(".")[0].split("(")[0] in {"Content", "Text"} or words.rpartition(".")[2] in makers


def offences(source: str) -> list[str]:
    """The pieces of a source through which plain text may be read as markup."""
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    makers = {node.name for node in functions if node.returns and ast.unparse(node.returns) in {"Content", "Text"}}
    no_widgets = {node.name for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and not node.bases}
    widgets = PARSING_WIDGETS - no_widgets
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and parses_markup(node, makers, widgets)]
    assigned = [node for node in ast.walk(tree) if isinstance(node, ast.Assign) and names_markup(node, makers)]
    renders = [node for node in functions if node.name == "render" and node.returns]
    plain = [node for node in renders if node.returns and ast.unparse(node.returns) == "str"]
    return [ast.unparse(node) for node in (*calls, *assigned, *plain)]


def parses_markup(call: ast.Call, makers: set[str], widgets: set[str]) -> bool:
    name = ast.unparse(call.func).rpartition(".")[2]
    if any(word.arg == "markup" and ast.unparse(word.value) == "False" for word in call.keywords):
        return False
    if name == "notify":
        return True
    texts = call.args[:1] + [word.value for word in call.keywords if word.arg in {"label", "content"}]
    into_widget = name in widgets or (name == "update" and "query_one" in ast.unparse(call.func))
    return into_widget and not all(is_content(text, makers) for text in texts)


def names_markup(assignment: ast.Assign, makers: set[str]) -> bool:
    names = [target.attr for target in assignment.targets if isinstance(target, ast.Attribute)]
    return not PARSING_ATTRIBUTES.isdisjoint(names) and not is_content(assignment.value, makers)


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.stem)
def test_no_plain_text_goes_into_a_widget_that_reads_markup(source: Path) -> None:
    assert offences(source.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "Static(ticket.title)",
        "Static(f'{ticket.title}')",
        "Label('x')",
        "Tab(view.name)",
        "class Tab(textual.widgets.Tab): ...\nTab(view.name)",
        "self.app.notify(str(error))",
        "self.query_one(Static).update(text)",
        "self.border_title = ticket.id",
        "class A:\n    def render(self) -> str:\n        return self.title",
    ],
)
def test_the_lint_sees_each_way_of_doing_it_wrong(line: str) -> None:
    assert offences(line)


HOSTILE = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eevil\u200b[@click=app.quit]x[/nope][red"


@pytest.mark.parametrize("size", [(80, 24), (160, 50)])
async def test_hostile_text_leaves_no_control_character_on_any_screen(size: tuple[int, int]) -> None:
    ticket = make_ticket(
        0, id=HOSTILE, title=HOSTILE, status=HOSTILE, assignee=HOSTILE, labels=(HOSTILE,), description=HOSTILE
    )
    async with opened(FakeService([ticket]), size=size) as deck:
        deck.service.reply(StateChanged("local", ServerState.DOWN, detail=HOSTILE))
        deck.app.notify(HOSTILE, markup=True)
        for keys in (["enter"], ["escape"], ["f", "enter"], ["escape", "escape"], ["y"], ["escape"], ["s"], ["ctrl+n"]):
            await deck.press(*keys)
            await deck.pilot.pause(0.05)
            harmful = [c for c in deck.text if not c.isprintable() and c != "\n"]
            assert harmful == [], keys


async def test_a_hostile_error_leaves_no_control_character() -> None:
    failure = failed(title=HOSTILE, cause=HOSTILE, hint=HOSTILE, stderr_tail=HOSTILE)
    async with opened(FakeService(failure=failure), wait=False, size=(120, 40)) as deck:
        await deck.sees("evil")
        assert [c for c in deck.text if not c.isprintable() and c != "\n"] == []
