"""HTML reads the same after it became Markdown: blocks, nesting, looks, and every sign that was only text."""

from __future__ import annotations

import html

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.adapters.reading import rendered
from tui_app.adapters.reading.html_markup import html_to_markdown


@pytest.mark.parametrize(
    ("source", "markdown"),
    [
        (
            "<ul><li><blockquote>a</blockquote><blockquote><ul><li>b</li></ul></blockquote></li></ul>",
            "- > a\n\n  > - b",
        ),
        ("<blockquote><p>q</p></blockquote><p>after</p>", "> q\n\nafter"),
        ("<blockquote><p>a</p><blockquote>b</blockquote></blockquote>", "> a\n>\n> > b"),
        ("<ul><li>a<blockquote><p>q</p></blockquote></li><li>b</li></ul>", "- a\n\n  > q\n- b"),
        ("<blockquote><ol><li>a</li><li>b</li></ol></blockquote>", "> 1. a\n> 2. b"),
        ("<ol><li>a<ol><li>b</li><li>c</li></ol></li><li>d</li></ol>", "1. a\n   1. b\n   2. c\n2. d"),
        ("<ul><li>a<ol><li>b</li></ol></li><li>c</li></ul>", "- a\n  1. b\n- c"),
        ("<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>", "1. a\n   - b\n2. c"),
        ("<ol start='9'><li>a</li><li>b<ul><li>c</li></ul></li></ol>", "9. a\n10. b\n    - c"),
        ("<ol><li>a</li><li value=7>b</li></ol>", "1. a\n7. b"),
        ("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n* b"),
        ("<ul><li>x<pre>y\nz</pre></li></ul>", "- x\n\n  ```\n  y\n  z\n  ```"),
        ("<p><code>a`b</code> and <code>`</code></p>", "``a`b`` and `` ` ``"),
        ("<pre>```\nx\n```</pre>", "````\n```\nx\n```\n````"),
        ('<pre><code class="hljs language-py">x</code></pre>', "```py\nx\n```"),
        ("<p><b> bold </b>x<b></b></p>", "**bold** x"),
        ("<p>a <b>b</p><p>c</b> d</p>", "a **b**\n\n**c** d"),
        ("<p><a href='https://x.y/a (1)'>see</a> <a href='https://x.y'></a></p>", "[see](<https://x.y/a (1)>)"),
        ("<table><tr><td>a|b<p>c</p></td></tr></table>", "| a\\|b c |\n| --- |"),
        ("<img alt='a > b' src='https://x.y/z.png'>.", "[image: a > b]."),
        ("<p> <b>1 *</b> </p>", r"**1 \***"),
        ("<p><i>_a_</i></p>", r"*\_a\_*"),
        ("<p><b>**</b></p>", r"**\*\***"),
        ("<p><b>_</b></p>", "**_**"),
        (r"<p><b>a\*</b></p>", r"**a\\\***"),
        ("<p>x<b>!</b>y</p>", "x!y"),
        ("<p>x <b>!</b>, y</p>", "x **!**, y"),
        ("<p>x<s><b>y</b></s></p>", "x~~y~~"),
        ("<p><i>a <b>b *</b></i></p>", r"*a **b \****"),
        ("<p><b><i>a</i>b<i>c</i></b></p>", "***a*bc**"),
        ("<p>a<b><code>b</code></b><code>c</code></p>", "a`bc`"),
        (f"<p>x<img src='data:image/png;base64,{'A' * 9000}'></p>", "x"),
    ],
)
def test_blocks_stay_within_one_another_and_looks_on_their_words(source: str, markdown: str) -> None:
    assert html_to_markdown(source) == markdown


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("*not em* and 2*3*4", r"\*not em\* and 2\*3\*4"),
        ("__init__ and _x_", r"\_\_init\_\_ and \_x\_"),
        ("# no heading", r"\# no heading"),
        ("1. no item", r"1\. no item"),
        ("- no item", r"\- no item"),
        ("> no quote", r"\> no quote"),
        ("`no` code", r"\`no\` code"),
        ("~~no~~", r"\~\~no\~\~"),
        ("[no](link) ![no](image)", r"[no\](link) \![no\](image)"),
        ("<b> &amp; \\*", r"\<b> \&amp; \\*"),
        ("---", r"\---"),
        ("```", r"\```"),
    ],
)
def test_signs_of_plain_text_do_not_become_markup(text: str, markdown: str) -> None:
    assert html_to_markdown(f"<p>{html.escape(text)}</p>") == markdown


@pytest.mark.parametrize(
    "text",
    [
        "snake_case_word and a_b", "a * b * c", "see #17", "C# and #", "it`s", "5*3", "_private", "~/x and ~y",
        r"C:\Users\me", "a < b > c & d", "[x] y [z]", "wow! [x]", "a - b + c", "v1. 2", "x = y", "a | b",
    ],
)  # fmt: skip
def test_what_markdown_reads_as_text_is_not_escaped(text: str) -> None:
    assert html_to_markdown(f"<p>{html.escape(text)}</p>") == text


