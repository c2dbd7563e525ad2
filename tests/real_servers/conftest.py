"""The Jira on loopback that several servers are pointed at."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.real_servers.jira_stand_in import JiraStandIn


@pytest.fixture(scope="module")
def site() -> Iterator[JiraStandIn]:
    with JiraStandIn() as stand_in:
        yield stand_in


@pytest.fixture
def jira(site: JiraStandIn) -> JiraStandIn:
    site.reset()
    return site
