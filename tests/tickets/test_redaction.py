"""No private field leaves the redaction, however it is spelt or packed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui_app.tickets import redaction
from tui_app.tickets.redaction import redact, redact_text
from tui_app.tickets.ticket import JsonValue

SECRET = "canary-4711"
SPELLINGS = ["internal_notes", "internalNotes", "Internal Notes", "INTERNAL-NOTES", "private_data", "PrivateData"]


@pytest.mark.parametrize("name", SPELLINGS)
def test_private_fields_go_at_any_depth_in_any_spelling(name: str) -> None:
    answer: JsonValue = {"tickets": [{"id": "A-1", "meta": {name: SECRET, "kept": 1}}]}
    assert redact(answer) == {"tickets": [{"id": "A-1", "meta": {"kept": 1}}]}


@pytest.mark.parametrize("name", SPELLINGS)
def test_json_carried_as_text_is_looked_into_however_often_it_is_wrapped(name: str) -> None:
    once = json.dumps({"id": "A-1", name: SECRET})
    twice = json.dumps({"result": once, "list": [once]})
    assert SECRET not in json.dumps(redact({"result": twice}))
    assert json.loads(redact_text(once)) == {"id": "A-1"}
    assert SECRET not in redact_text(twice)


def test_a_name_spelt_with_escapes_is_found() -> None:
    assert SECRET not in redact_text('{"internal\\u005fnotes": "' + SECRET + '", "id": 1}')


@pytest.mark.parametrize(
    "text",
    [
        "internal&lowbar;notes: {}",
        "{{&quot;internal&lowbar;notes&quot;&colon; &quot;{}&quot;}}",
        "&apos;private&lowbar;data&apos;&colon; {}",
        "Private&#95;data&colon; {}",
    ],
)
def test_a_name_spelt_with_entities_is_found(text: str) -> None:
    assert SECRET not in redact_text(text.format(SECRET))
    assert SECRET not in json.dumps(redact({"id": "A-1", "body": text.format(SECRET)}))


@pytest.mark.parametrize(
    "text",
    [
        f'Here you are:\n```json\n{{"id": 1, "internal_notes": "{SECRET}"}}\n```\nThat is all.',
        f'<result>[{{"privateData": ["{SECRET}"]}}]</result>',
        f"id: 1\ninternal_notes: |\n  first\n\n  {SECRET}\ntitle: kept",
        f"- **Internal Notes:** {SECRET}\n- **Title:** kept",
        f"| id | internal_notes | title |\n|---|---|---|\n| 1 | {SECRET} | kept |",
        f"<ticket><internal_notes>a\n{SECRET}</internal_notes><title>kept</title></ticket>",
        f"# A-1\n## Internal notes\n{SECRET}\n### more\n{SECRET}\n## Title\nkept",
    ],
)
def test_private_fields_go_from_text_of_every_shape(text: str) -> None:
    redacted = redact_text(text)
    assert redact({"result": text}) == {"result": redacted}
    assert SECRET not in redacted
    assert "kept" in redacted or "kept" not in text


def test_the_rest_of_a_text_stays_to_the_letter() -> None:
    text = "A ticket about {braces} [and brackets]\n  that speaks of nothing private."
    assert redact_text(text) is text
    assert redact_text('{"title":"why internal notes leak"}') == '{"title":"why internal notes leak"}'


@pytest.mark.parametrize("label", ["internal_notes", r"intern\u0061l_notes"])
@pytest.mark.parametrize("before", range(-20, 3))
def test_a_name_is_found_wherever_a_long_text_is_cut(monkeypatch: pytest.MonkeyPatch, before: int, label: str) -> None:
    monkeypatch.setattr(redaction, "_CHARACTERS_AT_ONCE", 100)
    head = '{"title": "'
    title = "x" * (100 - len(head) - len('", "') + before)

    assert json.loads(redact_text(f'{head}{title}", "{label}": "{SECRET}"}}')) == {"title": title}


def test_a_profile_can_name_more_private_fields() -> None:
    assert redact({"salary": 1, "id": 2}, ("Salary",)) == {"id": 2}


@pytest.mark.parametrize("last", [{"internalNotes": SECRET}, [["Internal notes", SECRET]], f"Internal notes: {SECRET}"])
def test_the_last_of_many_rows_is_looked_into_as_the_first_is(last: JsonValue) -> None:
    rows: list[JsonValue] = [{"id": number, "fields": {"notes": [{"text": "x"}, []]}} for number in range(600)]
    assert SECRET not in json.dumps(redact({"rows": [*rows, {"id": 600, "fields": {"notes": [{"text": last}]}}]}))


def test_what_is_given_is_not_changed() -> None:
    answer: JsonValue = {"internal_notes": SECRET}
    redact(answer)
    assert answer == {"internal_notes": SECRET}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.sampled_from([SECRET]),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from([*SPELLINGS, "id"]), inner),
    max_leaves=20,
)


def spelt(key: str) -> str:
    return "".join(character for character in key.casefold() if character.isalnum())


def private_keys(value: object) -> list[str]:
    if isinstance(value, dict):
        mine = [key for key in value if spelt(key) in {"internalnotes", "privatedata"}]
        return mine + [key for item in value.values() for key in private_keys(item)]
    if isinstance(value, list):
        return [key for item in value for key in private_keys(item)]
    return []


@given(JSON)
def test_no_private_key_is_left_in_any_value_or_in_its_text(value: object) -> None:
    assert not private_keys(redact(value))  # type: ignore[arg-type]
    if isinstance(value, dict | list):
        assert not private_keys(json.loads(redact_text(json.dumps(value))))


@pytest.mark.parametrize(
    "piece", ["{", "[", "internal_notes: x\n", "| internal_notes |\n", '{"a":', "<internal_notes>"]
)
def test_hostile_text_is_redacted_in_one_pass(piece: str) -> None:
    assert isinstance(redact_text("internal_notes " + piece * 50_000), str)
