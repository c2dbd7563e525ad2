"""Atlassian documents read the same after they became Markdown, compared with the HTML that they stand for."""

from __future__ import annotations

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adapters.reading import rendered
from tui_app.adapters.reading.markup import document_to_markdown

Node = dict[str, Any]


def node(kind: str, *content: Node, **attributes: Any) -> Node:
    return {"type": kind, "content": list(content), "attrs": attributes}


def text(words: str, *marks: str) -> Node:
    return {"type": "text", "text": words, "marks": [{"type": mark} for mark in marks]}


def line(words: str) -> Node:
    return node("paragraph", text(words))


def item(*content: Node) -> Node:
    return node("listItem", *content)


@pytest.mark.parametrize(
    ("block", "markdown"),
    [
        (node("paragraph", text("*a* # b")), r"\*a\* # b"),
        (node("paragraph", text("# a snake_case")), r"\# a snake_case"),
        (node("paragraph", text("a`b", "code")), "``a`b``"),
        (node("paragraph", text("a", "strong", "em"), text(" b", "strong")), "***a* b**"),
        (node("paragraph", text("1 *", "strong")), r"**1 \***"),
        (node("paragraph", text("x"), text("!", "strong"), text("y")), "x!y"),
        (node("paragraph", text("a ", "em"), text("_b_", "em", "strong")), r"*a **\_b\_***"),
        (node("codeBlock", text("```\nx")), "````\n```\nx\n````"),
        (
            node("orderedList", item(line("a"), node("orderedList", item(line("b")))), item(line("c"))),
            "1. a\n   1. b\n2. c",
        ),
        (node("orderedList", item(line("a"), node("bulletList", item(line("b")))), order=100), "100. a\n     - b"),
        (node("bulletList", item(line("a"), line("b"))), "- a\n\n  b"),
        (node("bulletList", item(line("a"), node("blockquote", line("b")))), "- a\n\n  > b"),
        (node("blockquote", line("a"), line("b")), "> a\n>\n> b"),
        (node("panel", line("a"), panelType="warning"), "> ⚠ a"),
        (
            node("taskList", node("taskItem", text("a")), node("taskList", node("taskItem", text("b")))),
            "- [ ] a\n  - [ ] b",
        ),
        (node("orderedList", item(node("paragraph", text("a"))), item(node("paragraph", text(" ")))), "1. a\n2."),
    ],
)
def test_blocks_stay_within_one_another_and_signs_are_signs(block: Node, markdown: str) -> None:
    assert document_to_markdown(node("doc", block)) == markdown


WORDS = st.sampled_from(["one", "two words", "*x*", "# y", "1. z", "- a", "snake_case"]) | st.text(
    alphabet="ab1 *_#`~[]()!<>&|\\-+.:=", min_size=1, max_size=10
)
PAIR = tuple[Node, str]


def _paragraph(words: str) -> PAIR:
    return node("paragraph", text(words)), f"<p>{html.escape(words)}</p>"


def _within(blocks: st.SearchStrategy[PAIR]) -> st.SearchStrategy[PAIR]:
    some = st.lists(blocks, min_size=1, max_size=2)
    return (
        st.tuples(st.just(("blockquote", "blockquote", "")), some)
        | st.tuples(st.just(("bulletList", "ul", "li")), some)
        | st.tuples(st.just(("orderedList", "ol", "li")), some)
    ).map(lambda chosen: _block(*chosen[0], chosen[1]))


def _block(kind: str, tag: str, item_tag: str, inside: list[PAIR]) -> PAIR:
    if not item_tag:
        return node(kind, *(block for block, _ in inside)), f"<{tag}>{''.join(source for _, source in inside)}</{tag}>"
    items = "".join(f"<li>{source}</li>" for _, source in inside)
    return node(kind, *(item(block) for block, _ in inside)), f"<{tag}>{items}</{tag}>"


@given(st.lists(st.recursive(WORDS.map(_paragraph), _within, max_leaves=6), min_size=1, max_size=3))
def test_any_document_reads_the_same(blocks: list[PAIR]) -> None:
    markdown = document_to_markdown(node("doc", *(block for block, _ in blocks)))
    assert rendered.of_markdown(markdown) == rendered.of_html("".join(source for _, source in blocks))
