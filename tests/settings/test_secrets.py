"""What is a secret: a value filled in from elsewhere by whatever name, and nothing that is plainly something else."""

from __future__ import annotations

import pytest

from tui_app.settings.expansion import known_secrets, server_command
from tui_app.settings.profiles import Profile
from tui_app.settings.secrets import holds_secret, is_secret_value, mask_value


@pytest.mark.parametrize(
    "name", ["JIRA_PASS", "LINEAR_KEY", "REDMINE_KEY", "MY_PIN", "DB_CREDS", "MY_JWT", "X", "WERT"]
)
@pytest.mark.parametrize("value", ["hunter2-x", "k3y-0815-canary", "correct horse battery", "AbCdEfGhIj", "a+b/c=="])
def test_a_value_from_the_environment_is_secret_by_whatever_name(name: str, value: str) -> None:
    profile = Profile(name="p", command=("run",), env={name: f"${{env:{name}}}", "PLAIN": "literal-1"})
    assert known_secrets(profile, {name: value}) == (value,)
    assert server_command(profile, {name: value}).secrets == (value,)


def test_a_secret_is_known_in_the_command_under_another_name_and_within_other_words() -> None:
    profile = Profile(name="p", command=("run", "--x=${A}", "https://h/${env:B}"), env={"C": "user:${env:C}"})
    environ = {"A": "first-1", "B": "second-2", "C": "third-3"}
    assert set(known_secrets(profile, environ)) == set(environ.values())


@pytest.mark.parametrize(
    "value",
    [
        "open",
        "short",
        "production",
        "Payments",
        "PLATFORM",
        "30000",
        "1.5",
        "2026-11-30",
        "https://jira.example.com",
        "https://tracker.example.com:8443/jira/rest",
        "/home/me/tickets/2026",
        "~/work/tracker.db",
        "./server.py",
        "C:\\Users\\me\\tracker",
    ],
)
def test_what_is_plainly_something_else_is_no_secret(value: str) -> None:
    assert not is_secret_value(value, "VALUE", "VALUE")
    profile = Profile(name="p", command=("run",), env={"VALUE": "${env:VALUE}"})
    assert known_secrets(profile, {"VALUE": value}) == ()


@pytest.mark.parametrize(
    "value",
    [
        "https://me:pw1234@jira.example.com",
        "https://jira.example.com/hook?token=abc123",
        "https://hooks.example.com/services/T02/B03/x9Qa8sKd03mKf7Pw2",
        "https://hooks.example.com/services/T02/B03/abcdEF12345678901234ab",
        "/a8Kd0f3mQp9sLx2vB7nT==",
        "ghp_" + "a" * 30,
    ],
)
def test_an_address_or_path_that_holds_a_secret_is_one(value: str) -> None:
    assert is_secret_value(value, "VALUE")


def test_words_and_numbers_are_secret_under_the_name_of_a_secret() -> None:
    assert is_secret_value("production", "DB_PASSWORD")
    assert is_secret_value("471147", "MY_PIN")
    assert is_secret_value("471147", "X", "JIRA_TOKEN")


@pytest.mark.parametrize(
    ("name", "value"),
    [("JIRA_USERNAME", "jo.doe@example.com"), ("LOGIN_USER", "jdoe42"), ("GITLAB_HOST", "gitlab.example.com")],
)
def test_a_person_or_host_in_a_variable_that_is_named_so_is_no_secret(name: str, value: str) -> None:
    assert not is_secret_value(value, name, name)
    assert is_secret_value(value, "CRED", "X")


def test_a_default_that_the_file_writes_is_no_value_from_elsewhere() -> None:
    profile = Profile(name="p", command=("run",), env={"A": "${env:A:-default-1}"})
    assert known_secrets(profile, {}) == ()


@pytest.mark.parametrize(
    ("value", "is_plain"),
    [
        ("Bearer ${TOKEN:-none}", False),
        ("${A_TOKEN:-${env:B_TOKEN:-}}", False),
        ("Bearer ${TOKEN:-${keyring:jira/somebody}}", False),
        ("Bearer ${TOKEN:-hunter22}", True),
        ("${A:-x${B:-swordfish}}", True),
        ("Bearer hunter22${SUFFIX}", True),
        ("${A:-none} ${B:-ghp_abcdefghijklmnop1234}", True),
    ],
)
def test_a_default_is_a_secret_in_plain_text_only_where_it_is_long_enough_for_one(value: str, is_plain: bool) -> None:
    assert holds_secret("Authorization", value) is is_plain
    assert (mask_value("Authorization", value) == value) is not is_plain