@pytest.mark.parametrize(
    ("source", "wrong"),
    [
        ("<blockquote><p>q</p></blockquote>", "q"),
        ("<ol><li>a<ol><li>b</li></ol></li><li>c</li></ol>", "1. a\n  1. b\n2. c"),
        ("<p>*x*</p>", "*x*"),
        ("<ul><li>a</li></ul><ul><li>b</li></ul>", "- a\n\n- b"),
        ("<p><a href='https://x'>y</a></p>", "[y](https://z)"),
        ("<p><b>a</b> b</p>", "**a b**"),
    ],
)
def test_the_comparison_sees_what_is_wrong(source: str, wrong: str) -> None:
    assert rendered.of_markdown(wrong) != rendered.of_html(source)
    assert rendered.of_markdown(html_to_markdown(source)) == rendered.of_html(source)


SIGNS = st.text(alphabet="ab1 *_#`~[]()!<>&|\\-+.:=;é€", min_size=1, max_size=12).map(html.escape)
WORDS = st.sampled_from(["one", "two words", "snake_case", "a * b", "#17", "*x*", "1. y", "- z", "e.g. `q`"]).map(
    html.escape
)
TEXT = WORDS | SIGNS
CODE = TEXT.map(lambda text: f"<code>{text}</code>")


def _looks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Looks with spaces round them: where words touch, Markdown cannot express every one."""
    tags = st.sampled_from(["b", "em", "s", "a href='https://x.y/z'"])
    return st.tuples(tags, inner).map(lambda pair: f" <{pair[0]}>{pair[1]}</{pair[0].split()[0]}> ")


LINE = st.lists(TEXT | CODE | _looks(TEXT | CODE), min_size=1, max_size=4).map("".join)
LINES = st.lists(LINE, min_size=1, max_size=2).map("<br>".join)
LEAF = (
    LINES.map("<p>{}</p>".format)
    | LINE.map("<h2>{}</h2>".format)
    | TEXT.map("<pre>{}\n\nx</pre>".format)
    | st.just("<hr>")
    | st.lists(LINE, min_size=2, max_size=4).map(
        lambda cells: (
            f"<table><tr><th>{cells[0]}</th><th>{cells[1]}</th></tr><tr><td>{cells[-1]}</td><td>x</td></tr></table>"
        )
    )
)


def _within(block: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    item = st.tuples(st.just("") | LINE, st.lists(block, max_size=2).map("".join)).map("".join)
    items = st.lists(item.map("<li>{}</li>".format), min_size=1, max_size=3).map("".join)
    return (
        st.lists(block, min_size=1, max_size=3).map(lambda blocks: f"<blockquote>{''.join(blocks)}</blockquote>")
        | items.map("<ul>{}</ul>".format)
        | st.tuples(st.sampled_from(["", " start=3", " start='99'"]), items).map(lambda p: f"<ol{p[0]}>{p[1]}</ol>")
        | st.lists(block, min_size=1, max_size=2).map(lambda blocks: f"<div>{''.join(blocks)}</div>")
    )


DOCUMENT = st.lists(st.recursive(LEAF, _within, max_leaves=6), min_size=1, max_size=4).map("".join)


@given(TEXT)
def test_any_text_reads_as_it_was_written(text: str) -> None:
    source = f"<p>{text}</p>"
    assert rendered.of_markdown(html_to_markdown(source)) == rendered.of_html(source)


@example("<p>\\ <br>one</p>")
@example("<p>a <b>\\ </b><br>one</p>")
@given(DOCUMENT)
def test_any_document_reads_the_same(source: str) -> None:
    assert rendered.of_markdown(html_to_markdown(source)) == rendered.of_html(source)


def _touching(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    tags = st.sampled_from(["b", "i", "s"])
    return st.tuples(tags, st.lists(inner, min_size=1, max_size=3).map("".join)).map(
        lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>"
    )


@settings(max_examples=50)
@given(st.lists(st.recursive(TEXT | CODE, _touching, max_leaves=5), min_size=1, max_size=3).map("<p>{}</p>".format))
def test_looks_that_touch_change_no_text_and_reach_no_other_word(source: str) -> None:
    before = _characters(rendered.of_html(source))
    after = _characters(rendered.of_markdown(html_to_markdown(source)))
    assert [character for character, _ in after] == [character for character, _ in before]
    assert all(shown <= given for (_, shown), (_, given) in zip(after, before, strict=True))


def _characters(blocks: tuple[rendered.Block, ...]) -> list[tuple[str, set[str]]]:
    assert all(block[0] == "text" for block in blocks)
    return [(character, set(marks)) for block in blocks for text, marks in block[1] for character in text]  # type: ignore[attr-defined]


@given(st.text(alphabet="<>/abilupre \"'=`*", max_size=80))
def test_broken_html_loses_no_time_and_raises_nothing(source: str) -> None:
    html_to_markdown(source)
