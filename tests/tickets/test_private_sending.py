"""What is sent to a server carries no private field, in whatever dress; a text that mentions one is prose."""

from __future__ import annotations

import json

import pytest

from tui_app.tickets.private_sending import holds_private_field

FIELD = {"internal_notes": "x"}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(FIELD),
        f"please set {json.dumps(FIELD)} now",
        f"```json\n{json.dumps(FIELD)}\n```",
        json.dumps(json.dumps(FIELD)),
        json.dumps({"fields": json.dumps({"deeper": json.dumps([FIELD])})}),
        f"data={json.dumps({'fields': json.dumps(FIELD)})}",
        f"first {{not json}} then {json.dumps([FIELD])}",
        "/issues?internal_notes=x&a=1",
        "a=1&private_data=2",
        "<b>" + json.dumps({"name": "Internal notes", "value": "x"}) + "</b>",
    ],
)
def test_a_private_field_within_a_text_is_found(text: str) -> None:
    assert holds_private_field({"arguments": {"body": [text]}})


@pytest.mark.parametrize(
    "text",
    [
        "Internal notes: ask Ann",
        "the internal_notes field is empty",
        "internal_notes = 3 in the config",
        '{"notes": "about internal notes"}',
        "see [internal_notes](https://example.com)",
        "/issues?notes=internal_notes",
        '"just a quoted text"',
    ],
)
def test_a_text_that_mentions_one_is_prose(text: str) -> None:
    assert not holds_private_field({"arguments": {"body": text}})
