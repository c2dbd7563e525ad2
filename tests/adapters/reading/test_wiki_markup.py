"""Wiki markup reads the same after it became Markdown: lists within lists, quotes, code and addresses."""

from __future__ import annotations

import html
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from tests.adapters.reading import rendered
from tui_app.adapters.reading.wiki_markup import wiki_to_markdown


@pytest.mark.parametrize(
    ("wiki", "markdown"),
    [
        ("# a\n## b\n## c\n# d", "1. a\n   1. b\n   2. c\n2. d"),
        ("* a\n*# b\n* c", "- a\n  1. b\n- c"),
        ("# a\n#* b\n#* c\n# d", "1. a\n   - b\n   - c\n2. d"),
        ("# a\n{code}\nx\n{code}\n# b", "1. a\n   ```\n   x\n   ```\n2. b"),
        ("# a\n{quote}b{quote}\n# c", "1. a\n   > b\n\n2. c"),
        ("{quote}\n# a\n## b\n{quote}", ">\n> 1. a\n>    1. b\n>"),
        ("* a\n**** b", "- a\n  - b"),
        ("# a\n\ntext\n# b", "1. a\n\ntext\n1. b"),
        ("* a\n  - b", "- a\n  - b"),
        ("bq. q\nafter", "> q\n\nafter"),
        ("||a||\n|1|\nafter", "| a |\n| --- |\n| 1 |\n\nafter"),
        ("{{*x*}} and {{a`b}}", "`*x*` and ``a`b``"),
        ("_*a*_ and *_b_*, snake_*c*_case", "***a*** and ***b***, snake_**c**_case"),
        ("*1 _ 2* (*!*)", "**1 _ 2** (**!**)"),
        ("[_see_|https://x.y/_a_/b] https://x.y/*c*", "[*see*](https://x.y/_a_/b) https://x.y/*c*"),
    ],
)
def test_blocks_stay_within_one_another_and_code_as_it_is(wiki: str, markdown: str) -> None:
    assert wiki_to_markdown(wiki).strip(">\n") == markdown.strip(">\n")


WORD = st.sampled_from(["one", "two words", "three", "2.5 x"])


def _lists(depth: int) -> st.SearchStrategy[tuple[str, list[Any]]]:
    inner = st.just(None) | _lists(depth - 1) if depth else st.just(None)
    return st.tuples(st.sampled_from("*#"), st.lists(st.tuples(WORD, inner), min_size=1, max_size=3))


def _as_wiki(kind: str, items: list[Any], above: str = "") -> str:
    lines = []
    for word, inner in items:
        lines.append(f"{above}{kind} {word}")
        if inner:
            lines.append(_as_wiki(inner[0], inner[1], above + kind))
    return "\n".join(lines)


def _as_html(kind: str, items: list[Any]) -> str:
    tag = "ol" if kind == "#" else "ul"
    inside = "".join(f"<li>{word}{_as_html(*inner) if inner else ''}</li>" for word, inner in items)
    return f"<{tag}>{inside}</{tag}>"


@given(_lists(3))
def test_lists_within_lists_read_the_same(model: tuple[str, list[Any]]) -> None:
    assert rendered.of_markdown(wiki_to_markdown(_as_wiki(*model))) == rendered.of_html(_as_html(*model))


@given(_lists(2))
def test_a_quoted_list_stays_in_its_quote(model: tuple[str, list[Any]]) -> None:
    wiki = f"before\n{{quote}}\n{_as_wiki(*model)}\n{{quote}}\nafter"
    expected = f"<p>before</p><blockquote>{_as_html(*model)}</blockquote><p>after</p>"
    assert rendered.of_markdown(wiki_to_markdown(wiki)) == rendered.of_html(expected)


@given(_lists(2), st.text(alphabet="ab *_#-{[|\\", min_size=1, max_size=20))
def test_code_within_a_list_is_letter_for_letter(model: tuple[str, list[Any]], code: str) -> None:
    code = f"{code}x"
    wiki = f"{_as_wiki(*model)}\n{{code}}\n{code}\n{{code}}\nafter"
    assert f"<pre><code>{html.escape(code)}" in _rendered(wiki)


def _rendered(wiki: str) -> str:
    return str(MarkdownIt("commonmark", {"html": False}).render(wiki_to_markdown(wiki)))


def test_the_comparison_sees_flattened_numbers() -> None:
    flattened = "1. one\n  1. sub\n1. two"
    assert rendered.of_markdown(flattened) != rendered.of_markdown(wiki_to_markdown("# one\n## sub\n# two"))
