"""Addresses that are made for people, looked at one by one and many at a time."""

from __future__ import annotations

from itertools import zip_longest

from hypothesis import example, given
from hypothesis import strategies as st

from tui_app.adapters.reading.field_values import are_human, human_url, human_urls

hosts = st.sampled_from(
    ["https://x.example", "https://api.x.example", "https://a@x.example", "ftp://x", "https://", ""]
)
paths = st.lists(
    st.sampled_from(["api", "API", "rest", "v2", "_apis", "browse", "PAY-1", "7", "a b", "é", "a.json", ""])
)


@given(st.lists(st.builds(lambda host, path: "/".join([host, *path]), hosts, paths), max_size=4))
@example(["https://x.example/PAY-1", "https://x.example/api"])
@example(["https://x.example/api/PAY-1", "https://x.example/api/7"])
@example(["https://x.example/" + "a" * 2000, "https://x.example/" + "b" * 2100])
def test_many_addresses_are_human_where_each_is(urls: list[str]) -> None:
    assert are_human(urls) == all(human_url([url]) == url for url in urls)


def test_no_address_is_none_that_is_made_for_programs() -> None:
    assert are_human([])


@given(
    st.lists(
        st.tuples(
            st.lists(st.none() | st.builds(lambda host, path: "/".join([host, *path]), hosts, paths), max_size=3),
            st.sampled_from(["PAY-1", "PAY-2", "7", "a b", ""]),
        ),
        max_size=5,
    )
)
@example([(["https://x.example/rest/api/3/issue/1"], "PAY-1"), (["https://x.example/rest/api/3/issue/2"], "PAY-2")])
@example([(["https://x.example/rest/api/3/issue/1"], "PAY-1"), (["https://x.example/rest/api/3/issue/2"], "7")])
@example([(["https://api.github.com/repos/a/b/issues/1"], "1"), (["https://api.github.com/repos/a/b/issues/2"], "2")])
def test_the_addresses_of_many_rows_are_those_of_each_alone(rows: list[tuple[list[str | None], str]]) -> None:
    columns = [*zip_longest(*(candidates for candidates, _ in rows))]
    found = human_urls(columns, [identity for _, identity in rows])
    assert found == [human_url(candidates, identity) for candidates, identity in rows]
