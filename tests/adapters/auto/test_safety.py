"""No tool that may change something is ever taken for one that reads."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.servers_of_many_kinds import NUMBER, TEXT, described, tool
from tui_app.adapters.auto import make
from tui_app.adapters.auto.discovery import discover
from tui_app.adapters.auto.tool_variants import variants_of
from tui_app.adapters.safety.gate import contradiction, is_request_tool, name_may_write, speaks_for
from tui_app.adapters.safety.verbs import STRONG_WRITING, split_words
from tui_app.mcp_client.types import Tool
from tui_app.tickets.criteria import check_criteria
from tui_app.tickets.errors import MCPToolError


@pytest.mark.parametrize(
    "name",
    [
        "create_issue", "issueCreate", "task-update", "deleteTicket", "assign_issue", "setStatus", "close", "note",
        "reopen_issue", "find_or_create_issue", "get_or_create_ticket", "search_and_replace_tickets", "add_comment",
        "comment", "comment_on_story", "transition_issue", "link_issues", "move_card", "archive_task", "mark_done",
        "open_ticket", "take_ticket", "claim", "bulk_edit_issues", "log_work", "reply_to_ticket", "manage_issue",
        "jira_post", "upsert_ticket", "watch_issue", "vote", "archive", "find_and_archive", "archive_search",
    ],
)  # fmt: skip
def test_a_name_that_says_so_may_write(name: str) -> None:
    assert name_may_write(split_words(name))


@pytest.mark.parametrize(
    "name",
    [
        "list_issues", "issuesSearch", "get_open_tickets", "list_closed_issues", "get_issue_comments", "search",
        "get_issue_links", "read_change_log", "list_assigned_issues", "execute_jql", "run_query", "get_data_set",
        "view_release_notes", "search_archive", "listar_tickets_asignados",
    ],
)  # fmt: skip
def test_a_name_that_reads_does_not(name: str) -> None:
    assert not name_may_write(split_words(name))


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("get_ticket", "Flarbs the ticket"),
        ("search_issues", "Flarbs tickets of a project. Returns how many."),
        ("list_tasks", "This tool frobnicates every task in the list"),
        ("find_bugs", "Zorch all of the bugs and return them"),
        ("list_issues", "Smaže všechny úkoly"),
        ("list_issues", "Tar bort alla ärenden"),
        ("get_issue", "チケットを粉砕します"),
    ],
)
def test_a_name_that_reads_says_nothing_where_the_description_begins_with_an_unknown_deed(
    name: str, about: str
) -> None:
    assert not speaks_for(Tool(name, about), {})
    assert speaks_for(Tool(name, about, annotations={"readOnlyHint": True}), {})


@pytest.mark.parametrize(
    "about",
    ["Lists issues, then closes stale ones.", "Finds tasks and afterwards archives old ones",
     "Gets it, then removes it", "After listing, all of them are removed", "Lists tickets; they are deleted",
     "Fetch a ticket, thereby closing it", "Lists issues while reassigning them to you", "d e l e t e s all issues",
     "This tool p u r g e s every task"],
)  # fmt: skip
def test_a_description_that_goes_on_to_a_change_contradicts(about: str) -> None:
    assert contradiction(Tool("list_issues", about), {})


@pytest.mark.parametrize(
    "about",
    ["Lists issues, then sorts them", "Lists tickets; they are sorted", "Search, and then the open ones come first",
     "Fetch a ticket while others are listed", "Returns issues that are assigned to them", "a b c of tickets"],
)  # fmt: skip
def test_a_description_that_goes_on_to_something_else_does_not(about: str) -> None:
    assert contradiction(Tool("list_issues", about), {}) is None


@pytest.mark.parametrize(
    "about",
    ["Given a key, returns the issue", "Tickets of a project", "The tickets of a sprint", "Current tickets", "",
     "Issues", "Runs a WIQL query", "Use this tool when the user asks for tickets", "With a query: matching tickets",
     "Returns the tickets"],
)  # fmt: skip
def test_a_description_without_a_deed_leaves_it_to_the_name(about: str) -> None:
    assert speaks_for(Tool("search_issues", about), {})


@pytest.mark.parametrize(
    "hints",
    [{"readOnlyHint": False}, {"destructiveHint": True}, {"readOnlyHint": True, "destructiveHint": True}],
)
def test_annotations_rule_a_tool_out_whatever_its_name(hints: dict[str, bool]) -> None:
    assert contradiction(tool("search_issues", hints=hints), {})


@pytest.mark.parametrize(
    "hints",
    [
        {"readOnlyHint": "false"},
        {"readOnlyHint": 0},
        {"destructiveHint": "true"},
        {"destructiveHint": 1},
        {"read_only_hint": False},
        {"destructivehint": "True "},
        {"hints": {"destructiveHint": True}},
        {"meta": [{"read-only-hint": "false"}]},
        {"destructive": True},
    ],
    ids=str,
)
def test_a_hint_that_is_mistyped_makes_stricter_and_never_laxer(hints: dict[str, object]) -> None:
    assert contradiction(Tool("search_issues", annotations=hints), {})
    assert not speaks_for(Tool("issues_of_mine", annotations={"readOnlyHint": "true"}), {})


@pytest.mark.parametrize(
    "about",
    ["De\u200bletes all tickets", "D\u0435letes all tickets", "\uff24\uff45\uff4c\uff45\uff54\uff45\uff53 all tickets",
     "<b>Deletes</b> every ticket.", "\U0001f5d1\ufe0f Deletes every ticket."],
)  # fmt: skip
def test_a_description_that_says_so_in_disguise_rules_a_tool_out(about: str) -> None:
    assert contradiction(Tool("search_issues", about), {})
    assert contradiction(Tool("search_issues", title=about), {})
    assert contradiction(Tool("search_issues", annotations={"title": about}), {})


@pytest.mark.parametrize(
    "name", ["del\u200bete_tickets", "d\u0435lete_tickets", "\uff44\uff45\uff4c\uff45\uff54\uff45_tickets"]
)
def test_a_name_that_says_so_in_disguise_may_write(name: str) -> None:
    assert name_may_write(split_words(name))


@pytest.mark.parametrize(
    ("properties", "sent", "refused"),
    [
        ({"purge": {"type": "boolean", "default": True}}, {}, True),
        ({"mark_as_read": {"type": "boolean", "default": True}}, {}, True),
        ({"purge": {"type": "boolean", "default": True}}, {"purge": False}, False),
        ({"purge": {"type": "boolean", "default": False}}, {}, False),
        ({"action": {"type": "string", "enum": ["search", "delete"], "default": "delete"}}, {}, True),
        ({"action": {"type": "string", "enum": ["search", "delete"], "default": "search"}}, {}, False),
        ({"update_history": {"type": "boolean", "default": True}}, {}, False),
        ({"open_only": {"type": "boolean", "default": True}}, {}, False),
        ({"close": {"type": "boolean", "default": True}}, {}, True),
        ({"and_then_delete": {"type": "string", "default": "true"}}, {}, True),
        ({"auto_close": {"type": "boolean", "default": True}}, {}, True),
        ({"cerrar": {"type": "integer", "default": 1}}, {}, True),
        ({"x": {"type": "boolean", "default": True, "description": "Close each ticket found"}}, {}, True),
        ({"options": {"properties": {"delete": {"type": "boolean", "default": True}}}}, {}, True),
        ({"options": {"type": "object", "default": {"delete": True}}}, {}, True),
        ({"on_found": {"type": "string", "default": "close"}}, {}, True),
        ({"convert_html": {"type": "boolean", "default": True}}, {}, False),
        ({"sort": {"type": "string", "default": "updated"}}, {}, False),
    ],
)
def test_an_argument_that_orders_a_change_where_it_is_left_out_rules_a_tool_out(
    properties: dict[str, object], sent: dict[str, bool], refused: bool
) -> None:
    one = Tool("search_issues", "Search tickets.", input_schema={"type": "object", "properties": properties})
    assert bool(contradiction(one, sent)) is refused


@pytest.mark.parametrize(
    "about",
    ["Lista los tickets asignados al usuario", "Lista as tarefas atribuídas", "Elenca i ticket assegnati",
     "Affiche les tickets supprimés", "Zeigt die erstellten Tickets", "Показывает назначенные задачи",
     "Pokaż przypisane zadania"],
)  # fmt: skip
def test_what_was_done_to_the_tickets_that_are_listed_is_no_change(about: str) -> None:
    assert contradiction(tool("tickets", about=about), {}) is None


def test_annotations_alone_rule_no_tool_in() -> None:
    assert not list(variants_of(tool("delete_issues", hints={"readOnlyHint": True})))


@pytest.mark.parametrize(
    "about",
    [
        "Permanently removes all issues", "This tool will delete every issue.", "Deletes every ticket in the project",
        "Creates a project with sample issues", "Fetches the tickets and closes them", "Used to archive old tickets",
        "Returns the open issues, which will be deleted afterwards.", "Lists and updates tickets.",
        "Gets a ticket, then marks it as read", "A tool for deleting tickets", "Search issues. Deletes them, too.",
        "Löscht alle Tickets", "Supprime les tickets fermés", "Elimina todas las incidencias",
        "Returns a ticket, removing it from the queue.", "Lists issues by closing each of them first.",
        "All issues of the project are permanently deleted by this tool.",
        "Search.\nArgs:\n  q: text\nDeletes all tickets.",
        "Search issues. " + "Nice. " * 420 + "Deletes all issues.", "Sucht Tickets und löscht alle gefundenen.",
        "Recherche des tickets puis supprime les résultats.", "Ищет задачи и удаляет их.",
        "Busca tareas y elimina las viejas.",
        "Удаляет все задачи проекта", "删除所有任务", "チケットを検索して削除します", "모든 티켓을 삭제합니다",
        "Gets rid of all tickets", "Does away with old tickets", "Returns tickets and then gets them deleted",
        "Find tickets. Side effects: tickets are closed.", "Lists tickets. They are deleted afterwards.",
        "Deletes all tickets without asking", "Returns tickets that will be deleted once returned",
        "Cherche les tickets et les ferme", "Busca tickets y los cierra", "チケットを検索して閉じます",
        "Tüm kayıtları siler", "Slet alle sager", "Poistaa kaikki tiketit", "Menghapus semua tiket",
        "ลบตั๋วทั้งหมด", "يحذف جميع التذاكر",
    ],
)  # fmt: skip
def test_a_description_that_says_what_the_call_changes_rules_a_tool_out(about: str) -> None:
    assert contradiction(tool("search_issues", about=about), {})


@pytest.mark.parametrize(
    "about",
    [
        "Search issues that were created or updated since a date", "List issues. To delete one, use delete_issue.",
        "Lists tickets; does not modify anything", "Use create_issue to create a ticket; this one searches.",
        "Get all tickets, including deleted and archived ones", "Find tickets before creating a new one",
        "Returns comments, links and updates of an issue", "List tickets closed by me. Set limit to 10 at most.",
        "Sucht Tickets, die zuletzt geändert wurden", "Busca tareas creadas después de una fecha",
        "Список созданных задач", "查询已删除的任务", "作成されたチケットの一覧を取得",
        "An authorized user must update it",
        "Use this to look at tickets before deleting them.", "Returns a ticket, removing markup from its text.",
        "Busca tareas creadas y actualizadas desde una fecha.", "Sucht Tickets und gelöschte Einträge.",
        "Issues that are deleted are listed, too.",
        "Returns tickets that get deleted each night", "Lists tickets which get escalated automatically after two days",
        "Returns tickets without deleting them", "Search tickets. Changes nothing.", "Search. No side effects.",
        "Lists tickets that will be deleted when the project is archived",
        "Search.\nArgs:\n  q: text\n  all: Updates all at once\nReturns: tickets",
    ],
)  # fmt: skip
def test_words_of_change_that_name_something_else_do_not(about: str) -> None:
    assert contradiction(tool("search_issues", about=about), {}) is None


@pytest.mark.parametrize(
    "name",
    ["eliminar_tarea", "aufgabe_löschen", "удалитьЗадачу", "supprimerTicket", "criar_chamado", "删除任务", "görev_ekle",
     "cambiar_estado", "assigner_ticket", "toewijzen", "usuwa_zgłoszenie",
     "listar_y_borrar"],
)  # fmt: skip
def test_a_name_may_say_so_in_another_language(name: str) -> None:
    assert contradiction(tool(name), {})


@pytest.mark.parametrize(
    "name",
    ["listar_tareas", "aufgabenAnzeigen", "показать_задачи", "rechercher_tickets", "查询任务", "チケット一覧", "ara"],
)
def test_a_name_of_reading_may_be_in_another_language(name: str) -> None:
    assert contradiction(tool(name), {}) is None
    assert speaks_for(tool(name), {})


@pytest.mark.parametrize(
    ("name", "values", "reading"),
    [
        ("accion", ["crear", "listar", "ver", "borrar"], {"listar", "ver"}),
        ("vorgang", ["anzeigen", "löschen"], {"anzeigen"}),
        ("quoi", ["lister", "supprimer"], {"lister"}),
        ("estado", ["abierta", "cerrada"], set()),
        ("operación", ["crear", "borrar"], set()),
    ],
)
def test_an_action_is_known_by_its_values_in_another_language(name: str, values: list[str], reading: set[str]) -> None:
    arguments: dict[str, Any] = {name: {"type": "string", "enum": values}}
    acting = tool("gestor", name, hints={"destructiveHint": True}, **arguments)
    assert {value for value in values if contradiction(acting, {name: value}) is None} == reading


@pytest.mark.parametrize("name", ["dispatch", "chores", "x_42", "sync_all_the_things", "record_task_failure"])
def test_nothing_speaks_for_a_tool_without_a_word_of_reading(name: str) -> None:
    assert not speaks_for(tool(name), {})
    assert speaks_for(tool(name, hints={"readOnlyHint": True}), {})


def test_what_a_tool_answers_with_does_not_speak_for_one_that_is_told_as_an_order() -> None:
    assert not speaks_for(tool("frobnicate_card", about="Frobnicate a card. Returns all cards of its column."), {})
    assert not speaks_for(tool("graduate", about="Graduate the story. Shows its new lane."), {})
    assert contradiction(tool("terminate", about="Ends a task. Returns those that depend on it."), {})


def test_a_word_of_reading_in_the_description_speaks_for_a_tool() -> None:
    assert speaks_for(tool("digest", about="Digest of the week. Returns all tickets that changed."), {})
    assert speaks_for(tool("chores", about="Shows what is left to do."), {})
    assert speaks_for(tool("x", about="The board, with all cards"), {})


@pytest.mark.parametrize(
    "request_tool",
    [
        tool("call_api", "method path", "Get anything", method={"enum": ["GET", "POST"]}, path=TEXT),
        tool("fetch_url", "url", url=TEXT), tool("query_database", "sql", sql=TEXT),
        tool("show", "command", command=TEXT), tool("get_request", "path", path=TEXT, method=TEXT),
    ],
)  # fmt: skip
def test_a_tool_that_passes_on_any_request_is_never_a_candidate(request_tool: Tool) -> None:
    assert is_request_tool(request_tool)
    assert not list(variants_of(request_tool))


def test_a_code_is_a_tickets_where_an_example_shows_one_and_a_program_elsewhere() -> None:
    assert not is_request_tool(tool("obtener_ticket", "code", "Detalle por su código (p. ej. PROJ-123)", code=TEXT))
    assert is_request_tool(tool("search", "code", "Search by a program", code=TEXT))
    assert is_request_tool(tool("run_ticket", "code", "Such as for PROJ-123", code=TEXT))


@pytest.mark.parametrize("hints", [{}, {"readOnlyHint": False, "destructiveHint": True}])
def test_of_a_tool_with_actions_the_action_decides_whatever_the_hints(hints: dict[str, bool]) -> None:
    actions = tool("tracker", "action", "List, create or delete", hints, action={"enum": ["list", "create", "delete"]})
    assert contradiction(actions, {"action": "list"}) is None
    assert contradiction(actions, {"action": "delete"})
    assert contradiction(actions, {}) or not hints


def test_a_required_body_rules_a_tool_out() -> None:
    assert not list(variants_of(tool("issues", "title", title=TEXT)))
    assert list(variants_of(tool("search_issues", "summary", summary=TEXT)))


def test_of_a_tool_with_actions_only_those_that_read_are_used() -> None:
    actions = {"enum": ["create", "list", "get", "delete", "transition", "add_comment", "list_comments", "execute_jql"]}
    found = {variant.constants["action"] for variant in variants_of(tool("manage_issue", "action", action=actions))}
    assert found == {"list", "get", "list_comments", "execute_jql"}


@pytest.mark.parametrize(
    "action",
    [
        {"type": "string", "enum": ["create"]},
        {"anyOf": [{"type": "string", "enum": ["create"]}, {"type": "integer"}]},
        {"type": ["string", "integer"], "enum": ["create"]},
    ],
)
def test_a_tool_whose_only_action_writes_is_not_used(action: dict[str, object]) -> None:
    assert not list(variants_of(tool("issue_search", "action", query=TEXT, action=action)))


@pytest.mark.parametrize("schema", [{"enum": ["create"]}, {"type": "string", "default": "delete_all"}])
def test_no_required_argument_is_filled_with_a_writing_verb(schema: dict[str, object]) -> None:
    adapter = make(described(tool("issue_search", "intent", query=TEXT, intent=schema)), {})
    with pytest.raises(MCPToolError, match="'intent'"):
        adapter.plan(check_criteria({}))


@given(
    st.lists(
        st.lists(
            st.sampled_from(
                [
                    "get",
                    "list",
                    "search",
                    "issue",
                    "tickets",
                    "create",
                    "delete",
                    "update",
                    "set",
                    "by",
                    "id",
                    "comments",
                ]
            ),
            min_size=1,
            max_size=4,
        ).map("_".join),
        min_size=1,
        max_size=8,
        unique=True,
    )
)
def test_whatever_tools_there_are_none_with_a_writing_verb_gets_a_role(names: list[str]) -> None:
    found = discover(described(*(tool(name, id=NUMBER, query=TEXT) for name in names)))
    variants = [
        found.search,
        found.text_search,
        found.get,
        found.comments,
        *found.values.values(),
        *found.variants,
        *(variant for variant, _ in found.others),
        *found.getters,
    ]
    assert not [
        variant.tool.name for variant in variants if variant and STRONG_WRITING & set(split_words(variant.tool.name))
    ]


def test_of_a_tool_for_any_request_a_shipped_adapter_may_only_send_what_gets() -> None:
    request_tool = tool("tracker_request", "path", "Makes a request", path=TEXT, method=TEXT)
    assert contradiction(request_tool, {"path": "/issues", "method": "get"}) is None
    assert contradiction(request_tool, {"path": "/issues", "method": "DELETE"})
    assert contradiction(request_tool, {"path": "/issues", "method": "post"})


def test_a_filter_by_state_does_not_excuse_a_hint_of_writing() -> None:
    states = tool("issue_search", "", "", {"readOnlyHint": False}, state={"enum": ["all", "open"]})
    assert contradiction(states, {"state": "all"})


def test_a_required_value_that_orders_to_write_is_not_sent_as_a_place() -> None:
    adapter = make(described(tool("issue_search", "query", query={"type": "string", "enum": ["create"]})), {})
    assert adapter.setup_calls() == ()


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        ({"Operation": "removeAll"}, True),
        ({"actions": ["list", "delete"]}, True),
        ({"request": {"operations": ["purge"]}}, True),
        ({"command": "delete button is broken"}, False),
        ({"mode": "open"}, False),
        ({"status": "deleted"}, False),
    ],
)
def test_what_is_sent_as_an_action_counts_in_whatever_place_and_style(sent: dict[str, Any], refused: bool) -> None:
    assert bool(contradiction(Tool("issues", "Issues."), sent)) is refused
