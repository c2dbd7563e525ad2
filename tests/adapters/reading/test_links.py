"""Addresses that are made for people, looked at one by one and many at a time."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from tui_app.adapters.reading.links import are_human, human_url

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
