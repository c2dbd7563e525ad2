"""Whatever markup a tracker keeps its texts in comes out as Markdown; Markdown stays as it is."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.adapters.reading import to_markdown
from tui_app.adapters.reading.markup import are_plain_texts

TEXT: dict[str, Any] = {"type": "text", "text": "bold", "marks": [{"type": "strong"}]}


def document(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"type": "doc", "version": 1, "content": list(blocks)}


def paragraph(*inline: dict[str, Any]) -> dict[str, Any]:
    return {"type": "paragraph", "content": list(inline)}


def words(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


@pytest.mark.parametrize(
    "text",
    [
        "# Head\n\n- a\n- **b**\n\n`x < y && y > z`",
        "1. one\n2. two\n\n> said",
        "a <b and c> d",
        "* a\n* b",
        "Use {braces} and [link](https://x.y)",
        "<details>",
        "half 5 * 3 * 2",
    ],
)
def test_markdown_stays_as_it_is(text: str) -> None:
    assert to_markdown(text) == text


@pytest.mark.parametrize(
    ("wiki", "markdown"),
    [
        ("h2. Head\n* a\n** b\n# one", "## Head\n- a\n  - b\n1. one"),
        ("h1. x\n{code:java}\nint *a*;\n{code}\nend", "# x\n```java\nint *a*;\n```\nend"),
        ("{noformat}h2. x{noformat}", "```\nh2. x\n```"),
        ("{quote}said *so*{quote}\nafter", "> said **so**\n\nafter"),
        ("||a||b||\n|1|2|", "| a | b |\n| --- | --- |\n| 1 | 2 |"),
        (
            "h3. x\nsee [here|https://x.y/z] and [~bob] {{code}} -gone-",
            "### x\nsee [here](https://x.y/z) and @bob `code` ~~gone~~",
        ),
        ("{panel:title=Note}inside{panel}", "**Note**inside"),
        ("{color:red}red{color}\nh2. not at the start", "red\n## not at the start"),
    ],
)
def test_wiki_markup_becomes_markdown(wiki: str, markdown: str) -> None:
    assert to_markdown(wiki) == markdown


def test_a_text_known_to_be_wiki_needs_no_signs_of_it() -> None:
    assert to_markdown("so *bold*", wiki=True) == "so **bold**"
    assert to_markdown("so *bold*") == "so *bold*"


@pytest.mark.parametrize(
    ("html", "markdown"),
    [
        ("<p>One</p><p>Two &amp; <strong>three</strong></p>", "One\n\nTwo & **three**"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"),
        ("<ol><li>a</li><li>b</li></ol>", "1. a\n2. b"),
        ("<h2>Head</h2><p>see <a href='https://x.y'>here</a><br>now</p>", "## Head\n\nsee [here](https://x.y)\nnow"),
        ("<div><pre><code>a  &lt; b\n  c</code></pre></div>", "```\na  < b\n  c\n```"),
        ("<p>x</p><script>alert(1)</script><!-- y --><p>z</p>", "x\n\nz"),
        (
            "<table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>",
            "| a | b |\n| --- | --- |\n| 1 | 2 |",
        ),
        (
            "<p class=Mso>Dear all,<o:p></o:p></p><v:shape id='a'><st1:place-name>Malmö</st1:place-name>",
            "Dear all,\n\nMalmö",
        ),
        ("<p>see <b>a</b>: mail to &lt;ann:b&gt;</p>", "see **a**: mail to \\<ann:b>"),
        ("<p>pic <img src='https://x.y/log.png'></p>", "pic [image: log.png]"),
    ],
)
def test_html_becomes_markdown(html: str, markdown: str) -> None:
    assert to_markdown(html) == markdown


@pytest.mark.parametrize(
    ("blocks", "markdown"),
    [
        ((paragraph(words("a "), TEXT),), "a **bold**"),
        (({"type": "heading", "attrs": {"level": 3}, "content": [words("x")]},), "### x"),
        (
            ({"type": "bulletList", "content": [{"type": "listItem", "content": [paragraph(words("a"))]}] * 2},),
            "- a\n- a",
        ),
        (({"type": "codeBlock", "attrs": {"language": "py"}, "content": [words("x*y")]},), "```py\nx*y\n```"),
        (({"type": "blockquote", "content": [paragraph(words("a"))]},), "> a"),
        (
            (
                {
                    "type": "taskList",
                    "content": [{"type": "taskItem", "attrs": {"state": "DONE"}, "content": [words("a")]}],
                },
            ),
            "- [x] a",
        ),
        ((paragraph({"type": "mention", "attrs": {"text": "@Bob"}}, {"type": "hardBreak"}, words("x")),), "@Bob\nx"),
        (
            (
                {
                    "type": "table",
                    "content": [
                        {
                            "type": "tableRow",
                            "content": [{"type": "tableCell", "content": [paragraph(words(c))]} for c in "ab"],
                        }
                    ],
                },
            ),
            "| a | b |\n| --- | --- |",
        ),
        (({"type": "unheardOf", "content": [paragraph(words("kept"))]},), "kept"),
        (
            (
                paragraph(
                    {"type": "text", "text": "here", "marks": [{"type": "link", "attrs": {"href": "https://x.y"}}]}
                ),
            ),
            "[here](https://x.y)",
        ),
    ],
)
def test_atlassian_documents_become_markdown_as_objects_and_as_text(blocks: Any, markdown: str) -> None:
    assert to_markdown(document(*blocks)) == markdown
    assert to_markdown(json.dumps(document(*blocks))) == markdown


def test_objects_that_hold_a_text_in_several_forms_give_one() -> None:
    assert to_markdown({"raw": "a **b**", "html": "<p>a <b>b</b></p>"}) == "a **b**"
    assert to_markdown({"html": "<p>a <b>b</b></p>"}) == "a **b**"


def test_tags_that_a_server_puts_round_foreign_text_are_taken_off() -> None:
    assert to_markdown("<insecure-content-0db0>\nplain\r\ntext\n</insecure-content-0db0>") == "plain\ntext"


@given(st.text(alphabet="ab<>{}|h1.[]\n *-_#!p/", max_size=60))
def test_what_is_called_plain_is_left_alone(text: str) -> None:
    if are_plain_texts([text, text], f"{text}\n{text}"):
        assert to_markdown(text) == text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda x: (
            st.lists(x)
            | st.dictionaries(st.sampled_from(["type", "content", "text", "marks", "attrs", "html", "raw"]), x)
        ),
        max_leaves=30,
    )
)
def test_no_value_makes_it_raise(value: Any) -> None:
    to_markdown(value)
    to_markdown(
        {
            "type": "doc",
            "content": [value, {"type": "table", "content": [value]}, {"type": "taskList", "content": [value]}],
        }
    )


@pytest.mark.parametrize(
    "piece",
    [
        "*",
        "_",
        "{panel:",
        "{code}",
        "[",
        "[a|",
        "||",
        "!a",
        "<",
        "<p ",
        "<!--",
        "</p>",
        "{{",
        "h1. ",
        "<a href='",
        "-a ",
        "{quote}",
        "<pre>",
    ],
)
def test_a_hostile_text_is_converted_in_time_linear_in_its_length(piece: str) -> None:
    from time import process_time

    text = "<p></p>" + piece * (200_000 // len(piece))
    started = process_time()
    to_markdown(text)
    to_markdown(text, wiki=True)
    assert process_time() - started < 20


def test_a_deep_document_ends_somewhere() -> None:
    node: dict[str, Any] = paragraph(words("deep"))
    for _ in range(5000):
        node = {"type": "blockquote", "content": [node]}
    to_markdown(document(node))
